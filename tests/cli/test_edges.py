"""Command lines at their edges: hostile arguments, streams that nobody reads, interruptions. Never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

import simulator as sim
from simulator import engine
from simulator.cli import output
from simulator.cli.exit_codes import BAD, DONE, FAILED, INTERRUPTED
from simulator.cli.output import escaped, escaped_name
from tests.experiment import stand_in


@pytest.fixture
def run(scaleup, stand_in_engine, scenario_file):
    """`scaleup run` on the scenario."""
    return partial(scaleup, "run", scenario_file)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--shard", "2/7", "--replications", 3], "choose i/N with N at most 3, and start as many runs"),
        (["--shard", "3/7", "--replications", 3], "choose i/N with N at most 3, and start as many runs"),
        (["--shard", "1/99999999999999999999", "--replications", 3], "N at most 3"),
        (["--shard", f"1/{'9' * 5000}"], "--shard"),
        (["--at-most", "99999999999", "--until-precision", "npv=1%"], "--at-most"),
        (["--until-precision", "npv=1e-400"], "can't be read"),
        (["--until-precision", "npv=nan"], "can't be read"),
        (["--replications", "1e9"], "--replications"),
        (["--replications", "9" * 30], "--replications"),
        (["--jobs", "9" * 30], "--jobs"),
        (["--seed", "9" * 30], "--seed"),
    ],
)
def test_hostile_numbers_are_refused(run, tmp_path, options, message):
    code, told, err = run(*options, "--out", tmp_path / "out")
    assert (code, told) == (BAD, "")
    assert message in " ".join(err.split())
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "the folder for results has an empty name"),
        ("out\udcff", r"out\xff: its name is not UTF-8"),
        ("o\0ut", "null byte"),
        ("o" * 300, "File name too long"),
        ("/dev/null", "Not a directory"),
    ],
)
def test_folders_that_cannot_be_used_are_refused_before_anything_is_run(run, scaleup, monkeypatch, name, message):
    stand_in.install(monkeypatch, None)
    code, told, err = run("--out", name)
    assert (code, told) == (BAD, "")
    assert message in err
    if "\0" not in name and len(name) < 300 and name != "/dev/null":
        code, told, err = scaleup("merge", "somewhere", "--out", name)
        assert (code, told) == (BAD, "")
        assert message in err
        with pytest.raises(sim.OutputError):
            sim.run(stand_in.SCENARIO, out=name)


def test_nobody_waits_for_a_compilation_to_hear_what_is_wrong(run, scaleup, monkeypatch, tmp_path, scenario_file):
    def compiled_too_early() -> None:
        raise AssertionError("the engine is compiled before folders and sizes are looked at")

    monkeypatch.setattr(engine, "compiled_before", lambda: False)
    monkeypatch.setattr(engine, "warm_up", compiled_too_early)
    (tmp_path / "file").touch()
    code, _, told = run("--out", tmp_path / "file" / "below")
    assert code == BAD
    assert told.startswith("cannot write results to")
    many = ["--set", "users.tasks_per_user_week=1000000", "--set", "users.judged_per_week=null"]
    code, _, told = scaleup("run", "retail-chatbot", *many)
    assert code == BAD
    assert "found work of about" in told


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "bad\x1b[31m.yaml"],
        ["run", "retail-chatbot", "--set", "bad\x1b[31m"],
        ["run", "retail-chatbot", "--engine", "bad\x1b[31m"],
        ["run", "retail-chatbot", "--out", "/dev/null/bad\x1b[31m"],
        ["run", "retail-chatbot", "--executor", "dask", "--scheduler", "bad\x1b[31m"],
        ["trace", "retail-chatbot", "--kind", "bad\x1b[31m"],
        ["merge", "bad\x1b[31m", "--out", "somewhere"],
        ["new", "bad\x1b[31m.yaml"],
        ["bad\x1b[31m"],
        ["run", "retail-chatbot", "--bad\x1b[31m"],
    ],
    ids=lambda arguments: arguments[-2] if len(arguments) > 2 else arguments[0][:3],
)
def test_no_argument_steers_the_terminal(scaleup, stand_in_engine, arguments):
    code, told, err = scaleup(*arguments)
    assert code == BAD
    assert "\x1b" not in told + err
    assert r"bad\x1b[31m" in err


def test_where_results_are_written_is_told_on_one_line_that_steers_nothing(run, tmp_path):
    code, told, _ = run("--replications", 4, "--out", tmp_path / "a\x1b[31m\nWritten to /etc")
    assert code == DONE
    assert told.splitlines()[-1] == f"Written to {tmp_path}/a" + r"\x1b[31m\nWritten to /etc/stand-in"


def test_what_is_escaped():
    assert escaped("häufig 90 % – ok\n\tnext") == "häufig 90 % – ok\n\tnext"
    assert escaped("\x1b]0;\x07\x9b\x7f\u202e\u2028\r\udcff") == r"\x1b]0;\x07\x9b\x7f\u202e\u2028\r\xff"
    assert escaped_name("a\nb") == r"a\nb"


def test_a_precision_that_nothing_can_give_is_told(run):
    options = ("--replications", 10, "--at-most", 20, "--until-precision")
    code, told, _ = run(*options, "users_lost=1e-300")  # the same in all
    assert (code, "precise enough" in told) == (DONE, True)
    code, told, _ = run(*options, "adoption_final=1e-300", "--until-precision", "adoption_final.p50=1e-320%")
    assert code == DONE
    assert told.count("wanted: no number of replications will do that anybody can run") == 2


class Stopping(stand_in.Engine):
    """An engine that is interrupted at once."""

    def replicate(self, replication, seed, uniforms=None):
        raise KeyboardInterrupt


def test_an_interruption_before_anything_is_finished(run, scaleup, monkeypatch, scenario_file):
    stand_in.install(monkeypatch, Stopping)
    code, told, err = run("--jobs", 1)
    assert (code, told, err) == (INTERRUPTED, "", "No replication was finished.\nInterrupted.\n")

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("simulator.scenario.load", interrupted)
    for command in ("validate", "show", "trace"):
        assert scaleup(command, scenario_file) == (INTERRUPTED, "", "Interrupted.\n")


def test_a_second_interruption_ends_at_once_and_keeps_the_shards(run, monkeypatch, tmp_path):
    class Interrupted(stand_in.Engine):
        def replicate(self, replication, seed, uniforms=None):
            if replication == 7:
                raise KeyboardInterrupt
            return super().replicate(replication, seed, uniforms)

    def finish(*_):
        raise KeyboardInterrupt

    stand_in.install(monkeypatch, Interrupted)
    with monkeypatch.context() as patch:
        patch.setattr("simulator.experiment.experiment.Experiment.finish", finish)
        code, told, err = run("--jobs", 1, "--out", tmp_path)
    assert (code, told) == (INTERRUPTED, "")
    assert err == "What the shards hold is kept: go on with --resume.\nInterrupted.\n"
    stand_in.install(monkeypatch)
    assert run("--out", tmp_path, "--resume")[0] == DONE


def test_an_interruption_while_the_variance_is_told_loses_no_result(run, monkeypatch):
    class Interrupted(stand_in.Engine):
        def replicate(self, replication, seed, uniforms=None):
            if uniforms is not None:
                raise KeyboardInterrupt
            return super().replicate(replication, seed, uniforms)

    stand_in.install(monkeypatch, Interrupted)
    code, told, err = run("--jobs", 1, "--replications", 20, "--variance", "--json")
    assert code == FAILED
    assert '"replications": 20' in told
    assert err == "Interrupted: what of the variance of stand-in is chance is not told.\n"


def scaleup_with(*arguments: str, **streams) -> subprocess.CompletedProcess[str]:
    """`scaleup` in a process of its own; errors are captured if nothing else is said."""
    command = [sys.executable, "-m", "simulator.cli", *arguments]
    there = Path(sim.__file__).parents[1]
    options = {"stderr": subprocess.PIPE, "text": True, "cwd": there} | streams
    return subprocess.run(command, check=False, timeout=120, **options)


def test_standard_output_that_is_closed_or_full_is_told():
    ended = scaleup_with("list", preexec_fn=partial(os.close, 1))
    assert (ended.returncode, ended.stderr) == (FAILED, "cannot write to standard output: it is closed\n")
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        ended = scaleup_with("schema", stdout=full)
    told = "cannot write to standard output: No space left on device\n"
    assert (ended.returncode, ended.stderr) == (FAILED, told)


def test_a_reader_who_leaves_is_no_failure():
    reading, writing = os.pipe()
    os.close(reading)
    ended = scaleup_with("list", stdout=writing)
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (DONE, "")


def test_without_standard_error_and_input_nothing_goes_astray():
    def close():
        os.close(0)
        os.close(2)

    ended = scaleup_with("validate", "nonsense", preexec_fn=close, stderr=None, stdout=subprocess.PIPE)
    assert (ended.returncode, ended.stdout) == (BAD, "")


def test_a_full_disk_behind_standard_error_is_no_failure(monkeypatch):
    full = Path("/dev/full").open("w", encoding="utf-8", buffering=1)  # noqa: SIM115 (closing it fails too)
    monkeypatch.setattr(sys, "stderr", full)
    output.complain("nobody can read this")
    with pytest.raises(OSError, match="No space left"):
        full.close()


def test_exit_codes_are_told_by_the_help_and_the_documentation(scaleup, repository):
    _, told, _ = scaleup("--help")
    documented = (repository / "docs" / "experiments.md").read_text()
    for code in (DONE, FAILED, BAD, INTERRUPTED):
        assert f" {code} " in " ".join(told.split())
        assert f"\n| {code} | " in documented
