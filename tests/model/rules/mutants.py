"""Every rule of the model altered once: does anything that comes out of a replication move?

Run as a program with compilation switched off (`NUMBA_DISABLE_JIT=1 python -m tests.model.rules.mutants`): rules are
then plain functions whose code can be replaced in place, so that every module that imported a rule calls the altered
one. It prints one JSON object per mutant. A mutant is run on the scenarios that execute its rule, the shortest first,
week by week, until its events or in the end its measures differ from those of the rule as written.
"""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType
from typing import Any

import numpy as np

import simulator.model
from simulator import engine
from simulator.scenario import Scenario
from tests.engine.generated import document, generated
from tests.model.small import DOCUMENT, gate, small, sponsor

CHOSEN = 16
MOST_USER_WEEKS = 1500
"""Mutants are run first on so many generated scenarios of at most this size (users times weeks)."""
NUMBERS = range(80)
"""Where those are taken from, and where a mutant that none of them shows is looked for."""
SEED = 1
PATIENCE_SECONDS = 10.0
"""A mutant that takes more time of the processor, beyond three times that of the rules as written, has moved."""

NEGATED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
}  # fmt: skip
EXCHANGED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.RShift: ast.LShift,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One alteration of one rule: what was done, at which line of the rule, and the code that results."""

    rule: str
    change: str
    code: CodeType


@dataclass
class Baseline:
    """What a scenario gives under the rules as written."""

    plan: Any
    weeks: list[Any] = field(default_factory=list)
    end: str = ""
    seconds: float = 0.0
    rules: set[str] = field(default_factory=set)


# ---- rules and their mutants


def sources() -> Iterator[tuple[str, ast.FunctionDef, Any]]:
    """(module.name, syntax tree, function) of each rule of the model, in the order of files and lines."""
    for found in pkgutil.walk_packages(simulator.model.__path__, "simulator.model."):
        module = importlib.import_module(found.name)
        for node in ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and any(
                isinstance(x, ast.Name) and x.id in {"rule", "kernel_part", "inlined"} for x in node.decorator_list
            ):
                yield f"{found.name.rpartition('.')[2]}.{node.name}", node, getattr(module, node.name)


def changes(function: ast.FunctionDef) -> Iterator[tuple[str, ast.FunctionDef]]:
    """(what is changed, the rule with it) for each change that we know, in the order of the rule's lines.

    What is told to the trace is left alone (it would be seen in any case), and so are indices into arrays.
    """
    places = list(_places(function))
    for number, (kind, _) in enumerate(places):
        altered = deepcopy(function)
        _, node = list(_places(altered))[number]
        line = int(getattr(node, "lineno", function.lineno)) - function.lineno
        before = ast.unparse(node)
        CHANGES[kind](node)
        after = "nothing" if kind == "statement" else ast.unparse(node)
        if kind == "statement":
            _remove(altered, node)
        yield f"line {line}: {before} -> {after}", ast.fix_missing_locations(altered)


def _places(function: ast.FunctionDef) -> Iterator[tuple[str, ast.AST]]:
    """Places that can be changed, and how."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    for statement in body:
        yield from _places_in(statement)


def _places_in(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        if isinstance(node.value.func, ast.Name) and node.value.func.id == "note":
            return
        yield "statement", node
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in NEGATED:
        yield "comparison", node
    elif isinstance(node, ast.BinOp) and type(node.op) in EXCHANGED:
        yield "operator", node
    elif isinstance(node, ast.AugAssign) and type(node.op) in EXCHANGED:
        yield "operator", node
        yield "statement", node
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        yield "statement", node
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield "constant", node
    elif isinstance(node, ast.Return) and node.value is not None and not isinstance(node.value, ast.Tuple):
        yield "result", node
    for name, value in ast.iter_fields(node):
        if isinstance(node, ast.Subscript) and name == "slice":
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _places_in(child)


def _negate(node: Any) -> None:
    node.ops[0] = NEGATED[type(node.ops[0])]()


def _exchange(node: Any) -> None:
    node.op = EXCHANGED[type(node.op)]()


def _scale(node: Any) -> None:
    node.value = 1.5 * node.value + 0.25 if isinstance(node.value, float) else node.value + 1


def _alter(node: Any) -> None:
    """The opposite of a truth, and one more than a number."""
    value = node.value
    truth = isinstance(value, ast.Compare | ast.BoolOp) or (
        isinstance(value, ast.Constant) and isinstance(value.value, bool)
    )
    truth = truth or (isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "bool")
    node.value = ast.UnaryOp(ast.Not(), value) if truth else ast.BinOp(value, ast.Add(), ast.Constant(1))


CHANGES: dict[str, Callable[[Any], None]] = {
    "comparison": _negate, "operator": _exchange, "constant": _scale, "result": _alter, "statement": lambda _: None,
}  # fmt: skip


def _remove(function: ast.FunctionDef, gone: ast.AST) -> None:
    for node in ast.walk(function):
        for name in ("body", "orelse"):
            block = getattr(node, name, None)
            if isinstance(block, list) and gone in block:
                block[block.index(gone)] = ast.Pass()


def mutants(name: str, node: ast.FunctionDef, function: Any) -> Iterator[Mutant]:
    """The mutants of a rule."""
    for change, altered in changes(node):
        altered.decorator_list = []
        future = ast.ImportFrom("__future__", [ast.alias("annotations")], 0)
        module = ast.fix_missing_locations(ast.Module([future, altered], []))
        space = dict(function.__globals__)
        exec(compile(module, "mutant", "exec"), space)  # noqa: S102
        yield Mutant(name, change, space[node.name].__code__)


# ---- what comes out


class OvertimeError(Exception):
    """A mutant runs on and on."""


def _overtime(*_: Any) -> None:
    raise OvertimeError


def weeks(plan: Any) -> Iterator[Any]:
    """The events of each week as bits, int64[rows, 6]; at last, as text, every output of the replication."""
    runner = engine.get("compiled").Engine(plan)
    run = runner.begin(0, SEED, traced=True)
    for week in range(1, plan.weeks + 1):
        pieces = list(runner.advance(run, week))
        yield np.concatenate(pieces).view(np.int64) if pieces else np.zeros((0, 6), np.int64)
    yield outputs(runner.measure(run))


def outputs(replication: Any) -> str:
    """Inputs as drawn, measures, weekly columns and sites."""
    weekly = {name: column.tobytes().hex() for name, column in replication.weekly.items()}
    return repr((replication.inputs.tobytes().hex(), replication.measures, weekly, replication.sites))


def held() -> Scenario:
    """A gate holds until an integration is live: the sponsor learns from it, hires and dates are shifted.

    The last wave learns from those before it, and goes live by the plan within an hour of the end of a week; until then
    a programme office is paid. How many engineers there are is an uncertain whole number.
    """
    phases = [*DOCUMENT["rollout"]["phases"][:2], {"name": "second", "week": 8.998, "sites": ["south"]}]
    lessons = {"rebaseline": True, "remediate": True, "restaff": True}
    first = gate("first", "integrations_live", 1, max_holds=6, window_weeks=3, on_hold=lessons)
    return small(
        horizon_weeks=26,
        ai={"remediation": {"effort_hours": 90}},
        integration={"engineers": {"p10": 1.2, "p50": 2.4, "p90": 3.4}},
        data_science_team={"attrition_per_year": 2, "hiring_weeks": 2, "utc_offset_hours": 5.75},
        economics={"programme_office_cost_per_week": 500},
        rollout={
            "phases": phases,
            "gates": [first, gate("second", at_least=0.1)],
            "sponsor": sponsor(patience_weeks=6),
            "learning_rate": 0.3,
        },
    )


def watched() -> Scenario:
    """People with a lot to bear, and somebody who looks at sites, acts in every way there is, and puts phases off."""
    systems = [
        {"name": name, "start_week": 0, "stages": [{"name": "build", "weeks": weeks}]}
        for name, weeks in (("erp", 2), ("crm", 5))
    ]
    watch = {"first_weeks": 1, "every_weeks": 1, "active_share_below": 0.7, "accuracy_below": 0.9,
             "actions_per_site": 4, "pauses": True, "pause_weeks": 3}  # fmt: skip
    return small(
        horizon_weeks=24,
        ai={"remediation": {"effort_hours": 9}, "retraining": {"every_weeks": None, "effort_hours": 5}},
        change_programme={"training": {"users_per_week": 5}, "campaign": {"weeks": 2},
                          "load": {"other_changes_per_year": 3, "willingness_lost_per_change": 0.1}},
        integration={"systems": systems},
        rollout={"watch": watch, "gates": [gate("second", at_least=0.1)]},
        economics={"cost_per_checked_answer": 1},
    )  # fmt: skip


def baseline(scenario: Scenario, names: dict[CodeType, str]) -> Baseline:
    """Run a scenario under the rules as written, and note which rules it executes."""
    base = Baseline(engine.build(scenario))

    def called(frame: Any, event: str, _: Any) -> None:
        if event == "call" and frame.f_code in names:
            base.rules.add(names[frame.f_code])

    began = time.process_time()
    *base.weeks, base.end = weeks(base.plan)
    base.seconds = time.process_time() - began
    sys.setprofile(called)
    try:
        for _ in weeks(base.plan):
            pass
    finally:
        sys.setprofile(None)
    return base


def moved(base: Baseline) -> str | None:
    """What of the scenario moves under the rules as they now are; None when nothing does."""
    signal.setitimer(signal.ITIMER_PROF, PATIENCE_SECONDS + 3.0 * base.seconds)
    try:
        for week, now in enumerate(weeks(base.plan)):
            if isinstance(now, str):
                return None if now == base.end else "outputs"
            then = base.weeks[week]
            if now.shape != then.shape or not np.array_equal(now, then):
                return "events"
    except OvertimeError:
        return "time"
    except Exception as error:  # nonsense that the model cannot digest is seen by everybody
        return f"error: {type(error).__name__}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
    return None


def user_weeks(number: int) -> int:
    """Size of a generated scenario: users times weeks."""
    tree = document(random.Random(number))
    return int(tree["horizon_weeks"] * sum(site["users"] for site in tree["sites"]))


class Scenarios:
    """What mutants are run on: a chosen few, and others where those do not do."""

    def __init__(self, names: dict[CodeType, str]) -> None:
        self.names = names
        short = [number for number in NUMBERS if 200 <= user_weeks(number) <= MOST_USER_WEEKS][:CHOSEN]
        self.chosen = [baseline(scenario, names) for scenario in (held(), watched(), *map(generated, short))]
        self.chosen.sort(key=lambda base: sum(map(len, base.weeks)))  # not by time: which comes first may decide a fate
        self.left = sorted(set(NUMBERS) - set(short), key=user_weeks)
        self.others: list[Baseline] = []

    def executing(self, rule: str, far: bool) -> Iterator[Baseline]:
        """Those that execute a rule; with `far` also from among the others."""
        yield from (base for base in self.chosen if rule in base.rules)
        if far:
            yield from (base for base in self.others if rule in base.rules)
            while self.left:
                self.others.append(baseline(generated(self.left.pop(0)), self.names))
                if rule in self.others[-1].rules:
                    yield self.others[-1]


def fate(mutant: Mutant, function: Any, bases: Iterator[Baseline]) -> str | None:
    """What moves when the mutant takes the place of its rule."""
    written = function.__code__
    try:
        for base in bases:
            function.__code__ = mutant.code
            if (seen := moved(base)) is not None:
                return seen
            function.__code__ = written
    finally:
        function.__code__ = written
    return None


def main(equivalent: dict[str, list[str]]) -> None:
    """Print, as JSON, which rules nothing executes and the fate of mutants.

    For each rule: its changes in `equivalent` (which must not move anything), then the first other one that the model
    does not choke on, as that would show nothing of values.
    """
    signal.signal(signal.SIGPROF, _overtime)
    np.seterr(all="ignore")
    rules = list(sources())
    scenarios = Scenarios({function.__code__: name for name, _, function in rules})
    for name, node, function in rules:
        if next(scenarios.executing(name, far=True), None) is None:
            print(json.dumps({"rule": name, "change": "", "expected": "executed", "seen": "never executed"}))
            continue
        choked: tuple[Mutant, str] | None = None
        for mutant in mutants(name, node, function):
            known = mutant.change in equivalent.get(name, [])
            seen = fate(mutant, function, scenarios.executing(name, far=not known))
            if not known and seen is not None and seen not in {"events", "outputs"}:
                choked = mutant, seen
                continue
            expected = "nothing" if known else "moves"
            print(json.dumps({"rule": name, "change": mutant.change, "expected": expected, "seen": seen}), flush=True)
            if not known:
                break
        else:
            if choked is not None:
                told = {"rule": name, "change": choked[0].change, "expected": "moves", "seen": choked[1]}
                print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(json.loads(sys.stdin.read()))
