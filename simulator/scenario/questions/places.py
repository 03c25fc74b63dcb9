"""Answers about sites, working hours, waves and systems."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from simulator.scenario.questions.values import NUMBER, AnswerError, Number, is_unknown, read_number
from simulator.scenario.sections.calendar import DAYS
from simulator.scenario.text.problems import describe, listed, nearest

T = TypeVar("T")

REST: Final = ("the rest", "rest", "all others", "others", "everybody else", "all", "everybody", "everyone")
"""How an answer speaks of the sites that it does not name."""
SPELLED: Final[Mapping[int, str]] = {
    ord(letter): spelled for letter, spelled in zip("äöüß&", ("ae", "oe", "ue", "ss", " and "), strict=True)
}
LONGEST_NAME: Final = 64
WEEKS_OF_A_MONTH: Final = 52.0 / 12.0
PIECES: Final = re.compile(r";|\n|,(?!\d{3}\b)")
"""What stands between the pieces of an answer; a comma before three digits belongs to a number."""


@dataclass(frozen=True)
class BySite(Generic[T]):
    """What holds for all sites, None where nobody said, and for single ones."""

    general: T | None
    single: Mapping[str, T]

    def at(self, site: str) -> T | None:
        """What holds at a site."""
        return self.single.get(site, self.general)


@dataclass(frozen=True)
class Hours:
    """When people work: days and hours of the day, and how far their clocks are ahead of UTC."""

    days: str = "mon-fri"
    start: int = 8
    end: int = 18
    utc: float = 0.0

    @property
    def round_the_clock(self) -> bool:
        """Whether somebody is at work at any hour of the week."""
        return (self.days, self.start, self.end) == ("all", 0, 24)


@dataclass(frozen=True)
class Wave:
    """Sites that go live together, so many weeks after the money is there."""

    week: int
    sites: tuple[str, ...]


@dataclass(frozen=True)
class System:
    """A system to be connected, and those that have to be there first."""

    name: str
    after: tuple[str, ...] = ()


def pieces(given: Any, allowed: str) -> list[str]:
    """The pieces of an answer: a text cut at commas and semicolons, or a list of texts."""
    found = PIECES.split(given) if isinstance(given, str) else given
    if not isinstance(found, list | tuple) or not all(isinstance(piece, str | int) for piece in found):
        raise AnswerError(f"found {describe(given)}", allowed)
    return [" ".join(str(piece).split()) for piece in found if str(piece).strip()]


def named(words: str, allowed: str) -> str:
    """A name as scenario files have it (a-z, 0-9 and hyphens), out of what people call a thing."""
    spelled = words.lower().translate(SPELLED)
    plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if not name or len(name) > LONGEST_NAME:
        raise AnswerError(f"found {describe(words)} as a name", allowed)
    return name


def read_sites(given: Any, allowed: str) -> dict[str, Number]:
    """The people of each site, by its name: "cologne 900, hamburg 600 to 700", or a mapping; raises AnswerError."""
    if isinstance(given, Mapping):
        pairs = [(str(words), people) for words, people in given.items()]
    else:
        pairs = [split_number(piece, allowed) for piece in pieces(given, allowed)]
    sites: dict[str, Number] = {}
    for words, people in pairs:
        name = named(words, allowed)
        if name in sites:
            raise AnswerError(f'found the site "{name}" twice', allowed)
        number = read_number(people, allowed)
        if number.middle <= 0.0:
            raise AnswerError(f"found no people at {name}", allowed)
        sites[name] = number
    if not sites:
        raise AnswerError("found no site", allowed)
    return sites


def split_number(piece: str, allowed: str) -> tuple[str, str]:
    """What stands before the number at the end of a piece, and that number or range; raises AnswerError."""
    number, between = rf"(?:{NUMBER})\s*%?", r"\s*(?:-|\u2013|/|to|and)\s*"
    last = re.search(rf"^(.*?)[\s:=]+((?:between\s+)?{number}(?:{between}{number}){{0,2}}\D*)$", piece)
    if last is None or not last[1].strip():
        raise AnswerError(f"found {describe(piece)}", allowed)
    return last[1].strip(), last[2].strip()


def read_by_site(given: Any, sites: Iterable[str], read: Callable[[Any], T], allowed: str) -> BySite[T]:
    """What holds for all sites, and for single ones; raises AnswerError.

    A text says what holds for all, then pieces that begin with a site: "60-80%, cologne 88%"; a mapping has names of
    sites as keys, and `others`.
    """
    names = [*sites]
    if isinstance(given, Mapping) and not set(given) & {"p10", "p50", "p90", "value"}:
        pairs = [(None if str(key).lower() in REST else str(key), answer) for key, answer in given.items()]
    elif isinstance(given, str):
        pairs = [_of_site(piece, names) for piece in pieces(given, allowed)]
    else:
        pairs = [(None, given)]
    general: T | None = None
    single: dict[str, T] = {}
    for words, answer in pairs:
        site = None if words is None else site_called(words, names, allowed)
        if is_unknown(answer):
            continue
        if site is None:
            if general is not None:
                raise AnswerError(f"found {describe(given)}", f"{allowed}; for a site of its own, its name first")
            general = read(answer)
        else:
            if site in single:
                raise AnswerError(f'found the site "{site}" twice', allowed)
            single[site] = read(answer)
    return BySite(general, single)


def _of_site(piece: str, sites: Sequence[str]) -> tuple[str | None, str]:
    """The site that a piece begins with, or None for all others, and the rest of it."""
    for rest in REST:
        if (begun := _begins(piece, rest)) is not None:
            return None, begun
    words = piece.split()
    for count in range(len(words), 0, -1):
        start = " ".join(words[:count]).rstrip(":=")
        try:
            name = named(start, "")
        except AnswerError:
            continue
        if name in sites:
            return name, " ".join(words[count:]).lstrip(":= ")
    head, colon, tail = piece.partition(":")
    return (head.strip(), tail.strip()) if colon and not re.search(r"\d$", head) else (None, piece)


def _begins(piece: str, start: str) -> str | None:
    """What follows where a piece begins with a word; None where it doesn't."""
    begun = re.match(rf"{re.escape(start)}\b\s*[:=]?\s*(?=\S)", piece, flags=re.IGNORECASE)
    # "all 0-24" speaks of days
    return None if begun is None or (start == "all" and ":" not in begun[0]) else piece[begun.end() :]


def site_called(words: str, sites: Sequence[str], allowed: str) -> str:
    """The site of that name; raises AnswerError where there is none."""
    name = named(words, allowed)
    if name not in sites:
        near = nearest(name, sites)
        meant = f'; did you mean "{near}"?' if near else ""
        raise AnswerError(f'found "{name}", which is no site', f"allowed: {listed(sites)}{meant}")
    return name


def read_hours(given: Any, allowed: str) -> Hours:
    """When people work: "mon-fri 8-18 utc+1", "round the clock"; raises AnswerError."""
    if not isinstance(given, str):
        raise AnswerError(f"found {describe(given)}", allowed)
    text = " ".join(given.lower().replace("–", "-").split())
    zone = re.search(r"\b(?:utc|gmt)\s*([+-]\s*\d+(?:\.\d+)?)?", text)
    utc = float((zone[1] or "0").replace(" ", "")) if zone else 0.0
    rest = text if zone is None else text[: zone.start()] + text[zone.end() :]
    if re.search(r"round the clock|around the clock|24/7|24x7|day and night", rest):
        return Hours("all", 0, 24, utc)
    clock = re.search(r"(\d{1,2})(?::00)?\s*(?:-|to)\s*(\d{1,2})(?::00)?(?!\d)", rest)
    days = rest if clock is None else rest[: clock.start()] + rest[clock.end() :]
    days = days.strip(" ,").replace("every day", "all").replace("daily", "all").replace("weekdays", "mon-fri")
    if clock is None or not all(day in DAYS for day in ("mon" if days in ("", "all") else days).split("-", 1)):
        raise AnswerError(f"found {describe(given)}", allowed)
    if not -12.0 <= utc <= 14.0 or utc * 4.0 != round(utc * 4.0):
        raise AnswerError(f"found UTC{utc:+g}", f"{allowed}; from UTC-12 to UTC+14, in quarters of an hour")
    start, end = int(clock[1]), int(clock[2])
    if max(start, end) > 24 or start in (end, 24):
        raise AnswerError(f"found hours from {start} to {end}", f"{allowed}; round the clock is 0-24")
    return Hours(days or "mon-fri", start, end, utc)


def read_waves(given: Any, sites: Mapping[str, Number], first: Sequence[str], allowed: str) -> list[Wave]:
    """Which sites go live when: months after the money, "1: cologne; 6: hamburg, munich; 10: the rest".

    A number alone is the month in which everybody is live: the sites in `first` go first, the others in waves of about
    as many people. Raises AnswerError.
    """
    if isinstance(given, int | float | str) and not isinstance(given, bool):
        alone = re.fullmatch(rf"(?:within |in )?({NUMBER})(?: months?)?", str(given).strip())
        if alone:
            return even_waves(float(alone[1]) * WEEKS_OF_A_MONTH, sites, first)
    if isinstance(given, Mapping):
        pairs = [(str(month), where) for month, where in given.items()]
    elif isinstance(given, str):
        parts = [part for part in re.split(r";|\n", given) if part.strip()]
        pairs = [(month, where) for month, _, where in (part.partition(":") for part in parts)]
    else:
        raise AnswerError(f"found {describe(given)}", allowed)
    waves: dict[int, list[str]] = {}
    left = [*sites]
    for month, where in sorted(pairs, key=lambda pair: _is_rest(pair[1])):
        number = re.fullmatch(rf"\s*(?:month )?({NUMBER})(?: months?)?\s*", month)
        if number is None:
            raise AnswerError(f"found {describe(month.strip())} as a month", allowed)
        if _is_rest(where):
            going = [*left]
        else:
            going = [site_called(words, [*sites], allowed) for words in pieces(where, allowed)]
        for site in going:
            if site not in left:
                raise AnswerError(f"found {site} in two waves", "allowed: each site in one wave")
            left.remove(site)
        waves.setdefault(round(float(number[1]) * WEEKS_OF_A_MONTH), []).extend(going)
    if left:
        raise AnswerError(f"found no wave for {listed(left)}", f"{allowed}; the last one can be: the rest")
    return [Wave(week, tuple(where)) for week, where in sorted(waves.items()) if where]


def _is_rest(where: Any) -> bool:
    return isinstance(where, str) and " ".join(where.lower().split()) in REST


def even_waves(weeks: float, sites: Mapping[str, Number], first: Sequence[str], most: int = 4) -> list[Wave]:
    """The pilot's sites first, then at most three waves of about as many people, the last one so many weeks on."""
    others = sorted((site for site in sites if site not in first), key=lambda site: -sites[site].middle)
    last = max(round(weeks), 1)
    if not others:
        return [Wave(min(3, last), tuple(first))]
    count = min(most - 1, len(others))
    groups: list[list[str]] = [[] for _ in range(count)]
    people = [0.0] * count
    for site in others:  # the largest first, each to where the fewest are
        smallest = min(range(count), key=lambda group: people[group])
        groups[smallest].append(site)
        people[smallest] += sites[site].middle
    start = min(3, max(last - count, 0))
    dates = [start + max(round((last - start) * (i + 1) / count), i + 1) for i in range(count)]
    return [Wave(start, tuple(first)), *(Wave(week, tuple(g)) for week, g in zip(dates, groups, strict=True))]


def read_systems(given: Any, allowed: str) -> list[System]:
    """Systems to connect: "policy-admin, claims-core, fraud-scoring after claims-core"; raises AnswerError."""
    if isinstance(given, Mapping):
        given = [f"{name} after {after}" if after else str(name) for name, after in given.items()]
    systems: dict[str, System] = {}
    for piece in pieces(given, allowed):
        words, _, after = piece.partition(" after ")
        name = named(words, allowed)
        if name in systems:
            raise AnswerError(f'found the system "{name}" twice', allowed)
        before = [part for part in re.split(r"\band\b|\+", after) if part.strip()]
        systems[name] = System(name, tuple(named(part, allowed) for part in before))
    for system in systems.values():
        for before_it in system.after:
            if before_it not in systems:
                near = nearest(before_it, systems)
                meant = f'; did you mean "{near}"?' if near else ""
                raise AnswerError(
                    f'found "{before_it}" before {system.name}, which is no system here', f"{allowed}{meant}"
                )
    if not systems:
        raise AnswerError("found no system", allowed)
    return [*systems.values()]
