"""Where the rows of results come from: the parts of a folder, or memory."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from lockgate.experiments.sweep.plan import CEILING_HARM
from lockgate.experiments.sweep.runner import Rows

if TYPE_CHECKING:
    import pyarrow as pa

    from lockgate.experiments.results.ensemble import Ensemble
    from lockgate.experiments.sweep.plan import SweepPlan

Array = np.ndarray[Any, np.dtype[Any]]


class Source(Protocol):
    """Rows by number of the run. R is the number of runs of all draws of which some are there."""

    @property
    def runs(self) -> Array:
        """The numbers of all runs that are there, in order."""

    @property
    def run_count(self) -> int:
        """R."""

    @property
    def wrong(self) -> bool:
        """Whether some of the runs went wrong."""

    def table(self, name: str, columns: Sequence[str]) -> "pa.Table":
        """Some columns of the table `runs` or `series`, in the order of the runs."""

    def values(self, outcomes: Sequence[str]) -> dict[str, Array]:
        """Outcomes, or the harm under the ceiling where that is kept, each (R,), as floats; NaN where a run is not there, or went wrong."""

    def weekly(self, columns: Sequence[str]) -> tuple[Array, dict[str, Array]]:
        """The last days of the weeks, (T,), and columns of the weekly series, each (R, T), as `values` has them."""


class InMemory:
    """All rows of a study, as the engine left them, and the draws that they are of, one ensemble a world."""

    def __init__(self, plan: "SweepPlan", rows: Rows, drawn: Sequence["Ensemble"]) -> None:
        self.plan, self.rows, self.drawn = plan, rows, drawn
        self.run_count = rows.piece.last
        self.runs = np.arange(rows.piece.last)
        self.wrong = bool(rows.wrong)

    def table(self, name: str, columns: Sequence[str]) -> "pa.Table":
        """The table that a sweep would write."""
        from lockgate.experiments.sweep.layout import runs_table, series_table  # loads Arrow
        from lockgate.experiments.sweep.runner import Runner

        table = runs_table(Runner(self.plan, drawn=self.drawn), self.rows) if name == "runs" else series_table(self.plan, self.rows)
        return table.select(list(columns))

    def values(self, outcomes: Sequence[str]) -> dict[str, Array]:
        """The outcomes."""
        return {name: self.known(self.column(name)) for name in outcomes}

    def column(self, name: str) -> Array:
        """An outcome, or the harm under the ceiling, as floats of its own."""
        if name == CEILING_HARM and self.rows.ceiling is not None:
            return self.rows.ceiling.copy()
        column: Array = self.rows.outcomes[name].astype(float)
        return column

    def weekly(self, columns: Sequence[str]) -> tuple[Array, dict[str, Array]]:
        """The weeks."""
        weeks = self.rows.weeks
        return weeks["day"][0], {name: self.known(weeks[name].astype(float)) for name in columns}

    def known(self, values: Array) -> Array:
        """Values of which those of runs that went wrong become NaN."""
        values[list(self.rows.wrong)] = np.nan
        return values
