"""A shallow decision tree that parts cases of harm from others, as boxes: a leaf each.

Source: Breiman, Friedman, Olshen and Stone (1984), "Classification and regression trees"; the depth is the least whose Brier score in
cross-validation is within one standard error of the best.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from lockgate.experiments.answers.flips.box import Condition

Array = np.ndarray[Any, np.dtype[Any]]
MOST_DEPTH = 3
FOLDS = 5
LEAST = 0.02  # share of all cases in a leaf
MAJORITY = 0.5


def harm_leaves(inputs: Mapping[str, Array], interest: Array, labelled: Collection[str] = ()) -> list[list[Condition]]:
    """The conditions of each leaf in which most cases are of interest, (N,); none where no tree predicts better than the share of all."""
    if len(np.unique(interest)) < 2:
        return []
    columns, titles = encoded(inputs, labelled)
    depth = chosen_depth(columns, interest)
    if depth == 0:
        return []
    fitted = tree(depth, len(interest)).fit(columns, interest).tree_
    return [merged(path, inputs) for path in leaves(fitted, titles)]


def tree(depth: int, cases: int) -> Any:
    """An unfitted tree of this depth; its seed decides between equally good splits."""
    from sklearn.tree import DecisionTreeClassifier

    return DecisionTreeClassifier(max_depth=depth, min_samples_leaf=max(5, int(LEAST * cases)), random_state=1)


def chosen_depth(columns: Array, interest: Array) -> int:
    """The depth, from 0 for no tree at all."""
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    folds = min(FOLDS, int(np.bincount(interest.astype(int)).min()))
    if folds < 2:
        return 0
    found = [np.full(len(interest), np.mean(interest))]
    splitter = StratifiedKFold(folds, shuffle=True, random_state=1)
    found += [
        cross_val_predict(tree(depth, len(interest)), columns, interest, cv=splitter, method="predict_proba")[:, 1]
        for depth in range(1, MOST_DEPTH + 1)
    ]
    scores = [(chance - interest) ** 2 for chance in found]
    best = min(range(len(scores)), key=lambda depth: float(np.mean(scores[depth])))

    def within(depth: int) -> bool:
        worse = scores[depth] - scores[best]
        return float(np.mean(worse)) <= float(np.std(worse)) / math.sqrt(len(worse))

    return next(depth for depth in range(len(scores)) if within(depth))


def encoded(inputs: Mapping[str, Array], labelled: Collection[str]) -> tuple[Array, list[tuple[str, float | None]]]:
    """Columns for a tree, (N, C): numbers as they are, and of labels one column each, 1 where it is this one."""
    titles = [(name, level) for name, values in inputs.items() for level in (split_levels(values) if name in labelled else [None])]
    columns = [inputs[name] if level is None else (inputs[name] == level).astype(float) for name, level in titles]
    return np.column_stack(columns), titles


def split_levels(values: Array) -> list[float | None]:
    """The labels that have a column: of two, one tells both."""
    levels: list[float | None] = np.unique(values).tolist()
    return levels[1:] if len(levels) == 2 else levels


Split = tuple[str, float | None, float, bool]  # an input, its label, where it is split, and whether above


def leaves(fitted: Any, titles: list[tuple[str, float | None]]) -> list[list[Split]]:
    """The splits that lead to each leaf in which most cases are of interest; where that holds on both sides of a split, without it."""

    def walk(node: int, path: list[Split]) -> list[list[Split]]:
        if fitted.children_left[node] < 0:
            return [path] if fitted.value[node][0][1] > MAJORITY * np.sum(fitted.value[node][0]) else []
        title = (*titles[fitted.feature[node]], float(fitted.threshold[node]))
        left, right = (
            walk(fitted.children_left[node], [*path, (*title, False)]),
            walk(fitted.children_right[node], [*path, (*title, True)]),
        )
        return [path] if [*path, (*title, False)] in left and [*path, (*title, True)] in right else left + right

    return walk(0, [])


def merged(path: list[Split], inputs: Mapping[str, Array]) -> list[Condition]:
    """The splits of a leaf as one condition an input."""
    box: dict[str, Condition] = {}
    for name, level, at, above in path:
        known = box.get(name, Condition(name, values=() if level is None else tuple(np.unique(inputs[name]).tolist())))
        if level is not None:
            box[name] = replace(known, values=tuple(each for each in known.values if (each == level) == above))
        else:
            box[name] = replace(known, low=max(known.low, at)) if above else replace(known, high=min(known.high, at))
    return list(box.values())
