"""What a suite file says: scenarios with overlays and changes, and sweeps over dotted paths."""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import product
from typing import Annotated, Any, Final, NamedTuple, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema, model_validator

from simulator.scenario.measures import ESTIMATED
from simulator.scenario.numbers.forms import plain_number
from simulator.scenario.numbers.number_kinds import Name
from simulator.scenario.numbers.section import Section, needed, stated
from simulator.scenario.scenario import Scenario, Text
from simulator.scenario.sections.people import repeated
from simulator.scenario.text.problems import (
    Finding,
    Location,
    Problem,
    ScenarioError,
    describe,
    listed,
    nearest,
    rejected,
)
from simulator.scenario.text.tree import Node

MOST_SCENARIOS: Final = 500
"""Most scenarios of a suite, the points of its sweeps included."""
MANY: Final = 1_000_000
STEPS: Final = ("from", "to", "step")


def values(given: Any) -> tuple[Any, ...]:
    """The values of a path: as listed, or {from, to, step} counted up, decimally exact; `to` belongs to them."""
    if isinstance(given, Mapping):
        return _counted(given)
    if not isinstance(given, tuple) or not given:
        raise rejected(Finding((), f"found {describe(given)}", "allowed: a list of values, or {from:, to:, step:}"))
    twice = [i for i, value in enumerate(given) if value in given[:i]]
    if twice:
        raise rejected(*(Finding((i,), f"found {describe(given[i])} again", "allowed: each value once") for i in twice))
    return given


def _counted(given: Mapping[str, Any]) -> tuple[int | float, ...]:
    """The numbers of {from, to, step}."""
    findings = [
        Finding((key,), f'unknown key "{key}"', f"allowed: {listed(STEPS)}", nearest(key, STEPS))
        for key in given
        if key not in STEPS
    ]
    for key in STEPS:
        if key not in given and not findings:
            findings.append(Finding((key,), "missing", "needed: the numbers from, to and step"))
        elif key in given and (isinstance(given[key], bool) or not isinstance(given[key], int | float)):
            findings.append(Finding((key,), f"found {describe(given[key])}", "allowed: a number"))
    if findings:
        raise rejected(*findings)
    first, last, step = (Decimal(str(given[key])) for key in STEPS)
    if step <= 0:
        raise rejected(Finding(("step",), f"found {describe(given['step'])}", "allowed: above 0"))
    if last <= first:
        raise rejected(Finding(("to",), f"found {describe(given['to'])}", f"allowed: above from, {given['from']}"))
    count = int((last - first) / step) + 1
    if count > MOST_SCENARIOS:
        raise rejected(Finding(("step",), f"found {_told(count)} values", f"allowed: at most {MOST_SCENARIOS}"))
    counted = (first + i * step for i in range(count))
    return tuple(int(number) if number == int(number) else float(number) for number in counted)


def _told(count: int) -> str:
    """A number of things; Python refuses to write numbers of thousands of digits."""
    return f"{count:,}" if count <= MANY else f"more than {MANY:,}"


def _spelled_out(given: Any) -> Any:
    """A scenario that is given by its name or path alone, as a mapping."""
    return {"scenario": given} if isinstance(given, str) else given


def _unnamed(changes: dict[str, Any]) -> dict[str, Any]:
    """Changes of anything but the name, which stands beside them."""
    if "name" in changes:
        raise rejected(Finding(("name",), "found a name among changes", "allowed: the key name beside set"))
    return changes


def _estimated(name: str) -> str:
    """The name of a measure."""
    if name not in ESTIMATED:
        raise rejected(
            Finding((), f'found "{name}", which is no measure', "allowed: such as npv", nearest(name, ESTIMATED))
        )
    return name


def _once(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names that stand once each."""
    if twice := repeated(names):
        raise rejected(*twice)
    return names


Measure = Annotated[str, AfterValidator(_estimated), WithJsonSchema({"enum": list(ESTIMATED)})]
Reference = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
Changes = Annotated[
    dict[str, Any],
    AfterValidator(_unnamed),
    WithJsonSchema({"type": "object", "propertyNames": {"not": {"const": "name"}}}),
]
Values = Annotated[
    tuple[Any, ...],
    BeforeValidator(values),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "array", "minItems": 1, "uniqueItems": True},
                {
                    "type": "object",
                    "additionalProperties": False,
                    "required": list(STEPS),
                    "properties": {key: {"type": "number"} for key in STEPS},
                },
            ]
        }
    ),
]


class Varied(Section):
    """A scenario that is varied: by overlays, then by changes."""

    scenario: Reference = needed("Scenario: a path relative to this file, or a shipped name.")
    overlays: tuple[Reference, ...] = stated(
        (), "Scenarios that extend others: what they say is laid over this one, in this order.", max_length=20
    )
    changes: Changes = Field(
        default_factory=dict, alias="set", description="Values by dotted path (* stands for every name)."
    )


class Entry(Varied):
    """One scenario of a suite."""

    name: Name | None = stated(None, "Its name in this suite; null: the scenario's own.")


class Point(Section):
    """A named point of a sweep."""

    name: Name = needed("Name of the point: a-z, 0-9 and hyphens.")
    changes: Changes = Field(alias="set", description="Values by dotted path.", min_length=1)


class Variant(NamedTuple):
    """What one scenario of a sweep is: its name after the sweep's, its values by path, and where each is written."""

    name: str
    swept: dict[str, Any]
    written: dict[str, Location]


class Sweep(Varied):
    """One scenario under many values: all combinations of a grid, or named points."""

    name: Name | None = stated(None, "What the names of its scenarios begin with; null: the scenario's name.")
    grid: dict[str, Values] = Field(
        default_factory=dict, description="Values by dotted path, as a list or {from, to, step}: every combination."
    )
    points: tuple[Point, ...] = stated((), "Named points, instead of a grid.", max_length=MOST_SCENARIOS)

    @model_validator(mode="after")
    def _grid_or_points(self) -> Self:
        findings = []
        if bool(self.grid) == bool(self.points):
            found = "found a grid and points" if self.grid else "missing"
            findings.append(Finding(("points" if self.points else "grid",), found, "needed: either grid or points"))
        findings += [
            Finding((*f.at, "name"), f.found, f.allowed) for f in repeated([p.name for p in self.points], "points")
        ]
        for path in self.changes:
            places: list[Location] = [("grid", path)] if path in self.grid else []
            places += [("points", i, "set", path) for i, point in enumerate(self.points) if path in point.changes]
            findings += [Finding(at, f"found {path}, which stands under set too", "allowed: one") for at in places]
        if findings:
            raise rejected(*findings)
        return self

    @property
    def size(self) -> int:
        """The number of its scenarios."""
        size = 1
        for choices in self.grid.values():
            size *= len(choices)
        return size if self.grid else len(self.points)

    def variants(self) -> Iterator[Variant]:
        """Its scenarios in order; the last path of a grid changes fastest."""
        for i, point in enumerate(self.points):
            yield Variant(point.name, point.changes, {path: ("points", i, "set", path) for path in point.changes})
        if not self.grid:
            return
        labels = short_names(list(self.grid))
        for indices in product(*(range(len(choices)) for choices in self.grid.values())):
            chosen = dict(zip(self.grid, indices, strict=True))
            swept = {path: self.grid[path][i] for path, i in chosen.items()}
            name = "-".join(f"{label}-{slug(value)}" for label, value in zip(labels, swept.values(), strict=True))
            yield Variant(name, swept, {path: ("grid", path, i) for path, i in chosen.items()})


class SuiteFile(Section):
    """Scenarios and sweeps that are run as one batch and compared."""

    name: Name = needed("Name of the suite: a-z, 0-9 and hyphens.")
    description: Text = stated("", "What the suite shows.")
    baseline: Name | None = stated(None, "Scenario of the suite that all others are compared with; null: the first.")
    measures: Annotated[tuple[Measure, ...], AfterValidator(_once)] = stated(
        (), "Measures by which the scenarios are compared, the most telling first; none: the usual ones.", max_length=30
    )
    scenarios: tuple[Annotated[Entry, BeforeValidator(_spelled_out)], ...] = stated(
        (), "Scenarios: names or paths, or mappings with overlays, changes and a name.", max_length=MOST_SCENARIOS
    )
    sweeps: tuple[Sweep, ...] = stated((), "Sweeps, which come after the scenarios.", max_length=100)

    @model_validator(mode="after")
    def _of_some_size(self) -> Self:
        if not self.size:
            raise rejected(Finding(("scenarios",), "missing", "needed: scenarios, sweeps or both"))
        if self.size > MOST_SCENARIOS:
            at = ("sweeps",) if self.sweeps else ("scenarios",)
            raise rejected(
                Finding(at, f"found {_told(self.size)} scenarios in all", f"allowed: at most {MOST_SCENARIOS}")
            )
        return self

    @property
    def size(self) -> int:
        """The number of its scenarios."""
        return len(self.scenarios) + sum(sweep.size for sweep in self.sweeps)


def is_suite_tree(tree: Node) -> bool:
    """Whether a file is meant as a suite: by a key that only suites have, or nearly one and none of scenarios' own."""
    given = set(tree.value) if isinstance(tree.value, dict) else set()
    ours, theirs = set(SuiteFile.model_fields), {"extends", *Scenario.model_fields}
    if given & (ours - theirs):
        return True
    return not given & (theirs - ours) and any(nearest(key, ours - theirs) for key in given - ours)


def refuse_suites(trees: Iterable[Node]) -> None:
    """Raise ScenarioError where one of the files of a scenario is a suite."""
    for tree in trees:
        if is_suite_tree(tree):
            allowed = "allowed: a scenario; run a suite with scaleup run, or read it with load_suite"
            raise ScenarioError([Problem("", "found a suite of scenarios", allowed, None, *tree.mark)])


def short_names(paths: list[str]) -> list[str]:
    """The last parts of paths, as many as tell them apart, as parts of a name."""
    parts = [path.replace("*", "all").split(".") for path in paths]
    for length in range(1, max(map(len, parts)) + 1):
        ends = [".".join(names[-length:]) for names in parts]
        if len(set(ends)) == len(ends):
            break
    return [slug(end) for end in ends]


def slug(value: Any) -> str:
    """A value as part of a name: "0-5" for 0.5, "minus-3" for -3."""
    if isinstance(value, Mapping):
        return "-".join(f"{slug(key)}-{slug(inner)}" for key, inner in value.items())
    if isinstance(value, tuple):
        return "-".join(map(slug, value))
    text = "null" if value is None else str(plain_number(value) if isinstance(value, float) else value).lower()
    if isinstance(value, int | float) and not isinstance(value, bool) and value < 0:
        text = f"minus{text}"
    return re.sub(r"[^a-z0-9]+", "-", text).strip("-")
