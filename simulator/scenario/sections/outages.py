"""Outages of the AI system."""

from simulator.scenario.numbers.number_kinds import Factor, HoursEachTime, PerHour, PerYear
from simulator.scenario.numbers.section import Section, stated


class Outages(Section):
    """Times without any answer: a Poisson process; the data science team repairs."""

    per_year: PerYear = stated(4, "Outages (per year).")
    repair_hours: HoursEachTime = stated(
        {"lognormal": {"median": 3, "p90": 10}}, "Work of the data science team on one (hours)."
    )
    trust_weight: Factor = stated(1, "Weight in trust of each task that got no answer (tasks).", absent=1.0)
    tickets_per_user_hour: PerHour = stated(0.02, "Tickets of an active user while it lasts (per working hour).")
