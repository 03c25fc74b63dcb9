"""The output measures, each declared once, and the lists that follow: by level, by type, in the order of reading.

What computes a measure is in `simulator/model`; tables, figures, suites, targets of precision and the page of measures
in the docs take from here what it is called, how it is written and where it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from simulator.scenario.measure import (
    COUNT,
    GROUPS,
    HOURS,
    MONEY,
    RATE,
    REPLICATION,
    RESULT,
    SHARE,
    SITE,
    TEXT,
    TRUTH,
    WEEK,
    WEEKS,
    Headline,
    Level,
    Measure,
    per_adoption_level,
    per_tier,
)
from simulator.scenario.vocabulary import COST_WORDS, VALUE_WORDS

NO_PILOT: Final = "users are in place, so that there is no pilot"

MEASURES: Final[tuple[Measure, ...]] = (
    Measure("success_probability", "Success probability", SHARE, RESULT,
            "Share of the funded replications that reach scale, on time or late, and keep it.",
            "none is funded", headline=("suite", "column"), counts="success", among="funded", better="higher"),
    Measure("reached_share", "Reached scale", SHARE, RESULT,
            "Share of the funded replications that reach scale, whether they keep it or not.",
            "none is funded", headline=("suite",), counts="reached_scale", among="funded", better="higher"),
    Measure("kept_share", "Kept scale", SHARE, RESULT,
            "Share of the replications that reach scale which keep it.",
            "none reaches scale", headline=("suite",), counts="success", among="reached_scale", better="higher"),
    Measure("pays_probability", "Funding pays", SHARE, RESULT,
            "Share of the funded replications in which the value of funding is above 0.",
            "none is funded, or nothing costs or is worth anything",
            headline=("suite", "column"), counts="pays", among="funded", better="higher"),
    Measure("paid_back_share", "Paid back", SHARE, RESULT,
            "Share of the funded replications in which value since the decision covers cost since, at the horizon.",
            "none is funded, or nothing costs or is worth anything",
            headline=("suite",), counts="paid_back", among="funded", better="higher"),
    Measure("funded_share", "Funded", SHARE, RESULT,
            "Share of the replications that are funded.", headline=("suite",), counts="funded"),

    Measure("outcome", "Outcome", TEXT, REPLICATION,
            "What becomes of the programme: `not_funded`; `scaled_on_time` (scale is reached within "
            "`success.deadline_weeks` of funding, and kept), `scaled_late` (later, and kept), `scaled_then_lost` "
            "(reached, then shelved or below a criterion); else `shelved` (by sponsor or gate) or `stalled`."),
    Measure("funded", "Funded", TRUTH, REPLICATION,
            "Whether the roll-out is funded; where users are in place it is from kick-off."),
    Measure("reached_scale", "Reached scale", TRUTH, REPLICATION,
            "Whether all success criteria hold in `success.sustained_weeks` consecutive weeks after funding, in time "
            "or late.", better="higher"),
    Measure("success", "Reached scale and kept it", TRUTH, REPLICATION,
            "Whether scale is reached and kept: the programme is not stopped, and all success criteria hold in every "
            "one of the last 13 weeks, or, where scale is reached later, in all weeks from then on.",
            headline=("variance",), better="higher"),
    Measure("lost_criterion", "Criterion that lost scale", TEXT, REPLICATION,
            "Weekly measure of the success criterion that fails in most of the weeks in which scale had to be kept, "
            "the first of those that fail as often.",
            "scale is not reached, or is kept, or the programme is stopped"),
    Measure("weeks_to_scale", "Weeks from funding to scale", WEEKS, REPLICATION,
            "Weeks from funding to the beginning of the first week of the first stretch in which scale is reached, "
            "kept or not.",
            "scale is not reached", group=("when", 1), headline=("suite", "variance"), better="lower"),
    Measure("decided_week", "Week of the decision, from kick-off", WEEKS, REPLICATION,
            "Weeks from kick-off until the roll-out is decided on, which funding follows; 0 where users are in place. "
            "Money since the decision is that of the weeks that begin from then on.", "it is not funded"),
    Measure("funded_week", "Week of funding, from kick-off", WEEKS, REPLICATION,
            "Weeks from kick-off to funding; 0 where users are in place.", "it is not funded"),
    Measure("shelved_week", "Week of shelving, from kick-off", WEEKS, REPLICATION,
            "Weeks from kick-off until the sponsor, or a gate after funding, stops the programme.",
            "it is not funded, or not stopped", group=("when", 2)),
    Measure("stopped_at_gate", "Stopped at gate", TEXT, REPLICATION,
            "Name of the gate that stops the programme, the funding gate among them.",
            "none does; the sponsor may have"),
    Measure("adoption_peak", "Adoption at its peak", SHARE, REPLICATION,
            "Highest `adoption` of any week.", "there are no users", group=("people", 2), better="higher"),
    Measure("adoption_final", "Adoption at the end", SHARE, REPLICATION,
            "`adoption` of the last week.", "there are no users", group=("people", 3),
            headline=("suite", "column", "variance"), better="higher"),
    Measure("adoption_pilot", "Adoption in the pilot", SHARE, REPLICATION,
            "Active users over those invited, at the end of the pilot's last week.",
            f"{NO_PILOT}, or it invites nobody", group=("people", 1)),
    Measure("accuracy_pilot", "Accuracy in the pilot", SHARE, REPLICATION,
            "Accuracy, correct answers over correct and wrong ones, in the pilot's last `pilot.measure_weeks`.",
            f"{NO_PILOT}, or nothing is answered in these weeks", group=("answers", 1)),
    Measure("accuracy_scaled", "Accuracy at scale, of work done", SHARE, REPLICATION,
            "Accuracy of all tasks in the scaled window, `success.measure_window`.",
            "no site goes live, or nothing is answered in the window", group=("answers", 2), better="higher"),
    Measure("accuracy_scaled_all_sites", "Accuracy at scale, all sites", SHARE, REPLICATION,
            "Accuracy that an always active user would meet in the scaled window: the mean, weighted by users, over "
            "the sites that go live, so that sites where everybody has left still count.",
            "no site goes live, or nothing would be answered in the window", group=("answers", 3),
            headline=("suite", "column", "variance"), short="Accuracy, all sites", better="higher"),
    Measure("accuracy_gap", "Accuracy lost since the pilot", SHARE, REPLICATION,
            "`accuracy_pilot` less `accuracy_scaled`; below 0 where accuracy has risen.",
            "either is null", beyond=True, better="lower"),
    Measure("resolution_pilot", "Resolution in the pilot", SHARE, REPLICATION,
            "Resolution, correct answers over all tasks attempted, in the pilot's last `pilot.measure_weeks`.",
            f"{NO_PILOT}, or nothing is attempted in these weeks", group=("answers", 4)),
    Measure("resolution_scaled", "Resolution at scale", SHARE, REPLICATION,
            "Resolution of all tasks in the scaled window.",
            "no site goes live, or nothing is attempted in the window", group=("answers", 5), headline=("suite",),
            better="higher"),
    Measure("edge_case_mass_known", "Share of edge cases known", SHARE, REPLICATION,
            "Share of all encounters with edge cases whose type was covered in development or has been met by users by "
            "the horizon, if everybody were active all year; the rare tail counts as not known.",
            "there are no users, or no edge cases", group=("answers", 6), better="higher"),
    Measure("edge_case_types_repaired", "Kinds of edge case repaired", COUNT, REPLICATION,
            "Types of edge case that are repaired by the horizon.", group=("answers", 7)),
    Measure("edge_case_mass_handled", "Share of edge cases handled", SHARE, REPLICATION,
            "Share of all encounters with edge cases whose type is handled at the horizon, if everybody were active "
            "all year.", "there are no users, or no edge cases", better="higher"),
    Measure("users_reverted", "Users who ever went back", COUNT, REPLICATION,
            "People who went back to the old way at least once, for good or not; whoever replaces somebody is a person "
            "of their own.", group=("people", 4), better="lower"),
    Measure("users_lost", "Users lost for good", COUNT, REPLICATION,
            "People who went back to the old way for good; whoever replaces somebody is a person of their own.",
            group=("people", 5), better="lower"),
    Measure("useful_person_weeks", "Person-weeks of right answers", COUNT, REPLICATION,
            "Weeks of use that gave right answers: the sum over all weeks of `active_users` times `resolution`, "
            "rounded; a week in which nothing is attempted adds nothing.", group=("people", 6), better="higher"),
    *per_adoption_level(Measure("weeks_at_adoption", "Weeks in a row with adoption of {level} or more", WEEKS,
            REPLICATION, "Longest stretch of weeks after funding in which `adoption` is {level} or more.",
            "it is not funded")),
    Measure("tickets_per_user_week_pilot", "Tickets a user and week, pilot", RATE, REPLICATION,
            "Logged tickets, `pilot.logged_share` of those opened, over weeks of active users, in the pilot's last "
            "`pilot.measure_weeks`.", f"{NO_PILOT}, or nobody is active at the ends of these weeks",
            group=("support", 4)),
    Measure("tickets_opened", "Tickets opened", COUNT, REPLICATION,
            "Tickets opened until the horizon, those of the pilot included.", group=("support", 5)),
    Measure("tickets_abandoned", "Tickets abandoned", COUNT, REPLICATION,
            "Tickets whose user gave up waiting.", group=("support", 7), better="lower"),
    Measure("tickets_per_week_peak", "Tickets in the busiest week", COUNT, REPLICATION,
            "Highest `tickets_opened` of any week.", group=("support", 6)),
    Measure("sla_met_share", "Tickets started in target time", SHARE, REPLICATION,
            "Share of the visits of all three tiers, as `visits_<tier>` counts them, that began within their tier's "
            "`target_hours`, elapsed.", "there are no visits", group=("support", 3), better="higher"),
    Measure("support_underestimate_factor", "Support needed over planned", RATE, REPLICATION,
            "People whom tiers 1 and 2 needed by Erlang's C formula in the four weeks in which most visits to tier 1 "
            "began to wait, over those planned in them.",
            "there are fewer than four weeks, no visits to tier 1, or nobody is planned", group=("support", 1),
            headline=("suite", "column"), short="Support needed/planned", better="lower"),
    Measure("support_workload_factor", "Support work over planned", RATE, REPLICATION,
            "Hours of work that an active user gave tiers 1 and 2 in a week since funding, times all users at the "
            "pilot's adoption, over the hours a week that the plan had for these tiers: by the tickets that the "
            "pilot's active users logged where it is planned from them, else by the planned people at "
            "`support.target_occupancy`.",
            "it is not funded, nobody is active since, or no work was planned", group=("support", 2), better="lower"),
    *per_tier(Measure("visits", "Visits", COUNT, REPLICATION,
            "Visits of tickets to the tier, counted when their wait ends: they begin, or the user gives up. Only waits "
            "that begin from `success.measure_from_week` on count.")),
    *per_tier(Measure("wait_hours_sum", "Sum of waits (hours)", HOURS, REPLICATION,
            "Sum over these visits of the elapsed hours from joining the line until the visit began or the user gave "
            "up; 0 where there are none.")),
    *per_tier(Measure("wait_hours_mean", "Mean wait (hours)", HOURS, REPLICATION,
            "Mean over these visits of the elapsed hours waited.", "there are no visits", group=("support", 8))),
    *per_tier(Measure("wait_hours_p90", "90th percentile of waits (hours)", HOURS, REPLICATION,
            "Elapsed hours within which nine of ten of these waits ended, from a histogram: within 1% from 0.0001 to "
            "about 77,000 hours.", "there are no visits")),
    *per_tier(Measure("queue_mean", "Mean queue", RATE, REPLICATION,
            "Mean over time, from `success.measure_from_week` on, of the number that wait; other work of the data "
            "science team included.")),
    *per_tier(Measure("utilisation_peak", "Peak utilisation", SHARE, REPLICATION,
            "Highest `utilisation` of the tier in any week from `success.measure_from_week` on; above 1 with overtime.",
            "nobody is on duty in these weeks", group=("support", 9), beyond=True), grouped=("tier1", "tier2")),
    Measure("integrations_live_week", "All systems live, from kick-off", WEEKS, REPLICATION,
            "Weeks from kick-off until all systems are live; where integration is ideal, to funding.",
            "there are no systems, or not all are live by the horizon", group=("when", 3), better="lower"),
    Measure("sites_live", "Sites live", COUNT, REPLICATION,
            "Sites that are live at the horizon; those in the pilot or switched off are not."),
    Measure("programme_cost", "Cost of the programme", MONEY, REPLICATION,
            "Sum of `cost` over all weeks.", group=("money", 1), headline=("suite",), better="lower"),
    Measure("value_delivered", "Value delivered", MONEY, REPLICATION,
            "Sum of `value` over all weeks.", group=("money", 2), better="higher"),
    Measure("npv", "Net present value", MONEY, REPLICATION,
            "Sum over all weeks of `value` less `cost`, each discounted from the end of its week to kick-off; the "
            "pilot's are included.", headline=("suite", "variance"), better="higher"),
    Measure("payback_week", "Week when paid back, from kick-off", WEEKS, REPLICATION,
            "First week from which on, to the horizon, value so far covers cost so far, both from kick-off.",
            "it does not at the horizon", better="lower"),
    Measure("value_from_funding", "Value of funding", MONEY, REPLICATION,
            "Net present value of funding at the date of the decision: `value` less `cost` of the weeks that begin "
            "from then on, each discounted from its end. What was spent before is sunk; nothing counts beyond the "
            "horizon.",
            "it is not funded", group=("money", 3), headline=("suite", "column", "variance"), better="higher"),
    Measure("pays", "Funding pays", TRUTH, REPLICATION,
            "Whether it is funded and the value of funding is above 0.", "nothing costs or is worth anything",
            better="higher"),
    Measure("paid_back", "Paid back", TRUTH, REPLICATION,
            "Whether it is funded and at the horizon value since the decision covers cost since, undiscounted.",
            "nothing costs or is worth anything", better="higher"),
    Measure("weeks_to_payback", "Weeks from decision to payback", WEEKS, REPLICATION,
            "Weeks from the decision to the first from which on, to the horizon, value since covers cost since.",
            "it is not funded, or not paid back at the horizon", group=("money", 5), better="lower"),
    Measure("return_on_investment", "Return on investment", RATE, REPLICATION,
            "Value of funding over the discounted cost since the decision; -1 where nothing of it comes back.",
            "it is not funded, or costs nothing", group=("money", 4), better="higher"),
    Measure("largest_outlay", "Largest sum out of pocket", MONEY, REPLICATION,
            "Most by which cost since the decision has ever exceeded value since, undiscounted.",
            "it is not funded", group=("money", 6), better="lower"),
    Measure("run_rate_final", "Net value a year, at the end", MONEY, REPLICATION,
            "Value less cost of the last 13 weeks, for a whole year.",
            "it is not funded, or fewer than 13 weeks are left after the decision", group=("money", 7),
            better="higher"),
    Measure("planned_value", "Value in the business case", MONEY, REPLICATION,
            "Value that the plan promises at funding for the weeks from then to the horizon: every planned user as "
            "active, and each task worth as much, as in the pilot. Undiscounted.", "it is not funded"),
    Measure("planned_cost", "Cost in the business case", MONEY, REPLICATION,
            "Cost that the plan promises at funding for the same weeks: planned heads and users, stages of integration "
            "at their medians and once. Undiscounted.", "it is not funded"),
    Measure("realised_value_share", "Value realised over planned", RATE, REPLICATION,
            "Value since the decision over the value in the business case.",
            "it is not funded, or the plan promises no value", group=("money", 8), better="higher"),
    Measure("cost_over_licences", "Total cost over licences", RATE, REPLICATION,
            "All cost since the decision over that of licences.", "it is not funded, or licences cost nothing"),
    Measure("events", "Simulated events", COUNT, REPLICATION,
            "Events simulated: the lines of the replication's trace."),

    Measure("adoption", "Adoption", SHARE, WEEK,
            "Active users over all users in the full plan, live or not, at the end of the week.",
            "there are no users", title="Adoption (active users, share of all)"),
    Measure("active_users", "Active users", COUNT, WEEK, "Users who use the system at the end of the week."),
    Measure("users_onboarded", "Users onboarded", COUNT, WEEK,
            "Users who are invited and have not begun to use the system, at the end of the week."),
    Measure("users_reverted", "Users back at the old way", COUNT, WEEK,
            "Users who are back at the old way and may return, at the end of the week."),
    Measure("users_lost", "Users lost for good", COUNT, WEEK,
            "Users who are back at the old way for good, at the end of the week; whoever replaces one is not."),
    Measure("trust_mean", "Mean trust", SHARE, WEEK,
            "Mean trust of the active users at the end of the week.", "nobody is active",
            title="Mean trust (of active users)"),
    Measure("accuracy", "Accuracy", SHARE, WEEK,
            "Correct answers over correct and wrong ones, all expected numbers.", "nothing is answered",
            title="Accuracy (correct, share of answers given)"),
    Measure("resolution", "Resolution", SHARE, WEEK,
            "Correct answers over all tasks attempted, both expected numbers.", "nothing is attempted",
            title="Resolution (correct, share of all tasks)"),
    Measure("tasks", "Tasks", COUNT, WEEK, "Expected number of tasks attempted."),
    Measure("errors", "Wrong answers", COUNT, WEEK, "Expected number of wrong answers, noticed or not."),
    Measure("edge_case_mass_known", "Share of edge cases known", SHARE, WEEK,
            "Share of all encounters with edge cases whose type was covered in development or has been met by users by "
            "the end of the week, if everybody were active all year; the rare tail counts as not known.",
            "there are no users, or no edge cases", title="Edge cases known (share of all encounters)"),
    Measure("edge_case_types_repaired", "Kinds of edge case repaired", COUNT, WEEK,
            "Types of edge case that are repaired by the end of the week."),
    Measure("tickets_opened", "Tickets opened", COUNT, WEEK,
            "Tickets opened in the week.", title="Tickets opened (per week)"),
    Measure("tickets_abandoned", "Tickets abandoned", COUNT, WEEK, "Tickets whose user gave up waiting in the week."),
    Measure("sla_met_share", "Tickets started in target time", SHARE, WEEK,
            "Share of the visits of all three tiers whose wait ended in the week that began within their tier's "
            "`target_hours`, elapsed; those whose user gave up count as missed.", "no wait ended"),
    *per_tier(Measure("backlog", "Tickets waiting", COUNT, WEEK,
            "Tickets that wait at the tier at the end of the week; other work of the data science team included.")),
    *per_tier(Measure("utilisation", "Utilisation", SHARE, WEEK,
            "Hours at work over hours on duty; overtime is work but no duty, so that it can exceed 1.",
            "nobody is on duty", beyond=True)),
    *per_tier(Measure("wait_hours_mean", "Mean wait (hours)", HOURS, WEEK,
            "Mean of the elapsed hours waited, over the visits of tickets whose wait ended in the week.",
            "no wait ended")),
    Measure("ds_backlog_repairs", "Repairs waiting", COUNT, WEEK,
            "Repairs of edge cases that the data science team has not finished at the end of the week, from the report "
            "that opens them on; 0 after a stop."),
    Measure("integrations_live", "Systems live", COUNT, WEEK,
            "Systems whose integration is live at the end of the week."),
    Measure("sites_live", "Sites live", COUNT, WEEK,
            "Sites that are live at the end of the week; those in the pilot or switched off are not."),
    *(Measure(f"cost_{name}", f"Cost of a week, {words}", MONEY, WEEK, f"Part of `cost`: {words}.")
      for name, words in COST_WORDS.items()),
    *(Measure(f"value_{name}", f"Value of a week, {words}", MONEY, WEEK,
              f"Part of `value`: {words}{'' if name == 'right_answers' else ', below 0'}.")
      for name, words in VALUE_WORDS.items()),
    Measure("cost", "Cost of a week", MONEY, WEEK, "What the programme costs in the week."),
    Measure("value", "Value of a week", MONEY, WEEK,
            "What correct answers are worth in the week, less what errors cost, noticed and silent ones."),
    Measure("cost_cumulative", "Cost so far", MONEY, WEEK, "Sum of `cost` up to the week, the week included."),
    Measure("value_cumulative", "Value so far", MONEY, WEEK, "Sum of `value` up to the week, the week included."),
    Measure("net_cumulative", "Value less cost so far", MONEY, WEEK, "`value_cumulative` less `cost_cumulative`."),
    Measure("net_run_rate", "Value less cost of the last quarter", MONEY, WEEK,
            "Sum of `value` less `cost` over the last 13 weeks, the week included; from kick-off where there are "
            "fewer."),

    Measure("go_live_week", "Week of going live, from kick-off", WEEKS, SITE,
            "Weeks from kick-off until the site goes live for everybody, which a pilot is not.", "it never does"),
    Measure("hand_carried_weeks", "Weeks of data carried by hand", WEEKS, SITE,
            "Weeks in which the site is live and some of its data are carried by hand, as it lacks systems."),
    Measure("adoption_final", "Adoption at the end", SHARE, SITE,
            "Active users over all users of the site, at the horizon.", "it has no users"),
    Measure("accuracy_scaled", "Accuracy at scale, used or not", SHARE, SITE,
            "Accuracy that an always active user of the site would meet in the scaled window.",
            "it never goes live, or nothing would be answered in the window"),
    Measure("tickets_opened", "Tickets opened", COUNT, SITE, "Tickets that the site's users opened until the horizon."),
)  # fmt: skip
"""All measures, in the order of tables and lists."""


def _at(level: Level) -> Mapping[str, Measure]:
    return {measure.name: measure for measure in MEASURES if measure.level == level}


SHARES: Final = _at(RESULT)
"""Shares of all replications, by name."""
REPLICATIONS: Final = _at(REPLICATION)
"""Measures of a replication, by name."""
WEEKLY: Final = _at(WEEK)
"""Measures of each week, by name, in the order of the weekly table."""
SITES: Final = _at(SITE)
"""Measures of a site in a replication, by name."""
TEXTS: Final = tuple(name for name, measure in REPLICATIONS.items() if measure.unit == TEXT)
"""Measures of a replication that are words; all others are numbers, or true or false."""
ESTIMATED: Final[Mapping[str, Measure]] = {
    **SHARES,
    **{name: measure for name, measure in REPLICATIONS.items() if name not in TEXTS},
}
"""All that can be estimated with an interval, by name."""


def headlines(place: Headline) -> tuple[str, ...]:
    """The headline measures of a place, in the order of their declaration."""
    return tuple(name for name, measure in ESTIMATED.items() if place in measure.headline)


def read_first(place: Headline) -> tuple[str, ...]:
    """The same in the order in which people read them."""
    return tuple(sorted(headlines(place), key=lambda name: ESTIMATED[name].reading_order))


MAIN_GROUPS: Final = tuple(
    tuple(
        measure.name
        for measure in sorted(ESTIMATED.values(), key=lambda measure: measure.reading_order)
        if measure.group is not None and measure.group[0] == group
    )
    for group in GROUPS
)
"""The measures that people read first, in groups: when, money, people, answers, support."""
