"""The records of a state.

What is a plain copy of a scenario's field has its name, its unit, and the liveness that is declared at it; all else is
the model's own: what follows from the structure of the scenario, and what has happened so far.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from simulator.model.state.settings import Setting, settings_of
from simulator.scenario import Scenario
from simulator.scenario.numbers.section import Section
from simulator.scenario.sections.ai import Season, TaskFamily
from simulator.scenario.sections.integration import Stage, System
from simulator.scenario.sections.people import Segment, Site
from simulator.scenario.sections.rollout import Gate, GateCriterion, Phase
from simulator.scenario.sections.support import Hiring, StaffedTier
from simulator.scenario.vocabulary import COST_CATEGORIES, TEAMS, TICKET_KINDS

FOLLOWS: Final = "follows"
SETTINGS_OF: Final[dict[str, dict[str, Setting]]] = {}
"""By array of the state and field: those fields that are fields of a section."""
ACTS: Final[dict[str, dict[str, str]]] = {}
"""By array and field: how long a change of it acts (`Acts`), or that it follows from others; else at the start only."""


def _record(
    array: str,
    *sections: type[Section] | tuple[str, type[Section]],
    always: str = "",
    follows: str = "",
    **own: str | tuple[str, int],
) -> np.dtype[Any]:
    """The record of an array of the state: the fields of sections, perhaps below a name, then the model's own.

    `own` are names by their format, or (format, length) of a vector by its name. Of these, `always` go on being read
    after a change, and `follows` are seen to when what they follow from changes.
    """
    named = [section if isinstance(section, tuple) else ("", section) for section in sections]
    derived = [setting for name, section in named for setting in settings_of(section, name)]
    fields: list[Any] = [(setting.path, setting.format, setting.shape) for setting in derived]
    for name, what in own.items():
        fields += [(field, name) for field in what.split()] if isinstance(what, str) else [(name, what[0], (what[1],))]
    SETTINGS_OF[array] = {setting.path: setting for setting in derived}
    ACTS[array] = {setting.path: setting.use.acts for setting in derived}
    ACTS[array] |= dict.fromkeys(always.split(), "always") | dict.fromkeys(follows.split(), FOLLOWS)
    return np.dtype(fields, align=True)


SETTINGS = _record("settings", Scenario, i8="pilot_site")
"""What holds for the whole organisation, under its path in the scenario file; `pilot_site` is its first one."""
DISTRIBUTION = _record(
    "distributions",
    always="p0 p1 p2 p3 p4 p5 low high code whole",
    f8="p0 p1 p2 p3 p4 p5 low high",
    i8="code whole",
)
SITE = _record(
    "sites",
    Site,
    ("phase", Phase),
    f8="""open_hour day_hours week_hours go_live planned
    opened work_at_opening started live_at retrained_at shock_product volume accuracy unhandled answered
    task_rate correct_rate wrong_rate judged_right_rate notice_rate encounter_rate loss_rate rate_mark
    user_hours user_mark judged_right_base loss_base week_correct_base week_wrong_base
    week_tasks week_correct week_wrong
    carried_since carried_hours carried_share learning_factor onset_factor tasks_per_judgement licences renewed""",
    i8="""days is_pilot stage first_cell pilot_users active away retraining retrainings shocks tickets
    invited ready stale remediations carrying corrections learnt wave
    recent_systems phase_number readings actions below trained_next put_off""",
    u8="stream_shock stream_retraining stream_reading stream_remediation stream_watch",
)
WAVE = _record("waves", f8="finished", i8="sites_left")
CELL = _record(
    "cells",
    Segment,
    f8="mix pilot_mix",
    i8="site first users pilot_users untrained movers",
    u8="stream_user stream_ticket stream_mover stream_hypercare",
)
CLOCK = _record("clocks", f8="rate residual mark fires spare_0 spare_1", i8="draws", u8="stream")
USER = _record(  # what an error or an edge case reads or writes comes first: 64 bytes, a line of the processor's cache
    "users",
    i4="cell state place draws",
    f8="gains losses mark loss_mark spare_0 spare_1 joined active_since",
    i8="number tickets outage_reported person ever_reverted",
    i2="trained mover",
)
FAMILY = _record(
    "families",
    TaskFamily,
    follows="handled known open_mass tail",
    f8="handled known open_mass tail",
    i8="kind of",
    u8="stream stream_repair",
)
TYPE = _record("types", f8="weight", i8="reports status seen")
TICKET = _record(
    "tickets",
    f8="opened queued u_handling u_triage u_patience",
    i8="user cell serial kind level tier visits number in_pilot next",
)
JOB = _record("jobs", f8="hours", i8="job_class next previous serial started")
TIER = _record(
    "tiers",
    StaffedTier,
    always="mean_hours head_hours staffed_hours",
    f8="""pace mark queue_integral wait_sum week_wait_sum
    week_busy week_staffed week_overtime mean_hours head_hours staffed_hours""",
    i8="""waiting busy on_duty late idle first_agent agents ever heads visits in_target week_in_target week_ended
    week_arrived week_served""",
    u8="stream_agents",
)
AGENT = _record(
    "agents",
    f8="arrives plan delay hours resigned",
    i8="tier shift present idle busy job number employed leaving posts on_call",
    u8="stream",
)
HIRE = _record("hires", Hiring, i8="tier")
SHIFT = _record("shifts", always="utc_offset_hours", f8="utc_offset_hours share", i8="tier working posts")
SEASON = _record("seasons", Season, always="share_of_days", f8="share_of_days")
SYSTEM = _record("systems", System, f8="live_at stretch", i8="first_stage stages due begun live", u8="stream")
STAGE = _record("stages", Stage, f8="median_weeks", i8="system after status visits serial", u8="stream")
GATE_RECORD = _record("gates", Gate, i8="phase holds readings passed first_criterion criteria", u8="stream")
CRITERION = _record("criteria", GateCriterion)
TIMER = _record("timers", f8="due", i8="kind entity")
WORLD = _record(
    "world",
    follows="free",
    f8="""funded_at stopped_at over_at expectation patience value_per_task pilot_adoption pilot_tickets
    outage_began outage_ended training_left stage_mark week_stage_hours week_noticed_tasks integrated_at decided_at
    rolled_out_at licensed pilot_value case_value case_cost planned_work believed promised""",
    i8="""events users sites cells families tickets_opened tickets_abandoned tickets_cancelled tickets_solved
    week_opened week_abandoned
    free_ticket repairs_open types_repaired users_reverted users_lost tracing traced week
    serial segments seasons systems systems_live stages_under_way
    programme stopped_at_gate reviews budgets escalations read_until funded_in shrunk outage outages fresh
    drop_jobs cancel timers_moved
    first_outage first_repair first_ticket unknown""",
    opened=("i8", len(TICKET_KINDS)),
    week_spent=("f8", len(COST_CATEGORIES)),
    free=("i8", len(TEAMS)),
    u8="stream_outage stream_sponsor stream_budget",
)
