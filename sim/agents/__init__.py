"""The agents, and the order of a day. `DAY` is the only place that says who acts when; both drivers are built from it."""

from typing import Any

from sim.access import settle_access
from sim.agent import Agent
from sim.agents.bad_actor import BadActor
from sim.agents.government import Government
from sim.agents.lab import Lab
from sim.agents.open_weight_lab import OpenWeightLab
from sim.agents.partner import Partner
from sim.code_base import maintain_code
from sim.dawn import dawn
from sim.market import clear_market
from sim.measures import dusk

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
