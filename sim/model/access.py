"""Who can use what, once labs and governments have decided: the best system of each channel, and what it does for both sides."""

import math

from lockgate.sim.model.formulas.attack import uplift
from lockgate.sim.model.formulas.defence import places, search_hazard
from lockgate.sim.model.formulas.time import mean_kept
from lockgate.sim.model.loot import share_loot
from lockgate.sim.model.systems import rows_of
from lockgate.sim.model.vocabulary import Channel, EventKind, Services, Stage
from lockgate.sim.model.world import HOME_GOVERNMENT, note
from lockgate.sim.rules.row import NEVER, NOBODY, NOTHING
from lockgate.sim.rules.rule import rule


@rule
def settle_access(world, day):
    """Compute once what every organisation and every actor looks up today."""
    survey_lab_systems(world)
    survey_open_systems(world)
    today, params = world.today, world.params
    today.public_safeguard = world.systems[today.public_system].safeguard if today.public_system >= 0 else 1.0
    today.open_safeguard = world.systems[today.open_system].safeguard if today.open_system >= 0 else 1.0
    today.restricted_safeguard = 1.0
    if today.restricted_system >= 0:
        today.restricted_safeguard = params.leaked_safeguard * world.systems[today.restricted_system].safeguard
    today.search = search_hazard(params.search_days, max(today.public_capability, today.open_capability), params.search_doubling_months)
    today.search_kept, today.search_mean = math.exp(-today.search), mean_kept(today.search)
    today.partner_search = max(today.search, search_hazard(params.search_days, today.restricted_capability, params.search_doubling_months))
    today.partner_search_kept, today.partner_search_mean = math.exp(-today.partner_search), mean_kept(today.partner_search)
    today.leaks = 0
    list_offers(world)
    rate_offers(world)
    share_loot(world, day)
    open_places(world, day)


@rule
def list_offers(world):
    """Systems within somebody's reach, the most capable first; of equals open weights, then leaked access, then services.

    Of services that are equals, the one that refuses least comes first.
    """
    today = world.today
    today.offers = 0
    add_offer(world, int(Channel.OPEN_WEIGHTS), today.open_system, today.open_capability, today.open_safeguard)
    add_offer(world, int(Channel.LEAKED_ACCESS), today.restricted_system, today.restricted_capability, today.restricted_safeguard)
    if world.params.services == Services.BEST:
        add_offer(world, int(Channel.PUBLIC_SERVICE), today.public_system, today.public_capability, today.public_safeguard)
        return
    for row in range(len(world.labs)):
        service = world.labs[row].service
        if service != NOBODY:
            system = world.systems[service]
            add_offer(world, int(Channel.PUBLIC_SERVICE), service, system.capability, system.safeguard)


@rule
def add_offer(world, channel, system, capability, safeguard):
    """In its place among the offers that are listed so far."""
    if capability <= NOTHING:
        return
    place = world.today.offers
    world.today.offers += 1
    while place > 0 and comes_first(world.offers[place - 1], channel, capability, safeguard):
        worse, moved = world.offers[place - 1], world.offers[place]
        moved.channel, moved.system, moved.capability, moved.safeguard = worse.channel, worse.system, worse.capability, worse.safeguard
        place -= 1
    offer = world.offers[place]
    offer.channel, offer.system, offer.capability, offer.safeguard = channel, system, capability, safeguard


@rule
def comes_first(listed, channel, capability, safeguard):
    """Whether a new offer comes before one that is listed: a more capable one, or a weaker guarded one of two equal services."""
    if capability != listed.capability or channel != listed.channel:
        return capability > listed.capability
    return safeguard < listed.safeguard


@rule
def rate_offers(world):
    """What the best system of each channel, and each on offer, does for an attack; stolen weights differ from actor to actor."""
    today, params = world.today, world.params
    months, cap = params.uplift_doubling_months, params.uplift_cap
    world.uplifts[int(Channel.NO_MODEL)] = 1.0
    world.uplifts[int(Channel.OPEN_WEIGHTS)] = uplift(today.open_capability, params.uplift, months, cap)
    world.uplifts[int(Channel.PUBLIC_SERVICE)] = uplift(today.public_capability, params.uplift, months, cap)
    world.uplifts[int(Channel.LEAKED_ACCESS)] = uplift(today.restricted_capability, params.uplift, months, cap)
    for place in range(today.offers):
        offer = world.offers[place]
        best = offer.channel != Channel.PUBLIC_SERVICE or offer.system == today.public_system
        offer.uplift = world.uplifts[offer.channel] if best else uplift(offer.capability, params.uplift, months, cap)


@rule
def survey_lab_systems(world):
    """The best system of each stage among the frontier labs, and how far the frontier is exposed to distillation."""
    today = world.today
    today.public_system, today.public_capability = NOBODY, NOTHING
    today.open_system, today.open_capability = NOBODY, NOTHING
    today.restricted_system, today.restricted_capability = NOBODY, NOTHING
    today.frontier_capability, today.exposure = NOTHING, 0.0
    for number in range(len(world.labs)):
        lab = world.labs[number]
        lab.offer, lab.best, lab.ready, lab.service = NOTHING, NOTHING, NOTHING, NOBODY
        for row in rows_of(lab, world):
            system = world.systems[row]
            stage, capability = system.stage, system.capability
            if stage == Stage.TESTING:
                continue
            lab.ready = max(lab.ready, capability)
            if capability > today.frontier_capability:
                today.frontier_capability = capability
                today.exposure = exposure_at(world, stage)
            elif capability == today.frontier_capability:
                today.exposure = max(today.exposure, exposure_at(world, stage))
            if stage == Stage.PUBLIC or stage == Stage.OPEN_WEIGHTS:
                lab.offer = max(lab.offer, capability)
            if stage == Stage.PUBLIC and (lab.service == NOBODY or capability > world.systems[lab.service].capability):
                lab.service = row
            if stage == Stage.PARTNERS:
                lab.best = max(lab.best, capability)
                if capability > today.restricted_capability:
                    today.restricted_system, today.restricted_capability = row, capability
            elif stage == Stage.PUBLIC and capability > today.public_capability:
                today.public_system, today.public_capability = row, capability
            elif stage == Stage.OPEN_WEIGHTS:
                consider_open(world, row)
        lab.best = max(lab.best, lab.offer)


@rule
def exposure_at(world, stage):
    """How far a system at this stage can be distilled: fully where it is broadly served."""
    if stage == Stage.PUBLIC or stage == Stage.OPEN_WEIGHTS:
        return 1.0
    return world.params.partner_exposure if stage == Stage.PARTNERS else 0.0


@rule
def survey_open_systems(world):
    """The best published weights."""
    for number in range(len(world.open_weight_labs)):
        lab = world.open_weight_labs[number]
        lab.offer = NOTHING
        for row in rows_of(lab, world):
            if world.systems[row].stage == Stage.OPEN_WEIGHTS:
                lab.offer = max(lab.offer, world.systems[row].capability)
                consider_open(world, row)


@rule
def consider_open(world, row):
    """Keep the most capable published weights; of two alike, those that refuse less."""
    today, system = world.today, world.systems[row]
    alike = system.capability == today.open_capability
    if system.capability > today.open_capability or (alike and system.safeguard < world.systems[today.open_system].safeguard):
        today.open_system, today.open_capability = row, system.capability


@rule
def open_places(world, day):
    """Places in the partner programme grow in waves after it was opened."""
    levers = world.phases[world.today.phase]
    home = world.governments[HOME_GOVERNMENT]
    before = world.today.places
    world.today.places = 0
    if home.programme_day != NEVER:
        world.today.places = places(levers.launch_partners, levers.wave_partners, levers.wave_days, day - home.programme_day)
    if before > 0 and world.today.places > before:
        note(world, day, EventKind.WAVE, HOME_GOVERNMENT, -1, world.today.restricted_system, float(world.today.places))
