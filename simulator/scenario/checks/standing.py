"""How much of a scenario is its own: which of the numbers that move the answer most are still priors."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from simulator.scenario.building import build
from simulator.scenario.checks.inputs import numbers
from simulator.scenario.numbers.per_case import NOTES, TASKS, middle
from simulator.scenario.numbers.priors import prior
from simulator.scenario.numbers.section import Section
from simulator.scenario.sections.people import Pilot, Site
from simulator.scenario.sections.rollout import Rollout
from simulator.scenario.text.tree import from_python

if TYPE_CHECKING:
    from simulator.scenario.scenario import Scenario


class Telling(NamedTuple):
    """A kind of number that moves the answer, in words, and whether a planner can find it out before the roll-out."""

    path: str
    words: str
    can_know: bool = True


TELLING: Final = (
    Telling("economics.minutes_saved_per_correct_task", "minutes that a right answer saves"),
    Telling("users.return_per_week", "how fast people who went back return", can_know=False),
    Telling("economics.realised_share", "share of the time saved that becomes value"),
    Telling("support.tickets_per_noticed_error", "tickets that a noticed error opens"),
    Telling("users.return_base", "how many return whatever they think of it", can_know=False),
    Telling("users.habit.protection", "how far habit protects from going back", can_know=False),
    Telling("economics.cost_per_error", "what an error costs that nobody notices"),
    Telling("users.segments.mainstream.onset_per_week", "how fast the mainstream begins", can_know=False),
    Telling("users.notice_probability", "share of errors that people notice"),
    Telling("economics.wage_per_hour", "what an hour of the users costs"),
    Telling("users.movers.share", "share of people who move on to other work"),
    Telling("economics.licence_per_user_week", "licences"),
    Telling("users.tasks_per_user_week", "cases a week"),
    Telling("economics.platform_cost_per_week", "platform"),
    Telling("users.surfacing_share", "share of the other errors that come to light"),
    Telling("sites.*.data_quality", "data of the sites"),
)
"""The inputs of `typical-programme` whose rank correlation with success, the value of funding or final adoption is
above 0.1 in size among funded programmes of 3,000 replications, the strongest first; and the data of its sites: at
most 0.07 each, but there are many."""
WORTH: Final = tuple(
    f"economics.{name}" for name in ("minutes_saved_per_correct_task", "realised_share", "wage_per_hour")
)
"""What a right answer is worth, unless that is stated as one sum."""
NOT_ASKED: Final = ("initially_active", "initially_onboarded", TASKS)
"""Fields of users that say what is simulated, and how the work is cut into cases, rather than what is believed."""
PLAUSIBLE_HOURS: Final = 10.0
"""Hours that right answers save a user in a week, beyond which somebody should look again: a quarter of a working week;
where tools are in the flow of the work, studies find some 15% (Brynjolfsson, Li and Raymond 2025)."""


def still_priors(scenario: "Scenario") -> list[Telling]:
    """Which of the telling numbers are as believed of anybody; of those that sites have, where any site's is."""
    own = scenario.resolved()
    believed = _believed(own)
    told = WORTH if own["economics"]["value_per_correct_task"] is not None else ()
    return [
        telling
        for telling in TELLING
        if telling.path not in told and any(_same(*pair) for pair in _pairs(own, believed, telling.path.split(".")))
    ]


def told_standing(scenario: "Scenario") -> str:
    """A sentence on how many of the telling numbers are the scenario's own, and which could be found out."""
    open_ = still_priors(scenario)
    own = len(TELLING) - len(open_)
    if not open_:
        return f"all {len(TELLING)} kinds of numbers that move the answer most are its own"
    told = f"of the {len(TELLING)} kinds of numbers that move the answer most, {own or 'none'} "
    told += f"{'are' if own > 1 else 'is'} its own; the others are as believed of any programme"
    known = [telling.words for telling in open_ if telling.can_know]
    return told + (f". To be found out: {', '.join(known)}" if known else ", and nobody knows them beforehand")


def implausible(scenario: "Scenario") -> list[str]:
    """What a reader should look at again: hours saved in a week that hardly anybody saves."""
    economics, tasks = scenario.resolved()["economics"], scenario.resolved()["users"][TASKS]
    minutes, cases = middle(economics["minutes_saved_per_correct_task"]), middle(tasks)
    if economics["value_per_correct_task"] is not None or minutes is None or cases is None:
        return []
    hours = minutes * cases / 60.0
    if hours <= PLAUSIBLE_HOURS:
        return []
    fields = "economics.minutes_saved_per_correct_task and users.tasks_per_user_week"
    told = f"{minutes:g} minutes saved by a right answer, times {cases:g} cases, are {hours:.1f} hours"
    return [f"{told} of each user's week: look at {fields} again"]


def priors_kept(scenario: "Scenario") -> set[str]:
    """Paths of the numbers that are as believed of any programme: what they are where nothing is stated.

    Sources do not matter. What every plan has to state itself (its users, its dates) is never among them.
    """
    own = scenario.resolved()
    believed = {one.path: str(one.value) for one in numbers(_of_anybody(own))}
    kept = {one.path for one in numbers(scenario) if believed.get(one.path) == str(one.value)}
    cases = f"users.{TASKS}"
    if not _same(own["users"][TASKS], prior(cases)):
        kept.discard(cases)
    return {path for path in kept if not _has_to_be_stated(path)}


def _believed(own: Mapping[str, Any]) -> Mapping[str, Any]:
    """The document of the same sites with the same cases, where everything else is left out."""
    document = _of_anybody(own).document()
    return {**document, "users": {**document["users"], TASKS: prior(f"users.{TASKS}")}}


def _of_anybody(own: Mapping[str, Any]) -> "Scenario":
    """What has to be stated, and cases, as in a document; everything else is left out."""
    from simulator.scenario.scenario import Scenario

    stated = {key: own[key] for key in _required(Scenario)} | {"users": {key: own["users"][key] for key in NOT_ASKED}}
    stated["sites"] = [{key: site[key] for key in _required(Site)} for site in own["sites"]]
    for key, section in (("pilot", Pilot), ("rollout", Rollout)):
        if own[key] is not None:
            stated[key] = {name: own[key][name] for name in _required(section)}
    return build(Scenario, from_python(stated))


def _required(section: type[Section]) -> list[str]:
    return [field.alias or name for name, field in section.model_fields.items() if field.is_required()]


def _has_to_be_stated(path: str) -> bool:
    """Whether no plan goes without a number, so that nothing is believed of it."""
    from simulator.scenario.scenario import Scenario

    head, *rest = path.split(".")
    if head == "sites":
        return rest[-1] in _required(Site)
    if head == "pilot":
        return rest[0] in _required(Pilot)
    return rest[0] in _required(Rollout) if head == "rollout" else head in _required(Scenario)


def _pairs(own: Any, believed: Any, path: list[str]) -> list[tuple[Any, Any]]:
    """What stands at a path in both documents; * is for each thing of a list, a name for the one of that name."""
    if not path:
        return [(own, believed)]
    head, *rest = path
    if isinstance(own, list) and isinstance(believed, list):
        others = {thing["name"]: thing for thing in believed}
        return [
            pair
            for thing in own
            if head in ("*", thing["name"]) and thing["name"] in others
            for pair in _pairs(thing, others[thing["name"]], rest)
        ]
    if isinstance(own, Mapping) and isinstance(believed, Mapping) and head in own and head in believed:
        return _pairs(own[head], believed[head], rest)
    return []


def _same(own: Any, believed: Any) -> bool:
    """Whether two numbers are the same, whatever source stands beside them."""
    return bool(_bare(own) == _bare(believed))


def _bare(form: Any) -> Any:
    if not isinstance(form, Mapping):
        return form
    rest = {key: value for key, value in form.items() if key not in NOTES}
    return rest["value"] if set(rest) == {"value"} else rest
