"""What must add up in a state between any two events."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from simulator.model.state import states
from simulator.model.state.columns import COLUMNS
from simulator.model.state.states import (
    AWAY,
    EXPERIENCED,
    GONE,
    NEW_UNTRAINED,
    ROSTERS,
    STATES,
    TICKET_LINE,
    TIER3,
    UNTRAINED,
)
from simulator.model.state.states import WAITING as NOT_INVITED
from simulator.scenario.vocabulary import COST_CATEGORIES, TEAMS, VALUE_CATEGORIES


def check(state: Any) -> None:
    """Users, people, lines, tickets, answers, integration, readings, money, edge cases and waves balance."""
    check_users(state)
    check_people(state)
    check_tickets(state)
    check_answers(state)
    check_integration(state)
    check_watch(state)
    check_money(state)
    check_edge_cases(state)
    check_waves(state)


def check_users(state: Any) -> None:
    """Each user is in one state, each roster holds exactly its members, and sites know how many use the system."""
    users = state.users
    for c, cell in enumerate(state.cells):
        first, last = int(cell["first"]), int(cell["first"] + cell["users"])
        own = users["state"][first:last]
        assert state.counts[c].tolist() == np.bincount(own, minlength=STATES).tolist()
        assert state.counts[c].sum() == cell["users"]
        for roster in range(ROSTERS):
            members = state.roster[roster, first : first + state.counts[c, roster]]
            assert sorted(members.tolist()) == (first + np.flatnonzero(own == roster)).tolist()
            assert users["place"][members].tolist() == list(range(len(members)))
        trained = users["trained"][first:last]
        helped = ((own == NOT_INVITED) & (trained == 0)) | np.isin(own, [UNTRAINED, NEW_UNTRAINED])
        assert cell["untrained"] == helped.sum()
        assert cell["movers"] == users["mover"][first:last][own <= EXPERIENCED].sum()
    sites = state.cells["site"][users["cell"]]
    number = len(state.sites)
    active, away = users["state"] <= EXPERIENCED, np.isin(users["state"], [AWAY, GONE])
    assert state.sites["active"].tolist() == np.bincount(sites[active], minlength=number).tolist()
    assert state.sites["away"].tolist() == np.bincount(sites[away], minlength=number).tolist()
    assert (users["gains"] >= 0).all()
    assert (users["losses"] >= 0).all()
    invited = np.bincount(sites[users["state"] != NOT_INVITED], minlength=number)
    assert (state.sites["corrections"] >= 0).all()
    assert ((state.sites["learnt"] == 0) | (state.sites["retraining"] == 1)).all()  # it waits to be deployed
    in_use = state.sites["stage"] != states.CLOSED
    assert (invited <= state.sites["invited"])[in_use].all()


def check_people(state: Any) -> None:
    """Tiers know who is there, who works, who is free and who stays late; nobody is in two places."""
    agents = state.agents
    for t, tier in enumerate(state.tiers):
        own = agents[tier["first_agent"] : tier["first_agent"] + tier["agents"]]
        present, busy, idle = (own[name] == 1 for name in ("present", "busy", "idle"))
        employed = own["employed"] == 1
        assert tier["on_duty"] == present.sum()
        assert tier["busy"] == busy.sum()
        assert tier["idle"] == idle.sum()
        assert tier["heads"] == employed.sum()
        assert tier["late"] == (busy & ~present).sum()
        assert (present == (busy & present) | idle).all()  # whoever is there works or is free
        assert not (busy & idle).any()
        assert (employed | ~(present | busy)).all()
        lines = [t] if t != TIER3 else list(range(TIER3, len(state.queues)))
        assert tier["waiting"] == state.queues[lines].sum()
        assert tier["idle"] == 0 or tier["waiting"] == 0  # nobody waits beside a free agent


def check_tickets(state: Any) -> None:
    """Opened = solved + abandoned + cancelled + still open; and the open ones wait in a line or are in work."""
    world, first = state.world[0], int(state.world["first_ticket"][0])
    free, slot = 0, int(world["free_ticket"])
    while slot >= 0:
        free += 1
        slot = int(state.tickets["next"][slot])
    still = len(state.tickets) - free
    assert world["tickets_opened"] == still + sum(world[f"tickets_{x}"] for x in ("solved", "abandoned", "cancelled"))
    assert world["tickets_opened"] == state.sites["tickets"].sum()
    assert world["tickets_opened"] == world["opened"].sum()
    if state.settings["support.ideal"][0] == 0:
        in_work = [int(a["job"]) for a in state.agents if a["busy"] == 1]
        assert len(set(in_work)) == len(in_work)
        waiting = state.queues[0] + state.queues[1] + state.queues[TICKET_LINE]
        assert still == waiting + sum(job >= first for job in in_work)


def check_answers(state: Any) -> None:
    """Last week's tasks were answered right or wrong, handed over, or got no answer; and sites add up to all."""
    week, settings = int(state.world["week"][0]) - 1, state.settings[0]
    if week < 0:
        return
    row, by_site = state.weekly[week], state.site_weeks[week, :, :3].sum(axis=0)
    tasks, correct, wrong = (float(row[COLUMNS[name]]) for name in ("tasks", "correct", "errors"))
    assert np.allclose(by_site, [tasks, correct, wrong], rtol=1e-9)
    assert min(tasks, correct, wrong) >= 0.0
    rest, shares = tasks - correct - wrong, [settings[f"{of}.hand_over_share"] for of in ("ai", "edge_cases")]
    assert rest >= min(shares) * tasks * (1.0 - 1e-9) - 1e-9
    if state.world["outages"][0] == 0 and settings["ai.capacity_tasks_per_hour"] == np.inf:
        assert rest <= max(shares) * tasks * (1.0 + 1e-9) + 1e-9


def check_integration(state: Any) -> None:
    """People are in stages that are under way or free; a system is live once all of its stages are done."""
    world, stages = state.world[0], state.stages
    under_way = stages["status"] == states.UNDER_WAY
    if world["programme"] != states.STOPPED:
        assert world["stages_under_way"] == under_way.sum()
    for team, name in enumerate(TEAMS):
        busy = (under_way & (stages["team"] == team)).sum()
        assert world["free"][team] == state.settings[f"integration.{name}"][0] - busy >= 0
    assert world["systems_live"] == (state.systems["live"] == 1).sum()
    for i, system in enumerate(state.systems):
        own = stages[system["first_stage"] : system["first_stage"] + system["stages"]]
        if state.settings["integration.ideal"][0] == 0:
            assert bool(system["live"]) == bool((own["status"] == states.DONE).all())
        if system["begun"] == 1:
            needed = state.systems[state.system_after[i] == 1]
            assert (needed["live"] == 1).all()
    for s, site in enumerate(state.sites):
        needed = state.systems[state.site_needs[s] == 1]
        missing = needed["share"][needed["live"] == 0].sum()
        if site["stage"] == states.CLOSED or missing == 0.0:
            assert site["carried_share"] == 0.0
        else:
            assert abs(site["carried_share"] - missing / needed["share"].sum()) < 1e-12


def check_edge_cases(state: Any) -> None:
    """What is known of a family are the types that development covered or users met; whatever is repaired was met."""
    types = state.types.reshape(len(state.families), -1)
    for family, own in zip(state.families, types, strict=True):
        known = (own["status"] == states.HANDLED) | (own["seen"] == 1)
        assert abs(family["known"] - own["weight"][known].sum()) < 1e-9
        assert family["known"] >= family["handled"] - 1e-9
        assert (own["seen"] == 1)[own["reports"] > 0].all()


def check_waves(state: Any) -> None:
    """A wave is finished when the last of its sites goes live."""
    for number, wave in enumerate(state.waves):
        live_at = state.sites["live_at"][state.sites["wave"] == number]
        assert wave["sites_left"] == (live_at == np.inf).sum()
        assert wave["finished"] == (live_at.max() if len(live_at) else np.inf)


def check_watch(state: Any) -> None:
    """Nobody acts without a reading, nor beyond the budget; people bear the systems of the last year, and no others."""
    sites, settings = state.sites, state.settings[0]
    assert (sites["actions"] <= np.minimum(sites["readings"], settings["rollout.watch.actions_per_site"])).all()
    assert (sites["readings"][sites["live_at"] == np.inf] == 0).all()
    for flag in ("below", "trained_next"):
        assert (sites[flag] <= (sites["readings"] > 0)).all()
    now = 168.0 * int(state.world["week"][0])  # the week's end is the last count but for systems since
    live_at = state.systems["live_at"]
    for needs, site in zip(state.site_needs, sites, strict=True):
        own = live_at[(needs == 1) & (live_at < np.inf)]
        assert (own > now + 168.0 - 8736.0).sum() <= site["recent_systems"] <= (own > now - 8736.0).sum()


def check_money(state: Any) -> None:
    """What the last week cost, and was worth, is the sum of its categories; nothing costs less than nothing."""
    row = state.weekly[int(state.world["week"][0]) - 1]
    for whole, categories in (("cost", COST_CATEGORIES), ("value", VALUE_CATEGORIES)):
        parts = row[[COLUMNS[f"{whole}_{name}"] for name in categories]]
        assert np.isclose(parts.sum(), row[COLUMNS[whole]], rtol=1e-9, atol=1e-6, equal_nan=True)
        assert not (parts[whole == "value" :] * (1 if whole == "cost" else -1) < 0).any()
    assert (state.sites["licences"] <= state.sites["invited"]).all()
    assert (state.world["week_spent"] >= 0).all()


def check_totals(ran: Any) -> None:
    """What is told of a replication (`Ran` of `tests.model.small`) is the sum of its weeks, or of its sites."""
    weekly, measures, sites = ran.weekly, ran.measures, ran.sites
    cost, value = weekly["cost"], weekly["value"]
    net = value - cost
    near = {"rtol": 1e-9, "atol": 1e-9 * (1.0 + float(abs(cost).sum() + abs(value).sum()))}
    quarters = [net[max(0, week - 12) : week + 1].sum() for week in range(ran.plan.weeks)]
    rate = float(ran.state.settings["economics.discount_rate_per_year"][0])
    useful = weekly["active_users"] * np.nan_to_num(weekly["resolution"])
    for name, told, expected in (
        ("cost", cost, sum(weekly[f"cost_{name}"] for name in COST_CATEGORIES)),
        ("value", value, sum(weekly[f"value_{name}"] for name in VALUE_CATEGORIES)),
        ("cost_cumulative", weekly["cost_cumulative"], np.cumsum(cost)),
        ("value_cumulative", weekly["value_cumulative"], np.cumsum(value)),
        ("net_cumulative", weekly["net_cumulative"], np.cumsum(net)),
        ("net_run_rate", weekly["net_run_rate"], quarters),
        ("programme_cost", measures["programme_cost"], cost.sum()),
        ("value_delivered", measures["value_delivered"], value.sum()),
        ("npv", measures["npv"], present(net, rate, 0.0)),
    ):
        assert np.allclose(told, expected, **near), name
    if measures["funded"]:
        decided = measures["decided_week"]
        first = math.ceil(decided)
        assert np.allclose(measures["value_from_funding"], present(net[first:], rate, first - decided), **near)
    assert abs(measures["useful_person_weeks"] - useful.sum()) <= 0.5 + 1e-6
    assert measures["tickets_opened"] == weekly["tickets_opened"].sum() == sum(sites["tickets_opened"])
    assert measures["tickets_abandoned"] == weekly["tickets_abandoned"].sum() <= measures["tickets_opened"]
    users = ran.state.sites["users"].sum()
    assert np.allclose(weekly["adoption"] * users, weekly["active_users"], equal_nan=True)
    stocks = sum(weekly[name] for name in ("active_users", "users_onboarded", "users_reverted", "users_lost"))
    assert (stocks <= users).all()
    by_site = sum(
        n * (share or 0.0) for n, share in zip(ran.state.sites["users"], sites["adoption_final"], strict=True)
    )
    assert by_site == pytest.approx(weekly["active_users"][-1])


def present(flow: Any, rate: float, offset: float) -> float:
    """Present value of a flow, float64[weeks], whose first week begins `offset` weeks after the date of valuation."""
    return math.fsum(x / (1.0 + rate) ** ((week + 1 + offset) / 52.0) for week, x in enumerate(flow.tolist()))
