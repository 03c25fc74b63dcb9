"""Organisations of every size, described in part: they validate, both engines agree, and everything adds up."""

from __future__ import annotations

import itertools
import json
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import numpy as np
import pytest

import simulator as sim
from simulator import engine
from simulator.cli.commands.scenarios import validate
from simulator.scenario import Scenario, load
from simulator.scenario.numbers.section import Section
from tests.engine.comparison import first_difference
from tests.engine.organisations import FEW, MANY, SITES, TASKS, USERS, WAVES, WEEKS, document, light
from tests.fuzzing.oracle import check_result, check_scenario
from tests.model.rules.balance import check, check_totals
from tests.model.small import Ran

OFTEN = 13
"""Weeks between two looks at whether the state of a replication balances."""
REPLICATIONS = 3
NUMBERS = [*range(FEW), *(pytest.param(number, marks=pytest.mark.slow) for number in range(FEW, MANY))]


@pytest.mark.parametrize("number", NUMBERS)
def test_an_organisation(number: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(json.dumps(document(number)), encoding="utf-8")  # which is YAML, too
    validates(mine, capsys)
    scenario = load(mine)
    check_scenario(scenario)
    difference = first_difference(engine.build(light(scenario)), number, 1)
    assert difference is None, difference
    balances(scenario, number)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sim.ResultWarning)
        result = sim.run(scenario, replications=REPLICATIONS, seed=number, jobs=1, progress=False)
    assert check_result(result) == "simulated"
    assert len(result.summary()) > 50
    assert not np.isinf(result.costs().to_numpy()).any()


def validates(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It does, in one visible line and no complaint."""
    validate([str(mine)])
    told = capsys.readouterr()
    assert told.out.startswith(f"{mine}: fine. ")
    assert all(line.isprintable() for line in told.out.splitlines())
    assert not told.err


def balances(scenario: Scenario, number: int) -> None:
    """The state does each quarter, and what is told in the end are the sums of weeks and sites."""
    ran = Ran(scenario, number)
    check(ran.state)
    check_totals(ran)
    runner = engine.get("compiled").Engine(ran.plan)
    run = runner.begin(number, 1)
    for week in range(OFTEN, ran.plan.weeks, OFTEN):
        list(runner.advance(run, week))
        check(run.state)


# ---- what they cover


@cache
def documents() -> list[dict[str, Any]]:
    """The files of all of them."""
    return [document(number) for number in range(MANY)]


@cache
def scenarios() -> list[Scenario]:
    """And what is read from them."""
    return [load(tree) for tree in documents()]


NEEDED = {"pilot", "sites", "rollout", "rollout.phases", "rollout.gates.*.criteria", "rollout.funding_gate.criteria"}
ELSEWHERE = {
    "levers": "what an app shows",
    "pilot.observed": "what a pilot showed, of which these know nothing",
    "success.criteria.*.at_least": "one of two bounds",
    "success.criteria.*.at_most": "one of two bounds",
    **{f"rollout.{gate}.criteria.*.{bound}": "one of two bounds"
       for gate in ("gates.*", "funding_gate") for bound in ("at_least", "at_most")},
}  # fmt: skip
"""Fields that organisations don't vary, and why."""


def optional(of: type[Section], at: str = "") -> Iterator[tuple[str, bool]]:
    """Dotted paths of all sections, lists of them and fields that may be null, with whether they may."""
    for name, field in of.model_fields.items():
        path = f"{at}{field.alias or name}"
        if path in ELSEWHERE:
            continue
        kinds = [kind for kind in kinds_in(field.annotation) if isinstance(kind, type)]
        null = type(None) in kinds and path not in NEEDED
        sections = [kind for kind in kinds if issubclass(kind, Section)]
        if null or sections:
            yield path, null
        for section in sections:
            several = ".*" if get_origin(field.annotation) is tuple else ""
            yield from optional(section, f"{path}{several}.")


def kinds_in(annotation: Any) -> Iterator[Any]:
    """The types of a field, one level of a list or a choice deep."""
    if get_origin(annotation) is Annotated or not get_args(annotation):
        yield get_args(annotation)[0] if get_args(annotation) else annotation
    else:
        for argument in get_args(annotation):
            yield from kinds_in(argument)


def told(tree: Any, steps: list[str]) -> set[str]:
    """Whether what is at a path of a file is stated, null, or left out of its section."""
    first, *rest = steps
    if first == "*":
        return {each for thing in tree for each in told(thing, rest)}
    if first not in tree:
        return {"left out"} if not rest else set()
    if tree[first] is None:
        return {"null"} if not rest else set()
    return told(tree[first], rest) if rest and isinstance(tree[first], dict | list) else {"stated"}


def test_they_are_with_and_without_each_section() -> None:
    paths = dict(optional(Scenario))
    assert len(paths) > 80
    for path, null in paths.items():
        found = {each for tree in documents() for each in told(tree, path.split("."))}
        expected = {"stated"} if path in NEEDED else {"stated", "left out", *(["null"] if null else [])}
        assert found == expected, path


def test_they_are_of_every_size() -> None:
    trees = documents()
    users = [sum(site["users"] for site in tree["sites"]) for tree in trees]
    tasks = [(site.tasks_per_user_week or of.users.tasks_per_user_week).mean for of in scenarios() for site in of.sites]
    for sizes, ends, steps in (
        ([len(tree["sites"]) for tree in trees], SITES, [1, 2, 5, 15, 40, 60]),
        (users, USERS, [20, 100, 1_000, 10_000, 50_000]),
        (tasks, TASKS, [1, 3, 10, 50, 200]),
        ([tree["horizon_weeks"] for tree in trees], WEEKS, [52, 80, 120, 160, 208]),
        ([len(tree["rollout"]["phases"]) for tree in trees], WAVES, [1, 2, 3, 4, 5, 6, 7, 8]),
    ):
        assert (min(sizes), max(sizes)) == pytest.approx(ends)
        for low, high in itertools.pairwise(steps):
            assert sum(low <= size <= high for size in sizes) >= 5, f"from {low} to {high}"
    assert 0 in [site["users"] for tree in trees for site in tree["sites"]]


def test_they_work_at_all_hours() -> None:
    desks = [
        desk for of in scenarios() for desk in (of.support.tiers.tier1, of.support.tiers.tier2, of.data_science_team)
    ]
    for where in (
        [of.users.working_hours for of in scenarios()],
        [site.working_hours for of in scenarios() for site in of.sites if site.working_hours is not None],
        [shift for desk in desks for shift in desk.shifts],
    ):
        for kind, count in {
            "an hour": sum(hours.length == 1 for hours in where),
            "past midnight": sum(hours.start_hour > hours.end_hour > 0 for hours in where),
            "round the clock": sum(hours.length == 24 and len(hours.days) == 7 for hours in where),
            "at weekends": sum(set(hours.days) == {"sat", "sun"} for hours in where),
            "in the office": sum(len(hours.days) == 5 and 6 <= hours.length <= 13 for hours in where),
        }.items():
            assert count >= 4, kind
    for offsets in (
        [site.utc_offset_hours for of in scenarios() for site in of.sites],
        [d.utc_offset_hours for d in desks],
    ):
        assert min(offsets) <= -9
        assert max(offsets) >= 12
        assert {0.0, 0.25, 0.5, 0.75} == {offset % 1 for offset in offsets}
