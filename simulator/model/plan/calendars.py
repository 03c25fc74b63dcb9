"""Calendars as tables: hours of shifts, days of seasons."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from simulator.scenario import Scenario
from simulator.scenario.sections.calendar import Daily


def week_mask(shift: Daily) -> list[bool]:
    """The 168 hours of a local week that a shift covers; past midnight, and past Sunday, where start > end."""
    mask = [False] * 168
    for day in shift.days.numbers:
        for hour in range(shift.length):
            mask[(24 * day + shift.start_hour + hour) % 168] = True
    return mask


def staffed_hours(shifts: Sequence[Daily]) -> float:
    """Hours of a week in which somebody of a tier is at work."""
    return float(np.array([week_mask(shift) for shift in shifts]).any(axis=0).sum())


def hours_ahead(mask: list[bool]) -> list[int]:
    """For each of the 168 hours: in how many hours the shift goes off duty, or (negative) on duty.

    A shift without any change has 168 or -168 throughout.
    """
    ahead = []
    for hour, on in enumerate(mask):
        step = next((n for n in range(1, 168) if mask[(hour + n) % 168] != on), 168)
        ahead.append(step if on else -step)
    return ahead


def season_days(scenario: Scenario) -> npt.NDArray[np.int8]:
    """int8[days, seasons]: whether a local day lies in a season; row 0 is the day before the first Monday."""
    days = scenario.horizon_weeks * 7 + 3
    monday = scenario.start_date - datetime.timedelta(days=scenario.start_date.weekday())
    table = np.zeros((days, max(1, len(scenario.seasons))), dtype=np.int8)
    for row in range(days):
        date = monday + datetime.timedelta(days=row - 1)
        today = (date.month, date.day)
        for k, season in enumerate(scenario.seasons):
            start, end = tuple(season.start), tuple(season.end)
            inside = start <= today <= end if start <= end else today >= start or today <= end
            table[row, k] = int(inside)
    return table
