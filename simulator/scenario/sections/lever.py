"""A lever: an input that a planner would move."""

from typing import Annotated, Literal, Self

from pydantic import StringConstraints, model_validator

from simulator.scenario.numbers.number_kinds import Number, Step
from simulator.scenario.numbers.section import Section, needed, stated
from simulator.scenario.text.problems import Finding, rejected


class Lever(Section):
    """An input that a planner would move."""

    path: Annotated[str, StringConstraints(min_length=1, max_length=200)] = needed(
        "Dotted path of a number; * stands for every name."
    )
    label: Annotated[str, StringConstraints(min_length=1, max_length=80)] = needed("What a planner calls it.")
    min: Number = needed("Left end of the slider (units of the path).")
    max: Number = needed("Right end of the slider (units of the path).")
    step: Step = needed("Step of the slider (units of the path).")
    mode: Literal["set", "add", "scale"] = stated("set", "Whether the slider sets, adds to or scales the number.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.min < self.max:
            raise rejected(Finding((), f"found min {self.min:g}, max {self.max:g}", "allowed: min < max"))
        return self
