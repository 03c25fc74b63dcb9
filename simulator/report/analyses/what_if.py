"""What one decision in one world changes: where the two futures part, how both end, and the figure of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.analysis.methods.schedule.dates import date_of
from simulator.report import style
from simulator.report.analyses.parts import events
from simulator.report.words import OUTCOME_WORDS, written
from simulator.scenario.measure import COUNT, MONEY, SHARE, WEEKS
from simulator.scenario.measures import REPLICATIONS
from simulator.scenario.vocabulary import TIERS

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from rich.console import Console, ConsoleOptions, RenderResult

    from simulator.analysis.what_if import WhatIf
    from simulator.engine import TraceEvent

ANECDOTE = (
    "One world shows how something works, not how likely it is: for that ask scaleup rescue without a replication."
)


def sentences(found: WhatIf) -> list[str]:
    """The decision, where the two futures part, and how both end."""
    day = f"week {found.week} from funding ({_date(found, found.funded_week + found.week)})"
    head = f"Replication {found.replication} with {found.remedy.words} from {day} on"
    if found.ends is None:
        return [f"{head}: there is nothing for it to change by then."]
    if found.parting is None:
        return [f"{head}: nothing changes, to the last event.", _end(found)]
    when = f"in week {written(found.parting.week - found.funded_week, WEEKS)} from funding"
    return [f"{head}: the first difference comes {when}. {_first(found)}", _end(found), ANECDOTE]


def _date(found: WhatIf, week: float) -> str:
    day = date_of(found.scenario, week)
    return f"{day.day} {day:%B %Y}"


def _first(found: WhatIf) -> str:
    """The first event that only one future has then; or both, where they come together."""
    parting = found.parting
    with_it, without = (None, None) if parting is None else (parting.with_it, parting.without)

    def told(event: TraceEvent) -> str:
        return events.tell(event.kind, event.fields, found.scenario.economics.currency).rstrip()

    if with_it is not None and (without is None or with_it.time_hours < without.time_hours):
        return f"With it, and not then without it: {told(with_it)}."
    if without is not None and (with_it is None or without.time_hours < with_it.time_hours):
        return f"Without it, and not then with it: {told(without)}."
    return "" if with_it is None or without is None else f"With it: {told(with_it)}. Without it: {told(without)}."


def _end(found: WhatIf) -> str:
    """How both end: success, people and money."""
    frame = found.frame
    if bool((frame["without"].map(str) == frame["with_it"].map(str)).all()):
        return "Both end the same."
    ends = []
    for column, words in (("without", "Without it the programme is"), ("with_it", "with it")):
        row = frame[column]
        parts = [OUTCOME_WORDS[row["outcome"]], f"adoption {written(row['adoption_final'], SHARE)} at the end"]
        if row["value_from_funding"] is not None:
            worth = written(row["value_from_funding"], MONEY, currency=found.scenario.economics.currency)
            parts.append(f"value of funding {worth}")
        ends.append(f"{words} {', '.join(parts)}")
    return f"{'; '.join(ends)}."


def heading(found: WhatIf) -> str:
    """What was simulated."""
    return f"{found.scenario.name}: replication {found.replication}, seed {found.seed}, with {found.remedy.words}"


class Table:
    """The sentences and both ends for a terminal."""

    def __init__(self, found: WhatIf) -> None:
        self._found = found

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich import box
        from rich.table import Table as RichTable
        from rich.text import Text

        found = self._found
        yield Text(heading(found), style="bold")
        for line in sentences(found):
            yield Text("")
            yield Text(line)
        if found.ends is None:
            return
        table = RichTable(box=box.SIMPLE_HEAD, pad_edge=False)
        for head in ("", "without it", "with it"):
            table.add_column(head, justify="left" if not head else "right")
        for name, row in found.frame.iterrows():
            table.add_row(REPLICATIONS[str(name)].words, *(_cell(found, str(name), value) for value in row))
        yield Text("")
        yield table


def _cell(found: WhatIf, name: str, value: Any) -> str:
    if name == "outcome":
        return OUTCOME_WORDS[value]
    if isinstance(value, bool):
        return "yes" if value else "no"
    unit = REPLICATIONS[name].unit
    return written(value, unit, currency=found.scenario.economics.currency if unit == MONEY else "")


def figure(found: WhatIf) -> Figure:
    """Adoption, waiting tickets and cumulative net value of both futures."""
    import matplotlib.pyplot as plt
    import numpy as np
    from matplotlib.ticker import FuncFormatter

    money = f"Value less cost so far, {found.scenario.economics.currency}"
    panels = {
        "Adoption": style.percent(),
        "Tickets that wait": FuncFormatter(lambda x, _: written(x, COUNT)),
        money: FuncFormatter(lambda x, _: written(x, MONEY)),
    }
    lines = [dict(zip(panels, _lines(end.weekly), strict=True)) for end in found.ends or ()]
    drawn, rows = plt.subplots(len(panels), 1, figsize=(9.5, 7.5), sharex=True, layout="constrained")
    looks = (("without it", style.GREY, "--"), ("with it", style.BLUE, "-"))
    for axes, (title, formatter) in zip(rows, panels.items(), strict=True):
        for future, (words, colour, dashes) in zip(lines, looks, strict=False):
            line = future[title]
            axes.plot(np.arange(1, len(line) + 1), line, color=colour, linestyle=dashes, linewidth=2.0, label=words)
        axes.axvline(found.funded_week + found.week, color=style.INK, linewidth=0.9)
        axes.set_title(title, loc="left")
        axes.yaxis.set_major_formatter(formatter)
        style.quieten(axes)
    weeks = found.scenario.horizon_weeks
    ticks = range(0, weeks + 1, 26)
    rows[-1].set_xticks(ticks, [f"{tick}\n{date_of(found.scenario, tick):%B %Y}" for tick in ticks], fontsize=9)
    rows[-1].set_xlabel("Weeks from kick-off; the line is the day of the decision")
    if found.ends is not None:
        rows[0].legend(frameon=False, fontsize=9.5, loc="upper left")
    drawn.suptitle(_seen(found), x=0.01, ha="left", fontsize=12.5, color=style.INK)
    drawn.supxlabel(heading(found), x=0.01, ha="left", fontsize=9, color=style.GREY)
    return drawn


def _lines(weekly: dict[str, Any]) -> tuple[Any, Any, Any]:
    """Adoption, tickets that wait and money so far, float64[weeks] each."""
    import numpy as np

    waiting = [np.nan_to_num(weekly[f"backlog_{tier}"]) for tier in TIERS]
    return weekly["adoption"], np.sum(waiting, axis=0), weekly["value_cumulative"] - weekly["cost_cumulative"]


def _seen(found: WhatIf) -> str:
    if found.ends is None:
        return "Nothing to change by then"
    frame = found.frame
    ends = [OUTCOME_WORDS[frame[column]["outcome"]] for column in ("without", "with_it")]
    return f"Without it: {ends[0]}; with it: {ends[1]}"


def alternative(found: WhatIf) -> str:
    """The figure in words."""
    return " ".join(sentences(found))
