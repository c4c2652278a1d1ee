"""Compliance: where labs were asked to limit a system, how many did as they were asked."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
ASKED, COMPLIED = "asked", "complied"


def compliance(asked: Array, complied: Array) -> dict[str, float]:
    """Of requests and those that were complied with, (D,) each: in which share of draws there were any, and what became of them.

    `requests` is their mean in the draws that have any, `complied` the share of all that was complied with; `all` and `none` are shares of
    these draws. All but `share` are NaN where there is none.

    >>> compliance(np.array([2.0, 4.0, 0.0, 2.0]), np.array([2.0, 1.0, 0.0, 0.0]))
    {'share': 0.75, 'requests': 2.6666666666666665, 'complied': 0.375, 'all': 0.3333333333333333, 'none': 0.3333333333333333}
    """
    some = asked > 0
    if not some.any():
        return {"share": 0.0, **dict.fromkeys(("requests", "complied", "all", "none"), float("nan"))}
    asked, complied = asked[some], complied[some]
    return {
        "share": float(some.mean()),
        "requests": float(asked.mean()),
        "complied": float(complied.sum() / asked.sum()),
        "all": float((complied == asked).mean()),
        "none": float((complied == 0).mean()),
    }


def compliance_of(names: Sequence[str], outcomes: Mapping[str, Array]) -> dict[str, dict[str, float]]:
    """`POLICY -> compliance`, of outcomes (D, P) each; empty where they are not kept."""
    if not {ASKED, COMPLIED} <= outcomes.keys():
        return {}
    return {name: compliance(outcomes[ASKED][:, place], outcomes[COMPLIED][:, place]) for place, name in enumerate(names)}
