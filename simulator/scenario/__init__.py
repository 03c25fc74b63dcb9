"""Scenarios: what is simulated. Inert and frozen; reading, checking and changing them."""

from simulator.scenario.distribution import Distribution
from simulator.scenario.inputs import uncertain_inputs
from simulator.scenario.loading import load
from simulator.scenario.problems import Problem, ScenarioError
from simulator.scenario.quantity import Quantity
from simulator.scenario.scenario import Scenario

__all__ = [
    "Distribution",
    "Problem",
    "Quantity",
    "Scenario",
    "ScenarioError",
    "load",
    "uncertain_inputs",
]
