"""Normal, gamma and beta distributions: tails and exact inverses, the same bits in both engines.

Only `math.exp`, `log`, `sqrt` and arithmetic are used, written out in loops: these give the same bits compiled and
interpreted.
"""

from __future__ import annotations

import math

from simulator.streams.jit import rule

LOG_ROOT_TWO_PI = 0.9189385332046727418
TINY = 1e-300


@rule
def normal_quantile(u: float) -> float:
    """Standard normal quantile at `u` in (0, 1): algorithm AS 241, PPND16 (Wichura 1988), about 16 digits."""
    q = u - 0.5
    if -0.425 <= q <= 0.425:
        r = 0.180625 - q * q
        return (
            q
            * (((((((2.5090809287301226727e3 * r + 3.3430575583588128105e4) * r + 6.7265770927008700853e4) * r
                   + 4.5921953931549871457e4) * r + 1.3731693765509461125e4) * r + 1.9715909503065514427e3) * r
                + 1.3314166789178437745e2) * r + 3.3871328727963666080e0)
            / (((((((5.2264952788528545610e3 * r + 2.8729085735721942674e4) * r + 3.9307895800092710610e4) * r
                   + 2.1213794301586595867e4) * r + 5.3941960214247511077e3) * r + 6.8718700749205790830e2) * r
                + 4.2313330701600911252e1) * r + 1.0)
        )  # fmt: skip
    r = math.sqrt(-math.log(u if q < 0.0 else 1.0 - u))
    if r <= 5.0:
        r -= 1.6
        value = (
            (((((((7.74545014278341407640e-4 * r + 2.27238449892691845833e-2) * r + 2.41780725177450611770e-1) * r
                 + 1.27045825245236838258e0) * r + 3.64784832476320460504e0) * r + 5.76949722146069140550e0) * r
              + 4.63033784615654529590e0) * r + 1.42343711074968357734e0)
            / (((((((1.05075007164441684324e-9 * r + 5.47593808499534494600e-4) * r + 1.51986665636164571966e-2) * r
                   + 1.48103976427480074590e-1) * r + 6.89767334985100004550e-1) * r + 1.67638483018380384940e0) * r
                + 2.05319162663775882187e0) * r + 1.0)
        )  # fmt: skip
    else:
        r -= 5.0
        value = (
            (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 1.24266094738807843860e-3) * r
                 + 2.65321895265761230930e-2) * r + 2.96560571828504891230e-1) * r + 1.78482653991729133580e0) * r
              + 5.46378491116411436990e0) * r + 6.65790464350110377720e0)
            / (((((((2.04426310338993978564e-15 * r + 1.42151175831644588870e-7) * r + 1.84631831751005468180e-5) * r
                   + 7.86869131145613259100e-4) * r + 1.48753612908506148525e-2) * r + 1.36929880922735805310e-1) * r
                + 5.99832206555887937690e-1) * r + 1.0)
        )  # fmt: skip
    return -value if q < 0.0 else value


@rule
def log_gamma(x: float) -> float:
    """Logarithm of the gamma function for x > 0: recurrence up to x >= 8, then Stirling's series (DLMF 5.11.1)."""
    shift = 1.0
    while x < 8.0:
        shift *= x
        x += 1.0
    z = 1.0 / (x * x)
    series = (
        1.0 / 12.0
        - z * (1.0 / 360.0 - z * (1.0 / 1260.0 - z * (1.0 / 1680.0 - z * (1.0 / 1188.0 - z * (691.0 / 360360.0)))))
    ) / x  # fmt: skip
    return (x - 0.5) * math.log(x) - x + LOG_ROOT_TWO_PI + series - math.log(shift)


@rule
def gamma_tails(shape: float, log_x: float, log_gamma_shape: float) -> tuple[float, float]:
    """Regularised incomplete gamma functions P and Q of (shape, x): series or continued fraction (DLMF 8.11.4, 8.9.2).

    The smaller of them is good to its last digits wherever x is on its side of `shape`.
    """
    x = math.exp(log_x)
    front = math.exp(shape * log_x - x - log_gamma_shape)
    if x < shape + 1.0:
        term = 1.0 / shape
        total = term
        a = shape
        for _ in range(2000):
            a += 1.0
            term *= x / a
            total += term
            if term < total * 1e-17:
                break
        return front * total, 1.0 - front * total
    b = x + 1.0 - shape
    c = 1.0 / TINY
    d = 1.0 / b
    h = d
    for i in range(1, 2000):
        an = -i * (i - shape)
        b += 2.0
        d = an * d + b
        if abs(d) < TINY:
            d = TINY
        c = b + an / c
        if abs(c) < TINY:
            c = TINY
        d = 1.0 / d
        step = d * c
        h *= step
        if abs(step - 1.0) < 1e-16:
            break
    return 1.0 - front * h, front * h


@rule
def gamma_cdf(shape: float, x: float, log_gamma_shape: float) -> float:
    """Regularised lower incomplete gamma function P(shape, x)."""
    return gamma_tails(shape, math.log(x), log_gamma_shape)[0] if x > 0.0 else 0.0


@rule
def gamma_quantile(shape: float, u: float) -> float:
    """Quantile at `u` of the gamma distribution with `shape` > 0 and scale 1, by safeguarded Newton steps."""
    log_gamma_shape = log_gamma(shape)
    # Wilson and Hilferty (1931) for a start; for small u the leading term of the series.
    z = normal_quantile(u)
    w = 1.0 - 1.0 / (9.0 * shape) + z / (3.0 * math.sqrt(shape))
    x = shape * w * w * w
    start = math.exp((math.log(u) + math.log(shape) + log_gamma_shape) / shape)
    if w <= 0.1 or shape < 1.0:
        x = start
    low = 0.0
    high = math.inf
    for _ in range(80):
        f = gamma_cdf(shape, x, log_gamma_shape) - u
        if f > 0.0:
            high = x
        else:
            low = x
        slope = math.exp((shape - 1.0) * math.log(x) - x - log_gamma_shape) if x > 0.0 else 0.0
        new = x - f / slope if slope > 0.0 else -1.0
        if not (low < new < high):
            new = 0.5 * (low + high) if high < math.inf else 2.0 * x + 1e-300
        if abs(new - x) <= 1e-12 * new:
            return new
        x = new
    return x


@rule
def beta_tails(a: float, b: float, logit: float, log_beta: float) -> tuple[float, float]:
    """Regularised incomplete beta functions I_x(a, b) and 1 - I_x(a, b) at x with this logit: see `beta_fraction`."""
    log_x = -math.log(1.0 + math.exp(-logit))
    log_y = -math.log(1.0 + math.exp(logit))
    return beta_fraction(a, b, math.exp(log_x), math.exp(log_y), a * log_x + b * log_y - log_beta)


@rule
def beta_fraction(a: float, b: float, x: float, complement: float, log_front: float) -> tuple[float, float]:
    """I_x(a, b) and 1 - I_x(a, b) by the continued fraction (DLMF 8.17.22, modified Lentz); `complement` is 1 - x."""
    swap = x > (a + 1.0) / (a + b + 2.0)
    front = math.exp(log_front)
    if swap:
        p = b
        q = a
        y = complement
    else:
        p = a
        q = b
        y = x
    c = 1.0
    d = 1.0 - (p + q) * y / (p + 1.0)
    if abs(d) < TINY:
        d = TINY
    d = 1.0 / d
    h = d
    for m in range(1, 500):
        even = m * (q - m) * y / ((p + 2 * m - 1.0) * (p + 2 * m))
        d = 1.0 + even * d
        if abs(d) < TINY:
            d = TINY
        c = 1.0 + even / c
        if abs(c) < TINY:
            c = TINY
        d = 1.0 / d
        h *= d * c
        odd = -(p + m) * (p + q + m) * y / ((p + 2 * m) * (p + 2 * m + 1.0))
        d = 1.0 + odd * d
        if abs(d) < TINY:
            d = TINY
        c = 1.0 + odd / c
        if abs(c) < TINY:
            c = TINY
        d = 1.0 / d
        step = d * c
        h *= step
        if abs(step - 1.0) < 1e-15:
            break
    tail = front * h / p
    if swap:
        return 1.0 - tail, tail
    return tail, 1.0 - tail


@rule
def beta_quantile(a: float, b: float, u: float) -> float:
    """Quantile at `u` of Beta(a, b) on [0, 1], by safeguarded Newton steps where the equation is nearly straight.

    That is x**a against the probability below x where the leading term of the series is small, and the logarithm of
    the probability above x elsewhere. Sticks of a Pitman-Yor process (a < 1, b large) take two or three steps.
    """
    log_beta = log_gamma(a) + log_gamma(b) - log_gamma(a + b)
    mirrored = u > 0.5 and b < a
    if mirrored:
        a, b = b, a
        u = 1.0 - u
    x = math.exp((math.log(u) + math.log(a) + log_beta) / a)
    below = x < 0.3 / (b + 1.0)
    if not below:
        x = min(a / (a + b), 0.5)
        for _ in range(2):  # the tail above x is about x^(a - 1) (1 - x)^b / (b B(a, b))
            tail = (math.log(1.0 - u) + math.log(b) + log_beta + (1.0 - a) * math.log(x)) / b
            if tail < 0.0:
                x = 1.0 - math.exp(tail)
    low = 0.0
    high = 1.0
    for _ in range(100):
        cumulated, above = beta_fraction(a, b, x, 1.0 - x, a * math.log(x) + b * math.log(1.0 - x) - log_beta)
        f = cumulated - u if cumulated < above else (1.0 - u) - above
        if f > 0.0:
            high = x
        else:
            low = x
        density = math.exp((a - 1.0) * math.log(x) + (b - 1.0) * math.log(1.0 - x) - log_beta)
        new = -1.0
        if below:
            relative = 1.0 - a * f / (density * x)
            if relative > 0.0:
                new = x * math.exp(math.log(relative) / a)
        elif above > 0.0:
            new = x + above * math.log(above / (1.0 - u)) / density
        if not (low < new < high):
            new = 0.5 * (low + high)
        if abs(new - x) <= 1e-8 * new or new <= TINY:  # the next step would change about the square of that
            x = new
            break
        x = new
    return 1.0 - x if mirrored else x
