"""Options, amounts and what is learned, as the sentences, the table and the figure of `scaleup worth` write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.analysis.methods.information.net_benefits import MONEY
from simulator.report.words import written
from simulator.scenario.measure import MONEY as IN_MONEY
from simulator.scenario.measure import SHARE

if TYPE_CHECKING:
    from simulator.analysis.methods.information.bundles import Bundle
    from simulator.analysis.worth import Worth

SECTION_WORDS: Final = {
    "pilot": "the conditions of the pilot",
    "sites": "all about the sites",
    "users": "all about the users",
    "ai": "all about the AI",
    "edge_cases": "all about edge cases",
    "seasons": "the seasons",
    "integration": "all about integration",
    "support": "all about support",
    "data_science_team": "the data science team",
    "outages": "outages",
    "change_programme": "the change programme",
    "rollout": "the roll-out",
    "economics": "all prices and savings",
}
EVERYWHERE_WORDS: Final = {
    "sites.*.data_quality": "data quality of all sites",
    "sites.*.local_variety": "local variety",
}


def by(measure: str) -> str:
    """What is chosen by."""
    return "Money" if measure == MONEY else "Success"


def options(found: Worth, measure: str) -> range:
    """The places of all options by a measure."""
    return range(found.choice(measure).benefits.shape[1])


def option(found: Worth, measure: str, place: int) -> str:
    """An option in words: a plan, by letter and name where there are several, or funding nothing."""
    labels = found.stakes.labels
    if place >= len(labels):
        return "not funding it" if len(labels) == 1 else "funding none"
    name = found.stakes.results[labels[place]].scenario.name
    return f"funding {name}" if len(labels) == 1 else f"{labels[place]} ({name})"


def amount(value: float | None, measure: str, found: Worth) -> str:
    """A mean: money with its currency, anything else as a percentage."""
    if measure == MONEY:
        return written(value, IN_MONEY, currency=found.stakes.currency)
    return written(value, SHARE)


def gain(value: float | None, measure: str, found: Worth) -> str:
    """What something is worth: money with its currency, success in percentage points."""
    if value is None:
        return "–"
    if measure == MONEY:
        return written(value, IN_MONEY, currency=found.stakes.currency)
    return "less than 0.1 points" if 0.0 < value < 0.0005 else f"{100.0 * value:.1f} points"


def reach(low: float | None, high: float | None, measure: str, found: Worth, *, bare: bool = False) -> str:
    """An interval behind what it belongs to, or with a comma before it where brackets are open."""
    if low is None or high is None:
        return "" if bare else " (too few replications for an interval)"
    ends = f"95% interval {_end(low, measure)} to {_end(high, measure)}"
    return f", {ends}" if bare else f" ({ends})"


def _end(value: float, measure: str) -> str:
    return written(value, IN_MONEY) if measure == MONEY else f"{100.0 * value:.1f}"


def short(bundle: Bundle) -> str:
    """What is learned, in few words."""
    if bundle.kind == "section":
        return SECTION_WORDS.get(bundle.name, bundle.name)
    return EVERYWHERE_WORDS.get(bundle.name, bundle.name)


def named(bundle: Bundle) -> str:
    """What is learned, in words: a path, or a set."""
    if bundle.kind == "everything":
        return "everything"
    if bundle.kind == "section":
        return f"{short(bundle)} ({bundle.name}, {len(bundle.places)} inputs)"
    if bundle.kind == "everywhere":
        words = EVERYWHERE_WORDS.get(bundle.name)
        return f"{words} ({bundle.name})" if words else bundle.name
    return bundle.name
