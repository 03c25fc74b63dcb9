"""Texts of scenarios as they are: a visitor's words never become Markdown, which could load pictures of others."""

from __future__ import annotations

import re


def plain(text: str) -> str:
    """A text that can be sent: halves of characters, which YAML can write and UTF-8 cannot, become question marks."""
    return text.encode(errors="replace").decode()


def escaped(text: str) -> str:
    """A text for where Streamlit reads Markdown, in one paragraph and without its signs."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", " ".join(plain(text).split()))
