"""The same world in finer steps: every quantity with a dimension of time is rescaled by its own unit."""

from collections.abc import Mapping
from typing import Any

from lockgate.sim.model.parameters import PARAMETERS
from lockgate.sim.model.policy import LEVERS, Policy

# What a unit becomes when a step is 1/n of a day: times are n times as many steps, rates 1/n as large a step.
TIMES = ("days", "day")
RATES = (
    "per day", "per year", "logits per day", "share per day", "flaws per day", "months of capability per month",
    "US$ per organisation and day",
)  # fmt: skip
TIMELESS = (
    "share", "chance", "ratio", "cv", "elasticity", "skill", "months", "logits", "logits per month", "hazard per operation", "ln US$",
    "US$",
    "flaws", "sigma of ln", "Weibull shape", "race units", "RAND security level", "RAND security levels", "choice", "yes or no", "labs",
    "organisations", "actors", "partners", "reviewers", "agencies", "testers", "incidents", "services", "states",
)  # fmt: skip


def rescaled(value: float, unit: str, parts: int) -> float:
    """A value of this unit in steps of 1/parts of a day."""
    if unit in TIMES:
        return value * parts if value >= 0 else value
    if unit in RATES:
        return value / parts
    if unit not in TIMELESS:
        raise ValueError(f"unit {unit!r} has no dimension here: add it to TIMES, RATES or TIMELESS")
    return value


def finer_world(world: Mapping[str, Any], parts: int) -> dict[str, Any]:
    """Every parameter in steps of 1/parts of a day."""
    values = {name: world.get(name, parameter.default) for name, parameter in PARAMETERS.items()}
    return {name: rescaled(value, PARAMETERS[name].unit, parts) for name, value in values.items()}


def finer_policy(policy: Policy, parts: int) -> Policy:
    """Every lever, and every date, in steps of 1/parts of a day."""

    def finer(levers: Mapping[str, Any]) -> dict[str, Any]:
        # The longest wait that may be set means as long as it takes, in any step.
        return {name: min(rescaled(value, LEVERS[name].unit, parts), LEVERS[name].bounds[1]) for name, value in levers.items()}

    base = {name: policy.levers.get(name, lever.default) for name, lever in LEVERS.items() if not lever.once}
    return Policy(policy.name, finer(base), [(day * parts, finer(changes)) for day, changes in policy.timeline])
