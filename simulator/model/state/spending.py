"""Spending: what is bought at an instant counts among the costs of the week under way, by category."""

from __future__ import annotations

from typing import Any

from simulator.streams.jit import rule


@rule
def spend(state: Any, category: int, amount: float) -> None:
    """Something is bought, or paid for the week that ends."""
    state.world[0]["week_spent"][category] += amount
