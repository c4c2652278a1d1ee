"""The unit of replication: a draw. Intervals are over draws, and nothing else in a study is a sample of anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from lockgate.experiments.results.intervals import METHODS, Columns, changes, levels
from lockgate.experiments.results.ratios import relative
from lockgate.experiments.results.selection import Array, Selection
from lockgate.experiments.results.structure import split_frame, structures_of
from lockgate.experiments.results.verdict import Verdict, verdicts_on
from lockgate.experiments.study.study import Study
from lockgate.sim.errors import InputError, nearest
from lockgate.sim.model.outcomes import OUTCOMES

By = str | Sequence[str] | None
Values = Mapping[str, Array]  # outcomes by number of the run
REPLICATE = "draw"
LATE = "ended first: "  # before the name of an outcome: which runs ended before what it waits for
CENSORED, CENSORED_THERE = "censored_share", "reference_censored_share"
MOST_FACTORS = 4  # named in an error before it says `point` instead
NO_REPLICATES = {
    "point": "points of a design were chosen, not sampled: their spread is no uncertainty, and it shrinks with each point that is added",
    "world": "worlds were chosen, not sampled: they are different assumptions, and their spread is no sampling error",
    "policy": "policies were chosen, not sampled: they are what is compared",
    "week": "weeks of one run are not independent: each begins where the one before ended",
    "run": "runs of one draw share its sampled world and its seed, they are not independent",
}


@dataclass(frozen=True, eq=False)
class Groups:
    """Cells (a world, a point and a policy each) by what they share: columns that name each group, and the group of each cell, (C,)."""

    by: tuple[str, ...]
    names: dict[str, Any]
    of: Array

    @property
    def count(self) -> int:
        """How many."""
        return int(self.of.max()) + 1 if len(self.of) else 0

    def frame(self, outcome: str, columns: Columns) -> pd.DataFrame:
        """One row a group."""
        return pd.DataFrame({"outcome": outcome, **self.names, **columns})


def estimate(selection: Selection, values: Values, by: By, late: Values | None = None) -> pd.DataFrame:
    """Each outcome in each group, with 95 % intervals over draws. `late` says which runs ended first, for outcomes that can be censored."""
    return split_frame(selection.study, selection.draws, with_late(values, late), by, partial(estimate_groups, selection))


def estimate_groups(selection: Selection, values: Values, by: By) -> pd.DataFrame:
    """The same where no group is told apart by what differs between draws."""
    groups = groups_of(selection, by)
    check_replicates(selection, groups)
    frames = []
    for name, each in outcomes_in(values).items():
        columns = levels(OUTCOMES[name], cells(selection.of(each)))
        frames.append(groups.frame(name, columns | late_shares(values, name, {CENSORED: selection}, selection.shape)))
    return together(frames)


def outcomes_in(values: Values) -> Values:
    """The outcomes among values, without what says which runs ended first."""
    return {name: each for name, each in values.items() if not name.startswith(LATE)}


def with_late(values: Values, late: Values | None) -> Values:
    """Outcomes, and after them which runs ended first."""
    return {**values, **{f"{LATE}{name}": each for name, each in (late or {}).items()}}


def late_shares(values: Values, name: str, where: Mapping[str, Selection], shape: tuple[int, ...]) -> Columns:
    """In how many draws runs ended first, in each cell, under the names of columns; nothing where no outcome asked for can be censored.

    It is 0 for an outcome that cannot be, and NaN where that is not known.
    """
    if not any(each.startswith(LATE) for each in values):
        return {}
    flags = values.get(f"{LATE}{name}", np.zeros_like(values[name]))
    return {column: shares_of(cells(np.broadcast_to(selection.of(flags), shape))) for column, selection in where.items()}


def shares_of(flags: Array) -> Array:
    """The share of draws, (D, C), in which a flag is set; draws without it do not count, and where there is none it is NaN."""
    there = np.isfinite(flags).sum(axis=0)
    return np.where(there > 0, np.nansum(flags, axis=0) / np.maximum(1, there), np.nan)


def difference(selection: Selection, values: Values, by: By, reference: str | None, late: Values | None = None) -> pd.DataFrame:
    """The paired difference of each outcome to the same under the reference policy, in each group, with 95 % intervals over draws."""
    make = partial(differing_groups, selection, reference)
    return split_frame(selection.study, selection.draws, with_late(values, late), by, make)


def differing_groups(selection: Selection, reference: str | None, values: Values, by: By) -> pd.DataFrame:
    """The same where no group is told apart by what differs between draws."""
    compared, referred = referring(selection, reference)
    groups = groups_of(compared, by)
    check_replicates(compared, groups)
    frames = []
    for name, each in outcomes_in(values).items():
        mine = cells(compared.of(each))
        same = cells(np.broadcast_to(referred.of(each), compared.shape))
        columns = changes(OUTCOMES[name], mine, same)
        columns |= relative(mine, same) | verdict_columns(verdicts_on(name, columns, mine, same))
        columns |= late_shares(values, name, {CENSORED: compared, CENSORED_THERE: referred}, compared.shape)
        frames.append(groups.frame(name, columns))
    differences = together(frames)
    differences.attrs["reference"] = selection.study.policies[selection.policy(reference)].name
    return differences


def verdict_columns(found: Sequence[Verdict]) -> Columns:
    """Verdicts as columns."""
    told = {"less": "less", "same": "same", "more": "more", "verdict": "word", "direction": "direction", "preliminary": "preliminary"}
    return {column: np.array([getattr(each, name) for each in found]) for column, name in told.items()}


def referring(selection: Selection, reference: str | None) -> tuple[Selection, Selection]:
    """The selected policies but the reference, and the reference alone."""
    base = selection.policy(reference)
    others = selection.policies[selection.policies != base]
    if not len(others):
        raise InputError(f"difference: no policy but the reference {selection.study.policies[base].name} is selected; select another one")
    return replace(selection, policies=others), replace(selection, policies=np.array([base]))


def mean(selection: Selection, values: Values, by: By) -> pd.DataFrame:
    """The mean of each outcome over the runs of each group, whatever they are. It has no interval."""
    return split_frame(selection.study, selection.draws, values, by, partial(mean_of_groups, selection))


def mean_of_groups(selection: Selection, values: Values, by: By) -> pd.DataFrame:
    """The same where no group is told apart by what differs between draws."""
    asked = [by] if isinstance(by, str) else list(by) if by is not None else None
    by_draw = asked is not None and REPLICATE in asked
    groups = groups_of(selection, [name for name in asked if name != REPLICATE] if asked is not None else None)
    frames = []
    for name, each in values.items():
        runs = cells(selection.of(each))
        totals, counts = (runs, np.isfinite(runs)) if by_draw else sums(runs)
        total, count = (summed(part, groups) for part in (np.nan_to_num(totals), counts))
        with np.errstate(invalid="ignore"):
            columns = {"mean": total / count, "runs": count.astype(int)}
        if by_draw:
            names = {key: repeated(column, len(selection.draws)) for key, column in groups.names.items()}
            keys = {"outcome": name, REPLICATE: np.repeat(selection.draws, groups.count), **names}
            frames.append(pd.DataFrame(keys | {key: column.ravel() for key, column in columns.items()}))
        else:
            frames.append(groups.frame(name, {key: column[0] for key, column in columns.items()}))
    return pd.concat(frames, ignore_index=True)


def sums(runs: Array) -> tuple[Array, Array]:
    """Over draws: the sum of what is there, and how much that is, each (1, C)."""
    totals = runs.sum(axis=0, keepdims=True)
    if np.isfinite(totals).all():
        return totals, np.full(totals.shape, float(len(runs)))
    there = np.isfinite(runs)
    return np.where(there, runs, 0.0).sum(axis=0, keepdims=True), there.sum(axis=0, keepdims=True)


def summed(cells: Array, groups: Groups) -> Array:
    """Rows of cells, (K, C), summed to rows of groups, (K, G)."""
    rows = np.arange(len(cells))[:, None] * groups.count
    totals = np.bincount((rows + groups.of).ravel(), weights=cells.astype(float).ravel(), minlength=len(cells) * groups.count)
    return totals.reshape(len(cells), groups.count)


def repeated(column: Any, times: int) -> Any:
    """A column, so many times one after another."""
    return column.take(np.tile(np.arange(len(column)), times))


def together(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Frames as one, which says how its intervals were made."""
    frame = pd.concat(frames, ignore_index=True)
    frame = frame[[*frame.columns.drop("draws"), "draws"]]
    frame.attrs.update({"over": REPLICATE, "interval": METHODS})
    return frame


def cells(blocks: Array) -> Array:
    """(draws, worlds, points, policies) as (draws, C)."""
    return blocks.reshape(len(blocks), int(np.prod(blocks.shape[1:])))


# Groups


def groups_of(selection: Selection, by: By) -> Groups:
    """The cells that are selected, grouped by columns: each cell by itself unless columns are named."""
    study = selection.study
    known = ("world", "point", "policy", *study.points, *structures_of(study))
    asked = told_apart(selection) if by is None else tuple(dict.fromkeys([by] if isinstance(by, str) else by))
    for name in asked:
        if name not in known:
            many = "; an interval is over draws, so that a group holds many of them" if name == REPLICATE else ""
            raise InputError(f'by = "{name}": group by {", ".join(known)}{many or nearest(name, known)}')
    number = np.zeros(int(np.prod(selection.shape[1:])), int)
    for name in asked:
        codes = codes_of(selection, name)
        number = np.unique(number * (codes.max() + 1 if len(codes) else 1) + codes, return_inverse=True)[1]
    _, first, of = np.unique(number, return_index=True, return_inverse=True)
    order = np.argsort(first)
    return Groups(asked, {name: column_of(selection, name, first[order]) for name in asked}, np.argsort(order)[of])


def told_apart(selection: Selection) -> tuple[str, ...]:
    """The columns that tell all cells of a study apart: world, factors and policy; and points, where several have the same factors."""
    columns = list(selection.study.points)
    rows = set(zip(*(selection.values(name).tolist() for name in columns), strict=True)) if columns else {()}
    return ("world", *(() if len(rows) == len(selection.points) else ("point",)), *columns, "policy")


def codes_of(selection: Selection, name: str) -> Array:
    """A column of each cell as numbers from 0, in order of world, point and policy, (C,)."""
    _, worlds, points, policies = selection.shape
    axis = {"world": 0, "policy": 2}.get(name, 1)
    codes = np.arange(selection.shape[axis + 1])
    if axis == 1 and name != "point":
        codes = np.unique(selection.values(name), return_inverse=True)[1]
    shape = [1, 1, 1]
    shape[axis] = -1
    return np.broadcast_to(codes.reshape(shape), (worlds, points, policies)).ravel()


def column_of(selection: Selection, name: str, cell: Array) -> Any:
    """The values of a column in some cells; names in the order that they have in the study."""
    _, worlds, points, policies = selection.shape
    world, point, policy = np.unravel_index(cell, (worlds, points, policies))
    if name == "world":
        return pd.Categorical.from_codes(selection.worlds[world], [each.name for each in selection.study.worlds])
    if name == "policy":
        return pd.Categorical.from_codes(selection.policies[policy], [each.name for each in selection.study.policies])
    return selection.values(name)[point]


# Refusals


def check_over(study: Study, over: str, replicate: str) -> None:
    """Refuse intervals over anything but the unit of replication that a study's plan names."""
    if over != replicate:
        alias = {"day": "week", **dict.fromkeys(study.points, "point")}
        reason = NO_REPLICATES.get(alias.get(over, over), f"a study's unit of replication is the {replicate}")
        means = ', mean_over="point" averages over points within each draw first,' if alias.get(over, over) == "point" else ""
        raise InputError(
            f'over = "{over}": {reason}; intervals are over draws alone,{means} and mean(...) averages over anything, without one'
        )


def check_replicates(selection: Selection, groups: Groups) -> None:
    """Refuse groups that hold a draw more than once."""
    sizes = np.bincount(groups.of)
    if len(sizes) == 0 or sizes.max() == 1:
        return
    differing = [name for name in ("world", *selection.study.points, "policy") if differs(selection, groups, name)]
    factors = [name for name in differing if name in selection.study.points]
    if len(factors) > MOST_FACTORS or (not factors and differs(selection, groups, "point")):
        differing = [name for name in ("world", "point", "policy") if differs(selection, groups, name)]
    columns = " and ".join(filter(None, (", ".join(differing[:-1]), differing[-1])))
    first = differing[0]
    value = selection.values(first)[0]
    example = f'"{value}"' if isinstance(value, str) else value
    within = "" if {"world", "policy"} & set(differing) else ', or average over points within each draw with mean_over="point"'
    raise InputError(
        f"by = {', '.join(groups.by) or 'nothing'}: a group would hold each draw up to {sizes.max()} times, as {columns} "
        f"{'differs' if len(differing) == 1 else 'differ'} within it, and runs of one draw are not independent; "
        f"add {columns} to by, or choose first, such as where({first}={example}){within}; "
        "mean(...) averages over anything, without an interval"
    )


def differs(selection: Selection, groups: Groups, name: str) -> bool:
    """Whether a column has several values within a group."""
    codes = codes_of(selection, name)
    first = np.zeros(groups.count, int)
    first[groups.of[::-1]] = codes[::-1]
    return bool(np.any(codes != first[groups.of]))
