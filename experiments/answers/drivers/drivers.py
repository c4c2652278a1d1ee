"""Drivers: which inputs decide how much a policy changes, and whether it helps at all; for each policy apart.

The output is the paired difference from the reference. What an index is follows from the study's design: elementary effects where it is
`morris`, Sobol' indices where it is `saltelli` (`answers.drivers.designed`), and shares of variance from the cases elsewhere
(`answers.drivers.screening`).
The sign of the difference (whether there is less or more, among cases that differ) and its size are looked at apart: what makes an effect
large need not be what turns it round.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lockgate.experiments.answers.cases import HARM, Cases, cases_of, compared, outcome_of
from lockgate.experiments.answers.drivers.designed import Morris, Sobol, elementary_effects, sobol_indices
from lockgate.experiments.answers.drivers.driver import Driver, Effect, PolicyDrivers, row
from lockgate.experiments.answers.drivers.driver_words import told
from lockgate.experiments.answers.drivers.index import NOTHING, Index
from lockgate.experiments.answers.drivers.luck import luck_of_draws, luck_of_fit
from lockgate.experiments.answers.drivers.screening import grade_of, screened
from lockgate.experiments.results.results import Results
from lockgate.experiments.results.verdict import ENOUGH
from lockgate.experiments.study.design import LISTING
from lockgate.sim.errors import InputError
from lockgate.sim.model.parameters import PARAMETERS

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray[Any, np.dtype[Any]]
DESIGNED = {"morris": "elementary effects", "saltelli": "Sobol' indices"}
SAMPLED = ("lhs", "sobol", "table")
CASES = "shares of variance from cases"


@dataclass(frozen=True)
class Drivers:
    """The drivers of each policy's difference from the reference in an outcome, over so many cases."""

    outcome: str
    reference: str
    method: str
    cases: int
    inputs: int
    policies: tuple[PolicyDrivers, ...]
    notes: tuple[str, ...]

    def sentences(self) -> list[str]:
        """For each policy what decides its difference, its sign and its size, and what is luck; then what to know of the method."""
        return [said for one in self.policies for said in told(one, self.outcome, self.reference, self.method)] + list(self.notes)

    def frame(self) -> "pd.DataFrame":
        """One row a policy and input, of all that were looked at."""
        import pandas as pd

        return pd.DataFrame([row(one.policy, driver) for one in self.policies for driver in one.drivers])

    def content(self) -> dict[str, Any]:
        """The same as plain content."""
        rows = {one.policy: [row(one.policy, driver) for driver in one.drivers] for one in self.policies}
        return {
            "outcome": self.outcome,
            "reference": self.reference,
            "method": self.method,
            "cases": self.cases,
            "policies": {
                one.policy: {
                    "less": one.less, "same": one.same, "more": one.more,
                    "drivers": rows[one.policy],
                    "pairs": [{"inputs": [first, second], **index.content()} for first, second, index in one.pairs],
                    "luck": {name: getattr(one.luck, name) for name in ("source", "share", "low", "high", "common", "seeds_only")},
                }
                for one in self.policies
            },
            "notes": list(self.notes),
        }  # fmt: skip


def drivers(results: Results, policy: str | None = None, outcome: str = HARM) -> Drivers:
    """What drives the difference of an outcome under a policy (default: under each) from the reference, in what is selected of a study.

    Raises `InputError` where there is no reference to compare with, nothing varies, cases are too few, or only a part is selected of a
    design that needs all its points.
    """
    cases, values = cases_of(results), outcome_of(results, outcome)
    places = [compared(results, policy)[0]] if policy is not None else list(range(compared(results)[0], len(results.names)))
    kind = kind_of(results)
    refuse_what_tells_nothing(results, cases, kind)
    found = tuple(drivers_of(results, cases, values[:, place] - values[:, 0], kind, results.names[place]) for place in places)
    inputs = len(results.study.factors) if kind in DESIGNED else len(cases.inputs)
    return Drivers(outcome, results.names[0], DESIGNED.get(kind, CASES), len(cases), inputs, found, tuple(notes(results, cases, kind)))


def refuse_what_tells_nothing(results: Results, cases: Cases, kind: str) -> None:
    """Refuse a study from which no influence can be read, with what would help."""
    selection, study = results.selection, results.study
    if not cases.inputs and len(selection.worlds) < 2:
        raise InputError("all inputs are the same in all cases; sample parameters (fixed = false), or run a study that varies some")
    if kind in DESIGNED and len(selection.points) < study.point_count:
        raise InputError(f"{len(selection.points):,} of {study.point_count:,} points of a {kind} design are selected; it needs all of them")
    draws = len(selection.draws)
    if draws < ENOUGH and len(selection.worlds) == 1 and not any(name in cases.factors for name in cases.inputs):
        raise InputError(f"{draws} draws are too few to tell influence from chance; {ENOUGH} are enough, such as --draws {ENOUGH}")
    if kind in SAMPLED and len(selection.points) < ENOUGH:
        raise InputError(
            f"{len(selection.points)} points of a {kind} design are too few to tell influence from chance; {ENOUGH} are enough"
        )


def notes(results: Results, cases: Cases, kind: str) -> list[str]:
    """What to know of how influence was found here."""
    sampled, draws = [name for name in cases.inputs if name not in cases.factors], len(results.selection.draws)
    said = []
    if kind in DESIGNED:
        if len(results.worlds) > 1:
            said.append(f"Indices are those of the mean over {len(results.worlds)} worlds.")
    elif sampled and draws < ENOUGH:
        said.append(f"{draws} draws are too few to screen {len(sampled)} parameters that draws sample; {ENOUGH} are enough.")
    if kind == "zip":
        said.append("Factors of a zip move together: the share of each is that of all of them.")
    return said


def drivers_of(results: Results, cases: Cases, difference: Array, kind: str, policy: str) -> PolicyDrivers:
    """The drivers of one policy's difference, (M,)."""
    known = difference[np.isfinite(difference)]
    less, same, more = (float(np.mean(side)) if known.size else 0.0 for side in (known < 0.0, known == 0.0, known > 0.0))
    sizes = (len(results.selection.draws), len(results.selection.worlds), len(results.selection.points))
    if kind in DESIGNED:
        by_point = complete(difference.reshape(sizes))
        each, pairs = designed(results, by_point, kind)
    else:
        each, pairs = from_cases(cases, difference, listed=kind in LISTING), []
    each.sort(key=lambda driver: (-driver.influence, driver.name))
    if kind in DESIGNED and len(by_point) > 1:
        luck = luck_of_draws(by_point, seeds_only=results.fixed)
    elif sizes[2] > 1 and sizes[0] > 1:
        luck = luck_of_draws(complete(difference.reshape(sizes)), seeds_only=results.fixed)
    else:
        there = np.isfinite(difference)
        matrix = np.column_stack([cases.matrix, cases.worlds])[there]
        luck = luck_of_fit(matrix, difference[there], cases.draws[there])
    return PolicyDrivers(policy, tuple(each), less, same, more, tuple(pairs), luck)


def influences_of(results: Results, cases: Cases, differences: Array, kind: str) -> list[list[Driver]]:
    """For each column of differences, (M, P), what each input explains of it: nothing of its sign and its size, which takes longer."""
    sizes = (len(results.selection.draws), len(results.selection.worlds), len(results.selection.points))
    if kind in DESIGNED:
        return [designed(results, complete(column.reshape(sizes)), kind)[0] for column in differences.T]
    found = screened(cases, differences, listed=kind in LISTING)
    return [[Driver(name, grade_of(cases, name), alone) for name, alone in each.items()] for each in found]


def kind_of(results: Results) -> str:
    """The kind of the design, where more than one of its points is selected."""
    return str(results.study.design["kind"]) if len(results.selection.points) > 1 else "grid"


def complete(difference: Array) -> Array:
    """The mean over worlds, (D, N), in the draws that have every case, from differences (D, W, N)."""
    whole = difference[np.isfinite(difference).all(axis=(1, 2))]
    if not len(whole):
        raise InputError("no draw has a run in every world and at every point; run the sweep again to fill what is missing")
    return np.asarray(whole.mean(axis=1))


def from_cases(cases: Cases, difference: Array, *, listed: bool) -> list[Driver]:
    """The drivers by shares of variance from cases."""
    alone, size = screened(cases, np.column_stack([difference, np.abs(difference)]), listed=listed)
    with np.errstate(invalid="ignore"):
        sides = np.where(difference == 0.0, np.nan, np.where(np.isnan(difference), np.nan, difference > 0.0))
    [sign] = screened(cases, sides[:, None], listed=listed)
    return [Driver(name, grade_of(cases, name), index, None, None, sign.get(name, NOTHING), size[name]) for name, index in alone.items()]


def designed(results: Results, difference: Array, kind: str) -> tuple[list[Driver], list[tuple[str, str, Index]]]:
    """The drivers by the indices of a `morris` or `saltelli` design, and pairs of inputs; from differences (D, N).

    The sign at a point is the share of draws with more, less that with less.
    """
    study = results.study
    names = [factor.column for factor in study.factors]
    grades = [PARAMETERS[factor.name].grade if factor.role == "parameter" else "" for factor in study.factors]
    outputs = (difference, np.sign(difference), np.abs(difference))
    if kind == "morris":
        effects, sign, size = (elementary_effects(each, study) for each in outputs)
        rows = zip(names, grades, indices_of(effects), effects_of(effects), indices_of(sign), indices_of(size), strict=True)
        return [Driver(name, grade, alone, None, effect, turns, sizes) for name, grade, alone, effect, turns, sizes in rows], []
    second = bool(study.design["second_order"])
    found, sign_found, size_found = (sobol_indices(each.mean(axis=0), len(names), second_order=second) for each in outputs)
    columns = (firsts(found), totals(found), totals(sign_found), totals(size_found))
    rows_of_sobol = zip(names, grades, *columns, strict=True)
    each = [Driver(name, grade, alone, total, None, turns, sizes) for name, grade, alone, total, turns, sizes in rows_of_sobol]
    return each, pairs_of(found, names)


def firsts(found: Sobol) -> list[Index]:
    """First-order indices; 0 where the interval holds 0."""
    return [index(*each) for each in zip(found.first, found.first_half, strict=True)]


def totals(found: Sobol) -> list[Index]:
    """Total indices, likewise."""
    return [index(*each) for each in zip(found.total, found.total_half, strict=True)]


def index(share: float, half: float) -> Index:
    """An index from its estimate and half of its interval, within 0 and 1, where few points put an estimate beyond.

    >>> index(0.25, 0.5), index(0.5, 0.25)
    (Index(share=0.0, low=0.0, high=0.75), Index(share=0.5, low=0.25, high=0.75))
    """
    low, share, high = (float(each) for each in np.clip([share - half, share, share + half], 0.0, 1.0))
    return Index(share if low > 0.0 else 0.0, low, high)


def pairs_of(found: Sobol, names: list[str]) -> list[tuple[str, str, Index]]:
    """Pairs of inputs that act together beyond what each does alone, the most first."""
    if found.pairs is None or found.pairs_half is None:
        return []
    places = [(i, j) for i in range(len(names)) for j in range(i + 1, len(names))]
    every = [(names[i], names[j], index(found.pairs[i, j], found.pairs_half[i, j])) for i, j in places]
    return sorted((pair for pair in every if pair[2].share > 0.0), key=lambda pair: -pair[2].share)


def indices_of(found: Morris) -> list[Index]:
    """Each mean absolute effect as a share of the sum of all; 0 where it is no more than luck."""
    whole = float(found.size.sum()) or 1.0
    ends = zip(found.size, found.half, found.told, strict=True)
    return [Index(size / whole, max(0.0, size - half) / whole, (size + half) / whole) if told else NOTHING for size, half, told in ends]


def effects_of(found: Morris) -> list[Effect]:
    """Elementary effects as such."""
    low, high = np.maximum(0.0, found.size - found.half), found.size + found.half
    return [Effect(*map(float, each)) for each in zip(found.size, low, high, found.mean, found.spread, found.luck, strict=True)]
