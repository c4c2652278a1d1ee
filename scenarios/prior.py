"""What a world may write for a parameter, turned into a fixed value or a prior."""

from dataclasses import replace

from scenarios.notation import shown
from scenarios.schema import Range, Times, labels
from scenarios.sentence import limits
from sim.bounds import span
from sim.errors import InputError
from sim.parameters import LogNormal, Parameter, Prior, Triangular, Uniform


def settled(parameter: Parameter, setting: float | int | bool | str | Range | Times) -> Parameter:
    """The parameter as a world sets it. An InputError says what is wrong, without the file."""
    match setting:
        case Range():
            return ranged(parameter, setting)
        case Times():
            return multiplied(parameter, setting.times)
        case str():
            return replace(parameter, default=labels(parameter)[setting], prior=None)
    return replace(parameter, default=parameter.type(setting), prior=None)


def ranged(parameter: Parameter, limits_: Range) -> Parameter:
    """The parameter with a uniform or triangular prior."""
    low, mode, high = limits_.low, limits_.mode, limits_.high
    if not low <= (low if mode is None else mode) <= high:
        order = "low <= high" if mode is None else "low <= mode <= high"
        raise InputError(f"{parameter.name} = {shown(limits_.given())} must have {order}, {limits(parameter)}")
    central = (low + high) / 2 if mode is None else mode
    prior = Uniform(low, high) if mode is None else Triangular(low, mode, high)
    return replace(parameter, default=parameter.cast(central), prior=prior if low < high else None)


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
    return None


def extent(prior: Prior) -> tuple[float, float]:
    """The low and high that a prior states."""
    match prior:
        case Uniform(low, high) | Triangular(low, _, high) | LogNormal(_, low, high):
            return low, high
    raise TypeError(f"{prior!r} is no known prior")
