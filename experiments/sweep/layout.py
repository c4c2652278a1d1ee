"""What the files of a part must hold. It is checked before any of it is used: a hash tells that a file is whole, and not what it holds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from lockgate.experiments.sweep.folder import Part
from lockgate.experiments.sweep.plan import CEILING_HARM, OK, Piece, SweepPlan, sampled_columns
from lockgate.experiments.sweep.runner import Rows, Runner
from lockgate.sim.limits import MOST_DRAWS_IN_ALL

Columns = Sequence[Mapping[str, str]]
NAME = pa.dictionary(pa.int16(), pa.string())
TYPES = {"name": NAME, "string": pa.string(), "double": pa.float64(), "int64": pa.int64(), "bool": pa.bool_()}


def arrow_schema(columns: Columns) -> pa.Schema:
    """The Arrow schema of described columns. Names are dictionaries; other text is text."""
    kinds = [TYPES["name" if column["unit"] == "name" else column["type"]] for column in columns]
    fields = zip(columns, kinds, strict=True)
    return pa.schema([pa.field(column["name"], kind, metadata={"unit": column["unit"]}) for column, kind in fields])


def parquet_file(path: Path) -> pq.ParquetFile:
    """A Parquet file. Arrow opens no path that is not UTF-8, so it is given the bytes of such a one."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return pq.ParquetFile(pa.BufferReader(path.read_bytes()))
    return pq.ParquetFile(path)


@dataclass(frozen=True)
class Layout:
    """The tables of a study: their columns, and how its plan numbers its runs."""

    plan: SweepPlan
    columns: Mapping[str, Columns]
    stored: dict[str, tuple[Any, Any]] = field(default_factory=dict, repr=False)  # schemas of files that were found to fit, by table

    @cached_property
    def schemas(self) -> dict[str, pa.Schema]:
        """The Arrow schema of each table."""
        return {table: arrow_schema(columns) for table, columns in self.columns.items()}

    @property
    def weeks(self) -> int:
        """How many rows of the series a run has."""
        return (self.plan.study.horizon_days + 6) // 7

    def misfit(self, piece: Piece, wrong: int, paths: Mapping[str, Path]) -> str:
        """Why files are not those of a part of this study; nothing where they are."""
        misfits = (self.misfit_of(table, path, piece, wrong) for table, path in paths.items())
        return next((f"{path} {misfit}" for path, misfit in zip(paths.values(), misfits, strict=True) if misfit), "")

    def misplaced(self, piece: Piece, tables: Iterable[str]) -> str:
        """Why runs and tables are not those of a part of this study; nothing where they are. No file is looked at."""
        if set(tables) != set(self.columns):
            return f"the part of runs {piece.first} to {piece.last - 1} has the tables {', '.join(sorted(tables))}"
        return f"runs {piece.first} to {piece.last - 1} are none of this study" if piece.last > self.plan.runs(MOST_DRAWS_IN_ALL) else ""

    def misfit_of(self, table: str, path: Path, piece: Piece, wrong: int) -> str:
        """Why a file is not that table of a part; nothing where it is."""
        try:
            with parquet_file(path) as file:
                return self.misfit_in(file, table, piece, wrong)
        except Exception as error:  # whatever a file that somebody made raises
            return f"cannot be read ({type(error).__name__})"

    def misfit_in(self, file: pq.ParquetFile, table: str, piece: Piece, wrong: int) -> str:
        """The same of a file that is open."""
        runs = np.arange(piece.first, piece.last)
        rows = len(runs) if table == "runs" else (len(runs) - wrong) * self.weeks
        if not self.fits(file, table):
            return f"has other columns than the table {table} of this study"
        if file.metadata.num_rows != rows:
            return f"has {file.metadata.num_rows} rows, and {rows} are told of"
        run = file.read(["run"], use_threads=False)["run"].to_numpy()
        if table != "runs":
            blocks = run.reshape(-1, self.weeks)
            good = bool((blocks == blocks[:, :1]).all() and np.isin(blocks[:, 0], runs).all() and (np.diff(blocks[:, 0]) > 0).all())
        else:
            good = bool(np.array_equal(run, runs))
        return "" if good else f"does not hold the runs {piece.first} to {piece.last - 1}"

    def fits(self, file: pq.ParquetFile, table: str) -> bool:
        """Whether a file has the columns of a table. That its schema is that of an earlier file is seen sooner than what it says."""
        stored = file.metadata.schema, (file.metadata.metadata or {}).get(b"ARROW:schema")
        known = self.stored.get(table)
        if known and known[1] == stored[1] and known[0].equals(stored[0]):
            return True
        if not file.schema_arrow.equals(self.schemas[table]):
            return False
        self.stored[table] = stored
        return True


Array = np.ndarray[Any, np.dtype[Any]]


def runs_table(runner: Runner, rows: Rows) -> pa.Table:
    """One row a run. A run that went wrong has no outcomes, but its status, the reason, and the command that makes it again."""
    plan, study, piece = runner.plan, runner.plan.study, rows.piece
    columns: dict[str, Any] = identity(plan, piece)
    draw, world, point, _ = places(plan, piece)
    runner.draw(int(draw[0]), int(draw[-1]) + 1)
    row = draw - runner.draws[0]
    columns["seed"] = runner.drawn[0].seeds[row]
    for factor in study.factors:
        columns[factor.column] = np.asarray(study.points[factor.column], factor.type)[point]
    for name in sampled_columns(study):
        values = np.stack([runner.drawn[place].worlds[name] for place in range(len(study.worlds))])
        columns[name] = values[world, row]
    missing = np.zeros(len(draw), bool)
    missing[[run - piece.first for run in rows.wrong]] = True
    for name in study.outcomes:
        columns[name] = pa.array(np.ascontiguousarray(rows.outcomes[name]), mask=missing if rows.wrong else None)
    if rows.ceiling is not None:
        columns[CEILING_HARM] = pa.array(np.ascontiguousarray(rows.ceiling), mask=missing if rows.wrong else None)
    said = [rows.wrong.get(run, (OK, None)) for run in range(piece.first, piece.last)]
    columns["status"] = pa.array([status for status, _ in said]).dictionary_encode().cast(NAME)
    columns["reason"] = pa.array([reason for _, reason in said], pa.string())
    again = [f"lockgate replay . --run {run}" if run in rows.wrong else None for run in range(piece.first, piece.last)]
    columns["replay"] = pa.array(again, pa.string())
    return pa.table(columns, schema=arrow_schema(plan.content["columns"]["runs"]))


def series_table(plan: SweepPlan, rows: Rows) -> pa.Table:
    """One row a run and week, of the runs that went well."""
    piece, weeks = rows.piece, rows.weeks
    good = np.array([run not in rows.wrong for run in range(piece.first, piece.last)])
    index = pa.array(np.repeat(np.flatnonzero(good), weeks.shape[1]))
    columns = {name: pa.array(column).take(index) for name, column in identity(plan, piece).items()}
    columns |= {name: pa.array(np.ascontiguousarray(weeks[name][good]).ravel()) for name in ("day", *plan.study.series)}
    return pa.table(columns, schema=arrow_schema(plan.content["columns"]["series"]))


def places(plan: SweepPlan, piece: Piece) -> tuple[Array, Array, Array, Array]:
    """Draw, world, point and policy of each run of a piece, each (R,)."""
    policies, points = len(plan.study.policies), plan.study.point_count
    run = np.arange(piece.first, piece.last)
    return run // plan.runs_per_draw, run // (points * policies) % len(plan.study.worlds), run // policies % points, run % policies


def identity(plan: SweepPlan, piece: Piece) -> dict[str, Any]:
    """The columns that say which run a row is."""
    draw, world, point, policy = places(plan, piece)
    worlds, policies = ([each.name for each in kind] for kind in (plan.study.worlds, plan.study.policies))
    return {
        "run": np.arange(piece.first, piece.last),
        "draw": draw,
        "world": pa.DictionaryArray.from_arrays(pa.array(world, pa.int16()), worlds),
        "point": point,
        "policy": pa.DictionaryArray.from_arrays(pa.array(policy, pa.int16()), policies),
    }


def part_of(runner: Runner, rows: Rows) -> Part:
    """Rows as the files of a part."""
    plan = runner.plan
    tables = {"runs": runs_table(runner, rows)}
    if plan.study.series:
        tables["series"] = series_table(plan, rows)
    return Part(rows.piece, {name: parquet(table) for name, table in tables.items()}, len(rows.wrong), tally_of(plan, rows))


def parquet(table: pa.Table) -> bytes:
    """A table as a Parquet file, the same bytes for the same table."""
    sink = pa.BufferOutputStream()
    names = [field.name for field in table.schema if pa.types.is_dictionary(field.type) or pa.types.is_string(field.type)]
    pq.write_table(table, sink, compression="zstd", use_dictionary=names, write_statistics=False)
    return bytes(sink.getvalue())


def tally_of(plan: SweepPlan, rows: Rows) -> dict[str, tuple[float, int]]:
    """Sum and number of the study's first outcome, by policy, of the runs that went well."""
    values = rows.outcomes[plan.study.outcomes[0]].astype(float)
    good = np.array([run not in rows.wrong for run in range(rows.piece.first, rows.piece.last)])
    policy = np.asarray(identity(plan, rows.piece)["policy"].indices)
    tally = {}
    for place, name in enumerate(each.name for each in plan.study.policies):
        chosen = values[good & (policy == place)]
        tally[name] = (float(chosen.sum()), len(chosen))
    return tally
