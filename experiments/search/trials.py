"""Policies in draws: the outcomes by which a search compares them, the same draws for all."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lockgate.experiments.results.ensemble import Ensemble
from lockgate.sim.engine.plan import Plan
from lockgate.sim.engine.runs import make_runs
from lockgate.sim.model.outcomes import OUTCOMES
from lockgate.sim.model.policy import Policy

Array = np.ndarray[Any, np.dtype[Any]]


def tried(
    policies: Sequence[Policy], drawn: Ensemble, horizon_days: int, outcomes: Sequence[str], *, threads: int | None = None
) -> Mapping[str, Array]:
    """Outcomes of P policies in D draws, (D, P) each, as floats."""
    plan = Plan(drawn.worlds, policies, drawn.seeds, horizon_days, weekly=False)
    make_runs(plan, threads=threads)
    made = plan.results.outcomes.reshape(len(drawn.seeds), len(policies))
    return {name: made[name].astype(float) for name in outcomes}


def to_be_small(outcomes: Mapping[str, Array], objectives: Sequence[str]) -> Array:
    """The means of the objectives, (P, O), with the sign that makes less of each better."""
    signs = {"low": 1.0, "high": -1.0}
    return np.column_stack([signs[OUTCOMES[name].better] * outcomes[name].mean(axis=0) for name in objectives])
