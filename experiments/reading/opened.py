"""A study that was opened: its tables as they are, as a data frame and as an xarray dataset, and estimates over its draws."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from experiments.reading import replicate
from experiments.reading.parts import Parts, parts_of
from experiments.reading.selection import Array, Selection
from experiments.study.study import Study
from experiments.sweep.columns import OK
from experiments.sweep.folder import StudyFolder, last_draw
from experiments.sweep.plan import SweepPlan
from experiments.sweep.told import study_of
from sim.errors import InputError, nearest

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

MOST_RUNS_WITH_FEW = 10_000_000
MOST_TIMES = 1000  # as many runs as are there


def open_study(folder: str | Path, *, verify: bool = True) -> "OpenedStudy":
    """Open the folder of a study, finished or not. What it gives is what was there when it was opened.

    Every file is compared with the hash that was written down for it; `verify=False` leaves that out for the parts. Raises `Damaged`, which
    names the file, where one is missing or not what was written, and `InputError` where there is no study.
    """
    kept = StudyFolder(Path(folder))
    stored = kept.stored()
    records, parts = kept.records(), parts_of(kept, verify=verify)
    study = study_of(kept, stored)
    plan = SweepPlan(study, stored.content["chunk"])
    draws = -(-parts.end // plan.runs_per_draw)
    everything = Selection(study, *map(np.arange, (len(study.worlds), study.point_count, len(study.policies), draws)))
    complete = parts.holds_all(plan.runs(last_draw(kept.journal.records(), study.draws)))
    provenance = tuple(record["by"] for record in records if "by" in record)
    refuse_sparse(kept.folder, draws * plan.runs_per_draw, len(parts.runs))
    return OpenedStudy(kept.folder, stored.content, provenance, complete, parts, everything, draws * plan.runs_per_draw)


def refuse_sparse(folder: Path, runs: int, there: int) -> None:
    """Refuse a few runs with so many missing before them that room for all would take the machine's memory."""
    if runs > max(MOST_RUNS_WITH_FEW, MOST_TIMES * there):
        few = f"{there:,} of the {runs:,} runs up to its last one"
        raise InputError(f"{folder} holds {few}, too few to be read alone; merge it with others first")


@dataclass(frozen=True, eq=False)
class OpenedStudy:
    """A study's folder, or those of its runs that `where` chose.

    `plan_content` is the content of its plan file. `provenance` says of each sweep that was begun what its versions and its command were.
    `complete` is true when all runs are there of the draws that were asked for, or after which a stop rule ended the study. `run_count` is
    the number of runs of all draws of which some are there.
    """

    folder: Path
    plan_content: dict[str, Any]
    provenance: tuple[dict[str, Any], ...]
    complete: bool
    parts: Parts
    selection: Selection
    run_count: int

    def __repr__(self) -> str:
        draws, worlds, points, policies = self.selection.shape
        runs = int(np.sum(self.chosen))
        return f"<study {self.study.name}: {runs:,} runs; draws {draws}, worlds {worlds}, points {points}, policies {policies}>"

    # What it is

    @property
    def study(self) -> Study:
        """What was asked, so that it can be run again."""
        return self.selection.study

    @property
    def draws(self) -> int:
        """How many draws were asked for. A stop rule may have ended the study before, and fewer may be there."""
        return self.study.draws

    @property
    def columns(self) -> dict[str, list[dict[str, str]]]:
        """`table -> [{name, role, type, unit, meaning}, ...]`."""
        found: dict[str, list[dict[str, str]]] = self.plan_content["columns"]
        return found

    def where(self, **wanted: Any) -> "OpenedStudy":
        """The runs with these values (one, or a list) of `world`, `policy`, `point`, `draw`, or columns of factors."""
        return replace(self, selection=self.selection.where(wanted))

    # Tables

    def table(self, name: str = "runs", columns: Sequence[str] | None = None) -> pa.Table:
        """A table, `runs` or `series`, in the order of the runs."""
        if name not in self.columns:
            raise InputError(f'table "{name}": this study has {" and ".join(self.columns)}{nearest(name, self.columns)}')
        described = {told["name"]: told for told in self.columns[name]}
        asked = list(described) if columns is None else list(columns)
        for column in asked:
            if column not in described:
                raise InputError(f'column "{column}" is not in the table {name} of this study{nearest(column, described)}')
        if not self.parts.held:
            return empty([described[column] for column in asked])
        read = self.parts.table(name, asked if name == "runs" or "run" in asked else ["run", *asked])
        chosen = self.chosen if name == "runs" else self.selection.holds(read["run"].to_numpy())
        return (read if chosen.all() else read.filter(pa.array(chosen))).select(asked).unify_dictionaries()

    @property
    def chosen(self) -> Array:
        """Whether each run that is there is selected, (R,)."""
        return self.selection.holds(self.parts.runs)

    def frame(self, columns: Sequence[str] | None = None) -> "pd.DataFrame":
        """The runs as a data frame; names are categories. Where runs went wrong, whole numbers are floats, so that they can be NaN."""
        return framed(self.table("runs", columns))

    @cached_property
    def runs(self) -> "pd.DataFrame":
        """The frame of all columns."""
        return self.frame()

    def series(self, columns: Sequence[str] | None = None) -> "pd.DataFrame":
        """One row a run and week. Raises `InputError` where the study keeps no series."""
        if "series" not in self.columns:
            raise InputError("this study keeps no weekly series; name those that you want in its file (series), and run it again")
        return framed(self.table("series", columns))

    @property
    def failed(self) -> "pd.DataFrame":
        """The runs that went wrong: which they are, why, and the command that makes each again."""
        names = [told["name"] for told in self.columns["runs"] if told["role"] in ("key", "factor", "status")]
        wrong = any(each.part.wrong for each in self.parts.held)
        found = self.frame(names) if wrong else framed(empty([told for told in self.columns["runs"] if told["name"] in names]))
        return found[found["status"] != OK].reset_index(drop=True)

    def xarray(self, outcomes: Sequence[str] | None = None, weekly: Sequence[str] | None = None) -> "xr.Dataset":
        """Outcomes by world, point, policy and draw, and columns of the weekly series as `weekly_NAME` by week too (default: all)."""
        from experiments.reading.dataset import dataset

        return dataset(self, self.outcomes(outcomes), self.weekly_columns(weekly))

    # Estimates

    def estimate(self, outcome: str | Sequence[str], by: replicate.By = None, over: str = "draw") -> "pd.DataFrame":
        """Outcomes in each group, with 95 % intervals over draws, by the methods of `experiments.intervals`; one row an outcome and group.

        Groups are told apart by the columns `by`: of `world`, `point`, `policy` and factors (default: by all). Runs that went wrong are
        left out; `draws` says how many are left. Raises `InputError` where an interval would be over anything but draws.
        """
        replicate.check_over(self.study, over, self.plan_content["replicate"])
        return replicate.estimate(self.selection, self.reader(outcome), by)

    def difference(
        self, outcome: str | Sequence[str], reference: str | None = None, by: replicate.By = None, over: str = "draw"
    ) -> "pd.DataFrame":
        """Outcomes less those of the reference policy (default: the first) in the same draw, world and point, as `estimate` has them.

        `better_share` is the share of draws in which the difference is an improvement, `pairing_gain` how many times as many unpaired draws
        would be as precise. Only draws in which both runs went well count.
        """
        replicate.check_over(self.study, over, self.plan_content["replicate"])
        return replicate.difference(self.selection, self.reader(outcome), by, reference)

    def mean(self, outcome: str | Sequence[str], by: replicate.By = None) -> "pd.DataFrame":
        """The mean of outcomes over the runs of each group, whatever they are: to look at, without an interval."""
        return replicate.mean(self.selection, self.reader(outcome), by)

    # How it is read

    def outcomes(self, asked: str | Sequence[str] | None) -> tuple[str, ...]:
        """Outcomes of this study, all unless some are named. Raises `InputError` at an unknown one."""
        names = self.study.outcomes if asked is None else (asked,) if isinstance(asked, str) else tuple(asked)
        for name in names:
            if name not in self.study.outcomes:
                weekly = "; it is in the weekly series, and weeks of one run are not independent" if name in self.study.series else ""
                raise InputError(f'outcome "{name}" is not in this study{weekly}{nearest(name, self.study.outcomes)}')
        return names

    def weekly_columns(self, asked: Sequence[str] | None) -> tuple[str, ...]:
        """Columns of the weekly series, all unless some are named. Raises `InputError` at an unknown one."""
        names = self.study.series if asked is None else tuple(asked)
        for name in names:
            if name not in self.study.series:
                raise InputError(f'"{name}" is not in the weekly series of this study{nearest(name, self.study.series)}')
        return names

    def reader(self, asked: str | Sequence[str]) -> replicate.Read:
        """Reads outcomes by number of the run."""
        return partial(self.parts.values, self.outcomes(asked), self.run_count)


def empty(columns: list[dict[str, str]]) -> pa.Table:
    """A table of these columns that has no row."""
    from experiments.sweep.layout import arrow_schema

    return arrow_schema(columns).empty_table()


def framed(table: pa.Table) -> "pd.DataFrame":
    """A table as a data frame. A column of yes and no that lacks some values stays one."""
    found: pd.DataFrame = table.to_pandas()
    for field in table.schema:
        if pa.types.is_boolean(field.type) and found[field.name].dtype == object:
            found[field.name] = found[field.name].astype("boolean")
    return found
