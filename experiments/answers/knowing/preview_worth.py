"""What a preview tells: the gain from choosing a policy after its first weeks were seen, and what these weeks cost.

A sample's worth (the expected value of sample information) by regression of costs on what was seen (Strong, Oakley, Brennan and Breeze
2015, 10.1177/0272989X15575286). What is seen is the weekly series under the previewing policy, up to the end of the preview.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lockgate.experiments.answers.knowing.information import Gain, joint_information
from lockgate.experiments.results.intervals import Interval, mean_interval
from lockgate.experiments.results.results import Results
from lockgate.experiments.text.numbers import days, money
from lockgate.sim.errors import InputError
from lockgate.sim.model.policy import LEVERS

Array = np.ndarray[Any, np.dtype[Any]]
HARM = "harm"  # of the week
PREVIEW = "preview_days"


@dataclass(frozen=True)
class PreviewWorth:
    """The gain from deciding at the end of the preview, on day `day`, and the harm of waiting until then.

    `waited` is the mean harm up to that day under the previewing policy, less that under the policy that is best as things are known, with
    its 95 % interval; None where weekly harm is not kept. What else waiting costs is not known to the model: `price` is the most that a day
    of it may cost.
    """

    policy: str
    day: int
    gain: Gain
    seen: tuple[str, ...]
    waited: tuple[float, float, float] | None

    @property
    def price(self) -> float:
        """US$ a day, below which it pays to wait and see; 0 where it never does."""
        return max(0.0, self.gain.value - (self.waited[0] if self.waited else 0.0)) / self.day

    def sentences(self) -> list[str]:
        """What it says."""
        first = f"What {days(self.day)} of {self.policy} show ({', '.join(name.replace('_', ' ') for name in self.seen)})"
        if not self.gain.value:
            return [f"{first} is worth nothing for the choice that can be told from chance: to wait in order to see more does not pay."]
        gain = self.gain
        said = [f"{first} is worth {money(gain.value)} [{money(gain.low, gain.value)}, {money(gain.high, gain.value)}] for the choice."]
        if self.waited:
            mean, low, high = self.waited
            said.append(
                f"Harm until then, less that under the best policy: {money(mean)} [{money(low, mean)}, {money(high, mean)}] on average."
            )
        said.append(f"To wait and see pays as long as a day of waiting costs less than {money(self.price)} besides.")
        return said

    def content(self) -> dict[str, Any]:
        """The same as plain content."""
        waited = dict(zip(("mean", "low", "high"), self.waited, strict=True)) if self.waited else None
        return {
            "policy": self.policy, "day": self.day, "seen": list(self.seen), "gain": self.gain.content(),
            "harm_waited": waited, "price_of_a_day": self.price,
        }  # fmt: skip


def previewing(results: Results) -> str | None:
    """The first policy beside the reference that sets how long a preview lasts; None where none does."""
    return next((policy.name for policy in results.policies[1:] if float(policy.levers.get(PREVIEW, 0)) > 0.0), None)


def preview_worth(results: Results, costs: Array, policy: str, day: int | None = None) -> PreviewWorth:
    """The worth of seeing a policy's first weeks, to the end of its preview or this day, from the costs (D, P) of each draw.

    Raises `InputError` for several worlds or points, an unknown policy, a study without weekly series, or a day before the first week ends.
    """
    if policy not in results.names:
        raise InputError(f"preview = {policy!r} must be a policy of this study: {', '.join(results.names)}")
    if not results.is_comparison:
        raise InputError("a preview is seen in one world at one point; choose them, such as where(world=..., point=0)")
    if not results.study.series:
        raise InputError("this study keeps no weekly series, which show what a preview tells; name some in its file (series), run it again")
    place = results.names.index(policy)
    last = int(results.policies[place].levers.get(PREVIEW, LEVERS[PREVIEW].default)) if day is None else day
    weeks = np.flatnonzero(results.days < max(last, 7))
    if not weeks.size:
        raise InputError(f"day = {last} is before the first week ends, on day {int(results.days[0])}")
    known, seen = observed(results, place, weeks)
    good = np.isfinite(np.column_stack([costs, known])).all(axis=1)
    waited = harm_of_waiting(results, place, int(costs[good].mean(axis=0).argmin()), weeks, good)
    return PreviewWorth(policy, int(results.days[weeks[-1]]) + 1, joint_information(costs[good], known[good]), seen, waited)


def observed(results: Results, place: int, weeks: Array) -> tuple[Array, tuple[str, ...]]:
    """What was seen by the last of these weeks, (D, columns): each series' last value, and its mean where there are several weeks."""
    columns, seen = [], []
    for name in results.study.series:
        series = results.weekly(name)[:, place, weeks]
        each = [series[:, -1], series.mean(axis=1)] if len(weeks) > 1 else [series[:, -1]]
        varied = [column for column in each if np.nanmax(column, initial=-np.inf) > np.nanmin(column, initial=np.inf)]
        columns += varied
        seen += [name] if varied else []
    return np.column_stack(columns) if columns else np.zeros((results.draws, 0)), tuple(seen)


def harm_of_waiting(results: Results, place: int, best: int, weeks: Array, good: Array) -> Interval | None:
    """Harm in these weeks under a policy, less that under the best one, in the draws that are good: mean and interval."""
    if HARM not in results.study.series:
        return None
    harm = results.weekly(HARM)[good][:, :, weeks].sum(axis=2)
    mean, low, high = (float(end) for end in mean_interval(harm[:, place] - harm[:, best]))
    return mean, low, high
