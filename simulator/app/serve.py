"""Streamlit's command line as `scaleup app` runs it: browsers are not told where on the server the app lies."""

from __future__ import annotations

import logging
from pathlib import PurePath
from typing import Any

from streamlit.runtime.app_session import AppSession
from streamlit.web.cli import main

NEW_SESSION = "_create_new_session_message"
"""What makes the message with which each run of the script begins; it holds the script's path."""


def hide_the_path() -> None:
    """Have Streamlit send the name of the script instead of its path, which no option of it does."""
    made = getattr(AppSession, NEW_SESSION, None)
    if made is None:
        logging.getLogger("simulator.app").warning("this version of Streamlit may tell browsers the path of the app")
        return

    def without_path(session: AppSession, *arguments: Any, **options: Any) -> Any:
        message = made(session, *arguments, **options)
        message.new_session.main_script_path = PurePath(message.new_session.main_script_path).name
        return message

    setattr(AppSession, NEW_SESSION, without_path)


if __name__ == "__main__":
    hide_the_path()
    main(prog_name="streamlit")
