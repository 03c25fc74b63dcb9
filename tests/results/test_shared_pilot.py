"""A pilot that has run is fixed: plans with the same readings share its weights, whatever they do afterwards."""

from __future__ import annotations

import csv
import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import simulator as sim
from simulator.cli.entry import execute
from simulator.results.conditioning import Plan, shared
from simulator.stepping.pilots import PROBED, simulated
from tests.results.test_conditioning import FEW, scenario

SHARP = FEW | {"accuracy": 0.3, "tasks": 400}


def suite_of(folder: Path, plans: list[Any], **observed: float) -> Path:
    """A suite of the small programme, and of plans that change it."""
    (folder / "mine.yaml").write_text(scenario(**observed).to_yaml())
    named = [{"scenario": "mine.yaml", "name": name, "set": changes} for name, changes in plans]
    file = folder / "plans.yaml"
    file.write_text(json.dumps({"name": "plans", "scenarios": ["mine.yaml", *named]}))
    return file


PLANS: list[Any] = [
    ("dear", {"economics.licence_per_user_week": 20}),
    ("logging", {"pilot.logged_share": 0.5}),
    ("weak", {"ai.reference_accuracy": 0.7}),
    ("freely", {"pilot.observed": None}),
    ("read-otherwise", {"pilot.observed.accuracy": 0.9}),
]


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> tuple[sim.SuiteResult, Path]:
    """The suite, and where it was written."""
    folder = tmp_path_factory.mktemp("plans")
    file = suite_of(folder, PLANS, **FEW)
    return sim.run_suite(file, 120, jobs=1, progress=False, out=folder / "out"), folder / "out"


def test_plans_share_the_weights_of_the_pilot_that_ran(plans):
    result, _ = plans
    weights = result["mine"].weighting.weights
    for name in ("dear", "logging", "weak"):
        np.testing.assert_array_equal(result[name].weighting.weights, weights)
    assert result["freely"].weighting.weights is None
    assert not np.allclose(result["read-otherwise"].weighting.weights, weights)
    # What the weak plan would have weighed by itself: another posterior, in which other inputs make up for it.
    alone = Plan(result["weak"].scenario, result["weak"].records)
    assert not np.allclose(shared({"weak": alone}, "weak")["weak"].weighting.weights, weights)
    frame = result["weak"].replications
    expected = np.average(frame["adoption_final"], weights=weights)
    assert result.compare(["adoption_final"]).loc["weak", "adoption_final"]["estimate"] == pytest.approx(expected)
    assert result.complete


def test_a_plan_that_changes_the_pilot_says_that_it_did_not_happen(plans):
    result, out = plans
    told = {name: each.conditioning.another for name, each in result.results.items()}
    assert [name for name, line in told.items() if line] == ["logging", "weak"]
    frames = result["logging"].replications, result["mine"].replications
    means = [frame["tickets_per_user_week_pilot"].mean() for frame in frames]
    assert (
        "logging speaks of a pilot that did not happen: it changes the pilot itself, which reads otherwise than that "
        f"of mine in 120 of 120 replications: tickets_per_user_week {means[0]:.3g} instead of {means[1]:.3g} on "
        "average;"
    ) in told["logging"]
    html = result._repr_html_()
    assert "logging speaks of a pilot that did not happen" in html
    size = result["mine"].effective_sample_size
    weighted = (
        "mine, dear, logging, weak: weighted by what the pilot showed (pilot.observed), as it is simulated in mine"
    )
    assert f"{weighted}: 120 replications say as much as {size:.0f}." in html
    rows = {row["scenario"]: row for row in csv.DictReader((out / "suite.csv").open())}
    assert float(rows["weak"]["effective_sample_size"]) == pytest.approx(size)
    assert rows["freely"]["effective_sample_size"] == ""
    (of_suite,) = [of for of in json.loads((out / "suite.json").read_text())["scenarios"] if of["scenario"] == "weak"]
    assert of_suite["effective_sample_size"] == size
    assert of_suite["pilot_did_not_happen"] == told["weak"]
    summary = json.loads((out / "weak" / "summary.json").read_text())
    assert summary["pilot_did_not_happen"] == told["weak"]
    assert summary["measures"]["npv"]["mean"] == result["weak"].estimate("npv")["mean"]


def test_plans_that_lack_replications_are_weighted_by_number():
    """What the pilot of another plan lacks has its own likelihood, where the pilot is the same."""

    class Drawn:
        input_paths = ()
        inputs = np.empty((0, 0))

        def __init__(self, numbers: range, accuracy: Any) -> None:
            self.numbers = np.array(numbers)
            self.count = len(numbers)
            self._accuracy = [accuracy(number) for number in numbers]

        def measure(self, name: str) -> list[Any]:
            return self._accuracy if name == "accuracy_pilot" else [None] * self.count

    def reads(number: int) -> float:
        return 0.7 + 0.001 * number

    here = scenario(accuracy=0.8, tasks=40)
    records = {
        "mine": Drawn(range(200), reads),
        "more": Drawn(range(50, 260), reads),
        "other": Drawn(range(50, 260), lambda number: reads(number) - 0.1),
    }
    plans = {name: Plan(here.with_changes({"name": name}), of) for name, of in records.items()}
    found = shared(plans, "mine")
    ratio = found["more"].weighting.weights[:150] / found["mine"].weighting.weights[50:]
    np.testing.assert_allclose(ratio, ratio[0])
    assert (found["more"].weighting.weights > 0).all()
    assert found["more"].another == ""
    ratio = found["other"].weighting.weights[:150] / found["mine"].weighting.weights[50:]
    np.testing.assert_allclose(ratio, ratio[0])
    assert (found["other"].weighting.weights[150:] == 0).all()
    assert "150 of 150 replications: accuracy 0.725 instead of 0.824 on average" in found["other"].another
    assert shared(dict(reversed(plans.items())), "mine")["other"].another == found["other"].another


def test_precision_is_that_of_the_pilot_that_ran(tmp_path):
    """Plans that change the pilot are not simulated beyond what the one whose pilot ran can weigh."""
    weak = {"ai.reference_accuracy": 0.45}
    file = suite_of(tmp_path, [("weak", weak), ("dear", PLANS[0][1])], **FEW | {"tasks": 60})
    aims = {"until_precision": {"adoption_final": 0.05, "success_probability": 0.09}, "at_most": 2000}
    result = sim.run_suite(file, 50, jobs=1, progress=False, **aims)
    done = {name: each.replications_done for name, each in result.results.items()}
    assert result["mine"].precisions[1].met
    assert 100 < done["mine"] < 2000
    assert done["weak"] <= done["mine"] == done["dear"]
    for name in ("weak", "dear"):
        share = result[name].success_probability
        assert (result[name].precisions[1].low, result[name].precisions[1].high) == (share.low, share.high)
    # Baseline last: it is simulated first all the same.
    content = json.loads(file.read_text())
    content["scenarios"] = [*content["scenarios"][1:], content["scenarios"][0]]
    file.write_text(json.dumps(content | {"baseline": "mine"}))
    again = sim.run_suite(file, 50, jobs=1, progress=False, **aims)
    assert list(again.results) == ["weak", "dear", "mine"]
    assert {name: each.replications_done for name, each in again.results.items()} == done


def test_a_suite_whose_pilot_no_plan_explains_is_compared_unweighted(tmp_path, capsys):
    file = suite_of(tmp_path, PLANS[:1], **SHARP)
    result = sim.run_suite(file, 60, jobs=1, progress=False)
    assert set(result.unweighted) == {"mine", "dear"}
    assert not result.complete
    plain = sim.run(scenario(), 60, jobs=1, progress=False)
    assert result["mine"].success_probability == plain.success_probability
    assert result.differences("dear", ["npv"])["npv"].value < 0
    html = result._repr_html_()
    assert "NOT conditioned on the pilot (pilot.observed), all replications counting the same: mine, dear." in html
    assert html.count("no pilot of this scenario explains it: accuracy was observed as 0.3") == 1
    assert "ai.reference_accuracy (rank correlation +" in html
    assert execute(["run", str(file), "--replications", "60", "--jobs", "1"]) == 1
    assert "NOT conditioned on the pilot" in capsys.readouterr().out


def test_no_difference_is_told_between_what_is_conditioned_and_what_cannot_be(tmp_path):
    plans = [("unlike", {"pilot.observed.accuracy": 0.3, "pilot.observed.tasks": 400})]
    result = sim.run_suite(suite_of(tmp_path, plans, **FEW), 120, jobs=1, progress=False)
    assert list(result.unweighted) == ["unlike"]
    assert result["mine"].effective_sample_size > 50
    assert result.differences("unlike") == {}


def test_an_observed_pilot_that_cannot_be_used_has_no_variance(tmp_path, capsys):
    suite = suite_of(tmp_path, PLANS[3:4], **SHARP)
    options = ["--replications", "12", "--jobs", "1"]
    assert execute(["variance", str(tmp_path / "mine.yaml"), *options]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "explains it: accuracy was observed as 0.3" in told.err
    assert execute(["run", str(tmp_path / "mine.yaml"), *options, "--variance"]) == 2
    told = capsys.readouterr().out
    assert "NOT conditioned" in told
    assert "Ignorance or chance" not in told
    assert execute(["variance", str(suite), *options]) == 1
    told = capsys.readouterr()
    assert "variance of freely is" in told.out
    assert "variance of mine" not in told.out
    assert "what of the variance of mine is chance is not told: pilot.observed: no pilot of this" in told.err


def test_variance_and_sweeps_under_an_observed_pilot(tmp_path, capsys):
    """A sweep over what the reading depends on is not refused where its own pilots would read otherwise."""
    file = suite_of(tmp_path, [], **FEW)
    content = json.loads(file.read_text())
    values = {"ai.reference_accuracy": [0.45, 0.9]}
    file.write_text(json.dumps(content | {"sweeps": [{"scenario": "mine.yaml", "name": "at", "grid": values}]}))
    assert execute(["variance", str(file), "--replications", "100", "--jobs", "1"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert told.count("each simulated 2 times, weighted by what the pilot showed (effectively") == 3
    result = sim.run_suite(file, 100, jobs=1, progress=False)
    assert result.complete
    assert len({each.effective_sample_size for each in result.results.values()}) == 1
    low = next(each for name, each in result.results.items() if "0.45" in name or "0-45" in name)
    with pytest.raises(sim.ConditioningError):  # by itself no such pilot has been seen
        sim.run(low.scenario.with_changes({"pilot.observed.tasks": 100}), 100, jobs=1, progress=False)


def test_changes_on_the_command_line_say_where_the_pilot_is_another_one(tmp_path, capsys):
    suite_of(tmp_path, [], **FEW)
    file, out = tmp_path / "mine.yaml", tmp_path / "out"
    overlay = tmp_path / "logging.yaml"
    overlay.write_text(json.dumps({"extends": "mine.yaml", "name": "logging", "pilot": {"logged_share": 0.5}}))
    command = ["run", str(file), "--replications", "100", "--jobs", "1", "--out", str(out)]
    assert execute([*command, "--overlay", str(overlay)]) == 0
    line = (
        "mine speaks of a pilot that did not happen: it changes the pilot itself, which reads otherwise than without "
        "the changes in 10 of 10 replications: tickets_per_user_week 0."
    )
    assert line in " ".join(capsys.readouterr().out.split())
    assert json.loads((out / "mine" / "summary.json").read_text())["pilot_did_not_happen"].startswith(line)
    for afterwards in ("economics.licence_per_user_week=20", "pilot.observed.accuracy=0.9"):
        assert execute(["run", str(file), "--replications", "100", "--jobs", "1", "--set", afterwards]) == 0
        told = capsys.readouterr()
        assert "did not happen" not in told.out + told.err
    assert execute(["variance", str(file), "--replications", "100", "--jobs", "1", "--overlay", str(overlay)]) == 0
    capsys.readouterr()
    changed = ["--set", "pilot.logged_share=0.5"]
    assert execute(["run", str(tmp_path / "plans.yaml"), "--replications", "100", "--jobs", "1", *changed]) == 0
    assert line in capsys.readouterr().err


def test_pilots_end_as_they_do_in_whole_replications(plans):
    result, _ = plans
    found = simulated(result["mine"].scenario, 1)
    for name, values in found.items():
        assert values.tolist() == result["mine"].records.measure(name)[:PROBED]


def test_a_lever_in_a_pilot_that_has_run_is_warned_of():
    here = scenario(**FEW)
    simulation = sim.simulate(here)
    with pytest.warns(sim.ResultWarning, match=f"hire for tier1 in week 1: .* ran to week {here.pilot.weeks} without"):
        simulation.advance(1).hire("tier1")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        simulation.advance(here.pilot.weeks).hire("tier1")
        sim.simulate(scenario()).advance(1).hire("tier1")
