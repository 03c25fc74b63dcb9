"""Change load: people bear only so many changes at once, and this one has to share their willingness with the others.

Willingness falls linearly with the changes that people have lived through in the last year: 74% of employees were
willing to support them at 2 planned changes a year, 43% at 10 (Gartner surveys of 2016 and 2022), which is

    willingness = max(0, 1 - lost * (changes - 2)),    lost = (0.74 - 0.43) / (10 - 2) / 0.74 = 0.052

of that at two. Changes are those that the organisation makes anyway, the system itself (a change that is still to come
for whoever has not begun to use it), and the systems that went live within the last 52 weeks among those that the site
needs; less than two count as two. It multiplies the whole onset hazard of the site, in the pilot too.
"""

from __future__ import annotations

from typing import Any

from simulator.model.clockwork.time import YEAR_HOURS
from simulator.model.state.states import CLOSED, NOT_STARTED
from simulator.model.users.tasks import touch
from simulator.streams.jit import rule

BORNE = 2.0
"""Changes of a year that cost no willingness."""


@rule
def willingness(site: Any, settings: Any) -> float:
    """Factor of the onset hazard of the site; exactly 1 where no change load is stated."""
    changes = settings["change_programme.load.other_changes_per_year"] + 1.0 + site["recent_systems"]
    lost = settings["change_programme.load.willingness_lost_per_change"]
    return float(max(0.0, 1.0 - lost * max(0.0, changes - BORNE)))


@rule
def recent_systems(state: Any, s: int, time: float) -> int:
    """Systems that went live within the last 52 weeks among those that site `s` needs."""
    recent = 0
    for i in range(state.world[0]["systems"]):
        since = time - state.systems[i]["live_at"]
        recent += int(state.site_needs[s, i] == 1 and 0.0 <= since < YEAR_HOURS)
    return recent


@rule
def count_changes(state: Any, time: float) -> None:
    """A system has gone live, or a week has ended: what people at each site have to bear is counted anew."""
    for s in range(state.world[0]["sites"]):
        site = state.sites[s]
        recent = recent_systems(state, s, time)
        if recent == site["recent_systems"]:
            continue
        running = site["stage"] != NOT_STARTED and site["stage"] != CLOSED
        if running and state.settings[0]["change_programme.load"] == 1:
            touch(state, s, time)
        site["recent_systems"] = recent
