"""Every formula at points worked out by hand, at its limits, and in the direction that it claims."""

import itertools
import math

from lockgate.sim.model.formulas.attack import SMALL, UNIT, attack_success, expected_loss, normal_share_below, uplift, whole
from lockgate.sim.model.formulas.defence import adoption, places, search_hazard, service_days
from lockgate.sim.model.formulas.race import compliance_chance, customer_pull, effective_lag, reinvested_pace, safety_effort
from lockgate.sim.model.formulas.safeguards import bypass_hazard, detection_chance, refusal_chance, safeguard_reached, theft_chance
from lockgate.sim.model.formulas.time import (
    CLOSE,
    MONTH_DAYS,
    YEAR_DAYS,
    chance_within,
    first_day_after,
    mean_kept,
    mean_passed_on,
    passed_on,
)
from lockgate.sim.model.vocabulary import RaceInformation, ServiceTimes
from tests.mutation.worlds import near

TABLE = [
    # uplift(capability, at_critical, doubling_months, cap, step) = 1 + (at_critical - 1) 2^(c / T), times step from 0 on, at most cap
    (uplift, (0.0, 2.0, 6.0, 20.0, 1.0), 2.0),
    (uplift, (6.0, 4.0, 3.0, 20.0, 1.0), 13.0),
    (uplift, (6.0, 4.0, 3.0, 30.0, 2.0), 25.0),
    (uplift, (0.0, 4.0, 3.0, 30.0, 2.0), 7.0),
    (uplift, (-3.0, 4.0, 3.0, 30.0, 2.0), 2.5),
    (uplift, (6.0, 4.0, 3.0, 20.0, 2.0), 20.0),
    (uplift, (-6.0, 5.0, 3.0, 20.0, 1.0), 2.0),
    (uplift, (12.0, 4.0, 3.0, 20.0, 1.0), 20.0),
    (uplift, (-1e9, 7.0, 6.0, 20.0, 1.0), 1.0),
    (uplift, (60.0, 1.0 + 2.0**-52, 1.0, 1e9, 1.0), 257.0),
    (uplift, (60.5, 1.0, 1.0, 3.0, 1.0), 3.0),
    (uplift, (122.0, 1.0, 2.0, 3.0, 1.0), 3.0),
    (uplift, (100.0, 1.0, 2.0, 3.0, 1.0), 1.0),
    (uplift, (1e9, 2.0, 1e-4, 20.0, 1.0), 20.0),
    # attack_success(hazard, uplift, exposed) = 1 - exp(-product)
    (attack_success, (0.3, 2.0, 0.5), -math.expm1(-0.3)),
    (attack_success, (0.2, 3.0, 0.4), -math.expm1(-0.24)),
    (attack_success, (0.2, 3.0, 0.0), 0.0),
    (whole, (1.0,), 2**32),
    (whole, (0.4 / 2**32,), 0),
    (whole, (0.5 / 2**32,), 1),
    (whole, (1.6 / 2**32,), 2),
    (whole, (-1.6 / 2**32,), -2),
    (normal_share_below, (0.0,), 0.5),
    (normal_share_below, (1.0,), 0.8413447460685429),
    (normal_share_below, (-2.0,), 0.022750131948179195),
    # expected_loss: without spread exp(mu), at most the cap; far below the cap the lognormal mean exp(mu + sigma^2 / 2)
    (expected_loss, (3.0, 0.0, 1e9), math.exp(3.0)),
    (expected_loss, (3.0, 0.0, 7.0), 7.0),
    (expected_loss, (0.0, 2.0, 1e15), math.exp(2.0)),
    (expected_loss, (1.0, 0.5, 1e9), math.exp(1.125)),
    (expected_loss, (math.log(5.0), 1.0, 5.0), 5.0 * (math.exp(0.5) * 0.15865525393145707 + 0.5)),
    (search_hazard, (50.0, 6.0, 6.0, 1.0), 0.04),
    (search_hazard, (50.0, 0.0, 6.0, 1.0), 0.02),
    (search_hazard, (50.0, 0.0, 6.0, 4.0), 0.08),
    (search_hazard, (10.0, -8.0, 4.0, 4.0), 0.025),
    # adoption(start, days, time) = 1 - (1 - start) exp(-time / days)
    (adoption, (0.25, 10.0, 0.0), 0.25),
    (adoption, (0.25, 10.0, 10.0), 1.0 - 0.75 * math.exp(-1.0)),
    (adoption, (0.5, 1.0, 1e9), 1.0),
    (search_hazard, (10.0, -8.0, 4.0, 1.0), 0.025),
    (search_hazard, (1.0, 600.0, 2.0, 1.0), 2.0**60),
    (search_hazard, (1.0, 120.0, 2.0, 1.0), 2.0**60),
    (search_hazard, (1.0, 122.0, 2.0, 1.0), 2.0**60),
    (search_hazard, (1.0, 118.0, 2.0, 1.0), 2.0**59),
    (search_hazard, (2.0, -1e9, 6.0, 1.0), 0.0),
    (bypass_hazard, (0.04, 1.0, 0.7), 0.04),
    (bypass_hazard, (0.04, 4.0, 0.5), 0.02),
    (bypass_hazard, (0.04, 4.0, 1.0), 0.01),
    (service_days, (ServiceTimes.EXPONENTIAL, 10.0, 3.0, math.exp(-2.0), 0.3), 20.0),
    (service_days, (ServiceTimes.LOGNORMAL, 10.0, 0.0, 0.2, 0.3), 10.0),
    (service_days, (ServiceTimes.LOGNORMAL, 8.0, math.sqrt(math.e - 1.0), math.exp(-2.0), 0.0), 8.0 * math.exp(2.0 - 0.5)),
    (places, (50, 150, 56, 55), 50),
    (places, (50, 150, 56, 56), 200),
    (places, (5, 3, 7, 20), 11),
    (places, (5, 0, 7, 20), 5),
    # safety effort in the three equilibria of the race, at most full caution and at least none
    (safety_effort, (RaceInformation.PUBLIC, 0.3, 9.0, 9.0, 0.6, 7), 0.5),
    (safety_effort, (RaceInformation.PUBLIC, -0.3, 9.0, 9.0, 0.6, 7), 0.0),
    (safety_effort, (RaceInformation.PUBLIC, 9.0, 0.1, 0.1, 0.6, 7), 1.0),
    (safety_effort, (RaceInformation.PUBLIC, -5.0, 0.1, 0.1, 0.0, 7), 1.0),
    (safety_effort, (RaceInformation.PUBLIC, 0.5, 0.1, 0.1, 1.0, 7), 0.5),
    (safety_effort, (RaceInformation.PRIVATE, 9.0, 0.5, 9.0, 0.5, 3), 0.25),
    (safety_effort, (RaceInformation.PRIVATE, 9.0, 0.7, 9.0, 0.2, 1), 0.7),
    (safety_effort, (RaceInformation.PRIVATE, 9.0, 1.5, 9.0, 2.0, 4), 1.5 / 7.0),
    (safety_effort, (RaceInformation.PRIVATE, 9.0, -0.5, 9.0, 2.0, 4), 0.0),
    (safety_effort, (RaceInformation.PRIVATE, 0.0, 9.0, 0.0, 2.0, 4), 1.0),
    (safety_effort, (RaceInformation.NONE, 9.0, 9.0, 1.0, 0.5, 4), 0.5),
    (safety_effort, (RaceInformation.NONE, 0.0, 0.0, 3.0, 2.0, 5), 0.3),
    (safety_effort, (RaceInformation.NONE, 0.0, 0.0, 9.0, 2.0, 2), 1.0),
    (safety_effort, (RaceInformation.NONE, 0.0, 0.0, 1.0, -1.0, 2), 1.0),
    # compliance: logistic in cooperation, duty and threat
    (compliance_chance, (0.5, 2.0, 0.5, 0.0, 9.0), 1.0 / (1.0 + math.exp(-1.0))),
    (compliance_chance, (0.5, 2.0, 0.0, 0.5, 3.0), 1.0 / (1.0 + math.exp(1.5))),
    (compliance_chance, (0.8, 2.0, 1.0, 0.25, 4.0), 1.0 / (1.0 + 0.25 * math.exp(-1.0))),
    (compliance_chance, (0.0, 50.0, 1.0, 0.0, 0.0), 0.0),
    (compliance_chance, (1.0, 0.0, 0.0, 9.0, 900.0), 1.0),
    (compliance_chance, (0.9, 0.0, 0.0, 0.0, 0.0), 0.9),
    (reinvested_pace, (2.0, 0.3, 0.3, 0.7), 2.0),
    (reinvested_pace, (2.0, 0.4, 0.1, 0.5), 4.0),
    (reinvested_pace, (3.0, 0.1, 0.4, 1.0), 0.75),
    (reinvested_pace, (1.0, 0.0, 0.4, 0.5), 1e-6),
    (effective_lag, (4.0, 0.5, 1.0), 4.0),
    (effective_lag, (4.0, 0.5, 0.0), 8.0),
    (effective_lag, (3.0, 0.25, 0.5), 3.5),
    (effective_lag, (3.0, 0.0, 0.5), 3.0),
    (customer_pull, (4.7, 4.7, 1.0), math.log(2.0)),
    (customer_pull, (6.0, 3.0, 0.5), math.log(2.0)),
    (customer_pull, (-3.0, 3.0, 2.0), -2.0 * math.log(2.0)),
    (safeguard_reached, (0.5, 0.9, 0.0), 0.5),
    (safeguard_reached, (0.5, 0.9, 0.25), 0.6),
    (safeguard_reached, (0.5, 0.9, 1.0), 0.9),
    (detection_chance, (0.0, 30.0), 0.0),
    (detection_chance, (60.0, 30.0), 0.75),
    (refusal_chance, (0.8, 0.5, 0.5), 0.6),
    (refusal_chance, (0.9, 0.0, 1.0), 0.9),
    (refusal_chance, (0.9, 0.6, 0.0), 0.9),
    (theft_chance, (0.002, 3.0), 0.002),
    (theft_chance, (0.002, 4.0), 0.0002),
    (theft_chance, (0.002, 1.5), 0.002 * 10.0**1.5),
    (theft_chance, (0.5, 1.0), 1.0),
    (theft_chance, (0.002, 5.0), 0.0),
    (theft_chance, (0.002, 6.0), 0.0),
    (theft_chance, (0.2, 4.9), 0.2 * 10.0**-1.9),
    (chance_within, (0.0,), 0.0),
    (chance_within, (0.7,), 1.0 - math.exp(-0.7)),
    (mean_kept, (0.0,), 1.0),
    (mean_kept, (2.0,), 0.5 * (1.0 - math.exp(-2.0))),
    (mean_kept, (0.5,), 2.0 * (1.0 - math.exp(-0.5))),
    (first_day_after, (3.0,), 3),
    (first_day_after, (3.001,), 4),
    (first_day_after, (-0.5,), 0),
]


def test_formulas_at_points_worked_out_by_hand() -> None:
    for formula, arguments, value in TABLE:
        assert near(formula(*arguments), value), f"{formula.__name__}{arguments} = {formula(*arguments)!r}, not {value!r}"


def test_constants() -> None:
    assert (UNIT, MONTH_DAYS, YEAR_DAYS, CLOSE) == (2.0**32, 365.25 / 12.0, 365.25, 1e-6)
    assert isinstance(whole(0.7), int)
    assert isinstance(first_day_after(0.7), int)


def test_compliance_far_out_is_a_chance_and_no_error() -> None:
    assert compliance_chance(0.5, 0.0, 0.0, 10.0, 1e6) == 1.0 / (1.0 + math.exp(500.0))
    assert compliance_chance(0.5, 0.0, 0.0, 10.0, 49.5) == 1.0 / (1.0 + math.exp(495.0))


def test_expected_loss_is_the_integral_of_the_capped_lognormal() -> None:
    mu, sigma, cap, steps = 1.0, 1.5, 20.0, 40_000
    total = 0.0
    for step in range(steps):
        z = -8.0 + 16.0 * (step + 0.5) / steps
        total += min(math.exp(mu + sigma * z), cap) * math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi) * 16.0 / steps
    assert abs(expected_loss(mu, sigma, cap) / total - 1.0) < 1e-6


def test_success_is_right_on_both_sides_of_the_series_bound() -> None:
    assert SMALL == 2.0**-6
    below, above = math.nextafter(SMALL, 0.0), math.nextafter(SMALL, 1.0)
    points = [SMALL * step / 64 for step in range(1, 193)] + [2.0**-power for power in range(7, 60)] + [below, SMALL, above, 0.5, 3.0]
    for x in points:
        exact = -math.expm1(-x)
        found = {attack_success(x, 1.0, 1.0), attack_success(2.0, 0.5 * x, 1.0), attack_success(0.5, 2.0, x), attack_success(1.0, x, 1.0)}
        assert len(found) == 1, "of the product alone"
        assert abs(found.pop() - exact) <= 2.0 * math.ulp(exact), x
        if x >= SMALL:
            assert attack_success(x, 1.0, 1.0) == exact, x
    # No step at the bound: it never falls over the numbers around it, and hardly rises.
    around = [SMALL * (1.0 + step * 2.0**-50) for step in range(-400, 401)]
    values = [attack_success(x, 1.0, 1.0) for x in around]
    assert all(first <= second for first, second in itertools.pairwise(values))
    assert attack_success(below, 1.0, 1.0) <= attack_success(SMALL, 1.0, 1.0) <= attack_success(above, 1.0, 1.0)
    assert attack_success(SMALL, 1.0, 1.0) - attack_success(below, 1.0, 1.0) <= 2.0 * math.ulp(SMALL)


def stages(first: float, second: float) -> tuple[float, float]:
    """Second of two stages after a day, and its mean over the day, by many small steps (midpoint rule)."""
    steps = 4_000
    one, two, mean = 1.0, 0.0, 0.0
    step = 1.0 / steps
    for _ in range(steps):
        half_one = one * math.exp(-0.5 * first * step)
        half_two = two + 0.5 * step * (first * one - second * two)
        mean += half_two * step
        two += step * (first * half_one - second * half_two)
        one *= math.exp(-first * step)
    return two, mean


def test_two_stages_follow_their_equation() -> None:
    # Rates apart, equal, equal and small, and nearly equal: the limits join without a step.
    for first, second in (
        (0.7, 0.2),
        (0.2, 0.7),
        (0.5, 0.5),
        (4e-4, 4e-4),
        (2e-3, 2e-3),
        (0.5, 0.5 + 3e-6),
        (0.5, 0.5 + 3e-7),
        (3.0, 0.01),
    ):
        after, mean = stages(first, second)
        kept, means = (math.exp(-first), math.exp(-second)), (mean_kept(first), mean_kept(second))
        assert abs(passed_on(first, second, *kept) / after - 1.0) < 2e-6, (first, second)
        assert abs(mean_passed_on(first, second, *means) / mean - 1.0) < 2e-6, (first, second)


def test_two_stages_with_rates_close_by() -> None:
    # Where rates are taken as equal it is at their mean, which is right to second order: a closed form, not the quotient.
    first, second = 0.3, 0.3 + 9e-7
    assert passed_on(first, second, 9.0, 9.0) == first * math.exp(-0.5 * (first + second))
    rate = 0.5 * (first + second)
    assert near(mean_passed_on(first, second, 9.0, 9.0), first * (1.0 - math.exp(-rate) * (1.0 + rate)) / rate**2)
    assert passed_on(0.25, 0.75, 0.5, 0.25) == 0.125
    assert mean_passed_on(0.25, 0.75, 0.5, 0.25) == 0.125
    assert passed_on(CLOSE, 0.0, 0.5, 0.75) == mean_passed_on(CLOSE, 0.0, 0.5, 0.75) == 0.25, "only nearer rates are taken as equal"
    assert passed_on(1.0, 1.0 + CLOSE * 1.5, 0.5, 0.25) > 1e4
    assert passed_on(1.0, 1.0 - CLOSE * 1.5, 0.5, 0.75) > 1e4
    assert mean_passed_on(1.0, 1.0 + CLOSE * 1.5, 0.5, 0.25) > 1e4
    assert mean_passed_on(1.0, 1.0 - CLOSE * 1.5, 0.5, 0.75) > 1e4
    for rate in (1e-5, 5e-4, 9e-4):
        series = rate * (0.5 - rate / 3.0 + rate**2 / 8.0)
        assert mean_passed_on(rate, rate, 9.0, 9.0) == series
        exact = rate * (0.5 - rate / 3.0 + rate**2 / 8.0 - rate**3 / 30.0 + rate**4 / 144.0)
        assert abs(series / exact - 1.0) < 1e-9
    assert mean_passed_on(0.0, 0.0, 1.0, 1.0) == 0.0
    assert passed_on(0.0, 0.0, 1.0, 1.0) == 0.0
    # Just above the limit of the series the exponential form takes over, to the digits that it has.
    rate = 1.1e-3
    assert mean_passed_on(rate, rate, 9.0, 9.0) == rate / rate * (1.0 - math.exp(-rate) * (1.0 + rate)) / rate
