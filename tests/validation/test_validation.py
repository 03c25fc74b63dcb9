"""Every row of the validation is read again from the shipped files, and stands on the page as it is."""

from __future__ import annotations

import pytest

from tests.validation import readings, report, sponsors, studies
from tests.validation.page import DOCS
from tests.validation.targets import CHECK, FITTED, TARGETS, Target

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


def test_only_rows_of_the_essay_are_fitted_and_checks_have_sources_of_their_own() -> None:
    for target in ROWS:
        assert ("Your AI Pilot Succeeded" in target.source) == (target.kind != CHECK)


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


@pytest.mark.slow
def test_a_replayed_sponsor_does_what_the_model_does() -> None:
    own = sponsors.replayed("typical-programme", sponsors.as_in_the_model, 150)["week"].dropna()
    assert (
        own.astype(int).tolist()
        == readings.shelving_reviews(studies.funded(studies.simulate("typical-programme", 150))).astype(int).tolist()
    )
    assert len(own) > 50
