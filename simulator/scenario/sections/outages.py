"""Outages of the AI system."""

from simulator.scenario.numbers.number_kinds import Factor, HoursEachTime, PerHour, PerYear
from simulator.scenario.numbers.section import Section, believed


class Outages(Section):
    """Times without any answer: a Poisson process; the data science team repairs."""

    beliefs = "outages"

    per_year: PerYear = believed("Outages (per year).")
    repair_hours: HoursEachTime = believed("Work of the data science team on one (hours).")
    trust_weight: Factor = believed("Weight in trust of each task that got no answer (tasks).", absent=1.0)
    tickets_per_user_hour: PerHour = believed("Tickets of an active user while it lasts (per working hour).")
