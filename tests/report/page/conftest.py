"""A folder with a run of a small plan and some answers about it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import simulator as sim
from simulator.analysis.frame.answers import write_answer
from simulator.analysis.variance import decompose
from simulator.experiment.merging import read_result
from tests.analysis.test_attribute import SMALL
from tests.report.page.reading import Page

REPLICATIONS = 12
GATE = {"criteria": [{"measure": "accuracy", "at_least": 0.85}], "max_holds": 1, "retry_weeks": 4, "qa_tasks": 20}
PLAN = {**SMALL, "rollout": {**SMALL["rollout"], "funding_gate": GATE}}


@pytest.fixture(scope="session")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """DIR with the run and what three analyses have found; read only."""
    out = tmp_path_factory.mktemp("asked")
    how = {"replications": REPLICATIONS, "progress": False, "out": out}
    result = sim.run(PLAN, **how)
    sim.timeline(PLAN, lengths=False, **how)
    sim.gates(PLAN, curve=False, **how)
    sim.stress(PLAN, remedies=False, **how)
    write_answer(out / "small", "variance", decompose(result, progress=False).as_dict())
    return out


@pytest.fixture(scope="session")
def page_text(asked: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of that folder."""
    path = sim.write_report(asked, tmp_path_factory.mktemp("page") / "page.html")
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def page(page_text: str) -> Page:
    """The page as it is read."""
    return Page(page_text)


@pytest.fixture(scope="session")
def result(asked: Path) -> sim.Result:
    """The run in that folder."""
    return read_result(asked / "small")


@pytest.fixture
def copied(asked: Path, tmp_path: Path) -> Path:
    """The folder once more, to be changed."""
    return Path(shutil.copytree(asked, tmp_path / "copied"))
