"""Paired cases: an outcome under a policy and under the reference in each case, and which cases share their luck."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lockgate.experiments.answers.cases import HARM, Cases, cases_of, compared, outcome_of
from lockgate.experiments.answers.flips.inputs import Input, input_of
from lockgate.experiments.results.results import Results
from lockgate.experiments.results.verdict import Direction, Verdict, verdict
from lockgate.experiments.study.design import LISTING
from lockgate.sim.errors import InputError
from lockgate.sim.model.outcomes import OUTCOMES

Array = np.ndarray[Any, np.dtype[Any]]
FEW_POINTS = 30  # of a sampled design, below which they say nothing of those between them


@dataclass(frozen=True, eq=False)
class Paired:
    """M cases in which both runs went well: `values` and `base`, (M,), and the draw and the point of each.

    `inputs` has the values of each input, (M,), and `known` says what each is. `sampled_points` tells that points are a sample of a space
    (lhs, sobol and the like), so that another design would have had others.
    """

    outcome: str
    policy: str
    reference: str
    values: Array
    base: Array
    draws: Array
    points: Array
    inputs: Mapping[str, Array]
    known: Mapping[str, Input]
    sampled_points: bool = False

    def __len__(self) -> int:
        """M."""
        return len(self.values)

    @property
    def difference(self) -> Array:
        """The outcome less that under the reference, (M,)."""
        return np.asarray(self.values - self.base)

    @property
    def worse(self) -> Direction:
        """The direction that does harm: more, unless more of the outcome is better."""
        return "less" if OUTCOMES[self.outcome].better == "high" else "more"

    @property
    def repeated(self) -> list[str]:
        """The inputs with one value at each point, whatever the draw: those of the design."""
        return [name for name, values in self.inputs.items() if values_by_point(values, self.points)] if np.ptp(self.points) else []

    def where(self, chosen: Array) -> "Paired":
        """The cases of a mask or of places."""
        columns = {name: getattr(self, name)[chosen] for name in ("values", "base", "draws", "points")}
        return replace(self, **columns, inputs={name: values[chosen] for name, values in self.inputs.items()})

    def only(self, names: list[str]) -> "Paired":
        """The same cases with some of the inputs."""
        return replace(self, inputs={name: self.inputs[name] for name in names})

    def verdict(self, chosen: Array | None = None) -> Verdict:
        """The verdict on the mean over some cases (default: all), with draws as what is repeated."""
        those = self if chosen is None else self.where(chosen)
        values, base = (by_group(each, those.draws) for each in (those.values, those.base))
        return verdict(self.outcome, values, base)

    def verdicts(self, chosen: Array) -> list[Verdict]:
        """The verdict with draws as what is repeated, and where points are a sample also with points so."""
        those = self.where(chosen)
        groups = [those.draws, those.points] if self.sampled_points else [those.draws]
        return [verdict(self.outcome, by_group(those.values, group), by_group(those.base, group)) for group in groups]


def values_by_point(values: Array, points: Array) -> bool:
    """Whether an input has one value at each point.

    >>> values_by_point(np.array([1.0, 2.0, 1.0]), np.array([0, 1, 0])), values_by_point(np.array([1.0, 2.0]), np.array([0, 0]))
    (True, False)
    """
    first = np.full(int(points.max(initial=-1)) + 1, np.nan)
    first[points] = values
    return bool((first[points] == values).all())


def by_group(values: Array, group: Array) -> Array:
    """The mean of each group that is there, in order of the groups.

    >>> by_group(np.array([1.0, 3.0, 5.0]), np.array([7, 7, 2])).tolist()
    [5.0, 2.0]
    """
    _, place, counts = np.unique(group, return_inverse=True, return_counts=True)
    return np.asarray(np.bincount(place, values) / counts) if len(values) else np.zeros(0)


def paired_cases(results: Results, policy: str | None = None, outcome: str = HARM) -> Paired:
    """The cases of a policy (default: the second) and of the reference. Raises `InputError` where nothing differs between cases."""
    place, reference = compared(results, policy)
    cases = cases_of(results)
    if not cases.inputs:
        said = "sample the world's parameters (not fixed), or vary some of them in a study with [uncertainties] or [levers]"
        raise InputError(f"all cases of this study have the same inputs, so none can be told where the policy does harm; {said}")
    found = outcome_of(results, outcome)[:, [place, reference]]
    good = np.asarray(np.isfinite(found).all(axis=1))
    if not good.any():
        raise InputError(f"no case has {outcome} under both {results.names[place]} and {results.names[reference]}; run the study further")
    known = {name: input_of(results, cases, name, place) for name in cases.inputs}
    names, sample = (results.names[place], results.names[reference]), sampled(cases, results)
    return Paired(outcome, *names, found[:, 0], found[:, 1], cases.draws, cases.points, cases.inputs, known, sample).where(good)


def sampled(cases: Cases, results: Results) -> bool:
    """Whether the points of a study are a sample of a space, and enough of one."""
    return bool(results.study.factors) and results.study.design["kind"] not in LISTING and len(np.unique(cases.points)) >= FEW_POINTS
