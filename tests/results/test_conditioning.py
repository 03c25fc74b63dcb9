"""The forecast conditioned on an observed pilot: against exact posteriors, and by recovering simulated pilots."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy import integrate, stats

import simulator as sim
from simulator.cli.entry import execute
from simulator.results.conditioning import LEAST_EFFECTIVE, conditioning, log_likelihoods
from simulator.results.statistics import describe, effective_size, t_quantile
from simulator.scenario import Scenario
from tests.experiment.routes import content
from tests.model.small import DOCUMENT
from tests.model.test_inputs import UNCERTAIN

Z_LIMIT = 4.9
READINGS = {
    "accuracy": 0.8,
    "tasks": 40,
    "active_share": 0.7,
    "users": 20,
    "tickets_per_user_week": 0.2,
    "user_weeks": 40,
}
FEW = READINGS | {"tasks": 8, "users": 4, "user_weeks": 8}
"""The same readings of so few that most replications are like them."""


def scenario(**observed: float | None) -> Scenario:
    """The small programme with uncertain inputs and an observed pilot."""
    changes = UNCERTAIN | {
        "name": "mine",
        "users.segments.sceptics.onset_per_week": {"p10": 0.05, "p50": 0.2, "p90": 0.6},
        "users.segments.volunteers.onset_per_week": {"p10": 0.2, "p50": 0.5, "p90": 1.5},
        "support.how_to_per_user_week": {"p10": 0.02, "p50": 0.1, "p90": 0.4},
        "pilot.segments": {"volunteers": 0.5, "sceptics": 0.5},
        "pilot.observed": observed or None,
    }
    return sim.load(DOCUMENT).with_changes(changes)


@pytest.mark.parametrize(
    ("observed", "measure", "prior", "likelihood"),
    [
        ({"accuracy": 0.9, "tasks": 50}, "accuracy_pilot", stats.beta(20, 5), lambda x: stats.binom(50, x).pmf(45)),
        (
            {"active_share": 0.75, "users": 20},
            "adoption_pilot",
            stats.beta(2, 2),
            lambda x: stats.binom(20, (20 * x + 0.5) / 21).pmf(15),
        ),
        (
            {"tickets_per_user_week": 0.1, "user_weeks": 80},
            "tickets_per_user_week_pilot",
            stats.gamma(2, scale=0.1),
            lambda x: stats.poisson(80 * x + 0.5).pmf(8),
        ),
    ],
)
def test_weighted_means_and_medians_are_those_of_the_posterior(observed, measure, prior, likelihood):
    nothing = dict.fromkeys(("accuracy_pilot", "adoption_pilot", "tickets_per_user_week_pilot"), [None] * 20_000)
    drawn = prior.rvs(20_000, random_state=np.random.default_rng(3))
    measures = nothing | {measure: drawn.tolist()}
    conditioned = conditioning(scenario(**observed), SimpleNamespace(count=20_000, measure=measures.__getitem__))
    assert not conditioned.refusal
    found = conditioned.weighting
    row = describe(drawn, found.weights)
    top = prior.ppf(1 - 1e-9)
    evidence = integrate.quad(lambda x: prior.pdf(x) * likelihood(x), 0, top)[0]
    exact = integrate.quad(lambda x: x * prior.pdf(x) * likelihood(x), 0, top)[0] / evidence
    error = row["half_width_95"] / t_quantile(effective_size(found.weights) - 1)
    assert error < 0.02 * exact
    assert abs(row["mean"] - exact) < Z_LIMIT * error
    below = integrate.quad(lambda x: prior.pdf(x) * likelihood(x), 0, row["p50"])[0] / evidence
    assert abs(below - 0.5) < Z_LIMIT * 0.5 / np.sqrt(effective_size(found.weights))


def test_readings_multiply_and_an_unused_pilot_is_ruled_out():
    measures = {
        "accuracy_pilot": [0.8, 0.9, None, 1.0],
        "adoption_pilot": [0.5, 0.7, 0.0, 1.0],
        "tickets_per_user_week_pilot": [0.1, 0.2, None, 0.0],
    }
    names = [("accuracy", "tasks"), ("active_share", "users"), ("tickets_per_user_week", "user_weeks")]
    parts = [log_likelihoods(scenario(**{name: READINGS[name] for name in pair}), measures) for pair in names]
    whole = log_likelihoods(scenario(**READINGS), measures)
    np.testing.assert_allclose(whole, sum(parts))
    assert list(np.isfinite(whole)) == [True, True, False, False]  # never right, or always: not with one error seen
    assert np.isfinite(parts[1]).all()  # but one in twenty may stop where simulated people did not


@pytest.fixture(scope="module")
def results() -> tuple[sim.Result, sim.Result]:
    """The same replications with an observed pilot and without."""
    run = {"replications": 300, "seed": 3, "jobs": 1, "progress": False}
    return sim.run(scenario(**READINGS), **run), sim.run(scenario(), **run)


def test_the_replications_are_the_same_and_only_count_differently(results):
    weighted, plain = results
    assert plain.conditioning.checks == ()
    weights = weighted.weighting.weights
    assert weighted.replications.assign(weight=1.0).equals(plain.replications)
    assert (weighted.replications["weight"] == weights).all()
    assert (weighted.weekly.groupby("replication")["weight"].first() == weights).all()
    assert plain.weighting.weights is None
    assert plain.effective_sample_size is None
    assert weights.mean() == pytest.approx(1.0)
    assert LEAST_EFFECTIVE < weighted.effective_sample_size < 300
    assert weighted.effective_sample_size == pytest.approx(weights.sum() ** 2 / (weights**2).sum())


def test_every_table_tells_the_weighted_story(results):
    weighted, plain = results
    frame, weights = weighted.replications, weighted.weighting.weights
    success = weights[frame["success"]].sum() / weights[frame["funded"]].sum()
    assert weighted.success_probability.share == pytest.approx(success)
    assert weighted.success_probability.share != pytest.approx(plain.success_probability.share, abs=1e-3)
    reached = weights[frame["reached_scale"]].sum() / weights[frame["funded"]].sum()
    assert weighted.scaled_by_week["share"][-1] == pytest.approx(reached)
    assert weighted.scaled_by_week["share_kept"][-1] == pytest.approx(success)
    longest = frame["weeks_at_adoption_30"].fillna(0)
    held = weights[longest >= 13].sum() / weights[frame["funded"]].sum()
    assert weighted.success_curve.shares[0][3].share == pytest.approx(held)
    assert 0 < held < 1
    for name, paid in weighted.paid_back_by_outcome.items():
        chosen = frame["outcome"] == name
        told = weights[chosen & frame["paid_back"]].sum() / weights[chosen].sum()
        assert paid.share == pytest.approx(told)
    assert sum(of.share for of in weighted.outcomes.values()) == pytest.approx(1.0)
    for measure in ("adoption_final", "npv", "accuracy_pilot"):
        assert weighted.estimate(measure)["mean"] == pytest.approx(np.average(frame[measure], weights=weights))
    width = {of: of.estimate("adoption_final")["half_width_95"] for of in results}
    assert width[weighted] > width[plain]
    summary = json.loads(json.dumps(weighted.as_dict(), allow_nan=False))
    assert summary["effective_sample_size"] == weighted.effective_sample_size
    assert "effective_sample_size" not in plain.as_dict()
    assert f"{reached:.1%} of simulated programmes whose pilot was like the one observed" in weighted.verdict()
    html = weighted._repr_html_()
    assert f"300 replications say as much as {weighted.effective_sample_size:.0f}" in html
    assert f"{100 * success:.1f}%" in html


def test_figures_are_weighted(results):
    weighted, plain = results
    axes = {of: of.plot.adoption() for of in results}
    medians = {of: next(line for line in axes[of].lines if line.get_label() == "median").get_ydata() for of in results}
    rows, weights = weighted.records.week_rows("adoption"), weighted.weighting.weights
    for week in (5, 20, 39):
        median = medians[weighted][week]
        below, up_to = (weights[chosen].sum() / 300 for chosen in (rows[:, week] < median, rows[:, week] <= median))
        assert below - 0.02 <= 0.5 <= up_to + 0.02  # a median may lie between two replications
    assert not np.allclose(medians[weighted], medians[plain])
    for name in ("outcomes", "success_curve", "timeline", "shelving", "money", "integrations"):
        assert getattr(weighted.plot, name)() is not None
    plt.close("all")


def test_a_refusal_keeps_the_unweighted_table_and_more_replications_go_on_from_it(tmp_path, capsys):
    file, out = tmp_path / "mine.yaml", tmp_path / "out"
    file.write_text(scenario(**FEW).to_yaml())
    run = {"jobs": 1, "progress": False}
    with pytest.raises(sim.ConditioningError, match="of 40 replications; needed: 50 or more; simulate about") as told:
        sim.run(file, 40, **run, out=out)
    assert "move or widen what it depends on most: ai.reference_accuracy (rank correlation +" in str(told.value)
    plain, kept = sim.run(scenario(), 40, **run), told.value.result
    assert kept.estimable
    assert kept.refusal == str(told.value)
    assert kept.estimates == plain.estimates
    assert kept.success_probability == plain.success_probability
    assert "NOT conditioned on the pilot" in kept._repr_html_()
    assert "NOT conditioned" not in plain._repr_html_()
    summary = json.loads((out / "mine" / "summary.json").read_text())
    assert summary["not_conditioned"] == str(told.value)
    assert summary["measures"]["npv"]["mean"] == pytest.approx(plain.estimate("npv")["mean"])
    read = sim.read_result(out / "mine")
    assert not read.estimable
    assert read.unweighted.estimates == plain.estimates
    with pytest.raises(sim.ConditioningError, match="of 40 replications"):
        read.verdict()
    assert "no estimates: pilot.observed" in repr(read)
    command = ["run", str(file), "--jobs", "1", "--out", str(out), "--resume"]
    assert execute([*command, "--replications", "40"]) == 2
    shown = capsys.readouterr()
    assert "NOT conditioned on the pilot (pilot.observed): all replications count the same" in shown.out
    assert f"{plain.success_probability.share:.1%}" in shown.out
    assert "simulate about" in shown.err
    assert execute([*command, "--replications", "40", "--json"]) == 2
    (told_as_json,) = json.loads(capsys.readouterr().out)
    assert told_as_json["not_conditioned"] == str(told.value)
    assert execute([*command, "--replications", "40", "--until-precision", "success_probability=0.2"]) == 0
    assert "NOT conditioned" not in capsys.readouterr().out
    sim.run(file, 80, **run, out=tmp_path / "at-once")
    assert content(out / "mine") == content(tmp_path / "at-once" / "mine")


def test_a_reading_that_no_pilot_explains_is_refused_and_what_it_depends_on_is_named(tmp_path, capsys):
    file = tmp_path / "mine.yaml"
    file.write_text(scenario(**(READINGS | {"accuracy": 0.05, "tasks": 500})).to_yaml())
    assert execute(["run", str(file), "--replications", "60", "--jobs", "1"]) == 2
    told = capsys.readouterr().err
    assert "Traceback" not in told
    assert "no pilot of this scenario explains it: accuracy was observed as 0.05, where 90% of 60 simulated" in told
    assert "ai.reference_accuracy (rank correlation +" in told
    assert execute(["run", str(file), "--replications", "60", "--variance"]) == 2


def test_replications_are_doubled_until_those_like_the_pilot_are_enough_and_precise():
    run = {"seed": 3, "jobs": 1, "progress": False, "until_precision": {"success_probability": 0.15, "npv": "100%"}}
    found = sim.run(scenario(**FEW), 20, **run, at_most=500)
    assert found.replications_done in (80, 160)  # 20 and 40 are too few to say anything
    share, money = found.precisions
    assert [share.met, money.met] == [True, True]
    assert (share.low, share.high) == (found.success_probability.low, found.success_probability.high)
    assert share.effective == found.effective_sample_size > LEAST_EFFECTIVE
    assert money.half_width == pytest.approx(found.estimate("npv")["half_width_95"])
    assert f"replications (effectively {share.effective:,.0f}), 0.15 wanted: precise enough" in str(share)
    with pytest.raises(sim.ConditioningError, match="of 40 replications; needed: 50 or more"):
        sim.run(scenario(**FEW), 20, **run, at_most=40)
    with pytest.raises(ValueError, match="there is no measure 'luck'"):
        sim.run(scenario(**FEW), 20, **run | {"until_precision": {"luck": 1}})


def test_a_thin_part_leaves_the_other_scenarios_of_a_suite_alone(tmp_path, capsys):
    file = tmp_path / "mine.yaml"
    file.write_text(scenario(**FEW).to_yaml())
    suite = tmp_path / "both.yaml"
    freely = {"scenario": "mine.yaml", "name": "freely", "set": {"pilot.observed": None}}
    suite.write_text(json.dumps({"name": "both", "scenarios": ["mine.yaml", freely]}))
    run = ["run", str(suite), "--replications", "40", "--jobs", "1", "--out", str(tmp_path / "part")]
    assert execute([*run, "--shard", "1/2", "--json"]) == 0
    told = capsys.readouterr()
    assert [of["scenario"] for of in json.loads(told.out)] == ["freely"]
    assert "shard 1/2 of mine is there; too few of its replications are like the observed" in told.err
    assert execute([*run, "--shard", "1/2", "--resume"]) == 0
    lines = capsys.readouterr().out.splitlines()
    (mine,) = [line for line in lines if line.startswith("mine ")]
    assert not any(letter.isdigit() for letter in mine)  # no estimates
    assert any(line.startswith("freely ") for line in lines)


def test_parts_too_thin_for_estimates_merge_to_the_bytes_of_one_run(tmp_path, capsys):
    file = tmp_path / "mine.yaml"
    file.write_text(scenario(**FEW).to_yaml())
    whole = sim.run(file, 80, jobs=1, progress=False, out=tmp_path / "whole")
    parts = {total: [tmp_path / f"{total}-{index}" for index in (1, 2)] for total in (80, 40)}
    for total, folders in parts.items():
        for index, out in enumerate(folders, start=1):
            run = ["run", str(file), "--replications", str(total), "--jobs", "1", "--out", str(out)]
            assert execute([*run, "--shard", f"{index}/2"]) == 0
            told = capsys.readouterr()
            assert f"shard {index}/2 of mine is there; too few of its replications are like the observed" in told.err
            assert not (out / "mine" / "summary.json").exists()
    part = sim.read_result(parts[80][0] / "mine")
    assert len(part.replications) == 40
    assert "no estimates: pilot.observed: found readings that leave an effective sample" in repr(part)
    with pytest.raises(sim.ConditioningError, match="of 40 replications"):
        part.verdict()
    (merged,) = sim.merge(parts[80], tmp_path / "merged")
    assert content(tmp_path / "merged" / "mine") == content(tmp_path / "whole" / "mine")
    assert merged.effective_sample_size == whole.effective_sample_size > LEAST_EFFECTIVE

    with pytest.raises(sim.ConditioningError, match="of 40 replications; needed: 50 or more; simulate about"):
        sim.merge(parts[40], tmp_path / "longer")
    assert "not_conditioned" in json.loads((tmp_path / "longer" / "mine" / "summary.json").read_text())
    sim.run(file, 80, jobs=1, progress=False, out=tmp_path / "longer", resume=True)  # what was merged is kept
    assert content(tmp_path / "longer" / "mine") == content(tmp_path / "whole" / "mine")


def test_a_real_pilot_needs_a_simulated_one(repository: Path):
    queue = sim.load(repository / "scenarios" / "theory" / "m-m-c.yaml")
    with pytest.raises(sim.ScenarioError, match=r"pilot.observed: found readings where users are there from the start"):
        queue.with_changes(
            {"pilot": {"sites": ["site"], "segments": {"everybody": 1}, "observed": {"accuracy": 1, "tasks": 9}}}
        )


# ---- recovering simulated pilots

QUANTITIES = ("input.ai.reference_accuracy", "input.support.how_to_per_user_week", "adoption_final", "tickets_opened")
SIZES = {"tasks": 60, "users": 30, "user_weeks": 60}


def recovered(frame: Any, size_told: float = 1.0) -> dict[str, np.ndarray]:
    """Where each truth lies in its posterior (0 to 1), by quantity, for each replication taken as the real programme.

    Its pilot is observed through samples of the stated sizes, and the other replications are weighted as if they had
    been `size_told` times as large. Truths whose posterior has too small an effective sample are left out, which only
    what was observed decides.
    """
    generator = np.random.default_rng(41)
    names = ("accuracy_pilot", "adoption_pilot", "tickets_per_user_week_pilot")
    pilots = {name: frame[name].to_list() for name in names}
    values = {name: frame[name].to_numpy(dtype=float) for name in QUANTITIES}
    places: dict[str, list[float]] = {name: [] for name in QUANTITIES}
    base = scenario(**READINGS)
    for truth in np.flatnonzero(frame[list(names)].notna().all(axis=1)):
        accuracy, active, rate = (float(pilots[name][truth]) for name in names)
        tasks, users, weeks = SIZES["tasks"], SIZES["users"], SIZES["user_weeks"]
        observed = {
            "accuracy": generator.binomial(tasks, accuracy) / tasks,
            "active_share": generator.binomial(users, (active * users + 0.5) / (users + 1)) / users,
            "tickets_per_user_week": generator.poisson(rate * weeks + 0.5) / weeks,
            **{name: size_told * size for name, size in SIZES.items()},
        }
        pilot = base.pilot.model_copy(update={"observed": base.pilot.observed.model_copy(update=observed)})
        logs = log_likelihoods(base.model_copy(update={"pilot": pilot}), pilots)
        logs[truth] = -np.inf
        weights = np.exp(logs - logs.max())
        if effective_size(weights) >= LEAST_EFFECTIVE:
            for name, column in values.items():
                ties = weights[column == column[truth]].sum() * generator.random()
                places[name].append((weights[column < column[truth]].sum() + ties) / weights.sum())
    return {name: np.array(found) for name, found in places.items()}


@pytest.mark.slow
def test_credible_intervals_of_simulated_pilots_cover_as_often_as_they_say():
    """Simulation-based calibration (Talts et al. 2018): truths are spread evenly over their posteriors."""
    frame = sim.run(scenario(), replications=3000, seed=9, progress=False).replications
    found = recovered(frame)
    for name, places in found.items():
        assert len(places) > 1500
        for level in (0.5, 0.8, 0.95):
            covered = np.mean(np.abs(places - 0.5) <= level / 2)
            print(f"{name}: {len(places)} truths, {level:.0%} credible intervals cover {covered:.1%}")
            assert abs(covered - level) < Z_LIMIT * np.sqrt(level * (1 - level) / len(places))
        assert abs(places.mean() - 0.5) < Z_LIMIT / np.sqrt(12 * len(places))
    # Control: the same check notices readings that are taken for four times as large as they were.
    places = recovered(frame, size_told=4.0)["input.ai.reference_accuracy"]
    assert np.mean(np.abs(places - 0.5) <= 0.4) < 0.8 - Z_LIMIT * np.sqrt(0.16 / len(places))
