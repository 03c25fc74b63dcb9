"""Pages of plans of which little can be told: one replication, nobody funded, nothing priced, an observed pilot."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import simulator as sim
from simulator.scenario import numbers
from tests.report.page.conftest import PLAN
from tests.report.page.reading import Page

Made = Callable[..., Page]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """The page of a plan with changes, after so many replications."""

    def make(changes: dict[str, Any], replications: int) -> Page:
        plan = sim.load(PLAN).with_changes(changes)
        with suppress(sim.ConditioningError):
            sim.run(plan, replications=replications, out=tmp_path, progress=False)
        page = Page(sim.write_report(tmp_path).read_text())
        assert page.faults == []
        for word in ("nan", "inf", "None,", "None."):
            assert word not in page.root.all("main")[0].text.split()
        return page

    return make


def test_one_replication(made: Made) -> None:
    page = made({}, 1)
    assert "the one simulated programme" in page.root.within(id="answer").text
    assert "small: 1 replications" in page.root.text


def test_nobody_is_funded(made: Made) -> None:
    page = made({"rollout.funding_gate.criteria.0.at_least": 1.5, "rollout.funding_gate.max_holds": 0}, 3)
    assert "None of 3 simulated programmes was funded" in page.root.within(id="answer").text
    assert page.root.within(id="money").text.startswith("Money No programme is funded")
    assert "Success probability" not in page.root.text


def test_nothing_has_a_price(made: Made) -> None:
    prices = ("_cost", "cost_per_", "licence_per", "value_", "minutes_saved", "wage")
    paths = [one.path for one in numbers(sim.load(PLAN)) if one.path.startswith("economics.")]
    page = made({path: 0 for path in paths if any(price in path for price in prices)}, 3)
    assert page.root.within(id="money").text == "Money Nothing in this scenario has a price: no money is told of."
    assert "EUR" not in page.root.within(id="measures").text


def test_a_pilot_that_was_observed_weights_all_of_it(made: Made) -> None:
    page = made({"pilot.observed": {"active_share": 0.8, "users": 5}}, 100)
    warnings = [one.text for one in page.root.all("p") if one.attributes.get("class") == "warning"]
    assert warnings[0].startswith("Weighted by what the pilot showed (pilot.observed): 100 replications say as much as")
    assert "weighted by the pilot that was observed" in page.root.within(id="model").text


def test_a_pilot_that_can_not_be_used_is_told_first(made: Made) -> None:
    page = made({"pilot.observed": {"active_share": 0.8, "users": 20}}, 3)
    warnings = [one.text for one in page.root.all("p") if one.attributes.get("class") == "warning"]
    assert warnings[0].startswith("Not conditioned on the pilot that was observed, so that all replications count")
    assert "weighted by the pilot" not in page.root.within(id="model").text
