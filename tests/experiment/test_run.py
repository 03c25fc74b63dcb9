import io
import json
import math
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from rich.console import Console

import simulator as sim
from simulator.experiment.progress import throttled
from simulator.results.statistics import ESTIMATES
from tests.experiment.stand_in import SCENARIO

pytestmark = pytest.mark.usefixtures("stand_in_engine")


@pytest.fixture
def result() -> sim.Result:
    return sim.run(SCENARIO, replications=40, seed=3, jobs=2)


def test_the_import_is_light():
    heavy = ("numba", "numpy", "scipy", "pandas", "pyarrow", "pydantic", "simpy", "matplotlib", "streamlit", "rich")
    code = f"import sys, simulator; print(*(name for name in {heavy} if name in sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.split() == []


def test_frames_have_the_columns_of_the_contract(result):
    assert list(result.replications.columns[:3]) == ["replication", "weight", "outcome"]
    assert result.replications.columns[-1] == "input.ai.reference_accuracy"
    assert list(result.replications["replication"]) == list(range(40))
    assert list(result.weekly.columns[:4]) == ["replication", "weight", "week", "adoption"]
    assert len(result.weekly) == 40 * 60
    assert list(result.sites.columns) == ["replication", "weight", "site", "go_live_week", "tickets_opened"]
    summary = result.summary()
    assert list(summary.columns) == list(ESTIMATES)
    assert summary.loc["accuracy_scaled", "n"] == 0
    assert math.isnan(summary.loc["accuracy_scaled", "mean"])
    assert summary.loc["adoption_final", "mean"] == pytest.approx(result.replications["adoption_final"].mean())


def test_shares_add_up(result):
    scaled = int(result.replications["success"].sum())
    assert 0 < scaled < 40
    assert result.success_probability.share == scaled / 40
    assert sum(share.share for share in result.outcomes.values()) == pytest.approx(1.0)
    assert result.scaled_by_week["share"][-1] == result.success_probability.share
    assert result.scaled_by_week["share_kept"] == result.scaled_by_week["share"]
    assert result.scaled_by_week["week"] == list(range(60 - 16 + 1))


def test_summary_json_has_null_and_never_nan(result):
    content = json.loads(json.dumps(result.as_dict(), allow_nan=False))
    assert list(content) == [
        "scenario", "scenario_hash", "seed", "replications", "engine", "wall_seconds", "events_per_second",
        "measures", "outcomes", "paid_back_by_outcome", "success_probability", "reached_share", "kept_share",
        "pays_probability", "paid_back_share", "funded_share", "scaled_by_week", "success_curve",
    ]  # fmt: skip
    assert content["measures"]["accuracy_scaled"]["mean"] is None
    assert content["measures"]["success"]["mean"] == result.success_probability.share
    assert "outcome" not in content["measures"]


def test_saved_files_are_the_tables_and_equal_results_give_equal_bytes(result, tmp_path):
    folder = result.save(tmp_path / "first")
    again = sim.run(SCENARIO, replications=40, seed=3, jobs=1, out=tmp_path / "second")
    other = tmp_path / "second" / "stand-in"
    assert sorted(path.name for path in folder.iterdir()) == [
        "manifest.json", "replications.parquet", "shards", "sites.parquet", "summary.json", "weekly.parquet",
    ]  # fmt: skip
    for name in ("replications", "weekly", "sites"):
        assert (folder / f"{name}.parquet").read_bytes() == (other / f"{name}.parquet").read_bytes()
    pd.testing.assert_frame_equal(
        pq.read_table(folder / "weekly.parquet").to_pandas(), again.weekly.drop(columns="weight")
    )
    manifest = json.loads((folder / "manifest.json").read_text())
    assert sim.load(manifest["scenario"]).hash == manifest["scenario_hash"] == result.scenario.hash
    assert manifest["seed"] == 3
    assert manifest["replications"] == 40


def test_another_result_is_not_overwritten(result, tmp_path):
    result.save(tmp_path)
    result.save(tmp_path)
    with pytest.raises(sim.OutputError, match="40 replications, now 5"):
        sim.run(SCENARIO, replications=5, seed=3, out=tmp_path)
    with pytest.raises(sim.OutputError, match="seed 3, now 4"):
        sim.run(SCENARIO, replications=40, seed=4, out=tmp_path)
    assert len(sim.run(SCENARIO, replications=45, seed=3, out=tmp_path).replications) == 45


def test_a_file_where_a_folder_is_needed_is_refused_before_the_run(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(sim.OutputError, match="cannot write results to"):
        sim.run(SCENARIO, out=tmp_path / "taken")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"replications": 0}, "replications is 0; it must be a whole number from 1"),
        ({"replications": 2.5}, "replications is 2.5"),
        ({"seed": -1}, "seed is -1"),
        ({"jobs": 0}, "jobs is 0"),
        ({"engine": "fast"}, "engine is 'fast'; it must be one of compiled, reference"),
        ({"on_interrupt": "go on"}, "on_interrupt is 'go on'; it must be one of raise, return"),
    ],
)
def test_bad_arguments_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        sim.run(SCENARIO, **options)


def test_progress_is_reported_up_to_the_end():
    seen = []
    sim.run(SCENARIO, replications=9, jobs=1, progress=seen.append)
    assert [of.done for of in seen] == list(range(10))
    assert {of.total for of in seen} == {9}


def test_a_bar_is_not_drawn_more_often_than_eyes_can_follow():
    seen: list[int] = []
    report = throttled(lambda progress: seen.append(progress.done), seconds=3600)
    for done in range(101):
        report(sim.Progress("running", done, 100))
    assert seen == [0, 100]


def test_compiling_is_announced_even_without_a_terminal(monkeypatch, capsys):
    monkeypatch.setattr("simulator.engine.compiled_before", lambda: False)
    sim.run(SCENARIO, replications=2)
    assert capsys.readouterr().err.startswith("Compiling the engine (as a rule once")
    sim.run(SCENARIO, replications=2, progress=False)
    assert capsys.readouterr().err == ""


def test_compiling_is_told_in_percent_up_to_the_end(monkeypatch):
    monkeypatch.setattr("simulator.engine.compiled_before", lambda: False)
    seen = []
    sim.run(SCENARIO, replications=2, jobs=1, progress=seen.append)
    compiling = [of for of in seen if of.stage == "compiling"]
    assert seen[: len(compiling)] == compiling
    assert [compiling[0].done, compiling[-1].done] == [0, 100]
    assert {of.total for of in compiling} == {100}


def test_a_notebook_shows_a_bar_and_clears_it(monkeypatch):
    shown: list[str] = []
    handle = SimpleNamespace(update=shown.append)
    display = SimpleNamespace(HTML=str, display=lambda *_, **__: handle)
    notebook = SimpleNamespace(get_ipython=lambda: SimpleNamespace(kernel=object()), display=display)
    monkeypatch.setitem(sys.modules, "IPython", notebook)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    sim.run(SCENARIO, replications=3, jobs=1)
    assert "3 of 3 replications" in shown[-2]
    assert shown[-1] == ""


def ctrl_c_at(number):
    def stop(progress: sim.Progress) -> None:
        if progress.done == number:
            raise KeyboardInterrupt

    return stop


def test_an_interrupted_run_says_so_wherever_it_is_shown():
    options = {"replications": 20, "jobs": 1, "progress": ctrl_c_at(6), "on_interrupt": "return"}
    with pytest.warns(sim.ResultWarning, match="stand-in: interrupted: 6 of 20 replications are there") as warned:
        result = sim.run(SCENARIO, **options)
    assert warned[0].filename == __file__
    assert (result.interrupted, result.complete, result.replications_done) == (True, False, 6)
    for told in (repr(result), result._repr_html_(), written(result)):
        assert "interrupted: 6 of 20 replications, seed 1" in told
    summary = result.as_dict()
    assert (summary["replications"], summary["replications_requested"]) == (6, 20)


def written(result) -> str:
    console = Console(width=110, file=io.StringIO())
    console.print(result)
    return console.file.getvalue()


@pytest.mark.filterwarnings("ignore::simulator.ResultWarning")
def test_an_interruption_stops_a_loop_and_loses_nothing():
    run_through, finished = 0, None
    try:
        for seed in (1, 2, 3):
            sim.run(SCENARIO, 20, seed, jobs=1, progress=ctrl_c_at(6) if seed == 2 else False)
            run_through += 1
    except sim.Interrupted as stop:
        finished = stop.result
    assert run_through == 1
    assert (finished.seed, finished.replications_done) == (2, 6)
    with pytest.raises(KeyboardInterrupt, match=r"6 of 20 replications are there.*sys\.last_value\.result"):
        sim.run(SCENARIO, 20, jobs=1, progress=ctrl_c_at(6))


@pytest.mark.filterwarnings("error")
def test_warnings_that_are_errors_do_not_lose_what_is_finished():
    with pytest.raises(sim.Interrupted) as stop:
        sim.run(SCENARIO, 20, jobs=1, progress=ctrl_c_at(6))
    assert stop.value.result.replications_done == 6


@pytest.mark.parametrize("on_interrupt", ["raise", "return"])
def test_interrupting_before_the_first_replication_raises(on_interrupt):
    with pytest.raises(sim.Interrupted, match="before a replication was finished") as stop:
        sim.run(SCENARIO, replications=20, jobs=1, progress=ctrl_c_at(0), on_interrupt=on_interrupt)
    assert stop.value.result is None


def test_the_verdict_says_how_likely_and_the_reasons_why_not(result):
    sentence = result.verdict()
    assert sentence.startswith("May or may not reach scale: ")
    assert "40 simulated programmes do (95% interval " in sentence
    assert "weeks of funding" in sentence
    assert ". All that reach it keep it to the end (95% interval " in sentence
    assert result.reasons() == (
        "All of those that never reach scale are still running at the end (stalled). "
        "In all of these adoption never stays at or above 60%."
    )
    assert sentence in repr(result)
    for told in (sentence, result.reasons()):
        assert told in result._repr_html_()


def test_a_figure_shows_the_median_of_the_replications(result):
    axes = result.plot.adoption()
    median = next(line for line in axes.lines if line.get_label() == "median").get_ydata()
    rows = result.weekly.pivot_table(index="replication", columns="week", values="adoption")
    np.testing.assert_allclose(median, rows.median())
    for name in ("accuracy", "tickets", "backlog", "outcomes", "success_curve"):
        assert getattr(result.plot, name)().get_title(loc="left")
    backlog = next(line for line in result.plot.backlog().lines if line.get_label() == "median").get_ydata()
    assert set(backlog) == {1.0}
