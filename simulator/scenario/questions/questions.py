"""What `scaleup new --ask` asks: about people, work, the pilot, systems, support, the plan and money."""

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from simulator.scenario.questions.places import (
    Hours,
    Wave,
    even_waves,
    pieces,
    read_by_site,
    read_hours,
    read_sites,
    read_systems,
    read_waves,
    site_called,
)
from simulator.scenario.questions.values import NUMBER, AnswerError, Number, is_unknown, read_number
from simulator.scenario.text.problems import describe

Read = Callable[[Any, "Answers"], Any]


class Answers(dict[str, Any]):
    """What was read of each question by its key; None where nobody knows."""

    @property
    def sites(self) -> dict[str, Number]:
        """People by site."""
        return self["sites"] or {}


class Pilot(NamedTuple):
    """Where the pilot ran, with whom and for how long."""

    sites: tuple[str, ...]
    people: Number
    volunteers: bool
    weeks: int
    start: datetime.date | None


class Shown(NamedTuple):
    """What the pilot showed, each reading with what it was read from."""

    accuracy: tuple[float, float] | None
    active: tuple[float, float] | None
    tickets: tuple[float, float] | None


class Desk(NamedTuple):
    """Who answers the users: heads of the first line and of the specialists, and when they work."""

    first_line: Number
    specialists: Number
    hours: Hours | None


class Goal(NamedTuple):
    """What would count as success: a share of all people who use it, by a week from funding."""

    adoption: float
    weeks: int


@dataclass(frozen=True)
class Question:
    """A question in plain language, how its answer is written, and how it is read."""

    key: str
    words: str
    example: str
    read: Read
    decides: tuple[str, ...]
    """Dotted paths of the scenario's fields that hang on it, as far as they are its own."""
    note: str = ""
    required: bool = False

    def answer(self, given: Any, answers: Answers) -> Any:
        """What an answer says, None where nobody knows; raises AnswerError."""
        if is_unknown(given):
            if self.required:
                raise AnswerError("found no answer", self.allowed)
            return None
        return self.read(given, answers)

    @property
    def allowed(self) -> str:
        """What is expected, in one line."""
        return f'expected an answer such as "{self.example}"' + ("" if self.required else ", or: don't know")


def _allowed(key: str) -> str:
    return next(question.allowed for question in QUESTIONS if question.key == key)


def _number(key: str, **kind: bool) -> Read:
    return lambda given, _: read_number(given, _allowed(key), **kind)


def _positive(key: str, **kind: bool) -> Read:
    def read(given: Any, _: Answers) -> Number:
        number = read_number(given, _allowed(key), **kind)
        if number.middle <= 0.0:
            raise AnswerError(f"found {describe(given)}", f"{_allowed(key)}; more than nothing")
        return number

    return read


def _text(given: Any, _: Answers) -> str:
    if not isinstance(given, str | int | float) or isinstance(given, bool):
        raise AnswerError(f"found {describe(given)}", _allowed("what"))
    return " ".join(str(given).split())


def _by_site(key: str, read: Callable[[Any], Any]) -> Read:
    return lambda given, answers: read_by_site(given, answers.sites, read, _allowed(key))


def _pilot(given: Any, answers: Answers) -> Pilot:
    """Read a text such as "cologne, 70 volunteers, 12 weeks, from 2026-06-01"."""
    allowed = _allowed("pilot")
    where: list[str] = []
    people: Number | None = None
    volunteers, weeks, start = True, None, None
    for piece in pieces(given, allowed):
        day = re.search(r"\d{4}-\d{2}-\d{2}", piece)
        count = re.search(rf"({NUMBER})", piece)
        if day is not None:
            try:
                start = datetime.date.fromisoformat(day[0])
            except ValueError:
                raise AnswerError(f"found {describe(day[0])}, which is no day", allowed) from None
        elif count is not None and re.search(r"\bweeks?\b", piece):
            weeks = round(float(count[1].replace(",", "")))
        elif count is not None and re.search(r"\bmonths?\b", piece):
            weeks = round(float(count[1]) * 52.0 / 12.0)
        elif count is not None and (kind := re.search(r"\b(volunteers?|people|persons|users)\b", piece)):
            people = read_number(piece[: kind.start()], allowed)
            volunteers = kind[1].startswith("volunteer")
        else:
            where.append(site_called(piece, [*answers.sites], allowed))
    if not where:
        raise AnswerError(f"found no site in {describe(given)}", allowed)
    if weeks is not None and not 1 <= weeks <= 260:
        raise AnswerError(f"found {weeks} weeks", f"{allowed}; a pilot of 1 to 260 weeks")
    return Pilot(tuple(dict.fromkeys(where)), people or Number(60), volunteers, weeks or 16, start)


def _shown(given: Any, answers: Answers) -> Shown:
    """Read a text such as "91% of 400 answers right, 82% of 70 active, 28 tickets in 460 person-weeks"."""
    allowed = _allowed("showed")
    if isinstance(given, Mapping):
        given = [f"{value} {key}" for key, value in given.items() if not is_unknown(value)]
    found: dict[str, tuple[float, float]] = {}
    for piece in pieces(given, allowed):
        kind = next((kind for kind, word in SHOWN.items() if re.search(word, piece, flags=re.IGNORECASE)), None)
        numbers = [float(number.replace(",", "")) for number in re.findall(NUMBER, piece)]
        if kind is None or len(numbers) != 2 or kind in found or numbers[1] <= 0.0:
            raise AnswerError(f"found {describe(piece)}", allowed)
        part, whole = numbers
        if kind == "tickets":
            is_rate = re.search(r"\b(a|per)\b.*\bweek\b.*\d", piece) is not None
            found[kind] = (part if is_rate else part / whole, whole)
        else:
            share = part / 100.0 if "%" in piece else part if part < 1.0 else part / whole
            if not 0.0 <= share <= 1.0:
                raise AnswerError(f"found {describe(piece)}", f"{allowed}; no more than all")
            found[kind] = (share, whole)
    if not found:
        raise AnswerError("found no reading", allowed)
    return Shown(found.get("accuracy"), found.get("active"), found.get("tickets"))


SHOWN: Final = {"tickets": r"ticket", "active": r"\bactive|use (it|d)\b|users?\b", "accuracy": r"right|correct|answers"}
"""Words by which a reading of a pilot is known, in the order in which they are looked for."""


def _desk(given: Any, _: Answers) -> Desk:
    """Read a text such as "6 and 3, mon-fri 7-19"."""
    allowed = _allowed("support")
    if isinstance(given, list | tuple) and len(given) == 2:
        heads, rest = [*given], ""
    elif isinstance(given, str):
        match = re.match(rf"\s*({NUMBER})\D*?\b(?:and|,|\+)\D*?({NUMBER})([^,;]*)(?:[,;](.*))?$", given)
        if match is None or re.search(r"\d", match[3]):
            raise AnswerError(f"found {describe(given)}", allowed)
        heads, rest = [match[1], match[2]], (match[4] or "").strip()
    else:
        raise AnswerError(f"found {describe(given)}", allowed)
    first, second = (read_number(each, allowed) for each in heads)
    return Desk(first, second, read_hours(rest, allowed) if rest else None)


def _waves(given: Any, answers: Answers) -> list[Wave]:
    return read_waves(given, answers.sites, pilot_of(answers).sites, _allowed("plan"))


def _goal(given: Any, _: Answers) -> Goal:
    """Read a text such as "50% within 18 months"."""
    allowed = _allowed("goal")
    numbers = re.findall(rf"({NUMBER})\s*(%?)", given) if isinstance(given, str) else []
    if len(numbers) != 2:
        raise AnswerError(f"found {describe(given)}", allowed)
    share = read_number("".join(numbers[0]), allowed, share=True).form
    weeks = round(float(numbers[1][0]) * 52.0 / 12.0)
    if not (share > 0.0 and 1 <= weeks <= 400 and not numbers[1][1]):
        raise AnswerError(f"found {describe(given)}", allowed)
    return Goal(share, weeks)


def pilot_of(answers: Answers) -> Pilot:
    """The pilot, as answered or as it is assumed: at the first site."""
    found: Pilot | None = answers.get("pilot")
    return found or Pilot((next(iter(answers.sites)),), Number(60), True, 16, None)


def waves_of(answers: Answers) -> list[Wave]:
    """The plan, as answered or as it is assumed: everybody within a year."""
    found: list[Wave] | None = answers.get("plan")
    return found or even_waves(48, answers.sites, pilot_of(answers).sites)


QUESTIONS: Final = (
    Question("what", "What does the assistant do, and for whom? One sentence.",
             "Prepares claims for the handlers of an insurer", _text, ("description",)),
    Question("sites", "Which sites (branches, plants, channels) are to get it, and how many people would use it there?",
             "cologne 900, hamburg 600-700, munich 300", lambda given, _: read_sites(given, _allowed("sites")),
             ("sites",),
             note="Ranges are welcome: 600-700 holds eight of ten cases, and its middle is the median.", required=True),
    Question("data", "How much of the data behind their cases is complete, up to date and coded in the same way?",
             "50-80%, cologne 88%",
             _by_site("data", lambda given: read_number(given, _allowed("data"), share=True)),
             ("sites.*.data_quality",),
             note="What holds for all first, then single sites. Sites that nobody has looked at: leave them out."),
    Question("hours", "When do these people work, and where?", "mon-fri 8-18 utc+1, munich round the clock utc+1",
             _by_site("hours", lambda given: read_hours(given, _allowed("hours"))), ("users.working_hours",)),
    Question("cases", "How many cases a week does one of them have that it would help with?",
             "18-35, cologne 40", _by_site("cases", lambda given: read_number(given, _allowed("cases"))),
             ("users.tasks_per_user_week",)),
    Question("minutes", "How many minutes does such a case take today?", "20-45", _positive("minutes"), ()),
    Question("saved", "How many of these minutes does a right answer save?", "3-10", _number("saved"),
             ("economics.minutes_saved_per_correct_task",),
             note="Before what errors cost: that is counted beside it."),
    Question("pilot", "Where does or did the pilot run, with how many volunteers or people, how long, since when?",
             "cologne, 70 volunteers, 12 weeks, from 2026-06-01", _pilot, ("pilot", "start_date"),
             note="As many at each site. Say people, not volunteers, where they were picked to be like everybody."),
    Question("showed", "If it has ended: what did it show?",
             "91% of 400 answers right, 82% of 70 active, 28 tickets in 460 person-weeks", _shown, ("pilot.observed",),
             note="Any of the three. The forecast is then built on pilots like yours."),
    Question("systems", "Which systems have to be connected, and which of them after others?",
             "policy-admin, claims-core, fraud-scoring after claims-core",
             lambda given, _: read_systems(given, _allowed("systems")), ("integration.systems",)),
    Question("support", "How many people answer its users, at the first line and as specialists, and when?",
             "6 and 3, mon-fri 7-19", _desk, ("support.tiers",),
             note="Don't know: as many as the pilot's tickets ask for, which is what most do."),
    Question("data_scientists", "How many data scientists and engineers look after it?", "5",
             _number("data_scientists"), ("data_science_team.members",)),
    Question("training", "How many people can be trained in a week?", "100", _number("training"),
             ("change_programme.training",)),
    Question("plan", "When does each site go live, in months after the money is there?",
             "1: cologne, hamburg; 6: munich; 9: the rest", _waves, ("rollout.phases",),
             note="Or only the month in which everybody has it: 12."),
    Question("goal", "What would count as success: which share of all uses it, within how many months of funding?",
             "50% within 18 months", _goal, ("success",)),
    Question("wage", "What does an hour of these people's work cost, with all that is paid on top?", "40-50 EUR",
             _positive("wage", money=True), ("economics.wage_per_hour",)),
    Question("licence", "What does the licence of one user cost a month?", "26 EUR", _number("licence", money=True),
             ("economics.licence_per_user_week",)),
    Question("platform", "What do the platform and its operation cost a month, whoever uses it?", "15,000-40,000 EUR",
             _number("platform", money=True), ("economics.platform_cost_per_week",)),
)  # fmt: skip
