"""Why a text is no YAML: what a parser stumbles over often stands lines before, and does not show.

A cause is told only where mending it lets the parser get further.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from simulator.scenario.text.characters import FORBIDDEN, LONGEST, NO_SPACE, first_odd, meant, named, spaced
from simulator.scenario.text.problems import Problem, cut

LINES_BACK: Final = 8
"""Lines before the place of an error in which its cause is looked for."""
MOST_TRIALS: Final = 6
"""Most mended texts that are tried, as each is parsed."""
LONGEST_TEXT: Final = 200_000
"""Most characters of a text whose faults are looked for, as parsing takes a second for 100,000."""
BEYOND: Final = re.compile(r"\\U(?!0010|000[0-9a-fA-F])[0-9a-fA-F]{8}")
"""The escape of a character beyond the last one there is."""
DIRECTIVE: Final = re.compile(r"^%", re.MULTILINE)
LINE_END: Final = re.compile(r"\r\n|\r|\n")


def forbidden(text: str, file: str) -> list[Problem]:
    """A problem for each kind of character that a scenario file may not hold, at the first one."""
    problems = []
    for character, count in Counter(FORBIDDEN.findall(text)).items():
        found = f"found {named(character)}" + (f", {count} times" if count > 1 else "")
        place = _place(text, text.index(character))
        problems.append(Problem("", found, "allowed: text without it", None, file, *place))
    return problems


def unreadable(text: str, file: str) -> Problem:
    """What a parser gives up on without saying where: an escape without a character, or a version of the future."""
    if escape := BEYOND.search(text):
        place = _place(text, escape.start())
        return Problem("", f"found the escape {escape[0]}", r"allowed: up to \U0010FFFF", None, file, *place)
    if directive := DIRECTIVE.search(text):
        place = _place(text, directive.start())
        return Problem("", "found a directive", "allowed: YAML 1.2 without directives", None, file, *place)
    return Problem("", "cannot be read", "allowed: YAML 1.2", file=file)


def _place(text: str, at: int) -> tuple[int, int]:
    """Line and column, from 1, of a character."""
    line = text.count("\n", 0, at) + text.count("\r", 0, at) - text.count("\r\n", 0, at) + 1
    return line, at - max(text.rfind("\n", 0, at), text.rfind("\r", 0, at))


def cause(text: str, line: int, column: int, file: str) -> Problem | None:
    """What makes a text no YAML, which a parser noticed at a place (from 0); None where that cannot be told."""
    if len(text) > LONGEST_TEXT:
        return None
    lines = LINE_END.split(text)[: line + 1]
    tab = "found a tab", "allowed: spaces"
    if lines[line : line + 1] and lines[line][column : column + 1] == "\t":
        return Problem("", *tab, None, file, line + 1, column + 1)
    for number in range(len(lines) - 1, max(len(lines) - 3, -1), -1):
        if indent := re.match(r"[ ]*\t", lines[number]):
            return Problem("", *tab, None, file, number + 1, indent.end())
    reached = _reached(lines)
    trials = 0
    for number in range(len(lines) - 1, max(len(lines) - 1 - LINES_BACK, -1), -1):
        for mended, problem in _mended(lines[number], number, file):
            trials += 1
            if trials > MOST_TRIALS:
                return None
            if _reached([*lines[:number], mended, *lines[number + 1 :]]) > reached:
                return problem
    return None


def _mended(line: str, number: int, file: str) -> Iterator[tuple[str, Problem]]:
    """A line as it may have been meant, and what is wrong with it then."""
    if len(line) > LONGEST:
        return
    at = first_odd(line)
    plain = meant(line)
    if at is not None:
        wanted = meant(line[at])
        allowed = f"allowed: {'a space' if wanted == ' ' else f'a plain {wanted}' if wanted else 'nothing there'}"
        yield spaced(plain) or plain, Problem("", f"found {named(line[at])}", allowed, None, file, number + 1, at + 1)
    match = NO_SPACE.search(line)
    if match:
        word = (line[match.start("key") :].split() or [""])[0].rstrip(",]}")
        allowed = f"allowed: a space after the colon: {cut(spaced(word) or word, 60)}"
        problem = Problem("", f'found "{cut(word, 60)}"', allowed, None, file, number + 1, match.end() + 1)
        yield spaced(line) or line, problem


def _reached(lines: list[str]) -> float:
    """The line (from 0) up to which a parser gets; infinity where it finds nothing wrong."""
    try:
        for _ in YAML(typ="safe", pure=True).parse("\n".join(lines)):
            pass
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return float(mark.line) if mark is not None else -1.0
    except Exception:  # the parser gave up
        return -1.0
    return float("inf")
