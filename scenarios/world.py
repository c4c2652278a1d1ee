"""Worlds: the value or the prior of every parameter."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from os import PathLike
from typing import Any, cast

from lockgate.scenarios.files import built_in_names
from lockgate.scenarios.load import lineage
from lockgate.scenarios.notation import quoted, shown
from lockgate.scenarios.schema import Quantiled, Range, SkewedRange, Times, Weights, WorldFile, parameters
from lockgate.scenarios.sentence import checked_scenario, limits, scenario_error
from lockgate.sim.bounds import digits, is_within, span
from lockgate.sim.errors import InputError, nearest
from lockgate.sim.model.parameters import PAIRS, PARAMETERS, Choice, LogNormal, Parameter, Prior, Quantiles, Triangular, Uniform

Setting = float | int | bool | str | Range | SkewedRange | Quantiled | Weights | Times


def settled(parameter: Parameter, setting: Setting) -> Parameter:
    """The parameter as a world sets it. An InputError says what is wrong, without the file."""
    match setting:
        case Range() | SkewedRange() | Quantiled():
            return varied(parameter, setting)
        case Times():
            return multiplied(parameter, setting.times)
        case Weights():
            return weighted(parameter, setting.given())
        case str():
            return replace(parameter, default=parameter.labels[setting], prior=None)
    return replace(parameter, default=parameter.type(setting), prior=None)


def varied(parameter: Parameter, setting: Range | SkewedRange | Quantiled) -> Parameter:
    """The parameter with a prior over numbers."""
    match setting:
        case Range():
            return ranged(parameter, setting)
        case SkewedRange():
            return skewed(parameter, setting)
    return quantiled(parameter, tuple(setting.quantiles))


def ranged(parameter: Parameter, limits_: Range) -> Parameter:
    """The parameter with a uniform or triangular prior."""
    low, mode, high = limits_.low, limits_.mode, limits_.high
    if not low <= (low if mode is None else mode) <= high:
        order = "low <= high" if mode is None else "low <= mode <= high"
        raise InputError(f"{parameter.name} = {shown(limits_.given())} must have {order}, {limits(parameter)}")
    central = (low + high) / 2 if mode is None else mode
    prior = Uniform(low, high) if mode is None else Triangular(low, mode, high)
    return replace(parameter, default=parameter.cast(central), prior=prior if low < high else None)


def skewed(parameter: Parameter, limits_: SkewedRange) -> Parameter:
    """The parameter with a lognormal prior."""
    low, median, high = limits_.low, limits_.median, limits_.high
    if not 0.0 < low <= median <= high:
        said = f"{parameter.name} = {shown(limits_.given())} must have 0 < low <= median <= high"
        raise InputError(f"{said} (5 % lies below low, 5 % above high), {limits(parameter)}")
    prior = LogNormal(median, low, high) if low < high else None
    return replace(parameter, default=parameter.cast(median), prior=prior)


def quantiled(parameter: Parameter, values: tuple[float, ...]) -> Parameter:
    """The parameter with a prior by quantiles; its central value is the median."""
    if list(values) != sorted(values):
        raise InputError(f"{parameter.name}.quantiles = {shown(values)} must not fall, they are values at equal steps of probability")
    prior = Quantiles(values)
    return replace(parameter, default=parameter.cast(prior.quantile(0.5)), prior=prior if values[0] < values[-1] else None)


def weighted(parameter: Parameter, weights: Mapping[str, float]) -> Parameter:
    """The switch or choice with a prior over its values; its central value is the heaviest, the table's own before others."""
    drawn = {float(value): weights[label] for label, value in parameter.labels.items() if weights.get(label)}
    if len(drawn) < 2:
        example = ", ".join(f"{label} = 1" for label in parameter.labels)
        said = f"must have a weight above 0 for two values or more, such as {{ {example} }}, or be one of them"
        raise InputError(f"{parameter.name} = {shown(weights)} {said}")
    heaviest = max(drawn, key=lambda value: (drawn[value], value == parameter.default))
    return replace(parameter, default=parameter.cast(heaviest), prior=Choice(tuple(drawn), tuple(map(float, drawn.values()))))


def multiplied(parameter: Parameter, factor: float) -> Parameter:
    """The parameter with its default and prior multiplied by a factor."""
    prior = scaled(parameter.prior, factor)
    values = (factor * parameter.default, *(extent(prior) if prior else ()))
    least, most = min(values), max(values)
    if least < parameter.bounds[0] or most > parameter.bounds[1]:
        raise InputError(f"{parameter.name}.times = {shown(factor)} makes it {span(least, most)}, it must be {limits(parameter)}")
    return replace(parameter, default=parameter.type(factor * parameter.default), prior=prior)


def scaled(prior: Prior | None, factor: float) -> Prior | None:
    """The prior of a quantity that is multiplied by a factor."""
    match prior:
        case Uniform(low, high):
            return Uniform(factor * low, factor * high)
        case Triangular(low, mode, high):
            return Triangular(factor * low, factor * mode, factor * high)
        case LogNormal(median, low, high):
            return LogNormal(factor * median, factor * low, factor * high)
        case Quantiles(values):
            return Quantiles(tuple(factor * value for value in values))
    return None


def extent(prior: Prior) -> tuple[float, float]:
    """The low and high that a prior states."""
    match prior:
        case Uniform(low, high) | Triangular(low, _, high) | LogNormal(_, low, high):
            return low, high
        case Quantiles(values) | Choice(values, _):
            return values[0], values[-1]
    raise TypeError(f"{prior!r} is no known prior")


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


def list_worlds() -> tuple[str, ...]:
    """The names of the built-in worlds.

    >>> "baseline" in list_worlds()
    True
    """
    return built_in_names("world")


def load_world(name_or_path: str | PathLike[str]) -> World:
    """The world of a built-in name, or of a TOML file. An `InputError` says in one sentence what cannot be used.

    >>> load_world("under-resourced-testers").parameters["staffing"].default
    0.2
    """
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


Parameters = Mapping[str, Parameter]


def reach(parameter: Parameter) -> tuple[float, float]:
    """The smallest and the largest value that sampling can give it."""
    if parameter.prior is None:
        return parameter.default, parameter.default
    return parameter.bounds if isinstance(parameter.prior, LogNormal) else extent(parameter.prior)


def written(parameter: Parameter, value: float) -> str:
    """The parameter and one end of what it can be."""
    return (
        f"{parameter.name} = {digits(value)}" if parameter.prior is None else f"{parameter.name} (which varies, as far as {digits(value)})"
    )


def contradictions(table: Parameters) -> Iterator[str]:
    """One sentence for each pair of parameters that do not go together."""
    for pair in PAIRS:
        both = [table[name] for name in pair.names]
        ends = [reach(parameter)[end == "high"] for parameter, end in zip(both, pair.worst, strict=True)]
        if not pair.holds(*ends):
            one, other = map(written, both, ends)
            yield pair.sentence.format(one=one, other=other)
