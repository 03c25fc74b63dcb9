"""Judgements: how often a user makes up their mind about an answer, however finely the work is cut into tasks.

What laboratory studies count are judgements of an answer by a person: forecasts taken or left (Dietvorst, Simmons and
Massey 2015, JEP: General 144(1)), or trials after each of which trust was asked for (Guo and Yang 2020, Int. J. of
Social Robotics 13). An assistant that prepares the same case in one step or in ten is judged as often. So all that a
mind or a mouth counts runs at the rate of judgements: right answers and missing ones in trust, errors that become
known, edge cases met, and what is told of them. Tasks, errors, accuracy, money and load go on by tasks.

    judgements = judged_per_week * volume / working hours      (where null: tasks)

An error that a user notices then stands for tasks / judgements tasks to be reworked.
"""

from __future__ import annotations

from typing import Any

from simulator.streams.jit import rule


@rule
def judgements(site: Any, settings: Any, volume: float, tasks: float) -> float:
    """Judgements of an active user of the site per working hour, where they do `tasks`; without tasks there are none.

    `volume` is the factor of the seasons that hold.
    """
    per_week = settings["users.judged_per_week"]
    if per_week <= 0.0 or tasks <= 0.0:  # null: each task is judged
        return tasks
    return float(per_week * volume / site["week_hours"])


@rule
def tasks_per_judgement(site: Any, settings: Any) -> float:
    """Tasks at the site for which one judgement stands."""
    per_week = settings["users.judged_per_week"]
    return float(site["tasks_per_user_week"] / per_week) if per_week > 0.0 else 1.0
