"""How fast defenders search, patch and wait."""

import math

from lockgate.sim.model.chance import exponential, lognormal
from lockgate.sim.model.vocabulary import ServiceTimes
from lockgate.sim.rules.rule import rule


@rule
def search_hazard(search_days: float, capability: float, doubling_months: float, step: float) -> float:
    """Hazard per day with which a defender finds a flaw, using a system of this capability; it jumps by `step` at the critical level.

    >>> search_hazard(50.0, 6.0, 6.0, 1.0), search_hazard(50.0, 0.0, 6.0, 3.0), search_hazard(50.0, -6.0, 6.0, 3.0)
    (0.04, 0.06, 0.01)
    """
    return math.exp2(min(60.0, capability / doubling_months)) / search_days * (step if capability >= 0.0 else 1.0)


@rule
def adoption(start: float, days: float, time: float) -> float:
    """Intensity of search among those who take it up: from `start` towards 1 with a time constant in days.

    >>> adoption(0.25, 100.0, 0.0), adoption(1.0, 100.0, 5.0), round(adoption(0.2, 100.0, 100.0), 6)
    (0.25, 1.0, 0.705696)
    """
    return 1.0 - (1.0 - start) * math.exp(-time / days)


@rule
def service_days(distribution: int, mean: float, cv: float, u: float, angle: float) -> float:
    """Days of work of a tester or reviewer on one case.

    >>> round(service_days(ServiceTimes.EXPONENTIAL, 10.0, 1.0, math.exp(-1.0), 0.5), 6)
    10.0
    """
    if distribution == ServiceTimes.EXPONENTIAL:
        return mean * exponential(u)
    return lognormal(mean, cv, u, angle)


@rule
def places(launch: int, wave: int, wave_days: int, days_since_opening: int) -> int:
    """Places in a partner programme that is widened in waves.

    >>> places(50, 150, 56, 55), places(50, 150, 56, 56)
    (50, 200)
    """
    return launch + wave * (days_since_opening // wave_days)
