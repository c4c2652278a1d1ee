"""Enrichment: which sampled inputs are unusual among the worst cases, as a group, and not by chance."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lockgate.experiments.answers.cases import Cases

Array = np.ndarray[Any, np.dtype[Any]]
MOST_LEVELS = 12  # of a factor, that are told one by one
FALSE_DISCOVERIES = 0.05  # expected share of the traits found that are chance


@dataclass(frozen=True)
class Trait:
    """An input that is unusual among the worst cases.

    Of a number, `typical` is its median percentile among them (0 to 1, of all draws), and `label` is empty. Of a switch or a choice,
    `label` is the value that they have more often, `typical` its share among them and `usual` its share of all cases. `p` is the chance of
    so large a difference between groups picked at random, adjusted for the number of inputs looked at.
    """

    name: str
    label: str
    typical: float
    usual: float
    p: float

    @property
    def side(self) -> str:
        """Of a number: whether it is high or low among them."""
        return "" if self.label else "high" if self.typical > 0.5 else "low"


def percentiles(cases: Cases, shape: tuple[int, int, int]) -> dict[str, Array]:
    """The percentile (0 to 1) of each sampled number in each draw and world, (D, W), among the draws of that world; ties share one.

    `shape` is how many draws, worlds and points the cases have.
    """
    from scipy.stats import rankdata

    found: dict[str, Array] = {}
    for name, values in sampled(cases).items():
        if not cases.labels(name):
            found[name] = (rankdata(values.reshape(shape)[:, :, 0], axis=0) - 0.5) / shape[0]
    return found


def sampled(cases: Cases) -> dict[str, Array]:
    """The inputs that differ between draws, (M,) each; what the design varies is left out."""
    return {name: values for name, values in cases.inputs.items() if name not in cases.factors}


def traits(cases: Cases, shape: tuple[int, int, int], worst: Array) -> list[Trait]:
    """The inputs that are unusual among the worst cases, (M,) of yes and no; the surest first.

    Each draw weighs as many of its cases as are among the worst. The sum of these weights times an input's percentiles (of a label: times
    whether it is there) is compared with what it is over all pairings of draws with weights: Wilcoxon's rank sum where a draw has one
    case. Source: Hoeffding (1951), "A combinatorial central limit theorem"; Benjamini and Hochberg (1995), "Controlling the false discovery
    rate".
    """
    from scipy.stats import false_discovery_control

    weights = worst.reshape(shape[0], -1).mean(axis=1)
    if np.ptp(weights) == 0.0:
        return []
    scores = {(name, ""): values.mean(axis=1) for name, values in percentiles(cases, shape).items()}
    scores |= label_scores(cases, shape)
    tested = {key: chance_of(weights, score) for key, score in scores.items() if np.ptp(score) > 0.0}
    if not tested:
        return []
    adjusted = false_discovery_control(list(tested.values()))
    found = [described(*key, scores[key], weights, float(p)) for key, p in zip(tested, adjusted, strict=True) if p <= FALSE_DISCOVERIES]
    return sorted((trait for trait in found if not trait.label or trait.typical > trait.usual), key=lambda trait: trait.p)


def label_scores(cases: Cases, shape: tuple[int, int, int]) -> dict[tuple[str, str], Array]:
    """Whether each draw has each value of each switch and choice, (D,): the share of its worlds that have it."""
    scores: dict[tuple[str, str], Array] = {}
    for name, values in sampled(cases).items():
        for code, label in cases.labels(name).items():
            scores[name, label] = (values.reshape(shape)[:, :, 0] == code).mean(axis=1)
    return scores


def chance_of(weights: Array, scores: Array) -> float:
    """The chance, over all pairings of weights and scores, (D,) each, of a sum of products as far from its mean as this one: normal."""
    from scipy.special import ndtr

    correlation = float(np.corrcoef(weights, scores)[0, 1])
    return 2.0 * float(ndtr(-abs(correlation) * np.sqrt(len(weights) - 1)))


def described(name: str, label: str, scores: Array, weights: Array, p: float) -> Trait:
    """An input among the worst, by their weights."""
    if label:
        return Trait(name, label, float(np.average(scores, weights=weights)), float(scores.mean()), p)
    order = np.argsort(scores, kind="stable")
    middle = int(np.searchsorted(np.cumsum(weights[order]), weights.sum() / 2))
    return Trait(name, "", float(scores[order[middle]]), 0.5, p)


def factor_shares(cases: Cases, worst: Array, names: Mapping[int, str]) -> dict[str, dict[str, tuple[float, float]]]:
    """The share of the worst cases, and of all, in each world and with each level of what the design varies.

    `names` says what worlds are called. Cases are the design's own choice, so that nothing is tested. A factor with many levels is cut into
    thirds.
    """
    columns: dict[str, dict[str, Array]] = {}
    if len(names) > 1:
        columns["world"] = {name: cases.worlds == place for place, name in names.items()}
    columns |= {name: levels_of(cases, name) for name in cases.inputs if name in cases.factors}
    return {
        name: {label: (float(there[worst].mean()), float(there.mean())) for label, there in column.items()}
        for name, column in columns.items()
    }


def levels_of(cases: Cases, name: str) -> dict[str, Array]:
    """Which cases have each level of a factor, or are in each third of it."""
    values, factor = cases.inputs[name], cases.factors[name]
    levels = np.unique(values)
    if len(levels) <= MOST_LEVELS:
        return {factor.label(factor.cast(level)): values == level for level in levels.tolist()}
    low, high = np.quantile(values, (1 / 3, 2 / 3))
    return {"lowest third": values <= low, "middle third": (values > low) & (values <= high), "highest third": values > high}
