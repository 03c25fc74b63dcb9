"""The result of a suite: the results of its scenarios, how they compare, and its two files."""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import ConfigDict, StringConstraints, model_validator

from simulator.results.accessors import view
from simulator.results.conditioning import NOTHING, ConditioningError, Plan, shared
from simulator.results.paired import difference, estimate
from simulator.results.statistics import Estimate
from simulator.scenario import Suite
from simulator.scenario.measures import ESTIMATED, headlines
from simulator.scenario.text.problems import UnknownNameError, unknown
from simulator.store.files import OutputError, refuse_others, remove, replace, shown, temporaries, write_json
from simulator.store.shard_files import SUMMARY
from simulator.store.stored_json import Fields, described, read_json, validated

if TYPE_CHECKING:
    import pandas as pd

    from simulator.results.result import Result

COMPARED = ("estimate", "low", "high", "n", "difference", "difference_low", "difference_high", "pairs")
JSON, TABLE = "suite.json", "suite.csv"
SET = "set."
"""What the columns of swept values begin with."""


class SuiteResult(Mapping[str, "Result"]):
    """The results of a suite's scenarios by name, in its order, and their comparison with the baseline.

    A mapping: `suite["name"]`, `for name in suite`, `len(suite)`, `suite.items()`.

    Those with the same observed pilot are weighted alike (`conditioning.shared`); where it can't be used, they are
    unweighted, and stand in `unweighted` with the reason. `refused` are the scenarios without a result, and why; those
    that an interruption left out are in none of them.
    """

    def __init__(self, suite: Suite, results: Mapping[str, Result], refused: Mapping[str, Exception]) -> None:
        self.suite = suite
        kept: dict[str, Result] = {
            name: error.result
            for name, error in refused.items()
            if isinstance(error, ConditioningError) and error.result is not None
        }
        there = {name: of for name, of in {**results, **kept}.items() if name in suite.names}
        whole = all(result.estimable for result in results.values())  # a part may be too few, and waits for the others
        conditioned = shared({name: Plan(of.scenario, of.records) for name, of in there.items()}, suite.baseline)
        self.results = {
            name: there[name]
            if conditioned[name] is NOTHING
            else there[name].under(conditioned[name], takes_refusal=whole)
            for name in suite.names
            if name in there
        }
        self.refused = {name: error for name, error in refused.items() if name not in there}

    @property
    def unweighted(self) -> dict[str, str]:
        """Scenarios that can't be conditioned on their observed pilot, so that all replications count, and why."""
        return {name: result.refusal for name, result in self.results.items() if result.refusal and result.estimable}

    @property
    def told(self) -> list[str]:
        """What a reader has to know about observed pilots, each once."""
        found = [f"{', '.join(names)}: {reason}" for reason, names in self._refusals().items()]
        found += [line for result in self.results.values() if result.estimable for line in result.conditioning.told]
        return list(dict.fromkeys(found))

    def _refusals(self) -> dict[str, list[str]]:
        """Names of scenarios by why they can't be conditioned."""
        found: dict[str, list[str]] = {}
        for name, reason in self.unweighted.items():
            found.setdefault(reason, []).append(name)
        return found

    def __getitem__(self, name: str) -> Result:
        if name not in self.results:
            raise self._missing(name)
        return self.results[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other

    def _missing(self, name: object) -> KeyError:
        """Why there is no result of a name."""
        if name in self.refused:
            return UnknownNameError(f"{name} has no result: {self.refused[str(name)]}")
        if name in self.suite.names:
            return UnknownNameError(f"{name} has no result: it was not begun")
        return unknown("scenario in this suite", name, self.suite.names)

    @property
    def replications_done(self) -> int:
        """The number of replications of all scenarios together."""
        return sum(result.replications_done for result in self.results.values())

    @property
    def requested(self) -> int:
        """How many were asked for; of a scenario that had not begun, as many as of the others at most."""
        each = [result.requested for result in self.results.values()]
        waiting = len(self.suite.members) - len(self.results) - len(self.refused)
        return sum(each) + waiting * max(each)

    @property
    def interrupted(self) -> bool:
        """Whether it was stopped before all replications of all scenarios had been tried."""
        tried = {*self.results, *self.refused}
        return len(tried) < len(self.suite.members) or any(result.interrupted for result in self.results.values())

    @property
    def complete(self) -> bool:
        """Whether every replication of every scenario is there."""
        lacking = self.refused or self.unweighted
        return not self.interrupted and not lacking and all(result.complete for result in self.results.values())

    @cached_property
    def measures(self) -> tuple[str, ...]:
        """The measures that the suite names, or the headline measures: those that any of the scenarios has."""
        wanted = self.suite.measures or headlines("suite")
        return tuple(name for name in wanted if any(estimate(result, name).n for result in self.results.values()))

    def measures_in_order(self, usual: Sequence[str]) -> list[str]:
        """The same in the order in which they are shown: as the suite names them, or those of `usual`."""
        return [name for name in self.suite.measures or usual if name in self.measures]

    def estimates(self, name: str, measures: Sequence[str] | None = None) -> dict[str, Estimate]:
        """The measures of a scenario."""
        return {measure: estimate(self[name], measure) for measure in measures or self.measures}

    def differences(self, name: str, measures: Sequence[str] | None = None) -> dict[str, Estimate]:
        """What a scenario has more than the baseline, replication by replication; empty for that one, or without it.

        Empty also where an observed pilot that can be used for one of them can't be used for the other.
        """
        baseline = self.results.get(self.suite.baseline)
        if baseline is None or name == self.suite.baseline or baseline.refusal != self.results[name].refusal:
            return {}
        return {measure: difference(self[name], baseline, measure) for measure in measures or self.measures}

    @cached_property
    def comparison(self) -> pd.DataFrame:
        """A row per scenario and headline measure: see `compare`."""
        return self.compare()

    def compare(self, measures: Sequence[str] | None = None) -> pd.DataFrame:
        """A row per scenario and measure, NaN for what can't be told.

        Columns: `estimate` with the ends of its 95% interval and `n` replications that count; `difference` from the
        baseline over the same replications, with the ends of its interval, and the number of `pairs`.
        """
        import pandas as pd

        rows = {}
        for name in self.results:
            differences = self.differences(name, measures)
            for measure, found in self.estimates(name, measures).items():
                more = differences.get(measure, Estimate(None, None, None, 0))
                rows[name, measure] = (*found.as_dict().values(), *more.as_dict().values())
        frame = pd.DataFrame.from_dict(rows, orient="index", columns=list(COMPARED))
        frame.index = pd.MultiIndex.from_tuples(rows, names=["scenario", "measure"])
        return frame.astype({name: "int64" if name in ("n", "pairs") else "float64" for name in COMPARED})

    @property
    def table(self) -> pd.DataFrame:
        """A row per scenario: swept values in `set.<path>` columns, headline measures, differences; as `suite.csv`."""
        import pandas as pd

        return pd.DataFrame(self._rows()).set_index("scenario")

    def _rows(self) -> list[dict[str, Any]]:
        paths = dict.fromkeys(path for member in self.suite.members for path in member.swept)
        rows = []
        for member in self.suite.members:
            name = member.scenario.name
            if name not in self.results:
                continue
            row: dict[str, Any] = {"scenario": name}
            row |= {SET + path: _cell(member.swept.get(path)) for path in paths}
            row["replications"] = self.results[name].replications_done
            if any(of.conditioning.checks for of in self.results.values()):
                size = self.results[name].effective_sample_size if self.results[name].estimable else None
                row["effective_sample_size"] = size
            differences = self.differences(name)
            for measure, found in self.estimates(name).items():
                more = differences.get(measure, Estimate(None, None, None, 0))
                row |= {measure: found.value, f"{measure}_low": found.low, f"{measure}_high": found.high}
                row |= {f"{measure}_difference": more.value, f"{measure}_difference_low": more.low}
                row[f"{measure}_difference_high"] = more.high
            rows.append(row)
        return rows

    def as_dict(self) -> dict[str, Any]:
        """The content of `suite.json`: plain values, None where there is nothing to say, never NaN."""
        any_result = next(iter(self.results.values()))
        return {
            "suite": self.suite.name,
            "description": self.suite.description,
            "baseline": self.suite.baseline,
            "measures": list(self.suite.measures),
            "seed": any_result.seed,
            "engine": any_result.engine,
            "design": any_result.design,
            "members": {member.scenario.name: dict(member.swept) for member in self.suite.members},
            "refused": {name: str(error) for name, error in self.refused.items()},
            **({"unweighted": self.unweighted} if self.unweighted else {}),
            "scenarios": [
                {
                    "scenario": name,
                    "scenario_hash": result.scenario.hash,
                    "replications": result.replications_done,
                    **_pilot_told(result),
                    "estimates": {measure: found.as_dict() for measure, found in self.estimates(name).items()},
                    "differences": {measure: found.as_dict() for measure, found in self.differences(name).items()},
                }
                for name, result in self.results.items()
            ],
        }

    def summaries(self) -> list[dict[str, Any]]:
        """`summary.json` of each scenario, and how it stands in the suite under `suite`."""
        found = self.as_dict()
        return [
            result.as_dict()
            | {
                "suite": {
                    "name": self.suite.name,
                    "baseline": self.suite.baseline,
                    "swept": found["members"][result.scenario.name],
                    "differences": told["differences"],
                }
            }
            for result, told in zip(self.results.values(), found["scenarios"], strict=True)
            if result.estimable
        ]

    def write(self, out: str | os.PathLike[str]) -> None:
        """Write `suite.json` and `suite.csv` to `out`, and summaries that a pilot that did not happen changes.

        Raises `WriteError`.
        """
        for name, result in self.results.items():
            if result.conditioning.another and result.estimable and (Path(out) / name).is_dir():
                write_json(Path(out) / name / SUMMARY, result.as_dict())
        for path in temporaries(Path(out), f"{re.escape(JSON)}|{re.escape(TABLE)}"):
            remove(path)
        write_json(Path(out) / JSON, self.as_dict())
        text = StringIO(newline="")
        rows = self._rows()
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        replace(Path(out) / TABLE, lambda file: file.write(text.getvalue().encode()))

    def __rich__(self) -> Any:
        return view("suite_table", self)

    def _repr_html_(self) -> str:
        return str(view("suite_html", self))

    def __repr__(self) -> str:
        told = f"{len(self.results)} of {len(self.suite.members)} scenarios"
        if self.interrupted:
            told += f", interrupted: {self.replications_done:,} of {self.requested:,} replications"
        return f"SuiteResult({self.suite.name!r}, {told})"


def _pilot_told(result: Result) -> dict[str, Any]:
    """What `suite.json` tells of an observed pilot; nothing where there is none."""
    if not (result.conditioning.checks and result.estimable):
        return {}
    another = {"pilot_did_not_happen": result.conditioning.another} if result.conditioning.another else {}
    return {"effective_sample_size": result.effective_sample_size, **another}


class ToldSuite(Fields):
    """What `suite.json` tells of its suite; its numbers are not read again."""

    model_config = ConfigDict(extra="ignore")

    suite: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$", max_length=64)]
    description: str
    baseline: str
    measures: list[str]
    members: dict[str, dict[str, Any]]

    @property
    def definition(self) -> tuple[Any, ...]:
        """What makes it the same suite as another."""
        return self.suite, self.baseline, self.members, self.measures

    @model_validator(mode="after")
    def _hangs_together(self) -> ToldSuite:
        if self.baseline not in self.members:
            raise ValueError("baseline is none of members")
        unknown = [name for name in self.measures if name not in ESTIMATED]
        if unknown:
            raise ValueError(f"measures names {described(unknown[0])}, which is no measure")
        return self


def check_suite_folder(out: str | os.PathLike[str], name: str) -> None:
    """Raises `OutputError` when `out` holds the table of another suite, which would be lost."""
    for place in (JSON, TABLE):
        refuse_others(Path(out) / place)
    found = read_suite_json(Path(out))
    if found is not None and found.suite != name:
        raise OutputError(f"{shown(out)} holds the suite {found.suite}; choose another folder for {name}")


def read_suite_json(folder: Path) -> ToldSuite | None:
    """What a `suite.json` tells of its suite, None where there is none; raises `OutputError` when it can't be used."""
    found = read_json(folder / JSON)
    return None if found is None else validated(ToldSuite, found, folder / JSON)


def _cell(value: Any) -> Any:
    """A swept value as a table holds it: what is no scalar as JSON."""
    return json.dumps(value) if isinstance(value, Mapping | list | tuple | bool) else value
