"""What an earlier run has simulated is not simulated again, and nothing but time tells the difference."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import simulator as sim
from simulator import engine as engines
from simulator.experiment.progress import Progress
from simulator.store.blocks import block_of
from tests.experiment import stand_in
from tests.experiment.routes import content
from tests.experiment.small import SMALL
from tests.store.folders import no_disk
from tests.store.kept import keep_results

__all__ = ["no_disk"]

SCENARIO = sim.load(stand_in.SCENARIO)


@pytest.fixture
def simulated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[int]]:
    """The replications that were simulated since it was last asked, in order; results are kept."""
    keep_results(tmp_path / "user", monkeypatch)
    seen: list[int] = []

    class Counting(stand_in.Engine):
        def replicate(self, replication: int, seed: int, uniforms: Any = None) -> stand_in.Output:
            seen.append(replication)
            return super().replicate(replication, seed, uniforms)

    stand_in.install(monkeypatch, Counting)

    def since_then() -> list[int]:
        found = sorted(seen)
        seen.clear()
        return found

    return since_then


def written(folder: Path) -> dict[str, bytes | dict[str, Any]]:
    """The final files of a result and its shards."""
    return content(folder) | {path.name: path.read_bytes() for path in (folder / "shards").iterdir()}


@pytest.mark.parametrize("where", [{"jobs": 1}, {"jobs": 3}, {"executor": "pool", "jobs": 2}])
def test_only_what_is_missing_is_simulated(where: dict[str, Any], simulated: Callable[[], list[int]]) -> None:
    with ThreadPoolExecutor(2) as pool:
        place = where | ({"executor": pool} if "executor" in where else {})

        def run(replications: int, **more: Any) -> sim.Result:
            return sim.run(SCENARIO, replications, 3, progress=False, **(place | more))

        run(20)
        assert simulated() == [*range(20)]
        run(130)
        assert simulated() == [*range(20, 130)]
        kept = run(130)
        assert simulated() == []
        fresh = run(130, fresh=True)
        assert simulated() == [*range(130)]
        for table in ("replications", "weekly", "sites"):
            assert kept.records.table(table).equals(fresh.records.table(table))


@pytest.mark.usefixtures("no_disk")
def test_files_are_the_same_byte_by_byte(simulated: Callable[[], list[int]], tmp_path: Path) -> None:
    """Final tables, summary and shards, whichever of their replications were there."""

    def run(replications: int, out: str, **more: Any) -> dict[str, Any]:
        sim.run(SCENARIO, replications, 3, out=tmp_path / out, shard_size=35, jobs=2, progress=False, **more)
        return written(tmp_path / out / "stand-in")

    run(60, "beginning")
    run(240, "part", shard="3/6")  # 80 to 119
    assert simulated() == [*range(60), *range(80, 120)]
    mixed = run(150, "mixed")
    assert simulated() == [*range(60, 80), *range(120, 150)]
    whole = run(150, "whole")
    assert simulated() == []
    anew = run(150, "anew", fresh=True)
    assert simulated() == [*range(150)]
    assert mixed == whole == anew
    kept, made = (json.loads((tmp_path / of / "stand-in" / "manifest.json").read_bytes()) for of in ("whole", "anew"))
    assert kept.pop("wall_seconds") > 0 < made.pop("wall_seconds")
    assert kept == made


def test_other_seeds_plans_designs_and_engines_are_simulated(simulated: Callable[[], list[int]]) -> None:
    sim.run(SCENARIO, 8, progress=False)
    simulated()
    for other in ({"seed": 2}, {"design": "sobol"}, {"engine": "reference", "executor": "threads"}):
        sim.run(SCENARIO, 8, progress=False, **other)
        assert simulated() == [*range(8)]
    sim.run(SCENARIO.with_changes({"support.tiers.tier1.agents": 9}), 8, progress=False)
    assert simulated() == [*range(8)]
    sim.run(SCENARIO.with_changes({"name": "by-another-name"}), 8, progress=False)
    assert simulated() == []


def test_what_was_finished_before_an_interruption_or_an_error_is_kept(
    simulated: Callable[[], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Ended(stand_in.Engine):
        ending: BaseException = KeyboardInterrupt()

        def replicate(self, replication: int, seed: int, uniforms: Any = None) -> stand_in.Output:
            if replication == 30:
                raise self.ending
            return super().replicate(replication, seed, uniforms)

    with monkeypatch.context() as patch:
        stand_in.install(patch, Ended)
        with pytest.raises(sim.Interrupted), pytest.warns(sim.ResultWarning, match="30 of 80"):
            sim.run(SCENARIO, 80, jobs=1, progress=False)
        Ended.ending = OverflowError("too many tickets")
        with pytest.warns(sim.ResultWarning, match="replication 30"):
            sim.run(SCENARIO, 40, jobs=1, progress=False)
    result = sim.run(SCENARIO, 50, jobs=1, progress=False)
    assert simulated() == [30, *range(40, 50)]  # what failed is tried again
    assert result.replications_done == 50


def test_a_run_until_precise_stops_where_it_would_have(simulated: Callable[[], list[int]]) -> None:
    def stopped(**more: Any) -> tuple[int, float]:
        result = sim.run(SCENARIO, 20, until_precision={"success": 0.08}, at_most=1000, progress=False, **more)
        return result.replications_done, result.success_probability.share

    first = stopped()
    assert first[0] > 80
    assert simulated() == [*range(first[0])]
    assert stopped() == first
    assert simulated() == []
    assert stopped(fresh=True) == first


def test_a_resumed_run_takes_the_rest_from_there(
    simulated: Callable[[], list[int]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sim.run(SCENARIO, 90, out=tmp_path / "whole", progress=False, shard_size=20)
    sim.run(SCENARIO, 40, out=tmp_path / "part", progress=False, shard_size=20)
    simulated()
    sim.run(SCENARIO, 90, out=tmp_path / "part", progress=False, shard_size=20, resume=True)
    assert simulated() == []
    assert written(tmp_path / "part" / "stand-in") == written(tmp_path / "whole" / "stand-in")


def test_a_damaged_file_is_simulated_again(simulated: Callable[[], list[int]], tmp_path: Path) -> None:
    first = sim.run(SCENARIO, 150, progress=False, jobs=2)
    simulated()
    files = sorted((tmp_path / "user").rglob("*.arrow"))
    assert len(files) == 3
    files[1].write_bytes(files[1].read_bytes()[:-7])
    again = sim.run(SCENARIO, 150, progress=False, jobs=2)
    assert simulated() == [*range(50, 100)]
    assert again.replications.equals(first.replications)
    sim.run(SCENARIO, 150, progress=False, jobs=2)
    assert simulated() == []


def test_analyses_and_suites_share_what_is_there(simulated: Callable[[], list[int]], tmp_path: Path) -> None:
    sim.run(SCENARIO, 10, progress=False)
    more = SCENARIO.with_changes({"name": "more", "support.tiers.tier1.agents": 9})
    simulated()
    compared = sim.compare([SCENARIO, more, SCENARIO], 10, progress=False)
    assert simulated() == [*range(10)]
    assert [plan.result.replications_done for plan in compared.plans] == [10, 10, 10]
    (tmp_path / "plan.yaml").write_text(SCENARIO.to_yaml())
    (tmp_path / "suite.yaml").write_text(
        "name: agents\nsweeps: [{scenario: plan.yaml, grid: {support.tiers.tier1.agents: [9, 10]}}]\n"
    )
    suite = sim.run_suite(tmp_path / "suite.yaml", 12, progress=False)
    assert [result.replications_done for result in suite.results.values()] == [12, 12]
    assert simulated() == sorted([10, 11, *range(12)])


def test_time_is_that_of_simulating_whenever_that_was(simulated: Callable[[], list[int]]) -> None:
    first = sim.run(SCENARIO, 60, progress=False, jobs=1)
    again = sim.run(SCENARIO, 60, progress=False, jobs=1)
    assert again.wall_seconds == pytest.approx(first.wall_seconds, rel=1e-9)


def test_code_that_was_changed_since_it_was_read_neither_reads_nor_writes(
    simulated: Callable[[], list[int]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sim.run(SCENARIO, 8, progress=False)
    monkeypatch.setattr("simulator.experiment.batch.changed_since_import", lambda: True)
    simulated()
    sim.run(SCENARIO, 9, progress=False)
    assert simulated() == [*range(9)]
    assert [path.name for path in tmp_path.rglob("*.arrow")] == ["00000000-00000007.arrow"]


def test_progress_and_a_line_at_the_end_tell_what_was_there(
    simulated: Callable[[], list[int]], capsys: pytest.CaptureFixture[str]
) -> None:
    told: list[Progress] = []
    sim.run(SCENARIO, 20, jobs=1, progress=told.append)
    assert {progress.recalled for progress in told} == {0}
    sim.run(SCENARIO, 30, jobs=1, progress=told.append)
    assert (told[-1].done, told[-1].total, told[-1].recalled) == (30, 30, 20)
    assert capsys.readouterr().err == ""
    sim.run(SCENARIO, 40, jobs=1)
    assert capsys.readouterr().err == "stand-in: 40 replications, 30 of them there already from earlier runs\n"
    sim.run(SCENARIO, 40, jobs=1)
    assert capsys.readouterr().err == "stand-in: 40 replications, there already from earlier runs\n"
    more = SCENARIO.with_changes({"name": "more", "support.tiers.tier1.agents": 9})
    sim.compare([SCENARIO, more], 40, progress=None)
    assert capsys.readouterr().err == "2 scenarios: 80 replications, 40 of them there already from earlier runs\n"
    sim.run(SCENARIO, 40, jobs=1, fresh=True)
    assert capsys.readouterr().err == ""
    sim.run(SCENARIO, 40, jobs=1, progress=False)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("stated", ["many", "-1", "1e9", "٣"])
def test_a_size_that_is_no_number_is_told(stated: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCALEUP_RESULTS_CACHE_BYTES", stated)
    with pytest.raises(ValueError, match=r"SCALEUP_RESULTS_CACHE_BYTES is .*whole number of bytes"):
        sim.run(SCENARIO, 2, progress=False)


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_what_real_engines_give_comes_back_bit_by_bit(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_results(tmp_path, monkeypatch)
    told: list[Progress] = []
    first = sim.run(SMALL, 3, engine=engine, jobs=1, progress=False)
    again = sim.run(SMALL, 3, engine=engine, jobs=1, progress=told.append)
    assert told[-1].recalled == 3
    for table in ("replications", "weekly", "sites"):
        assert again.records.table(table).equals(first.records.table(table))
    assert again.as_dict()["measures"] == first.as_dict()["measures"]


def test_readings_of_a_pilot_and_words_change_no_replication() -> None:
    """They are none of what replications are kept by, so nothing simulated may depend on them."""
    scenario = sim.load(SMALL)
    retold = scenario.with_changes(
        {
            "name": "told-again",
            "description": "In other words.",
            "sources": ["Author (2020), Title"],
            "levers": [{"path": "sites.office.users", "label": "Users", "min": 1, "max": 100, "step": 1}],
            "pilot.observed": {"accuracy": 0.9, "tasks": 20},
        }
    )
    plain, other = (simulated_alone(one) for one in (scenario, retold))
    assert plain.equals(other)


def simulated_alone(scenario: sim.Scenario) -> Any:
    """Replications of a scenario as a block, with nothing kept or weighted."""
    plan = engines.build(scenario)
    engine = engines.get("compiled").Engine(plan)
    return block_of(plan.inputs, range(5), [engine.replicate(number, 1) for number in range(5)])


def test_functions_of_the_user_s_see_every_replication(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_results(tmp_path, monkeypatch)
    looked: set[int] = set()

    def look(simulation: sim.Simulation) -> None:
        looked.add(simulation.replication)

    for functions in ({}, {"analyzers": [look]}, {"interventions": [look]}):
        looked.clear()
        told: list[Progress] = []
        sim.run(SMALL, 3, progress=told.append, **functions)
        assert told[-1].recalled == 0
        assert looked == (set(range(3)) if functions else set())
    assert len([*tmp_path.rglob("*.arrow")]) == 1
