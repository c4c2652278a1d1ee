"""A leak reaches one group of crews, its organisation's own insiders, and others by luck; and it has a safeguard of its own."""

from collections import Counter
from typing import Any

import numpy as np
import pytest

from lockgate.scenarios import load_policy
from lockgate.sim.engine.run import simulate
from lockgate.sim.model.access import settle_access
from lockgate.sim.model.leaks import count_groups, found_leak
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.vocabulary import ActorKind, Channel, Stage
from lockgate.sim.rules.row import NOBODY
from tests.mutation.worlds import put, world_of


def leaking(number: int = 1, partner: int = 1, **params: Any) -> Any:
    """A world in which the n-th leak of an organisation is open."""
    world = world_of(**{"bad_actors": 400, "leak_group": 0.25, "leak_reach": 0.0, **params})
    put(world.partners[partner], leaks=number)
    world.leaking[0] = partner
    world.today.leaks = 1
    return world


def reached(world: Any, kind: ActorKind) -> list[int]:
    """Rows of actors of a kind that a leak reaches."""
    return [actor.index for actor in world.bad_actors if actor.kind == kind and found_leak(actor, world) != NOBODY]


def test_groups_are_of_equal_chances() -> None:
    assert [count_groups(share) for share in (0.0, 1.0, 0.5, 0.3, 0.01, 5e-324)] == [0, 1, 2, 3, 100, 1 << 30]
    sizes = Counter(actor.group for actor in world_of(bad_actors=4000, leak_group=0.1, spy_share=0.0, insider_share=0.0).bad_actors)
    assert set(sizes) == set(range(10))
    # Binomial, 4000 crews in ten groups: 5 standard deviations; false alarm once in 170,000.
    assert all(abs(size - 400) < 5 * np.sqrt(4000 * 0.09) for size in sizes.values())


def test_a_leak_reaches_all_of_one_group_and_nobody_of_another() -> None:
    world = leaking()
    crews = reached(world, ActorKind.CREW)
    groups = {world.bad_actors[row].group for row in crews}
    assert len(groups) == 1
    assert crews == [actor.index for actor in world.bad_actors if actor.group in groups]
    assert len(crews) > 40


def test_the_group_differs_from_leak_to_leak_and_from_partner_to_partner() -> None:
    found: dict[tuple[int, int], frozenset[int]] = {}
    for partner in range(4):
        for number in range(1, 9):
            found[partner, number] = frozenset(reached(leaking(number, partner), ActorKind.CREW))
    assert len(set(found.values())) == 4, "of four groups each has a leak"
    assert len({found[partner, 1] for partner in range(4)}) > 1
    assert found[2, 3] == frozenset(reached(leaking(3, 2), ActorKind.CREW)), "and is the same again"


def test_own_insiders_always_others_by_luck() -> None:
    for reach in (0.0, 0.3, 1.0):
        world = leaking(leak_reach=reach, insider_share=0.4, spy_share=0.4)
        own = [actor.index for actor in world.bad_actors if actor.home == 1]
        insiders, spies = reached(world, ActorKind.INSIDER), reached(world, ActorKind.SPY)
        assert set(own) <= set(insiders)
        others = [row for row in insiders if row not in own] + spies
        of_others = sum(actor.kind != ActorKind.CREW for actor in world.bad_actors) - len(own)
        assert abs(len(others) - reach * of_others) <= 5 * np.sqrt(reach * (1 - reach) * of_others), "once in 1.7 million"


def test_without_groups_every_actor_hears_by_luck() -> None:
    world = leaking(leak_group=0.0, leak_reach=1.0)
    assert {actor.group for actor in world.bad_actors} == {-1}
    assert all(found_leak(actor, world) != NOBODY for actor in world.bad_actors)


def test_leaked_access_refuses_by_its_own_safeguard() -> None:
    for share, safeguard in ((1.0, 0.8), (0.25, 0.2), (0.0, 0.0)):
        world = world_of(leaked_safeguard=share)
        put(world.systems[0], stage=int(Stage.PARTNERS), capability=2.0, safeguard=0.8)
        settle_access(world, 0)
        offer = next(offer for offer in world.offers[: world.today.offers] if offer.channel == Channel.LEAKED_ACCESS)
        assert offer.safeguard == world.today.restricted_safeguard == safeguard
        assert world.systems[0].safeguard == 0.8, "partners' own access is as before"


PROGRAMME = {"leaks_on": True, "leak_hazard": 0.02, "organisations": 60, "bad_actors": 400, "services": 0}


def outcomes(**params: Any) -> Any:
    worlds = parameter_table(60, **{**PROGRAMME, **params})
    return simulate(worlds, [load_policy("partner-programme")], range(60), 200).outcomes[:, 0]


def test_leaked_operations_follow_the_share_of_crews_reached() -> None:
    """A quarter of the crews at a leak against a tenth: the operations through leaks go with it. Ratio of means of 60 runs, 10 %."""
    quarter = outcomes(leak_group=0.25, leak_reach=0.0, insiders_on=False, leaked_safeguard=0.0, leak_days=2, leak_hazard=0.001)
    tenth = outcomes(leak_group=0.1, leak_reach=0.0, insiders_on=False, leaked_safeguard=0.0, leak_days=2, leak_hazard=0.001)
    assert quarter["operations_leaked_access"].sum() / tenth["operations_leaked_access"].sum() == pytest.approx(2.5, rel=0.2)


def test_a_weaker_safeguard_of_leaked_access_makes_leaks_worse() -> None:
    strong, weak = outcomes(leak_group=0.1, leaked_safeguard=1.0), outcomes(leak_group=0.1, leaked_safeguard=0.0)
    assert (weak["harm_leaked_access"] > strong["harm_leaked_access"]).sum() > 50, "of 60; by luck alone once in 10 ** 8"


@pytest.mark.parametrize("hazard", [1.15e-4, 1e-3])
def test_leaks_come_at_their_hazard_by_day_of_access(hazard: float) -> None:
    """Leaks over organisation-days of early access estimate the hazard; 4 Poisson standard errors: false alarm once in 15,000."""
    found = outcomes(leak_hazard=hazard, care_spread=0.0, bad_actors=0, organisations=200)
    leaks, days = int(found["leaks"].sum()), int(found["access_days"].sum())
    assert days > 1_000_000
    assert abs(leaks - hazard * days) < 4 * np.sqrt(hazard * days)
