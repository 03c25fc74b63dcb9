"""``extends``: a scenario that says only what differs."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.scenario import ScenarioError, load
from simulator.scenario.files import shipped as shipped_module
from tests.scenario.conftest import MINIMAL

BASE = MINIMAL + "ai: {half_life_weeks: {p10: 100, p50: 200, p90: 300, source: x}, retraining: {every_weeks: 20}}\n"
Write = Callable[..., Path]


def over(write: Write, text: str, base: str = BASE) -> Path:
    write(base, "base.yaml")
    return write("extends: base.yaml\nname: over\n" + text, "over.yaml")


def test_mappings_merge_and_numbers_are_replaced(write: Write) -> None:
    scenario = load(over(write, "ai: {half_life_weeks: {lognormal: {median: 100, p90: 200}}, accuracy_floor: 0.2}\n"))
    assert scenario.name == "over"
    assert scenario.ai.half_life_weeks is not None
    assert scenario.ai.half_life_weeks.distribution.name == "lognormal"
    assert scenario.ai.half_life_weeks.source is None
    assert scenario.ai.retraining is not None
    assert scenario.ai.retraining.every_weeks is not None
    assert scenario.ai.retraining.every_weeks.value == 20


def test_sections_can_be_switched_off(write: Write) -> None:
    assert load(over(write, "ai: {retraining: null}\n")).ai.retraining is None


def test_named_things_merge_by_name_and_can_be_removed(write: Write) -> None:
    text = """\
sites:
  - {name: plant-3, users: 5, data_quality: 0.9}
  - {name: plant-1, data_quality: 0.4}
  - {name: plant-2, remove: true}
rollout:
  phases:
    - {name: wave-1, sites: [plant-1]}
    - {name: wave-2, week: 8, sites: [plant-3]}
"""
    scenario = load(over(write, text))
    assert [(s.name, s.users.value, s.data_quality.value) for s in scenario.sites] == [
        ("plant-1", 900, 0.4),
        ("plant-3", 5, 0.9),
    ]
    assert scenario.rollout is not None
    assert [(p.name, p.week.value, p.sites) for p in scenario.rollout.phases] == [
        ("wave-1", 0, ("plant-1",)),
        ("wave-2", 8, ("plant-3",)),
    ]


def test_other_lists_and_mixes_are_replaced(write: Write) -> None:
    base = BASE + "success: {criteria: [{measure: adoption, at_least: 0.5}, {measure: accuracy, at_least: 0.5}]}\n"
    text = "pilot: {segments: {sceptics: 1}}\nsuccess: {criteria: [{measure: tasks, at_least: 9}]}\n"
    scenario = load(over(write, text, base))
    assert [c.measure for c in scenario.success.criteria] == ["tasks"]
    assert scenario.pilot is not None
    assert dict(scenario.pilot.segments) == {"sceptics": 1.0}


def test_chains_and_resolved_scenarios_no_longer_extend(write: Write) -> None:
    over(write, "horizon_weeks: 90\n")
    scenario = load(write("extends: over.yaml\nname: top\n", "top.yaml"))
    assert (scenario.name, scenario.horizon_weeks) == ("top", 90)
    assert "extends" not in scenario.resolved()


def test_a_mapping_can_extend_a_file(write: Write) -> None:
    assert load({"extends": str(write(BASE)), "horizon_weeks": 80}).horizon_weeks == 80


def test_errors_point_to_the_file_that_is_wrong(write: Write) -> None:
    path = over(write, "ai: {accuracy_floor: 7}\n", BASE.replace("users: 900", "users: -1"))
    with pytest.raises(ScenarioError) as raised:
        load(path)
    base, own = raised.value.problems
    assert (Path(base.file or "").name, base.line, base.path) == ("base.yaml", 6, "sites.plant-1.users")
    assert (Path(own.file or "").name, own.line, own.path) == ("over.yaml", 3, "ai.accuracy_floor")


@pytest.mark.parametrize(
    ("text", "path", "part"),
    [
        ("sites: [{name: plant-7, remove: true}]\n", "sites.plant-7", 'did you mean "plant-'),
        ("sites: [{name: plant-1, remove: yes}]\n", "sites.plant-1.remove", "allowed: true"),
        ("sites: [{name: plant-1, remove: true, users: 3}]\n", "sites.plant-1.remove", "only name beside it"),
        ("sites: [{name: plant-1}, {name: plant-1}]\n", "sites.plant-1", "each name once"),
        ("seasons: [{name: x, remove: true}]\n", "seasons.x", "only of what is extended"),
    ],
)
def test_wrong_removals(text: str, path: str, part: str, write: Write) -> None:
    with pytest.raises(ScenarioError) as raised:
        load(over(write, text))
    assert raised.value.problems[0].path == path
    assert part in raised.value.problems[0].message
    assert raised.value.problems[0].line == 3


def test_cycles_and_endless_chains(write: Write) -> None:
    write("extends: b.yaml\n", "a.yaml")
    b = write("extends: a.yaml\n", "b.yaml")
    with pytest.raises(ScenarioError, match=r"b.yaml:1:10: extends: found \"a.yaml\", which leads back here") as raised:
        load(b.parent / "a.yaml")
    assert len(raised.value.problems) == 1
    with pytest.raises(ScenarioError, match="which leads back here"):
        load(write("extends: self.yaml\n", "self.yaml"))
    for i in range(30):
        write(f"extends: c{i + 1}.yaml\n", f"c{i}.yaml")
    with pytest.raises(ScenarioError, match="more than 20 files"):
        load(write("extends: c0.yaml\n", "start.yaml"))


def test_missing_bases(write: Write, tmp_path: Path) -> None:
    write(BASE, "base.yaml")
    with pytest.raises(ScenarioError, match=r'top.yaml:1:10: extends: found "bas.yaml".*did you mean "base.yaml"\?'):
        load(write("extends: bas.yaml\n", "top.yaml"))
    with pytest.raises(ScenarioError, match=r'top.yaml:3:5: extends.1: found "bas.yaml".*mean "base.yaml"\?') as raised:
        load(write("extends:\n  - base.yaml\n  - bas.yaml\n", "top.yaml"))
    assert len(raised.value.problems) == 1
    (tmp_path / "folder").mkdir()
    with pytest.raises(ScenarioError, match="folder: found a directory"):
        load(write("extends: folder\n", "top.yaml"))


def test_a_list_is_laid_over_each_other_in_its_order(write: Write) -> None:
    write(BASE, "base.yaml")
    write("extends: base.yaml\nname: a\nhorizon_weeks: 90\nai: {accuracy_floor: 0.1, hand_over_share: 0.1}\n", "a.yaml")
    write("name: b\nsites: [{name: plant-2, remove: true}]\nai: {accuracy_floor: 0.2}\n", "b.yaml")
    text = "name: top\nrollout: {phases: [{name: wave-1, sites: [plant-1]}]}\n"
    scenario = load(write("extends: [a.yaml, b.yaml]\n" + text, "top.yaml"))
    assert (scenario.name, scenario.horizon_weeks, len(scenario.sites)) == ("top", 90, 1)
    assert (scenario.ai.accuracy_floor.value, scenario.ai.hand_over_share.value) == (0.2, 0.1)
    with pytest.raises(ScenarioError, match=r"b.yaml:2:25: sites.plant-2.remove: unknown key"):  # too early
        load(write("extends: [b.yaml, a.yaml]\n" + text, "top.yaml"))


def test_a_base_that_several_extend_comes_once_and_first(write: Write) -> None:
    write(BASE, "base.yaml")
    write("extends: base.yaml\nhorizon_weeks: 90\n", "a.yaml")
    write("extends: base.yaml\nai: {accuracy_floor: 0.1}\n", "b.yaml")
    diamond = load(write("extends: [a.yaml, b.yaml]\n", "diamond.yaml"))
    assert (diamond.horizon_weeks, diamond.ai.accuracy_floor.value) == (90, 0.1)
    write("extends: a.yaml\nhorizon_weeks: 80\n", "c.yaml")
    for order in ("[c.yaml, a.yaml]", "[a.yaml, c.yaml]", "[base.yaml, c.yaml, a.yaml, diamond.yaml]"):
        assert load(write(f"extends: {order}\n", "top.yaml")).horizon_weeks == 80


def test_wrong_lists(write: Write) -> None:
    write(BASE, "base.yaml")
    for text, place, part in (
        (
            "extends: [base.yaml, ./base.yaml]\n",
            "1:22: extends.1",
            'found "./base.yaml" again; allowed: each file once',
        ),
        ("extends: [base.yaml, top.yaml]\n", "1:22: extends.1", "which leads back here"),
        ("extends: [base.yaml, 3]\n", "1:22: extends.1", "found number 3; allowed: the path"),
        ("extends: []\n", "1:10: extends", "found a list of 0; allowed: the path"),
        ("extends: [[base.yaml]]\n", "1:11: extends.0", "found a list of 1"),
    ):
        with pytest.raises(ScenarioError) as raised:
            load(write(text, "top.yaml"))
        (problem,) = raised.value.problems
        assert f"top.yaml:{place}: " in str(problem)
        assert part in problem.message
    names = [f"b{i}.yaml" for i in range(20)]
    for name in names:
        write("extends: base.yaml\n", name)
    assert load(write(f"extends: [{', '.join(names[:18])}]\n", "top.yaml")).name == "demo"
    with pytest.raises(ScenarioError, match=r"top.yaml:1:181: extends.18: found more than 20 files"):
        load(write(f"extends: [{', '.join(names)}]\n", "top.yaml"))


def test_removals_of_every_file_are_told(write: Write) -> None:
    write(BASE, "base.yaml")
    for name in ("a", "b"):
        write(f"extends: base.yaml\nsites: [{{name: plant-{name}, remove: true}}]\n", f"{name}.yaml")
    with pytest.raises(ScenarioError) as raised:
        load(write("extends: [a.yaml, b.yaml]\n", "top.yaml"))
    assert [(Path(p.file or "").name, p.path) for p in raised.value.problems] == [
        ("a.yaml", "sites.plant-a"),
        ("b.yaml", "sites.plant-b"),
    ]


def test_overlays_are_laid_over_any_scenario(write: Write) -> None:
    base = write(BASE, "base.yaml")
    floor = write("extends: base.yaml\nname: floor\ndescription: x\nai: {accuracy_floor: 0.1}\n", "floor.yaml")
    short = write("extends: floor.yaml\nname: short\nhorizon_weeks: 80\n", "short.yaml")
    both = load(base, overlays=[short])
    assert (both.name, both.description, both.horizon_weeks) == ("demo", "", 80)
    assert both.ai.accuracy_floor.value == 0.1
    assert both.hash == load(base, overlays=[floor, short]).hash
    other = BASE.replace("plant", "office").replace("demo", "other") + "horizon_weeks: 60\n"
    there = write(other.replace("horizon_weeks: 104\n", ""), "other.yaml")
    laid = load(there, overlays=[floor])
    assert (laid.name, laid.horizon_weeks, laid.ai.accuracy_floor.value) == ("other", 60, 0.1)
    assert [site.name for site in laid.sites] == ["office-1", "office-2"]
    mapping = {"extends": str(base), "name": "mine", "ai": {"accuracy_floor": 0.3}}
    assert load(mapping, overlays=[short]).ai.accuracy_floor.value == 0.1
    over_its_own = load(write("extends: floor.yaml\nname: top\nai: {accuracy_floor: 0.4}\n", "top.yaml"), [short])
    assert (over_its_own.ai.accuracy_floor.value, over_its_own.horizon_weeks) == (0.4, 80)


def test_wrong_overlays(write: Write) -> None:
    base = write(BASE, "base.yaml")
    wrong = write("extends: base.yaml\nname: wrong\nai: {accuracy_floor: 7}\n", "wrong.yaml")
    for overlays, part in (
        ([base], "base.yaml: extends: missing; allowed: overlays, which say what they extend"),
        ("support-early", 'overlays: found text "support-early"; allowed: a list'),
        (["suport-early"], 'suport-early: does not exist; allowed: .*did you mean "support-early"'),
        ([3], "found number 3; allowed: a path"),
        ([wrong], "wrong.yaml:3:22: ai.accuracy_floor: found number 7"),
    ):
        with pytest.raises(ScenarioError, match=part) as raised:
            load(base, overlays=overlays)  # type: ignore[arg-type]
        assert len(raised.value.problems) == 1


def test_shipped_scenarios_are_found_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Write) -> None:
    shipped = tmp_path / "shipped"
    (shipped / "theory").mkdir(parents=True)
    (shipped / "plants.yaml").write_text(BASE)
    (shipped / "theory" / "queue.yaml").write_text(BASE)
    monkeypatch.setattr(shipped_module, "shipped_folder", lambda: shipped)
    assert shipped_module.shipped_names() == ["plants"]
    assert shipped_module.shipped_names("theory") == ["theory/queue"]
    assert load("plants").name == "demo"
    assert load("theory/queue").name == "demo"
    assert load(write("extends: plants\nname: mine\n")).name == "mine"
    with pytest.raises(ScenarioError, match=r'did you mean "plants"\?'):
        load("plant")


def test_shipped_scenarios_are_found_from_an_installed_package(repository: Path, tmp_path: Path) -> None:
    package = tmp_path / "simulator"
    (package / "scenarios_shipped").mkdir(parents=True)
    (package / "scenarios_shipped" / "plants.yaml").write_text(MINIMAL)
    for layer in ("scenario", "streams"):
        shutil.copytree(repository / "simulator" / layer, package / layer)
    (package / "__init__.py").touch()
    code = "from simulator.scenario import *; print(shipped_names(), load('plants').name)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.strip() == "['plants'] demo"


def test_shipped_folder_is_the_one_of_the_checkout(repository: Path) -> None:
    assert shipped_module.shipped_folder() == repository / "scenarios"
    assert shipped_module.shipped_path("../pyproject") is None
