"""What a line of support needs, quarter by quarter, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from simulator.results.statistics import Estimate, Share

CONFIDENCE: Final = 0.8
"""Share of the worlds in which the recommended people are enough."""
Among = Literal["funded", "success"]
AMONG: Final[tuple[Among, ...]] = ("funded", "success")


def meets(share: Share) -> bool:
    """Whether something holds in at least 80% of the worlds, exactly."""
    return share.share is not None and share.share >= CONFIDENCE


@dataclass(frozen=True)
class Heads:
    """The people needed: `number`, None where no number is enough, or nothing is known.

    `holds` is the share of worlds in which they are enough, `fewer` that in which one fewer is, `never` that in which
    no number is; of `n` worlds. Where some number is enough that nobody has looked for, it is `more_than` this one.
    """

    number: int | None
    holds: Share
    fewer: Share
    never: Share
    n: int
    more_than: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """As files hold it."""
        return {
            "heads": self.number,
            "holds": self.holds.as_dict(),
            "one_fewer_holds": self.fewer.as_dict(),
            "no_headcount": self.never.as_dict(),
            "n": self.n,
            "more_than": self.more_than,
        }


@dataclass(frozen=True)
class Cell:
    """What a line needs in a quarter since funding (from 0).

    Each among all worlds whose programme runs then, and among those of them that succeed with enough people: `heads` by
    simulation, `erlang` by the formula at what comes, `target` by the formula at target adoption. `planned` are the
    heads in the middle of the plan's own worlds, `meets` the share of these in which the line meets its target;
    `succeeding` is the share of those that succeed with enough people in which the heads by simulation are enough, and
    of how many.
    """

    quarter: int
    heads: Mapping[Among, Heads]
    erlang: Mapping[Among, Heads]
    target: Mapping[Among, Heads]
    planned: Estimate
    meets: Share
    succeeding: tuple[Share, int]

    @property
    def number(self) -> int | None:
        """The heads that are recommended for the quarter."""
        return self.heads["funded"].number


@dataclass(frozen=True)
class Check:
    """The recommended heads of the quarter that needs most, on fresh replications; and one fewer.

    `raised_from` is the number that did not hold there, if it did not; `fewer` is None where nobody is needed.
    """

    quarter: int
    number: int
    holds: Share
    fewer: Share
    raised_from: int | None = None

    @property
    def held(self) -> bool:
        """Whether it is enough in 80% of the fresh worlds."""
        return meets(self.holds)


@dataclass(frozen=True)
class Line:
    """A line of support: its quarters, and the check of the one that needs most; None where no number is enough."""

    tier: str
    cells: tuple[Cell, ...]
    check: Check | None = None

    @property
    def peak(self) -> Cell | None:
        """The quarter that needs most people, of several the one with the least to spare; None where none is told."""
        known = [cell for cell in self.cells if cell.number is not None]
        if not known:
            return None
        return max(known, key=lambda cell: (cell.number, -float(cell.heads["funded"].holds), -cell.quarter))

    @property
    def recommended(self) -> list[int | None]:
        """The heads of each quarter, with what the check on fresh replications adds; None where none is enough."""
        if self.check is None or self.check.raised_from is None:
            return [cell.number for cell in self.cells]
        was, now = self.check.raised_from, self.check.number
        return [now if cell.number == was else cell.number for cell in self.cells]

    @property
    def staircase(self) -> list[int]:
        """The heads with which the plan is simulated: nobody is dismissed; where none is enough, those before."""
        known = [number for number in self.recommended if number is not None]
        lowest = known[0] if known else 0
        found: list[int] = []
        for number in self.recommended:
            found.append(max(found[-1] if found else lowest, lowest if number is None else number))
        return found
