"""`scaleup run` with a design, and with the parts of the variance."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simulator.cli.commands import execute
from tests.experiment.stand_in import SCENARIO

pytestmark = pytest.mark.usefixtures("stand_in_engine")


@pytest.fixture
def scenario(tmp_path: Path) -> str:
    """A scenario file for the stand-in engine."""
    path = tmp_path / "stand-in.yaml"
    path.write_text(json.dumps(SCENARIO))
    return str(path)


def test_the_design_is_recorded_and_another_one_refused(scenario, tmp_path, capsys):
    arguments = ["run", scenario, "--replications", "4", "--out", str(tmp_path / "out")]
    assert execute([*arguments, "--design", "sobol"]) == 0
    assert json.loads((tmp_path / "out" / "stand-in" / "manifest.json").read_text())["design"] == "sobol"
    assert execute(arguments) == 2
    assert "design sobol, now random" in capsys.readouterr().err


def test_an_unknown_design_is_refused(scenario, capsys):
    assert execute(["run", scenario, "--design", "latin"]) == 2
    told = capsys.readouterr().err
    assert "random" in told
    assert "sobol" in told


def test_variance_is_printed_written_and_in_the_json(scenario, tmp_path, capsys):
    arguments = ["run", scenario, "--replications", "12", "--out", str(tmp_path / "out"), "--variance"]
    assert execute(arguments) == 0
    told = capsys.readouterr().out
    assert "Ignorance or chance?" in told
    assert "12 draws of the inputs, each simulated 2 times" in told
    written = json.loads((tmp_path / "out" / "stand-in" / "variance.json").read_text())
    assert written["measures"]["adoption_final"]["n"] == 12
    assert execute([*arguments, "--json"]) == 0
    (summary,) = json.loads(capsys.readouterr().out)
    assert summary["variance"] == written


def test_variance_of_too_few_is_refused_before_the_run(scenario, capsys):
    assert execute(["run", scenario, "--replications", "5", "--variance"]) == 2
    assert "needs 10 replications or more" in capsys.readouterr().err
