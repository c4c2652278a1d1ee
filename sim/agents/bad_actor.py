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

    next_at: Annotated[Time, "of the next operation"] = float(NEVER)
    theft_at: Annotated[Time, "of a spy's next attempt at weights"] = float(NEVER)
    index: Annotated[Index, "its row"] = 0
    stem: Annotated[Code, "what all its draws share"] = 0
    kind: Annotated[Code, "ActorKind"] = int(ActorKind.CREW)
    home: Annotated[Index, "the organisation of an insider"] = NOBODY
    skill: Annotated[Ratio, "0 to 1"] = 0.0
    gap_days: Annotated[Days, "mean time between operations"] = 15.0
    operations: Annotated[Count, "so far"] = 0
    banned_until: Annotated[Day, "until which no public service takes it"] = 0
    thefts_tried: Annotated[Count, "attempts so far"] = 0
    stolen_system: Annotated[Index, "the best system it took"] = NOBODY
    stolen_capability: Annotated[Months, "of that system"] = NOTHING
    incidents: Annotated[Count, "it caused"] = 0

    @rule
    def step(self, world, day):
        """Try what is due today: thefts of weights, then operations; then sleep."""
        while self.theft_at < day + 1:
            try_theft(self, world, day)
        while self.next_at < day + 1:
            operate(self, world, day)
        world.wakes_at[self.index] = min(self.next_at, self.theft_at)


@rule
def try_theft(actor, world, day):
    """A spy aims at one lab; what its security does not stop is the best system it has trained."""
    chances = grow(actor.stem, actor.thefts_tried)
    actor.thefts_tried += 1
    actor.theft_at += world.params.theft_gap_days * exponential(draw(chances, Purpose.THEFT_GAP))
    lab = world.labs[int(draw(chances, Purpose.THEFT_TARGET) * len(world.labs))]
    chance = theft_chance(world.params.theft_chance_sl3, lab.security_level)
    if lab.trained > actor.stolen_capability and draw(chances, Purpose.THEFT_LUCK) < chance:
        actor.stolen_capability = lab.trained
        actor.stolen_system = row_of(lab, world, lab.systems - 1)
        world.score.thefts += 1
        note(world, day, EventKind.THEFT, actor.index, lab.index, actor.stolen_system, lab.trained)


@rule
def operate(actor, world, day):
    """One operation: the best channel within reach, one target, success or not."""
    chances = grow(actor.stem, actor.operations)
    actor.operations += 1
    actor.next_at += actor.gap_days * exponential(draw(chances, Purpose.GAP))
    channel = reach_system(actor, world, chances, day)
    target = world.partners[actor.home] if actor.kind == ActorKind.INSIDER else target_of(world, draw(chances, Purpose.TARGET))
    common = world.params.common_share
    exposed = (1.0 - common) * target.exposed + common * world.pool.exposed
    hazard = world.params.base_hazard * actor.skill
    without = attack_success(hazard, 1.0, exposed)
    success = attack_success(hazard, uplift_of(actor, world, channel), exposed) if channel != Channel.NO_MODEL else without
    alone = without
    if channel == Channel.OPEN_WEIGHTS:
        alone = success
    elif not refused_by_open_weights(actor, world, chances):
        alone = attack_success(hazard, world.today.open_uplift, exposed)
    discount = world.today.discount
    score_operation(world, actor, channel, whole(discount * (success - without)), whole(discount * (success - alone)))
    if draw(chances, Purpose.LUCK) < success:
        suffer(actor, world, target, channel, chances, day)


@rule
def target_of(world, u):
    """The organisation below which a share u of all size lies: the larger one is, the more attacks it draws."""
    row = world.size_guide[int(u * len(world.size_guide))]
    while row + 1 < len(world.partners) and world.size_below[row + 1] <= u:
        row += 1
    return world.partners[row]


@rule
def reach_system(actor, world, chances, day):
    """The channel of this operation: the most capable one that does not refuse. A refusal may end in a ban; then the next best."""
    params = world.params
    leaked = leaked_capability(actor, world)
    public = world.today.public_capability if day >= actor.banned_until else NOTHING
    opened = world.today.open_capability
    stolen = actor.stolen_capability
    refusals = 0
    while True:
        # Of equally capable systems the one that refuses least comes first.
        best = max(max(opened, stolen), max(leaked, public))
        if best <= NOTHING:
            return int(Channel.NO_MODEL)
        if stolen == best:
            return int(Channel.STOLEN_WEIGHTS)
        if opened == best:
            channel, safeguard, purpose = int(Channel.OPEN_WEIGHTS), world.today.open_safeguard, int(Purpose.REFUSED_OPEN)
            opened = NOTHING
        elif leaked == best:
            channel, safeguard, purpose = int(Channel.LEAKED_ACCESS), world.today.restricted_safeguard, int(Purpose.REFUSED_LEAKED)
            leaked = NOTHING
        else:
            channel, safeguard, purpose = int(Channel.PUBLIC_SERVICE), world.today.public_safeguard, int(Purpose.REFUSED_PUBLIC)
            public = NOTHING
        if draw(chances, purpose) >= refusal_chance(safeguard, params.evasion, actor.skill):
            return channel
        world.channels[channel].refusals += 1
        if channel == Channel.PUBLIC_SERVICE and world.constants.feedback and draw(chances, Purpose.BANNED) < params.ban_chance:
            ban(actor, world, day)
        if params.fallback_chance < 1.0 and draw(chances, fall_back_purpose(refusals)) >= params.fallback_chance:
            return int(Channel.NO_MODEL)
        refusals += 1


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
def leaked_capability(actor, world):
    """Capability of the leaked access that this actor can reach: its own organisation's always, another's by luck."""
    today = world.today
    for place in range(today.leaks):
        partner = world.leaking[place]
        if actor.home == partner:
            return today.restricted_capability
        leak = partner + len(world.partners) * world.partners[partner].leaks
        if draw(grow(actor.stem, leak), Purpose.LEAK_REACH) < world.params.leak_reach:
            return today.restricted_capability
    return NOTHING


@rule
def refused_by_open_weights(actor, world, chances):
    """Whether the best published weights refuse this operation; they do where there are none."""
    if world.today.open_system < 0:
        return True
    return draw(chances, Purpose.REFUSED_OPEN) < refusal_chance(world.today.open_safeguard, world.params.evasion, actor.skill)


@rule
def uplift_of(actor, world, channel):
    """Uplift of the system behind a channel."""
    today = world.today
    if channel == Channel.OPEN_WEIGHTS:
        return today.open_uplift
    if channel == Channel.PUBLIC_SERVICE:
        return today.public_uplift
    if channel == Channel.LEAKED_ACCESS:
        return today.restricted_uplift
    params = world.params
    return uplift(actor.stolen_capability, params.uplift, params.uplift_doubling_months, params.uplift_cap)


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
