"""The names of every column and key that results promise, on the real engine."""

import json
import math

import pyarrow.parquet as pq
import pytest

import simulator as sim
from simulator.scenario import measures

TIERS = ("tier1", "tier2", "tier3")
REPLICATION = {
    "outcome", "funded", "reached_scale", "success", "lost_criterion", "pays", "paid_back", "weeks_to_scale",
    "decided_week", "funded_week", "shelved_week", "stopped_at_gate", "useful_person_weeks",
    *(f"weeks_at_adoption_{level}" for level in (30, 40, 50, 60, 70)),
    "adoption_peak", "adoption_final", "accuracy_pilot", "accuracy_scaled", "accuracy_scaled_all_sites",
    "accuracy_gap", "resolution_pilot", "resolution_scaled", "edge_case_mass_known", "edge_case_types_repaired",
    "edge_case_mass_handled", "adoption_pilot", "tickets_per_user_week_pilot", "users_reverted", "users_lost",
    "tickets_opened", "tickets_abandoned", "tickets_per_week_peak", "sla_met_share", "support_underestimate_factor",
    "support_workload_factor",
    "integrations_live_week", "sites_live", "programme_cost", "value_delivered", "npv", "payback_week", "events",
    "value_from_funding", "weeks_to_payback", "return_on_investment", "largest_outlay", "run_rate_final",
    "planned_value", "planned_cost", "realised_value_share", "cost_over_licences",
    *(f"{name}_{tier}" for tier in TIERS for name in (
        "visits", "wait_hours_sum", "wait_hours_mean", "wait_hours_p90", "queue_mean", "utilisation_peak",
    )),
}  # fmt: skip
WEEKLY = {
    "adoption", "active_users", "users_onboarded", "users_reverted", "users_lost", "trust_mean", "accuracy",
    "resolution", "tasks", "errors", "edge_case_mass_known", "edge_case_types_repaired", "tickets_opened",
    "tickets_abandoned", "sla_met_share", "ds_backlog_repairs", "integrations_live", "sites_live", "cost", "value",
    "cost_cumulative", "value_cumulative", "net_cumulative", "net_run_rate",
    *(f"cost_{name}" for name in (
        "licences", "platform", "support", "data_science", "integration", "change", "quality", "outages", "management",
    )),
    *(f"value_{name}" for name in ("right_answers", "noticed_errors", "silent_errors")),
    *(f"{name}_{tier}" for tier in TIERS for name in ("backlog", "utilisation", "wait_hours_mean")),
}  # fmt: skip
SITES = ["site", "go_live_week", "hand_carried_weeks", "adoption_final", "accuracy_scaled", "tickets_opened"]
ESTIMATES = ["mean", "half_width_95", "sd", "p05", "p10", "p50", "p90", "p95", "n"] + [
    f"{name}_{end}" for name in ("p05", "p10", "p50", "p90", "p95") for end in ("low", "high")
]
TEXT = {"outcome", "stopped_at_gate", "lost_criterion"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Files of a few programmes: some refused at the funding gate, one site on data carried by hand."""
    scenario = {
        "name": "contract",
        "horizon_weeks": 30,
        "start_date": "2026-01-05",
        "sites": [{"name": "office", "users": 60}, {"name": "shop", "users": 30}],
        "pilot": {"weeks": 6, "measure_weeks": 4, "sites": ["office"], "users_per_site": 20},
        "rollout": {
            "funding_delay_weeks": 2,
            "phases": [{"name": "all", "week": 2, "sites": ["office", "shop"]}],
            "funding_gate": {
                "criteria": [{"measure": "accuracy", "at_least": {"p10": 0.6, "p50": 0.9, "p90": 0.99}}],
                "max_holds": 0,
            },
        },
        "integration": {"systems": [{"name": "erp"}]},
    }
    out = tmp_path_factory.mktemp("results")
    sim.run(scenario, replications=12, jobs=1, out=out, progress=False)
    return out / "contract"


def test_tables_have_exactly_the_promised_columns(folder):
    names = [
        name for name in pq.read_table(folder / "replications.parquet").column_names if not name.startswith("input.")
    ]
    assert names[0] == "replication"
    assert set(names[1:]) == REPLICATION == {*measures.REPLICATIONS}
    weekly = pq.read_table(folder / "weekly.parquet").column_names
    assert weekly[:2] == ["replication", "week"]
    assert weekly[2:] == [*measures.WEEKLY]
    assert set(weekly[2:]) == WEEKLY
    sites = pq.read_table(folder / "sites.parquet")
    assert sites.column_names == ["replication", *SITES] == ["replication", "site", *measures.SITES]
    assert sites.num_rows == 24
    assert max(sites["hand_carried_weeks"].to_pylist()) > 0


def test_tables_hold_null_and_never_nan(folder):
    for name in ("replications", "weekly", "sites"):
        for column in pq.read_table(folder / f"{name}.parquet").columns:
            assert not any(isinstance(value, float) and math.isnan(value) for value in column.to_pylist())


def test_the_summary_has_exactly_the_promised_keys(folder):
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} in summary.json")

    summary = json.loads((folder / "summary.json").read_text(), parse_constant=refuse)
    assert list(summary) == [
        "scenario", "scenario_hash", "seed", "replications", "engine", "wall_seconds", "events_per_second",
        "measures", "outcomes", "paid_back_by_outcome", "success_probability", "reached_share", "kept_share",
        "pays_probability", "paid_back_share", "funded_share", "scaled_by_week", "success_curve",
    ]  # fmt: skip
    assert set(summary["measures"]) == REPLICATION - TEXT
    assert all(list(row) == ESTIMATES for row in summary["measures"].values())
    shares = (
        "success_probability", "reached_share", "kept_share", "pays_probability", "paid_back_share", "funded_share",
    )  # fmt: skip
    assert list(summary["paid_back_by_outcome"]) == list(summary["outcomes"])
    for told in (
        *summary["outcomes"].values(), *summary["paid_back_by_outcome"].values(), *(summary[name] for name in shares),
    ):  # fmt: skip
        assert list(told) == ["share", "low", "high"]
    assert list(summary["scaled_by_week"]) == ["week", "share", "share_kept"]
    curve = summary["success_curve"]
    assert list(curve) == ["adoption_at_least", "weeks_in_a_row", "share", "low", "high"]
    assert curve["adoption_at_least"] == [0.3, 0.4, 0.5, 0.6, 0.7]
    assert curve["weeks_in_a_row"] == [1, 4, 8, 13, 26, 52]
    for name in ("share", "low", "high"):
        assert [len(row) for row in curve[name]] == [6] * 5
    assert 0 < summary["funded_share"]["share"] < 1
    assert summary["outcomes"]["not_funded"]["share"] == pytest.approx(1 - summary["funded_share"]["share"])
    assert summary["measures"]["funded_week"]["n"] == round(12 * summary["funded_share"]["share"])
