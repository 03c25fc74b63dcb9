"""Staffing: who is at work, who is free, and who is hired."""

from __future__ import annotations

from typing import Any

from simulator.model import kinds
from simulator.model.support import change_tier
from simulator.model.time import on_duty
from simulator.model.tracing import note
from simulator.streams.jit import rule


@rule
def come_or_go(state: Any, number: int, working: bool, time: float) -> None:
    """Agent `number` begins or ends a shift; one who is busy finishes the work in hand first (overtime)."""
    agent = state.agents[number]
    if working == (agent["present"] == 1):
        return
    tier = agent["tier"]
    agent["present"] = int(working)
    change_tier(state, tier, time, 0, 0, 1 if working else -1)
    if agent["busy"] == 0:
        agent["idle"] = int(working)
        state.tiers[tier]["idle"] += 1 if working else -1


@rule
def change_shift(state: Any, k: int, time: float) -> None:
    """Shift `k` goes on or off duty at `time`, with all its people who have been hired by then."""
    shift = state.shifts[k]
    working = on_duty(shift, time)
    shift["working"] = int(working)
    tier = state.tiers[shift["tier"]]
    for number in range(tier["first_agent"], tier["first_agent"] + tier["agents"]):
        if state.agents[number]["shift"] == k and state.agents[number]["arrives"] <= time:
            come_or_go(state, number, working, time)
    note(state, time, kinds.SHIFT, k, tier["on_duty"], 0, 0)


@rule
def hire(state: Any, number: int, time: float) -> None:
    """Agent `number` has the first day of work."""
    note(state, time, kinds.HIRED, number, 0, 0, 0)
    come_or_go(state, number, state.shifts[state.agents[number]["shift"]]["working"] == 1, time)


@rule
def take_agent(state: Any, tier_number: int, time: float) -> int:
    """The free agent of a tier who takes the next piece of work: the one who has been there longest."""
    tier = state.tiers[tier_number]
    number = tier["first_agent"]
    while state.agents[number]["idle"] == 0:
        number += 1
    state.agents[number]["idle"] = 0
    state.agents[number]["busy"] = 1
    tier["idle"] -= 1
    change_tier(state, tier_number, time, -1, 1, 0)
    return int(number)


@rule
def release_agent(state: Any, number: int, time: float) -> None:
    """Agent `number` has finished a piece of work, and is free unless the shift is over."""
    agent = state.agents[number]
    agent["busy"] = 0
    change_tier(state, agent["tier"], time, 0, -1, 0)
    if agent["present"] == 1:
        agent["idle"] = 1
        state.tiers[agent["tier"]]["idle"] += 1
