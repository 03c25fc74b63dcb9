"""A suite as one table: a row for each scenario, on a terminal (rich) and in a notebook (HTML)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from simulator.report.narrow import GAP, below
from simulator.report.words import written
from simulator.results.statistics import Estimate
from simulator.scenario.measure import MONEY, Unit
from simulator.scenario.measures import ESTIMATED, read_first

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.text import Text

    from simulator.results.suite_result import SuiteResult

LONGEST_NAME = 40


def told(found: Estimate, measure: str) -> str:
    """An estimate in its unit."""
    return written(found.value, ESTIMATED[measure].unit)


def told_difference(difference: Estimate | None, measure: str) -> str:
    """A difference with its interval, and a star where that leaves out zero; empty where there is none."""
    if difference is None or difference.value is None:
        return ""
    unit = ESTIMATED[measure].unit
    number = signed(difference.value, unit)
    if difference.low is None or difference.high is None:
        return number
    low, high = (written(end, unit).removesuffix("%") for end in (difference.low, difference.high))
    return f"{number} [{low}, {high}]{'*' if difference.clear else ' '}"


def signed(value: float, unit: Unit) -> str:
    """A number with its sign."""
    text = written(value, unit)
    return text if text.startswith("-") else f"+{text}"


def heading(result: SuiteResult) -> str:
    """What was run."""
    counts = {each.replications_done for each in result.results.values()}
    some = next(iter(result.results.values()))
    each = f"{min(counts):,}" if len(counts) == 1 else f"{min(counts):,} to {max(counts):,}"
    scenarios = f"{len(result.results):,} {'scenario' if len(result.results) == 1 else 'scenarios'}"
    text = f"{scenarios}, {each} replications each, seed {some.seed}"
    if result.interrupted:
        text += f", interrupted: {result.replications_done:,} of {result.requested:,} replications"
    return text


def head(result: SuiteResult, name: str) -> str:
    """What stands over a measure."""
    measure = ESTIMATED[name]
    currencies = sorted({each.scenario.economics.currency for each in result.results.values()})
    return f"{measure.head}, {'/'.join(currencies)}" if measure.unit == MONEY else measure.head


def notes(result: SuiteResult) -> list[str]:
    """What the table means, and what is missing in it."""
    lines = []
    if result.suite.baseline in result.results:
        lines.append(
            f"With a sign: the difference from {result.suite.baseline} over the same replications (of shares in "
            "percentage points), its 95% interval, and * where that leaves out 0."
        )
    else:
        lines.append(f"No differences: {result.suite.baseline}, the baseline, has no result.")
    if any(each.estimable and each.funded_share.share != 1.0 for each in result.results.values()):
        lines.append("Success is that of programmes that are funded.")
    lines += pilot_notes(result)
    lines += [f"{name} has no result: {error}" for name, error in result.refused.items()]
    waiting = [name for name in result.suite.names if name not in result.results and name not in result.refused]
    if waiting:
        lines.append(f"Not begun: {', '.join(waiting)}.")
    return lines


def pilot_notes(result: SuiteResult) -> list[str]:
    """How many effective replications observed pilots leave, whose pilot counts, and what is not as they say."""
    sizes: dict[tuple[str, float], list[str]] = {}
    for name, each in result.results.items():
        if each.conditioning.checks and each.estimable and each.effective_sample_size is not None:
            pilot = each.conditioning.of or name
            sizes.setdefault((pilot, round(each.effective_sample_size)), []).append(name)
    lines = []
    for (pilot, size), names in sizes.items():
        those = "All" if len(names) == len(result.results) > 1 else ", ".join(names)
        counts = sorted({result.results[name].replications_done for name in names})
        count = " to ".join(f"{end:,}" for end in dict.fromkeys((counts[0], counts[-1])))
        lines.append(
            f"{those}: weighted by what the pilot showed (pilot.observed), as it is simulated in {pilot}: {count} "
            f"replications say as much as {size:,}."
        )
    if result.unweighted:
        lines.append(
            "NOT conditioned on the pilot (pilot.observed), all replications counting the same: "
            f"{', '.join(result.unweighted)}."
        )
    return [*lines, *(f"{line}." for line in result.told)]


def speed(result: SuiteResult) -> str:
    """How much was simulated, and how long that took."""
    done = sum(each.replications_done for each in result.results.values())
    seconds = sum(each.wall_seconds for each in result.results.values())
    simulated = " simulated" if any(each.account.recalled for each in result.results.values()) else ""
    return f"{done:,} replications{simulated} in {seconds:.1f} s"


def measure_cells(result: SuiteResult, measure: str) -> list[Text]:
    """A measure of each scenario: the estimate, and beside it the difference, bold where it is clear."""
    from rich.text import Text

    texts = [told(result.estimates(name, [measure])[measure], measure) for name in result.results]
    width = max(map(len, texts))
    cells = []
    for name, text in zip(result.results, texts, strict=True):
        difference = result.differences(name, [measure]).get(measure)
        more = "baseline" if name == result.suite.baseline else told_difference(difference, measure)
        style = "bold" if difference is not None and difference.clear else "dim"
        cells.append(Text.assemble(text.rjust(width), "  ", (more, style)))
    return cells


class SuiteTable:
    """The comparison for a terminal: estimates and paired differences, as many measures as there is room for."""

    def __init__(self, result: SuiteResult) -> None:
        self._result = result

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich import box
        from rich.table import Table
        from rich.text import Text

        result = self._result
        room = options.max_width - min(max(map(len, result.results)), LONGEST_NAME)
        measures = result.measures_in_order(read_first("column"))
        heads = {measure: head(result, measure) for measure in measures}
        columns: dict[str, list[Text]] = {}
        for measure in measures:
            cells = measure_cells(result, measure)
            width = GAP + max(len(heads[measure]), *map(len, cells))
            if width > room:
                break
            columns[measure] = cells
            room -= width
        yield Text.assemble((result.suite.name, "bold"), (f"  {heading(result)}", "dim"))
        yield ""
        if measures and not columns:
            yield from self._below(measures, heads, options.max_width)
            return
        table = Table(box=box.SIMPLE_HEAD, padding=(0, GAP - 1, 0, 0), pad_edge=False, show_edge=False)
        table.add_column("", overflow="fold", max_width=LONGEST_NAME)
        for measure in columns:
            table.add_column(heads[measure], no_wrap=True)
        for name, *cells in zip(result.results, *columns.values(), strict=True):
            table.add_row(name, *cells)
        yield table
        yield from self._end(measures[len(columns) :])

    def _below(self, measures: Sequence[str], heads: Mapping[str, str], width: int) -> RenderResult:
        """What a table would say, where there is no room for a column: the measures of a scenario below its name."""
        result = self._result
        cells = {measure: measure_cells(result, measure) for measure in measures}
        for index, name in enumerate(result.results):
            told = {heads[measure]: row[index].plain.split(maxsplit=1) for measure, row in cells.items()}
            lines = [f"{head}: {', '.join(words).rstrip()}" for head, words in told.items()]
            yield from below(name, lines, width, bold=True)
        yield from self._end(())

    def _end(self, left: Sequence[str]) -> RenderResult:
        """Notes, measures that are `left` out, and the speed."""
        from rich.text import Text

        yield ""
        for line in notes(self._result):
            yield Text(line, style="dim")
        if left:
            yield Text(f"No room for {', '.join(left)}: they stand in suite.csv (--out).", style="dim")
        yield ""
        yield Text(speed(self._result), style="dim")


def suite_html(result: SuiteResult) -> str:
    """The comparison for a notebook, as a small HTML fragment."""
    measures = result.measures_in_order(read_first("column"))
    heads = "".join(f"<th colspan=2>{escape(head(result, name))}</th>" for name in measures)
    rows = []
    for name in result.results:
        estimates, differences = result.estimates(name, measures), result.differences(name, measures)
        cells = "".join(
            f"<td style='text-align:right'>{escape(told(estimates[measure], measure))}</td>"
            f"<td>{escape(told_difference(differences.get(measure), measure))}</td>"
            for measure in measures
        )
        rows.append(f"<tr><td>{escape(name)}</td>{cells}</tr>")
    lines = "".join(f"<br>{escape(line)}" for line in notes(result))
    return (
        f"<div><p><strong>{escape(result.suite.name)}</strong> {escape(heading(result))}</p>"
        f"<table><thead><tr><th></th>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        f"<p><small>{escape(speed(result))}{lines}</small></p></div>"
    )
