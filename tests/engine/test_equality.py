"""Two engines, one model: the same events in the same order, and the same bits in every output."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from simulator import engine
from simulator.engine.reference import programme
from simulator.engine.reference.environment import Calendar
from simulator.model.state.events import KINDS, RANK
from simulator.scenario import load
from tests.engine.comparison import first_difference
from tests.engine.generated import generated

ROOT = Path(__file__).resolve().parents[2]
LEAST_OF_EACH_KIND = 100


def compare(numbers: range, seeds: range) -> Counter[str]:
    """Compare generated scenarios under several seeds; counts of the events by kind."""
    counts: Counter[str] = Counter()
    for number in numbers:
        plan = engine.build(generated(number))
        for seed in seeds:
            difference = first_difference(plan, number % 7, seed, counts)
            assert difference is None, f"generated scenario {number}, seed {seed}: {difference}"
    return counts


def every_kind_often(counts: Counter[str]) -> None:
    """Each kind of event must have happened at least 100 times, or the comparison says little."""
    rare = {kind.name: counts[kind.name] for kind in KINDS if counts[kind.name] < LEAST_OF_EACH_KIND}
    assert not rare


def test_a_few_generated_scenarios() -> None:
    compare(range(12), range(1, 2))


@pytest.mark.slow
def test_generated_scenarios() -> None:
    every_kind_often(compare(range(240), range(1, 4)))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["retail-chatbot", "manufacturing-12-plants", "typical-programme"])
def test_shipped_scenarios(name: str) -> None:
    plan = engine.build(load(name))
    for replication, seed in ((0, 1), (1, 2)):
        assert first_difference(plan, replication, seed) is None


@pytest.mark.slow
def test_without_compilation() -> None:
    """The same rules as plain Python: the same bits between the engines."""
    code = (
        "from tests.engine.test_equality import compare\n"
        "assert sum(compare(range(240, 300), range(1, 2)).values()) > 100_000\nprint('equal')"
    )
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(ROOT)}
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout.strip() == "equal", told.stderr[-2000:]


def test_compiled_and_interpreted_rules_give_the_same_bits() -> None:
    """A trace written by compiled code and one written by plain Python."""
    code = (
        "import hashlib; from simulator import engine; from tests.engine.comparison import traced\n"
        "from tests.engine.generated import generated\n"
        "for n in (3, 8):\n"
        "  print(hashlib.sha256(traced(engine.build(generated(n)), 'compiled', 0, 1)[0].tobytes()).hexdigest())"
    )
    told = [
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code],
            env=os.environ | {"NUMBA_DISABLE_JIT": disabled, "PYTHONPATH": str(ROOT)},
            cwd=ROOT, capture_output=True, text=True, check=True,
        ).stdout
        for disabled in ("0", "1")
    ]  # fmt: skip
    assert len(told[0]) > 100
    assert told[0] == told[1]


def any_difference() -> str | None:
    """The first difference over a few scenarios, if the comparison can see one."""
    for number in range(12):
        difference = first_difference(engine.build(generated(number)), 0, 1)
        if difference is not None:
            return difference
    return None


def test_an_altered_rule_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the reference, patience lasts a little longer: the first different event is told."""
    rule = programme.patience_ends
    monkeypatch.setattr(programme, "patience_ends", lambda state, slot: rule(state, slot) + 1e-9)
    difference = any_difference()
    assert difference is not None
    assert "compiled:" in difference


def test_an_altered_order_of_ties_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reference meets simultaneous events of different kinds in the opposite order."""
    at = Calendar.at
    monkeypatch.setattr(Calendar, "at", lambda self, time, key: at(self, time, (60 - key // RANK) * RANK + key % RANK))
    assert any_difference() is not None
