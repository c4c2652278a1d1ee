"""Scales: money and counts as they are for the simulated organisations, and for 1,000 organisations in a year, as reports have them."""

from typing import TYPE_CHECKING, Any

import numpy as np

from lockgate.experiments.study.study import Study
from lockgate.experiments.sweep.plan import sampled_columns
from lockgate.sim.model.formulas.time import YEAR_DAYS
from lockgate.sim.model.outcomes import Outcome

if TYPE_CHECKING:
    from lockgate.experiments.results.source import Source

Array = np.ndarray[Any, np.dtype[Any]]
ORGANISATIONS = 1000
NUMBER = "organisations"  # the parameter that says how many are simulated


def per_1000_organisations_and_year(organisations: Any, days: int) -> Any:
    """By how much an amount of so many organisations in so many days is multiplied.

    >>> per_1000_organisations_and_year(500, 365.25)
    2.0
    """
    return ORGANISATIONS / organisations * YEAR_DAYS / days


def has_rate(outcome: Outcome) -> bool:
    """Whether there is more of it with more organisations and days: money and counts, unless their annotation says no."""
    return outcome.unit in ("US$", "count") and outcome.per_organisation


def organisations_of(study: Study, source: "Source") -> Array:
    """The number of organisations of each run, by its number, (R,); NaN where a run is not there and its number was drawn."""
    if NUMBER in sampled_columns(study):
        drawn, table = np.full(source.run_count, np.nan), source.table("runs", ["run", NUMBER])
        drawn[table["run"].to_numpy()] = table[NUMBER].to_numpy()
        return drawn
    sizes = len(study.worlds), study.point_count, len(study.policies)
    each = np.array([float(world.parameters[NUMBER].default) for world in study.worlds])[:, None, None]
    if NUMBER in study.points:
        each = np.asarray(study.points[NUMBER], float)[None, :, None]
    return np.tile(np.broadcast_to(each, sizes).ravel(), source.run_count // int(np.prod(sizes)))
