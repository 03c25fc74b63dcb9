"""The page through Streamlit's own test harness, on the stand-in engine."""

import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import simulator as sim
import simulator.scenario
from simulator.app.settings import HOSTS, SETTINGS, as_options
from simulator.cli import main
from simulator.scenario.text.reading import LARGEST_FILE
from tests.cli.conftest import signals_as_before
from tests.experiment.stand_in import SCENARIO

TOP = Path(__file__).resolve().parents[2]
load_file = sim.load


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """One shipped scenario, the stand-in."""
    monkeypatch.setattr(simulator.scenario, "shipped_names", lambda: ["stand-in"])
    monkeypatch.setattr(
        simulator.scenario,
        "load",
        lambda source, overlays=(), **options: load_file(SCENARIO if source == "stand-in" else source, **options),
    )
    monkeypatch.setattr(simulator.scenario, "is_suite", lambda source: False)


@pytest.fixture
def page(shipped: None, stand_in_engine: None) -> AppTest:
    return AppTest.from_file(str(TOP / "app.py"), default_timeout=60).run()


def read(markdown: str) -> str:
    """What a reader sees of escaped text."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown)


def every_digit(page: AppTest) -> pd.DataFrame:
    return page.dataframe[0].value


def test_the_first_look_has_an_answer(page):
    result = sim.run(SCENARIO)
    assert not page.exception
    assert read(page.info[0].value) == result.verdict()
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
    assert page.error[0].value == "These settings can't be simulated."
    assert "success.sustained_weeks: found number 100; allowed: at most 60 " in page.code[0].value


def test_too_few_replications_like_the_observed_pilot_are_explained(page, monkeypatch):
    def refuse(*_, **__):
        raise sim.ConditioningError("pilot.observed: found little; needed: more; simulate about 370 replications")

    monkeypatch.setattr("simulator.experiment.experiment.keep", refuse)
    page.number_input[0].set_value(60).run()
    assert not page.exception
    assert "simulate about 370 replications." in read(page.error[0].value)
    assert "```" not in page.error[0].value  # which would not be wrapped


def test_a_scenario_that_cannot_be_read_is_explained(page, monkeypatch):
    def refuse(source, **options):
        raise sim.ScenarioError([simulator.scenario.Problem("users", "found nothing", "allowed: something")])

    monkeypatch.setattr(simulator.scenario, "load", refuse)
    page.run()
    assert not page.exception
    assert page.error[0].value == "The scenario can't be used."
    assert page.code[0].value == "users: found nothing; allowed: something"


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


def test_streamlit_takes_every_setting_as_an_option(tmp_path):
    command = [sys.executable, "-m", "streamlit", "config", "show", *as_options("plans.example.com")]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    shown = tomllib.loads(told[told.index("\n[") :])
    other = {"server.allowedHosts": [*HOSTS, "plans.example.com"], "browser.serverAddress": "plans.example.com"}
    for name, value in (SETTINGS | other).items():
        section, option = name.split(".")
        assert str(shown[section][option]).lower() == str(value).lower(), name


def test_a_server_is_closed_as_far_as_streamlit_can_close_it():
    for setting in ("enableCORS", "enableXsrfProtection"):
        assert SETTINGS[f"server.{setting}"] is True
    assert SETTINGS["server.address"] == "127.0.0.1"
    assert SETTINGS["server.allowedHosts"] == ["localhost", "127.0.0.1"]
    assert SETTINGS["server.maxUploadSize"] * 1_000_000 >= LARGEST_FILE
    assert SETTINGS["client.showErrorDetails"] == "none"
    assert "--server.allowedHosts=127.0.0.1" in as_options()
    assert "--browser.gatherUsageStats=false" in as_options()


@pytest.mark.parametrize(
    ("arguments", "options", "seconds"),
    [
        ([], ["--server.headless=false"], "240.0"),
        (["--headless"], ["--server.headless=true", "--browser.serverAddress=127.0.0.1"], "240.0"),
        (
            ["--served-as", "plans.example.com"],
            ["--browser.serverAddress=plans.example.com", "--server.headless=true"],
            "240.0",
        ),
        (["--most-seconds", "1000"], ["--server.address=127.0.0.1"], "1000.0"),
    ],
)
def test_the_command_hands_its_options_on(arguments, options, seconds, monkeypatch):
    started: list[object] = []

    def execve(_, command, environment):
        started.extend((command, environment["SCALEUP_APP_SECONDS"]))
        raise SystemExit(0)

    monkeypatch.setattr("os.execve", execve)
    with pytest.raises(SystemExit):
        main(["app", *arguments])
    assert set(options) <= set(started[0])
    assert started[1] == seconds


@pytest.mark.parametrize("name", ["https://plans.example.com", "plans.example.com:8501", "plans.example.com/", "*", ""])
def test_the_host_of_a_proxy_is_a_name_alone(name, monkeypatch, capsys):
    monkeypatch.setattr("os.execve", lambda *_: pytest.fail("it was started"))
    with pytest.raises(SystemExit) as left:
        main(["app", "--served-as", name])
    assert left.value.code == 2
    assert "such as plans.example.com" in " ".join(capsys.readouterr().err.replace("│", " ").split())


def test_both_entries_show_the_same_page():
    entries = [TOP / "app.py", TOP / "simulator" / "app" / "entry.py"]
    assert len({path.read_text().split('"""')[2] for path in entries}) == 1
