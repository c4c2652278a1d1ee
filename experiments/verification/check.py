"""Checks: one number from a closed form beside the same number from the simulation."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

SIGMAS = 4.0  # standard errors, where no other tolerance is stated


@dataclass(frozen=True)
class Check:
    """What a formula says, what was simulated, and how far apart the two may be."""

    name: str
    parameters: Mapping[str, float | int | str]
    formula: float
    simulated: float
    standard_error: float
    tolerance: float

    @property
    def holds(self) -> bool:
        """Whether the two are no further apart than that.

        >>> Check("R0", {}, 1.0, 1.2, 0.1, 0.4).holds, Check("R0", {}, 1.0, float("nan"), 0.1, 0.4).holds
        (True, False)
        """
        return abs(self.simulated - self.formula) <= self.tolerance

    def content(self) -> dict[str, Any]:
        """The check as JSON has it; JSON has no infinity, so a parameter without a limit is the word."""
        plain = {name: str(value) if isinstance(value, float) and math.isinf(value) else value for name, value in self.parameters.items()}
        return {**asdict(self), "parameters": plain, "holds": self.holds}
