"""Paired cases with a known answer: differences that follow from their inputs by a formula, and luck beside."""

import numpy as np
from scipy.stats import norm, qmc

from lockgate.experiments.answers.flips.inputs import Input
from lockgate.experiments.answers.flips.paired import Paired
from lockgate.sim.model.parameters import Uniform

HARM = "model_enabled_harm"


def planted(cases, mean, noise=1.0, inputs=4, seed=1, labels=None):
    """One draw a case: inputs x, y, z0, z1 and so on uniform in 0 to 1, with `mean` of the dictionary of them, and normal luck."""
    names = ["x", "y", *(f"z{place}" for place in range(inputs - 2))]
    columns = dict(zip(names, unit(cases, inputs, seed).T, strict=True))
    if labels:
        columns |= {name: np.floor(columns[name] * 2.0) for name in labels}
    luck = noise * norm.ppf(unit(cases, 1, seed + 1000)[:, 0])
    return paired(columns, mean(columns) + luck, np.arange(cases), np.zeros(cases, int), labels or {})


def planted_points(points, draws, mean, noise=1.0, inputs=4, seed=1):
    """Several draws at each of many points of a sampled design; the luck of a draw is partly that of all its points."""
    names = ["x", "y", *(f"z{place}" for place in range(inputs - 2))]
    at_points = unit(points, inputs, seed)
    point, draw = np.tile(np.arange(points), draws), np.repeat(np.arange(draws), points)
    columns = dict(zip(names, at_points[point].T, strict=True))
    luck = norm.ppf(unit(points * draws, 1, seed + 1000)[:, 0]) + norm.ppf(unit(draws, 1, seed + 2000)[draw, 0])
    return paired(columns, mean(columns) + noise * luck, draw, point, {}, sampled_points=True)


def paired(columns, difference, draws, points, labels, *, sampled_points=False):
    """These differences as cases."""
    known = {name: Input(name, "share", f"Share of {name}.", "C", labels.get(name, {}), Uniform(0.0, 1.0), 0.5) for name in columns}
    base = np.full(len(difference), 100.0)
    return Paired(HARM, "held", "open", base + difference, base, draws, points, columns, known, sampled_points)


def unit(rows, columns, seed):
    """Independent uniform numbers, away from 0 and 1."""
    return np.clip(qmc.LatinHypercube(columns, rng=seed, strength=1, scramble=True).random(rows), 1e-9, 1 - 1e-9)
