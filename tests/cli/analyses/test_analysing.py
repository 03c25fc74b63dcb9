"""An analysis that nobody has written yet, as a command: one that has a name, numbers and a table."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
import typer

from simulator.cli.analysing import Answers, Question, analyse
from simulator.cli.exit_codes import BAD, DONE
from simulator.cli.options import settings_of
from simulator.store.files import OutputError

pytestmark = pytest.mark.usefixtures("stand_in_engine")


@dataclass(frozen=True)
class Count:
    """How many replications there are."""

    scenario: str
    replications: int

    def as_dict(self):
        return {"scenario": self.scenario, "replications": self.replications}


COUNTING = Question(
    name="count",
    obstacle=lambda scenario, replications: f"{scenario.name} needs two" if replications < 2 else None,
    ask=lambda result, executor: Count(result.scenario.name, result.replications_done),
    table=lambda found: f"{found.scenario}: {found.replications}",
    lost="the count of {}",
)


@pytest.fixture
def count(scenario_file, capsys):
    """The command `count`; what it prints."""

    def call(replications=4, out=None, **options):
        settings = settings_of(replications=replications, out=out)
        analyse(COUNTING, [scenario_file], settings, **options)
        return capsys.readouterr().out

    return call


def test_answers_are_printed_written_and_told_as_json(count, tmp_path):
    assert count() == "stand-in: 4\n"
    assert count(out=tmp_path) == f"stand-in: 4\nWritten to {tmp_path / 'stand-in'}\n"
    assert json.loads((tmp_path / "stand-in" / "count.json").read_text()) == {"scenario": "stand-in", "replications": 4}
    assert json.loads(count(as_json=True)) == [{"scenario": "stand-in", "replications": 4}]


def test_what_can_not_be_asked_is_refused(count, tmp_path):
    with pytest.raises(typer.BadParameter, match="stand-in needs two") as caught:
        count(replications=1)
    assert caught.value.param_hint is None  # what is wrong may be the number of replications, or the scenario
    (tmp_path / "stand-in").mkdir()
    (tmp_path / "stand-in" / "count.json").mkdir()
    with pytest.raises(OutputError, match=r"count\.json is a folder where a file of ours belongs"):
        count(out=tmp_path)


def test_an_interruption_leaves_what_was_answered(scenario_file, capsys, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    import simulator as sim

    results = [sim.run(scenario_file, 4, seed, progress=False) for seed in (1, 2)]
    answers = Answers(COUNTING, None, silent=False, above=False)
    assert answers.ask(results[:1], None)
    monkeypatch.setattr(Count, "as_dict", interrupted)
    assert not answers.ask(results, None)
    told = capsys.readouterr()
    assert (told.out, told.err) == ("stand-in: 4\n", "Interrupted: the count of stand-in is not told.\n")
    assert list(answers.found) == ["stand-in"]


def test_the_commands_of_the_help_are_those_of_the_table(scaleup):
    from simulator.cli.entry import COMMANDS

    code, told, _ = scaleup("--help")
    assert code == DONE
    rows = [line.split()[1] for line in told.splitlines() if line.startswith("│ ") and line[2] not in " -"]
    assert rows == list(COMMANDS)
    assert scaleup("counting")[0] == BAD
