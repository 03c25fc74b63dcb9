"""The text of a new scenario file: as short as it can be, with comments on what to do next."""

from simulator.scenario.files.shipped import NAME
from simulator.scenario.text.problems import Problem, ScenarioError, describe
from simulator.scenario.text.writing import SCHEMA_LINE

TEXT = """\
# A scenario: an organisation, its AI pilot and its plan for scale. All that is left out has a documented default
# (scaleup show prints the complete scenario). Each field carries its unit in its name; shares are in [0, 1].
# Lines such as "# outages: ..." can be switched on by deleting the #.
#
# Any number may be uncertain, and may carry its source:
#   users: {p10: 200, p50: 300, p90: 500, source: HR list of May, confidence: high}
#   data_quality: {beta: {mean: 0.8, sd: 0.1}}
#   handling_minutes: {lognormal: {median: 15, p90: 45}}
name: @NAME@
description: >
  What this scenario shows.
horizon_weeks: 104
start_date: 2026-01-05

sites:
  - name: head-office
    users: 400
    data_quality: 0.9
  - name: branch-north
    users: {p10: 500, p50: 700, p90: 900}
    data_quality: 0.75
  - name: branch-south
    users: 900
    data_quality: {p10: 0.55, p50: 0.7, p90: 0.8}

pilot:
  weeks: 12
  measure_weeks: 8
  sites: [head-office]
  users_per_site: 60
  segments: {volunteers: 1.0}     # who was invited; users.segments describes everybody
  # observed: {accuracy: 0.9, tasks: 300}  # what it showed, if it has run: the forecast is conditioned on it

users:
  tasks_per_user_week: 20

ai:
  reference_accuracy: 0.95
  retraining: {every_weeks: 26}
  remediation: {gain: 0.5}        # data that a gate asks to be cleaned

edge_cases:
  organisation: {share: 0.05}
  site: {share: 0.03}

integration:                      # each system is a project with stages (scaleup show prints the default ones)
  systems:
    - {name: erp, start_week: -8}             # weeks from funding; negative: during the pilot
    - {name: crm, start_week: 0, sites: [branch-north, branch-south]}
    - {name: warehouse, start_week: 4, after: [erp]}

support:
  tiers:
    tier1: {agents: 6}
    tier2: {agents: 3}

data_science_team:
  members: 5
  # moves_on: {week: 60, retained_share: 0.5}

# outages: {per_year: 4, tickets_per_user_hour: 0.02}

change_programme:
  training: {users_per_week: 100, weeks_before_go_live: 6}
  champions: {per_100_users: 1}

rollout:
  funding_delay_weeks: 4
  phases:                         # weeks count from funding; every site is in exactly one phase
    - {name: wave-1, week: 0, sites: [head-office, branch-north]}
    - {name: wave-2, week: 12, sites: [branch-south]}
  # funding_gate: {criteria: [{measure: resolution, at_least: 0.7}]}
  gates:                          # a gate may hold its phase, and stops the programme after max_holds
    - name: before-wave-2
      phase: wave-2
      criteria:
        - {measure: accuracy, at_least: 0.8}
        - {measure: active_share, at_least: 0.4}
      on_hold: {remediate: true}
  sponsor: {expected_share: 0.5}  # shelves the programme when patience is spent; leave out for endless patience

economics:
  currency: EUR
  value_per_correct_task: 2
  cost_per_error: 4
  licence_per_user_week: 3

success:
  criteria:
    - {measure: adoption, at_least: 0.6}
    - {measure: accuracy, at_least: 0.8}
  sustained_weeks: 8
  deadline_weeks: 78

# correlations: [{inputs: [sites.*.data_quality], rank_correlation: 0.6}]  # uncertain inputs that go together

levers:                           # what a planner would move: the sliders of the app
  - {path: support.tiers.tier1.agents, label: Tier-1 agents, min: 2, max: 20, step: 1}
  - {path: sites.*.data_quality, label: Data quality of all sites, min: 0.5, max: 1.0, step: 0.05}
  - {path: data_science_team.members, label: Data scientists, min: 1, max: 15, step: 1}
"""


def template(name: str) -> str:
    """The text of a new scenario file with a name; raises ScenarioError for a name that is not allowed."""
    if not NAME.fullmatch(name) or "/" in name or len(name) > 64:
        raise ScenarioError([Problem("name", f"found {describe(name)}", "allowed: a name of a-z, 0-9 and hyphens")])
    return SCHEMA_LINE + TEXT.replace("@NAME@", name)
