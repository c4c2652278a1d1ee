"""Every parameter of the world: default, prior, bounds, unit, evidence grade and source, in one table."""

from typing import Any

import numpy as np

from sim.errors import InputError, nearest
from sim.parameters.attack import ATTACK
from sim.parameters.defence import DEFENCE
from sim.parameters.frontier import FRONTIER, OPEN_WEIGHTS
from sim.parameters.governance import GOVERNANCE
from sim.parameters.parameter import GRADES, LogNormal, Parameter, Prior, Triangular, Uniform
from sim.parameters.structure import STRUCTURE
from sim.row import STORED_AS

THEMES = {
    "structure": STRUCTURE,
    "frontier": FRONTIER,
    "open weights": OPEN_WEIGHTS,
    "governance": GOVERNANCE,
    "defence": DEFENCE,
    "attack": ATTACK,
}
PARAMETERS: dict[str, Parameter] = {p.name: p for theme in THEMES.values() for p in theme}
PARAMETERS_DTYPE = np.dtype([(p.name, STORED_AS[p.type]) for p in PARAMETERS.values()], align=True)

__all__ = ["GRADES", "PARAMETERS", "PARAMETERS_DTYPE", "THEMES", "LogNormal", "Parameter", "Prior", "Triangular", "Uniform", "parameter_table"]


def parameter_table(rows: int = 1, **values: Any) -> "np.ndarray[Any, np.dtype[Any]]":
    """A table of worlds, one a row, at the central values but for those given (one value, or one a row).

    >>> parameter_table(2, pace=[0.5, 2.0])["pace"].tolist()
    [0.5, 2.0]
    """
    table = np.zeros(rows, PARAMETERS_DTYPE)
    for name, known in PARAMETERS.items():
        table[name] = known.default
    for name, value in values.items():
        if name not in PARAMETERS:
            raise InputError(f"unknown parameter {name!r}{nearest(name, PARAMETERS)}; `lockgate list` names all")
        low, high = PARAMETERS[name].bounds
        numbers = np.asarray(value, dtype=float)
        if not ((numbers >= low) & (numbers <= high)).all():
            raise InputError(f"parameter {name} = {value} must be {low:g} to {high:g} ({PARAMETERS[name].unit})")
        table[name] = value
    return table
