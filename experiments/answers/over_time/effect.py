"""The effect over time: for how long a policy lowers misuse, when that is used up, and what is left of it at the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lockgate.experiments.answers.cases import HARM, compared
from lockgate.experiments.answers.over_time.turns import Crossing, Spell, crossing, spells
from lockgate.experiments.results.intervals import LEVEL
from lockgate.experiments.results.results import Results
from lockgate.experiments.results.verdict import ENOUGH, Direction, Verdict, verdicts
from lockgate.experiments.text.course import said_course, said_end, said_turns
from lockgate.sim.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray[Any, np.dtype[Any]]
SERIES = "harm"
WORLDS = (0.05, 0.25, 0.5, 0.75, 0.95)  # quantiles over draws: the ends of the middle 90 % and 50 %, and the median
DELAY, CENSORED = "release_delay_days", "release_censored"


@dataclass(frozen=True, eq=False)
class Effect:
    """The model-enabled harm under a policy less that under the reference in the same draw, summed from day 0 on, at T days.

    `days` (T,) counts days that are over: after all of them it is the horizon. `verdicts` are on the sum at each, in US$; `quantiles`
    (5, T) are those over draws at `WORLDS`, and `per_share` is what makes US$ a share of the reference's mean harm to the end. `spells` are
    the times of clearly less and clearly more weekly harm, and `less` and `more` what became of a saving, or of a loss, that was clear at
    some time: claims about all weeks together, so their intervals hold for all at once (Bonferroni). `hold_ends` is the median release
    delay under the policy; None where it is not known, or no release comes in half of the draws.
    """

    policy: str
    reference: str
    draws: int
    days: Array
    verdicts: tuple[Verdict, ...]
    quantiles: Array
    per_share: float
    spells: tuple[Spell, ...]
    less: Crossing | None
    more: Crossing | None
    hold_ends: float | None

    @property
    def verdict(self) -> Verdict:
        """The verdict at the end."""
        return self.verdicts[-1]

    @property
    def is_same(self) -> bool:
        """Whether no draw differs on any day."""
        return all(found.word == "same" for found in self.verdicts)

    @property
    def helps_until(self) -> float | None:
        """The last day of the first time in which weekly harm is clearly lower."""
        return next((spell.last for spell in self.spells if spell.direction == "less"), None)

    def part(self, name: str) -> Array:
        """A part of the verdicts by day, such as `mean`, (T,)."""
        return np.array([getattr(found, name) for found in self.verdicts])

    def at(self, day: float) -> Verdict:
        """The verdict when so many days are over."""
        return self.verdicts[int(np.searchsorted(self.days, day))]

    def sentences(self) -> list[str]:
        """For how long it helps, what becomes of that, and what is left at the end."""
        early = f"Preliminary, under {ENOUGH} draws: " if self.verdict.preliminary else ""
        if self.is_same:
            return [f"{early}{self.policy} never differs from {self.reference} in model-enabled harm: the two are the same in all draws."]
        return [f"{early}{self.policy} {said_course(self)}.", *said_turns(self), said_end(self)]

    def content(self) -> dict[str, Any]:
        """The same as plain content: days, US$, and shares of the reference's harm to the end."""
        return {
            "policy": self.policy,
            "reference": self.reference,
            "draws": self.draws,
            "helps_until": self.helps_until,
            "hold_ends": self.hold_ends,
            "spells": [vars(spell) for spell in self.spells],
            "less": self.less and vars(self.less),
            "more": self.more and vars(self.more),
            "final": {**self.verdict.content(), "share": self.verdict.mean * self.per_share},
            "by_day": {name: column.tolist() for name, column in self.columns().items()},
        }

    def frame(self) -> "pd.DataFrame":
        """One row a day: mean, interval and quantiles in US$ and as shares, and the verdict."""
        import pandas as pd

        return pd.DataFrame({"policy": self.policy, **self.columns()})

    def columns(self) -> dict[str, Array]:
        """The columns of the frame, (T,) each."""
        dollars = {name: self.part(name) for name in ("mean", "low", "high")}
        dollars |= {f"worlds_{100 * level:02.0f}": line for level, line in zip(WORLDS, self.quantiles, strict=True)}
        shares = {f"{name}_share": column * self.per_share for name, column in dollars.items()}
        words = {name: self.part(name) for name in ("less", "same", "more", "word", "direction")}
        return {"day": self.days, **dollars, **shares, **words}


def effect(results: Results, policy: str | None = None) -> Effect:
    """The effect over time of one policy (default: the second) against the first, in one world and at one point.

    Raises `InputError` where there are several of these, where the weekly harm was not kept, or where no draw has it under both.
    """
    place, _ = compared(results, policy)
    return effects_of(results, [place])[0]


def effects(results: Results) -> list[Effect]:
    """The effect over time of every policy against the first."""
    compared(results)
    return effects_of(results, range(1, len(results.names)))


def effects_of(results: Results, places: Sequence[int]) -> list[Effect]:
    """Those of the policies at these places."""
    refuse_several(results)
    refuse_without_series(results)
    weekly, days, ends = results.weekly(SERIES), results.days + 1, delays_of(results)
    total = results.outcome(HARM) if HARM in results.study.outcomes else weekly.sum(axis=2)
    return [
        course(
            results.labels[place], results.labels[0], days, weekly[:, place], weekly[:, 0],
            None if ends is None else ends[place], (total[:, place], total[:, 0]),
        )
        for place in places
    ]  # fmt: skip


def course(
    policy: str,
    reference: str,
    days: Array,
    weekly: Array,
    base: Array,
    hold_ends: float | None = None,
    totals: tuple[Array, Array] | None = None,
) -> Effect:
    """The effect over time from weekly harm under a policy and under the reference, (D, T) each; T weeks end after so many `days`.

    `totals` has the harm of all weeks under both, (D,) each, where that is known: sums of weeks differ from it by rounding, which makes
    of draws that are the same such that are not.

    >>> base = np.repeat(np.arange(20.0)[:, None] % 4 + 2.0, 3, axis=1)
    >>> found = course("hold", "open", np.array([7, 14, 21]), base * [0.5, 1.0, 1.0], base)
    >>> found.helps_until, found.verdict.word, float(found.verdict.mean * found.per_share)
    (7, 'clear', -0.16666666666666666)
    """
    there = np.isfinite(weekly).all(axis=1) & np.isfinite(base).all(axis=1)
    if not there.any():
        raise InputError(f"policies {policy}, {reference}: no draw went well under both; mend the runs that went wrong, and run it again")
    weekly, base = weekly[there], base[there]
    sums, least = weekly.cumsum(axis=1), base.cumsum(axis=1)
    if totals is not None:
        sums[:, -1], least[:, -1] = (total[there] for total in totals)
    found, all_at_once = verdicts(HARM, sums, least), 1.0 - (1.0 - LEVEL) / len(days)
    strict = [each.direction if each.is_clear else "same" for each in verdicts(HARM, sums, least, all_at_once)]
    weeks = [each.direction if each.is_clear else "same" for each in verdicts(HARM, weekly, base, all_at_once)]
    quantiles = np.quantile(sums - least, WORLDS, axis=0)
    whole = float(least[:, -1].mean())
    turned: dict[Direction, Crossing | None] = {
        side: crossing(days, found, quantiles[2], side) if side in strict else None for side in ("less", "more")
    }
    return Effect(
        policy, reference, len(sums), days, tuple(found), quantiles, 1.0 / whole if whole > 0.0 else np.nan,
        tuple(spells(days, weeks)), turned["less"], turned["more"], hold_ends,
    )  # fmt: skip


def refuse_several(results: Results) -> None:
    """Raise `InputError` unless there is one world and one point."""
    worlds = [world.name for world in results.worlds]
    if len(worlds) != 1:
        raise InputError(f"the effect over time is that in one world, and there are {len(worlds)}; choose one: where(world={worlds[0]!r})")
    points = results.selection.points
    if len(points) != 1:
        raise InputError(f"the effect over time is that at one point, and there are {len(points)}; choose one: where(point={points[0]})")


def refuse_without_series(results: Results) -> None:
    """Raise `InputError` where the weekly harm is not kept."""
    if SERIES not in results.study.series:
        kept = ", ".join(f'"{name}"' for name in dict.fromkeys((SERIES, *results.study.series)))
        raise InputError(
            f"the effect over time needs the weekly harm, which the study {results.study.name} does not keep; "
            f"add the line series = [{kept}] to the study's file, and run it again"
        )


def delays_of(results: Results) -> list[float | None] | None:
    """The median release delay under each policy, where the study keeps it; None where half of the runs end before a release."""
    if not {DELAY, CENSORED} <= set(results.study.outcomes):
        return None
    kept = results.outcomes((DELAY, CENSORED))
    medians = [float(np.median(known(*columns))) for columns in zip(kept[DELAY].T, kept[CENSORED].T, strict=True)]
    return [median if np.isfinite(median) else None for median in medians]


def known(delays: Array, censored: Array) -> Array:
    """Delays without those of runs that went wrong; infinite where no release came."""
    there = np.isfinite(delays)
    return np.where(censored[there] > 0, np.inf, delays[there]) if there.any() else np.array([np.inf])
