"""The threshold along one input: the value at which the mean difference to the reference changes sign.

Of all values at which it does, it is the one that parts less from more best: beyond it the mean keeps its sign most, by area. Its
interval is by bootstrap over draws. Between levels of a design the mean is taken from a monotone cubic (Fritsch and Carlson 1980), and the
interval also covers where straight lines between the levels would turn: nobody looked in between.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lockgate.experiments.answers.cases import HARM
from lockgate.experiments.answers.flips.axis import Axis, axis_of
from lockgate.experiments.answers.flips.field import Field, field_of
from lockgate.experiments.answers.flips.inputs import Input
from lockgate.experiments.answers.flips.paired import Paired, paired_cases
from lockgate.experiments.results.results import Results
from lockgate.experiments.results.verdict import Direction, Verdict
from lockgate.experiments.text.numbers import percent
from lockgate.sim.errors import InputError
from lockgate.sim.model.outcomes import OUTCOMES

Array = np.ndarray[Any, np.dtype[Any]]
CELLS = 60  # of a range
ENDS = (0.025, 0.975)
FINER = 16  # places from one level to the next
HALF = 0.5


@dataclass(frozen=True)
class Threshold:
    """Where the mean turns. `value` is None where it does not within `span`; `low` or `high` is None where the interval reaches beyond it.

    `above` is the direction of the mean above the value. `below_verdict` and `above_verdict` are the verdicts, among those that hold for
    all values of the input at once, that say most against 0 on each side. `is_clear`: both are clear, and in opposite directions.
    """

    outcome: str
    policy: str
    reference: str
    input: Input
    span: tuple[float, float]
    value: float | None
    low: float | None
    high: float | None
    above: Direction
    below_verdict: Verdict | None
    above_verdict: Verdict | None
    draws: int

    @property
    def is_clear(self) -> bool:
        """Whether it may be claimed that the sign turns."""
        sides = (self.below_verdict, self.above_verdict)
        both = all(side is not None and side.is_clear for side in sides)
        return both and {side.direction for side in sides if side is not None} == {"less", "more"}

    @property
    def beyond(self) -> float | None:
        """The share of the input's prior above the value; None where there is no value or no prior."""
        below = None if self.value is None else self.input.below(self.value)
        return None if below is None else 1.0 - below

    def sentences(self) -> list[str]:
        """Where it turns, and whether that may be claimed."""
        noun, name = OUTCOMES[self.outcome].short, self.input.name
        lead = f"{self.policy} against {self.reference}, {noun} along {name} ({self.input.words}{self.evidence})"
        ends = " to ".join(map(self.input.said, self.span))
        if self.value is None:
            return [f"{lead}: the mean difference does not change sign between {ends}."]
        turn = f"the mean difference changes sign at {self.input.said(self.value)}, 95 % interval {self.interval}"
        if not self.is_clear:
            return [f"{lead}: unclear; {turn}, but it is not clearly less on one side and more on the other."]
        below: Direction = "less" if self.above == "more" else "more"
        share = "" if self.beyond is None else f" {percent(self.beyond)} of today's prior lies above."
        return [f"{lead}: clearly {below} below and clearly {self.above} above; {turn}.{share}"]

    @property
    def evidence(self) -> str:
        """The grade of the input's evidence, to follow its meaning."""
        return f"; evidence {self.input.grade}" if self.input.grade else ""

    @property
    def interval(self) -> str:
        """The interval in words."""
        low, high = (None if end is None else self.input.rounded(end) for end in (self.low, self.high))
        if low is None or high is None:
            return f"{'from below the range' if low is None else low} to {'beyond the range' if high is None else high}"
        return f"{low} to {high}"

    def content(self) -> dict[str, Any]:
        """The same as plain content."""
        plain = {
            name: getattr(self, name) for name in ("outcome", "policy", "reference", "value", "low", "high", "above", "draws", "is_clear")
        }
        sides = {side: None if found is None else found.content() for side, found in self.sided}
        return {**plain, "input": self.input.name, "unit": self.input.unit, "span": list(self.span), "share_above": self.beyond, **sides}

    @property
    def sided(self) -> list[tuple[str, Verdict | None]]:
        """The verdicts by their side."""
        return [("below", self.below_verdict), ("above", self.above_verdict)]


def threshold(results: Results, name: str, policy: str | None = None, outcome: str = HARM) -> Threshold:
    """The threshold of an outcome along one input. Raises `InputError` for one that is no number, or does not differ between cases."""
    return threshold_of(paired_cases(results, policy, outcome), name)


def threshold_of(paired: Paired, name: str) -> Threshold:
    """The threshold of paired cases along an input of theirs."""
    if name not in paired.known:
        raise InputError(
            f"input {name!r} does not differ between the cases of this study; {', '.join(list(paired.known)[:12])} and others do"
        )
    known = paired.known[name]
    if known.labels:
        raise InputError(f"input {name!r} has labels ({', '.join(known.labels.values())}) and no order, so it has no threshold")
    x = axis_of(known, paired.inputs[name], CELLS)
    return turned(paired, field_of(replace(paired, inputs={name: paired.inputs[name], ALONE.name: np.zeros(len(paired))}), x, ALONE))


ALONE = Axis(Input(""), np.zeros(1), np.array([-HALF, HALF]), np.zeros(1), True, False)


def turned(paired: Paired, found: Field, row: int = 0) -> Threshold:
    """The threshold along a row of a field."""
    x, means = found.x, found.mean[row]
    there = np.isfinite(means)
    at, curve = x.scaled(x.centres)[there], means[there]
    rising = turns(at, curve)[0] if len(at) > 1 else None
    value, *ends = placed(at, curve, found.replicates[:, row, there], rising) if rising is not None else (math.inf,) * 3
    value_at, low, high = (float(x.unscaled(end)) if math.isfinite(end) else None for end in (value, *ends))
    verdicts = [verdict for verdict in found.verdicts[row] if verdict is not None]
    below, above = (
        strongest([verdict for verdict, place in zip(verdicts, at, strict=True) if (place > value) == side])
        if value_at is not None
        else None
        for side in (False, True)
    )
    span = x.centres[there] if there.any() else x.centres
    return Threshold(
        outcome=paired.outcome,
        policy=paired.policy,
        reference=paired.reference,
        input=x.input,
        span=(float(span[0]), float(span[-1])),
        value=value_at,
        low=low,
        high=high,
        above="same" if rising is None else "more" if rising else "less",
        below_verdict=below,
        above_verdict=above,
        draws=len(np.unique(paired.draws)),
    )


def placed(at: Array, curve: Array, replicates: Array, rising: bool) -> tuple[float, float, float]:
    """Where a curve turns, (L,), with the ends of an interval from its replicates, (R, L), by the cubic and by straight lines."""
    places = finer(at)
    value = turn(places, refined(at, curve[None], places), rising)[0]
    turned_at = [turn(at, replicates, rising), turn(places, refined(at, replicates, places), rising)]
    low, high = np.array([np.quantile(each, ENDS, method="nearest") for each in turned_at]).T
    return float(value), float(low.min()), float(high.max())


def finer(at: Array) -> Array:
    """The places, and others between them.

    >>> len(finer(np.array([0.0, 1.0, 3.0])))
    33
    """
    steps = np.arange(FINER) / FINER
    return np.append((at[:-1, None] + np.diff(at)[:, None] * steps).ravel(), at[-1])


def refined(at: Array, curves: Array, places: Array) -> Array:
    """Curves, (R, L), by a monotone cubic at other places within."""
    from scipy.interpolate import pchip_interpolate

    return np.asarray(pchip_interpolate(at, curves, places, axis=1))


def strongest(verdicts: Sequence[Verdict]) -> Verdict | None:
    """The clear verdict of the largest mean; the first one where none is clear."""
    clear = [verdict for verdict in verdicts if verdict.is_clear]
    return max(clear, key=lambda verdict: abs(verdict.mean)) if clear else next(iter(verdicts), None)


def turns(at: Array, curve: Array) -> tuple[bool | None, float]:
    """Whether a curve turns from below 0 to above it (True) or the other way, whichever parts it better, and the area that it parts.

    >>> turns(np.array([0.0, 1.0, 2.0]), np.array([-1.0, 1.0, 2.0]))[0], turns(np.array([0.0, 1.0]), np.array([1.0, 2.0]))[0]
    (True, None)
    """
    depths = [parted(at, sign * curve[None])[1][0] for sign in (1.0, -1.0)]
    if max(depths) <= 0.0:
        return None, 0.0
    return bool(depths[0] >= depths[1]), float(max(depths))


def turn(at: Array, curves: Array, rising: bool | None) -> Array:
    """Where each of some curves, (R, L), turns in this direction; infinite where it does so beyond the range, on that side.

    >>> turn(np.array([0.0, 1.0, 2.0]), np.array([[-1.0, 1.0, 2.0], [1.0, 2.0, 3.0], [-3.0, -2.0, -1.0]]), True).tolist()
    [0.5, -inf, inf]
    """
    return parted(at, curves if rising else -curves)[0]


def parted(at: Array, curves: Array) -> tuple[Array, Array]:
    """Where curves turn from below 0 to above it, and how much less their integral from the first place is there than at either end."""
    left, right, step = curves[:, :-1], curves[:, 1:], np.diff(at)
    area = np.concatenate([np.zeros((len(curves), 1)), np.cumsum((left + right) / 2 * step, axis=1)], axis=1)
    crosses = (left < 0.0) & (right >= 0.0)
    way = np.where(crosses, -left / np.where(crosses, right - left, 1.0), 0.0)
    lowest = np.where(crosses, area[:, :-1] + left / 2 * way * step, np.inf)
    place = np.argmin(lowest, axis=1)
    which = (np.arange(len(curves)), place)
    depth = np.minimum(0.0, area[:, -1]) - lowest[which]
    inside = at[:-1][place] + way[which] * step[place]
    return np.where(depth > 0.0, inside, np.where(area[:, -1] < 0.0, np.inf, -np.inf)), np.where(np.isfinite(depth), depth, -np.inf)
