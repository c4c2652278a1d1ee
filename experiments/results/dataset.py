"""Results as an xarray dataset: outcomes by world, point, policy and draw."""

from collections.abc import Mapping, Sequence
from typing import Any

import xarray as xr

from lockgate.experiments.results.selection import Selection
from lockgate.experiments.results.source import Source

DIMENSIONS = ("world", "point", "policy", "draw")


def dataset(  # one for each thing that a dataset has
    source: Source,
    selection: Selection,
    columns: Mapping[str, Sequence[Mapping[str, str]]],
    outcomes: Sequence[str],
    weekly: Sequence[str],
    attributes: Mapping[str, str],
) -> xr.Dataset:
    """All values are floats: runs that are not there, or went wrong, are NaN."""
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
