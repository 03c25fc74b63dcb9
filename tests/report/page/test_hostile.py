"""What somebody else has written, in a plan or beside a run, is shown as text, and does nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import simulator as sim
from simulator.analysis.frame.answers import checksum_of
from simulator.report.page.contents import contents_of
from simulator.report.page.stored import Holding, StoredAnswer
from simulator.report.page.writing import page_of
from simulator.store.files import json_bytes
from simulator.store.manifest import read_manifest
from tests.report.page.reading import Page

EVIL = '</p></style></title></script><script>alert("1")</script><img src=x onerror=alert(1)>\'"&{{ 7 * 7 }}{% raw %}'


@pytest.fixture(scope="module")
def page(asked: Path) -> Page:
    """The page of a plan of which every text is hostile, with a hostile answer and figure."""
    result = sim.read_result(asked / "small")
    plan = result.scenario.with_changes(
        {
            "description": EVIL,
            "sources": [EVIL],
            "ai.accuracy_floor": {"p10": 0.2, "p50": 0.3, "p90": 0.4, "source": EVIL, "confidence": "low"},
        }
    )
    hostile = sim.Result(plan, result.records, result.account)
    manifest = read_manifest(asked / "small")
    assert manifest is not None
    manifest = manifest.model_copy(update={"versions": {**manifest.versions, "numpy": EVIL, "scaleup-simulator": EVIL}})
    content = json.loads((asked / "timeline.json").read_text())
    content |= {"sentences": [EVIL, EVIL], "alternative": EVIL, "currency": EVIL}
    content["milestones"][0]["name"] = EVIL
    figure = (asked / "timeline.svg").read_bytes().replace(b"</svg>", b"<script>alert(1)</script></svg>")
    answers = {"timeline": StoredAnswer("timeline", content, figure)}
    return Page(page_of(contents_of(Holding(asked / "small", manifest, hostile, answers, (EVIL,)))))


def test_it_is_text_wherever_it_stands(page: Page) -> None:
    assert page.faults == []
    tags = {one.tag for one in page.root.all()}
    assert not tags & {"script", "img"}
    assert not [name for one in page.root.all() for name in one.attributes if name.startswith("on")]
    seen = " ".join(EVIL.split())
    for place in ("answer", "timeline", "ledger", "model", "made"):
        assert seen in page.root.within(id=place).text, place
    labels = [one.attributes.get("aria-label") for one in page.root.within(id="timeline").all("svg")]
    assert EVIL in labels


def test_a_tampered_figure_with_a_fitting_checksum_draws_only(asked: Path, tmp_path: Path) -> None:
    copied = shutil.copytree(asked, tmp_path / "copied")
    content = json.loads((copied / "gates.json").read_text())
    mark = checksum_of((copied / "gates.json").read_bytes()).encode()
    assert checksum_of(json_bytes(content)).encode() == mark
    figure = (copied / "gates.svg").read_bytes()
    bad = b'<script>alert(1)</script><image href="https://example.com/x.png"/></svg>'
    (copied / "gates.svg").write_bytes(figure.replace(b"</svg>", bad))
    text = sim.write_report(copied).read_text()
    page = Page(text)
    assert page.root.within(id="gates").all("svg")
    assert "example.com" not in text
    assert not page.root.all("script", "image")
