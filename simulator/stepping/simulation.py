"""One replication under way: advanced in steps, looked at, steered, and branched.

    simulation = sim.simulate("typical-programme", replication=3)
    simulation.advance(40)
    other = simulation.branch()
    other.hire("tier1", 4)
    simulation.finish().measures["npv"], other.finish().measures["npv"]

Levers act at the end of the last step, after all events up to that instant. Both engines give the same bits.
"""

from __future__ import annotations

import copy
import json
import math
import os
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from simulator import engine as engines
from simulator.engine.protocol import never
from simulator.model.clockwork.time import WEEK_HOURS
from simulator.model.measures.measures import measure
from simulator.model.plan.plan import Plan
from simulator.model.plan.start import begin
from simulator.model.plan.take_over import LeverError, differences, read_by_rules, refusal, take_over
from simulator.model.plan.waits import Waits
from simulator.model.programme.programme import SPONSOR
from simulator.model.programme.rollout import stop
from simulator.model.state import states
from simulator.model.state.columns import COLUMNS
from simulator.model.state.events import HIRED
from simulator.model.state.states import IN_PILOT, NOT_STARTED, ROLLING_OUT, STOPPED
from simulator.model.support.staffing import add_agents
from simulator.model.users.tasks import touch
from simulator.scenario import Scenario, estimate_work, load
from simulator.scenario.measures import WEEKLY
from simulator.scenario.vocabulary import ENGINES, TIERS, USER_STATES
from simulator.stepping.arguments import ENGINE, SEED, known, whole
from simulator.store.blocks import plain
from simulator.store.shards import ResultWarning

if TYPE_CHECKING:
    import pandas as pd

    from simulator.engine import TraceEvent
    from simulator.engine.story import Story
    from simulator.model.measures.measures import Replication
    from simulator.model.state.state import State

PROGRAMME = {IN_PILOT: "in its pilot", ROLLING_OUT: "rolling out", STOPPED: "stopped"}
SITE_STAGES = ("not started", "pilot", "live", "closed")
GROUPS = {
    group: [i for i, name in enumerate(USER_STATES) if name.partition(",")[0] == group]
    for group in ("waiting", "onboarded", "active", "reverted", "lost", "withdrawn")
}
"""Users as they are counted: by what comes first in the names of their states."""


def simulate(
    scenario: Scenario | str | os.PathLike[str] | Mapping[str, Any],
    replication: int = 0,
    seed: int = SEED,
    engine: str = ENGINE,
    traced: bool = False,
) -> Simulation:
    """One replication of a scenario (or of the file or shipped name given) at its kick-off, to be advanced in steps.

    It is the replication of that number in `run`. `traced` keeps its events. Raises `ScenarioError` for a bad or too
    large scenario and `ValueError` for other bad arguments.
    """
    replication = whole("replication", replication)
    seed = whole("seed", seed)
    known("engine", engine, ENGINES)
    if not isinstance(scenario, Scenario):
        scenario = load(scenario)
    estimate_work(scenario, 1)
    return Simulation(Plans(scenario), replication, seed, engine, traced)


class Plans:
    """The plan of a scenario and those of its changed versions, each built once."""

    def __init__(self, scenario: Scenario) -> None:
        self.original = engines.build(scenario)
        self.built: dict[tuple[str, ...], Plan] = {(): self.original}

    def changed(self, pulled: tuple[str, ...], path: str, value: Any) -> tuple[tuple[str, ...], Plan]:
        """The plan after the changes `pulled` and one more, and the name under which it is kept."""
        name = (*pulled, json.dumps([path, value], sort_keys=True, default=repr))
        if name not in self.built:
            self.built[name] = engines.build(self.built[pulled].scenario.with_changes({path: value}))
        return name, self.built[name]


class Simulation:
    """A replication under way; make one with `simulate`.

    `replication`, `seed` and `engine` say which one it is. `memory` is a dictionary for functions that steer it: it
    goes along with a branch.
    """

    def __init__(
        self,
        plans: Plans,
        replication: int,
        seed: int,
        engine: str,
        traced: bool = False,
        stopping: Callable[[], bool] = never,
    ) -> None:
        self.replication = replication
        self.seed = seed
        self.engine = engine
        self.memory: dict[Any, Any] = {}
        self.only_looking = False
        self._plans = plans
        self._pulled: tuple[str, ...] = ()
        self._plan = plans.original
        self._start: State | None = None  # of the scenario in force at t = 0, once something was set
        self._log: list[tuple[float, Callable[[Simulation], None], bool]] = []
        self._waits: Waits = {}
        self._traced = traced
        self._rows: list[Any] = []
        self._story: Story | None = None
        self._week = 0.0
        self._runner = self._new_runner(stopping)
        self._run = self._runner.begin(replication, seed, traced=traced)
        self._pass_events()

    # ---- time

    @property
    def week(self) -> float:
        """Weeks since kick-off; all events up to then have happened."""
        return int(self._week) if self._week.is_integer() else self._week

    @property
    def weeks(self) -> int:
        """The horizon in weeks."""
        return self._plans.original.weeks

    @property
    def finished(self) -> bool:
        """Whether the horizon is reached."""
        return self._week >= self.weeks

    def advance(self, until_weeks: float) -> Self:
        """Let everything happen up to and including an instant (weeks since kick-off)."""
        until = float(until_weeks)
        if not self._week <= until <= self.weeks:
            raise ValueError(f"until_weeks is {until_weeks!r}; it must be a number from {self.week:g} to {self.weeks}")
        self._week = until
        self._pass_events()
        return self

    def finish(self) -> Replication:
        """Advance to the horizon; the output measures, with the inputs as they were drawn at the start."""
        self.advance(self.weeks)
        plan, run = self._plan, self._run
        inputs = plan.draw_inputs(self.replication, self.seed)
        return replace(measure(plan, run.state, inputs, self.replication, self.seed), inputs=run.inputs)

    def branch(self) -> Simulation:
        """Another simulation that has the same past, and a future of its own.

        The compiled engine copies its state. The reference engine plays the replication again from the start, with
        the levers that were pulled; it knows nothing of changes that were made to `state` by hand.
        """
        run = self._runner.copy(self._run)
        if run is None:
            stopping = self._runner.stopping
            other = Simulation(self._plans, self.replication, self.seed, self.engine, self._traced, stopping)
            for week, lever, quietly in self._log:
                other.advance(week)._act(lever, quietly)
            other.advance(self._week)
        else:
            other = copy.copy(self)
            other._run, other._runner = run, self._new_runner(self._runner.stopping)
            other._rows, other._waits = list(self._rows), dict(self._waits)
        other._log, other.memory, other.only_looking = list(self._log), copy.deepcopy(self.memory), False
        return other

    # ---- levers

    def set(self, path: str, value: Any) -> None:
        """Give the inputs under a dotted path (`*` stands for every name) another value from now on.

        Rules that go on reading an input act on it at once; what has begun (work in hand, stages under way, hires on
        their way) ends as it was. Raises `ScenarioError` for a path or value that a scenario can't have, `LeverError`
        for an input that can't change while a replication runs.
        """
        value = plain(value)
        self._pull(lambda simulation: simulation._set(path, value), f"set {path}")

    def hire(self, tier: str, agents: int = 1) -> None:
        """Begin to hire people for tier1 or tier2; their first day comes after the tier's hiring time.

        Raises `LeverError` where no posts are left; every tier has as many beyond its plan as in it, and at least 16.
        """
        if tier not in TIERS[:2]:
            raise LeverError(
                f"can't hire for {tier!r}; choose tier1 or tier2 (the team of tier3 replaces its own people)"
            )
        agents = whole("agents", agents)
        self._pull(lambda simulation: simulation._hire(TIERS.index(tier), agents), f"hire for {tier}")

    def posts_left(self, tier: str) -> int:
        """How many people can still be hired for tier1 or tier2."""
        state, t = self.state, TIERS.index(tier)
        first, posts = int(state.tiers["first_agent"][t]), int(state.tiers["agents"][t])
        here = state.agents[first : first + posts]
        due = state.timers["due"][state.first_timer[HIRED] + first :][:posts]
        return int(((here["employed"] == 0) & np.isinf(here["plan"]) & np.isinf(due)).sum())

    def stop(self) -> None:
        """Shelve the programme now, as its sponsor would; sites are wound down."""
        self._pull(lambda simulation: simulation._stop(), "stop")

    def pull(self, lever: Callable[[State, float], None], *, quietly: bool = False) -> None:
        """Let a function of your own change the state, at a time in hours since kick-off.

        All sites are settled up to now before it, and all rates, lines and timers follow after it. `quietly`: none of
        that is done, so that not even a rounding differs up to where what was changed is read; for what no rate, line
        or timer follows from, such as a gate's criteria. To be played again in a branch of the reference engine it must
        do the same each time.
        """

        def act(simulation: Simulation) -> None:
            if not quietly:
                simulation._settle()
            lever(simulation.state, simulation._hours)

        self._pull(act, "pull a lever", quietly=quietly)

    def _pull(self, lever: Callable[[Simulation], None], what: str, *, quietly: bool = False) -> None:
        if self.only_looking:
            raise LeverError(f"can't {what}: an analyzer only looks; make it an intervention")
        if self.finished:
            raise LeverError(f"can't {what}: the replication has reached its horizon")
        pilot = self._plans.original.scenario.pilot
        if pilot is not None and pilot.observed is not None and self._week < pilot.weeks:
            warnings.warn(
                f"{what} in week {self.week:g}: the pilot that was observed ran to week {pilot.weeks} without it, so "
                "that this speaks of a pilot that did not happen",
                ResultWarning,
                stacklevel=3,
            )
        self._act(lever, quietly)
        self._log.append((self._week, lever, quietly))

    def _act(self, lever: Callable[[Simulation], None], quietly: bool) -> None:
        lever(self)
        if not quietly:
            self._runner.refresh(self._run, self._hours)
            self._pass_events()

    def _set(self, path: str, value: Any) -> None:
        name, plan = self._plans.changed(self._pulled, path, value)
        if plan.scenario.hash == self._plan.scenario.hash:
            return
        before = self._state_at_start(self._plan) if self._start is None else self._start
        after = self._state_at_start(plan)
        reason = refusal(self.state, before, after)
        if not reason and next(differences(before, after), None) is None and not read_by_rules(self._plan, plan):
            reason = "no replication of this scenario reads it while it runs"
        if reason:
            raise LeverError(f"can't set {path} in week {self.week:g}: {reason}")
        self._settle()
        self._run.state = take_over(self.state, before, after, self._hours, self._waits)
        self._pulled, self._plan, self._start = name, plan, after

    def _hire(self, t: int, agents: int) -> None:
        state = self.state
        if state.world["programme"][0] == STOPPED:
            raise LeverError("can't hire: the programme has been stopped")
        spare, posts = self.posts_left(TIERS[t]), int(state.tiers["agents"][t])
        if spare < agents:
            raise LeverError(
                f"can't hire {agents} for {TIERS[t]}: of its {posts} posts {spare} can still be filled; "
                f"state more agents under support.tiers.{TIERS[t]} in the scenario"
            )
        add_agents(state, t, agents, self._hours)

    def _stop(self) -> None:
        if self.state.world["programme"][0] == STOPPED:
            raise LeverError("can't stop: the programme has been stopped before")
        stop(self.state, SPONSOR, self._hours)

    def _new_runner(self, stopping: Callable[[], bool]) -> Any:
        runner = engines.get(self.engine).Engine(self._plans.original)
        runner.stopping = stopping
        return runner

    def _settle(self) -> None:
        """Bring every site up to now, and have its rates renewed afterwards."""
        for s in np.flatnonzero(self.state.sites["stage"] != NOT_STARTED).tolist():
            touch(self.state, s, self._hours)

    def _state_at_start(self, plan: Plan) -> State:
        return begin(plan, self.replication, self.seed)[0]

    @property
    def _hours(self) -> float:
        return self._week * WEEK_HOURS

    def _pass_events(self) -> None:
        for rows in self._runner.advance(self._run, self._week):
            self._rows.append(rows)

    # ---- views

    @property
    def scenario(self) -> Scenario:
        """The scenario in force, with what was set."""
        return self._plan.scenario

    @property
    def state(self) -> State:
        """All arrays of the replication, for the brave; `simulator.model.state.state` says what they hold."""
        return self._run.state  # type: ignore[no-any-return]

    @property
    def weekly(self) -> pd.DataFrame:
        """Output measures of the weeks that have ended: a row per week."""
        import pandas as pd

        closed = int(self.state.world["week"][0])
        rows = self.state.weekly[:closed]
        return pd.DataFrame({"week": range(closed)} | {name: rows[:, COLUMNS[name]] for name in WEEKLY})

    @property
    def sites(self) -> pd.DataFrame:
        """Where each site stands: a row per site."""
        import pandas as pd

        sites = self.state.sites
        live_at = sites["live_at"]
        return pd.DataFrame(
            {
                "site": [site.name for site in self.scenario.sites],
                "stage": [SITE_STAGES[stage] for stage in sites["stage"]],
                "go_live_week": np.where(live_at < math.inf, live_at / WEEK_HOURS, math.nan),
                "users": sites["users"].copy(),
                "active_users": sites["active"].copy(),
                "data_quality": sites["data_quality"].copy(),
                "accuracy": np.where(sites["stage"] == NOT_STARTED, math.nan, sites["accuracy"]),
                "carried_by_hand": (sites["carried_share"] > 0.0) & (sites["stage"] != NOT_STARTED),
                "tickets_opened": sites["tickets"].copy(),
            }
        )

    @property
    def users(self) -> pd.DataFrame:
        """How many users are in each state: a row per site and segment."""
        import pandas as pd

        names = [(site.name, segment.name) for site in self.scenario.sites for segment in self.scenario.users.segments]
        counts = self.state.counts
        return pd.DataFrame(
            {name: counts[:, group].sum(axis=1) for name, group in GROUPS.items()},
            index=pd.MultiIndex.from_tuples(names, names=["site", "segment"]),
        )

    @property
    def events(self) -> list[TraceEvent]:
        """All events so far, of a simulation that is traced."""
        return [self.event(row) for row in self.rows]

    def event(self, row: Any) -> TraceEvent:
        """The event of one of the `rows`."""
        if self._story is None:
            from simulator.engine.story import Story

            self._story = Story(self._plans.original, self.state)
        return self._story.event(row)

    @property
    def rows(self) -> Any:
        """The same as numbers, float64[events, 6]: time in hours, rank of the kind (`KINDS`), and its four numbers."""
        if not self._traced:
            raise ValueError("this simulation keeps no events; make it with simulate(..., traced=True)")
        return np.concatenate([np.empty((0, 6)), *self._rows])

    def __repr__(self) -> str:
        world, sites = self.state.world[0], self.state.sites
        live = int((sites["stage"] == states.LIVE).sum())
        return (
            f"Simulation({self.scenario.name!r}, replication {self.replication}, seed {self.seed}, {self.engine}): "
            f"week {self.week:g} of {self.weeks}, {PROGRAMME[int(world['programme'])]}, "
            f"{live} of {len(sites)} sites live, {int(sites['active'].sum()):,} active users"
        )
