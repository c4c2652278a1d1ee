"""What to simulate: release policies and worlds as TOML files, their schema, and their loading."""

from scenarios.policy import load_policy, policy_names, with_levers
from scenarios.schema import json_schema
from scenarios.world import World, load_world, with_parameters, world_names

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
