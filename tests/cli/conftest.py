"""A scenario file of the stand-in engine, and the command line."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import simulator as sim
from simulator.cli import main
from tests.experiment import stand_in
from tests.experiment.stand_in import stand_in_engine

__all__ = ["stand_in_engine"]


@pytest.fixture
def scenario_file(tmp_path: Path) -> str:
    """The path of a file with the stand-in's scenario."""
    path = tmp_path / "stand-in.yaml"
    path.write_text(sim.load(stand_in.SCENARIO).to_yaml())
    return str(path)


@contextmanager
def signals_as_before() -> Iterator[None]:
    """Take back what the command line makes of signals for as long as its process lives."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@pytest.fixture
def scaleup(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run a command line; exit code, standard output, standard error."""

    def call(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left, signals_as_before():
            main([str(argument) for argument in arguments])
        streams = capsys.readouterr()
        assert "Traceback" not in streams.err
        assert isinstance(left.value.code, int)
        return left.value.code, streams.out, streams.err

    return call
