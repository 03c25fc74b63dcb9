"""The gates of a plan for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.analysis.methods.decisions import KINDS
from simulator.report.analyses.gates import (
    KIND_WORDS,
    heading,
    percent,
    reach,
    sentences,
    signed,
    titled,
    told_of,
    verdicts,
)
from simulator.results.statistics import Share

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from simulator.analysis.gates import GateReview
    from simulator.analysis.methods.decisions import Kind
    from simulator.analysis.methods.judged_gates import Gate
    from simulator.results.statistics import Estimate

OFF: Final = (
    "Held against the same replication with that gate off: it is read and paid as ever, and lets through at its first "
    "reading, whatever it sees. Right: to let through what would {good} then, and to stop what would not."
)
ADDING: Final = (
    "Brings: net present value from kick-off, with the gate less without it, over all programmes; the kinds add up. "
    "Each gate is switched off by itself: what two of them bring does not add up. Nothing allows for there being many."
)


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
    yield Text("")
    yield Text(verdicts(found))
    good = "succeed" if found.truth == "success" else "pay (value of funding above 0)"
    if found.refusal:
        yield Text(sentences(found)[-1])
    yield Text(OFF.format(good=good), style="dim")
    if any(gate.priced for gate in found.gates.values()):
        yield Text(ADDING, style="dim")


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
