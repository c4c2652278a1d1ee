"""The verdict: what may be said of a paired difference. Every title, sentence and ranking is decided here and nowhere else.

A verdict speaks of one outcome under one policy, against another policy in the same draws. It is

- *same* where no draw differs;
- *clear* where the 95 % interval of the mean difference excludes 0, or where there is none, since the draws hardly differ from one
  another, and each of 10 or more is on the same side: a release that is always 63 days later is later;
- *leaning* where it does not, but 65 % or more of the draws that differ (10 at least) are on one side;
- *unclear* otherwise;

and *preliminary* besides under 50 draws. A clear verdict is about the mean: `less`, `same` and `more` say in which share of draws.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from lockgate.experiments.results.intervals import FEWEST, LEVEL, changes
from lockgate.sim.model.outcomes import OUTCOMES, Better
from lockgate.sim.rules.rule import rule

Array = np.ndarray[Any, np.dtype[Any]]
Word = Literal["same", "clear", "leaning", "unclear"]
Direction = Literal["less", "same", "more"]

WORDS: tuple[Word, ...] = ("same", "clear", "leaning", "unclear")  # by their codes
SAME, CLEAR, LEANS, UNCLEAR = range(4)
DIRECTIONS: dict[int, Direction] = {-1: "less", 0: "same", 1: "more"}
PARTS = ("mean", "low", "high", "less", "same", "more")
LEANING = 0.65  # share of the draws that differ which must be on one side
ENOUGH = 50  # draws, below which a verdict is preliminary
OTHER: dict[Direction, Direction] = {"less": "more", "same": "same", "more": "less"}


@dataclass(frozen=True)
class Verdict:
    """What may be said of an outcome's difference from a reference, over `draws` paired draws.

    `mean`, `low` and `high` are those of the difference, in the outcome's unit: the mean and its 95 % interval (NaN where the draws give
    none). `less`, `same` and `more` are shares of draws and add up to 1. `direction` is that of the mean where the verdict is clear, of
    most draws where it is leaning, and `same` otherwise.
    """

    outcome: str
    word: Word
    direction: Direction
    draws: int
    mean: float
    low: float
    high: float
    less: float
    same: float
    more: float

    @property
    def preliminary(self) -> bool:
        """Whether there are too few draws to rest anything on."""
        return self.draws < ENOUGH

    @property
    def is_clear(self) -> bool:
        """Whether a title or a ranking may say so."""
        return self.word == "clear"

    @property
    def is_better(self) -> bool | None:
        """Whether the direction is an improvement; None where there is no direction, or neither is."""
        return better(OUTCOMES[self.outcome].better, self.direction)

    @property
    def name(self) -> str:
        """The verdict as outputs print it.

        >>> verdict("incidents", np.array([0.0, 1.0]), np.array([1.0, 3.0])).name
        'preliminary, unclear'
        """
        return f"preliminary, {self.word}" if self.preliminary else self.word

    def content(self) -> dict[str, Any]:
        """The same as plain content."""
        parts = {name: getattr(self, name) for name in PARTS}
        return {"verdict": self.word, "direction": self.direction, "preliminary": self.preliminary, "draws": self.draws, **parts}

    @classmethod
    def of(cls, outcome: str, content: Mapping[str, Any]) -> "Verdict":
        """The verdict of which `content` told, in a summary or among other things."""
        parts = {name: float("nan") if content[name] is None else content[name] for name in PARTS}
        return cls(outcome, content["verdict"], content["direction"], content["draws"], **parts)

    @property
    def side(self) -> float:
        """Of the draws that differ, the share on the side of most of them; 0 where none differs.

        >>> round(decided("incidents", -1.0, -3.0, 1.0, 100, 30, 10).side, 3)
        0.75
        """
        differ = self.less + self.more
        return max(self.less, self.more) / differ if differ else 0.0


def better(which: Better, direction: Direction) -> bool | None:
    """Whether a direction is an improvement; None where neither is, or there is no direction.

    >>> better("low", "less"), better("high", "less"), better("low", "same"), better("neither", "more")
    (True, False, None, None)
    """
    return None if which == "neither" or direction == "same" else (direction == "less") == (which == "low")


def verdict(outcome: str, values: Array, base: Array) -> Verdict:
    """The verdict on an outcome under a policy, `values`, against `base`, both (D,). Draws in which either is NaN are left out.

    >>> base = np.arange(100.0)
    >>> clear = verdict("incidents", base - 1.0 - base % 2, base)
    >>> clear.word, clear.direction, clear.less
    ('clear', 'less', 1.0)
    """
    return verdicts(outcome, values[:, None], base[:, None])[0]


def verdicts(outcome: str, values: Array, base: Array, level: float = LEVEL) -> list[Verdict]:
    """The verdicts on columns, (D, C) each. Another `level` of intervals is for claims that many looks must not make more often wrong."""
    return verdicts_on(outcome, changes(OUTCOMES[outcome], values, base, level), values, base)


def verdicts_on(outcome: str, found: Mapping[str, Array], values: Array, base: Array) -> list[Verdict]:
    """The same where it is known what `changes` finds of these columns."""
    with np.errstate(invalid="ignore"):
        difference = values - base
        less, more = np.sum(difference < 0.0, axis=0), np.sum(difference > 0.0, axis=0)
    ends = zip(found["mean"], found["low"], found["high"], found["draws"], less, more, strict=True)
    return [decided(outcome, *map(float, column)) for column in ends]


def decided(outcome: str, mean: float, low: float, high: float, draws: float, less: float, more: float) -> Verdict:
    """The verdict from the mean difference, its interval, the number of draws, and how many of them have less and more.

    >>> decided("incidents", -1.0, -3.0, 1.0, 100, 30, 10).word, decided("incidents", -1.0, -3.0, 1.0, 100, 6, 2).word
    ('leaning', 'unclear')
    >>> decided("incidents", 0.0, float("nan"), float("nan"), 100, 0, 0).word
    'same'
    >>> [decided("release_delay_days", 63.0, float("nan"), float("nan"), 100, 0, later).word for later in (100, 99)]
    ['clear', 'leaning']
    """
    word, direction = judged(mean, low, high, draws, less, more, OUTCOMES[outcome].heavy_tail)
    differ = less + more
    shares = (less / draws, (draws - differ) / draws, more / draws) if draws else (0.0, 0.0, 0.0)
    return Verdict(outcome, WORDS[word], DIRECTIONS[direction], int(draws), mean, low, high, *shares)


@rule
def judged(mean: float, low: float, high: float, draws: float, less: float, more: float, heavy_tail: bool) -> tuple[int, int]:
    """The codes of a verdict's word and of its direction, -1 less, 0 same, 1 more."""
    differ, most = less + more, max(less, more)
    if differ == 0 and draws > 0:
        return SAME, 0
    if low > 0.0 or high < 0.0 or (math.isnan(low) and most == draws and draws >= FEWEST and not heavy_tail):
        return CLEAR, 1 if mean > 0.0 else -1
    if differ >= FEWEST and most >= LEANING * differ:
        return LEANS, 1 if more > less else -1
    return UNCLEAR, 0


def pairwise(outcome: str, values: Array) -> list[list[Verdict]]:
    """The verdict on each policy (row) against each other one (column), from an outcome (D, P)."""
    return [verdicts(outcome, np.repeat(values[:, [place]], values.shape[1], axis=1), values) for place in range(values.shape[1])]


def leaders(outcome: str, values: Array, side: Direction = "less") -> list[int]:
    """The policies that may be called the one with the least (or the most) of an outcome (D, P).

    One alone where it clearly has less than every other one; else all from which the one of the least mean does not clearly differ.

    >>> values = np.array([[3.0, 1.0, 1.1], [4.0, 1.2, 1.0], [5.0, 1.1, 1.2]] * 4)
    >>> leaders("incidents", values), leaders("incidents", values, "more")
    ([1, 2], [0])
    """
    means = np.nanmean(values, axis=0)
    first = int(np.argmin(means) if side == "less" else np.argmax(means))
    against = verdicts(outcome, values, np.repeat(values[:, [first]], values.shape[1], axis=1))
    return [place for place, found in enumerate(against) if place == first or not found.is_clear]


def groups(outcome: str, values: Array) -> list[list[int]]:
    """Policies in order of the mean of an outcome (D, P), the least first, in groups whose members cannot be told from its first one."""
    left = [int(place) for place in np.argsort(np.nanmean(values, axis=0), kind="stable")]
    found: list[list[int]] = []
    while left:
        members = [left[place] for place in leaders(outcome, values[:, left])]
        found.append(members)
        left = [place for place in left if place not in members]
    return found
