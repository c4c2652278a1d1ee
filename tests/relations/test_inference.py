"""Relations 51 to 53: intervals cover, priors are what they say, and a mixture of worlds is the weighted sum of them."""

from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy import stats

from lockgate.experiments.results.ensemble import draw_worlds
from lockgate.experiments.results.intervals import mean_interval
from lockgate.scenarios import load_policy, load_world, with_parameters
from lockgate.scenarios.world import World
from lockgate.sim.engine.run import simulate
from lockgate.sim.model.chance import Purpose, uniform
from lockgate.sim.model.parameters import LogNormal, Triangular, Uniform
from tests.relations.luck import BASE, seeds, surprising_mean, unlike_share, unlike_uniform

TINY = {"labs": 2, "open_weight_labs": 1, "organisations": 5, "bad_actors": 20, "theft_on": False}
STUDIES, DRAWS, RUNS = 120, 50, 2500


@cache
def harms(draws: int) -> Any:
    """Model-enabled harm of many draws of one tiny world, under two policies."""
    ensemble = draw_worlds(with_parameters(load_world("baseline"), TINY), draws, BASE, fixed=True)
    policies = [load_policy(name) for name in ("open-release", "staged-preview")]
    return simulate(ensemble.worlds, policies, ensemble.seeds, 90).outcomes["model_enabled_harm"]


def coverage_fault(values: Any, width: float = 1.0) -> str:
    """Names the share of studies whose interval, this much wider or narrower than it should be, holds the mean of all."""
    truth, hits = float(np.mean(values)), 0
    for study in values.reshape(STUDIES, DRAWS):
        mean, low, high = mean_interval(study)
        hits += mean - width * (mean - low) <= truth <= mean + width * (high - mean)
    return unlike_share(hits, STUDIES, 0.95)


@pytest.mark.parametrize("paired", [False, True], ids=["mean", "paired difference"])
def test_51_intervals_cover(paired: bool) -> None:
    """S: 95 % intervals of means and of paired differences hold the mean of all draws in 95 % of 120 studies with 50 draws each."""
    found = harms(STUDIES * DRAWS)
    assert not coverage_fault(found[:, 1] - found[:, 0] if paired else found[:, 0])


def test_51_catches_intervals_that_are_half_as_wide() -> None:
    assert coverage_fault(harms(STUDIES * DRAWS)[:, 0], width=0.5)


def bootstrap_fault(values: Any, resamples: int = 1500, width: float = 1.0) -> str:
    """Names a width of the analytic interval, times a factor, that differs by more than a tenth from that of the bootstrap of the mean."""
    n = len(values)
    picks = np.array([[uniform(BASE, Purpose.PRIOR, resample, pick) for pick in range(n)] for resample in range(resamples)])
    low, high = np.quantile(values[(picks * n).astype(int)].mean(axis=1), [0.025, 0.975])
    _, lower, upper = mean_interval(values)
    ratio = width * (upper - lower) / (high - low)
    return "" if 0.9 <= ratio <= 1.1 else f"analytic over bootstrap {ratio:.3g} (seed base {BASE})"


def test_51_bootstrap_agrees() -> None:
    """S: the bootstrap interval of a mean over 150 draws (percentiles of 1,500 resamples) is as wide as the analytic one within 10 %."""
    assert not bootstrap_fault(harms(STUDIES * DRAWS)[:150, 0])


def test_51_catches_an_interval_of_eighty_per_cent() -> None:
    assert bootstrap_fault(harms(STUDIES * DRAWS)[:150, 0], resamples=300, width=1.28 / 1.96)


# 52: priors


def share_below(prior: Any, x: Any) -> Any:
    """The distribution function of a prior, from its description and SciPy's, not from its own quantiles."""
    match prior:
        case Uniform(low, high):
            return stats.uniform(low, high - low).cdf(x)
        case Triangular(low, mode, high):
            return stats.triang((mode - low) / (high - low), low, high - low).cdf(x)
        case LogNormal(median, low, high):
            z = stats.norm.isf(0.05)
            below, above = np.log(median / low) / z, np.log(high / median) / z
            return stats.norm.cdf(np.log(x / median) / np.where(x < median, below, above))
    raise TypeError(f"{prior!r} is no known prior")


def prior_faults(claimed: World, sampled: World, draws: int = 500) -> list[str]:
    """Parameters of a sampled world that are not spread as another world claims (the same, but for planted faults)."""
    worlds = draw_worlds(sampled, draws, BASE).worlds
    faults = []
    for name, parameter in claimed.parameters.items():
        if parameter.prior is None or parameter.type is not float:  # whole numbers are rounded, so their shares are not uniform
            continue
        low, high = parameter.bounds
        inside = worlds[name][(worlds[name] > low) & (worlds[name] < high)]  # what lies beyond the bounds is cut to them
        first, last = share_below(parameter.prior, np.array([low if low < 0.0 else max(low, 1e-300), high]))
        fault = unlike_uniform((share_below(parameter.prior, inside) - first) / (last - first))
        faults += [f"{name}: {fault}"] if fault else []
    return faults


@pytest.mark.parametrize("name", ["baseline", "race", "strong-attackers"])
def test_52_priors_are_what_they_say(name: str) -> None:
    """S: the rank of every sampled parameter within its own prior is uniform (probability integral transform, with distribution functions
    that are not the model's)."""
    assert not prior_faults(load_world(name), load_world(name))


def test_52_catches_a_prior_that_is_a_third_off() -> None:
    shifted = with_parameters(load_world("baseline"), {"search_days": {"times": 1.3}})
    assert [fault.split(":")[0] for fault in prior_faults(load_world("baseline"), shifted)] == ["search_days"]


# 53: mixtures


@cache
def mixed(share: float, runs: int) -> Any:
    """Harm in runs of one world, of another, of the mixture in which a draw takes the first with this chance, and who took it."""
    near, far = (draw_worlds(with_parameters(load_world(name), TINY), runs, BASE).worlds for name in ("fast-follower", "slow-follower"))
    first = np.array([uniform(BASE, Purpose.PRIOR, run, 53) < share for run in range(runs)])
    policy = [load_policy("open-release")]
    harm = [
        simulate(table, policy, seeds(runs, 90), 90).outcomes["model_enabled_harm"][:, 0]
        for table in (near, far, np.where(first, near, far))
    ]
    return *harm, first


def mixture_fault(share: float, weight: float) -> str:
    """Names a mean under the mixture that is not the sum of the worlds' means, weighted so."""
    near, far, mixture, _ = mixed(share, RUNS)
    return surprising_mean((mixture - weight * near - (1.0 - weight) * far) / np.mean(far), 0.0)


def test_53_mixture_run_by_run() -> None:
    """E: every run of a mixture of two worlds is, bit for bit, the run of the world that its draw took."""
    near, far, mixture, first = mixed(0.3, RUNS)
    assert (mixture == np.where(first, near, far)).all()
    assert not (near == far).all()


def test_53_mixture_is_the_weighted_sum() -> None:
    """S: the mean under a mixture of two worlds is the sum of their means, weighted with its chances."""
    assert not mixture_fault(0.3, 0.3)


def test_53_catches_wrong_weights() -> None:
    assert mixture_fault(0.3, 0.6)
