"""Worlds in which little moves: systems hardly grow, one of day 0 is critical and older ones are not, and code is searched at one rate."""

from typing import Any

from lockgate.sim.engine.mesa import ReleaseModel
from lockgate.sim.model.parameters import without
from lockgate.sim.model.policy import Policy

NEUTRAL = without(["capability step", "adoption", "remediation capacity", "n-day exploitation"])
STILL: dict[str, Any] = NEUTRAL | {
    "labs": 1, "open_weight_labs": 0, "organisations": 20, "bad_actors": 0, "pace": 1e-6, "leaks_on": False,
    "search_days": 50.0, "search_doubling_months": 1e9, "new_code_per_day": 0.0,
}  # fmt: skip
OPEN = Policy("open")
HALF = Policy("half of the organisations", {"lab_programme": True, "public_release": False, "launch_partners": 10})


def lived(policy: Policy, days: int, **world: Any) -> Any:
    """The world as it stands after so many days, checked every evening."""
    return ReleaseModel(policy, STILL | world, seed=3, horizon_days=days, check=True).run().world
