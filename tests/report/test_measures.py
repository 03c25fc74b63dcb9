"""Output measures as declared: one name for one thing, what a run gives, when they are null, and their page."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

import simulator as sim
from simulator import engine
from simulator.scenario import shipped_names
from simulator.scenario.measure import GROUPS, TEXT, Measure
from simulator.scenario.measures import (
    ESTIMATED,
    MAIN_GROUPS,
    MEASURES,
    REPLICATIONS,
    SHARES,
    SITES,
    WEEKLY,
    headlines,
    read_first,
)
from tests.engine.generated import generated
from tests.model.small import free, small
from tests.report.measures_page import PAGE, page

IDS = [f"{measure.name} of a {measure.level}" for measure in MEASURES]


def replicated(scenario: sim.Scenario, number: int) -> Any:
    return engine.get("compiled").Engine(engine.build(scenario)).replicate(replication=number, seed=1)


def test_the_page_is_written_from_the_declarations() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_a_name_is_declared_once_at_a_level_and_has_one_unit() -> None:
    assert set(Counter((measure.name, measure.level) for measure in MEASURES).values()) == {1}
    units: dict[str, set[str]] = {}
    for measure in MEASURES:
        units.setdefault(measure.name, set()).add(measure.unit)
    assert [name for name, found in units.items() if len(found) > 1] == []


@pytest.mark.parametrize("measure", MEASURES, ids=IDS)
def test_a_measure_has_words_and_a_meaning(measure: Measure) -> None:
    assert measure.words[:1].isupper() or measure.words[:1].isdigit()
    assert measure.meaning.endswith(".")
    assert not measure.null_when.endswith(".")
    assert measure.null_when[:1].islower() or measure.null_when[:1] in ("", "`")
    assert "|" not in measure.meaning + measure.null_when


def test_what_is_shown_first_can_be_estimated() -> None:
    shown = [measure for measure in MEASURES if measure.group or measure.headline]
    assert all(ESTIMATED.get(measure.name) is measure for measure in shown)
    assert all(measure.name in WEEKLY for measure in MEASURES if measure.title)
    assert {*headlines("column")} <= {*headlines("suite")}
    for place in ("suite", "column", "variance"):
        assert sorted(read_first(place)) == sorted(headlines(place))


def test_groups_are_in_the_order_of_reading() -> None:
    assert len(MAIN_GROUPS) == len(GROUPS)
    for group, names in zip(GROUPS, MAIN_GROUPS, strict=True):
        places = [ESTIMATED[name].group for name in names]
        assert places == sorted(place for place in places if place is not None)
        assert {place[0] for place in places if place is not None} == {group}
        alone = [place for name, place in zip(names, places, strict=True) if ESTIMATED[name].tier is None]
        assert len({*alone}) == len(alone)


def test_shares_of_all_replications_count_truths() -> None:
    for share in SHARES.values():
        for name in filter(None, (share.counts, share.among)):
            assert REPLICATIONS[name].unit == "truth"


def test_what_a_run_gives_is_declared_and_null_only_where_that_is_said() -> None:
    """In every shipped scenario, those of the theory and a few generated ones; each null that is told is met."""
    scenarios = [sim.load(name) for name in (*shipped_names(), *shipped_names("theory"))]
    replications = [replicated(scenario, 0) for scenario in scenarios]
    replications += [replicated(generated(number), number) for number in range(30)]
    replications.append(replicated(free(small()), 0))
    weekly: set[str] = set()
    nulls: dict[str, set[str]] = {"replication": set(), "week": set(), "site": set()}
    for replication in replications:
        assert [*replication.measures] == [*REPLICATIONS]
        assert [*replication.weekly] == [*WEEKLY]
        assert [*replication.sites] == ["site", *SITES]
        nulls["replication"] |= {name for name, value in replication.measures.items() if value is None}
        nulls["week"] |= {name for name, values in replication.weekly.items() if np.isnan(values).any()}
        nulls["site"] |= {name for name, values in replication.sites.items() if None in values}
        weekly |= {name for name, values in replication.weekly.items() if not np.isnan(values).all()}
    assert weekly == {*WEEKLY}  # a column that no rule fills is null for ever
    for level, measures in (("replication", REPLICATIONS), ("week", WEEKLY), ("site", SITES)):
        assert nulls[level] == {name for name, measure in measures.items() if measure.null_when}


def test_words_are_not_estimated() -> None:
    assert [name for name, measure in ESTIMATED.items() if measure.unit == TEXT] == []
