"""lockgate's model: what happens in the months after a system is trained that worries a government.

`ReleaseModel` is one run as a Mesa model; `simulate` runs many, compiled; `trace` runs one, compiled, with its event log.
"""

from importlib import import_module
from typing import TYPE_CHECKING
from typing import Any
from lockgate.sim.rules.numba_settings import ignore_settings_file

if TYPE_CHECKING:
    from lockgate.sim.model.day import DAY
    from lockgate.sim.model.day import BadActor
    from lockgate.sim.model.day import Government
    from lockgate.sim.model.day import Lab
    from lockgate.sim.model.day import OpenWeightLab
    from lockgate.sim.model.day import Partner
    from lockgate.sim.engine.run import simulate
    from lockgate.sim.engine.run import trace
    from lockgate.sim.engine.mesa import ReleaseModel
    from lockgate.sim.model.policy import Policy

HOMES = {
    "DAY": "lockgate.sim.model.day", "BadActor": "lockgate.sim.model.day", "Government": "lockgate.sim.model.day", "Lab": "lockgate.sim.model.day", "OpenWeightLab": "lockgate.sim.model.day",
    "Partner": "lockgate.sim.model.day", "simulate": "lockgate.sim.engine.run", "trace": "lockgate.sim.engine.run", "ReleaseModel": "lockgate.sim.engine.mesa", "Policy": "lockgate.sim.model.policy",
}  # fmt: skip
__all__ = ["DAY", "BadActor", "Government", "Lab", "OpenWeightLab", "Partner", "Policy", "ReleaseModel", "simulate", "trace"]

ignore_settings_file()  # before anything imports Numba


def __getattr__(name: str) -> Any:
    """Import the compiler and Mesa only when they are needed: a list of parameters needs neither."""
    if name in HOMES:
        return getattr(import_module(HOMES[name]), name)
    raise AttributeError(f"module 'sim' has no attribute {name!r}")
