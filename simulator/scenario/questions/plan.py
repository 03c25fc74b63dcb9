"""The scenario file that answers make: each number marked as the asked person's, as a prior, or as assumed."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from simulator.scenario.numbers.forms import plain_number
from simulator.scenario.numbers.per_case import scaled, times
from simulator.scenario.numbers.priors import prior
from simulator.scenario.questions.places import BySite, Hours, System
from simulator.scenario.questions.questions import Answers, Desk, Goal, Pilot, Shown, pilot_of, waves_of
from simulator.scenario.questions.values import Number
from simulator.scenario.text.writing import SCHEMA_LINE

YOURS: Final = "yours"
PRIOR: Final = "prior"
ASSUMED: Final = "assumed: yours to decide"
WIDTH: Final = 60
"""Column of the marks, where lines are shorter."""
FUNDING_DELAY: Final = 6
A_YEAR: Final = 52
USERS_OF_A_DATA_SCIENTIST: Final = 600
SHARE_OF_A_CASE: Final = {"p10": 0.1, "p50": 0.2, "p90": 0.4}
"""Of the minutes of a case, those that a right answer saves, where nobody knows."""
SHARE_OF_A_CASE_SOURCE: Final = (
    "Brynjolfsson, Li and Raymond (2025): 14-15% more cases an hour; Noy and Zhang (2023): 40% less time for texts"
)
ASSUMED_SYSTEMS: Final = (System("core-system"), System("customer-records"), System("document-archive"))
PLAIN: Final = re.compile(r"[a-z][a-z0-9-]*")
RESERVED: Final = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
HEADER: Final = """\
# A plan of your own, from answers to a few questions. Each number is marked. "yours" is what you said. A "prior" is
# what is believed of an ordinary programme, with a range (scaleup show prints its source). "assumed" is a decision that
# nobody told, and yours to take. Whatever stands nowhere below is a prior too: how people take to it and go back, edge
# cases, outages, seasons, how long projects drag on, who leaves, a budget that has to be renewed every year.
# scaleup validate says which of the numbers that move the answer most are still priors.
"""


def plan_file(name: str, answers: Answers) -> str:
    """The text of the scenario file."""
    sections = (
        _head(name, answers), _sites(answers), _users(answers), _pilot(answers), _systems(answers), _support(answers),
        _team(answers), _training(answers), _rollout(answers), _economics(answers), _success(answers), _levers(answers),
    )  # fmt: skip
    return SCHEMA_LINE + HEADER + "\n\n".join("\n".join(section) for section in sections) + "\n"


def flow(value: Any) -> str:
    """A value as it stands in one line of a file."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(each) for each in value) + "]"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, str):
        plain = PLAIN.fullmatch(value) and value not in RESERVED
        return value if plain else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return repr(plain_number(value))


def _line(text: str, mark: str = "") -> str:
    return f"{text:<{WIDTH}}  # {mark}" if mark else text


def _number(key: str, number: Number | None, otherwise: Any, mark: str = PRIOR, indent: int = 2) -> str:
    """A line with a number that was told, or with what stands in its place."""
    form, mark = (number.form, YOURS) if number is not None else (otherwise, mark)
    return _line(f"{' ' * indent}{key}: {flow(_bare(form) if mark == PRIOR else form)}", mark)


def _bare(form: Any) -> Any:
    """A prior without its source, which `scaleup show` tells."""
    noted = isinstance(form, Mapping)
    return {key: value for key, value in form.items() if key not in ("source", "confidence")} if noted else form


def _head(name: str, answers: Answers) -> Iterator[str]:
    pilot, goal = pilot_of(answers), _goal(answers)
    what = answers["what"] or "What this scenario shows."
    last = max(goal.weeks, waves_of(answers)[-1].week + A_YEAR // 2)
    weeks = min(pilot.weeks + FUNDING_DELAY + last + A_YEAR, 520)
    yield f"name: {flow(name)}"
    yield f"description: {flow(what)}"
    yield _line(f"horizon_weeks: {weeks}", "the pilot, the plan, and a year in which it has to last")
    yield _line(f"start_date: {pilot.start or '2026-01-05'}", YOURS if pilot.start else ASSUMED)


def _sites(answers: Answers) -> Iterator[str]:
    data, cases = _by_site(answers, "data"), _by_site(answers, "cases")
    hours = _by_site(answers, "hours")
    yield "sites:"
    for site, people in answers.sites.items():
        yield f"  - name: {flow(site)}"
        yield _number("users", people, None, indent=4)
        yield _number("data_quality", data.at(site), prior("sites.data_quality"), indent=4)
        here = hours.at(site)
        if here is not None and here.utc:
            yield _line(f"    utc_offset_hours: {flow(here.utc)}", YOURS)
        if site in hours.single:
            yield _line(f"    working_hours: {_hours(hours.single[site])}", YOURS)
        if site in cases.single:
            yield _number("tasks_per_user_week", cases.single[site], None, indent=4)


def _by_site(answers: Answers, key: str) -> BySite[Any]:
    """What was answered by site; nothing at all where nobody knows."""
    found: BySite[Any] | None = answers[key]
    return found or BySite(None, {})


def _hours(hours: Hours) -> str:
    return flow({"days": hours.days, "start_hour": hours.start, "end_hour": hours.end})


def _users(answers: Answers) -> Iterator[str]:
    cases, hours = _by_site(answers, "cases").general, _by_site(answers, "hours").general
    yield "users:"
    yield _number("tasks_per_user_week", cases, prior("users.tasks_per_user_week"))
    yield _line(f"  working_hours: {_hours(hours or Hours())}", YOURS if hours else ASSUMED)


def _pilot(answers: Answers) -> Iterator[str]:
    told: Pilot | None = answers["pilot"]
    pilot, shown = pilot_of(answers), answers["showed"]
    mark = YOURS if told else ASSUMED
    yield "pilot:"
    yield _line(f"  weeks: {pilot.weeks}", mark)
    yield _line(f"  measure_weeks: {min(8, pilot.weeks)}", "its last weeks, over which it is read")
    yield _line(f"  sites: {flow(pilot.sites)}", mark)
    yield _line(f"  users_per_site: {flow(pilot.people.form)}", mark)
    if pilot.volunteers:
        yield _line("  segments: {volunteers: 1.0}", f"{mark.partition(':')[0]}: who wanted it")
    else:
        mix = {segment["name"]: segment["share"] for segment in prior("users.segments")}
        yield _line(f"  segments: {flow(mix)}", f"{mark}: picked to be like everybody")
    if shown is not None:
        yield "  observed:"
        for reading, value, size, count in _observed(shown):
            yield _line(f"    {reading}: {flow(value)}", YOURS)
            yield _line(f"    {size}: {flow(count)}", YOURS)


def _observed(shown: Shown) -> Iterator[tuple[str, float, str, float]]:
    """Each reading that there is and what it was read from, with the names of their fields."""
    names = (("accuracy", "tasks"), ("active_share", "users"), ("tickets_per_user_week", "user_weeks"))
    for (reading, size), told in zip(names, shown, strict=True):
        if told is not None:
            yield reading, float(f"{told[0]:.4g}"), size, told[1]


def _systems(answers: Answers) -> Iterator[str]:
    told: list[System] | None = answers["systems"]
    yield "integration:                      # each system is a project of four stages, which can drag on"
    yield "  systems:"
    for system in told or ASSUMED_SYSTEMS:
        after = {"after": list(system.after)} if system.after else {}
        line = f"    - {flow({'name': system.name, 'start_week': 0, **after})}"
        yield _line(line, YOURS if told else "assumed: name your own")


def _support(answers: Answers) -> Iterator[str]:
    desk: Desk | None = answers["support"]
    hours = (desk.hours if desk else None) or _by_site(answers, "hours").general or Hours()
    yield "support:"
    if desk is None:
        yield _line("  planning: from_pilot", "assumed: as many people as the pilot's tickets ask for")
    yield "  tiers:"
    for tier, heads in (("tier1", desk and desk.first_line), ("tier2", desk and desk.specialists)):
        yield f"    {tier}:"
        yield _number("agents", heads, 1, "assumed: until the plan is made", indent=6)
        if hours.utc:
            yield _line(f"      utc_offset_hours: {flow(hours.utc)}", YOURS)
        shifts = shifts_of(hours if tier == "tier1" or (desk and desk.hours) else Hours(utc=hours.utc))
        yield _line("      shifts:", YOURS if desk and desk.hours else "assumed: when they work")
        yield from (f"        - {flow(shift)}" for shift in shifts)


def shifts_of(hours: Hours) -> list[dict[str, Any]]:
    """Shifts of about eight hours, in which as many people work, that cover hours of the day."""
    length = (hours.end - hours.start) % 24 or 24
    count = max(1, math.ceil((length - 1) / 8))
    if count == 1:
        return [{"days": hours.days, "start_hour": hours.start, "end_hour": hours.end, "share": 1}]
    each = 8 if count == 3 else min(9, length)
    starts = [hours.start + round((length - each) * i / (count - 1)) for i in range(count)]
    shares = (0.34, 0.33, 0.33) if count == 3 else (0.5, 0.5)
    return [
        {"days": hours.days, "start_hour": start % 24, "end_hour": _end((start + each) % 24), "share": share}
        for start, share in zip(starts, shares, strict=True)
    ]


def _end(hour: int) -> int:
    """The hour at which a shift ends: midnight is 24."""
    return hour or 24


def _users_in_all(answers: Answers) -> float:
    return math.fsum(people.middle for people in answers.sites.values())


def _team(answers: Answers) -> Iterator[str]:
    told: Number | None = answers["data_scientists"]
    members = told.middle if told else max(2, round(_users_in_all(answers) / USERS_OF_A_DATA_SCIENTIST))
    stay = max(1, math.ceil(members / 2)) if members >= 1 else None
    yield "data_science_team:"
    yield _number("members", told, members, "assumed: one for 600 users while it is built")
    if stay is not None:
        yield _line(f"  run_team: {{members: {stay}}}", "assumed: who stay when everybody is live")
    yield "  # moves_on: {week: 60, retained_share: 0.5}"


def _training(answers: Answers) -> Iterator[str]:
    told: Number | None = answers["training"]
    weeks = max(waves_of(answers)[-1].week, 8)
    enough = max(10, 10 * math.ceil(_users_in_all(answers) / weeks / 10))
    yield "change_programme:"
    yield "  training:"
    yield _number("users_per_week", told, enough, "assumed: everybody by the last date", indent=4)
    yield _line("    weeks_before_go_live: 6", ASSUMED)
    yield _line("  champions: {per_100_users: 0.5}", ASSUMED)


def _rollout(answers: Answers) -> Iterator[str]:
    waves = waves_of(answers)
    mark = YOURS if answers["plan"] else ASSUMED
    yield "rollout:                          # a budget is renewed once a year, unless you say otherwise"
    yield _line(f"  funding_delay_weeks: {FUNDING_DELAY}", "assumed: from the pilot's end to the money")
    yield "  phases:                         # weeks count from funding"
    for i, wave in enumerate(waves, start=1):
        yield _line(f"    - {flow({'name': f'wave-{i}', 'week': wave.week, 'sites': wave.sites})}", mark)
    yield _line("  funding_gate:", "assumed: what the pilot has to show")
    yield "    criteria: [{measure: accuracy, at_least: 0.8}, {measure: active_share, at_least: 0.6}]"
    if len(waves) > 1:
        yield _line("  gates:", "assumed: what the first wave has to show")
        yield "    - {name: before-wave-2, phase: wave-2, criteria: [{measure: accuracy, at_least: 0.6}],"
        yield "       on_hold: {remediate: true}}"


def _economics(answers: Answers) -> Iterator[str]:
    numbers: list[Number] = [answers[key] for key in ("wage", "licence", "platform") if answers[key] is not None]
    currency = next((number.currency for number in numbers if number.currency), None)
    yield "economics:"
    yield _line(f"  currency: {currency or 'EUR'}", YOURS if currency else ASSUMED)
    if currency not in (None, "EUR"):
        yield "  # Money that is left out is believed in EUR, and counts here as so many of yours."
    cases = _by_site(answers, "cases").general
    saved, minutes = answers["saved"], answers["minutes"]
    if saved is None and minutes is not None:
        form = times(SHARE_OF_A_CASE, minutes.middle) | {"confidence": "low"}
        yield _line("  minutes_saved_per_correct_task:", f"prior: 10 to 40% of your {minutes.middle:g} minutes")
        yield f"    {flow(form)[:-1]},"
        yield f"     source: {flow(SHARE_OF_A_CASE_SOURCE)}}}"
    else:
        believed = scaled(cases.form if cases else None).get("minutes_saved_per_correct_task")
        otherwise = believed or prior("economics.minutes_saved_per_correct_task")
        mark = "prior: as many hours a week as elsewhere, by your cases" if believed and saved is None else PRIOR
        form = saved.form if saved else _bare(otherwise)
        yield _line(f"  minutes_saved_per_correct_task: {flow(form)}", YOURS if saved else mark)
    yield _number("wage_per_hour", answers["wage"], prior("economics.wage_per_hour"))
    for key, field in (("licence", "licence_per_user_week"), ("platform", "platform_cost_per_week")):
        monthly: Number | None = answers[key]
        yield _number(field, monthly and monthly.times(12.0 / A_YEAR), prior(f"economics.{field}"))


def _goal(answers: Answers) -> Goal:
    told: Goal | None = answers["goal"]
    return told or Goal(0.5, 2 * A_YEAR)


def _success(answers: Answers) -> Iterator[str]:
    goal = _goal(answers)
    mark = YOURS if answers["goal"] else ASSUMED
    yield "success:"
    yield "  criteria:"
    yield _line(f"    - {flow({'measure': 'adoption', 'at_least': goal.adoption})}", mark)
    yield _line("    - {measure: net_run_rate, at_least: 0}", "assumed: it earns what it costs")
    yield "  sustained_weeks: 8"
    yield _line(f"  deadline_weeks: {goal.weeks}", mark)


def _levers(answers: Answers) -> Iterator[str]:
    desk: Desk | None = answers["support"]
    agents = max(20, 3 * math.ceil(desk.first_line.middle)) if desk and desk.first_line.middle > 0 else 20
    yield "levers:                           # what a planner would move: the sliders of the app"
    yield from _lever_lines(
        ("rollout.time_scale", "Length of the plan (times)", 0.5, 3, 0.25, {}),
        ("support.tiers.tier1.agents", "Tier-1 agents", 1, agents, 1, {}),
        ("sites.*.data_quality", "Data quality of all sites (added)", -0.15, 0.1, 0.05, {"mode": "add"}),
        ("data_science_team.members", "Data scientists", 1, 20, 1, {}),
        ("change_programme.training.users_per_week", "People trained in a week", 0, 400, 10, {}),
    )


def _lever_lines(*levers: tuple[str, str, float, float, float, Mapping[str, Any]]) -> Iterable[str]:
    for path, label, low, high, step, more in levers:
        extra = "".join(f", {key}: {value}" for key, value in more.items())
        yield f"  - {{path: {path}, label: {label}, min: {low:g}, max: {high:g}, step: {step:g}{extra}}}"
