"""Evaluate: one row of levers and parameters in, one row of outcomes out, as optimisers and samplers ask for it."""

import sys
from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any

import numpy as np

from lockgate.scenarios import World, load_policy, load_world, with_levers
from lockgate.sim.bounds import Bounded, refusal, shown
from lockgate.sim.engine.kinds import Kinds
from lockgate.sim.engine.plan import Plan
from lockgate.sim.engine.runs import make_runs
from lockgate.sim.errors import InputError, nearest
from lockgate.sim.model.outcomes import Outcomes
from lockgate.sim.model.parameters import PARAMETERS, parameter_table
from lockgate.sim.model.parameters.table import are_within
from lockgate.sim.model.policy import LEVERS, Policy
from lockgate.sim.rules.row import fields
from lockgate.sim.search_path import installed_first
from lockgate.sim.settings import checked_seeds, checked_threads

Array = np.ndarray[Any, np.dtype[Any]]
Table = Any  # a mapping of names to one value or one a row, a structured array, or a pandas data frame
OUTCOME_NAMES = tuple(field.name for field in fields(Outcomes))
SHARES = 32  # for each thread: rows that share a draw are cut into as many, so that no thread is left with all of them


@installed_first
def evaluate(
    levers: Table,
    parameters: Table,
    seeds: int | Sequence[int] | Array,
    *,
    policy: str | PathLike[str] | Policy = "open-release",
    world: str | PathLike[str] | World = "baseline",
    horizon_days: int = 540,
    threads: int | None = None,
    outcomes: str | Sequence[str] | None = None,
    kinds: Kinds = None,
) -> Any:
    """Run each of R rows of levers, parameters and a seed, and give its outcomes, in the order of the rows.

    `levers` and `parameters` are each a mapping of names to one value or R of them, a structured array (R,), a pandas data frame of R
    rows, or None. What is one value, a seed too, holds in every row. Levers hold from day 0 of `policy`, and what its timeline sets later
    stays; levers that are not given are those of the policy, parameters that are not given have the central values of `world`. Choices
    are given by name or by number. `outcomes` names those that are wanted (default: all). `kinds` is as in `compare`.

    Gives a structured array (R,) with a field for each outcome; where levers or parameters are a data frame, a data frame with its index
    (rows are matched by position). A run is the same, to the last bit, as `simulate` and `compare` give with these values; rows that share
    parameters and seed share the work of their population. Raises `InputError`, before any run, for an unknown name, a length that does
    not match, or a value out of bounds, with its row.

    >>> evaluate({"preview_days": [0, 14]}, {"organisations": 5, "bad_actors": 10}, 1, policy="staged-preview", horizon_days=30).shape
    (2,)
    """
    base = policy if isinstance(policy, Policy) else load_policy(policy)
    place = world if isinstance(world, World) else load_world(world)
    names = wanted(outcomes)
    asked = {"levers": columns_of("levers", levers, LEVERS), "parameters": columns_of("parameters", parameters, PARAMETERS)}
    rows = row_count({f"{kind}[{name!r}]": column for kind, columns in asked.items() for name, column in columns.items()}, seeds)
    table = parameter_table(rows, **place.central() | checked_columns("parameter", asked["parameters"], PARAMETERS, rows))
    policies, policy_of = policies_of(base, checked_columns("lever", asked["levers"], LEVERS, rows), rows)
    seed_of = checked_seeds(np.full(rows, seeds) if np.ndim(seeds) == 0 else seeds, rows)
    order, draw_of = by_draw(table, seed_of, max(1, rows // (SHARES * checked_threads(threads))))
    first = order[np.searchsorted(draw_of, np.arange(draw_of[-1] + 1 if rows else 0))]
    plan = Plan(table[first], policies, seed_of[first], horizon_days, draw_of, policy_of[order], weekly=False, kinds=kinds)
    make_runs(plan, threads=threads)
    made = np.empty(rows, np.dtype([(name, plan.results.outcomes.dtype[name]) for name in names], align=True))
    for name in names:
        made[name][order] = plan.results.outcomes[name]
    frame = next((given for given in (levers, parameters) if is_frame(given)), None)
    return made if frame is None else sys.modules["pandas"].DataFrame({name: made[name] for name in names}, index=frame.index)


def wanted(outcomes: str | Sequence[str] | None) -> tuple[str, ...]:
    """The names of the outcomes that are asked for; all unless some are named."""
    names = OUTCOME_NAMES if outcomes is None else (outcomes,) if isinstance(outcomes, str) else tuple(outcomes)
    for name in names:
        if name not in OUTCOME_NAMES:
            raise InputError(f"unknown outcome {shown(name)}{nearest(str(name), OUTCOME_NAMES)}; `lockgate list` names all")
    return tuple(dict.fromkeys(names))


def is_frame(given: Any) -> bool:
    """Whether this is a pandas data frame; pandas is not loaded to find out."""
    return "pandas" in sys.modules and isinstance(given, sys.modules["pandas"].DataFrame)


def columns_of(kind: str, given: Any, known: Mapping[str, Bounded]) -> dict[str, Array]:
    """The columns of a table by name, each () or (R,)."""
    if given is None:
        return {}
    if isinstance(given, np.ndarray) and given.dtype.names is not None and given.ndim <= 1:
        columns: dict[str, Any] = {name: given[name] for name in given.dtype.names}
    elif is_frame(given) or isinstance(given, Mapping):
        columns = {name: given[name] for name in given}
    else:
        raise InputError(f"{kind} = {shown(given)} must be a mapping of names to values, a structured array, a data frame, or None")
    for name in columns:
        if name not in known:
            raise InputError(f"unknown {kind.removesuffix('s')} {shown(name)}{nearest(str(name), known)}; `lockgate list` names all")
    return {name: as_column(f"{kind}[{name!r}]", value) for name, value in columns.items()}


def as_column(what: str, value: Any) -> Array:
    """One value, or one a row, as an array."""
    try:
        column = np.asarray(value)
    except ValueError:  # lists of different lengths
        column = np.zeros((0, 0))
    if column.ndim > 1:
        raise InputError(f"{what} = {shown(value)} must be one value, or a list of one for each row")
    return column


def row_count(columns: Mapping[str, Array], seeds: Any) -> int:
    """R: the length of all that is more than one value; 1 where nothing is."""
    lengths = {name: len(column) for name, column in {**columns, "seeds": as_column("seeds", seeds)}.items() if column.ndim}
    for name, length in lengths.items():
        first = next(iter(lengths))
        if length != lengths[first]:
            raise InputError(f"{name} has {length} values and {first} has {lengths[first]}; give one value, or as many everywhere")
    return next(iter(lengths.values()), 1)


def checked_columns(kind: str, columns: Mapping[str, Array], known: Mapping[str, Bounded], rows: int) -> dict[str, Array]:
    """Columns (R,), in their own types; an `InputError` names the first row whose value is out of bounds."""
    checked: dict[str, Array] = {}
    for name, column in columns.items():
        given = coded(known[name], column)
        wrong = np.flatnonzero(~np.atleast_1d(are_within(known[name], given)))
        if len(wrong):
            row = int(wrong[0])
            raise refusal(f"{kind} {name}" + (f" in row {row}" if given.ndim else ""), known[name], np.atleast_1d(column)[row])
        checked[name] = np.broadcast_to(given.astype(known[name].type), rows)
    return checked


def coded(known: Bounded, column: Array) -> Array:
    """A column with the names of choices as their numbers; any other is as it was."""
    choices = getattr(known, "choices", None)
    if not choices or column.dtype.kind not in "OUT":
        return column
    codes = {choice.label: int(choice) for choice in choices}
    values = [codes.get(value, value) if isinstance(value, str) else value for value in np.atleast_1d(column).tolist()]
    for row, value in enumerate(values):
        if isinstance(value, str):
            where = f" in row {row}" if column.ndim else ""
            raise InputError(f"parameter {known.name}{where} = {shown(value)} must be one of {', '.join(codes)}{nearest(value, codes)}")
    return np.array(values).reshape(column.shape)


def policies_of(base: Policy, columns: Mapping[str, Array], rows: int) -> tuple[list[Policy], Array]:
    """The different policies of all rows, and the number of each row's, (R,)."""
    if not columns or not rows:
        return [base], np.zeros(rows, np.int64)
    levers = np.empty(rows, np.dtype([(name, column.dtype) for name, column in columns.items()]))
    for name, column in columns.items():
        levers[name] = column
    different, first, policy_of = np.unique(levers, return_index=True, return_inverse=True)
    policies = []
    for row, values in zip(first.tolist(), different, strict=True):
        try:
            policies.append(with_levers(base, dict(zip(columns, values.item(), strict=True))))
        except InputError as error:  # orders of its timeline that make no sense with these levers
            raise InputError(f"levers in row {row}: {error}") from None
    return policies, policy_of.reshape(rows)


def by_draw(table: Array, seeds: Array, most: int) -> tuple[Array, Array]:
    """Rows in the order in which they run, (R,), and the number of the draw of each there, (R,).

    Rows with the same parameters and seed are runs of one draw, up to `most` of them.

    >>> order, draw_of = by_draw(parameter_table(4), np.array([7, 5, 7, 7]), 2)
    >>> order.tolist(), draw_of.tolist()
    ([0, 2, 3, 1], [0, 0, 1, 2])
    """
    numbers: dict[bytes, int] = {}
    same = [numbers.setdefault(world.tobytes() + seed.tobytes(), len(numbers)) for world, seed in zip(table, seeds, strict=True)]
    number = np.array(same, np.int64)
    order = np.argsort(number, kind="stable")
    ordered = number[order]
    rank = np.arange(len(order)) - np.searchsorted(ordered, ordered)
    return order, np.cumsum(rank % most == 0) - 1
