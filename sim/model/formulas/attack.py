"""What a system adds to an attack, and what an attack costs."""

import math

from lockgate.sim.rules.rule import rule

UNIT = 4294967296.0  # chances are summed in whole units of 2**-32, so that a sum has the same bits in any order

SMALL = 1 / 64


@rule
def uplift(capability: float, at_critical: float, doubling_months: float, cap: float, step: float) -> float:
    """How much a system multiplies the hazard of an operation; 1 without one. What it adds jumps by `step` at the critical level.

    >>> uplift(0.0, 2.0, 6.0, 20.0, 1.0), uplift(6.0, 2.0, 6.0, 20.0, 1.5), uplift(-6.0, 2.0, 6.0, 20.0, 1.5)
    (2.0, 4.0, 1.5)
    """
    exponent = capability / doubling_months
    if exponent > 60.0:
        return cap
    return min(cap, 1.0 + (at_critical - 1.0) * math.exp2(exponent) * (step if capability >= 0.0 else 1.0))


@rule
def attack_success(hazard: float, uplift: float, exposed: float) -> float:
    """Chance that an operation succeeds; `exposed` relative to the start of the run, where all code is unsearched.

    1 - exp(-x) for the product x: below `SMALL` by its series, where the difference would lose digits. The next term is under
    6e-18 of the sum. Terms are added in pairs (Estrin's scheme): this is the formula that is worked out most often.

    >>> attack_success(0.0, 2.0, 1.0), attack_success(0.01, 1.0, 1.0) == -math.expm1(-0.01)
    (0.0, True)
    """
    x = hazard * uplift * exposed
    if x < SMALL:
        square = x * x
        first = (1.0 - x * (1 / 2)) + square * (1 / 6 - x * (1 / 24))
        return x * (first + square * square * ((1 / 120 - x * (1 / 720)) + square * (1 / 5040)))
    return -math.expm1(-x)


@rule
def whole(number: float) -> int:
    """A number in whole units of 2**-32.

    >>> whole(0.5) / UNIT
    0.5
    """
    return int(math.floor(number * UNIT + 0.5))


@rule
def normal_share_below(x: float) -> float:
    """Share of a standard normal distribution below x."""
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


@rule
def expected_loss(mu: float, sigma: float, cap: float) -> float:
    """Mean loss of an incident in US$: lognormal, capped.

    >>> round(expected_loss(12.56, 3.07, 1e8) / 1e6, 2), round(expected_loss(12.56, 3.07, 1e9) / 1e6, 2)
    (6.71, 14.72)
    """
    if sigma <= 0.0:
        return min(math.exp(mu), cap)
    z = (math.log(cap) - mu) / sigma
    return math.exp(mu + 0.5 * sigma * sigma) * normal_share_below(z - sigma) + cap * normal_share_below(-z)
