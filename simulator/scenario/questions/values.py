"""Answers that are numbers: certain ones, ranges, shares in per cent, money, or that nobody knows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from simulator.scenario.numbers.forms import LARGEST, FormError, distribution, plain_number
from simulator.scenario.numbers.per_case import ANY, NOTES, middle, times
from simulator.scenario.text.problems import describe

DIGITS: Final = 12
"""Significant digits, beyond which is the dust of arithmetic."""
UNKNOWN: Final = frozenset({"", "?", "-", "unknown", "no idea", "dont know", "don't know", "i don't know"})
"""Texts that say that somebody does not know, in small letters."""
NUMBER: Final = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"
SIGNS: Final = {"€": "EUR", "$": "USD", "£": "GBP"}
FILLERS: Final = frozenset(
    "a about all and are around at between case cases each every from handlers hour hours in is minute minutes min "
    "month months of or per people person persons roughly some the up user users week weeks year".split()
)
"""Words beside a number that change nothing about it."""


class AnswerError(ValueError):
    """An answer that can't be used: what was found, and what would be understood."""

    def __init__(self, found: str, allowed: str) -> None:
        self.found, self.allowed = found, allowed
        super().__init__(f"{found}; {allowed}")


@dataclass(frozen=True)
class Number:
    """A number as a scenario file writes it, and the currency that was named with it."""

    form: Any
    currency: str | None = None

    @property
    def middle(self) -> float:
        """The number, the middle of its percentiles, or the mean of another form."""
        found = middle(self.form)
        assert found is not None  # it was read
        return found

    def times(self, factor: float) -> "Number":
        """The number times a factor."""
        return Number(times(self.form, factor, DIGITS), self.currency)


def is_unknown(given: Any) -> bool:
    """Whether an answer says that nobody knows."""
    return given is None or (
        isinstance(given, str) and " ".join(given.lower().replace("\u2019", "'").split()).rstrip(".!") in UNKNOWN
    )


def read_number(given: Any, allowed: str, *, share: bool = False, money: bool = False) -> Number:
    """A number, a range of two, three percentiles, or a form of a scenario file; raises AnswerError.

    A share may be written in per cent, and money may have its currency beside it. `allowed` says what is expected.
    """
    if isinstance(given, Mapping):
        return _read_form(given)
    currency = None
    if isinstance(given, bool):
        raise AnswerError(f"found {describe(given)}", allowed)
    if isinstance(given, int | float):
        numbers = [float(given)]
    elif isinstance(given, list | tuple):
        parts = [read_number(part, allowed, share=share).form for part in given]
        if not all(isinstance(part, int | float) for part in parts):
            raise AnswerError(f"found {describe(given)}", allowed)
        numbers = [float(part) for part in parts]
    elif isinstance(given, str):
        numbers, currency = _numbers(given, allowed, share=share, money=money)
    else:
        raise AnswerError(f"found {describe(given)}", allowed)
    if share:
        for number in numbers:
            if not 0.0 <= number <= 1.0:
                meant = f"; is {number:g}% meant?" if 1.0 < number <= 100.0 else ""
                raise AnswerError(f"found {number:g} as a share", f"{allowed}{meant}")
    if not all(0.0 <= number <= LARGEST for number in numbers):
        raise AnswerError(f"found {describe(given)}", allowed)
    return Number(_form(numbers, allowed), currency)


def _read_form(given: Mapping[str, Any]) -> Number:
    """A number in a form of scenario files; raises AnswerError."""
    try:
        distribution({key: value for key, value in given.items() if key not in NOTES}, ANY)
    except FormError as error:
        finding = error.findings[0]
        raise AnswerError(finding.found, finding.allowed) from None
    return Number(dict(given))


def _numbers(text: str, allowed: str, *, share: bool, money: bool) -> tuple[list[float], str | None]:
    """The numbers of a text and its currency, if nothing else stands in it."""
    rest = text.strip().rstrip(".")
    currency = None
    for sign, code in SIGNS.items():
        if sign in rest:
            rest, currency = rest.replace(sign, " "), code
    found = re.findall(rf"({NUMBER})\s*(%?)", rest)
    words = re.sub(rf"({NUMBER})\s*%?", " ", rest)
    left = re.sub(r"[-\u2013\u2014~/,;:]|\bto\b|per ?cent", " ", words).split()
    codes = [word for word in left if re.fullmatch(r"[A-Z]{3}", word)]
    other = [word for word in left if word not in codes and word.lower() not in FILLERS]
    if currency is None and codes:
        currency = codes.pop(0)
    if not found or len(found) > 3 or other or codes or (currency is not None and not money):
        raise AnswerError(f"found {describe(text)}", allowed)
    percent = any(sign for _, sign in found) or "percent" in words.replace(" ", "")
    if percent and not share:
        raise AnswerError(f"found {describe(text)}", allowed)
    return [float(number.replace(",", "")) / (100.0 if percent else 1.0) for number, _ in found], currency


def _form(numbers: list[float], allowed: str) -> Any:
    """One number, the range of two (its ends are p10 and p90), or three percentiles, as a scenario file writes it."""
    if len(numbers) == 1 or len(set(numbers)) == 1:
        return _short(numbers[0])
    if len(numbers) == 2:
        low, high = numbers
        numbers = [low, (low + high) / 2.0, high]
    if len(numbers) != 3 or not numbers[0] < numbers[1] < numbers[2]:
        found = " to ".join(f"{number:g}" for number in numbers)
        raise AnswerError(f"found {found}", f"{allowed}; the least number first")
    return dict(zip(("p10", "p50", "p90"), (_short(number) for number in numbers), strict=True))


def _short(number: float) -> int | float:
    """A number without the dust of arithmetic."""
    return plain_number(float(f"{number:.{DIGITS}g}"))
