"""Cases: what a user could hand over, each a function of a seed and a number."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from simulator.scenario import ScenarioError, load, numbers, shipped_folder, shipped_names
from simulator.scenario.text.reading import read_text
from tests.fuzzing.texts import NUMBERS, WORDS, mutated_bytes, mutated_tokens
from tests.fuzzing.trees import FOREIGN, VALUES, grafted, moved_numbers, mutated_tree

CORPUS = Path(__file__).parent / "corpus"
MAIN = "case.yaml"


@dataclass
class Case:
    """Files by name, and a command line over them: a source, overlays and `--set`; or what Python hands over.

    That is a tree, of a suite where `suite` is true, and changes of what it says.
    """

    kind: str
    files: dict[str, bytes] = field(default_factory=dict)
    source: str = MAIN
    overlays: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    tree: Any = None
    changes: Any = None
    suite: bool = False


def case(seed: int, number: int) -> Case:
    """The case of a number."""
    rng = Random(f"{seed}/{number}")
    made = rng.choice(KINDS)(rng)
    if rng.random() < 0.1 and not made.sets and made.tree is None:
        made.sets = tuple(_assignment(rng, rng.choice(_programmes())) for _ in range(rng.choice((1, 2))))
    return made


@cache
def corpus() -> tuple[bytes, ...]:
    """Texts to start from: the corpus, and as many of the shipped files."""
    seeds = [path.read_bytes() for path in sorted(CORPUS.glob("*.yaml"))]
    return (*seeds, *seeds, *(_by_names(path) for path in sorted(shipped_folder().rglob("*.yaml"))))


def _by_names(path: Path) -> bytes:
    """A shipped file that names others by their shipped names, so that it can stand in any folder."""
    prefix = b"theory/" if path.parent.name == "theory" else b""
    return re.sub(rb"([a-z0-9-]+)\.yaml\b", lambda found: prefix + found[1], path.read_bytes())


@cache
def _programmes() -> tuple[str, ...]:
    return (*shipped_names(), *shipped_names("theory"))


@cache
def _resolved(name: str, weeks: int = 0) -> Any:
    """A shipped scenario in full, with a short horizon where it can have one."""
    scenario = load(name)
    try:
        return (scenario.with_changes({"horizon_weeks": weeks}) if weeks else scenario).resolved()
    except ScenarioError:
        return scenario.resolved()


@cache
def _paths(name: str) -> tuple[str, ...]:
    return tuple(of.path for of in numbers(load(name)))


@cache
def _written(text: bytes) -> Any:
    """A text of the corpus as a tree, or an empty one."""
    try:
        return _lists(read_text(text.decode(), "corpus").plain())
    except ValueError:
        return {}


def _lists(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: _lists(value) for key, value in tree.items()}
    return [_lists(value) for value in tree] if isinstance(tree, tuple) else tree


def _tree(rng: Random) -> Any:
    """A shipped scenario in full, cut short, or as it is written; or one of the corpus."""
    if rng.random() < 0.6:
        return _resolved(rng.choice(_programmes()), 40)
    return _written(rng.choice(corpus()))


def dumped(tree: Any) -> bytes:
    """A tree as a file: JSON is YAML."""
    return json.dumps(tree, indent=1, ensure_ascii=False, default=str).encode("utf-8", "replace")


def _bytes(rng: Random) -> Case:
    return Case("bytes", {MAIN: mutated_bytes(rng, rng.choice(corpus()), rng.choice(corpus()))})


def _tokens(rng: Random) -> Case:
    text, other = (rng.choice(corpus()).decode(errors="replace") for _ in range(2))
    return Case("tokens", {MAIN: mutated_tokens(rng, text, other).encode("utf-8", "replace")})


def _trees(rng: Random) -> Case:
    return Case("trees", {MAIN: dumped(mutated_tree(rng, _tree(rng)))})


def _numbers(rng: Random) -> Case:
    return Case("numbers", tree=moved_numbers(rng, _resolved(rng.choice(_programmes()), 40)))


def _python(rng: Random) -> Case:
    return Case("python", tree=mutated_tree(rng, _tree(rng), foreign=rng.random() < 0.7))


def _changes(rng: Random) -> Case:
    """Changes from Python: numbers, places and values of all kinds."""
    source = rng.choice(_programmes())
    document = _resolved(source, 40)
    changes: dict[Any, Any] = {}
    for _ in range(rng.choice((1, 1, 2, 3))):
        path = rng.choice((*_paths(source), *[_any_path(rng, document) for _ in range(20)]))
        value = rng.choice((*VALUES, *FOREIGN)) if rng.random() < 0.6 else moved_numbers(rng, {"x": rng.random()})["x"]
        changes[path if rng.random() < 0.9 else rng.choice(("*", None, 7, (), f"{path}.x", "\udc80", ""))] = value
    return Case("changes", tree=document, changes=changes)


def _grafts(rng: Random) -> Case:
    return Case("grafts", {MAIN: dumped(grafted(rng, _tree(rng), _tree(rng)))})


def _overlays(rng: Random) -> Case:
    """Shipped overlays, and mutated ones, over shipped scenarios and over each other."""
    made = Case("overlays", source=rng.choice(_programmes()))
    over: list[str] = []
    for i in range(rng.choice((1, 1, 2, 3))):
        name = rng.choice(shipped_names())
        if rng.random() < 0.6:
            tree = _written(_by_names(shipped_folder() / f"{name}.yaml"))
            tree = mutated_tree(rng, tree) if rng.random() < 0.6 else grafted(rng, tree, _tree(rng))
            if isinstance(tree, dict) and rng.random() < 0.9:
                tree["extends"] = rng.choice(
                    (rng.choice(_programmes()), "over-0.yaml", "over-1.yaml", ["retail-chatbot"])
                )
            name = f"over-{i}.yaml"
            made.files[name] = dumped(tree)
        over.append(name)
    made.overlays = tuple(over)
    return made


def _sets(rng: Random) -> Case:
    source = rng.choice(_programmes())
    return Case("sets", source=source, sets=tuple(_assignment(rng, source) for _ in range(rng.choice((1, 1, 2, 4)))))


def _assignment(rng: Random, source: str) -> str:
    """A `--set`: mostly of a number of the scenario, mostly with a value that could be one."""
    path = rng.choice(_paths(source)) if rng.random() < 0.7 else _any_path(rng, _resolved(source))
    if rng.random() < 0.3:
        parts = path.split(".")
        parts[rng.randrange(len(parts))] = rng.choice(("*", "*", "0", "name", "\u200b", "", "x", "\x1b"))
        path = ".".join(parts)
    value = rng.choice(NUMBERS) if rng.random() < 0.6 else rng.choice((*WORDS, json.dumps(rng.choice(VALUES))))
    return f"{path}{rng.choice(('=', '=', '=', '=', ' = ', '', '=='))}{value}"


def _any_path(rng: Random, tree: Any) -> str:
    parts: list[str] = []
    while isinstance(tree, dict | list) and tree and (not parts or rng.random() < 0.8):
        key = rng.choice(list(tree) if isinstance(tree, dict) else range(len(tree)))
        child = tree[key]
        named = isinstance(tree, list) and isinstance(child, dict) and "name" in child
        parts.append(str(child["name"] if named else key))
        tree = child
    return ".".join(parts)


def _suites(rng: Random) -> Case:
    """Suites with scenarios, grids and points, and mutated ones."""
    if rng.random() < 0.3:
        paths = sorted((shipped_folder() / "suites").glob("*.yaml"))
        tree = _written(_by_names(rng.choice(paths)))
    else:
        source = rng.choice(_programmes())
        grid = {_grid_path(rng, source): _grid_values(rng) for _ in range(rng.choice((1, 1, 2)))}
        sweep: dict[str, Any] = {"scenario": source, "grid": grid}
        if rng.random() < 0.3:
            point = {"name": "a", "set": {_grid_path(rng, source): rng.choice((0.1, 1, 7))}}
            sweep = {"scenario": source, "points": [point, point | {"name": rng.choice(("b", "a"))}]}
        tree = {"name": "suite", "scenarios": [source], "sweeps": [sweep]}
    if rng.random() < 0.5:
        tree = mutated_tree(rng, tree)
    if rng.random() < 0.3:
        return Case("suites", tree=mutated_tree(rng, tree, foreign=rng.random() < 0.5), suite=True)
    content = dumped(tree)
    if rng.random() < 0.2:
        content = mutated_tokens(rng, content.decode(), "x").encode("utf-8", "replace")
    return Case("suites", {MAIN: content})


def _grid_path(rng: Random, source: str) -> str:
    return rng.choice(_paths(source)) if rng.random() < 0.8 else _any_path(rng, _resolved(source))


def _grid_values(rng: Random) -> Any:
    if rng.random() < 0.3:
        return {
            "from": rng.choice((0, 0.1, -1)),
            "to": rng.choice((0.3, 1, 1e9)),
            "step": rng.choice((0.1, 0.5, 0, 1e-9)),
        }
    return [rng.choice((0, 0.1, 0.5, 1, 2, 30, None, "x", {"p10": 0.1, "p50": 0.2, "p90": 0.3})) for _ in range(3)]


KINDS: tuple[Callable[[Random], Case], ...] = (
    _bytes, _tokens, _tokens, _trees, _numbers, _numbers, _numbers, _python, _changes, _grafts, _overlays, _sets,
    _suites, _suites,
)  # fmt: skip
