"""Coverage: how often the intervals of small studies hold what a very large one finds, for every outcome and kind of statistic."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from lockgate.experiments.results.ensemble import draw_worlds
from lockgate.experiments.results.intervals import better_interval, mean_interval, median_interval, paired_share_interval, share_interval
from lockgate.scenarios import World, load_policy, load_world, with_levers, with_parameters
from lockgate.sim.engine.run import simulate
from lockgate.sim.model.outcomes import OUTCOMES
from lockgate.sim.model.policy import Policy

Array = np.ndarray[Any, np.dtype[Any]]
Method = Callable[[Array], tuple[Any, Any, Any]]
SMALL = {"organisations": 20, "bad_actors": 60}
HORIZON_DAYS, SEED = 180, 7


class Case(NamedTuple):
    """One statistic: its kind, outcome and policy, its value in every draw, and the method whose interval is tried."""

    kind: str
    outcome: str
    policy: str
    values: Array
    method: Method


class Cover(NamedTuple):
    """Share of studies whose interval does not miss the truth, above or below it, and the share that have an interval."""

    covered: float
    too_high: float
    too_low: float
    given: float


def small_world() -> World:
    """The baseline, all its priors sampled, with few organisations and actors."""
    return with_parameters(load_world("baseline"), SMALL)


def policies() -> tuple[Policy, ...]:
    """The reference, the two policies of the usual comparison, and one with which some systems go dark or stay unpublic."""
    staged = load_policy("staged-preview")
    long = Policy("long-preview", with_levers(staged, {"preview_days": 180, "revocation": True}).levers, staged.timeline)
    return load_policy("open-release"), staged, load_policy("partner-programme"), long


def draw(first: int, draws: int, run: tuple[Policy, ...], *, other_seeds: bool = False) -> Array:
    """Outcomes (D, P) of so many draws from one on; with `other_seeds`, of the same worlds under independent seeds."""
    ensemble = draw_worlds(small_world(), draws, SEED, first=first)
    seeds = draw_worlds(small_world(), draws, SEED + 1, first=first, fixed=True).seeds if other_seeds else ensemble.seeds
    return simulate(ensemble.worlds, run, seeds, HORIZON_DAYS, threads=1).outcomes


def share_of(values: Array) -> tuple[Any, Any, Any]:
    """The share of draws that are not 0."""
    return share_interval(np.sum(values != 0, axis=0), len(values))


def paired_share_of(values: Array) -> tuple[Any, Any, Any]:
    """The mean of differences that are -1, 0 or 1."""
    return paired_share_interval(np.sum(values > 0, axis=0), np.sum(values < 0, axis=0), len(values))


def better(values: Array) -> tuple[Any, Any, Any]:
    """How often a difference is above 0."""
    return better_interval(values, "high")


def cases(outcomes: Array, names: tuple[str, ...]) -> Iterator[Case]:
    """Every statistic that a summary gives an interval, of every outcome that varies."""
    for name, field in OUTCOMES.items():
        values = outcomes[name].astype(float)
        for place, policy in enumerate(names):
            mine, paired = values[:, place], values[:, place] - values[:, 0]
            if np.ptp(mine):
                if field.type is bool:
                    yield Case("share", name, policy, mine, share_of)
                elif field.heavy_tail:
                    yield Case("median", name, policy, mine, median_interval)
                else:
                    yield Case("mean", name, policy, mine, mean_interval)
                    yield Case("nonzero", name, policy, mine, share_of)
            if np.ptp(paired):
                if field.type is bool:
                    yield Case("difference of shares", name, policy, paired, paired_share_of)
                elif field.heavy_tail:
                    yield Case("median difference", name, policy, paired, median_interval)
                else:
                    yield Case("difference", name, policy, paired, mean_interval)
                yield Case("better", name, policy, paired if field.better == "high" else -paired, better)


def studies(values: Array, draws: int) -> Array:
    """Draws cut into studies, one a column."""
    return values[: len(values) // draws * draws].reshape(-1, draws).T


def coverage(case: Case, draws: int, truth: float | None = None) -> Cover:
    """Coverage over studies of so many draws, of the truth: what the same method finds in all draws, unless given."""
    known = float(case.method(case.values)[0]) if truth is None else truth
    _, low, high = case.method(studies(case.values, draws))
    rounding = 1e-9 * max(abs(known), float(np.std(case.values)))
    too_high, too_low = (float(np.mean(miss)) for miss in (low > known + rounding, high < known - rounding))
    return Cover(1.0 - too_high - too_low, too_high, too_low, float(np.mean(np.isfinite(low))))


def called_different(one: Array, other: Array, draws: int) -> float:
    """Share of studies whose interval of the difference leaves out 0, of one policy in two sets of independent draws."""
    _, low, high = mean_interval(studies(one - other, draws))
    return float(np.mean((low > 0) | (high < 0)))
