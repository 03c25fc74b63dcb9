"""Shipped scenarios that extend others: each changes what its remedy, question or plan means, and nothing else."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import pytest

from simulator.scenario import Scenario, load
from simulator.scenario.sections.success import WeekRange
from tests.scenario.shipped.library import ALL_FIVE, OVERLAYS, REMEDIES, RETAIL, TYPICAL, loaded


@pytest.fixture(scope="module")
def typical() -> Scenario:
    return loaded(TYPICAL)


@pytest.mark.parametrize("name", OVERLAYS)
def test_an_overlay_differs_only_where_it_says(name: str) -> None:
    base, sections = OVERLAYS[name]
    ours, theirs = loaded(name).resolved(), loaded(base).resolved()
    changed = {key for key in ours if ours[key] != theirs[key]} - {"name", "description"}
    assert changed == sections
    assert base in ours["description"]


def leaves(document: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """The scalars of a document with their places; named things are placed by name."""
    if isinstance(document, dict | list | tuple):
        items = document.items() if isinstance(document, dict) else enumerate(document)
        for key, child in items:
            yield from leaves(child, (*at, child.get("name", key) if isinstance(child, dict) else key))
    else:
        yield at, document


def test_no_remedy_undoes_another() -> None:
    before, together = (dict(leaves(loaded(name).resolved())) for name in (TYPICAL, ALL_FIVE))
    for remedy in REMEDIES:
        alone = dict(leaves(loaded(remedy).resolved()))
        changed = {at for at in alone if alone[at] != before.get(at)} - {("name",), ("description",)}
        assert {at: together.get(at) for at in changed} == {at: alone[at] for at in changed}, remedy


def test_the_five_remedies_together_are_the_five_and_nothing_else() -> None:
    laid = load(TYPICAL, overlays=list(REMEDIES)).resolved()
    together = loaded(ALL_FIVE).resolved()
    assert {key for key in together if together[key] != laid[key]} == {"name", "description"}


def test_a_representative_pilot_has_the_people_of_the_workforce(typical: Scenario) -> None:
    pilot, before = loaded("representative-pilot").pilot, typical.pilot
    assert pilot is not None
    assert before is not None
    assert pilot.users_per_site.value * len(pilot.sites) == before.users_per_site.value * len(before.sites)
    assert dict(pilot.segments.items()) == {segment.name: segment.share for segment in typical.users.segments}


def test_ten_times_the_volume_is_ten_times_everywhere(typical: Scenario) -> None:
    for site, before in zip(loaded("stress-ten-times-the-volume").sites, typical.sites, strict=True):
        stated, usual = site.tasks_per_user_week, before.tasks_per_user_week
        assert (stated is None) == (usual is None)
        if stated is not None and usual is not None:
            assert stated.mean == pytest.approx(10 * usual.mean)
    stressed = loaded("stress-ten-times-the-volume").users.tasks_per_user_week.mean
    assert stressed == pytest.approx(10 * typical.users.tasks_per_user_week.mean)


def test_the_least_engaged_are_everywhere() -> None:
    scenario = loaded("stress-least-engaged-users")
    usual = {segment.name: segment.share for segment in scenario.users.segments}
    for site in scenario.sites:
        assert dict(site.segments.items() if site.segments else usual)["sceptics"] == 0.7, site.name
    assert scenario.pilot is not None
    pilot_site = scenario.site(scenario.pilot.sites[0])
    assert pilot_site.segments is not None
    assert scenario.pilot.users_per_site.value <= pilot_site.users.value * pilot_site.segments["volunteers"]


@pytest.mark.parametrize(("name", "weeks"), [("compressed-6-months", 26), (TYPICAL, 48), ("phased-24-months", 104)])
def test_plans_are_as_long_as_their_names_say(name: str, weeks: int) -> None:
    rollout = loaded(name).rollout
    assert rollout is not None
    assert max(phase.week.mean for phase in rollout.phases) * rollout.time_scale.mean == pytest.approx(weeks, abs=0.01)


@pytest.mark.parametrize(("name", "within"), [(RETAIL, False), ("retail-pilot-in-peak", True)])
def test_weeks_of_the_retail_pilot_in_the_christmas_season(name: str, within: bool) -> None:
    """One pilot is read outside the season and one within; both roll-outs are read in the season of the next peak."""
    scenario = loaded(name)
    pilot, season, window = scenario.pilot, scenario.seasons[0], scenario.success.measure_window
    assert pilot is not None
    assert isinstance(window, WeekRange)
    assert (season.name, scenario.start_date.weekday()) == ("christmas", 0)
    for day in range(7 * (pilot.weeks - pilot.measure_weeks), 7 * pilot.weeks):
        date = scenario.start_date + datetime.timedelta(days=day)
        assert (season.start <= (date.month, date.day) <= season.end) == within
    first = scenario.start_date + datetime.timedelta(weeks=window.from_week)
    last = scenario.start_date + datetime.timedelta(weeks=window.to_week + 1)
    assert abs(first - datetime.date(first.year, *season.start)) <= datetime.timedelta(days=1)
    assert last <= datetime.date(first.year, *season.end)
    end = scenario.start_date + datetime.timedelta(weeks=scenario.horizon_weeks)
    assert abs(end - datetime.date(first.year + 2, 1, 1)) <= datetime.timedelta(days=3)


def test_sorted_offices_differ_in_nothing_but_people() -> None:
    scenario = loaded("change-management")
    assert scenario.rollout is not None
    offices = [site for site in scenario.sites if site.segments and len(dict(site.segments.items())) == 1]
    assert [list(dict(site.segments.items())) for site in offices] == [["volunteers"], ["mainstream"], ["sceptics"]]
    for what in ("data_quality", "local_variety", "utc_offset_hours", "tasks_per_user_week", "working_hours"):
        assert len({str(getattr(site, what)) for site in offices}) == 1, what
    names = {site.name for site in offices}
    assert any(names <= set(phase.sites) for phase in scenario.rollout.phases)
    for system in scenario.integration.systems:
        assert system.sites is None or len(names & set(system.sites)) in (0, 3), system.name
    assert (scenario.rollout.budget, scenario.rollout.funding_gate, scenario.rollout.gates) == (None, None, ())


def test_integration_starts_in_the_pilot_at_funding_or_after_the_first_go_live() -> None:
    first, last = {}, {}
    for name in ("integration-day-one", TYPICAL, "integration-later"):
        starts = [system.start_week.mean for system in loaded(name).integration.systems]
        first[name], last[name] = min(starts), max(starts)
    scenario = loaded(TYPICAL)
    assert scenario.pilot is not None
    assert scenario.rollout is not None
    kick_off = -scenario.pilot.weeks - scenario.rollout.funding_delay_weeks.mean
    assert kick_off <= first["integration-day-one"] < last["integration-day-one"] < 0 == first[TYPICAL]
    assert first["integration-later"] > scenario.rollout.phases[0].week.mean
    assert first["integration-later"] > last[TYPICAL]
