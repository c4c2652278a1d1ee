"""Which runs of a study are looked at: some of its worlds, points, policies and draws, all of each with all of the others."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lockgate.experiments.results.source import Source
from lockgate.experiments.results.structure import labels_of, structures_of
from lockgate.experiments.study.study import Study
from lockgate.sim.errors import InputError, nearest

if TYPE_CHECKING:
    import xarray as xr

Array = np.ndarray[Any, np.dtype[Any]]
MOST_NAMED = 12  # values in an error
DIMENSIONS = ("world", "point", "policy", "draw")


@dataclass(frozen=True, eq=False)
class Selection:
    """Numbers of worlds, points, policies and draws, in order."""

    study: Study
    worlds: Array
    points: Array
    policies: Array
    draws: Array

    def where(self, wanted: Mapping[str, Any]) -> "Selection":
        """What of this has one of the wanted values in each of these columns."""
        narrowed = self
        for column, values in wanted.items():
            single = isinstance(values, (str, bytes)) or not isinstance(values, Iterable)
            narrowed = narrowed.only(column, [values] if single else list(values))
        return narrowed

    def only(self, column: str, values: Sequence[Any]) -> "Selection":
        """What of this has one of these values in a column."""
        kinds = {"world": "worlds", "policy": "policies", "draw": "draws"}
        known = ("world", "point", "policy", "draw", *self.study.points, *structures_of(self.study))
        if column not in known:
            raise InputError(f"where({column}=...): choose by {', '.join(known)}{nearest(column, known)}")
        kind = "draws" if column in structures_of(self.study) else kinds.get(column, "points")
        there = self.values(column)
        chosen = np.zeros(len(there), bool)
        for value in values:
            same = equal(there, str(value).lower() if isinstance(value, bool | np.bool_) and there.dtype == object else value)
            if not same.any():
                raise InputError(f"where({column}={value!r}): {self.among(column)}")
            chosen |= same
        if not values:
            raise InputError(f"where({column}=[]): name at least one value")
        return replace(self, **{kind: getattr(self, kind)[chosen]})

    def policy(self, reference: str | None) -> int:
        """The place of the reference among the policies of the study: the first, unless another one is named."""
        names = [policy.name for policy in self.study.policies]
        if reference is None:
            return 0
        if reference not in names:
            raise InputError(f'reference "{reference}" is no policy of this study; it has {", ".join(names)}{nearest(reference, names)}')
        return names.index(reference)

    def values(self, column: str) -> Array:
        """The values of a column among what is selected: names of worlds or policies, numbers of draws or points, values of a factor."""
        if column in ("world", "policy"):
            kind, places = (self.study.worlds, self.worlds) if column == "world" else (self.study.policies, self.policies)
            return np.array([kind[place].name for place in places], object)
        if column in ("draw", "point"):
            return self.draws if column == "draw" else self.points
        if column in structures_of(self.study):
            return self.labels(column)
        factor = next(factor for factor in self.study.factors if factor.column == column)
        return np.asarray(self.study.points[column], factor.type)[self.points]

    def labels(self, structure: str) -> Array:
        """The label of a structure's value in each draw; an `InputError` where the selected worlds have different ones."""
        labels = labels_of(self.study, structure, self.draws.tolist())[:, self.worlds]
        if (labels != labels[:, :1]).any():
            first = self.study.worlds[self.worlds[0]].name
            said = f"worlds differ in it in the same draw; choose one first, such as where(world={first!r})"
            raise InputError(f"where({structure}=...): {said}")
        return np.asarray(labels[:, 0])

    def among(self, column: str) -> str:
        """What may be asked for, in words."""
        values = list(dict.fromkeys(self.values(column).tolist()))
        if not values:
            return f"no {column} is there"
        if len(values) > MOST_NAMED:
            return f"{column} has {len(values)} values from {min(values)} to {max(values)}; name some of these"
        return f"{column} is one of {', '.join(map(str, values))}"

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """How many draws, worlds, points and policies."""
        return len(self.draws), len(self.worlds), len(self.points), len(self.policies)

    def of(self, values: Array) -> Array:
        """What of values by number of the run, (R, ...), is selected: (draws, worlds, points, policies, ...)."""
        study = self.study
        each = (len(study.worlds), study.point_count, len(study.policies))
        blocks = values.reshape(len(values) // math.prod(each), *each, *values.shape[1:])
        chosen = (self.draws, self.worlds, self.points, self.policies)
        if all(len(places) == size for places, size in zip(chosen, blocks.shape, strict=False)):
            return blocks
        selected: Array = blocks[np.ix_(*chosen)]
        return selected

    def holds(self, runs: Array) -> Array:
        """Whether each of these runs is selected."""
        rest, policy = np.divmod(runs, len(self.study.policies))
        rest, point = np.divmod(rest, self.study.point_count)
        draw, world = np.divmod(rest, len(self.study.worlds))
        held = np.ones(len(runs), bool)
        for places, chosen in ((draw, self.draws), (world, self.worlds), (point, self.points), (policy, self.policies)):
            held &= np.isin(places, chosen)
        return held


def equal(there: Array, value: Any) -> Array:
    """Where an array has a value; numbers that differ by rounding alone are equal."""
    if there.dtype != object and isinstance(value, (int, float, np.number, np.bool_)):
        near: Array = np.isclose(there.astype(float), float(value), rtol=1e-12, atol=0.0)
        return near
    return np.array([each == value for each in there.tolist()], bool)


def dataset(  # one for each thing that a dataset has
    source: Source,
    selection: Selection,
    columns: Mapping[str, Sequence[Mapping[str, str]]],
    outcomes: Sequence[str],
    weekly: Sequence[str],
    attributes: Mapping[str, str],
) -> "xr.Dataset":
    """Outcomes by world, point, policy and draw, as xarray has them. All values are floats: NaN where a run is not there, or went wrong."""
    import xarray as xr

    described = {each["name"]: each for each in columns["runs"]}
    described |= {f"weekly_{each['name']}": each for each in columns.get("series", ())}
    values: dict[str, Any] = {
        name: (DIMENSIONS, selection.of(each).transpose(1, 2, 3, 0)) for name, each in source.values(outcomes).items()
    }
    coordinates: dict[str, Any] = {name: (name, selection.values(name)) for name in DIMENSIONS}
    coordinates |= {name: ("point", selection.values(name)) for name in selection.study.points}
    if weekly:
        days, series = source.weekly(weekly)
        coordinates["week"] = ("week", range(len(days)))
        coordinates["day"] = ("week", days)
        described["day"] = described["weekly_day"]
        values |= {f"weekly_{name}": ((*DIMENSIONS, "week"), selection.of(each).transpose(1, 2, 3, 0, 4)) for name, each in series.items()}
    made = xr.Dataset(values, coordinates, dict(attributes))
    for name, variable in made.variables.items():
        if name in described:
            variable.attrs = {"unit": described[str(name)]["unit"], "long_name": described[str(name)]["meaning"]}
    return made
