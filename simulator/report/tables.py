"""A result as a table that a planner can read: on a terminal (rich) and in a notebook (HTML)."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from simulator.report.narrow import GAP, Rows, below
from simulator.report.outcomes import by_outcome, number, outcome_lines
from simulator.report.signs import adoption_asked
from simulator.report.verdict import interval
from simulator.report.words import written
from simulator.results.statistics import describe
from simulator.scenario.measure import GROUPS, SHARE
from simulator.scenario.measures import ESTIMATED, MAIN_GROUPS

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.table import Table

    from simulator.results.result import Result
    from simulator.results.statistics import Numbers
    from simulator.results.weighting import Truths

OUTCOME_HEADING = "Adoption and money by outcome (median)"
CURVE_HEADING = "Share of the funded in which adoption holds for so many weeks in a row"
Row = tuple[str, str, str, str, str, str, str]
HEADINGS = ("", "measure", "n", "mean", "p10", "p50", "p90")
LEAST_WIDTH_FOR_NAMES = 105
LEAST_WIDTH_OF_WORDS = 20
LEAST_WIDTH_FOR_CURVE = 64


def heading(result: Result) -> str:
    """Scenario, replications and seed in one line."""
    told = f"{result.count_told}, seed {result.seed}"
    if result.failures:
        told += f", {len(result.failures):,} failed"
    return told


def pilot_lines(result: Result) -> list[str]:
    """What an observed pilot does to the numbers, and what its readings are like; empty where there is none."""
    found = result.conditioning
    if found.refusal:
        return [
            "NOT conditioned on the pilot (pilot.observed): all replications count the same, whatever their pilot was",
            found.refusal,
        ]
    size = result.effective_sample_size
    if size is None:
        return []
    tails = ", ".join(f"{one.reading} {one.told_tail}" for one in found.checks)
    weighted = (
        f"Weighted by what the pilot showed (pilot.observed): {result.replications_done:,} replications say as much as "
        f"{size:,.0f} whose pilot was like that one"
    )
    return [weighted, f"Tail probability of what it showed, before it was known: {tails}", *found.told]


def measure_groups(result: Result) -> list[list[Row]]:
    """The main measures in groups: words, name, n, mean with half-width, p10, p50, p90.

    Measures that are always null are left out, and money where nothing has a price; n is told where it is not the
    number of replications. What support needs is told three times: as met, of the programmes that succeed, and, as
    work, at the adoption that success asks for; need is low where nobody uses the system.
    """
    named = zip(GROUPS, MAIN_GROUPS, strict=True)
    shown = [names for group, names in named if group != "money" or result.priced]
    groups = ([row for name in names for row in _measure_rows(result, name)] for names in shown)
    return [group for group in groups if group]


def measure_rows(result: Result) -> list[Row]:
    """The rows of `measure_groups`, one after the other."""
    return [row for group in measure_groups(result) for row in group]


def _measure_rows(result: Result, name: str) -> list[Row]:
    """The row of a measure, none where it is always null, and what is told of it besides."""
    if not result.estimate(name).get("n"):
        return []
    values = _numbers(result, name)
    rows = [_row(result, ESTIMATED[name].words, name, name, values)]
    if name == "support_underestimate_factor" and 0.0 < (result.success_probability.share or 0.0) < 1.0:
        succeeds = np.array([bool(value) for value in result.records.measure("success")], dtype=bool)
        rows.append(_row(result, "– where it succeeds", name, "", np.where(succeeds, values, np.nan)))
    if name == "support_workload_factor" and (level := adoption_asked(result)) is not None:
        pilot = _numbers(result, "adoption_pilot")
        pilot[pilot == 0.0] = np.nan  # what nobody did in the pilot says nothing of many
        asked = values * level / pilot
        rows.append(_row(result, "– at the adoption asked for", name, "", asked))
    return [row for row in rows if row is not None]


def _row(result: Result, words: str, name: str, column: str, values: Numbers) -> Row | None:
    """A row of values in the unit of a measure, or of its own; float64[replications], NaN for null; None for none."""
    unit = ESTIMATED[name].unit
    estimate = result.estimate(name) if column else describe(values, result.weighting.weights)
    if not estimate["n"]:
        return None
    mean = written(estimate["mean"], unit, currency=result.scenario.economics.currency)
    if estimate["half_width_95"] is not None:
        mean += f" ± {written(estimate['half_width_95'], unit, like=estimate['mean'])}"
    p10, p50, p90 = (written(estimate[quantile], unit) for quantile in ("p10", "p50", "p90"))
    return words, column, _number_told(result, _counted(result, values)), mean, p10, p50, p90


def _number_told(result: Result, mask: Truths) -> str:
    """How many of the replications, or of their effective number, there are under a mask; empty where it is all."""
    return "" if result.weighting.share(mask).share == 1.0 else number(result, mask)


def _numbers(result: Result, name: str) -> Numbers:
    """A measure as float64[replications], NaN for null, or where there is no such measure."""
    if name not in result.records.measures:
        return np.full(result.replications_done, np.nan)
    return np.array([np.nan if value is None else value for value in result.records.measure(name)], dtype=float)


def _counted(result: Result, values: Numbers) -> Truths:
    """Which values are not null, and have a weight."""
    weights = result.weighting.weights
    return ~np.isnan(values) if weights is None else ~np.isnan(values) & (weights > 0.0)


def footnote(result: Result) -> str:
    """What the column n says; empty where it says nothing."""
    if all(row[2] == "" for row in measure_rows(result)):
        return ""
    size = result.effective_sample_size
    if size is None:
        return f"n: the number of replications that the row is about, where it is not all {result.replications_done:,}"
    return f"n: how many of the {size:,.0f} programmes like the one observed the row is about, where it is not all"


def success_line(result: Result) -> str:
    """Probability of success given funding, which is reaching scale and keeping it, with its interval."""
    chance = result.success_probability
    told = f"Success probability {written(chance.share, SHARE)}"
    told += f" ({interval(chance)})" if chance.share is not None else ""
    if result.funded_share.share is not None and result.funded_share.share < 1:
        told += f", given funding; funded in {written(result.funded_share.share, SHARE)}"
    return told


def speed_line(result: Result) -> str:
    """How fast it ran; on how many cores is not known of earlier runs, from which some of it came."""
    there = result.account.recalled
    cores = "" if there else f", {result.jobs} {'job' if result.jobs == 1 else 'jobs'}"
    return (
        f"{result.replications_done:,} replications {'simulated ' if there else ''}in {result.wall_seconds:.1f} s "
        f"({result.events_per_second / 1e6:.1f} million events/s, {result.engine} engine{cores})"
    )


class ResultTable:
    """The result for a terminal: outcomes, success, main measures, verdict, speed.

    Narrow ones go without the names of columns in files, and where there is no room for words beside the numbers, these
    go below.
    """

    def __init__(self, result: Result) -> None:
        self._result = result

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.text import Text

        result = self._result
        yield Text.assemble((result.scenario.name, "bold"), (f"  {heading(result)}", "dim"))
        for line in pilot_lines(result):
            yield Text(line, style="bold" if result.refusal else "dim")
        yield ""
        lines = outcome_lines(result)
        outcomes = [(line.words[:1].upper() + line.words[1:], *line[1:3], line.pays) for line in lines]
        yield Rows(outcomes, numeric=(1,), indented=True)
        yield ""
        yield Text(success_line(result), style="bold")
        if _least_width(result) <= options.max_width:
            yield _measures(result, named=options.max_width >= LEAST_WIDTH_FOR_NAMES)
        else:
            yield ""
            for words, _, n, mean, *quantiles in measure_rows(result):
                spread = ", ".join(f"{heading} {value}" for heading, value in zip(HEADINGS[4:], quantiles, strict=True))
                yield from below(words + (f" (n {n})" if n else ""), [f"mean {mean}", spread], options.max_width)
        if footnote(result):
            yield Text(footnote(result), style="dim")
        yield ""
        first, stop, rest = result.verdict().partition(". ")
        yield Text.assemble((first + stop, "bold"), rest)
        if result.reasons():
            yield ""
            yield Text(result.reasons())
        yield from self._by_outcome(options.max_width)
        if result.funded_count and options.max_width >= LEAST_WIDTH_FOR_CURVE:
            yield ""
            yield Text(CURVE_HEADING, style="dim")
            yield _small(curve_rows(result))
        if result.within is None:
            yield ""
            yield Text(speed_line(result), style="dim")

    def _by_outcome(self, width: int) -> RenderResult:
        """What sets outcomes apart, as a table or one below the other."""
        from rich.text import Text

        rows = by_outcome(self._result)
        if not rows:
            return
        yield ""
        yield Text(OUTCOME_HEADING, style="dim")
        if sum(max(map(len, column)) + GAP for column in zip(*rows, strict=True)) <= width:
            yield _small(rows)
            return
        (_, *heads), *told = rows
        for name, *values in told:
            yield from below(name, [", ".join(map(" ".join, zip(heads, values, strict=True)))], width)


def _least_width(result: Result) -> int:
    """The width from which the main measures are a table: numbers in full, and words of which some are wrapped."""
    columns = list(zip(*[HEADINGS, *measure_rows(result)], strict=True))
    return LEAST_WIDTH_OF_WORDS + sum(1 + max(map(len, column)) for column in columns[2:])


def _measures(result: Result, *, named: bool) -> Table:
    """The main measures, with the names of the columns that hold them or without."""
    from rich import box
    from rich.table import Table

    measures = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    shown = [index for index, words in enumerate(HEADINGS) if named or words != "measure"]
    for index in shown:
        numeric = index > 1
        measures.add_column(
            HEADINGS[index],
            justify="right" if numeric else "left",
            style="dim" if HEADINGS[index] in ("measure", "n") else "",
            no_wrap=numeric,
            overflow="fold",
        )
    for group in measure_groups(result):
        for row in group:
            measures.add_row(*(row[index] for index in shown))
        measures.add_section()
    return measures


def curve_rows(result: Result) -> list[tuple[str, ...]]:
    """The success curve as a table: weeks in a row at the head, a level of adoption and its shares in each row."""
    curve = result.success_curve
    return [
        ("weeks", *(str(weeks) for weeks in curve.weeks)),
        *(
            (
                f"adoption of {level:.0%} or more",
                *("–" if share.share is None else f"{share.share:.0%}" for share in row),
            )
            for level, row in zip(curve.levels, curve.shares, strict=True)
        ),
    ]


def _small(content: list[tuple[str, ...]]) -> Table:
    """A small table for a terminal, of a row of headings and others."""
    from rich.table import Table

    table = Table(box=None, show_header=False, padding=(0, GAP, 0, 0), pad_edge=False)
    head, *rows = content
    for index in range(len(head)):
        table.add_column(justify="right" if index else "left")
    table.add_row(*head, style="dim")
    for row in rows:
        table.add_row(*row)
    return table


def result_html(result: Result) -> str:
    """The result for a notebook, as a small HTML fragment."""
    outcomes = ", ".join(
        escape(f"{line.words} {line.share}" + (f" ({line.pays})" if line.pays else ""))
        for line in outcome_lines(result)
    )
    header = "".join(f"<th style='text-align:left'>{name}</th>" for name in HEADINGS)
    body = "".join(
        "<tr>"
        + "".join(
            f"<td style='text-align:{'left' if index < 2 else 'right'}'>{escape(cell)}</td>"
            for index, cell in enumerate(row)
        )
        + "</tr>"
        for row in measure_rows(result)
    )
    reasons = f"<p>{escape(result.reasons())}</p>" if result.reasons() else ""
    outcome_rows = by_outcome(result)
    apart = _small_html(OUTCOME_HEADING, outcome_rows) if outcome_rows else ""
    curve = _small_html(CURVE_HEADING, curve_rows(result)) if result.funded_count else ""
    speed = f"<p><small>{escape(speed_line(result))}</small></p>" if result.within is None else ""
    return (
        f"<div><p><strong>{escape(result.scenario.name)}</strong> {escape(heading(result))}</p>"
        f"{''.join(f'<p>{escape(line)}.</p>' for line in pilot_lines(result))}"
        f"<p>{escape(result.verdict())}</p>{reasons}<p>{outcomes}. {escape(success_line(result))}.</p>"
        f"<table><thead><tr>{header}</tr></thead><tbody>{body}</tbody></table>"
        f"{apart}{curve}{speed}</div>"
    )


def _small_html(title: str, content: list[tuple[str, ...]]) -> str:
    """A small table for a notebook."""
    rows = "".join(
        "<tr>" + "".join(f"<td style='text-align:right'>{escape(cell)}</td>" for cell in row) + "</tr>"
        for row in content
    )
    return f"<p>{escape(title)}:</p><table>{rows}</table>"
