"""Malformed programmes: integration, change programme, outages, gates, sponsor, economics, users in place."""

from __future__ import annotations

TWO_STAGES = "{name: a, weeks: 1, after: [b]}, {name: b, weeks: 1"


def systems(*texts: str) -> str:
    """A section integration with systems."""
    return f"integration: {{systems: [{', '.join(texts)}]}}\n"


def rollout(text: str) -> str:
    """More keys of the roll-out, which ends the minimal file."""
    return f"  {text}\n"


def gate(text: str, criterion: str = "{measure: accuracy, at_least: 0.8}") -> str:
    """A gate before the phase of the minimal file."""
    return rollout(f"gates: [{{name: g, phase: wave-1, criteria: [{criterion}], {text}}}]")


GATE = "criteria: [{measure: accuracy, at_least: 0.8}]"
FIRST_GATE = "rollout.funding_gate.criteria"

INTEGRATION = {
    # name: (text added at the end of the minimal file, path, part of the message)
    "system-key": (systems("{name: erp, stat_week: 3}"), "integration.systems.erp.stat_week", '"start_week"?'),
    "system-name": (systems("{name: ERP}"), "integration.systems.ERP.name", "a name of a-z"),
    "system-twice": (systems("{name: erp}", "{name: erp}"), "integration.systems.1.name", "each name once"),
    "system-site": (systems("{name: erp, sites: [plant-3]}"), "integration.systems.erp.sites.0", '"plant-'),
    "system-site-twice": (systems("{name: erp, sites: [plant-1, plant-1]}"), "integration.systems.erp.sites.1", "once"),
    "system-no-sites": (systems("{name: erp, sites: []}"), "integration.systems.erp.sites", "at least 1"),
    "system-early": (
        systems("{name: erp, start_week: -600}"),
        "integration.systems.erp.start_week",
        "from -520 to 520",
    ),
    "system-after-itself": (
        systems("{name: erp, after: [erp]}"),
        "integration.systems.erp.after",
        "found a cycle: erp after erp;",
    ),
    "system-cycle": (
        systems("{name: erp, after: [crm]}", "{name: crm, after: [hr]}", "{name: hr, after: [erp]}"),
        "integration.systems.erp.after",
        "found a cycle: erp after crm after hr after erp",
    ),
    "system-after-nothing": (
        systems("{name: erp, after: [crn]}", "{name: crm}"),
        "integration.systems.erp.after.0",
        'did you mean "crm"?',
    ),
    "stages-none": (systems("{name: erp, stages: []}"), "integration.systems.erp.stages", "at least 1"),
    "stage-weeks": (
        systems("{name: erp, stages: [{name: a}]}"),
        "integration.systems.erp.stages.a.weeks",
        "missing",
    ),
    "stage-negative": (
        systems("{name: erp, stages: [{name: a, weeks: -1}]}"),
        "integration.systems.erp.stages.a.weeks",
        "from 0 to 10000",
    ),
    "stage-team": (
        systems("{name: erp, stages: [{name: a, weeks: 1, team: engineer}]}"),
        "integration.systems.erp.stages.a.team",
        'did you mean "engineers"?',
    ),
    "stage-rework": (
        systems("{name: erp, stages: [{name: a, weeks: 0, rework: 1}]}"),
        "integration.systems.erp.stages.a.rework",
        "from 0 to 0.999",
    ),
    "slices-that-move-no-clock": (
        "data_science_team: {slice_hours: 1.0e-13}\n",
        "data_science_team.slice_hours",
        "from 0.1 to",
    ),
    "changes-without-a-pause": (
        "ai: {shocks: {per_site_year: 1.0e6}}\n",
        "ai.shocks.per_site_year",
        "from 0 to 10000",
    ),
    "outages-without-a-pause": (
        "outages: {per_year: 1.0e6, repair_hours: 0}\n",
        "outages.per_year",
        "from 0 to 10000",
    ),
    "calls-without-an-end": (
        "support: {call_again_probability: 1}\n",
        "support.call_again_probability",
        "from 0 to 0.999",
    ),
    "more-people-than-one-desk-holds": (
        "support: {tiers: {tier1: {agents: 9000, hiring: [{week: 4, agents: 1500}]}}}\n",
        "support.tiers.tier1.hiring",
        "at most 10,000",
    ),
    "stage-twice": (
        systems("{name: erp, stages: [{name: a, weeks: 1}, {name: a, weeks: 2}]}"),
        "integration.systems.erp.stages.1.name",
        "each name once",
    ),
    "stage-after-nothing": (
        systems("{name: erp, stages: [{name: a, weeks: 1, after: [c]}]}"),
        "integration.systems.erp.stages.a.after.0",
        'found "c", which is no stage of erp',
    ),
    "stage-cycle": (
        systems(f"{{name: erp, stages: [{TWO_STAGES}, after: [a]}}]}}"),
        "integration.systems.erp.stages.a.after",
        "found a cycle: a after b after a",
    ),
    "stage-cycle-by-the-list": (
        systems(f"{{name: erp, stages: [{TWO_STAGES}}}]}}"),
        "integration.systems.erp.stages.a.after",
        "found a cycle: a after b after a",
    ),
    "no-reviewers": (
        "integration: {reviewers: 0, systems: [{name: erp}]}\n",
        "integration.reviewers",
        "stage security-review of erp needs one of them",
    ),
    "half-a-reviewer": ("integration: {reviewers: 1.5}\n", "integration.reviewers", "a whole number"),
    "tail-cap": ("integration: {tail: {cap: 0.5}}\n", "integration.tail.cap", "from 1 to"),
    "friction": ("integration: {hand_carried: {friction: 2}}\n", "integration.hand_carried.friction", "from 0 to 1"),
    "integration-ideal": ("integration: {ideal: 1}\n", "integration.ideal", "true or false"),
}
PLAN = {
    "time-scale": (rollout("time_scale: 0"), "rollout.time_scale", "above 0"),
    "go-live": (rollout("go_live: when-ready"), "rollout.go_live", 'did you mean "when_ready"?'),
    "gate-phase": (
        rollout(f"gates: [{{name: g, phase: wave-9, {GATE}}}]"),
        "rollout.gates.g.phase",
        'found "wave-9", which is no phase; allowed: wave-1; did you mean "wave-1"?',
    ),
    "gate-without-phase": (rollout(f"gates: [{{name: g, {GATE}}}]"), "rollout.gates.g.phase", "missing"),
    "gates-before-one-phase": (
        rollout(f"gates: [{{name: g, phase: wave-1, {GATE}}}, {{name: h, phase: wave-1, {GATE}}}]"),
        "rollout.gates.h.phase",
        "has the gate g already",
    ),
    "gate-twice": (
        rollout(f"gates: [{{name: g, phase: wave-1, {GATE}}}, {{name: g, phase: wave-1, {GATE}}}]"),
        "rollout.gates.1.name",
        "each name once",
    ),
    "gate-like-the-first": (
        rollout(f"funding_gate: {{{GATE}}}\n  gates: [{{name: funding, phase: wave-1, {GATE}}}]"),
        "rollout.gates.funding.name",
        "that of the funding gate",
    ),
    "gate-measure": (gate("", "{measure: acuracy, at_least: 1}"), "rollout.gates.g.criteria.0.measure", '"accuracy"?'),
    "gate-weekly-measure": (
        gate("", "{measure: adoption, at_least: 1}"),
        "rollout.gates.g.criteria.0.measure",
        "allowed: accuracy, resolution, active_share, value_share, sla_met_share, backlog, integrations_live",
    ),
    "gate-bound": (gate("", "{measure: accuracy}"), "rollout.gates.g.criteria.0", "at_least, at_most"),
    "gate-bounds": (
        gate("", "{measure: backlog, at_least: 0, at_most: 9}"),
        "rollout.gates.g.criteria.0",
        "found both",
    ),
    "gate-no-criteria": (rollout("funding_gate: {criteria: []}"), FIRST_GATE, "at least 1"),
    "gate-criteria-missing": (rollout("funding_gate: {}"), FIRST_GATE, "missing"),
    "gate-combine": (gate("combine: or"), "rollout.gates.g.combine", "allowed: all, any"),
    "gate-window": (gate("window_weeks: 0"), "rollout.gates.g.window_weeks", "from 1 to 52"),
    "gate-lag": (gate("lag_weeks: {p10: 1, p50: 2, p90: 3}"), "rollout.gates.g.lag_weeks", "a certain number"),
    "gate-tasks": (gate("qa_tasks: 0"), "rollout.gates.g.qa_tasks", "from 1 to"),
    "gate-retry": (gate("retry_weeks: 0"), "rollout.gates.g.retry_weeks", "above 0"),
    "gate-holds": (gate("max_holds: 21"), "rollout.gates.g.max_holds", "from 0 to 20"),
    "gate-hold-key": (gate("on_hold: {rebase: true}"), "rollout.gates.g.on_hold.rebase", '"rebaseline"?'),
    "gate-remediation": (
        gate("on_hold: {remediate: true}") + "ai: {remediation: null}\n",
        "rollout.gates.g.on_hold.remediate",
        "found true without ai.remediation",
    ),
    "funding-gate-value": (
        rollout("funding_gate: {criteria: [{measure: value_share, at_least: 0.5}]}"),
        f"{FIRST_GATE}.0.measure",
        "nothing before funding",
    ),
    "funding-gate-phase": (
        rollout(f"funding_gate: {{{GATE}, phase: wave-1}}"),
        "rollout.funding_gate.phase",
        "unknown key",
    ),
    "sponsor-patience": (rollout("sponsor: {patience_weeks: 0}"), "rollout.sponsor.patience_weeks", "above 0"),
    "sponsor-key": (rollout("sponsor: {patience: 3}"), "rollout.sponsor.patience", 'did you mean "patience_weeks"?'),
    "sponsor-list": (rollout("sponsor: [3]"), "rollout.sponsor", "allowed: a mapping with expected_share"),
}
PEOPLE = {
    "training-capacity": (
        "change_programme: {training: {users_per_week: -3}}\n",
        "change_programme.training.users_per_week",
        "from 0 to",
    ),
    "change-load": (
        "change_programme: {load: {willingness_lost_per_change: 2}}\n",
        "change_programme.load.willingness_lost_per_change",
        "from 0 to 1",
    ),
    "watch-at-once": (rollout("watch: {every_weeks: 0}"), "rollout.watch.every_weeks", "from 0.1 to"),
    "watch-key": (rollout("watch: {action_per_site: 3}"), "rollout.watch.action_per_site", '"actions_per_site"?'),
    "champions": ("change_programme: {champions: 3}\n", "change_programme.champions", "a mapping with per_100_users"),
    "campaign-key": ("change_programme: {campaign: {week: 3}}\n", "change_programme.campaign.week", '"weeks"?'),
    "turnover": ("users: {turnover_per_year: -1}\n", "users.turnover_per_year", "from 0 to"),
    "capacity": ("ai: {capacity_tasks_per_hour: 0}\n", "ai.capacity_tasks_per_hour", "above 0"),
    "data-quality-ideal": ("ai: {data_quality: {ideal: no}}\n", "ai.data_quality.ideal", 'found text "no"'),
    "data-quality-number": ("ai: {data_quality: 0.9}\n", "ai.data_quality", "allowed: a mapping with ideal"),
    "remediation": ("ai: {remediation: {gain: 50}}\n", "ai.remediation.gain", "from 0 to 1"),
    "planning": ("support: {planning: pilot}\n", "support.planning", "allowed: as_stated, from_pilot"),
    "occupancy": ("support: {target_occupancy: 0}\n", "support.target_occupancy", "above 0"),
    "level-hyphen": (
        "support: {levels: {hand_carried: {tier1: 1}}}\n",
        "support.levels.hand_carried",
        'did you mean "hand-carried"?',
    ),
    "three-priorities": (
        "data_science_team: {priorities: [ticket, retraining, repair]}\n",
        "data_science_team.priorities",
        "each of outage, ticket, hand-carried, retraining, remediation, repair once",
    ),
    "moves-on": ("data_science_team: {moves_on: {week: 3}}\n", "data_science_team.moves_on.retained_share", "missing"),
    "attrition": ("data_science_team: {attrition_per_year: x}\n", "data_science_team.attrition_per_year", 'text "x"'),
    "outages-list": ("outages: [4]\n", "outages", "found a list of 1"),
    "outage-percentiles": ("outages: {per_year: {p10: 9, p50: 4, p90: 1}}\n", "outages.per_year", "p10 < p50 < p90"),
    "currency": ("economics: {currency: Euro}\n", "economics.currency", "allowed: three capital letters"),
    "currency-sign": ("economics: {currency: €}\n", "economics.currency", "allowed: three capital letters"),
    "currency-number": ("economics: {currency: 3}\n", "economics.currency", "three capital letters"),
    "cost-negative": ("economics: {cost_per_hour: {tier1: -1}}\n", "economics.cost_per_hour.tier1", "from 0 to"),
    "cost-tier": ("economics: {cost_per_hour: {tier4: 1}}\n", "economics.cost_per_hour.tier4", "tier1, tier2, tier3"),
    "overtime": ("economics: {overtime_factor: 0.5}\n", "economics.overtime_factor", "from 1 to"),
    "money-infinite": ("economics: {cost_per_error: .inf}\n", "economics.cost_per_error", "finite numbers"),
}
TOGETHER = {
    "correlation-of-one": (
        "correlations: [{inputs: [ai.reference_accuracy], rank_correlation: 0.5}]\n",
        "correlations.0.inputs",
        "two or more",
    ),
    "correlation-path": (
        "correlations: [{inputs: [ai.referense_accuracy, ai.accuracy_floor], rank_correlation: 0.5}]\n",
        "correlations.0.inputs.0",
        'did you mean "reference_accuracy"?',
    ),
    "correlation-of-text": (
        "correlations: [{inputs: [name, ai.accuracy_floor], rank_correlation: 0.5}]\n",
        "correlations.0.inputs.0",
        "no number that can be uncertain",
    ),
    "correlation-inside": (
        "correlations: [{inputs: [ai.accuracy_floor, support.tiers.tier1.handling_minutes], rank_correlation: 0.5}]\n",
        "correlations.0.inputs.1",
        "drawn anew at each use",
    ),
    "correlation-beyond": (
        "correlations: [{inputs: [ai.accuracy_floor, ai.reference_accuracy], rank_correlation: 1.5}]\n",
        "correlations.0.rank_correlation",
        "allowed: from -1 to 1",
    ),
    "correlation-twice": (
        "correlations: [{inputs: [ai.*], rank_correlation: 0.5}, {inputs: [ai.*], rank_correlation: 0.4}]\n",
        "correlations.1.inputs",
        "again; allowed: each pair of inputs once",
    ),
    "correlations-impossible": (
        "correlations: [{inputs: [sites.*.users, ai.accuracy_floor], rank_correlation: -0.9}]\n",
        "correlations",
        "of sites.plant-1.users, sites.plant-2.users, ai.accuracy_floor; allowed: a positive semi-definite matrix",
    ),
}
IN_PLACE = {
    "active-and-onboarded": (
        "users: {initially_active: true, initially_onboarded: true}\n",
        "users.initially_onboarded",
        "allowed: one of them",
    ),
    "active-and-gates": (
        gate("") + "users: {initially_active: true}\n",
        "rollout.gates",
        "found gates beside users.initially_active: true; allowed: only with a programme",
    ),
    "onboarded-and-first-gate": (
        rollout(f"funding_gate: {{{GATE}}}") + "users: {initially_onboarded: true}\n",
        "rollout.funding_gate",
        "users.initially_onboarded: true",
    ),
    "onboarded-and-sponsor": (
        rollout("sponsor: {}") + "users: {initially_onboarded: true}\n",
        "rollout.sponsor",
        "users.initially_onboarded: true",
    ),
    "onboarded-and-systems": (
        systems("{name: erp}") + "users: {initially_onboarded: true}\n",
        "integration.systems",
        "users.initially_onboarded: true",
    ),
    "onboarded-and-training": (
        "change_programme: {training: {}}\nusers: {initially_onboarded: true}\n",
        "change_programme.training",
        "users.initially_onboarded: true",
    ),
    "active-and-planning": (
        "support: {planning: from_pilot}\nusers: {initially_active: true}\n",
        "support.planning",
        "users.initially_active: true",
    ),
}
OBSERVED = {
    "observed-nothing": ("{}", "", "found no reading"),
    "observed-size": ("{accuracy: 0.9}", ".tasks", "missing; needed: a number, as accuracy is given"),
    "observed-reading": ("{users: 30}", ".active_share", "missing; needed: a number, as users is given"),
    "observed-share": ("{active_share: 72, users: 30}", ".active_share", "allowed: from 0 to 1"),
    "observed-key": ("{accurcy: 0.9}", ".accurcy", 'did you mean "accuracy"?'),
}
"""Observed pilots: what is written, where below pilot.observed, and a part of what is told."""
ORGANISATION = {**INTEGRATION, **PLAN, **PEOPLE, **TOGETHER, **IN_PLACE}
