"""A study as an xarray dataset: outcomes by world, point, policy and draw."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import xarray as xr

if TYPE_CHECKING:
    from experiments.reading.opened import OpenedStudy

DIMENSIONS = ("world", "point", "policy", "draw")


def dataset(opened: "OpenedStudy", outcomes: Sequence[str], weekly: Sequence[str]) -> xr.Dataset:
    """All values are floats: runs that are not there, or went wrong, are NaN."""
    selection, runs = opened.selection, opened.run_count
    told = {each["name"]: each for each in opened.columns["runs"]}
    told |= {f"weekly_{each['name']}": each for each in opened.columns.get("series", ())}
    values: dict[str, Any] = {
        name: (DIMENSIONS, selection.of(each).transpose(1, 2, 3, 0)) for name, each in opened.parts.values(outcomes, runs).items()
    }
    coordinates: dict[str, Any] = {name: (name, selection.values(name)) for name in DIMENSIONS}
    coordinates |= {name: ("point", selection.values(name)) for name in opened.study.points}
    if weekly:
        days, columns = opened.parts.weekly(weekly, runs)
        coordinates["week"] = ("week", range(len(days)))
        coordinates["day"] = ("week", days)
        told["day"] = told["weekly_day"]
        values |= {f"weekly_{name}": ((*DIMENSIONS, "week"), selection.of(each).transpose(1, 2, 3, 0, 4)) for name, each in columns.items()}
    found = xr.Dataset(values, coordinates, attributes(opened))
    for name, variable in found.variables.items():
        if name in told:
            variable.attrs = {"unit": told[str(name)]["unit"], "long_name": told[str(name)]["meaning"]}
    return found


def attributes(opened: "OpenedStudy") -> dict[str, str]:
    """What the dataset is of, and the hashes by which it is known again."""
    content = opened.plan_content
    return {
        "title": opened.study.summary or opened.study.name,
        "replicate": content["replicate"],
        "random_numbers": content["random_numbers"],
        **{f"{name}_hash": known for name, known in content["hashes"].items()},
        "lockgate": ", ".join(dict.fromkeys(by["lockgate"] for by in opened.provenance if "lockgate" in by)),
    }
