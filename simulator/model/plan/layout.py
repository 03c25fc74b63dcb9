"""From a scenario to a plan: every number goes to its field of a record, as it is written.

What holds for the whole organisation needs no line here: `Layout.put_section` finds it. The rest is structure: which
sites, cells, families, tiers, shifts, systems, stages and gates there are, and where in a record each of them stands.
"""

from __future__ import annotations

import math
from operator import attrgetter
from typing import Any

import numpy as np

from simulator.model.plan.calendars import hours_ahead, season_days, staffed_hours, week_mask
from simulator.model.plan.plan import Plan, Slot, set_distribution
from simulator.model.state import records
from simulator.model.state.events import CLOCKS, FIRST_CLOCK, KINDS
from simulator.model.state.records import SETTINGS_OF
from simulator.model.state.states import ORGANISATION, SEASON, SITE
from simulator.scenario import Quantity, Scenario, uncertain_inputs
from simulator.scenario.sections.ai import SeasonFamily, TaskFamily
from simulator.scenario.sections.rollout import Gate, GateReading
from simulator.scenario.sections.support import DataScienceTeam, ExpertTier, Hiring, StaffedTier
from simulator.scenario.vocabulary import TIERS
from simulator.streams.philox import stream
from simulator.streams.quantile_tables import quantile_table


def build(scenario: Scenario, design: str = "random") -> Plan:
    """Lay `scenario` out for the engines; `design` says how its uncertain inputs are drawn."""
    uncertain = uncertain_inputs(scenario)
    plan = Plan(scenario, [path for path, _ in uncertain], [quantity for _, quantity in uncertain], design=design)
    Layout(plan).lay_out()
    return plan


class Layout:
    """Writes the records of a plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.scenario = plan.scenario
        self.number_of = {id(quantity): i for i, quantity in enumerate(plan.quantities)}
        self.drawn: list[Quantity | None] = []
        """What is drawn every time, by row of the distributions; None for what is absent."""

    def put_section(self, array: str, index: int, *sources: Any, without: str = "") -> None:
        """Set the fields of a record that are those of a section, from the first of `sources` that has each."""
        for path, setting in SETTINGS_OF[array].items():
            if path == without:
                continue
            absent = any(attrgetter(truth)(self.scenario) for truth in setting.unless)
            values = [] if absent else [setting.value(source) for source in sources]
            self.put(array, index, path, next((value for value in values if value is not None), None))

    def put(self, array: str, index: int, path: str, value: Any) -> None:
        """Set a field of a record from what a section has for it; uncertain numbers become slots to be filled."""
        setting = SETTINGS_OF[array][path]
        if setting.drawn:
            self.drawn.append(value)
            self.plan.records[array][path][index] = -1 if value is None else len(self.drawn) - 1
            return
        for place, number in setting.numbers(value):
            if isinstance(number, Quantity) and not number.certain:
                self.plan.slots.append(Slot(array, (index, *place), path, self.number_of[id(number)]))
            else:
                certain = number.value if isinstance(number, Quantity) else number
                self.plan.records[array][path][(index, *place)] = certain

    def put_own(self, array: str, index: int, field: str, number: Quantity) -> None:
        """Set a field of a record that is not one of a section; an uncertain number becomes a slot."""
        if number.certain:
            self.plan.records[array][field][index] = number.value
        else:
            self.plan.slots.append(Slot(array, (index,), field, self.number_of[id(number)]))

    def lay_out(self) -> None:
        """Write all records."""
        scenario, arrays = self.scenario, self.plan.records
        systems, sites = scenario.integration.systems, len(scenario.sites)
        cells = sites * len(scenario.users.segments)
        arrays["settings"] = np.zeros(1, records.SETTINGS)
        arrays["sites"] = np.zeros(sites, records.SITE)
        arrays["cells"] = np.zeros(cells, records.CELL)
        arrays["clocks"] = np.zeros(cells * CLOCKS, records.CLOCK)
        arrays["families"] = np.zeros(1 + sites + len(scenario.seasons), records.FAMILY)
        arrays["seasons"] = np.zeros(max(1, len(scenario.seasons)), records.SEASON)
        arrays["tiers"] = np.zeros(len(TIERS), records.TIER)
        arrays["systems"] = np.zeros(len(systems), records.SYSTEM)
        arrays["stages"] = np.zeros(sum(len(system.stages) for system in systems), records.STAGE)
        self.put_section("settings", 0, scenario)
        self.lay_out_sites()
        self.lay_out_cells()
        self.lay_out_families()
        self.lay_out_tiers()
        self.lay_out_systems()
        self.lay_out_gates()
        arrays["season_days"] = season_days(scenario)
        for k, season in enumerate(scenario.seasons):
            self.put_section("seasons", k, season)
            arrays["seasons"]["share_of_days"][k] = arrays["season_days"][:, k].mean()
        self.lay_out_distributions()

    def lay_out_sites(self) -> None:
        """Sites, their working hours and the dates of their phases."""
        scenario = self.scenario
        names = [site.name for site in scenario.sites]
        if scenario.pilot is not None:
            self.plan.records["settings"]["pilot_site"] = names.index(scenario.pilot.sites[0])
        for s, site in enumerate(scenario.sites):
            record = self.plan.records["sites"][s]
            hours = site.working_hours or scenario.users.working_hours
            self.put_section("sites", s, site, scenario.users)
            record["open_hour"] = hours.start_hour
            record["day_hours"] = hours.length
            record["days"] = sum(1 << day for day in hours.days.numbers)
            record["week_hours"] = record["day_hours"] * len(hours.days.numbers)
            record["first_cell"] = s * len(scenario.users.segments)
            record["opened"] = record["live_at"] = record["planned"] = record["go_live"] = math.inf
            record["shock_product"] = record["onset_factor"] = record["answered"] = record["learning_factor"] = 1.0
            record["tasks_per_judgement"] = 1.0
            pilot = None if scenario.users.in_place else scenario.pilot
            if pilot is not None and site.name in pilot.sites:
                record["is_pilot"] = 1
                self.put_own("sites", s, "pilot_users", pilot.users_per_site)
            for purpose in ("shock", "retraining", "reading", "remediation", "watch"):
                record[f"stream_{purpose}"] = stream(purpose, site.name)
        phases = scenario.rollout.phases if scenario.rollout is not None else ()
        pilot_sites = scenario.pilot.sites if scenario.pilot is not None else ()
        waves = np.zeros(1 + len(phases), records.WAVE)
        for number, phase in enumerate(phases):
            for name in phase.sites:
                self.put("sites", names.index(name), "phase.week", phase.week)
                self.plan.records["sites"]["phase_number"][names.index(name)] = number
                if name not in pilot_sites:
                    self.plan.records["sites"]["wave"][names.index(name)] = 1 + number
        waves["sites_left"] = np.bincount(self.plan.records["sites"]["wave"], minlength=len(waves))
        waves["finished"] = math.inf
        self.plan.records["waves"] = waves

    def lay_out_cells(self) -> None:
        """The users of each segment at each site, and their clocks; a first residual is drawn when these start."""
        pairs = [(site, segment) for site in self.scenario.sites for segment in self.scenario.users.segments]
        cells = self.plan.records["cells"]
        pilot = None if self.scenario.users.in_place else self.scenario.pilot
        for c, (site, segment) in enumerate(pairs):
            self.put_section("cells", c, segment)
            own = pilot.segments if pilot is not None and self.scenario.change_programme.ideal else site.segments
            cells["mix"][c] = own.get(segment.name, 0.0) if own else segment.share
            cells["pilot_mix"][c] = pilot.segments.get(segment.name, 0.0) if pilot is not None else 0.0
            cells["site"][c] = c // len(self.scenario.users.segments)
            cells["stream_user"][c] = stream("user", site.name, segment.name)
            cells["stream_ticket"][c] = stream("ticket", site.name, segment.name)
            cells["stream_mover"][c] = stream("mover", site.name, segment.name)
            cells["stream_hypercare"][c] = stream("hypercare", site.name, segment.name)
        self.plan.records["clocks"]["stream"] = [
            stream(KINDS[FIRST_CLOCK + i].name, site.name, segment.name)
            for site, segment in pairs
            for i in range(CLOCKS)
        ]

    def lay_out_families(self) -> None:
        """Families of types: the organisation's, one per site, one per season."""
        edge, scenario = self.scenario.edge_cases, self.scenario
        pilot_sites = scenario.pilot.sites if scenario.pilot is not None else ()
        families: list[tuple[int, int, str, TaskFamily | SeasonFamily | None]]
        families = [(ORGANISATION, 0, "organisation", edge.organisation)]
        families += [(SITE, s, f"site.{site.name}", edge.site) for s, site in enumerate(scenario.sites)]
        families += [(SEASON, k, f"season.{season.name}", edge.season) for k, season in enumerate(scenario.seasons)]
        for f, (kind, which, name, section) in enumerate(families):
            record = self.plan.records["families"][f]
            record["kind"], record["of"] = kind, which
            record["stream"] = stream("edge-case-types", name)
            record["stream_repair"] = stream("repair", name)
            known = kind != SITE or scenario.sites[which].name in pilot_sites
            self.put_section("families", f, section, without="" if known else "development_tasks")
            if kind == SEASON and section is not None and not edge.ideal:
                self.put("families", f, "share", scenario.seasons[which].edge_case_share)

    def lay_out_tiers(self) -> None:
        """Tiers of support with their shifts; what people of tier 3 work as is said by the data science team."""
        support, team = self.scenario.support.tiers, self.scenario.data_science_team
        shifts: list[tuple[Any, ...]] = []
        hires: list[tuple[int, Hiring]] = []
        tiers: tuple[tuple[StaffedTier | ExpertTier, StaffedTier | DataScienceTeam], ...] = (
            (support.tier1, support.tier1),
            (support.tier2, support.tier2),
            (support.tier3, team),
        )
        for t, (tier, people) in enumerate(tiers):
            self.put_section("tiers", t, tier, people)
            record = self.plan.records["tiers"][t]
            record["pace"] = 1.0
            record["stream_agents"] = stream("hiring" if isinstance(people, StaffedTier) else "member", TIERS[t])
            self.put_own("tiers", t, "heads", people.agents if isinstance(people, StaffedTier) else people.members)
            if isinstance(people, StaffedTier) and self.scenario.support.planning == "as_stated":
                hires += [(t, hiring) for hiring in people.hiring]
            record["mean_hours"] = tier.handling_minutes.mean / 60.0
            record["staffed_hours"] = staffed_hours(people.shifts)
            record["head_hours"] = sum(x.share * sum(week_mask(x)) for x in people.shifts)
            shifts += [(t, people.utc_offset_hours, shift) for shift in people.shifts]
        records_of_shifts = np.zeros(len(shifts), records.SHIFT)
        duty = np.zeros((len(shifts), 168), np.int16)
        for i, (t, offset, shift) in enumerate(shifts):
            records_of_shifts["tier"][i], records_of_shifts["utc_offset_hours"][i] = t, offset
            records_of_shifts["share"][i] = shift.share
            duty[i] = hours_ahead(week_mask(shift))
        self.plan.records["shifts"], self.plan.records["duty"] = records_of_shifts, duty
        self.plan.records["hires"] = np.zeros(len(hires), records.HIRE)
        for i, (t, hiring) in enumerate(hires):
            self.put_section("hires", i, hiring)
            self.plan.records["hires"]["tier"][i] = t

    def lay_out_systems(self) -> None:
        """Systems, their stages, and which site needs which."""
        sites, systems, arrays = self.scenario.sites, self.scenario.integration.systems, self.plan.records
        names = [system.name for system in systems]
        arrays["system_after"] = np.zeros((len(systems), len(systems)), np.int8)
        arrays["site_needs"] = np.zeros((len(sites), len(systems)), np.int8)
        first = 0
        for i, system in enumerate(systems):
            self.put_section("systems", i, system)
            record = arrays["systems"][i]
            record["first_stage"], record["stages"] = first, len(system.stages)
            record["live_at"], record["stretch"] = math.inf, 1.0
            record["stream"] = stream("project", system.name)
            for other in system.after:
                arrays["system_after"][i, names.index(other)] = 1
            for s, site in enumerate(sites):
                arrays["site_needs"][s, i] = system.sites is None or site.name in system.sites
            order = [stage.name for stage in system.stages]
            for j, stage in enumerate(system.stages):
                self.put_section("stages", first + j, stage)
                record = arrays["stages"][first + j]
                record["system"] = i
                before = order[j - 1 : j] if stage.after is None and j > 0 else stage.after or ()
                record["after"] = sum(1 << order.index(name) for name in before)
                record["stream"] = stream("stage", system.name, stage.name)
            first += len(system.stages)

    def lay_out_gates(self) -> None:
        """Gates and their criteria; gate 0, if there is one, reads the pilot over its own window."""
        rollout, arrays = self.scenario.rollout, self.plan.records
        gates: list[GateReading | None] = [None] if rollout is None else [rollout.funding_gate, *rollout.gates]
        criteria = [criterion for gate in gates if gate is not None for criterion in gate.criteria]
        arrays["gates"] = np.zeros(len(gates), records.GATE_RECORD)
        arrays["criteria"] = np.zeros(len(criteria), records.CRITERION)
        for i, criterion in enumerate(criteria):
            self.put_section("criteria", i, criterion)
        names = [site.name for site in self.scenario.sites]
        first = 0
        for g, gate in enumerate(gates):
            if gate is None:
                continue
            self.put_section("gates", g, gate)
            record = arrays["gates"][g]
            record["first_criterion"], record["criteria"] = first, len(gate.criteria)
            record["stream"] = stream("gate", gate.name)
            first += len(gate.criteria)
            if isinstance(gate, Gate):
                assert rollout is not None
                phase = next(phase for phase in rollout.phases if phase.name == gate.phase)
                record["phase"] = names.index(phase.sites[0])
            elif self.scenario.pilot is not None:
                self.put("gates", g, "window_weeks", self.scenario.pilot.measure_weeks)

    def lay_out_distributions(self) -> None:
        """What is drawn every time, with the values of what is empirical and the quantiles of what has a table."""
        distributions, tables = np.zeros(len(self.drawn), records.DISTRIBUTION), [0.0]
        for row, quantity in enumerate(self.drawn):
            if quantity is not None:
                set_distribution(distributions, row, quantity, tables)
                table = quantile_table(quantity.distribution.code, *quantity.distribution.parameters[:2])
                if len(table):
                    distributions["p5"][row] = len(tables)
                    tables.extend(table)
        self.plan.records["distributions"], self.plan.records["tables"] = distributions, np.array(tables)
