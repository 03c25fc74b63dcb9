"""Simulate: a scenario, its levers, what becomes of it, and the command line that gives the same digits."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import streamlit as st

from simulator.app.cache import Shown
from simulator.app.errors import refuse
from simulator.app.levers import changes, present, rest
from simulator.app.limits import MOST_REPLICATIONS, most_seconds
from simulator.app.plain import escaped, plain
from simulator.app.simulating import Desk, Standing, Waiting
from simulator.experiment.progress import COMPILING, Progress, throttled
from simulator.report.outcomes import OutcomeLine, outcome_lines, reach
from simulator.report.tables import footnote, measure_rows, pilot_lines, speed_line
from simulator.report.verdict import interval
from simulator.report.words import written
from simulator.scenario.assignments import written as written_changes
from simulator.scenario.measure import MONEY, SHARE, WEEKS
from simulator.scenario.measures import ESTIMATED
from simulator.stepping.arguments import REPLICATIONS, SEED

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from simulator.results.result import Result
    from simulator.scenario import Scenario
    from simulator.scenario.sections.lever import Lever

FIRST = "retail-chatbot"
PICTURES = (
    ("Who uses it, and is it right?", ("adoption", "accuracy")),
    ("How much of it lasts?", ("success_curve",)),
    ("What does it cost, and by when?", ("money", "timeline")),
    ("What stands in the way?", ("integrations", "shelving")),
    ("Can support keep up?", ("tickets", "backlog")),
)
"""Figures in the order in which people read them, two in a row."""


def show() -> None:
    """Choose, move, simulate and tell; raises what can't be simulated."""
    from simulator.scenario import ScenarioError, load, shipped_names

    names = shipped_names()
    if not names:
        st.error("No shipped scenarios were found. Install the package again, or run the app from a checkout.")
        return
    with st.sidebar:
        st.header("Scale-up simulator")
        name = st.selectbox("Scenario", names, index=names.index(FIRST) if FIRST in names else 0)
        try:
            base = load(name, shipped_only=True)
        except ScenarioError as error:
            refuse("The scenario can't be used.", str(error))
            return
        moved = lever_sliders(base)
        st.divider()
        replications = int(
            st.number_input("Replications", 10, MOST_REPLICATIONS, REPLICATIONS, step=50, help=replications_help())
        )
        seed = int(st.number_input("Seed", 0, 2**53 - 1, SEED, help="The same seed gives the same digits."))
    st.title(escaped(base.name))
    st.text(plain(base.description))
    shown = result_with_progress(base.with_changes(moved) if moved else base, seed, replications)
    tell(shown, command(name, replications, seed, moved))


def replications_help() -> str:
    """What replications are, and how many the app allows."""
    return (
        f"Simulated programmes: at most {MOST_REPLICATIONS:,}, and no more than take about {most_seconds():,.0f} "
        "processor seconds."
    )


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
    whole = all(float(number).is_integer() for number in (lever.min, lever.max, lever.step, start))
    kind: type[int] | type[float] = int if whole else float
    return float(
        st.slider(
            escaped(lever.label),
            kind(lever.min),
            kind(lever.max),
            kind(start),
            step=kind(lever.step),
            format="%d" if whole else f"%.{decimals(lever.step)}f",
            key=key,
            help=escaped(f"{lever.path}, now {now(scenario, lever)}"),
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
    """The result, with a bar while it is computed; Streamlit ends the run at the bar when a newer one is wanted."""
    place = st.empty()

    def bar(progress: Progress) -> None:
        running = f"{progress.done} of {progress.total} replications"
        text = f"{COMPILING}: {progress.done}%" if progress.stage == "compiling" else running
        place.progress(progress.done / progress.total, text)

    now_and_then = throttled(bar)

    def report(standing: Standing | None) -> None:
        if isinstance(standing, Progress):
            now_and_then(standing)
        else:
            place.progress(0.0, waiting(standing))

    try:
        return shared_desk().simulate(scenario, seed, replications, report)
    finally:
        place.empty()


def waiting(standing: Waiting | None) -> str:
    """How long the line is."""
    if standing is None:
        return "Somebody else has asked for the same, and it is about to begin"
    others = "1 other run" if standing.before == 1 else f"{standing.before} other runs"
    return f"Waiting for {others} on this server"


@st.cache_resource(show_spinner=False)
def shared_desk() -> Desk:
    """One for all sessions."""
    return Desk()


def tell(shown: Shown, same_digits: str) -> None:
    """Verdict and reasons, success figures, outcomes, figures, the command line and measures."""
    result = shown.result
    st.info(escaped(result.verdict()))
    if result.reasons():
        st.markdown(escaped(result.reasons()))
    if result.failures:
        st.warning(f"{len(result.failures):,} of the replications failed and are left out.")
    for line in pilot_lines(result):
        st.caption(escaped(line))
    figures(result)
    left, right = st.columns(2, gap="large")
    picture(left, shown, "outcomes")
    right.table(
        [
            {"Outcome": line.words[:1].upper() + line.words[1:], "Share": line.share, "95% interval": line.interval}
            | ({"Of it paid back": paid_back(line)} if result.priced else {})
            for line in outcome_lines(result)
        ]
    )
    st.subheader("The same on the command line")
    st.code(same_digits, language="bash", wrap_lines=True)
    for heading, names in PICTURES:
        shown_here = [name for name in names if worth_showing(result, name)]
        if shown_here:
            st.subheader(heading)
        for column, name in zip(st.columns(2, gap="large"), shown_here, strict=False):
            picture(column, shown, name)
    st.caption(
        "Bands over weeks show the median of the replications (line), the middle 50% (dark) and the middle 80% (light) "
        "in each week; a dashed line across is what success asks for. Where programmes are shelved, adoption, tickets "
        "and backlog fall to nothing, and accuracy speaks of those that go on."
    )
    st.subheader("Main measures")
    headings = ("Measure", "Name", "n", "Mean ± half-width", "10th percentile", "Median", "90th percentile")
    st.table([dict(zip(headings, row, strict=True)) for row in measure_rows(result)])
    if footnote(result):
        st.caption(footnote(result))
    with st.expander("Every measure, all digits"):
        st.dataframe(result.summary())
    st.caption(speed_line(result))


def paid_back(line: OutcomeLine) -> str:
    """How many of an outcome pay back, with the interval; empty where that is not told."""
    paid = line.paid_back
    return "" if paid is None else f"{written(paid.share, SHARE)} ({reach(paid.low, paid.high)})"


def picture(place: DeltaGenerator, shown: Shown, name: str) -> None:
    """A figure of the result."""
    place.image(shown.image(name))


def worth_showing(result: Result, name: str) -> bool:
    """Whether the scenario has what a figure is about."""
    if name == "shelving":
        return bool(result.estimate("shelved_week").get("n"))
    if name == "integrations":
        return bool(result.scenario.integration.systems)
    if name == "money":
        return result.priced
    return True


def figures(result: Result) -> None:
    """The success figures in a row."""
    chance, funded = result.success_probability, result.funded_share
    weeks = result.estimate("weeks_to_scale")
    adoption = result.estimate("adoption_final")
    accuracy = (
        "accuracy_scaled_all_sites" if result.estimate("accuracy_scaled_all_sites").get("n") else "accuracy_scaled"
    )
    columns = st.columns(5)
    columns[0].metric(ESTIMATED["success_probability"].words, written(chance.share, SHARE))
    told = interval(chance) if chance.share is not None else "never funded"
    if funded.share is not None and 0 < funded.share < 1:
        told += f"; given funding, which {written(funded.share, SHARE)} get"
    columns[0].caption(told)
    columns[1].metric(ESTIMATED["weeks_to_scale"].words, written(weeks.get("p50"), WEEKS))
    columns[1].caption(spread(result, "weeks_to_scale", "median of those that scale"))
    columns[2].metric(ESTIMATED["adoption_final"].words, written(adoption.get("mean"), SHARE))
    columns[2].caption(spread(result, "adoption_final", pilot(result, "adoption_pilot")))
    columns[3].metric(ESTIMATED[accuracy].words, written(result.estimate(accuracy).get("mean"), SHARE))
    columns[3].caption(spread(result, accuracy, pilot(result, "accuracy_pilot")))
    worth = result.estimate("value_from_funding")
    if worth.get("n") and result.priced:
        told = written(worth["mean"], MONEY, currency=result.scenario.economics.currency)
        columns[4].metric(ESTIMATED["value_from_funding"].words, told)
        pays = result.share("pays_probability")
        told = "none is funded" if pays.share is None else f"above zero in {written(pays.share, SHARE)} of the funded"
        columns[4].caption(spread(result, "value_from_funding", told))


def pilot(result: Result, measure: str) -> str:
    """The pilot's reading, to compare with."""
    return f"{written(result.estimate(measure).get('mean'), SHARE)} in the pilot"


def spread(result: Result, measure: str, words: str) -> str:
    """The middle 80% of a measure in words."""
    estimate, unit = result.estimate(measure), ESTIMATED[measure].unit
    if not estimate.get("n"):
        return "in no replication"
    return f"{words}; 80% of replications within {written(estimate['p10'], unit)} to {written(estimate['p90'], unit)}"


def command(name: str, replications: int, seed: int, moved: dict[str, Any]) -> str:
    """The command line that gives the digits of the page."""
    parts = ["scaleup", "run", shlex.quote(name), "--replications", str(replications), "--seed", str(seed)]
    return " ".join([*parts, *written_changes(moved)])
