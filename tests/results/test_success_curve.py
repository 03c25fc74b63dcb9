"""The success curve: shares of the funded that hold levels of adoption for so many weeks in a row."""

from __future__ import annotations

import json

import numpy as np
import pytest

import simulator as sim
from simulator.report.tables import curve_rows
from simulator.results.statistics import wilson
from tests.model.small import FUNDED_WEEK, gate, small
from tests.report.organisation import programme, result_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Files of small programmes of which a gate refuses some."""
    refusing = gate("home", at_least=0.93) | {"name": "funding", "max_holds": 0, "qa_tasks": 30}
    del refusing["phase"], refusing["lead_weeks"]
    out = tmp_path_factory.mktemp("curve")
    sim.run(small(rollout={"funding_gate": refusing}), replications=40, jobs=1, out=out, progress=False)
    return out / "small"


def test_it_counts_the_longest_stretches_after_funding(folder):
    result = sim.read_result(folder)
    assert 0 < result.funded_count < 40
    curve = result.success_curve
    adoption = result.records.week_rows("adoption")[result.funded][:, int(FUNDED_WEEK) :]
    for level, row in zip(curve.levels, curve.shares, strict=True):
        for weeks, share in zip(curve.weeks, row, strict=True):
            windows = np.lib.stride_tricks.sliding_window_view(adoption, min(weeks, adoption.shape[1]), axis=1)
            held = (windows >= level).all(axis=2).any(axis=1) & (weeks <= adoption.shape[1])
            assert share == wilson(int(held.sum()), result.funded_count)
    assert 0 < curve.shares[1][2].share < 1
    told = json.loads((folder / "summary.json").read_text())["success_curve"]
    assert told == json.loads(json.dumps(curve.as_dict()))


def test_it_falls_with_the_level_and_the_weeks(folder):
    shares = np.array(sim.read_result(folder).success_curve.as_dict()["share"])
    assert (np.diff(shares, axis=0) <= 0).all()
    assert (np.diff(shares, axis=1) <= 0).all()


def test_it_is_told_as_a_table_and_drawn():
    result = result_of([programme("scaled_on_time")] * 3 + [programme("stalled")] + [programme("not_funded")] * 4)
    head, first, *_, last = curve_rows(result)
    assert head == ("weeks", "1", "4", "8", "13", "26", "52")
    assert first == ("adoption of 30% or more", "75%", "75%", "75%", "75%", "0%", "0%")
    assert last == ("adoption of 70% or more", *["0%"] * 6)
    axes = result.plot.success_curve()
    lines = [line for line in axes.lines if len(line.get_xdata()) == 6]
    np.testing.assert_allclose(lines[0].get_ydata(), [0.75] * 4 + [0, 0])
    assert len(lines) == 5


def test_nobody_is_funded():
    result = result_of([programme("not_funded", end=16, gate="funding")] * 3)
    assert {share.share for row in result.success_curve.shares for share in row} == {None}
    assert curve_rows(result)[1][1:] == ("–",) * 6
    for name in ("adoption", "money", "timeline", "shelving", "integrations", "outcomes", "success_curve"):
        assert getattr(result.plot, name)() is not None
