"""Safeguard culture: how careful a lab is for good, whatever race it is in."""

import math

from lockgate.sim.model.chance import Purpose, draw, key, normal
from lockgate.sim.model.formulas.attack import normal_share_below
from lockgate.sim.model.vocabulary import RaceRule
from lockgate.sim.rules.rule import rule


@rule
def set_cultures(world):
    """A lasting culture for each lab, tied to the rank of its capability at the start by a Gaussian copula.

    Normal scores, one a lab, are dealt out so that the most capable lab has the highest; a lab's culture follows its score as far as
    `culture_rank` says, and luck of its own beyond that. With neither, cultures lie evenly around their mean.
    """
    params = world.params
    if params.race_rule == RaceRule.WINNER:
        return
    deal_scores(world)
    width = params.culture_spread * min(params.culture_mean, 1.0 - params.culture_mean)
    alone = math.sqrt(max(0.0, 1.0 - params.culture_rank * params.culture_rank))
    for row in range(len(world.labs)):
        lab = world.labs[row]
        chances = key(world.seed, row, 0)
        own = normal(draw(chances, Purpose.CULTURE), draw(chances, Purpose.CULTURE_ANGLE))
        place = normal_share_below(params.culture_rank * lab.rank_score + alone * own)
        lab.culture = params.culture_mean + width * (2.0 * place - 1.0)


@rule
def deal_scores(world):
    """Draw a normal score for each lab, and give each the one that has the rank of its capability."""
    for row in range(len(world.labs)):
        chances = key(world.seed, row, 0)
        world.labs[row].culture = normal(draw(chances, Purpose.CULTURE_RANK), draw(chances, Purpose.CULTURE_RANK_ANGLE))
    for row in range(len(world.labs)):
        for other in range(len(world.labs)):
            if labs_above(world, other) == labs_ahead(world, row):
                world.labs[row].rank_score = world.labs[other].culture


@rule
def labs_ahead(world, row):
    """Labs that are more capable; of two alike the earlier counts as such."""
    ahead = 0
    for other in range(len(world.labs)):
        gap = world.labs[other].capability - world.labs[row].capability
        ahead += 1 if gap > 0.0 or (gap == 0.0 and other < row) else 0
    return ahead


@rule
def labs_above(world, row):
    """Labs with a higher score, while scores stand in their place of culture; of two alike the earlier counts as such."""
    above = 0
    for other in range(len(world.labs)):
        gap = world.labs[other].culture - world.labs[row].culture
        above += 1 if gap > 0.0 or (gap == 0.0 and other < row) else 0
    return above
