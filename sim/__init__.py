"""lockgate's model: what happens in the months after a system is trained that worries a government.

`ReleaseModel` is one run as a Mesa model; `simulate` runs many, compiled; `trace` runs one, compiled, with its event log.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sim.numba_settings import ignore_settings_file

if TYPE_CHECKING:
    from sim.agents import DAY, BadActor, Government, Lab, OpenWeightLab, Partner
    from sim.engine import simulate, trace
    from sim.model import ReleaseModel
    from sim.policy import Policy

HOMES = {
    "DAY": "sim.agents", "BadActor": "sim.agents", "Government": "sim.agents", "Lab": "sim.agents", "OpenWeightLab": "sim.agents",
    "Partner": "sim.agents", "simulate": "sim.engine", "trace": "sim.engine", "ReleaseModel": "sim.model", "Policy": "sim.policy",
}  # fmt: skip
__all__ = ["DAY", "BadActor", "Government", "Lab", "OpenWeightLab", "Partner", "Policy", "ReleaseModel", "simulate", "trace"]

ignore_settings_file()  # before anything imports Numba


def __getattr__(name: str) -> Any:
    """Import the compiler and Mesa only when they are needed: a list of parameters needs neither."""
    if name in HOMES:
        return getattr(import_module(HOMES[name]), name)
    raise AttributeError(f"module 'sim' has no attribute {name!r}")
