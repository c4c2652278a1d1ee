"""Indices of designs that were made for them: Sobol' indices of a `saltelli` design, elementary effects of a `morris` one, by SALib.

Both take the output at each point as the mean over draws. All points share their draws, so what luck does alike at all points cancels out
of both, and an input without influence has an index of exactly 0: its runs are the same to the last digit.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lockgate.experiments.study.design import unit_sample
from lockgate.experiments.study.study import Study

Array = np.ndarray[Any, np.dtype[Any]]
SIGNIFICANCE = 0.05  # shared by all inputs


@dataclass(frozen=True, eq=False)
class Sobol:
    """First-order and total indices of K inputs with half of their 95 % intervals, (K,) each, and of pairs, (K, K) or None.

    Source: Saltelli et al. 2010 (10.1016/j.cpc.2009.09.018); of pairs Saltelli 2002 (10.1016/S0010-4655(02)00280-1).
    """

    first: Array
    first_half: Array
    total: Array
    total_half: Array
    pairs: Array | None
    pairs_half: Array | None


def sobol_indices(output: Array, inputs: int, *, second_order: bool) -> Sobol:
    """The indices of an output at each point of a `saltelli` design, (N,), in the design's order. All are 0 where it does not vary."""
    from SALib.analyze import sobol  # type: ignore[import-untyped]

    zeros = np.zeros(inputs)
    if np.ptp(output) <= 1e-12 * np.abs(output).max(initial=0.0):
        none = np.zeros((inputs, inputs)) if second_order else None
        return Sobol(zeros, zeros, zeros, zeros, none, none)
    found = sobol.analyze(named(inputs), output, calc_second_order=second_order, num_resamples=500, seed=1)
    first, first_half, total, total_half = (np.asarray(found[name], float) for name in ("S1", "S1_conf", "ST", "ST_conf"))
    return Sobol(first, first_half, total, total_half, *(found[name] if second_order else None for name in ("S2", "S2_conf")))


@dataclass(frozen=True, eq=False)
class Morris:
    """Elementary effects of K inputs, (K,) each, in the output's unit for a step over the whole range.

    `size` is the mean absolute effect (mu*), `half` half of its 95 % interval, `mean` the mean effect (mu), `spread` its standard deviation
    (sigma). `luck` is the mean absolute effect that luck alone would give with so many draws; `told` says where there is more.
    Source: Morris 1991 (10.1080/00401706.1991.10484804); Campolongo et al. 2007 (10.1016/j.envsoft.2006.10.004).
    """

    size: Array
    half: Array
    mean: Array
    spread: Array
    luck: Array
    told: Array


def elementary_effects(outputs: Array, study: Study) -> Morris:
    """The effects of the factors of a study with a `morris` design on outputs, (D, N): draws by points."""
    from SALib.analyze import morris

    count = len(study.factors)
    points = unit_sample(study.design, count, study.seed)
    levels = int(study.design["levels"])  # type: ignore[call-overload]
    found = morris.analyze(named(count), points, outputs.mean(axis=0), num_levels=levels, num_resamples=1000, seed=1)
    size, half, mean, spread = (np.asarray(found[name], float) for name in ("mu_star", "mu_star_conf", "mu", "sigma"))
    luck, told = beyond_luck(steps(outputs, points, levels))
    return Morris(size, half, mean, spread, luck, told)


def steps(outputs: Array, points: Array, levels: int) -> Array:
    """The elementary effects one by one, (trajectories, K, D), from outputs (D, N) at points (N, K)."""
    count = points.shape[1]
    x, y = points.reshape(-1, count + 1, count), outputs.T.reshape(-1, count + 1, len(outputs))
    change, output = np.diff(x, axis=1), np.diff(y, axis=1)
    moved = np.abs(change).argmax(axis=2)
    sign = np.sign(np.take_along_axis(change, moved[..., None], axis=2))
    effects = np.zeros((len(x), count, len(outputs)))
    np.put_along_axis(effects, moved[..., None], output * sign * 2.0 * (levels - 1) / levels, axis=1)
    return effects


def beyond_luck(effects: Array) -> tuple[Array, Array]:
    """The mean absolute effect that luck alone would give, and whether there is more, (K,) each; from effects (trajectories, K, D).

    An F test of the effects' mean square against that of their means' errors, at 5 % shared by all inputs (Bonferroni). With one draw
    luck is not known, and whatever is not 0 counts.
    """
    from scipy.stats import f

    trajectories, count, draws = effects.shape
    square = np.mean(effects.mean(axis=2) ** 2, axis=0)
    if draws < 2:
        return np.full(count, np.nan), square > 0.0
    error = np.mean(effects.var(axis=2, ddof=1), axis=0) / draws
    limit = f.ppf(1.0 - SIGNIFICANCE / count, trajectories, trajectories * (draws - 1))
    return np.sqrt(2.0 / np.pi * error), square > limit * error


def named(inputs: int) -> dict[str, Any]:
    """So many inputs over the unit cube, as SALib asks for them."""
    return {"num_vars": inputs, "names": [f"x{place}" for place in range(inputs)], "bounds": [[0.0, 1.0]] * inputs}
