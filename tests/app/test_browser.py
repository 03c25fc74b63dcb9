"""The app as a visitor meets it: served by `scaleup app`, driven in Chromium, on the real engine."""

import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.parse import urlparse

import pytest

pytestmark = pytest.mark.browser
sync_api = pytest.importorskip("playwright.sync_api")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "simulator.cli", "app", "--headless", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
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
        launched = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield launched
        launched.close()


def test_a_visitor_moves_a_lever_and_reads_the_answer(address, browser):
    page = browser.new_page()
    asked: set[str] = set()
    failed: list[str] = []
    page.on("request", lambda request: asked.add(urlparse(request.url).hostname or ""))
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.goto(address)
    command = page.get_by_test_id("stCode")
    command.wait_for(timeout=180_000)
    verdict = page.get_by_test_id("stAlert").inner_text()
    assert "programmes reach scale" in verdict
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
