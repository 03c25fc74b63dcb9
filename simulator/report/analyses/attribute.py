"""Which killers a plan fails by, in words and pictures: success, money, people and time, and the part of each."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from simulator.analysis.attribute import NONE
from simulator.analysis.methods.killers import ENDLESS, QUARTER_WEEKS
from simulator.report import style
from simulator.report.words import unconditioned, written
from simulator.scenario.measure import MONEY, SHARE, WEEKS, Unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from rich.console import Console, ConsoleOptions, RenderResult

    from simulator.analysis.attribute import Account, Attribution, Part
    from simulator.results.statistics import Estimate

WORDS: Final = {
    "data_quality": "data quality",
    "edge_cases": "edge cases",
    "change_management": "change management",
    "integration": "integration",
    "support": "support",
    NONE: NONE,
}
COLOURS: Final = {
    "data_quality": style.BLUE,
    "edge_cases": style.ORANGE,
    "change_management": style.VERMILION,
    "integration": style.GREEN,
    "support": style.PURPLE,
}
HATCHES: Final = dict(zip(COLOURS, style.HATCHES, strict=False))
UNITS: Final[dict[str, Unit]] = {
    "success": SHARE,
    "value_from_funding": MONEY,
    "adoption_final": SHARE,
    "weeks_without_scale": WEEKS,
}
HEADS: Final = {
    "success": "Success, of all programmes",
    "value_from_funding": "Value of funding",
    "adoption_final": "Adoption at the end",
    "weeks_without_scale": "Weeks without scale, from funding",
}
SMALL: Final = 0.2
"""Share of a killer's part below which what it gives alone is called next to nothing."""


def named(killer: str) -> str:
    """A killer in words."""
    return WORDS.get(killer, killer)


def amount(found: Attribution, measure: str, value: float | None, *, change: bool = False) -> str:
    """A value of a measure, or a change of it with its sign, as people read it."""
    if value is None:
        return "–"
    sign = "+" if change and value > 0 else ""
    if UNITS[measure] == SHARE and change:
        return f"{sign}{100 * value:.1f} pts"
    currency = found.scenario.economics.currency if UNITS[measure] == MONEY else ""
    text = written(value, UNITS[measure], currency=currency)
    return f"{sign}{text}" if not currency else f"{currency} {sign}{text.removeprefix(currency).strip()}"


def reach(found: Attribution, measure: str, one: Estimate) -> str:
    """The interval of a change, or that there is none."""
    if one.low is None or one.high is None:
        return "no interval: too few replications"
    low, high = (amount(found, measure, end, change=True) for end in (one.low, one.high))
    return f"95% interval {low} to {high}"


def sentences(found: Attribution) -> list[str]:
    """What the plan would be without the five, who takes what of it, which cause dominates, what the sponsor adds."""
    account = found.account
    lines = [
        line for measure in found.measures for line in _of_measure(found, account, measure, alone=measure == "success")
    ]
    lines.append(_dominant(account))
    if ENDLESS in found.accounts:
        lines.append(_endless(found))
    if found.refusal:
        lines.append(unconditioned(found.refusal))
    return [line for line in lines if line]


def _of_measure(found: Attribution, account: Account, measure: str, *, alone: bool) -> list[str]:
    plan, ideal, gap = account.plan(measure), account.ideal(measure), account.gap(measure)
    head = f"{HEADS[measure]}: {amount(found, measure, plan.value)} under the plan"
    if plan.value == ideal.value and not any((part.shapley.value or 0.0) for part in account.parts(measure).values()):
        return [f"{head}, and the same without any of the five."]
    told = f"{head}, {amount(found, measure, ideal.value)} without any of the five"
    told += f" ({amount(found, measure, gap.value, change=True)}; {reach(found, measure, gap)})"
    parts = account.parts(measure)
    listed = "; ".join(
        f"{named(name)} {amount(found, measure, part.shapley.value, change=True)}" for name, part in _ranked(parts)
    )
    lines = [f"{told}. Of the difference: {listed}."]
    if alone:
        lines += _alone(found, account, measure, parts)
    return lines


def _ranked(parts: dict[str, Part]) -> list[tuple[str, Part]]:
    """The killers, those with the largest part first."""
    return sorted(parts.items(), key=lambda pair: -abs(pair[1].shapley.value or 0.0))


def _alone(found: Attribution, account: Account, measure: str, parts: dict[str, Part]) -> list[str]:
    """Where switching off one killer alone ranks them otherwise than their parts: by which pair, and how."""
    by_part = [name for name, _ in _ranked(parts)]
    by_alone = sorted(parts, key=lambda name: -abs(parts[name].alone.value or 0.0))
    if by_part == by_alone or len(by_part) < 2:
        return []
    told = "; ".join(
        f"{named(name)} {amount(found, measure, parts[name].alone.value, change=True)}" for name in by_alone
    )
    lines = [f"Switched off alone they rank otherwise: {told}."]
    pairs = account.interactions(measure)
    (first, second), strongest = max(pairs.items(), key=lambda pair: abs(pair[1].value or 0.0))
    if strongest.clear and strongest.value is not None:
        how = "need each other" if strongest.value > 0 else "overlap"
        lines.append(
            f"{named(first).capitalize()} and {named(second)} {how} most: switching off both gives "
            f"{amount(found, measure, abs(strongest.value), change=True).lstrip('+')} "
            f"{'more' if strongest.value > 0 else 'less'} than what each gives by itself, on the mean over the others."
        )
    return lines


def _dominant(account: Account) -> str:
    """By which killer the replications that fail, fail most."""
    shares = account.dominant
    if not shares:
        return "No programme fails under the plan, so that none has a cause of failure."
    single = {joint[0]: share for joint, share in shares.items() if len(joint) == 1 and joint[0] != NONE}
    joint = sum(share for names, share in shares.items() if len(names) > 1)
    told = [f"{named(name)} in {written(share, SHARE)}" for name, share in single.items()]
    if joint:
        told.append(f"two or more alike in {written(joint, SHARE)}")
    if (NONE,) in shares:
        told.append(f"{written(shares[NONE,], SHARE)} fail without any of the five too")
    count = account.failed
    of = f"the {count} programmes that fail" if count != 1 else "the one programme that fails"
    return f"What takes most success from {of}: {', '.join(told)}."


def _endless(found: Attribution) -> str:
    """What the five take where nobody stops the programme."""
    account = found.accounts[ENDLESS]
    plan, ideal = account.plan("success"), account.ideal("success")
    given = found.account.plan("success")
    told = (
        f"With a sponsor who never stops it, success is {written(plan.value, SHARE)} under the plan instead of "
        f"{written(given.value, SHARE)}, and {written(ideal.value, SHARE)} without any of the five"
    )
    parts = _ranked(account.parts("success"))
    if not any(part.shapley.value for _, part in parts):
        return f"{told}."
    listed = "; ".join(
        f"{named(name)} {amount(found, 'success', part.shapley.value, change=True)}" for name, part in parts
    )
    return f"{told}; of that difference: {listed}."


class Table:
    """An attribution for a terminal: a block for each measure, then what was found in words."""

    def __init__(self, found: Attribution) -> None:
        self._found = found

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.table import Table as Rows
        from rich.text import Text

        found, account = self._found, self._found.account
        yield Text(heading(found), style="bold")
        for measure in found.measures:
            yield Text("")
            rows = Rows(box=None, pad_edge=False, show_edge=False, header_style="italic")
            rows.add_column(HEADS[measure])
            for head in ("its part", "95% interval", "alone", "last of all"):
                rows.add_column(head, justify="right")
            for name, part in _ranked(account.parts(measure)):
                rows.add_row(
                    named(name),
                    amount(found, measure, part.shapley.value, change=True),
                    _between(found, measure, part.shapley),
                    amount(found, measure, part.alone.value, change=True),
                    amount(found, measure, part.last.value, change=True),
                )
            gap = account.gap(measure)
            rows.add_row(
                "all five" if len(account.outcomes.killers) == 5 else "all of them",
                amount(found, measure, gap.value, change=True),
                _between(found, measure, gap),
                "",
                "",
                style="bold",
            )
            yield rows
        yield Text("")
        for line in sentences(found):
            yield Text(line)
        yield Text("")
        for line in NOTES:
            yield Text(line, style="dim")


PARTS_TOLD: Final = (
    "Its part: what switching this one off adds, on the mean over all orders in which the five can be switched off "
    "(Shapley); parts add up. Alone: it is the first to go; last of all: the others are gone already."
)
COUNTED: Final = "Every programme counts, funded or not: one that is not funded is no success and is worth nothing."
NOTES: Final = (PARTS_TOLD, COUNTED)


def _between(found: Attribution, measure: str, one: Estimate) -> str:
    if one.low is None or one.high is None:
        return "–"
    return f"{amount(found, measure, one.low, change=True)} to {amount(found, measure, one.high, change=True)}"


def heading(found: Attribution) -> str:
    """What was simulated."""
    outcomes = found.account.outcomes
    n = len(outcomes.numbers)
    size = "" if outcomes.weights is None else f", weighted by the observed pilot (worth {found.effective:.0f})"
    combinations = 2 ** len(outcomes.killers) * len(found.accounts)
    return (
        f"{found.scenario.name}: what the five killers take. {combinations} combinations, {n:,} "
        f"replication{'' if n == 1 else 's'} of each{size}, seed {found.seed}"
    )


def figure(found: Attribution) -> Figure:
    """What each killer takes of success, and of adoption and money over time."""
    import matplotlib.pyplot as plt

    over_time = bool(found.account.outcomes.by_quarter)
    priced = "value_from_funding" in found.measures
    panels = 1 + over_time * (1 + priced)
    drawn, axes = plt.subplots(1, panels, figsize=(4.6 * panels + 1.0, 4.4), layout="constrained", squeeze=False)
    bars(found, axes[0][0])
    if over_time:
        area(found, "adoption", axes[0][1], legend=False)  # the bars name the colours
        if priced:
            area(found, "net", axes[0][2], legend=False)
    drawn.suptitle("\n".join(wrap(_seen(found), 34 * panels)), x=0.01, ha="left", fontsize=12.5, color=style.INK)
    drawn.supxlabel(heading(found), x=0.01, ha="left", fontsize=9, color=style.GREY)
    return drawn


def bars(found: Attribution, axes: Axes) -> None:
    """Parts of success with their intervals, and what each killer gives alone."""
    from matplotlib.ticker import FuncFormatter

    parts = _ranked(found.account.parts("success"))[::-1]
    for place, (name, part) in enumerate(parts):
        one = part.shapley
        look: dict[str, Any] = {
            "color": COLOURS.get(name, style.GREY),
            "hatch": HATCHES.get(name, ""),
            "edgecolor": "white",
        }
        axes.barh(place, one.value or 0.0, height=0.62, linewidth=0, **look)
        if one.low is not None and one.high is not None:
            axes.plot([one.low, one.high], [place, place], color=style.INK, linewidth=1.4)
        axes.plot(
            [part.alone.value or 0.0], [place], marker="D", markersize=6, color=style.INK, markerfacecolor="white"
        )
    axes.axvline(0.0, color=style.INK, linewidth=0.8)
    axes.set_yticks(range(len(parts)), [named(name) for name, _ in parts])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.3g}"))
    axes.set_title("Success taken, in percentage points", loc="left")
    axes.set_xlabel("bar: its part, with the 95% interval; diamond: switched off alone")
    style.quieten(axes)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x", color=style.FAINT, linewidth=0.8)


def area(found: Attribution, what: str, axes: Axes, *, legend: bool = True) -> None:
    """What each killer takes in each quarter, stacked: above 0 what it takes, below what it gives; a line: together."""
    frame = found.account.over_time(what)
    names = [name for name, _ in _ranked(found.account.parts("success"))]
    quarters = frame.index.to_numpy(dtype=float)
    above = below = 0.0 * quarters
    for name in names:
        values = frame[name].to_numpy(dtype=float)
        up, down = values.clip(min=0.0), values.clip(max=0.0)
        look: dict[str, Any] = {
            "facecolor": COLOURS.get(name, style.GREY),
            "hatch": HATCHES.get(name, ""),
            "edgecolor": "white",
        }
        axes.fill_between(quarters, above, above + up, linewidth=0, label=named(name), **look)
        axes.fill_between(quarters, below, below + down, linewidth=0, **look)
        above, below = above + up, below + down
    axes.plot(quarters, frame["gap"], color=style.INK, linewidth=1.6, label="all of them")
    axes.axhline(0.0, color=style.INK, linewidth=0.8)
    axes.set_xlabel(f"quarter since kick-off ({QUARTER_WEEKS} weeks; from {found.scenario.start_date:%d %b %Y})")
    if what == "adoption":
        axes.yaxis.set_major_formatter(style.percent())
        axes.set_title("Adoption taken (line: all of them)", loc="left")
    else:
        from matplotlib.ticker import FuncFormatter

        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: written(value, MONEY)))
        axes.set_title(f"Net value taken, {found.scenario.economics.currency} a quarter", loc="left")
    style.quieten(axes)
    if legend:
        style.legend_below(axes)


def _seen(found: Attribution) -> str:
    """What is to be seen at one look."""
    account = found.account
    gap = account.gap("success")
    if not gap.value:
        return f"Without the five killers {found.scenario.name} succeeds as often as it does"
    ranked = _ranked(account.parts("success"))
    (first, part), *others = ranked
    told = f"{named(first).capitalize()} takes most success from {found.scenario.name}"
    second = others[0] if others else None
    if second is not None and part.shapley.low is not None and (second[1].shapley.high or 0.0) > part.shapley.low:
        told = f"{named(first).capitalize()} and {named(second[0])} take most success from {found.scenario.name}"
    return f"{told}: {amount(found, 'success', gap.value, change=True).lstrip('+')} are lost to all of them"


def alternative(found: Attribution) -> str:
    """The figure in words."""
    return f"{_seen(found)}. " + " ".join(sentences(found))
