"""`scaleup variance`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from simulator.cli.analysing import Question, analyse
from simulator.cli.options import (
    AnswersAsJson,
    Design,
    Engine,
    ExecutorOption,
    Fresh,
    Jobs,
    Out,
    Overlays,
    Repeats,
    Replications,
    Resume,
    ScenariosOrSuites,
    Scheduler,
    Seed,
    Set,
    settings_of,
)
from simulator.stepping.arguments import DESIGN, ENGINE, REPEATS, REPLICATIONS, SEED

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

    from simulator.analysis.variance import Variance


def variance(
    scenarios: ScenariosOrSuites,
    replications: Replications = REPLICATIONS,
    seed: Seed = SEED,
    engine: Engine = ENGINE,
    jobs: Jobs = None,
    changes: Set = None,
    overlays: Overlays = None,
    out: Out = None,
    resume: Resume = False,
    fresh: Fresh = False,
    executor: ExecutorOption = None,
    scheduler: Scheduler = None,
    design: Design = DESIGN,
    repeats: Repeats = REPEATS,
    as_json: AnswersAsJson = False,
) -> None:
    """Tell how much of the spread of scenarios is ignorance of the inputs, and how much is chance.

    Each replication is simulated again with the same inputs and other luck: what such repeats share comes from the
    inputs. Measuring takes ignorance away, and nothing takes chance away. With --out, DIR/<scenario>/ gets
    variance.json beside the files of the run.
    """
    settings = settings_of(
        replications=replications,
        seed=seed,
        engine=engine,
        jobs=jobs,
        out=out,
        resume=resume,
        design=design,
        fresh=fresh,
    )
    analyse(
        question(repeats),
        scenarios,
        settings,
        changes=changes,
        overlays=overlays,
        executor=executor,
        scheduler=scheduler,
        as_json=as_json,
    )


def question(repeats: int) -> Question:
    """How much of the variance is ignorance, each draw of the inputs simulated so many times."""
    from simulator.analysis.variance import decompose, obstacle

    return Question(
        name="variance",
        obstacle=obstacle,
        ask=lambda result, executor: decompose(result, repeats, executor=executor),
        table=VarianceTable,
        lost="what of the variance of {} is chance",
    )


class VarianceTable:
    """How much of the variance of the headline measures is ignorance of the inputs, for a terminal."""

    def __init__(self, found: Variance) -> None:
        self._found = found

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.text import Text

        from simulator.report.narrow import Rows

        result = self._found.result
        name = result.scenario.name
        yield Text(f"Ignorance or chance? How much of the variance of {name} is not knowing the inputs", style="bold")
        yield Rows(variance_lines(self._found), numeric=(1,), indented=True)
        told = f"{result.replications_done:,} draws of the inputs, each simulated {self._found.repeats} times"
        size = result.effective_sample_size
        if size is not None:
            told += f", weighted by what the pilot showed (effectively {size:,.0f})"
        yield Text(f"The rest is chance, which no measuring takes away. From {told}; 95% intervals.", style="dim")


def variance_lines(found: Variance) -> list[tuple[str, str, str]]:
    """Headline measures in plain words, the share of their variance that the inputs explain, and its 95% interval."""
    from simulator.report.outcomes import reach
    from simulator.report.words import written
    from simulator.scenario.measure import SHARE
    from simulator.scenario.measures import ESTIMATED, read_first

    lines: list[tuple[str, str, str]] = []
    for name in read_first("variance"):
        if name not in found.frame.index:
            continue
        columns = ["inputs", "low", "high", "n"]
        inputs, low, high, n = (float(x) for x in found.frame.loc[name, columns].to_numpy(dtype=float))
        if math.isnan(inputs):
            continue
        words = ESTIMATED[name].words + ("" if n == found.result.replications_done else f" (n {n:,.0f})")
        interval = "a few replications decide: no interval" if math.isnan(low) else reach(low, high)
        lines.append((words, written(inputs, SHARE), interval))
    return lines
