"""A day of code: the exact solution, nothing lost, the limits, and whose pace is worked out again."""

import math
from typing import Any

from sim.code_base import maintain_code, pass_code_day, renew_paces, set_pace
from sim.formulas.time import mean_kept, mean_passed_on, passed_on
from sim.row import fields
from sim.world import Pool
from tests.mutation.worlds import changed, near, put, state, world_of

PACE = ("paced_at", "latent_kept", "latent_known", "latent_exposed")


def test_a_pace_holds_what_a_day_does_to_latent_flaws() -> None:
    code = Pool(latent=0.5, known=0.2, patched=0.3, exposed=0.4)
    before = state(code)
    set_pace(code, 0.25, 0.5, 0.75, 0.75, 0.125, 0.5)
    assert set(changed(code, before)) == set(PACE)
    assert (code.paced_at, code.latent_kept) == (0.25, 0.5)
    assert code.latent_known == passed_on(0.25, 0.75, 0.5, 0.125) == 0.1875
    assert code.latent_exposed == 0.75 + mean_passed_on(0.25, 0.75, 0.75, 0.5) == 0.875


def test_a_day_is_the_exact_solution() -> None:
    search, rate, new_code = 0.3, 0.8, 0.25
    kept, known_kept, mean, known_mean = math.exp(-search), math.exp(-rate), mean_kept(search), mean_kept(rate)
    code = Pool(latent=0.5, known=0.2, patched=0.3)
    set_pace(code, search, kept, mean, rate, known_kept, known_mean)
    pace = {name: getattr(code, name) for name in PACE}
    found, fixed = pass_code_day(code, known_kept, known_mean, new_code)
    second = passed_on(search, rate, kept, known_kept)
    known = 0.5 * second + 0.2 * known_kept
    assert near(code.exposed, 0.5 * (mean + mean_passed_on(search, rate, mean, known_mean)) + 0.2 * known_mean)
    assert near(found, 0.5 * (1.0 - kept))
    assert near(fixed, 0.2 + found - known)
    assert near(code.known, known)
    assert near(code.latent, 0.5 * kept + 0.25 * (0.3 + fixed))
    assert near(code.patched, 0.75 * (0.3 + fixed))
    assert near(code.latent + code.known + code.patched, 1.0)
    assert pace == {name: getattr(code, name) for name in PACE}, "the pace outlasts the day"


def test_a_second_day_at_the_same_pace_goes_on_from_the_first() -> None:
    search, rate = 0.3, 0.8
    code = Pool(latent=0.5, known=0.2, patched=0.3)
    set_pace(code, search, math.exp(-search), mean_kept(search), rate, math.exp(-rate), mean_kept(rate))
    for _ in range(2):
        pass_code_day(code, math.exp(-rate), mean_kept(rate), 0.0)
    kept, known_kept = math.exp(-2.0 * search), math.exp(-2.0 * rate)
    assert near(code.latent, 0.5 * kept)
    assert near(code.known, 0.5 * search / (rate - search) * (kept - known_kept) + 0.2 * known_kept)


def test_nothing_is_unfixed_by_rounding() -> None:
    code = Pool(latent=1.0, known=0.1, patched=0.0, latent_kept=0.9, latent_known=0.9, latent_exposed=1.0)
    # Given values that cannot both be: what is known grows by more than was found. Nothing counts as fixed then, and nothing is taken back.
    _, fixed = pass_code_day(code, 0.0, 1.0, 0.5)
    assert (fixed, code.patched) == (0.0, 0.0)


def test_without_search_and_patching_nothing_moves() -> None:
    code = Pool(latent=0.6, known=0.4)
    set_pace(code, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0)
    assert pass_code_day(code, 1.0, 1.0, 0.5) == (0.0, 0.0)
    assert (code.latent, code.known, code.patched, code.exposed) == (0.6, 0.4, 0.0, 1.0)
    code = Pool(latent=0.6, known=0.4)
    assert pass_code_day(code, 1.0, 1.0, 0.5) == (0.0, 0.0), "which is the pace that code begins with"
    assert (code.latent, code.known, code.patched, code.exposed) == (0.6, 0.4, 0.0, 1.0)


def test_code_is_unsearched_at_first() -> None:
    values = {field.name: field.default for field in fields(Pool)}
    ones = {"latent", "exposed", "latent_kept", "latent_exposed"}
    assert {name: value for name, value in values.items() if value != 0} == {**dict.fromkeys(ones, 1.0), "paced_at": -1.0}


def searching(*early: bool, **params: Any) -> Any:
    """A world whose organisations search with what partners have, or not; each has rates, and code, of its own."""
    world = world_of(organisations=len(early), **params)
    slow, fast = 0.125, 0.5
    put(world.today, search=slow, search_kept=math.exp(-slow), search_mean=mean_kept(slow))
    put(world.today, partner_search=fast, partner_search_kept=math.exp(-fast), partner_search_mean=mean_kept(fast))
    for row, partner in enumerate(world.partners):
        rate = 0.2 + 0.1 * row
        put(partner, searches_early=early[row], patch_rate=rate, patch_kept=math.exp(-rate), patch_mean=mean_kept(rate))
        put(partner, latent=0.7 - 0.05 * row, known=0.2, patched=0.1 + 0.05 * row, found=0.25 + row, fixed=0.125 + row)
    return world


def pace_of(code: Any) -> tuple[float, ...]:
    """The fields that a pace consists of."""
    return tuple(getattr(code, name) for name in PACE)


def due_pace(world: Any, row: int) -> tuple[float, ...]:
    """The pace that an organisation is to have today."""
    partner, code = world.partners[row], Pool()
    search = 0.5 if partner.searches_early else 0.125
    set_pace(code, search, math.exp(-search), mean_kept(search), partner.patch_rate, partner.patch_kept, partner.patch_mean)
    return pace_of(code)


def test_an_organisation_s_pace_is_renewed_where_its_search_changed() -> None:
    """All mixtures of early and not, and of paces that are right, those of the other search, and those of neither."""
    left = (8.0, 9.0, 10.0)  # values that nothing works out: they show whose pace was left alone
    for case in range(6**3):
        kinds = [case // 6**place % 6 for place in range(3)]
        world = searching(*(kind >= 3 for kind in kinds))
        for partner, kind in zip(world.partners, kinds, strict=True):
            right, other = (0.5, 0.125) if kind >= 3 else (0.125, 0.5)
            put(partner, **dict(zip(PACE, ((right, other, -1.0)[kind % 3], *left), strict=True)))
        before = [state(partner) for partner in world.partners]
        renew_paces(world)
        for row, kind in enumerate(kinds):
            partner = world.partners[row]
            stale = kind % 3 > 0
            assert pace_of(partner) == (due_pace(world, row) if stale else (before[row]["paced_at"], *left)), kinds
            assert set(changed(partner, before[row])) <= set(PACE)


def test_paces_are_renewed_on_the_day_on_which_searches_differ() -> None:
    world = searching(True, False)
    renew_paces(world)
    for partner in world.partners:
        put(partner, latent_kept=8.0)
    renew_paces(world)
    assert [partner.latent_kept for partner in world.partners] == [8.0, 8.0], "nothing changed"
    put(world.today, partner_search=0.75, partner_search_kept=math.exp(-0.75), partner_search_mean=mean_kept(0.75))
    renew_paces(world)
    assert [partner.latent_kept for partner in world.partners] == [math.exp(-0.75), 8.0]
    world.partners[0].searches_early = False
    renew_paces(world)
    assert [partner.latent_kept for partner in world.partners] == [math.exp(-0.125), 8.0]
    put(world.today, search=0.25, search_kept=math.exp(-0.25), search_mean=mean_kept(0.25))
    renew_paces(world)
    assert [partner.latent_kept for partner in world.partners] == [math.exp(-0.25)] * 2


def test_a_day_of_code_with_the_system_within_reach() -> None:
    for common in (0.0, 0.25):
        world = searching(True, False, True, False, new_code_per_day=0.1, common_share=common)
        put(world.pool, exposed=0.6, latent=0.5)
        pool = state(world.pool)
        before = [state(partner) for partner in world.partners]
        maintain_code(world, 9)
        for row, partner in enumerate(world.partners):
            code = Pool(latent=0.7 - 0.05 * row, known=0.2, patched=0.1 + 0.05 * row)
            put(code, **dict(zip(PACE, due_pace(world, row), strict=True)))
            found, fixed = pass_code_day(code, partner.patch_kept, partner.patch_mean, world.constants.new_code_chance)
            assert found > 0.0 < fixed
            for name in ("latent", "known", "patched", "exposed"):
                assert getattr(partner, name) == getattr(code, name), name
            assert (partner.found, partner.fixed) == (0.25 + row + found, 0.125 + row + fixed)
            assert near(partner.attack_surface, (1.0 - common) * code.exposed + common * 0.6)
            moved = {"latent", "known", "patched", "exposed", "found", "fixed", "attack_surface", *PACE}
            assert set(changed(partner, before[row])) <= moved
        assert state(world.pool) == pool


def test_code_is_searched_at_today_s_pace() -> None:
    world = searching(False, new_code_per_day=0.0)
    for day, early, search in ((0, False, 0.125), (1, True, 0.5), (2, False, 0.125)):
        partner = put(world.partners[0], searches_early=early)
        latent = partner.latent
        maintain_code(world, day)
        assert partner.latent == latent * math.exp(-search)
