"""Censoring: where a run ended before what an outcome waits for, so that the outcome is a lower bound."""

from collections.abc import Sequence

from lockgate.experiments.results.selection import Array
from lockgate.experiments.results.source import Source
from lockgate.experiments.study.study import Study
from lockgate.sim.model.outcomes import OUTCOMES

# Of the system that is ready on day 0: a delay as long as the run says by itself that the run ended first.
FROM_DAY_0 = ("release_delay_days", "unguarded_delay_days")


def censored_runs(study: Study, source: Source, outcomes: Sequence[str]) -> dict[str, Array]:
    """Whether each run ended first, (R,), as floats, for each outcome that can be censored; NaN where the run is not there.

    It is all NaN where that is not known: the study keeps the outcome and not the one that says so (`censored_by`).
    """
    found: dict[str, Array] = {}
    for name in outcomes:
        known = OUTCOMES[name]
        if not known.censored_by:
            continue
        values = source.values((name,))[name]
        by = source.values((known.censored_by,))[known.censored_by] if known.censored_by in study.outcomes else None
        if by is not None:
            found[name] = by * 0.0 + (by != 0.0)
        else:
            late = values >= study.horizon_days if name in FROM_DAY_0 else float("nan")
            found[name] = values * 0.0 + late
    return found
