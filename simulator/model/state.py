"""The state of one replication, as arrays of records that both engines share.

All memory is allocated here, before time starts; rules and kernels only read and write it. One record per entity,
so that what an event touches lies together in memory. Times are hours, rates are per hour.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from simulator.model.memory import Arrays

F, I = "f8", "i8"  # noqa: E741


def _record(**fields: str) -> np.dtype[Any]:
    return np.dtype([(name, kind) for kind, names in fields.items() for name in names.split()], align=True)


# Parameters that hold for the whole organisation; field names follow the scenario file.
SETTINGS = _record(
    f8="""word_of_mouth return_rate return_base lost_share drop_out notice learning_hours prior_tasks success_weight
    error_weight late_weight fix_weight forgetting reference_accuracy hand_over sensitivity floor half_life shock_rate
    retrain_every retrain_below qa_tasks deploy_hours right_share hand_over_unhandled report_probability
    documentation_quality documentation_effect tickets_per_error how_to_new how_to_base error_tier1 error_tier2
    how_to_tier1 how_to_tier2 triage_skill bounce_share late_hours fast_fix_hours failure_reversion call_again
    curation handling_factor
    logged_share slice_hours measure_from pilot_hours funded_at""",
    i8="frozen report_threshold priority_0 priority_1 priority_2 initially_active",
)
DISTRIBUTION = _record(f8="p0 p1 p2 p3 p4 p5 low high", i8="code")
# Which distribution is which, within `State.distributions`.
SHOCK_LOSS, RETRAIN_EFFORT, REPAIR_EFFORT, HANDLING, PATIENCE, HIRING, DISTRIBUTIONS = 0, 1, 2, 3, 6, 9, 12

SITE = _record(
    f8="""quality variety offset tasks_per_week open_hour day_hours week_hours go_live
    opened work_at_opening started retrained_at shock_product volume accuracy unhandled
    task_rate correct_rate wrong_rate notice_rate encounter_rate rate_mark user_hours user_mark
    correct_base wrong_base     week_correct_base week_wrong_base week_tasks week_correct week_wrong""",
    i8="""days is_pilot stage first_cell users pilot_users active retraining retrainings shocks tickets
    invited""",
    u8="stream_shock stream_retraining stream_reading",
)
CELL = _record(
    f8="onset reversion initial_trust",
    i8="site segment first users pilot_users",
    u8="stream_user stream_ticket",
)
CLOCK = _record(f8="rate residual mark spare_0 spare_1", i8="draws", u8="stream")
USER = _record(f8="gains losses mark spare_0 spare_1", i8="cell number state place draws tickets ever_reverted")
FAMILY = _record(
    f8="share discount concentration development handled open_mass tail",
    i8="kind of",
    u8="stream stream_repair",
)
TYPE = _record(f8="weight open_until", i8="reports status seen")
TICKET = _record(
    f8="opened queued u_handling u_triage u_patience",
    i8="user cell serial kind level tier visits number in_pilot next",
)
JOB = _record(f8="hours", i8="job_class next previous serial started")
TIER = _record(
    f8="""target ramp_hours starting_productivity mark queue_integral wait_sum week_wait_sum week_busy week_staffed""",
    i8="""waiting busy on_duty idle first_agent agents visits in_target week_in_target week_ended
    has_patience""",
)
AGENT = _record(f8="arrives hours", i8="tier shift present idle busy job number")
SHIFT = _record(f8="offset", i8="hours_0 hours_1 hours_2 tier working")
SEASON = _record(f8="volume")
WORLD = _record(
    i8="""events users sites cells families types tickets_opened tickets_abandoned week_opened week_abandoned
    free_ticket repairs_open types_seen types_repaired users_reverted users_lost tracing traced week
    serial segments seasons""",
)

# Columns of `State.weekly`.
WEEKLY = (
    "adoption active_users users_onboarded users_reverted users_lost trust_mean accuracy resolution tasks errors "
    "edge_case_types_seen edge_case_types_repaired tickets_opened tickets_abandoned sla_met_share "
    "backlog_tier1 backlog_tier2 backlog_tier3 utilisation_tier1 utilisation_tier2 utilisation_tier3 "
    "wait_hours_mean_tier1 wait_hours_mean_tier2 wait_hours_mean_tier3 ds_backlog_repairs sites_live"
).split()
HIDDEN_WEEKLY = ["correct", "visits_in_target", "visits_ended"]
# Columns of `State.site_weeks`: sums over the week of a site's tasks, and per-user sums that count nobody.
SITE_WEEKS = ["tasks", "correct", "wrong", "correct_per_user", "wrong_per_user"]

WAIT_BINS = 1024
WAIT_LOWEST_HOURS = 1e-4
WAIT_BIN_LOG = 0.02
"""Histogram of waits: bin 0 up to 1e-4 hours, then bins that grow by 2 per cent."""

TRACE_FIELDS = 6


class State(Arrays):
    """Everything that one replication is: parameters as drawn, and what has happened so far."""

    FIELDS: ClassVar = {
        "settings": (SETTINGS, 1),  # one record
        "distributions": (DISTRIBUTION, 1),
        "tables": (np.float64, 1),  # values of empirical distributions
        "sites": (SITE, 1),
        "cells": (CELL, 1),  # sites * segments: the users of one segment at one site
        "clocks": (CLOCK, 1),  # cells * CLOCKS
        "counts": (np.int64, 2),  # [cells, STATES]: users by state
        "users": (USER, 1),
        "roster": (np.int32, 2),  # [ROSTERS, users]: the members of each cell by state
        "families": (FAMILY, 1),  # 1 + sites + seasons
        "types": (TYPE, 1),  # families * types
        "tickets": (TICKET, 1),  # slots
        "jobs": (JOB, 1),  # sites + families * types + slots
        "tiers": (TIER, 1),  # 3
        "agents": (AGENT, 1),
        "shifts": (SHIFT, 1),
        "seasons": (SEASON, 1),
        "season_days": (np.int8, 2),  # [days, seasons]
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
