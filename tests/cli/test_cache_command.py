"""`scaleup cache`, and `--fresh` wherever something is simulated."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path

import pytest

import simulator as sim
from simulator.cli.entry import COMMANDS
from tests.store.kept import keep_results

Scaleup = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, stand_in_engine: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which replications are kept."""
    keep_results(tmp_path / "user", monkeypatch)
    return tmp_path / "user" / "replications"


def test_it_tells_what_is_there_and_clears_it(scaleup: Scaleup, scenario_file: str, place: Path) -> None:
    code, out, err = scaleup("cache")
    assert (code, err) == (0, "")
    assert out.startswith(f"{place}: 0 replications of 0 experiments, 0.0 MiB\n")
    for replications in ("60", "80"):
        scaleup("run", scenario_file, "--replications", replications)
    scaleup("run", scenario_file, "--seed", "2", "--replications", "5")
    _, out, _ = scaleup("cache")
    assert f"{place}: 85 replications of 2 experiments" in out
    assert "less than a day ago" in out
    assert "Room for 1,024.0 MiB" in out
    code, out, _ = scaleup("cache", "--clear")
    assert code == 0
    assert f"MiB from {place}" in out
    assert ": 0 replications of 0 experiments" in scaleup("cache")[1]


def test_what_the_environment_says_is_told(scaleup: Scaleup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCALEUP_RESULTS_CACHE_BYTES", "0")
    assert "SCALEUP_RESULTS_CACHE_BYTES is 0: nothing is read from there" in scaleup("cache")[1]
    monkeypatch.setenv("SCALEUP_RESULTS_CACHE_BYTES", "plenty")
    code, out, err = scaleup("cache")
    assert (code, out) == (2, "")
    assert "SCALEUP_RESULTS_CACHE_BYTES is 'plenty'" in err


def test_a_run_says_what_was_there_and_how_long_that_took(scaleup: Scaleup, scenario_file: str) -> None:
    _, out, err = scaleup("run", scenario_file, "--replications", "20")
    assert "there already" not in err
    assert out.splitlines()[-1].startswith("20 replications in ")
    _, out, err = scaleup("run", scenario_file, "--replications", "25")
    assert err == "stand-in: 25 replications, 20 of them there already from earlier runs\n"
    assert out.splitlines()[-1].startswith("25 replications simulated in ")
    assert "job" not in out.splitlines()[-1]
    _, out, err = scaleup("run", scenario_file, "--replications", "25", "--fresh")
    assert "there already" not in err
    assert out.splitlines()[-1].startswith("25 replications in ")


def test_no_engine_is_asked_for_where_nothing_is_simulated(
    scaleup: Scaleup, scenario_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scaleup("run", scenario_file, "--replications", "20")
    monkeypatch.delattr("simulator.engine.warm_up")
    assert scaleup("run", scenario_file, "--replications", "20")[0] == 0
    with pytest.raises(AttributeError):
        scaleup("run", scenario_file, "--replications", "21")


def test_all_that_takes_replications_can_be_told_to_simulate_them() -> None:
    calls = [getattr(sim, name) for name in sim.__all__ if name.islower()] + list(COMMANDS.values())
    parameters = [inspect.signature(call).parameters for call in calls if callable(call)]
    asking = [names for names in parameters if "replications" in names]
    assert len(asking) > 20
    assert all("fresh" in names for names in asking)
