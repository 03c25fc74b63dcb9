"""Both engines on one replication: every event and every output, bit by bit."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from simulator import engine
from simulator.engine.story import Story
from simulator.model.state.events import KINDS


def traced(plan: Any, name: str, replication: int, seed: int) -> tuple[Any, Any, Any]:
    """(rows of the trace, measured replication, story) of one engine."""
    runner = engine.get(name).Engine(plan)
    run = runner.begin(replication, seed, traced=True)
    story = Story(plan, run.state)
    pieces = list(runner.advance(run, plan.weeks))
    return np.concatenate(pieces), runner.measure(run), story


def first_difference(plan: Any, replication: int, seed: int, counts: Counter[str] | None = None) -> str | None:
    """What differs first between the engines, in words; None when all is equal to the last bit."""
    a, one, story = traced(plan, "compiled", replication, seed)
    b, two, _ = traced(plan, "reference", replication, seed)
    if counts is not None:
        counts.update(KINDS[int(kind)].name for kind in a[:, 1])
    shared = min(len(a), len(b))
    rows = np.flatnonzero((a[:shared].view(np.int64) != b[:shared].view(np.int64)).any(axis=1))
    if len(rows) or len(a) != len(b):
        row = int(rows[0]) if len(rows) else shared
        told = [repr(story.event(x[row])) if row < len(x) else "nothing" for x in (a, b)]
        return f"event {row}:\n  compiled:  {told[0]}\n  reference: {told[1]}"
    for name, value in one.measures.items():
        if value != two.measures[name]:
            return f"{name}: compiled {value!r}, reference {two.measures[name]!r}"
    for name, column in one.weekly.items():
        if column.tobytes() != two.weekly[name].tobytes():
            return f"weekly {name}: compiled {column}, reference {two.weekly[name]}"
    if one.sites != two.sites:
        return f"sites: compiled {one.sites}, reference {two.sites}"
    if one.inputs.tobytes() != two.inputs.tobytes():
        return "inputs differ"
    return None
