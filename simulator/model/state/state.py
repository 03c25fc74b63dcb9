"""The state of one replication, as arrays of records that both engines share.

All memory is allocated here, before time starts; rules and kernels only read and write it. One record per entity,
so that what an event touches lies together in memory. Times are hours, rates are per hour, money is in the
scenario's currency.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from simulator.model.state.memory import Arrays
from simulator.model.state.records import (
    AGENT,
    CELL,
    CLOCK,
    CRITERION,
    DISTRIBUTION,
    FAMILY,
    GATE_RECORD,
    HIRE,
    JOB,
    SEASON,
    SETTINGS,
    SHIFT,
    SITE,
    STAGE,
    SYSTEM,
    TICKET,
    TIER,
    TIMER,
    TYPE,
    USER,
    WAVE,
    WORLD,
)

TRACE_FIELDS = 6


class State(Arrays):
    """Everything that one replication is: parameters as drawn, and what has happened so far."""

    FIELDS: ClassVar = {
        "settings": (SETTINGS, 1),  # one record
        "distributions": (DISTRIBUTION, 1),
        "tables": (np.float64, 1),  # values of empirical distributions, and quantile tables
        "sticks": (np.float64, 1),  # [STICK_SIZE]: the quantile table for the sticks of edge-case types
        "sites": (SITE, 1),
        "waves": (WAVE, 1),  # the pilot's sites, then the phases
        "cells": (CELL, 1),  # sites * segments: the users of one segment at one site
        "clocks": (CLOCK, 1),  # cells * CLOCKS
        "counts": (np.int64, 2),  # [cells, STATES]: users by state
        "users": (USER, 1),
        "roster": (np.int32, 2),  # [ROSTERS, users]: the members of each cell by state
        "families": (FAMILY, 1),  # 1 + sites + seasons
        "types": (TYPE, 1),  # families * types
        "open_until": (np.float64, 1),  # [families * types]: weights of unhandled types, cumulated in each family
        "tickets": (TICKET, 1),  # slots
        "jobs": (JOB, 1),  # three for each site, the outage's, families * types, slots
        "queues": (np.int64, 1),  # [LINES]: how many wait in each line
        "fresh": (np.int64, 1),  # jobs that have come up and wait to be put in their line
        "tiers": (TIER, 1),  # 3
        "hires": (HIRE, 1),  # as planned at the start
        "agents": (AGENT, 1),
        "shifts": (SHIFT, 1),
        "duty": (np.int16, 2),  # [shifts, 168]: see `time.duty`
        "seasons": (SEASON, 1),
        "season_days": (np.int8, 2),  # [days, seasons]
        "systems": (SYSTEM, 1),
        "stages": (STAGE, 1),
        "system_after": (np.int8, 2),  # [systems, systems]: the row's system waits for the column's
        "site_needs": (np.int8, 2),  # [sites, systems]
        "gates": (GATE_RECORD, 1),  # the funding gate first
        "criteria": (CRITERION, 1),
        "timers": (TIMER, 1),
        "first_timer": (np.int64, 1),  # [TIMED + 1]: where the timers of each kind begin
        "waits": (np.int64, 2),  # [3, WAIT_BINS]
        "world": (WORLD, 1),  # one record
        "key": (np.uint64, 1),  # base seed, replication
        "weekly": (np.float64, 2),  # [weeks, columns]
        "site_weeks": (np.float64, 3),  # [weeks, sites, columns]
        "trace": (np.float64, 2),  # [rows, TRACE_FIELDS]
    }


def grow_tickets(state: State) -> State:
    """A state with twice the slots for tickets; everything in it goes on as before."""
    old = len(state.tickets)
    tickets = np.concatenate([state.tickets, np.zeros(old, TICKET)])
    jobs = np.concatenate([state.jobs, np.zeros(old, JOB)])
    link_free_tickets(tickets, state.world, old)
    return state.replace(tickets=tickets, jobs=jobs)


def link_free_tickets(tickets: Any, world: Any, first: int) -> None:
    """Put the slots from `first` on at the front of the list of free ones."""
    tickets["next"][first:] = np.arange(first + 1, len(tickets) + 1)
    tickets["next"][-1] = world["free_ticket"][0] if first else -1
    world["free_ticket"] = first
