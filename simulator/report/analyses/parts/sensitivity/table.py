"""What drives a plan as tables: shares and ranks of several measures side by side, fifths, and moves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from simulator.analysis.methods.moves import COST, SUCCESS, VALUE
from simulator.report.analyses.sensitivity import (
    amount,
    for_money,
    heading,
    in_order,
    money_unit,
    notes,
    plain,
    reach,
    sentences,
    share,
    unit_of,
    words_of,
)
from simulator.report.narrow import GAP, below
from simulator.scenario.measure import MONEY

if TYPE_CHECKING:
    from rich.console import RenderResult

    from simulator.analysis.methods.given_data.driven import Driven
    from simulator.analysis.methods.moves import Moved
    from simulator.analysis.sensitivity import Sensitivity

MOST: Final = 5
"""Inputs of each measure that are shown."""
LONGEST: Final = 35
"""Characters of the label of a lever that are shown."""
SHORT: Final = {
    "success": "success",
    "value_from_funding": "value",
    "adoption_final": "adoption",
    "weeks_without_scale": "weeks",
}
"""Measures at the head of a narrow column."""


def told(found: Sensitivity, width: int) -> RenderResult:
    """All of it for a terminal of so many characters."""
    from rich.text import Text

    yield Text(heading(found), style="bold")
    measured = [one for one in found.measures.values() if one.effects is not None]
    if measured:
        yield Text("")
        yield from _rows(*side_by_side(measured), width)
    for one in measured:
        if one.drivers:
            yield Text("")
            yield from _rows(*by_fifths(found, one), width)
    for moves, name in ((found.levers, "Lever, at one end"), (found.remedies, "Remedy")):
        if moves:
            yield Text("")
            yield from _rows(*moved(found, moves, name), width)
    yield Text("")
    for line in sentences(found):
        yield Text(line)
    shown = [path for path in shown_inputs(measured) if plain(found, path) != path]
    if shown:
        yield Text("")
        yield from _rows(("Input", "what it is"), [(path, plain(found, path)) for path in shown], width, left=True)
    yield Text("")
    for line in notes(found):
        yield Text(line, style="dim")


def shown_inputs(measured: Sequence[Driven]) -> list[str]:
    """The first drivers of each measure, by their largest share."""
    largest: dict[str, float] = {}
    for one in measured:
        for place in one.drivers[:MOST]:
            path = one.inputs.paths[place]
            largest[path] = max(largest.get(path, 0.0), float(one.shapley[place]))
    return sorted(largest, key=lambda path: -largest[path])


def side_by_side(measured: Sequence[Driven]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Share, and rank behind it, of each input by measure; then all of them, and the rest."""
    head = ("Share of variance (rank)", *(SHORT.get(one.measure) or words_of(one.measure) for one in measured))
    rows: list[tuple[str, ...]] = []
    for path in shown_inputs(measured):
        cells = []
        for one in measured:
            place = one.inputs.paths.index(path)
            rank = one.drivers.index(place) + 1 if place in one.drivers else None
            cells.append("–" if rank is None else f"{share(one.shapley[place])} ({rank})")
        rows.append((path, *cells))
    rows.append(("all inputs, those not shown too", *(share(one.explained) for one in measured)))
    rows.append(("luck, and what is not seen", *(share(one.unexplained) for one in measured)))
    if any(one.chance is not None for one in measured):
        luck = ("–" if one.chance is None else share(one.chance) for one in measured)
        rows.append(("luck alone, by repeats", *luck))
    return head, rows


def by_fifths(found: Sensitivity, one: Driven) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The drivers of a measure: share, by itself, and means where they are low and high."""
    name = words_of(one.measure)
    title = f"{name[0].upper()}{name[1:]}" + (f" ({found.currency})" if unit_of(one.measure) == MONEY else "")
    rows: list[tuple[str, ...]] = []
    for place in one.drivers[:MOST]:
        fifths, estimate = one.fifths[place], one.shapley[place]
        low, high = (_bare(found, one, end, change=True) for end in (fifths.difference.low, fifths.difference.high))
        rows.append(
            (
                one.inputs.paths[place],
                f"{share(estimate)} ({reach(estimate)})",
                share(one.first[place]),
                f"{_bare(found, one, fifths.low)} to {_bare(found, one, fifths.high)}",
                "–" if low == "–" else f"{low.removesuffix(' pts')} to {high}",
            )
        )
    return (title, "share (95% interval)", "alone", "low to high", "change (95%)"), rows


def _bare(found: Sensitivity, one: Driven, value: float | None, *, change: bool = False) -> str:
    """An amount without its currency."""
    return amount(found, one.measure, value, change=change).removeprefix(found.currency).strip()


def moved(found: Sensitivity, moves: tuple[Moved, ...], name: str) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """What each move changes of success, money and people, and of success for money; a star: beyond luck."""
    unit, priced = money_unit(moves), COST in moves[0].differences
    measures = [measure for measure in (SUCCESS, VALUE, "adoption_final", COST) if measure in moves[0].differences]
    head = (name, *("cost" if measure == COST else SHORT[measure] for measure in measures))
    if priced:
        head = (*head, f"for {found.currency} {unit:,.0f} more")
    rows: list[tuple[str, ...]] = []
    for one in by_lever(moves) if moves[0].move.position is not None else in_order(moves):
        title = one.move.words if one.move.position is None else f"{_short(one.move.words)}: {one.move.position:g}"
        cells = [
            amount(found, measure, one.differences[measure].value, change=True).removeprefix(found.currency).strip()
            + ("*" if one.better(measure) or one.worse(measure) else "")
            for measure in measures
        ]
        rows.append((title, *cells, *([for_money(found, one, unit)] if priced else [])))
    return head, rows


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


def by_lever(moves: Sequence[Moved]) -> list[Moved]:
    """Both ends of each lever, those levers first that move success most."""

    def width(words: str) -> float:
        values = [0.0, *(float(one.differences[SUCCESS]) for one in moves if one.move.words == words)]
        return max(values) - min(values)

    return sorted(moves, key=lambda one: (-width(one.move.words), one.move.words))


def _rows(head: Sequence[str], rows: Sequence[Sequence[str]], width: int, *, left: bool = False) -> RenderResult:
    """Rows under a head; where there is no room, each cell with its head below the name of its row."""
    from rich.table import Table
    from rich.text import Text

    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    if sum(widths) + GAP * len(widths) > width and not left:
        yield Text(head[0], style="italic")
        for name, *cells in rows:
            lines = [", ".join(f"{title}: {cell}" for title, cell in zip(head[1:], cells, strict=True) if cell != "–")]
            yield from below(name, lines, width)
        return
    if left and width < 2 * widths[0]:
        for name, *cells in rows:
            yield from below(name, cells, width)
        return
    table = Table(box=None, pad_edge=False, show_edge=False, header_style="italic", padding=(0, GAP, 0, 0))
    for place, title in enumerate(head):
        table.add_column(title, justify="left" if place == 0 or left else "right", no_wrap=not left or place == 0)
    for row in rows:
        table.add_row(*row)
    yield table
