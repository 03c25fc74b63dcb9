"""The app as a visitor meets it: served by `scaleup app`, driven in Chromium, on the real engine."""

import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import urlparse

import pytest

from simulator.app.settings import as_options

pytestmark = pytest.mark.browser
sync_api = pytest.importorskip("playwright.sync_api")
OTHER_HOST = "rebound.example.com"
"""A name that somebody else has led to this machine."""
PLACE = str(Path(__file__).parents[2]).encode()
"""Where the program lies."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    port = free_port()
    with served([sys.executable, "-m", "simulator.cli", "app", "--headless", "--port", str(port)], port) as address:
        yield address


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def served(command: list[str], port: int, log: IO[bytes] | int = subprocess.DEVNULL) -> Iterator[str]:
    """The address of a server while it serves."""
    server = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert server.poll() is None, "the server ended"
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0, "the server outlived its command"


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator["sync_api.Browser"]:
    with sync_api.sync_playwright() as playwright:
        arguments = ["--no-sandbox", f"--host-resolver-rules=MAP {OTHER_HOST} 127.0.0.1"]
        launched = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield launched
        launched.close()


def received(page: "sync_api.Page") -> list[bytes]:
    """What the server will send to a page, beside files."""
    frames: list[bytes] = []

    def listen(socket: "sync_api.WebSocket") -> None:
        socket.on("framereceived", lambda of: frames.append(of if isinstance(of, bytes) else of.encode()))

    page.on("websocket", listen)
    return frames


def test_a_visitor_moves_a_lever_and_reads_the_answer(address, browser):
    page = browser.new_page()
    asked: set[str] = set()
    failed: list[str] = []
    page.on("request", lambda request: asked.add(urlparse(request.url).hostname or ""))
    page.on("pageerror", lambda error: failed.append(str(error)))
    frames = received(page)
    page.goto(address)
    command = page.get_by_test_id("stCode")
    command.wait_for(timeout=180_000)
    verdict = page.get_by_test_id("stAlert").inner_text()
    assert "reach scale: " in verdict
    page.get_by_test_id("stDataFrame").wait_for(state="attached", timeout=180_000)
    for heading in ("What does it cost, and by when?", "Can support keep up?"):
        assert page.get_by_role("heading", name=heading).count() == 1
    assert page.get_by_test_id("stImage").count() >= 8
    assert page.get_by_test_id("stMetricValue").first.inner_text().endswith("%")
    replications = page.get_by_role("spinbutton", name="Replications")
    replications.fill("20")
    replications.press("Enter")
    command.get_by_text("20", exact=True).wait_for(timeout=180_000)
    before = command.inner_text()
    verdict = page.get_by_test_id("stAlert").inner_text()
    assert "--set" not in before

    page.get_by_role("slider").first.focus()
    page.keyboard.press("ArrowRight")
    command.get_by_text("--set").first.wait_for(timeout=180_000)
    assert shlex.split(command.inner_text())[:2] == ["scaleup", "run"]

    page.get_by_role("button", name="Back to the plan").click()
    script = "before => document.querySelector('[data-testid=stCode]').innerText == before"
    page.wait_for_function(script, arg=before, timeout=180_000)
    assert page.get_by_test_id("stAlert").inner_text() == verdict
    assert page.get_by_test_id("stException").count() == 0
    assert failed == []
    assert asked == {"127.0.0.1"}
    assert any(b"entry.py" in frame for frame in frames)
    assert not any(PLACE in frame for frame in frames)


BROKEN = """
import streamlit as st

import simulator.experiment.run
from simulator.app.site import show


def fail(*_, **__):
    raise RuntimeError("/srv/secret-place/inside")


simulator.experiment.run.run = fail
show()
raise RuntimeError("/srv/secret-place/outside")
"""


def test_nothing_of_a_failure_reaches_the_browser(tmp_path, browser):
    script, log = tmp_path / "broken.py", tmp_path / "log"
    script.write_text(BROKEN)
    port = free_port()
    options = [*as_options(), "--server.headless=true", f"--server.port={port}"]
    page = browser.new_page()
    frames = received(page)
    command = [sys.executable, "-m", "simulator.app.serve", "run", str(script), *options]
    with log.open("wb") as stream, served(command, port, stream) as address:
        page.goto(address)
        page.get_by_test_id("stException").wait_for(timeout=180_000)
        told = page.get_by_test_id("stAlert").first.inner_text()
        content = page.content().encode()
    assert told.startswith("Something went wrong on the server.")
    number = told.rstrip(".").split()[-1]
    logged = log.read_text()
    assert f"error {number} in the app" in logged
    assert "/srv/secret-place/inside" in logged
    assert "/srv/secret-place/outside" in logged
    assert any(number.encode() in frame for frame in frames)
    for word in (b"secret-place", b"Traceback", b"RuntimeError", PLACE, str(tmp_path).encode()):
        assert word not in content
        assert not any(word in frame for frame in frames)


def test_a_page_under_another_host_name_gets_no_answer(address, browser):
    page = browser.new_page()
    refused: list[str] = []
    page.on("websocket", lambda socket: socket.on("socketerror", lambda of: refused.append(str(of))))
    page.goto(address.replace("127.0.0.1", OTHER_HOST))
    for _ in range(1800):
        if refused:
            break
        page.wait_for_timeout(100)
    assert "403" in refused[0]
    assert page.get_by_test_id("stSelectbox").count() == 0
