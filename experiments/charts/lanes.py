"""Lanes of a timeline: the systems that matter most in a run, and their names."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from experiments.amount import numeral

Array = np.ndarray[Any, np.dtype[Any]]

MOST = {"covered": 6, "rival": 4, "open": 4}  # lanes of each group


def lanes(tables: Mapping[str, Array]) -> list[int]:
    """Rows of the systems to show: the covered lab's critical ones, then those that were longest the best of their kind."""
    systems = tables["systems"]
    horizon = int(tables["weeks"]["day"][-1]) + 1
    critical = [row for row in owned(tables, 0) if systems["ready_day"][row] < horizon and systems["capability"][row] >= 0.0]
    others = np.flatnonzero(~systems["open_lab"] & (systems["owner"] > 0)).tolist()
    rivals = longest_best(systems, others, "public_day", horizon)[: MOST["rival"]]
    published = longest_best(systems, np.flatnonzero(systems["open_lab"]).tolist(), "weights_day", horizon)[: MOST["open"]]
    return critical[: MOST["covered"]] + sorted_by_day(systems, rivals) + sorted_by_day(systems, published)


def owned(tables: Mapping[str, Array], lab: int) -> list[int]:
    """The rows of a frontier lab's systems, the oldest first."""
    systems = tables["systems"]
    rows = np.flatnonzero(~systems["open_lab"] & (systems["owner"] == lab))
    return sorted(rows.tolist(), key=lambda row: int(systems["number"][row]))


def longest_best(systems: Array, rows: Sequence[int], day_name: str, horizon: int) -> list[int]:
    """Those of the rows that were the most capable of them when they came out, the one that stayed so longest first."""
    best = -np.inf
    leaders: list[int] = []
    out = [row for row in rows if systems[day_name][row] < horizon]
    for row in sorted(out, key=lambda row: (systems[day_name][row], -systems["capability"][row])):
        if systems["capability"][row] > best:
            best = float(systems["capability"][row])
            leaders.append(row)
    begins = [max(0, int(systems[day_name][row])) for row in leaders]
    length = dict(zip(leaders, np.diff([*begins, horizon]), strict=True))
    return sorted(leaders, key=lambda row: (-length[row], row))


def sorted_by_day(systems: Array, rows: Sequence[int]) -> list[int]:
    """The rows in the order in which their systems were ready."""
    return sorted(rows, key=lambda row: (systems["ready_day"][row], row))


def system_name(tables: Mapping[str, Array], row: int) -> str:
    """Lab A is the covered lab, and its system 1 the first covered one; labs that publish weights have numbers."""
    system = tables["systems"][row]
    again, letter = divmod(int(system["owner"]), 26)
    owner = f"Open {system['owner'] + 1}" if system["open_lab"] else f"Lab {chr(ord('A') + letter)}{again + 1 if again else ''}"
    return f"{owner} system {system['number']}"


def lane_name(tables: Mapping[str, Array], row: int) -> str:
    """Name and capability."""
    return f"{system_name(tables, row)} ({numeral(round(float(tables['systems']['capability'][row]), 1), signed=True)})"
