"""Overlays by role in which something stands that nobody would write."""

from __future__ import annotations

import json
import warnings
from random import Random
from typing import Any

import pytest

from simulator.scenario import Scenario, ScenarioError, ScenarioWarning
from simulator.scenario.files.inheritance import Layer
from simulator.scenario.files.overlays import Overlay, assembled
from simulator.scenario.text.reading import read_text
from simulator.scenario.text.tree import from_python
from tests.scenario.overlays.library import BASE, TEN, layers

ODD: list[Any] = [
    *(None, True, 0, -1, 0.5, 1e9, "x", "all", "keep", [], {}, [1], [{}]),
    *([{"role": "all"}], [{"role": None}], [{"role": []}], [{"role": {}}], {"role": "all"}, {"role": 3}, {"role": {}}),
    *({"role": "all", "named": 3}, {"role": "all", "named": [{}]}),
    *({"times": 2}, {"times": None}, {"plus": "x"}, {"plus": {"p10": 1, "p50": 2, "p90": 3}}, {"plus": {"p10": 1}}),
    *({"plus": {"p10": "a", "p50": 2, "p90": 3}}, {"at_least": {}}, {"at_least": {"p10": 1}}, {"at_most": [1]}),
    *({"at_least_per_1000_users": "a"}, {"at_least_per_1000_users": 1e12}, {"same_people_in_all": True}),
    *({"date_of_phase": []}, {"date_of_phase": "last"}),
    *({"replace": []}, {"replace": [1]}, {"replace": [{"name": "a"}]}),
    *({"by_role": {}}, {"by_role": 3}, {"by_role": {"most-engaged": "keep"}}),
    *({"if_there": True}, {"if_there": "sites.0"}, {"if_there": "rollout.gates"}, {"if_there": []}),
    *({"nobody_at_hour": 2}, {"nobody_at_hour": None}),
    *({"add": []}, {"add": [1]}, {"add": [{}]}, {"add": [{"measure": {}}]}),
]
"""What stands where something else was meant."""


def spots(value: Any) -> list[tuple[Any, Any]]:
    """All containers in a document, each with one of its keys."""
    items = list(value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ())
    return [(value, key) for key, _ in items] + [spot for _, child in items for spot in spots(child)]


@pytest.mark.parametrize("name", TEN)
def test_odd_overlays_are_refused_and_no_more(name: str) -> None:
    """Whatever stands in a shipped overlay by mistake, the scenario can be used or the error says where it is wrong."""
    rng = Random(name)
    base = [Layer(None, read_text(BASE, "base.yaml"), extends=False)]
    shipped = json.dumps(layers(name)[-1].own.plain())
    refused: list[ScenarioError] = []
    for _ in range(40):
        document = json.loads(shipped)
        parent, key = rng.choice(spots(document))
        parent[key] = rng.choice(ODD)
        over = Overlay([Layer(None, from_python(document), extends=True)], "odd.yaml")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ScenarioWarning)
            try:
                Scenario.from_tree(assembled(base, [over]))
            except ScenarioError as error:
                refused.append(error)
    assert len(refused) > 8
    for error in refused:
        assert all(problem.path or "changes nothing" in problem.found for problem in error.problems), error
