"""Which uncertain inputs drive a plan, in words: shares of variance, means where an input is low and high, ranks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from simulator.analysis.methods.given_data.driven import CONVERGED, Driven
from simulator.analysis.methods.moves import SUCCESS, VALUE, Moved
from simulator.report.words import listed, unconditioned, written
from simulator.scenario.measure import MONEY, SHARE, TRUTH, WEEKS, Unit
from simulator.scenario.measures import REPLICATIONS

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from rich.console import Console, ConsoleOptions, RenderResult

    from simulator.analysis.sensitivity import Sensitivity
    from simulator.results.statistics import Estimate

OWN_WORDS: Final = {
    "success": "success",
    "value_from_funding": "value of funding",
    "adoption_final": "adoption at the end",
    "weeks_without_scale": "weeks without scale",
}
TOLD: Final = 3
"""Inputs of each measure that sentences tell; tables have more."""


def sentences(found: Sensitivity) -> list[str]:
    """Of each measure what inputs explain and which carry most; what is unseen; what moves bring."""
    lines = [line for one in found.measures.values() for line in _of(found, one)]
    groups = {
        tuple(one.inputs.paths[place] for place in group) for one in found.measures.values() for group in one.grouped
    }
    if groups:
        told = "; ".join(_some([*group]) for group in sorted(groups))
        lines.append(
            f"Inputs that hang together share what they tell in common, whichever of them it comes from: {told}."
        )
    if found.inputs.unseen:
        many = len(found.inputs.unseen)
        lines.append(
            f"{many} uncertain input{' is' if many == 1 else 's are'} the same in all replications, so that nothing is "
            f"known of what {'it does' if many == 1 else 'they do'}: {_some(list(found.inputs.unseen))}."
        )
    if found.levers is not None:
        lines += _moves(found, found.levers, "levers at both ends", "None of the levers")
    if found.refused:
        lines.append(f"Not allowed in this plan, so not tried: {_some(list(found.refused))}.")
    if found.remedies is not None:
        lines += _moves(found, found.remedies, "remedies", "None of the remedies")
        lines += _for_money(found, found.remedies)
    if found.result.refusal:
        lines.append(unconditioned(found.result.refusal))
    return lines


def words_of(measure: str) -> str:
    """A measure in words, as they stand within a sentence."""
    told = OWN_WORDS.get(measure) or REPLICATIONS[measure].words
    return told if measure in OWN_WORDS else f"{told[0].lower()}{told[1:]}"


def unit_of(measure: str) -> Unit:
    """The unit of a measure."""
    return WEEKS if measure == "weeks_without_scale" else REPLICATIONS[measure].unit


def amount(found: Sensitivity, measure: str, value: float | None, *, change: bool = False) -> str:
    """A value of a measure, or a change of it with its sign, as people read it."""
    unit = unit_of(measure)
    if value is None or math.isnan(value):
        return "–"
    sign = "+" if change and value > 0 else ""
    if unit in (SHARE, TRUTH) and change:
        return f"{sign}{100 * value:.1f} pts"
    text = written(value, unit)
    return f"{found.currency} {sign}{text}" if unit == MONEY else f"{sign}{text}"


def share(one: Estimate) -> str:
    """A share of variance, none of which is below 0 or above 1, though an estimate may be."""
    return "–" if one.value is None else written(min(1.0, max(0.0, one.value)), SHARE)


def reach(one: Estimate) -> str:
    """The ends of the interval of a share."""
    return "–" if one.low is None or one.high is None else f"{100 * one.low:.1f} to {100 * one.high:.1f}%"


def plain(found: Sensitivity, path: str) -> str:
    """What an input is by the description of its field, without unit and further terms; its path if there is none."""
    told = found.words.get(path, "").rstrip(".").split(" (")[0].split("; ")[0].split(": ")[0]
    if not told:
        return path
    return told if told[:2].isupper() else f"{told[0].lower()}{told[1:]}"


def _some(names: list[str], most: int = 6) -> str:
    return ", ".join(names) if len(names) <= most else f"{', '.join(names[:most])} and {len(names) - most} more"


def _of(found: Sensitivity, one: Driven) -> list[str]:
    name = words_of(one.measure)
    head = f"{name[0].upper()}{name[1:]}"
    if one.effects is None:
        return [f"{head}: what drives it is not told, as {one.why}."]
    lines = [f"{head} ({amount(found, one.measure, one.mean.value)} on the mean{_missing(found, one)}): {_rest(one)}"]
    if not one.drivers:
        lines.append(
            f"No input is told from luck here: each of the {len(one.shapley)} may be without any effect, for all that "
            "these replications show."
        )
    else:
        lines.append(_most(found, one))
    lines += _pairs(found, one)
    if one.needed is not None:
        lines.append(
            f"Not converged: the share of an input is known to within {100 * one.widest:.1f} points at worst; it would "
            f"take about {one.needed:,} replications to know each to within {100 * CONVERGED:.0f}."
        )
    return lines


def _missing(found: Sensitivity, one: Driven) -> str:
    """Where some replications have no such measure."""
    every = found.result.records.count
    return "" if len(one.y) == every else f", of the {len(one.y):,} of {every:,} replications that have it"


def _rest(one: Driven) -> str:
    """What inputs explain, and what the rest is."""
    assert one.effects is not None
    explained, rest = one.explained, one.unexplained
    together = one.share(one.effects.together)
    told = f"its inputs explain {share(explained)} of the variance that is seen here (95% interval {reach(explained)})"
    if one.effects.pairs and together.low:
        told += f", {share(together)} ({reach(together)}) only by pairs of them"
    told += f"; the rest, {share(rest)} ({reach(rest)}), is "
    if one.chance is None:
        return told + (
            "luck, and what is too weak or too tangled to be seen. How much of it is luck, which no measuring takes "
            "away, scaleup variance tells."
        )
    chance = one.chance
    known = f"luck, which no measuring takes away: {share(chance)} ({reach(chance)}) by repeats"
    if rest.low is not None and chance.high is not None and rest.low > chance.high:
        left = written(float(rest) - float(chance), SHARE)
        return f"{told}{known}, and what is too weak or too tangled to be seen: about {left}."
    return f"{told}{known}, which may be all of it, as far as can be told."


def _most(found: Sensitivity, one: Driven) -> str:
    """Which inputs carry most, and how the measure differs with them."""
    told = []
    for place in one.drivers[:TOLD]:
        path, fifths, estimate = one.inputs.paths[place], one.fifths[place], one.shapley[place]
        told.append(
            f"{plain(found, path)} ({path}), {share(estimate)} ({reach(estimate)}), with a mean of "
            f"{amount(found, one.measure, fifths.low)} in its lowest fifth and "
            f"{amount(found, one.measure, fifths.high)} in its highest"
        )
    many, every = len(one.drivers), len(one.shapley)
    others = "" if many == every else f"; the other {every - many} can't be told from none"
    beyond = f"The effect of {many} of {every} inputs is beyond luck (5% for all of them together){others}."
    return f"Most is carried by {'; '.join(told)}. {beyond}"


def _pairs(found: Sensitivity, one: Driven) -> list[str]:
    if not one.pairs:
        return []
    told = []
    for a, b in one.pairs[:TOLD]:
        assert one.effects is not None
        estimate = one.share(one.effects.pairs[a, b])
        told.append(f"{one.inputs.paths[a]} with {one.inputs.paths[b]}, {share(estimate)} ({reach(estimate)})")
    return [f"What one does hangs on the other: {'; '.join(told)}. Half of each pair is in the share of either."]


def _at(one: Moved) -> str:
    return one.move.words if one.move.position is None else f"“{one.move.words}” at {one.move.position:g}"


def _moves(found: Sensitivity, moves: tuple[Moved, ...], what: str, none: str) -> list[str]:
    """Which moves raise success or value beyond luck, and which lower it."""
    if not moves:
        return [f"There are no {what} to try in this plan."]
    n = moves[0].differences[SUCCESS].n
    lines = []
    for measure in (SUCCESS, VALUE):
        if measure not in moves[0].differences:
            continue
        name = words_of(measure)
        better = sorted((one for one in moves if one.better(measure)), key=lambda one: -float(one.differences[measure]))
        worse = sum(one.worse(measure) for one in moves)
        told = [f"{_at(one)} {_change(found, measure, one.differences[measure])}" for one in better[:TOLD]]
        head = (
            f"{none} raises {name} beyond luck"
            if not better
            else f"{name.capitalize()} is raised most by {'; '.join(told)}"
        )
        lines.append(
            f"{head} ({len(moves)} moves, {n:,} replications with the same luck): of all, {len(better)} "
            f"raise{'s' if len(better) == 1 else ''} it and {worse} lower{'s' if worse == 1 else ''} it beyond luck."
        )
    return lines


def _change(found: Sensitivity, measure: str, less: Estimate) -> str:
    told = amount(found, measure, less.value, change=True)
    if less.low is None or less.high is None:
        return f"{told} (no interval: too few replications)"
    low, high = (
        amount(found, measure, end, change=True).removeprefix(found.currency).strip() for end in (less.low, less.high)
    )
    return f"{told} ({low.removesuffix(' pts')} to {high})"


def money_unit(moves: tuple[Moved, ...]) -> float:
    """The sum of money, a power of ten, for which it is told what moves bring: between the least and the most cost."""
    costs = [float(one.differences["programme_cost"]) for one in moves if one.money == "costs"]
    return 10.0 ** math.floor(0.5 * (math.log10(max(1.0, min(costs))) + math.log10(max(1.0, *costs)))) if costs else 1.0


def in_order(moves: tuple[Moved, ...]) -> list[Moved]:
    """Moves as one would ask for them: what raises success without more money, then by success for it, then others."""

    def place(one: Moved) -> tuple[int, float]:
        gain = float(one.differences[SUCCESS])
        if not one.better(SUCCESS):
            return 3, -gain
        if one.money in ("saves", "free"):
            return 0, -gain
        return (1, -float(one.per_money[SUCCESS])) if SUCCESS in one.per_money else (2, -gain)

    return sorted(moves, key=place)


def for_money(found: Sensitivity, one: Moved, unit: float) -> str:
    """What a move brings of success for so much money, or why that is not told."""
    if one.money == "free":
        return "costs nothing"
    if one.money == "saves":
        return "saves money"
    if SUCCESS not in one.per_money:
        return "not known"
    ratio = one.per_money[SUCCESS]
    low, high = (100.0 * unit * float(end or 0.0) for end in (ratio.low, ratio.high))
    return f"{100.0 * unit * float(ratio):+.1f} pts ({low:+.1f} to {high:+.1f})"


def _value_for_money(found: Sensitivity, one: Moved) -> str:
    """By how much the value of funding changes for each unit of money."""
    ratio = one.per_money.get(VALUE)
    if ratio is None or ratio.low is None or ratio.high is None:
        return ""
    each = f"for each {found.currency} 1"
    return f", and value of funding by {float(ratio):+.2f} ({ratio.low:+.2f} to {ratio.high:+.2f}) {each}"


def _for_money(found: Sensitivity, moves: tuple[Moved, ...]) -> list[str]:
    """Success and value for money, of what brings any beyond luck."""
    if not moves or VALUE not in moves[0].differences:
        return []
    ordered, unit = in_order(moves), money_unit(moves)
    lines = []
    free = [one for one in ordered if one.money in ("saves", "free") and one.better(SUCCESS)]
    if free:
        told = [f"{_at(one)} ({'costs nothing' if one.money == 'free' else 'saves money'})" for one in free]
        lines.append(f"More success without more money: {listed(told)}. Nothing has to be weighed here.")
    paid = [one for one in ordered if SUCCESS in one.per_money and one.better(SUCCESS)]
    if paid:
        sum_ = f"{found.currency} {unit:,.0f}"
        told = [f"{_at(one)} {for_money(found, one, unit)}{_value_for_money(found, one)}" for one in paid]
        lines.append(
            f"Success for each {sum_} that the programme costs more, most first (Fieller's 95% intervals): "
            f"{'; '.join(told)}. Where intervals overlap the order may be luck."
        )
    unclear = [_at(one) for one in ordered if one.money == "unclear" and one.better(SUCCESS)]
    if unclear:
        lines.append(
            f"What {listed(unclear)} bring{'' if len(unclear) > 1 else 's'} for money is not known: the cost can't be "
            "told from none."
        )
    return lines


SHARES_TOLD: Final = (
    "Share: of the variance of a measure, over all replications, what is fairly an input's (Shapley effect): what it "
    "says by itself, and half of each pair that it is in. Shares, and the rest, add up to 100%."
)
RANK_TOLD: Final = "A rank stands only where the effect is beyond luck, all inputs considered; a dash: none is seen."
FIFTHS_TOLD: Final = (
    "Alone: what it says by itself. Low to high: the mean of the measure in the lowest and in the highest fifth of the "
    "input, which shows the way it works; an effect that goes up and down again shows in the share only."
)
MOVES_TOLD: Final = (
    "Levers and remedies: differences from the plan, on the mean over all programmes. A star: beyond luck, all levers "
    "or all remedies considered (Holm). Cost is that of the programme up to the horizon: one that lives longer costs "
    "more. Value of funding has it taken off already. Not known: that cost can't be told from none."
)
COUNTED: Final = "Every programme counts, funded or not: one that is not funded is no success and is worth nothing."


def notes(found: Sensitivity) -> list[str]:
    """How numbers are read."""
    own = any(measure in OWN_WORDS for measure in found.measures)
    moves = bool(found.levers or found.remedies)
    return [SHARES_TOLD, RANK_TOLD, FIFTHS_TOLD, *([MOVES_TOLD] if moves else []), *([COUNTED] if own else [])]


def heading(found: Sensitivity) -> str:
    """What was looked at."""
    result, size = found.result, found.result.effective_sample_size
    n = result.records.count
    weighted = "" if size is None else f", weighted by the observed pilot (worth {size:.0f})"
    many = len(found.inputs.paths)
    return (
        f"{result.scenario.name}: what {many} uncertain input{'' if many == 1 else 's'} "
        f"drive{'s' if many == 1 else ''}. {n:,} replication{'' if n == 1 else 's'}{weighted}, seed {result.seed}"
    )


class Table:
    """Shares and ranks side by side, each measure by fifths of its inputs, moves, and what was found in words."""

    def __init__(self, found: Sensitivity) -> None:
        self._found = found

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from simulator.report.analyses.parts.sensitivity.table import told

        yield from told(self._found, options.max_width)


def figure(found: Sensitivity) -> Figure:
    """Shares of each measure, and its means where an input is low and high; and levers, if they were tried."""
    from simulator.report.analyses.parts.sensitivity.figure import draw

    return draw(found)


def alternative(found: Sensitivity) -> str:
    """The figure in words."""
    return " ".join(sentences(found))
