"""Where it flips: for which values of the inputs a policy does harm instead of good, in boxes that hold in other draws too."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from lockgate.experiments.answers.cases import HARM
from lockgate.experiments.answers.flips.box import Condition, Fit, fit, holds
from lockgate.experiments.answers.flips.inputs import Input
from lockgate.experiments.answers.flips.paired import Paired, paired_cases
from lockgate.experiments.answers.flips.prim import open_ended, prim
from lockgate.experiments.answers.flips.signs import Signs, by_points, refuse_few, signs_of
from lockgate.experiments.answers.flips.tree import harm_leaves
from lockgate.experiments.results.results import Results
from lockgate.experiments.results.verdict import Direction, Verdict
from lockgate.experiments.text.numbers import count, percent
from lockgate.sim.model.outcomes import OUTCOMES

Array = np.ndarray[Any, np.dtype[Any]]
Boxes = list[list[Condition]]
Search = Literal["box", "tree"]
FOLDS = 4
METHODS: dict[Search, str] = {"box": "PRIM", "tree": "decision tree"}


@dataclass(frozen=True)
class Flip:
    """Boxes in which a policy seems to do harm, found by one search, with how well they hold in draws (and points) that it had not seen.

    `fit` and `held_out` are to the signs of all rows, and to those of rows that were held out. `verdicts` are on the differences of cases
    that were held out, as they were drawn: over draws, and where points are a sample over points.
    """

    search: Search
    boxes: tuple[tuple[Condition, ...], ...]
    fit: Fit
    held_out: Fit
    verdicts: tuple[Verdict, ...]
    worse: Direction

    @property
    def is_clear(self) -> bool:
        """Whether it may be claimed that the policy does harm there."""
        clear = all(found.is_clear and found.direction == self.worse for found in self.verdicts)
        return bool(self.boxes) and bool(self.verdicts) and clear

    def content(self, known: dict[str, Input]) -> dict[str, Any]:
        """The same as plain content."""
        boxes = [[condition.content(known[condition.name]) for condition in box] for box in self.boxes]
        told = {"fit": self.fit.content(), "held_out": self.held_out.content(), "verdicts": [found.content() for found in self.verdicts]}
        return {"method": METHODS[self.search], "boxes": boxes, "is_clear": self.is_clear, **told}


@dataclass(frozen=True)
class Flips:
    """What both searches found, beside the verdict on all cases. `how` says what the signs are that they searched in."""

    outcome: str
    policy: str
    reference: str
    overall: Verdict
    found: tuple[Flip, ...]
    known: dict[str, Input]
    harm_share: float
    how: str

    def sentences(self) -> list[str]:
        """Where the policy does harm, or that it does so nowhere that one could tell; the answer first."""
        clear = [flip for flip in self.found if flip.is_clear]
        lines = [line for flip in clear for line in self.claims(flip)] or [self.no_flip]
        return [*lines, f"Overall: {self.words(self.overall)}. Signs: {self.how}; {percent(self.harm_share)} of them are harm."]

    def claims(self, flip: Flip) -> Iterator[str]:
        """Where the boxes are, and how well they hold."""
        where = "; or if ".join(", and ".join(condition.said(self.known[condition.name]) for condition in box) for box in flip.boxes)
        together = "" if len(flip.boxes) == 1 else " These were tested together, not each."
        yield f"{self.policy} does harm against {self.reference} ({self.worse} {OUTCOMES[self.outcome].short}) if {where}.{together}"
        here, there = flip.fit, flip.held_out
        yield (
            f"{METHODS[flip.search]}: coverage {percent(here.coverage)}, density {percent(here.density)} "
            f"({percent(there.density)} of {there.support:,} held out, whose own signs are with luck), "
            f"{count(here.support, 'row')} of {here.cases:,} inside; held-out difference {self.words(flip.verdicts[0])}."
        )

    @property
    def worse(self) -> Direction:
        """The direction that does harm."""
        return self.found[0].worse

    @property
    def no_flip(self) -> str:
        """What is to be said where nothing may be claimed."""
        noun = OUTCOMES[self.outcome].short
        if any(flip.boxes for flip in self.found):
            return f"No flip: no box in which {self.policy} has clearly {self.worse} {noun} than {self.reference} holds in draws held out."
        if self.harm_share == 0.0 and self.overall.is_clear:
            return (
                f"No flip of {self.policy} against {self.reference}: clearly {self.overall.direction} {noun} overall, "
                f"and nowhere a sign of {self.worse}."
            )
        return f"No flip of {self.policy} against {self.reference}: no box is better than chance."

    @staticmethod
    def words(found: Verdict) -> str:
        """A verdict in words, with the shares of what was repeated."""
        side = "" if found.direction == "same" else f" {found.direction}"
        shares = f"less in {percent(found.less)}, same in {percent(found.same)}, more in {percent(found.more)} of {found.draws:,} draws"
        return f"{found.name}{side} ({shares})"

    def content(self) -> dict[str, Any]:
        """The same as plain content."""
        names = ("outcome", "policy", "reference", "harm_share", "how")
        searches: dict[str, Any] = {flip.search: flip.content(self.known) for flip in self.found}
        return {**{name: getattr(self, name) for name in names}, "overall": self.overall.content(), **searches}


def flips(results: Results, policy: str | None = None, outcome: str = HARM) -> Flips:
    """Where a policy (default: the second) does harm against the reference. Raises `InputError` where draws and points are too few."""
    return flips_of(paired_cases(results, policy, outcome))


def flips_of(paired: Paired) -> Flips:
    """The flips of paired cases."""
    refuse_few(paired)
    whole = signs_of(paired)
    parts = [(signs_of(paired.where(train)), test) for train, test in folds(paired)]
    found = tuple(flip_of(paired, whole, parts, search) for search in METHODS)
    share = float(np.mean(whole.harm))
    return Flips(paired.outcome, paired.policy, paired.reference, paired.verdict(), found, dict(paired.known), share, whole.how)


def folds(paired: Paired) -> Iterator[tuple[Array, Array]]:
    """Cases to search in, and those held out: of other draws, and of other points too where rows are points."""
    draw = np.unique(paired.draws, return_inverse=True)[1] % FOLDS
    point = np.unique(paired.points, return_inverse=True)[1] % FOLDS
    for fold in range(min(FOLDS, int(draw.max()) + 1)):
        apart, held = draw != fold, draw == fold
        yield (apart & (point != fold), held & (point == fold)) if by_points(paired) else (apart, held)


def searched(signs: Signs, known: dict[str, Input], search: Search) -> Boxes:
    """The boxes that a search finds in some signs."""
    if not signs.harm.any() or signs.harm.all():
        return []
    labelled = [name for name in signs.inputs if known[name].labels]
    if search == "tree":
        return harm_leaves(signs.inputs, signs.harm, labelled)
    box = open_ended(prim(signs.inputs, signs.harm, labelled), signs.inputs)
    return [box] if box else []


def flip_of(paired: Paired, whole: Signs, parts: Sequence[tuple[Signs, Array]], search: Search) -> Flip:
    """What a search finds in all rows, and how the same search of each part does in what that part lacks."""
    known = dict(paired.known)
    boxes = searched(whole, known, search)
    inside, held = np.zeros(len(paired), bool), np.zeros(len(paired), bool)
    for signs, test in parts:
        held |= test
        inside |= test & within(searched(signs, known, search), paired.inputs, len(paired))
    own = fit(within(boxes, whole.inputs, len(whole)), whole.harm)
    other = held_out_fit(paired, inside, held)
    verdicts = tuple(paired.verdicts(inside)) if inside.any() else ()
    return Flip(search, tuple(map(tuple, boxes)), own, other, verdicts, paired.worse)


def within(boxes: Boxes, inputs: Any, size: int) -> Array:
    """Whether each case is in any of the boxes."""
    return np.logical_or.reduce([holds(box, inputs, size) for box in boxes]) if boxes else np.zeros(size, bool)


def held_out_fit(paired: Paired, inside: Array, held: Array) -> Fit:
    """The fit of boxes to the signs of what was held out: of points where rows are points, of cases otherwise."""
    groups = paired.points if by_points(paired) else np.arange(len(paired))
    _, place = np.unique(groups[held], return_inverse=True)
    counts = np.bincount(place)
    mean = np.bincount(place, paired.difference[held]) / counts
    sign: Callable[[Array], Array] = (lambda values: values > 0.0) if paired.worse == "more" else (lambda values: values < 0.0)
    return fit(np.bincount(place, inside[held]) > 0, sign(mean))
