"""Who comes first when places are few: organisations by criticality."""

from sim.chance import Purpose, uniform
from sim.rule import rule


@rule
def rank_organisations(world):
    """Rank organisations by criticality: the most critical maintain the common pool; places go to those who want one.

    Larger organisations tend to be more critical.
    """
    for row in range(len(world.partners)):
        partner = world.partners[row]
        partner.criticality = partner.size * uniform(world.seed, Purpose.CRITICALITY, row, 0)
        world.by_rank[row] = row
    sort_by_criticality(world)
    places = 0
    for place in range(len(world.by_rank)):
        partner = world.partners[world.by_rank[place]]
        partner.maintainer = place < world.constants.maintainers
        partner.rank = len(world.by_rank) + place
        if partner.interested:
            partner.rank = places
            places += 1


@rule
def sort_by_criticality(world):
    """Put the rows of organisations in order, the most critical first (Shell's sort: little to compile, quick up to millions)."""
    order, partners = world.by_rank, world.partners
    gap = len(order)
    while gap > 1:
        gap = max(1, int(gap / 2.25))
        for place in range(gap, len(order)):
            row = order[place]
            value = partners[row].criticality
            hole = place
            while hole >= gap and partners[order[hole - gap]].criticality < value:
                order[hole] = order[hole - gap]
                hole -= gap
            order[hole] = row
