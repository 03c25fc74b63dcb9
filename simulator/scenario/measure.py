"""What an output measure is: its name and level, its words, its unit, and where it is shown."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, replace
from typing import Final, Literal

from simulator.scenario.vocabulary import ADOPTION_LEVELS, TIERS, Tier

Level = Literal["result", "replication", "week", "site"]
RESULT: Final = "result"
REPLICATION: Final = "replication"
WEEK: Final = "week"
SITE: Final = "site"
"""What a measure has a value of: all replications together, each of them, each week of one, each site in one."""

Unit = Literal["share", "weeks", "hours", "count", "rate", "money", "truth", "text"]
SHARE: Final = "share"
WEEKS: Final = "weeks"
HOURS: Final = "hours"
COUNT: Final = "count"
RATE: Final = "rate"
MONEY: Final = "money"
TRUTH: Final = "truth"
TEXT: Final = "text"
"""Money is in the currency of the scenario; a rate is any other number without a unit of these."""

Group = Literal["when", "money", "people", "answers", "support"]
GROUPS: Final[tuple[Group, ...]] = ("when", "money", "people", "answers", "support")
"""Groups of the main table, in the order in which people read them."""

Better = Literal["higher", "lower", ""]
"""Which way a measure is better, all else equal; empty where a plan that has more of it is neither."""
Headline = Literal["suite", "column", "variance"]
"""Measures that scenarios are compared by unless a suite names others; those of them that a table has room for first;
those of which it is told how much of their variance the inputs explain."""

TIER_WORDS: Final[dict[Tier, str]] = {"tier1": "tier 1", "tier2": "tier 2", "tier3": "data science"}


@dataclass(frozen=True)
class Measure:
    """An output measure at one level.

    `meaning` defines it in a sentence or two, and `null_when` says when it is null; empty: never. `group` is its group
    in the main table, and its place there, the lowest first. `short` stands at the head of a narrow column, `title`
    over the figure of its own; both are its words where they are empty. `better` is which way it is, all else equal;
    empty: a plan that has more of it is neither. A share lies in [0, 1] but for a `beyond` one.
    A share of all replications is that of those in which `counts` is true, among those in which `among` is, if any.
    """

    name: str
    words: str
    unit: Unit
    level: Level
    meaning: str
    null_when: str = ""
    _: KW_ONLY
    group: tuple[Group, int] | None = None
    headline: tuple[Headline, ...] = ()
    short: str = ""
    title: str = ""
    beyond: bool = False
    better: Better = ""
    counts: str = ""
    among: str = ""
    tier: Tier | None = None

    def __post_init__(self) -> None:
        if (self.group or self.headline) and (self.level not in (RESULT, REPLICATION) or self.unit == TEXT):
            raise ValueError(f"{self.name} of a {self.level} has no estimate, so neither a group nor a headline")
        if self.title and self.level != WEEK:
            raise ValueError(f"{self.name} of a {self.level} has no figure of its own, so no title")

    @property
    def head(self) -> str:
        """Its words, short enough for the head of a column."""
        return self.short or self.words

    @property
    def in_unit(self) -> bool:
        """Whether it, or the mean of it, lies in [0, 1]."""
        return self.unit in (SHARE, TRUTH) and not self.beyond

    @property
    def reading_order(self) -> tuple[int, int]:
        """Sorts measures as people read them: what stands above the main table, then its groups."""
        return (-1, 0) if self.group is None else (GROUPS.index(self.group[0]), self.group[1])


def per_tier(measure: Measure, grouped: tuple[Tier, ...] = TIERS) -> tuple[Measure, ...]:
    """A measure that there is for each tier of support: `<name>_<tier>`, those of `grouped` tiers in its group."""
    return tuple(
        replace(
            measure,
            name=f"{measure.name}_{tier}",
            words=f"{measure.words}, {TIER_WORDS[tier]}",
            group=measure.group if tier in grouped else None,
            tier=tier,
        )
        for tier in TIERS
    )


def per_adoption_level(measure: Measure) -> tuple[Measure, ...]:
    """A measure that there is for each level of the success curve, `<name>_<per cent>`; `{level}` stands for it."""
    return tuple(
        replace(
            measure,
            name=at_level(measure.name, level),
            words=measure.words.format(level=f"{level:.0%}"),
            meaning=measure.meaning.format(level=f"{level:.0%}"),
        )
        for level in ADOPTION_LEVELS
    )


def at_level(name: str, level: float) -> str:
    """The name of a measure of that kind at a level."""
    return f"{name}_{level:.0%}".removesuffix("%")
