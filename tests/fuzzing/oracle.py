"""What must hold of a case: it is read or refused in clear words, and what is simulated of it makes sense."""

from __future__ import annotations

import io
import json
import math
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import typer

import simulator
from simulator.cli.sources import load_all, scenarios_in
from simulator.results.account import ReplicationError
from simulator.scenario import Scenario, ScenarioError, Suite, estimate_work, load, load_suite
from simulator.scenario.assignments import read_changes
from simulator.scenario.measures import ESTIMATED, SHARES, SITES, WEEKLY
from simulator.scenario.text.problems import LONGEST_TEXT, MOST_TOLD
from simulator.scenario.text.reading import read_text
from simulator.scenario.text.tree import from_python
from tests.fuzzing.cases import Case

MOST_EVENTS = 300_000.0
"""Most expected events of a scenario that is simulated."""
SHORT_WEEKS = 60
REPLICATIONS = 2


class FaultError(AssertionError):
    """Something that must hold does not."""


def check(case: Case, folder: Path, phase: Callable[[str], object] = lambda _: None) -> str:
    """Run a case whose files go to a folder: how it ended. Raises FaultError, or whatever the program raised.

    `phase` is told before anything that may take long.
    """
    for name, content in case.files.items():
        (folder / name).write_bytes(content)
    phase("read")
    try:
        members = _read(case, folder)
    except ScenarioError as error:
        check_message(error)
        return "refused"
    except typer.BadParameter:
        return "refused"
    ended = "accepted"
    for scenario in members[:: max(1, len(members) // 2)][:2]:
        check_scenario(scenario)
        small = _small(scenario)
        if small is not None:
            phase("simulate")
            ended = _simulate(small)
    return ended


def _read(case: Case, folder: Path) -> list[Scenario]:
    if case.suite:
        return _members([load_suite(case.tree)])
    if case.tree is not None:
        scenario = load(case.tree)
        scenario = scenario.with_changes(read_changes(case.sets)) if case.sets else scenario
        return [scenario if case.changes is None else scenario.with_changes(case.changes)]

    def place(name: str) -> str:
        return str(folder / name) if name in case.files else name

    return _members(load_all([place(case.source)], case.sets, [place(name) for name in case.overlays]))


def _members(loaded: list[Scenario | Suite]) -> list[Scenario]:
    """The scenarios, those of suites among them."""
    for of in loaded:
        if isinstance(of, Suite):
            demand(of.baseline in of.names, "the baseline is no member")
            demand(len(set(of.names)) == len(of.names), "two members have the same name")
    return scenarios_in(loaded)


def check_message(error: ScenarioError) -> None:
    """A message is short, visible, in our own words, and tells of something."""
    text = str(error)
    lines = text.split("\n")
    demand(bool(error.problems), "an error without problems")
    demand(len(text.encode()) <= LONGEST_TEXT, f"a message of {len(text.encode())} bytes")
    demand(len(lines) <= MOST_TOLD + 1, f"a message of {len(lines)} lines")
    demand(all(line.isprintable() and line.strip() for line in lines), f"something invisible in {text!r}")
    for foreign in (
        "Traceback",
        "pydantic",
        "Input should",
        "Value error",
        "<class",
        "object at 0x",
        "Node(",
        "cannot be read; allowed: YAML",
    ):
        demand(foreign not in text, f"{foreign} in {text!r}")


def check_scenario(scenario: Scenario) -> None:
    """A scenario is what its document says, as JSON and as YAML."""
    document = scenario.resolved()
    json.dumps(document, allow_nan=False)
    demand(Scenario.from_tree(from_python(document)).hash == scenario.hash, "another scenario comes of its document")
    again = Scenario.from_tree(read_text(scenario.to_yaml(), "written"))
    demand(again.hash == scenario.hash, "another scenario comes of its YAML")


def _small(scenario: Scenario) -> Scenario | None:
    """The scenario, with a shorter horizon where it is long and can be shorter; None where it is too much work."""
    if scenario.horizon_weeks > SHORT_WEEKS:
        try:
            scenario = scenario.with_changes({"horizon_weeks": SHORT_WEEKS})
        except ScenarioError as error:
            check_message(error)
    try:
        work = estimate_work(scenario, REPLICATIONS)
    except ScenarioError as error:
        check_message(error)
        return None
    demand(all(math.isfinite(x) and x >= 0 for x in work), f"work of {work}")
    return scenario if work.events <= MOST_EVENTS and scenario.horizon_weeks <= 2 * SHORT_WEEKS else None


def _simulate(scenario: Scenario) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", simulator.ResultWarning)
        try:
            result = simulator.run(scenario, replications=REPLICATIONS, jobs=1, progress=False)
        except ReplicationError:
            return "failed"
    return check_result(result)


def check_result(result: simulator.Result) -> str:
    """Shares of all tables lie in [0, 1], numbers are finite or null, and what is printed is: "simulated".

    Where too few replications are like an observed pilot, nothing else is looked at, and that is returned. And no
    arithmetic warns of what is no number.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        return _checked(result)


def _checked(result: simulator.Result) -> str:
    demand(not result.failures, f"a replication failed: {result.failures}")
    try:
        summary = result.as_dict()
    except simulator.ConditioningError:
        return "too few like the pilot"
    json.dumps(summary, allow_nan=False)
    paid = {f"paid back, {name}": share for name, share in summary["paid_back_by_outcome"].items()}
    told = {**summary["outcomes"], **paid, **{key: summary[key] for key in SHARES}}
    for name, share in told.items():
        demand_unit(name, share.values())
    for name in ("share", "share_kept"):
        demand_unit(f"scaled_by_week, {name}", summary["scaled_by_week"][name])
    for name in ("share", "low", "high"):
        demand_unit(f"success_curve, {name}", [x for row in summary["success_curve"][name] for x in row])
    for name, row in summary["measures"].items():
        if ESTIMATED[name].in_unit:
            demand_unit(name, [value for key, value in row.items() if key not in ("n", "half_width_95", "sd")])
    for name in result.records.measures:
        values = result.records.measure(name)
        demand_finite(name, values)
        if name in ESTIMATED and ESTIMATED[name].in_unit:
            demand_unit(name, values)
    for table, measures in ((result.weekly, WEEKLY), (result.sites, SITES)):
        for name in table.columns:
            column = table[name].astype(object).where(table[name].notna(), None).tolist()
            demand_finite(name, column)
            if name in measures and measures[name].in_unit:
                demand_unit(name, column)
    _printed(result)
    return "simulated"


def _printed(result: simulator.Result) -> None:
    from rich.console import Console

    stream = io.StringIO()
    Console(file=stream, width=110).print(result)
    for text in (stream.getvalue(), result.verdict(), repr(result)):
        demand(bool(text.strip()), "nothing is printed")
        demand("nan" not in text.lower().split(), f"nan in {text}")
        demand(all(one.isprintable() or one == "\n" for one in text), f"something invisible in {text!r}")


def demand_finite(name: str, values: Iterable[Any]) -> None:
    """Numbers are finite, or null."""
    demand(all(not isinstance(x, float) or math.isfinite(x) for x in values), f"{name} is not finite")


def demand_unit(name: str, values: Iterable[Any]) -> None:
    """Shares lie in [0, 1] exactly, or are null."""
    wrong = list(_outside(values))
    demand(not wrong, f"{name} has shares outside [0, 1]: {wrong[:3]}")


def _outside(values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        if value is not None and not 0 <= value <= 1:
            yield value


def demand(holds: bool, otherwise: str) -> None:
    """Raise FaultError where something does not hold."""
    if not holds:
        raise FaultError(otherwise)
