"""Edge cases: types of the unforeseen that multiply with volume and with sites.

Types of a family follow a two-parameter Poisson-Dirichlet law (Pitman and Yor 1997): their weights are drawn once
per replication, when the family is first needed, by stick-breaking, V_k ~ Beta(1 - d, theta + k d), and encounters are
independent draws from them, so that distinct types grow by Heaps' law. There is a family for the organisation, one per
site, one per season. What the truncation leaves over (the tail) is always a new type. Only encounters of unhandled
types are simulated: the handled mass thins the process exactly. A type that was reported often enough becomes a repair
job; once repaired it is answered like a familiar task.

How much of it is known is told by mass, and not by the number of types, which grows without bound and hangs on the
truncation. A type of weight w is known, covered in development or met by users since, with probability
1 - exp(-(n + m) w) after n development tasks and m expected encounters of its family, so that the known mass has the
mean sum of w (1 - exp(-(n + m) w)): the complement of the missing mass of Good (1953, Biometrika 40).
"""

from __future__ import annotations

import math
from typing import Any

from simulator.model.state.states import (
    HANDED_OVER,
    HANDLED,
    ORGANISATION,
    QUEUED,
    RIGHT,
    SEASON,
    SITE,
    UNHANDLED,
    WRONG,
)
from simulator.streams.jit import rule
from simulator.streams.philox import draw
from simulator.streams.quantile_tables import prepare_sticks, stick


@rule
def break_sticks(state: Any, f: int) -> None:
    """Draw the weights of family `f`, and which types the development data had already covered.

    A type of weight w is among n development encounters with probability 1 - exp(-n w): their number is taken as
    Poisson with mean n.
    """
    family = state.families[f]
    n = state.settings[0]["edge_cases.types_per_family"]
    rest = 1.0
    family["known"] = 0.0
    prepare_sticks(state.sticks, 1.0 - family["discount"])
    x = y = 0.0
    for k in range(n):
        if k & 1:  # a position of the stream serves two types
            u, v = x, y
        else:
            u, v, x, y = draw(state.key, family["stream"], 0, k >> 1)
        weight = rest * stick(state.sticks, family["concentration"] + (k + 1) * family["discount"], u)
        rest -= weight
        kind = state.types[f * n + k]
        kind["weight"] = weight
        kind["status"] = HANDLED if v < 1.0 - math.exp(-family["development_tasks"] * weight) else UNHANDLED
        if kind["status"] == HANDLED:
            family["known"] += weight
    family["tail"] = rest
    sum_open_mass(state, f)


@rule
def sum_open_mass(state: Any, f: int) -> None:
    """After a change in what is handled: cumulate the weights of the unhandled types of family `f`."""
    n = state.settings[0]["edge_cases.types_per_family"]
    total = 0.0
    for k in range(n):
        kind = state.types[f * n + k]
        if kind["status"] != HANDLED:
            total += kind["weight"]
        state.open_until[f * n + k] = total
    family = state.families[f]
    family["open_mass"] = total + family["tail"]
    family["handled"] = max(0.0, 1.0 - family["open_mass"])  # the weights' sum may miss 1 by rounding


@rule
def family_share(state: Any, s: int, day: int, f: int) -> float:
    """Share of the tasks of site `s`, on row `day` of the seasons, that are edge cases of family `f`.

    NaN for a family of a kind that is not known.
    """
    family = state.families[f]
    if family["kind"] == ORGANISATION:
        return float(family["share"])
    if family["kind"] == SITE:
        return float(family["share"] * state.sites[family["of"]]["local_variety"])
    if family["kind"] == SEASON:
        return float(family["share"]) if state.season_days[day, family["of"]] == 1 else 0.0
    return math.nan


@rule
def family_at(state: Any, s: int, i: int) -> int:
    """Family number `i` of those that site `s` can meet: the organisation's, its own, the seasons'."""
    if i == 0:
        return 0
    if i == 1:  # where edge cases are ideal, every site meets the pilot's types
        return int(1 + (state.settings[0]["pilot_site"] if state.settings[0]["edge_cases.ideal"] == 1 else s))
    return int(state.world[0]["sites"] + i - 1)


@rule
def unhandled_share(state: Any, s: int, day: int) -> float:
    """Share of the tasks of site `s` that are edge cases of a type not handled yet, on row `day` of the seasons."""
    total = 0.0
    for i in range(2 + state.world[0]["seasons"]):
        f = family_at(state, s, i)
        total += family_share(state, s, day, f) * state.families[f]["open_mass"]
    return min(1.0, total)


@rule
def pick_type(state: Any, s: int, day: int, u: float) -> tuple[int, int]:
    """(family, type) of an encounter of an unhandled type at site `s`; type -1 is one of the tail."""
    n = state.settings[0]["edge_cases.types_per_family"]
    target = u * state.sites[s]["unhandled"]
    chosen = -1
    for i in range(2 + state.world[0]["seasons"]):
        f = family_at(state, s, i)
        share = family_share(state, s, day, f)
        mass = share * state.families[f]["open_mass"]
        if mass <= 0.0:
            continue
        chosen = f
        if target < mass:
            target /= share
            break
        target -= mass
    if chosen < 0:
        return 0, -1
    base = chosen * n
    if target >= state.open_until[base + n - 1]:
        return chosen, -1
    low, high = 0, n - 1
    while low < high:  # the first type whose cumulated weight exceeds the target
        middle = (low + high) >> 1
        if state.open_until[base + middle] > target:
            high = middle
        else:
            low = middle + 1
    return chosen, low


@rule
def outcome(settings: Any, u: float) -> int:
    """What the system does with an unhandled case: mostly wrong or handed over to a person."""
    handed_over = settings["edge_cases.hand_over_share"]
    if u < handed_over:
        return HANDED_OVER
    if u < handed_over + (1.0 - handed_over) * settings["edge_cases.right_share"]:
        return RIGHT
    return WRONG


@rule
def see(state: Any, f: int, k: int) -> None:
    """The type is known from now on; those of the tail, of which each is met once, never are."""
    if k < 0:
        return
    kind = state.types[f * state.settings[0]["edge_cases.types_per_family"] + k]
    if kind["seen"] == 0:
        kind["seen"] = 1
        state.families[f]["known"] += kind["weight"]


@rule
def yearly_share(state: Any, f: int) -> float:
    """Share of everybody's tasks that are edge cases of family `f`, if all users were active all year.

    0 where there are no users, NaN for a family of a kind that is not known.
    """
    family = state.families[f]
    everyone = float(state.world[0]["users"])
    if everyone == 0.0:
        return 0.0
    if family["kind"] == ORGANISATION:
        return float(family["share"])
    if family["kind"] == SITE:
        site = state.sites[family["of"]]
        return float(family["share"] * (site["users"] * site["local_variety"] / everyone))
    if family["kind"] == SEASON:
        return float(family["share"] * state.seasons[family["of"]]["share_of_days"])
    return math.nan


@rule
def mass_known(state: Any) -> float:
    """Share of all edge-case encounters, if all users were active all year, whose type is known; NaN without any."""
    total = known = 0.0
    for f in range(state.world[0]["families"]):
        weight = yearly_share(state, f)
        total += weight
        known += weight * state.families[f]["known"]
    return min(1.0, known / total) if total > 0.0 else math.nan  # the weights' sum may exceed 1 by rounding


@rule
def report(state: Any, f: int, k: int) -> bool:
    """Count a report of type `k` of family `f`; True when it has now become a repair job."""
    if k < 0:
        return False
    kind = state.types[f * state.settings[0]["edge_cases.types_per_family"] + k]
    kind["reports"] += 1
    if kind["status"] == UNHANDLED and kind["reports"] >= state.settings[0]["edge_cases.report_threshold"]:
        kind["status"] = QUEUED
        return True
    return False


@rule
def repaired(state: Any, f: int, k: int) -> None:
    """Type `k` of family `f` is answered like a familiar task from now on."""
    state.types[f * state.settings[0]["edge_cases.types_per_family"] + k]["status"] = HANDLED
    state.world[0]["types_repaired"] += 1
    sum_open_mass(state, f)
