"""Which plan a report is about, which answers belong to it, and what is told of those that don't."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import simulator as sim
from simulator.report.page.stored import holding, plan_folder
from tests.report.page.reading import Page


def changed(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def test_the_plan_is_that_of_which_most_answers_speak(copied: Path) -> None:
    assert len([path for path in copied.iterdir() if (path / "manifest.json").exists()]) > 3
    assert plan_folder(copied) == copied / "small"
    assert plan_folder(copied / "small") == copied / "small"


def test_it_is_the_only_one_there(copied: Path, tmp_path: Path) -> None:
    shutil.copytree(copied / "small", tmp_path / "alone" / "renamed")
    assert plan_folder(tmp_path / "alone") == tmp_path / "alone" / "renamed"


def test_where_no_answer_says_which_one_has_to_be_named(copied: Path) -> None:
    for path in copied.glob("*.json"):
        path.unlink()
    with pytest.raises(sim.OutputError, match=r"several results, and no answer there says which is meant: small"):
        sim.write_report(copied)
    assert plan_folder(copied / "small") == copied / "small"


@pytest.mark.parametrize(("make", "words"), [(Path.mkdir, "holds no result"), (Path.touch, "is no folder")])
def test_where_there_is_nothing_that_is_said(tmp_path: Path, make: Callable[[Path], None], words: str) -> None:
    make(tmp_path / "place")
    for place in (tmp_path / "place", tmp_path / "nowhere"):
        with pytest.raises(sim.OutputError, match=words if place.exists() else "is no folder"):
            sim.write_report(place)


def test_answers_may_lie_in_the_folder_of_the_plan_and_above(copied: Path) -> None:
    (copied / "gates.json").rename(copied / "small" / "gates.json")
    found = holding(copied / "small")
    assert set(found.answers) == {"timeline", "gates", "stress", "variance"}
    assert found.answers["gates"].figure is None
    assert found.answers["stress"].figure is not None
    assert found.left_out == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda content: content.update(scenario_hash="0" * 64),
            "timeline.json is left out: it is about another plan.",
        ),
        (lambda content: content.pop("scenario_hash"), "timeline.json is left out: it is about another plan."),
        (lambda content: content.update(seed=7), "timeline.json is left out: it has seed 7, and the run has 1."),
        (lambda content: content.update(sentences="none"), "timeline.json is left out: its sentences are none."),
        (lambda content: content["sentences"].append(1), "timeline.json is left out: its sentences are none."),
    ],
)
def test_an_answer_about_something_else_is_left_out_and_told(
    copied: Path, change: Callable[[dict[str, Any]], object], words: str
) -> None:
    changed(copied / "timeline.json", change)
    found = holding(copied / "small")
    assert found.left_out == (words,)
    assert set(found.answers) == {"gates", "stress", "variance"}


def test_the_page_tells_what_is_left_out_and_how_to_ask_again(copied: Path) -> None:
    changed(copied / "timeline.json", lambda content: content.update(seed=7))
    page = Page(sim.write_report(copied / "small").read_text())
    warnings = [one.text for one in page.root.all("p") if one.attributes.get("class") == "warning"]
    assert warnings == ["timeline.json is left out: it has seed 7, and the run has 1."]
    assert "scaleup timeline" in page.root.within(id="missing").text


def test_a_file_that_is_no_answer_is_left_out_and_told(copied: Path) -> None:
    (copied / "gates.json").write_text("no JSON")
    (copied / "stress.json").write_text("[]")
    told = " ".join(holding(copied / "small").left_out)
    assert "gates.json is left out: " in told
    assert "no JSON" in told
    assert "stress.json is left out: " in told


def test_a_figure_of_another_answer_is_left_out_and_told(copied: Path) -> None:
    changed(copied / "gates.json", lambda content: content.update(replications=11))
    shutil.copy(copied / "stress.svg", copied / "timeline.svg")
    found = holding(copied)
    assert found.left_out == (
        "timeline.svg is left out: it does not belong to timeline.json.",
        "gates.svg is left out: it does not belong to gates.json.",
    )
    assert set(found.answers) == {"timeline", "gates", "stress", "variance"}


def test_a_comparison_speaks_of_each_of_its_plans(copied: Path) -> None:
    other = sim.read_result(copied / "small").scenario.with_changes({"name": "other", "ai.accuracy_floor": 0.5})
    sim.compare([other, copied / "small"], replications=None, progress=False, out=copied)
    assert "compare" in holding(copied / "small").answers
    assert "compare" in holding(copied / "other").answers
    assert "timeline" not in holding(copied / "other").answers
    page = Page(sim.write_report(copied / "small").read_text())
    content = json.loads((copied / "compare.json").read_text())
    rows = page.root.within(id="compare").all("tr")[1:]
    assert len(rows) == len(content["differences"])


def test_a_table_of_an_answer_that_another_version_wrote_is_left_out(copied: Path) -> None:
    changed(copied / "timeline.json", lambda content: content.update(milestones={"else": 1}))
    page = Page(sim.write_report(copied).read_text())
    assert page.root.within(id="timeline").all("table") == []
    assert len(page.root.within(id="timeline").all("p")) > 3


def test_a_part_of_a_run_has_no_report(copied: Path) -> None:
    changed(copied / "small" / "manifest.json", lambda content: content.update(shard="1/2", replications_requested=24))
    with pytest.raises(sim.OutputError, match="part 1/2 alone"):
        sim.write_report(copied / "small")
