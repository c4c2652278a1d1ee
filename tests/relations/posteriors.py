"""Simulation-based calibration: parameters are drawn from the prior, facts are simulated from them, and their ranks in the posterior read.

If the posterior is right these ranks are uniform. Source: Talts et al. (2018), "Validating Bayesian inference algorithms with
simulation-based calibration", arXiv 1804.06788.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from lockgate.experiments.calibration.calibrate import fit
from lockgate.experiments.calibration.fact_error import FactError, fact_error
from lockgate.experiments.calibration.per_draw import fact_values
from lockgate.experiments.calibration.waves import standard_normal
from lockgate.experiments.evidence.facts import FACTS
from lockgate.scenarios import load_world, with_parameters
from lockgate.sim.model.chance import Purpose, uniform
from tests.relations.luck import BASE

Values = Callable[[Any, int], Any]
WORLD = with_parameters(load_world("baseline"), {"race_information": {"none": 1, "private": 1, "public": 2}})
PLANTED = 5 * 10**9  # number of the first draw whose parameters are planted
SPOILT = {  # factor on the errors of facts, shift in these
    "as it is": (1.0, 0.0), "too narrow": (0.1, 0.0), "shifted": (1.0, 1.5), "shifted far": (1.0, 3.0),
}  # fmt: skip


def planted(names: Sequence[str], errors: Sequence[FactError], values_at: Values, count: int) -> tuple[Any, Any]:
    """Parameters of the prior, (R, d), and facts that are simulated from them with their errors, (R, F), on the facts' scales."""
    points = standard_normal(names, range(PLANTED, PLANTED + count), BASE)
    values = values_at(points, PLANTED)
    scaled = np.column_stack([error.scaled(values[:, place]) for place, error in enumerate(errors)])
    luck = [[uniform(BASE, Purpose.FACT_ERROR, replicate, fact) for fact in range(len(errors))] for replicate in range(count)]
    return points, scaled + ndtri(np.array(luck)) * np.array([error.sd for error in errors])


def ranks(
    names: Sequence[str], errors: Sequence[FactError], values_at: Values, count: int, *, draws: int, waves: int, shape: str = "as it is"
) -> Any:
    """The share of the posterior below each planted parameter, (R, d). A shape other than the first spoils the posterior on purpose."""
    points, facts = planted(names, errors, values_at, count)
    factor, shift = SPOILT[shape]
    found = []
    for replicate in range(count):
        observed = [
            replace(error, centre=float(fact + shift * error.sd), observed_sd=factor * error.observed_sd, model_sd=factor * error.model_sd)
            for error, fact in zip(errors, facts[replicate], strict=True)
        ]
        posterior = fit(WORLD, names, observed, values_at, draws=draws, waves=waves, seed=BASE + replicate, emulated=(500, 3)).posterior
        found.append(posterior.weights @ (posterior.points < points[replicate]))
    return np.clip(np.array(found), 0.0, 1.0)


# A simulator whose luck, curvature and structure are known


NAMES = ("pace", "uplift", "evasion", "race_information")
ERRORS = tuple(FactError(f"fact {place}", False, 0.0, 0.3, 0.2) for place in range(4))


def synthetic(points: Any, first: int) -> Any:
    """Four facts of four parameters: sums, a curve, a choice of three, and luck."""
    pace, uplift, evasion, race = points.T
    none = (ndtr(race) < 0.25).astype(float)
    luck = ndtri([[uniform(BASE, Purpose.CALIBRATION_SEED, first + row, fact) for fact in range(4)] for row in range(len(points))])
    clean = np.column_stack([pace + 0.5 * uplift, uplift - 0.3 * evasion, evasion + 0.2 * evasion**2 + none, pace - 1.5 * none])
    return clean + 0.05 * luck


# A small world of the model


REAL_NAMES = ("pace", "cadence_days", "open_weight_lag_months", "horizon_doubling_months", "race_information")
REAL_FACTS = ("lag-index", "horizon-share", "cadence-all")
# Smaller errors than the facts have, so that the posterior is far from the prior.
REAL_ERRORS = tuple(replace(fact_error(FACTS[name]), observed_sd=0.03, model_sd=0.04) for name in REAL_FACTS)


@cache
def simulated(shares: bytes, rows: int, first: int) -> Any:
    """What the model gives for these facts at these quantiles; the same draws are asked for again and again."""
    quantiles = np.frombuffer(shares).reshape(rows, len(REAL_NAMES))
    return fact_values(WORLD, REAL_FACTS, {name: quantiles[:, place] for place, name in enumerate(REAL_NAMES)}, BASE, first)


def real(points: Any, first: int) -> Any:
    """Three facts of four parameters of the model, and one that acts on none of them."""
    return simulated(np.ascontiguousarray(ndtr(points)).tobytes(), len(points), first)
