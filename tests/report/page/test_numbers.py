"""Every number that the page tells is one that `--json` tells, in sentences and in tables."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import simulator as sim
from simulator.scenario.measures import ESTIMATED
from tests.report.page.conftest import PLAN, REPLICATIONS
from tests.report.page.reading import Element, Page

NUMBER = re.compile(r"(?<![\w.-])([+-]?)(\d[\d,]*(?:\.\d+)?)(k|m|bn|%| pts)?(?![\w])")
FACTORS = {"": 1.0, "k": 1e3, "m": 1e6, "bn": 1e9, "%": 0.01, " pts": 0.01}


def leaves(content: Any) -> Iterator[float | str]:
    """All numbers and texts of a JSON document."""
    if isinstance(content, dict):
        for key, value in content.items():
            yield key
            yield from leaves(value)
    elif isinstance(content, list):
        for value in content:
            yield from leaves(value)
    elif isinstance(content, int | float | str):
        yield content


def numbers_of(text: str) -> list[tuple[float, float]]:
    """Numbers as they are written, each with how far the one that was rounded may be from it."""
    found = []
    for sign, digits, suffix in NUMBER.findall(re.sub(r"\d{4}-\d\d-\d\d", "", text)):
        decimals = len(digits.partition(".")[2])
        factor = FACTORS[suffix]
        value = float(digits.replace(",", "")) * (-1.0 if sign == "-" else 1.0)
        found.append((value * factor, (0.5 * 10.0**-decimals + 1e-9) * factor))
    return found


def unexplained(texts: list[str], known: list[float]) -> list[str]:
    """Texts with a number that is the rounding of none that is known."""
    return [
        text
        for text in texts
        if any(all(abs(value - one) > reach for one in known) for value, reach in numbers_of(text))
    ]


def cells(section: Element) -> list[str]:
    """Cells of the bodies of its tables, and what names their rows."""
    return [cell.text for body in section.all("tbody") for cell in body.all("th", "td")]


def known_in(content: Any) -> list[float]:
    return [float(leaf) for leaf in leaves(content) if not isinstance(leaf, str)]


@pytest.mark.parametrize("name", ["timeline", "gates", "stress", "variance"])
def test_numbers_of_an_answer_are_those_of_its_file(page: Page, asked: Path, name: str) -> None:
    place = asked / "small" if name == "variance" else asked
    content = json.loads((place / f"{name}.json").read_text())
    section = page.root.within(id=name)
    told = {" ".join(line.split()) for line in content.get("sentences", [])}
    sentences = [one.text for one in section.all("p") if one.attributes.get("class") != "note"]
    assert [line for line in sentences if line not in told] == []
    found = cells(section)
    assert len([cell for cell in found if numbers_of(cell)]) >= 6
    assert unexplained(found, known_in(content)) == []
    dates = {date for cell in found for date in re.findall(r"\d{4}-\d\d-\d\d", cell)}
    assert dates <= {leaf for leaf in leaves(content) if isinstance(leaf, str)}


@pytest.mark.slow
def test_numbers_of_the_answers_that_take_longer_are_those_of_their_files(tmp_path: Path) -> None:
    how: dict[str, Any] = {"replications": REPLICATIONS, "progress": False, "out": tmp_path}
    result = sim.run(PLAN, **how)
    sim.staffing(PLAN, **how)
    sim.rescue(PLAN, **how)
    sim.attribute(PLAN, endless=False, **how)
    sim.decide(result).write(tmp_path)
    page = Page(sim.write_report(tmp_path).read_text())
    for name in ("staffing", "rescue", "attribute", "decide"):
        content = json.loads((tmp_path / f"{name}.json").read_text())
        section = page.root.within(id=name)
        told = {" ".join(line.split()) for line in content["sentences"]}
        sentences = [one.text for one in section.all("p") if one.attributes.get("class") != "note"]
        assert [line for line in sentences if line not in told] == []
        assert len([cell for cell in cells(section) if numbers_of(cell)]) >= 12, name
        assert unexplained(cells(section), known_in(content)) == [], name


def test_a_number_that_is_not_in_the_file_is_noticed(page: Page, asked: Path) -> None:
    """The check above can fail: of numbers that are changed in their last digit, most are of no number in the file."""
    content = json.loads((asked / "stress.json").read_text())
    found = [cell for cell in cells(page.root.within(id="stress")) if re.search(r"\d\.\d", cell)]
    changed = [re.sub(r"(\d\.)(\d)", lambda of: f"{of[1]}{(int(of[2]) + 3) % 10}", cell) for cell in found]
    assert len(found) >= 6
    assert len(unexplained(changed, known_in(content))) > 0.6 * len(found)


def test_measures_and_outcomes_are_those_of_the_summary(page: Page, asked: Path) -> None:
    summary = json.loads((asked / "small" / "summary.json").read_text())
    words = {declared.words: name for name, declared in ESTIMATED.items()}
    rows = page.root.within(id="measures").all("tbody")[0].all("tr")
    checked = 0
    for row in rows:
        name = words.get(row.all("th")[0].text)
        if name is None:  # what is told of a measure besides
            continue
        estimate = summary["measures"][name]
        mean, p10, p50, p90 = (cell.text for cell in row.all("td")[1:])
        for text, keys in ((mean, ("mean", "half_width_95")), (p10, ("p10",)), (p50, ("p50",)), (p90, ("p90",))):
            told = numbers_of(text.replace("EUR ", ""))
            for (value, reach), key in zip(told, keys, strict=False):
                assert abs(value - estimate[key]) <= reach, (name, key, text)
                checked += 1
    assert checked > 100
    table = page.root.within(id="outcomes").all("tbody")[0]
    lines = [row for row in table.all("tr") if not row.all("th")[0].text.startswith("–")]
    assert len(lines) == len(summary["outcomes"])
    for row, share in zip(lines, summary["outcomes"].values(), strict=True):
        (value, reach), *ends = numbers_of(" ".join(cell.text for cell in row.all("td")[:2]))
        assert abs(value - share["share"]) <= reach
        assert [abs(end - share[key]) <= wide for (end, wide), key in zip(ends, ("low", "high"), strict=True)] == [
            True
        ] * 2


def test_the_answer_is_that_of_the_summary(page: Page, asked: Path) -> None:
    summary = json.loads((asked / "small" / "summary.json").read_text())
    scenario = json.loads((asked / "small" / "manifest.json").read_text())["scenario"]
    shares = [leaf for name in summary if name != "measures" for leaf in known_in(summary[name])]
    of_all = summary["replications"]
    counts = [share * of_all for share in shares] + [of_all - share * of_all for share in shares]
    known = [*known_in(summary), *counts, 0.95, scenario["economics"]["discount_rate_per_year"]]
    answer = page.root.within(id="answer").within(**{"class": "answer"}).text
    assert len(numbers_of(answer)) > 8
    parts = [part.replace("EUR ", "") for part in re.split(r"(?<=\.) |; ", answer)]
    beside = [part for part in parts if "of the others" in part]  # how scale is lost: the summary has no share of that
    assert len(beside) <= 1
    assert unexplained([part for part in parts if part not in beside], known) == []


def test_money_by_category_is_that_of_the_library(page: Page, result: sim.Result) -> None:
    frame = result.costs()
    table = page.root.within(id="money").all("tbody")[0]
    told = [numbers_of(row.all("td")[0].text)[0] for row in table.all("tr")]
    since = frame["since_decision"]
    expected = [*since["cost"], since["cost"].sum(), *since["value"], since["value"].sum()]
    expected = [value for value in expected if value]
    assert len(told) == len(expected) > 8
    for (value, reach), one in zip(told, expected, strict=True):
        assert abs(value - one) <= reach


def test_numbers_beside_what_was_made_are_those_of_the_manifest(page: Page, asked: Path) -> None:
    manifest = json.loads((asked / "small" / "manifest.json").read_text())
    told = {key.text: value.text for key, value in zip(page.root.within(id="made").all("dt"),
                                                      page.root.within(id="made").all("dd"), strict=True)}  # fmt: skip
    assert told["replications"] == str(manifest["replications"])
    assert told["seed"] == str(manifest["seed"])
    assert told["version"] == manifest["versions"]["scaleup-simulator"]
