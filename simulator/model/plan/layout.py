"""From a scenario to a plan: every number goes to its field of a record, in the model's units."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from simulator.model.clockwork.time import WEEK_HOURS, YEAR_HOURS
from simulator.model.plan.calendars import hours_ahead, season_days, week_mask
from simulator.model.plan.plan import Plan, Slot, set_distribution
from simulator.model.state import records
from simulator.model.state.events import CLOCKS, FIRST_CLOCK, KINDS
from simulator.model.state.states import CLASSES, GATE_MEASURES, NO_TEAM, ORGANISATION, SEASON, SITE, TEAMS
from simulator.scenario import Quantity, Scenario, uncertain_inputs
from simulator.scenario.sections.ai import SeasonFamily, TaskFamily
from simulator.scenario.sections.rollout import Gate, GateReading
from simulator.scenario.sections.support import DataScienceTeam, ExpertTier, StaffedTier
from simulator.scenario.vocabulary import TIERS
from simulator.streams.philox import stream


def build(scenario: Scenario, design: str = "random") -> Plan:
    """Lay `scenario` out for the engines; `design` says how its uncertain inputs are drawn."""
    uncertain = uncertain_inputs(scenario)
    plan = Plan(scenario, [path for path, _ in uncertain], [quantity for _, quantity in uncertain], design=design)
    Layout(plan).lay_out()
    return plan


class Layout:
    """Writes the records of a plan, section by section."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.scenario = plan.scenario
        self.number_of = {id(quantity): i for i, quantity in enumerate(plan.quantities)}
        self.tables: list[float] = [0.0]

    def put(self, array: str, index: int, name: str, value: Any, scale: float = 1.0) -> None:
        """Set a field from a number or a Quantity; an uncertain one becomes a slot to fill per replication."""
        record = self.plan.records[array]
        if not isinstance(value, Quantity):
            record[name][index] = value * scale
        elif value.certain:
            record[name][index] = value.value * scale
        else:
            self.plan.slots.append(Slot(array, index, name, self.number_of[id(value)], scale))

    def put_distribution(self, which: int, quantity: Quantity) -> None:
        """Set the distribution number `which` of the scenario."""
        set_distribution(self.plan.records["distributions"], which, quantity, self.tables)

    def lay_out(self) -> None:
        """Write all sections."""
        scenario, arrays = self.scenario, self.plan.records
        arrays["settings"] = np.zeros(1, records.SETTINGS)
        stages = sum(len(system.stages) for system in scenario.integration.systems)
        arrays["distributions"] = np.zeros(records.STAGES + stages, records.DISTRIBUTION)
        arrays["sites"] = np.zeros(len(scenario.sites), records.SITE)
        arrays["cells"] = np.zeros(len(scenario.sites) * len(scenario.users.segments), records.CELL)
        arrays["families"] = np.zeros(1 + len(scenario.sites) + len(scenario.seasons), records.FAMILY)
        arrays["seasons"] = np.zeros(max(1, len(scenario.seasons)), records.SEASON)
        arrays["tiers"] = np.zeros(3, records.TIER)
        self.lay_out_users()
        self.lay_out_change_programme()
        self.lay_out_ai()
        self.lay_out_edge_cases()
        self.lay_out_sites()
        self.lay_out_support()
        self.lay_out_clocks()
        self.lay_out_integration()
        self.lay_out_rollout()
        self.lay_out_economics()
        arrays["tables"] = np.array(self.tables)
        arrays["season_days"] = season_days(scenario)

    def lay_out_users(self) -> None:
        """Change management and trust."""
        users = self.scenario.users
        for name, value, scale in (
            ("word_of_mouth", users.word_of_mouth_per_week, 1.0),
            ("return_rate", users.return_per_week, 1.0),
            ("return_base", users.return_base, 1.0),
            ("lost_share", users.lost_share, 1.0),
            ("drop_out", users.drop_out_per_week, 1.0),
            ("notice", users.notice_probability, 1.0),
            ("learning_hours", users.learning_weeks, WEEK_HOURS),
            ("prior_tasks", users.trust.prior_tasks, 1.0),
            ("success_weight", users.trust.success_weight, 1.0),
            ("error_weight", users.trust.error_weight, 1.0),
            ("late_weight", users.trust.late_weight, 1.0),
            ("fix_weight", users.trust.fix_weight, 1.0),
            ("forgetting", users.trust.forgetting_per_week, 1.0),
            ("frozen", users.trust.frozen, 1.0),
            ("initially_active", users.initially_active, 1.0),
            ("initially_onboarded", users.initially_onboarded, 1.0),
            ("turnover", users.turnover_per_year, 1.0),
            ("measure_from", self.scenario.success.measure_from_week, WEEK_HOURS),
        ):
            self.put("settings", 0, name, value, scale)
        pilot = self.scenario.pilot
        if pilot is not None:
            self.put("settings", 0, "curation", pilot.curation)
            self.put("settings", 0, "handling_factor", pilot.handling_factor)
            self.put("settings", 0, "logged_share", pilot.logged_share)
            self.put("settings", 0, "pilot_hours", pilot.weeks, WEEK_HOURS)
            self.put("settings", 0, "pilot_weeks", pilot.weeks)
            self.put("settings", 0, "pilot_measure", pilot.measure_weeks)
            names = [site.name for site in self.scenario.sites]
            self.put("settings", 0, "pilot_site", names.index(pilot.sites[0]))

    def lay_out_change_programme(self) -> None:
        """Training, champions, campaigns."""
        programme = self.scenario.change_programme
        self.put("settings", 0, "untrained_onset", programme.untrained_onset_factor)
        self.put("settings", 0, "untrained_questions", programme.untrained_question_factor)
        self.put("settings", 0, "spoiling", programme.spoiling)
        self.put("settings", 0, "change_ideal", programme.ideal)
        if programme.training is not None and not programme.ideal:
            self.put("settings", 0, "has_training", 1)
            self.put("settings", 0, "training_capacity", programme.training.users_per_week)
            self.put("settings", 0, "training_ahead", programme.training.weeks_before_go_live, WEEK_HOURS)
        if programme.champions is not None:
            self.put("settings", 0, "champions", programme.champions.per_100_users)
            self.put("settings", 0, "champion_gain", programme.champions.word_of_mouth_gain)
        if programme.campaign is not None:
            self.put("settings", 0, "campaign_hours", programme.campaign.weeks, WEEK_HOURS)
            self.put("settings", 0, "campaign_onset", programme.campaign.onset_factor)

    def lay_out_ai(self) -> None:
        """Accuracy, decay, shocks, retraining."""
        ai, ideal = self.scenario.ai, self.scenario.ai.data_quality.ideal
        unlimited = ai.capacity_tasks_per_hour is None
        self.put("settings", 0, "capacity", math.inf if unlimited else ai.capacity_tasks_per_hour)
        self.put("settings", 0, "data_ideal", ideal)
        self.put("settings", 0, "reference_accuracy", ai.reference_accuracy)
        self.put("settings", 0, "hand_over", ai.hand_over_share)
        self.put("settings", 0, "sensitivity", ai.data_quality_sensitivity)
        self.put("settings", 0, "floor", ai.accuracy_floor)
        decays = ai.half_life_weeks is not None and not ideal
        self.put("settings", 0, "half_life", ai.half_life_weeks if decays else math.inf, WEEK_HOURS)
        if ai.shocks is not None and not ideal:
            self.put("settings", 0, "shock_rate", ai.shocks.per_site_year, 1.0 / YEAR_HOURS)
            self.put_distribution(records.SHOCK_LOSS, ai.shocks.accuracy_loss)
        retraining = ai.retraining
        if retraining is not None:
            self.put("settings", 0, "retrain_every", retraining.every_weeks or 0.0, WEEK_HOURS)
            self.put("settings", 0, "retrain_below", retraining.below_accuracy or 0.0)
            self.put("settings", 0, "retrain_gap", retraining.least_weeks_between, WEEK_HOURS)
            self.put("settings", 0, "qa_tasks", retraining.qa_tasks)
            self.put("settings", 0, "deploy_hours", retraining.deploy_weeks, WEEK_HOURS)
            self.put_distribution(records.RETRAIN_EFFORT, retraining.effort_hours)
        self.put("settings", 0, "remediation_ahead", -1.0)
        remediation = ai.remediation
        if remediation is not None:
            self.put("settings", 0, "can_remediate", 1)
            self.put("settings", 0, "remediation_gain", remediation.gain)
            self.put_distribution(records.REMEDIATION_EFFORT, remediation.effort_hours)
            if remediation.weeks_before_go_live is not None:
                self.put("settings", 0, "remediation_ahead", remediation.weeks_before_go_live, WEEK_HOURS)
        outages = self.scenario.outages
        if outages is not None:
            self.put("settings", 0, "outage_rate", outages.per_year, 1.0 / YEAR_HOURS)
            self.put("settings", 0, "outage_tickets", outages.tickets_per_user_hour)
            self.put_distribution(records.OUTAGE_REPAIR, outages.repair_hours)
        self.put("settings", 0, "outage_weight", 1.0 if outages is None else outages.trust_weight)

    def lay_out_edge_cases(self) -> None:
        """Families of types: the organisation's, one per site, one per season."""
        edge, scenario = self.scenario.edge_cases, self.scenario
        self.put("settings", 0, "edge_cases_ideal", edge.ideal)
        self.put("settings", 0, "right_share", edge.right_share)
        self.put("settings", 0, "hand_over_unhandled", edge.hand_over_share)
        self.put("settings", 0, "report_probability", edge.report_probability)
        self.put("settings", 0, "report_threshold", edge.report_threshold)
        self.put_distribution(records.REPAIR_EFFORT, edge.repair_effort_hours)
        pilot_sites = scenario.pilot.sites if scenario.pilot is not None else ()
        families: list[tuple[int, int, str, TaskFamily | SeasonFamily | None, Quantity | None, bool]]
        families = [(ORGANISATION, 0, "organisation", edge.organisation, None, True)]
        families += [
            (SITE, s, f"site.{site.name}", edge.site, None, site.name in pilot_sites)
            for s, site in enumerate(scenario.sites)
        ]
        families += [
            (SEASON, k, f"season.{season.name}", edge.season, season.edge_case_share, False)
            for k, season in enumerate(scenario.seasons)
        ]
        for f, (kind, of, name, section, seasonal_share, developed) in enumerate(families):
            record = self.plan.records["families"][f]
            record["kind"], record["of"] = kind, of
            record["stream"] = stream("edge-case-types", name)
            record["stream_repair"] = stream("repair", name)
            if section is None:
                record["concentration"] = 1.0
                continue
            self.put("families", f, "discount", section.discount)
            self.put("families", f, "concentration", section.concentration)
            if isinstance(section, TaskFamily):
                self.put("families", f, "share", section.share)
                self.put("families", f, "development", section.development_tasks if developed else 0.0)
            elif not edge.ideal:
                self.put("families", f, "share", seasonal_share)
        for k, season in enumerate(scenario.seasons):
            self.put("seasons", k, "volume", season.volume)

    def lay_out_sites(self) -> None:
        """Sites and their cells."""
        scenario = self.scenario
        for s, site in enumerate(scenario.sites):
            record = self.plan.records["sites"][s]
            hours = site.working_hours or scenario.users.working_hours
            self.put("sites", s, "quality", site.data_quality)
            self.put("sites", s, "variety", site.local_variety)
            self.put("sites", s, "users", site.users)
            own = site.tasks_per_user_week
            self.put("sites", s, "tasks_per_week", scenario.users.tasks_per_user_week if own is None else own)
            record["offset"] = site.utc_offset_hours
            record["open_hour"] = hours.start_hour
            record["day_hours"] = hours.end_hour - hours.start_hour
            record["days"] = sum(1 << day for day in hours.days.numbers)
            record["week_hours"] = record["day_hours"] * len(hours.days.numbers)
            record["first_cell"] = s * len(scenario.users.segments)
            record["opened"] = record["live_at"] = record["planned"] = record["go_live"] = math.inf
            record["shock_product"] = record["onset_factor"] = record["answered"] = 1.0
            for purpose in ("shock", "retraining", "reading", "remediation"):
                record[f"stream_{purpose}"] = stream(purpose, site.name)
            for k, segment in enumerate(scenario.users.segments):
                c = s * len(scenario.users.segments) + k
                cell = self.plan.records["cells"][c]
                cell["site"] = s
                self.put("cells", c, "onset", segment.onset_per_week)
                self.put("cells", c, "reversion", segment.reversion)
                self.put("cells", c, "initial_trust", segment.initial_trust)
                cell["stream_user"] = stream("user", site.name, segment.name)
                cell["stream_ticket"] = stream("ticket", site.name, segment.name)

    def lay_out_clocks(self) -> None:
        """The clocks of all cells with their streams; a first residual is drawn when they start."""
        scenario = self.scenario
        names = [(site.name, segment.name) for site in scenario.sites for segment in scenario.users.segments]
        clocks = np.zeros(len(names) * CLOCKS, records.CLOCK)
        clocks["stream"] = [stream(KINDS[FIRST_CLOCK + i].name, *owner) for owner in names for i in range(CLOCKS)]
        self.plan.records["clocks"] = clocks

    def lay_out_support(self) -> None:
        """Tickets, tiers and the data science team."""
        support, team = self.scenario.support, self.scenario.data_science_team
        for name, value in (
            ("documentation_quality", support.documentation_quality),
            ("documentation_effect", support.documentation_effect),
            ("tickets_per_error", support.tickets_per_noticed_error),
            ("how_to_new", support.how_to_per_new_user_week),
            ("how_to_base", support.how_to_per_user_week),
            ("error_tier1", support.levels.error.tier1),
            ("error_tier2", support.levels.error.tier2),
            ("how_to_tier1", support.levels.how_to.tier1),
            ("how_to_tier2", support.levels.how_to.tier2),
            ("carried_tier1", support.levels.hand_carried.tier1),
            ("carried_tier2", support.levels.hand_carried.tier2),
            ("outage_tier1", support.levels.outage.tier1),
            ("outage_tier2", support.levels.outage.tier2),
            ("support_ideal", support.ideal),
            ("plan_from_pilot", support.planning == "from_pilot"),
            ("target_occupancy", support.target_occupancy),
            ("attrition", team.attrition_per_year),
            ("office_offset", team.utc_offset_hours),
            ("on_call", math.inf if team.on_call_hours is None else team.on_call_hours),
            ("triage_skill", support.triage_skill),
            ("bounce_share", support.bounce_handling_share),
            ("late_hours", support.late_hours),
            ("fast_fix_hours", support.fast_fix_hours),
            ("failure_reversion", support.failure_reversion),
            ("call_again", support.call_again_probability),
            ("slice_hours", team.slice_hours),
        ):
            self.put("settings", 0, name, value)
        self.put("settings", 0, "working_days", self.scenario.working_days)
        self.put("settings", 0, "notice_hours", team.notice_weeks, WEEK_HOURS)
        self.put("settings", 0, "moves_on", math.inf)
        if team.moves_on is not None:
            self.put("settings", 0, "moves_on", team.moves_on.week, WEEK_HOURS)
            self.put("settings", 0, "retained", team.moves_on.retained_share)
        for rank, job_class in enumerate(team.priorities):
            self.put("settings", 0, f"priority_{rank}", CLASSES.index(job_class))
        shifts: list[tuple[Any, ...]] = []
        tiers: tuple[tuple[StaffedTier | ExpertTier, StaffedTier | DataScienceTeam], ...] = (
            (support.tiers.tier1, support.tiers.tier1),
            (support.tiers.tier2, support.tiers.tier2),
            (support.tiers.tier3, team),
        )
        for t, (tier, owner) in enumerate(tiers):
            self.put("tiers", t, "target", tier.target_hours)
            self.put("tiers", t, "target_share", tier.target_share)
            longest = tier.longest_visit_hours if isinstance(tier, StaffedTier) else None
            self.put("tiers", t, "longest", math.inf if longest is None else longest)
            self.put("tiers", t, "pace", 1.0)
            self.put_distribution(records.HANDLING + t, tier.handling_minutes)
            if tier.patience_hours is not None:
                self.plan.records["tiers"]["has_patience"][t] = 1
                self.put_distribution(records.PATIENCE + t, tier.patience_hours)
            self.put("tiers", t, "mean_hours", tier.handling_minutes.mean / 60.0)
            self.put("tiers", t, "ramp_hours", owner.ramp_up_weeks, WEEK_HOURS)
            self.put("tiers", t, "starting_productivity", owner.starting_productivity)
            self.put_distribution(records.HIRING + t, owner.hiring_weeks)
            head_hours = sum(x.share * sum(week_mask(x.days.numbers, x.start_hour, x.end_hour)) for x in owner.shifts)
            self.put("tiers", t, "head_hours", head_hours)
            shifts += [(t, owner.utc_offset_hours, shift) for shift in owner.shifts]
        record = np.zeros(len(shifts), records.SHIFT)
        duty = np.zeros((len(shifts), 168), np.int16)
        for i, (t, offset, shift) in enumerate(shifts):
            record["tier"][i], record["offset"][i] = t, offset
            duty[i] = hours_ahead(week_mask(shift.days.numbers, shift.start_hour, shift.end_hour))
        self.plan.records["duty"] = duty
        self.plan.records["shifts"] = record

    def lay_out_integration(self) -> None:
        """Systems, their stages, and which site needs which."""
        integration, sites = self.scenario.integration, self.scenario.sites
        carried, systems = integration.hand_carried, integration.systems
        for name, value in (
            ("integration_ideal", integration.ideal),
            ("reviewers", integration.reviewers),
            ("engineers", integration.engineers),
            ("tail_probability", integration.tail.probability),
            ("tail_cap", integration.tail.cap),
            ("friction", carried.friction),
            ("extra_errors", carried.extra_errors),
            ("carried_tickets", carried.tickets_per_user_week),
            ("carried_hours", carried.work_hours_per_site_week),
        ):
            self.put("settings", 0, name, value)
        self.put_distribution(records.TAIL, integration.tail.multiplier)
        names = [system.name for system in systems]
        stages = sum(len(system.stages) for system in systems)
        arrays = self.plan.records
        arrays["systems"] = np.zeros(len(systems), records.SYSTEM)
        arrays["stages"] = np.zeros(stages, records.STAGE)
        arrays["system_after"] = np.zeros((len(systems), len(systems)), np.int8)
        arrays["site_needs"] = np.zeros((len(sites), len(systems)), np.int8)
        first = 0
        for i, system in enumerate(systems):
            self.put("systems", i, "start", system.start_week, WEEK_HOURS)
            arrays["systems"]["first_stage"][i], arrays["systems"]["stages"][i] = first, len(system.stages)
            arrays["systems"]["live_at"][i] = math.inf
            arrays["systems"]["stretch"][i] = 1.0
            arrays["systems"]["stream"][i] = stream("project", system.name)
            for other in system.after:
                arrays["system_after"][i, names.index(other)] = 1
            for s, site in enumerate(sites):
                arrays["site_needs"][s, i] = system.sites is None or site.name in system.sites
            order = [stage.name for stage in system.stages]
            for j, stage in enumerate(system.stages):
                record = arrays["stages"][first + j]
                record["system"] = i
                record["team"] = NO_TEAM if stage.team is None else TEAMS.index(stage.team)
                before = order[j - 1 : j] if stage.after is None and j > 0 else stage.after or ()
                record["after"] = sum(1 << order.index(name) for name in before)
                record["stream"] = stream("stage", system.name, stage.name)
                self.put("stages", first + j, "rework", stage.rework)
                self.put_distribution(records.STAGES + first + j, stage.weeks)
            first += len(system.stages)

    def lay_out_rollout(self) -> None:
        """Phases, gates, the sponsor."""
        rollout, arrays = self.scenario.rollout, self.plan.records
        gates: list[GateReading | None] = [None]
        if rollout is not None:
            self.put("settings", 0, "funding_delay", rollout.funding_delay_weeks, WEEK_HOURS)
            self.put("settings", 0, "time_scale", rollout.time_scale)
            self.put("settings", 0, "silent_seen", rollout.silent_errors_seen)
            self.put("settings", 0, "wind_down", rollout.wind_down_weeks, WEEK_HOURS)
            self.put("settings", 0, "when_ready", rollout.go_live == "when_ready")
            names = [site.name for site in self.scenario.sites]
            for phase in rollout.phases:
                for name in phase.sites:
                    self.put("sites", names.index(name), "plan_offset", phase.week, WEEK_HOURS)
            gates = [rollout.funding_gate, *rollout.gates]
            sponsor = rollout.sponsor
            if sponsor is not None:
                self.put("settings", 0, "has_sponsor", 1)
                self.put("settings", 0, "expected_share", sponsor.expected_share)
                self.put("settings", 0, "patience", sponsor.patience_weeks)
                self.put("settings", 0, "restored", sponsor.restored)
                self.put("settings", 0, "sponsor_error", sponsor.value_error)
            self.put("settings", 0, "ramp_hours", 0.0 if sponsor is None else sponsor.ramp_weeks, WEEK_HOURS)
        arrays["gates"] = np.zeros(len(gates), records.GATE_RECORD)
        criteria = [criterion for gate in gates if gate is not None for criterion in gate.criteria]
        arrays["criteria"] = np.zeros(len(criteria), records.CRITERION)
        first = 0
        for g, gate in enumerate(gates):
            if gate is not None:
                self.lay_out_gate(g, gate, first)
                first += len(gate.criteria)

    def lay_out_gate(self, g: int, gate: GateReading, first: int) -> None:
        """A gate and its criteria, from number `first` on; gate 0 reads the pilot over its own window."""
        rollout, record = self.scenario.rollout, self.plan.records["gates"][g]
        assert rollout is not None
        record["all"], record["max_holds"] = gate.combine == "all", gate.max_holds
        record["first_criterion"], record["criteria"] = first, len(gate.criteria)
        record["stream"] = stream("gate", gate.name)
        for lesson in ("rebaseline", "remediate", "restaff"):
            record[lesson] = getattr(gate.on_hold, lesson)
        self.put("gates", g, "qa_tasks", gate.qa_tasks)
        self.put("gates", g, "value_error", gate.value_error)
        self.put("gates", g, "retry", gate.retry_weeks, WEEK_HOURS)
        if isinstance(gate, Gate):
            names = [site.name for site in self.scenario.sites]
            phase = next(phase for phase in rollout.phases if phase.name == gate.phase)
            record["phase"] = names.index(phase.sites[0])
            record["window"], record["lag"] = gate.window_weeks, gate.lag_weeks
            self.put("gates", g, "lead", gate.lead_weeks, WEEK_HOURS)
        elif self.scenario.pilot is not None:
            record["window"] = self.scenario.pilot.measure_weeks
        for i, criterion in enumerate(gate.criteria, first):
            at_least = criterion.at_least is not None
            self.plan.records["criteria"]["measure"][i] = GATE_MEASURES.index(criterion.measure)
            self.plan.records["criteria"]["at_least"][i] = at_least
            self.put("criteria", i, "level", criterion.at_least if at_least else criterion.at_most)

    def lay_out_economics(self) -> None:
        """Values and costs."""
        money = self.scenario.economics
        for name, value, scale in (
            ("value_correct", money.value_per_correct_task, 1.0),
            ("cost_error", money.cost_per_error, 1.0),
            ("cost_rework", money.rework_cost_per_noticed_error, 1.0),
            ("cost_inference", money.inference_cost_per_task, 1.0),
            ("cost_licence", money.licence_per_user_week, 1.0),
            ("cost_platform", money.platform_cost_per_week, 1.0),
            *((f"cost_{tier}", getattr(money.cost_per_hour, tier), 1.0) for tier in TIERS),
            ("overtime_factor", money.overtime_factor, 1.0),
            ("discount_rate", money.discount_rate_per_year, 1.0),
            ("cost_stage", money.integration_cost_per_stage_week, 1.0),
            ("cost_training", money.training_cost_per_user, 1.0),
            ("cost_champion", money.champion_cost_per_week, 1.0),
            ("cost_campaign", money.campaign_cost_per_user, 1.0),
            ("cost_remediation", money.remediation_cost_per_site, 1.0),
            ("cost_outage", money.outage_cost_per_hour, 1.0),
            ("commitment_hours", money.commitment_weeks, WEEK_HOURS),
        ):
            self.put("settings", 0, name, value, scale)
