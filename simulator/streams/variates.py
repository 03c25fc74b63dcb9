"""Variates by inverse distribution function: one uniform each, monotone in it, the same bits in both engines.

Monotone inverses make common random numbers and antithetic designs work.
"""

from __future__ import annotations

import math
from typing import Any

from simulator.streams import codes
from simulator.streams.jit import rule
from simulator.streams.quantile_tables import beta_from, gamma_from
from simulator.streams.special import beta_quantile, gamma_quantile, normal_quantile

CONSTANT = codes.CONSTANT
UNIFORM = codes.UNIFORM
TRIANGULAR = codes.TRIANGULAR
EXPONENTIAL = codes.EXPONENTIAL
LOGNORMAL = codes.LOGNORMAL
METALOG = codes.METALOG
GAMMA = codes.GAMMA
BETA = codes.BETA
EMPIRICAL = codes.EMPIRICAL
TWO_PIECE = codes.TWO_PIECE


@rule
def within(z: float, kind: float, low: float, high: float) -> float:
    """From the unbounded z to x: `kind` 0 unbounded, 1 bounded below, 2 above, 3 on both sides (Keelin 2016)."""
    if kind == 0.0:
        return z
    if kind == 1.0:
        return low + math.exp(z)
    if kind == 2.0:
        return high - math.exp(-z)
    return low + (high - low) / (1.0 + math.exp(-z))


@rule
def quantile_of(
    code: int, p0: float, p1: float, p2: float, p3: float, p4: float, p5: float,
    low: float, high: float, tables: Any, u: float,
) -> float:  # fmt: skip
    """Quantile at `u` of the distribution `code` with parameters p0..p5 (see `codes`), clipped to [low, high].

    `tables` is float64[:] and holds the sorted values of all empirical distributions, and quantile tables.
    """
    if code == CONSTANT:
        x = p0
    elif code == UNIFORM:
        x = p0 + (p1 - p0) * u
    elif code == TRIANGULAR:
        width = p2 - p0
        if width <= 0.0:
            x = p0
        elif u * width < p1 - p0:
            x = p0 + math.sqrt(u * width * (p1 - p0))
        else:
            x = p2 - math.sqrt((1.0 - u) * width * (p2 - p1))
    elif code == EXPONENTIAL:
        x = -p0 * math.log(1.0 - u)
    elif code == LOGNORMAL:
        x = math.exp(p0 + p1 * normal_quantile(u))
    elif code == METALOG:
        logit = math.log(u / (1.0 - u))
        x = within(p0 + (p1 + p2 * (u - 0.5)) * logit, p3, p4, p5)
    elif code == TWO_PIECE:
        z = normal_quantile(u)
        x = within(p0 + (p1 if z < 0.0 else p2) * z, p3, p4, p5)
    elif code == GAMMA:
        x = p1 * (gamma_from(tables, int(p5), u) if p5 > 0.0 else gamma_quantile(p0, u))
    elif code == BETA:
        x = p2 + (p3 - p2) * (beta_from(tables, int(p5), u) if p5 > 0.0 else beta_quantile(p0, p1, u))
    elif code == EMPIRICAL:  # each value with the same probability
        x = tables[int(p0) + min(int(p1) - 1, int(u * p1))]
    else:
        return math.nan
    return min(max(x, low), high)


@rule
def quantile(code: int, parameters: Any, low: float, high: float, tables: Any, u: float) -> float:
    """As `quantile_of`, with the parameters as float64[6]."""
    return quantile_of(
        code, parameters[0], parameters[1], parameters[2], parameters[3], parameters[4], parameters[5],
        low, high, tables, u,
    )  # fmt: skip
