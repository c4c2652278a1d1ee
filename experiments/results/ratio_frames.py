"""Ratios of paired differences in each group: what share of the preventable a policy prevents, and what a day of access may be worth."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from lockgate.experiments.results.ratios import ACCESS, HARM, ratios
from lockgate.experiments.results.replicate import By, Values, cells, check_replicates, groups_of, referring, together
from lockgate.experiments.results.selection import Selection
from lockgate.experiments.sweep.plan import CEILING_HARM
from lockgate.sim.errors import InputError

NO_CEILING = (
    "these results have no ceiling: harm under a prohibition that all obey was not kept beside that of the policies; make them again, "
    "with compare(..., ceiling=True), or with ceiling = true in the study's file"
)


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
