"""Settings shared by all tests: hypothesis profiles, the browser, and a guard against runs that test nothing."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from simulator.cli import LINEAR_ALGEBRA

for name in LINEAR_ALGEBRA:  # before NumPy is imported: workers share the cores
    os.environ.setdefault(name, "1")

IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}

# A shared machine stalls now and then: no deadline. In CI the examples are the same in every run.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci" if IN_CI else "local")


@pytest.fixture(autouse=True)
def _figures_are_put_away() -> Iterator[None]:
    """Close the figures of a test: matplotlib warns of many that are open, whichever test opens the last."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The top folder of the repository."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium; without one, browser tests are skipped on a desk and fail in CI."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    if IN_CI:
        pytest.fail("no Chromium found; .ci/run installs one")
    pytest.skip("no Chromium found")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--at-least", type=int, default=1, metavar="N", help="fail unless at least N tests passed (default 1)"
    )


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A run in which everything was skipped or left out proves nothing, so it fails."""
    config = session.config
    if hasattr(config, "workerinput") or config.option.collectonly or exitstatus != pytest.ExitCode.OK:
        return
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    passed = len(reporter.stats.get("passed", []))
    if passed < config.option.at_least:
        reporter.ensure_newline()
        reporter.write_line(f"only {passed} tests passed, at least {config.option.at_least} must", red=True)
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED
