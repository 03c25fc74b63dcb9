"""Every row of the validation is read again from the shipped files, and stands on the page as it is."""

from __future__ import annotations

import pytest

from tests.validation import report
from tests.validation.page import DOCS
from tests.validation.targets import ESSAY, FITTED, HELD_OUT, TARGETS, Target

PAGE = DOCS / "validation.md"
ROWS = [target for targets in TARGETS.values() for target in targets]


def line_of(target: Target) -> list[str]:
    """The cells of a row on the page."""
    start = f"| {target.claim} | {target.shown_by} |"
    (line,) = [line for line in PAGE.read_text().splitlines() if line.startswith(start)]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_page_has_every_row_with_its_bounds_and_source() -> None:
    for target in ROWS:
        cells = line_of(target)
        assert cells[2] == target.bounds
        assert cells[4] == target.kind
        assert cells[6] == f"{target.source} ({target.grade})"


def test_what_is_missed_is_explained() -> None:
    for target in ROWS:
        assert line_of(target)[5] in {"met", "**missed**"}
        assert line_of(target)[5] == "met" or target.miss


def test_every_fitted_row_is_met() -> None:
    assert all(line_of(target)[5] == "met" for target in ROWS if target.kind == FITTED)


def test_what_is_held_out_is_of_the_essay_and_one_row_beyond_it_is_fitted() -> None:
    assert all(target.source == ESSAY for target in ROWS if target.kind == HELD_OUT)
    assert len([target for target in ROWS if target.kind == FITTED and target.source != ESSAY]) == 1


@pytest.mark.slow
@pytest.mark.parametrize("target", ROWS, ids=[f"{t.claim}: {t.shown_by}"[:60] for t in ROWS])
def test_a_row_is_read_again(target: Target) -> None:
    cells = line_of(target)
    reading = target.read()
    assert cells[3] == str(reading)
    assert cells[5] == ("met" if target.met(reading) else "**missed**")


@pytest.mark.slow
def test_a_table_is_written_again() -> None:
    assert report.shelving() in PAGE.read_text()  # the others take too long for every day
