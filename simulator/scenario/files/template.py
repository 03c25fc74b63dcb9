"""The text of a new scenario file: as short as it can be, with comments on what to do next."""

from simulator.scenario.files.shipped import NAME
from simulator.scenario.text.problems import Problem, ScenarioError, describe
from simulator.scenario.text.writing import SCHEMA_LINE

TEXT = """\
# A scenario: an organisation, its AI pilot and its plan for scale. What is yours to know or to decide stands here; all
# that is left out is believed as in an ordinary programme of a few thousand people, with its range and source (scaleup
# show prints the complete scenario). Each field carries its unit in its name; shares are in [0, 1].
# Lines such as "# observed: ..." can be switched on by deleting the #.
#
# Any number may be uncertain, and may carry its source:
#   users: {p10: 200, p50: 300, p90: 500, source: HR list of May, confidence: high}
#   data_quality: {beta: {mean: 0.8, sd: 0.1}}
#   handling_minutes: {lognormal: {median: 15, p90: 45}}
name: @NAME@
description: >
  What this scenario shows.
horizon_weeks: 208                # a pilot, the roll-out, and time for it to slip and to last
start_date: 2026-01-05

sites:                            # how complete, current and coded are the records behind a site's cases?
  - name: head-office
    users: 400
    data_quality: 0.88
  - name: branch-north
    users: {p10: 500, p50: 700, p90: 900}
    data_quality: {p10: 0.5, p50: 0.68, p90: 0.82}
  - name: branch-south
    users: 900                    # whose data nobody has looked at

pilot:
  weeks: 16
  measure_weeks: 8
  sites: [head-office]
  users_per_site: 60
  segments: {volunteers: 1.0}     # who was invited; users.segments describes everybody
  # observed: {accuracy: 0.9, tasks: 300}  # what it showed, if it has run: the forecast is conditioned on it

users:
  tasks_per_user_week: {p10: 4, p50: 5.5, p90: 7.5}    # of the kind that the system takes on

integration:                      # each system is a project with stages (scaleup show prints the default ones)
  systems:
    - {name: erp, start_week: 0}              # weeks from funding; negative: during the pilot
    - {name: crm, start_week: 4, sites: [branch-north, branch-south]}
    - {name: warehouse, start_week: 4, after: [erp]}

support:
  planning: from_pilot            # as most are; as_stated: the agents below, and no more
  tiers:
    tier1: {agents: 1}
    tier2: {agents: 1}

data_science_team:
  members: 5
  run_team: {members: 3}          # who stay when everybody is live
  # moves_on: {week: 60, retained_share: 0.5}

change_programme:
  training: {users_per_week: 60, weeks_before_go_live: 6}
  champions: {per_100_users: 0.5}

rollout:                          # the budget is renewed once a year, unless you say otherwise
  funding_delay_weeks: 6
  phases:                         # weeks count from funding; every site is in exactly one phase
    - {name: home, week: 3, sites: [head-office]}
    - {name: branches, week: 20, sites: [branch-north, branch-south]}
  funding_gate:
    criteria:
      - {measure: accuracy, at_least: 0.8}
      - {measure: active_share, at_least: 0.6}
  gates:                          # a gate may hold its phase, and stops the programme after max_holds
    - name: before-branches
      phase: branches
      criteria:
        - {measure: accuracy, at_least: 0.6}
      on_hold: {remediate: true}
  # sponsor: {expected_share: 0.5}  # in place of the budget: shelves the programme when patience is spent

economics:
  currency: EUR
  minutes_saved_per_correct_task: {p10: 25, p50: 50, p90: 80}      # gross; what errors cost is counted beside it

success:
  criteria:
    - {measure: adoption, at_least: 0.5}
    - {measure: net_run_rate, at_least: 0}    # it earns what it costs
  sustained_weeks: 8
  deadline_weeks: 104

# correlations: [{inputs: [sites.*.data_quality], rank_correlation: 0.6}]  # uncertain inputs that go together

levers:                           # what a planner would move: the sliders of the app
  - {path: rollout.time_scale, label: Length of the plan (times), min: 0.5, max: 3, step: 0.25}
  - {path: support.tiers.tier1.agents, label: Tier-1 agents, min: 1, max: 20, step: 1}
  - {path: sites.*.data_quality, label: Data quality of all sites (added), min: -0.15, max: 0.1, step: 0.05, mode: add}
  - {path: data_science_team.members, label: Data scientists, min: 1, max: 15, step: 1}
"""


def template(name: str) -> str:
    """The text of a new scenario file with a name; raises ScenarioError for a name that is not allowed."""
    if not NAME.fullmatch(name) or "/" in name or len(name) > 64:
        raise ScenarioError([Problem("name", f"found {describe(name)}", "allowed: a name of a-z, 0-9 and hyphens")])
    return SCHEMA_LINE + TEXT.replace("@NAME@", name)
