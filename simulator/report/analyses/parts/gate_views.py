"""How gates are shown: a table for a terminal, and a figure.

The figure has a bar for each gate with what it decides, beside it what it brings, and below what other thresholds do.
"""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from simulator.analysis.methods.gating.decisions import KINDS
from simulator.report import style
from simulator.report.analyses.gates import (
    KIND_WORDS,
    MEASURE_WORDS,
    SIDE_WORDS,
    level,
    percent,
    reach,
    sentences,
    signed,
    titled,
    told_of,
    verdicts,
)
from simulator.report.words import written
from simulator.results.statistics import Share
from simulator.scenario.measure import MONEY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from rich.console import RenderableType

    from simulator.analysis.gates import GateReview
    from simulator.analysis.methods.gating.decisions import Kind
    from simulator.analysis.methods.gating.judged_gates import Curve, Gate
    from simulator.results.statistics import Estimate

OFF: Final = (
    "Held against the same replication with that gate off: it is read and paid as ever, and lets through at its first "
    "reading, whatever it sees. Right: to let through what would {good} then, and to stop what would not."
)
ADDING: Final = (
    "Brings: net present value from kick-off, with the gate less without it, over all programmes; the kinds add up. "
    "Each gate is switched off by itself: what two of them bring does not add up. Nothing allows for there being many."
)
COLOURS: Final[dict[Kind, str]] = {
    "right_go": style.GREEN,
    "false_go": style.ORANGE,
    "right_stop": style.BLUE,
    "false_stop": style.VERMILION,
    "held": style.PURPLE,
    "not_read": style.FAINT,
}
DARK: Final = ("right_go", "right_stop", "false_stop")
READABLE: Final = 0.06
"""Share from which a part of a bar has room for its number."""
IN_A_ROW: Final = 4
MOST: Final = 8
"""Curves in one figure."""


def heading(found: GateReview) -> str:
    """What was simulated."""
    n = found.replications
    size = "" if found.weights is None else f", weighted by the observed pilot (worth {found.effective:.0f})"
    many = f"{len(found.gates)} gate{'' if len(found.gates) == 1 else 's'}"
    return f"{found.scenario.name}: {many}, {n:,} replication{'' if n == 1 else 's'}{size}, seed {found.seed}"


def rows(found: GateReview) -> Iterator[RenderableType]:
    """A block for each gate with a row per kind of decision and what was found in words, then how to read it."""
    from rich.table import Table
    from rich.text import Text

    if not found.gates:
        yield from (Text(line) for line in sentences(found))
        return
    yield Text(heading(found), style="bold")
    for name, gate in found.gates.items():
        yield Text("")
        block = Table(box=None, pad_edge=False, show_edge=False, header_style="italic")
        block.add_column(titled(gate))
        for head in ("share", "95% interval", *(("brings", "95% interval", "each") if gate.priced else ())):
            block.add_column(head, justify="right")
        for kind in KINDS:
            part = gate.parts[kind]
            if kind == "held" and not part.share.share:
                continue
            cells = [percent(part.share), reach(part.share).strip(" ()")]
            if part.brings is not None and part.each is not None:
                cells += [signed(part.brings.value), _between(part.brings), signed(part.each.value)]
            block.add_row(KIND_WORDS[kind], *cells)
            among, words = _because_of_holds(gate, kind)
            if among.share:
                block.add_row(f"  {words}", percent(among), reach(among).strip(" ()"), style="dim")
        if gate.priced:
            whole = gate.mean(gate.brings("npv"))
            block.add_row("all", "100.0%", "", signed(whole.value), _between(whole), "", style="bold")
        yield block
        yield Text("")
        for line in told_of(found, name, gate):
            yield Text(line)
        if name in found.curves:
            yield Text("")
            yield _by_threshold(gate, found.curves[name], found.scenario.economics.currency)
    yield Text("")
    yield Text(verdicts(found))
    good = "succeed" if found.truth == "success" else "pay (value of funding above 0)"
    if found.refusal:
        yield Text(sentences(found)[-1])
    yield Text(OFF.format(good=good), style="dim")
    if any(gate.priced for gate in found.gates.values()):
        yield Text(ADDING, style="dim")


def _by_threshold(gate: Gate, curve: Curve, currency: str) -> RenderableType:
    """A row for each threshold that was tried."""
    from rich.table import Table

    measure, side = gate.criteria[curve.criterion]
    block = Table(box=None, pad_edge=False, show_edge=False, header_style="italic")
    block.add_column(f"{MEASURE_WORDS[measure]}, {SIDE_WORDS[side]}")
    for head in (
        "let through",
        "false go",
        "false stop",
        "success",
        *(("mean net present value",) if gate.priced else ()),
    ):
        block.add_column(head, justify="right")
    for place, one in enumerate(curve.tried):
        label = "no gate" if one.label is None else level(gate, curve.criterion, one.label)
        cells = [percent(share) for share in (one.goes, one.false_go, one.false_stop, one.success)]
        worth = [written(one.npv.value, MONEY, currency=currency)] if one.npv is not None else []
        style_ = "bold" if place == curve.apart.best else None
        block.add_row(f"{label}{' (the plan)' if one.planned else ''}", *cells, *worth, style=style_)
    return block


def _because_of_holds(gate: Gate, kind: Kind) -> tuple[Share, str]:
    """The part of a kind of decision that a hold made what it is, and its name."""
    if kind == "false_go":
        return gate.share(gate.rescued), "of these rescued by a hold"
    if kind == "right_go":
        return gate.share(gate.spoiled), "of these spoiled by a hold"
    return Share(None, None, None), ""


def _between(one: Estimate) -> str:
    if one.low is None or one.high is None:
        return "–"
    return f"{signed(one.low)} to {signed(one.high)}"


def drawn(found: GateReview) -> Figure:
    """The figure of a review."""
    import matplotlib.pyplot as plt

    if not found.gates:
        figure, axes = plt.subplots(figsize=(7.0, 1.6), layout="constrained")
        axes.axis("off")
        axes.text(0.0, 0.5, f"{found.scenario.name} has no gates: there is nothing to judge", fontsize=12)
        return figure
    curves = {
        name: curve
        for name, curve in found.curves.items()
        if any((one.worth != curve.tried[0].worth).any() for one in curve.tried)
    }
    shown = dict(list(curves.items())[:MOST])
    rows, columns = -(-len(shown) // IN_A_ROW), max(1, min(IN_A_ROW, len(shown)))
    height = 1.5 + 0.55 * len(found.gates)
    figure = plt.figure(figsize=(12.5, 1.1 + height + 3.1 * rows), layout="constrained")
    grid = figure.add_gridspec(1 + rows, columns, height_ratios=[height, *[3.1] * rows])
    bars(found, figure.add_subplot(grid[0, :]))
    for place, (name, curve) in enumerate(shown.items()):
        panel = figure.add_subplot(grid[1 + place // IN_A_ROW, place % IN_A_ROW])
        thresholds(found.gates[name], curve, panel)
        if place % IN_A_ROW == 0:
            panel.set_ylabel(
                f"{'net present value' if found.gates[name].priced else 'success'},\nless that without the gate"
            )
    figure.suptitle("\n".join(wrap(verdicts(found), 110)), x=0.01, ha="left", fontsize=12.5, color=style.INK)
    figure.supxlabel(
        "\n".join(wrap(_below(found, curves, shown), 150)), x=0.01, ha="left", fontsize=9, color=style.GREY
    )
    return figure


def _below(found: GateReview, curves: Any, shown: Any) -> str:
    good = "succeeds" if found.truth == "success" else "pays"
    told = (
        f"{heading(found)}. Held against the same with that gate off, which lets through at its first reading; right: "
        f"what {good} then is let through, and the rest is stopped"
    )
    if shown:
        told += (
            ". Below: the difference to no gate, with the paired 95% interval; filled: not told from the highest, "
            "allowing for all pairs; dashed: the plan's threshold"
        )
    if len(curves) > len(shown):
        told += f"; {len(curves) - len(shown)} more gates have curves that are not shown"
    return told


def bars(found: GateReview, axes: Axes) -> None:
    """A bar for each gate with the shares of its kinds of decisions, and what it brings at its end."""
    names = list(found.gates)[::-1]
    used = [kind for kind in KINDS if any(gate.parts[kind].share.share for gate in found.gates.values())]
    for place, name in enumerate(names):
        gate, left = found.gates[name], 0.0
        for kind in used:
            share = float(gate.parts[kind].share)
            axes.barh(place, share, left=left, color=COLOURS[kind], height=0.66, edgecolor="white", linewidth=0.6)
            by_hold, _ = _because_of_holds(gate, kind)
            if by_hold.share:
                axes.barh(place, by_hold.share, left=left, height=0.66, color="none", edgecolor="white", hatch="///")
            if share >= READABLE:
                ink = "white" if kind in DARK else style.INK
                axes.text(
                    left + share / 2, place, f"{100 * share:.0f}%", ha="center", va="center", color=ink, fontsize=9.5
                )
            left += share
        axes.text(1.012, place, _brings(found, gate), ha="left", va="center", color=style.INK, fontsize=9.5)
    for kind in used:
        axes.barh(0.0, 0.0, color=COLOURS[kind], label=KIND_WORDS[kind])
    if any(_because_of_holds(gate, kind)[0].share for gate in found.gates.values() for kind in KINDS):
        axes.barh(0.0, 0.0, color=style.GREY, edgecolor="white", hatch="///", label="by a hold: rescued, spoiled")
    axes.set_yticks(range(len(names)), [f"{name}\n{_where(found.gates[name])}" for name in names])
    axes.set_xlim(0.0, 1.0)
    axes.xaxis.set_major_formatter(style.percent())
    axes.set_title(
        f"Shares of all programmes, and at the right {_what(found)} with the gate, less without it", loc="left"
    )
    style.quieten(axes)
    axes.grid(visible=False)
    axes.legend(loc="upper left", bbox_to_anchor=(0.0, -0.14), ncols=7, frameon=False, fontsize=9.5)


def _where(gate: Gate) -> str:
    return "before the roll-out" if gate.phase is None else f"before {gate.phase}"


def _what(found: GateReview) -> str:
    priced = any(gate.priced for gate in found.gates.values())
    return f"mean net present value ({found.scenario.economics.currency})" if priced else "success"


def _brings(found: GateReview, gate: Gate) -> str:
    if gate.changes_nothing:
        return "changes nothing"
    if not gate.priced:
        brings = gate.change("success")
        told = f"{100 * float(brings):+.1f} pts"
    else:
        brings = gate.change("npv")
        told = signed(brings.value)
    return f"{told}{'' if brings.clear else ', may be luck'}"


def thresholds(gate: Gate, curve: Curve, axes: Axes) -> None:
    """What a gate brings over the thresholds of one criterion, held against no gate, with paired intervals."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    measure, side = gate.criteria[curve.criterion]
    no_gate = curve.tried[0].worth
    for place, one in enumerate(curve.tried):
        if one.label is None:
            continue
        less = gate.mean(one.worth - no_gate)
        alike = place in curve.apart.alike
        colour = style.BLUE if alike else style.GREY
        if less.low is not None and less.high is not None:
            axes.plot([one.label, one.label], [less.low, less.high], color=colour, linewidth=1.6)
        axes.plot([one.label], [float(less)], marker="o", color=colour, markerfacecolor=colour if alike else "white")
        if one.planned:
            axes.axvline(one.label, color=style.INK, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.axhline(0.0, color=style.INK, linewidth=0.8)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: level(gate, curve.criterion, value)))
    axes.yaxis.set_major_locator(MaxNLocator(5))
    if gate.priced:
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: written(value, MONEY)))
    else:
        axes.yaxis.set_major_formatter(style.percent())
    axes.set_title(gate.name, loc="left")
    axes.set_xlabel(f"{MEASURE_WORDS[measure]}, {SIDE_WORDS[side]}")
    style.quieten(axes)
