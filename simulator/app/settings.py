"""How the app is served: on this machine only, without telemetry or tracebacks, in calm colours."""

from __future__ import annotations

from simulator.app.limits import LARGEST_MESSAGE_MB, LARGEST_UPLOAD_MB

HOSTS = ["localhost", "127.0.0.1"]
"""Names by which browsers may ask for the app: another one could be a web page that means to reach it."""
SETTINGS: dict[str, str | bool | int | list[str]] = {
    "server.address": "127.0.0.1",
    "server.allowedHosts": HOSTS,
    "server.enableCORS": True,
    "server.enableXsrfProtection": True,
    "server.maxUploadSize": LARGEST_UPLOAD_MB,
    "server.maxMessageSize": LARGEST_MESSAGE_MB,
    "server.fileWatcherType": "none",
    "browser.serverAddress": "127.0.0.1",
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    "theme.base": "light",
    "theme.primaryColor": "#0072B2",
    "theme.backgroundColor": "#FFFFFF",
    "theme.secondaryBackgroundColor": "#F4F6F8",
    "theme.textColor": "#1F2933",
    "theme.font": "sans-serif",
}
"""Streamlit options; `.streamlit/config.toml` holds the same ones."""


def as_options(served_as: str | None = None) -> list[str]:
    """The settings as options of `streamlit run`; `served_as` is the host name under which a proxy shows the app."""
    settings = dict(SETTINGS)
    if served_as is not None:
        settings |= {"server.allowedHosts": [*HOSTS, served_as], "browser.serverAddress": served_as}
    return [
        f"--{name}={written(value)}"
        for name, setting in settings.items()
        for value in (setting if isinstance(setting, list) else [setting])
    ]


def written(value: str | bool | int) -> str:
    """A value as Streamlit reads it on the command line."""
    return str(value).lower() if isinstance(value, bool) else str(value)
