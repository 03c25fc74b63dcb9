from collections.abc import Iterator

import pytest

from tests.experiment.stand_in import stand_in_engine

__all__ = ["stand_in_engine"]


@pytest.fixture(autouse=True)
def fresh_desk() -> Iterator[None]:
    """Each test with no results kept."""
    import streamlit as st

    st.cache_resource.clear()
    yield
    st.cache_resource.clear()
