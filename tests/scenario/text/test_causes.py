"""Faults that don't show, or show elsewhere than they are: the message tells the place and the cause."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.scenario import ScenarioError, load
from tests.scenario.conftest import MINIMAL

USERS = "users: 900"
OVER = "name: over\nextends: retail-chatbot\n"
# name: (text, line, column, part of the message)
CASES = {
    # characters that are no spaces, or that don't show
    "nbsp-after-colon": (
        OVER + "users:\n  turnover_per_year:\u00a0 0.1\n  tasks_per_user_week: 8\n",
        4, 21, "found U+00A0 NO-BREAK SPACE; allowed: a space",
    ),
    "nbsp-after-last-colon": (
        MINIMAL + "users:\n  turnover_per_year:\u00a00.1\n",
        15, 3, 'with U+00A0 NO-BREAK SPACE; allowed: a mapping with',
    ),
    "nbsp-after-number": (MINIMAL.replace(USERS, f"{USERS}\u00a0"), 6, 12, 'found text "900\\xa0" with U+00A0'),
    "nbsp-meant-number": (MINIMAL.replace(USERS, f"{USERS}\u00a0"), 6, 12, 'did you mean "900"?'),
    "nbsp-as-indentation": (MINIMAL.replace(f"    {USERS}", f"   \u00a0{USERS}"), 6, 4, "found U+00A0"),
    "nbsp-before-first-key": (
        MINIMAL.replace("  sites: [", "\u00a0\u00a0sites: ["),
        10, 1, 'the key "\\xa0\\xa0sites" with U+00A0 NO-BREAK SPACE; allowed: plain characters: "sites"',
    ),
    "zero-width-in-key": (MINIMAL.replace(USERS, "users\u200b: 900"), 6, 5, 'found the key "users\\u200b" with U+200B'),
    "zero-width-in-name": (MINIMAL.replace("- name: plant-1", "- name: plant-1\u200b"), 5, 11, "with U+200B ZERO"),
    "mark-inside": (MINIMAL.replace("pilot:", "\ufeffpilot:"), 9, 1, 'the key "\\ufeffpilot" with U+FEFF'),
    "line-separator": (MINIMAL.replace(USERS, f"{USERS}\u2028"), 6, 15, "U+2028 LINE SEPARATOR; allowed: text without"),
    "next-line": (MINIMAL.replace(USERS, f"{USERS}\x85"), 6, 15, "found U+0085, a control character"),
    "escapes": (MINIMAL.replace("demo", "de\x1bmo\x1b"), 1, 9, "found U+001B, a control character, 2 times"),
    "escaped-escape": (MINIMAL + 'description: "\\e[31m"\n', 14, 14, "found text with U+001B, a control character"),
    "escape-beyond-all": (MINIMAL + 'description: "\\UFFFFFFFF"\n', 14, 15, "found the escape \\UFFFFFFFF; allowed"),
    "escape-just-beyond": (MINIMAL + 'description: "a\\U00110000"\n', 14, 16, "found the escape \\U00110000; allowed"),
    "directive-of-the-future": ("%YAML 1.3\n---\n" + MINIMAL, 1, 1, "found a directive; allowed: YAML 1.2 without dir"),
    "end-of-the-file": (MINIMAL + "description: &", 14, 15, "but found the end of the text"),
    "half-a-character": (MINIMAL + 'description: "\\ud800"\n', 14, 14, "found text with U+D800, half a character"),
    "right-to-left": (MINIMAL.replace("[plant-1]", "[\u202eplant-1]"), 10, 11, 'text "\\u202eplant-1" with U+202E'),
    # tabs
    "tab-as-indentation": (MINIMAL.replace(f"    {USERS}", f"\t{USERS}"), 6, 1, "found a tab; allowed: spaces"),
    "tab-after-spaces": (MINIMAL.replace("  sites: [", "  \tsites: ["), 10, 3, "found a tab; allowed: spaces"),
    "tab-after-colon": (MINIMAL.replace(USERS, "users:\t900"), 6, 11, "found a tab; allowed: spaces"),
    # characters that look like others
    "typographic-quotes": (MINIMAL.replace("demo", "\u201cdemo\u201d"), 1, 7, "U+201C LEFT DOUBLE QUOTATION MARK"),
    "meant-without-quotes": (MINIMAL.replace("demo", "\u201cdemo\u201d"), 1, 7, 'did you mean "demo"?'),
    "typographic-quotes-at-a-colon": (MINIMAL + "description: \u201ca: b\u201d\n", 14, 14, 'U+201C'),
    "typographic-quotes-at-a-key": (MINIMAL.replace("pilot:", "\u2018pilot\u2019:"), 9, 1, 'plain characters: "pilot"'),
    "fullwidth-colon": (MINIMAL.replace(USERS, "users\uff1a900"), 6, 10, "U+FF1A FULLWIDTH COLON; allowed: a plain :"),
    "fullwidth-digits": (MINIMAL.replace(USERS, "users: \uff19\uff10"), 6, 12, 'did you mean "90"?'),
    "dash-for-a-hyphen": (MINIMAL.replace("  - name: plant-2", "  \u2013 name: plant-2"), 7, 3, "found U+2013 EN DASH"),
    "hyphen-of-a-web-page": (MINIMAL.replace("[plant-1]", "[plant\u20111]"), 10, 11, 'did you mean "plant-1"?'),
    "minus-of-a-web-page": (MINIMAL.replace(USERS, "users: \u22125"), 6, 12, "with U+2212 MINUS SIGN"),
    # colons without a space
    "colon-in-braces": (
        OVER + "pilot: {segments: {volunteers:1.0}}\n",
        3, 20, 'found "volunteers:1.0"; allowed: a space after the colon: volunteers: 1.0',
    ),
    "colon-in-block": (MINIMAL.replace("  sites: [", "  weeks:4\n  sites: ["), 10, 9, "colon: weeks: 4"),
    "colon-at-the-end": (MINIMAL + "working_days:true\n", 14, 14, 'found "working_days:true"; allowed: a space after'),
    "colon-alone-in-block": (MINIMAL.replace("  sites: [plant-1]", "  weeks:4"), 10, 3, 'did you mean "weeks: 4"?'),
    "colon-of-a-number": (MINIMAL.replace(USERS, "users: {value:900}"), 6, 13, '"value:900"; allowed: a space after'),
    "colon-before-a-list": (MINIMAL.replace("sites: [plant-1]", "sites:[plant-1]"), 10, 3, 'did you mean "sites: [pl'),
    "colon-in-a-list": (MINIMAL.replace("- name: plant-1\n", "- name:plant-1\n"), 5, 10, "colon: name: plant-1"),
    # what is not text
    "number-as-name": (
        OVER + "sites: [{name: 007, users: 40, data_quality: 0.8}]\n",
        3, 16, 'sites.0.name: found number 007; allowed: a name of a-z, 0-9 and hyphens, in quotes: "007"',
    ),
    "number-as-name-that-stands-alone": (MINIMAL.replace("plant-1\n", "1e3\n"), 5, 11, 'found number 1e3; allowed'),
    "boolean-as-name": (MINIMAL.replace("plant-1\n", "true\n"), 5, 11, 'found true; allowed: a name of a-z, 0-9 and'),
    "boolean-in-quotes": (MINIMAL.replace("plant-1\n", "true\n"), 5, 11, ', in quotes: "true"'),
    "null-as-name": (MINIMAL.replace("demo", "null"), 1, 7, 'a name of a-z, 0-9 and hyphens, in quotes: "null"'),
    "number-among-sites": (MINIMAL.replace("[plant-1]", "[12]"), 10, 11, 'in quotes: "12"'),
    "number-as-description": (MINIMAL + "description: 2026\n", 14, 14, 'allowed: text, in quotes: "2026"'),
    "number-as-source": (MINIMAL.replace(USERS, "users: {value: 9, source: 2020}"), 6, 31, 'text, in quotes: "2020"'),
    "number-as-label": (
        MINIMAL + "levers: [{path: users.learning_weeks, label: 5, min: 0, max: 1, step: 1}]\n",
        14, 46, 'found number 5; allowed: text, in quotes: "5"',
    ),
    "number-as-base": ("name: over\nextends: 007\n", 2, 10, "found number 007; allowed: the path of a scenario"),
    "text-as-number": (MINIMAL.replace(USERS, 'users: "900"'), 6, 12, 'found text "900", in quotes; allowed: a number'),
}  # fmt: skip
# name: (text, part that must not be in the message): what looks like a cause and is none
NONE = {
    "no-quotes-for-what-is-no-name": (MINIMAL.replace("plant-1\n", "1.5\n"), "quotes"),
    "no-quotes-for-nothing": (MINIMAL.replace("name: plant-1\n", "name:\n"), "quotes"),
    "no-quotes-for-a-currency": (MINIMAL + "economics: {currency: 978}\n", "quotes"),
    "colon-of-an-address": (MINIMAL.replace("[plant-1]", "[plant-1") + "description: see http://x.y\n", "space after"),
    "quotes-of-a-sentence": (MINIMAL.replace("[plant-1]", "[plant-1\ndescription: \u201csaid\u201d"), "U+201C"),
    "accents-of-a-word": (MINIMAL.replace(USERS, "users: caf\u00e9"), "U+00E9"),
}


def refusal(file: Path) -> ScenarioError:
    with pytest.raises(ScenarioError) as raised:
        load(file)
    return raised.value


@pytest.mark.parametrize("name", CASES)
def test_the_place_and_the_cause_are_told(name: str, write: Callable[..., Path]) -> None:
    text, line, column, part = CASES[name]
    file = write(text)
    first = str(refusal(file)).split("\n")[0]
    assert first.startswith(f"{file}:{line}:{column}: ")
    assert part in first
    assert first.isprintable()


@pytest.mark.parametrize("name", NONE)
def test_no_cause_is_told_that_is_none(name: str, write: Callable[..., Path]) -> None:
    text, part = NONE[name]
    assert part not in str(refusal(write(text)))


def test_what_was_meant_is_what_can_be_read(write: Callable[..., Path]) -> None:
    """Mending a file as the message says makes it a scenario."""
    for text, wrong, meant in (
        (MINIMAL.replace(USERS, f"{USERS}\u00a0"), "900\u00a0", "900"),
        (MINIMAL.replace("  sites: [", "  weeks:14\n  sites: ["), "weeks:14", "weeks: 14"),
        (MINIMAL.replace("plant-1", "007").replace("[plant-1", "[007"), "007", '"007"'),
        (MINIMAL.replace("pilot:", "\ufeffpilot:"), "\ufeffpilot", "pilot"),
    ):
        assert meant in str(refusal(write(text)))
        load(write(text.replace(wrong, meant)))


def test_other_line_ends_count_as_one_line(write: Callable[..., Path]) -> None:
    text = MINIMAL.replace(USERS, "users: 900\x07")
    for end in ("\r\n", "\r"):
        file = write("")
        file.write_bytes(text.replace("\n", end).encode())
        assert str(refusal(file)).startswith(f"{file}:6:15: found U+0007")


def test_lines_of_any_length_are_looked_at_quickly(write: Callable[..., Path]) -> None:
    """Each start of a key in such a line is a chance to read it to its end: together they would take minutes."""
    for line in ("-" * 150_000, "a" * 150_000):
        assert "no valid YAML" in str(refusal(write(f"name: a\n{line}\nb: c: d\n")))
