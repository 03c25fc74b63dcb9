"""The page: a scenario, its levers, what becomes of it, and the command line that gives the same digits."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import streamlit as st

from simulator.app.cache import Cache, Shown, simulate
from simulator.experiment.changes import written as written_changes
from simulator.experiment.levers import changes, present, rest
from simulator.experiment.measures import SHARE, WEEKS, label, written
from simulator.experiment.progress import COMPILING, Progress, throttled
from simulator.experiment.run import REPLICATIONS, SEED
from simulator.experiment.verdict import interval
from simulator.report.tables import measure_rows, outcome_lines, speed_line

if TYPE_CHECKING:
    from simulator.experiment.result import Result
    from simulator.scenario import Scenario
    from simulator.scenario.plan import Lever

MOST_REPLICATIONS = 5000
FIRST = "retail-chatbot"


def show() -> None:
    """Draw the page; Streamlit calls this again after every change."""
    st.set_page_config(page_title="Scale-up simulator", layout="wide")
    from simulator.scenario import ScenarioError, load, shipped_names

    names = shipped_names()
    if not names:
        st.error("No shipped scenarios were found. Install the package again, or run the app from a checkout.")
        return
    with st.sidebar:
        st.header("Scale-up simulator")
        name = st.selectbox("Scenario", names, index=names.index(FIRST) if FIRST in names else 0)
        try:
            base = load(name)
        except ScenarioError as error:
            st.error(f"The scenario can't be used.\n\n```\n{error}\n```")
            return
        moved = lever_sliders(base)
        st.divider()
        replications = int(
            st.number_input("Replications", 10, MOST_REPLICATIONS, REPLICATIONS, step=50, help="Simulated programmes.")
        )
        seed = int(st.number_input("Seed", 0, 2**53 - 1, SEED, help="The same seed gives the same digits."))
    st.title(base.name)
    st.write(base.description)
    try:
        shown = result_with_progress(base.with_changes(moved) if moved else base, seed, replications)
    except ScenarioError as error:
        st.error(f"These settings can't be simulated.\n\n```\n{error}\n```")
        return
    except RuntimeError as error:
        st.error(f"The simulation failed: {error}")
        return
    tell(shown, command(name, replications, seed, moved))


def lever_sliders(scenario: Scenario) -> dict[str, Any]:
    """A slider for each lever; the changes by dotted path that their positions stand for."""
    st.subheader("Levers")
    if not scenario.levers:
        st.caption("This scenario names no levers.")
    sliders = [f"{scenario.name}/{index}" for index in range(len(scenario.levers))]

    def back() -> None:
        for key in sliders:
            st.session_state.pop(key, None)

    moved: dict[str, Any] = {}
    for key, lever in zip(sliders, scenario.levers, strict=True):
        moved |= changes(scenario, lever, lever_slider(scenario, lever, key))
    if scenario.levers:
        st.button("Back to the plan", on_click=back, disabled=not moved)
    return moved


def lever_slider(scenario: Scenario, lever: Lever, key: str) -> float:
    """One slider; its position."""
    start = rest(scenario, lever)
    whole = all(float(of).is_integer() for of in (lever.min, lever.max, lever.step, start))
    kind: type[int] | type[float] = int if whole else float
    return float(
        st.slider(
            lever.label,
            kind(lever.min),
            kind(lever.max),
            kind(start),
            step=kind(lever.step),
            format="%d" if whole else f"%.{decimals(lever.step)}f",
            key=key,
            help=f"`{lever.path}`, now {now(scenario, lever)}",
        )
    )


def decimals(step: float) -> int:
    """Digits after the point that tell neighbouring positions apart."""
    return next((digits for digits in range(1, 6) if abs(step * 10**digits - round(step * 10**digits)) < 1e-9), 6)


def now(scenario: Scenario, lever: Lever) -> str:
    """The present value of what a lever moves."""
    values = sorted(present(scenario, lever))
    if not values:
        return "not set"
    return f"{values[0]:.4g}" if values[0] == values[-1] else f"{values[0]:.4g} to {values[-1]:.4g}"


def result_with_progress(scenario: Scenario, seed: int, replications: int) -> Shown:
    """The result, with a bar while it is computed."""
    place = st.empty()

    def report(progress: Progress) -> None:
        text = f"{progress.done} of {progress.total} replications"
        place.progress(progress.done / progress.total, COMPILING if progress.stage == "compiling" else text)

    try:
        return simulate(shared_cache(), scenario, seed, replications, throttled(report))
    finally:
        place.empty()


@st.cache_resource(show_spinner=False)
def shared_cache() -> Cache:
    """One cache for all sessions."""
    return Cache()


def tell(shown: Shown, same_digits: str) -> None:
    """Verdict, success figures, fan charts, outcomes, the command line and measures."""
    result = shown.result
    st.info(result.verdict())
    figures(result)
    left, right = st.columns(2, gap="large")
    left.image(shown.images["adoption"])
    right.image(shown.images["accuracy"])
    left.image(shown.images["tickets"])
    right.image(shown.images["backlog"])
    st.caption(
        "Each chart shows the median of the replications (line), the middle 50% (dark band) and the middle 80% "
        "(light band) in each week; the dashed line is what success asks for."
    )
    left, right = st.columns(2, gap="large")
    left.image(shown.images["outcomes"])
    right.table(
        [
            {"Outcome": words.capitalize(), "Share": share, "95% interval": reach}
            for words, share, reach in outcome_lines(result)
        ]
    )
    st.subheader("The same on the command line")
    st.code(same_digits, language="bash", wrap_lines=True)
    headings = ("Measure", "Name", "Mean ± half-width", "10th percentile", "Median", "90th percentile")
    st.subheader("Main measures")
    st.table([dict(zip(headings, row, strict=True)) for row in measure_rows(result)])
    with st.expander("Every measure, all digits"):
        st.dataframe(result.summary())
    st.caption(speed_line(result))


def figures(result: Result) -> None:
    """The success figures in a row."""
    chance = result.success_probability
    weeks = result.estimate("weeks_to_scale")
    adoption = result.estimate("adoption_final")
    accuracy = (
        "accuracy_scaled_all_sites" if result.estimate("accuracy_scaled_all_sites").get("n") else "accuracy_scaled"
    )
    columns = st.columns(4)
    columns[0].metric("Success probability", written(chance.share, SHARE))
    columns[0].caption(interval(chance) if chance.share is not None else "never funded")
    columns[1].metric("Weeks from funding to scale", written(weeks.get("p50"), WEEKS))
    columns[1].caption(spread(weeks, WEEKS, "median of those that scale"))
    columns[2].metric("Adoption at the end", written(adoption.get("mean"), SHARE))
    columns[2].caption(spread(adoption, SHARE, pilot(result, "adoption_pilot")))
    columns[3].metric(label(accuracy).words, written(result.estimate(accuracy).get("mean"), SHARE))
    columns[3].caption(spread(result.estimate(accuracy), SHARE, pilot(result, "accuracy_pilot")))


def pilot(result: Result, measure: str) -> str:
    """The pilot's reading, to compare with."""
    return f"{written(result.estimate(measure).get('mean'), SHARE)} in the pilot"


def spread(estimate: dict[str, float | int | None], unit: str, words: str) -> str:
    """The middle 80% of a measure in words."""
    if not estimate.get("n"):
        return "in no replication"
    return f"{words}; 80% of replications within {written(estimate['p10'], unit)} to {written(estimate['p90'], unit)}"


def command(name: str, replications: int, seed: int, moved: dict[str, Any]) -> str:
    """The command line that gives the digits of the page."""
    parts = ["scaleup", "run", shlex.quote(name), "--replications", str(replications), "--seed", str(seed)]
    return " ".join([*parts, *written_changes(moved)])
