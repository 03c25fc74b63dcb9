"""Watching: measuring that triggers action, site by site, with a budget of actions.

From `first_weeks` after its go-live on, somebody reads a live site every `every_weeks`: the active share of the people
invited, exactly, and the accuracy of its last whole week, as the share of right answers among `qa_tasks` checked ones
(binomial, as at gates). A reading below a level is acted on, at most `actions_per_site` times at a site. Where too few
people are active, the campaign is run again and the untrained are trained next; where too many answers are wrong, the
data are remediated if that is possible and was not done yet, else the model is retrained now. Where more than half of
the live sites were below a level when they were last read, the next phase may be put off, each phase once.
"""

from __future__ import annotations

import math
from typing import Any

from simulator.model.clockwork.time import WEEK_HOURS
from simulator.model.clockwork.timers import set_timer, timer
from simulator.model.clockwork.tracing import note
from simulator.model.programme.gates import binomial_quantile
from simulator.model.programme.rollout import begin_campaign, plan_go_live
from simulator.model.state import events
from simulator.model.state.events import GATE, SITE_READ
from simulator.model.state.spending import spend
from simulator.model.state.states import ASKED_AGAIN, LIVE, MENDED, QUALITY, TAUGHT_ANEW
from simulator.model.support.data_science import open_remediation, open_retraining
from simulator.model.users.tasks import touch
from simulator.streams.jit import rule
from simulator.streams.philox import draw

NO_PHASE = -1


@rule
def active_share(site: Any) -> float:
    """Active people of the site over those invited; NaN where nobody is."""
    return site["active"] / site["invited"] if site["invited"] > 0 else math.nan


@rule
def sampled_accuracy(state: Any, s: int, u: float) -> float:
    """Share of right answers in a sample of those of the last whole week since site `s` went live; NaN for none."""
    week = state.world[0]["week"] - 1
    if week < 0 or week * WEEK_HOURS < state.sites[s]["live_at"]:
        return math.nan
    correct = state.site_weeks[week, s, 1]
    answered = correct + state.site_weeks[week, s, 2]
    if answered <= 0.0:
        return math.nan
    sample = int(state.settings[0]["rollout.watch.qa_tasks"])
    return binomial_quantile(sample, correct / answered, u) / max(1, sample)


@rule
def read_site(state: Any, s: int, time: float) -> None:
    """Site `s` is read, and what is seen may be acted on."""
    site = state.sites[s]
    settings = state.settings[0]
    u, _, _, _ = draw(state.key, site["stream_watch"], 0, site["readings"])
    site["readings"] += 1
    spend(state, QUALITY, settings["rollout.watch.qa_tasks"] * settings["economics.cost_per_checked_answer"])
    active = active_share(site)
    accuracy = sampled_accuracy(state, s, u)
    note(state, time, SITE_READ, s, active, accuracy, 0)
    few = active < settings["rollout.watch.active_share_below"]
    wrong = accuracy < settings["rollout.watch.accuracy_below"]
    site["below"] = int(few or wrong)
    if site["actions"] < settings["rollout.watch.actions_per_site"]:
        done = 0
        if few:
            done += ask_again(state, s, time)
        if wrong:
            done += mend(state, s, time)
        if done > 0:
            site["actions"] += 1
            note(state, time, events.ACTED, s, done, settings["rollout.watch.actions_per_site"] - site["actions"], 0)
    if site["below"] == 1 and settings["rollout.watch.pauses"] == 1:
        consider_pause(state, time)
    set_timer(state, SITE_READ, s, time + settings["rollout.watch.every_weeks"] * WEEK_HOURS)


@rule
def ask_again(state: Any, s: int, time: float) -> int:
    """The campaign is run again at site `s`, and its untrained people are trained next; 0 where neither is possible."""
    site = state.sites[s]
    settings = state.settings[0]
    asked = settings["change_programme.campaign.weeks"] > 0.0
    if asked:
        touch(state, s, time)
        begin_campaign(state, s, time)
    untrained = 0
    for c in range(site["first_cell"], site["first_cell"] + state.world[0]["segments"]):
        untrained += state.cells[c]["untrained"]
    if settings["change_programme.training"] == 1 and untrained > 0:
        site["trained_next"] = 1
        asked = True
    return ASKED_AGAIN if asked else 0


@rule
def mend(state: Any, s: int, time: float) -> int:
    """The data of site `s` are remediated, or its model is retrained; 0 where neither is possible."""
    site = state.sites[s]
    settings = state.settings[0]
    if settings["ai.remediation"] == 1 and site["remediations"] == 0:
        open_remediation(state, s, time)
        return MENDED
    if settings["ai.retraining"] == 1 and site["retraining"] == 0:
        open_retraining(state, s, time)
        return TAUGHT_ANEW
    return 0


# ---- the next phase


@rule
def next_phase(state: Any, time: float) -> int:
    """The phase of the site whose date comes next, among those that are not live and do not wait for systems."""
    phase = NO_PHASE
    date = math.inf
    for s in range(state.world[0]["sites"]):
        site = state.sites[s]
        if to_come(state, s, time) and site["go_live"] < date:
            phase = site["phase_number"]
            date = site["go_live"]
    return phase


@rule
def to_come(state: Any, s: int, time: float) -> bool:
    """Whether the date of site `s` is still to come."""
    site = state.sites[s]
    return bool(site["stage"] != LIVE and site["ready"] == 0 and time <= site["go_live"] < math.inf)


@rule
def consider_pause(state: Any, time: float) -> None:
    """The next phase is put off where more than half of the live sites are below a level, unless it has been before."""
    world = state.world[0]
    live = below = 0
    for s in range(world["sites"]):
        if state.sites[s]["stage"] == LIVE:
            live += 1
            below += state.sites[s]["below"]
    phase = next_phase(state, time)
    if 2 * below <= live or phase == NO_PHASE:
        return
    for s in range(world["sites"]):
        if state.sites[s]["phase_number"] == phase and state.sites[s]["put_off"] == 1:
            return
    put_off(state, phase, time)
    note(state, time, events.PUT_OFF, phase, below, live, 0)


@rule
def put_off(state: Any, phase: int, time: float) -> None:
    """The dates of a phase that are still to come are shifted, and the gate before it, unless it has been passed."""
    pause = state.settings[0]["rollout.watch.pause_weeks"] * WEEK_HOURS
    for s in range(state.world[0]["sites"]):
        site = state.sites[s]
        if site["phase_number"] == phase and to_come(state, s, time):
            plan_go_live(state, s, site["go_live"] + pause)
            site["put_off"] = 1
    for g in range(1, len(state.gates)):
        if state.sites[state.gates[g]["phase"]]["phase_number"] == phase and state.gates[g]["passed"] == 0:
            set_timer(state, GATE, g, timer(state, GATE, g) + pause)
