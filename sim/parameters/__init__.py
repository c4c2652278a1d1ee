"""Every parameter of the world: default, prior, bounds, unit, evidence grade and source, in one table."""

from sim.parameters.consistency import PAIRS
from sim.parameters.parameter import GRADES, LogNormal, Parameter, Prior, Triangular, Uniform
from sim.parameters.table import checked_worlds, parameter_table
from sim.parameters.themes import PARAMETERS, PARAMETERS_DTYPE, THEMES

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
