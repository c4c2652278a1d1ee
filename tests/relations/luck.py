"""What luck allows: statistical checks that fail once in a million by luck alone.

Everyday seeds are fixed. `LOCKGATE_TEST_SEED=N` gives fresh ones; every failure names the N it was made with.
"""

import os
from typing import Any

import numpy as np
from hypothesis import settings
from scipy import stats

LEVEL = 1e-6
ERRORS = float(stats.norm.isf(LEVEL / 2))  # standard errors
LONG = settings().max_examples >= 10_000  # the profile of the long run
BASE = int(os.environ.get("LOCKGATE_TEST_SEED", "1"))


def examples(everyday: int, long: int) -> settings:
    """Settings of a property whose one case is many runs: so many cases everyday, and in the long run."""
    return settings(max_examples=long if LONG else everyday)


def seeds(count: int, stream: int = 0) -> Any:
    """Seeds of runs; streams do not overlap."""
    return np.arange(count) + 10_000_000 * (100 * BASE + stream)


def surprising_mean(values: Any, expected: float, allowed: float = 0.0) -> str:
    """Names a mean that is further from what is expected than `allowed` and luck together."""
    mean, error = float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(len(values)))
    if abs(mean - expected) <= allowed + ERRORS * error + 1e-12:
        return ""
    return f"mean {mean:.6g} +- {error:.2g}, expected {expected:.6g} (seed base {BASE})"


def surprising_dispersion(values: Any, expected: float) -> str:
    """Names a ratio of variance to mean, of counts near to Poisson or binomial ones, that is too far from what is expected."""
    ratio = float(np.var(values, ddof=1) / np.mean(values))
    error = expected * float(np.sqrt(2.0 / (len(values) - 1) + 1.0 / (np.mean(values) * len(values))))
    return "" if abs(ratio - expected) <= ERRORS * error else f"variance over mean {ratio:.4g}, expected {expected:.4g} (seed base {BASE})"


def unlike_uniform(shares: Any) -> str:
    """Names numbers that are not spread evenly from 0 to 1 (Kolmogorov and Smirnov)."""
    chance = float(stats.kstest(shares, "uniform").pvalue)
    return "" if chance >= LEVEL else f"chance {chance:.2g} to be uniform, of {len(shares)} numbers (seed base {BASE})"


def unlike_counts(observed: Any, expected: Any) -> str:
    """Names counts in classes that are not spread as expected (Pearson's chi-square)."""
    chance = float(stats.chisquare(observed, expected).pvalue)
    return "" if chance >= LEVEL else f"chance {chance:.2g}, counts {list(observed)} (seed base {BASE})"


def unlike_share(hits: int, trials: int, share: float) -> str:
    """Names a share of hits too far from what is expected (exact binomial)."""
    chance = float(stats.binomtest(hits, trials, share).pvalue)
    return "" if chance >= LEVEL else f"{hits} of {trials}, expected {share:.3g} (seed base {BASE})"


def unlike(left: Any, right: Any) -> float:
    """The chance that two independent samples of one distribution differ as much as these (Kolmogorov and Smirnov)."""
    return float(stats.ks_2samp(left, right, method="asymp").pvalue)


def adjacent_z(values: Any) -> float:
    """Rank correlation of each value with the next, in standard errors; 0 where nothing varies."""
    ranks = stats.rankdata(np.asarray(values, float))
    ranks = ranks - ranks.mean()
    if not ranks.any():
        return 0.0
    return float((ranks[1:] * ranks[:-1]).sum() / (ranks * ranks).sum() * np.sqrt(len(ranks)))
