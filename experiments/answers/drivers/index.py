"""An index: a share of variance with its interval."""

import math
from dataclasses import dataclass

from lockgate.experiments.text.numbers import number, percent


@dataclass(frozen=True)
class Index:
    """A share of variance with its 95 % interval (NaN where there is none); 0 where it cannot be told from chance."""

    share: float
    low: float = math.nan
    high: float = math.nan

    def content(self) -> dict[str, float]:
        """The same as plain content."""
        return {"share": self.share, "low": self.low, "high": self.high}


NOTHING = Index(0.0)


def shares(index: Index) -> str:
    """A share with its interval, where it has one.

    >>> shares(Index(0.55, 0.48, 0.61)), shares(Index(0.5))
    ('55 % [48, 61]', '50 %')
    """
    if math.isnan(index.low):
        return percent(index.share)
    return f"{percent(index.share)} [{number(100 * index.low, 0)}, {number(100 * index.high, 0)}]"
