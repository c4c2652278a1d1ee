"""Turns of a course over time: when it is clearly on one side, and when it comes back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lockgate.experiments.results.verdict import Direction, Verdict

Array = np.ndarray[Any, np.dtype[Any]]
MOST = 0.9  # of the largest sum


@dataclass(frozen=True)
class Spell:
    """A time from the first to the last week that is clearly on one side, with none between that is clearly on the other: days."""

    direction: Direction
    first: int
    last: int


@dataclass(frozen=True)
class Crossing:
    """What becomes of a sum that was clearly below 0 (or above): days on which the sum is looked at.

    It is `largest` where its mean is furthest from 0, and `most` is the first day with nine tenths of that. `used_up` is the first day
    after the last one on which it is clear; None where it is clear to the end. `break_even` is the first day from which the mean, and
    `median_break_even` that from which the median is back at 0 or beyond for good. `latest` is the first day on which the sum is clearly on
    the other side. From `used_up` to before `latest` no day can be told from the one at which the true mean is back at 0: a 95 % interval
    for that day, as it holds the days at which a test does not reject that. Source: Fieller (1954), "Some problems in interval
    estimation", which inverts the test of a ratio likewise.
    """

    most: int
    largest: int
    used_up: int | None
    break_even: int | None
    median_break_even: int | None
    latest: int | None


def spells(days: Array, weeks: Sequence[Direction]) -> list[Spell]:
    """The spells of weeks, each clearly less, clearly more, or neither (`same`).

    >>> spells(np.array([7, 14, 21, 28, 35]), ["less", "same", "less", "more", "same"])
    [Spell(direction='less', first=7, last=21), Spell(direction='more', first=28, last=28)]
    """
    found: list[Spell] = []
    for day, direction in zip(days.tolist(), weeks, strict=True):
        if direction == "same":
            continue
        if found and found[-1].direction == direction:
            found[-1] = Spell(direction, found[-1].first, day)
        else:
            found.append(Spell(direction, day, day))
    return found


def crossing(days: Array, found: Sequence[Verdict], median: Array, side: Direction) -> Crossing:
    """What becomes of a sum that is clearly less (or more) at some day, from the verdicts and the medians at T days."""
    sign = -1.0 if side == "less" else 1.0
    size = sign * np.array([each.mean for each in found])
    largest = int(np.argmax(size))
    clear = [place for place, each in enumerate(found) if each.is_clear and each.direction == side]
    beyond = [place for place, each in enumerate(found) if each.is_clear and each.direction != side and place > clear[-1]]
    return Crossing(
        int(days[np.argmax(size >= MOST * size[largest])]),
        int(days[largest]),
        day_after(days, clear[-1]),
        back(days, size),
        back(days, sign * median),
        int(days[beyond[0]]) if beyond else None,
    )


def day_after(days: Array, place: int) -> int | None:
    """The next day that is looked at; None after the last one."""
    return int(days[place + 1]) if place + 1 < len(days) else None


def back(days: Array, size: Array) -> int | None:
    """The first day after the last one on which a size is above 0; None where that is the last day, or there is none.

    >>> back(np.array([7, 14, 21, 28]), np.array([1.0, 2.0, 0.0, -1.0])), back(np.array([7, 14]), np.array([1.0, 2.0]))
    (21, None)
    """
    above = np.flatnonzero(size > 0.0)
    return day_after(days, int(above[-1])) if above.size else None
