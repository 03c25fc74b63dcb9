"""What is asked of a result and answered in higher layers (figures, tables, analyses), imported when first used.

This layer may not import those; it knows the places of its answers by name.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import MethodType
from typing import Any, Generic, TypeVar, overload

Answer = TypeVar("Answer")

VIEWS = {
    "plot": "simulator.report.figures:Figures",
    "verdict": "simulator.report.verdict:verdict",
    "reasons": "simulator.report.reasons:reasons",
    "table": "simulator.report.tables:ResultTable",
    "html": "simulator.report.tables:result_html",
    "suite_table": "simulator.report.suite_tables:SuiteTable",
    "suite_html": "simulator.report.suite_tables:suite_html",
}
"""How results are shown: "module:attribute" of what is called with the result."""


def view(name: str, result: Any) -> Any:
    """A result as one of `VIEWS` shows it."""
    return _imported(VIEWS[name])(result)


class Analysis(Generic[Answer]):
    """A question that a result can be asked, as a method of it: the function at `place`, "module:attribute"."""

    def __init__(self, place: str) -> None:
        self.place = place

    @overload
    def __get__(self, result: None, owner: type) -> Analysis[Answer]: ...

    @overload
    def __get__(self, result: object, owner: type) -> Callable[..., Answer]: ...

    def __get__(self, result: object, owner: type) -> Any:
        return self if result is None else MethodType(_imported(self.place), result)


def _imported(place: str) -> Callable[..., Any]:
    module, _, attribute = place.partition(":")
    return getattr(import_module(module), attribute)  # type: ignore[no-any-return]
