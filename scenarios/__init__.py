"""What to simulate: release policies and worlds as TOML files, their schema, and their loading."""

from lockgate.scenarios.policy import list_policies, load_policy, with_levers
from lockgate.scenarios.schema import json_schema
from lockgate.scenarios.world import World, list_worlds, load_world, with_parameters

__all__ = [
    "World",
    "json_schema",
    "list_policies",
    "list_worlds",
    "load_policy",
    "load_world",
    "with_levers",
    "with_parameters",
]
