"""Exact results of queueing theory and of species sampling, against which both engines are verified.

Rates are per hour and times in hours, or any other unit as long as it is the same throughout. Nothing here is used
by the simulator itself. `test_closed_forms.py` holds these formulas against published numbers and against Ciw.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse
from scipy.sparse import linalg as sparse_linalg


def erlang_b(offered_load: float, servers: int) -> float:
    """Probability that an arrival finds all servers busy when nobody waits (M/M/c/c).

    Erlang (1917); computed by the recursion B(c) = a B(c-1) / (c + a B(c-1)), which never overflows.
    """
    blocked = 1.0
    for c in range(1, servers + 1):
        blocked = offered_load * blocked / (c + offered_load * blocked)
    return blocked


def erlang_c(offered_load: float, servers: int) -> float:
    """Probability that an arrival must wait in M/M/c; ValueError unless the load is below the number of servers.

    Erlang (1917); Gross, Shortle, Thompson and Harris (2008), Fundamentals of Queueing Theory, 4th ed., section 2.3.
    """
    if not 0.0 <= offered_load < servers:
        raise ValueError(f"offered load {offered_load} must be at least 0 and below the number of servers {servers}")
    blocked = erlang_b(offered_load, servers)
    return blocked / (1.0 - offered_load / servers * (1.0 - blocked))


def mmc_mean_wait(arrival_rate: float, service_rate: float, servers: int) -> float:
    """Mean wait of all customers in M/M/c, those who don't wait included: P(wait) / (c mu - lambda)."""
    return erlang_c(arrival_rate / service_rate, servers) / (servers * service_rate - arrival_rate)


def mmc_share_served_within(arrival_rate: float, service_rate: float, servers: int, time: float) -> float:
    """Share of customers of M/M/c whose wait is at most `time` (the service level of Erlang C)."""
    delayed = erlang_c(arrival_rate / service_rate, servers)
    return 1.0 - delayed * math.exp(-(servers * service_rate - arrival_rate) * time)


@dataclass(frozen=True)
class ErlangA:
    """Steady state of M/M/c+M."""

    wait_probability: float
    abandonment_probability: float
    mean_wait: float
    """Mean time in the queue of all customers, served or not."""
    mean_queue: float
    utilisation: float


def erlang_a(arrival_rate: float, service_rate: float, servers: int, patience_rate: float) -> ErlangA:
    """M/M/c+M: exponential patience with mean 1 / `patience_rate`, which must be positive; stable at any load.

    Palm (1957); Garnett, Mandelbaum and Reiman (2002), "Designing a call center with impatient customers",
    Manufacturing & Service Operations Management 4(3). A birth-and-death chain with birth rate lambda and death rate
    min(n, c) mu + max(n - c, 0) theta; the mean wait is E[queue] / lambda (Little) and P(abandon) = theta E[wait].
    """
    if patience_rate <= 0.0:
        raise ValueError(f"patience rate {patience_rate} must be positive; without abandonment use erlang_c")
    weights = [1.0]  # of the states 0, 1, ..., up to a common factor
    total = 1.0
    while True:
        n = len(weights)
        death_rate = min(n, servers) * service_rate + max(n - servers, 0) * patience_rate
        weight = weights[-1] * arrival_rate / death_rate
        weights.append(weight)
        total += weight
        if weight > 1e100:
            weights = [w / weight for w in weights]
            total = math.fsum(weights)
        shrink = arrival_rate / death_rate  # from here on the weights shrink at least geometrically
        if shrink < 1.0 and weight * n < 1e-18 * (1.0 - shrink) * total:
            break
    states = np.arange(len(weights))
    probabilities = np.array(weights) / math.fsum(weights)
    mean_queue = float(np.sum(np.maximum(states - servers, 0) * probabilities))
    mean_wait = mean_queue / arrival_rate
    return ErlangA(
        wait_probability=float(np.sum(probabilities[servers:])),
        abandonment_probability=patience_rate * mean_wait,
        mean_wait=mean_wait,
        mean_queue=mean_queue,
        utilisation=float(np.sum(np.minimum(states, servers) * probabilities)) / servers,
    )


def mg1_mean_wait(arrival_rate: float, service_mean: float, service_sd: float) -> float:
    """Mean wait in M/G/1, first come first served: lambda E[S^2] / (2 (1 - rho)).

    Pollaczek (1930) and Khinchine (1932); Gross et al. (2008), section 5.1.
    """
    load = arrival_rate * service_mean
    if not load < 1.0:
        raise ValueError(f"load {load} must be below 1")
    return arrival_rate * (service_mean**2 + service_sd**2) / (2.0 * (1.0 - load))


@dataclass(frozen=True)
class Station:
    """A station of M/M/c type in a tandem; `forwarded_share` of its customers go on to the next one."""

    service_rate: float
    servers: int
    forwarded_share: float = 1.0


def tandem_mean_waits(arrival_rate: float, stations: Sequence[Station]) -> list[float]:
    """Mean wait at each station of a tandem, per customer who comes to that station.

    Burke (1956): the output of M/M/c in equilibrium is a Poisson process of the same rate, and stays one when each
    customer goes on with a fixed probability; so each station is an M/M/c of its own (Jackson 1957).
    """
    waits = []
    rate = arrival_rate
    for station in stations:
        waits.append(mmc_mean_wait(rate, station.service_rate, station.servers))
        rate *= station.forwarded_share
    return waits


def pitman_yor_mean_types(draws: float, discount: float, concentration: float) -> float:
    """Expected number of distinct types after `draws` draws from a Pitman-Yor process.

    Pitman (2006), Combinatorial Stochastic Processes, chapter 3 (the two-parameter model):
    Gamma(theta + n + d) Gamma(theta + 1) / (d Gamma(theta + n) Gamma(theta + d)) - theta / d, and with no discount
    the sum of theta / (theta + i) for i below n (Ewens 1972).
    """
    if not 0.0 <= discount < 1.0 or concentration <= -discount:
        raise ValueError(f"need 0 <= discount < 1 and concentration > -discount, got {discount} and {concentration}")
    if draws == 0:
        return 0.0
    if discount == 0.0:
        return math.fsum(concentration / (concentration + i) for i in range(int(draws)))
    growth = math.exp(
        math.lgamma(concentration + draws + discount)
        - math.lgamma(concentration + draws)
        + math.lgamma(concentration + 1.0)
        - math.lgamma(concentration + discount)
    )
    return (growth - concentration) / discount


def pitman_yor_mean_new_share(draws: float, discount: float, concentration: float) -> float:
    """Expected probability that the draw after `draws` draws is of a type never met: (theta + d E[K]) / (theta + n).

    Pitman (2006), chapter 3, averaged over the number of types K. One minus it is the expected mass of the types met.
    """
    types = pitman_yor_mean_types(draws, discount, concentration)
    return (concentration + discount * types) / (concentration + draws)


def stick_breaking_mean_remainder(types: int, discount: float, concentration: float) -> float:
    """Expected mass that a stick-breaking cut off after `types` types leaves over.

    The product of E[1 - V_k] with V_k ~ Beta(1 - d, theta + k d) for k = 1, 2, ... (Ishwaran and James 2001).
    """
    return math.prod(
        (concentration + k * discount) / (concentration + (k - 1) * discount + 1.0) for k in range(1, types + 1)
    )


def mean_distinct_types(weights: ArrayLike, draws: float) -> float:
    """Expected number of distinct types after `draws` independent draws: the sum of 1 - (1 - p)^n.

    Where the weights add up to less than 1, each draw of the remainder counts as a type of its own.
    """
    probabilities = np.asarray(weights, dtype=float)
    remainder = max(0.0, 1.0 - math.fsum(probabilities))
    with np.errstate(divide="ignore"):  # a certain type: log(0), and exp of it is 0
        met = -np.expm1(draws * np.log1p(-probabilities))
    return math.fsum(met) + draws * remainder


def mean_distinct_types_poisson(weights: ArrayLike, mean_draws: float) -> float:
    """Expected number of distinct types when the number of draws is Poisson: the sum of 1 - exp(-m p)."""
    probabilities = np.asarray(weights, dtype=float)
    remainder = max(0.0, 1.0 - math.fsum(probabilities))
    return math.fsum(-np.expm1(-mean_draws * probabilities)) + mean_draws * remainder


# ---- priorities


def cobham_mean_waits(rates: Sequence[float], means: Sequence[float], second_moments: Sequence[float]) -> list[float]:
    """Mean waits of the classes of M/G/1 with non-preemptive priorities, the first class served first.

    Cobham (1954), "Priority assignment in waiting line problems", Operations Research 2: W0 / ((1 - s') (1 - s)), with
    W0 half the sum of lambda E[S^2], and s', s the load of the classes before, and with the class itself. ValueError
    unless all classes together load the server below 1.
    """
    residual = 0.5 * math.fsum(rate * moment for rate, moment in zip(rates, second_moments, strict=True))
    return _by_class(residual, [rate * mean for rate, mean in zip(rates, means, strict=True)])


def mmc_priority_mean_waits(rates: Sequence[float], service_rate: float, servers: int) -> list[float]:
    """The same for M/M/c where all classes have the same service rate: W0 = P(all busy) / (c mu).

    Cobham (1954); Kella and Yechiali (1985), "Waiting times in the non-preemptive priority M/M/c queue".
    """
    residual = erlang_c(math.fsum(rates) / service_rate, servers) / (servers * service_rate)
    return _by_class(residual, [rate / (servers * service_rate) for rate in rates])


def _by_class(residual: float, loads: Sequence[float]) -> list[float]:
    waits, before = [], 0.0
    for load in loads:
        if not before + load < 1.0:
            raise ValueError(f"load {before + load} must be below 1")
        waits.append(residual / ((1.0 - before) * (1.0 - before - load)))
        before += load
    return waits


def sliced_mean_wait(rate: float, mean: float, second_moment: float, other_load: float, slice_time: float) -> float:
    """Mean wait of the first class where the other class works in slices of constant length, not interrupted within.

    Mean value analysis: who comes finds the first class's queue and the rest of its service, and with probability
    `other_load` half a slice (waiting times are seen at random instants): (lambda E[S^2] + other_load d) / 2 (1 - rho).
    """
    return 0.5 * (rate * second_moment + other_load * slice_time) / (1.0 - rate * mean)


@dataclass(frozen=True)
class SharedServer:
    """Steady state of one server that serves tickets and repairs of a machine, exponential, not interrupted."""

    mean_wait: float
    """Mean wait of tickets."""
    down_share: float
    """Share of time in which the machine does not work."""


def machine_and_tickets(
    arrival_rate: float, service_rate: float, failure_rate: float, repair_rate: float, repairs_first: bool
) -> SharedServer:
    """One server, Poisson tickets, and a machine that fails at `failure_rate` while it works.

    The stationary distribution of the Markov chain, solved numerically with at most 400 tickets waiting: the number
    that waits, beside an idle server, a ticket in service (the machine working, or waiting for repair), or a repair.
    """
    most = 400
    idle, serving, waiting, repairing = 0, 1, 2 + most, 3 + 2 * most
    moves: list[tuple[int, int, float]] = [(idle, serving, arrival_rate), (idle, repairing, failure_rate)]
    for n in range(most + 1):
        if n < most:
            moves.extend((block + n, block + n + 1, arrival_rate) for block in (serving, waiting, repairing))
        moves.append((serving + n, serving + n - 1 if n else idle, service_rate))
        moves.append((serving + n, waiting + n, failure_rate))
        next_one = waiting + n - 1 if n and not repairs_first else repairing + n
        moves.append((waiting + n, next_one, service_rate))
        moves.append((repairing + n, serving + n - 1 if n else idle, repair_rate))
    size = 4 + 3 * most
    start, end, rate = (np.array(column) for column in zip(*moves, strict=True))
    flow = sparse.coo_matrix((rate, (end, start)), shape=(size, size)).tolil()
    flow.setdiag(-np.bincount(start, rate, size))
    flow[idle, :] = 1.0  # one balance follows from the others: probabilities add up to 1 instead
    right = np.zeros(size)
    right[idle] = 1.0
    share = sparse_linalg.spsolve(flow.tocsc(), right)
    queue = math.fsum(n * (share[serving + n] + share[waiting + n] + share[repairing + n]) for n in range(most + 1))
    return SharedServer(queue / arrival_rate, math.fsum(share[waiting:]))
