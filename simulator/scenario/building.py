"""From a tree to frozen sections, with every problem at its place."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from simulator.scenario.numbers.number_kinds import CURRENCY
from simulator.scenario.numbers.section import Section
from simulator.scenario.text.characters import spaced, spelling
from simulator.scenario.text.problems import Finding, Location, Problem, ScenarioError, describe, listed, nearest
from simulator.scenario.text.tree import NAME, NAME_WORDS, Node

S = TypeVar("S", bound=Section)

CURRENCY_WORDS: Final = "three capital letters"
LIMITS: Mapping[str, str] = {
    "too_short": "at least {min_length}",
    "too_long": "at most {max_length}",
    "string_too_short": "text of at least {min_length} characters",
    "string_too_long": "text of at most {max_length} characters",
    "string_type": "text",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "literal_error": "{expected}",
    "enum": "{expected}",
}


def build(model: type[S], tree: Node) -> S:
    """The sections of a tree; raises ScenarioError with every problem."""
    try:
        return model.model_validate(tree.plain())
    except ValidationError as error:
        translated = (_finding(model, tree, details) for details in error.errors(include_url=False))
        findings = [finding for finding in translated if finding is not None]
    except RecursionError:
        findings = [Finding((), "found too many levels", "allowed: at most 50")]
    raise ScenarioError(placed(tree, findings))


def placed(tree: Node, findings: Iterable[Finding]) -> list[Problem]:
    """Findings with file, line and column, in the order of the file."""
    problems = []
    for finding in findings:
        mark = tree.follow(finding.at)[1]
        key = _key_mark(tree, finding)
        file, line, column = key or mark
        problems.append(
            Problem(tree.path(finding.at), finding.found, finding.allowed, finding.nearest, file, line, column)
        )
    unique = list(dict.fromkeys(problems))
    return sorted(unique, key=lambda p: (p.file or "", p.line or 0, p.column or 0))


def _key_mark(tree: Node, finding: Finding) -> Any:
    """The place of the key itself, where the key is what is wrong."""
    if not finding.found.startswith("unknown key") or not finding.at:
        return None
    parent = tree.follow(finding.at[:-1])[0]
    return parent.keys.get(str(finding.at[-1]))


def _finding(model: type[Section], tree: Node, details: ErrorDetails) -> Finding | None:
    """What pydantic says, in the words of the file."""
    at: Location = details["loc"]
    kind, context = details["type"], details.get("ctx", {})
    node, _, names = tree.follow(at)
    if len(names) < len(at):
        node = Node(None)
    given = node.value
    if kind == "finding":
        return _as_written(model, node, Finding(at, context["found"], context["allowed"], context["nearest"]))
    if kind == "too_short" and isinstance(given, list) and len(given) >= context["min_length"]:
        return None  # pydantic does not count items that are wrong, and tells of these anyway
    if kind == "extra_forbidden":
        known = keys_at(model, at[:-1])
        written = at[-1]
        return Finding(at, f'unknown key "{written}"', f"allowed: {listed_all(known)}", nearest(written, known))
    if kind == "missing":
        known = keys_at(model, at[:-1])
        unknown = [key for key in _keys_given(tree, at[:-1]) if key not in known]
        if any(nearest(key, known) == at[-1] for key in unknown):
            return None  # told where it is misspelt
        guess = nearest(at[-1], unknown)
        found = "missing" if guess is None else f'missing (is "{guess}" meant to be it?)'
        return Finding(at, found, f"needed: {_description(model, at)}")
    if kind in ("model_type", "model_attributes_type"):
        allowed = f"allowed: a mapping with {listed_all(keys_at(model, at))}"
        return _as_written(model, node, Finding(at, f"found {describe(given)}", allowed))
    if kind == "string_pattern_mismatch":
        allowed = CURRENCY_WORDS if context.get("pattern") == CURRENCY else NAME_WORDS
        return _as_written(model, node, Finding(at, f"found {describe(given)}", f"allowed: {allowed}"))
    if kind == "literal_error":
        expected = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
        near = nearest(given, expected.split(", "))
        return _as_written(model, node, Finding(at, f"found {describe(given)}", f"allowed: {expected}", near))
    allowed = f"allowed: {LIMITS[kind].format(**context)}" if kind in LIMITS else details["msg"]
    return _as_written(model, node, Finding(at, f"found {describe(given)}", allowed))


def _as_written(model: type[Section], node: Node, finding: Finding) -> Finding:
    """A finding about a whole node in the spelling of the file, with what its text was probably meant to be."""
    at, found, allowed, near = finding.at, finding.found, finding.allowed, finding.nearest
    if found == f"found {describe(node.value)}":
        found = f"found {node.described()}"
    if allowed == "allowed: text":
        allowed = node.text_wanted(name=_has_pattern(model, at, f"^{NAME}$"))
        allowed = f"allowed: {CURRENCY_WORDS}" if _has_pattern(model, at, CURRENCY) else allowed
    if isinstance(node.value, str):
        if "number" in allowed and re.fullmatch(r"[-+]?[0-9]+(\.[0-9]*)?", node.value):
            found += ", in quotes"
        near = near or spelling(node.value)
        if near is None and ("mapping" in allowed or "{" in allowed):
            near = spaced((node.value.split() or [""])[0])
    return Finding(at, found, allowed, near)


def _has_pattern(model: type[Section], at: Location, pattern: str) -> bool:
    """Whether a text of some pattern belongs at a location."""
    keys = at[:-1] if at and isinstance(at[-1], int) else at
    section = section_at(model, keys[:-1])
    fields = section.model_fields.items() if section else ()
    field = next((field for name, field in fields if (field.alias or name) == keys[-1]), None)
    return field is not None and repr(pattern) in repr((field.annotation, field.metadata))


def listed_all(names: Iterable[str]) -> str:
    """All names of a section: at most some twenty."""
    return ", ".join(names)


def _keys_given(tree: Node, at: Location) -> list[str]:
    node = tree.follow(at)[0]
    return list(node.value) if isinstance(node.value, dict) else []


def section_at(model: type[Section], at: Location) -> type[Section] | None:
    """The section class at a location, or None where there is something else."""
    current: type[Section] | None = model
    in_list = False
    for part in at:
        if in_list:
            in_list = False
            continue
        if current is None:
            return None
        field = next((f for n, f in current.model_fields.items() if (f.alias or n) == part), None)
        if field is None:
            return None
        current, in_list = _section_of(field.annotation)
    return None if in_list else current


def _section_of(annotation: Any) -> tuple[type[Section] | None, bool]:
    """The section class in an annotation, and whether it holds a list of them."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation, False
    listed_here = get_origin(annotation) is tuple
    for inner in get_args(annotation):
        found, deeper = _section_of(inner)
        if found is not None:
            return found, listed_here or deeper
    return None, listed_here


def keys_at(model: type[Section], at: Location) -> list[str]:
    """The known keys of the section at a location."""
    section = section_at(model, at)
    return [] if section is None else [field.alias or name for name, field in section.model_fields.items()]


def _description(model: type[Section], at: Location) -> str:
    section = section_at(model, at[:-1])
    if section is not None:
        for name, field in section.model_fields.items():
            if (field.alias or name) == at[-1] and field.description:
                return field.description.rstrip(".")
    return listed(at[-1:])
