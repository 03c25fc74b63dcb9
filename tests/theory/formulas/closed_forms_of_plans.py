"""Exact results on projects, diffusion, renewal and money, beside the queues and species of `closed_forms`.

Times and rates are in any unit as long as it is the same throughout. Nothing here is used by the simulator itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import integrate, linalg, stats

Floats = npt.NDArray[np.float64]


# ---- projects


def harmonic(n: int) -> float:
    """1 + 1/2 + ... + 1/n: the mean of the largest of n exponentials of mean 1."""
    return math.fsum(1.0 / k for k in range(1, n + 1))


def makespan(jobs: int, servers: int, mean: float) -> float:
    """Mean time until all of so many exponential jobs are done that all wait at the start.

    Until as many are left as there are servers one ends every mean / c, then they end one by one:
    mean * ((n - c) / c + H_c), and mean * H_n where nobody has to wait.
    """
    if jobs <= servers:
        return mean * harmonic(jobs)
    return mean * ((jobs - servers) / servers + harmonic(servers))


def mean_of_largest(*laws: stats.rv_frozen) -> float:
    """Mean of the largest of independent positive variables (merge bias): the integral of 1 - product of their F."""
    top = max(law.ppf(0.5) for law in laws)
    value = 0.0
    for low, high in ((0.0, top), (top, 20.0 * top), (20.0 * top, math.inf)):
        value += integrate.quad(lambda t: -math.expm1(sum(law.logcdf(t) for law in laws)), low, high, limit=400)[0]
    return value


def mean_visits(rework: float) -> float:
    """Mean number of times that a stage is done which has to be done again with probability `rework` each time."""
    return 1.0 / (1.0 - rework)


def mean_multiplier(law: stats.rv_frozen, probability: float, cap: float) -> float:
    """Mean factor where, with a probability, a duration is multiplied by a draw clipped to [1, cap]."""
    edges = [1.0, *(min(cap, max(1.0, float(law.ppf(q)))) for q in (0.5, 0.9, 0.99, 0.9999, 1.0 - 1e-9)), cap]
    above = math.fsum(integrate.quad(law.sf, a, b, limit=400)[0] for a, b in pairwise(edges))
    return 1.0 + probability * above


# ---- diffusion and chains


def bass_rates(users: int, innovation: float, imitation: float) -> Floats:
    """Rate at which the next of `users` starts when n have: (N - n)(p + q n / N), float64[users + 1]."""
    n = np.arange(users + 1)
    return (users - n) * (innovation + imitation * n / users)


def birth_distribution(rates: Floats, time: float) -> Floats:
    """Distribution at `time` of a pure-birth process from 0 with these rates, float64[len(rates)]."""
    generator = np.diag(-rates) + np.diag(rates[:-1], 1)
    return np.asarray(linalg.expm(generator * time)[0])


def birth_time(rates: Floats, births: int) -> tuple[float, float]:
    """Mean and variance of the time of the birth number `births`: sums of those of independent exponentials."""
    return math.fsum(1.0 / rates[:births]), math.fsum(1.0 / rates[:births] ** 2)


def markov_shares(generator: Sequence[Sequence[float]], start: int, time: float) -> Floats:
    """Distribution over the states at `time` of a Markov chain, from `start`; the diagonal is filled in here."""
    q = np.array(generator, dtype=float)
    np.fill_diagonal(q, 0.0)
    np.fill_diagonal(q, -q.sum(axis=1))
    return np.asarray(linalg.expm(q * time)[start])


# ---- renewal


def availability(up_mean: float, down_mean: float) -> float:
    """Long-run share of time up of an alternating renewal process, whatever the laws: up / (up + down)."""
    return up_mean / (up_mean + down_mean)


def availability_over(up_mean: float, down_mean: float, time: float) -> float:
    """Mean share of [0, time] up from an up state, where both laws are exponential."""
    settled = availability(up_mean, down_mean)
    rate = 1.0 / up_mean + 1.0 / down_mean
    return settled + (1.0 - settled) * -math.expm1(-rate * time) / (rate * time)


def failures_until(up_mean: float, repair: float, time: float) -> float:
    """Mean number of failures in [0, time] where up times are exponential and every repair takes the same time.

    The n-th failure comes at the sum of n exponentials and n - 1 repairs: a sum of gamma distribution functions.
    """
    most = int(time / up_mean + 12.0 * math.sqrt(time / up_mean) + 20.0)
    n = np.arange(1, most + 1)
    left = time - (n - 1) * repair
    return float(stats.gamma.cdf(np.maximum(left, 0.0), n, scale=up_mean).sum())


# ---- types of edge cases met several times


def pitman_yor_mean_types_met(mean_draws: float, times: int, discount: float, concentration: float) -> float:
    """Expected number of types met at least so often in a Poisson number of draws of a Pitman-Yor process.

    A size-biased weight is Beta(1 - d, theta + d), so that the expected sum over types of f(p) is E[f(B) / B] (Pitman
    2006, chapter 2); f(p) = P(Poisson(m p) >= times).
    """
    structural = stats.beta(1.0 - discount, concentration + discount)

    def integrand(x: float) -> float:
        w = math.exp(x)  # over the logarithm of the weight: dw / w = dx
        return float(stats.gamma.cdf(mean_draws * w, times) * structural.pdf(w))

    middle = math.log(1.0 / (mean_draws + concentration))
    parts = ((middle - 60.0, middle - 8.0), (middle - 8.0, middle), (middle, 0.5 * middle), (0.5 * middle, -1e-12))
    return math.fsum(integrate.quad(integrand, a, b, limit=400)[0] for a, b in parts)


# ---- money


def annuity(weekly: float, weeks: int, rate_per_year: float) -> float:
    """Present value of `weekly` at the end of each of so many weeks, 52 to the year, at a yearly rate.

    (1 - v^n) / (1 / v - 1) with v the weekly factor (Brealey, Myers and Allen, Principles of Corporate Finance).
    """
    if rate_per_year == 0.0:
        return weekly * weeks
    growth = math.exp(math.log1p(rate_per_year) / 52.0)
    return weekly * (1.0 - growth**-weeks) / (growth - 1.0)


def mean_over_week(function: Callable[[float], float], steps: int = 168 * 60) -> float:
    """Mean of a function of the hour of the week, piecewise linear between minutes."""
    return math.fsum(function((i + 0.5) * 168.0 / steps) for i in range(steps)) / steps
