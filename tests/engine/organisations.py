"""Organisations as a head of AI would describe them: what they have and have decided, over the priors of all else.

Each section, and each number that may be null, is left out, stated, or null where that is allowed, at random. So what
is simulated is mostly what is believed of any programme, put to people, places and plans of every size.
"""

from __future__ import annotations

import datetime
import math
import random
from collections.abc import Callable
from typing import Any

from simulator.scenario import Scenario, estimate_work
from tests.engine.generated import JOBS, duration, gate, number

MANY = 108
FEW = 24
"""So many organisations there are, and so many of them are for every run of the tests: the first."""
MOST_EVENTS = 60_000.0
"""Most events that are expected of one: the reference engine takes about 20 microseconds for each."""
LIVE_WEEKS = 8
"""Weeks from funding to the horizon of those that are more."""
WEEKS = (52, 208)
SITES = (1, 60)
USERS = (20, 50_000)
TASKS = (1.0, 200.0)
WAVES = (1, 8)
"""Ends of the ranges: weeks to the horizon, sites, users in all, tasks of a user in a week, phases."""
CORNERS = {
    0: (SITES[1], USERS[1], TASKS[0]),
    1: (SITES[0], USERS[0], TASKS[1]),
    2: (SITES[1], USERS[0], TASKS[1]),
    3: (SITES[0], USERS[1], TASKS[1]),
}
"""Sites, users and tasks of the organisations at the ends of the ranges, by number."""

Hours = dict[str, Any]
HOURS: dict[str, Callable[[random.Random], Hours]] = {
    "office": lambda r: {"days": "mon-fri", "start_hour": r.randint(6, 9), "end_hour": r.randint(15, 19)},
    "one hour": lambda r: {"days": "mon-fri", "start_hour": (first := r.randint(0, 23)), "end_hour": first + 1},
    "night": lambda r: {"days": r.choice(["all", "mon-fri", ["wed", "sun"]]), "start_hour": r.randint(18, 23),
                        "end_hour": r.randint(0, 7)},
    "round the clock": lambda r: {"days": "all", "start_hour": 0, "end_hour": 24},
    "weekend": lambda r: {"days": ["sat", "sun"], "start_hour": r.randint(0, 12), "end_hour": r.randint(13, 24)},
    "days alone": lambda r: {"days": "tue-sat"},
}  # fmt: skip
"""Kinds of working hours."""


def document(of: int) -> dict[str, Any]:
    """The scenario file of organisation `of` of an endless list; the same number is always the same one."""
    return described(random.Random(of), f"organisation-{of}", *CORNERS.get(of, (None, None, None)))


def described(r: random.Random, name: str, count: int | None, users: int | None, tasks: float | None) -> dict[str, Any]:
    """People, places and dates, of a given size or any, and some of the rest."""
    of_any_size = count is None
    count = count or round(log_uniform(r, 0.6, SITES[1] + 0.4))
    users = users or round(log_uniform(r, *USERS))
    tasks = tasks or round(log_uniform(r, *TASKS), 1)
    names = [f"site-{i}" for i in range(count)]
    segments = r.choice([None, None, ["volunteers", "rest"], ["clerks"], ["a", "b", "c", "d"]])
    tree: dict[str, Any] = {
        "name": name,
        "horizon_weeks": r.choice([*WEEKS, r.randint(*WEEKS), r.randint(*WEEKS)]),
        "start_date": (datetime.date(2025, 1, 1) + datetime.timedelta(days=r.randrange(1500))).isoformat(),
        "sites": sites(r, names, users, segments),
        "pilot": pilot(r, names, segments),
    }
    if segments or not of_any_size or r.random() < 0.6:
        tree["users"] = people(r, segments, tasks)
    if of_any_size:
        for site in tree["sites"]:
            perhaps(r, site, "tasks_per_user_week", number(r, TASKS[0], max(2.0, 0.2 * tasks)), null=True)
    else:
        tree["users"]["tasks_per_user_week"] = tasks
    tree["rollout"] = rollout(r, names)
    perhaps(r, tree, "working_days", r.random() < 0.5)
    perhaps(r, tree, "ai", ai(r, users))
    perhaps(r, tree, "edge_cases", edge_cases(r))
    perhaps(r, tree, "seasons", seasons(r))
    perhaps(r, tree, "integration", integration(r, names))
    perhaps(r, tree, "support", support(r, users))
    perhaps(r, tree, "data_science_team", data_science_team(r))
    perhaps(r, tree, "outages", outages(r), null=True)
    perhaps(r, tree, "change_programme", change_programme(r, users))
    perhaps(r, tree, "economics", economics(r))
    perhaps(r, tree, "success", success(r))
    together = ["ai.hand_over_share", "support.triage_skill"]  # both of them are believed
    perhaps(r, tree, "correlations", [{"inputs": together, "rank_correlation": r.uniform(-0.9, 0.9)}])
    without_contradiction(tree)
    return tree


def perhaps(r: random.Random, section: dict[str, Any], key: str, stated: Any, *, null: bool = False) -> None:
    """Leave a field out, or state it, or, where that is allowed, say that there is none."""
    told = r.choice(["left out", "stated", "null"] if null else ["left out", "stated"])
    if told != "left out":
        section[key] = None if told == "null" else stated


def without_contradiction(tree: dict[str, Any]) -> None:
    """Take out what its author would be told of: cases of seasons that have none, remedies that are not possible."""
    if tree.get("edge_cases", {}).get("season", 0) is None:
        for season in tree.get("seasons", []):
            season.pop("edge_case_share", None)
    if tree.get("ai", {}).get("remediation", 0) is None:
        rollout = tree["rollout"]
        for each in (rollout.get("funding_gate"), *rollout.get("gates", [])):
            if each is not None and "on_hold" in each:
                each["on_hold"]["remediate"] = False


def light(scenario: Scenario) -> Scenario:
    """The same where it is no more work than the reference engine can do in a test.

    Else over a shorter horizon, and where that does not do, with fewer judgements and a later funding.
    """

    def events() -> float:
        work = estimate_work(scenario, 1)
        return work.events * work.likely

    while events() > MOST_EVENTS and scenario.horizon_weeks > WEEKS[0]:
        scenario = scenario.with_changes({"horizon_weeks": max(WEEKS[0], int(0.8 * scenario.horizon_weeks))})
    assert scenario.pilot is not None
    delay = scenario.horizon_weeks - scenario.pilot.weeks - LIVE_WEEKS
    later = {"users.judged_per_week": 1.0, "rollout.funding_delay_weeks": delay}
    return scenario.with_changes(later) if events() > MOST_EVENTS else scenario


def log_uniform(r: random.Random, low: float, high: float) -> float:
    """A number of any order of magnitude in between."""
    return low * math.exp(r.random() * math.log(high / low))


def offset(r: random.Random) -> float:
    """Local time minus UTC, quarters of an hour included."""
    return r.choice([0.0, r.randint(-12, 14), r.randint(-12, 13) + 0.5, r.randint(-48, 56) / 4.0])


def hours(r: random.Random) -> Hours:
    """Working hours of some kind."""
    return HOURS[r.choice(list(HOURS))](r)


def shifts(r: random.Random) -> list[dict[str, Any]]:
    """One shift, or two with shares of the people."""
    first, second = ({"end_hour": 17, "start_hour": 9, **hours(r)} for _ in range(2))
    return r.choice([[first], [first | {"share": 0.7}, second | {"share": 0.3}]])


def mix(r: random.Random, names: list[str]) -> dict[str, float]:
    """Shares of some segments."""
    chosen = r.sample(names, r.randint(1, len(names)))
    return {name: 1.0 / len(chosen) for name in chosen}


def sites(r: random.Random, names: list[str], users: int, segments: list[str] | None) -> list[dict[str, Any]]:
    """Sites of unlike sizes that add up; some of them may have nobody."""
    weights = [log_uniform(r, 1.0, 30.0) for _ in names]
    ends = [round(users * sum(weights[: i + 1]) / sum(weights)) for i in range(len(names))]
    told = []
    for name, before, after in zip(names, [0, *ends], ends, strict=False):
        site: dict[str, Any] = {"name": name, "users": after - before}
        perhaps(r, site, "data_quality", number(r, 0.2, 0.95))
        perhaps(r, site, "local_variety", number(r, 0.0, 1.5))
        perhaps(r, site, "utc_offset_hours", offset(r))
        perhaps(r, site, "working_hours", hours(r), null=True)
        perhaps(r, site, "segments", mix(r, segments or ["volunteers", "mainstream", "sceptics"]), null=True)
        told.append(site)
    return told


def pilot(r: random.Random, names: list[str], segments: list[str] | None) -> dict[str, Any]:
    """A pilot at a few of the sites."""
    told: dict[str, Any] = {"sites": r.sample(names, r.randint(1, min(3, len(names))))}
    perhaps(r, told, "weeks", r.randint(4, 20))
    perhaps(r, told, "measure_weeks", r.randint(1, told.get("weeks", 12)))
    perhaps(r, told, "users_per_site", r.randint(5, 200))
    if segments and "volunteers" not in segments:
        told["segments"] = mix(r, segments)
    else:
        perhaps(r, told, "segments", mix(r, segments or ["volunteers", "mainstream", "sceptics"]))
    return told


def people(r: random.Random, segments: list[str] | None, tasks: float) -> dict[str, Any]:
    """How they work, and what is known of them."""
    told: dict[str, Any] = {}
    if segments:
        told["segments"] = [{"name": name, "share": 1.0 / len(segments)} for name in segments]
        for segment in told["segments"]:
            perhaps(r, segment, "onset_per_week", number(r, 0.02, 0.5))
            perhaps(r, segment, "reversion", number(r, 0.01, 0.4))
    perhaps(r, told, "tasks_per_user_week", number(r, 0.9 * tasks, tasks))
    perhaps(r, told, "judged_per_week", number(r, 1.0, 10.0), null=True)
    perhaps(r, told, "working_hours", hours(r))
    perhaps(r, told, "movers", {}, null=True)
    perhaps(r, told, "habit", {}, null=True)
    perhaps(r, told, "trust", {"prior_tasks": number(r, 5.0, 50.0)})
    perhaps(r, told, "turnover_per_year", number(r, 0.0, 0.6))
    perhaps(r, told, "notice_probability", number(r, 0.1, 0.9))
    perhaps(r, told, "learning_weeks", number(r, 1.0, 9.0))
    return told


def rollout(r: random.Random, names: list[str]) -> dict[str, Any]:
    """Waves by date; gates, a sponsor, a budget and somebody who looks, or none."""
    waves = r.randint(1, min(WAVES[1], len(names)))
    last = r.randint(0, 40)
    shuffled = r.sample(names, len(names))
    phases = [{"name": f"wave-{i}", "week": round(last * i / waves), "sites": shuffled[i::waves]} for i in range(waves)]
    told: dict[str, Any] = {"phases": phases}
    seen = ["accuracy", "resolution", "active_share", "sla_met_share", "backlog", "integrations_live"]
    gates = [{**gate(r, [*seen, "value_share", "business_case"], f"gate-{i}"), "phase": f"wave-{i}"}
             for i in range(waves) if r.random() < 0.5]  # fmt: skip
    for each in gates:
        perhaps(r, each, "on_hold", each.pop("on_hold"))
    funding = gate(r, [*seen[:3], "business_case"], "funding")
    perhaps(r, funding, "on_hold", funding.pop("on_hold"))
    perhaps(r, told, "funding_gate", funding, null=True)
    perhaps(r, told, "gates", gates)
    sponsor: dict[str, Any] = {}
    perhaps(r, sponsor, "patience_weeks", number(r, 4.0, 40.0))
    budget: dict[str, Any] = {}
    perhaps(r, budget, "tranche_weeks", r.choice([13, 26, 52]))
    watch: dict[str, Any] = {"pauses": r.random() < 0.5}
    perhaps(r, watch, "active_share_below", number(r, 0.2, 0.9), null=True)
    perhaps(r, watch, "accuracy_below", number(r, 0.5, 1.0), null=True)
    perhaps(r, told, "sponsor", sponsor, null=True)
    perhaps(r, told, "budget", budget, null=True)
    perhaps(r, told, "watch", watch, null=True)
    perhaps(r, told, "funding_delay_weeks", number(r, 0.0, 10.0))
    perhaps(r, told, "go_live", r.choice(["on_date", "when_ready"]))
    perhaps(r, told, "time_scale", r.choice([0.5, 1, 2]))
    perhaps(r, told, "wind_down_weeks", r.choice([0, 4]))
    return told


def ai(r: random.Random, users: int) -> dict[str, Any]:
    """What is known of the system and of its care."""
    told: dict[str, Any] = {}
    retraining: dict[str, Any] = {}
    perhaps(r, retraining, "every_weeks", r.choice([4, 13, 26]), null=True)
    perhaps(r, retraining, "below_accuracy", number(r, 0.5, 0.9), null=True)
    perhaps(r, retraining, "corrections_to_halve", number(r, 30.0, 900.0), null=True)
    remediation: dict[str, Any] = {}
    perhaps(r, remediation, "weeks_before_go_live", r.choice([0, 4, 12]), null=True)
    perhaps(r, told, "reference_accuracy", number(r, 0.6, 0.99))
    perhaps(r, told, "half_life_weeks", number(r, 30.0, 400.0), null=True)
    perhaps(r, told, "capacity_tasks_per_hour", log_uniform(r, 0.1, 2.0) * users, null=True)
    perhaps(r, told, "shocks", {"per_site_year": number(r, 0.0, 3.0)}, null=True)
    perhaps(r, told, "retraining", retraining, null=True)
    perhaps(r, told, "remediation", remediation, null=True)
    perhaps(r, told, "data_quality", {"ideal": r.random() < 0.1})
    return told


def edge_cases(r: random.Random) -> dict[str, Any]:
    """What is known of odd cases."""
    told: dict[str, Any] = {}
    perhaps(r, told, "organisation", {"share": number(r, 0.0, 0.3)}, null=True)
    perhaps(r, told, "site", {"share": number(r, 0.0, 0.3)}, null=True)
    perhaps(r, told, "season", {}, null=True)
    perhaps(r, told, "report_threshold", r.randint(1, 9))
    return told


def seasons(r: random.Random) -> list[dict[str, Any]]:
    """No season, or a quiet and a busy one, which may lie around the turn of the year."""
    told: list[dict[str, Any]] = [{"name": "busy", "start": "12-15", "end": "02-10"},
                                  {"name": "quiet", "start": "07-01", "end": "08-31"}][: r.randint(0, 2)]  # fmt: skip
    for season in told:
        perhaps(r, season, "volume", number(r, 0.0, 3.0))
        perhaps(r, season, "edge_case_share", number(r, 0.0, 0.2))
    return told


def integration(r: random.Random, names: list[str]) -> dict[str, Any]:
    """Systems with the usual stages or their own, after each other or not, and who works on them."""
    told: dict[str, Any] = {}
    systems: list[dict[str, Any]] = []
    for i in range(r.randint(0, 9)):
        system: dict[str, Any] = {"name": f"system-{i}"}
        count = r.randint(1, 4)
        stages: list[dict[str, Any]] = [{"name": f"stage-{j}", "weeks": duration(r, 6.0)} for j in range(count)]
        for stage in stages:
            perhaps(r, stage, "team", r.choice(["reviewers", "engineers"]), null=True)
            perhaps(r, stage, "after", [], null=True)
        perhaps(r, system, "start_week", number(r, -10.0, 20.0))
        perhaps(r, system, "sites", r.sample(names, r.randint(1, len(names))), null=True)
        perhaps(r, system, "after", [before["name"] for before in r.sample(systems, min(i, r.randint(0, 2)))])
        perhaps(r, system, "share", number(r, 0.5, 4.0))
        perhaps(r, system, "stages", stages)
        systems.append(system)
    perhaps(r, told, "systems", systems)
    perhaps(r, told, "reviewers", r.randint(1, 4))
    perhaps(r, told, "engineers", r.randint(1, 9))
    perhaps(r, told, "tail", {"probability": number(r, 0.0, 0.5)})
    perhaps(r, told, "hand_carried", {"friction": number(r, 0.0, 0.9)})
    return told


def support(r: random.Random, users: int) -> dict[str, Any]:
    """A help desk for so many users, that is too small now and then, or has nobody."""
    told: dict[str, Any] = {}
    tiers: dict[str, Any] = {}
    for tier, of in (("tier1", 400), ("tier2", 1500)):
        agents = round(users / of * log_uniform(r, 0.2, 4.0))
        desk: dict[str, Any] = {"agents": agents}
        perhaps(r, desk, "dedicated", r.randint(0, agents), null=True)
        perhaps(r, desk, "utc_offset_hours", offset(r))
        perhaps(r, desk, "shifts", shifts(r))
        perhaps(r, desk, "longest_visit_hours", number(r, 0.5, 4.0), null=True)
        perhaps(r, desk, "patience_hours", duration(r, 20.0), null=True)
        perhaps(r, desk, "hiring", [{"week": number(r, 0.0, 30.0), "agents": r.randint(1, 9)}][: r.randint(0, 1)])
        perhaps(r, tiers, tier, desk)
    third: dict[str, Any] = {}
    perhaps(r, third, "patience_hours", duration(r, 60.0), null=True)
    perhaps(r, tiers, "tier3", third)
    perhaps(r, told, "tiers", tiers)
    perhaps(r, told, "hypercare", {"weeks": number(r, 1.0, 8.0)}, null=True)
    perhaps(r, told, "planning", r.choice(["as_stated", "from_pilot"]))
    levels: dict[str, Any] = {}
    for kind in ("error", "how-to", "hand-carried", "outage"):
        perhaps(r, levels, kind, r.choice([{"tier1": 1}, {"tier1": 0.5, "tier2": 0.25, "tier3": 0.25}]))
    perhaps(r, told, "levels", levels)
    perhaps(r, told, "documentation_quality", number(r, 0.0, 1.0))
    return told


def data_science_team(r: random.Random) -> dict[str, Any]:
    """A team of some people, or nobody."""
    members = r.randint(0, 12)
    told: dict[str, Any] = {"members": members}
    perhaps(r, told, "dedicated", r.randint(0, members), null=True)
    perhaps(r, told, "utc_offset_hours", offset(r))
    perhaps(r, told, "shifts", shifts(r))
    perhaps(r, told, "priorities", r.sample(JOBS, len(JOBS)))
    perhaps(r, told, "run_team", {"members": r.randint(0, members)}, null=True)
    perhaps(r, told, "moves_on", {"week": number(r, 0.0, 60.0), "retained_share": number(r, 0.0, 1.0)}, null=True)
    perhaps(r, told, "on_call_hours", number(r, 0.0, 4.0), null=True)
    return told


def outages(r: random.Random) -> dict[str, Any]:
    """What is known of outages."""
    told: dict[str, Any] = {}
    perhaps(r, told, "per_year", number(r, 0.0, 30.0))
    perhaps(r, told, "repair_hours", duration(r, 4.0))
    return told


def change_programme(r: random.Random, users: int) -> dict[str, Any]:
    """What is done for people."""
    told: dict[str, Any] = {}
    perhaps(r, told, "training", {"users_per_week": max(1.0, users * r.uniform(0.005, 0.2))}, null=True)
    perhaps(r, told, "champions", {"per_100_users": number(r, 0.2, 4.0)}, null=True)
    perhaps(r, told, "campaign", {"weeks": number(r, 1.0, 9.0)}, null=True)
    perhaps(r, told, "load", {"other_changes_per_year": number(r, 0.0, 12.0)}, null=True)
    perhaps(r, told, "spoiling", number(r, 0.0, 1.0))
    return told


def economics(r: random.Random) -> dict[str, Any]:
    """Some money."""
    told: dict[str, Any] = {}
    perhaps(r, told, "currency", r.choice(["EUR", "CHF", "JPY"]))
    perhaps(r, told, "discount_rate_per_year", r.choice([0, 0.03, 0.2]))
    perhaps(r, told, "value_per_correct_task", number(r, 0.0, 40.0), null=True)
    perhaps(r, told, "minutes_saved_per_correct_task", number(r, 0.0, 60.0))
    perhaps(r, told, "wage_per_hour", number(r, 10.0, 90.0))
    perhaps(r, told, "licence_per_user_week", number(r, 0.0, 20.0))
    perhaps(r, told, "licence_renewal_weeks", r.choice([4, 26, 104]), null=True)
    perhaps(r, told, "platform_cost_per_week", number(r, 0.0, 40_000.0))
    perhaps(r, told, "cost_per_hour", {"tier1": number(r, 10.0, 80.0)})
    perhaps(r, told, "cost_per_week", {"engineers": number(r, 500.0, 5000.0)})
    perhaps(r, told, "shared_people", {"least_hours_per_week": r.choice([0, 20])})
    return told


def success(r: random.Random) -> dict[str, Any]:
    """What counts as scale."""
    told: dict[str, Any] = {}
    perhaps(r, told, "criteria", r.sample([
        {"measure": "adoption", "at_least": number(r, 0.1, 0.8)},
        {"measure": "net_run_rate", "at_least": 0},
        {"measure": "backlog_tier1", "at_most": number(r, 0.0, 50.0)},
    ], r.randint(1, 3)))  # fmt: skip
    perhaps(r, told, "sustained_weeks", r.randint(1, 26))
    perhaps(r, told, "deadline_weeks", number(r, 10.0, 150.0))
    perhaps(r, told, "measure_window", r.choice(["end", "as_rolled_out", {"from_week": 20, "to_week": 45}]))
    perhaps(r, told, "measure_from_week", r.randint(0, 40))
    return told
