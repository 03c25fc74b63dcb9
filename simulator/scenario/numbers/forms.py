"""The ways to write an uncertain number, each a small function registered by its name."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from simulator.scenario.numbers.distribution import Distribution
from simulator.scenario.numbers.percentiles import NORMAL_90, fit
from simulator.scenario.text.problems import Finding, describe, listed, nearest
from simulator.streams import codes

LARGEST: Final = 1e15
"""Largest absolute value of any number in a scenario."""
INSIDE: Final = 1e-9
"""How far inside an open end of a field draws stay, in its unit: what divides by them stays finite."""
LARGEST_EMPIRICAL: Final = 10_000
"""Most values of an empirical distribution."""


@dataclass(frozen=True, slots=True)
class Range:
    """The values that a field allows, and the bounds that percentiles without ``min`` or ``max`` get."""

    low: float
    high: float
    low_open: bool = False
    high_open: bool = False
    natural_low: float = -math.inf
    natural_high: float = math.inf

    def allows(self, x: float, atom: bool = True) -> bool:
        """Whether ``x`` may occur; the open end is allowed where it has no probability of its own."""
        below = x <= self.low if self.low_open and atom else x < self.low
        above = x >= self.high if self.high_open and atom else x > self.high
        return not (below or above)

    @property
    def inside(self) -> tuple[float, float]:
        """The ends at which draws are clipped: just inside open ones, which a draw can reach by rounding alone."""
        return self.low + (INSIDE if self.low_open else 0.0), self.high - (INSIDE if self.high_open else 0.0)

    def __str__(self) -> str:
        low, high = (format(end, ".15g") for end in (self.low, self.high))
        if math.isinf(self.low) and math.isinf(self.high):
            return "any number"
        if math.isinf(self.high):
            return f"{'above' if self.low_open else 'at least'} {low}"
        return f"{'above' if self.low_open else 'from'} {low} to {'below ' if self.high_open else ''}{high}"


class FormError(Exception):
    """A number or distribution that cannot be read; ``findings`` say why."""

    def __init__(self, *findings: Finding) -> None:
        self.findings = findings
        super().__init__("; ".join(finding.found for finding in findings))


def refuse(found: str, allowed: str, *at: str | int) -> FormError:
    """A form error with one finding."""
    return FormError(Finding(at, found, allowed))


def number(value: Any, *at: str | int) -> float:
    """A finite number within the limit, or a form error."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refuse(f"found {describe(value)}", "allowed: a number", *at)
    if not abs(value) <= LARGEST:
        raise refuse(f"found {describe(value)}", f"allowed: a finite number, at most {LARGEST:g} in size", *at)
    return float(value)


Numbers = Mapping[str, float]


def percentiles(x: Numbers) -> Distribution:
    """A metalog or two-piece form that meets p10, p50 and p90 exactly."""
    p10, p50, p90 = x["p10"], x["p50"], x["p90"]
    low, high = x["min"], x["max"]
    if not p10 < p50 < p90:
        raise refuse(f"found p10 {p10:g}, p50 {p50:g}, p90 {p90:g}", "allowed: p10 < p50 < p90")
    if p10 <= low:
        raise refuse(f"found p10 {p10:g}", f"allowed: above min, which is {low:g} here", "p10")
    if p90 >= high:
        raise refuse(f"found p90 {p90:g}", f"allowed: below max, which is {high:g} here", "p90")
    try:
        code, parameters = fit(p10, p50, p90, low, high)
    except ValueError as error:
        raise refuse(f"found {error}", "allowed: p10 < p50 < p90 that differ by more than rounding") from None
    return Distribution(code, parameters)


def uniform(x: Numbers) -> Distribution:
    """Each value from min to max equally likely."""
    if not x["min"] < x["max"]:
        raise refuse(f"found min {x['min']:g}, max {x['max']:g}", "allowed: min < max")
    return Distribution(codes.UNIFORM, (x["min"], x["max"]))


def triangular(x: Numbers) -> Distribution:
    """A triangle with its top at the mode."""
    _ordered(x)
    return Distribution(codes.TRIANGULAR, (x["min"], x["mode"], x["max"]))


def pert(x: Numbers) -> Distribution:
    """PERT (Malcolm et al. 1959): a beta with mean (min + 4 mode + max) / 6."""
    _ordered(x)
    width = x["max"] - x["min"]
    a = 1.0 + 4.0 * (x["mode"] - x["min"]) / width
    return Distribution(codes.BETA, (a, 6.0 - a, x["min"], x["max"]))


def beta(x: Numbers) -> Distribution:
    """A beta with a given mean and standard deviation."""
    low, high = x.get("min", 0.0), x.get("max", 1.0)
    if not low < high:
        raise refuse(f"found min {low:g}, max {high:g}", "allowed: min < max")
    if not low < x["mean"] < high:
        raise refuse(f"found mean {x['mean']:g}", f"allowed: above {low:g}, below {high:g}", "mean")
    m, s = (x["mean"] - low) / (high - low), x["sd"] / (high - low)
    largest = math.sqrt(m * (1.0 - m))
    if not 0.0 < s < largest:
        limit = largest * (high - low)
        raise refuse(f"found sd {x['sd']:g}", f"allowed: above 0, below {limit:.6g} for this mean", "sd")
    size = m * (1.0 - m) / (s * s) - 1.0
    return Distribution(codes.BETA, (m * size, (1.0 - m) * size, low, high))


def lognormal(x: Numbers) -> Distribution:
    """A lognormal with a given median and 90th percentile."""
    median, p90 = x["median"], x["p90"]
    if not 0.0 < median < p90:
        raise refuse(f"found median {median:g}, p90 {p90:g}", "allowed: 0 < median < p90")
    return Distribution(codes.LOGNORMAL, (math.log(median), math.log(p90 / median) / NORMAL_90))


def exponential(x: Numbers) -> Distribution:
    """An exponential with a given mean."""
    if not x["mean"] > 0.0:
        raise refuse(f"found mean {x['mean']:g}", "allowed: above 0", "mean")
    return Distribution(codes.EXPONENTIAL, (x["mean"],))


def gamma(x: Numbers) -> Distribution:
    """A gamma with a given mean and standard deviation."""
    for key in ("mean", "sd"):
        if not x[key] > 0.0:
            raise refuse(f"found {key} {x[key]:g}", "allowed: above 0", key)
    shape = (x["mean"] / x["sd"]) ** 2
    if not 1e-3 <= shape <= 1e8:
        raise refuse(f"found mean {x['mean']:g}, sd {x['sd']:g}", "allowed: sd from 0.0001 to 30 times the mean")
    return Distribution(codes.GAMMA, (shape, x["sd"] ** 2 / x["mean"]))


def _ordered(x: Numbers) -> None:
    if not (x["min"] <= x["mode"] <= x["max"] and x["min"] < x["max"]):
        found = f"found min {x['min']:g}, mode {x['mode']:g}, max {x['max']:g}"
        raise refuse(found, "allowed: min <= mode <= max and min < max")


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write a distribution: its keys and what it builds."""

    needs: tuple[str, ...]
    build: Callable[[Numbers], Distribution]
    optional: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    """Keys whose value is a value of the field, and must lie in its range."""
    from_zero: bool = False
    """Whether it begins at zero, so that it can't be shifted."""


PERCENTILES: Final = Form(("p10", "p50", "p90"), percentiles, ("min", "max"), ("p10", "p50", "p90", "min", "max"))
FORMS: Final[Mapping[str, Form]] = {
    "lognormal": Form(("median", "p90"), lognormal, (), ("median", "p90"), from_zero=True),
    "triangular": Form(("min", "mode", "max"), triangular),
    "pert": Form(("min", "mode", "max"), pert),
    "beta": Form(("mean", "sd"), beta, ("min", "max")),
    "uniform": Form(("min", "max"), uniform),
    "exponential": Form(("mean",), exponential, (), ("mean",), from_zero=True),
    "gamma": Form(("mean", "sd"), gamma, (), ("mean",), from_zero=True),
}
"""Distributions in natural units, by the key under which they are written."""
HEADS: Final = ("value", "constant", *PERCENTILES.needs, *FORMS, "empirical")
ALLOWED: Final = (
    f"allowed: a number, {{p10:, p50:, p90:}}, {{value:}}, or one of {', '.join((*FORMS, 'empirical', 'constant'))}"
)


def distribution(form: Any, allowed: Range) -> tuple[Distribution, Any]:
    """Read a form (without source and confidence): the distribution, and the form in its canonical spelling.

    Raises FormError.
    """
    if not isinstance(form, Mapping):
        if isinstance(form, str | bool) or not isinstance(form, int | float):
            raise refuse(f"found {describe(form)}", ALLOWED)
        return _certain(number(form), allowed)
    heads = [key for key in ("value", "constant", "empirical", *FORMS) if key in form]
    if any(key in form for key in PERCENTILES.needs):
        heads.append("p10")
    if len(heads) != 1:
        if not heads:
            guess = next((near for key in form if (near := nearest(key, HEADS))), None)
            raise FormError(Finding((), f"found {describe(form)}", ALLOWED, guess))
        raise refuse(f"found {listed(heads)} together", "allowed: one of them")
    head = heads[0]
    if head == "p10":
        return _built(PERCENTILES, form, allowed, ())
    extra = [key for key in form if key != head]
    if extra:
        raise FormError(*(_unknown(key, (head, "source", "confidence"), ()) for key in extra))
    if head in ("value", "constant"):
        return _certain(number(form[head], head), allowed)
    if head == "empirical":
        return _empirical(form[head], allowed)
    inner = form[head]
    if not isinstance(inner, Mapping):
        keys = listed((*FORMS[head].needs, *FORMS[head].optional))
        raise refuse(f"found {describe(inner)}", f"allowed: a mapping with {keys}", head)
    built, canonical = _built(FORMS[head], inner, allowed, (head,))
    return built, {head: canonical}


def _built(
    form: Form, given: Mapping[str, Any], allowed: Range, at: tuple[str, ...]
) -> tuple[Distribution, dict[str, Any]]:
    """Build a form from the numbers given under its keys."""
    known = (*form.needs, *form.optional)
    findings = [_unknown(key, known, at) for key in given if key not in known]
    misspelt = {finding.nearest for finding in findings}
    missing = [key for key in form.needs if key not in given and key not in misspelt]
    if missing:
        findings.append(Finding(at, f"missing {listed(missing)}", f"needed: {listed(form.needs)}"))
    numbers: dict[str, float] = {}
    for key in known:
        if key in given:
            try:
                numbers[key] = number(given[key], *at, key)
                if key in form.levels and not allowed.allows(numbers[key], atom=False):
                    raise refuse(f"found {describe(given[key])}", f"allowed: {allowed}", *at, key)
            except FormError as error:
                findings.extend(error.findings)
    if findings:
        raise FormError(*findings)
    try:
        # Percentiles without min or max get the natural bounds of the field.
        bounds = {"min": allowed.natural_low, "max": allowed.natural_high} if form is PERCENTILES else {}
        built = form.build({**bounds, **numbers})
    except FormError as error:
        raise FormError(*(Finding((*at, *f.at), f.found, f.allowed, f.nearest) for f in error.findings)) from None
    low, high = built.support()
    # Ends that nobody wrote are clipped instead of refused.
    low = max(low, allowed.low) if "min" in form.optional and "min" not in given else low
    high = min(high, allowed.high) if "max" in form.optional and "max" not in given else high
    if not (allowed.allows(low, atom=False) and (math.isinf(high) or allowed.allows(high, atom=False))):
        raise refuse(f"found values from {low:g} to {high:g}", f"allowed: {allowed}", *at)
    clipped = Distribution(built.code, built.parameters, allowed.inside)
    return clipped, {key: plain_number(value) for key, value in numbers.items()}


def _certain(x: float, allowed: Range) -> tuple[Distribution, Any]:
    if not allowed.allows(x):
        raise refuse(f"found number {x:.15g}", f"allowed: {allowed}")
    return Distribution(codes.CONSTANT, (x,), (allowed.low, allowed.high)), plain_number(x)


def _empirical(given: Any, allowed: Range) -> tuple[Distribution, Any]:
    if isinstance(given, str | Mapping) or not isinstance(given, list | tuple):
        raise refuse(f"found {describe(given)}", "allowed: a list of numbers", "empirical")
    if not 1 <= len(given) <= LARGEST_EMPIRICAL:
        raise refuse(f"found {describe(given)}", f"allowed: 1 to {LARGEST_EMPIRICAL} numbers", "empirical")
    values = [number(x, "empirical", i) for i, x in enumerate(given)]
    for i, x in enumerate(values):
        if not allowed.allows(x):
            raise refuse(f"found number {x:.15g}", f"allowed: {allowed}", "empirical", i)
    ordered = tuple(sorted(values))
    built = Distribution(codes.EMPIRICAL, (0.0, float(len(ordered))), (allowed.low, allowed.high), ordered)
    return built, {"empirical": [plain_number(x) for x in ordered]}


def _unknown(key: object, known: tuple[str, ...], at: tuple[str, ...]) -> Finding:
    return Finding((*at, str(key)), f'unknown key "{key}"', f"allowed: {listed(known)}", nearest(key, known))


def plain_number(x: float) -> int | float:
    """A number in its shortest spelling: whole ones as integers."""
    return int(x) if x == int(x) else x
