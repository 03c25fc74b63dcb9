"""The records of a state."""

from __future__ import annotations

from typing import Any

import numpy as np


def _record(**fields: str) -> np.dtype[Any]:
    return np.dtype([(name, kind) for kind, names in fields.items() for name in names.split()], align=True)


# Parameters that hold for the whole organisation; field names follow the scenario file.
SETTINGS = _record(
    f8="""word_of_mouth return_rate return_base lost_share drop_out notice learning_hours prior_tasks success_weight
    error_weight late_weight fix_weight forgetting turnover
    untrained_onset untrained_questions spoiling training_capacity training_ahead champions champion_gain
    campaign_hours campaign_onset
    reference_accuracy hand_over sensitivity floor half_life shock_rate capacity
    retrain_every retrain_below retrain_gap qa_tasks deploy_hours remediation_gain remediation_ahead
    right_share hand_over_unhandled report_probability
    documentation_quality documentation_effect tickets_per_error how_to_new how_to_base triage_skill bounce_share
    error_tier1 error_tier2 how_to_tier1 how_to_tier2 carried_tier1 carried_tier2 outage_tier1 outage_tier2
    late_hours fast_fix_hours failure_reversion call_again target_occupancy
    curation handling_factor logged_share pilot_hours
    slice_hours attrition notice_hours moves_on retained on_call office_offset
    friction extra_errors carried_tickets carried_hours reviewers engineers tail_probability tail_cap
    outage_rate outage_weight outage_tickets
    funding_delay time_scale wind_down
    expected_share patience ramp_hours restored sponsor_error silent_seen
    value_correct cost_error cost_rework cost_inference cost_licence cost_platform cost_tier1 cost_tier2 cost_tier3
    overtime_factor discount_rate cost_stage cost_training cost_champion cost_campaign cost_remediation cost_outage
    commitment_hours measure_from""",
    i8="""working_days frozen report_threshold priority_0 priority_1 priority_2 priority_3 priority_4 priority_5
    initially_active initially_onboarded has_training has_sponsor can_remediate when_ready plan_from_pilot
    data_ideal change_ideal edge_cases_ideal support_ideal integration_ideal pilot_site pilot_weeks pilot_measure""",
)
DISTRIBUTION = _record(f8="p0 p1 p2 p3 p4 p5 low high", i8="code whole")
# Which distribution is which, within `State.distributions`; those of the integration stages follow.
SHOCK_LOSS, RETRAIN_EFFORT, REPAIR_EFFORT, HANDLING, PATIENCE, HIRING = 0, 1, 2, 3, 6, 9
REMEDIATION_EFFORT, OUTAGE_REPAIR, TAIL, STAGES = 12, 13, 14, 15
SITE = _record(
    f8="""quality variety offset tasks_per_week open_hour day_hours week_hours go_live planned plan_offset
    opened work_at_opening started live_at retrained_at shock_product volume accuracy unhandled answered
    task_rate correct_rate wrong_rate notice_rate encounter_rate loss_rate rate_mark user_hours user_mark
    correct_base loss_base week_correct_base week_wrong_base week_tasks week_correct week_wrong
    carried_since carried_hours onset_factor""",
    i8="""days is_pilot stage first_cell users pilot_users active away retraining retrainings shocks tickets
    invited phase carried ready stale remediations carrying""",
    u8="stream_shock stream_retraining stream_reading stream_remediation",
)
CELL = _record(
    f8="onset reversion initial_trust",
    i8="site first users pilot_users untrained",
    u8="stream_user stream_ticket",
)
CLOCK = _record(f8="rate residual mark spare_0 spare_1", i8="draws", u8="stream")
USER = _record(
    f8="gains losses mark loss_mark joined spare_0 spare_1",
    i8="cell number state place draws tickets ever_reverted trained outage_reported",
)
FAMILY = _record(
    f8="share discount concentration development handled open_mass tail",
    i8="kind of",
    u8="stream stream_repair",
)
TYPE = _record(f8="weight", i8="reports status seen")
TICKET = _record(
    f8="opened queued u_handling u_triage u_patience",
    i8="user cell serial kind level tier visits number in_pilot next",
)
JOB = _record(f8="hours", i8="job_class next previous serial started")
TIER = _record(
    f8="""target target_share longest ramp_hours starting_productivity pace mark queue_integral wait_sum week_wait_sum
    week_busy week_staffed week_overtime mean_hours head_hours""",
    i8="""waiting busy on_duty late idle first_agent agents ever heads visits in_target week_in_target week_ended
    week_arrived week_served has_patience""",
)
AGENT = _record(
    f8="arrives plan delay hours resigned",
    i8="tier shift present idle busy job number employed leaving posts on_call",
    u8="stream",
)
SHIFT = _record(f8="offset", i8="tier working")
SEASON = _record(f8="volume")
SYSTEM = _record(f8="start live_at stretch", i8="first_stage stages due begun live", u8="stream")
STAGE = _record(f8="rework", i8="system team after status visits serial", u8="stream")
GATE_RECORD = _record(
    f8="lead qa_tasks value_error retry",
    i8="phase all window lag max_holds holds readings passed first_criterion criteria rebaseline remediate restaff",
    u8="stream",
)
CRITERION = _record(f8="level", i8="measure at_least")
TIMER = _record(f8="due", i8="kind entity")
WORLD = _record(
    f8="""funded_at stopped_at over_at expectation patience value_per_task pilot_adoption pilot_tickets
    outage_began outage_ended training_left stage_mark week_spent week_stage_hours integrated_at""",
    i8="""events users sites cells families types tickets_opened tickets_abandoned tickets_cancelled tickets_solved
    week_opened week_abandoned week_noticed opened_error opened_how_to opened_carried opened_outage
    free_ticket repairs_open types_seen types_repaired users_reverted users_lost tracing traced week
    serial segments seasons systems systems_live stages_under_way free_reviewers free_engineers
    programme stopped_at_gate reviews licensed outage outages fresh drop_jobs cancel timers_moved
    first_outage first_repair first_ticket""",
    u8="stream_outage stream_sponsor",
)
