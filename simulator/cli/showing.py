"""What commands print of results: for a planner, or as a JSON list of summaries and nothing else."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.cli.output import complain, console, escaped, escaped_name, reader_may_leave

if TYPE_CHECKING:
    from simulator.results.result import Result
    from simulator.results.suite_result import SuiteResult


def every_result(result: Result | SuiteResult) -> list[Result]:
    """The results of scenarios that a result is or holds."""
    from simulator.results.result import Result

    return [result] if isinstance(result, Result) else list(result.results.values())


def show(results: Sequence[Result | SuiteResult], out: Path | None, *, first: bool = True) -> None:
    """Print results for a planner, and where they were written; a line before each but the `first`."""
    from simulator.results.result import Result
    from simulator.results.suite_result import JSON, TABLE

    for result in results:
        if isinstance(result, Result) and not result.estimable:
            continue  # a warning has told that this part has no estimates of its own
        place = console()
        if not first:
            place.print()
        place.print(result)
        first = False
        if out is not None and isinstance(result, Result):
            print(f"Written to {escaped_name(out / result.scenario.name)}")
        elif out is not None:
            print(f"Written to {escaped_name(out)}: {TABLE}, {JSON}, and a folder for each scenario")


def summaries(results: Iterable[Result | SuiteResult]) -> list[dict[str, Any]]:
    """The summary of every scenario that has estimates."""
    from simulator.results.result import Result

    found: list[dict[str, Any]] = []
    for result in results:
        if not isinstance(result, Result):
            found += result.summaries()
        elif result.estimable:
            found.append(result.as_dict())
    return found


def show_json(content: list[dict[str, Any]]) -> None:
    """Print a JSON list."""
    json.dump(content, sys.stdout, indent=2, allow_nan=False, ensure_ascii=False)
    print()


def tell_lines(lines: Iterable[str], *, to_errors: bool) -> None:
    """Print lines to standard output, or to standard error."""
    with reader_may_leave():
        for line in lines:
            if to_errors:
                complain(line)
            else:
                print(escaped(line))


def tell_refused(refused: Mapping[str, Exception]) -> None:
    """Print why scenarios have no result, others having one."""
    for name, error in refused.items():
        complain(f"{name} has no result: {error}")
