"""With what a run begins, on the morning of day 0, and what it ends with, on its last evening."""

import math

from lockgate.sim.model.chance import Purpose, positive_stable, uniform
from lockgate.sim.model.day import DAY
from lockgate.sim.model.formulas.attack import UNIT
from lockgate.sim.model.formulas.race import customer_pull
from lockgate.sim.model.formulas.safeguards import detection_chance
from lockgate.sim.model.vocabulary import Stage
from lockgate.sim.rules.row import NEVER
from tests.mutation.worlds import near, put, world_of


def test_how_many_spies_and_insiders_there_are() -> None:
    for share, spies, insiders in ((0.25, 2, 2), (0.29, 2, 2), (0.33, 3, 3), (0.45, 4, 4), (0.0, 0, 0)):
        constants = world_of(bad_actors=8, spy_share=share, insider_share=share).constants
        assert (constants.spies, constants.insiders) == (spies, insiders), share
    constants = world_of(bad_actors=3, spy_share=0.5, insider_share=0.5).constants
    assert (constants.spies, constants.insiders) == (2, 1), "insiders are no more than are left"


def test_the_first_covered_system_is_ready_on_day_0() -> None:
    flaws = set()
    for seed in range(20):
        for days in (10, 0):
            params = {"safeguard_least": 0.4, "safeguard_most": 0.8, "own_testing_days": days, "detection_half_life_days": 5.0}
            world = world_of(seed=seed, flaw_chance=0.75, **params)
            lab, system = world.labs[0], world.systems[3]
            missed = 0.75 * (1.0 - detection_chance(lab.effort * days, 5.0))
            assert system.flaw == (uniform(seed, Purpose.FLAW, 0, 1) < missed)
            assert near(system.built, 0.4 + 0.4 * lab.effort)
            assert (system.capability, system.safeguard, system.ready_day) == (lab.capability, system.built, 0)
            flaws.add((days, system.flaw))
    assert len(flaws) == 4


def test_how_fast_organisations_patch() -> None:
    world = world_of(seed=6, organisations=30, never_patch_share=0.3, patch_shape=0.5, patch_tau_days=12.0)
    for row, partner in enumerate(world.partners):
        never = uniform(6, Purpose.NEVER_PATCH, row, 0) < 0.3
        speed = positive_stable(0.5, uniform(6, Purpose.PATCH_ANGLE, row, 0), uniform(6, Purpose.PATCH_SCALE, row, 0))
        assert near(partner.patch_rate, 0.0 if never else speed / 12.0)
    fast = world_of(organisations=30, patch_shape=0.05, patch_tau_days=0.01, never_patch_share=0.0)
    assert max(partner.patch_rate for partner in fast.partners) == 1e6


def test_customers_stay_while_offers_do() -> None:
    for labs, open_labs, shares in ((3, 2, (0.4, 0.2, 0.2, 0.1, 0.1)), (1, 2, (0.8, 0.1, 0.1)), (2, 0, (0.4, 0.6)), (1, 0, (1.0,))):
        given = {"covered_customer_share": 0.4, "open_customer_share": 0.2, "horizon_doubling_months": 3.0, "choice_elasticity": 0.75}
        world = world_of(labs=labs, open_weight_labs=open_labs, **given)
        for owner, share in zip([*world.labs, *world.open_weight_labs], shares, strict=True):
            assert near(owner.customers, share)
            assert owner.customers_at_start == owner.customers
            assert near(owner.brand, math.log(share) - customer_pull(owner.offer, 3.0, 0.75))
    lab = world_of(open_customer_share=0.0, horizon_doubling_months=4.7).open_weight_labs[0]
    assert lab.customers == 0.0
    assert near(lab.brand, math.log(1e-12) - customer_pull(lab.offer, 4.7, 1.0))


def test_means_at_the_end_are_over_what_there_was() -> None:
    for count in (0, 1, 4):
        world = world_of(days=30, labs=1, open_weight_labs=0)
        put(world.labs[0], systems=1 + count)
        put(world.systems[0], capability=1.0, ready_day=-1, public_day=-1)  # of before day 0: it did not become ready
        for number in range(count):
            put(world.systems[world.constants.owners * (number + 1)], capability=1.0, ready_day=2, public_day=5)
        put(world.score, tests=count, test_wait=int(6.0 * UNIT))
        put(world.governments[0], reviews=count, review_wait=int(8.0 * UNIT))
        DAY["dusk"](world, 29)
        out = world.outcomes
        assert (out.systems_ready, out.mean_release_delay_days) == (count, 3.0 if count else 0.0)
        assert (out.test_wait_days, out.review_wait_days) == (6.0 / max(1, count), 8.0 / max(1, count))
        assert out.usable_lead_months == out.lead_over_rivals_months == 36.0 / 30, "over nobody the lead is three years"


def test_nothing_done_is_no_harm_and_a_billion_is_more_than_one() -> None:
    for loss, counts in ((0.0, False), (1e9, False), (math.nextafter(1e9, 2e9), True)):
        world = world_of(days=30, bad_actors=0)
        put(world.score, largest_loss=loss)
        DAY["dusk"](world, 29)
        out = world.outcomes
        assert (out.model_enabled_harm, out.marginal_harm, out.operations, out.billion_incident) == (0.0, 0.0, 0, counts)


def test_what_counts_as_a_release() -> None:
    for ready, public, capability, delay, ready_systems, unreleased in (
        (0, 0, 1.0, 0.0, 1, 0),
        (3, 9, 0.0, 6.0, 1, 0),
        (3, NEVER, 1.0, 27.0, 1, 1),
        (29, 29, 1.0, 0.0, 1, 0),
        (30, NEVER, 1.0, 0.0, 0, 0),
        (-1, 4, 1.0, 0.0, 0, 0),
        (3, 9, -0.1, 0.0, 0, 0),
    ):
        world = world_of(days=30, labs=1, open_weight_labs=0)
        put(world.systems[0], capability=-5.0)
        put(world.systems[1], capability=capability, ready_day=ready, public_day=public, stage=int(Stage.PUBLIC))
        DAY["dusk"](world, 29)
        out = world.outcomes
        assert (out.release_delay_days, out.systems_ready, out.systems_unreleased) == (delay, ready_systems, unreleased), (ready, public)
        assert out.release_censored == (unreleased == 1)
