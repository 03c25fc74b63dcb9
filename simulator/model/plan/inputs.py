"""Drawing the uncertain inputs of a replication: uniforms by the design, ranks tied by a copula, quantiles."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from simulator.scenario import Tied
from simulator.streams.jit import rule
from simulator.streams.philox import draw, stream
from simulator.streams.variates import quantile_of

Floats = npt.NDArray[np.float64]
LEAST_UNIFORM = 0.5**54
"""Uniforms lie in the open interval between this and 1 minus it, whose quantiles are finite."""


@rule
def fill_uniforms(key: Any, streams: Any, values: Any) -> None:
    """Fill `values`, float64[inputs], with a uniform from each input's own stream; `key` is base seed, replication."""
    for i in range(len(values)):
        values[i] = draw(key, streams[i], 0, 0)[0]


@rule
def fill_inputs(distributions: Any, tables: Any, values: Any) -> None:
    """Replace the uniforms in `values`, float64[inputs], by quantiles of the inputs' distributions.

    Whole numbers are rounded half to even.
    """
    for i in range(len(values)):
        d = distributions[i]
        x = quantile_of(
            d["code"], d["p0"], d["p1"], d["p2"], d["p3"], d["p4"], d["p5"], d["low"], d["high"], tables, values[i]
        )
        if d["whole"] == 1:
            below = math.floor(x)
            rest = x - below
            x = below + (1.0 if rest > 0.5 or (rest == 0.5 and int(below) % 2 == 1) else 0.0)
        values[i] = x


@dataclass(frozen=True)
class Copula:
    """A Gaussian copula over a set of inputs (Nelsen 2006, An Introduction to Copulas, section 2.3).

    `members` are the numbers of the inputs among those that are uncertain, -1 for what is certain; each member has its
    stream, and a row of the lower triangular factor of the normal correlations.
    """

    members: npt.NDArray[np.int64]
    streams: npt.NDArray[np.uint64]
    factor: Floats

    @classmethod
    def of(cls, tied: Tied, inputs: list[str]) -> Copula:
        """The copula of inputs that hang together, where `inputs` are the paths of the uncertain ones."""
        number = {path: i for i, path in enumerate(inputs)}
        return cls(
            np.array([number.get(path, -1) for path in tied.paths], dtype=np.int64),
            np.array([stream("input", path) for path in tied.paths], dtype=np.uint64),
            np.array(tied.factor),
        )

    def tie(self, uniforms: Floats, key: Any) -> None:
        """Give `uniforms`, float64[inputs], of the members the ranks that go together.

        The first in declared order keeps its uniform, as does whoever depends on nobody before it. A certain member
        has the normal variable of its own stream: others don't notice that it was set to a number.
        """
        from scipy.special import ndtr, ndtri

        own = np.empty(len(self.members))
        fill_uniforms(key, self.streams, own)
        uncertain = self.members >= 0
        own[uncertain] = uniforms[self.members[uncertain]]
        normals = ndtri(own)
        for row, member in enumerate(self.members):
            weights = self.factor[row]
            if member >= 0 and weights[:row].any():
                normal = math.fsum(weights[k] * normals[k] for k in range(row + 1))
                uniforms[member] = min(max(float(ndtr(normal)), LEAST_UNIFORM), 1.0 - LEAST_UNIFORM)
