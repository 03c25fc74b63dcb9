"""Days, hours and dates of a scenario, in local time without daylight saving."""

import datetime
import re
from collections.abc import Iterable
from typing import Annotated, Any, Final, NamedTuple, Self

from pydantic import AfterValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from simulator.scenario.numbers.number_kinds import CertainShare, Hour, UtcOffset
from simulator.scenario.numbers.section import Section, needed, stated
from simulator.scenario.text.problems import Finding, describe, nearest, rejected

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAYS_ALLOWED: Final = "allowed: a list of mon, tue, wed, thu, fri, sat, sun, or a range such as mon-fri, or all"


class Days(tuple[str, ...]):
    """Days of the week, in order from Monday."""

    __slots__ = ()

    @property
    def numbers(self) -> tuple[int, ...]:
        """The days counted from Monday = 0."""
        return tuple(DAYS.index(day) for day in self)

    def document(self) -> list[str]:
        """The days as a list."""
        return list(self)

    @classmethod
    def read(cls, given: Any) -> "Days":
        """Read a list of days, a range ``mon-fri`` or ``all``."""
        if isinstance(given, Days):
            return given
        if given == "all":
            return cls(DAYS)
        if isinstance(given, str):
            return cls.between(given)
        if not isinstance(given, list | tuple) or not given:
            raise rejected(Finding((), f"found {describe(given)}", DAYS_ALLOWED))
        wrong = [
            Finding((i,), f"found {describe(day)}", DAYS_ALLOWED, nearest(day, DAYS))
            for i, day in enumerate(given)
            if day not in DAYS
        ]
        if not wrong and len(set(given)) < len(given):
            wrong.append(Finding((), "found the same day twice", "allowed: each day once"))
        if wrong:
            raise rejected(*wrong)
        return cls(day for day in DAYS if day in given)

    @classmethod
    def between(cls, text: str) -> "Days":
        """Read a single day or a range such as ``mon-fri``; it may go past Sunday."""
        first, _, last = text.partition("-")
        last = last or first
        if first not in DAYS or last not in DAYS:
            raise rejected(
                Finding((), f"found {describe(text)}", DAYS_ALLOWED, nearest(text, (*DAYS, "all", "mon-fri")))
            )
        start, end = DAYS.index(first), DAYS.index(last)
        chosen: Iterable[int] = range(start, end + 1) if start <= end else {*range(start, 7), *range(end + 1)}
        return cls(DAYS[i] for i in sorted(chosen))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(cls.read)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        day = {"enum": list(DAYS)}
        text = {"type": "string", "pattern": f"^(all|({'|'.join(DAYS)})(-({'|'.join(DAYS)}))?)$"}
        return {"anyOf": [text, {"type": "array", "items": day, "minItems": 1, "uniqueItems": True}]}


class MonthDay(NamedTuple):
    """A day of every year."""

    month: int
    day: int

    def document(self) -> str:
        """The day as ``month-day``."""
        return f"{self.month:02d}-{self.day:02d}"

    def __str__(self) -> str:
        return self.document()


_LENGTHS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _month_day(given: Any) -> MonthDay:
    if isinstance(given, MonthDay):
        return given
    match = re.fullmatch(r"(\d{1,2})-(\d{1,2})", given) if isinstance(given, str) else None
    if match:
        month, day = int(match[1]), int(match[2])
        if 1 <= month <= 12 and 1 <= day <= _LENGTHS[month - 1]:
            return MonthDay(month, day)
    raise rejected(
        Finding((), f"found {describe(given)}", "allowed: month-day such as 11-15, not the 29th of February")
    )


def _date(given: Any) -> datetime.date:
    if isinstance(given, datetime.date) and not isinstance(given, datetime.datetime):
        day = given
    else:
        try:
            if not (isinstance(given, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", given)):
                raise ValueError(given)
            day = datetime.date.fromisoformat(given)
        except ValueError:
            raise rejected(
                Finding((), f"found {describe(given)}", "allowed: a date, year-month-day such as 2026-01-05")
            ) from None
    if not 1900 <= day.year <= 2200:
        raise rejected(Finding((), f"found {day}", "allowed: a date from 1900 to 2200"))
    return day


class _Parsed:
    """Annotation of a text field that is parsed by a function."""

    def __init__(self, parse: Any, schema: dict[str, Any]) -> None:
        self.parse, self.schema = parse, schema

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.parse)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return dict(self.schema)


DayOfYear = Annotated[MonthDay, _Parsed(_month_day, {"type": "string", "pattern": r"^\d{1,2}-\d{1,2}$"})]
Date = Annotated[datetime.date, _Parsed(_date, {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"})]


def _quarter_hours(offset: float) -> float:
    if offset * 4.0 != round(offset * 4.0):
        raise rejected(Finding((), f"found number {offset:g}", "allowed: a multiple of 0.25, from -12 to 14"))
    return offset


Offset = Annotated[UtcOffset, AfterValidator(_quarter_hours), WithJsonSchema({"$offset": True})]


class Daily(Section):
    """Hours of each of some days, local time; past midnight where start_hour > end_hour."""

    days: Days = needed("Days on which it starts: a list of days, a range such as mon-fri, or all.")
    start_hour: Hour = needed("Hour at which it starts (local hour of the day).")
    end_hour: Hour = needed("Hour at which it ends (local hour of the day); before start_hour: on the next day.")

    @property
    def length(self) -> int:
        """How long it lasts each time (hours)."""
        return (self.end_hour - self.start_hour) % 24 or 24

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.start_hour == self.end_hour:
            found = f"found start_hour {self.start_hour}, end_hour {self.end_hour}"
            raise rejected(Finding((), found, "allowed: hours that last; round the clock is 0 to 24"))
        if self.start_hour == 24:
            raise rejected(Finding(("start_hour",), "found number 24", "allowed: from 0 to 23"))
        return self


class WorkingHours(Daily):
    """Hours in which users work, local time; tasks arise only then."""

    days: Days = stated("mon-fri", "Days on which work starts: a list of days, a range such as mon-fri, or all.")
    start_hour: Hour = stated(8, "First working hour (local hour of the day).")
    end_hour: Hour = stated(18, "Hour at which work ends (local hour of the day); before start_hour: on the next day.")


class Shift(Daily):
    """Hours that a share of a team works, local time."""

    share: CertainShare = stated(1.0, "Share of the team's people in this shift; shares add up to 1.")
