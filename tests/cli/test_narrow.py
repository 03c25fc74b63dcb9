"""Terminals that are narrow: the names of rows stay readable, whatever happens to the numbers beside them."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from fcntl import ioctl
from itertools import pairwise
from pathlib import Path
from struct import pack
from termios import TIOCSWINSZ

import pytest
from rich.console import Console

import simulator as sim
from simulator.analysis.variance import decompose
from simulator.cli.commands.analyses.variance import VarianceTable, variance_lines
from simulator.report.narrow import Rows
from simulator.report.outcomes import outcome_lines
from simulator.report.suite_tables import head
from simulator.report.tables import measure_rows
from tests.experiment import stand_in

pytestmark = pytest.mark.usefixtures("stand_in_engine")
WIDTHS = (110, 60, 40, 24, 10, 1)


@pytest.fixture
def result() -> sim.Result:
    return sim.run(stand_in.SCENARIO, 40, seed=3, jobs=1, progress=False)


def shown(what: object, width: int) -> str:
    """What is drawn, without the ends of lines; no line is longer than `width`."""
    console = Console(width=width, highlight=False, file=io.StringIO())
    console.print(what)
    lines = console.file.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    return "".join("".join(lines).split())


def named(name: str) -> str:
    return "".join(name.split())


@pytest.mark.parametrize("width", WIDTHS)
def test_a_result_keeps_the_names_of_its_rows(result, width):
    text = shown(result, width)
    for words, *_ in outcome_lines(result) + measure_rows(result):
        assert named(words[1:]) in text or (width == 60 and all(word[1:] in text for word in words.split()))
    for _, _, _, mean, *quantiles in measure_rows(result):
        assert named(mean) in text
        assert all(named(of) in text for of in quantiles)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_variance_keeps_the_names_of_its_rows(result, width):
    found = decompose(result)
    text = shown(VarianceTable(found), width)
    assert variance_lines(found)
    for row in variance_lines(found):
        assert all(named(of) in text for of in row)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_suite_keeps_the_names_of_its_scenarios(tmp_path, width):
    file = tmp_path / "stand-in.yaml"
    file.write_text(sim.load(stand_in.SCENARIO).to_yaml())
    scenarios = [str(file), {"scenario": str(file), "name": "later", "set": {"pilot.weeks": 14}}]
    measures = ["adoption_final", "success_probability"]
    result = sim.run_suite({"name": "two", "measures": measures, "scenarios": scenarios}, 20, progress=False)
    text = shown(result, width)
    for name in ("stand-in", "later"):
        assert name in text
    assert named(head(result, "adoption_final")) in text
    assert named(head(result, "success_probability")) in text or "success_probability" in text


def test_columns_stand_side_by_side_where_there_is_room():
    rows = [("first", "1", "one of many words"), ("the second", "22", "two")]
    assert shown(Rows(rows, numeric=(1,)), 40) == "first1oneofmanywordsthesecond22two"
    assert shown(Rows(rows, numeric=(1,)), 30) == "first1,oneofmanywordsthesecond22,two"
    assert shown(Rows(rows, numeric=(1,), least=10), 30) == "first1oneofmanywordsthesecond22two"
    assert Rows([])


def on_a_terminal(width: int, *arguments: str) -> str:
    """What `scaleup` shows on a terminal of this width, which understands nothing but letters."""
    terminal, its_end = pty.openpty()
    ioctl(its_end, TIOCSWINSZ, pack("HHHH", 24, width, 0, 0))
    environment = {name: of for name, of in os.environ.items() if name not in ("COLUMNS", "LINES", "FORCE_COLOR")}
    process = subprocess.Popen(
        [sys.executable, "-m", "simulator.cli", *arguments],
        cwd=Path(sim.__file__).parents[1],
        env=environment | {"TERM": "dumb", "NO_COLOR": "1", "LC_ALL": "C", "PYTHONIOENCODING": "ascii"},
        stdout=its_end,
        stderr=its_end,
    )
    os.close(its_end)
    seen = b""
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        seen += piece
    os.close(terminal)
    assert process.wait(60) == 0
    return seen.decode("ascii").replace("\r\n", "\n")


def test_the_list_keeps_names_on_a_dumb_terminal_without_colours_or_letters():
    from simulator.scenario import SUITES, shipped_names

    lines = on_a_terminal(24, "list").splitlines()
    assert max(map(len, lines)) <= 24
    names = {*shipped_names(), *shipped_names(SUITES)}
    assert names <= {*lines, *("".join(pair) for pair in pairwise(lines))}  # a name may need two lines
    assert not any("\x1b" in line for line in lines)


@pytest.mark.parametrize("columns", ["24", "10", "1"])
def test_help_and_errors_fit_anywhere(scaleup, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    assert scaleup("--help")[0] == 0
    assert scaleup("run", "--help")[0] == 0
    code, _, err = scaleup("run", "x", "--jobs", "0")
    assert (code, "'--jobs'" in err) == (2, True)
