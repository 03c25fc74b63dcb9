"""Ctrl-C and SIGTERM at any moment of a command: one message, a documented exit code, never a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from simulator.cli.exit_codes import INTERRUPTED
from simulator.cli.signals import leave_when_told, stopping_when_told
from tests.cli.conftest import signals_as_before

WHILE_LOADING = """
import os, signal, time
from simulator import scenario
from simulator.cli import main

def load(*_):
    try:
        os.kill(os.getpid(), signal.{name})
        time.sleep(60)
    except BaseException:  # as libraries do
        print("swallowed")

scenario.load = load
signal.signal(signal.SIGINT, signal.default_int_handler)
main(["show", "retail-chatbot"])
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_while_nothing_has_begun_a_command_ends_at_once(repository, name):
    command = [sys.executable, "-c", WHILE_LOADING.format(name=name)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=repository, timeout=120)
    assert (ended.returncode, ended.stdout, ended.stderr) == (INTERRUPTED, "", "Interrupted.\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_runs_is_interrupted_twice_and_then_ended(monkeypatch, number):
    left = []
    monkeypatch.setattr(os, "_exit", left.append)
    monkeypatch.setattr(os, "write", lambda *_: 0)
    with signals_as_before():
        signal.signal(signal.SIGINT, signal.default_int_handler)
        leave_when_told()
        outside = signal.getsignal(number)
        with stopping_when_told():
            for _ in range(2):
                with pytest.raises(KeyboardInterrupt):
                    signal.raise_signal(number)
                assert left == []
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(number)
            assert left == [INTERRUPTED]
        assert signal.getsignal(number) is outside
        signal.raise_signal(number)
        assert left == [INTERRUPTED, INTERRUPTED]


def test_a_signal_that_is_ignored_stays_ignored():
    with signals_as_before():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        leave_when_told()
        with stopping_when_told():
            signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)


def test_an_error_that_comes_of_an_interruption_is_one(scaleup, stand_in_engine, scenario_file, monkeypatch):
    def half_imported(*_):
        raise AttributeError("module 'pyarrow' has no attribute 'lib'")

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("simulator.experiment.experiment.Experiment.finish", interrupted)
    monkeypatch.setattr("simulator.experiment.batch.Batch._close", half_imported)
    assert scaleup("run", scenario_file, "--jobs", 1) == (INTERRUPTED, "", "Interrupted.\n")
