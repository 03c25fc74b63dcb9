"""How much of a plan is its own, and what a reader should look at again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import rankdata

import simulator as sim
from simulator.scenario import Scenario, load, numbers, still_priors, template, told_standing
from simulator.scenario.checks.standing import TELLING, implausible, priors_kept
from simulator.scenario.numbers.priors import prior
from simulator.scenario.text.reading import read_text
from tests.scenario.test_priors import SHORT

PATHS = {telling.path for telling in TELLING}


def plan(**more: Any) -> Scenario:
    return load({**SHORT, **more})


def open_paths(scenario: Scenario) -> set[str]:
    return {telling.path for telling in still_priors(scenario)}


def test_of_what_is_left_out_everything_is_a_prior() -> None:
    assert open_paths(plan()) == PATHS
    assert "none is its own" in told_standing(plan())


def test_what_is_said_is_its_own() -> None:
    own = plan(users={"tasks_per_user_week": 25}, economics={"wage_per_hour": {"value": 45, "source": "us"}})
    assert PATHS - open_paths(own) == {"users.tasks_per_user_week", "economics.wage_per_hour"}
    assert "of the 16 kinds of numbers that move the answer most, 2 are its own" in told_standing(own)


def test_a_prior_that_is_written_down_stays_one_whatever_its_source() -> None:
    bare = {key: value for key, value in prior("economics.wage_per_hour").items() if key.startswith("p")}
    for form in (bare, {**bare, "source": "a report"}):
        assert "economics.wage_per_hour" in open_paths(plan(economics={"wage_per_hour": form}))


def test_a_prior_of_a_case_stays_one_where_it_goes_by_the_cases() -> None:
    scaled = {"minutes_saved_per_correct_task": {"p10": 5.5, "p50": 11, "p90": 17.6}}
    assert "economics.minutes_saved_per_correct_task" in open_paths(
        plan(users={"tasks_per_user_week": 25}, economics=scaled)
    )
    assert "economics.minutes_saved_per_correct_task" not in open_paths(plan(economics=scaled))


def test_one_site_that_nobody_has_looked_at_is_enough() -> None:
    sites = [{**site, "data_quality": 0.8} for site in SHORT["sites"]]
    assert "sites.*.data_quality" not in open_paths(plan(sites=sites))
    assert "sites.*.data_quality" in open_paths(plan(sites=[sites[0], SHORT["sites"][1]]))


def test_a_sum_for_a_right_answer_stands_for_what_it_is_made_of() -> None:
    own = PATHS - open_paths(plan(economics={"value_per_correct_task": 3}))
    assert own == {
        "economics.minutes_saved_per_correct_task", "economics.realised_share", "economics.wage_per_hour",
    }  # fmt: skip


def test_a_segment_of_another_name_is_its_own() -> None:
    segments = [{"name": "everybody", "share": 1.0}]
    pilot = {"sites": ["home"], "segments": {"everybody": 1.0}}
    assert "users.segments.mainstream.onset_per_week" not in open_paths(plan(users={"segments": segments}, pilot=pilot))


@pytest.mark.parametrize("name", ["typical-programme", "retail-chatbot", "theory/m-m-c"])
def test_of_shipped_ones_it_is_told_in_one_line(name: str) -> None:
    told = told_standing(load(name))
    assert "\n" not in told
    assert ("all 16" in told) == (name == "theory/m-m-c")


def test_the_template_is_what_it_says() -> None:
    scenario = load(dict(read_text(template("mine"), "template").plain()))
    assert "sites.*.data_quality" in open_paths(scenario)  # branch-south
    assert "economics.wage_per_hour" in open_paths(scenario)


def test_hours_that_hardly_anybody_saves() -> None:
    assert implausible(plan()) == []
    assert implausible(plan(users={"tasks_per_user_week": 25})) == []  # smaller cases
    told = implausible(plan(users={"tasks_per_user_week": 25}, economics={"minutes_saved_per_correct_task": 50}))
    assert len(told) == 1
    assert "50 minutes saved by a right answer, times 25 cases, are 20.8 hours" in told[0]
    by_value = {"minutes_saved_per_correct_task": 50, "value_per_correct_task": 3}
    assert implausible(plan(users={"tasks_per_user_week": 25}, economics=by_value)) == []


@pytest.mark.slow
def test_they_are_what_moves_the_typical_programme() -> None:
    """Rank correlations among the funded of 3,000 replications, of which each is known to 0.02."""
    frame = sim.run("typical-programme", replications=3000, seed=5).replications
    funded = frame[frame["funded"]]
    inputs = funded[[name for name in funded if name.startswith("input.")]]
    ranks = inputs.loc[:, inputs.nunique() > 1].rank()
    found = {
        name.removeprefix("input."): max(
            abs(np.corrcoef(ranks[name], rankdata(funded[measure].astype(float)))[0, 1])
            for measure in ("success", "value_from_funding", "adoption_final")
        )
        for name in ranks
    }
    told = [telling.path for telling in TELLING if "*" not in telling.path]
    assert {path for path in told if found[path] < 0.06} == set()
    assert {path for path in found if found[path] > 0.14} <= set(told)


def test_a_number_is_a_prior_until_somebody_says_otherwise() -> None:
    least = {
        "name": "least",
        "horizon_weeks": 60,
        "start_date": "2026-01-05",
        "sites": [{"name": "home", "users": 40}],
        "pilot": {"sites": ["home"]},
        "rollout": {"phases": [{"name": "all", "week": 4, "sites": ["home"]}]},
    }
    plan = load(least)
    every = {one.path for one in numbers(plan)}
    stated = {"horizon_weeks", "sites.home.users", "rollout.phases.all.week"}
    assert every - priors_kept(plan) == stated
    changes = {"users.tasks_per_user_week": 30, "pilot.weeks": 9, "ai.half_life_weeks": {"p10": 1, "p50": 2, "p90": 3}}
    mine = priors_kept(plan.with_changes(changes))
    assert every - mine >= stated | set(changes)
    assert every - mine - stated - set(changes) <= {path for path in every if path.startswith("economics.")}
    same = plan.resolved()["ai"]["half_life_weeks"] | {"source": "somebody (2020)"}
    assert "ai.half_life_weeks" in priors_kept(plan.with_changes({"ai.half_life_weeks": same}))


def test_numbers_know_their_unit_and_what_they_are() -> None:
    found = {one.path: one for one in numbers(load("retail-chatbot"))}
    assert (found["pilot.weeks"].unit, found["ai.accuracy_floor"].unit) == ("weeks", "share")
    assert found["sites.contact-centre.segments.volunteers"].unit == "share"
    assert all(one.words for one in found.values())
    assert found["integration.systems.telephony.stages.build.weeks"].words == "Duration (weeks)."
