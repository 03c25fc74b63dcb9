"""Events of a trace in plain words, for a reader who has not seen the model."""

from __future__ import annotations

import math
import string
from collections.abc import Mapping
from typing import Any

SENTENCES = {
    "week-end": "week {week} is over: {active_users} people use it, trust {trust_mean:%}, {backlog} tickets wait",
    "gate-read": "gate {gate} says {decision}: accuracy seen {accuracy_observed:%}{value_too}",
    "criterion-missed": "gate {gate} sees {measure_told}",
    "funded": "the roll-out to {users_planned} people is funded; "
    "the pilot promises {currency} {value_per_task_expected} a task",
    "sponsor-review": "value seen: {value_told}; the sponsor {patience_told}",
    "budget-decision": "spent {currency} {spent} since funding, forward value {forward_value} against a cost to come "
    "of {forward_cost}: {budget_decision}",
    "site-read": "{site} is looked at: {active_share_observed:%} of its people use it, accuracy seen "
    "{accuracy_observed:%}",
    "go-live": "{site} {pilot:begins its pilot|goes live}, {users_onboarded} people invited"
    "{carried_by_hand:, data carried by hand|}",
    "shift-change": "{shift}: {agents_on_duty} at work",
    "agent-hired": "somebody new {replacement:takes the place of|begins as} {agent}",
    "resigned": "{agent} resigns",
    "team-shrank": "the system is built; {members_gone} members of the data science team leave those who run it",
    "team-moved-on": "the data science team moves on; {members_gone} of its members leave",
    "integration-began": "work on {system} begins{slow: (a slow project: its stages take {stretch} times as long)|}",
    "stage-ended": "{stage} {rework:must be done again|is done}",
    "campaign-ended": "the campaign at {site} ends",
    "remediation-due": "the data of {site} are to be cleaned before it goes live",
    "working-day": "{site} opens: {accuracy:%} of familiar answers are right, {unhandled_share:%} of tasks are "
    "edge cases it does not know, {answered_share:%} get an answer",
    "upstream-change": "a change upstream of {site} takes {loss:%} off its accuracy",
    "model-deployed": "the retrained model is in use at {site}",
    "outage": "outage {outage} begins: nobody gets an answer",
    "called-out": "{agent} is called out",
    "switched-off": "{site} is switched off; {users_withdrawn} people lose it",
    "work-ended": "{agent} {finished:finishes|breaks off} after {hours} hours",
    "gave-up-waiting": "ticket {ticket} is abandoned at tier {tier}",
    "answered-at-once": "ticket {ticket} is answered at once",
    "error-noticed": "{user} notices an error; trust is now {trust:%}",
    "error-surfaced": "{user} is told of an error; trust is now {trust:%}",
    "case-corrected": "{user} hands a corrected case in, {corrections} at {site} so far",
    "edge-case-met": "{user} meets {edge_case}: {outcome}",
    "question-asked": "{user} asks for help ({ticket_kind})",
    "started-using": "{user} starts to use it, {trained:trained|without training}",
    "came-back": "{user} {accepted:comes back|thinks of coming back, and does not}; trust is {trust:%}",
    "dropped-out": "{user} drops out",
    "learned": "{user} knows the way around now",
    "replaced": "{user} leaves the company ({state}) and is replaced",
    "reverted": "{user} goes back to the old way; trust is {trust:%}",
    "lost-for-good": "{user} goes back for good; trust is {trust:%}",
    "ticket-opened": "{user} opens ticket {ticket} ({ticket_kind}), which tier {level} can solve",
    "visit-started": "{agent} takes ticket {ticket} after {wait_hours} hours of waiting at tier {tier}",
    "ticket-solved": "ticket {ticket} is solved {where}, {elapsed_hours} hours after it was opened",
    "ticket-passed-on": "ticket {ticket} goes from tier {from_tier} to tier {to_tier}",
    "tickets-cancelled": "tickets that nobody needs answered any more: {tickets}",
    "edge-case-reported": "edge case {family}-{type} is reported, {reports} so far",
    "job-opened": "a job for the data science team: {job_class}, {reference}, {hours} hours",
    "edge-case-repaired": "edge case {family}-{type} is repaired; {mass_handled:%} of that family is handled now",
    "model-retrained": "the model of {site} is retrained{corrections: with {corrections} corrected cases|}, "
    "and waits to be deployed",
    "data-remediated": "the data of {site} are cleaned; data quality is now {data_quality:%}",
    "service-restored": "outage {outage} is over after {hours} hours",
    "trained": "people trained at {site}: {users_trained}",
    "stage-began": "{stage} begins{visit:, once more|} (it will take {weeks} weeks)",
    "system-live": "{system} is live",
    "left-the-team": "{agent} is gone",
    "action-taken": "{site}: {action} (actions left: {actions_left})",
    "phase-put-off": "phase {phase} is put off: {sites_below} of {sites_live} live sites are not as they should be",
    "shelved": "the programme is shelved: {reason}",
}
"""How a kind of event is told; `{x:%}` is a percentage, `{x:a|b}` is a where x holds and b where it does not."""

ENDINGS = {"sponsor": "its sponsor has lost patience", "budget": "its budget is not renewed"}

MILESTONES = (
    "criterion-missed", "gate-read", "funded", "sponsor-review", "budget-decision", "action-taken",
    "phase-put-off", "go-live", "team-moved-on", "team-shrank",
    "integration-began", "system-live", "model-deployed", "data-remediated", "outage", "service-restored",
    "agent-hired", "resigned", "shelved", "switched-off",
)  # fmt: skip
"""Kinds that concern the whole programme, and few enough to be read from the first to the last."""


def tell(kind: str, fields: Mapping[str, Any], currency: str) -> str:
    """An event in plain words; `name=value` for kinds or fields that have no words here."""
    told = dict(fields) | {"currency": currency}
    if kind == "stage-began" and "visit" in told:
        told["visit"] = int(told["visit"] != 1)
    elif "value_share_observed" in told:
        seen = told["value_share_observed"]
        told["value_told"] = f"{seen:.0%} of what was planned" if isinstance(seen, float | int) else "none was planned"
        told["value_too"] = f", value seen: {told['value_told']}"
        left = told.get("patience_weeks_left", 0.0)
        told["patience_told"] = f"has patience for {amount(left, 'week')}" if left > 0 else "has no patience left"
    elif "stretch" in told:
        told["slow"] = told["stretch"] > 1
    elif kind == "gate-read":
        told["value_too"] = ""  # nobody at this gate looks at it
    elif kind == "criterion-missed":
        told["measure_told"] = missed(told)
    elif kind == "edge-case-met":
        rare = told.get("type") == -1
        told["edge_case"] = "a rare edge case of {family}" if rare else "edge case {family}-{type}"
        told["edge_case"] = told["edge_case"].format_map(told)
    elif kind == "ticket-solved" and "tier" in told:
        told["where"] = f"at tier {told['tier']}" if told["tier"] > 0 else "on the spot"
    elif kind == "shelved" and "reason" in told:
        told["reason"] = ENDINGS.get(told["reason"], f"gate {told['reason']}")
    try:
        return _FORMATTER.vformat(SENTENCES[kind], (), told)
    except KeyError:
        return "  ".join(f"{name}={short(value)}" for name, value in fields.items())


def missed(told: Mapping[str, Any]) -> str:
    """What a gate saw of a measure, and the bound that it was to keep."""
    name, seen, bound = str(told["gate_measure"]).replace("_", " "), told["observed"], told["bound"]
    if not isinstance(seen, float | int):
        return f"nothing yet of {name}, which does not meet its bound of {short(bound)}"
    side = "at most" if seen > bound else "at least"
    return f"{name} at {short(seen)}, not {side} {short(bound)}"


def short(value: Any) -> str:
    """A value with about three digits."""
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def amount(value: float, unit: str) -> str:
    """A value with its unit, which takes an s but for one."""
    text = short(value)
    return f"{text} {unit}" if text == "1" else f"{text} {unit}s"


class _Words(string.Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        if "|" in format_spec:
            return format_spec.split("|")[0 if value else 1]
        if format_spec == "%" and isinstance(value, int | float):
            return "unknown" if math.isnan(value) else f"{value:.0%}"
        return short(value)


_FORMATTER = _Words()
