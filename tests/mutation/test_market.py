"""Customers: a logit of what is offered, moved towards with inertia."""

import math

from sim.market import attraction, clear_market
from sim.row import NOTHING
from tests.mutation.worlds import near, put, world_of


def test_attraction_is_the_task_horizon_to_a_power() -> None:
    world = world_of(horizon_doubling_months=3.0, choice_elasticity=2.0)
    assert near(attraction(world, math.log(5.0), 3.0), 20.0)
    assert near(attraction(world, math.log(5.0), -3.0), 1.25)
    assert attraction(world, 0.0, NOTHING) == 0.0
    assert attraction(world, 0.0, 0.5 * NOTHING) == 0.0
    assert attraction(world, 3e9, NOTHING) == attraction(world, 3e9, 0.6 * NOTHING) == 0.0, "whatever the brand"
    assert attraction(world, 3e8, 0.4 * NOTHING) > 0.0
    assert attraction(world, 600.0, 0.0) == math.exp(500.0)
    assert attraction(world, 499.0, 0.0) == math.exp(499.0)


def test_customers_move_towards_the_logit_with_inertia() -> None:
    world = world_of(labs=2, open_weight_labs=1, organisations=4, customer_inertia_days=10, horizon_doubling_months=1.0)
    put(world.labs[0], offer=1.0, best=3.0, brand=0.0, customers=0.5)
    put(world.labs[1], offer=2.0, best=2.0, brand=0.0, customers=0.1)
    put(world.open_weight_labs[0], offer=0.0, brand=math.log(3.0), customers=0.4)
    world.governments[0].approved = 1
    clear_market(world, 0)
    pulls = [2.0**1.5, 4.0, 3.0]  # a quarter of organisations count what partners are offered
    moved = 1.0 - math.exp(-0.1)
    owners = [*world.labs, world.open_weight_labs[0]]
    for owner, pull, before in zip(owners, pulls, (0.5, 0.1, 0.4), strict=True):
        assert near(owner.pull, pull)
        assert near(owner.customers, before + moved * (pull / sum(pulls) - before))
    assert near(sum(owner.customers for owner in owners), 1.0)


def test_where_nobody_offers_anything_nobody_moves() -> None:
    world = world_of()
    owners = [*world.labs, *world.open_weight_labs]
    for owner in owners:
        owner.offer = NOTHING
    for lab in world.labs:
        lab.best = NOTHING
    before = [owner.customers for owner in owners]
    clear_market(world, 0)
    assert [owner.customers for owner in owners] == before


def test_a_faint_pull_still_draws() -> None:
    world = world_of(labs=1, open_weight_labs=0)
    put(world.labs[0], offer=0.0, best=0.0, brand=-20.0, customers=0.5)
    clear_market(world, 0)
    assert world.labs[0].customers > 0.5
