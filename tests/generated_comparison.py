"""Comparisons of every kind, with outcomes that are planted: few and many policies and draws, and effects from none to clear."""

import numpy as np
from scipy import stats

from lockgate.experiments.results.results import Results
from lockgate.sim.model.outcomes import OUTCOMES
from lockgate.sim.model.policy import Policy
from tests.planted import planted

DRAWS = (1, 3, 20, 49, 50, 200)
EFFECTS = ("less", "more", "leaning", "unclear", "same", "constant", "sparse", "tiny", "skewed", "none")
BASES = ("usual", "skewed", "ties", "zero", "rare", "constant")
CENSORED = ("none", "some", "all")
WEEKS = 10
KEPT = tuple(
    name
    for name, known in OUTCOMES.items()
    if known.tabled or known.headline or name in {"release_censored", "access_forgone", "benefit_forgone"}
)
NAMES = (
    "open-release", "staged-preview", "partner-programme", "withhold", "a$b & <c>", "policy [x]", "\u6848", "x" * 40, "x" * 39 + "y",
    "more harm, less delay", "12 % less", "clear: more",
)  # fmt: skip


def generated(number: int, *, whole: bool = False) -> Results:
    """The comparison of this number: the same number gives the same one. It has the outcomes that are spoken of, or as a `whole` all."""
    draws = DRAWS[number % len(DRAWS)]
    luck = Luck(number)
    policies = [policy_of(name, luck) for name in luck.order(NAMES)[: 2 + number // len(DRAWS) % 11]]
    size = 10.0 ** luck.whole(2, 9)
    base = base_of(BASES[luck.whole(0, len(BASES))], draws, size, luck)
    effects = [EFFECTS[luck.whole(0, len(EFFECTS))] for _ in policies[1:]]
    harm = np.column_stack([base, *(base_with(effect, base, size, luck) for effect in effects)])
    harm = harm.round(luck.whole(0, 4)) if luck.whole(0, 2) else harm
    weights = 0.1 + np.array([luck.uniform(WEEKS) for _ in policies])
    weeks = harm[:, :, None] * (weights / weights.sum(axis=1, keepdims=True))[None]
    return planted(
        harm, policies, others=others_of(harm.shape, luck), weekly={"harm": weeks} if luck.whole(0, 2) else None,
        ceiling=0.4 * harm.min(axis=1) if luck.whole(0, 2) else None, horizon_days=7 * WEEKS, kept=tuple(OUTCOMES) if whole else KEPT,
    )  # fmt: skip


class Luck:
    """Random numbers that follow from a seed, one after another."""

    def __init__(self, seed: int) -> None:
        self.next = 1000 * seed

    def uniform(self, count):
        """So many numbers from 0 to 1."""
        self.next += 1
        return stats.uniform.rvs(size=count, random_state=self.next)

    def normal(self, count):
        """So many normal numbers."""
        return stats.norm.ppf(np.clip(self.uniform(count), 1e-9, 1.0 - 1e-9))

    def whole(self, low, high):
        """A whole number from `low` on, below `high`."""
        return low + int(self.uniform(1)[0] * (high - low))

    def order(self, values):
        """Values in another order."""
        return [values[place] for place in np.argsort(self.uniform(len(values)))]


def policy_of(name, luck):
    """A policy, which may have a built-in name and other levers, so that its label says so."""
    changed = {"preview_days": 30} if luck.whole(0, 2) else {"lab_programme": True, "public_release": False}
    return Policy(name, changed if luck.whole(0, 2) else {})


def base_of(kind, draws, size, luck):
    """Harm under the reference, (D,)."""
    return {
        "usual": size * np.exp(0.5 * luck.normal(draws)),
        "skewed": size * np.exp(2.5 * luck.normal(draws)),
        "ties": size * np.floor(4.0 * luck.uniform(draws)),
        "zero": np.zeros(draws),
        "rare": size * (luck.uniform(draws) < 0.06),
        "constant": np.full(draws, size),
    }[kind]


def base_with(effect, base, size, luck):
    """Harm under a policy with such an effect, (D,)."""
    draws = len(base)
    one, other, rare = luck.normal(draws), np.abs(luck.normal(draws)), luck.uniform(draws) < 0.03
    found = {
        "less": base * (0.8 + 0.1 * one),
        "more": 1.2 * base + 0.1 * size * other,
        "leaning": base + size * np.where(luck.uniform(draws) < 0.72, -0.1, 0.26) * other,
        "unclear": base + 0.5 * size * one,
        "same": base,
        "constant": base + size / 8.0,
        "sparse": base + 3.0 * size * rare,
        "tiny": base * (1.0 - 4e-4 * (0.8 + 0.1 * one)),
        "skewed": base * np.exp(2.0 * one - 2.0),
        "none": np.zeros(draws),
    }[effect]
    return np.maximum(found, 0.0)


def others_of(shape, luck):
    """The other outcomes that are spoken of, (D, P) each: delays of which some, all or none are cut off at the end, and so on."""
    late = np.column_stack([late_of(CENSORED[luck.whole(0, 3)], shape[0], luck) for _ in range(shape[1])])
    delays = np.column_stack([luck.whole(0, 60) + luck.whole(0, 2) * np.floor(8.0 * luck.uniform(shape[0])) for _ in range(shape[1])])
    months = np.column_stack([luck.whole(-3, 4) + luck.whole(0, 2) * luck.normal(shape[0]) for _ in range(shape[1])])
    access = np.column_stack([luck.whole(0, 3) * 1000.0 * (1.0 + luck.uniform(shape[0])) for _ in range(shape[1])])
    return {
        "release_delay_days": np.where(late, 7.0 * WEEKS, delays),
        "release_censored": late,
        "usable_lead_months": months,
        "customers_lost_share": 0.01 * months,
        "access_forgone": access,
        "benefit_forgone": 50.0 * access,
    }


def late_of(kind, draws, luck):
    """In which draws there is no release."""
    return {"none": np.zeros(draws, bool), "some": luck.uniform(draws) < 0.3, "all": np.ones(draws, bool)}[kind]
