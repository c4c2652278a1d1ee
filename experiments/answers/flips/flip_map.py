"""A flip map: over two inputs, where a policy clearly has more of an outcome than the reference, where less, and the line between."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from lockgate.experiments.answers.cases import HARM
from lockgate.experiments.answers.flips.axis import Axis, axis_of
from lockgate.experiments.answers.flips.field import Field, field_of
from lockgate.experiments.answers.flips.paired import Paired, paired_cases
from lockgate.experiments.answers.flips.signs import most_influential, thinned
from lockgate.experiments.answers.flips.threshold import Threshold, finer, refined, turned
from lockgate.experiments.results.results import Results
from lockgate.experiments.results.verdict import Direction, Verdict
from lockgate.experiments.text.numbers import count, percent
from lockgate.sim.errors import InputError
from lockgate.sim.model.outcomes import OUTCOMES

Array = np.ndarray[Any, np.dtype[Any]]
CELLS = 24  # of a range
MOST_SCREENED = 20_000  # cases that choose the axes
APART = 0.1  # of the range, from which cells of more and of less lie on different sides of the map


@dataclass(frozen=True, eq=False)
class FlipMap:
    """A field of paired differences over two inputs (`x` across), with the turns of its mean along x in each row.

    `chosen` tells that the inputs were not asked for, but have the most influence on the sign. `overall` is the verdict on all cases.
    """

    outcome: str
    policy: str
    reference: str
    field: Field
    overall: Verdict
    turns: tuple[Threshold, ...]
    cases: int
    chosen: bool

    @property
    def x(self) -> Axis:
        """The axis across."""
        return self.field.x

    @property
    def y(self) -> Axis:
        """The axis up."""
        return self.field.y

    def share(self, direction: Direction) -> float:
        """The share of the cells with support that clearly have more, or less; `same`: that have neither."""
        sides = self.field.sides[np.isfinite(self.field.sides)]
        wanted = {"less": -1.0, "same": 0.0, "more": 1.0}[direction]
        return float(np.mean(sides == wanted)) if sides.size else 0.0

    def prior_share(self, direction: Direction) -> float | None:
        """The same as a share of today's prior on the map, both inputs independent; None where an input has no prior."""
        weights = [prior_weights(axis) for axis in (self.y, self.x)]
        if weights[0] is None or weights[1] is None:
            return None
        there = np.where(np.isfinite(self.field.sides), np.outer(weights[0], weights[1]), 0.0)
        wanted = {"less": -1.0, "same": 0.0, "more": 1.0}[direction]
        return float(np.sum(there[self.field.sides == wanted]) / np.sum(there)) if there.any() else None

    @property
    def centre(self) -> Verdict | None:
        """The verdict in the cell of the central values; None where they are not on the map."""
        places = [cell_of(axis) for axis in (self.y, self.x)]
        return None if places[0] is None or places[1] is None else self.field.verdicts[places[0]][places[1]]

    @property
    def flips(self) -> bool:
        """Whether it may be claimed that the sign turns on the map."""
        return self.share("less") > 0.0 and self.share("more") > 0.0

    @property
    def headline(self) -> str:
        """What may be claimed of where there is more."""
        noun = OUTCOMES[self.outcome].short
        lead = f"Under {self.policy}, {noun} is {{}} than under {self.reference}"
        if not np.isfinite(self.field.sides).any():
            return f"Too few cases to say where {noun} under {self.policy} differs from {self.reference}"
        if not self.share("more"):
            return lead.format("nowhere clearly higher") + self.lower()
        if self.share("more") == 1.0:
            return lead.format("clearly higher") + " wherever there are cases enough"
        return lead.format("clearly higher") + f" {self.where()}" + ("" if self.flips else "; nowhere clearly lower")

    def lower(self) -> str:
        """Where there is less, to follow that there is nowhere more."""
        share = self.share("less")
        return (
            "; nor lower"
            if not share
            else f"; clearly lower on {percent(share)} of the map"
            if share < 1.0
            else "; clearly lower everywhere"
        )

    def where(self) -> str:
        """Towards which side of the map the cells of more lie."""
        sides = self.field.sides
        said = []
        for axis, along in ((self.x, 1), (self.y, 0)):
            more, rest = (np.nonzero(np.isfinite(sides) & chosen)[along] for chosen in (sides == 1.0, sides != 1.0))
            if axis.categorical:
                said += labels_of(axis, more, rest)
                continue
            step = float(np.mean(axis.scaled(axis.centres)[more]) - np.mean(axis.scaled(axis.centres)[rest]))
            said += [f"{axis.name} is {'high' if step > 0.0 else 'low'}"] if abs(step) > APART else []
        return f"where {' and '.join(said)}" if said else f"on {percent(self.share('more'))} of the map"

    def sentences(self) -> list[str]:
        """Where it flips, where today's values are, and what that rests on; the answer first."""
        return [f"{self.headline}.", *self.stands(), *self.turning(), self.basis]

    def stands(self) -> Iterator[str]:
        """Where today's central values and prior lie."""
        noun = OUTCOMES[self.outcome].short
        if self.centre is not None:
            side = {"more": "higher", "less": "lower", "same": "neither higher nor lower"}[self.centre.direction]
            yield f"At today's central values {noun} is {side} ({self.centre.name})."
        shares = [self.prior_share(direction) for direction in ("more", "less", "same")]
        if None not in shares:
            more, less, neither = (percent(share or 0.0) for share in shares)
            yield f"Of today's prior on the map, {more} is clearly higher, {less} clearly lower and {neither} unclear."

    def turning(self) -> Iterator[str]:
        """Where the mean turns in the lowest, the middle and the highest row in which it clearly does."""
        clear = [(row, turn) for row, turn in enumerate(self.turns) if turn.is_clear]
        for row, turn in dict(clear[place] for place in {0, len(clear) // 2, len(clear) - 1}).items() if clear else ():
            value = self.y.input.said(float(self.y.centres[row]))
            at = f"{self.x.name} = {self.x.input.said(turn.value or 0.0)} ({turn.interval})"
            yield f"At {self.y.name} = {value}, it turns to {turn.above} above {at}."

    @property
    def basis(self) -> str:
        """What it rests on."""
        smooth = self.field.smoother
        how = (
            f"local quadratic regression, bandwidth {percent(smooth.bandwidth)} of each range"
            if smooth.smooths
            else "means of the draws in each cell"
        )
        axes = "; the two inputs with the most influence on the sign" if self.chosen else ""
        cells = int(np.sum(np.isfinite(self.field.sides)))
        intervals = f"95 % intervals that hold for all {cells} cells at once, by bootstrap over draws"
        return f"From {count(self.cases, 'case')}: {how}; {intervals}{axes}."

    def lines(self) -> list[Array]:
        """Where the mean is 0, as lines of (x, y) in the inputs' units, (L, 2) each; none where an axis has labels."""
        if self.x.categorical or self.y.categorical or min(self.field.mean.shape) < 2:
            return []
        from contourpy import contour_generator

        across, up, mean = self.x.scaled(self.x.centres), self.y.scaled(self.y.centres), self.field.mean
        if np.isfinite(mean).all():
            fine = finer(across), finer(up)
            across, up, mean = *fine, refined(up, refined(across, mean, fine[0]).T, fine[1]).T
        found = contour_generator(across, up, np.ma.masked_invalid(mean))
        drawn = [np.asarray(line) for line in found.lines(0.0)]
        return [np.column_stack([self.x.unscaled(line[:, 0]), self.y.unscaled(line[:, 1])]) for line in drawn]

    def content(self) -> dict[str, Any]:
        """The same as plain content; cells without support are None."""
        axes = {"x": axis_content(self.x), "y": axis_content(self.y)}
        cells = [[None if found is None else found.content() for found in row] for row in self.field.verdicts]
        names = ("outcome", "policy", "reference", "headline", "cases", "chosen", "flips")
        shares = {f"{direction}_share": self.share(direction) for direction in ("less", "same", "more")}
        return {**{name: getattr(self, name) for name in names}, **axes, **shares, "cells": cells, "overall": self.overall.content(),
                "lines": [line.tolist() for line in self.lines()], "turns": [turn.content() for turn in self.turns]}  # fmt: skip


def axis_content(axis: Axis) -> dict[str, Any]:
    """An axis as plain content."""
    known = axis.input
    told = {"input": axis.name, "unit": known.unit, "central": known.centre, "prior_box": known.box}
    return {**told, "centres": axis.centres.tolist(), "labels": [known.rounded(value) for value in axis.centres]}


def labels_of(axis: Axis, more: Array, rest: Array) -> list[str]:
    """The labels that have most of the cells of more, where they are not all labels."""
    counts = [np.bincount(places, minlength=len(axis.centres)) for places in (more, rest)]
    those = [axis.input.rounded(value) for value, mine, other in zip(axis.centres, *counts, strict=True) if mine > other]
    return [f"{axis.name} is {' or '.join(those)}"] if 0 < len(those) < len(axis.centres) else []


def prior_weights(axis: Axis) -> Array | None:
    """The share of the input's prior in each cell; None without a prior."""
    if axis.categorical:
        shares = [axis.input.of([value]) for value in axis.centres]
    else:
        shares = [axis.input.between(low, high) for low, high in pairwise(axis.edges.tolist())]
    known = [share for share in shares if share is not None]
    return np.array(known) if len(known) == len(shares) and sum(known) > 0.0 else None


def cell_of(axis: Axis) -> int | None:
    """The cell of the input's central value; None where that is not on the map."""
    centre = axis.input.centre
    if centre is None:
        return None
    if axis.categorical:
        return int(np.argmin(np.abs(axis.centres - centre))) if centre in axis.centres else None
    return int(np.searchsorted(axis.edges, centre, "right") - 1) if axis.edges[0] <= centre < axis.edges[-1] else None


def flip_map(results: Results, x: str | None = None, y: str | None = None, policy: str | None = None, outcome: str = HARM) -> FlipMap:
    """The map of an outcome over two inputs (default: those with the most influence on the sign), for a policy (default: the second).

    Raises `InputError` for inputs that do not differ between cases, and where fewer than two do.
    """
    return flip_map_of(paired_cases(results, policy, outcome), x, y)


def flip_map_of(paired: Paired, x: str | None = None, y: str | None = None) -> FlipMap:
    """The map of paired cases."""
    x_name, y_name = axes_of(paired, x, y)
    across, up = (axis_of(paired.known[name], paired.inputs[name], CELLS) for name in (x_name, y_name))
    found = field_of(paired.only([x_name, y_name]), across, up)
    turns = () if across.categorical else tuple(turned(paired, found, row) for row in range(len(up.centres)))
    return FlipMap(paired.outcome, paired.policy, paired.reference, found, paired.verdict(), turns, len(paired), x is None or y is None)


def axes_of(paired: Paired, x: str | None, y: str | None) -> tuple[str, str]:
    """The inputs of both axes, those that were not asked for by their influence on the sign."""
    for name in (x, y):
        if name is not None and name not in paired.inputs:
            raise InputError(f"input {name!r} does not differ between the cases of this study; {named(paired.known)} do")
    if len(paired.inputs) < 2:
        raise InputError(
            f"a map needs two inputs that differ, and only {named(paired.known)} does; vary another one, or ask for its threshold"
        )
    if x is not None and x == y:
        raise InputError(f"x and y are both {x!r}; a map needs two inputs")
    rest = [name for name in most_influential(thinned(paired, MOST_SCREENED), len(paired.inputs)) if name not in (x, y)]
    return x or rest.pop(0), y or rest.pop(0)


def named(known: Collection[str]) -> str:
    """Some names of inputs."""
    names = list(known)
    return ", ".join(names[:12]) + (f" and {len(names) - 12} others" if len(names) > 12 else "")
