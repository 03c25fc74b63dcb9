"""Plans as they are named (scenarios, files, results, folders of results), brought to results that can be paired."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from simulator.analysis.frame.runs import Stored, refuse_other_versions, result_folder, runs, stopped_before
from simulator.experiment.settings import Settings
from simulator.results.result import Result
from simulator.results.suite_result import SuiteResult
from simulator.scenario import Member, Scenario, Suite, load
from simulator.stepping.arguments import DESIGN, REPLICATIONS, SEED, ArgumentError

if TYPE_CHECKING:
    from simulator.experiment.batch import Looks

MOST = 26
"""The most plans that can be compared: as many as there are letters."""

Source = Scenario | Result | str | os.PathLike[str] | Mapping[str, Any]


class PairedPlans:
    """Results by letter, over the same replications, each under a name of its own.

    `same_as` has the first letter of the same plan. `settings` are those that they were simulated with.
    """

    def __init__(
        self, sources: Sequence[Source], arguments: Mapping[str, Any], least: int = 2, *, simulated: bool = False
    ) -> None:
        """Read the plans, `least` of them; `arguments` are those of `run`, None where results that are there decide.

        `simulated`: all of them are to be simulated, so that none may be a result.
        Raises `ScenarioError`, `OutputError`, and `ArgumentError` for what can't be paired.
        """
        if isinstance(sources, str | os.PathLike | Mapping) or not isinstance(sources, Sequence):
            raise ArgumentError("{plans} is {found}; it must be a list", found=type(sources).__name__)
        if not least <= len(sources) <= MOST:
            raise ArgumentError(
                "there {verb} {found} to compare; name from {least} to {most}",
                verb="is" if len(sources) == 1 else "are",
                found="1 plan" if len(sources) == 1 else f"{len(sources)} plans",
                least=least,
                most=MOST,
            )
        read = [_read(source) for source in sources]
        if simulated and not all(isinstance(one, Scenario) for one in read):
            raise ArgumentError(
                "a result that is there can't go on; name its scenario, and with {out} the folder above what is there"
            )
        self.settings = _settings(read, arguments)
        stored = [one for one in read if isinstance(one, Stored)]
        refuse_other_versions(stored, beside_new=any(isinstance(one, Scenario) for one in read))
        plans = [one.result if isinstance(one, Stored) else one for one in read]
        letters = [chr(ord("A") + place) for place in range(len(plans))]
        self.same_as = _same(plans, letters)
        self._named = dict(zip(letters, _named(plans, letters), strict=True))

    @property
    def scenarios(self) -> list[Scenario]:
        """The plans themselves, in order."""
        return [one.scenario if isinstance(one, Result) else one for one in self._named.values()]

    def results(
        self, name: str, before: Callable[[], None] | None = None, looks: Looks | None = None
    ) -> dict[str, Result]:
        """The results by letter, for the analysis `name`; `before` is called before anything is simulated.

        With `looks` all plans that are simulated stop together, at one of these.
        A plan that is named twice is simulated once. Raises what `run` raises.
        """
        first = (one for label, one in self._named.items() if self.same_as[label] == label)
        done = runs([one for one in first if isinstance(one, Scenario)], self.settings, name, before, looks)
        if done.interrupted:
            raise stopped_before(name, "all plans were simulated", self.settings)
        for error in done.refused.values():
            raise error
        found: dict[str, Result] = {}
        for label, one in self._named.items():
            if isinstance(one, Result):
                found[label] = one
            else:
                like = done.results[one.name] if self.same_as[label] == label else found[self.same_as[label]]
                found[label] = _renamed(like, one)
        return found


def sharing_a_pilot(name: str, results: Sequence[Result]) -> SuiteResult:
    """Results, each under a name of its own, that share the weights of an observed pilot: that of the first, if any."""
    members = tuple(Member(result.scenario) for result in results)
    suite = Suite(name, "", members[0].scenario.name, members)
    return SuiteResult(suite, {result.scenario.name: result for result in results}, {})


def _read(source: Source) -> Scenario | Result | Stored:
    """A plan as it was named; raises `ScenarioError`, `OutputError`, and `ArgumentError` for a part of a result."""
    if isinstance(source, Scenario):
        return source
    if isinstance(source, Result):
        if source.within is not None or source.interrupted:
            raise ArgumentError(
                "{name} has {told}; compare whole results", name=source.scenario.name, told=source.count_told
            )
        return source
    folder = result_folder(os.fspath(source)) if isinstance(source, str | os.PathLike) else None
    return load(source) if folder is None else Stored.read(folder)


def _settings(read: Sequence[Scenario | Result | Stored], arguments: Mapping[str, Any]) -> Settings:
    """The settings of the runs: those of the results that there are, which must be one another's, and what was said."""
    asked = {
        "replications": (arguments["replications"], REPLICATIONS),
        "seed": (arguments["seed"], SEED),
        "design": (arguments["design"], DESIGN),
    }
    there = [
        (_place(one), one.result if isinstance(one, Stored) else one) for one in read if not isinstance(one, Scenario)
    ]
    chosen: dict[str, Any] = {}
    for name, (said, default) in asked.items():
        found = {place: _made(result, name) for place, result in there}
        values = set(found.values()) | ({said} if said is not None else set())
        if len(values) > 1:
            told = [f"{place} has {value}" for place, value in found.items()]
            told += [] if said is None else [f"{{{name}}} says {said}"]
            raise ArgumentError(
                "plans can be compared over the same {what} only: " + "; ".join(told) + "; run them alike", what=name
            )
        chosen[name] = next(iter(values), default)
    return Settings(**{**arguments, **chosen})


def _place(one: Result | Stored) -> str:
    return str(one.folder) if isinstance(one, Stored) else f"the result of {one.scenario.name}"


def _made(result: Result, name: str) -> Any:
    return result.requested if name == "replications" else getattr(result, name)


def _named(plans: Sequence[Scenario | Result], letters: Sequence[str]) -> list[Scenario | Result]:
    """The plans, each under a name of its own: of those that share one, the later have their letter behind it."""
    taken: set[str] = set()
    found: list[Scenario | Result] = []
    for one, letter in zip(plans, letters, strict=True):
        scenario = one.scenario if isinstance(one, Result) else one
        others = (f"{scenario.name[:58]}-{letter.lower()}{number or ''}" for number in range(len(plans)))
        name = next(name for name in (scenario.name, *others) if name not in taken)
        taken.add(name)
        renamed = scenario if name == scenario.name else scenario.with_changes({"name": name})
        found.append(_renamed(one, renamed) if isinstance(one, Result) else renamed)
    return found


def _renamed(result: Result, scenario: Scenario) -> Result:
    """A result under the name of a scenario that is the same but for it."""
    if result.scenario is scenario:
        return result
    same = result.records, result.account, result.analysis_rows
    return Result(scenario, *same)


def _same(plans: Sequence[Scenario | Result], letters: Sequence[str]) -> dict[str, str]:
    """Letters by the first letter of the same plan: nothing but names and words sets the two apart."""
    first: list[tuple[Any, str]] = []
    found = {}
    for one, letter in zip(plans, letters, strict=True):
        scenario, callbacks = (one.scenario, one.callbacks) if isinstance(one, Result) else (one, ())
        document = {key: value for key, value in scenario.resolved().items() if key not in ("name", "description")}
        found[letter] = next((label for known, label in first if known == (document, callbacks)), letter)
        first.append(((document, callbacks), letter))
    return found
