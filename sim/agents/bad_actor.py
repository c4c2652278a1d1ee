"""Bad actors: spies, crews and rogue insiders, who look for the most capable system they can reach."""

import math
from typing import Annotated

from sim.agent import Agent
from sim.chance import Purpose, draw, exponential, grow, normal
from sim.formulas.attack import attack_success, uplift, whole
from sim.formulas.safeguards import refusal_chance, theft_chance
from sim.log import note
from sim.row import NEVER, NOBODY, NOTHING, Code, Count, Day, Days, Index, Months, Ratio, Time
from sim.rule import rule
from sim.systems import row_of
from sim.vocabulary import ActorKind, Channel, EventKind
from sim.world import ATTRIBUTION_WINDOW_DAYS


class BadActor(Agent):
    """A spy, a crew, or a rogue insider.

    The n-th operation of an actor has the same day, target, luck and severity under every policy; a policy changes only the
    channel that it can use and whether that is enough.
    """

    index: Annotated[Index, "its row"] = 0
    kind: Annotated[Code, "ActorKind"] = int(ActorKind.CREW)
    home: Annotated[Index, "the organisation of an insider"] = NOBODY
    skill: Annotated[Ratio, "0 to 1"] = 0.0
    banned_until: Annotated[Day, "until which no public service takes it"] = 0
    stolen_capability: Annotated[Months, "of that system"] = NOTHING
    stolen_system: Annotated[Index, "the best system it took"] = NOBODY
    incidents: Annotated[Count, "it caused"] = 0
    stem: Annotated[Code, "what all its draws share"] = 0
    gap_days: Annotated[Days, "mean time between operations"] = 15.0
    operations: Annotated[Count, "so far"] = 0
    next_at: Annotated[Time, "of the next operation"] = float(NEVER)
    thefts_tried: Annotated[Count, "attempts so far"] = 0
    theft_at: Annotated[Time, "of a spy's next attempt at weights"] = float(NEVER)

    @rule
    def step(self, world, day):
        """Try what is due today: thefts of weights, then operations. The compiled driver comes to the same by its agenda."""
        while self.theft_at < day + 1:
            try_theft(self, world, plan_theft(self, world), day)
        while self.next_at < day + 1:
            operation = world.agenda[0]
            plan_operation(self, world, operation)
            if operation.target == NOBODY:
                choose_target(world, operation)
            draw_luck(operation)
            operate(self, world, operation, day)


@rule
def plan_theft(actor, world):
    """What all draws of a spy's next attempt share; the attempt after it is set."""
    chances = grow(actor.stem, actor.thefts_tried)
    actor.thefts_tried += 1
    actor.theft_at += world.params.theft_gap_days * exponential(draw(chances, Purpose.THEFT_GAP))
    return chances


@rule
def try_theft(actor, world, chances, day):
    """A spy aims at one lab; what its security does not stop is the best system it has trained."""
    lab = world.labs[int(draw(chances, Purpose.THEFT_TARGET) * len(world.labs))]
    chance = theft_chance(world.params.theft_chance_sl3, lab.security_level)
    if lab.trained > actor.stolen_capability and draw(chances, Purpose.THEFT_LUCK) < chance:
        actor.stolen_capability = lab.trained
        actor.stolen_system = row_of(lab, world, lab.systems - 1)
        world.score.thefts += 1
        note(world, day, EventKind.THEFT, actor.index, lab.index, actor.stolen_system, lab.trained)


@rule
def plan_operation(actor, world, operation):
    """An actor's next operation, and when the one after it comes; only an insider has its target by that. No policy has a say in it."""
    operation.chances = grow(actor.stem, actor.operations)
    operation.actor = actor.index
    operation.target = actor.home if actor.kind == ActorKind.INSIDER else NOBODY
    actor.operations += 1
    actor.next_at += actor.gap_days * exponential(draw(operation.chances, Purpose.GAP))


@rule
def choose_target(world, operation):
    """An organisation by its size alone: who attacks it does not matter."""
    operation.target = target_of(world, draw(operation.chances, Purpose.TARGET))


@rule
def draw_luck(operation):
    """What an operation meets with, under every policy the same."""
    operation.luck = draw(operation.chances, Purpose.LUCK)
    operation.luck_open = draw(operation.chances, Purpose.REFUSED_OPEN)
    operation.luck_public = draw(operation.chances, Purpose.REFUSED_PUBLIC)
    operation.luck_leaked = draw(operation.chances, Purpose.REFUSED_LEAKED)
    operation.luck_banned = draw(operation.chances, Purpose.BANNED)


@rule
def operate(actor, world, operation, day):
    """One operation: the best channel within reach, one target, success or not."""
    target = world.partners[operation.target]
    channel = reach_system(actor, world, operation, day)
    hazard = world.params.base_hazard * actor.skill
    without = attack_success(hazard, 1.0, target.attack_surface)
    success = attack_success(hazard, uplift_of(actor, world, channel), target.attack_surface)
    alone = success
    if channel != Channel.OPEN_WEIGHTS:
        alone = attack_success(hazard, uplift_by_open_weights(actor, world, operation), target.attack_surface)
    discount = world.today.discount
    score_operation(world, actor, channel, whole(discount * (success - without)), whole(discount * (success - alone)))
    if operation.luck < success:
        suffer(actor, world, target, channel, operation.chances, day)


@rule
def target_of(world, u):
    """Row of the organisation below which a share u of all size lies: the larger one is, the more attacks it draws."""
    row = world.size_guide[int(u * len(world.size_guide))]
    while row + 1 < len(world.partners) and world.size_below[row + 1] <= u:
        row += 1
    return row


@rule
def reach_system(actor, world, operation, day):
    """The channel of this operation: the most capable one that does not refuse. A refusal may end in a ban; then the next best."""
    params = world.params
    refusals = 0
    for place in range(world.today.offers):
        offer = world.offers[place]
        if actor.stolen_capability >= offer.capability:
            return int(Channel.STOLEN_WEIGHTS)
        if not within_reach(actor, world, offer.channel, day):
            continue
        if luck_with(operation, offer.channel) >= refusal_chance(offer.safeguard, params.evasion, actor.skill):
            return offer.channel
        world.channels[offer.channel].refusals += 1
        if offer.channel == Channel.PUBLIC_SERVICE and world.constants.feedback and operation.luck_banned < params.ban_chance:
            ban(actor, world, day)
        if params.fallback_chance < 1.0 and draw(operation.chances, fall_back_purpose(refusals)) >= params.fallback_chance:
            return int(Channel.NO_MODEL)
        refusals += 1
    return int(Channel.STOLEN_WEIGHTS) if actor.stolen_capability > NOTHING else int(Channel.NO_MODEL)


@rule
def within_reach(actor, world, channel, day):
    """Public services are closed to the banned, leaked access to all but a few."""
    if channel == Channel.PUBLIC_SERVICE:
        return day >= actor.banned_until
    return channel != Channel.LEAKED_ACCESS or finds_leak(actor, world)


@rule
def luck_with(operation, channel):
    """The draw that a channel's refusal depends on."""
    if channel == Channel.PUBLIC_SERVICE:
        return operation.luck_public
    return operation.luck_open if channel == Channel.OPEN_WEIGHTS else operation.luck_leaked


@rule
def fall_back_purpose(refusals):
    """The purpose of the draw after so many earlier refusals: each has luck of its own."""
    if refusals == 0:
        return int(Purpose.FALL_BACK)
    return int(Purpose.FALL_BACK_AGAIN) if refusals == 1 else int(Purpose.FALL_BACK_LAST)


@rule
def ban(actor, world, day):
    """No public service takes it for a while: providers share what they know of a banned account's owner."""
    actor.banned_until = day + 1 + world.params.ban_days
    world.score.bans += 1
    note(world, day, EventKind.BAN, actor.index, -1, world.today.public_system, float(world.params.ban_days))


@rule
def finds_leak(actor, world):
    """Whether this actor finds access that leaks today: its own organisation's always, another's by luck."""
    for place in range(world.today.leaks):
        partner = world.leaking[place]
        leak = partner + len(world.partners) * world.partners[partner].leaks
        if actor.home == partner or draw(grow(actor.stem, leak), Purpose.LEAK_REACH) < world.params.leak_reach:
            return True
    return False


@rule
def uplift_by_open_weights(actor, world, operation):
    """What the best published weights would do for this operation: nothing where they refuse it, or where there are none."""
    refused = operation.luck_open < refusal_chance(world.today.open_safeguard, world.params.evasion, actor.skill)
    return 1.0 if refused else world.uplifts[int(Channel.OPEN_WEIGHTS)]


@rule
def uplift_of(actor, world, channel):
    """Uplift of the system behind a channel."""
    if channel == Channel.STOLEN_WEIGHTS:
        params = world.params
        return uplift(actor.stolen_capability, params.uplift, params.uplift_doubling_months, params.uplift_cap)
    return world.uplifts[channel]


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
def suffer(actor, world, target, channel, chances, day):
    """A success is an incident: it costs, it may be attributed to the system used, and it is logged."""
    params = world.params
    z = normal(draw(chances, Purpose.LOSS), draw(chances, Purpose.LOSS_ANGLE))
    loss = math.floor(min(math.exp(params.severity_mu + params.severity_sigma * z), params.severity_cap))
    actor.incidents += 1
    target.incidents += 1
    system = system_of(actor, world, channel)
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


@rule
def system_of(actor, world, channel):
    """Row of the system behind a channel."""
    today = world.today
    if channel == Channel.OPEN_WEIGHTS:
        return today.open_system
    if channel == Channel.PUBLIC_SERVICE:
        return today.public_system
    if channel == Channel.LEAKED_ACCESS:
        return today.restricted_system
    if channel == Channel.STOLEN_WEIGHTS:
        return actor.stolen_system
    return NOBODY
