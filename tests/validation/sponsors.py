"""Sponsors of other minds, replayed on the reviews of the typical programme."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

import pandas as pd
from scipy import stats

from simulator import engine
from simulator.model.programme.sponsor import REVIEW_WEEKS
from simulator.model.state.columns import PLANNED_VALUE, SEEN_VALUE
from simulator.scenario import load
from simulator.streams.philox import draw
from tests.validation.readings import PATIENT, USUAL, shelving_reviews
from tests.validation.studies import SEED, bootstrapped, funded, share_of, simulate

BUDGET_WEEKS = 13
WHY = """The commonest review of shelving is a held-out row that is missed. Whether a sponsor who thinks otherwise would
bring it nearer can be told without another model: a programme whose sponsor never loses patience has all its reviews,
and what sponsors of other minds would have done at them is replayed. The sponsor of the model, replayed in the same
way, shelves each programme in the very week in which it does (this is checked)."""


@dataclass(frozen=True)
class Reviews:
    """What one sponsor would see: value seen and planned in the four weeks before each review, and the error made."""

    patience: float
    wanted: float
    restored: float
    seen: list[float]
    planned: list[float]
    error: list[float]
    everybody: float
    """Value that the plan expects of four weeks with everybody live."""


Sponsor = Callable[[Reviews], int | None]
"""At which review the programme is shelved, counted from 0; None: never."""


@cache
def reviews(name: str, replications: int) -> dict[int, Reviews]:
    """The reviews of each funded replication, until a gate stops it or the horizon comes."""
    patient = engine.build(load(name).with_changes(PATIENT))
    as_it_is = engine.build(load(name))
    runner = engine.get("compiled").Engine(patient)
    found = {}
    for replication in range(replications):
        settings = runner.__class__(as_it_is).begin(replication, SEED).state.settings[0]
        patience = settings["rollout.sponsor.patience_weeks"]
        run = runner.begin(replication, SEED)
        for _ in runner.advance(run, patient.weeks):
            pass
        world, settings, weekly = run.state.world[0], run.state.settings[0], run.state.weekly
        if not world["funded_at"] < math.inf:
            continue
        first = round(world["funded_at"] / 168.0)
        last = min(patient.weeks, world["stopped_at"] / 168.0)
        ends = [end for end in range(first + REVIEW_WEEKS, patient.weeks + 1, REVIEW_WEEKS) if end < last]
        uniforms = [draw(run.state.key, world["stream_sponsor"], 0, k)[0] for k in range(len(ends))]
        sites = run.state.sites
        everybody = REVIEW_WEEKS * float((sites["users"] * sites["tasks_per_user_week"]).sum())
        found[replication] = Reviews(
            float(patience),
            float(settings["rollout.sponsor.expected_share"]),
            float(settings["rollout.sponsor.restored"]),
            [float(weekly[end - REVIEW_WEEKS : end, SEEN_VALUE].sum()) for end in ends],
            [float(weekly[end - REVIEW_WEEKS : end, PLANNED_VALUE].sum()) for end in ends],
            [math.exp(settings["rollout.sponsor.value_error"] * stats.norm.ppf(u)) for u in uniforms],
            everybody * float(world["pilot_adoption"] * max(0.0, world["value_per_task"])),
        )
    return found


def judged(r: Reviews, seen: list[float], planned: list[float], weight: list[float]) -> int | None:
    """The rule of the model, on other sums than those of four weeks, or with shortfalls weighed."""
    patience = r.patience
    for k, (got, wished) in enumerate(zip(seen, planned, strict=True)):
        if wished > 0.0:
            share = got / wished * r.error[k]
            if share < r.wanted:
                patience -= REVIEW_WEEKS * min(1.0, 1.0 - share / r.wanted) * weight[k]
            else:
                patience = min(r.patience, patience + REVIEW_WEEKS * r.restored)
        elif got < 0.0:
            patience -= REVIEW_WEEKS
        if patience <= 0.0:
            return k
    return None


def as_in_the_model(r: Reviews) -> int | None:
    """The last four weeks, each shortfall alike."""
    return judged(r, r.seen, r.planned, [1.0] * len(r.seen))


def by_what_is_at_stake(r: Reviews) -> int | None:
    """A shortfall weighs as much as the plan expects by then of what it expects in the end."""
    return judged(r, r.seen, r.planned, [min(1.0, p / r.everybody) if r.everybody > 0.0 else 1.0 for p in r.planned])


def since_funding(r: Reviews) -> int | None:
    """All value since funding."""
    return judged(r, list(accumulate(r.seen)), list(accumulate(r.planned)), [1.0] * len(r.seen))


def at_budget_meetings(r: Reviews) -> int | None:
    """As in the model, but programmes are ended in quarterly budget meetings only."""
    spent = as_in_the_model(r)
    if spent is None:
        return None
    meeting = math.ceil((spent + 1) * REVIEW_WEEKS / BUDGET_WEEKS) * BUDGET_WEEKS
    k = math.ceil(meeting / REVIEW_WEEKS) - 1
    return k if k < len(r.seen) else None


SPONSORS: dict[str, Sponsor] = {
    "as in the model: the last four weeks against the plan": as_in_the_model,
    "weighs a shortfall by the share of the plan that is at stake by then": by_what_is_at_stake,
    "judges all value since funding": since_funding,
    "as in the model, but ends programmes at quarterly budget meetings only": at_budget_meetings,
}


def replayed(name: str, sponsor: Sponsor, replications: int = USUAL) -> pd.DataFrame:
    """Weeks from funding at which a sponsor shelves, a row per funded replication; null: never."""
    weeks = {n: sponsor(r) for n, r in reviews(name, replications).items()}
    told = {n: None if k is None else (k + 1.0) * REVIEW_WEEKS for n, k in weeks.items()}
    return pd.DataFrame({"replication": told.keys(), "week": pd.Series(told.values(), dtype=float)})


def rows(name: str) -> list[list[str]]:
    """For each sponsor: share shelved, the commonest review, the median one."""
    seen = funded(simulate(name, USUAL))
    own = replayed(name, as_in_the_model)["week"].dropna().astype(int).tolist()
    assert own == shelving_reviews(seen).astype(int).tolist(), "the replay is not what the model does"
    lines = []
    for title, sponsor in SPONSORS.items():
        weeks = replayed(name, sponsor)
        common = bootstrapped(weeks, lambda w: float(w["week"].dropna().mode().iloc[0]), 0)
        lines.append([title, str(share_of(weeks["week"].notna())), str(common), f"{weeks['week'].median():.0f}"])
    return lines
