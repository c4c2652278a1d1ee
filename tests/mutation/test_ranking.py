"""Who comes first when places are few."""

from sim.chance import Purpose, uniform
from sim.start.ranking import rank_organisations, sort_by_criticality
from tests.mutation.worlds import put, world_of


def test_the_most_critical_come_first() -> None:
    world = world_of(organisations=23, pool_share=0.2, seed=4)
    for row, partner in enumerate(world.partners):
        put(partner, interested=row % 3 != 0, rank=-1, maintainer=False)
    rank_organisations(world)
    criticality = [partner.size * uniform(4, Purpose.CRITICALITY, row, 0) for row, partner in enumerate(world.partners)]
    assert [partner.criticality for partner in world.partners] == criticality
    order = sorted(range(23), key=lambda row: -criticality[row])
    assert world.by_rank == order
    assert world.constants.maintainers == 5
    assert [row for row in order if world.partners[row].maintainer] == order[:5]
    wanting = [row for row in order if row % 3 != 0]
    assert [world.partners[row].rank for row in wanting] == list(range(len(wanting)))
    assert [world.partners[row].rank for row in order if row % 3 == 0] == [23 + place for place, row in enumerate(order) if row % 3 == 0]


def test_any_order_is_sorted() -> None:
    for organisations in (1, 2, 3, 4, 5, 9, 40):
        world = world_of(organisations=organisations)
        for step in (1, 7, 11):
            for row, partner in enumerate(world.partners):
                partner.criticality = float(row * step % organisations if organisations > 1 else 0)
            world.by_rank[:] = list(range(organisations))
            sort_by_criticality(world)
            found = [world.partners[row].criticality for row in world.by_rank]
            assert found == sorted(found, reverse=True)
            assert sorted(world.by_rank) == list(range(organisations))
