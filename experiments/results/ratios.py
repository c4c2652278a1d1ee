"""Ratios of two paired differences: how much of what can be prevented a policy prevents, and what a day of access may be worth for it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from lockgate.experiments.results.intervals import Columns, by_count, level, mean_interval
from lockgate.experiments.results.replicate import By, Values, cells, check_replicates, groups_of, referring, together
from lockgate.experiments.results.selection import Array, Selection
from lockgate.experiments.sweep.plan import CEILING_HARM
from lockgate.sim.errors import InputError
from lockgate.sim.model.outcomes import OUTCOMES

HARM, ACCESS = "model_enabled_harm", "access_forgone"
NO_CEILING = (
    "these results have no ceiling: harm under a prohibition that all obey was not kept beside that of the policies; make them again, "
    "with compare(..., ceiling=True), or with ceiling = true in the study's file"
)


def ratios(top: Array, bottom: Array) -> Columns:
    """The mean of one paired quantity over that of another, (D, C) each, with its 95 % interval by the delta method.

    The interval is that of the mean of `top - ratio * bottom`, over the mean of `bottom`. There is no ratio where that mean is not
    clearly different from 0. Draws in which either is NaN are left out. Source: Cochran (1977), "Sampling techniques", section 6.3.

    >>> found = ratios(np.array([[1.0], [2.0], [3.0]]), np.array([[2.0], [5.0], [5.0]]))
    >>> [round(float(found[name][0]), 3) for name in ("ratio", "low", "high")]
    [0.5, 0.189, 0.811]
    """

    def method(top: Array, bottom: Array) -> Columns:
        whole, low, high = mean_interval(bottom)
        unclear = (whole == 0.0) | ((low <= 0.0) & (high >= 0.0))
        whole = np.where(unclear, np.nan, whole)
        ratio = top.mean(axis=0) / whole
        ends = [end / whole for end in mean_interval(top - np.nan_to_num(ratio) * bottom)[1:]]
        means = {"top": top.mean(axis=0), "bottom": bottom.mean(axis=0)}
        return {"ratio": ratio, "low": ratio + np.minimum(*ends), "high": ratio + np.maximum(*ends), **means}

    return by_count(method, top, bottom)


def differing(selection: Selection, values: Values, by: By, reference: str | None) -> Any:
    """The groups of the policies beside the reference, and of each outcome what the reference has more, (draws, C)."""
    compared, referred = referring(selection, reference)
    groups = groups_of(compared, by)
    check_replicates(compared, groups)
    return groups, {name: cells(referred.of(each) - compared.of(each)) for name, each in values.items()}


def preventable_share(selection: Selection, values: Values, by: By, reference: str | None) -> pd.DataFrame:
    """The harm that each policy removes, of what the ceiling removes; `values` has both harms."""
    groups, less = differing(selection, {HARM: values[HARM]}, by, reference)
    compared, referred = referring(selection, reference)
    removable = np.broadcast_to(referred.of(values[HARM]) - referred.of(values[CEILING_HARM]), compared.shape)
    found = ratios(less[HARM], cells(removable))
    return named(groups.frame("", found), {"ratio": "share", "top": "harm_removed", "bottom": "harm_removable"}, selection, reference)


def break_even(selection: Selection, values: Values, by: By, reference: str | None) -> pd.DataFrame:
    """The harm that each policy avoids, for each organisation-day of access that it costs; `values` has harm and access forgone."""
    groups, less = differing(selection, values, by, reference)
    found = ratios(less[HARM], -less[ACCESS])
    return named(groups.frame("", found), {"ratio": "price", "top": "harm_avoided", "bottom": "access_forgone"}, selection, reference)


def named(frame: pd.DataFrame, names: Mapping[str, str], selection: Selection, reference: str | None) -> pd.DataFrame:
    """The frame with the ratio and both means under names of their own, and the reference that it is against."""
    told = together([frame.rename(columns=names).drop(columns="outcome")])
    told.attrs["reference"] = selection.study.policies[selection.policy(reference)].name
    told.attrs["interval"] = "95 %, of a ratio of means of paired differences, by the delta method"
    return told


def refuse_without_ceiling(selection: Selection) -> None:
    """Raise `InputError` where the study kept no ceiling."""
    if not selection.study.ceiling:
        raise InputError(NO_CEILING)


def ceiling_summary(harm: Array, ceiling: Array) -> dict[str, Any]:
    """What is left under the ceiling, and what it removes of the reference's harm; both (D,)."""
    found = ratios((harm - ceiling)[:, None], harm[:, None])
    share = {name: float(found[column][0]) for name, column in (("mean", "ratio"), ("low", "low"), ("high", "high"))}
    return {"harm": level(OUTCOMES[HARM], ceiling), "removed": level(OUTCOMES[HARM], harm - ceiling), "removed_share": share}


def by_policy(frame: pd.DataFrame, ratio: str) -> dict[str, dict[str, float]]:
    """Rows of a frame as a summary has them: the ratio is the mean."""
    columns = [name for name in frame if name not in ("world", "policy", "draws")]
    return {
        str(row["policy"]): {"mean" if name == ratio else name: float(row[name]) for name in columns} for row in frame.to_dict("records")
    }

