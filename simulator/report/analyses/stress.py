"""What five stresses do to a plan, in words: one card, then for each what breaks, what it takes, what restores it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.analysis.stress import ENOUGH, RESTORED
from simulator.report import style
from simulator.report.words import unconditioned, written
from simulator.scenario.measure import MONEY, SHARE

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from rich.console import Console, ConsoleOptions, RenderResult

    from simulator.analysis.stress import Stress, Stressed
    from simulator.results.statistics import Estimate

QUESTIONS: Final = {
    "volume": "Ten times the volume",
    "least_engaged": "The least engaged users",
    "night": "Nobody at two in the morning",
    "team": "The data science team moves on",
    "value": "Value that nobody sees",
}
SIGN_WORDS: Final = {
    "first_line": "the first line of support (no time left)",
    "specialists": "the second line of support (no time left)",
    "data_science": "the data science team (no time left)",
    "service": "support in time (less than 80% of visits)",
    "accuracy": "accuracy (ten points or more below the plan)",
    "answers": "resolved cases (ten points or more below the plan)",
    "adoption": "adoption (ten points or more below the plan)",
    "money": "the net value of a quarter (below zero)",
}


NOT_COMPARABLE: Final = {
    "volume": "Ten times the right answers are worth ten times as much: value is not comparable, read what breaks."
}
"""What has to be known before the numbers of a stress are held against those of the plan."""


def sentences(found: Stressed) -> list[str]:
    """The card and why, then each stress."""
    lines = [_card(found)]
    lines += [line for one in found.stresses.values() for line in _of(found, one)]
    if found.nothing:
        listed = ", ".join(QUESTIONS[name].lower() for name in found.nothing)
        lines.append(f"Changes nothing in this plan: {listed}.")
    if found.plan.refusal:
        lines.append(unconditioned(found.plan.refusal))
    return lines


def _card(found: Stressed) -> str:
    success = found.estimate("success")
    told = f"{found.card.capitalize()}: without any stress {written(float(success), SHARE)} of all programmes succeed"
    why = []
    if float(success) < ENOUGH:
        why.append("which is less than half")
    hurt = [one for one in found.stresses.values() if one.taken]
    open_ = [f"“{QUESTIONS[one.name]}”" for one in hurt if one.remedy is None]
    mended = [f"“{QUESTIONS[one.name]}”" for one in hurt if one.remedy is not None]
    if open_:
        why.append(f"nothing that was tried restores what is taken by {' and '.join(open_)}")
    if mended:
        why.append(f"what is taken by {' and '.join(mended)} can be restored")
    if not hurt:
        why.append("no stress takes more success or value than luck explains")
    return f"{told}; {'; '.join(why)}."


def _of(found: Stressed, one: Stress) -> list[str]:
    known = NOT_COMPARABLE.get(one.name, "")
    lines = [f"{QUESTIONS[one.name]}. {_breaks(one)} {_takes(found, one)} {known}".rstrip()]
    if one.taken and one.tried:
        lines.append(_remedy(found, one))
    return lines


def _breaks(one: Stress) -> str:
    """What breaks first, how often and when."""
    breaks = one.breaks
    firsts = breaks.firsts()
    if not firsts:
        return "Nothing breaks."
    joint, share = next(iter(firsts.items()))
    names = " together with ".join(SIGN_WORDS[name] for name in joint)
    weeks = breaks.week
    when = "" if weeks.value is None else f", in the middle in week {weeks.value:.0f} after kick-off"
    return (
        f"In {written(breaks.any.share, SHARE)} of the programmes something breaks that holds under the plan{when}; "
        f"in {written(share, SHARE)} of these the first is {names}."
    )


def _takes(found: Stressed, one: Stress) -> str:
    """What success and value do."""
    told = []
    for measure, (plan, under_it, less) in one.measures.items():
        if less.value == 0.0 and plan.value == under_it.value:
            told.append(f"{_measure(measure)} stays at {_amount(found, measure, plan.value)}")
            continue
        told.append(
            f"{_measure(measure)} is {_amount(found, measure, under_it.value)} instead of "
            f"{_amount(found, measure, plan.value)} ({_change(found, measure, less)})"
        )
    text = "; ".join(told)
    return f"{text[0].upper()}{text[1:]}."


def _remedy(found: Stressed, one: Stress) -> str:
    best = one.remedy
    taken = " and ".join(_measure(name).removeprefix("the mean ") for name in one.taken)
    if best is not None:
        cost = (
            "" if best.cost is None else f", at a mean cost of {_amount(found, 'value_from_funding', best.cost.value)}"
        )
        return (
            f"Restored by {best.remedy.words}{cost}: at least {RESTORED:.0%} of what it takes from {taken} comes back, "
            "on fresh replications too."
        )
    failed = [tried.remedy.words for tried in one.tried if tried.restores]
    luck = f" {' and '.join(failed).capitalize()} seemed to, but not on fresh replications." if failed else ""
    back = f"brings back {RESTORED:.0%} of what it takes from {taken}"
    return f"None of the {len(one.tried)} remedies that were tried {back}.{luck}"


def _measure(measure: str) -> str:
    return "success, of all programmes," if measure == "success" else "the mean value of funding"


def _amount(found: Stressed, measure: str, value: float | None) -> str:
    if measure == "success":
        return written(value, SHARE)
    return written(value, MONEY, currency=found.scenario.economics.currency)


def _change(found: Stressed, measure: str, less: Estimate) -> str:
    def one(value: float) -> str:
        sign = "+" if value > 0 else ""
        return f"{sign}{100 * value:.1f} pts" if measure == "success" else f"{sign}{written(value, MONEY)}"

    told = one(float(less))
    if less.low is None or less.high is None:
        return f"{told}, too few replications for an interval"
    return f"{told}, 95% interval {one(less.low)} to {one(less.high)}" + ("" if less.clear else ": may be luck")


def heading(found: Stressed) -> str:
    """What was simulated."""
    n = len(found.plan.numbers)
    return (
        f"{found.scenario.name}: {len(found.stresses)} stresses, {n:,} replication{'' if n == 1 else 's'} of each, "
        f"seed {found.seed}"
    )


class Table:
    """The card and the stresses for a terminal."""

    def __init__(self, found: Stressed) -> None:
        self._found = found

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.text import Text

        yield Text(heading(self._found), style="bold")
        for line in sentences(self._found):
            yield Text("")
            yield Text(line)


def figure(found: Stressed) -> Figure:
    """What each stress takes from success and value, with 95% intervals."""
    import matplotlib.pyplot as plt
    from matplotlib.ticker import FuncFormatter

    names = list(found.stresses)[::-1]
    drawn, axes = plt.subplots(
        1, len(found.measures), figsize=(4.6 * len(found.measures) + 2.2, 0.5 * len(names) + 2.2), sharey=True,
        layout="constrained", squeeze=False,
    )  # fmt: skip
    for panel, measure in zip(axes[0], found.measures, strict=True):
        for place, name in enumerate(names):
            if name in NOT_COMPARABLE and measure != "success":
                panel.annotate("not comparable: see the text", (0.0, place), (5, -3), textcoords="offset points",
                               fontsize=9, color=style.GREY)  # fmt: skip
                continue
            less = found.stresses[name].measures[measure][2]
            colour = style.VERMILION if less.clear and float(less) < 0 else style.BLUE if less.clear else style.GREY
            if less.low is not None and less.high is not None:
                panel.plot([less.low, less.high], [place, place], color=colour, linewidth=2.6)
            panel.plot(
                [float(less)], [place], marker="o", color=colour, markerfacecolor=colour if less.clear else "white"
            )
        panel.axvline(0.0, color=style.INK, linewidth=0.8)
        panel.set_yticks(range(len(names)), [QUESTIONS[name] for name in names])
        if measure == "success":
            panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.3g}"))
            panel.set_title("Success, percentage points", loc="left")
        else:
            panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: written(value, MONEY)))
            panel.set_title(f"Value of funding, {found.scenario.economics.currency}", loc="left")
        style.quieten(panel)
        panel.grid(visible=False, axis="y")
        panel.grid(visible=True, axis="x", color=style.FAINT, linewidth=0.8)
    drawn.suptitle(f"{found.card.capitalize()}: {_seen(found)}", x=0.01, ha="left", fontsize=12.5, color=style.INK)
    drawn.supxlabel(
        f"{heading(found)}; filled: beyond luck (95% interval)", x=0.01, ha="left", fontsize=9, color=style.GREY
    )
    return drawn


def _seen(found: Stressed) -> str:
    hurt = [QUESTIONS[one.name].lower() for one in found.stresses.values() if one.taken]
    told = f"{written(float(found.estimate('success')), SHARE)} succeed without any stress"
    if not hurt:
        return f"{told}; none takes more than luck explains"
    return f"{told}; it is hurt by {', '.join(f'“{one}”' for one in hurt)}"


def alternative(found: Stressed) -> str:
    """The figure in words."""
    return " ".join(sentences(found))
