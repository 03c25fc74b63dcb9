"""The result of an experiment with one scenario: estimates, tables, a verdict, and the files it is kept in."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.results.accessors import Analysis, view
from simulator.results.account import Account, Accounted
from simulator.results.conditioning import Conditioning, ConditioningError, conditioning
from simulator.results.conditions import Within, meets, within
from simulator.results.costs import costs
from simulator.results.statistics import (
    ESTIMATES,
    Estimate,
    Share,
    describe,
    effective_size,
    quantile,
)
from simulator.results.success_curve import SuccessCurve, scaled_by_week, success_curve
from simulator.results.weighting import Truths, Weighting
from simulator.scenario.measures import REPLICATIONS, SHARES, TEXTS
from simulator.scenario.text.problems import unknown
from simulator.store.blocks import INPUT
from simulator.store.records import Records

if TYPE_CHECKING:
    import pandas as pd

    from simulator.scenario import Scenario


class Result(Accounted):
    """What the replications of one scenario gave; `account` says how they were made."""

    variance: Analysis[pd.DataFrame] = Analysis("simulator.analysis.variance:variance")

    def __init__(
        self,
        scenario: Scenario,
        records: Records,
        account: Account,
        analysis_rows: Sequence[Mapping[str, Any]] = (),
        within: Within | None = None,
        conditioned: Conditioning | None = None,
        *,
        takes_refusal: bool = False,
    ) -> None:
        self.scenario = scenario
        self.records = records
        super().__init__(account)
        self.analysis_rows = tuple(analysis_rows)
        self.within = within
        self._conditioned = conditioned
        self._takes_refusal = takes_refusal

    @property
    def replications_done(self) -> int:
        """The number of replications in this result."""
        return self.records.count

    @property
    def interrupted(self) -> bool:
        """Whether the experiment was stopped before all replications that were asked for had been tried."""
        return self.records.count + len(self.failures) < self.requested

    @property
    def complete(self) -> bool:
        """Whether every replication that was asked for is there."""
        return self.records.count >= self.requested

    @property
    def count_told(self) -> str:
        """How many replications there are, in words."""
        if self.interrupted:
            return f"interrupted: {self.replications_done:,} of {self.requested:,} replications"
        if self.within is not None:
            by_weight = "" if self.weighting.weights is None else f" ({100 * self.within.share:.1f}% by weight)"
            told = f"{self.replications_done:,} of {self.within.total:,} replications{by_weight}"
            return f"{told}, those with {self.within.condition}"
        return f"{self.replications_done:,} replications"

    @property
    def events_per_second(self) -> float:
        """Simulated events per second of wall time, over all jobs together."""
        events = sum(int(value or 0) for value in self.records.measure("events"))
        return events / self.wall_seconds if self.wall_seconds > 0 else 0.0

    @cached_property
    def conditioning(self) -> Conditioning:
        """What an observed pilot does to the replications: its readings, their weights, or why it can't be used."""
        return conditioning(self.scenario, self.records) if self._conditioned is None else self._conditioned

    @cached_property
    def weighting(self) -> Weighting:
        """What each replication counts for: all the same, unless the scenario has an observed pilot.

        Raises `ConditioningError` where they can't be conditioned on that one; see `unweighted`.
        """
        if self.within is not None:
            return self.within.weighting
        if self.conditioning.refusal and not self._takes_refusal:
            raise ConditioningError(self.conditioning.refusal, self.unweighted)
        return self.conditioning.weighting

    @property
    def refusal(self) -> str:
        """Why the replications can't be conditioned on the observed pilot; empty where they are, or there is none."""
        return self.conditioning.refusal

    @property
    def estimable(self) -> bool:
        """Whether there are estimates: not where the observed pilot can't be used, unless that is taken."""
        return self._takes_refusal or not self.refusal

    @property
    def unweighted(self) -> Result:
        """Where the observed pilot can't be used: the replications as they are, which all count the same."""
        return self.under(self.conditioning, takes_refusal=True)

    def under(self, conditioned: Conditioning, *, takes_refusal: bool = False) -> Result:
        """The same replications with another conditioning."""
        same = self.scenario, self.records, self.account, self.analysis_rows, self.within
        return Result(*same, conditioned, takes_refusal=takes_refusal)

    @property
    def effective_sample_size(self) -> float | None:
        """How many unweighted replications would say as much, where an observed pilot weights them; otherwise None."""
        weights = self.weighting.weights
        return None if weights is None else effective_size(weights)

    @cached_property
    def estimates(self) -> dict[str, dict[str, float | int | None]]:
        """For each numeric output measure: mean, half_width_95, sd, p05, p10, p50, p90, p95, n (not null ones).

        Then the ends of the quantiles' 95% intervals, p05_low to p95_high.
        """
        return {
            name: describe(self.records.measure(name), self.weighting.weights)
            for name in self.records.measures
            if name not in TEXTS
        }

    def estimate(self, measure: str) -> dict[str, float | int | None]:
        """The estimates of one output measure; empty when the scenario has none. Raises `KeyError` as `share` does."""
        if measure not in self.estimates and measure not in REPLICATIONS:
            raise unknown("measure of a replication", measure, self.estimates)
        return self.estimates.get(measure, {})

    def probability(self, condition: str | Callable[[pd.DataFrame], Any]) -> Share:
        """The share of all replications that meet a condition, by weight, with its 95% interval.

        A condition is text, such as "success", "not funded", "npv > 0" or "outcome == stalled", several joined by
        "and", of measures and of inputs as drawn ("input.<path> < 2"); or a function of the frame `replications` that
        gives a truth for each row. A null measure meets no comparison. Raises `ConditionError`, a `ValueError`, and
        `KeyError`.
        """
        return self.weighting.share(meets(self, condition))

    def quantile(self, measure: str, level: float) -> Estimate:
        """A quantile of a numeric measure over the replications in which it is not null, with its 95% interval.

        `level` is a share, such as 0.9. Raises `ValueError` for another one, and `KeyError` as `share` does.
        """
        if not 0.0 <= level <= 1.0:
            raise ValueError(
                f"a level of {level} is none from 0 to 1: write 0.9 for the value that nine of ten fall below"
            )
        if measure not in self.estimates:
            raise unknown("numeric measure of a replication", measure, self.estimates)
        return quantile(self.records.measure(measure), level, self.weighting.weights)

    def given(self, condition: str | Callable[[pd.DataFrame], Any]) -> Result:
        """The same for the replications alone that meet a condition, as `probability` takes it, with their weights.

        All that a result can be asked it can be asked too, but for `save` and `variance`. Its heading says of how many
        it speaks. Raises `ConditionError`, a `ValueError`, where none meets it, and `KeyError`.
        """
        mask = meets(self, condition)
        found = within(self, condition, mask)
        records = self.records.chosen(mask)
        numbers = {int(number) for number in records.numbers}
        rows = [row for row in self.analysis_rows if row["replication"] in numbers]
        account = replace(self.account, requested=records.count, wall_seconds=0.0, failures=(), precisions=())
        chosen = self.scenario, records, account, rows, found
        return Result(*chosen, self.conditioning, takes_refusal=self._takes_refusal)

    @cached_property
    def outcomes(self) -> dict[str, Share]:
        """Share of replications for each outcome that occurred, the commonest first, with Wilson's 95% intervals."""
        found = np.array([str(value) for value in self.records.measure("outcome")])
        shares = {str(name): self.weighting.share(found == name) for name in np.unique(found)}
        return dict(sorted(shares.items(), key=lambda item: (-(item[1].share or 0.0), item[0])))

    def share(self, name: str) -> Share:
        """A share of all replications, as `SHARES` declares it, with its interval; null ones do not count.

        Raises `KeyError` for an unknown name, and tells the nearest one.
        """
        if name not in SHARES:
            raise unknown("share", name, SHARES)
        declared = SHARES[name]
        values = self.records.measure(declared.counts)
        among = np.array([value is not None for value in values], dtype=bool)
        if declared.among:
            among &= self.funded if declared.among == "funded" else self._true(declared.among)
        return self.weighting.share(np.array([bool(value) for value in values], dtype=bool), among)

    @cached_property
    def success_probability(self) -> Share:
        """Share of funded replications that reached scale, on time or late, and kept it."""
        return self.share("success_probability")

    @cached_property
    def paid_back_by_outcome(self) -> dict[str, Share]:
        """For each outcome that occurred, in the order of `outcomes`, the share of it that paid back."""
        values, found = self.records.measure("paid_back"), self.records.measure("outcome")
        paid = np.array([bool(value) for value in values], dtype=bool)
        known = np.array([value is not None for value in values], dtype=bool)
        return {
            name: self.weighting.share(paid, known & np.array([value == name for value in found], dtype=bool))
            for name in self.outcomes
        }

    @cached_property
    def priced(self) -> bool:
        """Whether anything costs or is worth something, so that money can be spoken of."""
        return any(value is not None for value in self.records.measure("paid_back"))

    def costs(self) -> pd.DataFrame:
        """Money by category as a frame: means over the funded of what each costs or is worth since the decision.

        A row per `(flow, category)`, with its share of all cost, and the means of each year since kick-off.
        """
        return costs(self)

    @cached_property
    def success_curve(self) -> SuccessCurve:
        """Shares of the funded replications that hold levels of adoption for numbers of weeks in a row."""
        return success_curve(self)

    @cached_property
    def funded_share(self) -> Share:
        """Share of replications that were funded."""
        return self.weighting.share(self.funded)

    @property
    def funded_count(self) -> int:
        """The number of funded replications."""
        return int(self.funded.sum())

    @cached_property
    def funded(self) -> Truths:
        """bool[replications]: whether each was funded."""
        return (
            self._true("funded") if "funded" in self.records.measures else np.ones(self.replications_done, dtype=bool)
        )

    def share_known(self, measure: str) -> Share:
        """The share of replications in which a measure is not null."""
        known = [value is not None for value in self.records.measure(measure)]
        return self.weighting.share(np.array(known, dtype=bool))

    @property
    def scaled_by_week(self) -> dict[str, list[float] | list[int]]:
        """Cumulative share of funded replications that reached scale by each week since funding, kept or not.

        Those that are shelved first never will, and stay in the denominator (shelving is a competing risk). Beside it,
        as `share_kept`, those of them that keep it: the rest have lost it, or will.
        """
        return scaled_by_week(self)

    def summary(self) -> pd.DataFrame:
        """Estimates as a frame: a row per numeric output measure, columns as in `summary.json`."""
        import pandas as pd

        frame = pd.DataFrame.from_dict(self.estimates, orient="index", columns=list(ESTIMATES))
        frame.index.name = "measure"
        return frame.astype({name: "float64" for name in ESTIMATES if name != "n"} | {"n": "int64"})

    @cached_property
    def replications(self) -> pd.DataFrame:
        """A row per replication: its `weight`, output measures, then inputs as drawn in `input.<path>` columns."""
        frame = self._frame("replications")
        drawn = [name for name in frame.columns if str(name).startswith(INPUT)]
        return frame[[*frame.columns.difference(drawn, sort=False), *drawn]]

    @cached_property
    def weekly(self) -> pd.DataFrame:
        """A row per replication and week (from 0), with the replication's `weight`."""
        return self._frame("weekly")

    @cached_property
    def sites(self) -> pd.DataFrame:
        """A row per replication and site, with the replication's `weight`."""
        return self._frame("sites")

    def _frame(self, name: str) -> pd.DataFrame:
        """A table with what each replication counts for: 1 unless an observed pilot weights them, with mean 1."""
        frame: pd.DataFrame = self.records.table(name).to_pandas()
        weights = np.full(self.replications_done, 1.0 if self.estimable else np.nan)
        if self.estimable and self.weighting.weights is not None:
            weights = self.weighting.weights
        frame.insert(1, "weight", np.repeat(weights, len(frame) // max(1, self.replications_done)))
        return frame

    @cached_property
    def analyses(self) -> pd.DataFrame:
        """What analyzers returned: `replication`, `week` and their columns, a row per replication and week."""
        import pandas as pd

        return pd.DataFrame(list(self.analysis_rows) or {"replication": [], "week": []})

    def verdict(self) -> str:
        """Three plain sentences: how likely scale is and by when, whether it lasts, and whether it pays back."""
        return str(view("verdict", self))

    def reasons(self) -> str:
        """Why programmes fail, in a few sentences: what becomes of those that never reach scale, and what they miss."""
        return str(view("reasons", self))

    def as_dict(self) -> dict[str, Any]:
        """The content of `summary.json`: plain values, None where there is nothing to say, never NaN."""
        return {
            "scenario": self.scenario.name,
            "scenario_hash": self.scenario.hash,
            "seed": self.seed,
            "replications": self.replications_done,
            **({} if self.within is None else {"given": self.within.condition, "replications_of": self.within.total}),
            **({"replications_requested": self.requested} if self.interrupted else {}),
            **({} if self.weighting.weights is None else {"effective_sample_size": self.effective_sample_size}),
            **self.conditioning.as_dict(),
            "engine": self.engine,
            "wall_seconds": round(self.wall_seconds, 4),
            "events_per_second": round(self.events_per_second),
            "measures": self.estimates,
            "outcomes": {name: share.as_dict() for name, share in self.outcomes.items()},
            "paid_back_by_outcome": {name: share.as_dict() for name, share in self.paid_back_by_outcome.items()},
            **{name: self.share(name).as_dict() for name in SHARES},
            "scaled_by_week": self.scaled_by_week,
            "success_curve": self.success_curve.as_dict(),
        }

    def save(self, out: str | os.PathLike[str]) -> Path:
        """Write manifest, tables and summary to `out/<scenario>/` and return that folder.

        Raises `OutputError` when it can't be used or holds another result that would be lost, `WriteError` when it
        can't be written.
        """
        from simulator.store.files import OutputError, advising
        from simulator.store.identity import Identity
        from simulator.store.shards import ShardFolder

        if self.within is not None:
            raise OutputError("the replications that meet a condition can't be saved alone; save the whole result")
        identity = Identity(self.scenario, self.seed, self.engine, self.design, self.callbacks)
        folder, own = Path(out) / self.scenario.name, self.records.folder
        if own is not None and folder.exists() and own.exists() and folder.samefile(own):
            return folder  # it lies there already, and writing it anew would begin with removing it
        if int(self.records.numbers[-1]) >= self.requested:
            raise OutputError("a part can't be saved; copy its folder, or merge all parts first")
        with (
            advising("mend the cause (is the disk full?), then save again"),
            ShardFolder.open(out, identity, self.requested) as store,
        ):
            for block in self.records.blocks():
                store.keep(block)
            store.wall_seconds = self.wall_seconds
            store.failed = [failure.as_dict() for failure in self.failures]
            store.records()
            store.conclude(self.jobs, self.as_dict)
        return store.folder

    @property
    def plot(self) -> Any:
        """Figures, each a matplotlib Axes: `plot.adoption()`, `accuracy()`, `resolution()`, `trust()`, `money()`,
        `timeline()`, `shelving()`, `integrations()`, `tickets()`, `backlog()`, `outcomes()`, `success_curve()`,
        `costs()`, and for any weekly measure `fan(measure)` and `by_outcome(measure)`.
        """
        return view("plot", self)

    def __rich__(self) -> Any:
        return view("table", self if self.estimable else self.unweighted)

    def _repr_html_(self) -> str:
        return str(view("html", self if self.estimable else self.unweighted))

    def __repr__(self) -> str:
        told = self.verdict() if self.estimable else f"no estimates: {self.refusal}"
        return f"Result({self.scenario.name!r}, {self.count_told}, seed {self.seed}): {told}"

    def _true(self, measure: str) -> Truths:
        return np.array([bool(value) for value in self.records.measure(measure)], dtype=bool)
