"""Critical chains: constructed programmes whose chain is known, laws that are known, and the traces of both engines."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

import simulator as sim
from simulator.analysis.methods.schedule.criticality import (
    NOBODY,
    Chain,
    Chains,
    Network,
    Seen,
    chain,
    chains_of,
    criticality,
)
from simulator.experiment.settings import Settings
from simulator.model.state.events import STAGE_ENDED, STAGE_STARTED, SYSTEM_LIVE, SYSTEM_STARTS, WEEK
from tests.theory.integration import programme_of
from tests.theory.statistics import compare_mean

KINDS = {
    "begins": SYSTEM_STARTS,
    "starts": STAGE_STARTED,
    "ends": STAGE_ENDED,
    "again": STAGE_ENDED,
    "live": SYSTEM_LIVE,
}
LAST_OF_THREE = (1 - 1 / 3 - 1 / 5 + 1 / 7, 1 - 2 / 3 - 1 / 3 + 2 / 7, 1 - 4 / 5 - 2 / 3 + 4 / 7)
"""The probability that each of three exponential durations of rates 1, 2 and 4 is the longest."""


def trace(*events: tuple[float, str, int]) -> Any:
    """Events of a trace: when, what and of which system or stage; another kind between them passes."""
    rows = [(0.0, WEEK, 1.0, 2.0, 3.0, 4.0)]
    rows += [(time, KINDS[what], number, float(what == "again"), 0.0, 0.0) for time, what, number in events]
    return np.array(rows)


def network(systems: Sequence[int], after: Any = None, team: Any = None, builds_on: Any = None) -> Network:
    """Systems with so many stages each, one after the other unless stated."""
    of = [number for number, stages in enumerate(systems) for _ in range(stages)]
    chained = [(k - 1,) if k and of[k - 1] == of[k] else () for k in range(len(of))]
    return Network(
        tuple(f"s{number}" for number in range(len(systems))),
        tuple(f"s{number}/{k}" for k, number in enumerate(of)),
        tuple(of),
        tuple(after or chained),
        tuple(team or [NOBODY] * len(of)),
        tuple(builds_on or [()] * len(systems)),
    )


def shares(of: Network, rows: Any, people: Sequence[int] = ()) -> list[float]:
    found = chain(of, people, rows)
    assert found is not None
    assert math.fsum(found.share) == pytest.approx(1.0, abs=1e-12)
    assert math.fsum(found.last) == pytest.approx(1.0, abs=1e-12)
    return found.share.tolist()


def test_stages_in_a_row_share_by_their_time() -> None:
    rows = trace((5, "begins", 0), (5, "starts", 0), (8, "ends", 0), (8, "starts", 1), (14, "ends", 1), (14, "live", 0))
    found = chain(network([2]), [], rows)
    assert found is not None
    assert found.work.tolist() == [3.0, 6.0]
    assert shares(network([2]), rows) == pytest.approx([1 / 3, 2 / 3])
    assert found.last.tolist() == [0.0, 1.0]


def test_the_last_system_has_all_of_it_and_ties_share() -> None:
    rows = trace(
        (0, "begins", 0), (0, "starts", 0), (0, "begins", 1), (0, "starts", 1), (0, "begins", 2), (0, "starts", 2),
        (4, "ends", 0), (4, "live", 0), (9, "ends", 1), (9, "live", 1), (9, "ends", 2), (9, "live", 2),
    )  # fmt: skip
    assert shares(network([1, 1, 1]), rows) == [0.0, 0.5, 0.5]
    parallel = network([3], after=[(), (), ()])  # stages side by side, two of which end last
    rows = trace(
        (0, "begins", 0), (0, "starts", 0), (0, "starts", 1), (0, "starts", 2), (4, "ends", 0), (9, "ends", 1),
        (9, "ends", 2), (9, "live", 0),
    )  # fmt: skip
    assert shares(parallel, rows) == [0.0, 0.5, 0.5]


def test_a_stage_waited_for_the_later_of_those_before_it() -> None:
    merge = network([3], after=[(), (), (0, 1)])
    rows = trace(
        (0, "begins", 0), (0, "starts", 0), (0, "starts", 1), (2, "ends", 0), (6, "ends", 1), (6, "starts", 2),
        (8, "ends", 2), (8, "live", 0),
    )  # fmt: skip
    assert shares(merge, rows) == pytest.approx([0.0, 6 / 8, 2 / 8])


def test_rework_adds_to_the_stage_itself() -> None:
    rows = trace(
        (0, "begins", 0), (0, "starts", 0), (2, "again", 0), (2, "starts", 0), (7, "ends", 0), (7, "starts", 1),
        (10, "ends", 1), (10, "live", 0),
    )  # fmt: skip
    assert shares(network([2]), rows) == pytest.approx([0.7, 0.3])
    with_people = network([2], team=[0, NOBODY])
    assert shares(with_people, rows, [1]) == pytest.approx([0.7, 0.3])


def test_a_system_waited_for_its_date_or_for_those_it_builds_on() -> None:
    on_top = network([1, 1], builds_on=[(), (0,)])
    at_once = trace(
        (0, "begins", 0), (0, "starts", 0), (4, "ends", 0), (4, "live", 0), (4, "begins", 1), (4, "starts", 1),
        (5, "ends", 1), (5, "live", 1),
    )  # fmt: skip
    assert shares(on_top, at_once) == pytest.approx([0.8, 0.2])
    later = trace(
        (0, "begins", 0), (0, "starts", 0), (4, "ends", 0), (4, "live", 0), (9, "begins", 1), (9, "starts", 1),
        (10, "ends", 1), (10, "live", 1),
    )  # fmt: skip
    assert shares(on_top, later) == [0.0, 1.0]


def test_a_stage_waited_for_whoever_held_its_people() -> None:
    """Two systems share one reviewer: the second begins when the first has been reviewed, and the third of another."""
    of = network([1, 1, 1], team=[0, 0, 1])
    rows = trace(
        (0, "begins", 0), (0, "starts", 0), (0, "begins", 1), (0, "begins", 2), (0, "starts", 2),
        (3, "ends", 0), (3, "live", 0), (3, "starts", 1), (5, "ends", 2), (5, "live", 2), (8, "ends", 1),
        (8, "live", 1),
    )  # fmt: skip
    assert shares(of, rows, [1, 1]) == pytest.approx([3 / 8, 5 / 8, 0.0])


def test_people_who_come_free_when_the_turn_comes_share_with_what_it_waited_for() -> None:
    """At hour 3 its own predecessor ends and so does the stage that holds the only reviewer: neither alone would do."""
    of = network([2, 1], team=[NOBODY, 0, 0])
    before = [(0, "begins", 0), (0, "starts", 0), (0, "begins", 1), (0, "starts", 2)]
    after = [(3, "starts", 1), (9, "ends", 1), (9, "live", 0)]
    ends = [(3, "ends", 0), (3, "ends", 2), (3, "live", 1)]
    for order in (ends, [ends[1], ends[2], ends[0]]):
        assert shares(of, trace(*before, *order, *after), [1]) == pytest.approx([1.5 / 9, 6 / 9, 1.5 / 9])
        assert shares(of, trace(*before, *order, *after), [2]) == pytest.approx([3 / 9, 6 / 9, 0.0])


def test_a_stage_that_hands_its_people_on_is_what_the_next_waited_for() -> None:
    """Both stages need the same reviewers, two of whom are there: another's end at the same hour is none of its."""
    of = network([2, 1], team=[0, 0, 0])
    rows = trace(
        (0, "begins", 0), (0, "starts", 0), (0, "begins", 1), (0, "starts", 2), (3, "ends", 0), (3, "ends", 2),
        (3, "live", 1), (3, "starts", 1), (9, "ends", 1), (9, "live", 0),
    )  # fmt: skip
    assert shares(of, rows, [2]) == pytest.approx([3 / 9, 6 / 9, 0.0])


def test_stages_without_duration_share_by_their_number() -> None:
    rows = trace((1, "begins", 0), (1, "starts", 0), (1, "ends", 0), (1, "starts", 1), (1, "ends", 1), (1, "live", 0))
    assert shares(network([2]), rows) == [0.5, 0.5]
    found = chain(network([2]), [], rows)
    assert found is not None
    assert found.last.tolist() == [0.0, 1.0]


def test_where_not_all_are_live_there_is_no_chain() -> None:
    rows = trace((0, "begins", 0), (0, "starts", 0), (4, "ends", 0), (4, "live", 0), (4, "begins", 1), (4, "starts", 1))
    assert chain(network([1, 1]), [], rows) is None
    seen = (Seen(None, (1,), True), Seen(None, (0, 1), False), Seen(random_chains(1, 1, 2)[0], (), False))
    found = Chains(network([1, 1]), seen)
    assert {name: share.share for name, share in found.missing.items()} == {"s1": 2 / 3, "s0": 1 / 3}
    assert found.ended_before.share == 1 / 3
    assert found.all_live.share == 1 / 3
    nothing = Chains(network([1, 1]), seen[:2])
    assert nothing.systems == nothing.stages == {}
    assert nothing.all_live.share == 0.0


def test_exponential_stages_side_by_side() -> None:
    """The last of three with rates 1, 2 and 4 has all of the chain: .6095, .2857 and .1048 of the time."""
    random, of = np.random.default_rng(1), network([1, 1, 1])
    chains = []
    for durations in random.exponential(1.0 / np.array([1.0, 2.0, 4.0]), (10_000, 3)):
        begun = [(0.0, what, number) for number in range(3) for what in ("begins", "starts")]
        ended = [
            (t, what, int(k)) for t, k in sorted(zip(durations, range(3), strict=True)) for what in ("ends", "live")
        ]
        found = chain(of, [], trace(*begun, *ended))
        assert found is not None
        chains.append(found)
    systems, stages = criticality(of, chains)
    shares_of = np.array([one.share for one in chains])
    for number, expected in enumerate(LAST_OF_THREE):
        name = f"s{number}"
        assert expected == pytest.approx((0.6095, 0.2857, 0.1048)[number], abs=5e-5)
        compare_mean(shares_of[:, number], expected).assert_agrees(half_width_limit=0.01 / expected)
        assert float(systems[name].share) == float(systems[name].last) == float(np.mean(shares_of[:, number]))
        assert float(stages[f"{name}/{number}"].share) == float(systems[name].share)
    assert list(systems) == ["s0", "s1", "s2"]
    assert math.fsum(float(one.share) for one in stages.values()) == pytest.approx(1.0, abs=1e-12)


def random_chains(seed: int, count: int, stages: int) -> list[Chain]:
    random = np.random.default_rng(seed)
    made = random.exponential(size=(count, stages)) * (random.random((count, stages)) < 0.6) + 1e-9
    return [Chain(work, work / math.fsum(work), work / math.fsum(work)) for work in made]


def test_means_are_weighted_and_permuting_changes_no_digit() -> None:
    of, made = network([2, 1]), random_chains(2, 40, 3)
    weights = np.random.default_rng(3).uniform(0.0, 2.0, 40)
    systems, stages = criticality(of, made, weights)
    expected = math.fsum(w * (one.share[0] + one.share[1]) for w, one in zip(weights, made, strict=True))
    assert float(systems["s0"].share) == pytest.approx(expected / math.fsum(weights), abs=1e-12)
    for together in (systems, stages):
        assert math.fsum(float(one.share) for one in together.values()) == pytest.approx(1.0, abs=1e-12)
    order = np.random.default_rng(4).permutation(40)
    again = criticality(of, [made[k] for k in order], weights[order])
    assert [{name: (one.share.as_dict(), one.last.as_dict()) for name, one in part.items()} for part in again] == [
        {name: (one.share.as_dict(), one.last.as_dict()) for name, one in part.items()} for part in (systems, stages)
    ]


def test_intervals_cover() -> None:
    """The share of the first of two stages with exponential durations is uniform: half on the mean."""
    random, of = np.random.default_rng(5), network([2])
    covered = 0
    for _ in range(1000):
        first = random.random(40)
        made = [Chain(np.array([x, 1 - x]), np.array([x, 1 - x]), np.array([0.0, 1.0])) for x in first]
        one = criticality(of, made)[1]["s0/0"].share
        assert one.low is not None
        assert one.high is not None
        covered += one.low <= 0.5 <= one.high
    assert 0.93 <= covered / 1000 <= 0.97


# ---- simulated


def settings(**more: Any) -> Settings:
    return Settings(progress=False, **{"replications": 30, "seed": 3, "jobs": 1, **more})


def looked_at(scenario: sim.Scenario, **more: Any) -> Chains:
    asked = settings(**more)
    result = sim.run(scenario, replications=asked.replications, seed=3, engine=asked.engine, progress=False)
    return chains_of(result, asked, lambda _: None)


REVIEW = {"name": "review", "weeks": {"exponential": {"mean": 3}}, "team": "reviewers", "rework": 0.3}
BUILD = {"name": "build", "weeks": {"exponential": {"mean": 4}}, "team": "engineers"}
BUSY: list[dict[str, Any]] = [
    {"name": "base", "stages": [REVIEW, BUILD]},
    {"name": "left", "after": ["base"], "stages": [{**REVIEW, "weeks": 2}, BUILD]},
    {
        "name": "right",
        "start_week": 9,
        "stages": [
            {"name": "talks", "weeks": 1},
            {**REVIEW, "weeks": 2, "after": []},
            {**BUILD, "weeks": 3, "after": ["talks", "review"]},
        ],
    },
]


@pytest.mark.parametrize("working_days", [True, False])
def test_the_stages_of_a_chain_fill_the_time_to_the_last_system(working_days: bool) -> None:
    """No gap: where all begins at funding, the working time of the chain is the time until all systems are live."""
    systems = [{**one, "start_week": 0} for one in BUSY]
    scenario = programme_of(systems).with_changes({"working_days": working_days, "horizon_weeks": 200})
    found = looked_at(scenario)
    result = sim.run(scenario, replications=30, seed=3, progress=False).replications
    assert found.all_live.share == 1.0
    weeks = (result["integrations_live_week"] - result["funded_week"]).to_numpy()
    worked = [math.fsum(one.chain.work) / 168.0 for one in found.seen if one.chain is not None]
    assert worked == pytest.approx(weeks, abs=1e-9)


def test_people_who_are_busy_from_kick_off_on_are_people_too() -> None:
    """Two reviewers, one busy from hour 0 to week 3, when the other's turn comes: it waited for its talks alone."""
    review = {"name": "review", "weeks": 3, "team": "reviewers"}
    scenario = programme_of(
        [
            {"name": "early", "start_week": -1, "stages": [review]},
            {"name": "late", "start_week": -1, "stages": [{"name": "talks", "weeks": 3}, review]},
        ]
    ).with_changes({"working_days": False, "horizon_weeks": 20, "integration.reviewers": 2})
    found = looked_at(scenario, replications=1)
    assert {name: float(one.share) for name, one in found.stages.items()} == {
        "late/talks": 0.5, "late/review": 0.5, "early/review": 0.0,
    }  # fmt: skip
    shared = looked_at(scenario.with_changes({"integration.reviewers": 1}), replications=1)
    assert float(shared.stages["early/review"].share) == 0.25


def test_both_engines_show_the_same_chain() -> None:
    scenario = programme_of(BUSY).with_changes({"horizon_weeks": 60})
    compiled, reference = (looked_at(scenario, replications=3, engine=name) for name in ("compiled", "reference"))
    for ours, theirs in zip(compiled.seen, reference.seen, strict=True):
        assert (ours.missing, ours.stopped) == (theirs.missing, theirs.stopped)
        assert (ours.chain is None) == (theirs.chain is None)
        if ours.chain is not None and theirs.chain is not None:
            assert np.array_equal(ours.chain.work, theirs.chain.work)


def test_what_is_missing_is_what_the_run_says() -> None:
    scenario = programme_of(BUSY).with_changes({"horizon_weeks": 16})
    found = looked_at(scenario)
    result = sim.run(scenario, replications=30, seed=3, progress=False)
    live = result.replications["integrations_live_week"].notna().to_numpy()
    assert 0 < live.sum() < 30
    assert [one.chain is not None for one in found.seen] == live.tolist()
    counts = result.weekly.groupby("replication")["integrations_live"].last().to_numpy()
    assert [3 - len(one.missing) for one in found.seen] == counts.tolist()
    assert not any(one.stopped for one in found.seen)
