"""The morning: phases, law, who leads, and the common pool."""

import math

from sim.code_base import pass_code_day, set_pace
from sim.dawn import dawn, legislate, maintain_pool, survey_labs
from sim.formulas.time import mean_kept
from sim.row import NEVER, NOBODY, NOTHING
from sim.vocabulary import EventKind
from sim.world import Pool
from tests.mutation.worlds import log_of, near, put, state, world_of


def test_phases_begin_on_their_days() -> None:
    world = world_of({"dark_days": 1}, timeline=[(3, {"dark_days": 3}), (4, {"dark_days": 4}), (9, {"dark_days": 9})])
    seen = []
    for day in (0, 1, 2, 3, 4, 5, 8, 9, 10):
        dawn(world, day)
        seen.append((day, world.phases[world.today.phase].dark_days, world.today.phase_begins))
    assert seen == [
        (0, 1, True),
        (1, 1, False),
        (2, 1, False),
        (3, 3, True),
        (4, 4, True),
        (5, 4, False),
        (8, 4, False),
        (9, 9, True),
        (10, 9, False),
    ]
    world.today.phase = 0
    dawn(world, 20)
    assert world.today.phase == 3, "phases are not skipped one a day"


def test_the_discount_is_that_of_midday() -> None:
    world = world_of(discount_per_year=0.5)
    for day in (0, 7, 400):
        dawn(world, day)
        assert near(world.today.discount, math.exp(-0.5 * (day + 0.5) / 365.25))


def test_a_framework_needs_its_political_delay() -> None:
    world = world_of({"mandatory": 0.7}, timeline=[(5, {"framework": True}), (20, {"framework": False})], political_delay_days=4)
    home = world.governments[0]
    seen = {}
    for day in range(25):
        dawn(world, day)
        seen[day] = (home.in_force, world.today.asks, world.today.mandatory, home.framework_since)
    for day, values in seen.items():
        in_force = 9 <= day < 20
        since = 5 if 5 <= day < 20 else NEVER
        assert values == (in_force, in_force, 0.7 if in_force else 0.0, since), day
    assert log_of(world) == [(EventKind.FRAMEWORK, 9, 0, -1, -1, 4.0)]
    world = world_of({"case_by_case": True, "mandatory": 0.7})
    legislate(world, 0)
    assert (world.today.asks, world.today.mandatory) == (True, 0.0)
    assert log_of(world) == []


def test_the_two_furthest_labs_and_the_two_best_offers() -> None:
    world = world_of(labs=4)
    today = world.today
    for capabilities, best, second in (
        ((1.0, 3.0, 2.0, 0.5), (1, 3.0), 2.0),
        ((4.0, 3.0, 2.0, 3.5), (0, 4.0), 3.5),
        ((1.0, 2.0, 3.0, 4.0), (3, 4.0), 3.0),
        ((2.0, 2.0, 1.0, 1.0), (0, 2.0), 2.0),
    ):
        for lab, capability in zip(world.labs, capabilities, strict=True):
            put(lab, capability=capability, offer=-9.0)
        survey_labs(world)
        assert (today.frontier_lab, today.frontier_research, today.second_research) == (*best, second)
        assert (today.best_offer_lab, today.best_offer, today.second_offer) == (0, -9.0, -9.0)
        for lab, capability in zip(world.labs, capabilities, strict=True):
            put(lab, capability=-9.0, offer=capability)
        survey_labs(world)
        assert (today.best_offer_lab, today.best_offer, today.second_offer) == (*best, second)
        assert (today.frontier_lab, today.frontier_research, today.second_research) == (0, -9.0, -9.0)
    for lab in world.labs:
        put(lab, offer=NOTHING)
    survey_labs(world)
    assert (today.best_offer_lab, today.best_offer, today.second_offer) == (NOBODY, NOTHING, NOTHING)
    alone = world_of(labs=1)
    survey_labs(alone)
    assert (alone.today.frontier_lab, alone.today.second_research, alone.today.second_offer) == (0, NOTHING, NOTHING)


def test_the_pool_is_searched_at_the_mean_rate_of_its_maintainers() -> None:
    world = world_of(organisations=5, pool_share=0.6, pool_patch_days=8.0, new_code_per_day=0.1)
    assert world.constants.maintainers == 3
    early = [p for p in world.partners if p.maintainer][:1] + [p for p in world.partners if not p.maintainer]
    for partner in early:
        partner.searches_early = True
    put(world.today, search=0.1, partner_search=0.7)
    put(world.pool, latent=0.5, known=0.3, patched=0.2)
    expected = Pool(latent=0.5, known=0.3, patched=0.2)
    rate, search = 1.0 / 8.0, 0.3
    set_pace(expected, search, math.exp(-search), mean_kept(search), rate, math.exp(-rate), mean_kept(rate))
    pass_code_day(expected, math.exp(-rate), mean_kept(rate), -math.expm1(-0.1))
    maintain_pool(world)
    for name, value in state(expected).items():
        assert near(getattr(world.pool, name), value), name
    nobody = world_of(pool_share=0.0)
    before = state(nobody.pool)
    maintain_pool(nobody)
    assert state(nobody.pool) == before


def test_dawn_does_all_of_it() -> None:
    world = world_of({"case_by_case": True}, pool_share=1.0)
    world.labs[1].capability = 5.0
    dawn(world, 0)
    assert world.today.asks
    assert world.today.frontier_lab == 1
    assert world.pool.latent < 1.0
