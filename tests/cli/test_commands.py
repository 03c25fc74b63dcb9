import json
import re
import sys

import jsonschema
import pyarrow.parquet as pq
import pytest

import simulator as sim
from simulator.model.state.events import KINDS
from simulator.report.analyses.parts import events as telling
from tests.experiment import stand_in

pytestmark = pytest.mark.usefixtures("stand_in_engine")


def test_run_prints_a_table_a_verdict_and_the_speed(scaleup, scenario_file):
    code, out, _ = scaleup("run", scenario_file, "--replications", "40", "--seed", "3")
    result = sim.run(scenario_file, replications=40, seed=3)
    assert code == 0
    assert "stand-in  40 replications, seed 3" in out
    assert "Success probability" in out
    assert "adoption_final" in out
    assert " ".join(result.verdict().split()) in " ".join(out.split())
    assert "40 replications in " in out.splitlines()[-1]


def test_json_is_a_list_and_alone_on_standard_output(scaleup, scenario_file):
    code, out, _ = scaleup("run", scenario_file, "--json", "--replications", "8")
    summaries = json.loads(out)
    assert code == 0
    assert [of["scenario"] for of in summaries] == ["stand-in"]
    expected = sim.run(scenario_file, replications=8).as_dict()
    for timing in ("wall_seconds", "events_per_second"):
        expected.pop(timing)
        summaries[0].pop(timing)
    assert summaries[0] == expected


def test_set_changes_the_scenario(scaleup, scenario_file):
    changes = {"support.tiers.tier1.agents": 9, "sites.*.data_quality": {"p10": 0.5, "p50": 0.6, "p90": 0.7}}
    _, out, _ = scaleup(
        "run", scenario_file, "--json", "--replications", "4",
        "--set", "support.tiers.tier1.agents=9", "--set", "sites.*.data_quality={p10: 0.5, p50: 0.6, p90: 0.7}",
    )  # fmt: skip
    assert json.loads(out)[0]["scenario_hash"] == sim.load(scenario_file).with_changes(changes).hash


def test_out_writes_the_files(scaleup, scenario_file, tmp_path):
    code, out, _ = scaleup("run", scenario_file, "--replications", "8", "--out", str(tmp_path / "results"))
    assert code == 0
    assert pq.read_table(tmp_path / "results" / "stand-in" / "replications.parquet").num_rows == 8
    assert "Written to" in out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--replications", "0"], "--replications"),
        (["--replications", "many"], "--replications"),
        (["--jobs", "0"], "--jobs"),
        (["--jobs", "two"], "--jobs"),
        (["--seed", "-1"], "--seed"),
        (["--engine", "steam"], "--engine"),
        (["--set", "sites.nowhere.users=3"], 'found no "nowhere"'),
        (["--set", "users"], "allowed: path=value"),
        (["--set", "horizon_weeks=1e9"], "horizon_weeks"),
        (["--resume"], "--resume"),
    ],
)
def test_bad_options_end_with_2_and_a_message(scaleup, scenario_file, options, message):
    code, out, err = scaleup("run", scenario_file, *options)
    assert code == 2
    assert message in err
    assert out == ""


def test_an_out_that_is_a_file_ends_with_2(scaleup, scenario_file):
    code, _, err = scaleup("run", scenario_file, "--out", scenario_file)
    assert code == 2
    assert "cannot write results to" in err


def test_duplicate_names_are_refused(scaleup, scenario_file):
    code, _, err = scaleup("run", scenario_file, scenario_file)
    assert code == 2
    assert 'found "stand-in" more than once' in err


def test_every_bad_scenario_is_told_with_its_place(scaleup, scenario_file, tmp_path):
    (tmp_path / "bad.yaml").write_text("name: bad\nhorizon_weeks: none\n")
    for command in ("run", "validate"):
        code, _, err = scaleup(command, scenario_file, str(tmp_path / "bad.yaml"), "no-such-plan")
        assert code == 2
        assert "bad.yaml:2:16: horizon_weeks" in err
        assert "no-such-plan" in err


def test_work_beyond_the_limits_is_refused(scaleup, scenario_file):
    code, _, err = scaleup("run", scenario_file, "--replications", "9999999")
    assert code == 2
    assert "allowed: at most" in err


def test_a_failed_replication_ends_with_1_and_names_it(scaleup, scenario_file, monkeypatch):
    class Failing(stand_in.Engine):
        def replicate(self, replication, seed, uniforms=None):
            raise OverflowError("the ticket ring is full")

    monkeypatch.setattr("simulator.engine.get", lambda _: sys.modules[__name__])
    monkeypatch.setattr(sys.modules[__name__], "Engine", Failing, raising=False)
    code, _, err = scaleup("run", scenario_file)
    assert code == 1
    assert "replication 0 with seed 1 failed: OverflowError: the ticket ring is full" in err


def test_an_interruption_keeps_what_is_finished_and_ends_with_1(scaleup, scenario_file, tmp_path, monkeypatch):
    class Interrupted(stand_in.Engine):
        def replicate(self, replication, seed, uniforms=None):
            if replication == 5:
                raise KeyboardInterrupt
            return super().replicate(replication, seed, uniforms)

    monkeypatch.setattr("simulator.engine.get", lambda _: sys.modules[__name__])
    monkeypatch.setattr(sys.modules[__name__], "Engine", Interrupted, raising=False)
    code, out, err = scaleup("run", scenario_file, "--jobs", "1", "--out", str(tmp_path / "results"))
    assert code == 1
    assert "interrupted: 5 of 200 replications, seed 1" in out
    assert "what was finished is kept" in err
    assert pq.read_table(tmp_path / "results" / "stand-in" / "replications.parquet").num_rows == 5


def test_new_writes_a_scenario_that_validates_and_never_overwrites(scaleup, tmp_path):
    path = tmp_path / "my_plan.yaml"
    assert scaleup("new", str(path))[0] == 0
    code, out, _ = scaleup("validate", str(path))
    assert (code, sim.load(path).name) == (0, "my-plan")
    assert "fine" in out
    text = path.read_text()
    code, _, err = scaleup("new", str(path))
    assert code == 2
    assert "left alone" in err
    assert path.read_text() == text
    assert scaleup("new", str(tmp_path / "nowhere" / "plan.yaml"))[0] == 2
    assert scaleup("new", str(tmp_path / "über.yaml"))[0] == 2


def unmarked(text):
    """Numbers of a shown scenario without a source beside them or the word that they are assumed."""
    lines = [(len(line) - len(line.lstrip(" -")), line.lstrip(" -")) for line in text.splitlines()]
    found = []
    for index, (indent, line) in enumerate(lines):
        if not re.fullmatch(r"\w+: -?[\d.]+(e[+-]?\d+)?(  # assumed)?", line):
            continue
        place, told = index, False
        while not told and place is not None:
            depth = lines[place][0]
            told = lines[place][1].endswith("# assumed") or lines[place][1] == "levers:"
            for step in (-1, 1):  # what stands beside it
                other = place + step
                while 0 <= other < len(lines) and lines[other][0] >= depth:
                    beside = lines[other][0] == depth and lines[other][1]
                    told = told or str(beside).startswith(("source: ", "confidence: assumption"))
                    other += step
            place = next((above for above in range(place, -1, -1) if lines[above][0] < depth), None)
        if not told:
            found.append((index, line, indent))
    return found


@pytest.mark.parametrize("name", ["retail-chatbot", "typical-programme", "theory/bass"])
def test_show_gives_each_number_a_source_or_marks_it_as_assumed(scaleup, name):
    _, out, _ = scaleup("show", name)
    assert unmarked(out) == []
    assert len(unmarked(sim.load(name).to_yaml())) > 20


def test_show_marks_nothing_that_has_a_source(scaleup):
    _, out, _ = scaleup("show", "retail-chatbot")
    assert "  users_per_site: 60  # assumed\n" in out
    assert "  logged_share:  # assumed\n    p10: 0.2\n" in out
    assert "    error_weight:\n      p10: 1.5\n" in out  # its source follows
    assert "horizon_weeks: 104  # assumed" in out


def test_show_prints_a_file_that_loads_to_the_same_scenario(scaleup, scenario_file, tmp_path):
    _, out, _ = scaleup("show", scenario_file)
    (tmp_path / "shown.yaml").write_text(out)
    assert sim.load(tmp_path / "shown.yaml").hash == sim.load(scenario_file).hash


def test_schema_prints_a_schema_that_fits_a_scenario(scaleup):
    _, out, _ = scaleup("schema")
    jsonschema.Draft202012Validator.check_schema(json.loads(out))
    jsonschema.validate(stand_in.SCENARIO, json.loads(out))


def test_overlays_are_laid_over_a_scenario(scaleup, scenario_file, tmp_path):
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text("extends: stand-in.yaml\nhorizon_weeks: 70\n")
    expected = sim.load(scenario_file, overlays=[overlay])
    _, out, _ = scaleup("show", scenario_file, "--overlay", overlay)
    (tmp_path / "shown.yaml").write_text(out)
    assert sim.load(tmp_path / "shown.yaml").hash == expected.hash != sim.load(scenario_file).hash
    code, out, _ = scaleup("validate", scenario_file, "--overlay", overlay)
    assert (code, "70 weeks" in out) == (0, True)
    _, out, _ = scaleup("run", scenario_file, "--overlay", overlay, "--replications", "2", "--json")
    assert json.loads(out)[0]["scenario_hash"] == expected.hash
    code, _, err = scaleup("run", scenario_file, "--overlay", scenario_file)
    assert (code, "extends: missing" in err) == (2, True)


def test_list_names_the_shipped_scenarios_and_suites(scaleup):
    from simulator.scenario import SUITES, shipped_names

    code, out, _ = scaleup("list")
    assert code == 0
    for name in (*shipped_names(), *shipped_names(SUITES)):
        assert name in out


def test_trace_lists_events_with_dates(scaleup, scenario_file):
    _, out, _ = scaleup("trace", scenario_file, "--replication", "7", "--until-week", "1")
    head, events = (part.splitlines() for part in out.split("\n\n"))
    assert head[0] == "stand-in, replication 7, seed 1; times are UTC"
    assert "--milestones" in head[-1]
    assert events[0].split() == [
        "Mon", "2026-01-05", "09:30:00", "week", "0.06", "ticket-opened", "user=7", "ticket_kind=error",
    ]  # fmt: skip
    assert events[1].endswith("error-noticed       1 notices an error; trust is now 25%")
    assert len(events) == 2


def test_every_kind_of_event_has_words_for_its_fields():
    for kind in KINDS:
        fields = {name: 1.0 for name in kind.fields if name} | {"reference": "plant", "reason": "sponsor"}
        told = telling.tell(kind.name, fields, "EUR")
        assert told != ""
        assert "=" not in told, kind.name
    assert set(telling.MILESTONES) <= {kind.name for kind in KINDS}


@pytest.mark.parametrize(
    ("kind", "fields", "told"),
    [
        ("gate-read", {"gate": "a", "decision": "go", "accuracy_observed": 0.87, "value_share_observed": "nothing"},
         "gate a says go: accuracy seen 87%, value seen: none was planned"),
        ("gate-read", {"gate": "a", "decision": "hold", "accuracy_observed": 0.5},
         "gate a says hold: accuracy seen 50%"),
        ("criterion-missed", {"gate": "a", "gate_measure": "active_share", "observed": 0.523, "bound": 0.6},
         "gate a sees active share at 0.523, not at least 0.6"),
        ("criterion-missed", {"gate": "a", "gate_measure": "backlog", "observed": 31.0, "bound": 20},
         "gate a sees backlog at 31, not at most 20"),
        ("criterion-missed", {"gate": "a", "gate_measure": "accuracy", "observed": "nothing", "bound": 0.6},
         "gate a sees nothing yet of accuracy, which does not meet its bound of 0.6"),
        ("agent-hired", {"agent": "tier3-7", "replacement": 1}, "somebody new takes the place of tier3-7"),
        ("agent-hired", {"agent": "tier1-4", "replacement": 0}, "somebody new begins as tier1-4"),
        ("edge-case-met", {"user": "u", "family": "site-a", "type": -1, "outcome": "wrong"},
         "u meets a rare edge case of site-a: wrong"),
        ("edge-case-met", {"user": "u", "family": "site-a", "type": 3, "outcome": "wrong"},
         "u meets edge case site-a-3: wrong"),
        ("ticket-opened", {"user": "u", "ticket": 127, "ticket_kind": "how-to", "level": 1},
         "u opens ticket 127 (how-to), which tier 1 can solve"),
        ("sponsor-review", {"value_share_observed": -0.938, "patience_weeks_left": 22.94},
         "value seen: -94% of what was planned; the sponsor has patience for 22.9 weeks"),
        ("go-live", {"site": "a", "users_onboarded": 260, "pilot": 0, "carried_by_hand": 1},
         "a goes live, 260 people invited, data carried by hand"),
        ("go-live", {"site": "a", "users_onboarded": 1260, "pilot": 1, "carried_by_hand": 0},
         "a begins its pilot, 1,260 people invited"),
        ("stage-began", {"stage": "erp/build", "visit": 2, "weeks": 12.345},
         "erp/build begins, once more (it will take 12.3 weeks)"),
        ("funded", {"users_planned": 3340, "value_per_task_expected": 1.735},
         "the roll-out to 3,340 people is funded; the pilot promises CHF 1.74 a task"),
        ("integration-began", {"system": "erp", "stretch": 1.0}, "work on erp begins"),
        ("integration-began", {"system": "erp", "stretch": 1.468},
         "work on erp begins (a slow project: its stages take 1.47 times as long)"),
        ("shelved", {"reason": "europe-works"}, "the programme is shelved: gate europe-works"),
        ("party", {"guests": 3}, "guests=3"),
    ],
)  # fmt: skip
def test_events_are_told_in_plain_words(kind, fields, told):
    assert telling.tell(kind, fields, "CHF") == told


def test_milestones_leave_out_what_single_users_do(scaleup, scenario_file, monkeypatch):
    events = [
        stand_in.TraceEvent(1.0, "error-noticed", {"user": 1, "trust": 0.5}),
        stand_in.TraceEvent(2.0, "shelved", {"reason": "sponsor"}),
    ]
    monkeypatch.setattr("simulator.engine.trace", lambda *_, **__: iter(events))
    _, out, _ = scaleup("trace", scenario_file, "--milestones")
    _, places, line = out.splitlines()
    assert "tier3-7 is a place" in places
    assert line.startswith("Mon 2026-01-05 02:00:00  week   0.01  shelved ")
    assert line.endswith(" the programme is shelved: its sponsor has lost patience")


def test_trace_as_json_lines(scaleup, scenario_file):
    _, out, _ = scaleup("trace", scenario_file, "--json", "--kind", "week-end", "--seed", "5")
    events = [json.loads(line) for line in out.splitlines()]
    assert events[0] == {"time_hours": 168.0, "kind": "week-end", "week": 0, "trust_mean": None}
    assert len(events) == 60
    code, _, err = scaleup("trace", scenario_file, "--kind", "party")
    assert code == 2
    assert "ticket-opened" in err


def test_help_explains_every_command_and_offers_nothing_that_is_not_built(scaleup):
    code, out, _ = scaleup("--help")
    assert code == 0
    asked = (
        "decide",
        "compare",
        "attribute",
        "stress",
        "timeline",
        "gates",
        "staffing",
        "rescue",
        "worth",
        "variance",
        "sensitivity",
        "cache",
    )
    for command in ("run", *asked, "validate", "list", "show", "new", "schema", "trace", "app", "merge", "report"):
        assert f" {command} " in out
