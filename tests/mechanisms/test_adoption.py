"""Adoption: those who take up the search do so bit by bit, all others hardly search, and a programme can make its members search."""

import math

import pytest

from lockgate.sim.model.access import ADOPTION_STEP_DAYS
from lockgate.sim.model.formulas.defence import adoption
from tests.full.exposure_map import difference
from tests.mechanisms.still import HALF, OPEN, lived

ADOPTION = {"adoption_on": True, "adoption_start": 0.2, "adoption_days": 100.0, "idle_intensity": 0.05, "programme_intensity": 0.8}
DAYS = 60


def taken_up(days: int) -> float:
    """Days at full intensity to which the days so far come."""
    return sum(adoption(0.2, 100.0, float(day - day % ADOPTION_STEP_DAYS)) for day in range(days))


def test_each_class_finds_by_the_closed_form():
    world = lived(HALF, DAYS, **ADOPTION, organisations=40)
    seen = set()
    for partner in world.partners:
        at_full = taken_up(DAYS) if partner.interested else 0.05 * DAYS
        if partner.searches_early:
            at_full = sum(max(0.8, adoption(0.2, 100.0, float(day - day % ADOPTION_STEP_DAYS))) for day in range(DAYS))
        assert partner.found == pytest.approx(1.0 - math.exp(-at_full / 50.0), rel=1e-12)
        seen.add((partner.interested, partner.searches_early))
    assert seen == {(False, False), (True, False), (True, True)}


def test_weekly_steps_stay_close_to_the_growth_that_they_stand_for():
    grown = DAYS - 0.8 * 100.0 * (1.0 - math.exp(-DAYS / 100.0))  # the integral of the intensity
    assert abs(taken_up(DAYS) / grown - 1.0) < 0.08
    assert taken_up(DAYS) < grown


def test_a_programme_that_does_not_raise_intensity_adds_its_system_alone():
    raised, left = (lived(HALF, DAYS, **ADOPTION | {"programme_intensity": least}) for least in (0.8, 0.0))
    for more, less in zip(raised.partners, left.partners, strict=True):
        assert (more.found > less.found) == more.searches_early
        if less.interested:
            assert less.found == pytest.approx(1.0 - math.exp(-taken_up(DAYS) / 50.0), rel=1e-12)


@pytest.mark.parametrize(("interest", "at_full"), [(0.0, 0.05 * DAYS), (1.0, taken_up(DAYS))])
def test_the_pool_is_searched_at_its_maintainers_intensity(interest, at_full):
    world = lived(OPEN, DAYS, **ADOPTION, interest_share=interest, pool_share=0.5)
    # It is searched in the morning, at the intensity of the day before.
    first, last = (adoption(0.2, 100.0, float(day - day % ADOPTION_STEP_DAYS)) for day in (0, DAYS - 1))
    late = at_full + first - last if interest else at_full
    assert world.pool.latent == pytest.approx(math.exp(-late / 50.0), rel=1e-12)


def test_of_mixed_maintainers_each_counts_at_its_own():
    world = lived(HALF, 1, **ADOPTION, pool_share=1.0, interest_share=0.7)
    interested = sum(partner.interested for partner in world.partners)
    assert world.constants.idle_maintainers == 20 - interested > 0
    # On the first morning nobody has early access yet.
    assert -math.log(world.pool.latent) * 50.0 == pytest.approx((interested * 0.2 + (20 - interested) * 0.05) / 20, rel=1e-12)


def test_a_programme_can_lower_exposure_and_can_raise_it():
    def gain(**changes: float) -> float:
        """Exposed share under open release less that under a programme for half, at the end."""
        world = ADOPTION | {"covered_search_step": 3.0, "interest_share": 1.0, "common_share": 0.0} | changes
        opened, limited = (lived(policy, DAYS, **world) for policy in (OPEN, HALF))
        return sum(p.exposed for p in opened.partners) - sum(p.exposed for p in limited.partners)

    assert gain(adoption_start=0.0, adoption_days=1e5, programme_intensity=1.0) > 0.1, "nobody scans unless a programme makes him"
    assert gain(adoption_start=1.0, programme_intensity=0.0) < -0.1, "all scan, and a programme keeps the better system from half of them"


def test_the_map_of_the_sign_has_both():
    # Means of 40 draws, two half-widths of their intervals from 0, over four standard errors: by luck less than once in 1,000 times.
    few = {"adoption_on": True, "adoption_start": 0.05, "adoption_days": 1500.0, "programme_intensity": 1.0, "covered_search_step": 3.0}
    middle, _, high = difference("partner-programme", 40, 180, **few)
    assert high < middle / 2 < 0.0, "few scan, and a programme makes its members scan"
    middle, low, _ = difference("withhold", 40, 180, **few | {"adoption_start": 1.0})
    assert low > middle / 2 > 0.0, "all scan, and withholding keeps the better system from them"
