"""Each mechanism matters: every rule of the model is altered once, and something that comes out moves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
LEAST_RULES = 210

EQUIVALENT = {
    "business_case.planned_end": {
        "line 2: 0.0 -> 0.25": "the earliest end of a plan: none ends within a quarter of an hour of kick-off",
    },
    "integration.staff_stages": {
        "line 4: 1 -> 2": "`chosen` is -1 for nobody, and any number below 0 says so as well",
    },
    "lines.first_line": {"line 3: 1 -> 2": "it is asked only where somebody waits"},
    "money.payback": {
        "line 2: 0.0 -> 0.25": "a quarter of a unit of money, where a week costs thousands",
        "line 3: 0 -> 1": "the first week never brings what it costs",
    },
    "posts.next_shift": {"line 2: 1 -> 2": "`chosen` is -1 for none, and each tier has a shift"},
    "start.draw_types": {
        "line 4: family['open_mass'] = 1.0 -> nothing": "a family is drawn before anybody meets it, or has no share",
        "line 4: 1.0 -> 1.75": "as above",
    },
    "support.cancel_ticket": {
        "line 2: state.world[0]['tickets_cancelled'] += 1 -> state.world[0]['tickets_cancelled'] -= 1": (
            "the trace tells how many were cancelled; this count serves the balance in test_conservation"
        ),
        "line 2: state.world[0]['tickets_cancelled'] += 1 -> nothing": "as above",
        "line 2: 1 -> 2": "as above",
        "line 3: close_ticket(state, slot) -> nothing": (
            "memory only: the slot is used again or not; test_conservation misses it among the open or free ones"
        ),
    },
    "weeks.busiest_weeks": {
        "line 2: 1 -> 2": "-1 says that there are none, and so does any number below 0",
        "line 3: 0.0 -> 0.25": "visits are whole numbers",
    },
    "users.pick_active": {"line 4: total - 1 -> total + 1": "a guard against rounding: u is below 1"},
}
"""Changes that nothing can show, each with its reason: the rule's next change is tried instead."""


UNSEEN = {"support.cancel_ticket"}
"""Rules of which no output shows anything, as every change of theirs above says."""


@pytest.fixture(scope="module")
def mutants() -> list[dict[str, Any]]:
    """The fate of the mutants, from a process without compilation."""
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.model.rules.mutants"],
        input=json.dumps({rule: list(changes) for rule, changes in EQUIVALENT.items()}),
        env=os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(ROOT)},
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr[-2000:]
    return [json.loads(line) for line in told.stdout.splitlines()]


@pytest.mark.slow
def test_every_rule_is_executed(mutants: list[dict[str, Any]]) -> None:
    assert [x["rule"] for x in mutants if x["expected"] == "executed"] == []
    assert len({x["rule"] for x in mutants}) >= LEAST_RULES


@pytest.mark.slow
def test_an_altered_rule_moves_something_that_comes_out(mutants: list[dict[str, Any]]) -> None:
    unseen = [f"{x['rule']}, {x['change']}" for x in mutants if x["expected"] == "moves" and x["seen"] is None]
    assert unseen == []
    altered = {x["rule"] for x in mutants if x["expected"] == "moves"}
    assert altered | UNSEEN == {x["rule"] for x in mutants}


@pytest.mark.slow
def test_most_of_them_move_events_or_outputs_and_do_not_just_break(mutants: list[dict[str, Any]]) -> None:
    altered = [x for x in mutants if x["expected"] == "moves"]
    assert sum(x["seen"] in {"events", "outputs"} for x in altered) > 0.9 * len(altered)


@pytest.mark.slow
def test_changes_said_to_be_equivalent_move_nothing(mutants: list[dict[str, Any]]) -> None:
    named = {(rule, change) for rule, changes in EQUIVALENT.items() for change in changes}
    tried = {(x["rule"], x["change"]): x["seen"] for x in mutants if x["expected"] == "nothing"}
    assert set(tried) == named
    assert set(tried.values()) == {None}
