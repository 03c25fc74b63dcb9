"""Files of an answer: its content, and its figure, which says to which content it belongs."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

import simulator as sim
from tests.experiment.stand_in import SCENARIO

pytestmark = pytest.mark.usefixtures("stand_in_engine")


@pytest.fixture
def found() -> sim.Comparison:
    plans = [sim.load(SCENARIO), sim.load(SCENARIO | {"name": "later", "horizon_weeks": 59})]
    return sim.compare(plans, replications=5, progress=False)


def test_a_figure_lies_beside_the_file_and_says_what_it_belongs_to(found: sim.Comparison, tmp_path: Path) -> None:
    open_before = plt.get_fignums()
    path = found.write(tmp_path / "new")
    assert json.loads(path.read_text()) == found.as_dict()
    assert found.as_dict()["alternative"] == found.alternative
    figure = (tmp_path / "new" / "compare.svg").read_bytes()
    assert f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}".encode() in figure
    found.write(tmp_path / "new")
    assert (tmp_path / "new" / "compare.svg").read_bytes() == figure
    assert plt.get_fignums() == open_before


def test_what_is_none_of_ours_is_not_written_through(found: sim.Comparison, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "compare.svg").symlink_to(tmp_path / "precious")
    with pytest.raises(sim.OutputError, match=r"compare\.svg is a link where a file of ours belongs"):
        found.write(tmp_path)
    assert (tmp_path / "precious").read_text() == "precious"
    assert (tmp_path / "compare.json").exists()  # what took long is kept
