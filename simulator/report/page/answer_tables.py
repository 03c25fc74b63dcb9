"""Tables of what analyses have found, made of the JSON that they have left: one look at numbers behind sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from simulator.analysis.methods.remedies import REMEDIES
from simulator.report.analyses import attribute, rescue, sensitivity, stress
from simulator.report.analyses.parts.decide_table import CHOICES
from simulator.report.outcomes import reach
from simulator.report.page.parts import Grid
from simulator.report.words import written
from simulator.scenario.measure import COUNT, MONEY, SHARE, TRUTH, Unit
from simulator.scenario.measures import ESTIMATED, read_first

Content = Mapping[str, Any]
"""What an answer's file holds; what is not there, as an older or a newer version wrote it, gives no table."""

REMEDY_WORDS: Final = {remedy.name: remedy.words for remedy in REMEDIES}
UNITS: Final = {name: declared.unit for name, declared in ESTIMATED.items()}


def tables_of(name: str, content: Content) -> list[Grid]:
    """The tables of an answer, none where there are none, or its file holds other things than this version writes."""
    if name not in TABLES:
        return []
    try:
        return [grid for grid in TABLES[name](content) if grid.rows]
    except (KeyError, TypeError, AttributeError, ValueError):
        return []


def amount(unit: Unit, value: float | None) -> str:
    """A change of a number, with its sign; changes of shares are in points."""
    if value is None:
        return "–"
    sign = "+" if value > 0 else ""
    return f"{sign}{100 * value:.1f} pts" if unit in (SHARE, TRUTH) else sign + written(value, unit)


def between(unit: Unit, found: Content, low: str = "low", high: str = "high") -> str:
    """The interval of a change; a dash where none can be told."""
    ends = found.get(low), found.get(high)
    return "–" if None in ends else " to ".join(amount(unit, end) for end in ends)


def share(found: Content) -> str:
    """A share as a percentage."""
    return written(found["share"], SHARE)


def _decide(content: Content) -> Iterator[Grid]:
    words = {str(name): told for name, told in CHOICES.items()}
    currency, gate = content["currency"], content["next_gate"]
    where = "to the next gate" if gate and gate["gate"] else "to a review"
    rows = [
        (words[name].format(where), written(one["value"], MONEY), between(MONEY, one))
        for name, one in content["worth"].items()
    ]
    yield Grid(f"What each choice is worth from today, mean of the funded, {currency}",
               ("choice", "worth", "95% interval"), rows)  # fmt: skip
    columns = ("cost", "value", "net", "net_so_far", "net_so_far_p10")
    quarters = [
        (f"{one['quarter']}", *(written(one[column]["value"], MONEY) for column in columns))
        for one in content["quarters"]
    ]
    head = ("quarter since kick-off", "cost", "value", "net", "net so far", "in one of ten below")
    yield Grid(f"Cash since the decision, mean of the funded, {currency}", head, quarters, note="Undiscounted.")


def _timeline(content: Content) -> Iterator[Grid]:
    rows = [
        (
            str(one["name"] or one["kind"]),
            str(one["planned_date"] or "–"),
            *(str(one[level]["date"] or "–") for level in ("p10", "p50", "p90")),
            share(one["share"]),
            share(one["in_time"]) if one["in_time"] else "–",
        )
        for one in content["milestones"]
    ]
    head = ("milestone", "plan", "10%", "50%", "90%", "get there", "in time")
    yield Grid("Milestones: dates of those that get there, of all programmes", head, rows)


def _staffing(content: Content) -> Iterator[Grid]:
    head = ("quarter from funding", "needed", "enough in", "Erlang", "at target", "plan has", "plan meets it in", "n")
    for tier, told in content["tiers"].items():
        rows = [
            (
                f"{one['quarter']}, from {one['from']}",
                _count(one["recommended"]),
                share(one["heads"]["funded"]["holds"]),
                _count(one["erlang"]["funded"]["heads"]),
                _count(one["target"]["funded"]["heads"]),
                written(one["planned"]["value"], COUNT),
                share(one["plan_meets"]),
                f"{one['heads']['funded']['n']:,}",
            )
            for one in told["quarters"]
        ]
        note = (
            "Needed: people with whom the line meets its target in at least 80% of the programmes that run then; n "
            "of them."
        )
        yield Grid(f"People of {tier.replace('tier', 'tier ')} by quarter", head, rows, note=note)


def _count(value: Any) -> str:
    return "–" if value is None else f"{value:,}"


def _attribute(content: Content) -> Iterator[Grid]:
    measures = content["sponsors"]["as given"]["measures"]
    first = next(iter(measures.values()))["killers"]
    rows = []
    for name in sorted(first, key=lambda each: -abs(first[each]["shapley"]["value"] or 0.0)):
        parts = [(measure, found["killers"][name]["shapley"]) for measure, found in measures.items()]
        rows.append((attribute.named(name), *_changes(parts, attribute.UNITS)))
    gaps = [(measure, found["gap"]) for measure, found in measures.items()]
    rows.append(("all of them", *_changes(gaps, attribute.UNITS)))
    head = ("switched off", *(cell for measure in measures for cell in (attribute.HEADS[measure], "95% interval")))
    note = f"Money in {content['currency']}. {attribute.PARTS_TOLD} {attribute.COUNTED}"
    yield Grid("What switching off each killer changes: its part", head, rows, note=note)


def _changes(parts: Iterable[tuple[str, Content]], units: Mapping[str, Unit]) -> list[str]:
    """Of each measure the change and its interval."""
    return [cell for name, part in parts for cell in (amount(units[name], part["value"]), between(units[name], part))]


def _stress(content: Content) -> Iterator[Grid]:
    rows = []
    for name, found in content["stresses"].items():
        parts = [(measure, one["difference"]) for measure, one in found["measures"].items()]
        changes = _changes(parts, UNITS)
        if name in stress.NOT_COMPARABLE:
            changes[2:] = ["not comparable"] * (len(changes) > 2) + ["–"] * (len(changes) > 3)
        restored = REMEDY_WORDS.get(found["remedy"]) or (
            "none of those tried" if found["takes"] and found["tried"] else "–"
        )
        rows.append((stress.QUESTIONS[name], *changes, share(found["anything_breaks"]), restored))
    measures = list(content["plan"])
    head = ("stress", *(cell for measure in measures for cell in (ESTIMATED[measure].words, "95% interval")),
            "something breaks in", "restored by")  # fmt: skip
    caption = f"What each stress changes, against the plan with the same luck (money in {content['currency']})"
    yield Grid(caption, head, rows, words=1)


def _gates(content: Content) -> Iterator[Grid]:
    kinds = ("right_go", "false_go", "right_stop", "false_stop", "held", "not_read")
    priced = any("npv" in gate["measures"] for gate in content["gates"].values())
    rows = []
    for name, gate in content["gates"].items():
        brought = [(measure, found["brings"]) for measure, found in gate["measures"].items()]
        told = [(measure, found) for measure, found in brought if measure in ("success", "npv")]
        rows.append((name, *(share(gate["kinds"][kind]["share"]) for kind in kinds), *_changes(told, UNITS)))
    head = ("gate", "right go", "false go", "right stop", "false stop", "held, not read again", "not read",
            "success", "95% interval", *(("net present value", "95% interval") if priced else ()))  # fmt: skip
    note = f"Shares of all programmes; what a gate brings is the change against that gate off ({content['currency']})."
    yield Grid("What each gate decides, and what it brings", head, rows, note=note)


def _rescue(content: Content) -> Iterator[Grid]:
    rows = [
        (
            rescue.WORDS[name],
            written(found["saved_at_once"], SHARE),
            amount(SHARE, found["beyond_luck"]),
            between(SHARE, found, "beyond_low", "beyond_high"),
            written(found["saved_at_all"], SHARE),
            written(found["last_week"], COUNT),
        )
        for name, found in content["remedies"].items()
        if name in rescue.WORDS and content["looked_at"]
    ]
    head = ("of those that fail", "saved on the day of funding", "beyond other luck", "95% interval",
            "saved on some day", "last week, in the middle")  # fmt: skip
    yield Grid("What each remedy saves, used alone", head, rows, note="Weeks are from funding.")


def _compare(content: Content) -> Iterator[Grid]:
    rows = [
        (
            f"{one['b']} less {one['a']}: {ESTIMATED[one['measure']].words}",
            amount(ESTIMATED[one["measure"]].unit, one["difference"]),
            between(ESTIMATED[one["measure"]].unit, one),
            "yes" if one["told_apart"] else "no",
        )
        for one in content["differences"]
    ]
    named = "; ".join(f"{plan['label']}: {plan['scenario']}" for plan in content["plans"])
    note = f"{named}. Told apart: by Holm's method, at 5% over all pairs."
    yield Grid("Differences between plans with the same luck", ("plans, measure", "difference", "95% interval",
                                                                "told apart"), rows, words=1, note=note)  # fmt: skip


def _variance(content: Content) -> Iterator[Grid]:
    found = content["measures"]
    rows = [
        (ESTIMATED[name].words, written(one["inputs"], SHARE), reach(one["low"], one["high"]) or "–", f"{one['n']:,}")
        for name in read_first("variance")
        if (one := found.get(name)) and one["inputs"] is not None
    ]
    head = ("measure", "by inputs", "95% interval", "n")
    note = f"The rest is chance, which no measuring takes away. Each draw of the inputs: {content['repeats']} times."
    yield Grid("How much of the variance is not knowing the inputs", head, rows, note=note)


def _sensitivity(content: Content) -> Iterator[Grid]:
    found = {name: one for name, one in content["measures"].items() if one["not_told"] is None}
    names = tuple(sensitivity.words_of(name) for name in found)
    shares = {
        name: {each["path"]: _of_variance(each["share"]) for each in one["inputs"] if each["driver"]}
        for name, one in found.items()
    }
    paths = dict.fromkeys(path for one in shares.values() for path in [*one][:5])
    rows = [(path, *(one.get(path, "–") for one in shares.values())) for path in paths]
    rows.append(("luck, and what is not seen", *(_of_variance(one["unexplained"]) for one in found.values())))
    note = (
        "Shapley effects of inputs whose effect is beyond luck, all inputs considered: the first five of each measure. "
        "With all others and the rest, which is luck, and what is too weak or too tangled to be seen, they make 100%."
    )
    if found:
        yield Grid("Shares of variance, with 95% intervals", ("input", *names), rows, note=note)


def _of_variance(found: Content) -> str:
    told = written(min(1.0, max(0.0, found["value"])), SHARE)
    return f"{told} ({reach(found['low'], found['high'])})"


def _worth(content: Content) -> Iterator[Grid]:
    note = (
        "What a choice made with this knowledge gives more than that of today, mean of all programmes: the ten "
        "largest. Beyond luck allows for all that were tried."
    )
    for measure, choice in content["choices"].items():
        unit = UNITS[measure]
        largest = sorted(choice["learned"], key=lambda one: -one["worth"])[:10]
        rows = [
            (one["what"], amount(unit, one["worth"]), between(unit, one), "yes" if one["pays"] else "no")
            for one in largest
            if one["worth"] > 0.0
        ]
        what = content["currency"] if unit == MONEY else "points of success"
        heads = ("known before choosing", "worth", "95% interval", "beyond luck")
        yield Grid(f"What it is worth to know, {what}", heads, rows, note=note)


TABLES: Final[dict[str, Callable[[Content], Iterator[Grid]]]] = {
    "decide": _decide,
    "timeline": _timeline,
    "staffing": _staffing,
    "attribute": _attribute,
    "stress": _stress,
    "gates": _gates,
    "rescue": _rescue,
    "compare": _compare,
    "sensitivity": _sensitivity,
    "worth": _worth,
    "variance": _variance,
}
