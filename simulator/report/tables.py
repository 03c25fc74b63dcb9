"""A result as a table that a planner can read: on a terminal (rich) and in a notebook (HTML)."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from simulator.experiment.measures import MAIN, OUTCOMES, SHARE, label, written
from simulator.experiment.verdict import interval

if TYPE_CHECKING:
    from rich.console import Group

    from simulator.experiment.result import Result

Row = tuple[str, str, str, str, str, str]
HEADINGS = ("", "measure", "mean", "p10", "p50", "p90")


def heading(result: Result) -> str:
    """Scenario, replications and seed in one line."""
    told = f"{result.replications_done:,} replications, seed {result.seed}"
    if result.interrupted:
        told += f", interrupted ({result.requested:,} asked for)"
    return told


def outcome_lines(result: Result) -> list[tuple[str, str, str]]:
    """Outcome in plain words, its share, and the 95% interval, for each outcome that occurred."""
    return [
        (OUTCOMES.get(name, name), written(share.share, SHARE), _reach(share.low, share.high))
        for name, share in result.outcomes.items()
    ]


def measure_rows(result: Result) -> list[Row]:
    """The main measures: words, name, mean with half-width, p10, p50, p90; those that are always null are left out."""
    rows: list[Row] = []
    for name in MAIN:
        of = result.estimate(name)
        if not of.get("n"):
            continue
        words = label(name)
        mean = written(of["mean"], words.unit)
        if of["half_width_95"] is not None:
            mean += f" ± {written(of['half_width_95'], words.unit, like=of['mean'])}"
        quantiles = [written(of[quantile], words.unit) for quantile in ("p10", "p50", "p90")]
        rows.append((words.words, name, mean, *quantiles))  # type: ignore[arg-type]
    return rows


def success_line(result: Result) -> str:
    """Probability of success given funding, with its interval."""
    chance = result.success_probability
    told = f"Success probability {written(chance.share, SHARE)}"
    told += f" ({interval(chance)})" if chance.share is not None else ""
    if result.funded_share.share is not None and result.funded_share.share < 1:
        told += f", given funding; funded in {written(result.funded_share.share, SHARE)}"
    return told


def speed_line(result: Result) -> str:
    """How fast it ran."""
    cores = f"{result.jobs} {'job' if result.jobs == 1 else 'jobs'}"
    return (
        f"{result.replications_done:,} replications in {result.wall_seconds:.1f} s "
        f"({result.events_per_second / 1e6:.1f} million events/s, {result.engine} engine, {cores})"
    )


def result_table(result: Result) -> Group:
    """The result for a terminal: outcomes, success, main measures, verdict, speed."""
    from rich import box
    from rich.console import Group
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    outcomes = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    outcomes.add_column()
    outcomes.add_column(justify="right")
    outcomes.add_column(style="dim")
    for words, share, reach in outcome_lines(result):
        outcomes.add_row(words.capitalize(), share, reach)

    measures = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for heading_words in HEADINGS:
        numeric = heading_words not in ("", "measure")
        measures.add_column(
            heading_words,
            justify="right" if numeric else "left",
            style="dim" if heading_words == "measure" else "",
            no_wrap=numeric,
            overflow="fold",
        )
    for row in measure_rows(result):
        measures.add_row(*row)

    title = Text.assemble((result.scenario.name, "bold"), (f"  {heading(result)}", "dim"))
    return Group(
        title,
        "",
        Padding(outcomes, (0, 0, 0, 2)),
        "",
        Text(success_line(result), style="bold"),
        measures,
        Text(result.verdict(), style="bold"),
        Text(speed_line(result), style="dim"),
    )


def result_html(result: Result) -> str:
    """The result for a notebook, as a small HTML fragment."""
    outcomes = ", ".join(f"{escape(words)} {share}" for words, share, _ in outcome_lines(result))
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
    return (
        f"<div><p><strong>{escape(result.scenario.name)}</strong> {escape(heading(result))}</p>"
        f"<p>{escape(result.verdict())}</p><p>{outcomes}. {escape(success_line(result))}.</p>"
        f"<table><thead><tr>{header}</tr></thead><tbody>{body}</tbody></table>"
        f"<p><small>{escape(speed_line(result))}</small></p></div>"
    )


def _reach(low: float | None, high: float | None) -> str:
    return "" if low is None else f"{written(low, SHARE)} to {written(high, SHARE)}"
