"""Learning across waves: what was done before takes less effort the next time.

Each doubling of how often something has been done saves the share `learning_rate` of what it takes: the learning curve

    factor = n^log2(1 - learning_rate)        n at least 1

(Wright 1936, Journal of the Aeronautical Sciences 3(4); across ERP projects: Plaza, Ngwenyama and Rohlf 2010, European
Journal of Operational Research 200(2)). At a site that goes live, n is the number of waves that were finished before:
from then on the factor multiplies how-to questions of its new users, and tickets and work for data carried by hand. A
wave is a phase, finished when all of its sites are live; the pilot's sites are a wave of their own, whatever their
phase. For a stage of an integration that begins, n is the number of systems that are live: the factor multiplies its
duration.
"""

from __future__ import annotations

import math
from typing import Any

from simulator.streams.jit import rule

LOG_2 = 0.6931471805599453


@rule
def learning_factor(rate: float, times: int) -> float:
    """Effort as a share of that of the first time, after `times` times; `rate` is what a doubling saves."""
    if times <= 1:
        return 1.0
    return math.exp(math.log(times) * math.log(1.0 - rate) / LOG_2)


@rule
def waves_finished(state: Any, time: float) -> int:
    """Waves all of whose sites were live before `time`; what goes live at the same instant teaches nobody yet."""
    finished = 0
    for i in range(len(state.waves)):
        finished += int(state.waves[i]["finished"] < time)
    return finished


@rule
def learn_from_waves(state: Any, s: int, time: float) -> None:
    """Site `s` goes live: it starts with the lessons of the waves so far, and may be the last of its own."""
    site = state.sites[s]
    site["learning_factor"] = learning_factor(state.settings[0]["rollout.learning_rate"], waves_finished(state, time))
    wave = state.waves[site["wave"]]
    wave["sites_left"] -= 1
    if wave["sites_left"] == 0:
        wave["finished"] = time
