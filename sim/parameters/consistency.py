"""What two parameters must keep between them, whatever their values are."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Pair:
    """Two parameters of which not all values go together. `holds` takes numbers, or arrays of them.

    `worst` says which end of a range of each the rule is hardest to keep at. `sentence` says what is wrong with `{one}` and `{other}`.
    """

    names: tuple[str, str]
    holds: Callable[[Any, Any], Any]
    worst: tuple[Literal["low", "high"], Literal["low", "high"]]
    sentence: str


PAIRS = (
    Pair(("rival_gap_min_months", "rival_gap_max_months"), lambda least, most: least <= most, ("high", "low"),
         "{one} must not be above {other}, lower the one or raise the other"),
    Pair(("covered_customer_share", "open_customer_share"), lambda covered, opened: covered + opened < 1.0, ("high", "high"),
         "{one} and {other} together must be below 1 (share of customers), leave some to the rivals"),
    Pair(("spy_share", "insider_share"), lambda spies, insiders: spies + insiders <= 1.0, ("high", "high"),
         "{one} and {other} together must be at most 1 (share of bad actors), lower one of them"),
)  # fmt: skip
