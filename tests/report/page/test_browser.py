"""The page in a real Chromium: nobody is shut out, nothing is fetched, and it can be printed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser
sync_api = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[sync_api.Browser]:
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def place(page_text: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("browser") / "page.html"
    path.write_text(page_text, encoding="utf-8")
    return path


def violations(page: Any) -> list[str]:
    """What stops people from reading a page, as axe finds it."""
    found = axe.Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found if one["impact"] in SERIOUS]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_nobody_is_shut_out(browser: sync_api.Browser, place: Path, scheme: str, width: int) -> None:
    page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 800})
    page.goto(place.as_uri())
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_what_axe_finds_is_found_here(browser: sync_api.Browser) -> None:
    page = browser.new_page()
    page.set_content("<html><body><img src='data:,'><p style='color:#ccc;background:#fff'>faint</p></body></html>")
    assert {line.partition(":")[0] for line in violations(page)} >= {"image-alt", "html-has-lang", "color-contrast"}
    page.close()


def test_it_fetches_nothing_says_nothing_and_prints(browser: sync_api.Browser, place: Path, tmp_path: Path) -> None:
    page = browser.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(place.as_uri())
    page.wait_for_load_state("networkidle")
    page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    assert asked == [place.as_uri()]
    assert said == []
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")
    page.emulate_media(media="print")
    drawn = page.evaluate(
        "[...document.querySelectorAll('figure svg')].map(x => x.getBoundingClientRect()).map(x => [x.width, x.height])"
    )
    assert len(drawn) >= 6
    assert all(width > 200 and height > 50 for width, height in drawn)
    page.close()
