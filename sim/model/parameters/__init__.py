"""Every parameter of the world: default, prior, bounds, unit, evidence grade and source, in one table."""

from lockgate.sim.model.parameters.mechanisms import MECHANISMS, Mechanism, without
from lockgate.sim.model.parameters.parameter import GRADES, Choice, LogNormal, Parameter, Prior, Quantiles, Triangular, Uniform
from lockgate.sim.model.parameters.table import PAIRS, checked_worlds, parameter_table
from lockgate.sim.model.parameters.values import PARAMETERS, PARAMETERS_DTYPE, THEMES

__all__ = [
    "GRADES",
    "MECHANISMS",
    "PAIRS",
    "PARAMETERS",
    "PARAMETERS_DTYPE",
    "THEMES",
    "Choice",
    "LogNormal",
    "Mechanism",
    "Parameter",
    "Prior",
    "Quantiles",
    "Triangular",
    "Uniform",
    "checked_worlds",
    "parameter_table",
    "without",
]
