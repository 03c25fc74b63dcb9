"""The fuzzer finds what it is for, and finds nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from simulator.scenario import Problem, ScenarioError
from tests.fuzzing import oracle, shrinking
from tests.fuzzing.cases import CORPUS, KINDS, MAIN, Case, case
from tests.fuzzing.oracle import FaultError, check, check_message, demand_unit
from tests.fuzzing.shrinking import shrunk
from tests.fuzzing.watch import kept, run_case, watch, written

ABOUT_A_MINUTE = 400
"""Cases: measured, on one core."""


@pytest.mark.slow
def test_a_minute_without_a_fault() -> None:
    report = watch(seed=1, cases=ABOUT_A_MINUTE)
    assert report.faults == []
    assert report.ran == ABOUT_A_MINUTE
    assert report.ended["refused"] > 200
    assert report.ended["simulated"] > 50


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_corpus(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oracle, "_simulate", lambda _: "simulated")
    files = {MAIN: path.read_bytes(), "minimal.yaml": (CORPUS / "minimal.yaml").read_bytes()}
    expected = "simulated" if path.stem in ("minimal", "observed") else "refused"
    assert run_case(Case("corpus", files)) == expected


def test_a_case_is_a_function_of_seed_and_number() -> None:
    made = [case(3, number) for number in range(60)]
    for number, one in enumerate(made):
        again = case(3, number)
        assert (one.kind, one.files, one.source, one.overlays, one.sets) == (
            again.kind, again.files, again.source, again.overlays, again.sets,
        )  # fmt: skip
    assert len({one.kind for one in made}) == len({of.__name__ for of in KINDS})
    assert [one.files for one in made] != [case(4, number).files for number in range(60)]


def test_a_process_that_dies_names_its_case(tmp_path: Path) -> None:
    """Cases 0 to 3 are run; 2 brings the process down."""
    script = tmp_path / "child.py"
    script.write_text(
        "import json, os, sys\n"
        "given = dict(part.lstrip('-').split('=') for part in sys.argv[1:])\n"
        "first, cases = int(given['first']), int(given['cases'])\n"
        "for number in range(first, first + cases):\n"
        "    print(json.dumps({'case': number, 'phase': 'read'}), flush=True)\n"
        "    if number == 2:\n"
        "        sys.stderr.write('down it goes'), sys.stderr.flush(), os.abort()\n"
        "    print(json.dumps({'case': number, 'ended': 'refused'}), flush=True)\n"
    )
    report = watch(5, cases=4, keep=tmp_path / "kept", child=(sys.executable, str(script)))
    assert report.ran == 3
    ((number, fault),) = report.faults
    assert number == 2
    assert fault.startswith("died in read (-6)")
    assert "down it goes" in fault
    assert "down it goes" in (tmp_path / "kept" / "5-2" / "fault.txt").read_text()


def test_a_case_that_never_ends_is_named(tmp_path: Path) -> None:
    script = tmp_path / "child.py"
    script.write_text(
        "import sys, time\n"
        f"sys.path.insert(0, {str(Path(__file__).parents[2])!r})\n"
        "from tests.fuzzing import watch\n"
        "def never(made, phase):\n"
        "    phase('simulate')\n"
        "    while True:\n"
        "        time.sleep(1)\n"
        "watch.LONGEST_CASE, watch.run_case = 1, never\n"
        "given = dict(part.lstrip('-').split('=') for part in sys.argv[1:])\n"
        "watch.run_cases(int(given['seed']), int(given['first']), int(given['cases']), 0.0, None)\n"
    )
    report = watch(5, first=7, cases=1, child=(sys.executable, str(script)))
    ((number, fault),) = report.faults
    assert number == 7
    assert fault.startswith("died in simulate (1)")
    assert "Timeout" in fault
    assert "in never" in fault


def test_a_fault_is_caught_and_made_small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def stumble(made: Case, _: Path, __: Any = None) -> str:
        if b"stone" in made.files[MAIN] and b"foot" in made.files[MAIN]:
            raise ZeroDivisionError
        return "refused"

    monkeypatch.setattr(shrinking, "check", stumble)
    lines = [b"line %d" % i for i in range(40)]
    lines[7], lines[31] = b"a stone", b"a foot"
    made = Case("tokens", {MAIN: b"\n".join(lines)})
    with pytest.raises(ZeroDivisionError) as raised:
        stumble(made, tmp_path)
    assert shrunk(made, raised.value).files[MAIN] == b"a stone\na foot"


def test_what_is_a_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for problem in (
        Problem("a", "Input should be a number", ""),
        Problem("a", "found <class 'int'>", ""),
    ):
        with pytest.raises(FaultError):
            check_message(ScenarioError([problem]))
    with pytest.raises(FaultError, match="without problems"):
        check_message(ScenarioError([]))
    for told in ("x" * 30_000, "a\x1b[31m", "a\n" * 200):
        monkeypatch.setattr("simulator.scenario.text.problems.told", lambda _, told=told: told)
        with pytest.raises(FaultError):
            check_message(ScenarioError([Problem("a", "b", "c")]))
    demand_unit("share", [None, 0, 1, 0.5, True])
    for wrong in (-1e-17, 1.0000000000000002, float("nan"), float("inf")):
        with pytest.raises(FaultError, match="outside"):
            demand_unit("share", [0.5, wrong])
    monkeypatch.setattr(oracle, "_read", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        check(Case("tokens", {}), tmp_path)


def test_what_is_kept_is_all_that_a_case_is(tmp_path: Path) -> None:
    kept(Case("sets", {MAIN: b"a: 1\n"}, overlays=("x",), sets=("a=1",), tree={"a": 1}), tmp_path / "one", "why")
    assert (tmp_path / "one" / MAIN).read_bytes() == b"a: 1\n"
    assert (tmp_path / "one" / "mapping.py").read_text().startswith("tree = {'a': 1}\n")
    told = (tmp_path / "one" / "fault.txt").read_text()
    assert "--overlay x" in told
    assert "--set 'a=1'" in told
    assert told.endswith("why")
    assert "not written" in written([10**5000])
