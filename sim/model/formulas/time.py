"""From rates to what happens within one day."""

import math

from lockgate.sim.rules.rule import rule

MONTH_DAYS = 30.4375
YEAR_DAYS = 365.25
CLOSE = 1e-6  # rates nearer than this are taken as equal: the quotient would lose more digits than the limit is off


@rule
def chance_within(hazard: float) -> float:
    """Chance that something with this hazard, summed over a time, happens in it.

    >>> chance_within(0.0)
    0.0
    """
    return -math.expm1(-hazard)


@rule
def mean_kept(rate: float) -> float:
    """Mean over a day of what is left of 1 while it decays at this rate per day.

    >>> mean_kept(0.0)
    1.0
    >>> round(mean_kept(1.0), 6)
    0.632121
    """
    if rate == 0.0:
        return 1.0
    return -math.expm1(-rate) / rate


@rule
def passed_on(first: float, second: float, first_kept: float, second_kept: float) -> float:
    """Share of a first stage that stands in the second after a day, for decay rates per day of both and exp(-rate) of both.

    >>> round(passed_on(0.5, 0.5, math.exp(-0.5), math.exp(-0.5)), 6)  # the limit of equal rates, rate * exp(-rate)
    0.303265
    """
    gap = second - first
    if abs(gap) < CLOSE:
        return first * math.exp(-0.5 * (first + second))
    return first / gap * (first_kept - second_kept)


@rule
def mean_passed_on(first: float, second: float, first_mean: float, second_mean: float) -> float:
    """Mean over a day of what stands in the second stage of two, for rates per day and `mean_kept` of both.

    >>> round(mean_passed_on(0.5, 0.5, 0.0, 0.0), 6)
    0.180408
    """
    gap = second - first
    if abs(gap) < CLOSE:
        rate = 0.5 * (first + second)
        if rate < 1e-3:
            return first * (0.5 - rate / 3.0 + rate * rate / 8.0)
        return first / rate * (1.0 - math.exp(-rate) * (1.0 + rate)) / rate
    return first / gap * (first_mean - second_mean)


@rule
def first_day_after(time: float) -> int:
    """The first day that begins at this time or later.

    >>> first_day_after(3.0), first_day_after(3.2)
    (3, 4)
    """
    return int(math.ceil(time))
