"""By when a plan gets where, in words: scale, integration, plan against simulation, length, joint confidence."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from simulator.analysis.methods.schedule.dates import date_of, middle_of
from simulator.analysis.methods.schedule.joint_confidence import CONFIDENCE as P70
from simulator.analysis.methods.schedule.joint_confidence import MONTH_WEEKS
from simulator.analysis.methods.schedule.plan_lengths import length_of, mean_at, share_cut_off
from simulator.report.analyses.parts.timeline_figure import figure
from simulator.report.analyses.parts.timeline_table import Table
from simulator.report.words import listed, unconditioned, written
from simulator.scenario.measure import MONEY, SHARE

if TYPE_CHECKING:
    from simulator.analysis.methods.schedule.dates import Milestone
    from simulator.analysis.methods.schedule.joint_confidence import Condition
    from simulator.analysis.methods.schedule.plan_lengths import Judged
    from simulator.analysis.timeline import Timeline
    from simulator.results.statistics import Estimate, Share

__all__ = ["Table", "alternative", "figure", "sentences"]

MEASURE_WORDS: Final = {
    "success": "success",
    "value_from_funding": "the mean value of funding",
    "adoption_final": "mean adoption at the end",
}
GONE: Final = {"shelved": "shelved", "stopped": "stopped at a gate", "not_funded": "not funded"}
"""How a programme comes to an end that never reaches scale."""
FEW: Final = 3
"""How many systems or stages a sentence names."""


def sentences(found: Timeline) -> list[str]:
    """By when, what makes it late, plan against simulation, how long a plan, and how likely all of it at once."""
    lines = [*_scale(found), *_integration(found), *_milestones(found), *_lengths(found), _joint(found)]
    if found.refusal:
        lines.append(unconditioned(found.refusal))
    return [line for line in lines if line]


def board(found: Timeline) -> dict[str, str]:
    """The questions of a board that are answered here, each in one sentence."""
    how_long = _scale(found)[0] if found.result.funded_count == 0 else _confident(found, of_all=False)
    return {"how_long": how_long, "integration": _first_system(found)}


def alternative(found: Timeline) -> str:
    """The figure in words."""
    return " ".join(sentences(found))


def in_week(found: Timeline, week: float) -> str:
    """A week since kick-off with its date."""
    day = date_of(found.scenario, week)
    return f"week {week:.0f} ({day.day} {day:%b %Y})"


def per_cent(share: Share | Estimate | float | None) -> str:
    """A share as a percentage."""
    value = None if share is None or math.isnan(float(share)) else float(share)
    return written(value, SHARE)


def reach(one: Share | Estimate) -> str:
    """The interval of a share in words; empty where there is none."""
    if one.low is None or one.high is None:
        return ""
    return f" (95% interval {written(one.low, SHARE)} to {written(one.high, SHARE)})"


def horizon(found: Timeline) -> str:
    """The end of what is simulated."""
    return in_week(found, float(found.scenario.horizon_weeks))


# ---- scale


def _scale(found: Timeline) -> list[str]:
    """What becomes of the funded, and the date by which most have reached scale, if there is one."""
    unfunded = found.share_that("not_funded", of_all=True)
    if found.result.funded_count == 0:
        return [f"No programme is funded by {horizon(found)}, so that none reaches scale and there is no date for it."]
    scaled = found.share_that("scaled")
    told = f"{per_cent(scaled)} of the funded programmes{reach(scaled)} have reached scale by {horizon(found)}"
    told += ", the end of what is simulated"
    if scaled.share:
        kept = found.result.success_probability
        told += "; all of them keep it" if kept.share == scaled.share else f"; {per_cent(kept)} reach it and keep it"
    others = [
        (found.share_that("shelved"), "shelved by those who pay"),
        (found.share_that("stopped"), "stopped at a gate"),
    ]
    before = [f"{per_cent(share)} are {words}" for share, words in others if share.share]
    running = found.share_that("running")
    if before:
        told += f"; before they get there {listed(before)}"
    if running.share:
        told += f"; {per_cent(running)} are still running without it"
    lines = [f"{told}."]
    lines.append(_confident(found, of_all=False))
    if unfunded.share:
        lines.append(_confident(found, of_all=True))
    weeks, weights = found.when("scaled", of_all=True)
    if np.isfinite(weeks).any():
        half = middle_of(np.where(np.isfinite(weeks), weeks, np.nan), 0.5, weights)
        if half.value is not None:
            lines.append(f"Half of those that reach scale do so by {in_week(found, half.value)}{_ends(found, half)}.")
    return lines


def _ends(found: Timeline, one: Estimate) -> str:
    if one.low is None or one.high is None:
        return ""
    return f" (95% interval week {one.low:.0f} to {one.high:.0f})"


def _confident(found: Timeline, *, of_all: bool) -> str:
    """The date by which a share has reached scale, or that there is none, and why."""
    one, ends = found.by_then(of_all=of_all), ("shelved", "stopped", "not_funded") if of_all else ("shelved", "stopped")
    who, level = "all programmes, funded or not," if of_all else "the funded programmes", f"{one.level:.0%}"
    if one.week is not None:
        told = f"By {in_week(found, one.week)} {level} of {who} have reached scale"
        since = None if of_all else found.by_then(since_kick_off=False).week
        if since is not None:
            told += f", and as many within {since:.0f} weeks of funding"
        if one.low is None:
            return f"{told}."
        late = "later than what is simulated" if one.high is None else f"week {one.high:.0f}"
        return f"{told} (95% interval week {one.low:.0f} to {late})."
    never = per_cent(1.0 - float(one.reached))
    told = f"There is no date by which {level} of {who} have reached scale: {never} have not by the end"
    lost = {end: found.share_that(end, of_all=of_all).share or 0.0 for end in ends}
    if math.fsum(lost.values()) > 1.0 - one.level + 1e-9:
        words = [GONE[end] for end, share in lost.items() if share]
        told += f", and {per_cent(math.fsum(lost.values()))} never will: they are {' or '.join(words)}"
    if one.low is not None:
        told += f". More replications may show one: the share's 95% interval reaches {level} from week {one.low:.0f} on"
    return f"{told}."


# ---- integration


def _integration(found: Timeline) -> list[str]:
    """In how many all systems go live, what is missing in the others, and what the last date hangs on."""
    chains, integration = found.chains, found.scenario.integration
    if chains is None:
        if integration.ideal:
            return ["Integration is switched off as a cause of delay (ideal), so that no system is critical."]
        return ["There are no systems to integrate, so that none is critical."]
    count = len(chains.network.systems)
    which = "The one system goes" if count == 1 else f"All {count} systems go"
    told = f"{which} live by the end in {per_cent(chains.all_live)} of all programmes{reach(chains.all_live)}"
    if chains.all_live.share != 1.0:
        ended = chains.ended_before
        if ended.share:
            told += f"; in {per_cent(ended)} the programme is not funded or stopped before that"
        if count > 1:
            missing = [f"{name} ({per_cent(share)})" for name, share in chains.missing.items() if share.share][:FEW]
            told += f"; missing most often: {listed(missing)}"
    lines = [f"{told}."]
    if not chains.systems or (count == 1 and len(chains.stages) == 1):
        return lines
    among = "Where all are live" if chains.all_live.share != 1.0 else "On the way to the last system live"
    named = [f"{name} ({per_cent(one.share)})" for name, one in list(chains.systems.items())[:FEW]]
    stages = [f"{name} ({per_cent(one.share)})" for name, one in list(chains.stages.items())[:FEW]]
    if count > 1:
        told = f"{among}, the largest shares of the critical chain's working time are those of {listed(named)}"
        if not chains.lead("share").clear:
            told += "; which of the first two has more can't be told from luck"
        (name, first), (other, second) = sorted(chains.systems.items(), key=lambda pair: -float(pair[1].last))[:2]
        told += f". The last date is set most often by {name}, in {per_cent(first.last)}{reach(first.last)}"
        if not chains.lead("last").clear:
            told += f", or {other}, in {per_cent(second.last)}"
        lines.append(f"{told}.")
    whose = "Of the stages it is" if count > 1 else f"{among}, its stages with the largest shares of that time are"
    lines.append(f"{whose} {listed(stages)}.")
    return lines


def _first_system(found: Timeline) -> str:
    """Which system is begun with: the one with the largest share of the critical chain, as far as that can be told."""
    chains = found.chains
    if chains is None or len(chains.systems) < 2:
        return _integration(found)[0]
    (name, first), (other, second) = list(chains.systems.items())[:2]
    among = "where all systems are live, " if chains.all_live.share != 1.0 else ""
    told = f"{name}: {among}it has the largest share of the critical chain's working time, {per_cent(first.share)}"
    told += reach(first.share)
    if not chains.lead("share").clear:
        return f"{told}; whether it is rather {other} ({per_cent(second.share)}) can't be told from luck."
    return f"{told}; next is {other} ({per_cent(second.share)})."


# ---- plan against simulation


def _milestones(found: Timeline) -> list[str]:
    """The last phase, the systems, and scale, each held against its date in the plan."""
    phases = [one for one in found.milestones if one.kind == "phase"]
    lines = []
    if phases:
        last = max(phases, key=lambda one: one.planned or 0.0)
        lines.append(_held(found, last, f"The last phase, {last.name}, is planned to be live by"))
    for one in found.milestones:
        if one.kind == "systems":
            lines.append(
                _held(found, one, "With every stage at its median and nobody waiting, all systems are live by")
            )
        elif one.kind == "scale" and one.planned is not None and one.planned > found.scenario.horizon_weeks:
            lines.append(f"The deadline for scale, {in_week(found, one.planned)}, is later than what is simulated.")
        elif one.kind == "scale" and one.planned is not None:
            lines.append(
                f"The deadline for scale is {in_week(found, one.planned)}: {per_cent(one.in_time)} of all programmes "
                "have reached it by then."
            )
    return lines


def _held(found: Timeline, one: Milestone, planned: str) -> str:
    """A milestone against the plan."""
    if one.planned is None:
        return ""
    told = f"{planned} {in_week(found, one.planned)}"
    if one.planned > found.scenario.horizon_weeks:
        told += ", later than what is simulated"
    if not one.arrive.share:
        return f"{told}; no programme gets there by the end."
    middle, late = one.spread["p50"].value, one.late
    told += f"; {per_cent(one.arrive)} of all programmes get there by the end, {per_cent(one.in_time)} in time"
    if middle is None or late is None:
        return f"{told}."
    weeks = abs(round(late))
    count = f"{weeks} week{'' if weeks == 1 else 's'}"
    behind = "as planned" if weeks == 0 else f"{count} {'later' if late > 0 else 'earlier'}"
    return f"{told}; half of those that do are there by {in_week(found, middle)}, {behind}."


# ---- length


def _lengths(found: Timeline) -> list[str]:
    """Which lengths can't be told from the best, by each measure, and what the horizon does not let be told."""
    if not found.lengths:
        return [_why_no_lengths(found)]
    lines = [_of_measure(found, measure, judged) for measure, judged in found.judged.items()]
    crowded = [one for one in found.lengths if not one.has_room]
    if crowded:
        lengths = listed([f"{one.weeks:.0f}" for one in crowded])
        lines.append(
            f"Plans of {lengths} weeks leave less than {crowded[0].needed:.0f} weeks after their last go-live for "
            "success to show, and are not judged: what they miss may be due to the horizon, not to their length. A "
            "longer horizon_weeks would tell."
        )
    cut = {one.weeks: share_cut_off(one, found.weights_of_lengths) for one in found.lengths}
    weeks, most = max(cut.items(), key=lambda pair: pair[1].share or 0.0)
    if most.share:
        lines.append(
            f"The end of what is simulated cuts off up to {per_cent(most)} of all programmes (at {weeks:.0f} weeks): "
            "they are still on their way."
        )
    if found.judged:
        value = "value counts up to it only; " if "value_from_funding" in found.judged else ""
        lines.append(
            f"All lengths end on one date, {horizon(found)}: {value}adoption is read then, sooner after the last "
            "go-live of a longer plan."
        )
    return lines


def _why_no_lengths(found: Timeline) -> str:
    if length_of(found.scenario) is not None:
        return ""  # they were not asked for
    rollout = found.scenario.rollout
    if rollout is None or found.scenario.users.in_place:
        return "No other lengths of the plan are told: there is no roll-out whose dates could be moved."
    return "No other lengths of the plan are told: everybody is to be live at funding."


def _of_measure(found: Timeline, measure: str, judged: Judged) -> str:
    lengths, weights = found.lengths, found.weights_of_lengths

    def amount(number: int) -> str:
        return _amount(found, measure, mean_at(lengths[number], measure, weights).value)

    top = lengths[judged.top]
    subject = MEASURE_WORDS[measure]
    own = next((number for number, one in enumerate(lengths) if one.times == 1.0), judged.top)
    told = f"{subject} of all programmes is {amount(own)} at {lengths[own].weeks:.0f} weeks, as planned"
    if measure == "success":
        told = f"by plan length, from funding to the last planned go-live, {told}"
    told = f"{told[0].upper()}{told[1:]}"
    if judged.best is not None:
        best = "the plan's own length" if judged.best == own else f"{top.weeks:.0f} weeks, with {amount(judged.top)},"
        told = f"{told}; {best} is told apart as the best of the lengths that are judged"
        edges = [lengths[n].weeks for n in (judged.top, *judged.differences)]
        if top.weeks in (min(edges), max(edges)):
            end = "shortest" if top.weeks == min(edges) else "longest"
            told += f", but is the {end} of them, so that one still {end.removesuffix('est')}er may be better"
        return f"{told}."
    worse = [n for n in (judged.top, *judged.differences) if n not in judged.leading and n not in judged.open]
    if judged.top != own:
        told += f", and highest, {amount(judged.top)}, at {top.weeks:.0f}"
    if judged.same:
        return f"{told}, and the same in every length that was tried."
    good = sorted({*judged.leading, *judged.open})
    told += f"; {_weeks_of(found, good)} can't be told from the best"
    if worse:
        told += f", and {_weeks_of(found, sorted(worse))} {'is' if len(worse) == 1 else 'are'} told apart as worse"
    if judged.open:
        told += f" (of {_weeks_of(found, list(judged.open))} only because of what the horizon cuts off)"
    return f"{told}."


def _weeks_of(found: Timeline, numbers: list[int]) -> str:
    """Lengths in weeks: a range where they follow each other."""
    weeks = [f"{found.lengths[number].weeks:.0f}" for number in numbers]
    if len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"{weeks[0]} to {weeks[-1]} weeks"
    return f"{listed(weeks)} weeks"


def _amount(found: Timeline, measure: str, value: float | None) -> str:
    if measure != "value_from_funding":
        return written(value, SHARE)
    return written(value, MONEY, currency=found.scenario.economics.currency)


# ---- joint confidence


def _joint(found: Timeline) -> str:
    """How likely enough people use it at no more than so much money, and that each by itself says too little."""
    joint, week = found.joint, float(found.week_of_joint)
    when = f"By {in_week(found, week)}, month {week / MONTH_WEEKS:.0f},"
    parts = [_condition(found, name, one) for name, one in joint.conditions.items()]
    if any(math.isnan(one.level) for one in joint.conditions.values()):
        return f"{when} nothing can be said of adoption: there are no users."
    adoption = joint.conditions["adoption"]
    if adoption.own and adoption.level == 0.0:
        return (
            f"{when} fewer than {P70:.0%} of all programmes have anybody who uses it, so that adoption has no level "
            "to ask for; state one for the joint confidence."
        )
    if len(parts) == 1:
        return f"{when} {parts[0]}; nothing has a price here, so that cost is no condition."
    shares = [one.share.share or 0.0 for one in joint.conditions.values()]
    both = joint.all.share or 0.0
    told = f"{when} {listed(parts)}; both in {per_cent(joint.all)}{reach(joint.all)}"
    if both < min(shares):
        told += ", less than either by itself"
    if all(0.0 < share < 1.0 for share in shares):
        told += f" ({per_cent(joint.unrelated)} if the two had nothing to do with each other"
        if joint.all.high is not None and joint.all.high < joint.unrelated:
            told += ": they pull against each other"
        elif joint.all.low is not None and joint.all.low > joint.unrelated:
            told += ": they go together"
        told += ")"
    return f"{told}."


def _condition(found: Timeline, name: str, one: Condition) -> str:
    own = f" (its own P{100 * P70:.0f})" if one.own else ""
    if name == "adoption":
        what = f"adoption is at least {written(one.level, SHARE)}{own}"
    else:
        money = written(one.level, MONEY, currency=found.scenario.economics.currency)
        what = f"cost so far is at most {money}{own}"
    return f"{what} in {per_cent(one.share)}{reach(one.share)}"
