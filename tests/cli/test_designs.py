"""`scaleup run` with a design, and with the parts of the variance."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.usefixtures("stand_in_engine")


def test_the_design_is_recorded_and_another_one_refused(scaleup, scenario_file, tmp_path):
    arguments = ["run", scenario_file, "--replications", 4, "--out", tmp_path / "out"]
    assert scaleup(*arguments, "--design", "sobol")[0] == 0
    assert json.loads((tmp_path / "out" / "stand-in" / "manifest.json").read_text())["design"] == "sobol"
    code, _, err = scaleup(*arguments)
    assert code == 2
    assert "design sobol, now random" in err


def test_an_unknown_design_is_refused(scaleup, scenario_file):
    code, _, err = scaleup("run", scenario_file, "--design", "latin")
    assert code == 2
    assert "random" in err
    assert "sobol" in err


def test_variance_is_printed_written_and_in_the_json(scaleup, scenario_file, tmp_path):
    arguments = ["run", scenario_file, "--replications", 12, "--out", tmp_path / "out", "--variance"]
    code, told, _ = scaleup(*arguments)
    assert code == 0
    assert "Ignorance or chance?" in told
    assert "12 draws of the inputs, each simulated 2 times" in told
    written = json.loads((tmp_path / "out" / "stand-in" / "variance.json").read_text())
    assert written["measures"]["adoption_final"]["n"] == 12
    code, told, _ = scaleup(*arguments, "--json")
    assert code == 0
    (summary,) = json.loads(told)
    assert summary["variance"] == written


def test_variance_of_too_few_is_refused_before_the_run(scaleup, scenario_file):
    code, _, err = scaleup("run", scenario_file, "--replications", 5, "--variance")
    assert code == 2
    assert "5 replications are too few to tell ignorance from chance; simulate 10 or more" in err
