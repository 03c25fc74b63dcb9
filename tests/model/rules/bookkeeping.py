"""Money of a replication worked out again, from its events and published weekly columns alone.

It is written for programmes that run to the end, whose people work in the office hours of `small.OFFICE` (UTC), and
whose newcomers arrive outside them.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np

from simulator.scenario.vocabulary import TIERS

WEEK = 168.0
CLOSES = 16.0


class Ledger:
    """Costs by week, float64[weeks]."""

    def __init__(self, weeks: int) -> None:
        self.cost = np.zeros(weeks)

    def charge(self, time: float, amount: float) -> None:
        """Pay at an instant; what is paid at the end of a week is paid in the next one."""
        if time < len(self.cost) * WEEK:
            self.cost[int(time // WEEK)] += amount

    def spread(self, begin: float, end: float, rate: float) -> None:
        """Pay by the hour from `begin` to `end`."""
        for week in range(int(begin // WEEK), min(len(self.cost), math.ceil(end / WEEK))):
            self.cost[week] += rate * max(0.0, min(end, (week + 1) * WEEK) - max(begin, week * WEEK))


def overtime(time: float) -> float:
    """Hours between the end of the last office day and `time`; 0 during the office day."""
    day, hour = divmod(time, 24.0)
    if 8.0 <= hour <= CLOSES and day % 7 < 5:
        return 0.0
    while hour < CLOSES or day % 7 >= 5:
        day, hour = day - 1, hour + 24.0
        if day % 7 < 5 and hour >= CLOSES:
            break
    return hour - CLOSES


def costs(told: Any) -> Any:
    """Cost of every week, float64[weeks]."""
    scenario, ledger, end = told.plan.scenario, Ledger(told.plan.weeks), told.plan.weeks * WEEK
    money, programme = scenario.economics, scenario.change_programme
    rates = {tier: getattr(money.cost_per_hour, tier).value for tier in TIERS}
    stage_rate = money.integration_cost_per_stage_week.value / WEEK
    users = {site.name: site.users.value for site in scenario.sites}
    ledger.cost += told.weekly["tasks"] * money.inference_cost_per_task.value + money.platform_cost_per_week.value
    funded = next(event.time_hours for event in told.events if event.kind == "funded")
    paid_from = {"tier1": funded, "tier2": funded, "tier3": 0.0}  # until then the help desk works for others
    on_duty: Counter[str] = Counter()
    since = dict.fromkeys(TIERS, 0.0)
    stages: dict[str, float] = {}
    live: dict[str, tuple[float, float, bool]] = {}  # since when, how many people, beyond the pilot
    for event in told.events:
        fields, time = event.fields, event.time_hours
        if event.kind == "shift-change":
            tier = str(fields["shift"]).split("-")[0]
            ledger.spread(max(since[tier], paid_from[tier]), time, rates[tier] * on_duty[tier])
            on_duty[tier], since[tier] = int(fields["agents_on_duty"]), time
        elif event.kind == "work-ended":
            extra = overtime(time)
            rate = rates[str(fields["agent"]).split("-")[0]]
            ledger.spread(time - extra, time, rate * money.overtime_factor.value)
        elif event.kind == "stage-began":
            stages[str(fields["stage"])] = time
        elif event.kind == "stage-ended":
            ledger.spread(stages.pop(str(fields["stage"])), time, stage_rate)
        elif event.kind == "trained":
            ledger.charge(time, int(fields["users_trained"]) * money.training_cost_per_user.value)
        elif event.kind == "go-live":
            site, pilot = str(fields["site"]), bool(fields["pilot"])
            people = int(fields["users_onboarded"]) if pilot else users[site]
            if pilot or programme.training is None:
                ledger.charge(time, int(fields["users_onboarded"]) * money.training_cost_per_user.value)
            if not pilot and programme.campaign is not None:
                ledger.charge(time, users[site] * money.campaign_cost_per_user.value)
            if not pilot and scenario.support.hypercare is not None:
                until = time + WEEK * scenario.support.hypercare.weeks.value
                ledger.spread(time, until, users[site] * money.hypercare_cost_per_user_week.value / WEEK)
            if site in live:
                pay_for_site(ledger, told, live[site], time)
            live[site] = (time, people, not pilot)
        elif event.kind == "site-read":
            assert scenario.rollout is not None
            assert scenario.rollout.watch is not None
            ledger.charge(time, scenario.rollout.watch.qa_tasks.value * money.cost_per_checked_answer.value)
        elif event.kind == "action-taken" and "asked" in str(fields["action"]) and programme.campaign is not None:
            ledger.charge(time, users[str(fields["site"])] * money.campaign_cost_per_user.value)
        elif event.kind == "job-opened" and fields["job_class"] == "remediation":
            ledger.charge(time, money.remediation_cost_per_site.value)
        elif event.kind == "service-restored":
            reached = sum(people for _, people, _ in live.values()) / sum(users.values())
            ledger.charge(time, float(fields["hours"]) * money.outage_cost_per_hour.value * reached)
    for tier in TIERS:
        ledger.spread(max(since[tier], paid_from[tier]), end, rates[tier] * on_duty[tier])
    for began in stages.values():
        ledger.spread(began, end, stage_rate)
    for site in live.values():
        pay_for_site(ledger, told, site, end)
    return ledger.cost


def pay_for_site(ledger: Ledger, told: Any, site: tuple[float, float, bool], until: float) -> None:
    """Licences and champions of a site in the weeks at whose end it is in use."""
    began, people, live = site
    scenario = told.plan.scenario
    champions = scenario.change_programme.champions
    rate = people * scenario.economics.licence_per_user_week.value
    if live and champions is not None:
        rate += people * champions.per_100_users.value / 100 * scenario.economics.champion_cost_per_week.value
    for week in range(len(ledger.cost)):
        if began < (week + 1) * WEEK <= until:
            ledger.cost[week] += rate


def values(told: Any) -> Any:
    """Value of every week, float64[weeks]: correct answers less silent errors, less rework on those noticed.

    Where a judgement stands for several tasks, so does an error that is noticed.
    """
    money, weekly = told.plan.scenario.economics, told.weekly
    silent = 1.0 - told.plan.scenario.users.notice_probability.value
    correct = np.nan_to_num(weekly["resolution"]) * weekly["tasks"]
    worth = money.minutes_saved_per_correct_task.value / 60 * money.wage_per_hour.value * money.realised_share.value
    noticed = np.zeros(told.plan.weeks)
    users, judged = told.plan.scenario.users, told.plan.scenario.users.judged_per_week
    tasks = {
        site.name: (site.tasks_per_user_week or users.tasks_per_user_week).value for site in told.plan.scenario.sites
    }
    for event in told.events:
        if event.kind == "error-noticed":
            site = str(event.fields["user"]).split("/")[0]
            noticed[int(event.time_hours // WEEK)] += tasks[site] / judged.value if judged is not None else 1
    return (
        correct * worth
        - weekly["errors"] * silent * money.cost_per_error.value
        - noticed * money.rework_cost_per_noticed_error.value
    )
