"""Every parameter of the world: default, prior, bounds, unit, evidence grade and source, in one table."""

import numpy as np
from lockgate.sim.model.parameters.values import ATTACK
from lockgate.sim.model.parameters.values import DEFENCE
from lockgate.sim.model.parameters.values import FRONTIER
from lockgate.sim.model.parameters.values import OPEN_WEIGHTS
from lockgate.sim.model.parameters.values import GOVERNANCE
from lockgate.sim.model.parameters.parameter import Parameter
from lockgate.sim.model.parameters.values import STRUCTURE
from lockgate.sim.rules.row import STORED_AS
from lockgate.sim.model.parameters.table import PAIRS
from lockgate.sim.model.parameters.parameter import GRADES
from lockgate.sim.model.parameters.parameter import LogNormal
from lockgate.sim.model.parameters.parameter import Prior
from lockgate.sim.model.parameters.parameter import Triangular
from lockgate.sim.model.parameters.parameter import Uniform
from lockgate.sim.model.parameters.table import checked_worlds
from lockgate.sim.model.parameters.table import parameter_table

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


__all__ = [
    "GRADES",
    "PAIRS",
    "PARAMETERS",
    "PARAMETERS_DTYPE",
    "THEMES",
    "LogNormal",
    "Parameter",
    "Prior",
    "Triangular",
    "Uniform",
    "checked_worlds",
    "parameter_table",
]
