"""How the app is served: on this machine only, without telemetry, in calm colours."""

from __future__ import annotations

SETTINGS: dict[str, str | bool | int] = {
    "server.address": "127.0.0.1",
    "server.fileWatcherType": "none",
    "browser.gatherUsageStats": False,
    "client.toolbarMode": "minimal",
    "theme.base": "light",
    "theme.primaryColor": "#0072B2",
    "theme.backgroundColor": "#FFFFFF",
    "theme.secondaryBackgroundColor": "#F4F6F8",
    "theme.textColor": "#1F2933",
    "theme.font": "sans-serif",
}
"""Streamlit options; `.streamlit/config.toml` holds the same ones."""


def as_options() -> list[str]:
    """The settings as options of `streamlit run`."""
    return [f"--{name}={str(value).lower() if isinstance(value, bool) else value}" for name, value in SETTINGS.items()]
