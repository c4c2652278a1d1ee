"""Leaks: whom a partner's access reaches until somebody notices."""

import math

from lockgate.sim.model.chance import Purpose, draw, grow
from lockgate.sim.rules.row import NOBODY
from lockgate.sim.rules.rule import rule

MOST_GROUPS = 1 << 30  # far more than there are crews


@rule
def count_groups(share):
    """Into how many groups of equal chances crews fall where one has this share of them: 0 where they form none."""
    return int(math.floor(min(1.0 / share, float(MOST_GROUPS)) + 0.5)) if share > 0.0 else 0


@rule
def group_of(chances, groups):
    """The group of a crew, from its draws."""
    return int(draw(chances, Purpose.GROUP) * groups) if groups > 0 else NOBODY


@rule
def found_leak(actor, world):
    """Row of an organisation whose leak this actor finds today: an insider that of its own, a crew what its group passes on.

    Others, and crews that form no groups, find it by luck: spies look for it, and no source says that one had it.
    """
    for place in range(world.today.leaks):
        row = world.leaking[place]
        partner = world.partners[row]
        if actor.home == row or hears_of_leak(actor, world, partner.stem, row, partner.leaks):
            return row
    return NOBODY


@rule
def hears_of_leak(actor, world, partner_stem, row, number):
    """Whether the n-th leak of an organisation reaches this actor from outside."""
    if actor.group != NOBODY:
        return actor.group == int(draw(grow(partner_stem, number), Purpose.LEAK_GROUP) * world.constants.leak_groups)
    return draw(grow(actor.stem, row + len(world.partners) * number), Purpose.LEAK_REACH) < world.params.leak_reach
