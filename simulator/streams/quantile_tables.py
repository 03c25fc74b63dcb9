"""Quantiles of gamma and beta distributions by interpolation, in coordinates in which they are nearly straight.

The logarithm of a gamma quantile is a smooth function of s = log(-log(1 - u)), with a slope of 1 / shape far below;
the logit of a beta quantile is one of logit(u). Both are tabulated with their first and second derivatives, which
follow from the density, and interpolated by polynomials of degree five that agree in all three (quintic Hermite).
A table holds float64[nodes, 3], one after the other in a flat array; beyond its lowest node it goes on as a line.

Sticks of a Pitman-Yor process, V ~ Beta(a, b) with one a < 1 and many b, need one table of the gamma quantile w at
`a` only: with n = b + (a - 1) / 2 the density of z = -n log(1 - V) is that of w but for a factor
(sinh(z / 2n) / (z / 2n))^(a - 1) = exp((a - 1) (z^2 / 24 n^2 - z^4 / 2880 n^4 + ...)), which gives z as a series in
1 / n^2 (Wise 1950, Biometrika 37, 208-218).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from simulator.streams import codes
from simulator.streams.jit import rule
from simulator.streams.special import beta_quantile, beta_tails, gamma_quantile, gamma_tails, log_gamma

LOWEST, STEP, NODES = -38.0, 0.25, 168
"""Of a gamma's table in s: as far as uniforms of 53 bits go, up to s = 3.75."""
BETA_NODES = 305
"""Of a beta's table in logit(u), from `LOWEST` in the same steps to 38."""
GAMMA_SIZE, BETA_SIZE = 3 * NODES, 3 * BETA_NODES
LEAST_SHAPE, LARGEST_SHAPE = 0.1, 1e5
"""Shapes for which there are tables; others, which hardly anybody means, are inverted draw by draw."""
STICK_LOWEST, STICK_STEP, STICK_NODES = -20.0, 0.5, 49
LEAST_STICK = 0.05
STICK_SIZE = 1 + 3 * STICK_NODES
"""The shape for which a table of sticks is filled, then its nodes; relative error below 5e-7 from 0.3, 1e-4 at 0.05."""
LEAST_SERIES = 16.0
"""The least b for which the series is used: its relative error is below 1e-7, and 3e-5 at most for u > 1 - 1e-6."""
SMALL = 1e-3
NEWTON_STEPS, CLOSE = 50, 1e-7
"""What a node takes at most, from the expansion at the node before, until it moves by less, in logarithm or logit.

What is left then is of the order of its square.
"""


@rule
def below_one(y: float) -> float:
    """1 - exp(-y) for y >= 0, to the last digits where y is small, too."""
    if y < SMALL:
        return y * (1.0 - y * (1.0 / 2.0 - y * (1.0 / 6.0 - y * (1.0 / 24.0))))
    return 1.0 - math.exp(-y)


@rule
def exponential(u: float) -> float:
    """-log(1 - u), to the last digits where u is small, too."""
    if u < SMALL:
        return u * (1.0 + u * (1.0 / 2.0 + u * (1.0 / 3.0 + u * (1.0 / 4.0))))
    return -math.log(1.0 - u)


@rule
def interpolated(table: Any, first: int, lowest: float, step: float, nodes: int, x: float) -> float:
    """The tabulated function at `x`: `table[first:]` holds value and two derivatives at `lowest + i * step`."""
    place = (x - lowest) / step
    if place <= 0.0:
        return float(table[first] + (x - lowest) * table[first + 1])
    i = min(nodes - 2, int(place))
    t = place - i
    at = first + 3 * i
    slope_0 = step * table[at + 1]
    curve_0 = step * step * table[at + 2]
    slope_1 = step * table[at + 4]
    curve_1 = step * step * table[at + 5]
    rise = table[at + 3] - table[at]
    third = 10.0 * rise - 6.0 * slope_0 - 4.0 * slope_1 - 1.5 * curve_0 + 0.5 * curve_1
    fourth = -15.0 * rise + 8.0 * slope_0 + 7.0 * slope_1 + 1.5 * curve_0 - curve_1
    fifth = 6.0 * rise - 3.0 * (slope_0 + slope_1) - 0.5 * (curve_0 - curve_1)
    return float(table[at] + t * (slope_0 + t * (0.5 * curve_0 + t * (third + t * (fourth + t * fifth)))))


# ---- gamma


@rule
def fill_gamma(table: Any, first: int, shape: float, lowest: float, step: float, nodes: int) -> None:
    """Tabulate log Q(u) of the gamma distribution with `shape` and scale 1 in s = log(-log(1 - u))."""
    log_gamma_shape = log_gamma(shape)
    f = (lowest + math.log(shape) + log_gamma_shape) / shape  # the leading term for small u
    if f > -300.0:
        f = math.log(gamma_quantile(shape, below_one(math.exp(lowest))))
    for i in range(nodes):
        s = lowest + i * step
        e = math.exp(s)
        for _ in range(NEWTON_STEPS):  # for the logarithm of the smaller tail
            density = math.exp(shape * f - math.exp(f) - log_gamma_shape)
            lower, upper = gamma_tails(shape, f, log_gamma_shape)
            if lower < upper:
                move = (math.log(below_one(e)) - math.log(lower)) * lower / density
            else:
                move = (math.log(upper) + e) * upper / density
            f += move
            if abs(move) < CLOSE:
                break
        x = math.exp(f)
        slope = math.exp(s - e - shape * f + x + log_gamma_shape)
        curve = slope * (1.0 - e - (shape - x) * slope)
        table[first + 3 * i] = f
        table[first + 3 * i + 1] = slope
        table[first + 3 * i + 2] = curve
        f += step * (slope + 0.5 * step * curve)


@rule
def gamma_from(table: Any, first: int, u: float) -> float:
    """Quantile at `u` from a table of `GAMMA_SIZE`: relative error below 4e-7, from a shape of 0.3 on below 1e-8."""
    return math.exp(interpolated(table, first, LOWEST, STEP, NODES, math.log(exponential(u))))


# ---- beta


@rule
def fill_beta(table: Any, first: int, a: float, b: float) -> None:
    """Tabulate logit Q(u) of Beta(a, b) in logit(u)."""
    fill_half(table, first, a, b, -1)
    fill_half(table, first, b, a, 1)  # above its median, Beta(a, b) is the mirror image of Beta(b, a) below it


@rule
def fill_half(table: Any, first: int, a: float, b: float, direction: int) -> None:
    """The nodes of Beta(a, b) from its median downwards; mirrored where `direction` is 1, and not -1."""
    log_beta = log_gamma(a) + log_gamma(b) - log_gamma(a + b)
    median = beta_quantile(a, b, 0.5)
    g = math.log(median / (1.0 - median))
    for k in range(BETA_NODES // 2 + 1):
        log_u = -math.log(1.0 + math.exp(k * STEP))
        for _ in range(NEWTON_STEPS):  # for the logarithm of the lower tail
            density = beta_density(a, b, g, log_beta)
            lower, _upper = beta_tails(a, b, g, log_beta)
            move = (log_u - math.log(lower)) * lower / density
            g += move
            if abs(move) < CLOSE:
                break
        u = math.exp(log_u)
        x = 1.0 / (1.0 + math.exp(-g))
        slope = u * (1.0 - u) / beta_density(a, b, g, log_beta)
        curve = slope * (1.0 - 2.0 * u - (a * (1.0 - x) - b * x) * slope)
        at = first + 3 * (BETA_NODES // 2 + direction * k)
        table[at] = -direction * g
        table[at + 1] = slope
        table[at + 2] = -direction * curve
        g -= STEP * (slope - 0.5 * STEP * curve)


@rule
def beta_density(a: float, b: float, logit: float, log_beta: float) -> float:
    """Density of the logit of Beta(a, b)."""
    return math.exp(-a * math.log(1.0 + math.exp(-logit)) - b * math.log(1.0 + math.exp(logit)) - log_beta)


@rule
def beta_from(table: Any, first: int, u: float) -> float:
    """Quantile at `u` from a table of `BETA_SIZE`."""
    g = interpolated(table, first, LOWEST, STEP, BETA_NODES, math.log(u / (1.0 - u)))
    return 1.0 / (1.0 + math.exp(-g))


def quantile_table(code: int, a: float, b: float) -> npt.NDArray[np.float64]:
    """The table of a distribution by its code and first two parameters; empty for one that needs or can have none."""
    shapes = {codes.GAMMA: (a,), codes.BETA: (a, b)}.get(code, ())
    if not shapes or not LEAST_SHAPE <= min(shapes) <= max(shapes) <= LARGEST_SHAPE:
        return np.zeros(0)
    table = np.zeros(GAMMA_SIZE if code == codes.GAMMA else BETA_SIZE)
    if code == codes.GAMMA:
        fill_gamma(table, 0, a, LOWEST, STEP, NODES)
    else:
        fill_beta(table, 0, a, b)
    return table


# ---- sticks


@rule
def prepare_sticks(table: Any, a: float) -> None:
    """Fill `table`, float64[STICK_SIZE], for sticks Beta(a, b), 0 < a <= 1, unless it is."""
    if table[0] != a:
        table[0] = a
        if a >= LEAST_STICK:
            fill_gamma(table, 1, a, STICK_LOWEST, STICK_STEP, STICK_NODES)


@rule
def stick(table: Any, b: float, u: float) -> float:
    """Quantile at `u` of Beta(a, b), with a table that is prepared for `a`."""
    a = table[0]
    if b < LEAST_SERIES or a < LEAST_STICK:
        return beta_quantile(a, b, u)
    w = math.exp(interpolated(table, 1, STICK_LOWEST, STICK_STEP, STICK_NODES, math.log(exponential(u))))
    n = b + 0.5 * (a - 1.0)
    square = 1.0 / (n * n)
    first = (a - 1.0) * square / 24.0
    second = -(a - 1.0) * square * square / 2880.0
    one = a + 1.0 + w
    two = 0.5 * (a + 1.0) * (5.0 * a + 7.0) + w * (0.5 * (7.0 * a + 9.0) + w * 2.0)
    quartic = (a + 1.0) * (a + 2.0) * (a + 3.0) + w * ((a + 2.0) * (a + 3.0) + w * (a + 3.0 + w))
    return below_one(w * (1.0 + first * (one + first * two) + second * quartic) / n)
