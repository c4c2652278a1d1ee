"""The cases of a study: a draw in a world at a point each, with what differs between them and what came of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from lockgate.experiments.results.results import Results
from lockgate.experiments.results.source import InMemory
from lockgate.experiments.study.factor import Factor
from lockgate.experiments.study.study import Study
from lockgate.sim.errors import InputError
from lockgate.sim.model.parameters import PARAMETERS

Array = np.ndarray[Any, np.dtype[Any]]
HARM = "model_enabled_harm"


@dataclass(frozen=True, eq=False)
class Cases:
    """M cases, in order of draw, world and point: their numbers, (M,) each, and the inputs that differ between any of them.

    `inputs` maps the name of each sampled parameter, and the column of each factor, to its values as floats, (M,): labels of switches and
    choices as their codes. What is the same in all cases is left out.
    """

    draws: Array
    worlds: Array
    points: Array
    inputs: Mapping[str, Array]
    factors: Mapping[str, Factor]

    def __len__(self) -> int:
        """M."""
        return len(self.draws)

    @property
    def matrix(self) -> Array:
        """The inputs as columns, (M, K)."""
        return np.column_stack(list(self.inputs.values())) if self.inputs else np.zeros((len(self), 0))

    def labels(self, name: str) -> dict[float, str]:
        """What the values of a switch or a choice are called, by value; empty for a number."""
        known = parameter_of(self, name)
        return {float(value): label for label, value in PARAMETERS[known].labels.items()} if known else {}


def refuse_without_harm(study: Study) -> None:
    """Raise `InputError` where a study does not keep what answers and reports are about."""
    if HARM not in study.outcomes:
        raise InputError(f"study {study.name} does not keep {HARM}, which all answers are about; add it to its outcomes, and run it again")


def parameter_of(cases: Cases, name: str) -> str | None:
    """The parameter that an input is; None for a lever or a date."""
    if name in cases.factors:
        factor = cases.factors[name]
        return factor.name if factor.role == "parameter" else None
    return name


KEPT: "WeakKeyDictionary[Results, Cases]" = WeakKeyDictionary()  # as several answers ask for those of one study
AT_ONCE = 20  # columns of all runs that are in memory


def cases_of(results: Results) -> Cases:
    """The cases of what is selected of a study; worked out once."""
    if results not in KEPT:
        KEPT[results] = gathered(results)
    return KEPT[results]


def batched(names: Sequence[str], size: int) -> Iterator[list[str]]:
    """Names, so many at a time.

    >>> list(batched(["a", "b", "c"], 2))
    [['a', 'b'], ['c']]
    """
    for first in range(0, len(names), size):
        yield list(names[first : first + size])


def gathered(results: Results) -> Cases:
    """The cases, from what was sampled and what the design varies."""
    selection, study = results.selection, results.study
    draws, worlds, points, _ = selection.shape
    shape = (draws, worlds, points)

    def spread(values: Array, axis: int) -> Array:
        each = [1, 1, 1]
        each[axis] = -1
        return np.broadcast_to(values.reshape(each), shape).ravel()

    varied = {factor.name for factor in study.factors if factor.role == "parameter"}
    sampled = dict.fromkeys(name for world in results.worlds for name in world.sampled if name not in varied and not study.fixed)
    columns = sampled_inputs(results, list(sampled))
    columns |= {name: spread(np.asarray(selection.values(name), float), 2) for name in study.points}
    inputs = {name: values for name, values in columns.items() if values.size and np.ptp(values) > 0.0}
    numbers = [spread(each, axis) for axis, each in enumerate((selection.draws, selection.worlds, selection.points))]
    factors = {factor.column: factor for factor in study.factors}
    return Cases(numbers[0], numbers[1], numbers[2], inputs, factors)


def sampled_inputs(results: Results, names: Sequence[str]) -> dict[str, Array]:
    """Sampled parameters in each case, (M,) each: from memory, or from the columns of the runs under the first policy selected."""
    selection, source = results.selection, results.source
    if isinstance(source, InMemory):
        tables = [source.drawn[place].worlds[selection.draws] for place in selection.worlds]
        points = len(selection.points)
        return {name: np.column_stack([table[name] for table in tables]).astype(float).repeat(points, axis=1).ravel() for name in names}
    first = replace(selection, policies=selection.policies[:1])
    found: dict[str, Array] = {}
    for some in batched(names, AT_ONCE):
        found |= {name: first.of(values).ravel() for name, values in source.values(some).items()}
    return found


def outcome_of(results: Results, outcome: str) -> Array:
    """An outcome in each case under each policy, (M, P); NaN where a run is not there, or went wrong."""
    values = results.source.values(results.outcome_names(outcome))[outcome]
    return results.selection.of(values).reshape(-1, len(results.selection.policies))


def compared(results: Results, policy: str | None = None) -> tuple[int, int]:
    """The places, among those selected, of a policy (default: the second) and of the reference, which is the first."""
    names = results.names
    if len(names) < 2:
        raise InputError(f"policies {', '.join(names)} must be two or more: the first is the reference that the others are compared with")
    if policy is None:
        return 1, 0
    if policy not in names[1:]:
        raise InputError(f"policy = {policy!r} must be one of those compared with {names[0]}: {', '.join(names[1:])}")
    return names.index(policy), 0
