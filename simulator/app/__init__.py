"""The Streamlit app, shown by `app.py` at the top of a checkout and by `scaleup app`.

`entry` shows the `site`, which has `pages`; `levers` turn sliders into changes. `simulating` runs a scenario when the
`run_queue` lets it, within `limits`; `cache` keeps what was computed, `errors` and `plain` say what went wrong;
`settings` are Streamlit's, and `serve` starts it.
"""

from __future__ import annotations

from pathlib import Path


def entry_file() -> Path:
    """The script that Streamlit runs."""
    return Path(__file__).with_name("entry.py")
