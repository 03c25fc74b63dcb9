"""The arguments of a run: names and defaults stand once, and what doesn't fit is told as arguments and as options."""

from __future__ import annotations

import dataclasses
import inspect
import typing
from pathlib import Path

import numpy as np
import pytest
import typer

import simulator as sim
from simulator.cli.commands import running, tracing
from simulator.cli.commands.analyses import variance
from simulator.cli.options import ExecutorName, settings_of
from simulator.experiment.settings import Settings
from simulator.stepping.arguments import LIMITS, PLACES, ArgumentError, known, option, whole
from tests.experiment.stand_in import SCENARIO

FIELDS = {field.name: field for field in dataclasses.fields(Settings) if field.init}
FUNCTIONS = ("interventions", "analyzers", "every_weeks")


def look(_: object) -> None:
    """A function of the user's."""


@pytest.mark.parametrize(("function", "left_out"), [(sim.run, ()), (sim.run_suite, FUNCTIONS)])
def test_arguments_are_the_fields_of_the_settings(function, left_out):
    given = dict(list(inspect.signature(function).parameters.items())[1:])
    wanted = {name: field for name, field in FIELDS.items() if name not in left_out}
    assert list(given) == list(wanted)
    assert {name: of.default for name, of in given.items()} == {name: of.default for name, of in wanted.items()}
    assert {name: of.annotation for name, of in given.items()} == {name: of.type for name, of in wanted.items()}


def test_every_argument_of_a_run_reaches_the_settings(monkeypatch):
    """What `run` and `run_suite` do not hand on would stay at its default without a word."""
    others = {
        "replications": 7, "seed": 8, "engine": "reference", "jobs": 3, "out": "somewhere", "progress": False,
        "interventions": (look,), "analyzers": (look,), "every_weeks": 5, "design": "sobol", "resume": True,
        "shard": "1/2", "executor": "threads", "until_precision": {"npv": 1.0}, "at_most": 9, "shard_size": 10,
        "on_interrupt": "return", "fresh": True,
    }  # fmt: skip
    assert set(others) == set(FIELDS)
    assert all(value != FIELDS[name].default for name, value in others.items())
    got: dict[str, object] = {}

    def settings(**arguments: object) -> None:
        got.update(arguments)
        raise StopIteration

    for module, function, left_out in (("run", sim.run, ()), ("suite", sim.run_suite, FUNCTIONS)):
        monkeypatch.setattr(f"simulator.experiment.{module}.Settings", settings)
        given = {name: value for name, value in others.items() if name not in left_out}
        got.clear()
        with pytest.raises(StopIteration):
            function(SCENARIO, **given)
        assert got == given


@pytest.mark.parametrize("command", [running.run, variance.variance])
def test_options_have_the_defaults_of_the_settings(command):
    given = inspect.signature(command).parameters
    shared = set(given) & set(FIELDS)
    assert shared >= {"replications", "seed", "engine", "jobs", "out", "resume", "executor", "design"}
    for name in shared - {"until_precision"}:
        assert given[name].default == FIELDS[name].default, name


@pytest.mark.parametrize(("module", "command"), [(running, "run"), (variance, "variance")])
def test_every_option_of_a_command_reaches_the_settings(monkeypatch, module, command):
    """All but the executor, which is made of an option later."""
    got: dict[str, object] = {}

    def settings(**arguments: object) -> None:
        got.update(arguments)
        raise StopIteration

    monkeypatch.setattr(module, "settings_of", settings)
    function = getattr(module, command)
    with pytest.raises(StopIteration):
        function(["stand-in"])
    assert set(got) == set(inspect.signature(function).parameters) & set(FIELDS) - {"executor"}


@pytest.mark.parametrize("command", [running.run, variance.variance, tracing.trace])
def test_options_have_the_limits_of_the_settings(command):
    hints = typing.get_type_hints(command, include_extras=True)
    limited = [name for name in hints if name in LIMITS]
    assert limited
    for name in limited:
        (told,) = hints[name].__metadata__
        assert (told.min, told.max) == LIMITS[name]


def test_executors_of_the_command_line_are_those_of_the_library_and_dask():
    assert typing.get_args(ExecutorName) == (*PLACES, "dask")


def test_settings_hold_what_was_checked():
    settings = Settings(replications=np.int64(40), until_precision={"npv": "5%"}, at_most=80, out="somewhere")
    assert type(settings.replications) is int
    assert (settings.most, settings.folder, settings.part.of) == (80, Path("somewhere"), 1)
    assert [target.name for target in settings.targets] == ["npv"]
    assert Settings(replications=40, at_most=9).most == 40  # no targets, nothing to go on for
    steered = Settings(analyzers=(of for of in [look]))
    assert dataclasses.replace(steered, seed=2).callbacks.analyzers == (look,)
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.seed = 2  # type: ignore[misc]


@pytest.mark.parametrize(
    ("arguments", "told", "of_options"),
    [
        ({"resume": True}, "resume needs out, the folder of the shards", "--resume needs --out, the folder of the"),
        ({"shard": "1/2"}, "shard needs out, the folder of the shards", "--shard needs --out, the folder of the"),
        (
            {"until_precision": {"npv": 1}, "shard": "1/2", "out": "x"},
            "until_precision needs all replications in one place; leave shard out",
            "--until-precision needs all replications in one place; leave --shard out",
        ),
        (
            {"until_precision": {"npv": 1}, "at_most": 9},
            "at_most 9 is below replications 200, the least",
            "--at-most 9 is below --replications 200, the least",
        ),
        (
            {"shard": "2/7", "replications": 3, "out": "x"},
            "shard 2/7 is one of 7 parts, but there are 3 replications",
            "shard 2/7 is one of 7 parts, but there are 3 replications",
        ),
        ({"at_most": 0, "until_precision": {"npv": 1}}, "at_most is 0; it must be", "--at-most is 0; it must be"),
        ({"design": "la{t}in"}, "design is 'la{t}in'; it must be one of random", "--design is 'la{t}in'"),
        ({"engine": "fast"}, "engine is 'fast'; it must be one of compiled", "--engine is 'fast'"),
        ({"executor": "cloud"}, "executor is 'cloud'; it must be 'threads', 'processes' or", "--executor is 'cloud'"),
        ({"shard_size": 0}, "shard_size is 0; it must be a whole number from 1 to 10,000", "--shard-size is 0"),
        ({"seed": True}, "seed is True; it must be a whole number", "--seed is True"),
    ],
)
def test_what_does_not_fit_is_told_in_the_words_of_whoever_asks(arguments, told, of_options):
    with pytest.raises(ValueError) as caught:
        Settings(**arguments)
    assert str(caught.value).startswith(told)
    with pytest.raises(typer.BadParameter) as refused:
        settings_of(**arguments)
    assert str(refused.value).startswith(of_options)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"analyzers": [look], "design": "sobol"}, "with interventions and analyzers it must be random"),
        ({"analyzers": [look], "resume": True, "out": "x"}, "can't be resumed or shared out"),
        ({"interventions": [look], "executor": "processes"}, "run on threads of this process; leave executor out"),
        ({"interventions": look}, "interventions is .*; it must be a list of functions"),
        ({"analyzers": ["look"]}, "analyzers holds 'look'; it must hold functions that take a Simulation"),
        ({"every_weeks": 0}, "every_weeks is 0"),
        ({"out": "a\0b"}, "null byte"),
        ({"until_precision": {"luck": 1}}, "there is no measure 'luck'"),
    ],
)
def test_what_else_does_not_fit(arguments, told):
    with pytest.raises((ValueError, sim.OutputError), match=told):
        Settings(**arguments)


def test_values_are_told_as_they_are():
    with pytest.raises(ArgumentError) as caught:
        known("engine", "{engine}", ("a", "b"))
    assert str(caught.value) == "engine is '{engine}'; it must be one of a, b"
    assert caught.value.of_options() == "--engine is '{engine}'; it must be one of a, b"
    assert whole("seed", np.int32(3)) == 3
    assert option("until_precision") == "--until-precision"
