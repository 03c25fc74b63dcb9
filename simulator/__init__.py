"""Monte Carlo simulation of scaling an AI pilot up to a whole organisation.

    import simulator as sim

    scenario = sim.load("retail-chatbot")
    result = sim.run(scenario, replications=1000, seed=7)
    result.plot.adoption()

Names are imported when they are first used (PEP 562), so that `import simulator` is quick.
"""

from __future__ import annotations

from importlib import import_module
from time import time
from typing import TYPE_CHECKING, Any

IMPORTED = time()
"""When this process began to read the code: what is changed later is not what it runs."""

if TYPE_CHECKING:
    from simulator.analysis.attribute import Attribution as Attribution
    from simulator.analysis.attribute import attribute as attribute
    from simulator.analysis.compare import Comparison as Comparison
    from simulator.analysis.compare import compare as compare
    from simulator.analysis.decide import Decision as Decision
    from simulator.analysis.decide import decide as decide
    from simulator.analysis.gates import GateReview as GateReview
    from simulator.analysis.gates import gates as gates
    from simulator.analysis.rescue import Rescue as Rescue
    from simulator.analysis.rescue import rescue as rescue
    from simulator.analysis.sensitivity import Sensitivity as Sensitivity
    from simulator.analysis.sensitivity import sensitivity as sensitivity
    from simulator.analysis.staffing import Staffing as Staffing
    from simulator.analysis.staffing import staffing as staffing
    from simulator.analysis.stress import Stressed as Stressed
    from simulator.analysis.stress import stress as stress
    from simulator.analysis.timeline import Timeline as Timeline
    from simulator.analysis.timeline import timeline as timeline
    from simulator.analysis.until_decided import UntilDecided as UntilDecided
    from simulator.analysis.what_if import WhatIf as WhatIf
    from simulator.analysis.what_if import what_if as what_if
    from simulator.analysis.worth import Worth as Worth
    from simulator.analysis.worth import worth as worth
    from simulator.experiment.interruption import Interrupted as Interrupted
    from simulator.experiment.merging import merge as merge
    from simulator.experiment.merging import read_result as read_result
    from simulator.experiment.progress import Progress as Progress
    from simulator.experiment.run import run as run
    from simulator.experiment.suite import run_suite as run_suite
    from simulator.experiment.workers import WorkersError as WorkersError
    from simulator.model.plan.take_over import LeverError as LeverError
    from simulator.report.page.writing import write_report as write_report
    from simulator.results.account import ReplicationError as ReplicationError
    from simulator.results.conditioning import ConditioningError as ConditioningError
    from simulator.results.result import Result as Result
    from simulator.results.suite_result import SuiteResult as SuiteResult
    from simulator.scenario import Scenario as Scenario
    from simulator.scenario import ScenarioError as ScenarioError
    from simulator.scenario import ScenarioWarning as ScenarioWarning
    from simulator.scenario import Suite as Suite
    from simulator.scenario import load as load
    from simulator.scenario import load_suite as load_suite
    from simulator.stepping.simulation import Simulation as Simulation
    from simulator.stepping.simulation import simulate as simulate
    from simulator.store.files import OutputError as OutputError
    from simulator.store.files import WriteError as WriteError
    from simulator.store.shards import ResultWarning as ResultWarning

_PLACES = {
    "Attribution": "simulator.analysis.attribute",
    "Comparison": "simulator.analysis.compare",
    "ConditioningError": "simulator.results.conditioning",
    "Decision": "simulator.analysis.decide",
    "GateReview": "simulator.analysis.gates",
    "Interrupted": "simulator.experiment.interruption",
    "LeverError": "simulator.model.plan.take_over",
    "OutputError": "simulator.store.files",
    "Progress": "simulator.experiment.progress",
    "ReplicationError": "simulator.experiment.workers",
    "Rescue": "simulator.analysis.rescue",
    "Result": "simulator.results.result",
    "ResultWarning": "simulator.store.shards",
    "Scenario": "simulator.scenario",
    "ScenarioError": "simulator.scenario",
    "ScenarioWarning": "simulator.scenario",
    "Sensitivity": "simulator.analysis.sensitivity",
    "Simulation": "simulator.stepping.simulation",
    "Staffing": "simulator.analysis.staffing",
    "Stressed": "simulator.analysis.stress",
    "Suite": "simulator.scenario",
    "SuiteResult": "simulator.results.suite_result",
    "Timeline": "simulator.analysis.timeline",
    "UntilDecided": "simulator.analysis.until_decided",
    "WhatIf": "simulator.analysis.what_if",
    "WorkersError": "simulator.experiment.workers",
    "Worth": "simulator.analysis.worth",
    "WriteError": "simulator.store.files",
    "attribute": "simulator.analysis.attribute",
    "compare": "simulator.analysis.compare",
    "decide": "simulator.analysis.decide",
    "gates": "simulator.analysis.gates",
    "load": "simulator.scenario",
    "load_suite": "simulator.scenario",
    "merge": "simulator.experiment.merging",
    "read_result": "simulator.experiment.merging",
    "rescue": "simulator.analysis.rescue",
    "run": "simulator.experiment.run",
    "run_suite": "simulator.experiment.suite",
    "sensitivity": "simulator.analysis.sensitivity",
    "simulate": "simulator.stepping.simulation",
    "staffing": "simulator.analysis.staffing",
    "stress": "simulator.analysis.stress",
    "timeline": "simulator.analysis.timeline",
    "what_if": "simulator.analysis.what_if",
    "write_report": "simulator.report.page.writing",
    "worth": "simulator.analysis.worth",
}

__all__ = [
    "Attribution",
    "Comparison",
    "ConditioningError",
    "Decision",
    "GateReview",
    "Interrupted",
    "LeverError",
    "OutputError",
    "Progress",
    "ReplicationError",
    "Rescue",
    "Result",
    "ResultWarning",
    "Scenario",
    "ScenarioError",
    "ScenarioWarning",
    "Sensitivity",
    "Simulation",
    "Staffing",
    "Stressed",
    "Suite",
    "SuiteResult",
    "Timeline",
    "UntilDecided",
    "WhatIf",
    "WorkersError",
    "Worth",
    "WriteError",
    "__version__",
    "attribute",
    "compare",
    "decide",
    "gates",
    "load",
    "load_suite",
    "merge",
    "read_result",
    "rescue",
    "run",
    "run_suite",
    "sensitivity",
    "simulate",
    "staffing",
    "stress",
    "timeline",
    "what_if",
    "worth",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return _version()
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("scaleup-simulator")
    except PackageNotFoundError:  # a checkout that was never installed
        return "0+unknown"
