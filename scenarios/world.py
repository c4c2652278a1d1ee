"""Worlds: the value or the prior of every parameter."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from os import PathLike
from typing import Any, cast

from scenarios.consistency import contradictions
from scenarios.load import lineage
from scenarios.notation import quoted, shown
from scenarios.prior import settled
from scenarios.schema import WorldFile, parameters
from scenarios.sentence import checked_scenario, limits, scenario_error
from scenarios.source import built_in_names
from sim.bounds import is_within
from sim.errors import InputError, nearest
from sim.parameters import PARAMETERS, Parameter

Value = float | int | bool
NARROWEST = 2.0**-53  # the least distance from 0 and 1 at which every prior has a finite quantile


@dataclass(frozen=True)
class World:
    """A world: the table of parameters with its own central values and priors."""

    name: str
    summary: str = field(repr=False)
    parameters: Mapping[str, Parameter] = field(repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.parameters, Mapping) or self.parameters.keys() != PARAMETERS.keys():
            said = "must have each parameter once, start from load_world and change some with with_parameters"
            raise scenario_error("world", self.name, said)
        for name, parameter in self.parameters.items():
            if not (isinstance(parameter, Parameter) and is_within(PARAMETERS[name], parameter.default)):
                raise scenario_error("world", self.name, f"{name} = {shown(parameter)} must be a Parameter, {limits(PARAMETERS[name])}")

    def central(self) -> dict[str, Value]:
        """The central value of every parameter.

        >>> load_world("under-resourced-testers").central()["staffing"]
        0.2
        """
        return {name: parameter.default for name, parameter in self.parameters.items()}

    @cached_property
    def sampled(self) -> tuple[str, ...]:
        """The names of the parameters that vary, in the order of the table."""
        return tuple(name for name, parameter in self.parameters.items() if parameter.prior is not None)

    def sample(self, name: str, u: float) -> Value:
        """The value of a parameter at quantile u (0 to 1) of its prior, within its bounds; its central value where it does not vary.

        >>> load_world("fast-follower").sample("open_weight_lag_months", 0.5)
        2.0
        """
        if name not in self.parameters:
            hint = f"`lockgate list` names all{nearest(name, PARAMETERS)}"
            raise scenario_error("world", self.name, f"unknown parameter {quoted(name)}, {hint}")
        if not 0.0 <= u <= 1.0:
            raise scenario_error("world", self.name, f"{name} at quantile {u} must be 0 to 1 (share of its prior below the value)")
        return self.parameters[name].sample(min(max(u, NARROWEST), 1.0 - NARROWEST))


def world_names() -> tuple[str, ...]:
    """The names of the built-in worlds.

    >>> "baseline" in world_names()
    True
    """
    return built_in_names("world")


def load_world(name_or_path: str | PathLike[str]) -> World:
    """The world of a built-in name, or of a TOML file."""
    family = lineage("world", name_or_path)
    settings: dict[str, Any] = {}
    for member in family:
        settings |= cast(WorldFile, member.content).parameters.given()
    source, content = family[-1].source, family[-1].content
    return world(World(source.title, content.summary, PARAMETERS), settings, shown_as=source.name)


def with_parameters(base: World, changes: Mapping[str, object]) -> World:
    """The world with other settings of some parameters; a plain value fixes its parameter.

    >>> with_parameters(load_world("baseline"), {"open_weight_lag_months": 6}).sample("open_weight_lag_months", 0.9)
    6.0
    """
    settings = checked_scenario("world", base.name, parameters(), dict(changes), "parameters").given()
    return world(base, settings, shown_as=base.name)


def world(base: World, settings: Mapping[str, Any], *, shown_as: str) -> World:
    """The base with these settings, unless they contradict one another."""
    try:
        changed = {name: settled(PARAMETERS[name], setting) for name, setting in settings.items()}
    except InputError as error:
        raise scenario_error("world", shown_as, str(error)) from None
    table = {**base.parameters, **changed}
    for problem in contradictions(table):
        raise scenario_error("world", shown_as, problem)
    return replace(base, parameters=table)
