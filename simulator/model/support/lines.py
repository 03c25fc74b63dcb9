"""Lines of waiting work, at every tier: which line a job joins, which comes next, and what waits are counted."""

from __future__ import annotations

import math
from typing import Any

from simulator.model.clockwork.time import WEEK_HOURS
from simulator.model.state.columns import WAIT_BIN_LOG, WAIT_BINS, WAIT_LOWEST_HOURS
from simulator.model.state.states import TEAM_LINES, TIER3
from simulator.scenario.vocabulary import JOBS
from simulator.streams.jit import rule


@rule
def line_of(state: Any, job_number: int, tier: int) -> int:
    """The line in which a job waits at `tier`: 0 and 1 for tiers 1 and 2, then one per class of the team's work."""
    if tier != TIER3:
        return tier
    return int(TEAM_LINES + state.jobs[job_number]["job_class"])


@rule
def first_line(state: Any, tier: int) -> int:
    """The line that a free agent of a tier serves next; -1 when nobody waits."""
    if tier != TIER3:
        return tier if state.queues[tier] > 0 else -1
    priorities = state.settings[0]["data_science_team.priorities"]
    for rank in range(len(JOBS)):
        line = TEAM_LINES + priorities[rank]
        if state.queues[line] > 0:
            return int(line)
    return -1


@rule
def stamp_job(state: Any, job: Any) -> None:
    """Give a job that joins a line its place in the order of arrival."""
    world = state.world[0]
    job["serial"] = world["serial"]
    world["serial"] += 1


@rule
def count_wait(state: Any, tier_number: int, queued: float, waited: float, served: bool) -> None:
    """Enter a wait (hours) that ended by service or by giving up into the statistics of the tier."""
    tier = state.tiers[tier_number]
    in_target = int(served and waited <= tier["target_hours"])
    tier["week_ended"] += 1
    tier["week_served"] += int(served)
    tier["week_in_target"] += in_target
    tier["week_wait_sum"] += waited
    if queued < state.settings[0]["success.measure_from_week"] * WEEK_HOURS:
        return
    tier["visits"] += 1
    tier["in_target"] += in_target
    tier["wait_sum"] += waited
    bin_number = 0
    if waited > WAIT_LOWEST_HOURS:
        bin_number = min(WAIT_BINS - 1, 1 + int(math.log(waited / WAIT_LOWEST_HOURS) / WAIT_BIN_LOG))
    state.waits[tier_number, bin_number] += 1


@rule
def change_tier(state: Any, tier_number: int, time: float, waiting: int, busy: int, on_duty: int) -> None:
    """Change the numbers waiting, busy and on duty at a tier, after adding up what they were until `time`."""
    tier = state.tiers[tier_number]
    elapsed = time - tier["mark"]
    measured = min(elapsed, time - state.settings[0]["success.measure_from_week"] * WEEK_HOURS)
    if measured > 0.0:
        tier["queue_integral"] += tier["waiting"] * measured
    tier["week_busy"] += tier["busy"] * elapsed
    tier["week_staffed"] += tier["on_duty"] * elapsed
    tier["week_overtime"] += tier["late"] * elapsed
    tier["mark"] = time
    tier["waiting"] += waiting
    tier["busy"] += busy
    tier["on_duty"] += on_duty
