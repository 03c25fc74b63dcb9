"""What every analysis answers with: numbers, a frame, sentences, a table, a figure, and files of its own."""

from __future__ import annotations

import hashlib
import os
import re
from abc import ABC, abstractmethod
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from simulator.store.files import json_bytes, make_folder, refuse_others, remove, replace, temporaries

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

WORDS = "simulator.report.analyses"
"""The room of what speaks of answers, a module of each name; this floor may not import it, and knows it by its name."""
STYLE = "simulator.report.style"
"""The one look of figures, known by its name too."""


class Answer(ABC):
    """The answer of an analysis.

    `name` is that of its command, of the file that it is written to, and of the module that puts it into words: a
    function `sentences`, a class `Table` for a terminal, a function `figure`, and `alternative`, which tells the same
    to those who can't see it.
    """

    name: ClassVar[str]

    @property
    @abstractmethod
    def frame(self) -> pd.DataFrame:
        """All that was found as one table."""

    @abstractmethod
    def as_dict(self) -> dict[str, Any]:
        """The content of its file: plain values, None where there is nothing to say, never NaN; `spoken` among them."""

    def spoken(self) -> dict[str, Any]:
        """What it says in words, as its file holds it, and the report has it from there.

        `sentences`, `alternative` (the figure in words), and `board` where it answers a question of a board.
        """
        board = self.board
        return {"sentences": self.sentences, "alternative": self.alternative} | ({"board": board} if board else {})

    @property
    def sentences(self) -> list[str]:
        """What was found in plain words."""
        return list(self._lines)

    @cached_property
    def _lines(self) -> tuple[str, ...]:
        return tuple(self._words.sentences(self))

    @property
    def board(self) -> dict[str, str]:
        """The questions of a board that it answers, by name (`report/analyses/parts/board.py`), in a sentence each."""
        told = getattr(self._words, "board", None)
        return {} if told is None else dict(told(self))

    def figure(self) -> Figure:
        """What is to be seen at one look, as a matplotlib figure."""
        found: Figure = self._words.figure(self)
        return found

    @property
    def alternative(self) -> str:
        """What the figure shows, for those who can't see it."""
        return str(self._words.alternative(self))

    def write(self, folder: str | os.PathLike[str]) -> Path:
        """Write it to its file in a folder, which is made, with its figure beside it, and return the path of the file.

        Raises `OutputError` and `WriteError`.
        """
        make_folder(Path(folder))
        path = write_answer(Path(folder), self.name, content := self.as_dict())
        beside = path.with_name(figure_of(self.name))
        refuse_others(beside)
        drawn = import_module(STYLE).as_svg(self.figure(), checksum_of(json_bytes(content)))
        _put(beside, drawn)
        return path

    @property
    def _words(self) -> Any:
        return import_module(f"{WORDS}.{self.name}")

    def __rich__(self) -> Any:
        return self._words.Table(self)

    def _repr_html_(self) -> str:
        from html import escape

        lines = "".join(f"<p>{escape(line)}</p>" for line in self.sentences)
        return f"<div>{lines}{self.frame.to_html()}</div>"

    def __repr__(self) -> str:
        return f"{type(self).__name__}: {' '.join(self.sentences)}"


def file_of(name: str) -> str:
    """The file that the answer of an analysis is written to."""
    return f"{name}.json"


def figure_of(name: str) -> str:
    """The file that the figure of an answer is written to."""
    return f"{name}.svg"


def checksum_of(content: bytes) -> str:
    """What a figure says of the answer that it belongs to: a checksum of its file."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def write_answer(folder: Path, name: str, content: dict[str, Any]) -> Path:
    """Put an answer into its file as a whole, without what a process that was killed left; raises `WriteError`."""
    path = folder / file_of(name)
    _put(path, json_bytes(content))
    return path


def _put(path: Path, content: bytes) -> None:
    for left in temporaries(path.parent, re.escape(path.name)):
        remove(left)
    replace(path, lambda file: file.write(content))
