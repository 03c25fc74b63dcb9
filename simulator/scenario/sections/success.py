"""The success criteria."""

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, model_validator

from simulator.scenario.measures import WEEKLY
from simulator.scenario.numbers.number_kinds import Level, WeekNumber, Weeks, WholeWeeks
from simulator.scenario.numbers.section import Section, needed, stated
from simulator.scenario.text.problems import Finding, describe, nearest, rejected


class Bound(Section):
    """A bound on a measure."""

    measure: str = needed("Name of the measure.")
    at_least: Level | None = stated(
        None, "Least value that meets the criterion (units of the measure).", absent=-math.inf
    )
    at_most: Level | None = stated(
        None, "Largest value that meets the criterion (units of the measure).", absent=math.inf
    )

    @model_validator(mode="after")
    def _on_one_side(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            found = "missing at_least or at_most" if self.at_least is None else "found both at_least and at_most"
            raise rejected(Finding((), found, "allowed: one of at_least, at_most"))
        return self

    def document(self) -> dict[str, Any]:
        """The criterion with the bound that it has."""
        return {key: value for key, value in super().document().items() if value is not None}


class Criterion(Bound):
    """A bound on a weekly measure."""

    measure: str = needed("Name of a weekly measure.", json_schema_extra={"enum": list(WEEKLY)})

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.measure not in WEEKLY:
            allowed = f"allowed: a weekly measure ({', '.join(WEEKLY)})"
            raise rejected(
                Finding(("measure",), f"found {describe(self.measure)}", allowed, nearest(self.measure, WEEKLY))
            )
        return self


class WeekRange(Section):
    """Weeks since kick-off, both ends included."""

    from_week: WeekNumber = needed("First week (weeks since kick-off).")
    to_week: WeekNumber = needed("Last week (weeks since kick-off).")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_week > self.to_week:
            found = f"found from_week {self.from_week}, to_week {self.to_week}"
            raise rejected(Finding((), found, "allowed: from_week <= to_week"))
        return self


WINDOWS = ("end", "as_rolled_out")


def _window(given: Any) -> Any:
    if given in WINDOWS or isinstance(given, WeekRange):
        return given
    if isinstance(given, Mapping):
        return WeekRange.model_validate(given)
    allowed = "allowed: end, as_rolled_out, or {from_week:, to_week:}"
    raise rejected(Finding((), f"found {describe(given)}", allowed, nearest(given, WINDOWS)))


Window = Annotated[Literal["end", "as_rolled_out"] | WeekRange, BeforeValidator(_window)]

CRITERIA = (
    {"measure": "adoption", "at_least": 0.6},
    {"measure": "accuracy", "at_least": 0.8},
    {"measure": "sla_met_share", "at_least": 0.8},
)


class Success(Section):
    """When the programme counts as scaled."""

    criteria: tuple[Criterion, ...] = stated(CRITERIA, "Bounds on weekly measures that hold together.", min_length=1)
    sustained_weeks: WholeWeeks = stated(8, "Weeks in a row for which the criteria hold (weeks).", elsewhere="measures")
    deadline_weeks: Weeks = stated(
        78, "Latest start of success that counts as on time (weeks from funding).", elsewhere="measures"
    )
    measure_window: Window = stated(
        "end",
        "Window of the scaled reading: the last 13 weeks, the first 13 after the last go-live, or weeks.",
        elsewhere="measures",
    )
    measure_from_week: WeekNumber = stated(
        0, "Waits and queue means count visits that begin from this week on (weeks since kick-off).", acts="start"
    )
