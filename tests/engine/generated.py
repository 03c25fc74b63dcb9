"""Random small scenarios in which everything happens: every mechanism, ties, and odd calendars."""

from __future__ import annotations

import random
from typing import Any

from simulator.scenario import Scenario, load

JOBS = ["ticket", "outage", "hand-carried", "retraining", "remediation", "repair"]
"""Jobs of the team, in an order of its own: what each number generates hangs on it."""


def generated(number: int) -> Scenario:
    """Scenario `number` of an endless list; the same number is always the same scenario."""
    return load(document(random.Random(number)))


def document(r: random.Random) -> dict[str, Any]:
    """A scenario file of a few hundred to a few thousand events."""
    weeks = r.randint(10, 26)
    names = ["north", "east", "south", "west", "a", "b", "c", "d", "e"][: r.choice([1, 2, 3, 4, 9])]
    pilot_weeks = r.randint(2, 4)
    tree: dict[str, Any] = {
        "name": "generated",
        "extends": "bases/neutral",
        "horizon_weeks": weeks,
        "start_date": r.choice(["2026-01-05", "2026-10-12", "2027-03-03"]),
        "pilot": {
            "sites": [names[0]], "weeks": pilot_weeks, "measure_weeks": r.randint(1, pilot_weeks),
            "users_per_site": r.randint(0, 12), "curation": r.choice([0, 0.7]), "handling_factor": r.choice([0.5, 1]),
            "logged_share": 0.4,
        },
        "sites": [site(r, name) for name in names],
        "users": users(r),
        "ai": {
            "reference_accuracy": r.uniform(0.6, 0.98),
            "data_quality_sensitivity": number(r, 0.2, 0.9),
            "half_life_weeks": r.choice([None, 20, 100]),
            "shocks": {"per_site_year": r.choice([5, 20]), "accuracy_loss": duration(r, 0.1)},
            "retraining": {
                "every_weeks": r.choice([None, 3, 5]), "below_accuracy": r.choice([None, 0.9]), "qa_tasks": 50,
                "effort_hours": duration(r, 10), "deploy_weeks": r.choice([0, 1]),
                "least_weeks_between": r.choice([0, 2]),
            },
            "capacity_tasks_per_hour": r.choice([None, None, 10]),
            "remediation": {
                "gain": r.choice([0, 0.5, 1]), "effort_hours": duration(r, 15),
                "weeks_before_go_live": r.choice([None, 0, 1, 4]),
            },
            "data_quality": {"ideal": r.random() < 0.1},
        },
        "edge_cases": {
            "types_per_family": r.choice([4, 16, 40]), "report_threshold": r.randint(1, 3),
            "report_probability": r.uniform(0.5, 1), "repair_effort_hours": duration(r, 6),
            "right_share": 0.2, "hand_over_share": number(r, 0.1, 0.6),
            "organisation": {"share": number(r, 0.02, 0.2), "discount": r.choice([0, 0.5]), "development_tasks": 20,
                             "concentration": 10},
            "site": {"share": r.uniform(0, 0.2), "discount": number(r, 0.2, 0.7), "concentration": r.uniform(1, 20),
                     "development_tasks": 300},
            "season": {"discount": 0.5, "concentration": 10},
            "ideal": r.random() < 0.1,
        },
        "seasons": [
            {"name": "peak", "start": "11-15", "end": "01-20", "volume": r.choice([1, 2]), "edge_case_share": 0.2},
        ],
        "support": support(r),
        "data_science_team": {
            "members": r.randint(0, 4), "shifts": shifts(r), "slice_hours": r.choice([1, 4]),
            "priorities": r.sample(JOBS, len(JOBS)),
            "attrition_per_year": r.choice([0, 2, 6]), "hiring_weeks": duration(r, 1),
            "ramp_up_weeks": r.choice([0, 3]),
            "moves_on": r.choice([None, {"week": r.choice([0, 4]), "retained_share": r.choice([0, 0.3, 1])}]),
            "on_call_hours": r.choice([None, 0, 1]),
        },
        "outages": r.choice([None, {
            "per_year": 40, "repair_hours": duration(r, 4), "trust_weight": r.choice([0, 2]),
            "tickets_per_user_hour": 0.1,
        }]),
        "change_programme": change_programme(r),
        "integration": integration(r, names),
        "rollout": rollout(r, names),
        "economics": {"licence_per_user_week": 1, "platform_cost_per_week": 100, "outage_cost_per_hour": 10,
                      "remediation_cost_per_site": 50, "commitment_weeks": r.choice([0, 3])},
        "success": {
            "sustained_weeks": 2,
            "criteria": [{"measure": "adoption", "at_least": 0.2}],
            "measure_window": r.choice(["end", "as_rolled_out"]), "measure_from_week": r.choice([0, 3]),
        },
    }  # fmt: skip
    # What came later is drawn last, so that the rest of each scenario stays what it was.
    tree["working_days"] = r.random() < 0.7
    tree["data_science_team"]["notice_weeks"] = r.choice([0, 0.1, number(r, 0.5, 3)])
    for tier in ("tier1", "tier2"):
        tree["support"]["tiers"][tier]["longest_visit_hours"] = r.choice([None, 0.5, number(r, 1, 4)])
    net = {"measure": r.choice(["net_run_rate", "net_cumulative"]), "at_least": r.choice([-50_000, 0])}
    tree["success"]["criteria"] += r.choice([[], [net]])
    add_money(r, tree)
    behave(r, tree)
    for system in tree["integration"]["systems"]:
        system["share"] = r.choice([1, number(r, 0.5, 4)])
    tree["support"]["hypercare"] = r.choice([None, {"weeks": number(r, 0.5, 4), "share": number(r, 0.1, 0.9)}])
    tree["rollout"]["learning_rate"] = r.choice([0, number(r, 0.05, 0.6)])
    add_watch(r, tree)
    return tree


def add_money(r: random.Random, tree: dict[str, Any]) -> None:
    """Prices of all there is, shared people, licences that are renewed, a team that shrinks, and a budget."""
    tree["economics"] |= {
        "value_per_correct_task": r.choice([None, 3]),
        "licence_renewal_weeks": r.choice([None, 2, number(r, 1, 4)]),
        "licence_reserve": r.choice([0, 0.2]),
        "shared_people": {"occupancy": number(r, 0.5, 1), "least_hours_per_week": r.choice([0, 5])},
        "cost_per_week": {"reviewers": 10, "engineers": 20},
        "documentation_cost": 100,
        "training_material_cost": 50,
        "cost_per_checked_answer": 1,
        "programme_office_cost_per_week": 30,
        "build_cost_growth_per_year": r.choice([0, 0.5]),
    }
    for tier in ("tier1", "tier2"):
        tree["support"]["tiers"][tier]["dedicated"] = r.choice([None, 0, 1])
    team = tree["data_science_team"]
    team["dedicated"] = r.choice([None, 0, 1])
    team["run_team"] = r.choice([None, {"members": 1, "weeks_after_last_go_live": r.choice([0, 2])}])
    tree["rollout"]["budget"] = r.choice(
        [None, {"tranche_weeks": number(r, 1, 6), "ramp_weeks": r.choice([0, 2]), "hurdle": r.choice([0, 0.5]),
                "value_error": 0.2,
                "escalation_share": r.choice([0, 0.5]), "escalation_tranches": r.choice([1, 2])}]
    )  # fmt: skip
    if tree["rollout"]["funding_gate"] is not None and r.random() < 0.3:
        tree["rollout"]["funding_gate"]["criteria"][0] = {"measure": "business_case", "at_least": r.choice([0.1, 1])}
    for gate in tree["rollout"]["gates"]:
        if r.random() < 0.4:
            gate["criteria"][0] = r.choice(
                [{"measure": "business_case", "at_least": r.choice([0.05, 0.5])},
                 {"measure": "net_value", "at_least": r.choice([-20000, -2000])},
                 {"measure": "cost_share", "at_most": r.choice([1, 2])}]
            )  # fmt: skip


def behave(r: random.Random, tree: dict[str, Any]) -> None:
    """Judgements, errors that surface, corrections, habit and movers, or none of them."""
    tree["users"] |= {
        "judged_per_week": r.choice([None, number(r, 3, 30)]),
        "surfacing_share": r.choice([0, number(r, 0.2, 0.9)]),
        "movers": r.choice([None, {"share": number(r, 0.1, 0.9), "drop_out_per_week": number(r, 0.1, 0.4)}]),
        "habit": r.choice([None, {"weeks": number(r, 0.5, 4), "protection": number(r, 0.3, 1)}]),
    }
    tree["users"]["trust"]["surfaced_weight"] = r.uniform(1, 5)
    tree["ai"]["retraining"]["corrections_to_halve"] = r.choice([None, number(r, 2, 30)])


def add_watch(r: random.Random, tree: dict[str, Any]) -> None:
    """People who have other changes to bear, and somebody who looks at live sites and acts on what is seen."""
    tree["change_programme"]["load"] = r.choice(
        [None, {"other_changes_per_year": number(r, 0, 6), "willingness_lost_per_change": r.choice([0.05, 0.2])}]
    )
    tree["rollout"]["watch"] = None if r.random() < 0.2 else {
        "first_weeks": r.choice([0, 0, number(r, 0, 2)]), "every_weeks": r.choice([0.5, 1, number(r, 0.5, 2)]),
        "active_share_below": r.choice([None, 0.5, 1, 1, 1]), "accuracy_below": r.choice([None, 0.7, 1]), "qa_tasks": 9,
        "actions_per_site": r.choice([0, 2, 5]), "pauses": r.random() < 0.9, "pause_weeks": number(r, 0.5, 3),
    }  # fmt: skip
    later = r.choice([0, 0, 2])
    for i, phase in enumerate(tree["rollout"]["phases"]):  # so that there is time to look at those before
        phase["week"] += later * i
    if r.random() < 0.4:  # and more of them go on
        tree["rollout"]["sponsor"] = tree["rollout"]["budget"] = None


def change_programme(r: random.Random) -> dict[str, Any]:
    """Training that is short of places, champions and campaigns, or none of them."""
    return {
        "ideal": r.random() < 0.1,
        "untrained_onset_factor": number(r, 0, 1), "spoiling": r.choice([0, 1]),
        "training": r.choice([None, {"users_per_week": number(r, 1, 20), "weeks_before_go_live": r.choice([0, 2])}]),
        "champions": r.choice([None, {"per_100_users": 2, "word_of_mouth_gain": 0.5}]),
        "campaign": r.choice([None, {"weeks": r.choice([0, 1, 2]), "onset_factor": 3}]),
    }  # fmt: skip


def integration(r: random.Random, names: list[str]) -> dict[str, Any]:
    """Some systems with short stages, prerequisites, rework and few people."""

    def stages() -> list[dict[str, Any]]:
        return [
            {"name": f"stage-{j}", "weeks": duration(r, 0.6), "team": r.choice([None, "reviewers", "engineers"]),
             "rework": r.choice([0, 0.3]), "after": r.choice([None, []])}
            for j in range(r.randint(1, 3))
        ]  # fmt: skip

    count = r.randint(0, 4)
    return {
        "ideal": r.random() < 0.1,
        "reviewers": r.randint(1, 2),
        "engineers": r.randint(1, 2),
        "tail": {"probability": r.choice([0, 0.3]), "multiplier": duration(r, 2), "cap": 4},
        "hand_carried": {"work_hours_per_site_week": r.choice([0, 2, 6]), "tickets_per_user_week": 0.5},
        "systems": [
            {"name": f"system-{i}", "start_week": r.choice([-3, -1, 0, 0.5]), "stages": stages(),
             "sites": r.choice([None, names[:1], names[-1:]]),
             "after": r.choice([[], [f"system-{i - 1}"]]) if i else []}
            for i in range(count)
        ],
    }  # fmt: skip


def gate(r: random.Random, measures: list[str], name: str) -> dict[str, Any]:
    """A gate that goes, holds or stops."""
    measure = r.choice(measures)
    level = {"backlog": 30.0}.get(measure, 0.5)
    bound = "at_most" if measure == "backlog" else "at_least"
    return {
        "name": name, "combine": r.choice(["all", "any"]),
        "criteria": [{"measure": measure, bound: level * r.choice([0, 0.5, 1, 1.7])},
                     {"measure": r.choice(measures), "at_least": r.choice([0.05, 0.2])}][: r.randint(1, 2)],
        "qa_tasks": 50, "value_error": 0.2,
        "retry_weeks": r.choice([0.5, 1, 2]), "max_holds": r.choice([0, 1, 4]),
        "on_hold": {"rebaseline": r.random() < 0.5, "remediate": r.random() < 0.5, "restaff": r.random() < 0.5},
    }  # fmt: skip


def rollout(r: random.Random, names: list[str]) -> dict[str, Any]:
    """Waves in short succession, gates before some, and a sponsor who may be in a hurry."""
    seen = ["accuracy", "resolution", "active_share", "sla_met_share", "backlog", "integrations_live"]
    guarded = [i for i in range(len(names)) if r.random() < 0.4][:2]
    return {
        "funding_delay_weeks": r.choice([0, 1, number(r, 0.2, 1.5)]),
        "time_scale": r.choice([1, 1, number(r, 0.5, 1.5)]),
        "go_live": r.choice(["on_date", "when_ready"]),
        "wind_down_weeks": r.choice([0, 0.2, 1]),
        "phases": [{"name": f"wave-{i}", "week": i * r.choice([0, 1, 1.5]), "sites": [name]}
                   for i, name in enumerate(names)],
        "funding_gate": r.choice([None, None, gate(r, seen[:3], "funding")]),
        "gates": [
            {**gate(r, [*seen, "value_share"], f"gate-{i}"), "phase": f"wave-{i}", "lead_weeks": r.choice([0, 0.5]),
             "window_weeks": r.randint(1, 4), "lag_weeks": r.choice([0, 1])}
            for i in guarded
        ],
        "sponsor": None if r.random() < 0.25 else {
            "expected_share": number(r, 0.1, 0.9), "patience_weeks": number(r, 0.5, 4), "ramp_weeks": r.choice([0, 2]),
        },
    }  # fmt: skip


def number(r: random.Random, low: float, high: float) -> Any:
    """A certain number, or an uncertain input of some form."""
    middle = r.uniform(low, high)
    return r.choice(
        [
            middle,
            {"p10": low + 0.2 * (middle - low), "p50": middle, "p90": middle + 0.9 * (high - middle)},
            {"uniform": {"min": low, "max": high}},
            {"pert": {"min": low, "mode": middle, "max": high}},
        ]
    )


def duration(r: random.Random, scale: float) -> Any:
    """A duration or loss of about `scale` in one of the forms; constants make ties."""
    return r.choice(
        [
            scale,
            {"exponential": {"mean": scale}},
            {"lognormal": {"median": scale, "p90": 2.5 * scale}},
            {"gamma": {"mean": scale, "sd": 0.8 * scale}},
            {"p10": 0.3 * scale, "p50": scale, "p90": 3 * scale},
            {"triangular": {"min": 0, "mode": scale, "max": 3 * scale}},
            {"empirical": [0.5 * scale, scale, 2 * scale]},
        ]
    )


def shifts(r: random.Random) -> list[dict[str, Any]]:
    """One shift, two, or round the clock."""
    day = {"days": "mon-fri", "start_hour": 8, "end_hour": 16, "share": 1.0}
    return r.choice(
        [
            [day],
            [{**day, "share": 0.5}, {"days": "all", "start_hour": 22, "end_hour": 6, "share": 0.5}],
            [{"days": "all", "start_hour": 0, "end_hour": 24, "share": 1.0}],
        ]
    )


def site(r: random.Random, name: str) -> dict[str, Any]:
    """A site of some tens of users."""
    return {
        "name": name,
        "users": r.choice([0, 5, 30, 60]),
        "data_quality": number(r, 0.4, 0.95),
        "local_variety": r.uniform(0.5, 1.5),
        "utc_offset_hours": r.choice([0, 5.5, -8]),
        "working_hours": r.choice(
            [
                None,
                {"days": "all", "start_hour": 0, "end_hour": 24},
                {"days": ["tue", "sat"], "start_hour": 6, "end_hour": 22},
            ]
        ),
    }


def users(r: random.Random) -> dict[str, Any]:
    """Users who come, go and return fast, so that short horizons see them do it."""
    return {
        "tasks_per_user_week": number(r, 5, 30),
        "segments": [
            {"name": "volunteers", "share": 0.4, "initial_trust": 0.8, "onset_per_week": 0.9, "reversion": 0.1},
            {"name": "sceptics", "share": 0.6, "initial_trust": 0.4, "onset_per_week": 0.3,
             "reversion": number(r, 0.1, 0.6)},
        ],
        "return_per_week": 1.0, "return_base": 0.5, "lost_share": number(r, 0, 0.4), "drop_out_per_week": 0.05,
        "turnover_per_year": r.choice([0, 1]), "learning_weeks": 1, "notice_probability": r.uniform(0.3, 1),
        "trust": {
            "prior_tasks": r.uniform(2, 20), "forgetting_per_week": r.uniform(0, 0.2), "frozen": r.random() < 0.1,
        },
    }  # fmt: skip


def support(r: random.Random) -> dict[str, Any]:
    """Support that is short of people now and then."""

    def tier(agents: int) -> dict[str, Any]:
        return {
            "agents": r.randint(0, agents), "shifts": shifts(r), "handling_minutes": duration(r, 60),
            "patience_hours": r.choice([None, duration(r, 4)]), "utc_offset_hours": r.choice([0, 3]),
            "hiring": [{"week": r.choice([0, 1]), "agents": r.randint(1, 3)}], "hiring_weeks": duration(r, 1),
            "ramp_up_weeks": r.choice([0, 3]),
        }  # fmt: skip

    return {
        "documentation_quality": r.uniform(0, 1),
        "tickets_per_noticed_error": r.uniform(0.3, 0.9),
        "how_to_per_new_user_week": 1.0,
        "how_to_per_user_week": 0.2,
        "triage_skill": r.uniform(0.4, 1),
        "late_hours": 6, "fast_fix_hours": 2,
        "call_again_probability": r.uniform(0, 0.9),
        "ideal": r.random() < 0.1,
        "planning": r.choice(["as_stated", "as_stated", "from_pilot"]),
        "tiers": {
            "tier1": tier(2), "tier2": tier(1),
            "tier3": {"handling_minutes": duration(r, 90), "patience_hours": r.choice([None, 30])},
        },
    }  # fmt: skip
