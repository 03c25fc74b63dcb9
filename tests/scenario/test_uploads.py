"""What somebody else sends can name shipped scenarios, and reaches nothing else of this machine."""

import io
import os
import sys
from pathlib import Path

import pytest

import simulator
from simulator.scenario import (
    Limits,
    Scenario,
    ScenarioError,
    Upload,
    estimate_work,
    is_suite,
    load,
    load_suite,
    shipped_folder,
    shipped_names,
)

PLAN = "name: mine\nextends: retail-chatbot\nhorizon_weeks: 100\n"
SUITE = "name: mine\nscenarios:\n  - retail-chatbot\n  - {name: other, scenario: typical-programme}\n"


@pytest.fixture
def secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to be in, with a scenario that is nobody's business, and one that has a shipped name."""
    for name in ("secret.yaml", "retail-chatbot", "retail-chatbot.yaml"):
        (tmp_path / name).write_text("name: secret\ndescription: hidden\nextends: typical-programme\n")
    inside = tmp_path / "inside"
    inside.mkdir()
    monkeypatch.chdir(inside)
    for name in ("retail-chatbot", "retail-chatbot.yaml"):
        (inside / name).write_text((tmp_path / name).read_text())
    return tmp_path / "secret.yaml"


@pytest.fixture
def touched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every path that is opened, looked for or listed."""
    paths: list[str] = []
    for module, name in ((os, "stat"), (os, "lstat"), (os, "scandir"), (os, "listdir"), (io, "open")):
        genuine = getattr(module, name)

        def noted(path, *args, genuine=genuine, **options):
            paths.append(os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else "")
            return genuine(path, *args, **options)

        monkeypatch.setattr(module, name, noted)
    return paths


def only_shipped(paths: list[str]) -> bool:
    """Whether all paths are those of the shipped folder, of folders around it, and of the program itself."""
    program = (shipped_folder(), Path(simulator.__file__).parent, Path(sys.prefix), Path(sys.base_prefix))
    return all(
        path not in ("", "/") and any(Path(path).is_relative_to(of) or of.is_relative_to(path) for of in program)
        for path in paths
    )


def test_an_upload_extends_what_is_shipped(secret, touched):
    scenario = load(Upload(PLAN.encode(), "plan.yaml"))
    assert (scenario.name, scenario.horizon_weeks) == ("mine", 100)
    assert scenario.description != "hidden"
    assert scenario.sites == load("retail-chatbot", shipped_only=True).sites
    assert str(shipped_folder() / "retail-chatbot.yaml") in touched
    assert only_shipped(touched), touched


@pytest.mark.parametrize(
    "named",
    [
        "{secret}",
        "../secret.yaml",
        "secret.yaml",
        "./retail-chatbot.yaml",
        "retail-chatbot/../../secret",
        "/etc/passwd",
        "file:///etc/passwd",
        '"retail-chatbot\\0"',
        '"\\0"',
        '""',
        "..",
        "/",
        "~/plan.yaml",
        "a/" * 3000 + "b",
        "a" * 5000,
        "[/etc/passwd]",
        "[retail-chatbot, [retail-chatbot]]",
        "{{a: 1}}",
        "3",
    ],
)
def test_an_upload_reaches_nothing_else(named, secret, touched):
    written = named.format(secret=secret)
    for read in (
        lambda: load(Upload(f"name: mine\nextends: {written}\n", "plan.yaml")),
        lambda: load(Upload(PLAN), [Upload(f"name: mine\nextends: {written}\n", "plan.yaml")]),
        lambda: load_suite(Upload(f"name: mine\nscenarios: [{{scenario: {written}}}]\n", "plan.yaml")),
        lambda: load_suite(
            Upload(f"name: mine\nscenarios: [{{scenario: retail-chatbot, overlays: [{written}]}}]\n", "plan.yaml")
        ),
    ):
        with pytest.raises(ScenarioError) as caught:
            read()
        told = str(caught.value)
        assert told.startswith("plan.yaml:")
        assert str(secret.parent) not in told.replace(written[:60], "")  # it may be told what it said itself
        assert str(shipped_folder()) not in told
        assert len(told) < 2000
    assert only_shipped(touched), touched


def test_a_mapping_and_a_name_can_be_bound_to_what_is_shipped(secret, touched):
    assert load({"name": "mine", "extends": "retail-chatbot"}, shipped_only=True).description != "hidden"
    assert load("retail-chatbot", shipped_only=True).name == "retail-chatbot"
    assert len(load_suite("suites/remedies", shipped_only=True).names) > 5
    assert is_suite("suites/remedies", shipped_only=True)
    for source in (str(secret), "../secret.yaml", "", "\0", {"name": "mine", "extends": "../secret.yaml"}):
        with pytest.raises(ScenarioError, match="allowed: the name of a shipped scenario"):
            load(source, shipped_only=True)
    with pytest.raises(ScenarioError, match="allowed: the name of a shipped scenario"):
        load("typical-programme", [str(secret)], shipped_only=True)
    assert only_shipped(touched), touched
    assert load("retail-chatbot").name == "secret"  # which the command line is to take


@pytest.mark.parametrize("name", shipped_names())
def test_every_shipped_scenario_is_the_same_either_way(name):
    assert load(name, shipped_only=True) == load(name)
    assert load(Upload(f"name: mine\nextends: {name}.yaml\n")).sites == load(name).sites


def test_a_problem_of_a_shipped_file_is_told_without_its_path():
    sites = "  - {name: branches, remove: true}\n"
    text = f"name: mine\nextends: all-five-remedies\nhorizon_weeks: 3\nsites:\n{sites}"
    for read in (
        lambda: load(Upload(text, "plan.yaml")),
        lambda: load_suite(Upload(f"{SUITE}sweeps: [{{scenario: retail-chatbot, grid: {{horizon_weeks: [3]}}}}]\n")),
    ):
        with pytest.raises(ScenarioError) as caught:
            read()
        assert os.sep not in str(caught.value)
    with pytest.raises(ScenarioError, match=r"^retail-chatbot:\d+:\d+: "):
        load(Upload("name: mine\nextends: retail-chatbot\nhorizon_weeks: 3\n", "plan.yaml"))


def test_uploads_are_laid_over_each_other():
    overlay = Upload("name: over\nextends: typical-programme\nworking_days: false\n", "over.yaml")
    scenario = load(Upload(PLAN), [overlay])
    assert scenario.name == "mine"
    assert scenario.horizon_weeks == 100
    assert not scenario.working_days


def test_a_suite_may_be_uploaded():
    assert load_suite(Upload(SUITE)).names == ("retail-chatbot", "other")
    assert is_suite(Upload(SUITE))
    assert not is_suite(Upload(PLAN))
    with pytest.raises(ScenarioError, match=r"plan\.yaml:1:1: found a suite"):
        load(Upload(SUITE, "plan.yaml"))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"name: mine\n" + b"#" * 1_000_000, "plan.yaml: found more than 1 MB; allowed: at most 1000000 bytes"),
        (b"name: \xff", "plan.yaml:1:7: found byte 0xff, which is no UTF-8"),
        ("name: \ud800", "plan.yaml:1:7: found byte 0xed, which is no UTF-8"),
        (b"", "plan.yaml: found an empty file"),
        (b"name: a\nname: a", "plan.yaml:2:1: name: found the key again"),
        (b"a: &b 1", "plan.yaml:1:4: a: found the anchor &b"),
    ],
)
def test_an_upload_is_read_strictly(content, told):
    with pytest.raises(ScenarioError) as caught:
        load(Upload(content, "plan.yaml"))
    assert str(caught.value).startswith(told)


def test_a_byte_order_mark_and_text_are_read_alike():
    assert load(Upload(PLAN)) == load(Upload(PLAN.encode())) == load(Upload(b"\xef\xbb\xbf" + PLAN.encode()))


def test_the_name_of_an_upload_is_one_short_line():
    for name, shown in (
        ("plan.yaml", "plan.yaml"),
        ("a\nb\x00\x1b[31m", "a b  [31m"),
        ("x" * 500, "x" * 80),
        ("\n", "upload"),
        ("", "upload"),
    ):
        assert Upload("", name).shown == shown
    assert "secret words" not in repr(Upload("secret words"))


def of_a_size(scenario: Scenario) -> tuple[float, float]:
    one, two = (estimate_work(scenario, count) for count in (1, 2))
    return two.seconds - one.seconds, two.memory_bytes - one.memory_bytes


def test_limits_of_ones_own_are_told_with_what_would_fit():
    scenario = load("retail-chatbot")
    seconds, memory = of_a_size(scenario)
    short = Limits(seconds=10.5 * seconds, where="on this server")
    for limits in (
        short,
        short._replace(seconds=1e9, memory_bytes=estimate_work(scenario, 1).memory_bytes + 9.5 * memory),
    ):
        assert estimate_work(scenario, 10, limits) == estimate_work(scenario, 10)
        with pytest.raises(ScenarioError, match=r"on this server; 10 replications of this scenario, or fewer"):
            estimate_work(scenario, 11, limits)
    with pytest.raises(ScenarioError) as caught:
        estimate_work(scenario, 1, Limits(events=1000.0))
    assert "allowed: at most 1,000; fewer users or tasks, or a shorter horizon" in str(caught.value)
    with pytest.raises(ScenarioError) as caught:
        estimate_work(scenario, 1, Limits(seconds=0.5 * seconds))
    assert "replications" not in str(caught.value)  # as not even one would do
    with pytest.raises(ScenarioError, match="replications: found 6; allowed: at most 5 on this server"):
        estimate_work(scenario, 6, Limits(replications=5, where="on this server"))
