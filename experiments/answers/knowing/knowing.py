"""Worth of knowing: what the choice among policies would gain if something uncertain were known before it is made.

The choice takes the policy of the least expected cost. `answers.knowing.information` says how gains are worked out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lockgate.experiments.answers.cases import HARM, Cases, cases_of, outcome_of
from lockgate.experiments.answers.drivers.driver_words import listed
from lockgate.experiments.answers.drivers.screening import WORLD, by_rank, grade_of
from lockgate.experiments.answers.knowing.information import Gain, joint_information, partial_information, perfect_information
from lockgate.experiments.answers.knowing.ledger import Ledger, assumption_ledger
from lockgate.experiments.answers.knowing.preview_worth import PreviewWorth, preview_worth, previewing
from lockgate.experiments.results.ratios import ACCESS
from lockgate.experiments.results.results import Results
from lockgate.experiments.results.verdict import ENOUGH, leaders
from lockgate.experiments.text.numbers import money, percent
from lockgate.sim.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray[Any, np.dtype[Any]]
BENEFIT = "benefit_forgone"
WEAK = ("D", "E", "S")  # grades of evidence that is judgement, or swept
SAID = 3
NONE = Gain(0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Knowing:
    """What knowing is worth to a choice among policies by expected cost, in US$ a run.

    `best` are the policies that may be called the one of the least cost; `costs` each policy's mean. `perfect` is the gain from foresight
    of everything, luck included; `every` from knowing all inputs, `weak` those of weak evidence (grades D, E and S), and `inputs` each
    alone. `preview` is what a preview tells, and `ledger` the assumptions by concern; None where the study cannot say.
    """

    cost: str
    cases: int
    costs: dict[str, float]
    best: tuple[str, ...]
    perfect: Gain
    every: Gain
    weak: Gain
    inputs: tuple[tuple[str, str, Gain], ...]  # name and grade
    preview: PreviewWorth | None
    ledger: Ledger | None

    def sentences(self) -> list[str]:
        """The choice as things are known, what knowing more is worth, and which assumptions are of most concern."""
        return [
            self.choice(),
            *self.gains(),
            *(self.preview.sentences() if self.preview else ()),
            *(self.ledger.sentences() if self.ledger else ()),
        ]

    def choice(self) -> str:
        """The choice as things are known."""
        least = f"the least expected {self.cost}, {money(min(self.costs.values()))} a run"
        if len(self.best) == 1:
            return f"As things are known, {self.best[0]} clearly has {least}."
        return f"As things are known, {listed(list(self.best))} cannot be told apart: they have {least}."

    def gains(self) -> list[str]:
        """What knowing is worth."""
        found = [(name, gain) for name, _, gain in self.inputs if gain.value]
        named = listed([f"{name} ({said(gain)})" for name, gain in found[:SAID]])
        alone = (
            f"Worth most to know alone: {named}." if found else f"None of {len(self.inputs)} inputs alone is worth knowing beyond chance."
        )
        return [
            f"To foresee everything, luck included, would be worth {said(self.perfect)}; no knowledge is worth more.",
            f"To know all inputs would be worth {said(self.every)}, those of weak evidence (grades D, E and S) {said(self.weak)}.",
            alone,
        ]

    def frame(self) -> "pd.DataFrame":
        """One row a thing to know, the one worth most first; groups on top."""
        import pandas as pd

        groups = [("(everything, luck included)", "", self.perfect), ("(all inputs)", "", self.every), ("(weak evidence)", "", self.weak)]
        return pd.DataFrame([{"known": name, "grade": grade, **gain.content()} for name, grade, gain in [*groups, *self.inputs]])

    def content(self) -> dict[str, Any]:
        """The same as plain content."""
        return {
            "cost": self.cost, "cases": self.cases, "costs": self.costs, "best": list(self.best), "perfect": self.perfect.content(),
            "every": self.every.content(), "weak": self.weak.content(),
            "inputs": [{"input": name, "grade": grade, **gain.content()} for name, grade, gain in self.inputs],
            "preview": self.preview.content() if self.preview else None,
            "ledger": self.ledger.content() if self.ledger else None,
        }  # fmt: skip


def said(gain: Gain) -> str:
    """A gain in words."""
    if not gain.value:
        return "nothing that can be told from chance"
    ends = f" [{money(gain.low, gain.value)}, {money(gain.high, gain.value)}]" if np.isfinite(gain.low) else ""
    return f"{money(gain.value)}{ends}, with another choice in {percent(gain.changed)} of cases"


def worth_of_knowing(
    results: Results,
    policies: Sequence[str] | None = None,
    *,
    price_of_a_day: float | None = None,
    preview: str | None = None,
) -> Knowing:
    """What knowing is worth to the choice among policies (default: all of the study).

    The cost is model-enabled harm, and the benefit forgone where the study keeps it; with `price_of_a_day` (US$ for a day of access of an
    organisation of mean size) harm and that many times `access_forgone` instead. `preview` names the policy whose first weeks may be seen
    (default: the first that sets a preview, where weekly series are kept). Raises `InputError` where a lever or a date is varied, which is
    chosen and not known; where the design is `morris`, whose points are no sample; and where there are fewer than 50 units to learn from.
    """
    named = results if policies is None else results.where(policy=list(policies))
    refuse(named)
    chosen = named.where(point=independent_points(named)) if named.study.design["kind"] == "saltelli" else named
    cases, (costs, cost) = cases_of(chosen), costs_of(chosen, price_of_a_day)
    blocks = costs.reshape(len(chosen.selection.draws), len(chosen.selection.worlds), len(chosen.selection.points), -1)
    blocks = np.where(np.isfinite(blocks).all(axis=3, keepdims=True), blocks, np.nan)
    draws, points = means(blocks, (1, 2)), means(blocks, (0, 1))
    inputs = gains_of_inputs(chosen, cases, draws, points)
    if blocks.shape[1] > 1:
        inputs.append((WORLD, "", gain_of_world(blocks)))
    inputs.sort(key=lambda each: (-each[2].value, each[0]))
    seen = preview or (previewing(chosen) if chosen.is_comparison and chosen.study.series else None)
    weak = tuple(name for name, grade, _ in inputs if grade in WEAK)
    mean = np.nanmean(blocks, axis=(0, 1, 2))
    return Knowing(
        cost=cost,
        cases=len(cases),
        costs=dict(zip(chosen.names, map(float, mean), strict=True)),
        best=tuple(chosen.names[place] for place in leaders(HARM, draws if len(draws) >= len(points) else points)),
        perfect=perfect_information(by_unit(blocks)),
        every=together(chosen, cases, draws, points, inputs),
        weak=together(chosen, cases, draws, points, [each for each in inputs if each[0] in weak]),
        inputs=tuple(inputs),
        preview=preview_worth(chosen, draws, seen) if seen else None,
        ledger=assumption_ledger(named) if cases.inputs and named.names[0] == results.names[0] else None,
    )


def independent_points(results: Results) -> list[int]:
    """The points of a `saltelli` design that are a sample: the first and the last of each block; the others repeat their values."""
    block = len(results.study.factors) * (2 if results.study.design["second_order"] else 1) + 2
    return [int(point) for point in results.selection.points if point % block in {0, block - 1}]


def refuse(results: Results) -> None:
    """Refuse what holds no choice, or nothing that could be known before it."""
    selection, study = results.selection, results.study
    if len(results.names) < 2:
        raise InputError(f"policies {', '.join(results.names)} must be two or more: knowing is worth something to a choice alone")
    for factor in study.factors:
        values = np.asarray(selection.values(factor.column))
        if factor.role != "parameter" and len(np.unique(values)) > 1:
            raise InputError(
                f"{factor.column} is chosen and not known; choose one of its values, such as where({factor.column}={values[0]})"
            )
    if study.design["kind"] == "morris" and len(selection.points) > 1:
        raise InputError('points of a morris design are no sample; run the study with kind = "lhs" to learn what knowing is worth')
    units = max(len(selection.draws), len(selection.points))
    if units < ENOUGH:
        raise InputError(f"{units} draws are too few to learn a rule from; {ENOUGH} are enough, such as --draws {ENOUGH}")


def costs_of(results: Results, price_of_a_day: float | None) -> tuple[Array, str]:
    """The cost of each case under each policy, (M, P) in US$, and its name."""
    harm = outcome_of(results, HARM)
    if price_of_a_day is not None:
        if not (np.isfinite(price_of_a_day) and price_of_a_day >= 0.0):
            raise InputError(f"price_of_a_day = {price_of_a_day} must be 0 or more (US$ for a day of access of an organisation)")
        return harm + price_of_a_day * outcome_of(results, ACCESS), f"harm and access forgone at {money(price_of_a_day)} a day"
    if BENEFIT in results.study.outcomes:
        return harm + outcome_of(results, BENEFIT), "harm and benefit forgone"
    return harm, "harm"


def known_inputs(results: Results, cases: Cases) -> dict[str, Array]:
    """The value of each input in each of its units: draws (D,), or points (N,)."""
    sizes = (len(results.selection.draws), len(results.selection.worlds), len(results.selection.points))
    return {
        name: values.reshape(sizes)[0, 0] if name in cases.factors else by_rank(values.reshape(sizes)[:, :, 0])
        for name, values in cases.inputs.items()
    }


def means(blocks: Array, axes: tuple[int, int]) -> Array:
    """The mean costs of each unit, (units, P), from costs (D, W, N, P)."""
    counted = np.isfinite(blocks)
    found: Array = np.where(counted, blocks, 0.0).sum(axis=axes) / np.maximum(counted.sum(axis=axes), 1)
    return np.where(counted.any(axis=axes), found, np.nan)


def by_unit(blocks: Array) -> Array:
    """Costs (units, cases of each, P), without units that lack a case: units are draws, or points where there are more of them."""
    draws, _, points, policies = blocks.shape
    units = blocks if draws >= points else blocks.transpose(2, 0, 1, 3)
    flat = units.reshape(len(units), -1, policies)
    return np.asarray(flat[np.isfinite(flat).all(axis=(1, 2))])


def gains_of_inputs(results: Results, cases: Cases, draws: Array, points: Array) -> list[tuple[str, str, Gain]]:
    """Each input with its grade and what it is worth to know it alone, by its draws or points, of which there must be enough."""
    inputs = known_inputs(results, cases)
    return [
        (name, grade_of(cases, name), gain_of(points if name in cases.factors else draws, values, len(inputs)))
        for name, values in inputs.items()
    ]


def gain_of(costs: Array, values: Array, tests: int) -> Gain:
    """The gain from knowing one input, from the costs of its units."""
    good = np.isfinite(costs).all(axis=1)
    return partial_information(costs[good], values[good], tests) if good.sum() >= ENOUGH else NONE


def gain_of_world(blocks: Array) -> Gain:
    """The gain from knowing which world it is: the policy of the least cost in each, against the one for all."""
    each = np.nanmean(blocks, axis=2)  # (D, W, P)
    each = each[np.isfinite(each).all(axis=(1, 2))]
    rows = each.transpose(1, 0, 2).reshape(-1, each.shape[2])
    return partial_information(rows, np.repeat(np.arange(each.shape[1]), len(each)).astype(float))


def together(results: Results, cases: Cases, draws: Array, points: Array, members: list[tuple[str, str, Gain]]) -> Gain:
    """The gain from knowing several inputs: those of points where there are any, else those of draws. At least that of any one of them."""
    names = [name for name, _, _ in members]
    inputs = {name: values for name, values in known_inputs(results, cases).items() if name in names}
    by_point = any(name in cases.factors for name in inputs)
    costs = points if by_point else draws
    known = [values for name, values in inputs.items() if (name in cases.factors) == by_point]
    good = np.isfinite(costs).all(axis=1)
    joint = joint_information(costs[good], np.column_stack(known)[good]) if known and good.sum() >= ENOUGH else NONE
    return max([joint, *(gain for _, _, gain in members)], key=lambda gain: gain.value)
