"""Codes of the distributions and the order of their parameters, as the compiled quantile function reads them.

A distribution is a code, six floats (unused ones 0.0) and the bounds that clip its quantile. All quantiles are
inverse distribution functions x(u) of one uniform u in (0, 1), increasing in u.

=============  ====  =======================================================================================
name           code  parameters, in order
=============  ====  =======================================================================================
CONSTANT          0  value
UNIFORM           1  low, high
TRIANGULAR        2  low, mode, high
EXPONENTIAL       3  mean
LOGNORMAL         4  mu, sigma of the logarithm
METALOG           5  a1, a2, a3, kind, low, high: z = a1 + (a2 + a3 (u - 1/2)) ln(u / (1 - u)), then x from z
GAMMA             6  shape, scale, (3 unused), table
BETA              7  a, b, low, high, (unused), table: x = low + (high - low) Beta(a, b); PERT is a BETA
EMPIRICAL         8  offset, count: the sorted values are ``tables[offset : offset + count]``, each equally likely
TWO_PIECE         9  m, s1, s2, kind, low, high: z = m + s Phi^-1(u), s = s1 below the median, s2 above it, then x
=============  ====  =======================================================================================

METALOG and TWO_PIECE share the step from z to x, by ``kind``:

* ``UNBOUNDED`` 0: x = z
* ``BOUNDED_BELOW`` 1: x = low + exp(z)
* ``BOUNDED_ABOVE`` 2: x = high - exp(-z)
* ``BOUNDED`` 3: x = low + (high - low) / (1 + exp(-z))

The 3-term metalog is Keelin (2016), "The Metalog Distributions", Decision Analysis 13(4). TWO_PIECE (two half normals
of different widths, joined at the median) stands in for it where a triple of percentiles has no feasible metalog, or
one without a finite variance.

A GAMMA or BETA that is drawn again and again has a table of its quantiles (see `quantile_tables`), which begins at
``tables[table]``; where that is 0 the quantile is found anew for each draw.

EMPIRICAL: x = tables[offset + min(count - 1, floor(u * count))].
"""

from typing import Final

CONSTANT: Final = 0
UNIFORM: Final = 1
TRIANGULAR: Final = 2
EXPONENTIAL: Final = 3
LOGNORMAL: Final = 4
METALOG: Final = 5
GAMMA: Final = 6
BETA: Final = 7
EMPIRICAL: Final = 8
TWO_PIECE: Final = 9

UNBOUNDED: Final = 0
BOUNDED_BELOW: Final = 1
BOUNDED_ABOVE: Final = 2
BOUNDED: Final = 3

PARAMETERS: Final = 6
"""Number of parameters that every distribution carries."""

NAMES: Final = {
    CONSTANT: "constant",
    UNIFORM: "uniform",
    TRIANGULAR: "triangular",
    EXPONENTIAL: "exponential",
    LOGNORMAL: "lognormal",
    METALOG: "metalog",
    GAMMA: "gamma",
    BETA: "beta",
    EMPIRICAL: "empirical",
    TWO_PIECE: "two-piece",
}
"""Name of each code, for messages."""
