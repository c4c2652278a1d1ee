"""Who can use what, once labs and governments have decided: the best system of each channel, and what it does for both sides."""

import math

from lockgate.sim.model.configurations import is_guarded, is_restricted, served_capability, served_safeguard, serves_all
from lockgate.sim.model.formulas.attack import uplift
from lockgate.sim.model.formulas.defence import adoption, places, search_hazard
from lockgate.sim.model.formulas.time import mean_kept
from lockgate.sim.model.loot import share_loot
from lockgate.sim.model.nationality import last_rank
from lockgate.sim.model.systems import rows_of
from lockgate.sim.model.vocabulary import Channel, EventKind, Services, Stage
from lockgate.sim.model.world import HOME_GOVERNMENT, note
from lockgate.sim.rules.row import NEVER, NOBODY, NOTHING
from lockgate.sim.rules.rule import rule

ADOPTION_STEP_DAYS = 7  # adoption grows in steps, so that what a day does to each organisation's code need not be worked out anew daily


@rule
def settle_access(world, day):
    """Compute once what every organisation and every actor looks up today."""
    survey_lab_systems(world)
    survey_open_systems(world)
    today = world.today
    today.public_safeguard = served_safeguard(world, world.systems[today.public_system]) if today.public_system >= 0 else 1.0
    today.open_safeguard = world.systems[today.open_system].safeguard if today.open_system >= 0 else 1.0
    today.restricted_safeguard = 1.0
    if today.restricted_system >= 0:
        today.restricted_safeguard = world.params.leaked_safeguard * world.systems[today.restricted_system].safeguard
    pace_search(world, day)
    today.leaks = 0
    list_offers(world)
    rate_offers(world)
    share_loot(world, day)
    open_places(world, day)


@rule
def pace_search(world, day):
    """Hazards of finding a flaw: of those who take up the search, of those who do not, and of those with early access."""
    today, params = world.today, world.params
    best = search_for_all(world)
    if params.adoption_on:
        if day % ADOPTION_STEP_DAYS == 0:
            today.adoption = adoption(params.adoption_start, params.adoption_days, float(day))
        today.idle_search = best * params.idle_intensity
    else:
        today.idle_search = best
    today.search = best * today.adoption
    early = max(best, search_with(params, today.restricted_capability))
    today.partner_search = early * max(today.adoption, params.programme_intensity)
    today.search_kept, today.search_mean = math.exp(-today.search), mean_kept(today.search)
    today.idle_search_kept, today.idle_search_mean = math.exp(-today.idle_search), mean_kept(today.idle_search)
    today.partner_search_kept, today.partner_search_mean = math.exp(-today.partner_search), mean_kept(today.partner_search)


@rule
def search_for_all(world):
    """Hazard per day of finding a flaw at full intensity, with the best that everyone can use, a guarded system included."""
    today, params = world.today, world.params
    best = search_with(params, max(today.public_capability, today.open_capability))
    if today.guarded:
        for row in range(len(world.labs)):
            if world.labs[row].service != NOBODY:
                system = world.systems[world.labs[row].service]
                served = served_capability(world, system)
                best = max(best, search_with(params, served) * step_kept(served, system.capability, params.covered_search_step))
    return best


@rule
def step_kept(served, capability, step):
    """A guard costs a system months of its capability, and not the step of its class, where it takes it below the critical level."""
    return step if served < 0.0 <= capability else 1.0


@rule
def search_with(params, capability):
    """Hazard per day of finding a flaw at full intensity, with a system of this capability."""
    return search_hazard(params.search_days, capability, params.search_doubling_months, params.covered_search_step)


@rule
def uplift_with(params, capability):
    """How much a system of this capability multiplies the hazard of an operation, through whatever channel it is used."""
    return uplift(capability, params.uplift, params.uplift_doubling_months, params.uplift_cap, params.covered_uplift_step)


@rule
def uplift_served(world, served, system):
    """The same for what everyone gets of a system (its row), which has the step of its class even where a guard makes it weaker."""
    params = world.params
    full = world.systems[system].capability if system >= 0 else served
    added = (uplift_with(params, served) - 1.0) * step_kept(served, full, params.covered_uplift_step)
    return min(params.uplift_cap, 1.0 + added)


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
            capability, safeguard = served_capability(world, system), served_safeguard(world, system)
            add_offer(world, int(Channel.PUBLIC_SERVICE), service, capability, safeguard)


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
    world.uplifts[int(Channel.NO_MODEL)] = 1.0
    world.uplifts[int(Channel.OPEN_WEIGHTS)] = uplift_with(params, today.open_capability)
    world.uplifts[int(Channel.PUBLIC_SERVICE)] = uplift_served(world, today.public_capability, today.public_system)
    world.uplifts[int(Channel.LEAKED_ACCESS)] = uplift_with(params, today.restricted_capability)
    for place in range(today.offers):
        offer = world.offers[place]
        best = offer.channel != Channel.PUBLIC_SERVICE or offer.system == today.public_system
        offer.uplift = world.uplifts[offer.channel] if best else uplift_served(world, offer.capability, offer.system)


@rule
def survey_lab_systems(world):
    """The best system of each stage among the frontier labs, and how far the frontier is exposed to distillation."""
    today = world.today
    today.public_system, today.public_capability = NOBODY, NOTHING
    today.open_system, today.open_capability = NOBODY, NOTHING
    today.restricted_system, today.restricted_capability = NOBODY, NOTHING
    today.frontier_capability, today.exposure = NOTHING, 0.0
    today.exposure_guarded, today.guarded, today.offered = False, False, False
    today.domestic_only, today.domestic_keep = False, False
    for number in range(len(world.labs)):
        lab = world.labs[number]
        lab.best, lab.ready, lab.served, lab.published, lab.service = NOTHING, NOTHING, NOTHING, NOTHING, NOBODY
        for row in rows_of(lab, world):
            system = world.systems[row]
            stage, capability = system.stage, system.capability
            if stage == Stage.TESTING:
                continue
            lab.ready = max(lab.ready, capability)
            if capability > today.frontier_capability:
                today.frontier_capability = capability
                today.exposure, today.exposure_guarded = exposure_at(world, stage), is_guarded(system)
            elif capability == today.frontier_capability:
                today.exposure = max(today.exposure, exposure_at(world, stage))
                today.exposure_guarded = today.exposure_guarded or is_guarded(system)
            served = served_capability(world, system)
            if stage == Stage.OPEN_WEIGHTS:
                lab.published = max(lab.published, served)
            else:
                lab.served = max(lab.served, served)
            if serves_all(system) and (lab.service == NOBODY or served > served_capability(world, world.systems[lab.service])):
                lab.service = row
            if is_restricted(system):
                lab.best = max(lab.best, capability)
                consider_restricted(world, row)
            today.guarded = today.guarded or is_guarded(system)
            if stage == Stage.OPEN_WEIGHTS:
                consider_open(world, row)
            elif served > today.public_capability:
                today.public_system, today.public_capability = row, served
        lab.offer = max(lab.served, lab.published)
        lab.best = max(lab.best, lab.offer)


@rule
def consider_restricted(world, row):
    """Keep the most capable system that some organisations have and others have not, and to whom it is left."""
    today, system = world.today, world.systems[row]
    today.offered = today.offered or system.stage == Stage.PARTNERS
    if system.capability > today.restricted_capability:
        today.restricted_system, today.restricted_capability = row, system.capability
        today.domestic_only = system.stage == Stage.DARK
        today.domestic_keep = today.domestic_only and system.resume_stage == Stage.PUBLIC


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
    if world.today.places != before or world.today.phase_begins:
        world.today.last_rank = last_rank(world, world.today.places)
    if before > 0 and world.today.places > before:
        note(world, day, EventKind.WAVE, HOME_GOVERNMENT, -1, world.today.restricted_system, float(world.today.places))
