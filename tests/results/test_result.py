"""A result is given as a whole: scenario, records, and an account of how they were made."""

from __future__ import annotations

import dataclasses
import inspect

import pytest

import simulator as sim
from simulator.results.accessors import VIEWS, Analysis, view
from simulator.results.account import Account
from tests.experiment.stand_in import SCENARIO


@pytest.fixture
def result(stand_in_engine):
    return sim.run(SCENARIO, replications=12, seed=3, jobs=2, design="sobol", progress=False)


def test_a_result_has_what_its_account_says(result):
    for field in dataclasses.fields(Account):
        assert getattr(result, field.name) == getattr(result.account, field.name)
        with pytest.raises(AttributeError):
            setattr(result, field.name, None)
    assert (result.seed, result.jobs, result.design, result.requested) == (3, 2, "sobol", 12)
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.account.seed = 4


def test_another_account_makes_another_result(result):
    account = dataclasses.replace(result.account, requested=20)
    other = sim.Result(result.scenario, result.records, account, analysis_rows=[{"replication": 0, "week": 1, "x": 2}])
    assert (other.interrupted, result.interrupted) == (True, False)
    assert other.analyses["x"].tolist() == [2]
    assert len(result.analyses) == 0


@pytest.mark.parametrize("way", ["memory", "run", "read", "merged"])
def test_accounts_are_the_same_by_whichever_route(result, tmp_path, way):
    options = {"seed": 3, "jobs": 2, "design": "sobol", "progress": False}
    if way == "memory":
        found = result
    elif way == "merged":
        for index in (1, 2):
            sim.run(SCENARIO, 12, **options, out=tmp_path / str(index), shard=f"{index}/2")
        (found,) = sim.merge([tmp_path / "1", tmp_path / "2"], tmp_path / "whole")
    else:
        found = sim.run(SCENARIO, 12, **options, out=tmp_path)
        found = sim.read_result(tmp_path / "stand-in") if way == "read" else found
    account = dataclasses.replace(found.account, wall_seconds=0.0, jobs=2)
    assert account == Account(seed=3, engine="compiled", requested=12, jobs=2, design="sobol")


def test_every_view_and_analysis_is_where_it_is_said_to_be(result):
    for name in VIEWS:
        if not name.startswith("suite"):
            assert view(name, result) is not None
    analyses = {name: place for name, place in vars(sim.Result).items() if isinstance(place, Analysis)}
    assert set(analyses) == {"variance"}
    for name in analyses:
        asked = getattr(result, name)
        assert asked.__self__ is result
        assert inspect.getdoc(asked)
    assert list(inspect.signature(result.variance).parameters) == ["repeats", "progress", "executor"]
