"""What a folder holds of one plan: its run, the answers of analyses about it, and what is not about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from simulator.analysis.frame.answers import checksum_of, figure_of, file_of
from simulator.analysis.frame.runs import Stored, kind_of
from simulator.results.result import Result
from simulator.store.files import OutputError, entries, kind, read_file, shown
from simulator.store.manifest import MANIFEST, Manifest, read_manifest
from simulator.store.stored_json import read_json

ANSWERS: Final = (
    "decide",
    "timeline",
    "staffing",
    "attribute",
    "stress",
    "sensitivity",
    "worth",
    "gates",
    "rescue",
    "compare",
    "variance",
)
"""Names of the commands that answer questions about a plan, in the order of the page."""
LONGEST_FIGURE: Final = 2**22
"""Bytes of a figure beyond which it is none of ours."""


@dataclass(frozen=True)
class StoredAnswer:
    """What an analysis has written about the plan: its JSON, and its figure as it lies there, None where it has none.

    `name` is that of its command.
    """

    name: str
    content: Mapping[str, Any]
    figure: bytes | None = None

    @property
    def sentences(self) -> list[str]:
        """What was found in plain words; the analysis of variance has none."""
        return list(self.content.get("sentences", ()))

    @property
    def board(self) -> dict[str, str]:
        """Questions of a board that it answers, by name, in a sentence each."""
        told = self.content.get("board")
        return {name: str(line) for name, line in told.items()} if isinstance(told, dict) else {}

    @property
    def alternative(self) -> str:
        """What the figure shows, in words."""
        return str(self.content.get("alternative") or " ".join(self.sentences))


@dataclass(frozen=True)
class Holding:
    """What lies in a folder about one plan; `left_out` says in words which answers are not used, and why."""

    folder: Path
    manifest: Manifest
    result: Result
    answers: Mapping[str, StoredAnswer]
    left_out: tuple[str, ...] = field(default=())


def holding(source: Path) -> Holding:
    """What a folder holds about one plan; raises `OutputError` where there is no result, or it is not clear which."""
    folder = plan_folder(source)
    stored = Stored.read(folder)
    manifest = read_manifest(folder)
    assert manifest is not None
    found: dict[str, StoredAnswer] = {}
    left_out: list[str] = []
    for name in ANSWERS:
        told: list[str] = []
        for place in (folder, folder.resolve().parent):
            problem, answer = _answer(place, name, manifest)
            if answer is not None:
                found[name] = answer
                told = [problem] if problem else []
                break
            told += [problem] if problem and problem not in told else []
        left_out += told
    return Holding(folder, manifest, stored.result, found, tuple(left_out))


def plan_folder(source: Path) -> Path:
    """The folder of the result that a report of `source` is about.

    It is `source` itself, the only result in it, or else the plan of which most of the answers there speak.
    """
    if kind_of(source) != "a folder":
        raise OutputError(f"{shown(source)} is no folder; give the DIR of scaleup run --out DIR, or DIR/<scenario>")
    if kind(source / MANIFEST) is not None:
        return source
    below = [each for each in sorted(entries(source)) if kind(each / MANIFEST) is not None]
    if len(below) == 1:
        return below[0]
    if not below:
        raise OutputError(
            f"{shown(source)} holds no result (no {MANIFEST} in it or one folder below); write one with: "
            f"scaleup run SCENARIO --out {shown(source)}"
        )
    spoken_of = Counter(hash_ for name in ANSWERS for hash_, _ in set(_subjects(_content(source, name))))
    votes = {folder: spoken_of[_hash_in(folder)] for folder in below}
    most = max(votes.values())
    best = [folder for folder, number in votes.items() if number == most]
    if most and len(best) == 1:
        return best[0]
    named = [str(folder.name) for folder in (best if most else below)]
    listed = ", ".join(shown(name) for name in named[:8]) + (f", ... ({len(named)} in all)" if len(named) > 8 else "")
    raise OutputError(
        f"{shown(source)} holds several results, and no answer there says which is meant: {listed}; name one, "
        f"as in scaleup report {shown(source / named[0])}"
    )


def _hash_in(folder: Path) -> str:
    try:
        content = read_json(folder / MANIFEST)
    except OutputError:
        return ""
    return str((content or {}).get("scenario_hash", ""))


def _content(folder: Path, name: str) -> dict[str, Any]:
    try:
        return read_json(folder / file_of(name)) or {}
    except OutputError:
        return {}


def _subjects(content: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Hash and seed of each plan that an answer speaks of."""
    plans = content.get("plans")  # several, in order or by letter
    each = plans.values() if isinstance(plans, dict) else plans if isinstance(plans, list) else ()
    for plan in (content, *each):
        if isinstance(plan, dict) and isinstance(plan.get("scenario_hash"), str):
            yield plan["scenario_hash"], plan.get("seed", content.get("seed"))


def _answer(folder: Path, name: str, manifest: Manifest) -> tuple[str, StoredAnswer | None]:
    """The answer of an analysis in a folder, if it is about the plan, and what is to be told of it."""
    file = file_of(name)
    try:
        content = read_json(folder / file)
    except OutputError as error:
        return f"{file} is left out: {str(error).partition(': ')[2].partition(';')[0]}.", None
    if content is None:
        return "", None
    subjects = set(_subjects(content))
    if manifest.scenario_hash not in {hash_ for hash_, _ in subjects}:
        return f"{file} is left out: it is about another plan.", None
    seeds = sorted({str(seed) for hash_, seed in subjects if hash_ == manifest.scenario_hash})
    if str(manifest.seed) not in seeds:
        return f"{file} is left out: it has seed {shown(seeds[0])}, and the run has {manifest.seed}.", None
    sentences = content.get("sentences", [])
    if not (isinstance(sentences, list) and all(isinstance(one, str) for one in sentences)):
        return f"{file} is left out: its sentences are none.", None
    try:
        figure = read_file(folder / figure_of(name), LONGEST_FIGURE)
        if checksum_of(read_file(folder / file, 2**27)).encode() not in figure:
            return f"{figure_of(name)} is left out: it does not belong to {file}.", StoredAnswer(name, content)
    except FileNotFoundError:
        return "", StoredAnswer(name, content)
    except OutputError:
        return f"{figure_of(name)} is left out: it can't be read.", StoredAnswer(name, content)
    return "", StoredAnswer(name, content, figure)
