"""Bad actors: spies, crews and rogue insiders, who look for the most capable system they can reach."""

import math
from typing import Annotated, Any, ClassVar

import numpy as np

from lockgate.sim.model.access import uplift_with
from lockgate.sim.model.agent import Agent, Alarm
from lockgate.sim.model.bans import is_banned, risk_ban
from lockgate.sim.model.chance import Purpose, draw, exponential, grow, normal, stem, uniform
from lockgate.sim.model.formulas.attack import attack_success, whole
from lockgate.sim.model.formulas.safeguards import refusal_chance, theft_chance
from lockgate.sim.model.leaks import count_groups, found_leak, group_of
from lockgate.sim.model.loot import bring_home, state_of, take_loot
from lockgate.sim.model.monitoring import is_user, watch_misuse
from lockgate.sim.model.systems import row_of
from lockgate.sim.model.vocabulary import ActorKind, Channel, EventKind, Services
from lockgate.sim.model.world import ATTRIBUTION_WINDOW_DAYS, note
from lockgate.sim.rules.row import FIXED, NEVER, NOBODY, NOTHING, PLANNED, Code, Count, Day, Days, Flag, Index, Months, Ratio, Time
from lockgate.sim.rules.rule import rule

FIRST_GAP = 1 << 40  # a count that no operation reaches
NO_OFFER = -1  # where an operation finds no system among the offers of the day
OWN_WEIGHTS = -2  # where it uses those that the actor has stolen


@rule
def rows(horizon, params, phases):
    """As many as the world says."""
    return params.bad_actors


@rule
def begin(world):
    """Spies first, then insiders, then crews."""
    params, constants = world.params, world.constants
    constants.spies = int(math.floor(params.spy_share * params.bad_actors + 0.5))
    constants.insiders = min(params.bad_actors - constants.spies, int(math.floor(params.insider_share * params.bad_actors + 0.5)))
    constants.leak_groups = count_groups(params.leak_group)
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
            actor.state = state_of(chances, world)
        elif row < constants.spies + constants.insiders:
            mean = params.insider_skill
            actor.kind, actor.gap_days = int(ActorKind.INSIDER), params.insider_gap_days
            actor.home = int(draw(chances, Purpose.HOME) * len(world.partners))
        else:
            actor.group = group_of(chances, constants.leak_groups)
        spread = params.skill_spread * (2.0 * draw(chances, Purpose.SKILL) - 1.0)
        actor.skill = min(1.0, max(0.0, mean * (1.0 + spread)))
        # The first gap is exponential like all others, so attempts run at a constant rate from day 0.
        actor.next_at = actor.gap_days * exponential(uniform(world.seed, Purpose.GAP, row, FIRST_GAP))
        if actor.kind == ActorKind.SPY and params.theft_on:
            actor.theft_at = params.theft_gap_days * exponential(uniform(world.seed, Purpose.THEFT_GAP, row, FIRST_GAP))
        if actor.kind == ActorKind.INSIDER and not params.insiders_on:
            actor.next_at = float(NEVER)


@rule
def plan_theft(actor, world, line):
    """What all draws of a spy's next attempt share; the attempt after it is set."""
    line.chances = grow(actor.stem, actor.thefts_tried)
    actor.thefts_tried += 1
    actor.theft_at += world.params.theft_gap_days * exponential(draw(line.chances, Purpose.THEFT_GAP))


@rule
def try_theft(actor, world, line, day):
    """A spy aims at one lab; what its security does not stop is the best system it has trained."""
    take_loot(actor, world)
    lab = world.labs[int(draw(line.chances, Purpose.THEFT_TARGET) * len(world.labs))]
    chance = theft_chance(world.params.theft_chance_sl3, lab.security_level)
    if lab.trained > actor.stolen_capability and draw(line.chances, Purpose.THEFT_LUCK) < chance:
        actor.stolen_capability = lab.trained
        actor.stolen_system = row_of(lab, world, lab.systems - 1)
        world.score.thefts += 1
        note(world, day, EventKind.THEFT, actor.index, lab.index, actor.stolen_system, lab.trained)
        bring_home(actor, world, day)


@rule
def plan_operation(actor, world, line):
    """An actor's next operation, and when the one after it comes. An insider attacks its own organisation."""
    line.chances = grow(actor.stem, actor.operations)
    line.target = actor.home if actor.kind == ActorKind.INSIDER else NOBODY
    actor.operations += 1
    actor.next_at += actor.gap_days * exponential(draw(line.chances, Purpose.GAP))


@rule
def choose_target(world, line):
    """All others attack an organisation by its size alone. What an operation meets with is the same under every policy."""
    if line.target == NOBODY:
        line.target = target_of(world, draw(line.chances, Purpose.TARGET))
    line.luck = draw(line.chances, Purpose.LUCK)
    line.luck_open = draw(line.chances, Purpose.REFUSED_OPEN)


@rule
def operate(actor, world, operation, day):
    """One operation: the best channel within reach, one target, success or not."""
    target = world.partners[operation.target]
    take_loot(actor, world)
    place = reach_system(actor, world, operation, day)
    channel, system = channel_of(world, place), system_of(actor, world, place)
    if channel == Channel.LEAKED_ACCESS and world.constants.feedback:
        watch_misuse(actor, world, operation.chances, found_leak(actor, world), day)
    hazard = world.params.base_hazard * actor.skill
    without = attack_success(hazard, 1.0, target.attack_surface)
    success = attack_success(hazard, uplift_of(actor, world, place), target.attack_surface)
    alone = success
    if channel != Channel.OPEN_WEIGHTS:
        alone = attack_success(hazard, uplift_by_open_weights(actor, world, operation), target.attack_surface)
    discount = world.today.discount
    world.score.expected += whole(discount * success)
    enabled = whole(discount * (success - without))
    score_operation(world, actor, channel, enabled, whole(discount * (success - alone)))
    if system != NOBODY:
        world.systems[system].enabled += enabled
    if operation.luck < success:
        suffer(actor, world, target, channel, system, operation.chances, day)


@rule
def target_of(world, u):
    """Row of the organisation below which a share u of all size lies: the larger one is, the more attacks it draws."""
    row = world.size_guide[int(u * len(world.size_guide))]
    while row + 1 < len(world.partners) and world.size_below[row + 1] <= u:
        row += 1
    return row


@rule
def reach_system(actor, world, operation, day):
    """Place of the offer that this operation uses: the most capable one that does not refuse. A refusal may end in a ban."""
    refusals, tries = 0, 0
    for place in range(world.today.offers):
        offer = world.offers[place]
        if actor.stolen_capability >= offer.capability:
            return OWN_WEIGHTS
        service = offer.channel == Channel.PUBLIC_SERVICE
        if (service and tries >= world.params.tries_most) or not within_reach(actor, world, offer, day):
            continue
        if luck_with(world, operation, offer) >= refusal_chance(offer.safeguard, world.params.evasion, actor.skill):
            return place
        world.channels[offer.channel].refusals += 1
        if service:
            tries += 1
            if world.constants.feedback:
                risk_ban(actor, world, operation, offer.system, day)
        if not falls_back(world, operation, refusals):
            return NO_OFFER
        refusals += 1
    return OWN_WEIGHTS if actor.stolen_capability > NOTHING else NO_OFFER


@rule
def within_reach(actor, world, offer, day):
    """Public services are closed to the banned, restricted access to all but insiders who are users and the few whom a leak reaches."""
    if offer.channel == Channel.PUBLIC_SERVICE:
        return not is_banned(actor, world, offer.system, day)
    return offer.channel != Channel.LEAKED_ACCESS or is_user(actor, world) or found_leak(actor, world) != NOBODY


@rule
def luck_with(world, operation, offer):
    """The draw that an offer's refusal depends on: every service has luck of its own where actors see each lab's."""
    if offer.channel == Channel.OPEN_WEIGHTS:
        return operation.luck_open
    if offer.channel == Channel.LEAKED_ACCESS:
        return draw(operation.chances, Purpose.REFUSED_LEAKED)
    if world.params.services == Services.BEST:
        return draw(operation.chances, Purpose.REFUSED_PUBLIC)
    return draw(grow(operation.chances, world.systems[offer.system].owner), Purpose.REFUSED_SERVICE)


@rule
def falls_back(world, operation, refusals):
    """Whether an actor that is refused, after so many earlier refusals, turns to the next best offer. Each time has luck of its own."""
    chance = world.params.fallback_chance
    if chance >= 1.0:
        return True
    if refusals > 2:
        return draw(grow(operation.chances, refusals), Purpose.FALL_BACK_LATER) < chance
    return draw(operation.chances, fall_back_purpose(refusals)) < chance


@rule
def fall_back_purpose(refusals):
    """The purpose of the draw after the first three refusals."""
    if refusals == 0:
        return int(Purpose.FALL_BACK)
    return int(Purpose.FALL_BACK_AGAIN) if refusals == 1 else int(Purpose.FALL_BACK_LAST)


@rule
def uplift_by_open_weights(actor, world, operation):
    """What the best published weights would do for this operation: nothing where they refuse it, or where there are none."""
    refused = operation.luck_open < refusal_chance(world.today.open_safeguard, world.params.evasion, actor.skill)
    return 1.0 if refused else world.uplifts[int(Channel.OPEN_WEIGHTS)]


@rule
def channel_of(world, place):
    """The channel that leads to what an operation uses."""
    if place >= 0:
        return world.offers[place].channel
    return int(Channel.STOLEN_WEIGHTS) if place == OWN_WEIGHTS else int(Channel.NO_MODEL)


@rule
def system_of(actor, world, place):
    """Row of the system that an operation uses."""
    if place >= 0:
        return world.offers[place].system
    return actor.stolen_system if place == OWN_WEIGHTS else NOBODY


@rule
def uplift_of(actor, world, place):
    """Uplift of that system."""
    if place >= 0:
        return world.offers[place].uplift
    if place == NO_OFFER:
        return 1.0
    return uplift_with(world.params, actor.stolen_capability)


@rule
def score_operation(world, actor, channel, enabled, marginal):
    """Count an operation: by channel, by kind, and in the list that pairs it with the same one under another policy."""
    number = world.score.operations
    world.score.operations += 1
    world.score.marginal += marginal
    used, kind = world.channels[channel], world.kinds[actor.kind]
    used.operations += 1
    used.enabled += enabled
    kind.operations += 1
    kind.enabled += enabled
    if number < len(world.operations):
        world.operations[number] = channel


@rule
def suffer(actor, world, target, channel, system, chances, day):
    """A success is an incident: it costs, it may be attributed to the system used, and it is logged."""
    params = world.params
    z = normal(draw(chances, Purpose.LOSS), draw(chances, Purpose.LOSS_ANGLE))
    loss = math.floor(min(math.exp(params.severity_mu + params.severity_sigma * z), params.severity_cap))
    actor.incidents += 1
    target.incidents += 1
    world.channels[channel].incidents += 1
    world.channels[channel].loss += int(loss)
    world.kinds[actor.kind].incidents += 1
    world.kinds[actor.kind].loss += int(loss)
    world.score.largest_loss = max(world.score.largest_loss, loss)
    note(world, day, EventKind.INCIDENT, actor.index, target.index, system, loss)
    hosted = channel == Channel.PUBLIC_SERVICE or channel == Channel.LEAKED_ACCESS
    if hosted and draw(chances, Purpose.ATTRIBUTED) < params.attribution_chance:
        world.score.attributed += 1
        world.systems[system].attributed_recently += 1
        world.attributed[system * ATTRIBUTION_WINDOW_DAYS + day % ATTRIBUTION_WINDOW_DAYS] += 1



def operations_per_day(worlds: Any) -> Any:
    """Expected number of operations on a day, for each world of a table."""
    spies, insiders = worlds["spy_share"], worlds["insider_share"]
    crews = np.maximum(0.0, 1.0 - spies - insiders)
    rate = spies / worlds["spy_gap_days"] + insiders / worlds["insider_gap_days"] + crews / worlds["crew_gap_days"]
    return worlds["bad_actors"] * rate


def thefts_per_day(worlds: Any) -> Any:
    """Expected number of attempts at weights on a day, for each world of a table."""
    return worlds["spy_share"] * worlds["bad_actors"] / worlds["theft_gap_days"]


class BadActor(Agent):
    """A spy, a crew, or a rogue insider.

    The n-th operation of an actor has the same day, target, luck and severity under every policy; a policy changes only the
    channel that it can use and whether that is enough.
    """

    index: Annotated[Index, "its row", FIXED] = 0
    kind: Annotated[Code, "ActorKind", FIXED] = int(ActorKind.CREW)
    home: Annotated[Index, "the organisation of an insider", FIXED] = NOBODY
    group: Annotated[Index, "of crews that a leak reaches together; none for other actors, and where crews form none", FIXED] = NOBODY
    state: Annotated[Index, "that a spy works for; none for other actors, and where spies share nothing", FIXED] = NOBODY
    skill: Annotated[Ratio, "0 to 1", FIXED] = 0.0
    banned_until: Annotated[Day, "until which no public service takes it, or, where bans differ from lab to lab, one of them"] = 0
    stolen_capability: Annotated[Months, "of that system"] = NOTHING
    stolen_system: Annotated[Index, "the best system of which it has stolen weights, its own or its state's"] = NOBODY
    seen: Annotated[Flag, "monitoring saw it misuse its organisation's restricted access, and ended that"] = False
    incidents: Annotated[Count, "it caused"] = 0
    stem: Annotated[Code, "what all its draws share", FIXED] = 0
    gap_days: Annotated[Days, "mean time between operations", FIXED] = 15.0
    operations: Annotated[Count, "planned so far", PLANNED] = 0
    next_at: Annotated[Time, "of the next operation", PLANNED] = float(NEVER)
    thefts_tried: Annotated[Count, "attempts planned so far", PLANNED] = 0
    theft_at: Annotated[Time, "of a spy's next attempt at weights", PLANNED] = float(NEVER)

    rows = staticmethod(rows)
    begin = staticmethod(begin)
    alarms: ClassVar = {
        "theft_at": Alarm(plan_theft, try_theft, thefts_per_day),
        "next_at": Alarm(plan_operation, operate, operations_per_day, choose_target),
    }
