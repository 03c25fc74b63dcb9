"""Uncertain inputs that go together."""

from typing import Annotated

from pydantic import StringConstraints

from simulator.scenario.numbers.number_kinds import RankCorrelation
from simulator.scenario.numbers.section import Section, needed

Path = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Correlation(Section):
    """Inputs that are high or low together."""

    inputs: tuple[Path, ...] = needed("Dotted paths of uncertain inputs; * stands for every name.", min_length=1)
    rank_correlation: RankCorrelation = needed("Spearman's rank correlation of each pair of them (-1 to 1).")
