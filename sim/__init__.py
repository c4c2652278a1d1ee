"""lockgate's model: what happens in the months after a system is trained that worries a government.

`ReleaseModel` is one run as a Mesa model; `simulate` runs many, compiled; `trace` runs one, compiled, with its event log.
"""

from lockgate.sim.rules.numba_settings import ignore_settings_file
from lockgate.sim.search_path import public

TYPE_CHECKING = False  # that of `typing` may be somebody's own `typing.py` (`sim.search_path`)

if TYPE_CHECKING:
    from typing import Any

    from lockgate.sim.engine.mesa import ReleaseModel
    from lockgate.sim.engine.run import simulate, trace
    from lockgate.sim.model.day import DAY, BadActor, Government, Lab, OpenWeightLab, Partner
    from lockgate.sim.model.policy import Policy

HOMES = {
    "lockgate.sim.model.day": ("DAY", "BadActor", "Government", "Lab", "OpenWeightLab", "Partner"),
    "lockgate.sim.engine.run": ("simulate", "trace"),
    "lockgate.sim.engine.mesa": ("ReleaseModel",),
    "lockgate.sim.model.policy": ("Policy",),
}
__all__ = ["DAY", "BadActor", "Government", "Lab", "OpenWeightLab", "Partner", "Policy", "ReleaseModel", "simulate", "trace"]

ignore_settings_file()  # before anything imports Numba


def __getattr__(name: str) -> "Any":
    """Import the compiler and Mesa only when they are needed: a list of parameters needs neither."""
    return public(__name__, HOMES, name)
