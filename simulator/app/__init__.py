"""The Streamlit app: one page, shown by `app.py` at the top of a checkout and by `scaleup app`."""

from __future__ import annotations

from pathlib import Path


def entry_file() -> Path:
    """The script that Streamlit runs."""
    return Path(__file__).with_name("entry.py")
