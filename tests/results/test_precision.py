"""Running until precise: what stops it, what is told, and whether the intervals cover what they should."""

import math
from collections import Counter
from functools import partial

import numpy as np
import pytest
from scipy import stats

import simulator as sim
from simulator.results.precision import Precision, PrecisionError, Target, precision, stages
from tests.experiment.routes import content
from tests.experiment.stand_in import SCENARIO

run = partial(sim.run, SCENARIO, replications=50, seed=3, progress=False)
EXPERIMENTS = 4000


def test_stages_double_from_the_floor_to_the_cap():
    assert list(stages(50, 500)) == [50, 100, 200, 400, 500]
    assert list(stages(50, 500, at_least=150)) == [200, 400, 500]
    assert list(stages(50, 50)) == [50]


@pytest.mark.usefixtures("stand_in_engine")
def test_replications_are_doubled_until_every_target_is_met():
    result = run(until_precision={"success": 0.04, "adoption_final": "10%", "adoption_final.p90": 0.05})
    assert result.replications_done == 800  # the share asks for most: 0.98 / sqrt(n) is below 0.04 from 600
    assert all(of.met for of in result.precisions)
    assert [of.target.name for of in result.precisions] == ["success", "adoption_final", "adoption_final.p90"]
    share = result.precisions[0]
    assert share.half_width == (result.success_probability.high - result.success_probability.low) / 2
    half_width = result.estimate("adoption_final")["half_width_95"]
    assert result.precisions[1].half_width == pytest.approx(half_width)
    assert not run(until_precision={"success": 0.04}, at_most=400).precisions[0].met


@pytest.mark.usefixtures("stand_in_engine")
def test_what_it_would_take_is_told_when_the_cap_ends_it():
    (of,) = run(until_precision={"success_probability": 0.01}, at_most=300).precisions
    assert (of.replications, of.met) == (300, False)
    assert of.needed == pytest.approx(300 * (of.half_width / 0.01) ** 2, rel=0.01)
    assert str(of).startswith("success_probability: 0.")
    assert "after 300 replications, 0.01 wanted: it would take about 9," in str(of)


@pytest.mark.usefixtures("stand_in_engine")
def test_an_interrupted_run_until_precision_ends_with_the_same_bytes(tmp_path):
    def stop(progress):
        if progress.done == 130:
            raise KeyboardInterrupt

    wanted = {"success": 0.06}
    run(until_precision=wanted, out=tmp_path / "at-once")
    stopped = run(until_precision=wanted, out=tmp_path / "twice", progress=stop, jobs=1, on_interrupt="return")
    assert (stopped.interrupted, stopped.replications_done) == (True, 130)
    run(until_precision=wanted, out=tmp_path / "twice", resume=True)
    assert content(tmp_path / "twice" / "stand-in") == content(tmp_path / "at-once" / "stand-in")


@pytest.mark.usefixtures("stand_in_engine")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"until_precision": {"npv": 0}}, "the precision npv=0 can't be read"),
        ({"until_precision": {"npv": "x%"}}, "write MEASURE=H or MEASURE=H%"),
        ({"until_precision": {"npv.p50": True}}, "can't be read"),
        ({"until_precision": {"npv.p42": 1}}, "'npv.p42' asks for 'p42'; a quantile must be one of p05, p10, "),
        ({"until_precision": {"luck": 1}}, "there is no measure 'luck'"),
        ({"until_precision": {"outcome": 1}}, "outcome is text"),
        ({"until_precision": {"success": 0.1}, "at_most": 20}, "at_most 20 is below replications 50, the least"),
        ({"until_precision": {"success": 0.1}, "shard": "1/2", "out": "x"}, "leave shard out"),
    ],
)
def test_bad_targets_are_refused(options, message):
    with pytest.raises(ValueError, match=message.replace("(", r"\(")):
        run(**options)


def test_nothing_to_estimate_is_not_precise():
    target = Target.read("payback_week", 1)
    nothing = precision(target, lambda _: [None] * 40, 40)
    assert (nothing.met, nothing.needed) == (False, None)
    assert str(nothing) == "payback_week: can't be estimated from 40 replications (1 wanted)"
    assert not Precision(Target.read("npv", "5%"), 0.0, -2.0, 2.0, 40).met
    assert Precision(Target.read("npv", "5%"), 0.0, 0.0, 0.0, 40).met
    with pytest.raises(PrecisionError):
        Target.read("", 1)


@pytest.mark.slow
def test_weighted_intervals_cover_when_stopped_at_the_doubling_that_is_precise_enough():
    """Draws from one normal law, weighted to be those of another, as an observed pilot weights replications."""
    generator = np.random.default_rng(20_261_124)
    target, drawn = stats.norm(0.5, 0.8), stats.norm()
    cases = {"mean": ("npv", 0.0815, 0.5), "share": ("success", 0.0562, target.sf(0.8))}
    covered, numbers = Counter[str](), {name: Counter[int]() for name in cases}
    for sample in drawn.rvs((1000, 1600), random_state=generator):
        weights = target.pdf(sample) / drawn.pdf(sample)
        for case, (name, width, exact) in cases.items():
            values = (sample > 0.8 if case == "share" else sample).tolist()
            for number in stages(200, 1600):
                wanted = Target.read(name, width)
                found = precision(wanted, lambda _, n=number, of=values: of[:n], number, weights[:number])
                if found.met:
                    break
            numbers[case][number] += 1
            covered[case] += found.low <= exact <= found.high
    print(covered, numbers)
    assert all(0.93 <= covered[case] / 1000 <= 0.97 for case in cases)
    assert all(sorted(of.values())[-2] > 100 for of in numbers.values())  # chance decides between two stages


def sampled(generator: np.random.Generator, draw, name: str, floor: int, cap: int, width: float) -> Precision:
    """One experiment run until precise, on known distributions."""
    values = draw(generator, cap)
    for number in stages(floor, cap):
        found = precision(Target.read(name, width), lambda _, number=number: values[:number].tolist(), number)
        if found.met:
            break
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("draw", "name", "width", "exact"),
    [
        (lambda g, n: g.normal(3.0, 2.0, n), "npv", 0.196, 3.0),
        (lambda g, n: g.exponential(2.0, n), "npv", 0.196, 2.0),
        (lambda g, n: g.exponential(2.0, n), "npv.p50", 0.196, 2.0 * math.log(2.0)),
        (lambda g, n: g.exponential(2.0, n), "npv.p90", 0.588, 2.0 * math.log(10.0)),
        (lambda g, n: g.uniform(size=n) < 0.3, "success", 0.0447, 0.3),
        (lambda g, n: g.uniform(size=n) < 0.04, "success", 0.0195, 0.04),
    ],
    ids=["normal-mean", "exponential-mean", "median", "p90", "share", "small-share"],
)
@pytest.mark.parametrize("sequential", [False, True], ids=["fixed", "until-precise"])
def test_95_percent_intervals_cover_what_is_known_93_to_97_times_in_100(draw, name, width, exact, sequential):
    """With a fixed number, and when stopped at the doubling that is precise enough."""
    generator = np.random.default_rng([20_261_123, sequential])
    floor, cap = (200, 3200) if sequential else (600, 600)
    covered, numbers = 0, Counter[int]()
    for _ in range(EXPERIMENTS):
        found = sampled(generator, draw, name, floor, cap, width)
        numbers[found.replications] += 1
        covered += found.low <= exact <= found.high
    assert 0.93 <= covered / EXPERIMENTS <= 0.97
    if sequential:  # the half-widths wanted are those after 400, so that chance decides between two stages
        assert sorted(numbers.values())[-2] > 0.1 * EXPERIMENTS
