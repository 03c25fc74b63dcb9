"""The page of the validation: the rows of `targets`, and tables that say where their numbers come from."""

from __future__ import annotations

from collections.abc import Callable

from tests.validation import readings as read
from tests.validation.page import table
from tests.validation.studies import SEED, funded, mean_of, share_of, simulate
from tests.validation.targets import ESSAY, TARGETS, Target

HEAD = f"""# Validation

Written by `python -m tests.validation` from the shipped scenarios (seed {SEED}); do not edit. The slow tests read every
row again, with `tests/validation/targets.py`, the same table, in hand.

*Fitted* rows chose the few parameters that [calibration](calibration.md) tells of; *held out* rows are predictions, and
*checks* are published figures that were not used either. A: the figure was read in the source; B: others quote it.
Values are means or shares with their 95% interval. A row is met when the value lies between the bounds; where it gives
a direction, when the whole interval of the paired difference (common random numbers) lies above zero.

The essay is {ESSAY}; its figures are anecdotes, and targets more than
measurements.

"""

VERSIONS = """## Versions that were tried

Changes of mechanisms, each for its own reason, with what it did to held-out rows; no parameter was moved for those.

- **Value.** At first a noticed error cost its rework *and* its damage, and sponsors saw the damage of errors that
  nobody had noticed: a quarter of all sponsors saw value below zero at the second review. Now a noticed error is
  reworked, a silent one does its damage, and who reads value sees silent errors only as far as checks reveal them.
  Failure in `typical-programme` fell from 95% to 85% before anything was fitted; the commonest review of shelving
  moved from week 12-16 to being spread over weeks 12-70.
- **The first review** compared four weeks of value to one week of plan. The plan now counts the pilot's users from
  funding on.
- **Outages** were left at the end of the shift, and one user told of the same outage a dozen times. Now they are
  worked through, each user tells of one once, and what waits is answered when the service is back.
- **Tails of integration projects** were drawn for each stage; the published shares are of projects, so they now are
  too.
- **Gates** of `typical-programme` read technical performance only and teach nothing, as teaching gates are one of the
  remedies; at first they taught, and failure was 87% with the value as above.
- **The plan for support from a pilot** used a desk's handling time; it now uses the experts' time, which is what a
  pilot sees. The need in an overloaded desk divided its work by all visits, those abandoned included, and was too low.
- **Upstream changes in the pilot** are mended like its data, by the share `pilot.curation`: the data scientists are
  there.
- **What a source counts** was read twice: the share that first contact resolves stood as what tier 1 *could* solve, of
  which triage then lost a quarter, and the mean overrun of slow integration projects stood as their median. Both files
  now say what the sources say.
- **Working days**: people began on Sundays, projects ended at night, one agent sat on a ticket for a day, and who
  resigned was gone at noon. First days now fall on Mondays, ends of projects on working mornings, a visit has its
  longest time, a resignation its notice.

- **A sponsor's patience** was fitted to failure, and saw value only. The sponsor of the typical programme now has a
  belief about the share of the plan that comes true, compares what is to come with what it costs, and decides by the
  year; nothing about it is fitted, and failure is predicted. Before that, sponsors of other minds were replayed: those
  who weighed what is at stake, or judged all value since funding, shelved later or spread as widely.
- **Integration** gave its benefits when the last system was live; now each gives its share. Success under the money of
  that time rose from 0.163 to 0.273.
- **What people judge** was each task, so that the same work cut into more tasks condemned a plan; now it is about one
  answer in a working day. Silent errors may surface, corrections teach, habit protects, and some tend to leave.
- **Support** was planned by round numbers in the typical programme; now by what its pilot logged.
- **Budget dates** fell on any hour; now on working mornings.
- **Rows that asked the wrong question**: the commonest review of shelving (a mode is noise, and echoes the plan's
  dates) gave way to the median of all ends and their share in months 4 to 9; the shortest good plan, which demanded an
  optimum, to the time from funding to scale.

Tried, and not kept, as nothing is published from which to take their numbers and as they leave the misses where they
were:

- **First impressions that last**: early errors cost reliance most ("Trust Recovery Journey",
  osf.io/preprints/osf/5awrs). With untrained people 1.8 times as ready to go back after an error, and new ones lost
  for good twice as often, a plan of 24 months gained 0.043 (-0.004 to 0.089) of success over one of 6 in
  `phased-24-months`, against 0.027 (-0.021 to 0.075) without (200 paired replications).
- **A limit to the change that can be accompanied**: where more than two sites went live within half a year, campaigns
  reached people in proportion less: 0.021 (-0.015 to 0.058). What is only slowed down is made good before the deadline.
"""


def rows(targets: tuple[Target, ...]) -> str:
    """One section's rows."""
    lines, notes = [], []
    for target in targets:
        reading = target.read()
        met = target.met(reading)
        lines.append([
            target.claim, target.shown_by, target.bounds, str(reading), target.kind, "met" if met else "**missed**",
            f"{target.source} ({target.grade})",
        ])  # fmt: skip
        if not met:
            notes.append(f"- *{target.claim}*: {target.miss or 'not explained yet'}\n")
    text = table(["said", "shown by", "must be", "is", "", "", "source"], lines)
    return text + ("\nMissed:\n\n" + "".join(notes) if notes else "")


def remedies() -> str:
    """What each remedy adds first, last, on average, and for what money."""
    usual = read.contributions("success")
    costs, worth = read.contributions("programme_cost"), read.contributions("worth")
    lines = []
    for name in read.REMEDIES:
        first, last, shapley = usual[name]
        money = costs[name][2].value / 1e6
        lines.append([
            f"`{name}`", str(first), str(last), str(shapley), f"{money:+.1f}",
            f"{shapley.value / money:.3f}" if money > 0 else "costs nothing", f"{worth[name][2].value:+.1f}",
        ])  # fmt: skip
    text = "### Remedies: alone, together, and for what money\n\n"
    text += f"Paired gains in success over {read.FEW} replications: added to the typical programme alone (first in), to"
    text += " the other four (last in), and on average over all orders (Shapley); EUR m are Shapley values too.\n\n"
    titles = ["remedy", "first in", "last in", "Shapley", "cost, EUR m", "gain per EUR m", "worth, EUR m"]
    return text + table(titles, lines)


def measuring() -> str:
    """Measuring, part by part."""
    lines = []
    for part, paths in read.MEASURING.items():
        success, worth = read.part_of_measuring(paths)
        lines.append([part, str(success), str(worth)])
    text = "### Measuring, taken apart\n\nThe parts of `measure-what-matters`, each alone in the typical programme.\n\n"
    return text + table(["", "gain in success", "gain in worth, EUR m"], lines)


def sponsor() -> str:
    """Success with the budget and with one that is always renewed."""
    lines = []
    for name in (read.TYPICAL, "compressed-6-months", read.ALL_FIVE, read.PHASED):
        both = [share_of(funded(simulate(name, read.FEW, x))["success"]) for x in (None, read.ENDLESS)]
        lines.append([f"`{name}`", str(both[0]), str(both[1])])
    return "### With a budget, and without end\n\n" + table(
        ["success given funding", "as it is", "always renewed"], lines
    )


def curve() -> str:
    """Success and worth by the length of the plan."""
    lines = []
    for months in read.MONTHS:
        cells = [str(months)]
        for name in (read.TYPICAL, read.PHASED):
            worth = read.plan_curve(name, "value_from_funding")[months] / 1e6
            cells += [str(share_of(read.plan_curve(name)[months] > 0)), str(mean_of(worth, 1))]
        lines.append(cells)
    text = "### How long a plan\n\nSuccess given funding, and mean value of funding in EUR m, all dates of the plan"
    text += " stretched or compressed together. No length is demanded. Those that reach scale and keep it take"
    text += f" {read.middle_half(read.TYPICAL)} in `{read.TYPICAL}`, and {read.middle_half(read.PHASED)} in"
    text += f" `{read.PHASED}`.\n\n"
    titles = ["months from funding to the last planned go-live"]
    titles += [f"`{name}`: {what}" for name in (read.TYPICAL, read.PHASED) for what in ("success", "worth")]
    return text + table(titles, lines)


def shelving() -> str:
    """When programmes end."""
    weeks = read.ends(read.TYPICAL)["weeks"]
    bins = [(low, low + 13) for low in range(0, 104, 13)]
    lines = [[f"{low} to {high}", f"{((weeks > low) & (weeks <= high)).mean():.3f}"] for low, high in bins]
    lines.append(["later", f"{(weeks > bins[-1][1]).mean():.3f}"])
    text = f"### When programmes end\n\nHalf of {len(weeks)} that were stopped by week {weeks.median():.0f}.\n\n"
    return text + table(["weeks from the pilot's end", "share of those that were stopped"], lines)


def support() -> str:
    """The factor of three, taken apart: the median factor with one cause removed at a time."""
    causes: dict[str, dict[str, object]] = {
        "as planned from the pilot": {},
        "every question of the pilot logged": {"pilot.logged_share": 1},
        "planned with a desk's handling time": {"pilot.handling_factor": 1},
        "a pilot of the workforce instead of volunteers": {
            "pilot.segments": {"volunteers": 0.1, "mainstream": 0.6, "sceptics": 0.3}
        },
        "a pilot on data as they are, with their errors": {"pilot.curation": 0},
        "no data carried by hand at scale": {"integration.ideal": True},
    }
    lines = [[name, read.median_factor(change)] for name, change in causes.items()]
    together: dict[str, object] = {}
    for change in causes.values():
        together |= change
    lines.append(["all of these", read.median_factor(together)])
    text = (
        "### The factor of three, taken apart\n\nHeads that everybody in the plan needs, over heads planned: the median"
    )
    text += " with one cause removed at a time.\n\n"
    return text + table(["", "median factor"], lines)


def critical() -> str:
    """Which system is last."""
    names = ("integration-later", "typical-programme", "integration-day-one")
    shares = [read.critical_systems(name) for name in names]
    every = set[str]().union(*(share.index for share in shares))
    systems = sorted(every, key=lambda name: (-shares[1].get(name, 0.0), name))
    lines = [[f"`{system}`", *(f"{share.get(system, 0.0):.2f}" for share in shares)] for system in systems]
    weeks = []
    for name in names:
        whole = read.projects(name).groupby("replication")["live_week"].agg(["max", "count"])
        done = whole["max"].where(whole["count"] == whole["count"].max())
        weeks.append(" / ".join(f"{done.quantile(q):.0f}" for q in (0.1, 0.5, 0.9)))
    lines.append(["week when all are live (p10 / p50 / p90)", *weeks])
    text = "### The critical system\n\nShare of replications in which a system is the last to be live.\n\n"
    return text + table(["", *(f"`{name}`" for name in names)], lines)


def stresses() -> str:
    """The five questions."""
    lines = []
    for name in ("ten-times-the-volume", "least-engaged-users", "nobody-at-2am", "team-moves-on", "value-unseen"):
        few = 40 if name.startswith("ten") else read.FEW
        a, b = simulate(f"stress-{name}", few), simulate("typical-programme", read.FEW)
        b = b[b["replication"] < few]
        told = [f"`stress-{name}`", str(share_of(funded(a)["success"]))]
        measures = ("adoption_final", "accuracy_scaled", "sla_met_share")
        told += [f"{mean_of(a[name]).value:.2f} / {mean_of(b[name]).value:.2f}" for name in measures]
        lines.append(told)
    text = "### The questions nobody asks\n\nMeans under the stress / in `typical-programme`.\n\n"
    return text + table(["", "success given funding", "adoption at the end", "accuracy", "help in time"], lines)


AFTER: dict[str, tuple[Callable[[], str], ...]] = {
    "Integration": (critical,),
    "Support": (support,),
    "The programme": (shelving, curve, sponsor),
    "What works": (measuring, remedies, stresses),
}


def written() -> str:
    """The whole page."""
    text = HEAD
    for section, targets in TARGETS.items():
        text += f"## {section}\n\n{rows(targets)}\n"
        print(text[-3000:], flush=True)
        for more in AFTER.get(section, ()):
            text += f"{more()}\n"
    return text + VERSIONS
