"""The page about a plan: what it tells and in which order, that it stands alone, and that it is the same each time."""

from __future__ import annotations

import json
import re
import shutil
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

import simulator as sim
from simulator.analysis.frame.answers import file_of
from simulator.report.analyses.parts.board import QUESTIONS
from simulator.report.page.contents import ANALYSES, is_known, plan_named
from simulator.report.page.stored import ANSWERS
from simulator.report.page.stress_des import KINDS_OF_QUESTIONS
from simulator.scenario import numbers
from simulator.scenario.numbers.quantity import Quantity
from tests.report.page.conftest import REPLICATIONS
from tests.report.page.reading import Page

ITEMS = (
    "1.1 1.2 1.3 2.1 2.2 2.3 2.4 2.5 3.1 3.2 3.3 3.4 4.1 4.2 4.3 5.1 5.2 5.3 5.4 6.1".split()
)  # fmt: skip
LOADING = ("src", "srcset", "poster", "data", "action", "background", "formaction", "cite", "ping", "manifest")


def test_it_asks_a_question_and_answers_it_first(page: Page, result: sim.Result) -> None:
    (heading,) = page.root.all("h1")
    assert heading.text == "Shall small be funded, and what becomes of it?"
    assert page.root.within(id="answer").within(**{"class": "answer"}).text == result.verdict()


def test_sections_come_in_order_and_in_the_list_of_contents(page: Page) -> None:
    order = [one.attributes["id"] for one in page.root.all("section")]
    there = ["outcomes", "timeline", "money", "measures", "stress", "gates", "variance"]
    assert order == ["answer", "board", *there, "missing", "ledger", "model", "made"]
    links = [one.attributes["href"].removeprefix("#") for one in page.root.all("nav")[0].all("a")]
    assert links == order[2:]


@pytest.mark.parametrize("name", ["timeline", "gates", "stress"])
def test_an_answer_is_there_word_by_word_with_its_figure(page: Page, asked: Path, name: str) -> None:
    content = json.loads((asked / file_of(name)).read_text())
    section = page.root.within(id=name)
    assert section.attributes["data-source"] == file_of(name)
    paragraphs = [one.text for one in section.all("p") if one.attributes.get("class") != "note"]
    assert paragraphs == [" ".join(line.split()) for line in content["sentences"]]
    assert any(one.attributes["aria-label"] == content["alternative"] for one in section.all("svg"))
    assert f"{REPLICATIONS} replications of the plan." in section.text
    assert section.all("table")


def test_the_questions_of_a_board_are_answered_or_it_is_said_how(page: Page, asked: Path) -> None:
    section = page.root.within(id="board")
    told = dict(zip((one.text for one in section.all("dt")), section.all("dd"), strict=True))
    questions = {name: one for name, one in QUESTIONS.items() if is_known(one.analysis)}
    assert list(told) == [one.words for one in questions.values()]
    board = json.loads((asked / "timeline.json").read_text())["board"]
    for name, question in questions.items():
        cell = told[question.words]
        assert cell.attributes["data-source"] == file_of(question.analysis)
        if question.analysis == "timeline":
            assert cell.text == " ".join(board[name].split())
        else:
            assert [code.text.split()[1] for code in cell.all("code")] == [question.analysis]


def test_what_was_not_asked_is_named_with_its_command(page: Page) -> None:
    commands = [one.text for one in page.root.within(id="missing").all("code")]
    told = f"--replications {REPLICATIONS} --seed 1 --out DIR"
    assert f"scaleup staffing small.yaml {told}" in commands
    assert "scaleup compare DIR/small OTHER-PLAN --out DIR" in commands
    known = {name for name in ANSWERS if is_known(name)}
    assert len(commands) == len(known - {"timeline", "gates", "stress", "variance"})
    assert not [command for command in commands if command.split()[1] in ("timeline", "gates", "stress", "variance")]
    assert "small.yaml stands for the file of the plan" in page.root.within(id="missing").text


def test_a_shipped_plan_is_named_as_it_is_shipped_and_a_changed_one_is_not() -> None:
    plan = sim.load("retail-chatbot")
    assert plan_named(SimpleNamespace(scenario=plan)) == "retail-chatbot"
    assert plan_named(SimpleNamespace(scenario=plan.with_changes({"horizon_weeks": 90}))) == "retail-chatbot.yaml"


def test_every_answer_has_a_title_and_a_place_in_the_statement() -> None:
    assert tuple(ANALYSES) == ANSWERS
    assert set(KINDS_OF_QUESTIONS) == set(ANSWERS)


def test_each_uncertain_number_is_drawn_with_its_percentiles(page: Page, result: sim.Result) -> None:
    ledger = page.root.within(id="ledger")
    uncertain = [
        one
        for one in numbers(result.scenario)
        if isinstance(one.value, Quantity) and not one.value.certain and not one.path.startswith("levers.")
    ]
    rows = {row.all("th")[0].text.split()[0]: row for table in ledger.all("table") for row in table.all("tr")}
    assert len(uncertain) > 50
    for one in uncertain:
        assert isinstance(one.value, Quantity)
        row = rows[one.path]
        assert len(row.all("svg")) == 1
        for cell, level in zip(row.all("td")[1:4], (0.1, 0.5, 0.9), strict=True):
            assert float(cell.text.replace(",", "")) == pytest.approx(one.value.distribution.quantile(level), rel=6e-3)
        assert ("Each time." in row.text) is one.value.every_time
        assert ("; assumed" in row.text) is (one.note.source is None)


def test_all_24_items_of_stress_are_filled(page: Page) -> None:
    terms = {one.attributes["id"].removeprefix("stress-"): one for one in page.root.within(id="model").all("dt")}
    assert list(terms) == ITEMS
    told = [one.text for one in page.root.within(id="model").all("dd")]
    parts = re.findall(r"\((2\.5\.\d)\)", " ".join(told))
    assert parts == ["2.5.1", "2.5.2", "2.5.3", "2.5.4", "2.5.5"]
    assert len(ITEMS) - 1 + len(parts) == 24  # 2.5 has five of them
    assert all(len(line) > 30 for line in told)


def test_it_tells_how_it_was_made(page: Page, asked: Path) -> None:
    manifest = json.loads((asked / "small" / "manifest.json").read_text())
    told = page.root.within(id="made").text
    for what in (manifest["scenario_hash"], manifest["versions"]["simulation code"], manifest["engine"]):
        assert what in told
    assert f"scaleup run small.yaml --replications {REPLICATIONS} --seed 1" in told


def test_the_same_files_give_the_same_bytes_wherever_they_lie(page_text: str, asked: Path, tmp_path: Path) -> None:
    other = shutil.copytree(asked, tmp_path / "elsewhere" / "results")
    path = sim.write_report(other)
    assert path == other / "small" / "report.html"
    assert path.read_text(encoding="utf-8") == page_text
    assert sim.write_report(other / "small").read_text(encoding="utf-8") == page_text  # over its own
    assert str(tmp_path) not in page_text


def test_it_stands_alone(page: Page, page_text: str) -> None:
    """No script, no file beside it, nothing that a browser would fetch."""
    tags = {one.tag for one in page.root.all()}
    assert not tags & {"script", "link", "img", "image", "iframe", "object", "embed", "base", "form", "video", "audio"}
    assert "foreignobject" not in tags
    for one in page.root.all():
        assert not [name for name in one.attributes if name in LOADING or name.startswith("on")]
        for name in ("href", "xlink:href"):
            assert one.attributes.get(name, "#").startswith("#")
        for value in one.attributes.values():
            assert all(found.startswith("#") for found in re.findall(r"url\(([^)]*)\)", value))
    (style,) = page.root.all("style")
    assert "url(" not in style.text
    assert "@import" not in style.text
    assert len(page_text.encode()) < 3_000_000


def test_it_is_put_together_as_html_asks(page: Page) -> None:
    assert page.faults == []
    assert page.root.all("html")[0].attributes["lang"] == "en"
    identifiers = [one.attributes["id"] for one in page.root.all() if "id" in one.attributes]
    assert len(set(identifiers)) == len(identifiers) > 50
    for one in page.root.all():
        target = one.attributes.get("href", "").removeprefix("#")
        assert not target or target in identifiers
    levels = [int(one.tag[1]) for one in page.root.all("h1", "h2", "h3", "h4")]
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    for table in page.root.all("table"):
        assert len(table.all("caption")) == 1
        assert all(cell.attributes.get("scope") in ("col", "row") for cell in table.all("th"))
        widths = {len(row.all("th", "td")) for row in table.all("tr")}
        assert len(widths) == 1, table.all("caption")[0].text
    for drawing in page.root.all("svg"):
        assert drawing.attributes["role"] == "img"
        assert len(drawing.attributes["aria-label"]) > 10
    assert all(figure.all("figcaption") for figure in page.root.all("figure"))
