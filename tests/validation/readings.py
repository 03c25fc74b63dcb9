"""What the rows of the validation read from the shipped scenarios."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pandas as pd

from simulator import engine
from simulator.analysis.shapley import shapley, subsets
from simulator.model.state.columns import COLUMNS
from simulator.scenario import load
from simulator.scenario.text.paths import values_at
from tests.validation.studies import (
    SEED,
    Reading,
    bootstrapped,
    difference,
    funded,
    mean_of,
    result,
    share_of,
    simulate,
)

MANY, USUAL, FEW = 1600, 400, 150
REMEDIES = ("representative-pilot", "integration-day-one", "support-early", "measure-what-matters", "explicit-gates")
ALL_FIVE = "all-five-remedies"
TYPICAL, PHASED = "typical-programme", "phased-24-months"
MONTHS = (6, 9, 12, 15, 18, 21, 24, 27, 30)
WEEKS_PER_MONTH = 52 / 12
PATIENT = {"rollout.sponsor.patience_weeks": 5000}
UNTIL_THE_END = {**PATIENT, "rollout.gates": []}
MEASURING = {
    "answers are watched: more edge cases reported, retraining below a level that pays": (
        "ai.retraining", "edge_cases.report_probability", "economics.platform_cost_per_week"
    ),
    "gates read adoption, value and help too, and hold or stop": ("rollout.funding_gate", "rollout.gates"),
    "the sponsor is shown the value, silent errors included": (
        "rollout.sponsor.value_error", "rollout.silent_errors_seen"
    ),
}  # fmt: skip
"""What `measure-what-matters` changes, in three parts."""
BY_SEGMENT = {"volunteers": "hamburg-office", "mainstream": "madrid-office", "sceptics": "krakow-services"}


# ---- data quality and edge cases


def manufacturing_pilot() -> Reading:
    return mean_of(simulate("manufacturing-12-plants", USUAL)["accuracy_pilot"])


def manufacturing_scaled() -> Reading:
    return mean_of(simulate("manufacturing-12-plants", USUAL)["accuracy_scaled_all_sites"])


def manufacturing_rolled_out() -> Reading:
    window = {"success.measure_window": "as_rolled_out"}
    return mean_of(simulate("manufacturing-12-plants", USUAL, window)["accuracy_scaled_all_sites"])


def site_transfer() -> Reading:
    rows = funded(simulate("typical-programme", MANY))
    return mean_of(rows["accuracy_scaled_all_sites"] / rows["accuracy_pilot"])


def retail_pilot() -> Reading:
    return mean_of(simulate("retail-chatbot", USUAL)["resolution_pilot"])


def retail_peak() -> Reading:
    return mean_of(simulate("retail-chatbot", USUAL)["resolution_scaled"])


def gap_shown_by_a_pilot_in_the_peak() -> Reading:
    spring = simulate("retail-chatbot", USUAL).set_index("replication")
    peak = simulate("retail-pilot-in-peak", USUAL).set_index("replication")
    rows = pd.DataFrame(
        {
            "shown": spring["resolution_pilot"] - peak["resolution_pilot"],
            "gap": spring["resolution_pilot"] - spring["resolution_scaled"],
        }
    )
    return bootstrapped(rows, lambda r: float(r["shown"].mean() / r["gap"].mean()))


def seasonal_tickets() -> Reading:
    weekly = result("retail-chatbot", USUAL).weekly
    per_user = weekly.assign(season=(weekly["week"] >= 45) & (weekly["week"] <= 50))
    per_user = per_user[(weekly["week"] >= 35) & (weekly["week"] <= 50)]
    sums = per_user.groupby(["replication", "season"])[["tickets_opened", "active_users"]].sum()
    rates = (sums["tickets_opened"] / sums["active_users"]).unstack()
    return mean_of(rates[True] / rates[False])


# ---- change management


@cache
def adoption_by_segment(noticed: bool) -> pd.DataFrame:
    """`adoption_final` of the three offices, a row per replication; without errors noticed, nobody reverts for one."""
    changes = None if noticed else {"users.notice_probability": 0}
    sites = result("change-management", FEW, changes).sites
    wide = sites.pivot(index="replication", columns="site", values="adoption_final")
    return pd.DataFrame({segment: wide[site] for segment, site in BY_SEGMENT.items()})


def volunteers_over_mainstream() -> Reading:
    adoption = adoption_by_segment(True)
    return mean_of(adoption["volunteers"] - adoption["mainstream"])


def mainstream_over_sceptics() -> Reading:
    adoption = adoption_by_segment(True)
    return mean_of(adoption["mainstream"] - adoption["sceptics"])


def cost_of_errors_by_segment() -> Reading:
    with_errors, without = adoption_by_segment(True), adoption_by_segment(False)
    both = pd.concat({"with": with_errors, "without": without}, axis=1)

    def cost(rows: pd.DataFrame, segment: str) -> float:
        return float(1.0 - rows["with"][segment].mean() / rows["without"][segment].mean())

    return bootstrapped(both, lambda rows: cost(rows, "sceptics") - cost(rows, "volunteers"))


def pilot_adoption() -> Reading:
    return mean_of(simulate("typical-programme", MANY)["adoption_pilot"])


def general_adoption() -> Reading:
    weekly = result("typical-programme", FEW, UNTIL_THE_END).weekly
    replications = funded(simulate("typical-programme", FEW, UNTIL_THE_END))
    last_go_live = replications.set_index("replication")["funded_week"] + 48
    at = weekly.merge((last_go_live + 13).rename("read"), left_on="replication", right_index=True)
    return mean_of(at[at["week"] == at["read"].round()]["adoption"])


# ---- integration


def hand_carried_weeks(scenario: str) -> pd.DataFrame:
    """Mean weeks for which a site that went live carried its data by hand, a row per replication."""
    sites = result(scenario, FEW, PATIENT).sites
    live = sites[sites["go_live_week"].notna()]
    means = live.groupby("replication")["hand_carried_weeks"].mean()
    return means.reset_index()


def later_over_typical() -> Reading:
    return difference(
        hand_carried_weeks("integration-later"), hand_carried_weeks("typical-programme"), "hand_carried_weeks", 1
    )


def typical_over_day_one() -> Reading:
    return difference(
        hand_carried_weeks("typical-programme"), hand_carried_weeks("integration-day-one"), "hand_carried_weeks", 1
    )


def success_of_early_integration() -> Reading:
    early, later = simulate("integration-day-one", USUAL), simulate("integration-later", USUAL)
    return difference(early, later, "success")


@cache
def projects(scenario: str) -> pd.DataFrame:
    """Every integration project of `FEW` replications: system, live week, overrun over the sum of stages' medians.

    Nobody interferes with the projects, and hardly anybody uses the system, as their course does not depend on it.
    """
    nobody = {"sites.*.users": 2, "pilot.users_per_site": 2, "rollout.funding_gate": None}
    loaded = load(scenario).with_changes({**UNTIL_THE_END, **nobody})
    planned = {}
    for system in loaded.integration.systems:
        planned[system.name] = sum(stage.weeks.distribution.quantile(0.5) for stage in system.stages)
    rows = []
    plan = engine.build(loaded)
    for number in range(FEW):
        began: dict[str, float] = {}
        for event in engine.trace(plan, number, SEED):
            if event.kind == "integration-began":
                began[str(event.fields["system"])] = event.time_hours / 168
            elif event.kind == "system-live":
                system = str(event.fields["system"])
                taken = event.time_hours / 168 - began[system]
                rows.append((number, system, event.time_hours / 168, taken / planned[system] - 1))
    return pd.DataFrame(rows, columns=["replication", "system", "live_week", "overrun"])


def integration_overrun() -> Reading:
    means = projects("typical-programme").groupby("replication")["overrun"].mean()
    return mean_of(means, 2)


def critical_systems(scenario: str) -> pd.Series:
    """Share of replications in which a system is the last to be live, among those in which all are."""
    table = projects(scenario)
    systems = table["system"].nunique()
    whole = table.groupby("replication").filter(lambda rows: len(rows) == systems)
    last = whole.loc[whole.groupby("replication")["live_week"].idxmax(), "system"]
    return last.value_counts(normalize=True)


# ---- support


def support_factor() -> Reading:
    rows = funded(simulate("support-from-pilot", USUAL)).dropna(subset="support_underestimate_factor")
    return bootstrapped(rows, lambda r: float(r["support_underestimate_factor"].median()))


UNLIMITED = {"support.planning": "as_stated", "support.tiers.tier1.agents": 100, "support.tiers.tier1.hiring": [],
             "support.tiers.tier2.agents": 100, "support.tiers.tier2.hiring": []}  # fmt: skip


@cache
def support_needed() -> pd.Series:
    """Heads of tiers 1 and 2 that everybody in the plan needs, by replication: the factor of 200 heads times 200."""
    rows = simulate("support-from-pilot", FEW, UNTIL_THE_END | UNLIMITED)
    return rows.set_index("replication")["support_underestimate_factor"] * 200


def factor_for_everybody(changes: dict[str, object] | None = None) -> pd.DataFrame:
    """Heads needed with unlimited support over the most heads that were planned, a row per funded replication."""
    loaded = load("support-from-pilot").with_changes(UNTIL_THE_END | (changes or {}))
    runner = engine.get("compiled").Engine(engine.build(loaded))
    columns = [COLUMNS["heads_tier1"], COLUMNS["heads_tier2"]]
    planned = {}
    for number, needed in support_needed().dropna().items():
        run = runner.begin(number, SEED)
        for _ in runner.advance(run, 120):
            pass
        planned[number] = needed / run.state.weekly[:120, columns].sum(axis=1).max()
    return pd.DataFrame({"factor": pd.Series(planned)})


def support_factor_for_everybody() -> Reading:
    return bootstrapped(factor_for_everybody(), lambda r: float(r["factor"].median()))


def median_factor(changes: dict[str, object]) -> str:
    """Median of `factor_for_everybody` with its interval."""
    return str(bootstrapped(factor_for_everybody(changes), lambda r: float(r["factor"].median())))


def first_contact() -> Reading:
    rows = funded(simulate("typical-programme", MANY))
    passed_on = (rows["visits_tier2"] + rows["visits_tier3"]).clip(upper=rows["tickets_opened"])
    return mean_of(1.0 - passed_on / rows["tickets_opened"])


# ---- the programme


def failure() -> Reading:
    return share_of(~funded(simulate("typical-programme", MANY))["success"].astype(bool))


def shelving_reviews(rows: pd.DataFrame) -> pd.Series:
    """Weeks from funding at which sponsors shelved the programme."""
    by_sponsor = rows[rows["shelved_week"].notna() & rows["stopped_at_gate"].isna()]
    return (by_sponsor["shelved_week"] - by_sponsor["funded_week"]).astype(float).round()


def modal_review(scenario: str) -> Callable[[], Reading]:
    """The commonest review at which sponsors shelve the programme (weeks from funding)."""

    def commonest(rows: pd.DataFrame) -> float:
        return float(shelving_reviews(rows).mode().iloc[0])

    return lambda: bootstrapped(funded(simulate(scenario, MANY)), commonest, 0)


def in_production() -> Reading:
    return share_of(funded(simulate("typical-programme", MANY))["shelved_week"].isna())


def adopted_in_production() -> Reading:
    rows = funded(simulate("typical-programme", MANY))
    return share_of(rows[rows["shelved_week"].isna()]["success"])


def scaled_to(scenario: str, months: int) -> dict[str, float]:
    """The change that plans the last go-live for so many months after funding."""
    last_week = max(phase.week.value for phase in load(scenario).rollout.phases)
    return {"rollout.time_scale": round(months * WEEKS_PER_MONTH / last_week, 4)}


@cache
def plan_curve(scenario: str) -> pd.DataFrame:
    """Success of funded replications by the length of the plan in months: a column each."""
    columns = {}
    for months in MONTHS:
        rows = funded(simulate(scenario, USUAL if scenario == TYPICAL else FEW, scaled_to(scenario, months)))
        columns[months] = rows.set_index("replication")["success"].astype(float)
    return pd.DataFrame(columns).dropna()


def shortest_good_plan(scenario: str) -> Callable[[], Reading]:
    """The shortest plan (months) that reaches 90% of the best success."""

    def shortest(curve: pd.DataFrame) -> float:
        success = curve.mean()
        return float(min(months for months in MONTHS if success[months] >= 0.9 * success.max()))

    return lambda: bootstrapped(plan_curve(scenario), shortest, 0)


def cost_of_compression(scenario: str, measure: str = "success") -> Callable[[], Reading]:
    """A measure under a plan of 24 months less that under one of 6, paired, where both are funded."""

    def cost() -> Reading:
        long, short = (funded(simulate(scenario, USUAL, scaled_to(scenario, months))) for months in (24, 6))
        return difference(long, short, measure)

    return cost


# ---- what works


def gain_of(name: str) -> Callable[[], Reading]:
    """Paired gain in success of a remedy."""
    return lambda: difference(simulate(name, USUAL), simulate("typical-programme", USUAL), "success")


def part_of_measuring(paths: tuple[str, ...]) -> tuple[Reading, Reading]:
    """Paired gains in success and in npv (in millions) of a part of `measure-what-matters`."""
    whole = load("measure-what-matters").resolved()
    changes = {path: values_at(whole, path)[0][0] for path in paths}
    some, none = simulate(TYPICAL, USUAL, changes), simulate(TYPICAL, USUAL)
    in_millions = [of.assign(npv=of["npv"] / 1e6) for of in (some, none)]
    return difference(some, none, "success"), difference(*in_millions, "npv", 1)


@cache
def combinations_of_remedies() -> dict[frozenset[str], pd.DataFrame]:
    """Success, cost and worth of every combination of the five remedies: a row per replication."""
    return {chosen: simulate("typical-programme", FEW, None, tuple(r for r in REMEDIES if r in chosen))
            for chosen in subsets(REMEDIES)}  # fmt: skip


def contributions(measure: str) -> dict[str, tuple[Reading, Reading, Reading]]:
    """For each remedy what it adds first, last and on average over all orders (Shapley), paired."""
    combined = combinations_of_remedies()
    values = {chosen: rows[measure].astype(float).to_numpy() for chosen, rows in combined.items()}
    every, nothing = frozenset(REMEDIES), frozenset[str]()
    shares = shapley(values)
    return {
        name: (
            mean_of(values[frozenset({name})] - values[nothing]),
            mean_of(values[every] - values[every - {name}]),
            mean_of(shares[name]),
        )
        for name in REMEDIES
    }
