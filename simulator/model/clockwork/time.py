"""Calendars: weeks, shifts, working hours of sites. Time is hours since Monday 00:00 UTC of the first week."""

from __future__ import annotations

import math
from typing import Any

from simulator.streams.jit import rule

WEEK_HOURS = 168.0
YEAR_HOURS = 52.0 * WEEK_HOURS
MONDAY = 0b0000001
MON_TO_FRI = 0b0011111
MORNING = 8.0
"""Local hour at which people begin a job, hand over what they have finished, and switch systems on or off."""


@rule
def next_opening(time: float, offset: float, days: int, open_hour: float) -> float:
    """The first start of a working day at or after `time` (hours, UTC).

    `offset` is local time minus UTC in hours; bit d of `days` tells whether weekday d (Monday 0) is worked.
    """
    day = int(math.floor((time + offset) / 24.0))
    while True:
        opening = day * 24.0 + open_hour - offset
        if opening >= time and (days >> (day % 7)) & 1:
            return opening
        day += 1


@rule
def opening_of(site: Any, time: float) -> float:
    """The start of the working day of `site` (a SITE record) that is under way at `time` (hours), or of the next.

    Night work that is under way may have begun the day before.
    """
    today = int(math.floor((time + site["utc_offset_hours"]) / 24.0))
    for day in (today, today - 1):
        opening = day * 24.0 + site["open_hour"] - site["utc_offset_hours"]
        if opening < time < opening + site["day_hours"] and (site["days"] >> (day % 7)) & 1:
            return float(opening)
    return next_opening(time, site["utc_offset_hours"], site["days"], site["open_hour"])


@rule
def first_day_of_use(site: Any, time: float) -> float:
    """When the first working day begins of a site that starts at `time` (hours): the next one.

    At kick-off a day may be under way, as that is Monday 00:00 UTC everywhere: its rest counts.
    """
    if time > 0.0:
        return next_opening(time, site["utc_offset_hours"], site["days"], site["open_hour"])
    return max(time, opening_of(site, time))


@rule
def working_morning(settings: Any, time: float, offset: float) -> float:
    """The first morning from Monday to Friday at or after `time` (hours); `time` where durations are only elapsed."""
    return next_opening(time, offset, MON_TO_FRI, MORNING) if settings["working_days"] == 1 else time


@rule
def first_day(settings: Any, time: float, offset: float) -> float:
    """The first Monday morning at or after `time` (hours); `time` where durations are only elapsed."""
    return next_opening(time, offset, MONDAY, MORNING) if settings["working_days"] == 1 else time


@rule
def duty(shift: Any, ahead: Any, time: float) -> int:
    """Hours from the hour that begins at or holds `time` until the shift goes off duty, or (negative) on duty.

    `ahead` is the shift's row of `State.duty`, by hour of the local week.
    """
    return int(ahead[int(math.floor(time + shift["utc_offset_hours"])) % 168])


@rule
def next_change(shift: Any, ahead: Any, time: float) -> float:
    """The next instant after `time` at which the shift goes on or off duty; infinite when it never does."""
    hours = abs(duty(shift, ahead, time))
    if hours == 168:
        return math.inf
    return float(math.floor(time + shift["utc_offset_hours"]) + hours - shift["utc_offset_hours"])


@rule
def work_time(site: Any, time: float) -> float:
    """Working hours of the site since it started, at `time`; it stands still while the site is closed.

    `work_at_opening` is negative on the day that was under way at kick-off.
    """
    elapsed = time - site["opened"]
    if elapsed > site["day_hours"]:
        elapsed = site["day_hours"]
    return float(site["work_at_opening"] + max(0.0, elapsed))


@rule
def season_day(day_count: int, time: float, offset: float) -> int:
    """Row of the season table for the local day that holds `time`; days outside the table take its edge."""
    return max(0, min(day_count - 1, int(math.floor((time + offset) / 24.0)) + 1))
