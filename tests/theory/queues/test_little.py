"""Little's law at every tier, with wrong triage and abandonment at once; and no ticket is lost."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.scenario import load
from tests.theory.formulas.closed_forms import erlang_a
from tests.theory.simulated import Queue, arrival_rate, observe, replicate
from tests.theory.statistics import compare_ratio


@pytest.mark.parametrize(
    ("name", "weeks", "replications"), [("compiled", 100, 20), pytest.param("reference", 3, 10, marks=pytest.mark.slow)]
)
def test_every_queue_is_as_long_as_arrivals_times_waits(name, weeks, replications):
    """No formula is known for this network; Little's law holds for any: those who give up have waited too."""
    changes = {f"support.tiers.{tier}.patience_hours": {"exponential": {"mean": 0.5}} for tier in ("tier1", "tier2")}
    scenario = load("theory/rework").with_changes(
        {
            **changes,
            "support.tiers.tier3.patience_hours": {"lognormal": {"median": 0.3, "p90": 2}},
            "support.tiers.tier1.agents": 3,
            "data_science_team.members": 2,
            "horizon_weeks": 2 + weeks,
            "success.measure_from_week": 2,
        }
    )
    runs = replicate(name, scenario, replications)
    for tier in ("tier1", "tier2", "tier3"):
        queue = Queue.at(tier, scenario, runs)
        assert queue.wait_sum.min() > 0.0
        queue.assert_little(tolerance=0.002 if name == "compiled" else 0.03)
    assert min(one.measures["tickets_abandoned"] for one in runs) > 10 * weeks


@pytest.mark.parametrize(("name", "replications"), [("compiled", 20), ("reference", 2)])
def test_every_ticket_is_solved_given_up_or_still_there(name, replications):
    scenario = load("theory/rework").with_changes(
        {
            "support.tiers.tier2.patience_hours": {"exponential": {"mean": 0.5}},
            "horizon_weeks": 20 if name == "compiled" else 5,
        }
    )

    def count(state):
        world = state.world[0]
        free, slot = 0, int(world["free_ticket"])
        while slot >= 0:
            free, slot = free + 1, int(state.tickets["next"][slot])
        still = len(state.tickets) - free
        return [world[f"tickets_{what}"] for what in ("opened", "solved", "abandoned", "cancelled")] + [still]

    opened, solved, abandoned, cancelled, still = observe(name, scenario, replications, count).T
    assert (opened == solved + abandoned + cancelled + still).all()
    assert (abandoned > 0).all()
    assert (cancelled == 0).all()


def test_who_gives_up_at_the_first_tier_is_missing_at_the_next():
    """Flows balance: tier 3 sees the share that Erlang A lets through, whatever the law of its arrivals."""
    scenario = load("theory/rework").with_changes(
        {
            "support.triage_skill": 1,
            "support.tiers.tier1.patience_hours": {"exponential": {"mean": 0.5}},
            "support.tiers.tier1.agents": 2,
            "horizon_weeks": 104,
        }
    )
    runs = replicate("compiled", scenario, 20)
    first, last = (Queue.at(tier, scenario, runs) for tier in ("tier1", "tier3"))
    served = 1.0 - erlang_a(arrival_rate(scenario), 60.0 / 14.4, 2, 2.0).abandonment_probability
    compare_ratio(last.visits, first.visits, served).assert_agrees()
    assert np.all(last.visits < first.visits)
