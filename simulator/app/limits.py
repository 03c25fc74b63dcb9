"""What the app allows its visitors: work of a run, runs at the same time, results that are kept. All in one place."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from simulator.scenario import Limits, Scenario

MOST_REPLICATIONS: Final = 5000
MOST_SECONDS: Final = 240.0
"""Processor seconds of a run, as estimated: the shipped scenarios fit with their 200 replications."""
SECONDS_VARIABLE: Final = "SCALEUP_APP_SECONDS"
"""Environment variable with another number of processor seconds."""
MOST_EVENTS: Final = 2e7
"""Expected events of one replication, about four seconds: no run can be stopped within one."""
MOST_MEMORY: Final = 150e6
"""Bytes of results of one run, as estimated; what is there takes about twice as many."""
OVERTIME: Final = 4.0
"""A run is stopped that takes so many times as long as the most that is allowed, by the clock: estimates are rough."""
MOST_WAITING: Final = 50
"""Runs that may wait for their turn; whoever comes later is asked to come back."""
MOST_KEPT_BYTES: Final = 512 * 2**20
"""Bytes of results and figures that are kept for all visitors together."""
LARGEST_UPLOAD_MB: Final = 1
LARGEST_MESSAGE_MB: Final = 50
"""Largest message between browser and server: a table of all replications fits."""


def most_seconds() -> float:
    """Processor seconds that a run may take, as estimated."""
    return float(os.environ.get(SECONDS_VARIABLE) or MOST_SECONDS)


def limits() -> Limits:
    """The most work of a run."""
    from simulator.scenario import Limits

    return Limits(MOST_EVENTS, most_seconds(), MOST_MEMORY, MOST_REPLICATIONS, "in the app")


def check(scenario: Scenario, replications: int) -> None:
    """Raise ScenarioError where a run would be too much work."""
    from simulator.scenario import estimate_work

    estimate_work(scenario, replications, limits())
