"""Calibration by importance sampling: which draws of a world agree with the facts that are not held out, and with which weight."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtr

from lockgate.experiments.calibration.emulator import FactsLikelihood, Features, likelihood_of
from lockgate.experiments.calibration.fact_error import IMPLAUSIBLE, FactError, fact_error, has_figure
from lockgate.experiments.calibration.per_draw import RunsIn, fact_values, of_one_draw
from lockgate.experiments.calibration.posterior import Posterior
from lockgate.experiments.calibration.waves import FITTED, PRIOR, Drawn, fitted, planned, run_waves
from lockgate.experiments.calibration.weights import smoothed
from lockgate.experiments.evidence.facts import CALIBRATION, FACTS, HELD_OUT
from lockgate.experiments.evidence.patterns import Pattern, patterns
from lockgate.experiments.evidence.simulated import SIMULATED
from lockgate.scenarios import World
from lockgate.sim.errors import InputError

Array = np.ndarray[Any, np.dtype[Any]]
EMULATED = (4000, 12)  # draws and waves of the emulated likelihood, which costs next to nothing
EMULATED_FIRST = 10**9  # the number of the first of these draws, far from those that are simulated
USED, UNMET, SILENT, POOLED = "used", "cannot be met", "says nothing", "of all draws together"
Simulate = Callable[[Array, int], Array]  # points (N, d) and the number of the first draw to values (N, F)


class FactFound(NamedTuple):
    """What became of a fact: used, or why not; how far the draws are from it, in standard deviations, before and after; the emulator."""

    error: FactError
    use: str
    nearest: float
    before: float
    after: float
    explained: float
    predicted: float


@dataclass(frozen=True)
class Fitted:
    """The weighted draws, and what became of each fact. `agreeing` has the shares of draws that are within 3 sd of all facts used."""

    posterior: Posterior
    facts: tuple[FactFound, ...]
    agreeing: Mapping[str, float]
    simulated: int


@dataclass(frozen=True)
class Calibration:
    """A calibrated world, how it came to be, and how many facts are met before and after.

    `pooled` are facts that one draw has no value for, as they are of the incidents of all draws together: they cannot be used.
    """

    base: World
    fitted: Fitted
    pooled: tuple[str, ...]
    before: tuple[Pattern, ...]
    after: tuple[Pattern, ...]
    draws: int
    waves: int
    seed: int
    discrepancy: float

    @property
    def world(self) -> World:
        """The base with the priors that are left."""
        return self.fitted.posterior.world


def facts_with_figures(use: str) -> list[str]:
    """The facts of a use, calibration or held out, that have a figure and a simulation."""
    return [name for name, fact in FACTS.items() if fact.use == use and has_figure(fact) and name in SIMULATED]


def calibrate(
    base: World,
    *,
    draws: int = 300,
    waves: int = 4,
    seed: int = 1,
    discrepancy: float = 1.0,
    compared: int = 100,
    progress: Callable[[int], None] = lambda more: None,
) -> Calibration:
    """Simulate `waves` waves of `draws` draws of a world, weight them by the facts, and compare it with all facts before and after.

    `discrepancy` multiplies the model's own error; `compared` is the number of draws behind each comparison. Raises `InputError` where no
    fact says anything of what the world samples.
    """
    names = base.sampled
    if not names:
        raise InputError(f'the world "{base.name}" samples nothing, so that facts can say nothing of it')
    facts = of_one_draw(base, facts_with_figures(CALIBRATION), seed)

    def simulate(points: Array, first: int) -> Array:
        shares = {name: np.asarray(ndtr(points[:, place])) for place, name in enumerate(names)}
        return fact_values(base, facts, shares, seed, first, progress)

    errors = [fact_error(FACTS[name], discrepancy) for name in facts]
    found = fit(base, names, errors, simulate, draws=draws, waves=waves, seed=seed, emulated=EMULATED)
    every = [*facts_with_figures(CALIBRATION), *facts_with_figures(HELD_OUT)]
    before, after = (tuple(patterns(every, RunsIn(draws=compared, seed=seed, base=world))) for world in (base, found.posterior.world))
    pooled = tuple(name for name in facts_with_figures(CALIBRATION) if name not in facts)
    return Calibration(base, found, pooled, before, after, draws, waves, seed, discrepancy)


def fit(
    base: World,
    names: Sequence[str],
    errors: Sequence[FactError],
    simulate: Simulate,
    *,
    draws: int,
    waves: int,
    seed: int,
    emulated: tuple[int, int] = EMULATED,
) -> Fitted:
    """Waves of simulated draws, each where the emulators of those before it say that the facts are met; and the weights in the end."""
    features = Features(base, tuple(names))
    points, values = np.zeros((0, len(names))), np.zeros((0, len(errors)))
    law, predicted, used = PRIOR, np.full(len(errors), np.nan), np.zeros(0, int)
    likelihood = FactsLikelihood((), (), features)
    for wave in range(waves):
        here = planned(names, law, range(wave * draws, (wave + 1) * draws), seed)
        made = simulate(here, wave * draws)
        predicted[used] = covered(likelihood, here, made[:, used])
        points, values = np.concatenate([points, here]), np.concatenate([values, made])
        if wave == 0:
            met = np.array([nearest(error, made[:, place]) <= IMPLAUSIBLE for place, error in enumerate(errors)], bool)
        likelihood, used = informative(errors, met, features, points, values)
        inner, inner_waves = emulated
        drawn = run_waves(names, likelihood.values_at, likelihood, draws=inner, waves=inner_waves, seed=seed, first=EMULATED_FIRST)
        law = fitted(drawn, FITTED * inner)
    posterior = Posterior(base, tuple(names), drawn.points, smoothed(drawn.log_weights))
    told = [found_of(error, place, used, values[:draws], likelihood, posterior, predicted[place]) for place, error in enumerate(errors)]
    return Fitted(posterior, tuple(told), agreeing(likelihood, posterior, drawn), len(points))


def nearest(error: FactError, values: Array) -> float:
    """The least distance of a draw from a fact, in standard deviations; infinite where no draw has a value."""
    distances = np.abs(error.implausibility(values))
    return float(np.nanmin(distances)) if np.isfinite(distances).any() else float("inf")


def informative(errors: Sequence[FactError], met: Array, features: Features, points: Array, values: Array) -> tuple[FactsLikelihood, Array]:
    """The likelihood of the facts that can be met and that some parameter acts on, and their places."""
    places = np.flatnonzero(met)
    every = likelihood_of([errors[place] for place in places.tolist()], features, points, values[:, places])
    kept = [at for at, each in enumerate(every.emulators) if len(each.acting)]
    if not kept:
        raise InputError(f"in {len(points):,} draws no fact says anything of what the world samples; take more draws, or another world")
    likelihood = FactsLikelihood(tuple(every.errors[at] for at in kept), tuple(every.emulators[at] for at in kept), features)
    return likelihood, places[kept]


def covered(likelihood: FactsLikelihood, points: Array, values: Array) -> Array:
    """Share of new draws that are within two standard deviations of what the emulator of each fact says, (F,)."""
    emulated = likelihood.values_at(points)
    shares = []
    for place, (error, each) in enumerate(zip(likelihood.errors, likelihood.emulators, strict=True)):
        there = np.isfinite(values[:, place])
        off = np.abs(error.scaled(values[there, place]) - emulated[there, place])
        shares.append(float(np.mean(off <= 2.0 * each.sd)) if there.any() else float("nan"))
    return np.array(shares)


def found_of(
    error: FactError,
    place: int,
    used: Array,
    prior: Array,
    likelihood: FactsLikelihood,
    posterior: Posterior,
    predicted: float,
) -> FactFound:
    """What became of one fact, given what the draws of the prior gave, (N, F)."""
    closest = nearest(error, prior[:, place])
    before = average(error.implausibility(prior[:, place]))
    if place not in used:
        use = UNMET if closest > IMPLAUSIBLE else SILENT
        return FactFound(error, use, closest, before, before, 0.0, float("nan"))
    each = likelihood.emulators[int(np.flatnonzero(used == place)[0])]
    emulated = each.mean(likelihood.features.of(posterior.points))
    after = float(posterior.weights @ emulated - error.centre) / error.sd
    return FactFound(error, USED, closest, before, after, each.explained, predicted)


def average(values: Array) -> float:
    """The mean of what there is."""
    return float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")


def agreeing(likelihood: FactsLikelihood, posterior: Posterior, drawn: Drawn) -> dict[str, float]:
    """Share of draws in which every used fact is within three standard deviations: of the prior, weighted, and without correlations."""

    def share(points: Array, weights: Array) -> float:
        near = (np.abs(likelihood.distances(likelihood.values_at(points))) <= IMPLAUSIBLE).all(axis=1)
        return float(weights[near].sum() / weights.sum())

    count = int(np.sum(drawn.wave == 0))
    even = np.ones(count)
    return {
        "prior": share(drawn.points[:count], even),
        "weighted": share(posterior.points, posterior.weights),
        "as a world": share(posterior.apart(count), even),
    }
