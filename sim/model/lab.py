"""Frontier labs: they race, release, restrict, and repair."""

from typing import Annotated

from lockgate.sim.model.agent import Agent
from lockgate.sim.model.chance import Purpose, draw, key, uniform
from lockgate.sim.model.configurations import offer_guarded, serves_all
from lockgate.sim.model.coverage import count_misjudged, is_covered, measure, no_longer_covered
from lockgate.sim.model.culture import set_cultures
from lockgate.sim.model.dawn import survey_labs
from lockgate.sim.model.formulas.race import compliance_chance, cooperation_left, pressed_effort, reinvested_pace, safety_effort
from lockgate.sim.model.formulas.safeguards import bypass_hazard, detection_chance, safeguard_reached
from lockgate.sim.model.formulas.time import MONTH_DAYS, chance_within, first_day_after
from lockgate.sim.model.goodwill import mind_overrun, regain_goodwill, spend_goodwill
from lockgate.sim.model.previews import in_preview, preview_over
from lockgate.sim.model.systems import (
    close_to_partners,
    fix_safeguard,
    harden,
    open_to_all,
    publish_weights,
    row_of,
    rows_of,
    strip_weights,
    submit_to_agencies,
)
from lockgate.sim.model.vocabulary import EventKind, RaceRule, Regime, Stage
from lockgate.sim.model.world import HOME_GOVERNMENT, note
from lockgate.sim.rules.row import NOBODY, NOTHING, Count, Day, Flag, Index, Months, Ratio, Share
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
        lab.offer = lab.capability - params.pace * since / MONTH_DAYS
    set_cultures(world)
    survey_labs(world)
    for row in range(len(world.labs)):
        serve_older_system(world, world.labs[row])
        settle_effort(world.labs[row], world, 0)
    ready_first_system(world, world.labs[0])


@rule
def serve_older_system(world, lab):
    """The system that a lab serves to everyone before day 0: no race was on, its safeguards had the effort of its culture, or all."""
    params = world.params
    system = world.systems[lab.first_system]
    system.capability = lab.offer
    system.built = params.safeguard_most
    if params.race_rule != RaceRule.WINNER:
        effort = pressed_effort(lab.culture, 0.0, 0.0, params.least_effort)
        system.built = safeguard_reached(params.safeguard_least, params.safeguard_most, effort)
    system.safeguard = system.built
    system.stage = int(Stage.PUBLIC)
    system.ready_day = -1
    system.public_day = -1
    system.unguarded_day = -1
    lab.systems = 1
    lab.trained = lab.offer


@rule
def ready_first_system(world, lab):
    """The first covered system of the covered lab: it comes out of the lab's own tests on the morning of day 0."""
    params = world.params
    system = world.systems[row_of(lab, world, 1)]
    system.capability = lab.capability
    system.built = safeguard_reached(params.safeguard_least, params.safeguard_most, lab.effort)
    system.safeguard = system.built
    system.bypass_hazard = bypass_hazard(params.bypass_hazard, params.bypass_effort, lab.effort)
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
    culture: Annotated[Share, "of full safety effort, that it makes for good where no race presses it"] = 1.0
    rank_score: Annotated[Ratio, "normal score of the rank of its capability at the start"] = 0.0
    effort: Annotated[Share, "of full safety effort, by its culture and the race it is in"] = 1.0
    equilibrium: Annotated[Share, "of full safety effort, in the equilibrium of a race that only its winner survives"] = 1.0
    goodwill_spent: Annotated[float, "logits", "by which it is less likely to cooperate than at the start"] = 0.0
    offer: Annotated[Months, "capability that it offers to everyone"] = NOTHING
    served: Annotated[Months, "capability of its best service to everyone"] = NOTHING
    published: Annotated[Months, "capability of the best weights it has published"] = NOTHING
    best: Annotated[Months, "capability that it offers to anyone"] = NOTHING
    ready: Annotated[Months, "capability of its best system that is ready"] = NOTHING
    service: Annotated[Index, "row of the best system that it serves to everyone"] = NOBODY
    trained: Annotated[Months, "capability of the best system it has trained"] = NOTHING
    customers: Annotated[Share, "of all customers"] = 0.0
    customers_at_start: Annotated[Share, "of all customers"] = 0.0
    pull: Annotated[Ratio, "that draws customers today"] = 0.0
    aim: Annotated[Share, "of all customers, towards which its own moves"] = 0.0
    copied: Annotated[Share, "of all customers, whom others serve with weights that it published"] = 0.0
    copied_pull: Annotated[Ratio, "that draws customers to those others today"] = 0.0
    copied_aim: Annotated[Share, "of all customers, towards which theirs moves"] = 0.0
    brand: Annotated[Ratio, "logarithm of what draws customers beside capability"] = 0.0
    revenue: Annotated[Ratio, "from its customers today, where all customers on systems of critical capability are 1"] = 0.0
    revenue_at_start: Annotated[Ratio, "the same at the start"] = 0.0

    rows = staticmethod(rows)
    begin = staticmethod(begin)

    @rule
    def step(self, world, day):
        """Settle how careful to be, finish and release systems, look after those that are out, do research."""
        settle_effort(self, world, day)
        regain_goodwill(self, world)
        if day >= self.next_trained_day:
            finish_training(self, world, day)
        for row in rows_of(self, world):
            system = world.systems[row]
            if system.stage == Stage.TESTING and day >= system.ready_day:
                present(self, world, system, day)
            care_for(self, world, system, day)
            mind_overrun(self, world, system, day)
        research(self, world)


@rule
def settle_effort(lab, world, day):
    """How careful the lab is today. The equilibrium is worked out under every rule: it is what the risk of the race is defined by."""
    params = world.params
    lab.equilibrium = race_effort(lab, world, day)
    if params.race_rule == RaceRule.WINNER:
        lab.effort = max(params.least_effort, lab.equilibrium)
        return
    pressure = params.race_pressure if params.race_rule == RaceRule.PRESSURE else 0.0
    gap = min(1.0, threat(lab, world) / params.race_scale_months)
    lab.effort = pressed_effort(lab.culture, pressure, gap, params.least_effort)


@rule
def race_effort(lab, world, day):
    """Safety effort (share) of this lab in the equilibrium of the race; full where nothing reacts to rivals."""
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
    system.bypass_hazard = bypass_hazard(params.bypass_hazard, params.bypass_effort, lab.effort)
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
    measure(world, system)
    decide_access(lab, world, system, day)


@rule
def decide_access(lab, world, system, day):
    """Decide who gets a system that is ready: everyone, partners, or nobody yet."""
    levers = world.phases[world.today.phase]
    today = world.today
    covered = is_covered(world, system)
    in_programme = levers.lab_programme and (lab.covered or levers.programme_all)
    asked = today.asks and (lab.covered or levers.asks_all or world.governments[HOME_GOVERNMENT].in_force)
    if day == system.ready_day and (levers.prohibited or in_programme or asked):  # once, though a prohibition may be lifted later
        count_misjudged(world, system, covered)
    if covered and levers.prohibited:
        system.regime = int(Regime.PROHIBITED)
    elif covered and lab.covered and levers.publish_weights:
        publish_weights(world, system, day)
    elif covered and in_programme:
        close_to_partners(world, system, day, int(Regime.OWN_PROGRAMME))
        note(world, day, EventKind.PROGRAMME, lab.index, -1, system.index, float(levers.launch_partners))
    elif covered and asked and complies(lab, world, system, day):
        close_to_partners(world, system, day, int(Regime.GOVERNMENT))
        submit_to_agencies(world, system, day)
    else:
        open_to_all(world, system, day)


@rule
def complies(lab, world, system, day):
    """The government asks; the lab decides, by its cooperation and by the threat it faces."""
    params = world.params
    danger = threat(lab, world)
    cooperation = cooperation_left(params.cooperation, lab.goodwill_spent)
    chance = compliance_chance(cooperation, params.mandate, world.today.mandatory, params.race_weight, danger)
    agreed = uniform(world.seed, Purpose.COMPLY, lab.index, system.number) < chance
    world.score.asked += 1
    note(world, day, EventKind.ASKED, 0, lab.index, system.index, chance)
    if agreed:
        world.score.complied += 1
        note(world, day, EventKind.COMPLIED, lab.index, -1, system.index, danger)
        if not world.governments[HOME_GOVERNMENT].in_force:
            spend_goodwill(lab, world, system, day)
    else:
        note(world, day, EventKind.DECLINED, lab.index, -1, system.index, danger)
    return agreed


@rule
def care_for(lab, world, system, day):
    """Look after a system that is out: repair its safeguard, end a programme of the lab's own, meet bypasses and strippers."""
    levers = world.phases[world.today.phase]
    if day >= system.fix_day and system.stage != Stage.DARK:
        fix_safeguard(world, system, day)
    if day >= system.harden_day:
        harden(world, system, day)
    if system.regime == Regime.OWN_PROGRAMME and in_preview(system):
        over = levers.public_release and preview_over(world, system, day)
        if over or not levers.lab_programme or no_longer_covered(world, system):
            open_to_all(world, system, day)
        else:
            offer_guarded(world, system, day)
    if system.regime == Regime.PROHIBITED and not levers.prohibited:
        system.regime = int(Regime.FREE)
        decide_access(lab, world, system, day)
    if system.flaw and not system.bypassed:
        probe(lab, world, system, day)
    if system.stage == Stage.OPEN_WEIGHTS and not system.stripped:
        strip_weights(world, system, day)


@rule
def probe(lab, world, system, day):
    """Whoever may use a system may find its hidden flaw; fewer do among partners than among the public."""
    # From the day after the release, so that it does not matter who released it earlier today: the lab, or a government after it.
    users = 0.0
    if serves_all(system) and day > system.public_day:
        users = 1.0
    elif system.stage == Stage.PARTNERS and day > system.offered_day:
        users = world.params.preview_bypass_share
    key = system.number * 65536 + day
    if users > 0.0 and uniform(world.seed, Purpose.BYPASS, lab.index, key) < chance_within(system.bypass_hazard * users):
        bypass(lab, world, system, day)


@rule
def bypass(lab, world, system, day):
    """Users find the hidden flaw: the safeguard drops until the lab has fixed it."""
    system.flaw_day = day
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
