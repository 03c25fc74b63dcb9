"""The page of all output measures: `python -m tests.report.measures_page` writes `docs/measures.md`."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.scenario.measure import Measure
from simulator.scenario.measures import REPLICATIONS, SHARES, SITES, WEEKLY
from simulator.scenario.vocabulary import TIERS
from tests.validation.page import DOCS, table

PAGE = DOCS / "measures.md"
HEAD = """\
# Output measures

All that a run gives, as declared in `simulator/scenario/measures.py`; `python -m tests.report.measures_page` writes
this page from there. [The definitions of the model](model.md#definitions) say how accuracy, waits, the scaled window
and the like are measured. A measure has one name everywhere: in files, criteria, suites, targets of precision and
figures. `<tier>` stands for each of {tiers}, the last being the data science team.

A *share* lies between 0 and 1 but where another range is told, and is shown in per cent; a *count* is a whole number
in the tables of replications and sites; *money* is in the scenario's `economics.currency`; *hours* are elapsed hours; a
*rate* is a number without a unit of these; the mean of a *truth* is a share. Weeks are counted from 0. Estimates of a
measure speak of the replications in which it is not null.
"""
SECTIONS: tuple[tuple[str, str, Mapping[str, Measure]], ...] = (
    ("Of all replications", "In `summary.json`, beside the estimates of the measures of a replication.", SHARES),
    ("Of a replication", "Columns of `replications.parquet`, after the inputs as drawn.", REPLICATIONS),
    ("Of a week", "Columns of `weekly.parquet`: of the week, or of its end where that is said.", WEEKLY),
    ("Of a site", "Columns of `sites.parquet`, after its name, `site`.", SITES),
)


def page() -> str:
    """The page, in Markdown."""
    parts = [HEAD.format(tiers=", ".join(f"`{tier}`" for tier in TIERS))]
    for title, text, measures in SECTIONS:
        rows = [row(measure) for measure in measures.values() if measure.tier in (None, TIERS[0])]
        cells = table(("name", "in words", "unit", "what it means", "null when"), rows)
        parts.append(f"## {title}\n\n{text}\n\n{cells}")
    return "\n".join(parts)


def row(measure: Measure) -> tuple[str, ...]:
    """The cells of a measure; that of the first tier stands for those of all."""
    name, words = measure.name, measure.words
    if measure.tier is not None:
        name, words = f"{name.removesuffix(measure.tier)}<tier>", words.rpartition(", ")[0]
    return f"`{name}`", words, measure.unit, measure.meaning, measure.null_when or "never"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
