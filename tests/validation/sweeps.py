"""Sweeps: every uncertain input of the typical programme over its plausible range, and every lever over its own.

`python -m tests.validation.sweeps` writes `docs/sweeps.md`. For uncertain inputs one large experiment is cut into five
equal parts by the input, so that each part has the others as they come; a lever is set to its ends and the middle,
paired. The direction that is expected of an input was written down before the first run. A *reversal* is a difference
against it whose 95% interval excludes zero: between the outer fifths, or between any fifth and the next.
"""

from __future__ import annotations

import itertools
import math
import re

import pandas as pd

from simulator.app.levers import changes
from simulator.model.measures.money import YEAR_WEEKS
from simulator.scenario import load
from tests.validation.page import DOCS, table
from tests.validation.studies import Reading, difference, funded, mean_of, share_of, simulate

SCENARIO = "typical-programme"
REPLICATIONS, PAIRED = 4000, 150
FIFTHS = 5
MORE, LESS, NEITHER = "+", "-", "?"
REVERSED, NOT_SEEN = "**reversed**", "not seen"
EXPECTED = {
    r"sites\..*\.data_quality|ai\.reference_accuracy": MORE,
    r"pilot\.curation": LESS,
    r"sites\..*\.local_variety|ai\.data_quality_sensitivity|ai\.shocks\..*|edge_cases\..*\.share": LESS,
    r"edge_cases\..*\.discount|edge_cases\..*\.concentration|seasons\..*\.edge_case_share": LESS,
    r"edge_cases\..*\.development_tasks|edge_cases\.right_share|edge_cases\.report_probability": MORE,
    r"ai\.accuracy_floor|ai\.half_life_weeks|ai\.remediation\.gain": MORE,
    r"ai\.retraining\.deploy_weeks|outages\..*|integration\.tail\.probability": LESS,
    r"integration\.hand_carried\..*|integration\..*\.rework": LESS,
    r"users\.segments\..*\.(initial_trust|onset_per_week)|users\.(word_of_mouth|return)_per_week": MORE,
    r"users\.return_base": MORE,
    r"users\.segments\..*\.reversion|users\.lost_share|users\.drop_out_per_week|users\.turnover_per_year": LESS,
    r"users\.trust\.(error_weight|late_weight)|users\.notice_probability": LESS,
    r"users\.trust\.fix_weight|change_programme\.(untrained_onset_factor|champions.*|campaign.*)": MORE,
    r"change_programme\.(untrained_question_factor|spoiling)": LESS,
    r"support\.(documentation_quality|documentation_effect|triage_skill)": MORE,
    r"support\.(tickets_per_noticed_error|how_to_.*|failure_reversion|bounce_handling_share)": LESS,
    r"data_science_team\.attrition_per_year|users\.movers\..*|change_programme\.load\..*": LESS,
    r"rollout\.(budget\.escalation_share|learning_rate)|users\.habit\.protection": MORE,
    r"economics\.(minutes_saved_per_correct_task|wage_per_hour|realised_share)": MORE,
    r"economics\.(cost_.*|rework_cost.*|.*_cost_per_.*|.*_cost|build_cost.*|licence.*)|users\.surfacing_share": LESS,
    r"users\.trust\.surfaced_weight|users\.habit\.weeks|ai\.retraining\.corrections_to_halve": LESS,
}
"""What success should do as an input grows; the rest works both ways, or not at all on success."""

LEVERS = {
    "rollout.time_scale": MORE, "integration.systems.*.start_week": LESS, "integration.engineers": MORE,
    "integration.reviewers": MORE, "data_science_team.members": MORE, "support.tiers.tier1.agents": MORE,
    "support.tiers.tier2.agents": MORE, "support.documentation_quality": MORE,
    "change_programme.training.users_per_week": MORE, "change_programme.champions.per_100_users": MORE,
    "sites.*.data_quality": MORE, "pilot.curation": LESS, "rollout.budget.tranche_weeks": MORE,
    "edge_cases.report_threshold": LESS,
}  # fmt: skip
"""The same for levers; a pilot that is cleaned less flatters less, and the sponsor expects less."""


def expected(path: str) -> str:
    """The direction that is expected of an uncertain input."""
    return next((sign for pattern, sign in EXPECTED.items() if re.fullmatch(pattern, path)), NEITHER)


def gap(a: pd.Series, b: pd.Series) -> Reading:
    """Difference of two independent shares with Newcombe's 95% interval (1998, method 10)."""
    x, y = share_of(a), share_of(b)
    d = x.value - y.value
    low = d - math.hypot(x.value - x.low, y.high - y.value)
    high = d + math.hypot(x.high - x.value, y.value - y.low)
    return Reading(d, low, high, 3)


def against(sign: str, change: Reading) -> bool:
    """Whether a difference lies against the expected direction with its whole interval."""
    return (sign == MORE and change.high < 0) or (sign == LESS and change.low > 0)


def inputs() -> list[list[str]]:
    """A row per uncertain input: success in the lowest and the highest fifth, their difference, the verdict."""
    rows = funded(simulate(SCENARIO, REPLICATIONS))
    lines = []
    for column in (name for name in rows.columns if name.startswith("input.")):
        path = column.removeprefix("input.")
        fifth = pd.qcut(rows[column].rank(method="first"), FIFTHS, labels=False)
        parts = [rows.loc[fifth == k, "success"].astype(bool) for k in range(FIFTHS)]
        whole, sign = gap(parts[-1], parts[0]), expected(path)
        # four steps an input: Bonferroni keeps the chance of a false alarm at 5% an input
        steps = [gap(after, before) for before, after in itertools.pairwise(parts)]
        wide = [
            Reading(s.value, s.value - 1.27 * (s.value - s.low), s.value + 1.27 * (s.high - s.value)) for s in steps
        ]
        turned = against(sign, whole) or any(against(sign, step) for step in wide)
        shares = (f"{part.mean():.3f}" for part in parts)
        lines.append([f"`{path}`", sign, *shares, str(whole), verdict(sign, whole, turned)])
    return sorted(lines, key=lambda line: -abs(float(line[7].split(" ")[0])))


def verdict(sign: str, change: Reading, turned: bool) -> str:
    """In a word."""
    if turned:
        return REVERSED
    if sign == NEITHER:
        return "not expected either way"
    return "as expected" if change.low > 0 or change.high < 0 else NOT_SEEN


def levers() -> list[list[str]]:
    """A row per lever of the scenario: paired differences in success between its ends, and of its middle to each."""
    scenario = load(SCENARIO)
    lines = []
    for lever in scenario.levers:
        ends = [lever.min, (lever.min + lever.max) / 2, lever.max]
        if float(lever.step).is_integer():
            ends = [round(x) for x in ends]
        parts = [simulate(SCENARIO, PAIRED, changes(scenario, lever, x)) for x in ends]
        whole = difference(parts[2], parts[0], "success")
        steps = [difference(parts[1], parts[0], "success"), difference(parts[2], parts[1], "success")]
        sign = LEVERS[lever.path]
        turned = any(against(sign, step) for step in (whole, *steps))
        shares = [mean_of(part["success"]).value for part in parts]
        lines.append([f"{lever.label}, {ends[0]:g} / {ends[1]:g} / {ends[2]:g}", sign,
                      *(f"{share:.3f}" for share in shares), str(whole), verdict(sign, whole, turned)])  # fmt: skip
    return lines


CHANCE = 5 * 0.025
"""Most reversals of an input without any effect: each of five comparisons excludes zero on that side in 2.5%."""
COSTLY = """
Champions bring people forward, and cost money for as long as their sites are live: four in a hundred people some EUR \
{cost:.1f}m a year here. Success asks for a net run rate of at least zero, which they put off.
"""


def reading_it(lines: list[list[str]]) -> str:
    """What the verdicts, which are the last cell of each row, come to."""
    turned = [line[0] for line in lines if line[-1] == REVERSED]
    unseen = sum(line[-1] == NOT_SEEN for line in lines)
    text = f"Reversed: {', '.join(turned)}." if turned else "No input and no lever is reversed."
    text += (
        f" Of {len(lines)}, {unseen} are *not seen*: their effects, also expected ones, as those of the data of single"
    )
    chance = CHANCE * sum(line[1] in "+-" for line in lines)
    text += (
        " sites, are within the noise of this experiment. With five comparisons of each, up to"
        f" {chance:.0f} reversals are expected by chance alone. Inputs stand in the order of their effects.\n"
    )
    if not any(line.startswith("Champions") for line in turned):
        return text
    scenario = load("typical-programme")
    champions = sum(site.users.value for site in scenario.sites) * 4 / 100
    price = scenario.economics.champion_cost_per_week.distribution.quantile(0.5)
    return text + COSTLY.format(cost=champions * price * YEAR_WEEKS / 1e6)


if __name__ == "__main__":
    titles = ["input", "expected", *(f"fifth {k}" for k in range(1, FIFTHS + 1)), "highest less lowest", ""]
    swept, moved = inputs(), levers()
    text = f"# {__doc__}\n## Reading it\n\n{reading_it(swept + moved)}"
    text += f"\n## Uncertain inputs\n\n{REPLICATIONS} replications.\n\n" + table(titles, swept)
    text += f"\n## Levers\n\n{PAIRED} paired replications.\n\n"
    text += table(["lever, at", "expected", "least", "middle", "most", "most less least", ""], moved)
    (DOCS / "sweeps.md").write_text(text)
