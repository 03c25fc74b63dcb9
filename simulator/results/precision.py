"""Running until estimates are precise enough: targets, the half-widths that they are compared with, and stages.

The number of replications is doubled until all targets are met or a cap is reached. Looking only after doublings, and
not after every replication, keeps the 95% of the intervals nearly untouched by the stopping.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulator.results.statistics import QUANTILES, Numbers, describe, effective_size, share_of
from simulator.scenario.measures import ESTIMATED, SHARES, TEXTS
from simulator.scenario.text.problems import unknown

if TYPE_CHECKING:
    from simulator.store.blocks import Value

COUNTABLE = 1e6
"""How many times too wide an interval may be for it to make sense to say how many replications it would take."""


class PrecisionError(ValueError):
    """A target that can't be understood or met by any number of replications; the message says what to write."""


@dataclass(frozen=True)
class Target:
    """A measure, or a quantile of it, and the half-width of its 95% interval that is wanted.

    `half_width` is in the unit of the measure, or, if `relative`, a share of the estimate.
    """

    measure: str
    quantile: str | None
    half_width: float
    relative: bool

    @classmethod
    def read(cls, name: str, width: str | float) -> Target:
        """A target from "npv" or "npv.p90", and a half-width such as 0.02 or "5%"; raises `PrecisionError`."""
        measure, dot, quantile = name.strip().partition(".")
        if dot and quantile not in QUANTILES:
            raise PrecisionError(f"{name!r} asks for {quantile!r}; a quantile must be one of {', '.join(QUANTILES)}")
        text = str(width).strip()
        relative = text.endswith("%")
        try:
            number = float(text.removesuffix("%")) / (100.0 if relative else 1.0)
        except ValueError:
            number = math.nan
        if isinstance(width, bool) or not (0.0 < number < math.inf) or not measure:
            raise PrecisionError(
                f"the precision {name}={width} can't be read; write MEASURE=H or MEASURE=H%, "
                "with the half-width H above 0, as in success=0.02 or npv.p90=5%"
            )
        if measure in TEXTS:
            raise PrecisionError(f"{measure} is text; choose a measure that is a number or a share")
        if measure not in ESTIMATED:
            raise PrecisionError(str(unknown("measure", measure, ESTIMATED)))
        return cls(measure, quantile or None, number, relative)

    @property
    def name(self) -> str:
        """The measure, with its quantile if it is one."""
        return self.measure if self.quantile is None else f"{self.measure}.{self.quantile}"

    @property
    def wanted(self) -> str:
        """The half-width as it was asked for."""
        return f"{100 * self.half_width:.6g}%" if self.relative else f"{self.half_width:.6g}"


@dataclass(frozen=True)
class Precision:
    """An estimate and its 95% interval after `replications`: None for what can't be estimated from them.

    `effective` is their effective number where an observed pilot weights them.
    """

    target: Target
    estimate: float | None
    low: float | None
    high: float | None
    replications: int
    effective: float | None = None

    @property
    def half_width(self) -> float | None:
        """Half the width of the interval."""
        return None if self.low is None or self.high is None else (self.high - self.low) / 2

    @property
    def met(self) -> bool:
        """Whether the half-width is as small as wanted."""
        return self._ratio <= 1.0

    @property
    def needed(self) -> int | None:
        """About how many replications it takes, as half-widths shrink with the root of that; None if none will do."""
        if self._ratio >= COUNTABLE:
            return None
        return math.ceil(self.replications * self._ratio**2)

    @property
    def _ratio(self) -> float:
        """Half-width over the wanted one."""
        if self.half_width is None or self.estimate is None:
            return math.inf
        wanted = self.target.half_width * (abs(self.estimate) if self.target.relative else 1.0)
        return self.half_width / wanted if wanted > 0.0 else (0.0 if self.half_width == 0.0 else math.inf)

    def __str__(self) -> str:
        name, wanted = self.target.name, self.target.wanted
        number = f"{self.replications:,} replications"
        if self.effective is not None:
            number += f" (effectively {self.effective:,.0f})"
        if self.half_width is None or self.estimate is None:
            return f"{name}: can't be estimated from {number} ({wanted} wanted)"
        share = ""
        if self.target.relative and self.estimate:
            share = f" ({100 * self.half_width / abs(self.estimate):.3g}%)"
        told = f"{name}: {self.estimate:.4g} ± {self.half_width:.3g}{share} after {number}"
        if self.met:
            return f"{told}, {wanted} wanted: precise enough"
        if self.needed is None:
            why = ", as the estimate is 0" if self.target.relative and not self.estimate else " that anybody can run"
            return f"{told}, {wanted} wanted: no number of replications will do{why}"
        return f"{told}, {wanted} wanted: it would take about {float(f'{self.needed:.2g}'):,.0f}"


def read_targets(targets: Mapping[str, str | float]) -> list[Target]:
    """Targets from a mapping of measures to half-widths; raises `PrecisionError`."""
    return [Target.read(name, width) for name, width in targets.items()]


def stages(floor: int, cap: int, *, at_least: int = 0) -> Iterator[int]:
    """Numbers of replications to look at: `floor`, doubled up to `cap`, those below `at_least` left out."""
    number = floor
    while number < cap:
        if number >= at_least:
            yield number
        number *= 2
    yield cap


def precision(
    target: Target, column: Callable[[str], Sequence[Value]], replications: int, weights: Numbers | None = None
) -> Precision:
    """How precisely a target is known from the first replications; `column` gives a measure of each of them.

    Shares have Wilson's interval (1927), means Student's, quantiles one between order statistics, so that nothing is
    assumed about the distribution. `weights`, float64 beside the values, are those of an observed pilot; nothing can be
    estimated where all are 0.
    """
    effective = None if weights is None else effective_size(weights)
    values, weights = _values(target.measure, column, weights)
    if target.quantile is None and values and all(isinstance(value, bool) for value in values):
        share = share_of(values, weights)
        return Precision(target, share.share, share.low, share.high, replications, effective)
    row = describe(values, weights)
    if target.quantile is not None:
        estimate, low, high = (row[f"{target.quantile}{end}"] for end in ("", "_low", "_high"))
        return Precision(target, estimate, low, high, replications, effective)
    mean, half_width = row["mean"], row["half_width_95"]
    if mean is None or half_width is None:
        return Precision(target, mean, None, None, replications, effective)
    return Precision(target, mean, mean - half_width, mean + half_width, replications, effective)


def _values(
    measure: str, column: Callable[[str], Sequence[Value]], weights: Numbers | None
) -> tuple[Sequence[Value], Numbers | None]:
    """The values that a target is about, with their weights: a column, or what a share of all replications counts."""
    share = SHARES.get(measure)
    if share is None:
        return column(measure), weights
    if not share.among:
        return column(share.counts), weights
    among = np.array(column(share.among), dtype=bool)
    chosen = [value for value, given in zip(column(share.counts), among, strict=True) if given]
    return chosen, None if weights is None else weights[among]
