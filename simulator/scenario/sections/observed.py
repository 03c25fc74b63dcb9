"""What a planner's own pilot showed, which the forecast is conditioned on."""

from typing import Self

from pydantic import model_validator

from simulator.scenario.numbers.number_kinds import CertainRate, CertainShare, CountOfPeople, CountOfTasks, UserWeeks
from simulator.scenario.numbers.section import Section, stated
from simulator.scenario.text.problems import Finding, rejected

READINGS = {"accuracy": "tasks", "active_share": "users", "tickets_per_user_week": "user_weeks"}
"""Each reading, and what tells how much it was read from."""


class Observed(Section):
    """Readings of a real pilot over its last `measure_weeks`; each may be left out, but not all."""

    accuracy: CertainShare | None = stated(None, "Correct answers among those that were right or wrong (share).")
    tasks: CountOfTasks | None = stated(None, "Answers that were checked to read the accuracy (tasks).")
    active_share: CertainShare | None = stated(None, "Active users among the invited at the pilot's end (share).")
    users: CountOfPeople | None = stated(None, "People among whom the active ones were counted (users).")
    tickets_per_user_week: CertainRate | None = stated(None, "Tickets logged per active user (per week).")
    user_weeks: UserWeeks | None = stated(
        None, "Active users times weeks over which tickets were counted (user-weeks)."
    )

    @model_validator(mode="after")
    def _readings_with_their_size(self) -> Self:
        findings = []
        for reading, size in READINGS.items():
            for given, absent in ((reading, size), (size, reading)):
                if getattr(self, given) is not None and getattr(self, absent) is None:
                    findings.append(Finding((absent,), "missing", f"needed: a number, as {given} is given"))
        if not findings and all(getattr(self, reading) is None for reading in READINGS):
            findings.append(Finding((), "found no reading", f"allowed: one or more of {', '.join(READINGS)}"))
        if findings:
            raise rejected(*findings)
        return self
