"""A driver: an input with what it explains of a policy's difference, and how well it is known."""

from dataclasses import dataclass
from typing import Any

from lockgate.experiments.answers.drivers.index import NOTHING, Index
from lockgate.experiments.answers.drivers.luck import Luck

WEAKNESS = {"A": 1, "B": 2, "C": 3, "D": 4, "E": 5, "S": 5}  # of evidence, by grade; which structure holds is judgement at best


@dataclass(frozen=True)
class Effect:
    """Elementary effects over the whole range, in the outcome's unit: mean absolute (mu*) with its interval, mean (mu), spread (sigma).

    `luck` is the mean absolute effect that luck alone would give.
    """

    size: float
    low: float
    high: float
    mean: float
    spread: float
    luck: float


@dataclass(frozen=True)
class Driver:
    """What an input explains of a difference alone, of its sign, and of its size; 0 where that cannot be told from chance.

    `total` has what it explains together with others, where the design tells. With elementary effects (`effect`) a share is that of the
    sum of all inputs' mean absolute effects, not of variance. `grade` is that of the parameter's evidence, empty for what is none.
    """

    name: str
    grade: str
    alone: Index
    total: Index | None = None
    effect: Effect | None = None
    sign: Index = NOTHING
    size: Index = NOTHING

    @property
    def influence(self) -> float:
        """The most that it explains: in all where that is known, else alone."""
        return max(self.alone.share, self.total.share if self.total else 0.0)

    @property
    def concern(self) -> float:
        """Influence times weakness of the evidence; 0 for what has no evidence, such as a lever."""
        return self.influence * WEAKNESS.get(self.grade, 0)


@dataclass(frozen=True)
class PolicyDrivers:
    """The drivers of one policy's difference, the one of most influence first, with the cases that have less, the same and more."""

    policy: str
    drivers: tuple[Driver, ...]
    less: float
    same: float
    more: float
    pairs: tuple[tuple[str, str, Index], ...]
    luck: Luck

    @property
    def found(self) -> tuple[Driver, ...]:
        """Those whose influence on the difference can be told from chance."""
        return tuple(driver for driver in self.drivers if driver.influence > 0.0)

    @property
    def influential(self) -> tuple[Driver, ...]:
        """Those with an influence on the difference, its sign or its size, the strongest first."""
        strength = {driver.name: max(driver.influence, driver.sign.share, driver.size.share) for driver in self.drivers}
        some = [driver for driver in self.drivers if strength[driver.name] > 0.0]
        return tuple(sorted(some, key=lambda driver: -strength[driver.name]))


def row(policy: str, driver: Driver) -> dict[str, Any]:
    """A driver as a row of a table.

    >>> row("withhold", Driver("uplift", "D", Index(0.5, 0.4, 0.6)))["concern"]
    2.0
    """
    columns: dict[str, Any] = {"policy": policy, "input": driver.name, "grade": driver.grade}
    indices = {"": driver.alone, "total_": driver.total, "sign_": driver.sign, "size_": driver.size}
    for prefix, index in indices.items():
        columns |= {f"{prefix}{name}": value for name, value in (index or Index(float("nan"))).content().items()}
    effect = driver.effect
    columns |= {f"effect_{name}": value for name, value in vars(effect).items()} if effect else {}
    return columns | {"influence": driver.influence, "concern": driver.concern}
