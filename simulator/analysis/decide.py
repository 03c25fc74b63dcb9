"""Whether to fund a plan: all of it, to the next gate, or not at all; what that is worth from today, and how sure.

Today is the date of the decision: the pilot has been paid, and counts in none of the three (`from_today`). Money is
that of the funded replications, as who decides to fund takes the funding gate as passed; how many pass it stands
beside. What is best is best on the mean, which is what a company that bears many such risks should go by; what may go
wrong stands beside it. The three are compared in the same replications, p-values are adjusted by Holm's method, and
what is not told apart is not called better.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import asdict
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

import numpy as np

from simulator.analysis.frame.answers import Answer, file_of
from simulator.analysis.frame.plans import PairedPlans, Source
from simulator.analysis.methods.deciding.from_today import FromToday, worst_tenth
from simulator.analysis.methods.deciding.frontier import Point, frontier
from simulator.analysis.methods.deciding.measure_first import Measured, measure_first
from simulator.analysis.methods.deciding.next_gate import NextGate, next_gate, next_review
from simulator.analysis.methods.schedule.joint_confidence import Joint, Wanted, joint
from simulator.experiment.progress import ReportProgress
from simulator.results.statistics import Estimate, Share, effective_size, holm, quantile, t_quantile, two_sided_p
from simulator.scenario.vocabulary import COST_CATEGORIES, CostCategory
from simulator.stepping.arguments import ENGINE, ArgumentError
from simulator.store.files import refuse_others

if TYPE_CHECKING:
    import pandas as pd

    from simulator.results.result import Result

NAME: Final = "decide"
CONFIDENCES: Final = (0.2, 0.5, 0.8)
"""Those of which the frontier is told, beside the one that is asked for."""
CONFIDENCE: Final = 0.8
MISS: Final = 0.05
PAYBACK_MONTHS: Final = (12, 24, 36, 48, 60)
MONTH_WEEKS: Final = 52.0 / 12.0

Choice = Literal["fund", "next_gate", "do_not_fund"]


class Decision(Answer):
    """What to do with the money: `choice` is what is best on the mean, `not_told_from` what may be as good."""

    name: ClassVar[str] = NAME

    def __init__(self, result: Result, wanted: Wanted, confidence: float) -> None:
        self.refusal = result.refusal
        self.result = result.unweighted if result.refusal else result
        self.scenario = result.scenario
        self.wanted, self.confidence = wanted, confidence

    # ---- the choice

    @cached_property
    def money(self) -> FromToday | None:
        """The money from today; None where nothing is funded, or nothing has a price."""
        return FromToday.of(self.result) if self.result.funded_count and self.result.priced else None

    @cached_property
    def gate(self) -> NextGate | None:
        """Funding to the next gate; None where that is nothing to choose."""
        review = next_review(self.scenario)
        if self.money is None or review is None:
            return None
        return next_gate(self.result, self.money, review)

    @cached_property
    def worth(self) -> dict[Choice, Estimate]:
        """The mean worth of each choice from today on, in money."""
        if self.money is None:
            return {}
        found: dict[Choice, Estimate] = {"fund": self._of(self.money.worth)}
        if self.gate is not None:
            found["next_gate"] = self.gate.staged
        return found | {"do_not_fund": Estimate(0.0, 0.0, 0.0, self.result.funded_count)}

    @cached_property
    def choice(self) -> Choice | None:
        """What is worth most on the mean; None where nothing has a price, or nothing is funded."""
        return max(self.worth, key=lambda one: self.worth[one].value or 0.0, default=None)

    @cached_property
    def less(self) -> dict[Choice, Estimate]:
        """What each other choice is worth less than the best one."""
        best = self.choice
        if best is None:
            return {}
        return {other: self._between(best, other) for other in self.worth if other != best}

    @cached_property
    def p_adjusted(self) -> dict[Choice, float]:
        """p-values of the other choices being as good, allowing for there being several (Holm)."""
        weights = None if self.money is None else self.money.weights
        size = float(self.result.funded_count) if weights is None else effective_size(weights)
        return dict(zip(self.less, holm([_p(one, size) for one in self.less.values()]), strict=True))

    @property
    def not_told_from(self) -> list[Choice]:
        """The other choices that may be as good, as far as these replications tell."""
        return [other for other, p in self.p_adjusted.items() if p > MISS]

    @property
    def replications_to_tell(self) -> int | None:
        """About how many replications would tell the best choice from all others, were the means what they seem."""
        n, factors = self.result.replications_done, []
        for other in self.not_told_from:
            one = self.less[other]
            if not one.value or one.low is None:
                return None
            half = one.value - one.low
            factors.append((half / one.value) ** 2)
        if not factors or max(factors) > 1e4:
            return None
        wanted = 1.2 * n * max(factors)
        digits = 10.0 ** max(0, math.floor(math.log10(wanted)) - 1)
        return int(math.ceil(max(wanted, n + 1.0) / digits) * digits)

    def _between(self, best: Choice, other: Choice) -> Estimate:
        """What the best choice is worth more than another, in the same replications."""
        if "do_not_fund" in (best, other):
            return self.worth[best] if other == "do_not_fund" else _turned(self.worth[other])
        assert self.gate is not None
        return self.gate.gain if best == "next_gate" else _turned(self.gate.gain)

    def _of(self, values: Any) -> Estimate:
        from simulator.results.statistics import mean_of

        assert self.money is not None
        return mean_of(values, self.money.weights)

    # ---- how it may go

    @cached_property
    def spread(self) -> dict[str, Estimate]:
        """The worth of funding all of it: its quantiles, and the mean of the worst tenth."""
        if self.money is None:
            return {}
        values, weights = self.money.worth, self.money.weights
        levels = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
        found = {name: quantile(values, level, weights) for name, level in levels.items()}
        return found | {"worst_tenth": worst_tenth(values, weights)}

    @property
    def pays(self) -> Share:
        """The share of the funded in which funding is worth more than it costs, discounted."""
        return self.result.share("pays_probability")

    @cached_property
    def paid_back_by(self) -> dict[int, Share]:
        """The share of the funded that has paid back, for good, by months since the decision within the horizon."""
        records, funded = self.result.records, self.result.funded
        weeks = np.array([math.inf if week is None else week for week in records.measure("weeks_to_payback")])
        room = float(records.weeks)
        months = [month for month in PAYBACK_MONTHS if month * MONTH_WEEKS < room]
        return {month: self.result.weighting.share(weeks <= month * MONTH_WEEKS, funded) for month in months}

    def outlay(self, level: float) -> Estimate:
        """A quantile of the largest sum out of pocket, undiscounted."""
        return self.result.quantile("largest_outlay", level)

    @cached_property
    def quarters(self) -> list[Mapping[str, Estimate]]:
        """Cash by quarter since kick-off, from the decision on (`FromToday.quarters`)."""
        return [] if self.money is None else self.money.quarters()

    @cached_property
    def costs(self) -> dict[CostCategory, float]:
        """Mean cost of the funded since the decision by category, undiscounted."""
        if self.money is None:
            return {}
        means = self.result.costs().loc["cost"]["since_decision"].to_numpy(dtype=float)
        return dict(zip(COST_CATEGORIES, means.tolist(), strict=True))

    # ---- adoption, cost and date together

    @property
    def week_of_joint(self) -> int:
        """Weeks since kick-off to the month by which adoption and cost are asked for."""
        return self.wanted.week(self.scenario)

    @cached_property
    def _reached(self) -> dict[str, Any]:
        """Adoption, and cost since the decision, by then, float64[replications]; without cost where nothing has one."""
        records, row = self.result.records, self.week_of_joint - 1
        values = {"adoption": np.asarray(records.week_rows("adoption")[:, row], dtype=np.float64)}
        if self.money is not None:
            cost = np.zeros(records.count)
            cost[self.result.funded] = self.money.cost[:, : row + 1].sum(axis=1)
            values["cost"] = cost
        return values

    @cached_property
    def joint(self) -> Joint:
        """How likely so much adoption at no more cost since the decision is by the month, of all replications."""
        limits = self.wanted.limits(self.scenario)
        values = self._reached
        return joint(values, {name: limits[name] for name in values}, self.result.weighting.weights)

    @cached_property
    def frontiers(self) -> dict[float, tuple[Point, ...]]:
        """What each confidence allows of adoption and cost together by the month; empty where nothing has a price."""
        values = self._reached
        if "cost" not in values:
            return {}
        weights = self.result.weighting.weights
        return {
            level: frontier(values["adoption"], values["cost"], level, weights)
            for level in sorted({*CONFIDENCES, self.confidence})
        }

    @cached_property
    def to_measure(self) -> list[Measured]:
        """What is worth measuring before one decides, the most first, among the inputs that move the worth most."""
        return [] if self.money is None else measure_first(self.result)

    @property
    def effective(self) -> float:
        """Replications of equal weight that would say as much."""
        weights = self.result.weighting.weights
        return float(self.result.replications_done) if weights is None else effective_size(weights)

    # ---- as a table, and as a file

    @property
    def frame(self) -> pd.DataFrame:
        """A row per number that is told, `part`, `name`: estimate, `low`, `high`."""
        import pandas as pd

        rows: dict[tuple[str, str], tuple[float | None, ...]] = {}

        def put(part: str, found: Mapping[str, Estimate | Share]) -> None:
            rows.update({(part, name): (None if math.isnan(one) else float(one), one.low, one.high)
                         for name, one in found.items()})  # fmt: skip

        put("worth", {str(name): one for name, one in self.worth.items()})
        put("spread", self.spread)
        if self.result.funded_count:
            put("success", {"success": self.result.success_probability, "pays": self.pays})
            put("paid_back_by_month", {str(month): one for month, one in self.paid_back_by.items()})
        put("joint", {"all": self.joint.all})
        for number, quarter in enumerate(self.quarters, 1):
            put(f"quarter_{number}", quarter)
        frame = pd.DataFrame.from_dict(rows, orient="index", columns=["estimate", "low", "high"]).astype("float64")
        frame.index = pd.MultiIndex.from_tuples(rows, names=["part", "name"])
        return frame

    def as_dict(self) -> dict[str, Any]:
        """The content of `decide.json`."""
        result = self.result
        return {
            "scenario": self.scenario.name,
            "scenario_hash": self.scenario.hash,
            "seed": result.seed,
            "replications": result.replications_done,
            "effective_sample_size": self.effective,
            **({"not_conditioned": self.refusal} if self.refusal else {}),
            "currency": self.scenario.economics.currency,
            "funded_share": result.funded_share.as_dict(),
            "choice": self.choice,
            "not_told_from": self.not_told_from,
            "replications_to_tell": self.replications_to_tell,
            "worth": {name: one.as_dict() for name, one in self.worth.items()},
            "less": {
                name: one.as_dict() | {"p_adjusted": self.p_adjusted[name]} for name, one in self.less.items()
            },
            "next_gate": self._gate(),
            "spread": {name: one.as_dict() for name, one in self.spread.items()},
            "success_probability": result.success_probability.as_dict(),
            "pays_probability": self.pays.as_dict(),
            "paid_back_by_month": {str(month): one.as_dict() for month, one in self.paid_back_by.items()},
            "quarters": [
                {"quarter": number, **{name: one.as_dict() for name, one in each.items()}}
                for number, each in enumerate(self.quarters, 1)
            ],
            "largest_outlay": {
                name: self.outlay(level).as_dict() for name, level in (("p50", 0.5), ("p90", 0.9))
            } if self.money is not None else {},
            "cost_by_category": dict(self.costs),
            "run_rate": {} if self.money is None else {
                name: self.money.run_rate(name).as_dict() for name in ("cost", "value")
            },
            "joint": {"week": self.week_of_joint, **self.joint.as_dict()},
            "frontiers": [
                {"confidence": level, "points": [asdict(point) for point in points]}
                for level, points in self.frontiers.items()
            ],
            "to_measure": [asdict(one) for one in self.to_measure],
            "outcomes": {name: share.as_dict() for name, share in result.outcomes.items()},
            **self.spoken(),
        }  # fmt: skip

    def _gate(self) -> dict[str, Any] | None:
        if self.gate is None:
            return None
        told = {name: one for name, one in vars(self.gate).items() if name != "review"}
        return {
            "gate": self.gate.review.gate or None,
            "weeks_from_funding": self.gate.review.weeks,
            **{name: one if isinstance(one, dict) else one.as_dict() for name, one in told.items()},
        }


def _turned(one: Estimate) -> Estimate:
    """The same seen from the other side."""
    value, low, high = (None if end is None else -end for end in (one.value, one.high, one.low))
    return Estimate(value, low, high, one.n)


def _p(one: Estimate, size: float) -> float:
    """The p-value of 0 of a mean of effectively `size` values with Student's interval; 1 where that is not known."""
    if one.value is None or one.low is None:
        return 1.0
    error = (one.value - one.low) / t_quantile(size - 1.0)
    if error <= 0.0:
        return 1.0 if one.value == 0.0 else 0.0
    return two_sided_p(one.value / error, size - 1.0)


def decide(
    source: Source,
    replications: int | None = None,
    seed: int | None = None,
    engine: str = ENGINE,
    jobs: int | None = None,
    out: Any = None,
    progress: bool | ReportProgress | None = None,
    *,
    adoption: float | None = None,
    cost: float | None = None,
    by_month: int | None = None,
    confidence: float = CONFIDENCE,
    design: str | None = None,
    executor: str | Executor | None = None,
    fresh: bool = False,
) -> Decision:
    """Whether to fund a plan, what that is worth from today, and how it may go.

    `source` is a scenario, a result, or the folder that a run has left of one, of which nothing is simulated again.
    Adoption of at least so much at no more `cost` since the decision is asked for `by_month` since kick-off, as in
    `timeline`; `confidence` is the share of all programmes for which the frontier of both is told. Other arguments are
    those of `run`, None for those of the result. With `out`, what is simulated is written to `out/<its name>/`, and the
    answer to `out/decide.json`. Raises what `run` raises, and `ArgumentError` (a `ValueError`).
    """
    arguments = {
        "replications": replications, "seed": seed, "engine": engine, "jobs": jobs, "out": out, "progress": progress,
        "design": design, "executor": executor, "fresh": fresh,
    }  # fmt: skip
    return decided(source, arguments, Wanted(adoption, cost, by_month), confidence)


def decided(
    source: Source,
    arguments: Mapping[str, Any],
    wanted: Wanted,
    confidence: float = CONFIDENCE,
    before: Callable[[], None] | None = None,
) -> Decision:
    """The same; `before` is called when all has been checked, before anything is computed."""
    if not 0.0 < confidence < 1.0:
        raise ArgumentError(
            "{confidence} is {found}; it must be a share between 0 and 1, such as 0.8", found=repr(confidence)
        )
    plans = PairedPlans([source], arguments, least=1)
    wanted.check(plans.scenarios[0])
    folder = plans.settings.folder
    if folder is not None:
        refuse_others(folder / file_of(NAME))
    answer = Decision(plans.results(NAME, before)["A"], wanted, confidence)
    if folder is not None:
        answer.write(folder)
    return answer
