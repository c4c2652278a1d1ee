"""The patient rule induction method: a box with many cases of interest, found by peeling little by little, then pasting.

Source: Friedman and Fisher (1999), "Bump hunting in high-dimensional data"; the gain of a peel is counted by the cases that it costs, as
suits inputs of few levels (Kwakkel and Jaxa-Rozen 2016). Of the boxes on the way, that of the largest weighted relative accuracy is taken
(Lavrac, Flach and Zupan 1999): share of cases times density beyond that of all. Quasi-p-values: Bryant and Lempert (2010), "Thinking
inside the box".
"""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from lockgate.experiments.answers.flips.box import Condition, holds

Array = np.ndarray[Any, np.dtype[Any]]
ALPHA = 0.05  # share of the cases inside that a step takes or adds
LEAST = 0.05  # share of all cases below which no box is looked at
QUASI_P = 0.05  # at which a limit is dropped

Box = dict[str, Condition]


def prim(inputs: Mapping[str, Array], interest: Array, labelled: Collection[str] = ()) -> list[Condition]:
    """The conditions of the best box for cases of interest, (N,), by their quasi-p-values; none where no box is better than all cases.

    `labelled` names inputs whose values are labels and have no order.
    """
    boxes = list(peeled(inputs, interest, labelled))
    best = max(boxes, key=lambda box: accuracy(holds(list(box.values()), inputs, len(interest)), interest))
    return significant(pasted(best, inputs, interest), inputs, interest)


def accuracy(inside: Array, interest: Array) -> float:
    """Weighted relative accuracy: share of cases inside, times their density less that of all.

    >>> accuracy(np.array([True, True, False, False]), np.array([True, True, False, False]))
    0.25
    """
    return float(np.sum(interest[inside]) - np.sum(inside) * np.mean(interest)) / len(interest)


def peeled(inputs: Mapping[str, Array], interest: Array, labelled: Collection[str] = ()) -> Iterator[Box]:
    """All boxes from the whole to the smallest, each peeled by the step that gains most density by the case that it costs."""
    box: Box = {}
    inside = np.ones(len(interest), bool)
    while True:
        yield dict(box)
        density, size = float(np.mean(interest[inside])), int(np.sum(inside))
        steps = []
        for name, values in inputs.items():
            for tried in peels(box.get(name, Condition(name)), values[inside], name in labelled):
                kept = tried.holds(values[inside])
                left = int(np.sum(kept))
                if LEAST * len(interest) <= left < size:
                    steps.append(((float(np.mean(interest[inside][kept])) - density) / (size - left), tried))
        if not steps:
            return
        gain, step = max(steps, key=lambda step: step[0])
        if gain < 0.0:
            return
        box[step.name] = step
        inside &= step.holds(inputs[step.name])


def peels(condition: Condition, values: Array, labelled: bool) -> Iterator[Condition]:
    """A condition that is a little narrower, at either end; of labels, without one of them. `values` are those inside."""
    if labelled:
        there = np.unique(values).tolist()
        for value in there if len(there) > 1 else ():
            yield replace(condition, values=tuple(other for other in there if other != value))
        return
    take = max(1, int(ALPHA * len(values)))
    if take >= len(values):
        return
    ordered = np.partition(values, (take, len(values) - 1 - take))
    low, high = float(ordered[take]), float(ordered[-1 - take])
    least, most = float(values.min()), float(values.max())
    if least < most:
        yield replace(condition, low=low if low > least else float(values[values > least].min()))
        yield replace(condition, high=high if high < most else float(values[values < most].max()))


def pasted(box: Box, inputs: Mapping[str, Array], interest: Array) -> Box:
    """The box widened step by step as long as its density rises."""
    box = dict(box)
    while True:
        inside = holds(list(box.values()), inputs, len(interest))
        density = float(np.mean(interest[inside]))
        tried = [wider for condition in box.values() for wider in pastes(condition, box, inputs, int(ALPHA * np.sum(inside)))]
        found = [(float(np.mean(interest[holds(list({**box, each.name: each}.values()), inputs, len(interest))])), each) for each in tried]
        gain, step = max(found, key=lambda found: found[0], default=(0.0, None))
        if step is None or gain <= density:
            return box
        box[step.name] = step


def pastes(condition: Condition, box: Box, inputs: Mapping[str, Array], add: int) -> Iterator[Condition]:
    """A condition that takes so many more cases at either end; of labels, one more of them."""
    values = inputs[condition.name][
        holds([other for other in box.values() if other.name != condition.name], inputs, len(inputs[condition.name]))
    ]
    outside = values[~condition.holds(values)]
    if condition.values:
        yield from (replace(condition, values=(*condition.values, value)) for value in np.unique(outside).tolist())
        return
    under, over = np.sort(outside[outside < condition.low])[::-1], np.sort(outside[outside > condition.high])
    if len(under):
        yield replace(condition, low=float(under[min(max(add, 1), len(under)) - 1]))
    if len(over):
        yield replace(condition, high=float(over[min(max(add, 1), len(over)) - 1]))


def significant(box: Box, inputs: Mapping[str, Array], interest: Array) -> list[Condition]:
    """The conditions of a box, with their quasi-p-values, the least first; without those that chance would explain."""
    left = list(box.values())
    while left:
        found = [replace(each, quasi_p=quasi_p(each, left, inputs, interest)) for each in left]
        worst = max(found, key=lambda each: each.quasi_p or 0.0)
        if (worst.quasi_p or 0.0) < QUASI_P:
            return sorted(found, key=lambda each: each.quasi_p or 0.0)
        left = [each for each in left if each.name != worst.name]
    return []


def quasi_p(condition: Condition, box: Sequence[Condition], inputs: Mapping[str, Array], interest: Array) -> float:
    """The chance of as many cases of interest in the box, had the cases within all other limits the same chance, whatever this one says."""
    from scipy.special import bdtrc

    around = holds([other for other in box if other.name != condition.name], inputs, len(interest))
    inside = around & condition.holds(inputs[condition.name])
    hits = int(np.sum(interest[inside]))
    return float(bdtrc(hits - 1, int(np.sum(inside)), float(np.mean(interest[around])))) if hits else 1.0


def open_ended(conditions: Sequence[Condition], inputs: Mapping[str, Array]) -> list[Condition]:
    """The same conditions without an end that no case lies beyond."""
    ended = []
    for each in conditions:
        values = inputs[each.name]
        low = each.low if (values < each.low).any() else -math.inf
        ended.append(replace(each, low=low, high=each.high if (values > each.high).any() else math.inf))
    return ended
