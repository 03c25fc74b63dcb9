"""Until when failed programmes could have been saved, and by what; what the gates showed then. Words and pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.analysis.methods.rescue.last_chance import EVERY, MOST, NEVER
from simulator.analysis.methods.rescue.late_remedies import LATE_REMEDIES, LUCK
from simulator.analysis.methods.schedule.dates import date_of
from simulator.report import style
from simulator.report.words import unconditioned, written
from simulator.scenario.measure import MONEY, SHARE, WEEKS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from rich.console import Console, ConsoleOptions, RenderResult

    from simulator.analysis.rescue import Rescue
    from simulator.results.statistics import Estimate, Share

WORDS: Final = {remedy.name: remedy.words for remedy in (*LATE_REMEDIES, LUCK)}


def sentences(found: Rescue) -> list[str]:
    """Who fails, until when they could be saved, what the gates showed, what saves, and what it is worth."""
    lines = [_counts(found)]
    if found.worlds:
        lines += [_savable(found), _until(found), _gates(found), *_remedies(found)]
    if found.programmes.refusal:
        lines.append(unconditioned(found.programmes.refusal))
    return [line for line in lines if line]


def _counts(found: Rescue) -> str:
    programmes = found.programmes
    n, funded, failed = len(programmes.numbers), int(programmes.funded.sum()), int(programmes.failed.sum())
    simulated = f"{n:,} programme{'' if n == 1 else 's'} simulated"
    if not funded:
        return f"{simulated}: none is funded, so that there is nothing to save after funding."
    if not failed:
        return f"{simulated}: {_of_them(funded, n)} funded, and none of these fails, so that there is nothing to save."
    fail = "fails" if failed == 1 else "fail"
    told = f"{simulated}: {_of_them(funded, n)} funded, and {_of_them(failed, funded)} of these {fail}"
    if not found.complete:
        return (
            f"{told}. Interrupted: {len(found.worlds):,} of those that fail were looked at, in the order of their "
            "numbers, and what follows is about these."
        )
    weighted = "" if found.weights is None else "; shares are weighted by the pilot that was observed"
    return f"{told}{weighted}."


def _of_them(some: int, whole: int) -> str:
    return f"{some:,}" if some != whole or whole == 1 else f"all {whole:,}"


def _savable(found: Rescue) -> str:
    """How many can be saved at all."""
    tried = f"each tried on up to {MOST} days from funding on, and every {EVERY} weeks after the last that saves"
    share = found.saved_at_all()
    if not any(world.last != NEVER for world in found.worlds):
        return (
            f"None of the programmes that fail can be saved after funding by any of the {len(LATE_REMEDIES)} remedies "
            f"({tried}){_up_to(share)}."
        )
    return (
        f"After funding {written(share.share, SHARE)} of the programmes that fail can still be saved by one of "
        f"{len(LATE_REMEDIES)} remedies{_interval(share)}, {written(1.0 - float(share), SHARE)} by none of them "
        f"({tried})."
    )


def _interval(one: Share) -> str:
    if one.low is None or one.high is None:
        return ""
    return f" (95% interval {written(one.low, SHARE)} to {written(one.high, SHARE)})"


def _up_to(one: Share) -> str:
    return "" if one.high is None else f"; the 95% interval reaches up to {written(one.high, SHARE)}"


def _until(found: Rescue) -> str:
    """The last day, of half of those that fail, or of those that can be saved."""
    if found.half is not None:
        return (
            f"Half of the programmes that fail or more can still be saved in week {found.half} from funding"
            f"{_date(found, found.half)}; four weeks later it is fewer than half."
        )
    last = found.last_half
    if last is None:
        return ""
    savable = sum(world.last != NEVER for world in found.worlds)
    if savable == 1:
        return f"The one that can be saved can last be saved in week {last} from funding{_date(found, last)}."
    return (
        "Less than half of them can be saved at all. For half of those that can, the last chance is in week "
        f"{last} from funding{_date(found, last)} or before."
    )


def _date(found: Rescue, day: float) -> str:
    funded = found.funded_week.value
    return "" if funded is None else f" (about {date_of(found.scenario, funded + day):%B %Y})"


def _gates(found: Rescue) -> str:
    """What the gates would have shown."""
    if not found.has_gates:
        return "The plan has no gate whose criteria could have shown it."
    never = found.share(lambda world: world.red is None)
    red = found.red
    if not never.share:
        told = (
            "Read every four weeks, the criteria of its gates fail in all programmes that fail, first in week "
            f"{written(red.value, WEEKS)} from funding in the middle"
        )
    elif red.value is None:
        told = "Read every four weeks, the criteria of its gates hold to the end in all programmes that fail"
    else:
        told = (
            f"Read every four weeks, the criteria of its gates hold to the end in {written(never.share, SHARE)} of the "
            f"programmes that fail; in the others they first fail in week {written(red.value, WEEKS)} from funding in "
            "the middle"
        )
    savable = sum(world.last != NEVER for world in found.worlds)
    if not savable:
        return f"{told}."
    green = found.green_when_last()
    if savable == 1:
        return f"{told}. On the last day on which one could be saved they {'hold' if green.share else 'do not hold'}."
    return (
        f"{told}. On the last day on which a programme could be saved they hold in {written(green.share, SHARE)} of "
        f"them{_interval(green)}."
    )


def _remedies(found: Rescue) -> list[str]:
    """What saves on the first day, beyond other luck, and what it is worth."""
    luck = found.saved_on(0, LUCK.name)
    clear = found.beyond_chance
    base = f"Other luck from the day of funding, and no remedy, saves {written(luck.share, SHARE)}{_interval(luck)}"
    if luck.share:
        base += ": programmes on the edge are tipped by anything"
    if not clear:
        return [f"{base}. On that day no remedy saves more than that, beyond chance (allowing for there being many)."]
    listed = "; ".join(
        f"{WORDS[name]} saves {written(found.saved_on(0, name).share, SHARE)} ({_points(found.beyond_luck(name))})"
        for name in clear
    )
    best = clear[0]
    return [f"{base}. More than that, beyond chance, on the same day: {listed}.", _worth(found, best)]


def _points(one: Estimate) -> str:
    told = f"{100 * float(one):+.1f} pts"
    if one.low is None or one.high is None:
        return told
    return f"{told}, 95% interval {100 * one.low:+.1f} to {100 * one.high:+.1f}"


def _worth(found: Rescue, remedy: str) -> str:
    """What a remedy on the day of funding does to the value of funding, saved or not."""
    gain = found.gain(remedy)
    if gain.value is None or not found.priced:
        return ""
    currency = found.scenario.economics.currency
    way = "adds" if gain.value > 0 else "takes"
    size = written(abs(gain.value), MONEY, currency=currency)
    told = f"On the mean of the programmes that fail, saved or not, {WORDS[remedy]} {way} {size}"
    end = "to the value of funding" if gain.value > 0 else "from the value of funding"
    if gain.low is None or gain.high is None:
        return f"{told} {end}."
    interval = f"95% interval {written(gain.low, MONEY)} to {written(gain.high, MONEY)}"
    return f"{told} {end} ({interval}{'' if gain.clear else ': may be chance'})."


def heading(found: Rescue) -> str:
    """What was simulated."""
    n = len(found.programmes.numbers)
    return (
        f"{found.scenario.name}: {len(found.worlds):,} that fail of {n:,} replication{'' if n == 1 else 's'}, "
        f"seed {found.seed}"
    )


class Table:
    """The remedies, and the sentences, for a terminal."""

    def __init__(self, found: Rescue) -> None:
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
        if not found.worlds:
            return
        table = RichTable(box=box.SIMPLE_HEAD, pad_edge=False)
        table.add_column("Of the programmes that fail")
        heads = ("saved on the day of funding", "saved on some day", "last week, in the middle")
        for head in (*heads, "change of the value of funding") if found.priced else heads:
            table.add_column(head, justify="right")
        for name in WORDS:
            at_once, last = found.saved_on(0, name), found.last_of(name)
            if not found.possible(name):
                table.add_row(WORDS[name], "nothing to do", *["–"] * (2 + found.priced))
                continue
            cells = [
                f"{written(at_once.share, SHARE)}",
                written(found.saved_at_all(name).share, SHARE),
                "–" if last is None else f"{last}",
            ]
            if found.priced:
                cells.append(written(found.gain(name).value, MONEY, currency=found.scenario.economics.currency))
            table.add_row(WORDS[name], *cells)
        yield Text("")
        yield table
        yield Text("Weeks are from funding. Value is the mean change when used on the day of funding.", style="dim")


def figure(found: Rescue) -> Figure:
    """Until when programmes that fail can be saved, against what the gates show; and what saves on the first day."""
    import matplotlib.pyplot as plt

    drawn, (left, right) = plt.subplots(
        1, 2, figsize=(12.5, 5.0), layout="constrained", gridspec_kw={"width_ratios": (1.35, 1)}
    )
    _over_time(found, left)
    _at_once(found, right)
    drawn.suptitle(_seen(found), x=0.01, ha="left", fontsize=12.5, color=style.INK)
    drawn.supxlabel(heading(found), x=0.01, ha="left", fontsize=9, color=style.GREY)
    return drawn


def _over_time(found: Rescue, axes: Axes) -> None:
    days = found.days or [0]
    running = [found.running_on(day).share or 0.0 for day in days]
    axes.fill_between(days, running, step="post", color=style.FAINT, label="still running")
    lines = (
        ("gates still green", [found.green_until(day) for day in days], style.ORANGE, "--"),
        ("can still be saved", [found.saved_from(day) for day in days], style.BLUE, "-"),
    )
    for words, shares, colour, dashes in lines:
        if words.startswith("gates") and not found.has_gates:
            continue
        heights = [share.share or 0.0 for share in shares]
        axes.step(days, heights, where="post", color=colour, linestyle=dashes, linewidth=2.2, label=words)
    shares = [found.saved_from(day) for day in days]
    axes.fill_between(
        days, [x.low or 0.0 for x in shares], [x.high or 0.0 for x in shares], step="post", color=style.BLUE, alpha=0.18
    )
    axes.set_ylim(0.0, 1.04)
    axes.set_xlim(0, max(days[-1], 1))
    axes.yaxis.set_major_formatter(style.percent())
    ticks = range(0, days[-1] + 1, 26)
    axes.set_xticks(ticks, [f"{tick}\n{_tick(found, tick)}" for tick in ticks])
    axes.set_xlabel("Weeks from funding; dates where funding comes in the middle")
    axes.set_title("Of the programmes that fail", loc="left")
    axes.legend(frameon=False, fontsize=9.5, loc="upper right")
    style.quieten(axes)


def _tick(found: Rescue, day: int) -> str:
    funded = found.funded_week.value
    return "" if funded is None else f"{date_of(found.scenario, funded + day):%B\n%Y}"


def _at_once(found: Rescue, axes: Axes) -> None:
    names = list(WORDS)[::-1]
    for place, name in enumerate(names):
        share = found.saved_on(0, name)
        colour = style.GREY if name == LUCK.name else style.BLUE
        if share.low is not None and share.high is not None:
            axes.plot([share.low, share.high], [place, place], color=colour, linewidth=2.6)
        filled = name in found.beyond_chance
        axes.plot([share.share or 0.0], [place], marker="o", color=colour, mfc=colour if filled else "white", zorder=3)
    luck = found.saved_on(0, LUCK.name).share
    if luck is not None:
        axes.axvline(luck, color=style.GREY, linewidth=0.9, linestyle="--")
    axes.set_yticks(range(len(names)), [WORDS[name] for name in names])
    axes.set_xlim(left=-0.015)
    axes.xaxis.set_major_formatter(style.percent())
    axes.set_title("Saved by it on the day of funding", loc="left")
    axes.set_xlabel("Filled: more than other luck saves,\nbeyond chance; bars: 95% intervals")
    style.quieten(axes)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x", color=style.FAINT, linewidth=0.8)


def _seen(found: Rescue) -> str:
    if not found.worlds:
        return sentences(found)[0]
    saved = f"{written(found.saved_at_all().share, SHARE)} of the programmes that fail can still be saved after funding"
    if found.has_gates and any(world.last != NEVER for world in found.worlds):
        green = written(found.green_when_last().share, SHARE)
        return f"{saved}; on the last day for it, gates are green in {green} of them"
    return saved


def alternative(found: Rescue) -> str:
    """The figure in words."""
    return " ".join(sentences(found))
