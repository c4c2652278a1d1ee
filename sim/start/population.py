"""The population of one run on day 0, built from keyed draws: labs and what they serve, organisations, bad actors."""

import math

from sim.access import settle_access
from sim.agents.lab import race_effort
from sim.chance import Purpose, draw, exponential, grow, key, lognormal, positive_stable, stem, uniform
from sim.dawn import survey_labs
from sim.formulas.attack import expected_loss
from sim.formulas.race import customer_pull
from sim.formulas.safeguards import detection_chance, safeguard_reached
from sim.formulas.time import MONTH_DAYS, YEAR_DAYS, chance_within, mean_kept
from sim.row import NEVER
from sim.rule import rule
from sim.start.ranking import rank_organisations
from sim.systems import row_of
from sim.vocabulary import ActorKind, Feedback, Stage

FIRST_GAP = 1 << 40  # a count that no operation reaches


@rule
def populate(world):
    """Fill the tables of a run, as the world stands on the morning of day 0."""
    settle_constants(world)
    for row in range(len(world.systems)):
        world.systems[row].index = row
        owner = row % world.constants.owners
        world.systems[row].open_lab = owner >= len(world.labs)
        world.systems[row].owner = owner - len(world.labs) if owner >= len(world.labs) else owner
        world.systems[row].number = row // world.constants.owners
    for row in range(len(world.governments)):
        world.governments[row].index = row
    if world.params.background_applications_per_day > 0.0:
        gap = exponential(draw(key(world.seed, 0, 0), Purpose.BACKGROUND_GAP))
        world.governments[0].background_at = gap / world.params.background_applications_per_day
    found_labs(world)
    found_open_weight_labs(world)
    found_organisations(world)
    rank_organisations(world)
    gather_bad_actors(world)
    settle_access(world, 0)
    share_customers(world)


@rule
def settle_constants(world):
    """What follows from the parameters alone."""
    constants, params = world.constants, world.params
    constants.expected_loss = expected_loss(params.severity_mu, params.severity_sigma, params.severity_cap)
    constants.new_code_chance = chance_within(params.new_code_per_day)
    constants.discount_per_day = params.discount_per_year / YEAR_DAYS
    constants.maintainers = int(math.floor(params.pool_share * params.organisations + 0.5))
    constants.spies = int(math.floor(params.spy_share * params.bad_actors + 0.5))
    constants.insiders = min(params.bad_actors - constants.spies, int(math.floor(params.insider_share * params.bad_actors + 0.5)))
    constants.owners = len(world.labs) + len(world.open_weight_labs)
    if len(world.agencies) > 0:
        constants.tests_per_agency = len(world.tests) // len(world.agencies)
        constants.testers_per_agency = len(world.testers) // len(world.agencies)
    constants.feedback = params.feedback == Feedback.FULL


@rule
def found_labs(world):
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


@rule
def found_open_weight_labs(world):
    """Open-weight labs, each with one published and stripped system at its lag."""
    params = world.params
    for row in range(len(world.open_weight_labs)):
        lab = world.open_weight_labs[row]
        lab.index = row
        chances = key(world.seed, row, 0)
        lab.further_lag = params.open_spread_months * draw(chances, Purpose.OPEN_LAG) if row > 0 else 0.0
        lab.capability = -(params.open_weight_lag_months + lab.further_lag)
        lab.next_trained_day = int(draw(chances, Purpose.OPEN_PHASE) * params.open_cadence_days)
        lab.first_system = len(world.labs) + row
        lab.systems = 1
        system = world.systems[lab.first_system]
        system.capability = lab.capability
        system.stripped = params.stripping_on
        system.built = params.open_safeguard
        system.safeguard = min(params.residual_refusal, params.open_safeguard) if params.stripping_on else params.open_safeguard
        system.stage = int(Stage.OPEN_WEIGHTS)
        system.ready_day = -1
        system.public_day = -1
        system.weights_day = -1


@rule
def found_organisations(world):
    """Organisations that differ in size, care, interest and patch speed; their code is unsearched at today's capability."""
    params = world.params
    total = 0.0
    for row in range(len(world.partners)):
        partner = world.partners[row]
        partner.index = row
        partner.stem = stem(world.seed, row)
        chances = grow(partner.stem, 0)
        u, angle = draw(chances, Purpose.SIZE), draw(chances, Purpose.SIZE_ANGLE)
        partner.size = lognormal(1.0, math.sqrt(math.expm1(params.size_spread * params.size_spread)), u, angle)
        total += partner.size
        carelessness = lognormal(1.0, params.care_spread, draw(chances, Purpose.CARE), draw(chances, Purpose.CARE_ANGLE))
        partner.leak_chance = chance_within(params.leak_hazard * carelessness)
        partner.interested = draw(chances, Purpose.INTEREST) < params.interest_share
        if partner.interested:
            world.seekers[world.constants.seekers] = row
            world.constants.seekers += 1
        if draw(chances, Purpose.NEVER_PATCH) >= params.never_patch_share:
            speed = positive_stable(params.patch_shape, draw(chances, Purpose.PATCH_ANGLE), draw(chances, Purpose.PATCH_SCALE))
            partner.patch_rate = min(1e6, speed / params.patch_tau_days)
        partner.patch_kept = math.exp(-partner.patch_rate)
        partner.patch_mean = mean_kept(partner.patch_rate)
    below = 0.0
    for row in range(len(world.partners)):
        partner = world.partners[row]
        partner.size /= total
        world.size_below[row] = below
        below += partner.size
    guide_to_targets(world)


@rule
def guide_to_targets(world):
    """Where to begin the search for the target of a draw u: the last organisation that begins below u, u in steps.

    Source: Chen and Asau (1974), "On generating random variates from an empirical distribution" (guide tables).
    """
    row = 0
    for step in range(len(world.size_guide)):
        while row + 1 < len(world.partners) and world.size_below[row + 1] <= step / len(world.size_guide):
            row += 1
        world.size_guide[step] = row


@rule
def gather_bad_actors(world):
    """Spies first, then insiders, then crews."""
    params, constants = world.params, world.constants
    for row in range(len(world.bad_actors)):
        actor = world.bad_actors[row]
        actor.index = row
        actor.stem = stem(world.seed, row)
        chances = grow(actor.stem, 0)
        mean = params.crew_skill
        actor.kind, actor.gap_days = int(ActorKind.CREW), params.crew_gap_days
        if row < constants.spies:
            mean = params.spy_skill
            actor.kind, actor.gap_days = int(ActorKind.SPY), params.spy_gap_days
        elif row < constants.spies + constants.insiders:
            mean = params.insider_skill
            actor.kind, actor.gap_days = int(ActorKind.INSIDER), params.insider_gap_days
            actor.home = int(draw(chances, Purpose.HOME) * len(world.partners))
        spread = params.skill_spread * (2.0 * draw(chances, Purpose.SKILL) - 1.0)
        actor.skill = min(1.0, max(0.0, mean * (1.0 + spread)))
        # The first gap is exponential like all others, so attempts run at a constant rate from day 0.
        actor.next_at = actor.gap_days * exponential(uniform(world.seed, Purpose.GAP, row, FIRST_GAP))
        if actor.kind == ActorKind.SPY and params.theft_on:
            actor.theft_at = params.theft_gap_days * exponential(uniform(world.seed, Purpose.THEFT_GAP, row, FIRST_GAP))
        if actor.kind == ActorKind.INSIDER and not params.insiders_on:
            actor.next_at = float(NEVER)


@rule
def share_customers(world):
    """Shares of customers at the start, and the brands that hold them there while offers stay as they are."""
    params = world.params
    opened = params.open_customer_share if len(world.open_weight_labs) > 0 else 0.0
    rivals = len(world.labs) - 1
    covered = params.covered_customer_share if rivals > 0 else 1.0 - opened
    for row in range(len(world.labs)):
        lab = world.labs[row]
        lab.customers = covered if row == 0 else (1.0 - opened - covered) / rivals
        lab.customers_at_start = lab.customers
        lab.brand = math.log(lab.customers) - customer_pull(lab.offer, params.horizon_doubling_months, params.choice_elasticity)
    for row in range(len(world.open_weight_labs)):
        lab = world.open_weight_labs[row]
        lab.customers = opened / len(world.open_weight_labs)
        lab.customers_at_start = lab.customers
        brand = math.log(max(1e-12, lab.customers))
        lab.brand = brand - customer_pull(lab.offer, params.horizon_doubling_months, params.choice_elasticity)
