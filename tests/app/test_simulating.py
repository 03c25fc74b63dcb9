"""One run of the app: within limits, sharing the cores, and ended with nothing left behind."""

import threading
from functools import partial

import pytest

import simulator as sim
from simulator.app import limits, simulating
from simulator.app.simulating import Desk, TooLongError, Waiting
from simulator.experiment.batch import MOST_IN_MEMORY
from simulator.experiment.progress import Progress
from simulator.scenario import estimate_work, load, shipped_names
from simulator.stepping.arguments import REPLICATIONS
from tests.experiment import stand_in
from tests.experiment.stand_in import SCENARIO


def lingering() -> list[str]:
    """Threads that still simulate."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("replications")]


def nobody_looks(standing: object) -> None:
    """A report that is not shown."""


@pytest.mark.parametrize("name", shipped_names())
def test_every_shipped_scenario_can_be_shown(name):
    limits.check(load(name), REPLICATIONS)


def test_results_of_the_app_stay_in_memory():
    assert limits.MOST_MEMORY < MOST_IN_MEMORY  # beyond which they would be files that are not counted
    assert limits.MOST_MEMORY * 2 < limits.MOST_KEPT_BYTES


@pytest.mark.parametrize(
    ("change", "replications", "told"),
    [
        ({}, 5001, "replications: found 5,001; allowed: at most 5,000 in the app"),
        ({}, 10**9, "replications: found 1,000,000,000; allowed: at most 5,000 in the app"),
        ({"sites.*.users": 20_000}, 200, "seconds on one core; allowed: at most 240 in the app; "),
        (
            {"users.tasks_per_user_week": 1e5, "users.judged_per_week": None},
            10,
            "events in a replication; allowed: at most 20,000,000 in the app; ",
        ),
    ],
)
def test_too_much_work_is_refused_before_it_begins(change, replications, told, monkeypatch):
    scenario = load("retail-chatbot").with_changes(change)
    monkeypatch.setattr("simulator.experiment.run.run", lambda *_, **__: pytest.fail("it began"))
    with pytest.raises(sim.ScenarioError) as caught:
        Desk().simulate(scenario, 1, replications, nobody_looks)
    assert told in str(caught.value)


def test_whoever_runs_the_app_may_allow_other_work(monkeypatch):
    scenario = load("retail-chatbot")
    enough = estimate_work(scenario, 100).seconds
    monkeypatch.setenv(limits.SECONDS_VARIABLE, str(1.001 * enough))
    limits.check(scenario, 100)
    with pytest.raises(sim.ScenarioError, match="in the app; 100 replications of this scenario"):
        limits.check(scenario, 101)


def test_runs_at_the_same_time_share_the_cores(monkeypatch, stand_in_engine):
    desk = Desk(places=3)
    desk.cores = 7
    given: list[int] = []
    genuine = sim.run

    def while_others_run(scenario, replications, seed, *, jobs, progress):
        given.append(jobs)
        if len(given) < 3:
            desk.simulate(scenario, seed + 1, replications, nobody_looks)
        return genuine(scenario, replications, seed, jobs=jobs, progress=progress)

    monkeypatch.setattr("simulator.experiment.run.run", while_others_run)
    desk.simulate(sim.load(SCENARIO), 1, 10, nobody_looks)
    assert given == [7, 3, 2]


@pytest.mark.parametrize("jobs", [1, 3])
def test_a_run_that_is_called_off_ends_at_once(jobs, monkeypatch):
    done: list[int] = []

    class Counting(stand_in.Engine):
        def replicate(self, replication, seed, uniforms=None):
            done.append(replication)
            return super().replicate(replication, seed, uniforms)

    stand_in.install(monkeypatch, partial(Counting, seconds=0.001))
    desk = Desk()
    desk.cores = jobs
    ended: list[int] = []

    def call_off(standing):
        if isinstance(standing, Progress) and standing.done >= 20:
            ended.append(standing.done)
            raise SystemExit  # as Streamlit ends a script: no Exception

    with pytest.raises(SystemExit):
        desk.simulate(sim.load(SCENARIO), 1, 2000, call_off)
    assert len(done) < 1000
    assert lingering() == []
    assert desk.queue.running == 0
    count = len(done)
    shown = desk.simulate(sim.load(SCENARIO), 1, 30, nobody_looks)
    assert shown.result.replications_done == 30
    assert len(done) == count + 30


def test_a_run_far_beyond_its_estimate_is_stopped(monkeypatch, stand_in_engine):
    clock = iter(range(0, 10**6, 100))
    monkeypatch.setattr(simulating, "monotonic", lambda: float(next(clock)))
    desk = Desk()
    desk.cores = 1
    last: list[Progress] = []
    with pytest.raises(TooLongError, match="more than 16 minutes"):
        desk.simulate(sim.load(SCENARIO), 1, 100, last.append)
    assert 8 <= last[-1].done <= 11  # 100 seconds each on this clock
    assert desk.queue.running == 0


def test_who_waits_is_told_how_many_come_first(stand_in_engine):
    desk = Desk(places=1)
    told: list[object] = []
    waiting = threading.Event()

    def hold(before: int) -> None:
        pytest.fail("the first need not wait")

    def run() -> None:
        def report(standing):
            told.append(standing)
            waiting.set()

        desk.simulate(sim.load(SCENARIO), 1, 10, report)

    with desk.queue.turn(hold):
        other = threading.Thread(target=run, daemon=True)
        other.start()
        assert waiting.wait(60)
    other.join(60)
    assert not other.is_alive()
    assert told[0] == Waiting(1)
    assert told[-1] == Progress("running", 10, 10, "stand-in")


def test_there_are_as_many_places_as_cores():
    desk = Desk()
    assert desk.queue.places == desk.cores >= 1
    assert desk.queue.most_waiting == limits.MOST_WAITING
