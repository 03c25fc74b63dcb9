"""`sim.worth`: what is at stake, and that what is said is true, also in the corners."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from rich.console import Console

import simulator as sim
from simulator.analysis.methods.information.bundles import bundles, matches, parts
from simulator.analysis.methods.information.net_benefits import Stakes
from simulator.analysis.worth import Worth
from simulator.stepping.arguments import ArgumentError
from tests.analysis.made import made

N = 300
SITE, OTHER = "sites.office.data_quality", "sites.shop.data_quality"
PATHS = ("ai.reference_accuracy", SITE, OTHER, "economics.wage_per_hour")


def drawn(seed=1, n=N):
    return np.random.default_rng(seed).random((n, len(PATHS)))


def plan(name, value, success=None, inputs=None, changes=None, numbers=None, **columns):
    """A priced plan whose replications are worth so much."""
    n = len(value)
    inputs = drawn(n=n) if inputs is None else inputs
    shown = {f"input.{path}": inputs[:, place] for place, path in enumerate(PATHS)}
    success = np.zeros(n, dtype=bool) if success is None else success
    told = {"value_from_funding": value, "paid_back": [True] * n, "adoption_final": np.full(n, 0.5), **columns}
    return made(name, success, changes, numbers, **told, **shown)


def asked(*results, together=()):
    return Worth({chr(ord("A") + place): one for place, one in enumerate(results)}, together)


def printed(found, width=200) -> str:
    console = Console(width=width, file=io.StringIO(), record=True)
    console.print(found)
    return " ".join(console.export_text().split())


def one_that_matters(scale=1e6, luck=0.3, seed=2, shift=0.4):
    inputs = drawn()
    value = scale * (inputs[:, 0] - shift + luck * np.random.default_rng(seed).standard_normal(N))
    return plan("x", value, value > 0, inputs)


def test_one_input_that_matters_is_found_and_told():
    found = asked(one_that_matters())
    assert found.measures == ("value_from_funding",)
    first, *_ = found.paying("value_from_funding", single=True)
    assert first.bundle.name == PATHS[0]
    low, high = first.knowing.low, first.knowing.high
    assert low < 1e6 * 0.4**2 / 2 < high
    text = found.sentences
    assert text[0].startswith("Money today: funding x is worth EUR ")
    assert any("worth measuring first: the input ai.reference_accuracy (EUR " in line for line in text)
    assert any(line.startswith("Success: with a single plan no knowledge is worth points") for line in text)
    assert found.alternative == " ".join(text)
    assert found.board["measure"].startswith("First ai.reference_accuracy: to know it before choosing is worth EUR ")


def test_what_is_worth_is_the_gain_of_the_policy():
    """The value by hand, of a choice that follows the expectation, and what becomes of success."""
    found = asked(one_that_matters())
    whole = found.everything("value_from_funding")
    known, value = whole.knowing, found.stakes.given["value_from_funding"][:, 0]
    today = max(value.mean(), 0.0)
    by_all = np.where(known.by_all == 0, value, 0.0).mean() - today
    assert known.gains.mean() <= by_all + 1e-6
    success = found.stakes.given["success"][:, 0]
    each = [np.where(chosen == 0, success, 0.0).mean() for chosen in (known.by_all, known.by_others)]
    assert found.followed("success", whole) == pytest.approx(np.mean(each))
    assert known.value <= found.luck("value_from_funding").value == pytest.approx(np.maximum(value, 0).mean() - today)


def test_unfunded_programmes_are_worth_nothing_from_today():
    value = [None if r % 3 == 0 else 1e6 for r in range(90)]
    funded = [one is not None for one in value]
    stakes = Stakes.of({"A": plan("x", value, funded, funded=funded)})
    assert stakes.mean("value_from_funding", 0) == pytest.approx(2e6 / 3)
    assert stakes.mean("success", 0) == pytest.approx(2 / 3)
    text = asked(plan("x", value, funded, funded=funded)).sentences
    assert "Programmes that a plan's own gate refuses count nothing" in text[0]


def test_plans_are_joined_by_number():
    value = np.arange(100.0)
    inputs = drawn(n=100)
    order = np.random.default_rng(1).permutation(100)
    one = plan("x", value, inputs=inputs)
    mixed = plan("y", (value + 1.0)[order], inputs=inputs[order], numbers=order)
    part = plan("z", value[:60], inputs=inputs[:60], numbers=range(60))
    stakes = Stakes.of({"A": one, "B": mixed, "C": part})
    assert stakes.numbers.tolist() == list(range(60))
    given = stakes.given["value_from_funding"]
    assert (given[:, 1] - given[:, 0] == 1.0).all()
    assert (given[:, 2] == given[:, 0]).all()
    np.testing.assert_array_equal(stakes.inputs.values, inputs[:60])


def test_between_plans_success_has_a_worth_of_its_own():
    inputs, generator = drawn(), np.random.default_rng(4)
    likely = inputs[:, 0] + 0.1 * generator.standard_normal(N)
    a, b = plan("x", np.ones(N), likely > 0.5, inputs), plan("y", np.ones(N), likely < 0.45, inputs)
    found = asked(a, b)
    assert found.measures == ("value_from_funding", "success")
    assert found.choice("success").benefits.shape == (N, 2)  # funding none is no option
    whole = found.everything("success").knowing
    assert whole.pays
    assert whole.low < 0.45 < whole.high
    text = " ".join(found.sentences)
    assert "Success: worth measuring first: the input ai.reference_accuracy (" in text
    assert " points, 95% interval " in text
    assert "A (x) and B (y) are worth the same" in text


def test_sets_learned_together():
    found = asked(one_that_matters(), together=["ai,economics", "sites.*.data_quality"])
    inputs = found.stakes.inputs
    names = [one.name for one in found.bundles]
    assert names == ["everything", "ai,economics", "sites.*.data_quality", *PATHS]  # the section is the same two
    sets = [set(one.places) for one in found.bundles]
    assert set(parts(found.bundles)) == {
        (a, b) for a, one in enumerate(sets) for b, other in enumerate(sets) if one < other and len(other) > 1
    }
    assert matches("sites.*", SITE)
    assert not matches("site", SITE)
    assert not matches("sites.*.data_quality.more", SITE)
    with pytest.raises(ArgumentError, match=r"together names 'ai.reference', which is no uncertain input"):
        bundles(inputs, ["ai.reference"])


@pytest.mark.parametrize("n", [1, 2, 20])
def test_too_few_replications_say_so(n):
    found = asked(plan("x", np.linspace(-1.0, 2.0, n) * 1e6))
    text = printed(found)
    assert f"{n} replication{' teaches' if n == 1 else 's teach'} too little to say what knowledge is worth" in text
    assert found.frame.empty
    json.dumps(found.as_dict(), allow_nan=False)
    found.figure()


CORNERS = {
    "all succeed": lambda: plan("x", np.full(N, 1e6), np.ones(N, dtype=bool)),
    "none does": lambda: plan("x", np.full(N, -1e6)),
    "worth nothing": lambda: plan("x", np.zeros(N)),
    "nobody funded": lambda: plan("x", [None] * N, funded=[False] * N),
    "all luck": lambda: plan("x", 1e6 * np.random.default_rng(3).standard_normal(N)),
    "no inputs": lambda: plan("x", 1e6 * np.random.default_rng(3).standard_normal(N), inputs=np.full((N, 4), 0.5)),
    "unpriced": lambda: made("x", [True] * N),
}


@pytest.mark.parametrize("corner", CORNERS)
def test_corners_are_told_without_a_worth(corner):
    found = asked(CORNERS[corner]())
    text = printed(found, 60)
    content = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert "nan" not in text.lower()
    for told in content["choices"].values():
        for one in told["learned"]:
            assert one["low"] == 0.0 <= one["worth"] <= one["high"]
            assert not one["pays"]
    expected = {
        "all succeed": "is not seen to be worth anything",
        "none does": "as far as can be seen the choice stands",
        "worth nothing": "funding x and not funding it are worth the same",
        "nobody funded": "funding x and not funding it are worth the same",
        "all luck": "told to be worth measuring",
        "no inputs": "no input is uncertain",
        "unpriced": "nothing is priced in these plans",
    }
    assert expected[corner].lower() in text.lower()
    found.figure()


def test_currencies_are_not_mixed():
    other = plan("y", np.ones(N), changes={"economics.currency": "USD"})
    with pytest.raises(ArgumentError, match="priced in EUR and USD"):
        asked(plan("x", np.ones(N)), other)


OBSERVED = {
    "pilot.observed": {"accuracy": 0.9, "tasks": 200},
}


def observed(accuracy, changes=OBSERVED, **columns):
    inputs = drawn(n=2_000)
    value = 1e6 * (inputs[:, 0] - 0.5)
    pilot = {"accuracy_pilot": accuracy(inputs), "adoption_pilot": [0.8] * 2_000}
    pilot["tickets_per_user_week_pilot"] = [0.1] * 2_000
    return plan("x", value, inputs=inputs, changes=changes, **pilot, **columns)


def test_the_weights_of_an_observed_pilot_count():
    """The pilot read 90%, and accuracy goes with the input: most weight lies where funding is worth much."""
    result = observed(lambda inputs: 0.6 + 0.4 * inputs[:, 0])
    found = asked(result)
    weights = result.weighting.weights
    assert found.stakes.weights == pytest.approx(weights)
    value = found.stakes.given["value_from_funding"][:, 0]
    assert found.stakes.mean("value_from_funding", 0) == pytest.approx(np.average(value, weights=weights))
    unweighted = asked(observed(lambda inputs: 0.6 + 0.4 * inputs[:, 0], changes={}))
    before, after = (one.everything("value_from_funding").knowing.value for one in (unweighted, found))
    assert after < 0.2 * before  # it is known already
    assert any(line.startswith("All of it is given the pilot that was observed") for line in found.sentences)


def test_a_refused_pilot_is_told_and_not_used():
    found = asked(observed(lambda inputs: np.full(2_000, 0.2)))
    assert found.stakes.weights is None
    assert found.sentences[-1].startswith("Not conditioned on the pilot that was observed")
    assert found.as_dict()["not_conditioned"]


def test_names_of_the_library():
    assert sim.worth.__module__ == "simulator.analysis.worth"
    assert sim.Worth is Worth
