"""The page through Streamlit's own test harness, on the stand-in engine."""

import json
import shlex
import tomllib
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import simulator as sim
import simulator.scenario
from simulator.app.settings import SETTINGS, as_options
from simulator.cli import main
from tests.cli.conftest import signals_as_before
from tests.experiment.stand_in import SCENARIO

TOP = Path(__file__).resolve().parents[2]
load_file = sim.load


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """One shipped scenario, the stand-in."""
    monkeypatch.setattr(simulator.scenario, "shipped_names", lambda: ["stand-in"])
    monkeypatch.setattr(
        simulator.scenario, "load", lambda source, overlays=(): load_file(SCENARIO if source == "stand-in" else source)
    )
    monkeypatch.setattr(simulator.scenario, "is_suite", lambda source: False)


@pytest.fixture
def page(shipped: None, stand_in_engine: None) -> AppTest:
    return AppTest.from_file(str(TOP / "app.py"), default_timeout=60).run()


def every_digit(page: AppTest) -> pd.DataFrame:
    return page.dataframe[0].value


def test_the_first_look_has_an_answer(page):
    result = sim.run(SCENARIO)
    assert not page.exception
    assert page.info[0].value == result.verdict()
    assert page.metric[0].label == "Success probability"
    assert page.metric[0].value == f"{100 * result.success_probability.share:.1f}%"
    pd.testing.assert_frame_equal(every_digit(page), result.summary())


def test_the_command_line_gives_the_same_digits(page, capsys):
    page.slider[0].set_value(9)
    page.slider[1].set_value(0.7)
    page.number_input[0].set_value(50)
    page.number_input[1].set_value(4)
    page.run()
    assert not page.exception
    words = shlex.split(page.code[0].value)
    assert words[:2] == ["scaleup", "run"]
    assert words.count("--set") == 2
    with pytest.raises(SystemExit) as left, signals_as_before():
        main([*words[1:], "--json"])
    assert left.value.code == 0
    summary = json.loads(capsys.readouterr().out)[0]
    shown = every_digit(page)
    assert list(shown.index) == list(summary["measures"])
    for measure, row in summary["measures"].items():
        for name, value in row.items():
            here = shown.loc[measure, name]
            assert here == value or (value is None and pd.isna(here)), (measure, name)
    assert summary["seed"] == 4
    assert summary["replications"] == 50


def test_a_lever_that_did_not_move_is_not_in_the_command(page):
    assert "--set" not in page.code[0].value
    page.slider[0].set_value(9).run()
    assert page.code[0].value.endswith("--set support.tiers.tier1.agents=9")
    page.button[0].click().run()
    assert "--set" not in page.code[0].value


def test_an_impossible_setting_is_explained(page):
    page.slider[2].set_value(100).run()
    assert not page.exception
    assert "success.sustained_weeks: found number 100; allowed: at most 60 " in page.error[0].value


def test_too_few_replications_like_the_observed_pilot_are_explained(page, monkeypatch):
    def refuse(*_):
        raise sim.ConditioningError("pilot.observed: found little; needed: more; simulate about 370 replications")

    monkeypatch.setattr("simulator.experiment.experiment.weighting", refuse)
    page.number_input[0].set_value(60).run()
    assert not page.exception
    assert "simulate about 370 replications." in page.error[0].value
    assert "```" not in page.error[0].value  # which would not be wrapped


def test_a_scenario_that_cannot_be_read_is_explained(page, monkeypatch):
    def refuse(source):
        raise sim.ScenarioError([simulator.scenario.Problem("users", "found nothing", "allowed: something")])

    monkeypatch.setattr(simulator.scenario, "load", refuse)
    page.run()
    assert not page.exception
    assert "users: found nothing; allowed: something" in page.error[0].value


def test_no_shipped_scenarios_is_explained(page, monkeypatch):
    monkeypatch.setattr(simulator.scenario, "shipped_names", list)
    page.run()
    assert not page.exception
    assert "No shipped scenarios" in page.error[0].value


def test_a_result_is_computed_once(page, monkeypatch):
    def refuse(*_):
        raise AssertionError("simulated again")

    monkeypatch.setattr("simulator.engine.build", refuse)
    page.run()
    assert not page.exception


def test_both_ways_to_start_use_the_same_settings():
    config = tomllib.loads((TOP / ".streamlit" / "config.toml").read_text())
    assert {f"{section}.{name}": value for section, of in config.items() for name, value in of.items()} == SETTINGS
    assert "--server.address=127.0.0.1" in as_options()
    assert "--browser.gatherUsageStats=false" in as_options()


def test_both_entries_show_the_same_page():
    entries = [TOP / "app.py", TOP / "simulator" / "app" / "entry.py"]
    assert len({path.read_text().split('"""')[2] for path in entries}) == 1
