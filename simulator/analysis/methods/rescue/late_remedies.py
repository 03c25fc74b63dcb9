"""What can still be done while a programme runs: remedies that act from one day on, on a replication under way.

Each does what an organisation can decide on a Monday morning, and takes the time that it takes: new people come when
they have been hired and are slow at first, data are mended when the data scientists get round to it. Each has its price
in the model: people their pay, training and campaigns what they cost per user, documentation what it costs to write.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.analysis.frame.runs import FRESH
from simulator.model.clockwork.time import WEEK_HOURS
from simulator.model.clockwork.timers import set_timer, timer
from simulator.model.plan.take_over import LeverError
from simulator.model.programme.integration import staff_stages
from simulator.model.programme.rollout import begin_campaign, clean_up, plan_go_live
from simulator.model.programme.sponsor import rebaseline, value_share
from simulator.model.programme.watching import to_come
from simulator.model.state.events import GATE
from simulator.model.state.spending import spend
from simulator.model.state.states import CHANGE, LIVE, PILOT, UNDER_WAY
from simulator.model.support.data_science import open_retraining
from simulator.scenario.vocabulary import STAFFED_TIERS, TEAMS

if TYPE_CHECKING:
    from simulator.stepping.simulation import Simulation

WRITTEN: Final = 0.9
"""Quality of documentation that is written anew."""
PACE: Final = 4.0
"""Times the people who are trained in a week."""
PAUSE_WEEKS: Final = 13
YEAR: Final = 52
SEEN_WEEKS: Final = 8
"""Weeks over which a sponsor looks at what has been achieved."""


@dataclass(frozen=True)
class LateRemedy:
    """A remedy: what it is called, in words, and what does it; that says whether there was anything to do."""

    name: str
    words: str
    act: Callable[[Simulation], bool]

    def do(self, simulation: Simulation) -> bool:
        """Use it now; False where there is nothing to do, or where it can't be done any more."""
        try:
            return self.act(simulation)
        except LeverError:
            return False


def more_support(simulation: Simulation) -> bool:
    """As many people again are hired for the first line and for the specialists as there are."""
    hired = 0
    for t, tier in enumerate(STAFFED_TIERS):
        wanted = min(int(simulation.state.tiers["heads"][t]), simulation.posts_left(tier))
        if wanted:
            simulation.hire(tier, wanted)
            hired += wanted
    return hired > 0


def documentation(simulation: Simulation) -> bool:
    """Documentation of good quality is written, and paid for as at funding."""
    settings = simulation.state.settings[0]
    better = WRITTEN - float(settings["support.documentation_quality"])
    if better <= 0.0:
        return False
    cost = float(settings["economics.documentation_cost"]) * better
    simulation.set("support.documentation_quality", WRITTEN)
    simulation.pull(lambda state, time: spend(state, CHANGE, cost))
    return True


def people(simulation: Simulation) -> bool:
    """The untrained are trained at a higher pace, and everybody at the live sites is asked again to start."""
    if simulation.scenario.change_programme.campaign is None:
        simulation.set("change_programme.campaign", {})

    def ask(state: Any, time: float) -> None:
        state.settings["change_programme.training.users_per_week"] *= PACE
        for s in range(len(state.sites)):
            if state.sites[s]["stage"] == LIVE:
                begin_campaign(state, s, time)

    simulation.pull(ask)
    return True


def data(simulation: Simulation) -> bool:
    """The data of every site are mended that were not yet, and the model of every running site is retrained."""
    if simulation.scenario.ai.data_quality.ideal:
        return False
    if simulation.scenario.ai.remediation is None:
        simulation.set("ai.remediation", {})

    def mend(state: Any, time: float) -> None:
        clean_up(state, time)
        for s in range(len(state.sites)):
            running = state.sites[s]["stage"] in (PILOT, LIVE)
            if running and state.settings["ai.retraining"][0] == 1 and state.sites[s]["retraining"] == 0:
                open_retraining(state, s, time)

    simulation.pull(mend)
    return True


def integration(simulation: Simulation) -> bool:
    """Twice the reviewers and engineers work on the systems that are not live."""
    world = simulation.state.world[0]
    if world["systems_live"] >= world["systems"]:
        return False

    def staff(state: Any, time: float) -> None:
        for team in range(len(TEAMS)):
            state.world["free"][0, team] += at_work(state, team)
        staff_stages(state, time)

    simulation.pull(staff)
    return True


def at_work(state: Any, team: int) -> int:
    """People of a team, free or at work on a stage."""
    busy = (state.stages["team"] == team) & (state.stages["status"] == UNDER_WAY)
    return int(state.world["free"][0, team]) + int(busy.sum())


def pause(simulation: Simulation) -> bool:
    """Sites whose date is to come wait another quarter, with the gates before them; the plan is told anew."""
    hours = simulation.week * WEEK_HOURS
    waiting = [s for s in range(len(simulation.state.sites)) if to_come(simulation.state, s, hours)]
    if not waiting:
        return False

    def put_off(state: Any, time: float) -> None:
        wait = PAUSE_WEEKS * WEEK_HOURS
        for g in range(1, len(state.gates)):
            if state.gates[g]["passed"] == 0 and timer(state, GATE, g) < math.inf:
                set_timer(state, GATE, g, timer(state, GATE, g) + wait)
        for s in waiting:
            plan_go_live(state, s, state.sites[s]["go_live"] + wait)
        rebaseline(state, seen(state), time)

    simulation.pull(put_off)
    return True


def sponsor(simulation: Simulation) -> bool:
    """Whoever pays and decides expects no more than has been seen, and waits another year."""
    settings = simulation.state.settings[0]
    gates = simulation.state.gates
    to_read = [g for g in range(1, len(gates)) if gates["passed"][g] == 0 and gates["criteria"][g] > 0]
    if not (settings["rollout.sponsor"] == 1 or settings["rollout.budget"] == 1 or to_read):
        return False

    def wait(state: Any, time: float) -> None:
        world, given = state.world[0], state.settings[0]
        if given["rollout.sponsor"] == 1:
            given["rollout.sponsor.patience_weeks"] += YEAR
            world["patience"] += YEAR
        if given["rollout.budget"] == 1:
            world["escalations"] += math.ceil(YEAR / given["rollout.budget.tranche_weeks"])
        for g in to_read:
            state.gates["max_holds"][g] += math.ceil(YEAR / state.gates["retry_weeks"][g])
        rebaseline(state, seen(state), time)

    simulation.pull(wait)
    return True


def seen(state: Any) -> float:
    """The share of the planned value that was seen of late."""
    last = int(state.world["week"][0])
    return float(value_share(state, max(0, last - SEEN_WEEKS), last))


def everything(simulation: Simulation) -> bool:
    """All of them on the same day."""
    done = [remedy.do(simulation) for remedy in LATE_REMEDIES if remedy.act is not everything]
    return any(done)


LATE_REMEDIES: Final = (
    LateRemedy("support", "twice the people at both lines", more_support),
    LateRemedy("documentation", "good documentation", documentation),
    LateRemedy("people", "training at four times the pace and a new campaign", people),
    LateRemedy("data", "mended data and retrained models", data),
    LateRemedy("integration", "twice the reviewers and engineers", integration),
    LateRemedy("pause", "a pause of a quarter", pause),
    LateRemedy("sponsor", "a sponsor who waits another year", sponsor),
    LateRemedy("everything", "all of it at once", everything),
)
"""In the order in which they are told."""


def other_luck(simulation: Simulation) -> bool:
    """Nothing is done, but whatever is drawn from now on is drawn anew; what has been drawn, inputs too, stays."""

    def draw_anew(state: Any, time: float) -> None:
        state.key[0] += np.uint64(FRESH)

    simulation.pull(draw_anew, quietly=True)
    return True


LUCK: Final = LateRemedy("luck", "other luck, and no remedy", other_luck)
"""What remedies are held against."""
