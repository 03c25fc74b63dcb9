"""Commands that ask a question of simulated scenarios: how the answers are printed, written, and told as JSON.

An analysis is a file of `analysis`, a file of `commands` with its `Question`, and a row in the list of commands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import typer

from simulator.cli.exit_codes import FAILED
from simulator.cli.options import ExecutorName
from simulator.cli.output import complain, console, escaped_name, reader_may_leave
from simulator.cli.showing import every_result, show_json
from simulator.cli.signals import stopping_when_told
from simulator.cli.simulating import conclude, loaded_for_a_run, refuse_half_a_cluster, simulate, workplace
from simulator.cli.sources import load_all, scenarios_in, unchanged
from simulator.stepping.arguments import ArgumentError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from simulator.analysis.frame.answers import Answer as WholeAnswer
    from simulator.experiment.settings import Settings
    from simulator.results.result import Result
    from simulator.scenario import Scenario


class Answer(Protocol):
    """What an analysis has found about one result."""

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON types."""


@dataclass(frozen=True)
class Question:
    """What can be asked of each of several results.

    `name` is that of the command, and of the file that an answer is written to. `obstacle` says why so many
    replications of a scenario can't be asked, `ask` does it, `table` shows the answer to a planner, and `lost` is what
    isn't told of a scenario after an interruption.
    """

    name: str
    obstacle: Callable[[Scenario, int], str | None]
    ask: Callable[[Result, str | Executor | None], Answer]
    table: Callable[[Any], RenderableType]
    lost: str


class Answers:
    """The answers to a question by scenario, as JSON types; each is printed unless `silent`, and written below `out`.

    `above` says whether something stands above the first.
    """

    def __init__(self, question: Question, out: Path | None, *, silent: bool, above: bool) -> None:
        self.question = question
        self.found: dict[str, dict[str, Any]] = {}
        self._out = out
        self._silent = silent
        self._above = above

    def check(self, scenarios: Iterable[Scenario], replications: int, param_hint: str | None = None) -> None:
        """Raise `typer.BadParameter` where there is no answer, and `OutputError` where it can't be written."""
        from simulator.store.files import refuse_others

        for scenario in scenarios:
            told = self.question.obstacle(scenario, replications)
            if told is not None:
                raise typer.BadParameter(told, param_hint=param_hint)
            if self._out is not None:
                refuse_others(self._out / scenario.name / self.file)

    @property
    def file(self) -> str:
        """The name of the files that answers are written to."""
        from simulator.analysis.frame.answers import file_of

        return file_of(self.question.name)

    def ask(self, results: Sequence[Result], executor: str | Executor | None) -> bool:
        """Ask of each result, but of those that their observed pilot can't be used for; False when interrupted."""
        for result in results:
            if result.refusal:
                complain(f"{self.question.lost.format(result.scenario.name)} is not told: {result.refusal}")
                continue
            try:
                with reader_may_leave():
                    self._tell(result, self.question.ask(result, executor))
            except KeyboardInterrupt:
                complain(f"Interrupted: {self.question.lost.format(result.scenario.name)} is not told.")
                return False
        return True

    def _tell(self, result: Result, answer: Answer) -> None:
        from simulator.analysis.frame.answers import write_answer

        name, content = result.scenario.name, answer.as_dict()
        if self._out is not None:
            write_answer(self._out / name, self.question.name, content)
        self.found[name] = content
        if self._silent:
            return
        place = console()
        if self._above:
            place.print()
        self._above = True
        place.print(self.question.table(answer))


def tell_answer(found: WholeAnswer, out: Path | None, *, as_json: bool) -> None:
    """Print an answer for a planner, and where it was written; or as a JSON list with one object and nothing else."""
    from simulator.analysis.frame.answers import file_of

    with reader_may_leave():
        if as_json:
            show_json([found.as_dict()])
            return
        console().print(found)
        if out is not None:
            print(f"Written to {escaped_name(out / file_of(found.name))}")


A = TypeVar("A", bound="WholeAnswer")


def ask_of_one(
    source: str,
    ask: Callable[[Scenario], A],
    out: Path | None,
    *,
    changes: Sequence[str] | None = None,
    overlays: Sequence[str] | None = None,
    as_json: bool = False,
) -> A:
    """Load the one scenario that is named, ask a question of it, and tell the answer.

    What doesn't fit is refused as options; an interruption is told in one sentence, with what is kept in `out`.
    """
    loaded = scenarios_in(load_all([source], changes or (), overlays or ()))
    if len(loaded) != 1:
        raise typer.BadParameter(f"{source} is a suite; name one of its scenarios", param_hint="SCENARIO")
    return ask_and_tell(lambda: ask(loaded[0]), out, as_json=as_json)


def ask_and_tell(ask: Callable[[], A], out: Path | None, *, as_json: bool = False) -> A:
    """Ask, and tell the answer: what doesn't fit is refused as options, an interruption told with what is kept."""
    with stopping_when_told():
        try:
            found = ask()
        except ArgumentError as error:
            raise typer.BadParameter(error.of_options()) from error
        except KeyboardInterrupt as error:
            if out is None:
                raise
            complain(str(error) or "Interrupted: what the shards hold is kept.")
            raise typer.Exit(FAILED) from error
    tell_answer(found, out, as_json=as_json)
    return found


def analyse(
    question: Question,
    sources: Sequence[str],
    settings: Settings,
    *,
    changes: Sequence[str] | None = None,
    overlays: Sequence[str] | None = None,
    executor: ExecutorName | None = None,
    scheduler: str | None = None,
    as_json: bool = False,
) -> None:
    """Simulate scenarios, ask the question of each, and tell the answers."""
    out = settings.folder
    refuse_half_a_cluster(executor, scheduler)
    loaded = loaded_for_a_run(sources, changes, overlays, out)
    before = unchanged(sources, changes or (), overlays or ())
    answers = Answers(question, out, silent=as_json, above=False)
    answers.check(scenarios_in(loaded), settings.replications)
    with workplace(executor, scheduler) as where, stopping_when_told():
        together = simulate(loaded, replace(settings, executor=where), before)
        if together.interrupted and out is None:
            raise KeyboardInterrupt  # nothing is kept
        results = [each for result in together.results for each in every_result(result)]
        all_told = not together.interrupted and answers.ask(results, where)
    with reader_may_leave():
        if as_json and answers.found:
            show_json(list(answers.found.values()))
        elif out is not None:
            for name in answers.found:
                print(f"Written to {escaped_name(out / name)}")
    conclude(loaded, together, out, all_told=all_told)
