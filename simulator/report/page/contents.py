"""What a page tells, in its order: the answer, the plan, each analysis that was asked, and those that were not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, NamedTuple

from simulator.analysis.frame.answers import figure_of, file_of
from simulator.report.analyses.parts.board import QUESTIONS
from simulator.report.page import plan_figures
from simulator.report.page.answer_tables import tables_of
from simulator.report.page.ledger import ledger
from simulator.report.page.parts import BoardQuestion, Drawing, Missing, Section
from simulator.report.page.stored import ANSWERS, Holding, StoredAnswer
from simulator.report.page.stress_des import SOURCE, statement
from simulator.report.page.vectors import DrawingError, inline, width_of
from simulator.report.tables import heading, pilot_lines
from simulator.report.words import unconditioned
from simulator.scenario import shipped_names
from simulator.scenario.files.loading import load
from simulator.stepping.arguments import DESIGN

if TYPE_CHECKING:
    from simulator.report.page.stress_des import Item
    from simulator.results.result import Result

WIDE: Final = 700.0
"""Points beyond which a figure takes the long side of a sheet."""
OF_RESULTS: Final = ("decide", "compare", "sensitivity", "worth")
"""Commands that can be asked of the folder of a run."""


class Asked(NamedTuple):
    """An analysis: the title of its section, and what it tells, in words."""

    title: str
    tells: str


ANALYSES: Final = {
    "decide": Asked("The decision", "whether to fund the plan, and on which conditions"),
    "timeline": Asked("By when, and how sure", "dates, what makes them late, and how long a plan should be"),
    "staffing": Asked("How many people answer", "the help desk that each quarter needs"),
    "attribute": Asked("What it fails by", "what each of the five killers takes"),
    "stress": Asked("What breaks it", "five questions nobody asks, and what restores the plan"),
    "sensitivity": Asked("What the answer hangs on", "which uncertain inputs move it most"),
    "worth": Asked("What is worth measuring", "what it is worth to know more before deciding"),
    "gates": Asked("Are the gates any good", "right and false decisions of each gate"),
    "rescue": Asked("The point of no return", "until when those that fail could have been saved, and by what"),
    "compare": Asked("Against other plans", "which of several plans is better, beyond luck"),
    "variance": Asked("Ignorance or chance", "how much of the spread is not knowing the inputs"),
}
"""All analyses; those that this version has no command for are told where their answer is there."""


@dataclass(frozen=True)
class Contents:
    """All that a page is filled with."""

    title: str
    heading: str
    about: str
    answer: tuple[str, ...]
    answer_from: str
    board: tuple[BoardQuestion, ...]
    warnings: tuple[str, ...]
    sections: tuple[Section, ...]
    missing: tuple[Missing, ...]
    file_needed: str
    ledger: Section
    statement: tuple[Item, ...]
    guidelines: str
    made: tuple[tuple[str, str], ...]


def contents_of(found: Holding) -> Contents:
    """What the page about a plan tells."""
    result = found.result if found.result.estimable else found.result.unweighted
    warnings = [unconditioned(result.refusal)] if result.refusal else []
    warnings += found.left_out
    told = {name: _of_answer(answer) for name, answer in found.answers.items()}
    decision = found.answers.get("decide")
    first = 0 if decision is None or "not_conditioned" not in decision.content else 1  # which the warnings tell
    answer = [*([] if decision is None else decision.sentences[first : first + 1]), result.verdict()]
    sections = _in_order(result, told)
    missing = tuple(
        Missing(ANALYSES[name].title, ANALYSES[name].tells, command_of(name, result, "DIR")) for name in absent(found)
    )
    return Contents(
        title=f"Shall {result.scenario.name} be funded, and what becomes of it?",
        heading=f"{result.scenario.name}: {heading(result)}",
        about=result.scenario.description,
        answer=tuple(answer),
        answer_from=" ".join([*([] if decision is None else [file_of("decide")]), plan_figures.SUMMARY]),
        warnings=(*warnings, *(f"{line}." for line in pilot_lines(result) if not result.refusal)),
        board=tuple(_board(found, result)),
        sections=sections,
        missing=missing,
        file_needed="" if plan_named(result) == result.scenario.name else plan_named(result),
        ledger=ledger(result.scenario),
        statement=statement(result, found.manifest, tuple(found.answers)),
        guidelines=SOURCE,
        made=_made(found),
    )


def _board(found: Holding, result: Result) -> Iterator[BoardQuestion]:
    """The questions of a board, each with its answer, or with the command of the analysis that answers it."""
    for name, question in QUESTIONS.items():
        answer = found.answers.get(question.analysis)
        told = "" if answer is None else answer.board.get(name, "")
        if told or is_known(question.analysis):
            command = "" if told else command_of(question.analysis, result, "DIR")
            yield BoardQuestion(question.words, told, file_of(question.analysis), command)


def _in_order(result: Result, told: dict[str, Section]) -> tuple[Section, ...]:
    """Sections of the run and of the answers, in the order of the page."""
    milestones = plan_figures.dates(result)
    dates = told.pop("timeline", Section("timeline", ANALYSES["timeline"].title, plan_figures.TABLES))
    if milestones is not None:
        dates = replace(dates, drawings=(milestones, *dates.drawings))
    order = [
        told.pop("decide", None),
        plan_figures.becomes(result),
        dates if dates.drawings or dates.sentences else None,
        told.pop("staffing", None),
        plan_figures.money(result),
        plan_figures.measures(result),
        *(told.get(name) for name in ANSWERS),
    ]
    return tuple(one for one in order if one is not None)


def _of_answer(answer: StoredAnswer) -> Section:
    """The section of an analysis: its sentences, its figure and tables of its numbers."""
    asked, content = ANALYSES[answer.name], answer.content
    drawings, note = [], ""
    if answer.figure is not None:
        try:
            svg = inline(answer.figure, answer.name, answer.alternative)
            caption = f"{asked.title}: {asked.tells}"
            drawings = [Drawing(svg, caption, wide=width_of(answer.figure) > WIDE)]
        except DrawingError as error:
            note = f" {figure_of(answer.name)} is left out: {error}."
    number = content.get("replications")
    of = ""
    if isinstance(number, int) and number > 0:
        of = f" {number:,} replication{'' if number == 1 else 's'} of the plan."
    return Section(
        answer.name,
        asked.title,
        file_of(answer.name),
        answer.sentences,
        drawings,
        tables_of(answer.name, content),
        note=f"From {file_of(answer.name)}.{of}{note}",
    )


def absent(found: Holding) -> list[str]:
    """Analyses that were not asked about a plan, by name."""
    return [name for name in ANSWERS if name not in found.answers and is_known(name)]


def is_known(name: str) -> bool:
    """Whether this version has an analysis."""
    return find_spec(f"simulator.analysis.{name}") is not None


def command_of(name: str, result: Result, out: str) -> str:
    """The command that answers a question about the plan of a run, from the same replications."""
    if name in OF_RESULTS:
        other = " OTHER-PLAN" if name == "compare" else ""
        return f"scaleup {name} {out}/{result.scenario.name}{other} --out {out}"
    design = f" --design {result.design}" if result.design != DESIGN and name == "variance" else ""
    made = f"--replications {result.requested} --seed {result.seed}{design}"
    return f"scaleup {name} {plan_named(result)} {made} --out {out}"


def plan_named(result: Result) -> str:
    """How a command line names the plan: a shipped one by its name, others by a file that has its name."""
    name = result.scenario.name
    shipped = name in shipped_names() and load(name).hash == result.scenario.hash
    return name if shipped else f"{name}.yaml"


def _made(found: Holding) -> tuple[tuple[str, str], ...]:
    """How the run was made, from its manifest."""
    manifest = found.manifest
    versions = manifest.versions
    command = (
        f"scaleup run {plan_named(found.result)} --replications {manifest.replications_requested} --seed "
        f"{manifest.seed} --design {manifest.design} --engine {manifest.engine} --out DIR --report"
    )
    return (
        ("plan", manifest.name),
        ("hash of the plan", manifest.scenario_hash),
        ("replications", f"{manifest.replications:,}"),
        ("seed", str(manifest.seed)),
        ("design of the inputs", manifest.design),
        ("engine", manifest.engine),
        ("version", str(versions.get("scaleup-simulator"))),
        ("hash of the simulation's code", str(versions.get("simulation code"))),
        ("command", command),
    )
