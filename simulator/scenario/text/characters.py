"""Characters that a reader cannot see, or takes for others, and that YAML takes for what they are."""

import re
import unicodedata
from typing import Final

FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no text of a scenario may hold: control characters, halves of surrogate pairs, and line ends of other systems.

YAML 1.2 allows some of the last, but they are no line ends to it, and are to its parsers and to editors.
"""
LOOKALIKES: Final = str.maketrans(
    {
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"'),
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2039\u203a\u2032\u00b4", "'"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u00ad", "-"),
        **dict.fromkeys("\u2236\ua789\u02d0\u05c3", ":"),
        **dict.fromkeys("\u066b\u2024", "."),
    }
)
"""Typographic quotes, dashes, colons and points, which word processors and web pages put in place of plain ones."""
LONGEST: Final = 1000
"""Most characters of a text that are looked at one by one."""
NO_SPACE: Final = re.compile(r"""(?P<before>^[ ]*|[-{\[,][ ]*)(?P<key>(["']?)[\w.*-]+\3):(?=[^\s:/\]},])""")
"""A key with its colon, but without the space that YAML wants behind it."""


def visible(text: str) -> str:
    r"""A text in which what does not show, or steers a terminal, is escaped: ``\x1b``, ``\xa0``, ``\u202e``."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else _escaped(one) for one in text)


def _escaped(character: str) -> str:
    if "\udc80" <= character <= "\udcff":  # Python's stand-in for a byte, of a file's name, that is no UTF-8
        return f"\\x{ord(character) - 0xDC00:02x}"
    return repr(character)[1:-1]


def named(character: str) -> str:
    """A character by its number and name: ``U+00A0 NO-BREAK SPACE``."""
    number = f"U+{ord(character):04X}"
    kinds = {"Cc": "a control character", "Cs": "half a character"}
    kind = kinds.get(unicodedata.category(character), "a character without a name")
    name = unicodedata.name(character, None)
    return f"{number} {name}" if name else f"{number}, {kind}"


def meant(text: str) -> str:
    """A text with plain characters in place of those that look like them, and without those that don't show."""
    return text if text.isascii() else "".join(map(_plain, text.translate(LOOKALIKES)))


def _plain(character: str) -> str:
    if character.isascii():
        return character
    category = unicodedata.category(character)
    if category in ("Zs", "Zl", "Zp"):
        return " "
    if category in ("Cf", "Cs", "Cc"):
        return ""
    normal = unicodedata.normalize("NFKC", character)  # fullwidth and small forms
    return normal if len(normal) == 1 and normal.isascii() else character


def first_odd(text: str) -> int | None:
    """Where the first character stands that `meant` would change, or None; of a long text only the beginning counts."""
    if text.isascii():
        return None
    return next((i for i, one in enumerate(text[:LONGEST]) if meant(one) != one), None)


def spelling(text: str) -> str | None:
    """What a text that is no value was probably meant to be: plain characters, no quotes; None where it is that."""
    if len(text) > LONGEST:
        return None
    plain = meant(text).strip()
    if len(plain) > 1 and plain[0] == plain[-1] and plain[0] in "\"'":
        plain = plain[1:-1].strip()
    return plain if plain and plain != text else None


def spaced(text: str) -> str | None:
    """A text with the spaces that YAML wants after its colons; None where they are there, or it has no key."""
    if len(text) > LONGEST:
        return None
    mended = NO_SPACE.sub(r"\g<before>\g<key>: ", text)
    return mended if mended != text else None
