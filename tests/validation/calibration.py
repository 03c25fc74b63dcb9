"""Calibration: the few free parameters that are fitted, to the rows marked *fitted* and to nothing else.

`python -m tests.validation.calibration` simulates every cell of a grid with common random numbers, and writes what was
fitted and how well to `docs/calibration.md`. A cell is *accepted* when every target of its fit is within its bounds.
Where several cells are, the data do not tell them apart: the scenario file keeps their range as uncertainty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from simulator.scenario import load
from simulator.scenario.numbers.priors import prior
from tests.validation.page import DOCS, table
from tests.validation.studies import SEED, Reading, funded, mean_of, simulate

Quantity = Mapping[str, float]


@dataclass(frozen=True)
class Parameter:
    """A free parameter: its path, and the values that are tried."""

    path: str
    values: Mapping[str, Quantity | None]
    why: str


@dataclass(frozen=True)
class Aim:
    """A measure of a fitted row, and the bounds between which its mean over funded replications must lie."""

    measure: str
    low: float
    high: float
    name: str


@dataclass(frozen=True)
class Fit:
    """Parameters of one scenario, and the rows to which they are fitted."""

    scenario: str
    replications: int
    parameters: tuple[Parameter, ...]
    aims: tuple[Aim, ...]
    given: tuple[Parameter, ...] = ()
    """Numbers of the file that are not fitted, but on which the readings hang: read with each of these values too."""


def around(middles: tuple[float, ...], below: float, above: float) -> dict[str, Quantity]:
    """Quantities with these medians; p10 and p90 lie so far from them."""
    return {f"{p50:g}": {"p10": round(p50 - below, 4), "p50": p50, "p90": round(p50 + above, 4)} for p50 in middles}


FITS = (
    Fit(
        "manufacturing-12-plants",
        200,
        (
            Parameter(
                "pilot.curation",
                {f"{p50:g}": {"p10": p10, "p50": p50, "p90": p90} for p10, p50, p90 in
                 ((0.5, 0.7, 0.85), (0.65, 0.8, 0.9), (0.8, 0.9, 0.95), (0.9, 0.95, 0.98))},
                "how much of the gaps in the pilot's data was closed by hand: nobody publishes it",
            ),
            Parameter(
                "ai.data_quality_sensitivity",
                around((0.66, 0.7, 0.74, 0.78, 0.82), 0.1, 0.1),
                "accuracy lost where records are worthless; five benchmarks bound its middle value by 0.34 and 0.83",
            ),
        ),
        (
            Aim("accuracy_pilot", 0.92, 0.96, "94% at the pilot plant"),
            Aim("accuracy_scaled_all_sites", 0.59, 0.63, "61% over 12 plants"),
        ),
        (
            Parameter(
                "ai.retraining.corrections_to_halve",
                {"as believed elsewhere": prior("ai.retraining.corrections_to_halve"), "nothing is learned": None},
                "corrected alerts by which half of a plant's shortcomings go: ten times as many as elsewhere, because "
                "they bring back no paper logs; chosen for that reason, which nobody has measured",
            ),
        ),
    ),
    Fit(
        "retail-chatbot",
        200,
        (
            Parameter(
                "ai.hand_over_share",
                around((0.04, 0.06, 0.08, 0.1, 0.12), 0.02, 0.02),
                "how soon it asks for a person: set by whoever builds a chatbot, and not published",
            ),
        ),
        (Aim("resolution_pilot", 0.78, 0.82, "80% in the pilot"),),
    ),
    Fit(
        "typical-programme",
        600,
        (
            Parameter(
                "economics.minutes_saved_per_correct_task",
                {f"{p50:g}": {"p10": 0.5 * p50, "p50": p50, "p90": 1.6 * p50} for p50 in (20, 30, 40, 50, 60)},
                "minutes that a right answer saves: registers, users and trials say 11 to 67 of a case",
            ),
        ),
        (Aim("pays", 0.20, 0.30, "25% delivered the expected return"),),
    ),
)  # fmt: skip


def reading(fit: Fit, changes: Mapping[str, Any], aim: Aim) -> Reading:
    """What the scenario shows for one aim with these changes."""
    rows = funded(simulate(fit.scenario, fit.replications, changes))
    return mean_of(rows[aim.measure].astype(float))


def report(fit: Fit) -> str:
    """The fit as Markdown."""
    lines = []
    accepted: list[list[str]] = []
    for names in product(*(parameter.values for parameter in fit.parameters)):
        changes = {p.path: p.values[name] for p, name in zip(fit.parameters, names, strict=True)}
        readings = [reading(fit, changes, aim) for aim in fit.aims]
        good = all(aim.low <= x.value <= aim.high for aim, x in zip(fit.aims, readings, strict=True))
        if good:
            accepted.append([str(changes[p.path]) for p in fit.parameters])
        lines.append([*names, *(str(x) for x in readings), "accepted" if good else ""])
        print(fit.scenario, *lines[-1], flush=True)
    titles = [*(p.path for p in fit.parameters), *(aim.name for aim in fit.aims), ""]
    text = f"## {fit.scenario}\n\n"
    for parameter in fit.parameters:
        text += f"- free: `{parameter.path}`, {parameter.why}\n"
    text += f"- in the file now: {', '.join(in_file(fit.scenario, p.path) for p in fit.parameters)}\n"
    for aim in fit.aims:
        text += f"- fitted to: {aim.name}, between {aim.low:g} and {aim.high:g}\n"
    text += f"- {len(accepted)} of {len(lines)} cells accepted, {fit.replications} replications each, seed {SEED}\n\n"
    text += table(titles, lines)
    for parameter in fit.given:
        text += f"\nNot fitted: `{parameter.path}`, {parameter.why}. In the file now: "
        text += f"{in_file(fit.scenario, parameter.path)}.\n\n"
        rows = [[name, *(str(reading(fit, {parameter.path: value}, aim)) for aim in fit.aims)]
                for name, value in parameter.values.items()]  # fmt: skip
        text += table([parameter.path, *(aim.name for aim in fit.aims)], rows)
    return text


def in_file(scenario: str, path: str) -> str:
    """A number as the scenario file has it."""
    node: Any = load(scenario).resolved()
    for name in path.split("."):
        node = node[name]
    return f"`{path}: {node}`"


HEAD = """# Calibration

Written by `python -m tests.validation.calibration`; do not edit. What is fitted are a few parameters that nobody has
measured, to the rows that [validation](validation.md) marks *fitted*, and to nothing else; every other row there is a
prediction. Replications share their random numbers across the cells of a grid. A cell is accepted when the means over
funded replications lie between the bounds; where several are, the file keeps their range as uncertainty.

"""

if __name__ == "__main__":
    (DOCS / "calibration.md").write_text(HEAD + "\n".join(report(fit) for fit in FITS))
