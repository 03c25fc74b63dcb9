"""`scaleup trace`: every event of one replication, as a listing or as JSON lines."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

import typer

from simulator.cli.options import Engine, OneScenario, Seed, within
from simulator.cli.output import complain
from simulator.experiment.progress import COMPILING
from simulator.stepping.arguments import ENGINE, SEED

HOURS_PER_WEEK = 168
PLACES = """\
tier1 and tier2 are the help desk, tier3 is the data science team; tier3-7 is a place, whoever holds it
"""
HOW_TO_READ = """\
users are site/segment/number
this is every event: --milestones shows what concerns the whole programme, --kind one kind of event
"""


def trace(
    scenario: OneScenario,
    replication: Annotated[int, typer.Option(help="Number of the replication, from 0.", **within("replication"))] = 0,
    seed: Seed = SEED,
    engine: Engine = ENGINE,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON lines, one object per event.")] = False,
    until_week: Annotated[
        float | None, typer.Option(help="Stop at this week since kick-off.", min=0, show_default=False)
    ] = None,
    kinds: Annotated[
        list[str] | None,
        typer.Option("--kind", help="Only this kind of event. Repeatable.", metavar="KIND", show_default=False),
    ] = None,
    milestones: Annotated[
        bool, typer.Option("--milestones", help="Only what concerns the whole programme: a page or two.")
    ] = False,
) -> None:
    """List the events of one replication in order."""
    from simulator import engine as engines
    from simulator.report.analyses.parts import events as words
    from simulator.scenario import load

    known = known_kinds()
    unknown = [kind for kind in kinds or [] if kind not in known]
    if unknown:
        raise typer.BadParameter(f"{', '.join(unknown)}; known kinds are {', '.join(known)}", param_hint="--kind")
    loaded = load(scenario)
    if not engines.compiled_before():
        complain(f"{COMPILING} ...")
    plan = engines.build(loaded)
    monday = first_monday(loaded.start_date)
    until_hours = float("inf") if until_week is None else until_week * HOURS_PER_WEEK
    events = engines.trace(plan, replication, seed, engine=engine)
    if not as_json:
        print(f"{loaded.name}, replication {replication}, seed {seed}; times are UTC\n{PLACES}", end="")
    if not as_json and not milestones and not kinds:
        print(HOW_TO_READ)
    wanted = {*(kinds or ()), *(words.MILESTONES if milestones else ())} or set(known)
    write(chosen(events, until_hours, wanted), None if as_json else monday, loaded.economics.currency)


def known_kinds() -> list[str]:
    """The kinds of events that a trace can hold."""
    from simulator.model.state.events import KINDS

    return [kind.name for kind in KINDS]


def first_monday(start: date) -> datetime:
    """Time zero: Monday 00:00 UTC of the week of `start`."""
    return datetime.combine(start - timedelta(days=start.weekday()), time())


def chosen(events: Iterable[Any], until_hours: float, kinds: set[str]) -> Iterable[Any]:
    """Events before `until_hours` of the given kinds."""
    for event in events:
        if event.time_hours >= until_hours:
            return
        if event.kind in kinds:
            yield event


def write(events: Iterable[Any], monday: datetime | None, currency: str) -> None:
    """Write events line by line: in words with dates when `monday` is given, else as JSON."""
    for event in events:
        if monday is None:
            fields = {name: _null_for_nan(value) for name, value in event.fields.items()}
            line = json.dumps({"time_hours": event.time_hours, "kind": event.kind, **fields}, allow_nan=False)
        else:
            line = readable(event, monday, currency)
        sys.stdout.write(line + "\n")
    sys.stdout.flush()


def readable(event: Any, monday: datetime, currency: str) -> str:
    """One event as a line: date, week, kind, and what happens in words."""
    from simulator.report.analyses.parts import events

    at = monday + timedelta(hours=event.time_hours)
    told = events.tell(event.kind, event.fields, currency)
    return (
        f"{at:%a %Y-%m-%d %H:%M:%S}  week {event.time_hours / HOURS_PER_WEEK:6.2f}  {event.kind:<18}  {told}".rstrip()
    )


def _null_for_nan(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value
