"""Frontier labs: they race, release, restrict, and repair."""

from typing import Annotated

from lockgate.sim.model.agent import Agent
from lockgate.sim.model.chance import Purpose, draw, key, uniform
from lockgate.sim.model.dawn import survey_labs
from lockgate.sim.model.formulas.race import compliance_chance, reinvested_pace, safety_effort
from lockgate.sim.model.formulas.safeguards import detection_chance, safeguard_reached
from lockgate.sim.model.formulas.time import MONTH_DAYS, chance_within, first_day_after
from lockgate.sim.model.systems import (
    close_to_partners,
    fix_safeguard,
    open_to_all,
    publish_weights,
    row_of,
    rows_of,
    strip_weights,
    submit_to_agencies,
)
from lockgate.sim.model.vocabulary import EventKind, Regime, Stage
from lockgate.sim.model.world import note
from lockgate.sim.rules.row import NOTHING, Count, Day, Flag, Index, Months, Ratio, Share
from lockgate.sim.rules.rule import rule


@rule
def rows(horizon, params, phases):
    """As many as the world says."""
    return params.labs


@rule
def begin(world):
    """Labs at their gaps behind the frontier. Each serves an older system to all; the covered lab's first covered one is ready."""
    params = world.params
    for row in range(len(world.labs)):
        lab = world.labs[row]
        lab.index = row
        lab.covered = row == 0
        chances = key(world.seed, row, 0)
        lab.security_level = params.security_level + params.security_spread * (2.0 * draw(chances, Purpose.SECURITY) - 1.0)
        lab.first_system = row
        width = params.rival_gap_max_months - params.rival_gap_min_months
        gap = params.rival_gap_min_months + width * draw(chances, Purpose.CAPABILITY_GAP)
        lab.capability = 0.0 if lab.covered and params.covered_leads else -gap
        since = params.cadence_days
        if not lab.covered:
            since = params.cadence_days - int(draw(chances, Purpose.PHASE) * params.cadence_days)
        lab.next_trained_day = params.cadence_days if lab.covered else params.cadence_days - since
        serve_older_system(world, lab, lab.capability - params.pace * since / MONTH_DAYS)
    survey_labs(world)
    for row in range(len(world.labs)):
        world.labs[row].effort = race_effort(world.labs[row], world, 0)
    ready_first_system(world, world.labs[0])


@rule
def serve_older_system(world, lab, capability):
    """The system that a lab serves to everyone before day 0: no race was on, its safeguards had full effort."""
    system = world.systems[lab.first_system]
    system.capability = capability
    system.built = world.params.safeguard_most
    system.safeguard = system.built
    system.stage = int(Stage.PUBLIC)
    system.ready_day = -1
    system.public_day = -1
    lab.systems = 1
    lab.trained = capability


@rule
def ready_first_system(world, lab):
    """The first covered system of the covered lab: it comes out of the lab's own tests on the morning of day 0."""
    params = world.params
    system = world.systems[row_of(lab, world, 1)]
    system.capability = lab.capability
    system.built = safeguard_reached(params.safeguard_least, params.safeguard_most, lab.effort)
    system.safeguard = system.built
    missed = params.flaw_chance * (1.0 - detection_chance(lab.effort * params.own_testing_days, params.detection_half_life_days))
    system.flaw = uniform(world.seed, Purpose.FLAW, lab.index, 1) < missed
    system.stage = int(Stage.TESTING)
    system.ready_day = 0
    lab.systems = 2
    lab.trained = lab.capability


class Lab(Agent):
    """A frontier lab. The covered lab is the one of the story; the others race it."""

    index: Annotated[Index, "its row"] = 0
    covered: Annotated[Flag, "it is the covered lab of the story"] = False
    capability: Annotated[Months, "of its research"] = 0.0
    security_level: Annotated[float, "RAND level", "of its weights' security, 1 to 5"] = 2.5
    next_trained_day: Annotated[Day, "on which its next training is done"] = 0
    first_system: Annotated[Index, "row of its first system"] = 0
    systems: Annotated[Count, "that it has trained"] = 0
    effort: Annotated[Share, "of full safety effort, by the race it is in"] = 1.0
    offer: Annotated[Months, "capability that it offers to everyone"] = NOTHING
    best: Annotated[Months, "capability that it offers to anyone"] = NOTHING
    ready: Annotated[Months, "capability of its best system that is ready"] = NOTHING
    trained: Annotated[Months, "capability of the best system it has trained"] = NOTHING
    customers: Annotated[Share, "of all customers"] = 0.0
    customers_at_start: Annotated[Share, "of all customers"] = 0.0
    pull: Annotated[Ratio, "that draws customers today"] = 0.0
    brand: Annotated[Ratio, "logarithm of what draws customers beside capability"] = 0.0

    rows = staticmethod(rows)
    begin = staticmethod(begin)

    @rule
    def step(self, world, day):
        """Settle how careful to be, finish and release systems, look after those that are out, do research."""
        self.effort = race_effort(self, world, day)
        if day >= self.next_trained_day:
            finish_training(self, world, day)
        for row in rows_of(self, world):
            system = world.systems[row]
            if system.stage == Stage.TESTING and day >= system.ready_day:
                present(self, world, system, day)
            care_for(self, world, system, day)
        research(self, world)


@rule
def race_effort(lab, world, day):
    """Safety effort (share) that the race leaves this lab; full where nothing reacts to rivals."""
    params = world.params
    if not world.constants.feedback:
        return 1.0
    today = world.today
    rival = today.second_research if today.frontier_lab == lab.index else today.frontier_research
    lead = (lab.capability - rival) / params.race_scale_months
    trend = params.pace * day / MONTH_DAYS
    position = params.race_spread + (lab.capability - trend) / params.race_scale_months
    return safety_effort(params.race_information, lead, position, params.race_spread, params.enmity, len(world.labs))


@rule
def finish_training(lab, world, day):
    """A new system, with the safeguard that the lab's effort reached; its own tests may find the flaw before it is ready."""
    params = world.params
    own_testing = lab.effort * params.own_testing_days
    system = world.systems[row_of(lab, world, lab.systems)]
    system.capability = lab.capability
    system.built = safeguard_reached(params.safeguard_least, params.safeguard_most, lab.effort)
    system.safeguard = system.built
    missed = params.flaw_chance * (1.0 - detection_chance(own_testing, params.detection_half_life_days))
    system.flaw = uniform(world.seed, Purpose.FLAW, lab.index, lab.systems) < missed
    system.stage = int(Stage.TESTING)
    system.ready_day = first_day_after(day + own_testing)
    lab.systems += 1
    lab.trained = max(lab.trained, lab.capability)
    lab.next_trained_day = day + params.cadence_days
    note(world, day, EventKind.TRAINED, lab.index, -1, system.index, lab.effort)


@rule
def threat(lab, world):
    """Months by which the best rival that anyone can reach is ahead of what this lab offers; 0 where nothing reacts."""
    today = world.today
    if not world.constants.feedback:
        return 0.0
    rival = today.second_offer if today.best_offer_lab == lab.index else today.best_offer
    return max(0.0, max(rival, today.open_capability) - lab.offer)


@rule
def present(lab, world, system, day):
    """A system is ready."""
    today = world.today
    system.stage = int(Stage.HELD)
    today.frontier_capability = max(today.frontier_capability, system.capability)
    note(world, day, EventKind.READY, lab.index, -1, system.index, system.capability)
    decide_access(lab, world, system, day)


@rule
def decide_access(lab, world, system, day):
    """Decide who gets a system that is ready: everyone, partners, or nobody yet."""
    levers = world.phases[world.today.phase]
    today = world.today
    covered = system.capability >= levers.threshold_months
    if covered and levers.prohibited:
        system.regime = int(Regime.PROHIBITED)
    elif covered and lab.covered and levers.publish_weights:
        publish_weights(world, system, day)
    elif covered and lab.covered and levers.lab_programme:
        close_to_partners(world, system, day, int(Regime.OWN_PROGRAMME))
        note(world, day, EventKind.PROGRAMME, lab.index, -1, system.index, float(levers.launch_partners))
    elif covered and today.asks and complies(lab, world, system, day):
        close_to_partners(world, system, day, int(Regime.GOVERNMENT))
        submit_to_agencies(world, system, day)
    else:
        open_to_all(world, system, day)


@rule
def complies(lab, world, system, day):
    """The government asks; the lab decides, by its cooperation and by the threat it faces."""
    params = world.params
    danger = threat(lab, world)
    chance = compliance_chance(params.cooperation, params.mandate, world.today.mandatory, params.race_weight, danger)
    agreed = uniform(world.seed, Purpose.COMPLY, lab.index, system.number) < chance
    world.score.asked += 1
    note(world, day, EventKind.ASKED, 0, lab.index, system.index, chance)
    if agreed:
        world.score.complied += 1
        note(world, day, EventKind.COMPLIED, lab.index, -1, system.index, danger)
    else:
        note(world, day, EventKind.DECLINED, lab.index, -1, system.index, danger)
    return agreed


@rule
def care_for(lab, world, system, day):
    """Look after a system that is out: repair its safeguard, end a programme of the lab's own, meet bypasses and strippers."""
    levers = world.phases[world.today.phase]
    if day >= system.fix_day and system.stage != Stage.DARK:
        fix_safeguard(world, system, day)
    if system.regime == Regime.OWN_PROGRAMME and (system.stage == Stage.HELD or system.stage == Stage.PARTNERS):
        over = levers.public_release and day >= system.offered_day + levers.preview_days
        if over or not levers.lab_programme:
            open_to_all(world, system, day)
    if system.regime == Regime.PROHIBITED and not levers.prohibited:
        system.regime = int(Regime.FREE)
        decide_access(lab, world, system, day)
    # From the day after the release, so that it does not matter who released it earlier today: the lab, or a government after it.
    if system.stage == Stage.PUBLIC and day > system.public_day and system.flaw and not system.bypassed:
        key = system.number * 65536 + day
        if uniform(world.seed, Purpose.BYPASS, lab.index, key) < chance_within(world.params.bypass_hazard):
            bypass(lab, world, system, day)
    if system.stage == Stage.OPEN_WEIGHTS and not system.stripped:
        strip_weights(world, system, day)


@rule
def bypass(lab, world, system, day):
    """The public finds the hidden flaw: the safeguard drops until the lab has fixed it."""
    system.bypassed = True
    system.safeguard = system.built * world.params.bypassed_share
    system.fix_day = day + world.params.fix_days
    world.score.bypasses += 1
    note(world, day, EventKind.BYPASS, lab.index, -1, system.index, system.safeguard)


@rule
def research(lab, world):
    """A day of research, faster with more customers where revenue is put back."""
    pace = world.params.pace
    if world.constants.feedback:
        pace = reinvested_pace(pace, lab.customers, lab.customers_at_start, world.params.reinvestment)
    lab.capability += pace / MONTH_DAYS
