"""Keyed draws: the reference algorithm in Python's own integers, the laws of what is made from them, and one number a purpose."""

import math

from lockgate.sim.model.chance import SCHEME, Purpose, draw, exponential, grow, key, lognormal, normal, positive_stable, stem, uniform
from tests.generator.splitmix import word_of
from tests.mutation.worlds import near


def reference(seed: int, purpose: int, who: int, count: int) -> float:
    """The same draw, link by link."""
    return ((word_of(seed, who, count, purpose) >> 11) + 0.5) / 2.0**53


def test_draws_are_the_reference_algorithm() -> None:
    for keys in ((0, 54, 0, 0), (1, 2, 3, 4), (2**40, 33, 999_999, 2**40), (12345, 91, 7, 8)):
        seed, purpose, who, count = keys
        assert uniform(*keys) == reference(*keys)
        assert draw(key(seed, who, count), purpose) == reference(*keys)
        assert draw(grow(stem(seed, who), count), purpose) == reference(*keys)
    assert SCHEME == 1


def test_every_purpose_keeps_its_number() -> None:
    # Numbers are part of the keys: another number is another world. New purposes take new numbers.
    given = {
        "CAPABILITY_GAP PHASE SECURITY FLAW COMPLY BYPASS OPEN_LAG OPEN_PHASE HEED_HOLD TEST_TIME TEST_TIME_ANGLE TEST_FINDS": 1,
        "SIZE SIZE_ANGLE CRITICALITY CARE CARE_ANGLE NEVER_PATCH PATCH_ANGLE PATCH_SCALE INTEREST APPLICATION REVIEW_TIME "
        "REVIEW_TIME_ANGLE REFUSED LEAK": 20,
        "BACKGROUND_GAP BACKGROUND_TIME BACKGROUND_TIME_ANGLE": 40,
        "SKILL HOME GAP TARGET LUCK REFUSED_OPEN REFUSED_PUBLIC REFUSED_LEAKED FALL_BACK FALL_BACK_AGAIN BANNED LOSS LOSS_ANGLE "
        "ATTRIBUTED LEAK_REACH THEFT_GAP THEFT_TARGET THEFT_LUCK FALL_BACK_LAST": 50,
        "REFUSED_SERVICE FALL_BACK_LATER LAB_BANNED BAN_SHARED GROUP LEAK_GROUP STATE": 70,
        "CULTURE_RANK CULTURE_RANK_ANGLE CULTURE CULTURE_ANGLE": 85,
        "WORLD_SEED PRIOR": 90,
        "MEASURED MEASURED_ANGLE REFUSAL_MEASURED REFUSAL_MEASURED_ANGLE INFIGHTING REVOKED": 100,
        "SEEN NATIONALITY": 110,
            "CALIBRATION CALIBRATION_SEED FACT_ERROR": 125,
    }
    numbers = {name: first + place for names, first in given.items() for place, name in enumerate(names.split())}
    assert {purpose.name: int(purpose) for purpose in Purpose} == numbers
    assert len(set(numbers.values())) == len(numbers)


def test_laws_at_points_worked_out_by_hand() -> None:
    assert exponential(math.exp(-3.0)) == 3.0
    assert near(normal(math.exp(-2.0), 0.0), 2.0)
    assert near(normal(math.exp(-2.0), 0.5), -2.0)
    assert near(normal(math.exp(-0.5), 1.0 / 6.0), 0.5)
    cv = math.sqrt(math.e - 1.0)  # variance of the logarithm 1
    assert near(lognormal(3.0, cv, math.exp(-2.0), 0.0), 3.0 * math.exp(2.0 - 0.5))
    assert near(lognormal(3.0, math.sqrt(math.e**4 - 1.0), math.exp(-2.0), 0.5), 3.0 * math.exp(-4.0 - 2.0))
    assert lognormal(3.0, 0.0, 0.1, 0.2) == 3.0
    # Index one half is Levy's law: X = 1 / (4 cos(pi u / 2)^2 w'), with w' exponential.
    for u, w in ((0.3, 0.4), (0.9, 0.05), (0.01, 0.99)):
        assert near(positive_stable(0.5, u, w) * 4.0 * math.cos(0.5 * math.pi * u) ** 2 * exponential(w), 1.0)
    assert positive_stable(1.0, 0.3, 0.7) == 1.0
    assert positive_stable(1.5, 0.3, 0.7) == 1.0
    assert positive_stable(0.01, 0.999, 1.0 - 2.0**-53) == math.exp(700.0)
    assert positive_stable(0.005, 0.001, 1e-300) == math.exp(-700.0)


def test_positive_stable_has_its_laplace_transform() -> None:
    # E exp(-s X) = exp(-s ** index), by the midpoint rule over both uniform numbers.
    steps = 120
    for index in (0.3, 0.632, 0.9):
        grid = [positive_stable(index, (i + 0.5) / steps, (j + 0.5) / steps) for i in range(steps) for j in range(steps)]
        for s in (0.5, 2.0):
            mean = sum(math.exp(-s * x) for x in grid) / len(grid)
            assert abs(mean - math.exp(-(s**index))) < 2e-3, (index, s)
