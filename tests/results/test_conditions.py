"""What analysts ask of a result without laying hands on its tables: probability, quantile, and a part of it."""

from __future__ import annotations

import copy
import json
import math
import pickle

import numpy as np
import pytest

import simulator as sim
from simulator.results.conditions import ConditionError
from simulator.results.statistics import Estimate, Share, describe, effective_size, quantile, weighted_quantiles
from simulator.results.weighting import Weighting
from simulator.scenario import Suite
from simulator.scenario.suite import Member
from tests.report.organisation import SCENARIO, programme, result_of

REFUSED, KEPT = programme("not_funded", end=16, gate="funding"), programme("scaled_on_time")
SHELVED, STALLED = programme("shelved", end=44, gone=70), programme("stalled")


@pytest.fixture
def result() -> sim.Result:
    return result_of([REFUSED] * 2 + [KEPT] * 6 + [SHELVED] * 8 + [STALLED] * 4)


@pytest.fixture
def weighted(result: sim.Result) -> sim.Result:
    weights = np.linspace(0.0, 2.0, 20)
    result.weighting = Weighting(weights * (20 / weights.sum()))
    return result


def test_a_share_is_a_number(result):
    share = result.success_probability
    assert f"{share:.1%}" == "33.3%"
    assert (round(share, 2), float(share), share + 1) == (0.33, 6 / 18, 6 / 18 + 1)
    assert 0.3 < share < result.funded_share
    assert (np.array([share, share]) == 6 / 18).all()
    assert share.low < share.share == share < share.high
    assert json.loads(json.dumps(share.as_dict())) == {"share": share.share, "low": share.low, "high": share.high}
    nothing = Share(None, None, None)
    assert math.isnan(nothing)
    assert nothing.share is nothing.low is None
    for one in (copy.deepcopy(share), pickle.loads(pickle.dumps(share))):
        assert one.as_dict() == share.as_dict()
    estimate = pickle.loads(pickle.dumps(Estimate(2.0, 1.0, 3.0, 9)))
    assert (estimate * 2, estimate.n, estimate.clear) == (4.0, 9, True)


@pytest.mark.parametrize(
    ("condition", "met"),
    [
        ("success", 6), ("not success", 14), ("not funded", 2), ("funded and not success", 12),
        ("weeks_to_scale <= 15", 6), ("weeks_to_scale > 15", 0), ("weeks_to_scale != 15", 0),  # null meets none
        ("outcome == shelved", 8), ("outcome != shelved", 12), ("accuracy_pilot >= 90%", 20), ("accuracy_pilot>0.9", 0),
        (lambda frame: frame["outcome"].str.startswith("s"), 18),
    ],
)  # fmt: skip
def test_the_probability_of_a_condition(result, condition, met):
    found = result.probability(condition)
    assert found == met / 20
    assert 0.0 <= found.low <= found <= found.high <= 1.0


def test_a_probability_is_weighted(weighted):
    weights = weighted.weighting.weights
    assert weighted.probability("success") == pytest.approx(weights[2:8].sum() / 20)
    assert weighted.given("funded").probability("success") == pytest.approx(weights[2:8].sum() / weights[2:].sum())
    assert weighted.given("funded").probability("success") == pytest.approx(weighted.success_probability)
    assert weighted.given("funded").probability("success").low == pytest.approx(weighted.success_probability.low)


def test_a_part_of_a_result_says_of_how_many_it_speaks(result):
    part = result.given("funded").given("not success")
    assert part.replications_done == 12
    assert part.outcomes == {"shelved": 8 / 12, "stalled": 4 / 12}
    assert part.count_told == "12 of 20 replications, those with funded and not success"
    assert part.verdict().startswith(
        "Only of 12 of 20 replications, those with funded and not success. Unlikely to reach scale: none of 12"
    )
    assert part.as_dict()["given"] == "funded and not success"
    assert not part.interrupted
    with pytest.raises(sim.OutputError, match="can't be saved"):
        part.save("nowhere")
    with pytest.raises(ValueError, match="chosen by what came out"):
        part.variance()


def test_a_part_says_what_it_weighs(weighted):
    assert weighted.given("success").count_told == "6 of 20 replications (14.2% by weight), those with success"


def test_a_part_holds_the_rows_of_its_replications(weighted):
    part = weighted.given(lambda frame: frame["replication"] >= 16)
    assert list(part.replications["replication"]) == [16, 17, 18, 19]
    assert part.weekly.groupby("replication").size().to_dict() == dict.fromkeys(range(16, 20), 60)
    assert len(part.sites) == 8
    weights = weighted.weighting.weights[16:]
    assert np.allclose(part.replications["weight"], weights / weights.mean())
    assert part.effective_sample_size == pytest.approx(effective_size(weights))
    # means of weekly rows by the weights beside them are those of the result
    weekly = part.weekly[part.weekly["week"] == 40]
    mean = np.average(weekly["adoption"], weights=weekly["weight"])
    assert mean == pytest.approx(part.weighting.mean(part.records.week_rows("adoption")[:, 40], np.ones(4, dtype=bool)))


def test_frames_hold_weights_second_and_inputs_last(result):
    uncertain = SCENARIO | {
        "name": "inputs",
        "horizon_weeks": 20,
        "ai": {"reference_accuracy": {"p10": 0.8, "p50": 0.85, "p90": 0.9}},
    }
    frame = sim.run(uncertain, replications=3, progress=False).replications
    assert [*frame.columns[:3]] == ["replication", "weight", "outcome"]
    assert "input.ai.reference_accuracy" in frame.columns[-2:]
    assert not any(name.startswith("input.") for name in frame.columns[:-2])
    assert (frame["weight"] == 1.0).all()
    for table in (result.weekly, result.sites):
        assert [*table.columns[:2]] == ["replication", "weight"]


def test_a_quantile_is_that_of_the_estimates(result):
    values = [*range(100), None, math.nan]
    row = describe(values)
    found = quantile(values, 0.9)
    assert (found, found.low, found.high, found.n) == (row["p90"], row["p90_low"], row["p90_high"], 100)
    weights = np.linspace(0.0, 2.0, 102)
    row, found = describe(values, weights), quantile(values, 0.1, weights)
    assert (found, found.low, found.high, found.n) == (row["p10"], row["p10_low"], row["p10_high"], row["n"])
    kept = np.array(values[:100], dtype=float)
    assert found == weighted_quantiles(kept, weights[:100], [0.1])[0]
    assert result.quantile("npv", 0.5) == result.estimate("npv")["p50"]
    assert result.quantile("weeks_to_scale", 0.25).n == 6
    assert result.given("not funded").quantile("weeks_to_scale", 0.5).value is None


@pytest.mark.parametrize(
    ("condition", "error", "told"),
    [
        ("acuracy_pilot > 0.5", KeyError, "did you mean 'accuracy_pilot'?"),
        ("outcome == shelvd", KeyError, "did you mean 'shelved'?"),
        ("npv", ConditionError, "as in 'npv >= 0'"),
        ("npv > much", ConditionError, "found 'much' in 'npv > much', where a number belongs"),
        ("funded >= 1", ConditionError, "write 'funded' or 'not funded'"),
        ("outcome > shelved", ConditionError, "compare it by == or !="),
        ("success or funded", ConditionError, "can't be read; write one such as 'success'"),
        ("", ConditionError, "can't be read"),
        (0.5, ConditionError, "text or a function, not a float"),
        (lambda _: [True], ConditionError, "for each of 20 replications"),
        ("accuracy_pilot > 2", ConditionError, "none of 20 replications meets the condition: accuracy_pilot > 2"),
    ],
)
def test_a_condition_that_is_wrong_says_what_to_write(result, condition, error, told):
    with pytest.raises(error) as caught:
        result.given(condition)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda result: result.estimate("nvp"), "did you mean 'npv'?"),
        (lambda result: result.share("succes_probability"), "did you mean 'success_probability'?"),
        (lambda result: result.quantile("npvs", 0.5), "did you mean 'npv'?"),
        (lambda result: result.share_known("nvp"), "did you mean 'npv'?"),
        (lambda result: result.plot.fan("adoptoin"), "did you mean 'adoption'?"),
        (lambda result: result.records.weekly["adoptoin"], "did you mean 'adoption'?"),
        (lambda result: suite_of(result).compare(["nvp"]), "did you mean 'npv'?"),
        (lambda result: suite_of(result)["on"], "did you mean 'one'?"),
        (lambda result: suite_of(result)["two"], "two has no result: it was not begun"),
    ],
)
def test_a_misspelt_name_gives_the_nearest(result, ask, told):
    with pytest.raises(KeyError) as caught:
        ask(result)
    assert told in str(caught.value)
    assert not str(caught.value).startswith('"')


def test_a_level_beyond_all_is_refused(result):
    with pytest.raises(ValueError, match="a level of 90 is none from 0 to 1"):
        result.quantile("npv", 90)


def suite_of(result: sim.Result):
    members = [Member(sim.load(SCENARIO | {"name": name})) for name in ("one", "two")]
    suite = Suite("pair", "", "one", tuple(members))
    from simulator.results.suite_result import SuiteResult

    return SuiteResult(suite, {"one": result}, {})


def test_a_suite_is_a_mapping(result):
    suite = suite_of(result)
    assert (list(suite), len(suite), list(suite.keys())) == (["one"], 1, ["one"])
    assert ("one" in suite, "two" in suite) == (True, False)
    assert dict(suite) == {"one": result}
    assert suite.get("two") is None


def test_only_public_names_are_shown():
    assert dir(sim) == sorted(sim.__all__)
