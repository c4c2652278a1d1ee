"""Results whose outcomes are planted, without a run: for what is said of results, whatever the model says."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from lockgate.experiments.results.ensemble import Ensemble, draw_worlds
from lockgate.experiments.results.results import Results, results_in_memory
from lockgate.experiments.study.study import Study
from lockgate.experiments.sweep.plan import Piece
from lockgate.experiments.sweep.runner import Rows
from lockgate.scenarios import load_world, with_parameters
from lockgate.sim.model.measures import WEEKLY, Week
from lockgate.sim.model.outcomes import OUTCOMES, Outcomes
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.vocabulary import Channel
from lockgate.sim.rules.row import dtype

Array = np.ndarray[Any, np.dtype[Any]]
WORLD = with_parameters(load_world("baseline"), {"organisations": 20, "bad_actors": 50})
HARM = "model_enabled_harm"


def planted(
    harm: Array,
    policies: Sequence[str | Policy] = (),
    *,
    others: Mapping[str, Array] | None = None,
    weekly: Mapping[str, Array] | None = None,
    ceiling: Array | None = None,
    seed: int = 1,
    horizon_days: int = 70,
    kept: Sequence[str] = tuple(OUTCOMES),
) -> Results:
    """A comparison with this model-enabled harm, (D, P), and with `others` beside it; what is not given is 0.

    The study has the outcomes `kept`.

    `weekly` has columns of the weekly series, (D, P, T) with T = horizon_days / 7; by default harm is spread evenly over the weeks.
    """
    draws, count = harm.shape
    made = [each if isinstance(each, Policy) else Policy(each) for each in (policies or [f"policy-{place}" for place in range(count)])]
    study = Study(
        name="compare",
        summary="planted",
        policies=tuple(made),
        worlds=(WORLD,),
        draws=draws,
        outcomes=tuple(kept),
        seed=seed,
        horizon_days=horizon_days,
        series=tuple(WEEKLY),
        ceiling=ceiling is not None,
    )
    outcomes = np.zeros(draws * count, dtype(Outcomes))
    for name, values in {HARM: harm, "harm_public_service": harm, **(others or {})}.items():
        outcomes[name] = values.ravel()
    length = -(-horizon_days // 7)
    weeks = np.zeros((draws * count, length), dtype(Week))
    weeks["day"] = np.minimum(7 * np.arange(1, length + 1), horizon_days) - 1
    for name, series in {"harm": np.repeat(harm[:, :, None] / length, length, axis=2), **(weekly or {})}.items():
        weeks[name] = series.reshape(draws * count, length)
    channels = len(Channel)
    displacement = np.zeros((draws * count, channels, channels), np.int64)
    displacement[:, Channel.PUBLIC_SERVICE, Channel.PUBLIC_SERVICE] = 10
    below = None if ceiling is None else np.repeat(ceiling, count)
    rows = Rows(Piece(0, draws * count), outcomes, weeks, displacement, {}, below)
    return results_in_memory(study, rows, [worlds(draws, seed)])


@cache
def worlds(draws: int, seed: int) -> Ensemble:
    """The worlds of so many draws."""
    return draw_worlds(WORLD, draws, seed)
