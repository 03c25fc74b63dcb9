"""Progress of an experiment, on a terminal or in a notebook."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any, Literal


@dataclass(frozen=True)
class Progress:
    """How far an experiment or a batch is: `done` of `total` replications, or of 100 percent of compiling the engine.

    `scenario` is the one in hand, `place` its number among all, from 1, and how many there are. `recalled` of those
    done were simulated by earlier runs, and came from the cache.
    """

    stage: Literal["compiling", "running"]
    done: int
    total: int
    scenario: str = ""
    place: tuple[int, int] = (1, 1)
    recalled: int = 0


ReportProgress = Callable[[Progress], None]
REFRESHED_PER_SECOND = 1  # each drawing takes some milliseconds, which simulations would lack
COMPILING = "Compiling the engine (as a rule once after an installation or update, 20 seconds to a minute or more)"


@contextmanager
def progress_display(progress: bool | ReportProgress | None, name: str) -> Iterator[ReportProgress]:
    """What to call with each `Progress`.

    None shows a bar on a terminal and in a notebook, and elsewhere a line on standard error when the engine has to be
    compiled; True shows the bar anywhere, False nothing; a function of your own is called as it is. Where something is
    shown, a line at the end tells of replications that came from the cache.
    """
    if callable(progress):
        yield progress
    elif progress is not False and _in_notebook():
        with _notebook_bar(name) as report:
            yield throttled(report)
    elif progress is False:
        yield _silent
    else:
        with _telling_recalled(name) as tell:
            if progress or sys.stderr.isatty():
                with _terminal_bar(name) as report:
                    yield tell(throttled(report))
            else:
                yield tell(_only_compiling)


def compile_engine(report: ReportProgress) -> None:
    """Have the engine compiled before replications run, and report how far that is.

    Code that is in the cache is read when the first replication asks for it.
    """
    from simulator import engine as engines

    if not engines.compiled_before():
        engines.warm_up(lambda percent: report(Progress("compiling", percent, 100)))


def told(name: str, progress: Progress) -> str:
    """What is under way: the name of all of it, and the scenario in hand where there are several."""
    number, total = progress.place
    return name if total == 1 else f"{name} {number}/{total}: {progress.scenario}"


def told_recalled(name: str, last: Sequence[Progress]) -> str:
    """How many replications were simulated by earlier runs, from the last progress of each batch under one display.

    Empty where none was. Of several batches the others' replications may be the same ones: they are not counted.
    """
    recalled = sum(progress.recalled for progress in last)
    if not recalled:
        return ""
    if len(last) > 1:
        return f"{name}: {_replications(recalled)} there already from earlier runs"
    scenarios = last[0].place[1]
    of = name if scenarios == 1 else f"{scenarios:,} scenarios"
    there = "" if recalled == last[0].done else f"{recalled:,} of them "
    return f"{of}: {_replications(last[0].done)}, {there}there already from earlier runs"


def _replications(number: int) -> str:
    return f"{number:,} replication{'' if number == 1 else 's'}"


def throttled(report: ReportProgress, seconds: float = 0.1) -> ReportProgress:
    """`report`, called for the first and the last progress of a stage and between them at most every `seconds`."""
    last = float("-inf")

    def report_now_and_then(progress: Progress) -> None:
        nonlocal last
        now = monotonic()
        if progress.done in (0, progress.total) or now - last >= seconds:
            last = now
            report(progress)

    return report_now_and_then


def _silent(_: Progress) -> None:
    return None


def _only_compiling(progress: Progress) -> None:
    if progress.stage == "compiling" and progress.done == 0:
        _say(f"{COMPILING} ...")


def _say(line: str) -> None:
    with suppress(OSError):  # a full disk, say
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


@contextmanager
def _telling_recalled(name: str) -> Iterator[Callable[[ReportProgress], ReportProgress]]:
    """Have what reports progress noted, and say at the end how much of all came from the cache."""
    last: list[Progress] = []

    def telling(report: ReportProgress) -> ReportProgress:
        def note(progress: Progress) -> None:
            if progress.stage == "running":
                if last and progress.done >= last[-1].done:
                    last.pop()  # of the same batch; another begins from 0 again
                last.append(progress)
            report(progress)

        return note

    yield telling
    if line := told_recalled(name, last):
        _say(line)


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and hasattr(shell, "kernel")


@contextmanager
def _terminal_bar(name: str) -> Iterator[ReportProgress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True, refresh_per_second=REFRESHED_PER_SECOND) as bar:
        task = bar.add_task(name, total=None)
        state = {"stage": ""}

        def report(progress: Progress) -> None:
            if progress.stage != state["stage"]:
                state["stage"] = progress.stage
                if progress.stage == "compiling":
                    bar.console.print(f"{COMPILING} ...", style="dim")
                bar.reset(task, total=progress.total)
            what = "compiling, percent" if progress.stage == "compiling" else told(name, progress)
            bar.update(task, completed=progress.done, total=progress.total, description=what)

        yield report


@contextmanager
def _notebook_bar(name: str) -> Iterator[ReportProgress]:
    from html import escape

    from IPython.display import HTML, display  # type: ignore[import-not-found,unused-ignore]

    handle: Any = display(HTML(""), display_id=True)

    def report(progress: Progress) -> None:
        if progress.stage == "compiling":
            handle.update(HTML(f"<em>{COMPILING}: {progress.done}%</em>"))
        else:
            done = f"{escape(told(name, progress))}: {progress.done} of {progress.total} replications"
            if progress.recalled:
                done += f", {progress.recalled} of them there already"
            handle.update(HTML(f'<progress value="{progress.done}" max="{progress.total}"></progress> {done}'))

    try:
        yield report
    finally:
        handle.update(HTML(""))
