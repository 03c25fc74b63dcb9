"""Licences: bought for everybody who is invited, and trued down to those who use the system when they are renewed.

At a site's pilot, and again when it goes live, there is one licence for each user who is invited. Where a term is
stated, at each end of it the site renews one for each active user and a reserve, and no more than one for each user
invited; in between it buys more when more are active. Without a term it keeps one for each user.
"""

from __future__ import annotations

import math
from typing import Any

from simulator.model.clockwork.time import WEEK_HOURS
from simulator.streams.jit import rule


@rule
def buy_licences(settings: Any, site: Any, time: float) -> None:
    """People have been invited at a site: each has a licence, and its term begins."""
    term = settings["economics.licence_renewal_weeks"]
    site["licences"] = site["invited"]
    site["renewed"] = time + term * WEEK_HOURS if term > 0.0 else math.inf


@rule
def true_up(settings: Any, site: Any, time: float) -> None:
    """At the end of a week: the licences of a site that are paid for it; those renewed within it are."""
    term = settings["economics.licence_renewal_weeks"]
    if term <= 0.0:
        return
    if site["renewed"] < time:
        wanted = math.ceil(site["active"] * (1.0 + settings["economics.licence_reserve"]) - 1e-9)
        site["licences"] = min(float(site["invited"]), wanted)
        terms = math.ceil((time - site["renewed"]) / (term * WEEK_HOURS))
        site["renewed"] += terms * term * WEEK_HOURS
    site["licences"] = max(site["licences"], float(site["active"]))
