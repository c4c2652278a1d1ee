"""Sampling: a parameter's value from its prior, as rules. They are compiled for this machine, and for the browser from the same text.

A world is sampled from two tables: a row of `PRIOR_DTYPE` for each parameter, and the numbers of those priors that have a list of them.
Every value is, to the last bit, the one that `World.sample` gives at the same quantile.
"""

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import NormalDist
from typing import Any

import numpy as np

from lockgate.experiments.results.normal import normal_quantile
from lockgate.experiments.results.words import BOOL, INT, TYPES, get_float, put
from lockgate.scenarios import World
from lockgate.scenarios.world import NARROWEST
from lockgate.sim.errors import InputError
from lockgate.sim.limits import LARGEST_SEED
from lockgate.sim.model.chance import Purpose, key, uniform
from lockgate.sim.model.parameters import (
    PAIRS,
    PARAMETERS,
    PARAMETERS_DTYPE,
    Choice,
    LogNormal,
    Parameter,
    Prior,
    Quantiles,
    Triangular,
    Uniform,
)
from lockgate.sim.model.parameters.table import Pair
from lockgate.sim.rules.cache import compiled_folder
from lockgate.sim.rules.compiler import kernel, make_known
from lockgate.sim.rules.reach import Reach
from lockgate.sim.rules.rule import rule

Array = np.ndarray[Any, np.dtype[Any]]
FIXED, UNIFORM, TRIANGULAR, LOGNORMAL, QUANTILES, CHOICE = range(6)  # kinds of priors
# A prior as a row. What a kind does not need is 0.
PRIOR_DTYPE = np.dtype(
    [
        *((name, "i8") for name in ("kind", "type", "offset", "word")),  # `word` stands for the parameter's name in keyed draws
        *((name, "f8") for name in ("default", "low", "middle", "high", "least", "most")),  # the last two are the bounds
        *((name, "i8") for name in ("first", "count")),  # of its numbers: quantiles; or values and, behind them, their weights
        ("total", "f8"),  # of the weights
    ],
    align=True,
)
KINDS: dict[type, int] = {Uniform: UNIFORM, Triangular: TRIANGULAR, LogNormal: LOGNORMAL, Quantiles: QUANTILES, Choice: CHOICE}
EDGE = 1e-12  # nearest to 0 and 1 that a lognormal prior is asked at
NINETY_FIVE = NormalDist().inv_cdf(0.95)
PLACES: Mapping[str, Any] = PARAMETERS_DTYPE.fields or {}  # type and place of each parameter in a row of them
AT_ODDS = -1.0  # in place of a seed: two parameters of the world do not go together


@rule
def triangular(low: float, mode: float, high: float, u: float) -> float:
    """A quantile of a triangular prior."""
    width, left = high - low, mode - low
    if u * width < left:
        return low + math.sqrt(u * width * left)
    return high - math.sqrt((1.0 - u) * width * (high - mode)) if width != 0.0 else low


@rule
def lognormal(low: float, median: float, high: float, u: float) -> float:
    """A quantile of a lognormal prior, in which 5 % lie below low and 5 % above high."""
    z = normal_quantile(min(max(u, EDGE), 1.0 - EDGE)) / NINETY_FIVE
    return median * ((high / median) ** z if z > 0.0 else (median / low) ** z)  # type: ignore[no-any-return]


@rule
def between(quantiles: Array, first: int, count: int, u: float) -> float:
    """A quantile between those at equal steps of probability."""
    place = u * (count - 1)
    step = min(int(place), count - 2)
    low, high = quantiles[first + step], quantiles[first + step + 1]
    return low + (place - step) * (high - low)  # type: ignore[no-any-return]


@rule
def chosen(values: Array, first: int, count: int, rest: float) -> float:
    """The value in whose weight so much of all weights ends; weights stand behind the values."""
    for place in range(first, first + count):
        rest -= values[place + count]
        if rest < 0.0:
            return values[place]  # type: ignore[no-any-return]
    return values[first + count - 1]  # type: ignore[no-any-return]


@rule
def quantile(prior: Any, values: Array, u: float) -> float:
    """The value below which a share u of a prior lies, as `Prior.quantile` has it."""
    if prior.kind == UNIFORM:
        return prior.low + u * (prior.high - prior.low)  # type: ignore[no-any-return]
    if prior.kind == TRIANGULAR:
        return triangular(prior.low, prior.middle, prior.high, u)
    if prior.kind == LOGNORMAL:
        return lognormal(prior.low, prior.middle, prior.high, u)
    if prior.kind == QUANTILES:
        return between(values, prior.first, prior.count, u)
    return chosen(values, prior.first, prior.count, u * prior.total)


@rule
def value_of(prior: Any, values: Array, u: float) -> float:
    """The value of a parameter at quantile u (0 to 1) of its prior, within its bounds; whole where it is, and 0 or 1 for a switch."""
    if prior.kind == FIXED:
        return prior.default  # type: ignore[no-any-return]
    value = min(max(quantile(prior, values, min(max(u, NARROWEST), 1.0 - NARROWEST)), prior.least), prior.most)
    if prior.type == BOOL:
        return 1.0 if value != 0.0 else 0.0
    return float(round(value)) if prior.type == INT else value


@rule
def drawn(prior: Any, values: Array, seed: int, draw: int) -> float:
    """The value of a parameter in a draw."""
    return value_of(prior, values, uniform(seed, Purpose.PRIOR, draw, prior.word))


def agreement(pairs: Sequence[Pair]) -> Any:
    """A rule that says whether the parameters of a world, as words, go together: these pairs of them."""
    pair, *others = pairs
    one, other, holds = *(PLACES[name][1] for name in pair.names), pair.holds
    if not others:

        @rule
        def agrees(words: Array) -> bool:
            return holds(get_float(words, one), get_float(words, other))  # type: ignore[no-any-return]

        return agrees
    rest = agreement(others)

    @rule
    def agree(words: Array) -> bool:
        return holds(get_float(words, one), get_float(words, other)) and rest(words)  # type: ignore[no-any-return]

    return agree


goes_together = agreement(PAIRS)


def sample_world(priors: Array, values: Array, seed: int, draw: int, out: Array) -> float:
    """Sample a draw of a world into `out`, a row of parameters as words. Gives the seed of its run, or -1 where parameters are at odds."""
    for row in range(len(priors)):
        prior = priors[row]
        put(out, prior.offset, prior.type, drawn(prior, values, seed, draw))
    return float(key(seed, draw, Purpose.WORLD_SEED) & LARGEST_SEED) if goes_together(out) else AT_ODDS


def sample_column(priors: Array, values: Array, seed: int, draws: Array, out: Array) -> None:
    """Sample the first parameter of a table of priors in these draws, (D,), as floats."""
    for place in range(len(draws)):
        out[place] = drawn(priors[0], values, seed, draws[place])


REACH = Reach([sample_world, sample_column])
make_known(REACH.functions)
FOLDER = compiled_folder(REACH.digest, str(PARAMETERS_DTYPE))
sample_world, sample_column = (kernel(function, FOLDER) for function in (sample_world, sample_column))


def word_of(name: str) -> int:
    """A whole number that stands for a name in keyed draws, whatever other names there are."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:7], "big")


def prior_table(world: World) -> tuple[Array, Array]:
    """The priors of a world, a row for each parameter in the order of their table, and the numbers of those that list them.

    Raises `InputError` where a prior is of somebody's own making, which no rule knows.

    >>> from lockgate.scenarios import load_world
    >>> priors, values = prior_table(load_world("race"))
    >>> len(priors) == len(PARAMETERS), sorted(set(priors["kind"].tolist()))
    (True, [0, 1, 2, 3, 5])
    """
    for name, parameter in world.parameters.items():
        if not is_known(parameter):
            raise InputError(f'world "{world.name}": the prior {parameter.prior} of {name} is none of those that a world\'s file can state')
    return prior_rows(world.parameters.values())


def is_known(parameter: Parameter) -> bool:
    """Whether a parameter's prior is one that rules sample from."""
    prior, known = parameter.prior, PARAMETERS[parameter.name]
    if parameter.type is not known.type or not (prior is None or type(prior) in KINDS):
        return False
    lists = [prior.values, prior.weights] if isinstance(prior, Choice) else [prior.values] if isinstance(prior, Quantiles) else []
    return len({len(each) for each in lists}) < 2 and all(len(each) >= 2 for each in lists)


def prior_rows(parameters: Iterable[Parameter]) -> tuple[Array, Array]:
    """Rows of `PRIOR_DTYPE` for parameters of known priors, and the numbers of those that list them, (N,)."""
    rows: list[dict[str, float]] = []
    values: list[float] = []
    for parameter in parameters:
        said = described(parameter.prior)
        listed = [*said.pop("values", ()), *said.pop("weights", ())]
        least, most = parameter.bounds
        rows.append({
            "type": TYPES[parameter.type], "offset": PLACES[parameter.name][1], "word": word_of(parameter.name),
            "default": float(parameter.default), "least": least, "most": most, "first": len(values), **said,
        })  # fmt: skip
        values += listed
    table = np.zeros(len(rows), PRIOR_DTYPE)
    for name in PRIOR_DTYPE.names or ():
        table[name] = [row.get(name, 0) for row in rows]
    return table, np.array(values or [0.0])


def described(prior: Prior | None) -> dict[str, Any]:
    """What a row says of a prior, and its `values` and `weights`."""
    match prior:
        case Uniform(low, high):
            said: dict[str, Any] = {"low": low, "high": high}
        case Triangular(low, middle, high) | LogNormal(middle, low, high):
            said = {"low": low, "middle": middle, "high": high}
        case Quantiles(values):
            said = {"values": values, "count": len(values)}
        case Choice(values, weights):
            said = {"values": values, "weights": weights, "count": len(values), "total": math.fsum(weights)}
        case _:
            return {}
    return {"kind": KINDS[type(prior)], **said}


def sampled_column(world: World, name: str, draws: Array, seed: int) -> Array:
    """The values of a parameter in these draws, (D,), in its own type."""
    parameter = world.parameters[name]
    if not is_known(parameter):  # somebody's own
        word = word_of(name)
        return np.array([world.sample(name, uniform(seed, Purpose.PRIOR, draw, word)) for draw in draws.tolist()], parameter.type)
    found = np.empty(len(draws))
    sample_column(*prior_rows([parameter]), seed, draws, found)
    return found.astype(parameter.type)
