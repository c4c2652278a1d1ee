"""What lies between the acts of agents, each by its part of the day: the morning, access, and the market."""

import itertools
import math
from typing import Any

from lockgate.sim.model.benefit import forgo_access
from lockgate.sim.model.day import DAY
from lockgate.sim.model.formulas.attack import uplift
from lockgate.sim.model.formulas.defence import search_hazard
from lockgate.sim.model.formulas.time import mean_kept, mean_passed_on
from lockgate.sim.model.parameters import without
from lockgate.sim.model.vocabulary import Approval, Channel, EventKind, Stage
from lockgate.sim.rules.row import NEVER, NOBODY, NOTHING
from tests.mutation.worlds import log_of, near, put, world_of

PUBLIC, PARTNERS, OPEN, HELD, TESTING, DARK = Stage.PUBLIC, Stage.PARTNERS, Stage.OPEN_WEIGHTS, Stage.HELD, Stage.TESTING, Stage.DARK
settle_access, clear_market, dawn = DAY["access"], DAY["market"], DAY["dawn"]


def surveyed(*systems: tuple[int, int, Stage, float], **params: float) -> Any:
    """A world of 2 labs and 2 open-weight labs (2 and 3) with systems (lab, number, stage, capability), once access is settled."""
    # One service on offer, and leaked access as well guarded as it: what is surveyed is the same, and the list shorter.
    world = world_of(labs=2, open_weight_labs=2, **without(["every service", "leak groups"]), **params)
    owners = [*world.labs, *world.open_weight_labs]
    for owner in owners:
        owner.systems = 0
    for owner, number, stage, capability in systems:
        put(world.systems[owner + 4 * number], stage=int(stage), capability=capability, safeguard=0.1 * (1 + owner + 4 * number))
        owners[owner].systems = max(owners[owner].systems, number + 1)
    world.today.leaks = 3
    settle_access(world, 0)
    return world


def test_the_best_system_of_each_channel() -> None:
    stock = [
        (0, 0, PUBLIC, 1.0), (0, 1, PARTNERS, 4.0), (0, 2, HELD, 5.0), (0, 3, TESTING, 9.0), (1, 0, PUBLIC, 2.0), (1, 1, OPEN, 0.5),
        (1, 2, PARTNERS, 3.0), (1, 3, DARK, 4.5), (2, 0, OPEN, -1.0), (2, 1, HELD, 8.0), (3, 0, OPEN, 0.7),
    ]  # fmt: skip
    world = surveyed(*stock, partner_exposure=0.2)
    today = world.today
    assert (today.public_system, today.public_capability) == (1, 2.0)
    assert (today.restricted_system, today.restricted_capability) == (4, 4.0)
    assert (today.open_system, today.open_capability) == (3, 0.7)
    assert (today.frontier_capability, today.exposure) == (5.0, 0.0), "held at the frontier: nothing to distil"
    assert [(lab.offer, lab.best, lab.ready) for lab in world.labs] == [(1.0, 4.0, 5.0), (2.0, 3.0, 4.5)]
    assert [lab.offer for lab in world.open_weight_labs] == [-1.0, 0.7]
    for row in (0, 1, 3, 4, 5, 9):
        world.systems[row].stage = int(DARK)
    settle_access(world, 0)
    assert (today.public_system, today.open_system, today.restricted_system) == (NOBODY, 2, NOBODY), "each survey begins anew"


def test_where_there_is_no_system_the_channel_refuses_and_adds_nothing() -> None:
    world = surveyed((0, 0, TESTING, 3.0))
    today = world.today
    for channel in ("public", "open", "restricted"):
        found = [getattr(today, f"{channel}_{what}") for what in ("system", "capability", "safeguard")]
        assert found == [NOBODY, NOTHING, 1.0], channel
    assert (today.frontier_capability, today.exposure, today.offers, today.leaks) == (NOTHING, 0.0, 0, 0)
    assert (today.search, today.search_kept, today.search_mean, today.partner_search) == (0.0, 1.0, 1.0, 0.0)
    assert world.uplifts[: Channel.STOLEN_WEIGHTS] == [1.0] * 4
    assert [(lab.offer, lab.best, lab.ready) for lab in world.labs] == [(NOTHING, NOTHING, NOTHING)] * 2


def test_a_system_in_row_0_counts() -> None:
    for stage, channel in ((PUBLIC, "public"), (PARTNERS, "restricted"), (OPEN, "open")):
        today = surveyed((0, 0, stage, 1.0)).today
        assert (getattr(today, f"{channel}_system"), getattr(today, f"{channel}_safeguard"), today.offers) == (0, 0.1, 1)


def test_of_equals_the_first_is_named_and_the_most_exposed_is_distilled() -> None:
    for systems, name, row, exposure in (
        (((0, 0, HELD, 2.0), (1, 0, PARTNERS, 2.0), (1, 1, PARTNERS, 2.0)), "restricted", 1, 0.3),
        (((0, 0, PUBLIC, 2.0), (1, 0, PARTNERS, 2.0), (1, 1, PUBLIC, 2.0)), "public", 0, 1.0),
        (((0, 0, PUBLIC, 2.0), (1, 0, HELD, 2.0), (1, 1, HELD, 1.0)), "public", 0, 1.0),
        (((0, 0, PUBLIC, 2.0), (1, 0, PARTNERS, 2.5)), "restricted", 1, 0.3),
        (((2, 0, OPEN, 1.0), (3, 0, OPEN, 1.0), (2, 1, OPEN, 0.9)), "open", 2, 0.0),  # of equal weights those that refuse less
    ):
        today = surveyed(*systems, partner_exposure=0.3).today
        assert (getattr(today, f"{name}_system"), today.exposure) == (row, exposure), systems


def test_what_the_best_systems_do_for_both_sides() -> None:
    smooth = without(["capability step", "adoption"])
    params = {"uplift": 3.0, "uplift_doubling_months": 2.0, "uplift_cap": 50.0, "search_days": 10.0, "search_doubling_months": 4.0}
    for public, restricted, opened in itertools.product((-2.0, 1.0, 3.0), repeat=3):
        world = surveyed((0, 0, PUBLIC, public), (0, 1, PARTNERS, restricted), (2, 0, OPEN, opened), **params, **smooth)
        today, case = world.today, (public, restricted, opened)
        rates = [uplift(capability, 3.0, 2.0, 50.0, 1.0) for capability in (opened, public, restricted)]
        assert world.uplifts[: Channel.STOLEN_WEIGHTS] == [1.0, *rates], case
        # The most capable first; of equals weights, then leaks, then services.
        listed = [(Channel.OPEN_WEIGHTS, opened, 0.3), (Channel.LEAKED_ACCESS, restricted, 0.5), (Channel.PUBLIC_SERVICE, public, 0.1)]
        offers = [(offer.channel, offer.capability, round(offer.safeguard, 9)) for offer in world.offers[: today.offers]]
        assert offers == sorted(listed, key=lambda offer: -offer[1]), case
        search = search_hazard(10.0, max(public, opened), 4.0, 1.0)
        early = max(search, search_hazard(10.0, restricted, 4.0, 1.0))
        assert (today.search, today.partner_search) == (search, early), "defenders, too, use the better, partners the best"
        assert near(today.search_kept, math.exp(-search))
        assert near(today.search_mean, mean_kept(search))
        assert near(today.partner_search_kept, math.exp(-early))
        assert near(today.partner_search_mean, mean_kept(early))


def test_places_grow_in_waves() -> None:
    for launch, waves in ((4, [7.0, 10.0]), (1, [4.0, 7.0]), (0, [6.0])):
        world = world_of({"launch_partners": launch, "wave_partners": 3, "wave_days": 5})
        seen = []
        for day in range(14):
            world.governments[0].programme_day = 2 if day >= 2 else NEVER
            world.today.phase_begins = False
            settle_access(world, day)
            seen.append(world.today.places)
            assert world.today.last_rank == world.today.places, "where all are eligible"
        assert seen == [0] * 2 + [launch] * 5 + [launch + 3] * 5 + [launch + 6] * 2
        assert [line[-1] for line in log_of(world) if line[0] == EventKind.WAVE] == waves, "from one place to more"


def test_a_framework_is_in_force_once_its_political_delay_is_over() -> None:
    world = world_of({"mandatory": 0.5}, timeline=[(3, {"framework": True}), (9, {"framework": False})], political_delay_days=4)
    seen = []
    for day in (0, 2, 3, 6, 7, 8, 9, 12):
        dawn(world, day)
        seen.append((day, world.today.phase_begins, world.today.asks, world.today.mandatory))
    begins = {0: True, 3: True, 9: True}
    assert seen == [(day, begins.get(day, False), day in (7, 8), 0.5 if day in (7, 8) else 0.0) for day in (0, 2, 3, 6, 7, 8, 9, 12)]
    assert log_of(world) == [(EventKind.FRAMEWORK, 7, 0, -1, -1, 4.0)]


def test_customers_move_towards_the_logit_with_inertia() -> None:
    sizes = {"labs": 2, "open_weight_labs": 1, "organisations": 4}
    world = world_of(**sizes, customer_inertia_days=10, horizon_doubling_months=1.0, one_market_on=False)
    put(world.labs[0], offer=1.0, best=3.0, brand=0.0, customers=0.5)
    put(world.labs[1], offer=2.0, best=2.0, brand=0.0, customers=0.1)
    put(world.open_weight_labs[0], offer=0.0, brand=math.log(3.0), customers=0.4)
    world.governments[0].approved = 1
    clear_market(world, 0)
    pulls = [2.0**1.5, 4.0, 3.0]  # a quarter of organisations count what partners are offered
    owners = [*world.labs, world.open_weight_labs[0]]
    for owner, pull, before in zip(owners, pulls, (0.5, 0.1, 0.4), strict=True):
        assert near(owner.pull, pull)
        assert near(owner.customers, before + (1.0 - math.exp(-0.1)) * (pull / sum(pulls) - before))


def test_what_draws_customers() -> None:
    for brand, offer, pull in (
        (math.log(5.0), 3.0, 20.0),
        (math.log(5.0), -3.0, 1.25),
        (0.0, NOTHING, 0.0),
        (3e9, 0.6 * NOTHING, 0.0),
        (600.0, 0.0, math.exp(500.0)),
        (499.0, 0.0, math.exp(499.0)),
        (-20.0, 0.0, math.exp(-20.0)),
    ):
        world = world_of(labs=1, open_weight_labs=0, horizon_doubling_months=3.0, choice_elasticity=2.0)
        lab = put(world.labs[0], offer=offer, best=offer, brand=brand, customers=0.5)
        clear_market(world, 0)
        assert near(lab.pull, pull), (brand, offer)
        assert (lab.customers > 0.5) == (pull > 0.0), "where nobody offers anything nobody moves"


def test_the_pool_is_searched_at_the_mean_rate_of_its_maintainers() -> None:
    world = world_of(pool_patch_days=20.0)
    put(world.constants, maintainers=4, idle_maintainers=1)
    for row, (maintainer, early) in enumerate(((True, True), (True, False), (True, True), (False, True))):
        put(world.partners[row], maintainer=maintainer, searches_early=early)
    put(world.today, partner_search=0.5, search=0.3, idle_search=0.1)
    dawn(world, 3)
    search = (2 * 0.5 + 1 * 0.3 + 1 * 0.1) / 4
    assert near(world.pool.paced_at, search)
    assert near(world.pool.latent_kept, math.exp(-search))
    assert near(
        world.pool.latent_exposed, (1.0 - math.exp(-search)) / search + mean_passed_on(search, 0.05, mean_kept(search), mean_kept(0.05))
    )


def test_what_customers_pay() -> None:
    params = {"horizon_doubling_months": 5.0, "revenue_elasticity": 0.5, "one_market_on": True}
    for approved, offer, best, paid in (
        (0, -2.0, 3.0, 2.0**-0.2),
        (1, -2.0, 3.0, 0.75 * 2.0**-0.2 + 0.25 * 2.0**0.3),
        (1, -2.0, -2.0, 2.0**-0.2),
        (1, NOTHING, NOTHING, 0.0),
    ):
        world = world_of(**params)
        put(world.governments[0], approved=approved)
        lab = put(world.labs[0], offer=offer, served=offer, best=best)
        clear_market(world, 0)
        assert near(lab.revenue, lab.customers * paid)
    lab = world_of(**params).labs[1]
    assert near(lab.revenue_at_start, lab.customers_at_start * 2.0 ** (0.5 * lab.offer / 5.0))


def test_what_organisations_forgo_in_a_day() -> None:
    """An organisation of mean size without a system of critical capability counts as 1."""
    for ready, public, opened, restricted, lacking, spared in (
        (0.0, NOTHING, NOTHING, NOTHING, 1.0, 0.0),
        (0.0, -6.0, NOTHING, NOTHING, 0.5, 0.0),
        (0.0, -12.0, -6.0, 0.0, 0.5, 0.5),
        (6.0, 0.0, -6.0, 3.0, 1.0, 2.0**0.5 - 1.0),
        (0.0, 6.0, -6.0, 0.0, 0.0, 0.0),
        (0.0, 0.0, -6.0, 0.0, 0.0, 0.0),
        (NOTHING, -6.0, NOTHING, -7.0, 0.0, 0.0),
    ):
        world = world_of(benefit_doubling_months=6.0)
        put(world.today, frontier_capability=ready, public_capability=public, open_capability=opened, restricted_capability=restricted)
        put(world.today, discount=0.5)
        put(world.constants, critical_size=0.4)
        for row, size in enumerate((0.1, 0.2, 0.3, 0.4)):
            put(world.partners[row], size=size, maintainer=row in (0, 2), approval=int(Approval.APPROVED if row < 2 else Approval.NONE))
        forgo_access(world)
        case = (ready, public, opened, restricted)
        assert near(world.score.access_forgone, 2.0 * (lacking - spared * 0.3)), case
        assert near(world.score.access_forgone_critical, 2.0 * (lacking * 0.4 - spared * 0.1)), case
