import json
import shlex

import pytest

import simulator as sim
from simulator.app.levers import changes, rest
from simulator.scenario.assignments import read_changes, written
from tests.experiment.stand_in import SCENARIO


@pytest.fixture
def scenario() -> sim.Scenario:
    sites = [
        {"name": "office", "users": 100, "data_quality": 0.9},
        {"name": "shop", "users": 50, "data_quality": {"p10": 0.5, "p50": 0.6, "p90": 0.7}},
    ]
    return sim.load(SCENARIO | {"sites": sites})


def test_a_lever_at_rest_changes_nothing(scenario):
    for lever in scenario.levers:
        assert changes(scenario, lever, rest(scenario, lever)) == {}


def test_setting_replaces_the_number(scenario):
    agents = scenario.levers[0]
    assert rest(scenario, agents) == 6
    assert changes(scenario, agents, 9.0) == {"support.tiers.tier1.agents": 9}


def test_scaling_keeps_what_is_uncertain_uncertain(scenario):
    quality = scenario.levers[1]
    moved = changes(scenario, quality, 0.7)
    assert moved == {
        "sites.office.data_quality": 0.63,
        "sites.shop.data_quality": {"p10": 0.35, "p50": 0.42, "p90": 0.49},
    }
    assert scenario.with_changes(moved).site("shop").data_quality.certain is False


def test_equal_changes_share_one_path():
    scenario = sim.load(SCENARIO)
    assert changes(scenario, scenario.levers[1], 0.5) == {"sites.*.data_quality": 0.45}


@pytest.mark.parametrize(
    ("text", "value"),
    [("6", 6), ("1e-3", 0.001), ("{p10: 1, p50: 2, p90: 4}", {"p10": 1, "p50": 2, "p90": 4}), ("null", None),
     ("", None), ("true", True), ("[mon, tue]", ("mon", "tue")), ("'6'", "6"), ("a=b", "a=b")],
)  # fmt: skip
def test_values_are_yaml(text, value):
    assert read_changes([f"a.b={text}"]) == {"a.b": value}


@pytest.mark.parametrize(
    ("given", "message"),
    [(["a.b"], 'found "a.b"; allowed: path=value'), (["=3"], "allowed: path=value"), (["a=1", "a=2"], "each path once"),
     (["a=[1"], "no valid YAML"), (["a=&x 1"], "anchor"), (["a=.nan"], "finite"), (["a=1\nb: 2"], "one value")],
)  # fmt: skip
def test_bad_assignments_are_explained(given, message):
    with pytest.raises(sim.ScenarioError, match="--set") as caught:
        read_changes(given)
    assert message in str(caught.value)


def test_what_is_written_is_read_back_through_a_shell():
    moved = {"sites.*.data_quality": 0.1 + 0.2, "users.x": {"p10": 1e-7, "p50": 2, "p90": 3.5}, "a": None, "b": "it's"}
    options = shlex.split(" ".join(written(moved)))
    assert options[::2] == ["--set"] * 4
    assert json.dumps(read_changes(options[1::2])) == json.dumps(moved)
