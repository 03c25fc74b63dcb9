"""`scaleup report` and `scaleup run --report`: where pages are written, and what is refused."""

from __future__ import annotations

import pytest

import simulator as sim
from tests.experiment.stand_in import SCENARIO

pytestmark = pytest.mark.usefixtures("stand_in_engine")


def test_a_page_is_written_and_what_was_not_asked_is_named(scaleup, scenario_file, tmp_path):
    out = tmp_path / "out"
    assert scaleup("run", scenario_file, "--replications", 10, "--out", out)[0] == 0
    code, told, err = scaleup("report", out)
    assert (code, err) == (0, "")
    written, _, *missing = told.splitlines()
    assert written == f"Written to {out / 'stand-in' / 'report.html'}"
    assert f"  by when, and how sure: scaleup timeline stand-in.yaml --replications 10 --seed 1 --out {out}" in missing
    assert (out / "stand-in" / "report.html").read_text().startswith("<!DOCTYPE html>")
    assert scaleup("report", out / "stand-in", "--out", tmp_path / "page.html")[0] == 0
    assert (tmp_path / "page.html").read_bytes() == (out / "stand-in" / "report.html").read_bytes()
    assert sim.write_report(out).read_bytes() == (tmp_path / "page.html").read_bytes()


def test_a_run_is_followed_by_a_page_for_each_scenario(scaleup, scenario_file, tmp_path):
    other = tmp_path / "other.yaml"
    other.write_text(sim.load(SCENARIO | {"name": "other"}).to_yaml())
    out = tmp_path / "out"
    code, told, err = scaleup("run", scenario_file, other, "--replications", 5, "--out", out, "--report")
    assert (code, err) == (0, "")
    for name in ("stand-in", "other"):
        assert f"Written to {out / name / 'report.html'}" in told.splitlines()
        assert f"Shall {name} be funded" in (out / name / "report.html").read_text()
    code, told, err = scaleup("run", scenario_file, "--replications", 5, "--out", out, "--resume", "--report", "--json")
    assert (code, err) == (0, f"Written to {out / 'stand-in' / 'report.html'}\n")
    assert told.startswith("[")


def test_results_go_on_beside_a_page(scaleup, scenario_file, tmp_path):
    out = tmp_path / "out"
    assert scaleup("run", scenario_file, "--replications", 5, "--out", out, "--report")[0] == 0
    assert scaleup("run", scenario_file, "--replications", 9, "--out", out, "--resume", "--report")[0] == 0
    assert "9 replications" in (out / "stand-in" / "report.html").read_text()


@pytest.mark.parametrize(
    ("options", "words"),
    [((), "say which with --out"), (("--shard", "1/2", "--out", "parts"), "scaleup merge")],
)
def test_what_can_not_have_a_page_is_refused_before_it_runs(
    scaleup, scenario_file, monkeypatch, tmp_path, options, words
):
    monkeypatch.chdir(tmp_path)
    code, told, err = scaleup("run", scenario_file, "--report", *options)
    assert (code, told) == (2, "")
    assert words in err
    assert not (tmp_path / "parts").exists()


def test_a_file_of_somebody_else_is_left_alone(scaleup, scenario_file, tmp_path):
    out = tmp_path / "out"
    assert scaleup("run", scenario_file, "--replications", 5, "--out", out)[0] == 0
    mine = tmp_path / "mine.html"
    mine.write_text("<p>mine</p>")
    code, told, err = scaleup("report", out, "--out", mine)
    assert (code, told) == (2, "")
    assert "is no report of ours, and is left alone" in err
    assert mine.read_text() == "<p>mine</p>"
    (out / "stand-in" / "report.html").mkdir()
    code, _, err = scaleup("run", scenario_file, "--replications", 5, "--out", out, "--resume", "--report")
    assert code == 2
    assert "is a folder where a file of ours belongs" in err


@pytest.mark.parametrize(("arguments", "words"), [(("nowhere",), "is no folder"), ((), "Missing argument 'DIR'")])
def test_where_there_is_nothing_one_sentence_says_so(scaleup, monkeypatch, tmp_path, arguments, words):
    monkeypatch.chdir(tmp_path)
    code, told, err = scaleup("report", *arguments)
    assert (code, told) == (2, "")
    assert words in err
