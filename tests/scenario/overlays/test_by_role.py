"""Overlays of one's own: roles, relative numbers, lists that are replaced, and what is wrong with them."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.cli.entry import execute
from simulator.scenario import Scenario, ScenarioError, ScenarioWarning, load, load_suite
from tests.scenario.overlays.library import BASE

Write = Callable[..., Path]

NOTHING = "mine.yaml:1:7: found overlay over, which changes nothing in base: "
PILOTS = (
    'over.yaml:3:16: sites.0.role: found text "pilots", which is no role in sites; '
    'allowed: all, pilot, not-pilot, last, worst-data, representative; did you mean "pilot"?'
)


def over(write: Write, text: str, base: str = BASE) -> Scenario:
    """A scenario under an overlay that says no more than `text`."""
    write(base, "base.yaml")
    return load(write(base, "mine.yaml"), [write(f"name: over\nextends: base.yaml\n{text}", "over.yaml")])


def told(write: Write, text: str) -> str:
    with pytest.raises(ScenarioError) as raised:
        over(write, text)
    assert len(raised.value.problems) == 1
    return str(raised.value)


@pytest.mark.parametrize(
    ("role", "names"),
    [
        ("all", ["home", "near", "far"]),
        ("pilot", ["home"]),
        ("not-pilot", ["near", "far"]),
        ("last", ["far"]),
        ("worst-data", ["far"]),
        ("representative", ["home", "near", "far"]),
    ],
)
def test_roles_of_sites(write: Write, role: str, names: list[str]) -> None:
    changed = over(write, f"sites: [{{role: {role}, utc_offset_hours: 3}}]\n")
    assert [site.name for site in changed.sites if site.utc_offset_hours == 3] == names


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        (
            "integration: {systems: [{role: foundation, start_week: 1}]}",
            "integration.systems",
            {"log-in": 1, "files": 8},
        ),
        (
            "integration: {systems: [{role: not-foundation, start_week: 1}]}",
            "integration.systems",
            {"log-in": 4, "files": 1},
        ),
        ("rollout: {phases: [{role: first, week: 1}]}", "rollout.phases", {"wave-2": 10, "wave-1": 1}),
        ("rollout: {phases: [{role: middle, week: 1}]}", "rollout.phases", {"wave-2": 10, "wave-1": 1}),
        ("rollout: {phases: [{role: last, week: 12}]}", "rollout.phases", {"wave-2": 12, "wave-1": 0}),
        ("rollout: {phases: [{role: all, week: {plus: 2}}]}", "rollout.phases", {"wave-2": 12, "wave-1": 2}),
        (
            "rollout: {phases: [{role: all, week: {times: 2}}, {name: wave-1, week: 3}]}",
            "rollout.phases",
            {"wave-2": 20, "wave-1": 3},
        ),
    ],
)
def test_roles_of_systems_and_phases(write: Write, text: str, path: str, expected: dict[str, float]) -> None:
    key = "week" if "phases" in path else "start_week"
    things = over(write, f"{text}\n").resolved()
    for part in path.split("."):
        things = things[part]
    assert {thing["name"]: thing[key] for thing in things} == expected


def test_where_no_system_waits_for_another_all_are_foundations(write: Write) -> None:
    base = BASE.replace(", after: [log-in]", "")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        changed = over(write, "integration: {systems: [{role: foundation, start_week: -3}]}\n", base)
    assert [system.start_week.value for system in changed.integration.systems] == [-3, -3]


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("pilot: {users_per_site: {times: 0.33}}", "pilot.users_per_site", 13),  # whole
        ("pilot: {users_per_site: {times: 2, plus: 1}}", "pilot.users_per_site", 81),
        ("pilot: {logged_share: {plus: 3}}", "pilot.logged_share", 1),  # no further than is allowed
        ("pilot: {curation: {at_least: 0.5}, logged_share: 0.5}", "pilot.curation", 0.7),
        ("pilot: {curation: {at_least: 0.8}}", "pilot.curation", 0.8),
        (
            "pilot: {curation: {at_most: {p10: 0.1, p50: 0.2, p90: 0.3}}}",
            "pilot.curation",
            {"p10": 0.1, "p50": 0.2, "p90": 0.3},
        ),
        ("ai: {retraining: {below_accuracy: {at_most: 0.6}}}", "ai.retraining.below_accuracy", 0.6),  # none was stated
        (
            "economics: {platform_cost_per_week: {times: 3}}",
            "economics.platform_cost_per_week",
            {"p10": 3, "p50": 6, "p90": 12},
        ),
        (
            "economics: {platform_cost_per_week: {plus: {p10: 1, p50: 2, p90: 3}}}",
            "economics.platform_cost_per_week",
            {"p10": 2, "p50": 4, "p90": 7},
        ),
        (
            "ai: {reference_accuracy: {plus: {p10: -0.3, p50: -0.2, p90: -0.1}}}",
            "ai.reference_accuracy",
            {"p10": 0.67, "p50": 0.77, "p90": 0.87},
        ),
        ("support: {tiers: {tier1: {agents: {at_least_per_1000_users: 10}}}}", "support.tiers.tier1.agents", 15),
        (
            "support: {tiers: {tier1: {agents: {at_least_per_1000_users: 1}}}, late_hours: 9}",
            "support.tiers.tier1.agents",
            6,
        ),
        (
            "data_science_team: {moves_on: {week: {date_of_phase: last, plus: 4}, retained_share: 0}}",
            "data_science_team.moves_on.week",
            14,
        ),
    ],
)
def test_relative_numbers(write: Write, text: str, path: str, expected: Any) -> None:
    value = over(write, f"{text}\n").resolved()
    for part in path.split("."):
        value = value[part]
    if isinstance(expected, dict):
        assert value == pytest.approx(expected)
    else:
        assert value == expected


def test_what_is_changed_in_part_keeps_its_defaults(write: Write) -> None:
    """Segments and the second tier are stated nowhere: what the overlay does not speak of stays as it was."""
    usual = load(write(BASE, "mine.yaml"))
    text = (
        "users: {segments: [{role: least-engaged, reversion: 0.1}]}\nsupport: {tiers: {tier2: {agents: {plus: 2}}}}\n"
    )
    changed = over(write, text)
    assert [(s.name, s.share) for s in changed.users.segments] == [(s.name, s.share) for s in usual.users.segments]
    assert [s.name for s in changed.users.segments if s.reversion.mean == 0.1] == ["sceptics"]
    tier, before = changed.support.tiers.tier2, usual.support.tiers.tier2
    assert (tier.agents.value, tier.target_hours, tier.handling_minutes) == (
        before.agents.value + 2,
        before.target_hours,
        before.handling_minutes,
    )


def test_mixes_by_role(write: Write) -> None:
    text = "sites: [{role: far, segments: {role: all}}]\npilot: {segments: {role: all}}\n"
    assert 'found text "far", which is no role in sites; allowed: all, pilot' in told(write, text)
    text = """\
sites:
  - {role: pilot, segments: {by_role: {most-engaged: keep, least-engaged: 0.95}}}
  - {role: last, segments: {role: least-engaged}}
pilot: {sites: {role: not-pilot}, users_per_site: {same_people_in_all: true}, segments: {role: all}}
"""
    changed = over(write, text)
    assert changed.pilot is not None
    assert (changed.pilot.sites, changed.pilot.users_per_site.value) == (("near", "far"), 20)
    assert dict(changed.pilot.segments) == {"volunteers": 0.1, "mainstream": 0.6, "sceptics": 0.3}
    mix = changed.site("home").segments  # a share that is kept gives way where there is too little left
    assert mix is not None
    assert dict(mix) == pytest.approx({"volunteers": 0.05, "mainstream": 0, "sceptics": 0.95})
    assert dict(changed.site("far").segments or {}) == {"sceptics": 1}


def test_shifts_without_an_hour_and_criteria_that_are_added(write: Write) -> None:
    base = (
        BASE
        + """\
support:
  tiers:
    tier1:
      shifts:
        - {days: all, start_hour: 22, end_hour: 6, share: 0.5}
        - {days: all, start_hour: 6, end_hour: 22, share: 0.5}
    tier2: {shifts: [{days: all, start_hour: 0, end_hour: 24}]}
"""
    )
    text = "support: {tiers: {tier1: {shifts: {nobody_at_hour: 2}}, tier2: {shifts: {nobody_at_hour: 23}}}}\n"
    tiers = over(write, text, base).support.tiers
    assert [(s.start_hour, s.end_hour, s.share) for s in tiers.tier1.shifts] == [(6, 22, 1)]
    assert [(s.start_hour, s.end_hour, s.share) for s in tiers.tier2.shifts] == [(8, 18, 1)]
    added = "[{measure: accuracy, at_least: 0.1}, {measure: active_share, at_least: 0.2}]"
    text = f"rollout: {{gates: [{{role: all, criteria: {{add: {added}}}}}]}}\n"
    rollout = over(write, text).rollout
    assert rollout is not None
    assert [(c.measure, c.at_least.value) for c in rollout.gates[0].criteria if c.at_least] == [
        ("accuracy", 0.8),
        ("active_share", 0.2),
    ]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("sites: [{role: pilots, users: 3}]", PILOTS),
        (
            "seasons: [{role: pilot, volume: 3}]",
            'seasons.0.role: found text "pilot", which is no role in seasons; allowed: all',
        ),
        ("sites: [{role: pilot, name: home, users: 3}]", "sites.0.role: found role beside name; allowed: one of them"),
        (
            "pilot: {sites: {role: pilot, names: [home]}}",
            'pilot.sites.names: unknown key "names"; allowed: role, and named',
        ),
        (
            "users: {segments: {by_role: {most: 0.1}}}",
            'users.segments.by_role.most: unknown role "most"; allowed: most-engaged',
        ),
        (
            "users: {segments: {by_role: {most-engaged: 2}}}",
            "by_role.most-engaged: found number 2; allowed: a share, or keep",
        ),
        (
            "users: {segments: {by_role: {most-engaged: 0.6, least-engaged: 0.6}}}",
            "allowed: most-engaged and least-engaged, with",
        ),
        (
            "ai: {retraining: {if_there: no-such, qa_tasks: 3}}",
            'if_there: found "no-such", which is no path of a section',
        ),
        (
            "ai: {retraining: {if_there: 3, qa_tasks: 3}}",
            "ai.retraining.if_there: found number 3; allowed: true, or the path",
        ),
        ("pilot: {curation: {times: a lot}}", 'over.yaml:3:27: pilot.curation.times: found text "a lot"'),
        ("pilot: {curation: {at_least: 7}}", "pilot.curation: found number 7; allowed: from 0 to 1"),
        (
            "ai: {accuracy_floor: {date_of_phase: frist}}",
            'date_of_phase: found text "frist"; allowed: first, middle, last',
        ),
        ("ai: {accuracy_floor: {same_people_in_all: true}}", "allowed: true, at pilot.users_per_site"),
        ("support: {tiers: {tier1: {shifts: {nobody_at_hour: 25}}}}", "found number 25; allowed: an hour from 0 to 23"),
        (
            "rollout: {gates: [{role: all, criteria: {add: 3}}]}",
            "criteria.add: found number 3; allowed: a list, under criteria",
        ),
        (
            "sites: {replace: [{name: a, users: 3}], other: 4}",
            "yaml:3:9: sites.replace: found replace beside other; allowed: replace alone",
        ),
        ("sites: {replace: 3}", "sites.replace: found number 3; allowed: the list that takes its place"),
        (
            "sites: {replace: [{name: home, remove: true}]}",
            "sites.home: found remove; allowed: only of what is extended",
        ),
        (
            "sites: {replace: [{role: pilot, users: 3}]}",
            "over.yaml:3:20: sites.0.role: found role; allowed: names, as it takes",
        ),
        ("ai: {replace: [{name: home}]}", "over.yaml:3:1: ai: found a list of 1; allowed: a mapping with"),
        ("sites: [{role: pilot, users: {times: 1}}]", f"{NOTHING}what it says is so already"),
        (
            "seasons: [{role: all, volume: 2}]",
            f"{NOTHING}there is nothing to change at seasons (role all); allowed: overlays that change something",
        ),
        ("outages: {if_there: true, per_year: 2}", "nothing to change at outages;"),
        (
            "ai: {remediation: {if_there: rollout.funding_gate}}",
            "nothing to change at ai.remediation (no rollout.funding_gate);",
        ),
    ],
)
def test_what_is_wrong_is_told_in_one_line(write: Write, text: str, part: str) -> None:
    assert part in told(write, f"{text}\n")


@pytest.mark.parametrize("text", ["sites: [{role: all}]", "ai: {accuracy_floor: {times: 2}}", "seasons: {replace: []}"])
def test_a_file_that_extends_nothing_has_nobody_to_speak_of(write: Write, text: str) -> None:
    with pytest.raises(ScenarioError, match=r"alone.yaml:2:\d+: .*; allowed: only in a file that extends another"):
        load(write(f"name: alone\n{text}\n", "alone.yaml"))


def test_what_is_wrong_with_ones_own_file_points_there(write: Write) -> None:
    write(BASE, "base.yaml")
    mine = write(BASE.replace("users: 300", "users: -3"), "mine.yaml")
    with pytest.raises(ScenarioError, match=r"mine.yaml:7:24: sites.far.users: found number -3") as raised:
        load(mine, [write("extends: base.yaml\nsites: [{role: last, users: 3}]\n", "over.yaml")])
    assert len(raised.value.problems) == 1


def test_a_list_is_replaced_as_a_whole(write: Write) -> None:
    write(BASE, "base.yaml")
    by_line = """\
name: mine
extends: base.yaml
sites: [{name: home, remove: true}, {name: near, remove: true}, {name: far, remove: true}, {name: one, users: 50}]
pilot: {sites: [one]}
integration: {systems: [{name: log-in, remove: true}, {name: files, remove: true}]}
rollout: {phases: [{name: wave-2, remove: true}, {name: wave-1, sites: [one]}], gates: []}
"""
    whole = """\
name: mine
extends: base.yaml
sites: {replace: [{name: one, users: 50}]}
pilot: {sites: {replace: [one]}}
integration: {systems: {replace: []}}
rollout: {phases: {replace: [{name: wave-1, week: 0, sites: [one]}]}, gates: {replace: []}}
seasons: {replace: [{name: easter, start: 04-01, end: 04-20}]}
"""
    first, second = load(write(by_line, "a.yaml")).resolved(), load(write(whole, "b.yaml")).resolved()
    assert second.pop("seasons")[0]["name"] == "easter"
    assert first.pop("seasons") == []
    assert first == second
    kept = load(write("name: c\nextends: b.yaml\nsites: [{name: one, data_quality: 0.2}]\n", "c.yaml"))
    assert [(site.name, site.users.value, site.data_quality.value) for site in kept.sites] == [("one", 50, 0.2)]
    text = "extends: base.yaml\nusers: {segments: {replace: [{name: all, share: 1}]}}\npilot: {segments: {all: 1}}\n"
    people = load(write(text, "d.yaml"))
    assert [segment.name for segment in people.users.segments] == ["all"]


def test_roles_of_a_file_that_extends_are_those_of_what_it_extends(write: Write) -> None:
    write(BASE, "base.yaml")
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # it is no overlay: nobody has to be told
        mine = load(
            write(
                "extends: base.yaml\nsites: [{role: last, users: {plus: 1}}]\noutages: {if_there: true, per_year: 2}\n"
            )
        )
    assert mine.site("far").users.value == 301


def test_commands_and_suites_tell_what_finds_nobody(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    write(BASE, "base.yaml")
    overlay = write(
        "name: over\nextends: base.yaml\nai: {accuracy_floor: 0.1}\noutages: {if_there: true, per_year: 2}\n",
        "over.yaml",
    )
    line = "over over base: nothing to change at outages"
    assert execute(["validate", str(write(BASE, "mine.yaml")), "--overlay", str(overlay)]) == 0
    streams = capsys.readouterr()
    assert (line in streams.err, "fine" in streams.out) == (True, True)
    suite = write(
        "name: both\nscenarios: [mine.yaml, {scenario: mine.yaml, name: over, overlays: [over.yaml]}]\n", "suite.yaml"
    )
    with pytest.warns(ScenarioWarning, match=line):
        assert load_suite(suite).scenarios[1].ai.accuracy_floor.value == 0.1
    assert (
        execute(
            ["validate", str(write(BASE, "mine.yaml")), "--overlay", "explicit-gates", "--overlay", "explicit-gates"]
        )
        == 2
    )
    error = capsys.readouterr().err
    assert "which changes nothing in base: it is part of the scenario already" in error
    assert "Traceback" not in error
