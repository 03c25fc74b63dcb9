"""Trust: a Beta belief about how often the system is right, one per user.

T = alpha / (alpha + beta) (Guo and Yang 2020, "Modeling and predicting trust dynamics in human-robot teaming",
International Journal of Social Robotics 13), counted in tasks that a user judges (`judgement`). A user starts from a
prior worth `prior_tasks` tasks at the segment's initial trust. Correct answers add to alpha; errors that became known,
late answers and tasks that an outage left without an answer add to beta with larger weights; a fast fix adds to alpha.
At the end of each week a share of that experience, never the prior, is forgotten. Early errors hurt most without an
extra term: there is little else yet in the balance.
"""

from __future__ import annotations

from typing import Any

from simulator.model.state.states import EXPERIENCED
from simulator.streams.jit import rule

CREDITED_BY = ("users.trust.success_weight", "users.trust.frozen")
"""What decides how much a success that has come counts."""


@rule
def trust(user: Any, cell: Any, settings: Any) -> float:
    """Trust in (0, 1) of `user` (a USER record) from the experience that is on its account."""
    prior = settings["users.trust.prior_tasks"]
    gained = cell["initial_trust"] * prior + user["gains"]
    return float(gained / (prior + user["gains"] + user["losses"]))


@rule
def judged_right_per_user(site: Any, work: float) -> float:
    """Expected answers that one always active user of the site judged to be right, up to its working hour `work`."""
    return float(site["judged_right_base"] + site["judged_right_rate"] * (work - site["rate_mark"]))


@rule
def unanswered_per_user(site: Any, work: float) -> float:
    """Expected loss of trust (tasks) of one always active user for want of answers, up to the working hour `work`."""
    return float(site["loss_base"] + site["loss_rate"] * (work - site["rate_mark"]))


@rule
def credit_successes(user: Any, site: Any, settings: Any, work: float) -> None:
    """Put what was expected since the user's last event on the account: exact, as its rate is known.

    These are the successes, and the tasks without an answer.
    """
    if user["state"] <= EXPERIENCED:
        so_far = judged_right_per_user(site, work)
        without = unanswered_per_user(site, work)
        if settings["users.trust.frozen"] == 0:
            user["gains"] += settings["users.trust.success_weight"] * (so_far - user["mark"])
            user["losses"] += without - user["loss_mark"]
        user["mark"] = so_far
        user["loss_mark"] = without


@rule
def credit(user: Any, settings: Any, gain: float, loss: float) -> None:
    """Add an experience worth `gain` or `loss` tasks; nothing when trust is frozen."""
    if settings["users.trust.frozen"] == 0:
        user["gains"] += gain
        user["losses"] += loss


@rule
def forget(user: Any, settings: Any) -> None:
    """A week goes by: the same share of good and bad experience fades."""
    keep = 1.0 - settings["users.trust.forgetting_per_week"]
    user["gains"] *= keep
    user["losses"] *= keep
