"""Relation 52: the posterior of a calibration has the planted parameters at uniform ranks."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lockgate.experiments.calibration.calibrate import fit
from tests.relations.luck import BASE, LONG, unlike_counts
from tests.relations.luck import ERRORS as ERRORS_ALLOWED
from tests.relations.posteriors import ERRORS, NAMES, REAL_ERRORS, REAL_NAMES, WORLD, ranks, real, synthetic

COUNT = 600 if LONG else 40
BINS = 5


def rank_faults(found: Any) -> list[str]:
    """Names ranks (R, d) that are not uniform, by counts in five classes: of each parameter and of all, each one in a million by luck."""
    counts = [np.histogram(ranks_of_one, BINS, (0.0, 1.0))[0] for ranks_of_one in found.T]
    faults = [unlike_counts(each, np.full(BINS, each.sum() / BINS)) for each in (*counts, np.sum(counts, axis=0))]
    return [fault for fault in faults if fault]


def test_52_planted_parameters_have_uniform_ranks() -> None:
    """S: parameters planted in a simulator with luck, curvature and a structure have uniform ranks in the posterior of a calibration on
    facts simulated from them (simulation-based calibration), through all of its parts: waves, emulators, smoothed weights."""
    assert not rank_faults(ranks(NAMES, ERRORS, synthetic, COUNT, draws=150, waves=2))


@pytest.mark.parametrize("shape", ["too narrow", "shifted"])
def test_52_catches_a_wrong_posterior(shape: str) -> None:
    assert rank_faults(ranks(NAMES, ERRORS, synthetic, COUNT, draws=150, waves=2, shape=shape))


@pytest.mark.full
def test_52_planted_parameters_of_the_model_have_uniform_ranks() -> None:
    """S: likewise of parameters planted in the model itself: their ranks in the posterior are uniform. One of them acts on no fact, so that
    its posterior must be its prior."""
    found = ranks(REAL_NAMES, REAL_ERRORS, real, COUNT, draws=120, waves=1)
    assert not rank_faults(found)
    assert np.corrcoef(found[:, 0], found[:, 1])[0, 1] ** 2 < 0.5  # ranks of different parameters are not one another's


@pytest.mark.full
def test_52_catches_a_wrong_posterior_of_the_model() -> None:
    assert rank_faults(ranks(REAL_NAMES, REAL_ERRORS, real, COUNT, draws=120, waves=1, shape="shifted far"))


def test_52_a_linear_posterior_is_the_exact_one() -> None:
    """S: where facts are sums of parameters, mean and spread of the posterior are those of the closed form: ranks alone would be uniform
    for the prior as well."""
    errors = tuple(replace(error, centre=centre) for error, centre in zip(ERRORS, (0.8, -0.5), strict=False))
    slopes = np.array([[1.0, 0.5, 0.0], [0.0, -0.4, 1.0]])
    found = fit(WORLD, NAMES[:3], errors, lambda points, first: points @ slopes.T, draws=200, waves=2, seed=BASE).posterior
    precision = np.eye(3) + slopes.T @ slopes / errors[0].sd ** 2
    mean = np.linalg.solve(precision, slopes.T @ [0.8, -0.5]) / errors[0].sd ** 2
    spread = np.sqrt(np.diag(np.linalg.inv(precision)))
    means = found.weights @ found.points
    spreads = np.sqrt(found.weights @ (found.points - means) ** 2)
    error = ERRORS_ALLOWED / np.sqrt(found.smoothed.effective)
    assert np.all(np.abs(means - mean) < error * spread)
    assert np.all(np.abs(spreads / spread - 1.0) < error)
    assert found.smoothed.reliable
