"""Comparing plans: constructed experiments whose truth is known, and what is computed another way."""

from __future__ import annotations

import io
import json
from itertools import combinations

import numpy as np
import pytest
from rich.console import Console
from scipy import stats

import simulator as sim
from simulator.cli.entry import execute
from simulator.results.paired import Column, contrast, variance_ratio
from simulator.results.statistics import holm, share_of
from simulator.scenario.measures import ESTIMATED, SHARES
from tests.analysis.made import compared, made
from tests.experiment.stand_in import SCENARIO
from tests.results.test_conditioning import FEW, scenario

EXPERIMENTS = 1000


def column(values, *, is_share=False) -> Column:
    values = np.asarray(values, dtype=float)
    return Column(values, np.ones(len(values)), is_share)


def plans_of(generator, n, plans, *, is_share, shift=0.0, share=0.3):
    """Values of plans that are equal but for `shift` of the last, share two thirds of their luck, and are skewed.

    Or truths, which hold in a `share` of the replications where nothing is shifted.
    """
    common, own = generator.normal(size=n), generator.normal(size=(plans, n))
    values = 0.8 * common + 0.6 * own
    values[-1] += shift
    return values > stats.norm.isf(share) if is_share else np.exp(0.8 * values)


def closed(p_values) -> list[float]:
    """Holm's adjusted p-values another way: the closed test of all intersections, each by Bonferroni."""
    indices = range(len(p_values))
    sets = [chosen for size in range(1, len(p_values) + 1) for chosen in combinations(indices, size)]
    return [
        max(min(1.0, len(chosen) * min(p_values[each] for each in chosen)) for chosen in sets if index in chosen)
        for index in indices
    ]


def test_holm():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []
    generator = np.random.default_rng(1)
    for _ in range(50):
        p_values = (generator.uniform(size=6) ** 4).tolist()
        assert holm(p_values) == pytest.approx(closed(p_values))


def test_the_p_value_is_that_of_the_interval_that_just_reaches_zero():
    generator = np.random.default_rng(2)
    for is_share in (False, True):
        for _ in range(20):
            a, b = plans_of(generator, 60, 2, is_share=is_share, shift=0.4)
            found = contrast(column(b, is_share=is_share), column(a, is_share=is_share))
            end = found.interval(found.p)
            assert min(abs(end.low), abs(end.high)) == pytest.approx(0.0, abs=1e-9)
            assert (found.p <= 0.05) == found.interval().clear
    a, b = generator.normal(size=(2, 40))
    assert contrast(column(b), column(a)).p == pytest.approx(stats.ttest_rel(b, a).pvalue)


@pytest.mark.parametrize("n", [20, pytest.param(200, marks=pytest.mark.slow)])
@pytest.mark.parametrize("share", [None, 0.05, 0.5])
def test_five_equal_plans_have_a_star_in_at_most_one_of_twenty_experiments(n, share):
    """And, where luck is no rare event, without the adjustment in many more: the test can fail."""
    generator = np.random.default_rng(3)
    starred = unadjusted = covered = 0
    is_share = share is not None
    for _ in range(EXPERIMENTS):
        values = plans_of(generator, n, 5, is_share=is_share, share=share)
        columns = [column(each, is_share=is_share) for each in values]
        found = [contrast(b, a) for a, b in combinations(columns, 2)]
        p_values = [each.p for each in found]
        starred += min(holm(p_values)) <= 0.05
        unadjusted += min(p_values) <= 0.05
        together = [each.interval(0.05 / len(found)) for each in found]
        covered += all(each.low <= 0.0 <= each.high for each in together)
    assert starred <= 0.05 * EXPERIMENTS
    assert covered >= 0.95 * EXPERIMENTS
    assert unadjusted > 0.15 * EXPERIMENTS or share == 0.05


@pytest.mark.parametrize("is_share", [False, True])
def test_unadjusted_intervals_cover_as_often_as_they_say(is_share):
    generator = np.random.default_rng(4)
    truth = plans_of(generator, 2_000_000, 2, is_share=is_share, shift=0.3).astype(float).mean(axis=1)
    covered = 0
    for _ in range(EXPERIMENTS):
        a, b = plans_of(generator, 150, 2, is_share=is_share, shift=0.3)
        found = contrast(column(b, is_share=is_share), column(a, is_share=is_share)).interval()
        covered += found.low <= truth[1] - truth[0] <= found.high
    assert 0.93 < covered / EXPERIMENTS < 0.97


def test_intervals_of_worlds_cover_as_often_as_they_say():
    generator = np.random.default_rng(5)
    chance = stats.norm.cdf(0.3 / np.sqrt(2 * 0.36))  # two own parts of standard deviation 0.6
    covered = 0
    for _ in range(EXPERIMENTS):
        a, b = plans_of(generator, 150, 2, is_share=False, shift=0.3)
        found = share_of(b > a)
        covered += found.low <= chance <= found.high
    assert 0.93 < covered / EXPERIMENTS < 0.97


def test_what_pairing_saves():
    """Two normals of correlation rho: 1 / (1 - rho) times as many replications without pairing; and from the data."""
    generator = np.random.default_rng(6)
    common, *own = generator.normal(size=(3, 4000))
    a, b = (np.sqrt(0.9) * common + np.sqrt(0.1) * part for part in own)
    found = variance_ratio(column(b), column(a))
    assert found == pytest.approx((a.var() + b.var()) / (b - a).var())
    assert found == pytest.approx(10.0, rel=0.1)
    assert variance_ratio(column(a + 2.0), column(a)) == np.inf
    assert variance_ratio(column([1.0, 1.0]), column([1.0, 1.0])) is None
    one = compared(made("a", [True] * 50, npv=a[:50]), made("b", [True] * 50, npv=b[:50])).difference("npv", "B")
    told = one.as_dict()["replications_without_pairing"]
    assert told == round(50 * (a[:50].var() + b[:50].var()) / (b[:50] - a[:50]).var())


A = made("a", [1, 1, 0, 0, 0, 0, 0, 0], npv=[5, 4, 3, 2, 1, 0, -1, -2], weeks_to_scale=[20, 30] + [None] * 6)
B = made("b", [1, 0, 1, 1, 0, 0, 0, 0], npv=[5, 5, 5, 0, 1, 0, 9, 0], weeks_to_scale=[18, None, 9, 9] + [None] * 4)


def test_worlds_beside_means():
    found = compared(A, B)
    one = found.difference("success_probability", "B")
    assert (one.a.name, one.b.name, one.measure) == ("a", "b", "success_probability")
    assert one.estimate.value == pytest.approx(1 / 8)
    worlds = [one.worlds.higher, one.worlds.same, one.worlds.lower, one.worlds.not_comparable]
    assert [float(each) for each in worlds] == [2 / 8, 5 / 8, 1 / 8, 0.0]
    assert (one.better.low, one.better.high) == (one.worlds.higher.low, one.worlds.higher.high)
    money = found.difference("npv", "b", "a")
    np.testing.assert_array_equal(money.values, [0, 1, 2, -2, 0, 0, 10, 2])
    np.testing.assert_array_equal(money.of_b.values - money.of_a.values, money.values)
    assert money.weights.tolist() == [1 / 8] * 8
    assert money.better == 4 / 8
    weeks = found.difference("weeks_to_scale", "B")
    assert (float(weeks.better), float(weeks.worlds.not_comparable)) == (1 / 8, 7 / 8)  # fewer weeks are better
    assert weeks.estimate.value == pytest.approx(12 - 25)  # the mean of each plan's own programmes
    turned = found.difference("npv", "A", "B")
    assert (turned.estimate.value, turned.p_adjusted) == (-money.estimate.value, money.p_adjusted)
    with pytest.raises(KeyError, match="not compared with itself"):
        found.difference("npv", "A")


def random_plans(seed, n=60, plans=3, shift=0.0):
    generator = np.random.default_rng(seed)
    common = generator.normal(size=n)
    found = []
    for index in range(plans):
        success = common + 0.4 * generator.normal(size=n) > 0.4 - 0.5 * index
        money = common + 0.3 * generator.normal(size=n) + 0.2 * index
        money[generator.uniform(size=n) < 0.1] = np.nan
        found.append(
            {
                "success": success,
                "npv": money,
                "adoption_final": 0.5 * generator.beta(2, 3, size=n) + shift * (index // 2),
            }
        )
    return found


def results_of(columns, order=slice(None)):
    return [
        made(
            f"plan-{index}",
            each["success"][order],
            npv=[None if np.isnan(value) else value for value in each["npv"][order]],
            adoption_final=each["adoption_final"][order],
        )
        for index, each in enumerate(columns)
    ]


MEASURES = ("success_probability", "npv", "adoption_final")
ADJUSTED = {"p_adjusted", "low_together", "high_together", "told_apart"}


def test_permuting_replications_changes_no_digit():
    columns = random_plans(1)
    order = np.random.default_rng(0).permutation(60)
    before, after = (compared(*results_of(columns, each), measures=MEASURES) for each in (slice(None), order))
    assert json.dumps(before.as_dict(), allow_nan=False) == json.dumps(after.as_dict(), allow_nan=False)


def test_leaving_a_plan_out_changes_nothing_but_what_is_adjusted():
    columns = random_plans(2)
    every, first, last = results_of(columns)
    whole = compared(every, first, last, measures=MEASURES)
    part = compared(every, last, measures=MEASURES)
    for measure in MEASURES:
        before, after = whole.difference(measure, "C").as_dict(), part.difference(measure, "B").as_dict()
        assert {key for key in before if before[key] != after[key]} <= ADJUSTED | {"b"}
        assert before["p_adjusted"] >= after["p_adjusted"] == after["p"]
        assert whole.estimate(measure, "C") == part.estimate(measure, "B")
        together, alone = whole.difference(measure, "C").together, part.difference(measure, "B").together
        assert together.low < alone.low < alone.high < together.high


@pytest.mark.parametrize(
    ("plans", "shift", "leaders"), [(4, 0.0, "ABCD"), (4, 0.3, "CD"), (5, 0.3, "E"), (4, -0.3, "AB")]
)
def test_best_plans_another_way(plans, shift, leaders):
    """From t-tests and the closed test; a plan is best that is told apart from all others on the better side."""
    columns = random_plans(10, n=40, plans=plans, shift=shift)
    found = compared(*results_of(columns), measures=["adoption_final", "npv"])
    values, letters = [each["adoption_final"] for each in columns], "ABCDE"[:plans]
    pairs = list(combinations(range(plans), 2))
    adjusted = dict(zip(pairs, closed([stats.ttest_rel(values[b], values[a]).pvalue for a, b in pairs]), strict=True))
    for (a, b), p in adjusted.items():
        one = found.difference("adoption_final", letters[b], letters[a])
        assert one.p_adjusted == pytest.approx(p)
        assert one.told_apart == (p <= 0.05)

    def ahead(a, b):
        return adjusted[min(a, b), max(a, b)] <= 0.05 and values[a].mean() > values[b].mean()

    others = {a: [b for b in range(plans) if b != a] for a in range(plans)}
    best = [letters[a] for a, rest in others.items() if all(ahead(a, b) for b in rest)]
    leading = [letters[a] for a, rest in others.items() if not any(ahead(b, a) for b in rest)]
    standing = found.standing("adoption_final")
    assert [standing.best and standing.best.label] == (best or [None])
    assert [plan.label for plan in standing.leading] == leading == list(leaders)


def test_less_is_better_of_cost_and_weeks():
    cheap, dear = (
        made(name, [True] * 20, programme_cost=range(of, of + 20)) for name, of in (("cheap", 5), ("dear", 9))
    )
    found = compared(dear, cheap, measures=["programme_cost", "funded_share"])
    one = found.difference("programme_cost", "cheap")
    assert (one.estimate.value, one.verdict, float(one.better)) == (-4.0, "better", 1.0)
    assert found.standing("programme_cost").best.name == "cheap"
    assert found.difference("funded_share", "cheap").better is None
    assert found.standing("funded_share") is None


def test_what_is_kept_is_compared_where_both_have_reached_it():
    a = made("a", [True, False, True, False], reached_scale=[True, True, True, False])
    b = made("b", [True, True, False, False], reached_scale=[True, True, False, False])
    worlds = compared(a, b).difference("kept_share", "B").worlds
    assert [float(each) for each in vars(worlds).values()] == [1 / 4, 1 / 4, 0.0, 2 / 4]


def test_the_frame_says_what_the_objects_say():
    found = compared(*results_of(random_plans(3)), measures=MEASURES)
    frame = found.frame
    assert list(frame.index.names) == ["measure", "a", "b"]
    assert len(frame) == 3 * 3
    for (measure, a, b), row in frame.iterrows():
        one = found.difference(measure, b, a)
        assert row["difference"] == one.estimate.value
        assert row["estimate_b"] == found.estimate(measure, b)
        assert row[["higher", "same", "lower", "not_comparable"]].sum() == pytest.approx(1.0)
        assert (row["low_together"], row["high_together"]) == (one.together.low, one.together.high)
        assert row["low_together"] <= row["low"] <= row["high"] <= row["high_together"]
    assert found.estimates.loc[("A", "npv"), "n"] == found.estimate("npv", "A").n < 60


def test_a_share_is_better_the_way_that_what_it_counts_is():
    assert ESTIMATED["success_probability"].better == "higher"
    assert ESTIMATED["programme_cost"].better == "lower"
    assert not ESTIMATED["funded_share"].better
    for share in SHARES.values():
        assert share.better == ESTIMATED[share.counts].better, share.name


@pytest.mark.usefixtures("stand_in_engine")
def test_a_scenario_and_itself_differ_by_exactly_nothing():
    once = sim.load(SCENARIO)
    found = sim.compare([once, once, SCENARIO | {"name": "another-name"}], replications=30, progress=False)
    assert [(plan.label, plan.name, plan.same_as) for plan in found.plans] == [
        ("A", "stand-in", "A"),
        ("B", "stand-in-b", "A"),
        ("C", "another-name", "A"),
    ]
    for measure in found.measures:
        for one in found.differences(measure):
            assert (one.estimate.value, one.estimate.low, one.estimate.high) == (0.0, 0.0, 0.0)
            assert one.worlds.higher == one.worlds.lower == 0.0
            assert not one.told_apart
    assert found.sentences[:2] == [
        "B stand-in-b against A stand-in: the same plan, so that every number is the same.",
        "C another-name against A stand-in: the same plan, so that every number is the same.",
    ]
    assert found.sentences[2].startswith("Best by success none can be named, as A, B and C are not told apart")
    assert "The same plan as A stand-in: no difference" in found.figure().get_suptitle()


@pytest.mark.usefixtures("stand_in_engine")
def test_the_same_plan_twice_does_not_count_as_more_pairs():
    other = sim.load(SCENARIO | {"name": "other"}).with_changes({"horizon_weeks": 40})
    twice = sim.compare([SCENARIO, SCENARIO, other], replications=30, progress=False)
    once = sim.compare([SCENARIO, other], replications=30, progress=False)
    for measure in ("success_probability", "adoption_final"):
        assert {one.family for one in twice.differences(measure)} == {1}
        assert twice.difference(measure, "C").as_dict() == once.difference(measure, "B").as_dict() | {"b": "C"}


def test_differences_are_those_of_a_suite(tmp_path):
    dear = scenario().with_changes({"name": "dear", "economics.licence_per_user_week": 20})
    found = sim.compare([scenario(), dear], replications=30, jobs=1, progress=False)
    (tmp_path / "mine.yaml").write_text(scenario().to_yaml())
    (tmp_path / "dear.yaml").write_text(dear.to_yaml())
    (tmp_path / "both.yaml").write_text('{"name": "both", "scenarios": ["mine.yaml", "dear.yaml"]}')
    suite = sim.run_suite(tmp_path / "both.yaml", 30, jobs=1, progress=False)
    assert found.measures
    for measure, expected in suite.differences("dear").items():
        one = found.difference(measure, "B")
        assert one.estimate.as_dict() == expected.as_dict()
        assert found.estimate(measure, "B").as_dict() == suite.estimates("dear", [measure])[measure].as_dict()


def test_plans_under_an_observed_pilot_share_one_weighting():
    mine = scenario(**FEW)
    plans = [mine] + [
        mine.with_changes({"name": name, **changes})
        for name, changes in (
            ("dear", {"economics.licence_per_user_week": 20}),
            ("weak", {"ai.reference_accuracy": 0.7}),
            ("freely", {"pilot.observed": None}),
        )
    ]
    found = sim.compare(plans, replications=120, jobs=1, progress=False)
    weights = found.plans[0].result.weighting.weights
    for label in "BC":
        np.testing.assert_array_equal(found.plan(label).result.weighting.weights, weights)
    one = found.difference("adoption_final", "C")
    assert one.weights == pytest.approx(weights / weights.sum())
    assert float(one.worlds.lower) == pytest.approx(weights[one.values < 0].sum() / weights.sum())
    frames = [found.plan(label).result.replications["adoption_final"] for label in "AC"]
    means = [np.average(frame, weights=weights) for frame in frames]
    assert one.estimate.value == pytest.approx(means[1] - means[0])
    assert found.difference("adoption_final", "D").worlds is None
    console = Console(width=300, record=True, file=io.StringIO())
    console.print(found)
    text = console.export_text()
    assert "weak speaks of a pilot that did not happen" in text
    assert "A and D weight worlds differently (pilot.observed): they are not matched world by world." in text
    assert "dear against A" in found._repr_html_()
    content = found.as_dict()
    assert content["plans"][2]["pilot_did_not_happen"].startswith("weak speaks of a pilot")
    assert content["plans"][0]["effective_sample_size"] == found.plans[0].result.effective_sample_size


def test_changes_of_all_plans_say_where_the_pilot_is_another_one(tmp_path, capsys):
    file = tmp_path / "mine.yaml"
    file.write_text(scenario(**FEW).to_yaml())
    command = ["compare", str(file), "--with", "economics.licence_per_user_week=20", "--replications", "100"]
    line = "mine speaks of a pilot that did not happen: it changes the pilot itself, which reads otherwise than without"
    assert execute([*command, "--jobs", "1", "--set", "pilot.logged_share=0.5"]) == 0
    assert line in capsys.readouterr().err
    assert execute([*command, "--jobs", "1", "--with", "pilot.logged_share=0.5"]) == 0
    told = capsys.readouterr()
    assert told.err == ""
    assert "mine-with-logged-share-0-5 speaks of a pilot that did not happen" in " ".join(told.out.split())
