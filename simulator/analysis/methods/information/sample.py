"""What a pilot is worth by what it teaches: the expected value of sample information.

The replications are the data. A pilot of so many users and weeks reads what the simulated pilot of a replication shows,
with the sampling error of its size, by the laws of `pilot.observed` (`results/readings.py`); one such reading is drawn
for each replication. Knowing the readings is then worth what knowing anything is worth (`perfect`): benefits are
regressed on them (Strong, Oakley, Brennan and Breeze 2015, Medical Decision Making 35, 570-583). An endless sample
would read the simulated pilot as it is: that is the most that is had from a pilot *of this kind*. The simulated one has
the people and weeks of the plan, whose own chance stays in it, so that a truly larger pilot would teach a little more.

Prices: more users cost as many times what the pilot's own cost for users (`FOR_USERS`) over its weeks; the data science
team and the platform are there anyhow. More weeks cost all that the pilot costs in a week while it is measured, and
put off what comes after, which is discounted at the scenario's rate. What the team's time for more users would have
done otherwise, what users do for their company meanwhile, and what lies beyond the horizon is not priced.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.analysis.methods.given_data.inputs import ranks_of
from simulator.analysis.methods.information.net_benefits import MONEY, Stakes
from simulator.analysis.methods.information.perfect import Choice, Knowing, agreed, knowing
from simulator.results.conditioning import observed_in
from simulator.results.readings import SAMPLINGS
from simulator.results.statistics import Estimate, t_quantile
from simulator.scenario.vocabulary import CostCategory
from simulator.streams.philox import draw, stream

if TYPE_CHECKING:
    from simulator.scenario import Scenario

Floats = np.ndarray[Any, np.dtype[np.float64]]

YEAR_WEEKS: Final = 52.0
CHECKED: Final = 200.0
"""Answers that are checked to read the accuracy, where no gate says how many."""
FOR_USERS: Final[tuple[CostCategory, ...]] = ("licences", "support", "change", "quality")
"""Costs of the pilot that grow with its users."""
ROUNDING: Final = 1e-6
"""A difference of two that were made to agree is none below this share of them."""
NO_READING: Final = -1.0
"""A pilot that nobody uses has no accuracy, and no tickets a user: less than any that has."""


@dataclass(frozen=True)
class Size:
    """How large a pilot is, against that of the plan."""

    name: str
    users: float = 1.0
    weeks: float = 1.0


AS_PLANNED: Final = Size("as planned")
SIZES: Final = (
    AS_PLANNED,
    Size("twice the users", users=2.0),
    Size("four times the users", users=4.0),
    Size("twice the weeks", weeks=2.0),
)
ENDLESS: Final = "without sampling error"


@dataclass(frozen=True, eq=False)
class Pilot:
    """A pilot, what its readings are worth, and what it costs beside that of the plan, or after it.

    `users` are invited and `weeks` measured at its end, `tasks` checked. `more` is what it is worth beyond the pilot as
    planned, or beyond none where that has run; `price` what it costs beyond it, of which `delay` is by putting off;
    None for the limit of endless samples, and where the choice is not by money.
    """

    name: str
    users: float
    weeks: float
    tasks: float
    knowing: Knowing
    more: Estimate
    price: float | None = None
    delay: float | None = None

    @property
    def net(self) -> Estimate:
        """What it is worth beyond its price; None where that is not known."""
        if self.price is None or self.more.value is None:
            return Estimate(None, None, None, 0)
        low, high = (None if end is None else end - self.price for end in (self.more.low, self.more.high))
        return Estimate(self.more.value - self.price, low, high, self.more.n)

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON types."""
        told = {name: value for name, value in self.knowing.as_dict().items() if name in ("worth", "low", "high")}
        return {
            "pilot": self.name,
            "users": self.users,
            "weeks": self.weeks,
            "checked_answers": self.tasks,
            **told,
            "more": self.more.as_dict(),
            "price": self.price,
            "price_of_delay": self.delay,
            "net": None if self.net.value is None else self.net.as_dict(),
        }


def has_pilot(stakes: Stakes) -> bool:
    """Whether the first plan has a pilot that reads anything."""
    return stakes.first.scenario.pilot is not None and bool(stakes.readings(stakes.first))


def pilots(stakes: Stakes, measure: str, most: float) -> tuple[Pilot, ...]:
    """What pilots of several sizes are worth by a measure, and one without sampling error, in this order.

    `most` is what no information is worth more than.
    """
    scenario, choice = stakes.first.scenario, stakes.choice(measure)
    simulated = stakes.readings(stakes.first)
    found = [knowing(choice, _ranks(readings(stakes, simulated, size), stakes.weights)) for size in SIZES]
    found.append(knowing(choice, _ranks(simulated, stakes.weights)))
    # Each is as good as the one before it but for the longer pilot, which is as good as that of the plan.
    held = agreed([found[-1], *found[:-1]], [(1, 2), (2, 3), (1, 4), (3, 0), (4, 0)], most)
    held = [*held[1:], held[0]]
    ran = observed_in(scenario) is not None
    zero = replace(held[0], value=0.0, low=0.0, high=0.0, gains=np.zeros_like(held[0].gains))
    base = zero if ran else held[0]
    told = []
    for size, one in zip((*SIZES, None), held, strict=True):
        more = _more(choice, one, base)
        users, weeks, tasks = dimensions(scenario, size or AS_PLANNED)
        if size is None or measure != MONEY or "cost" not in stakes.first.records.weekly:
            told.append(Pilot(size.name if size else ENDLESS, users, weeks, tasks, one, more))
        else:
            price, delay = _price(stakes, choice, size, one, ran=ran)
            told.append(Pilot(size.name, users, weeks, tasks, one, more, price, delay))
    return tuple(told)


def dimensions(scenario: Scenario, size: Size) -> tuple[float, float, float]:
    """Users who are invited, weeks over which they are measured, and answers that are checked."""
    assert scenario.pilot is not None
    pilot = scenario.pilot
    users = sum(
        min(float(pilot.users_per_site.mean), float(site.users.mean))
        for site in scenario.sites
        if site.name in pilot.sites
    )
    gate = None if scenario.rollout is None else scenario.rollout.funding_gate
    checked = CHECKED if gate is None else float(gate.qa_tasks.mean)
    return users * size.users, pilot.measure_weeks * size.weeks, checked * size.users * size.weeks


def readings(stakes: Stakes, simulated: Mapping[str, Floats], size: Size) -> dict[str, Floats]:
    """A reading of each replication by measure, float64[replications], as a pilot of this size would read it."""
    users, weeks, tasks = dimensions(stakes.first.scenario, size)
    active = np.nan_to_num(simulated.get("adoption_pilot", np.zeros(len(stakes.numbers))))
    sizes = {"tasks": np.full(len(active), tasks), "users": np.full(len(active), users)}
    sizes["user_weeks"] = active * users * weeks
    found = {}
    for name, sampling in SAMPLINGS.items():
        if sampling.measure in simulated:
            values = simulated[sampling.measure]
            known = ~np.isnan(values)
            places = uniforms(stakes, name)
            read = sampling.read_at(np.where(known, values, 0.0), sizes[sampling.size], places)
            found[sampling.measure] = np.where(known, read, np.nan)
    return found


def uniforms(stakes: Stakes, name: str) -> Floats:
    """The place of each replication's reading in its law, float64[replications], the same for each size of a pilot."""
    number, seed = stream("pilot-reading", name), stakes.first.seed
    keys = np.column_stack([np.full(len(stakes.numbers), seed), stakes.numbers]).astype(np.uint64)
    return np.array([draw(key, number, 0, 0)[0] for key in keys])


def _ranks(found: Mapping[str, Floats], weights: Floats | None) -> Floats:
    return np.column_stack([ranks_of(np.where(np.isnan(one), NO_READING, one), weights) for one in found.values()])


def _more(choice: Choice, one: Knowing, base: Knowing) -> Estimate:
    """What one is worth beyond another, paired."""
    value, error = choice.mean(one.gains - base.gains)
    if one is base:
        return Estimate(0.0, 0.0, 0.0, len(one.gains))
    reach, more = t_quantile(choice.size - 1.0) * error, one.value - base.value
    more = more if abs(more) > ROUNDING * one.value else 0.0
    # What it may be worth beyond what was seen of it may be worth beyond the other too.
    return Estimate(more, min(more, value - reach), max(value + reach, one.high - base.value), len(one.gains))


def _price(stakes: Stakes, choice: Choice, size: Size, one: Knowing, *, ran: bool) -> tuple[float, float]:
    """What a pilot costs beyond that of the plan, or after it where that has run, and how much of it is delay."""
    scenario = stakes.first.scenario
    assert scenario.pilot is not None
    weeks, measured = scenario.pilot.weeks, scenario.pilot.measure_weeks
    weekly = choice.mean(stakes.by_week("cost", weeks - measured, weeks).mean(axis=1))[0]
    for_users = sum(choice.mean(stakes.by_week(f"cost_{one}", 0, weeks).sum(axis=1))[0] for one in FOR_USERS)
    rate = float(scenario.economics.discount_rate_per_year)
    later = weeks * size.weeks if ran else weeks * (size.weeks - 1.0)
    lost = 1.0 - (1.0 + rate) ** (-later / YEAR_WEEKS)
    rows = np.arange(len(choice.benefits))
    earned = 0.5 * sum(choice.mean(choice.benefits[rows, chosen])[0] for chosen in (one.by_all, one.by_others))
    delay = lost * max(0.0, earned)
    return (size.users - 1.0) * size.weeks * for_users + later * weekly + delay, delay
