"""Fuzz the reader: `python -m tests.fuzzing --seconds 60 --seed 1`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.fuzzing.cases import case
from tests.fuzzing.watch import MANY, run_case, run_cases, watch, written


def main() -> int:
    """Run cases and tell what came of them; 1 where there is a fault."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--case", type=int, help="run this case alone, in this process")
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--cases", type=int, default=MANY, help="number of cases")
    parser.add_argument("--seconds", type=float, default=0.0, help="time to run; 0: no limit")
    parser.add_argument("--keep", type=Path, help="folder to which cases with a fault are written, made small")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.case is not None:
        made = case(asked.seed, asked.case)
        print(
            made.kind,
            made.source,
            made.overlays,
            made.sets,
            made.files,
            written(made.tree),
            written(made.changes),
            sep="\n",
        )
        print(run_case(made, print))
        return 0
    if asked.child:
        run_cases(asked.seed, asked.first, asked.cases, asked.seconds, asked.keep)
        return 0
    if asked.cases == MANY and not asked.seconds:
        parser.error("give --seconds, --cases or --case")
    report = watch(asked.seed, asked.first, asked.cases, asked.seconds, asked.keep)
    for number, fault in report.faults:
        print(f"case {number} of seed {asked.seed}: {fault}\n", file=sys.stderr)
    print(f"{report.ran} cases: {dict(report.ended)}; {len(report.faults)} faults")
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
