"""Simulated pilots without what comes after them: whether a change of a scenario is one of a pilot that has run."""

from __future__ import annotations

import numpy as np

from simulator.model.measures.measures import pilot_readings
from simulator.results.conditioning import observed_in, told_another
from simulator.results.readings import MEASURES, as_numbers
from simulator.scenario import Scenario
from simulator.stepping.arguments import SEED
from simulator.stepping.simulation import Plans, Simulation

PROBED = 10
"""Replications whose pilots are compared: what changes a pilot changes that of most replications."""

Numbers = np.ndarray[tuple[int], np.dtype[np.float64]]


def told_change_of_pilot(unchanged: Scenario, changed: Scenario, seed: int = SEED) -> str:
    """That a scenario with an observed pilot was changed so that its pilot is another one, in words.

    Empty where the first replications have the same pilot, where there is none that was observed, and where the change
    comes with readings of its own.
    """
    observed = observed_in(changed)
    if observed is None or observed != observed_in(unchanged):
        return ""
    told = told_another(changed, "without the changes", simulated(changed, seed), simulated(unchanged, seed))
    if not told:
        return ""
    return (
        f"{told}. Each counts for what its own pilot would have read; a suite of {changed.name} with and without the "
        "changes weights both by the pilot that ran"
    )


def simulated(scenario: Scenario, seed: int, count: int = PROBED) -> dict[str, Numbers]:
    """The readings of the first simulated pilots by measure, float64[count], NaN for null."""
    assert scenario.pilot is not None
    plans, found = Plans(scenario), []
    for number in range(count):
        simulation = Simulation(plans, number, seed, "compiled")
        simulation.advance(min(scenario.pilot.weeks, simulation.weeks))
        found.append(pilot_readings(plans.original, simulation.state))
    return {name: as_numbers([readings[name] for readings in found]) for name in MEASURES}
