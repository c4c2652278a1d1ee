"""The parts of a study that are there: checked against the journal, then read column by column, on threads."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from lockgate.experiments.sweep.folder import Damaged, KeptPart, StudyFolder
from lockgate.experiments.sweep.layout import arrow_schema, parquet_file
from lockgate.experiments.sweep.plan import Piece, gaps_between

Array = np.ndarray[Any, np.dtype[Any]]
T = TypeVar("T")
THREADS = min(os.cpu_count() or 1, 8)
AGAIN = "run the same sweep again: it makes damaged parts again"


@dataclass(frozen=True)
class Held:
    """A part, and the first of its runs that no part before it holds."""

    part: KeptPart
    first: int

    @property
    def last(self) -> int:
        """One more than its last run."""
        return self.part.piece.last

    @property
    def runs(self) -> Array:
        """The numbers of the runs that are read from it."""
        return np.arange(self.first, self.last)


@dataclass(frozen=True)
class Parts:
    """The parts of a folder, in the order of their runs. No run is in two of them."""

    folder: StudyFolder
    held: tuple[Held, ...]
    runs_per_draw: int
    fitting: set[tuple[str, Piece]] = field(default_factory=set, repr=False)  # whose files were found to be those of the study

    @property
    def runs(self) -> Array:
        """The numbers of all runs that are there, in order, (R,)."""
        return np.concatenate([each.runs for each in self.held]) if self.held else np.zeros(0, int)

    @property
    def end(self) -> int:
        """One more than the largest number of a run that is there."""
        return self.held[-1].last if self.held else 0

    @property
    def run_count(self) -> int:
        """The number of runs of all draws of which some are there."""
        return -(-self.end // self.runs_per_draw) * self.runs_per_draw

    @property
    def wrong(self) -> bool:
        """Whether some of the runs went wrong."""
        return any(each.part.wrong for each in self.held)

    def holds_all(self, runs: int) -> bool:
        """Whether runs 0 to `runs` - 1 are all there."""
        return not any(gaps_between((Piece(each.first, each.last) for each in self.held), runs))

    def table(self, name: str, columns: Sequence[str]) -> pa.Table:
        """Some columns of a table, in the order of the runs."""
        if not self.held:
            described = {column["name"]: column for column in self.folder.layout.columns[name]}
            return arrow_schema([described[column] for column in columns]).empty_table()
        return pa.concat_tables(self.each(lambda each: self.read(each, name, columns)))

    def values(self, outcomes: Sequence[str]) -> dict[str, Array]:
        """Outcomes by number of the run, each (runs,), as floats; NaN where a run is not there, or went wrong."""
        values = {name: np.full(self.run_count, np.nan) for name in outcomes}

        def fill(each: Held) -> None:
            table = self.read(each, "runs", outcomes)
            for name in outcomes:
                values[name][each.first : each.last] = floats(table[name])

        self.each(fill)
        return values

    def weekly(self, columns: Sequence[str]) -> tuple[Array, dict[str, Array]]:
        """The last days of the weeks, (W,), and columns of the series by number of the run, each (runs, W), as `values` has them."""
        runs, tables = self.run_count, self.each(lambda each: self.read(each, "series", ["run", "day", *columns]))
        first = next((table for table in tables if len(table)), None)
        if first is None:
            return np.zeros(0, int), {name: np.full((runs, 0), np.nan) for name in columns}
        weeks = int(np.sum(first["run"].to_numpy() == first["run"][0].as_py()))
        series = {name: np.full((runs, weeks), np.nan) for name in columns}
        for table in tables:
            run = table["run"].to_numpy()[::weeks]
            for name in columns:
                series[name][run] = floats(table[name]).reshape(-1, weeks)
        return first["day"].to_numpy()[:weeks], series

    def read(self, each: Held, name: str, columns: Sequence[str]) -> pa.Table:
        """Some columns of one part. Raises `Damaged` where it cannot be read."""
        part, path = each.part, each.part.paths(self.folder.folder)[name]
        skipped = each.first - part.piece.first
        cut = bool(skipped) and name != "runs"  # runs have one row each
        try:
            with parquet_file(path) as file:
                said = "" if (name, part.piece) in self.fitting else self.folder.layout.misfit_in(file, name, part.piece, part.wrong)
                asked = [*columns, "run"] if cut and "run" not in columns else list(columns)
                table = None if said else file.read(asked, use_threads=False)
        except Exception as error:  # whatever a file that somebody made raises
            raise Damaged(f"{path} cannot be read ({error}); {AGAIN}") from None
        if table is None:
            raise Damaged(f"{path} {said}; {AGAIN}")
        self.fitting.add((name, part.piece))
        if cut:
            return table.filter(pa.array(table["run"].to_numpy() >= each.first)).select(columns)
        return table.select(columns).slice(skipped)

    def each(self, read: Callable[[Held], T]) -> list[T]:
        """What is read of each part, in order."""
        with ThreadPoolExecutor(THREADS) as pool:
            return list(pool.map(read, self.held))


def parts_of(folder: StudyFolder, runs_per_draw: int, *, verify: bool) -> Parts:
    """The parts of a folder. With `verify`, raises `Damaged` unless every file is what was written, or its runs are in other parts.

    Whether a file holds runs of this study is looked at when it is read.
    """
    recorded = sorted(folder.recorded_parts().values(), key=lambda part: (part.piece.first, -part.piece.last))
    with ThreadPoolExecutor(THREADS) as pool:
        changes = list(pool.map(folder.change if verify else lambda part: folder.layout.misplaced(part.piece, part.hashes), recorded))
    damage = {part.piece: change for part, change in zip(recorded, changes, strict=True)}
    held = tuple(without_overlap(part for part in recorded if not damage[part.piece]))
    pieces = [Piece(each.first, each.last) for each in held]
    bad = [change for piece, change in damage.items() if change and not covers(pieces, piece)]
    if bad:
        more = f" (the first of {len(bad)} damaged parts)" if len(bad) > 1 else ""
        raise Damaged(f"{bad[0]}{more}; {AGAIN}")
    return Parts(folder, held, runs_per_draw)


def without_overlap(parts: Iterable[KeptPart]) -> Iterator[Held]:
    """Parts in order, each from the first run on that those before it do not hold.

    A piece that was damaged, and made again as a share of a larger one, stays in the journal.
    """
    at = 0
    for part in parts:
        if part.piece.last > at:
            yield Held(part, max(at, part.piece.first))
            at = part.piece.last


def covers(pieces: Sequence[Piece], wanted: Piece) -> bool:
    """Whether pieces hold all runs of another one.

    >>> covers([Piece(0, 4), Piece(6, 8)], Piece(1, 4)), covers([Piece(0, 4), Piece(6, 8)], Piece(3, 7))
    (True, False)
    """
    return all(gap.last <= wanted.first for gap in gaps_between(pieces, wanted.last))


def floats(column: pa.ChunkedArray) -> Array:
    """A column of numbers, or of yes and no, as floats; NaN where it has no value.

    >>> floats(pa.chunked_array([[True, None, False]])).tolist()
    [1.0, nan, 0.0]
    """
    numbers = column.cast(pa.uint8()) if pa.types.is_boolean(column.type) else column
    values: Array = numbers.to_numpy().astype(float, copy=False)
    return values
