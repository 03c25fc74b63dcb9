"""A watch over replications: each ends by itself, because somebody stops it, or because it leads nowhere.

Engines make a pause now and then, compiled code too: Python then handles signals, somebody who waits can stop the
replication, and one whose clock stands still, or that has far more events than were expected, is found out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulator.engine.protocol import Stopped
from simulator.engine.story import Story
from simulator.model.clockwork.time import WEEK_HOURS

if TYPE_CHECKING:
    from simulator.model.plan.plan import Plan
    from simulator.model.state.state import State

EVENTS_PER_PAUSE = 1 << 16
"""Events between two pauses of compiled code: some ten milliseconds."""
STILL_EVENTS = 1_000_000
"""Events at one instant beyond which the clock stands still, ..."""
STILL_EVENTS_PER_JOB = 8
"""... and those for each ticket or other job that there is: a whole backlog may be worked off at one instant."""
UNEXPECTED = 100
"""Times the expected events beyond which a replication is given up: the estimate is rough, but not that rough."""
LEAST_LIMIT, LARGEST_LIMIT = 20_000_000, 20_000_000_000
"""What that limit is at least and at most: some seconds, and more than an hour."""
MOST_TOLD = 3


class Watch:
    """The watch over one replication, whose scenario lets expect so many events."""

    def __init__(self, expected: float) -> None:
        self.expected = expected
        self.limit = min(max(LEAST_LIMIT, UNEXPECTED * expected), LARGEST_LIMIT)
        self._moved = (-1.0, 0)
        """When the clock moved last (hours), and how many events there had been."""

    def pause(self, state: State, hours: float, stopping: Callable[[], bool]) -> str | None:
        """Look at a replication whose next event is due at `hours`: what is wrong with it, in words, or None.

        Raises `Stopped` when `stopping` says so.
        """
        if stopping():
            raise Stopped
        events = int(state.world["events"][0])
        if hours != self._moved[0]:
            self._moved = hours, events
        still = events - self._moved[1]
        if still > STILL_EVENTS + STILL_EVENTS_PER_JOB * len(state.jobs):
            return f"its clock stands still in week {hours / WEEK_HOURS:.2f}: {still:,} events at one instant"
        if events > self.limit:
            return (
                f"it has had {events:,} events by week {hours / WEEK_HOURS:.2f}, where about {self.expected:,.0f} were "
                "expected up to its horizon"
            )
        return None


def told_repetition(plan: Plan, state: State, rows: Any) -> str:
    """What repeats in `rows` of a trace: the commonest kinds of event, each with what it is mostly about."""
    story = Story(plan, state)
    kinds: Counter[str] = Counter()
    subjects: dict[str, Counter[str]] = {}
    for row in rows:
        event = story.event(row)
        kinds[event.kind] += 1
        subject = next(iter(event.fields.values()), "")
        subjects.setdefault(event.kind, Counter())[str(subject)] += 1
    told = []
    for kind, count in kinds.most_common(MOST_TOLD):
        subject, times = subjects[kind].most_common(1)[0]
        about = f" ({subject})" if subject and 2 * times > count else ""
        told.append(f"{kind}{about}")
    return f"what repeats: {', '.join(told)}" if told else "nothing that a trace tells of repeats"
