"""Both engines against queueing theory, through the public interface, on the neutral scenarios."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from simulator.scenario import Scenario, load
from tests.theory.formulas.closed_forms import (
    Station,
    erlang_a,
    mg1_mean_wait,
    mmc_mean_wait,
    mmc_share_served_within,
    tandem_mean_waits,
)
from tests.theory.simulated import Queue, arrival_rate, replicate
from tests.theory.statistics import HALF_WIDTH_LIMIT, Comparison, compare_mean, compare_ratio

TIER1, TIER2 = "support.tiers.tier1", "support.tiers.tier2"
QUICK = 0.05
"""Half-width of the fast versions: with |z| < 4.9 they see what is off by an eighth; the slow ones, by 1 in 40."""

slow = pytest.mark.slow


def exponential(minutes: float) -> dict[str, dict[str, float]]:
    return {"exponential": {"mean": minutes}}


def service_rate(scenario: Scenario, tier: str) -> float:
    return 60.0 / getattr(scenario.support.tiers, tier).handling_minutes.mean


def agree(comparisons: dict[str, Comparison], half_width: float = HALF_WIDTH_LIMIT) -> None:
    """All of them agree; a failure tells of each."""
    for name, comparison in comparisons.items():
        print(f"{name:12} {comparison}")
    for comparison in comparisons.values():
        comparison.assert_agrees(half_width_limit=half_width)


@pytest.mark.parametrize(
    ("name", "servers", "load_", "weeks", "replications", "half_width"),
    [
        pytest.param("compiled", 3, 0.8, 100, 20, QUICK, id="compiled-3-agents-fast"),
        pytest.param("compiled", 1, 0.5, 100, 20, 0.01, marks=slow, id="compiled-1-agent-0.5"),
        pytest.param("compiled", 1, 0.8, 400, 20, 0.01, marks=slow, id="compiled-1-agent-0.8"),
        pytest.param("compiled", 1, 0.95, 500, 100, 0.01, marks=slow, id="compiled-1-agent-0.95"),
        pytest.param("compiled", 3, 0.8, 400, 20, 0.01, marks=slow, id="compiled-3-agents-0.8"),
        pytest.param("compiled", 3, 0.9, 500, 40, 0.01, marks=slow, id="compiled-3-agents-0.9"),
        pytest.param("compiled", 10, 0.7, 400, 30, 0.01, marks=slow, id="compiled-10-agents-0.7"),
        pytest.param("compiled", 10, 0.95, 500, 100, 0.01, marks=slow, id="compiled-10-agents-0.95"),
        pytest.param("reference", 1, 0.5, 16, 30, 0.01, marks=slow, id="reference-1-agent-0.5"),
    ],
)
def test_m_m_c(name, servers, load_, weeks, replications, half_width):
    base = load("theory/m-m-c")
    warm_up = 16 if load_ > 0.9 else 2
    scenario = base.with_changes(
        {
            f"{TIER1}.agents": servers,
            f"{TIER1}.handling_minutes": exponential(60.0 * load_ * servers / arrival_rate(base)),
            "horizon_weeks": warm_up + weeks,
            "success.measure_from_week": warm_up,
        }
    )
    rate, mu = arrival_rate(scenario), service_rate(scenario, "tier1")
    replications = replicate(name, scenario, replications)
    queue = Queue.at("tier1", scenario, replications)
    wait = mmc_mean_wait(rate, mu, servers)
    comparisons = queue.compare(rate, wait, load_)
    target = scenario.support.tiers.tier1.target_hours.value
    met = [one.measures["sla_met_share"] for one in replications]
    controls = [queue.visits - rate * queue.hours, queue.utilisation - load_]
    within = mmc_share_served_within(rate, mu, servers, target)
    comparisons["service level"] = compare_ratio(met, [1.0] * len(met), within, controls)
    agree(comparisons, half_width)
    queue.assert_little(tolerance=0.002 if weeks >= 50 else 0.02)


@pytest.mark.parametrize(
    ("name", "servers", "handling", "patience", "weeks", "replications", "half_width"),
    [
        pytest.param("compiled", 3, 18.0, 0.5, 100, 20, 0.01, id="compiled-load-1"),
        pytest.param("reference", 3, 18.0, 0.5, 1, 10, 0.10, id="reference-fast"),
        pytest.param("compiled", 1, 9.0, 0.2, 200, 20, 0.01, marks=slow, id="compiled-1-agent-load-1.5"),
        pytest.param("compiled", 10, 54.0, 3.0, 400, 30, 0.01, marks=slow, id="compiled-10-agents-load-0.9"),
        pytest.param("reference", 3, 14.4, 0.5, 20, 26, 0.01, marks=slow, id="reference-load-0.8"),
    ],
)
def test_m_m_c_with_abandonment(name, servers, handling, patience, weeks, replications, half_width):
    scenario = load("theory/m-m-c-abandonment").with_changes(
        {
            f"{TIER1}.agents": servers,
            f"{TIER1}.handling_minutes": exponential(handling),
            f"{TIER1}.patience_hours": exponential(patience),
            "horizon_weeks": 1 + weeks,
            "success.measure_from_week": 1,
        }
    )
    rate = arrival_rate(scenario)
    theory = erlang_a(rate, 60.0 / handling, servers, 1.0 / patience)
    replications = replicate(name, scenario, replications)
    queue = Queue.at("tier1", scenario, replications)
    comparisons = queue.compare(rate, theory.mean_wait, theory.utilisation)
    abandoned = [one.weekly["tickets_abandoned"][1:].sum() for one in replications]
    comparisons["abandoned"] = compare_ratio(abandoned, queue.visits, theory.abandonment_probability)
    agree(comparisons, half_width)
    queue.assert_little(tolerance=0.002 if weeks >= 20 else 0.02)


LOGNORMAL = stats.lognorm(s=math.log(10.0 / 3.0) / stats.norm.ppf(0.9), scale=3.0)


@pytest.mark.parametrize(
    ("name", "handling", "mean", "sd", "weeks", "replications", "half_width"),
    [
        pytest.param("compiled", {"gamma": {"mean": 4.2, "sd": 6.3}}, 4.2, 6.3, 40, 20, QUICK, id="compiled-fast"),
        pytest.param(
            "compiled", {"gamma": {"mean": 4.2, "sd": 6.3}}, 4.2, 6.3, 300, 20, 0.01, marks=slow, id="compiled-gamma"
        ),
        pytest.param(
            "compiled",
            {"lognormal": {"median": 3, "p90": 10}},
            LOGNORMAL.mean(),
            LOGNORMAL.std(),
            400,
            40,
            0.01,
            marks=slow,
            id="compiled-lognormal",
        ),
        pytest.param("compiled", 5.4, 5.4, 0.0, 400, 20, 0.01, marks=slow, id="compiled-constant-0.9"),
        pytest.param(
            "compiled",
            {"empirical": [2, 2, 2, 10]},
            4.0,
            math.sqrt(12.0),
            300,
            20,
            0.01,
            marks=slow,
            id="compiled-empirical",
        ),
        pytest.param("reference", 3.0, 3.0, 0.0, 20, 24, 0.01, marks=slow, id="reference-constant-0.5"),
    ],
)
def test_m_g_1(name, handling, mean, sd, weeks, replications, half_width):
    scenario = load("theory/m-g-1").with_changes(
        {f"{TIER1}.handling_minutes": handling, "horizon_weeks": 2 + weeks, "success.measure_from_week": 2}
    )
    rate = arrival_rate(scenario)
    queue = Queue.at("tier1", scenario, replicate(name, scenario, replications))
    agree(queue.compare(rate, mg1_mean_wait(rate, mean / 60.0, sd / 60.0), rate * mean / 60.0), half_width)
    queue.assert_little(tolerance=0.002 if weeks >= 20 else 0.02)


@pytest.mark.parametrize(
    ("name", "servers", "minutes", "onward", "weeks", "replications", "half_width"),
    [
        pytest.param("compiled", (3, 2), (14.4, 8.4), 1.0, 60, 20, QUICK, id="compiled-fast"),
        pytest.param("compiled", (3, 2), (14.4, 8.4), 1.0, 400, 20, 0.01, marks=slow, id="compiled-0.8-0.7"),
        pytest.param("compiled", (1, 3), (5.4, 32.4), 0.5, 400, 60, 0.01, marks=slow, id="compiled-half-onward-0.9"),
        pytest.param("reference", (1, 1), (3.0, 3.0), 1.0, 16, 12, 0.03, marks=slow, id="reference-0.5-0.5"),
    ],
)
def test_tandem(name, servers, minutes, onward, weeks, replications, half_width):
    scenario = load("theory/tandem").with_changes(
        {
            f"{TIER1}.agents": servers[0],
            f"{TIER2}.agents": servers[1],
            f"{TIER1}.handling_minutes": exponential(minutes[0]),
            f"{TIER2}.handling_minutes": exponential(minutes[1]),
            "support.levels.how-to": {"tier1": 1.0 - onward, "tier2": onward, "tier3": 0.0},
            "horizon_weeks": 2 + weeks,
            "success.measure_from_week": 2,
        }
    )
    rate = arrival_rate(scenario)
    replications = replicate(name, scenario, replications)
    stations = [Station(60.0 / minutes[0], servers[0], onward), Station(60.0 / minutes[1], servers[1])]
    comparisons = {}
    for tier, station, wait in zip(("tier1", "tier2"), stations, tandem_mean_waits(rate, stations), strict=True):
        queue = Queue.at(tier, scenario, replications)
        found = queue.compare(rate, wait, rate / (station.servers * station.service_rate))
        comparisons.update({f"{tier} {key}": comparison for key, comparison in found.items()})
        queue.assert_little(tolerance=0.002 if weeks >= 20 else 0.02)
        rate *= station.forwarded_share
    agree(comparisons, half_width)


@pytest.mark.parametrize(
    ("name", "skill", "weeks", "replications", "half_width"),
    [
        pytest.param("compiled", 0.75, 60, 20, QUICK, id="compiled-fast"),
        pytest.param("compiled", 0.75, 400, 30, 0.01, marks=slow, id="compiled-0.75"),
        pytest.param("compiled", 0.7, 400, 48, 0.01, marks=slow, id="compiled-0.7"),
    ],
)
def test_rework_adds_visits_to_queues_of_their_own(name, skill, weeks, replications, half_width):
    """2 - skill visits to tier 1, 1 - skill to tier 2, one to tier 3; each an M/M/c although tickets come twice."""
    scenario = load("theory/rework").with_changes({"support.triage_skill": skill, "horizon_weeks": 4 + weeks})
    replications = replicate(name, scenario, replications)
    heads = {tier: getattr(scenario.support.tiers, tier).agents.value for tier in ("tier1", "tier2")}
    heads["tier3"] = scenario.data_science_team.members.value
    comparisons = {}
    for tier, visits in (("tier1", 2.0 - skill), ("tier2", 1.0 - skill), ("tier3", 1.0)):
        rate, mu, servers = arrival_rate(scenario) * visits, service_rate(scenario, tier), int(heads[tier])
        queue = Queue.at(tier, scenario, replications)
        found = queue.compare(rate, mmc_mean_wait(rate, mu, servers), rate / (servers * mu))
        comparisons.update({f"{tier} {key}": comparison for key, comparison in found.items()})
        queue.assert_little()
    agree(comparisons, half_width)


def test_the_queue_is_as_long_as_little_says():
    """Mean queue = arrival rate times mean wait, in theory's numbers and not only in the simulator's own."""
    scenario = load("theory/m-m-c").with_changes({f"{TIER1}.handling_minutes": exponential(9.0)})
    rate = arrival_rate(scenario)
    replications = replicate("compiled", scenario, 20)
    expected = rate * mmc_mean_wait(rate, service_rate(scenario, "tier1"), 3)
    queue = [one.measures["queue_mean_tier1"] for one in replications]
    compare_mean(queue, expected).assert_agrees(half_width_limit=QUICK)
    waits_p90 = [one.measures["wait_hours_p90_tier1"] for one in replications]
    # P(wait > t) = P(wait) exp(-(c mu - lambda) t), by the service level at 0
    delayed = 1.0 - mmc_share_served_within(rate, service_rate(scenario, "tier1"), 3, 0.0)
    slack = 3 * service_rate(scenario, "tier1") - rate
    p90 = math.log(delayed / 0.1) / slack
    assert abs(sum(waits_p90) / len(waits_p90) / p90 - 1.0) < 0.02  # bins of the histogram are 2 per cent wide
