"""Scenarios: what is simulated. Inert and frozen; reading, checking and changing them.

From the ground up: `text`, `numbers`, `sections` (which `building` makes of a tree), `scenario`, `checks`, `files`,
`questions` (whose answers make a file), `suite`, `schema`. `vocabulary` has the lists of names, `measures` the outputs
(each a `measure`); `assignments` reads `--set`.
"""

from simulator.scenario.checks.across import check
from simulator.scenario.checks.correlations import Tied, out_of_reach, tied_inputs
from simulator.scenario.checks.inputs import Stated, numbers, uncertain_inputs
from simulator.scenario.checks.ledger import Entry, assumptions
from simulator.scenario.checks.levers import lever_changes
from simulator.scenario.checks.standing import Telling, implausible, still_priors, told_standing
from simulator.scenario.checks.work import Limits, Work, estimate_work
from simulator.scenario.files.loading import load
from simulator.scenario.files.shipped import SUITES, shipped_folder, shipped_names, shipped_path
from simulator.scenario.files.template import template
from simulator.scenario.files.upload import Upload
from simulator.scenario.numbers.distribution import Distribution
from simulator.scenario.numbers.quantity import Note, Quantity
from simulator.scenario.scenario import Scenario
from simulator.scenario.suite import Member, Suite, is_suite, load_suite, read_suite_file
from simulator.scenario.text.problems import Problem, ScenarioError, ScenarioWarning

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
    "ScenarioWarning",
    "Stated",
    "Suite",
    "Telling",
    "Tied",
    "Upload",
    "Work",
    "assumptions",
    "estimate_work",
    "implausible",
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
    "still_priors",
    "template",
    "tied_inputs",
    "told_standing",
    "uncertain_inputs",
]

Scenario.across = staticmethod(check)
