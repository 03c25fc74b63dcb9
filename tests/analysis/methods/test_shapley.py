"""Shapley values against what they are known to be."""

import numpy as np
import pytest

from simulator.analysis.methods.shapley import shapley, subsets


def test_the_glove_game() -> None:
    # One left glove, two right ones; only a pair is worth 1 (Shapley and Shubik 1969).
    worth = {s: np.array([float("left" in s and len(s) > 1)]) for s in subsets(("left", "right-1", "right-2"))}
    values = {name: value[0] for name, value in shapley(worth).items()}
    assert values == pytest.approx({"left": 2 / 3, "right-1": 1 / 6, "right-2": 1 / 6})


def test_values_add_up_to_the_joint_effect_in_each_replication() -> None:
    generator = np.random.default_rng(7)
    worth = {s: generator.normal(size=50) for s in subsets(("a", "b", "c", "d", "e"))}
    joint = worth[frozenset("abcde")] - worth[frozenset()]
    assert sum(shapley(worth).values()) == pytest.approx(joint)


def test_a_change_that_never_matters_has_no_value() -> None:
    worth = {s: np.array([3.0 * ("a" in s)]) for s in subsets(("a", "idle"))}
    assert shapley(worth) == {"a": pytest.approx([3.0]), "idle": pytest.approx([0.0])}


def test_a_missing_subset_is_named() -> None:
    with pytest.raises(ValueError, match="no outcome with b;"):
        shapley({frozenset(): np.zeros(1), frozenset("a"): np.zeros(1), frozenset("ab"): np.zeros(1)})
