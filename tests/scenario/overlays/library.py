"""The overlays that speak of roles, and organisations to lay them over."""

from __future__ import annotations

import warnings
from functools import cache
from pathlib import Path

from simulator.scenario import Scenario, ScenarioError, ScenarioWarning, shipped_names, template
from simulator.scenario.files.inheritance import Layer
from simulator.scenario.files.loading import opened
from simulator.scenario.files.overlays import Overlay, assembled
from simulator.scenario.files.upload import Upload
from tests.scenario.shipped.library import REMEDIES

HERE = Path(__file__).parent
STRESSES = (
    "stress-ten-times-the-volume",
    "stress-least-engaged-users",
    "stress-nobody-at-2am",
    "stress-team-moves-on",
    "stress-value-unseen",
)
TEN = (*REMEDIES, *STRESSES)
OWN = {
    "insurer": HERE / "organisations" / "insurer.yaml",
    "on-typical": HERE / "organisations" / "insurer-on-typical.yaml",
}
"""Organisations that nobody thought of when the overlays were written."""
BASES = ("template", *OWN, "typical-programme", "manufacturing-12-plants", "retail-chatbot")
"""Scenarios that differ in who and what there is; all others that are shipped change one of these."""

BASE = """\
name: base
horizon_weeks: 104
start_date: 2026-01-05
sites:
  - {name: home, users: 900, data_quality: 0.9}
  - {name: near, users: {p10: 200, p50: 300, p90: 500}, data_quality: 0.7, tasks_per_user_week: 4}
  - {name: far, users: 300, data_quality: 0.4, local_variety: 2}
pilot: {sites: [home], users_per_site: 40, curation: 0.7, logged_share: 0.4}
integration:
  systems:
    - {name: log-in, start_week: 4}
    - {name: files, start_week: 8, after: [log-in]}
rollout:
  phases:
    - {name: wave-2, week: 10, sites: [far]}
    - {name: wave-1, week: 0, sites: [home, near]}
  gates:
    - {name: gate, phase: wave-2, criteria: [{measure: accuracy, at_least: 0.8}]}
  learning_rate: 0
  budget: null
economics: {platform_cost_per_week: {p10: 1, p50: 2, p90: 4, source: bills}}
extends: bases/neutral
"""
"""An organisation of three sites with one of everything that has a role."""


@cache
def layers(name: str) -> list[Layer]:
    """The layers of an organisation, of the template or of what is shipped, read once."""
    if name == "template":
        return opened(Upload(template("fresh"), "fresh.yaml")).layers()
    return opened(OWN.get(name, name)).layers()


def laid(base: str, overlay: str) -> tuple[Scenario | ScenarioError, list[str]]:
    """A scenario under an overlay, or why there is none; and what was warned of."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always", ScenarioWarning)
        try:
            over: Scenario | ScenarioError = Scenario.from_tree(
                assembled(layers(base), [Overlay(layers(overlay), overlay)])
            )
        except ScenarioError as error:
            over = error
    return over, [str(warning.message) for warning in warned]


def done(base: str, overlay: str) -> Scenario:
    """A scenario under an overlay that changes it."""
    over, _ = laid(base, overlay)
    assert isinstance(over, Scenario), over
    return over


def derived() -> list[str]:
    """The shipped scenarios that change another one."""
    return [name for name in shipped_names() if name not in BASES]
