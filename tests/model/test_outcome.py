"""What becomes of a programme, from made-up weeks: scale reached, kept or lost, and adoption that lasts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from simulator import engine
from simulator.model.measures.outcome import first_stretch, outcome
from simulator.model.measures.weeks import longest_stretch
from simulator.model.plan.opening import NOT_STOPPED
from simulator.model.programme.programme import SPONSOR
from simulator.model.state.columns import ADOPTION
from simulator.scenario.vocabulary import OUTCOMES
from tests.model.small import FUNDED_WEEK, made_up, small

WEEKS = 40
ENOUGH, TOO_LITTLE = 0.5, 0.2
"""Adoption on either side of the 30% that the small programme asks for, for four weeks, within 20 of funding."""
PLAN = engine.build(small())
TWO = [{"measure": "adoption", "at_least": 0.3}, {"measure": "accuracy", "at_least": 0.8}]
STRICT = engine.build(small(success={"criteria": TWO}))


def found(
    adoption: Any,
    *,
    accuracy: Any = 0.9,
    funded: float | None = FUNDED_WEEK,
    stopped: int = NOT_STOPPED,
    plan: Any = PLAN,
) -> dict[str, Any]:
    """The outcome of these weekly columns."""
    columns = {"adoption": adoption, "accuracy": accuracy, "active_users": 10.0, "resolution": math.nan}
    state = made_up(plan, WEEKS, columns)
    state.world["decided_at"] = 168.0 * (FUNDED_WEEK - 1.0)
    state.world["funded_at"] = math.inf if funded is None else 168.0 * funded
    state.world["stopped_at"] = math.inf if stopped == NOT_STOPPED else 168.0 * 38
    state.world["stopped_at_gate"] = stopped
    return outcome(plan, state, np.empty(0))


def held(*weeks: tuple[int, int]) -> Any:
    """Enough adoption in these weeks, from each first one to before the last."""
    adoption = np.full(WEEKS, TOO_LITTLE)
    for first, last in weeks:
        adoption[first:last] = ENOUGH
    return adoption


@pytest.mark.parametrize(
    ("adoption", "more", "expected", "weeks_to_scale"),
    [
        (held((10, WEEKS)), {}, "scaled_on_time", 3.0),
        (held((27, WEEKS)), {}, "scaled_on_time", 20.0),
        (held((28, WEEKS)), {}, "scaled_late", 21.0),
        (held((36, WEEKS)), {}, "scaled_late", 29.0),  # later than the last quarter: kept from then on
        (held((37, WEEKS)), {}, "stalled", None),  # three weeks are no stretch of four
        (held((10, 14), (27, WEEKS)), {}, "scaled_on_time", 3.0),  # lost, and again at scale for the last quarter
        (held((10, 14), (28, WEEKS)), {}, "scaled_then_lost", 3.0),
        (held((10, WEEKS - 1)), {}, "scaled_then_lost", 3.0),
        (held((10, 30), (31, WEEKS)), {}, "scaled_then_lost", 3.0),
        (held((30, 35), (36, WEEKS)), {}, "scaled_then_lost", 23.0),
        (held((10, WEEKS)), {"stopped": SPONSOR}, "scaled_then_lost", 3.0),  # criteria hold, but it is being ended
        (held((10, 13)), {"stopped": SPONSOR}, "shelved", None),
        (held((10, 13)), {}, "stalled", None),
        (held((0, 10)), {}, "stalled", None),  # of the pilot's weeks none counts
        (held((0, 11)), {}, "scaled_then_lost", 0.0),
        (held((0, WEEKS)), {"funded": 7.5}, "scaled_on_time", 0.5),
        (held((0, WEEKS)), {"funded": None}, "not_funded", None),
        (held((0, WEEKS)), {"funded": None, "stopped": 0}, "not_funded", None),
    ],
)
def test_outcomes_by_precedence(adoption: Any, more: Any, expected: str, weeks_to_scale: float | None) -> None:
    told = found(adoption, **more)
    assert told["outcome"] == expected
    assert expected in OUTCOMES
    assert told["weeks_to_scale"] == weeks_to_scale
    assert told["reached_scale"] is (weeks_to_scale is not None)
    assert told["success"] is (expected in ("scaled_on_time", "scaled_late"))
    lost_itself = expected == "scaled_then_lost" and "stopped" not in more
    assert told["lost_criterion"] == ("adoption" if lost_itself else None)
    assert told["decided_week"] == (FUNDED_WEEK - 1.0 if told["funded"] else None)  # decided in vain otherwise


def test_the_criterion_that_loses_scale_fails_in_most_weeks() -> None:
    accuracy = np.where(np.arange(WEEKS) < 35, 0.9, math.nan)
    assert found(held((10, 39)), accuracy=accuracy, plan=STRICT)["lost_criterion"] == "accuracy"
    assert found(held((10, 30)), accuracy=accuracy, plan=STRICT)["lost_criterion"] == "adoption"
    assert found(held((10, 35)), accuracy=accuracy, plan=STRICT)["lost_criterion"] == "adoption"  # the first of two
    assert found(held((10, 30)), accuracy=np.where(np.arange(WEEKS) > 2, 0.9, 0.1), plan=STRICT)["reached_scale"]


def test_adoption_is_held_after_funding_only() -> None:
    told = found(held((0, 12), (20, 39)))
    assert told["weeks_at_adoption_30"] == told["weeks_at_adoption_50"] == 19.0
    assert told["weeks_at_adoption_60"] == 0.0
    assert found(held((0, 12)))["weeks_at_adoption_50"] == 5.0
    assert found(held((0, 12)), funded=7.5)["weeks_at_adoption_50"] == 4.0
    assert found(held((0, 12)), funded=None)["weeks_at_adoption_30"] is None
    assert found(np.full(WEEKS, math.nan))["weeks_at_adoption_30"] == 0.0


def test_person_weeks_count_right_answers_and_no_week_without_tasks() -> None:
    assert found(held())["useful_person_weeks"] == 0


@pytest.mark.parametrize("seed", range(20))
def test_stretches_are_those_of_a_slow_search(seed: int) -> None:
    holds = np.random.default_rng(seed).random(30) < 0.6
    spans = [(i, n) for i in range(30) for n in range(1, 31 - i) if holds[i : i + n].all()]
    state = made_up(PLAN, len(holds), {"adoption": np.where(holds, ENOUGH, TOO_LITTLE)})
    for after in (0, 7):
        later = [(i, n) for i, n in spans if i >= after]
        assert longest_stretch(state, ADOPTION, ENOUGH, after) == max((n for _, n in later), default=0)
        for length in range(1, 31):
            assert first_stretch(holds, length, after) == min((i for i, n in later if n >= length), default=-1)
