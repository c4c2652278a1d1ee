"""Bans: a public service that refused an actor may not take it again for a while, and may tell the others."""

from lockgate.sim.model.chance import Purpose, draw, grow
from lockgate.sim.model.vocabulary import EventKind, Services
from lockgate.sim.model.world import note
from lockgate.sim.rules.rule import rule


@rule
def is_banned(actor, world, system, day):
    """Whether the public service of a system does not take this actor today."""
    if day >= actor.banned_until:
        return False
    return world.params.services == Services.BEST or day < world.bans[ban_entry(actor, world, world.systems[system].owner)]


@rule
def ban_entry(actor, world, lab):
    """Where the ban of an actor from a lab's services stands."""
    return actor.index * len(world.labs) + lab


@rule
def risk_ban(actor, world, operation, system, day):
    """A refusal by a public service may end in a ban from it; where there are several, the other labs may hear of it."""
    params = world.params
    if params.services == Services.BEST:
        if draw(operation.chances, Purpose.BANNED) < params.ban_chance:
            ban_everywhere(actor, world, system, day)
        return
    lab = world.systems[system].owner
    chances = grow(operation.chances, lab)
    if draw(chances, Purpose.LAB_BANNED) >= params.ban_chance:
        return
    if draw(chances, Purpose.BAN_SHARED) < params.ban_shared:
        for each in range(len(world.labs)):
            world.bans[ban_entry(actor, world, each)] = day + 1 + params.ban_days
        ban_everywhere(actor, world, system, day)
    else:
        world.bans[ban_entry(actor, world, lab)] = day + 1 + params.ban_days
        write_ban(actor, world, EventKind.LAB_BAN, lab, system, day)


@rule
def ban_everywhere(actor, world, system, day):
    """No public service takes it for a while: providers share what they know of a banned account's owner."""
    write_ban(actor, world, EventKind.BAN, -1, system, day)


@rule
def write_ban(actor, world, kind, lab, system, day):
    """Count and log a ban that begins today."""
    actor.banned_until = day + 1 + world.params.ban_days
    world.score.bans += 1
    note(world, day, kind, actor.index, lab, system, float(world.params.ban_days))
