"""A plan: a scenario laid out as records, and the slots of those records that uncertain inputs fill.

A replication copies the records, fills the slots with its draws, and allocates what depends on them. Nothing here is
random but the inputs, and a draw of an input depends on its path alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from simulator.model.plan.inputs import Copula, fill_inputs, fill_uniforms
from simulator.model.state.records import DISTRIBUTION
from simulator.scenario import Quantity, Scenario, tied_inputs
from simulator.streams import codes
from simulator.streams.designs import sobol_point
from simulator.streams.philox import stream

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Slot:
    """Where an uncertain input goes: a field of a record of an array; `index` goes on to the place in a vector."""

    array: str
    index: tuple[int, ...]
    field: str
    input: int


@dataclass
class Plan:
    """A scenario laid out for the engines; inert, and safe to share between threads and processes."""

    scenario: Scenario
    inputs: list[str]
    quantities: list[Quantity]
    records: dict[str, npt.NDArray[Any]] = field(default_factory=dict)
    slots: list[Slot] = field(default_factory=list)
    design: str = "random"
    opening: Any = field(default=None, init=False, repr=False, compare=False)
    """What the last replication began with, for the next one (`simulator.model.plan.opening`)."""

    @cached_property
    def input_streams(self) -> npt.NDArray[np.uint64]:
        """One stream per uncertain input, named by its path."""
        return np.array([stream("input", path) for path in self.inputs], dtype=np.uint64)

    @property
    def weeks(self) -> int:
        """The horizon in weeks."""
        return int(self.scenario.horizon_weeks)

    def uniforms(self, replication: int, seed: int) -> Floats:
        """Where the design puts the inputs of a replication, float64[inputs] in (0, 1), with ranks tied."""
        key = np.array([seed, replication], dtype=np.uint64)
        if self.design == "sobol" and self.inputs:
            values = sobol_point(replication, seed, len(self.inputs)).copy()
        else:
            values = np.empty(len(self.inputs))
            fill_uniforms(key, self.input_streams, values)
        for copula in self.copulas:
            copula.tie(values, key)
        return values

    def draw_inputs(self, replication: int, seed: int, uniforms: Floats | None = None) -> Floats:
        """The uncertain inputs of a replication, float64[inputs], in natural units.

        `uniforms`, float64[inputs] in (0, 1), replace those of the replication as they are: no correlation is applied.
        """
        values = np.empty(len(self.inputs))
        values[:] = self.uniforms(replication, seed) if uniforms is None else uniforms
        fill_inputs(*self.input_distributions, values)
        return values

    @cached_property
    def copulas(self) -> list[Copula]:
        """What ties inputs to each other."""
        return [Copula.of(tied, self.inputs) for tied in tied_inputs(self.scenario)]

    @cached_property
    def input_distributions(self) -> tuple[npt.NDArray[Any], Floats]:
        """DISTRIBUTION[inputs] of the uncertain inputs, and the values of the empirical ones."""
        records, tables = np.zeros(len(self.quantities), DISTRIBUTION), [0.0]
        for i, quantity in enumerate(self.quantities):
            set_distribution(records, i, quantity, tables)
        return records, np.array(tables)

    def value(self, quantity: Quantity, inputs: Floats) -> float:
        """The value of a quantity in a replication with these inputs."""
        if quantity.certain:
            return quantity.value
        return float(inputs[next(i for i, known in enumerate(self.quantities) if known is quantity)])


def set_distribution(records: npt.NDArray[Any], which: int, quantity: Quantity, tables: list[float]) -> None:
    """Write the distribution of a quantity to `records`, DISTRIBUTION[...], and its values, if any, to `tables`."""
    d = quantity.distribution
    parameters = list(d.parameters)
    if d.values:
        parameters[0], parameters[1] = float(len(tables)), float(len(d.values))
        tables.extend(d.values)
    low, high = d.bounds
    if quantity.whole and d.code == codes.UNIFORM:
        low, high = (float(round(end)) for end in d.support())
        parameters[:2] = [low - 0.5, high + 0.5]  # so that each whole number between them has the same room
    for i, parameter in enumerate(parameters):
        records[f"p{i}"][which] = parameter
    records["code"][which], records["whole"][which] = d.code, quantity.whole
    records["low"][which], records["high"][which] = low, high
