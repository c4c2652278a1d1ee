"""Structures: switches and choices that differ from draw to draw, by which every summary can be split."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from lockgate.experiments.results.ensemble import sampled_values
from lockgate.experiments.study.study import Study
from lockgate.scenarios import World
from lockgate.sim.errors import InputError, nearest
from lockgate.sim.model.parameters import PARAMETERS

if TYPE_CHECKING:
    import pandas as pd

    from lockgate.experiments.results.results import Results

Array = np.ndarray[Any, np.dtype[Any]]
Values = Mapping[str, Array]  # outcomes by number of the run
FEW = 30  # draws, below which an interval is wide and a share says little


def structures_of(study: Study) -> tuple[str, ...]:
    """The switches and choices that are sampled in a world of a study, and not varied by its design; in the order of their table."""
    varied = {factor.name for factor in study.factors if factor.role == "parameter"}
    return structures_in(study.worlds, fixed=study.fixed, varied=varied)


def structures_in(worlds: Iterable[World], *, fixed: bool = False, varied: Collection[str] = ()) -> tuple[str, ...]:
    """The switches and choices that are sampled in one of these worlds."""
    sampled = set() if fixed else {name for world in worlds for name in world.sampled if name not in varied}
    return tuple(name for name, parameter in PARAMETERS.items() if name in sampled and parameter.labels)


def checked_structure(name: str, known: Collection[str]) -> str:
    """The name, unless it is none of the structures known: an `InputError` says what one can split by."""
    if name in known:
        return name
    what = "no structure that differs between these draws"
    if name in PARAMETERS and not PARAMETERS[name].labels:
        what = "a number, and a split needs a switch or a choice"
    elif name in PARAMETERS:
        example = ", ".join(f"{label} = 1" for label in PARAMETERS[name].labels)
        what += f"; sample it in its world, such as {name} = {{ {example} }}"
    there = f"those sampled are {', '.join(known)}" if known else "none is sampled"
    raise InputError(f"by {name}: it is {what}; {there}{nearest(name, known)}")


def labels_of(study: Study, name: str, draws: Sequence[int]) -> Array:
    """The label of a structure's value in each of these draws and in each world, (D, W)."""
    words = {int(value): label for label, value in PARAMETERS[name].labels.items()}
    columns = [[words[int(value)] for value in sampled_values(world, name, draws, study.seed)] for world in study.worlds]
    return np.array(columns, object).reshape(len(study.worlds), len(draws)).T


def few(name: str, label: str, draws: int) -> str:
    """What is to be said of a part with few draws; nothing where they are enough."""
    return f"{name} = {label}: only {draws} draw{'' if draws == 1 else 's'}, too few to rest anything on" if draws < FEW else ""


def split_frame(
    study: Study, draws: Array, values: Values, by: str | Sequence[str] | None, make: "Callable[[Values, Any], pd.DataFrame]"
) -> "pd.DataFrame":
    """What `make` gives for outcomes and columns to group by; once for each value of the structures among these columns.

    Runs with another value count as missing, so that only the draws (and worlds) with this one are looked at.
    """
    asked = [by] if isinstance(by, str) else list(by or ())
    names = [name for name in dict.fromkeys(asked) if name in structures_of(study)]
    if not names:
        return make(values, by)
    import pandas as pd

    rest = [name for name in asked if name not in names]
    total = len(next(iter(values.values()))) // (len(study.worlds) * study.point_count * len(study.policies))
    labels = {name: labels_of(study, name, range(total)) for name in names}
    frames, warned = [], []
    for combination in product(*([label for label in PARAMETERS[name].labels if (labels[name] == label).any()] for name in names)):
        same = np.logical_and.reduce([labels[name] == label for name, label in zip(names, combination, strict=True)])
        frame = make({name: only(study, each, same) for name, each in values.items()}, rest)
        frame = frame[frame["draws" if "draws" in frame else "runs"] > 0]
        for place, (name, label) in enumerate(zip(names, combination, strict=True), start=1):
            frame.insert(place, name, label)
        frames.append(frame)
        here = int(same[draws].any(axis=1).sum())
        warned += [few(" and ".join(names), " and ".join(combination), here)]
    together = pd.concat(frames, ignore_index=True)
    together.attrs.update(frames[0].attrs | {"few": [said for said in warned if said]})
    return together


def split_summary(results: "Results", structure: str) -> dict[str, Any]:
    """`VALUE -> {draws, few, policies: {NAME: {OUTCOME: {mean, low, high, difference}}}}`, as a summary has it, for each value."""
    from lockgate.experiments.results.pairing import estimates_of

    parts = results.split(structure)
    return {
        label: {
            "draws": part.draws,
            "few": few(structure, label, part.draws),
            "policies": estimates_of(part.names, part.outcomes()),
        }
        for label, part in parts.items()
    }


def only(study: Study, values: Array, same: Array) -> Array:
    """Values by number of the run, (R,), of which those in other draws and worlds than these, (D, W), are missing."""
    blocks = values.reshape(*same.shape, study.point_count, len(study.policies))
    kept: Array = np.where(same[:, :, None, None], blocks, np.nan).ravel()
    return kept
