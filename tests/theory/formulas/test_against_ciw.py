"""The closed forms against Ciw, an independent discrete-event simulator of queueing networks."""

from __future__ import annotations

import math
from concurrent.futures import ProcessPoolExecutor

import ciw
import pytest

from tests.theory.formulas.closed_forms import Station, erlang_a, mg1_mean_wait, mmc_mean_wait, tandem_mean_waits
from tests.theory.statistics import compare_ratio

pytestmark = pytest.mark.slow

REPLICATIONS = 40
WARM_UP, END = 200.0, 2200.0
LAMBDA = 8.0
HALF_WIDTH = 0.05  # Ciw is slow, and a formula that is wrong is wrong by more
LOGNORMAL_SIGMA = 0.8


def network(case):
    exponential = ciw.dists.Exponential
    arrivals = [exponential(LAMBDA)]
    if case == "M/M/3":
        return ciw.create_network(
            arrival_distributions=arrivals, service_distributions=[exponential(LAMBDA / 2.1)], number_of_servers=[3]
        )
    if case == "M/M/3+M":
        return ciw.create_network(
            arrival_distributions=arrivals,
            service_distributions=[exponential(LAMBDA / 3.0)],
            number_of_servers=[3],
            reneging_time_distributions=[exponential(1.5)],
        )
    if case == "M/G/1":
        mu = math.log(0.6 / LAMBDA) - LOGNORMAL_SIGMA**2 / 2
        return ciw.create_network(
            arrival_distributions=arrivals,
            service_distributions=[ciw.dists.Lognormal(mu, LOGNORMAL_SIGMA)],
            number_of_servers=[1],
        )
    assert case == "tandem"
    return ciw.create_network(
        arrival_distributions=[*arrivals, None],
        service_distributions=[exponential(LAMBDA / 2.1), exponential(LAMBDA / 2.4)],
        number_of_servers=[3, 2],
        routing=[[0.0, 0.5], [0.0, 0.0]],
    )


def replicate(task):
    """For one replication: by station, the customers, their summed waits, and how many of them reneged."""
    case, seed = task
    ciw.seed(seed)
    simulation = ciw.Simulation(network(case))
    simulation.simulate_until_max_time(END)
    totals = {1: [0, 0.0, 0], 2: [0, 0.0, 0]}
    for record in simulation.get_all_records():
        if WARM_UP <= record.arrival_date < END - 50.0:  # those who came at the very end may still be waiting
            total = totals[record.node]
            total[0] += 1
            total[1] += record.waiting_time
            total[2] += record.record_type == "renege"
    return totals


@pytest.fixture(scope="module", params=["M/M/3", "M/M/3+M", "M/G/1", "tandem"])
def simulated(request):
    with ProcessPoolExecutor(2) as pool:
        rows = list(pool.map(replicate, [(request.param, seed) for seed in range(REPLICATIONS)]))
    return request.param, {node: list(zip(*(row[node] for row in rows), strict=True)) for node in (1, 2)}


def test_mean_waits_agree(simulated):
    case, totals = simulated
    expected = {
        "M/M/3": [mmc_mean_wait(LAMBDA, LAMBDA / 2.1, 3)],
        "M/M/3+M": [erlang_a(LAMBDA, LAMBDA / 3.0, 3, 1.5).mean_wait],
        "M/G/1": [mg1_mean_wait(LAMBDA, 0.6 / LAMBDA, 0.6 / LAMBDA * math.sqrt(math.expm1(LOGNORMAL_SIGMA**2)))],
        "tandem": tandem_mean_waits(LAMBDA, [Station(LAMBDA / 2.1, 3, 0.5), Station(LAMBDA / 2.4, 2)]),
    }[case]
    for node, wait in enumerate(expected, start=1):
        customers, waits, _ = totals[node]
        compare_ratio(waits, customers, wait).assert_agrees(half_width_limit=HALF_WIDTH)


def test_abandonment_agrees(simulated):
    case, totals = simulated
    customers, _, reneged = totals[1]
    if case == "M/M/3+M":
        expected = erlang_a(LAMBDA, LAMBDA / 3.0, 3, 1.5).abandonment_probability
        compare_ratio(reneged, customers, expected).assert_agrees(half_width_limit=HALF_WIDTH)
    else:
        assert sum(reneged) == 0
