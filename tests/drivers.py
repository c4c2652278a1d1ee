"""Both drivers side by side: the same run through Mesa and compiled, compared field by field."""

from collections.abc import Mapping
from typing import Any

from lockgate.sim.engine.mesa import ReleaseModel
from lockgate.sim.engine.run import trace
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.tables import LISTS, ROWS
from lockgate.sim.rules.row import fields


def disagreements(policy: Policy, world: Mapping[str, Any], seed: int, days: int, **model: Any) -> list[str]:
    """Every field in which the drivers differ after a run, as `table.field: row, value by Mesa, value compiled`."""
    by_mesa = ReleaseModel(policy, world, seed=seed, horizon_days=days, **model).run().world
    compiled = trace(parameter_table(1, **world), policy, seed, days)
    found = []
    for name in (*ROWS, *LISTS):
        mine = getattr(by_mesa, name)
        rows = mine.rows if name in ("events", "operations") else mine if isinstance(mine, list) else [mine]
        if len(rows) != len(compiled[name]):
            found.append(f"{name}: {len(rows)} rows by Mesa, {len(compiled[name])} compiled")
        elif name in LISTS:
            found += [f"{name}: not the same"] if rows != compiled[name].tolist() else []
        else:
            found += field_disagreements(name, rows, compiled[name])
    return found


def field_disagreements(name: str, rows: list[Any], table: Any) -> list[str]:
    """Fields of one table whose values are not the same, bit for bit."""
    found = []
    for field in fields(ROWS[name]):
        mine, compiled = [getattr(row, field.name) for row in rows], table[field.name].tolist()
        if mine != compiled:
            row = next(place for place, value in enumerate(mine) if value != compiled[place])
            found.append(f"{name}.{field.name}: row {row}, {mine[row]!r} by Mesa, {compiled[row]!r} compiled")
    return found
