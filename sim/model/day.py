"""The agents, and the order of a day. `DAY` is the only place that says who acts when; both drivers are built from it."""

from typing import Any

from lockgate.sim.model.access import settle_access
from lockgate.sim.model.agent import Agent
from lockgate.sim.model.bad_actor import BadActor
from lockgate.sim.model.code_base import maintain_code
from lockgate.sim.model.dawn import dawn
from lockgate.sim.model.government import Government
from lockgate.sim.model.lab import Lab
from lockgate.sim.model.market import clear_market
from lockgate.sim.model.measures import dusk
from lockgate.sim.model.open_weight_lab import OpenWeightLab
from lockgate.sim.model.partner import Partner

# Kinds of agents act one after another in the order of their rows; what stands between them is no agent's act.
DAY: dict[str, Any] = {
    "dawn": dawn,
    "labs": Lab,
    "governments": Government,
    "open_weight_labs": OpenWeightLab,
    "access": settle_access,
    "partners": Partner,
    "code": maintain_code,
    "bad_actors": BadActor,
    "market": clear_market,
    "dusk": dusk,
}
KINDS: dict[str, type[Agent]] = {name: act for name, act in DAY.items() if isinstance(act, type)}

__all__ = ["DAY", "KINDS", "BadActor", "Government", "Lab", "OpenWeightLab", "Partner"]
