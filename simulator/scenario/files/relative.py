"""Numbers that a file states relative to what it extends: ``{times: 10}``, ``{at_least: 0.5}``."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from simulator.scenario.checks.inputs import ANY, Stated
from simulator.scenario.checks.levers import moved
from simulator.scenario.files.roles import ROLES
from simulator.scenario.numbers.forms import FormError, distribution, number, plain_number
from simulator.scenario.numbers.quantity import NO_NOTE, Quantity, take_note
from simulator.scenario.text.problems import Finding, describe, listed, nearest

if TYPE_CHECKING:
    from simulator.scenario.scenario import Scenario

PERCENTILES: Final = ("p10", "p50", "p90")
RELATIVE: Final = ("date_of_phase", "times", "plus", "at_least_per_1000_users", "at_least", "at_most")
"""What a relative number can say, in the order in which it is done."""


def is_relative(given: Any) -> bool:
    """Whether the keys of a mapping are those of a relative number, and of nothing else."""
    return isinstance(given, Mapping) and bool(given) and all(key in RELATIVE for key in given)


class Relative:
    """Works out relative numbers for one scenario."""

    def __init__(self, scenario: "Scenario", stated: Mapping[str, Stated]) -> None:
        """`stated` are its numbers by path."""
        self.scenario, self.stated = scenario, stated

    def worked_out(self, path: str, given: Mapping[str, Any]) -> Any:
        """The number that takes the place of the one at a path; None where that one stays as it is.

        A limit is a value for what is not stated; to multiply or to add there is nothing, and raises KeyError. Raises
        FormError for a number that cannot be read.
        """
        place = self.stated.get(path)
        allowed = ANY if place is None else place.allowed
        current: Any = None if place is None else _form(place)
        started = current
        if "date_of_phase" in given:
            current = started = self._date(given["date_of_phase"])
        for key in ("times", "plus"):
            if key in given:
                if started is None:
                    raise KeyError(key)
                current = _moved(current, path, place, key, given[key])
        limits: list[tuple[int, Any]] = [
            (sign, given[key]) for key, sign in (("at_least", 1), ("at_most", -1)) if key in given
        ]
        if "at_least_per_1000_users" in given:
            users = sum(site.users.mean for site in self.scenario.sites)
            heads = _read(given["at_least_per_1000_users"], "at_least_per_1000_users") * users / 1000.0
            limits.insert(0, (1, plain_number(float(round(heads)) if place is None or place.whole else heads)))
        for sign, limit in limits:
            if current is None or sign * (_mean(limit, allowed) - _mean(current, allowed)) > 0.0:
                current = limit
        return None if place is not None and current == _form(place) else current

    def _date(self, role: Any) -> Any:
        """The planned date of the phase in a role, as a form."""
        roles = ROLES["rollout", "phases"]
        if not isinstance(role, str) or role not in roles:
            near = nearest(role, roles)
            raise FormError(Finding(("date_of_phase",), f"found {describe(role)}", f"allowed: {listed(roles)}", near))
        for name in roles[role](self.scenario):
            return _form(self.stated[f"rollout.phases.{name}.week"])
        raise KeyError("date_of_phase")


def _form(place: Stated) -> Any:
    """A number as a file writes it, without its source, which speaks of the number as it was."""
    value = place.value
    return replace(value, source=None, confidence=None).document() if isinstance(value, Quantity) else value


def _mean(form: Any, allowed: Any) -> float:
    """The mean of a number in any form."""
    return distribution(take_note(form)[0] if isinstance(form, Mapping) else form, allowed)[0].mean()


def _read(given: Any, key: str) -> float:
    try:
        return number(given)
    except FormError as error:
        raise FormError(*(Finding((key, *f.at), f.found, f.allowed, f.nearest) for f in error.findings)) from None


def _moved(current: Any, path: str, place: Stated | None, key: str, by: Any) -> Any:
    """A form multiplied by a number, or with a number or three percentiles added."""
    if isinstance(by, Mapping) and key == "plus" and set(by) == set(PERCENTILES):
        added = {name: _read(by[name], key) for name in PERCENTILES}
        if not isinstance(current, Mapping):
            return {name: plain_number(current + added[name]) for name in PERCENTILES}
        if set(current) == set(PERCENTILES):
            return {name: plain_number(current[name] + added[name]) for name in PERCENTILES}
        by = added["p50"]
    allowed, whole = (ANY, False) if place is None else (place.allowed, place.whole)
    value = current
    if isinstance(current, Mapping):
        built, canonical = distribution(current, allowed)
        value = Quantity(built, "", whole, False, None, None, json.dumps(canonical), allowed)
    mode = "scale" if key == "times" else "add"
    return moved(Stated(path, value, NO_NOTE, allowed, whole), mode, _read(by, key))
