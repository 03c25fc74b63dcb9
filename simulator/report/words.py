"""Numbers and outcomes as people read them."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.scenario.measure import COUNT, MONEY, SHARE, TRUTH, WEEKS, Unit
from simulator.scenario.vocabulary import Outcome


def unconditioned(reason: str) -> str:
    """What is said where the pilot that was observed could not be used, and why."""
    return f"Not conditioned on the pilot that was observed, so that all replications count the same: {reason}"


def listed(parts: Sequence[str]) -> str:
    """Parts of a sentence with commas, and "and" before the last; empty without any."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


OUTCOME_WORDS: dict[Outcome, str] = {
    "scaled_on_time": "scaled on time",
    "scaled_late": "scaled late",
    "scaled_then_lost": "scaled, then lost it",
    "stalled": "stalled, never reached scale",
    "shelved": "shelved",
    "not_funded": "not funded",
}
"""Outcomes in words, in the order of figures."""


def written(value: float | None, unit: Unit, *, like: float | None = None, currency: str = "") -> str:
    """`value` for people: a share as a percentage, other numbers with about three digits; a dash for None.

    `like` is the number whose digits `value` shares, as a half-width those of its mean. Money is written with
    `currency` before it and k, m or bn behind it: "EUR 1.2m".
    """
    if value is None:
        return "–"
    if unit in (SHARE, TRUTH):  # the mean of truths is a share
        return f"{100 * value:.1f}%"
    size = abs(value if like is None else like)
    if unit == MONEY:
        return f"{currency} {_shortened(value, size)}".strip()
    if size >= 100:
        return f"{value:,.0f}"
    if unit in (WEEKS, COUNT) or size >= 10:
        return f"{value:.1f}".removesuffix(".0")
    return f"{value:.2f}" if size >= 0.1 or size == 0 else f"{value:.3f}"


def _shortened(amount: float, size: float) -> str:
    """An amount of money to two or three digits, in thousands, millions or billions as `size` asks for."""
    if amount == 0:
        return "0"
    for least, letters in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if size >= 0.9995 * least:
            digits = 0 if size >= 99.95 * least else 1
            return f"{round(amount / least, digits) + 0.0:,.{digits}f}{letters}"
    return f"{round(amount) + 0:,}" if size >= 10 else f"{round(amount, 2) + 0.0:.2f}"
