"""Scenarios: what is simulated. Inert and frozen; reading, checking and changing them."""

from simulator.scenario.correlations import Tied, out_of_reach, tied_inputs
from simulator.scenario.distribution import Distribution
from simulator.scenario.inputs import Stated, numbers, uncertain_inputs
from simulator.scenario.ledger import Entry, assumptions
from simulator.scenario.levers import lever_changes
from simulator.scenario.loading import load
from simulator.scenario.problems import Problem, ScenarioError
from simulator.scenario.quantity import Note, Quantity
from simulator.scenario.scenario import Scenario
from simulator.scenario.shipped import SUITES, shipped_folder, shipped_names, shipped_path
from simulator.scenario.suite import Member, Suite, is_suite, load_suite, read_suite_file
from simulator.scenario.template import template
from simulator.scenario.upload import Upload
from simulator.scenario.work import Limits, Work, estimate_work

__all__ = [
    "SUITES",
    "Distribution",
    "Entry",
    "Limits",
    "Member",
    "Note",
    "Problem",
    "Quantity",
    "Scenario",
    "ScenarioError",
    "Stated",
    "Suite",
    "Tied",
    "Upload",
    "Work",
    "assumptions",
    "estimate_work",
    "is_suite",
    "lever_changes",
    "load",
    "load_suite",
    "numbers",
    "out_of_reach",
    "read_suite_file",
    "shipped_folder",
    "shipped_names",
    "shipped_path",
    "template",
    "tied_inputs",
    "uncertain_inputs",
]
