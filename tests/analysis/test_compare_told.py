"""What is said of compared plans is true: computed another way, and in the corners."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from rich.console import Console
from scipy import stats

from tests.analysis.made import compared, made
from tests.analysis.test_compare import closed

N = 40
MONEY = np.random.default_rng(1).normal(size=N) * 1e6
PRICED = {"paid_back": [True] * N}


def printed(found, width=300) -> str:
    console = Console(width=width, file=io.StringIO(), record=True)
    console.print(found)
    return " ".join(console.export_text().split())


def percent(share) -> str:
    return f"{100 * share:.1f}%"


def points(value) -> str:
    text = f"{100 * value:+.1f}"
    return text[1:] if text in ("+0.0", "-0.0") else text


@pytest.mark.parametrize("seed", range(8))
def test_every_number_and_verdict_another_way(seed):
    generator = np.random.default_rng(seed)
    common = generator.normal(size=N)
    success = [common + 0.5 * generator.normal(size=N) > level for level in (0.5, 0.5 - 0.1 * seed, 0.4)]
    adoption = [np.clip(0.4 + 0.1 * common + 0.05 * generator.normal(size=N) + s, 0, 1) for s in (0, 0.01 * seed, 0.02)]
    found = compared(*(made(name, s, adoption_final=a) for name, s, a in zip("xyz", success, adoption, strict=True)))
    pairs = [(0, 1), (0, 2), (1, 2)]
    adjusted = closed([stats.ttest_rel(adoption[b], adoption[a]).pvalue for a, b in pairs])
    told = dict(zip(pairs, [p <= 0.05 for p in adjusted], strict=True))
    text = found.sentences
    for index, label in ((1, "B"), (2, "C")):
        line = next(line for line in text if line.startswith(f"{label} {'xyz'[index]} against A x. Success"))
        assert f"Success: {percent(success[index].mean())} instead of {percent(success[0].mean())}" in line
        interval = stats.ttest_rel(adoption[index], adoption[0]).confidence_interval(1 - 0.05 / 3)
        size = f"{points(adoption[index].mean() - adoption[0].mean())} pts, 95% interval"
        ends = f"{points(interval.low)} to {points(interval.high)}"
        verdict = "" if told[0, index] else ": not told apart"
        means = f"{percent(adoption[index].mean())} on the mean instead of {percent(adoption[0].mean())}"
        if interval.low > 0.001 or interval.high < -0.001 or not told[0, index]:
            assert f"People: adoption at the end is {means} ({size} {ends}{verdict})." in line
        worlds = next(line for line in text if line.startswith(f"World by world: {label} succeeds"))
        counts = [(success[index] & ~success[0]).sum(), (success[0] & ~success[index]).sum()]
        ends = [stats.binomtest(int(count), N).proportion_ci(method="wilson") for count in counts]
        more, less = (
            f"{percent(count / N)} ({percent(end.low)} to {percent(end.high)})"
            for count, end in zip(counts, ends, strict=True)
        )
        assert (
            f"{label} succeeds and A does not in {more} of the worlds, A succeeds and {label} does not in {less}"
            in worlds
        )
    means = [each.mean() for each in adoption]
    ahead = {
        a: {b for b in range(3) if b != a and told[min(a, b), max(a, b)] and means[a] > means[b]} for a in range(3)
    }
    best = [a for a in range(3) if len(ahead[a]) == 2]
    line = next(line for line in text if line.startswith("Best by success"))
    if best:
        named = f"by adoption at the end {'ABC'[best[0]]} {'xyz'[best[0]]}, told apart from each of the others."
    else:
        named = "by adoption at the end none can be named"
    assert named in line


def test_more_worlds_than_the_mean():
    """Four of forty worlds carry the mean, in the others a little is lost: by the mean nothing can be told."""
    few = np.where(np.arange(N) < 4, 5e6, -1e5)
    found = compared(
        made("a", [False] * N, value_from_funding=MONEY, **PRICED),
        made("b", [False] * N, value_from_funding=MONEY + few, **PRICED),
    )
    assert (
        "World by world: funding is worth more under B in 10.0% (4.0% to 23.1%), less in 90.0% (76.9% to 96.0%) (more "
        "often lower than higher, though the means are not told apart)."
    ) in found.sentences
    turned = compared(
        made("a", [False] * N, value_from_funding=MONEY, **PRICED),
        made("b", [False] * N, value_from_funding=MONEY - few, **PRICED),
    )
    assert turned.sentences[1].endswith("(more often higher than lower, though the means are not told apart).")
    much = compared(
        made("a", [False] * 200, value_from_funding=np.tile(MONEY, 5), paid_back=[True] * 200),
        made("b", [False] * 200, value_from_funding=np.tile(MONEY + few, 5), paid_back=[True] * 200),
    )
    line = much.sentences[1]
    assert much.difference("value_from_funding", "B").verdict == "better"
    assert line.endswith("(the mean goes the other way: a few worlds in which it is much higher).")


def test_nothing_succeeds():
    found = compared(made("a", [False] * N, adoption_final=[0.2] * N), made("b", [False] * N, adoption_final=[0.2] * N))
    assert found.sentences == [
        (
            "B b against A a. Success: none of the programmes succeeds under A or B. People: adoption at the end is "
            "20.0% on the mean under both, the same in every world."
        )
    ]
    assert "*" not in printed(found).partition("against A a. Success")[0]


def test_all_succeed():
    found = compared(made("a", [True] * N), made("b", [True] * N), made("c", [True] * N))
    assert found.sentences == [
        "B b against A a. Success: all programmes succeed under A and B.",
        "C c against A a. Success: all programmes succeed under A and C.",
        "Best by success none can be named, as A, B and C are not told apart.",
    ]


def test_nothing_is_funded():
    unfunded = {"funded": [False] * N, "value_from_funding": [None] * N, "paid_back": [False] * N}
    nothing, other = (made(name, [False] * N, **unfunded) for name in "ab")
    assert compared(nothing, other).sentences == ["B b against A a. Success: no programme is funded under A or B."]
    half = made("b", [True] * (N // 2) + [False] * (N // 2), value_from_funding=[2e6] * N, **PRICED)
    found = compared(nothing, half)
    assert (
        "Success: under A no programme is funded, under B 50.0% succeed. Money: funding is worth EUR 2.0m on the mean "
        "under B, under A it is not funded."
    ) in found.sentences[0]
    assert "Funded: 100.0% instead of 0.0% (+100.0 pts" in found.sentences[0]
    assert found.sentences[1].startswith("World by world: B succeeds and A does not in 50.0% (35.2% to 64.8%)")
    assert found.difference("success_probability", "B").as_dict()["difference"] is None
    assert "Best" not in " ".join(found.sentences)


def test_other_programmes_are_funded():
    """Success of the funded is no better; there are more of them, which is told first."""
    funded = [True] * 20 + [False] * 20
    found = compared(made("a", [True] * 10 + [False] * 30, funded=funded), made("b", [True] * 20 + [False] * 20))
    assert found.sentences[0].startswith("B b against A a. Funded: 100.0% instead of 50.0% (+50.0 pts, 95% interval")
    assert (
        "so that they speak of other programmes too. Success: 50.0% of the funded instead of 50.0%"
        in found.sentences[0]
    )
    assert "B succeeds and A does not in 25.0%" in found.sentences[1]
    assert "a world in which one is not counts as no success" in printed(found)


def test_one_replication():
    found = compared(
        made("a", [True], adoption_final=[0.4], value_from_funding=[3e6], paid_back=[True]),
        made("b", [False], adoption_final=[0.5], value_from_funding=[5e6], paid_back=[False]),
    )
    (line,) = found.sentences
    assert "Success: 0.0% instead of 100.0% (-100.0 pts, 95% interval -100.0 to +73.4: not told apart)." in line
    assert "EUR 5.0m on the mean instead of EUR 3.0m, of one replication, which says nothing of the difference" in line
    assert not any(one.told_apart for name in found.measures for one in found.differences(name))
    assert found.frame.loc[("adoption_final", "A", "B"), ["low", "high", "p"]].isna().all()
    assert "the same 1 replication of each" in printed(found)


def test_replications_that_only_one_has_are_left_out():
    found = compared(
        made("a", [True] * 4, adoption_final=[0.1, 0.2, 0.3, 0.4]),
        made("b", [True] * 3, numbers=[0, 1, 3], adoption_final=[0.2, 0.3, 0.6]),
    )
    one = found.difference("adoption_final", "B")
    assert one.numbers.tolist() == [0, 1, 3]
    assert one.values == pytest.approx([0.1, 0.1, 0.2])
    assert one.estimate.value == pytest.approx(0.4 / 3)
    assert "3 to 4 replications of each" in printed(found)


def test_plans_that_are_not_held_to_the_same():
    changes = {"economics.currency": "USD", "horizon_weeks": 50, "success.sustained_weeks": 5}
    found = compared(
        made("a", [False] * N, value_from_funding=MONEY, **PRICED),
        made("b", [True] * N, changes, value_from_funding=MONEY, **PRICED),
    )
    text = printed(found)
    assert "A and B ask for different things of success (success): their probabilities are of these." in text
    assert "A looks 60 weeks ahead and B 50: money and what is so at the end are of these." in text
    assert "A and B count money in different currencies: it is not compared." in text
    assert re.search(r"funding is worth USD \S+ on the mean under B and EUR \S+ under A, which is not compared", text)
    assert found.difference("value_from_funding", "B").as_dict()["difference"] is None


def test_a_difference_that_luck_of_many_pairs_explains_has_no_star():
    """Two plans alone are told apart that are not among five."""
    generator = np.random.default_rng(3)
    plans = [0.5 + 0.1 * generator.normal(size=N) for _ in range(5)]
    noise = stats.zscore(generator.normal(size=N), ddof=1)
    plans[1] = plans[0] + 0.05 * (noise + 2.3 / np.sqrt(N))  # Student's t is 2.3
    results = [made(name, [True] * N, adoption_final=values) for name, values in zip("abcde", plans, strict=True)]
    pair, many = compared(*results[:2]), compared(*results)
    p = pair.difference("adoption_final", "B").p
    assert p == pytest.approx(2 * stats.t.sf(2.3, N - 1))
    assert "**" not in printed(pair)
    assert f"{pair.difference('adoption_final', 'B').estimate.value * 100:+.1f} pts*" in printed(pair)
    assert "not told apart" in next(line for line in many.sentences if line.startswith("B b"))
    assert many.difference("adoption_final", "B").p == p
    assert "Intervals hold for all 10 pairs of plans together" in printed(many)


def test_the_figure_says_what_is_to_be_seen():
    found = compared(
        made("a", [False] * N, value_from_funding=MONEY, adoption_final=[0.3] * N, **PRICED),
        made("b", [True] * N, value_from_funding=MONEY - 2e5, adoption_final=[0.3] * N, **PRICED),
    )
    drawn = found.figure()
    assert drawn.get_suptitle() == "Against A a: B is better in success, and worse in value of funding"
    assert "the same 40 replications of each, seed 1" in drawn.get_supxlabel()
    assert [axes.get_title("left").partition("\n")[0] for axes in drawn.axes] == [
        "Success probability (points)",
        "Value of funding (EUR)",
        "Adoption at the end (points)",
    ]
    assert found.alternative == (
        "Points with intervals: differences from A a. success: B b +100.0 pts (+86.0 to +100.0, told apart). value of "
        "funding: B b -200k (-200k to -200k, told apart). adoption at the end: B b 0.0 pts (0.0 to 0.0, not told "
        "apart)."
    )
    texts = {text.get_text() for axes in drawn.axes for text in axes.texts}
    assert texts == {"+100.0 pts*", "-200k*", "0.0 pts"}
    axes = found.plot("programme_cost" if "programme_cost" in found.measures else "success_probability")
    assert len(axes.lines) == 4  # an interval for all pairs, one by itself, the point, and zero


def test_narrow_terminals_lose_nothing():
    results = [made(name, [True] * 20 + [False] * 20, adoption_final=[0.2] * N) for name in "ab"]
    wide, narrow = printed(compared(*results)), printed(compared(*results), 40)
    assert {word.rstrip(",") for word in wide.split()} <= {word.rstrip(",") for word in narrow.split()}
