"""The rows that a study's tables have of some runs."""

from typing import Any

import numpy as np
import pyarrow as pa

from experiments.sweep.columns import OK, sampled_columns
from experiments.sweep.layout import NAME, arrow_schema
from experiments.sweep.plan import Piece, SweepPlan
from experiments.sweep.runner import Rows, Runner

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
