"""The site: its pages, and what they share."""

from __future__ import annotations

import streamlit as st

from simulator.app.errors import told
from simulator.app.pages import simulate

PAGES = {
    "Simulate": simulate.show,
}
"""What draws each page, by its title and in the order of the menu; the first is the one that a visitor comes to."""


def show() -> None:
    """Draw the page that is asked for; Streamlit calls this again after every change."""
    st.set_page_config(page_title="Scale-up simulator", layout="wide")
    pages = [
        st.Page(draw, title=title, url_path=title.lower().replace(" ", "-"), default=number == 0)
        for number, (title, draw) in enumerate(PAGES.items())
    ]
    chosen = st.navigation(pages)
    with told():
        chosen.run()
