"""What a system is worth to those who use it."""

import math

from lockgate.sim.rules.rule import rule


@rule
def worth(capability: float, doubling_months: float) -> float:
    """The value of access to a system, relative to one of critical capability.

    >>> worth(0.0, 6.0), worth(-6.0, 6.0), worth(-1e9, 6.0)
    (1.0, 0.5, 0.0)
    """
    return math.exp2(min(60.0, capability / doubling_months))
