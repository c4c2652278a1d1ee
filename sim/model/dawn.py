"""The morning: which phase of the policy holds, who leads the race, and how exposed the common pool is today."""

import math

from lockgate.sim.model.chance import Purpose, exponential, uniform
from lockgate.sim.model.code_base import pass_code_day, set_pace
from lockgate.sim.model.formulas.time import first_day_after, mean_kept
from lockgate.sim.model.vocabulary import EventKind
from lockgate.sim.model.world import HOME_GOVERNMENT, note
from lockgate.sim.rules.row import NEVER, NOBODY, NOTHING
from lockgate.sim.rules.rule import rule


@rule
def dawn(world, day):
    """Everything that agents look up before anyone acts. It reads last night's state, so the order of visits cannot matter."""
    today = world.today
    today.phase_begins = day == 0
    while today.phase + 1 < len(world.phases) and day >= world.phases[today.phase + 1].from_day:
        today.phase += 1
        today.phase_begins = True
    today.discount = math.exp(-world.constants.discount_per_day * (day + 0.5))
    legislate(world, day)
    survey_labs(world)
    maintain_pool(world)


@rule
def legislate(world, day):
    """A framework is in force once the delays are over; before that the government can only ask case by case, where the policy does."""
    levers = world.phases[world.today.phase]
    home = world.governments[HOME_GOVERNMENT]
    if levers.framework and home.framework_since == NEVER:
        decide_framework(world, home, day)
    elif not levers.framework:
        home.framework_since, home.framework_day = NEVER, NEVER
    in_force = day >= home.framework_day
    if in_force and not home.in_force:
        note(world, day, EventKind.FRAMEWORK, home.index, -1, -1, float(day - home.framework_since))
    home.in_force = in_force
    world.today.asks = levers.case_by_case or in_force
    world.today.mandatory = levers.mandatory if in_force else 0.0


@rule
def decide_framework(world, home, day):
    """A framework is decided today; quarrels over it come on top of the political delay, as long as they would be under any policy."""
    params = world.params
    quarrel = params.infighting_days * exponential(uniform(world.seed, Purpose.INFIGHTING, home.index, 0))
    home.framework_since = day
    home.framework_day = first_day_after(day + params.political_delay_days + quarrel)


@rule
def survey_labs(world):
    """The two labs furthest in research, and the two best offers to everyone."""
    today = world.today
    today.frontier_lab, today.frontier_research, today.second_research = NOBODY, NOTHING, NOTHING
    today.best_offer_lab, today.best_offer, today.second_offer = NOBODY, NOTHING, NOTHING
    for row in range(len(world.labs)):
        lab = world.labs[row]
        if lab.capability > today.frontier_research:
            today.second_research = today.frontier_research
            today.frontier_lab, today.frontier_research = row, lab.capability
        elif lab.capability > today.second_research:
            today.second_research = lab.capability
        if lab.offer > today.best_offer:
            today.second_offer = today.best_offer
            today.best_offer_lab, today.best_offer = row, lab.offer
        elif lab.offer > today.second_offer:
            today.second_offer = lab.offer


@rule
def maintain_pool(world):
    """One day of the common pool, searched at the mean rate that its maintainers reached the day before, and fixed as far as they can."""
    maintainers = world.constants.maintainers
    if maintainers == 0:
        return
    early, idle = 0, world.constants.idle_maintainers
    for row in range(len(world.partners)):
        partner = world.partners[row]
        early += partner.maintainer * partner.searches_early
    today, pool = world.today, world.pool
    search = (today.partner_search * early + today.search * (maintainers - early - idle) + today.idle_search * idle) / maintainers
    rate = 1.0 / world.params.pool_patch_days
    kept, known_kept = math.exp(-search), math.exp(-rate)
    new_code = world.constants.new_code_chance
    set_pace(pool, search, kept, mean_kept(search), rate, known_kept, mean_kept(rate))
    pool.released = pool.fixed_today
    pool.fixed_today = pass_code_day(pool, known_kept, mean_kept(rate), new_code, world.params.pool_capacity)[1]
