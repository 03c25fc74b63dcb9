"""What the rows of the validation read from the shipped scenarios."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pandas as pd

from simulator import engine
from simulator.analysis.methods.shapley import shapley, subsets
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

MANY, USUAL, FEW, SOBOL = 1200, 400, 150, 2048
REMEDIES = ("representative-pilot", "integration-day-one", "support-early", "measure-what-matters", "explicit-gates")
ALL_FIVE = "all-five-remedies"
TYPICAL, PHASED = "typical-programme", "phased-24-months"
MONTHS = (6, 12, 18, 24, 30)
WEEKS_PER_MONTH = 52 / 12
ENDLESS = {"rollout.budget.escalation_share": 1, "rollout.budget.escalation_tranches": 20}
"""A budget that is always renewed."""
UNTIL_THE_END = {**ENDLESS, "rollout.gates": []}
PILOT_WEEKS = 16
ORGANISATIONS = 66
"""As many as in the study of use between organisations."""
MEASURING = {
    "answers are watched: more edge cases reported, retraining below a level that pays": (
        "ai.retraining", "edge_cases.report_probability", "economics.platform_cost_per_week"
    ),
    "gates read use, and the business case": ("rollout.funding_gate", "rollout.gates"),
    "each site is read, and something is done about it": ("rollout.watch",),
    "the sponsor is shown the value, silent errors included": (
        "rollout.budget.value_error", "rollout.silent_errors_seen"
    ),
}  # fmt: skip
"""What `measure-what-matters` changes, in parts."""
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
    used = weekly[(weekly["week"] == 50) & (weekly["active_users"] > 0)]["replication"]
    weekly = weekly[weekly["replication"].isin(used) & (weekly["week"] >= 35) & (weekly["week"] <= 50)]
    season = weekly["week"].ge(45).map({True: "season", False: "before"}).rename("season")
    sums = weekly.groupby(["replication", season])[["tickets_opened", "active_users"]].sum().unstack()

    def ratio(rows: pd.DataFrame) -> float:
        rates = rows["tickets_opened"].sum() / rows["active_users"].sum()
        return float(rates["season"] / rates["before"])

    return bootstrapped(sums, ratio, 3)


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
    sites = result(scenario, FEW, ENDLESS).sites
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


def support_workload() -> Reading:
    rows = funded(simulate("support-from-pilot", USUAL)).dropna(subset="support_workload_factor")
    return bootstrapped(rows, lambda r: float(r["support_workload_factor"].median()))


def support_factor() -> Reading:
    rows = funded(simulate("support-from-pilot", USUAL)).dropna(subset="support_underestimate_factor")
    return bootstrapped(rows, lambda r: float(r["support_underestimate_factor"].median()))


UNLIMITED = {"support.planning": "as_stated", "support.tiers.tier1.agents": 100, "support.tiers.tier2.agents": 100}


@cache
def support_needed() -> pd.Series:
    """Heads of tiers 1 and 2 that everybody in the plan needs, by replication: the factor of 200 heads times 200."""
    rows = simulate("support-from-pilot", FEW, UNLIMITED)
    return rows.set_index("replication")["support_underestimate_factor"] * 200


def factor_for_everybody(changes: dict[str, object] | None = None) -> pd.DataFrame:
    """Heads needed with unlimited support over the most heads that were planned, a row per funded replication."""
    loaded = load("support-from-pilot").with_changes(changes or {})
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


def ends(scenario: str) -> pd.DataFrame:
    """When funded programmes ended that were stopped, whoever did it: weeks from the pilot's end."""
    rows = funded(simulate(scenario, MANY))
    stopped = rows[rows["shelved_week"].notna()]
    return pd.DataFrame({"weeks": stopped["shelved_week"].astype(float) - PILOT_WEEKS})


def median_end(scenario: str) -> Callable[[], Reading]:
    """The median of the weeks from the pilot's end to the programme's."""
    return lambda: bootstrapped(ends(scenario), lambda r: float(r["weeks"].median()), 0)


def share_of_ends(scenario: str) -> Callable[[], Reading]:
    """Share of those ends that come in months 4 to 9 from the pilot's end."""

    def share() -> Reading:
        weeks = ends(scenario)["weeks"]
        return share_of((weeks > 3 * WEEKS_PER_MONTH) & (weeks <= 9 * WEEKS_PER_MONTH))

    return share


def months_to_scale(scenario: str) -> Callable[[], Reading]:
    """Median of the months from funding to scale of the programmes that reach and keep it."""

    def months() -> Reading:
        rows = funded(simulate(scenario, MANY if scenario == TYPICAL else USUAL))
        kept = rows[rows["success"].astype(bool)]
        return bootstrapped(kept, lambda r: float(r["weeks_to_scale"].astype(float).median()) / WEEKS_PER_MONTH, 1)

    return months


def middle_half(scenario: str) -> str:
    """The middle half of these months, in words."""
    rows = funded(simulate(scenario, MANY if scenario == TYPICAL else USUAL))
    kept = rows[rows["success"].astype(bool)]["weeks_to_scale"].astype(float) / WEEKS_PER_MONTH
    return f"{kept.quantile(0.25):.0f} to {kept.quantile(0.75):.0f} months in the middle half of {len(kept)}"


def in_production() -> Reading:
    return share_of(funded(simulate("typical-programme", MANY))["shelved_week"].isna())


def adopted_in_production() -> Reading:
    rows = funded(simulate("typical-programme", MANY))
    return share_of(rows[rows["shelved_week"].isna()]["reached_scale"])


# ---- money and lasting use


def money() -> pd.DataFrame:
    """The funded replications of the typical programme, their inputs drawn by a Sobol design."""
    return funded(result(TYPICAL, SOBOL, design="sobol").replications)


def pays() -> Reading:
    return share_of(money()["pays"])


def scaled() -> Reading:
    return share_of(money()["success"])


def success_and_value() -> Reading:
    """Spearman's rank correlation of success with the value of funding."""

    def correlation(rows: pd.DataFrame) -> float:
        return float(rows["success"].astype(float).rank().corr(rows["value_from_funding"].astype(float).rank()))

    return bootstrapped(money(), correlation)


def kept_and_paid_back() -> Reading:
    rows = money()
    return share_of(rows[rows["success"].astype(bool)]["paid_back"])


def paid_back_within_a_year() -> Reading:
    return share_of(money()["weeks_to_payback"].astype(float) <= 52)


def paid_back_in_two_to_four_years() -> Reading:
    weeks = money()["weeks_to_payback"].astype(float).dropna()
    return share_of((weeks > 104) & (weeks <= 208))


def realised_over_planned() -> Reading:
    return mean_of(money()["realised_value_share"])


def cost_over_licences() -> Reading:
    rows = money()
    return bootstrapped(rows[rows["shelved_week"].isna()], lambda r: float(r["cost_over_licences"].median()), 1)


@cache
def use_of_organisations() -> pd.Series:
    """Adoption at the end of the first so many programmes that are funded and go on to it."""
    return funded(simulate(TYPICAL, USUAL, UNTIL_THE_END))["adoption_final"].astype(float).head(ORGANISATIONS)


def least_use() -> Reading:
    return bootstrapped(use_of_organisations().to_frame("use"), lambda r: float(r["use"].min()))


def most_use() -> Reading:
    return bootstrapped(use_of_organisations().to_frame("use"), lambda r: float(r["use"].max()))


def third_month_over_first() -> Reading:
    """People active at the end of the pilot's third month over those at the end of its first."""
    weekly = result(TYPICAL, USUAL).weekly
    wide = weekly[weekly["week"].isin([3, 12])].pivot(index="replication", columns="week", values="active_users")
    return mean_of(wide[12] / wide[3].where(wide[3] > 0))


def settled_over_peak() -> Reading:
    """Adoption at the end over its peak, where programmes go on."""
    rows = funded(simulate(TYPICAL, USUAL, UNTIL_THE_END))
    return mean_of(rows["adoption_final"].astype(float) / rows["adoption_peak"].astype(float))


ENCOURAGED = {
    "change_programme.training.users_per_week": 300, "change_programme.champions.per_100_users": 2,
    "change_programme.campaign.weeks": 16, "change_programme.campaign.onset_factor": 4,
}  # fmt: skip
NOT_ENCOURAGED = {
    "change_programme.champions.per_100_users": 0, "change_programme.campaign.weeks": 0,
}  # fmt: skip


def not_encouraged_over_encouraged() -> Reading:
    """Peak adoption without campaigns and champions over that with them and training for everybody."""
    low, high = (
        funded(simulate(TYPICAL, USUAL, UNTIL_THE_END | x)).set_index("replication")["adoption_peak"].astype(float)
        for x in (NOT_ENCOURAGED, ENCOURAGED)
    )
    both = pd.DataFrame({"low": low, "high": high}).dropna()
    return bootstrapped(both, lambda r: float(r["low"].mean() / r["high"].mean()))


# ---- the length of the plan


def scaled_to(scenario: str, months: int) -> dict[str, float]:
    """The change that plans the last go-live for so many months after funding."""
    last_week = max(phase.week.value for phase in load(scenario).rollout.phases)
    return {"rollout.time_scale": round(months * WEEKS_PER_MONTH / last_week, 4)}


@cache
def plan_curve(scenario: str, measure: str = "success") -> pd.DataFrame:
    """A measure of funded replications by the length of the plan in months: a column each."""
    columns = {}
    for months in MONTHS:
        rows = funded(simulate(scenario, FEW, scaled_to(scenario, months)))
        columns[months] = rows.set_index("replication")[measure].astype(float)
    return pd.DataFrame(columns).dropna()


def cost_of_compression(scenario: str, measure: str = "success") -> Callable[[], Reading]:
    """A measure under a plan of 24 months less that under one of 6, paired, where both are funded."""

    def cost() -> Reading:
        long, short = (funded(simulate(scenario, USUAL, scaled_to(scenario, months))) for months in (24, 6))
        return difference(long, short, measure)

    return cost


# ---- what works


def gain_of(name: str, measure: str = "success") -> Callable[[], Reading]:
    """Paired gain of a remedy; what is not funded is worth nothing, in millions."""

    def gain() -> Reading:
        some, none = with_worth(simulate(name, USUAL)), with_worth(simulate(TYPICAL, USUAL))
        return difference(some, none, measure, 3 if measure == "success" else 2)

    return gain


def with_worth(rows: pd.DataFrame) -> pd.DataFrame:
    """The replications with `worth`, the value of funding in millions, 0 where nothing is funded."""
    return rows.assign(worth=rows["value_from_funding"].astype(float).fillna(0.0) / 1e6)


def part_of_measuring(paths: tuple[str, ...]) -> tuple[Reading, Reading]:
    """Paired gains in success and in the worth of funding (in millions) of a part of `measure-what-matters`."""
    whole = load("measure-what-matters").resolved()
    changes = {path: values_at(whole, path)[0][0] for path in paths}
    some, none = simulate(TYPICAL, USUAL, changes), simulate(TYPICAL, USUAL)
    return difference(some, none, "success"), difference(with_worth(some), with_worth(none), "worth", 1)


@cache
def combinations_of_remedies() -> dict[frozenset[str], pd.DataFrame]:
    """Success, cost and worth of every combination of the five remedies: a row per replication."""
    return {chosen: with_worth(simulate("typical-programme", FEW, None, tuple(r for r in REMEDIES if r in chosen)))
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
