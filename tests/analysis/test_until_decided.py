"""What is said of two plans that went on until decided: clear, smaller than what matters, or not yet."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from rich.console import Console

from simulator.analysis.methods.differences import Plan
from simulator.analysis.until_decided import UntilDecided
from tests.analysis.made import made


def truths(only_b, only_a, both, neither):
    """Success under A and B: so often each."""
    a = [0] * only_b + [1] * only_a + [1] * both + [0] * neither
    b = [1] * only_b + [0] * only_a + [1] * both + [0] * neither
    return a, b


def answer(a, b, measure="success", matters=0.02, at_most=10_000, changes=None, **columns):
    """The answer of two made results; `columns` hold those of A and B."""
    theirs, ours = ({name: pair[place] for name, pair in columns.items()} for place in (0, 1))
    plans = made("before", a, **theirs), made("after", b, changes, **ours)
    return UntilDecided(
        *(Plan(label, one, label) for label, one in zip("AB", plans, strict=True)), measure, matters, at_most
    )


def printed(found, width=100):
    console = Console(file=io.StringIO(), width=width)
    console.print(found)
    return console.file.getvalue()


def test_a_clear_difference():
    found = answer(*truths(60, 6, 34, 100))
    assert (found.outcome, found.better.label, found.higher.label, found.needed) == ("clear", "B", "B", None)
    first, sure, worlds, took = found.sentences
    assert first == (
        "Decided after 200 replications of each plan: by “Reached scale and kept it” B after is better than A before, "
        "47.0% instead of 20.0%."
    )
    low, high = found.decisive.ends
    assert 0.02 < low < 0.27 < high
    assert f"between +{100 * low:.1f} pts and +{100 * high:.1f} pts" in sure
    assert sure.endswith("all of it is 2 percentage points or more, which matters.")
    assert worlds == "Of the 200 worlds it is so under B alone in 60, and under A alone in 6."
    assert "finds a difference of 2 percentage points nine times in ten, takes about 6,800 replications" in took
    assert took.endswith("the one that is seen is too large on the average; the interval allows for that.")


def test_whether_a_clear_difference_matters_may_be_open_or_told():
    open_ = answer(*truths(60, 6, 34, 100), matters=0.25)
    assert open_.sentences[1].endswith("whether it is the 25 percentage points that matter is open.")
    small = answer(*truths(60, 6, 34, 100), matters=0.6)
    assert small.outcome == "clear"
    assert small.sentences[1].endswith("all of it is below 60 percentage points, so that it does not matter.")


def test_the_worse_plan_may_be_the_second_or_have_more():
    found = answer(*truths(6, 60, 34, 100))
    assert found.better.label == "A"
    assert "A before is better than B after" in found.sentences[0]
    noise = np.random.default_rng(1).normal(size=(2, 600))
    weeks = [(20.0 + noise[0]).tolist(), (21.0 + noise[1]).tolist()]
    found = answer([1] * 600, [1] * 600, "weeks_to_scale", 0.1, weeks_to_scale=weeks)
    assert (found.outcome, found.higher.label, found.better.label) == ("clear", "B", "A")
    assert "B after is worse than A before, 20.9 instead of 20 on the mean" in found.sentences[0]
    funded = [[1] * 100 + [0] * 200, [1] * 200 + [0] * 100]
    found = answer([0] * 300, [0] * 300, "funded", 0.02, funded=funded)
    assert (found.outcome, found.higher.label, found.better) == ("clear", "B", None)
    assert "B after has more than A before" in found.sentences[0]


def test_a_difference_that_does_not_matter():
    found = answer(*truths(2, 3, 395, 1600))
    assert (found.outcome, found.higher, found.better, found.needed) == ("smaller", None, None, None)
    assert (
        "the difference is smaller than one that matters, 19.9% under B after and 19.9% under A before"
        in (found.sentences[0])
    )
    assert (
        "all of it is below 2 percentage points, so that it does not matter. Which of the two has more"
        in (found.sentences[1])
    )
    same = answer(*truths(0, 0, 500, 1500))
    assert same.outcome == "smaller"
    assert "In none of the 2,000 worlds do the two differ." in same.sentences
    assert same.fixed_size is None


def test_not_decided():
    found = answer(*truths(10, 8, 82, 100), at_most=200)
    assert (found.outcome, found.higher, found.better) == ("undecided", None, None)
    assert found.sentences[0].startswith("Not decided after 200 replications of each plan, the most that there may be")
    assert "it has no difference in it, and differences of 2 percentage points or more" in found.sentences[1]
    assert found.needed > 200
    assert "To decide it would take about" in found.sentences[-1]
    assert "too large on the average" not in " ".join(found.sentences)


def test_money_has_no_bound_while_few_worlds_carry_it():
    values = np.zeros(2000)
    values[:20] = 1e6
    found = answer([1] * 2000, [1] * 2000, "npv", 5e4, npv=[[0.0] * 2000, values.tolist()])
    assert (found.outcome, found.decisive.ends) == ("undecided", None)
    assert (
        "There is no bound yet: it takes 500 pairs of replications, and 50 that carry the difference."
        in (found.sentences[1])
    )
    assert found.needed > 4900
    noise = np.random.default_rng(2).normal(0.0, 1e5, 2000)
    found = answer([1] * 2000, [1] * 2000, "npv", 5e4, npv=[[0.0] * 2000, (2e5 + noise).tolist()])
    assert found.outcome == "clear"
    assert "B after is better than A before, EUR 194k instead of EUR 0 on the mean" in found.sentences[0]
    assert "all of it is EUR 50.0k or more, which matters" in found.sentences[1]
    assert "a difference in worlds so rare that none was met is not in it" in " ".join(printed(found).split())


def test_nothing_to_compare():
    found = answer([0] * 100, [0] * 100, "weeks_to_scale", 1.0, weeks_to_scale=[[None] * 100] * 2)
    assert found.outcome == "undecided"
    assert found.needed is None
    assert found.sentences[0].endswith("by “Weeks from funding to scale” there is nothing to compare.")
    assert found.alternative == "Nothing to see."
    assert "Not decided" in printed(found, 60)


def test_file_frame_and_figure_say_the_same():
    found = answer(*truths(60, 6, 34, 100))
    content = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert (content["outcome"], content["better"], content["replications"]) == ("clear", "B", 200)
    row = content["measures"]["success"]
    assert (row["a"], row["b"], row["bound"]) == (0.2, 0.47, "betting")
    assert found.frame.loc["success", ["low", "high"]].tolist() == [row["low"], row["high"]]
    assert content["measures"]["success_probability"]["low"] is None  # a ratio, of fewer than 500 pairs
    assert content["measures"]["success_probability"]["bound"] == "normal mixture"
    assert found.alternative.endswith("B after is better than A before.")
    assert found.figure().get_suptitle() == "B after is better than A before"


@pytest.mark.parametrize("width", [60, 110])
def test_table(width):
    told = printed(answer(*truths(60, 6, 34, 100), changes={"horizon_weeks": 61}), width)
    assert max(map(len, told.splitlines())) <= width
    assert "none yet" in told
    assert "there is none before 500 pairs" in " ".join(told.split())
    assert "A looks 60 weeks ahead and B 61" in " ".join(told.split())
