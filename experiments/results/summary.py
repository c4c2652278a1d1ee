"""The summary of policies in one world at one point: each outcome, its paired difference to the first policy, and the health of pairs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from experiments.ensemble import Ensemble
from experiments.intervals import METHODS, change, level
from experiments.pairing import Run, health
from sim.outcomes import OUTCOMES
from sim.policy import Policy

Array = np.ndarray[Any, np.dtype[Any]]
EXACT = 20  # draws in which the first day of a difference is found


def summary(
    policies: Sequence[Policy], world: str, ensemble: Ensemble, outcomes: Mapping[str, Array], paired: Mapping[str, Any]
) -> dict[str, Any]:
    """What `Results.summary` says. Outcomes are (D, P) each."""
    names = [policy.name for policy in policies]
    estimates: dict[str, dict[str, Any]] = {name: {} for name in names}
    for name, values in outcomes.items():
        outcome = OUTCOMES[name]
        for place, policy in enumerate(names):
            difference = change(outcome, values[:, place], values[:, 0])
            estimates[policy][name] = {**level(outcome, values[:, place]), "difference": difference}
    return {
        "reference": names[0],
        "world": world,
        "draws": len(ensemble.seeds),
        "interval": METHODS,
        "policies": estimates,
        "pairing": dict(paired),
    }


def pairing(
    policies: Sequence[Policy], ensemble: Ensemble, outcomes: Mapping[str, Array], weekly: Mapping[str, Array], horizon_days: int
) -> dict[str, dict[str, Any]]:
    """How the runs of each policy differ from those of the first: exactly in the first draws; in all draws, whether any result differs.

    Outcomes are (D, P) each, the weekly series (D, P, T).
    """
    draws = len(ensemble.seeds)

    def run(draw: int, place: int) -> Run:
        values = {name: column[draw, place] for name, column in outcomes.items()}
        return Run(ensemble.worlds[draw : draw + 1], policies[place], int(ensemble.seeds[draw]), values)

    differing: dict[str, dict[str, Any]] = {}
    for place, policy in enumerate(policies[1:], 1):
        pairs = [(run(draw, 0), run(draw, place)) for draw in range(min(EXACT, draws))]
        same = np.ones(draws, bool)
        for values in outcomes.values():
            same &= values[:, place] == values[:, 0]
        for values in weekly.values():
            same &= (values[:, place] == values[:, 0]).all(axis=1)
        differing[policy.name] = {**health(pairs, horizon_days), "identical_share": float(np.mean(same))}
    return differing
