"""Scenarios: what is simulated. Inert and frozen; reading, checking and changing them."""

from simulator.scenario.correlations import Tied, tied_inputs
from simulator.scenario.distribution import Distribution
from simulator.scenario.inputs import Stated, numbers, uncertain_inputs
from simulator.scenario.ledger import Entry, assumptions
from simulator.scenario.levers import lever_changes
from simulator.scenario.loading import load
from simulator.scenario.problems import Problem, ScenarioError
from simulator.scenario.quantity import Note, Quantity
from simulator.scenario.scenario import Scenario
from simulator.scenario.shipped import shipped_folder, shipped_names, shipped_path
from simulator.scenario.template import template
from simulator.scenario.work import Work, estimate_work

__all__ = [
    "Distribution",
    "Entry",
    "Note",
    "Problem",
    "Quantity",
    "Scenario",
    "ScenarioError",
    "Stated",
    "Tied",
    "Work",
    "assumptions",
    "estimate_work",
    "lever_changes",
    "load",
    "numbers",
    "shipped_folder",
    "shipped_names",
    "shipped_path",
    "template",
    "tied_inputs",
    "uncertain_inputs",
]
