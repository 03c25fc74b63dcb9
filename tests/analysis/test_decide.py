"""Deciding: the choice and what it is held against, in results whose numbers are known, and in the corners."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import simulator as sim
from tests.analysis.test_attribute import SMALL
from tests.neutral import neutral

NOBODY = {"funding_gate": {"criteria": [{"measure": "accuracy", "at_least": 0.9999}], "max_holds": 0}}


def decided(document: dict[str, Any], replications: int = 6, **more: Any) -> sim.Decision:
    found = sim.decide(sim.load(document), replications=replications, progress=False, **more)
    json.dumps(found.as_dict(), allow_nan=False)
    assert found.figure() is not None
    assert found.alternative
    assert len(found.frame)
    return found


@pytest.fixture(scope="module")
def small() -> sim.Decision:
    return decided(SMALL, 60)


def test_the_choice_is_worth_most_on_the_mean_and_differences_are_paired(small: sim.Decision) -> None:
    assert small.choice is not None
    values = {name: float(one) for name, one in small.worth.items()}
    assert values[small.choice] == max(values.values())
    for other, less in small.less.items():
        assert float(less) == pytest.approx(values[small.choice] - values[other])
    assert values["fund"] == pytest.approx(small.result.estimate("value_from_funding")["mean"])
    assert values["do_not_fund"] == 0.0


def test_what_stands_in_the_sentences_is_what_is_counted(small: sim.Decision) -> None:
    records, told = small.result.records, " ".join(small.sentences)
    paid = np.array([bool(value) for value in records.measure("pays")])
    assert f"in {100 * paid.mean():.1f}% of the funded" in told
    worth = np.sort([value for value in records.measure("value_from_funding") if value is not None])
    assert float(small.spread["worst_tenth"]) == pytest.approx(worth[:6].mean())
    assert f"{100 * np.mean(records.measure('success')):.1f}% of the funded reach scale" in told
    weeks = [value for value in records.measure("weeks_to_payback") if value is not None]
    assert float(small.paid_back_by[12]) == pytest.approx(sum(week <= 52 for week in weeks) / 60)
    spent = sum(float(quarter["cost"]) for quarter in small.quarters)
    assert spent == pytest.approx(sum(small.costs.values()))


def test_all_of_it_is_funded_where_it_always_pays() -> None:
    found = decided({**SMALL, "economics": {"value_per_correct_task": 2_000, "cost_per_error": 0}}, 40)
    assert found.choice == "fund"
    assert "do_not_fund" not in found.not_told_from
    assert (found.pays.share or 0.0) > 0.9
    assert found.sentences[0].startswith(("Fund all of it: ", "Not decided by these replications: funding all of it"))


def test_not_funding_is_best_where_nothing_comes_back() -> None:
    found = decided({**SMALL, "economics": {"minutes_saved_per_correct_task": 0}}, 40)
    assert found.choice == "do_not_fund"
    assert found.not_told_from == []
    assert found.sentences[0].startswith("Do not fund it as it is: funding all of small is worth EUR -")
    assert "none has paid back" in " ".join(found.sentences)


def test_joint_confidence_counts_cost_since_the_decision() -> None:
    found = decided(SMALL, 30, adoption=0.2, cost=400_000.0, by_month=12)
    records, week = found.result.records, 51
    assert found.week_of_joint == week + 1
    adoption, flow = records.week_rows("adoption")[:, week], records.week_rows("cost")
    decided_week = np.array([np.inf if value is None else value for value in records.measure("decided_week")])
    cost = np.where(np.arange(flow.shape[1]) >= np.ceil(decided_week)[:, None], flow, 0.0)[:, : week + 1].sum(axis=1)
    assert float(found.joint.all) == pytest.approx(np.mean((adoption >= 0.2) & (cost <= 400_000.0)))


def test_one_replication_decides_nothing() -> None:
    told = " ".join(decided(SMALL, 1).sentences)
    assert told.startswith("Not decided by these replications")
    assert "too few replications for an interval" in told
    assert "too few are funded to speak of the worst tenth" in told


def test_nobody_is_funded() -> None:
    found = decided({**SMALL, "rollout": {**SMALL["rollout"], **NOBODY}}, 4)
    assert found.choice is None
    (told,) = found.sentences
    assert told.startswith("None of the simulated programmes is funded: the pilot does not pass the gate funding.")


def test_nothing_has_a_price() -> None:
    free = {
        **dict.fromkeys(("minutes_saved_per_correct_task", "cost_per_error", "rework_cost_per_noticed_error"), 0),
        **dict.fromkeys(("inference_cost_per_task", "integration_cost_per_stage_week", "training_cost_per_user"), 0),
        **dict.fromkeys(("champion_cost_per_week", "campaign_cost_per_user"), 0),
        "cost_per_hour": {"tier1": 0, "tier2": 0, "tier3": 0},
    }
    found = decided(neutral({**SMALL, "economics": free}), 4)
    assert found.choice is None
    assert found.sentences[0] == "Nothing has a price in this plan, so that nobody can say whether it pays."
    assert "reach scale and keep it" in found.sentences[1]


def test_an_observed_pilot_weights_all_of_it() -> None:
    observed = {"active_share": 0.67, "users": 3}
    found = decided({**SMALL, "pilot": {**SMALL["pilot"], "observed": observed}}, 54)
    weights, worth = found.result.weighting.weights, found.result.records.measure("value_from_funding")
    assert weights is not None
    known = np.array([value is not None for value in worth])
    values = np.array([value or 0.0 for value in worth])
    assert float(found.worth["fund"]) == pytest.approx(np.average(values[known], weights=weights[known]))
    assert found.gate is None or found.gate.whole.value == found.worth["fund"].value


def test_a_refused_pilot_is_told() -> None:
    found = decided({**SMALL, "pilot": {**SMALL["pilot"], "observed": {"active_share": 0.0, "users": 20}}}, 4)
    assert found.sentences[0].startswith("Not conditioned on the pilot that was observed")


def test_without_a_roll_out_there_is_no_gate_to_fund_to() -> None:
    document = {key: value for key, value in SMALL.items() if key not in ("pilot", "rollout", "integration")}
    found = decided({**document, "users": {"initially_active": True}}, 30)
    assert found.gate is None
    assert set(found.worth) == {"fund", "do_not_fund"}
