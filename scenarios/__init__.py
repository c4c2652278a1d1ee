"""What to simulate: release policies and worlds as TOML files, their schema, and their loading."""

from lockgate.scenarios.policy import load_policy
from lockgate.scenarios.policy import policy_names
from lockgate.scenarios.policy import with_levers
from lockgate.scenarios.schema import json_schema
from lockgate.scenarios.world import World
from lockgate.scenarios.world import load_world
from lockgate.scenarios.world import with_parameters
from lockgate.scenarios.world import world_names

__all__ = [
    "World",
    "json_schema",
    "load_policy",
    "load_world",
    "policy_names",
    "with_levers",
    "with_parameters",
    "world_names",
]
