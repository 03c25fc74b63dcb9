"""Mutations of texts: of their bytes, and of their tokens."""

from __future__ import annotations

import re
from random import Random

BYTES = (
    b"\x00", b"\x07", b"\x1b[31m", b"\x7f", b"\x80", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\xc2\xa0", b"\xc2\x85",
    b"\xe2\x80\x8b", b"\xe2\x80\xa8", b"\xe2\x80\xae", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", b"\t", b"\r", b"\r\n",
    b"\n", b":", b": ", b"#", b" #", b"-", b"- ", b"[", b"]", b"{", b"}", b"'", b'"', b"&a ", b"*a", b"!!str ", b"|",
    b">", b"%", b"?", b"? ", b"---\n", b"...\n", b"<<: ", b"9" * 70, b"\\", b'"\\e[0m"', b'"\\ud800"',
    b'"\\UFFFFFFFF"', b'"\\U00110000"', b'"\\0"', b"%YAML 1.2\n---\n", b"%YAML 1.3\n---\n", b"!<%ff> ",
    b"|9\n", b"@", b"`",
)  # fmt: skip
NUMBERS = (
    "0", "-0", "-0.0", "1", "-1", "2", "0.5", "1.0", "1e-3", "1e-17", "5e-324", "1e-300", "0.9999999999999999", "1e3",
    "1e6", "1e15", "1.0000001e15", "1e16", "1e300", "1e999", "-1e999", ".nan", ".inf", "-.inf", "007", "0x1F", "0o17",
    "1_000", "1,5", "+5", ".5", "5.", "1e", "12:30", "9" * 19, "9" * 61, "200000", "520", "521", "0.25", "1e-9",
)  # fmt: skip
WORDS = (
    "null", "~", "true", "false", "True", "yes", "no", "all", "mon-fri", "''", '""', "[]", "{}", "[[]]", "{a: 1}",
    "[1, 2]", "2026-01-05", "2026-02-30", "9999-12-31", "extends", "name", "remove", "value", "p10", "p50", "source",
    "replace", "role", "pilot", "representative", "by_role", "if_there", "keep", "times", "plus", "at_least", "add",
    "lognormal", "empirical", "*", "a.b", "..", "/", "../..", "/dev/null", ".", "users", "sites", "\u00a0", "\u200b",
    "\ufeff", "\u201cx\u201d", "x\uff1ay", "\u202ex", "caf\u00e9", "\u0661", "\U0001f600", "x" * 70, "x" * 5000, "a:1",
    "a :1", "key:",
)  # fmt: skip
TOKENS = re.compile(r"[\w.+-]+|[^\w\s]|[ \t]+|\n")


def mutated_bytes(rng: Random, content: bytes, other: bytes) -> bytes:
    """Some bytes changed, removed, doubled, or taken from another text."""
    for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
        at = rng.randrange(len(content) + 1)
        end = min(len(content), at + rng.choice((1, 1, 2, 5, 20, 200)))
        how = rng.randrange(7)
        if how == 0 and content:
            at = min(at, len(content) - 1)
            content = content[:at] + bytes([content[at] ^ (1 << rng.randrange(8))]) + content[at + 1 :]
        elif how in (1, 2):
            content = content[:at] + rng.choice(BYTES) + content[at:]
        elif how == 3:
            content = content[:at] + content[end:]
        elif how == 4:
            content = content[:end] + content[at:end] * rng.choice((1, 1, 2, 30)) + content[end:]
        elif how == 5:
            start = rng.randrange(len(other) + 1)
            content = content[:at] + other[start : start + rng.choice((3, 30, 300))] + content[end:]
        else:
            content = content[:at] if rng.random() < 0.5 else content[at:]
    return content


def mutated_tokens(rng: Random, text: str, other: str) -> str:
    """Some tokens replaced by ones of interest, by each other's, removed or doubled; or lines moved."""
    tokens = TOKENS.findall(text)
    others = TOKENS.findall(other) or ["x"]
    for _ in range(rng.choice((1, 1, 2, 3, 5))):
        if not tokens:
            return rng.choice(WORDS)
        at = rng.randrange(len(tokens))
        numbers = [i for i, token in enumerate(tokens) if re.fullmatch(r"[-+.\d]+", token)]
        how = rng.randrange(8)
        if how in (0, 1, 2) and numbers:
            tokens[rng.choice(numbers)] = rng.choice(NUMBERS)
        elif how == 3:
            tokens[at] = rng.choice(WORDS + NUMBERS)
        elif how == 4:
            tokens[at] = rng.choice(others)
        elif how == 5:
            del tokens[at : at + rng.choice((1, 1, 3))]
        elif how == 6:
            tokens[at:at] = tokens[at : at + rng.choice((1, 3, 40))]
        else:
            lines = "".join(tokens).split("\n")
            line = lines.pop(rng.randrange(len(lines)))
            lines.insert(rng.randrange(len(lines) + 1), rng.choice(("", " ", "  ", "\t", "\u00a0")) + line)
            tokens = TOKENS.findall("\n".join(lines))
    return "".join(tokens)
