"""Mean and standard deviation of each distribution.

Closed forms, but for metalogs with bounds, for two-piece forms between two bounds and for lognormals that the limit
of a field clips: there the trapezoidal rule after a double-exponential substitution (Takahasi and Mori 1974), with a
relative error below 1e-7, or 1e-3 in the standard deviation where clipping matters.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from simulator.scenario.numbers.percentiles import from_z
from simulator.streams import codes

Moments = tuple[float, float]
"""Mean and standard deviation."""

GRID: Final = tuple(i / 64.0 for i in range(-512, 513))
"""Points of the trapezoidal rule after the substitution."""
FAR: Final = 30.0
"""Standard deviations beyond which three terms of the series of Mills' ratio are exact to 1e-7."""
LARGEST_EXPONENT: Final = 340.0
"""Logarithm of a moment beyond all numbers; its square is still finite."""


class Shape(NamedTuple):
    """What the moments of a distribution depend on besides its code."""

    p: Sequence[float]
    """Parameters, in the order of the codes."""
    values: Sequence[float]
    """Values of an empirical distribution."""
    high: float
    """Draws above it are clipped to it."""


@lru_cache(maxsize=4096)  # some forms take a quadrature, and the same distributions are asked about again and again
def mean_and_sd(code: int, shape: Shape) -> Moments:
    """Mean and standard deviation of a distribution, with the clipping."""
    return MOMENTS[code](shape)


def constant(shape: Shape) -> Moments:
    """A certain number."""
    p = shape.p
    return p[0], 0.0


def uniform(shape: Shape) -> Moments:
    """A uniform from p0 to p1."""
    p = shape.p
    return 0.5 * (p[0] + p[1]), (p[1] - p[0]) / math.sqrt(12.0)


def triangular(shape: Shape) -> Moments:
    """A triangle from p0 over the mode p1 to p2."""
    p = shape.p
    a, m, b = p[0], p[1], p[2]
    # (a^2 + m^2 + b^2 - am - ab - mb) / 18, as sums of squares so that nothing cancels.
    variance = ((m - a) ** 2 + (b - m) ** 2 + (b - a) ** 2) / 36.0
    return (a + m + b) / 3.0, math.sqrt(variance)


def exponential(shape: Shape) -> Moments:
    """An exponential with mean p0, clipped."""
    p, high = shape.p, shape.high
    mean = p[0]
    if mean <= 0.0 or high / mean > 700.0:
        return mean, mean
    x = high / mean
    beyond = math.exp(-x)
    first = mean * (1.0 - beyond)
    second = 2.0 * mean * mean * (1.0 - beyond * (1.0 + x))
    return first, math.sqrt(max(0.0, second - first * first))


def lognormal(shape: Shape) -> Moments:
    """A lognormal with mu p0 and sigma p1 of the logarithm, clipped."""
    mu, sigma = shape.p[0], shape.p[1]
    return two_piece(Shape((mu, sigma, sigma, codes.BOUNDED_BELOW, 0.0, 0.0), (), shape.high))


def gamma(shape: Shape) -> Moments:
    """A gamma with shape p0 and scale p1, clipped."""
    p, high = shape.p, shape.high
    k, scale = p[0], p[1]
    mean, sd = k * scale, scale * math.sqrt(k)
    if high > mean + 60.0 * (sd + scale):
        return mean, sd
    from scipy.special import gammainc, gammaincc

    x = high / scale
    beyond = float(gammaincc(k, x))
    first = mean * float(gammainc(k + 1.0, x)) + high * beyond
    second = mean * (k + 1.0) * scale * float(gammainc(k + 2.0, x)) + high * high * beyond
    return first, math.sqrt(max(0.0, second - first * first))


def beta(shape: Shape) -> Moments:
    """A beta with p0 and p1, stretched from p2 to p3."""
    p = shape.p
    a, b, start, end = p[0], p[1], p[2], p[3]
    width = end - start
    return start + width * a / (a + b), width * math.sqrt(a * b / (a + b + 1.0)) / (a + b)


def empirical(shape: Shape) -> Moments:
    """Equally likely values."""
    values = shape.values
    mean = math.fsum(values) / len(values)
    return mean, math.sqrt(math.fsum((x - mean) ** 2 for x in values) / len(values))


def metalog(shape: Shape) -> Moments:
    """A 3-term metalog (Keelin 2016, section 3), with bounds by quadrature."""
    p = shape.p
    a1, a2, a3, kind = p[0], p[1], p[2], int(p[3])
    if kind == codes.UNBOUNDED:
        spread = a2 * a2 * math.pi**2 / 3.0 + a3 * a3 * (1.0 / 12.0 + math.pi**2 / 36.0)
        return a1 + 0.5 * a3, math.sqrt(spread)

    most = _highest(kind, p[4], shape.high)

    def points() -> Iterator[tuple[float, float]]:
        for t in GRID:
            w = math.sinh(t)
            if abs(w) < 700.0:
                z = a1 + (a2 + a3 * (1.0 / (1.0 + math.exp(-w)) - 0.5)) * w
                yield min(z, most), math.log(math.cosh(t)) - abs(w) - 2.0 * math.log1p(math.exp(-abs(w)))

    return _by_quadrature(points(), kind, p[4], p[5])


def two_piece(shape: Shape) -> Moments:
    """Two half normals on the transformed scale; between two bounds by quadrature."""
    p = shape.p
    m, s1, s2, kind = p[0], p[1], p[2], int(p[3])
    if kind == codes.UNBOUNDED:
        shift = (s2 - s1) / math.sqrt(2.0 * math.pi)
        return m + shift, math.sqrt(0.5 * (s1 * s1 + s2 * s2) - shift * shift)
    most = _highest(kind, p[4], shape.high)
    # Far below the clipping, where the second moment gathers 2 s above the median, there is a closed form.
    if kind == codes.BOUNDED or (most - m) / s2 < 2.0 * s2 + 8.0:

        def points() -> Iterator[tuple[float, float]]:
            # Each half by itself, as the density has a step at the median.
            for t in GRID:
                w = math.exp(t - math.exp(-t))
                if 0.0 < w < 38.0:
                    weight = math.log(w * (1.0 + math.exp(-t))) - 0.5 * w * w
                    yield m - s1 * w, weight
                    yield min(m + s2 * w, most), weight

        return _by_quadrature(points(), kind, p[4], p[5])
    if kind == codes.BOUNDED_ABOVE:
        m, s1, s2 = -m, s2, s1
    first, second = (_half(k * m, -k * s1) + _half(k * m, k * s2) for k in (1, 2))
    sd = math.sqrt(max(0.0, second - first * first))
    return (p[4] + first if kind == codes.BOUNDED_BELOW else p[5] - first), sd


def _highest(kind: int, low: float, high: float) -> float:
    """The transformed value at which draws are clipped."""
    return math.log(high - low) if kind == codes.BOUNDED_BELOW and high < math.inf else math.inf


def _by_quadrature(points: Iterable[tuple[float, float]], kind: int, low: float, high: float) -> Moments:
    """Moments of x(z) by the trapezoidal rule, from values of z with the logarithms of their weights."""
    sums = [0.0, 0.0, 0.0]
    for z, weight in points:
        sums[0] += math.exp(weight)
        for k in (1, 2):
            if kind == codes.BOUNDED:
                sums[k] += from_z(z, kind, 0.0, 1.0) ** k * math.exp(weight)
            else:
                sums[k] += math.exp(k * (z if kind == codes.BOUNDED_BELOW else -z) + weight)
    first, second = sums[1] / sums[0], sums[2] / sums[0]
    sd = math.sqrt(max(0.0, second - first * first))
    if kind == codes.BOUNDED:
        return low + (high - low) * first, (high - low) * sd
    return (low + first if kind == codes.BOUNDED_BELOW else high - first), sd


def _half(m: float, s: float) -> float:
    """Integral of exp(m + s w) over half of a standard normal, w > 0: exp(m + s^2 / 2) Phi(s).

    Far below 0 by the asymptotic series of Mills' ratio, as both factors leave the range of floats.
    """
    exponent = m + 0.5 * s * s
    if s > -FAR:
        return math.exp(min(exponent, LARGEST_EXPONENT)) * 0.5 * math.erfc(-s / math.sqrt(2.0))
    return math.exp(min(m, LARGEST_EXPONENT)) * (1.0 - 1.0 / s**2 + 3.0 / s**4) / (-s * math.sqrt(2.0 * math.pi))


MOMENTS: Final[dict[int, Callable[[Shape], Moments]]] = {
    codes.CONSTANT: constant,
    codes.UNIFORM: uniform,
    codes.TRIANGULAR: triangular,
    codes.EXPONENTIAL: exponential,
    codes.LOGNORMAL: lognormal,
    codes.METALOG: metalog,
    codes.GAMMA: gamma,
    codes.BETA: beta,
    codes.EMPIRICAL: empirical,
    codes.TWO_PIECE: two_piece,
}
