"""The base of every section of a scenario: frozen, strict, with a source beside any number."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, ModelWrapValidatorHandler, PrivateAttr, model_validator

from simulator.scenario.numbers.mix import Mix
from simulator.scenario.numbers.priors import prior
from simulator.scenario.numbers.quantity import NO_NOTE, Certain, Note, Quantity, Refused, noted, take_note
from simulator.scenario.text.problems import Finding, describe

Acts = Literal["always", "until_funded", "until_decided", "start"]
"""How long in a replication a change of a field still acts: rules go on reading it; it sets dates when the roll-out is
funded, or when that is decided; it acts at the start, or when the result is read."""
Elsewhere = Literal["structure", "measures"]
"""Why rules do not read a field by its path: it says what there is, or is for the measures of a result."""


class Use(NamedTuple):
    """What the model makes of a field; rules read it by its dotted path, in the unit in which it was written."""

    acts: Acts = "always"
    absent: float = 0.0
    """The number that stands for null, and for a field of a section that is not there."""
    unless: str = ""
    """Dotted path of a truth; where it holds, the field counts as absent."""
    elsewhere: Elsewhere | None = None
    believed: bool = False
    """Whether its default is a prior."""


def stated(default: Any, description: str, **more: Any) -> Any:
    """A field with a documented default, in the form that a scenario file writes; `more` as for `needed`."""
    return needed(description, default=default, validate_default=True, **more)


def believed(description: str, **more: Any) -> Any:
    """A field whose default is the prior at its name, or alias, below `Section.beliefs`; `more` as for `needed`."""
    return needed(description, default=None, validate_default=True, believed=True, **more)


def needed(
    description: str,
    *,
    believed: bool = False,
    acts: Acts = "always",
    absent: float = 0.0,
    unless: str = "",
    elsewhere: Elsewhere | None = None,
    **more: Any,
) -> Any:
    """A field without a default; `acts` to `elsewhere`, and `believed`, are those of `Use`, `more` is for pydantic."""
    field = Field(description=description, **more)
    field.metadata.append(Use(acts, absent, unless, elsewhere, believed))
    return field


class Section(BaseModel):
    """A mapping of a scenario file; unknown keys are refused, and nothing can be changed once it is read."""

    # Building validators takes time: it waits until the first scenario is read.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, defer_build=True)

    vector: ClassVar[bool] = False
    """Whether its fields, which are all alike, are one vector for the model."""
    beliefs: ClassVar[str] = ""
    """Dotted path in the file of priors of what is believed of its fields."""

    _notes: dict[str, Note] = PrivateAttr(default_factory=dict)

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Take the defaults of fields that are believed from the file of priors."""
        for name, field in cls.model_fields.items():
            if any(isinstance(use, Use) and use.believed for use in field.metadata):
                field.default = prior(".".join(filter(None, (cls.beliefs, field.alias or name))))

    @classmethod
    def certain_fields(cls) -> list[str]:
        """Keys of the fields that hold plain ints and floats."""
        return [
            field.alias or name
            for name, field in cls.model_fields.items()
            if any(isinstance(annotation, Certain) for annotation in field.metadata)
        ]

    @classmethod
    def certain_kind(cls, key: str) -> Certain | None:
        """What the plain int or float under `key` may be; None where the field holds no such number."""
        for name, field in cls.model_fields.items():
            if key == (field.alias or name):
                return next((kind for kind in field.metadata if isinstance(kind, Certain)), None)
        return None

    @classmethod
    def words(cls, key: str) -> str:
        """What the field under `key` is; empty where there is no such field."""
        named = (field for name, field in cls.model_fields.items() if key == (field.alias or name))
        return next((field.description or "" for field in named), "")

    @model_validator(mode="wrap")
    @classmethod
    def _set_notes_aside(cls, given: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Certain numbers stay plain ints and floats; the sources beside them are kept apart."""
        if not isinstance(given, Mapping):
            return handler(given)
        values, notes = dict(given), {}
        for name in cls.certain_fields():
            value = values.get(name)
            if isinstance(value, Mapping):
                form, note, findings = take_note(value)
                if set(form) != {"value"} or isinstance(form["value"], Mapping):
                    allowed = "allowed: a certain number, or {value:, source:, confidence:}"
                    findings.append(Finding((), f"found {describe(value)}", allowed))
                values[name] = Refused(tuple(findings)) if findings else form["value"]
                if note != NO_NOTE:
                    notes[name] = note
        section = handler(values)
        section._notes.update(notes)
        return section

    def note(self, key: str) -> Note:
        """Source and confidence beside the certain number under ``key``."""
        return self._notes.get(key, NO_NOTE)

    def fields(self) -> Iterator[tuple[str, Any]]:
        """Keys as a file spells them, and values, in declared order."""
        for name, field in type(self).model_fields.items():
            yield field.alias or name, getattr(self, name)

    def assumed(self) -> Iterator[tuple[str | int, ...]]:
        """Where in the document numbers stand without a source beside them, that don't say themselves they are assumed.

        A number with a form of its own, such as {p10:, p50:, p90:}, is one.
        """
        for key, value in self.fields():
            yield from ((key, *rest) for rest in _assumed(value, self.note(key)))

    def document(self) -> dict[str, Any]:
        """The section as a scenario file writes it: plain, JSON-able, with defaults filled in."""
        return {key: noted(plain(value), self.note(key)) for key, value in self.fields()}


def _assumed(value: Any, note: Note) -> Iterator[tuple[str | int, ...]]:
    """Where in the value of a field numbers stand without a source; () is the value itself, `note` stands beside it."""
    if isinstance(value, Section):
        yield from value.assumed()
    elif isinstance(value, Mix):
        yield from ((name,) for name in value if _is_assumed(value.note(name)))
    elif isinstance(value, tuple):
        sections = [(index, item) for index, item in enumerate(value) if isinstance(item, Section)]  # dates are not
        yield from ((index, *rest) for index, item in sections for rest in item.assumed())
    elif isinstance(value, Quantity):
        yield from [()] if _is_assumed(value.note) else []
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from [()] if _is_assumed(note) else []


def _is_assumed(note: Note) -> bool:
    """Whether a number has neither a source nor the word that it is an assumption."""
    return note.source is None and note.confidence != "assumption"


def plain(value: Any) -> Any:
    """A value of a section as plain JSON types."""
    if isinstance(value, Section | Quantity) or hasattr(value, "document"):
        return value.document()
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and value == int(value):
        return int(value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)
