"""Parts: the rows of a piece as Parquet files."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.sweep.folder import Part
from experiments.sweep.plan import SweepPlan
from experiments.sweep.rows import identity, runs_table, series_table
from experiments.sweep.runner import Rows, Runner


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
