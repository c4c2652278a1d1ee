"""One run of a study, made again from what its folder tells, and compared with the row that it left."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from lockgate.experiments.sweep.folder import Damaged, StudyFolder
from lockgate.experiments.sweep.layout import parquet_file, runs_table
from lockgate.experiments.sweep.plan import OK, Piece, SweepPlan
from lockgate.experiments.sweep.runner import Runner
from lockgate.scenarios import World
from lockgate.sim.engine.kinds import Kinds, OwnKind, own_kinds
from lockgate.sim.errors import InputError
from lockgate.sim.model.policy import Policy


@dataclass(frozen=True)
class Replayed:
    """A run as it was made again: all that it follows from, its outcomes, and the columns in which its row differs."""

    policy: Policy
    world: World
    where: str
    seed: int
    horizon_days: int
    check: bool
    outcomes: Mapping[str, Any]
    differs: tuple[str, ...]
    wrong: bool
    said: str


def replayed(plan: SweepPlan, folder: StudyFolder, run: int, kinds: Kinds = None) -> Replayed:
    """Make a run again.

    Raises `InputError` where the study has no such run yet or was made with other kinds of agents, and `Damaged` where its part is not
    what was written.
    """
    plan = replace(plan, kinds=same_kinds(plan, kinds))
    row = row_of(folder, run)
    at, study, runner = plan.index(run), plan.study, Runner(plan)
    again = runs_table(runner, runner.rows(Piece(run, run + 1))).to_pylist()[0]
    differs = tuple(name for name, value in row.items() if again[name] != value)
    if row["status"] in ("timed-out", "died"):
        differs = ()  # the clock or the machine ended it, so that it may end well now
    (_, parameters, seed, (policy,)), *_ = runner.blocks(Piece(run, run + 1))
    central = study.worlds[at.world]
    values = {name: parameters[name][0].item() for name in central.parameters}
    fixed = {name: replace(known, default=known.type(values[name]), prior=None) for name, known in central.parameters.items()}
    world = replace(central, parameters=fixed)
    place = f"run {run}: draw {at.draw}, world {central.name}, point {at.point}, policy {policy.name}, seed {seed}"
    wrong = again["status"] != OK
    said = f"{place}. It went wrong again: {again['status']}, {again['reason']}." if wrong else f"{place}. {equal(row, differs)}"
    return Replayed(
        policy=policy,
        world=world,
        where=f"draw {at.draw} of the {central.name} world",
        seed=seed,
        horizon_days=study.horizon_days,
        check=study.check,
        outcomes={name: again[name] for name in study.outcomes},
        differs=differs,
        wrong=wrong,
        said=said,
    )


def same_kinds(plan: SweepPlan, kinds: Kinds) -> tuple[OwnKind, ...]:
    """The kinds that are handed in. Raises `InputError` unless they are those that the plan was made with."""
    own = own_kinds(kinds)
    if own != plan.kinds:
        there, here = (", ".join(f"{kind.table}: {kind}" for kind in told) or "no kinds of one's own" for told in (plan.kinds, own))
        name = plan.kinds[0].name if plan.kinds else ""
        do = f"hand in the same again, with --kinds FILE.py:{name}" if name else "leave out --kinds"
        raise InputError(f"its runs were made with {there}, and these are {here}; {do}")
    return own


def equal(row: Mapping[str, Any], differs: tuple[str, ...]) -> str:
    """Whether a run is the same again."""
    if differs:
        return f"It is not the same again: {', '.join(differs)} differ."
    if row["status"] != OK:
        return f"It had no outcomes ({row['status']}: {row['reason']}); now it ends."
    return "The same again in every column, to the last bit."


def row_of(folder: StudyFolder, run: int) -> dict[str, Any]:
    """The row of a run."""
    parts = folder.recorded_parts()
    part = next((part for piece, part in parts.items() if piece.first <= run < piece.last), None)
    if part is None:
        made = sum(piece.last - piece.first for piece in parts)
        raise InputError(f"--run {run}: {folder.folder} has no such run; it has {made:,}, the column `run` numbers them")
    if damage := folder.damage(part):
        raise Damaged(f"{damage}; run the same sweep again to mend it")
    table = parquet_file(part.paths(folder.folder)["runs"]).read()
    row: dict[str, Any] = table.slice(run - part.piece.first, 1).to_pylist()[0]
    return row
