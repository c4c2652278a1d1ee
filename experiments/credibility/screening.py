"""Screening: which sampled parameters move a comparison most, and how weak the evidence for them is."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import rankdata

if TYPE_CHECKING:
    from experiments.results.results import Results

Array = np.ndarray[Any, np.dtype[Any]]
WEAKNESS = {"A": 1, "B": 2, "C": 3, "D": 4, "E": 5}  # of evidence, by grade
STANDARD_ERRORS = 3  # that a coefficient must be from 0, with dozens of parameters screened at once
DRAWS_PER_PARAMETER = 4  # below that, only the very largest could be told from chance
OUTCOME = "model_enabled_harm"


@dataclass(frozen=True)
class Influence:
    """One sampled parameter: its evidence grade, and the share of the variance of ranks that it explains alone."""

    name: str
    grade: str
    share: float

    @property
    def concern(self) -> float:
        """Influence times weakness of the evidence."""
        return self.share * WEAKNESS[self.grade]


def rank_shares(inputs: Array, output: Array) -> Array:
    """Share of the variance of an output's ranks that each input explains: squared standardised rank regression coefficients.

    `inputs` (D, K) and `output` (D,), D well above K. What cannot be told from chance is 0.
    Source: Saltelli et al. (2008), "Global Sensitivity Analysis: The Primer", chapter 1.

    >>> x = np.arange(60.0).reshape(30, 2) % 7
    >>> rank_shares(x, x[:, 0]).round(3).tolist()
    [1.0, 0.0]
    """
    draws, parameters = inputs.shape
    ranks = np.column_stack([rankdata(column) for column in inputs.T])
    ranks = (ranks - ranks.mean(axis=0)) / np.maximum(ranks.std(axis=0), 1e-12)
    target = rankdata(output) - (draws + 1) / 2
    if not target.any():
        return np.zeros(parameters)
    target /= target.std()
    coefficients = np.linalg.lstsq(ranks, target, rcond=None)[0]
    unexplained = np.mean((target - ranks @ coefficients) ** 2)
    chance = STANDARD_ERRORS**2 * unexplained / max(1, draws - parameters - 1)
    return np.asarray(np.where(coefficients**2 > max(chance, 1e-12), coefficients**2, 0.0))


def influences(comparison: "Results") -> list[Influence]:
    """Sampled parameters with an influence, the one of most concern first: influence on any policy's difference in harm, times weakness.

    Empty where nothing is sampled or where draws are too few. One policy alone is screened by its harm.
    """
    sampled = () if comparison.fixed else comparison.world.sampled
    if not sampled or comparison.draws < DRAWS_PER_PARAMETER * len(sampled):
        return []
    inputs = np.column_stack([comparison.ensemble.worlds[name].astype(float) for name in sampled])
    outputs = comparison.difference(OUTCOME)[:, 1:] if len(comparison.names) > 1 else comparison.outcome(OUTCOME)
    shares = np.max([rank_shares(inputs, output) for output in outputs.T], axis=0)
    grades = [comparison.world.parameters[name].grade for name in sampled]
    found = [Influence(name, grade, float(share)) for name, grade, share in zip(sampled, grades, shares, strict=True) if share > 0]
    return sorted(found, key=lambda influence: (-influence.concern, influence.name))
