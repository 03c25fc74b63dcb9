"""The kinds of numbers that scenario fields hold, with units and stated limits."""

import math
from typing import Annotated, Final

from pydantic import StringConstraints

from simulator.scenario.numbers.forms import Range
from simulator.scenario.numbers.quantity import Certain, Quantity, Uncertain

MOST_HOURS: Final = 1e6
MOST_MINUTES: Final = 1e6
MOST_WEEKS: Final = 10_000.0
MOST_RATE: Final = 1e6
MOST_PER_YEAR: Final = 10_000.0
"""Of what happens to a site, a person or everybody now and then: about once an hour."""
MOST_REPEATED: Final = 0.999
"""Chance that something happens once more: a thousand times in the mean."""
LEAST_SLICE: Final = 0.1
"""Hours: six minutes."""
LEAST_CYCLE: Final = 0.1
"""Weeks: once a working day, and more."""
MOST_CHECKED: Final = 1_000_000
MOST_PEOPLE: Final = 10_000

_unit = Range(0.0, 1.0, natural_low=0.0, natural_high=1.0)
_inside = Range(0.0, 1.0, low_open=True, high_open=True, natural_low=0.0, natural_high=1.0)
_below_one = Range(0.0, 1.0, high_open=True, natural_low=0.0, natural_high=1.0)
_above_zero = Range(0.0, 1.0, low_open=True, natural_low=0.0, natural_high=1.0)
_from_one = Range(1.0, 1e6, natural_low=1.0)
_near_funding = Range(-520.0, 520.0, natural_low=-520.0, natural_high=520.0)


def _up_to(high: float, low_open: bool = False) -> Range:
    return Range(0.0, high, low_open=low_open, natural_low=0.0)


CURRENCY: Final = r"^[A-Z]{3}$"
"""Pattern of a currency."""

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$", max_length=64)]
"""Name of a scenario, site, segment, season, system, stage, phase or gate."""

# Uncertain, drawn once per replication.
Share = Annotated[Quantity, Uncertain("share", _unit)]
ShareInside = Annotated[Quantity, Uncertain("share", _inside)]
ShareBelowOne = Annotated[Quantity, Uncertain("share", _below_one)]
ShareAboveZero = Annotated[Quantity, Uncertain("share", _above_zero)]
Repeat = Annotated[Quantity, Uncertain("share", Range(0.0, MOST_REPEATED, natural_low=0.0, natural_high=1.0))]
Factor = Annotated[Quantity, Uncertain("factor", _up_to(1e6))]
FactorAboveZero = Annotated[Quantity, Uncertain("factor", _up_to(1e6, low_open=True))]
FactorAtLeastOne = Annotated[Quantity, Uncertain("factor", _from_one)]
LogError = Annotated[Quantity, Uncertain("standard deviation of the logarithm", _up_to(10.0))]
Rate = Annotated[Quantity, Uncertain("per week", _up_to(MOST_RATE))]
RateAboveZero = Annotated[Quantity, Uncertain("per week", _up_to(MOST_RATE, low_open=True))]
PerYear = Annotated[Quantity, Uncertain("per year", _up_to(MOST_PER_YEAR))]
PerHour = Annotated[Quantity, Uncertain("per hour", _up_to(MOST_RATE))]
UsersPerWeek = Annotated[Quantity, Uncertain("users per week", _up_to(MOST_RATE))]
HoursPerWeek = Annotated[Quantity, Uncertain("hours per week", _up_to(MOST_HOURS))]
TasksPerHourAboveZero = Annotated[Quantity, Uncertain("tasks per hour", _up_to(1e9, low_open=True))]
ChampionsPer100 = Annotated[Quantity, Uncertain("people per 100 users", _up_to(100.0))]
Money = Annotated[Quantity, Uncertain("currency", _up_to(1e12))]
Weeks = Annotated[Quantity, Uncertain("weeks", _up_to(MOST_WEEKS))]
WeeksAboveZero = Annotated[Quantity, Uncertain("weeks", _up_to(MOST_WEEKS, low_open=True))]
CycleWeeks = Annotated[Quantity, Uncertain("weeks", Range(LEAST_CYCLE, MOST_WEEKS, natural_low=LEAST_CYCLE))]
TrancheWeeks = Annotated[Quantity, Uncertain("weeks", Range(1.0, MOST_WEEKS, natural_low=1.0))]
SignedWeeks = Annotated[Quantity, Uncertain("weeks", _near_funding)]
Hours = Annotated[Quantity, Uncertain("hours", _up_to(MOST_HOURS))]
Minutes = Annotated[Quantity, Uncertain("minutes", _up_to(MOST_MINUTES))]
HoursAboveZero = Annotated[Quantity, Uncertain("hours", _up_to(MOST_HOURS, low_open=True))]
SliceHours = Annotated[Quantity, Uncertain("hours", Range(LEAST_SLICE, MOST_HOURS, natural_low=LEAST_SLICE))]
Tasks = Annotated[Quantity, Uncertain("tasks", _up_to(1e9))]
TasksAboveZero = Annotated[Quantity, Uncertain("tasks", _up_to(1e9, low_open=True))]
CorrectionsAboveZero = Annotated[Quantity, Uncertain("corrections", _up_to(1e9, low_open=True))]
CheckedTasks = Annotated[Quantity, Uncertain("tasks", Range(1.0, MOST_CHECKED, natural_low=1.0), whole=True)]
UserCount = Annotated[Quantity, Uncertain("users", _up_to(200_000), whole=True)]
HeadCount = Annotated[Quantity, Uncertain("people", _up_to(MOST_PEOPLE), whole=True)]
Concentration = Annotated[Quantity, Uncertain("types", Range(-1.0, 1e9, low_open=True, natural_low=0.0))]
Level = Annotated[Quantity, Uncertain("units of the measure", Range(-math.inf, math.inf))]

# Random inside a replication.
MinutesEachTime = Annotated[Quantity, Uncertain("minutes", _up_to(MOST_MINUTES), every_time=True)]
HoursEachTime = Annotated[Quantity, Uncertain("hours", _up_to(MOST_HOURS), every_time=True)]
WeeksEachTime = Annotated[Quantity, Uncertain("weeks", _up_to(MOST_WEEKS), every_time=True)]
ShareEachTime = Annotated[Quantity, Uncertain("share", _unit, every_time=True)]
FactorEachTime = Annotated[Quantity, Uncertain("factor", _up_to(1e6), every_time=True)]

# Certain.
Horizon = Annotated[int, Certain("weeks", Range(1, 520), whole=True)]
WholeWeeks = Annotated[int, Certain("weeks", Range(1, 520), whole=True)]
WeekNumber = Annotated[int, Certain("week", Range(0, 520), whole=True)]
WindowWeeks = Annotated[int, Certain("weeks", Range(1, 52), whole=True)]
LagWeeks = Annotated[int, Certain("weeks", Range(0, 52), whole=True)]
Holds = Annotated[int, Certain("holds", Range(0, 20), whole=True)]
Actions = Annotated[int, Certain("actions", Range(0, 100), whole=True)]
CertainShare = Annotated[float, Certain("share", Range(0, 1))]
CertainPerYear = Annotated[float, Certain("per year", Range(0, MOST_PER_YEAR))]
CertainRate = Annotated[float, Certain("per week", Range(0, MOST_RATE))]
CountOfTasks = Annotated[float, Certain("tasks", Range(1, 1e9))]
CountOfPeople = Annotated[float, Certain("users", Range(1, 1e6))]
UserWeeks = Annotated[float, Certain("user-weeks", Range(0, 1e9, low_open=True))]
RankCorrelation = Annotated[float, Certain("rank correlation", Range(-1, 1))]
Hour = Annotated[int, Certain("hour of the day", Range(0, 24), whole=True)]
UtcOffset = Annotated[float, Certain("hours", Range(-12, 14))]
TypeCount = Annotated[int, Certain("types", Range(1, 4096), whole=True)]
Threshold = Annotated[int, Certain("reports", Range(1, 1_000_000), whole=True)]
Number = Annotated[float, Certain("units of the path", Range(-1e15, 1e15))]
Step = Annotated[float, Certain("units of the path", Range(0, 1e15, low_open=True))]
