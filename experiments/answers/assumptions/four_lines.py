"""Four lines: a policy and the reference, under default and under changed assumptions, in the same draws.

The interaction is how much of what the change does depends on the policy: (B1 - A1) - (B0 - A0), draw by draw, where A is the reference,
B the policy, 0 the default and 1 the change. Where it is 0, the change moves both policies by as much.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np

from lockgate.experiments.answers.cases import HARM, Array, compared
from lockgate.experiments.results.compare import compare
from lockgate.experiments.results.intervals import mean_interval
from lockgate.experiments.results.results import Results
from lockgate.experiments.results.verdict import Verdict, verdict
from lockgate.experiments.text.numbers import money, number
from lockgate.scenarios import World, load_policy, load_world, with_parameters
from lockgate.scenarios.notation import shown
from lockgate.sim.errors import InputError
from lockgate.sim.model.policy import Policy

if TYPE_CHECKING:
    import pandas as pd

WEEKLY_HARM = "harm"
DEFAULT = "default assumptions"


@dataclass(frozen=True, eq=False)
class FourLines:
    """Harm (US$) of the reference and of a policy, under default and under changed assumptions, over D draws and T weeks.

    `weekly` is (2, 2, D, T): assumptions, policies, draws, weeks, of which `days` (T,) are the last days; `harm` (2, 2, D) is that of the
    whole run. `assumptions` are what the two are called. `effects` are the verdicts on the policy against the reference under each of
    them, `shifts` those on the change for the reference and for the policy, and `interaction` that on the difference of the effects.
    """

    reference: str
    policy: str
    assumptions: tuple[str, str]
    days: Array
    weekly: Array
    harm: Array
    effects: tuple[Verdict, Verdict]
    shifts: tuple[Verdict, Verdict]
    interaction: Verdict

    @property
    def draws(self) -> int:
        """D."""
        return int(self.harm.shape[2])

    @property
    def base(self) -> float:
        """The reference's mean harm under default assumptions, which percentages are of."""
        return float(self.harm[0, 0].mean())

    @property
    def cumulative(self) -> Array:
        """Harm up to the end of each week, (2, 2, D, T)."""
        return np.cumsum(self.weekly, axis=3)

    def frame(self) -> "pd.DataFrame":
        """One row a line and week: the mean of weekly and of cumulative harm, and the 95 % interval of the latter's."""
        import pandas as pd

        frames = []
        for number_, assumptions in enumerate(self.assumptions):
            for place, policy in enumerate((self.reference, self.policy)):
                mean, low, high = mean_interval(self.cumulative[number_, place])
                columns = {
                    "day": self.days,
                    "weekly": self.weekly[number_, place].mean(axis=0),
                    "cumulative": mean,
                    "low": low,
                    "high": high,
                }
                frames.append(pd.DataFrame({"assumptions": assumptions, "policy": policy, **columns}))
        return pd.concat(frames, ignore_index=True)

    def sentences(self) -> list[str]:
        """Whether the policy's effect depends on the change, what it is with and without it, and what the change does to each policy."""
        return [self.answer(), *(self.shift(place) for place in range(2))]

    def answer(self) -> str:
        """How the effect changes, and what may be said of the interaction."""
        before, after = (self.said(found) for found in self.effects)
        one, other = self.effects
        turned = one.is_clear and other.is_clear and one.direction != other.direction
        what = f"{self.policy}'s effect on harm {'turns' if turned else 'goes'} from {before} to {after}"
        points = self.said(self.interaction, unit="points")
        of = f"of {self.reference}'s harm under {self.assumptions[0]}"
        return f"With {self.assumptions[1]}, {what} {of}; interaction {points}: {self.told()}."

    def told(self) -> str:
        """What the interaction means."""
        if self.interaction.word == "same":
            return "the change does the same to both in every draw"
        if self.interaction.is_clear:
            return "the effect depends on the change"
        return "whether the effect depends on the change cannot be told"

    def shift(self, place: int) -> str:
        """What the change does to the harm under one policy."""
        name, found = (self.reference, self.policy)[place], self.shifts[place]
        if found.word == "same":
            return f"The change alone leaves harm under {name} as it is in every draw."
        return f"The change alone moves harm under {name} by {self.said(found)}."

    def said(self, found: Verdict, unit: str = "%") -> str:
        """A difference as a percentage of the reference's harm, with the interval of the mean, dollars and the verdict."""
        if not self.base:
            return f"{money(found.mean)} ({found.name})"
        mean, low, high = (signed(100.0 * end / self.base) for end in (found.mean, found.low, found.high))
        spread = f" [{low} to {high}]" if np.isfinite(found.low) else ""
        return f"{mean} {unit}{spread} ({money(found.mean)}; {found.name})"

    def content(self) -> dict[str, Any]:
        """The same as plain content; shares are of the reference's mean harm under default assumptions."""
        return {
            "reference": self.reference,
            "policy": self.policy,
            "assumptions": list(self.assumptions),
            "draws": self.draws,
            "reference_harm": self.base,
            "effects": {name: self.with_share(found) for name, found in zip(("default", "changed"), self.effects, strict=True)},
            "shifts": {name: self.with_share(found) for name, found in zip(("reference", "policy"), self.shifts, strict=True)},
            "interaction": self.with_share(self.interaction),
        }

    def with_share(self, found: Verdict) -> dict[str, Any]:
        """A verdict with its mean as a share of the reference's harm."""
        return {**found.content(), "share": found.mean / self.base if self.base else None}


def signed(value: float) -> str:
    """A percentage with its sign.

    >>> signed(7.24), signed(-6.0), signed(0.0)
    ('+7.2', '-6.0', '0.0')
    """
    text = number(value, 1)
    return f"+{text}" if value > 0.0 and text != "0.0" else text


def four_lines(
    policy: str | PathLike[str] | Policy,
    reference: str | PathLike[str] | Policy = "open-release",
    world: str | PathLike[str] | World = "baseline",
    changes: Mapping[str, object] | None = None,
    draws: int = 100,
    seed: int = 1,
    horizon_days: int = 540,
    *,
    threads: int | None = None,
) -> FourLines:
    """Run a policy and the reference in the same draws of a world, as it is and with other settings of some parameters (`changes`).

    What is not changed has the same value, and what is random the same luck, in both. Raises `InputError` where nothing is changed, or a
    parameter, a policy or the world is unknown or out of bounds.

    >>> four_lines("withhold", changes={"leak_hazard": 0.01}, draws=2, horizon_days=14).interaction.draws
    2
    """
    if not changes:
        raise InputError('changes = {} must have another setting of at least one parameter, such as {"leak_hazard": 0.005}')
    place = world if isinstance(world, World) else load_world(world)
    changed = with_parameters(place, changes)
    pair = [each if isinstance(each, Policy) else load_policy(each) for each in (reference, policy)]
    before, after = (
        compare(pair, each, draws, seed, horizon_days=horizon_days, threads=threads, ceiling=False) for each in (place, changed)
    )
    return four_lines_of(before, after, assumptions=(DEFAULT, changes_text(place, changes)))


def changes_text(world: World, changes: Mapping[str, object]) -> str:
    """What is changed, and what it was on central values."""
    return ", ".join(f"{name} {shown(value)} (default: {default_text(world, name)})" for name, value in changes.items())


def default_text(world: World, name: str) -> str:
    """A parameter's own value, or that it is sampled round its central one."""
    parameter = world.parameters[name]
    labels = {float(value): label for label, value in parameter.labels.items()}
    central = labels.get(float(parameter.default), f"{parameter.default:g}")
    return f"sampled, central {central}" if parameter.prior is not None else central


def four_lines_of(before: Results, after: Results, policy: str | None = None, assumptions: tuple[str, str] | None = None) -> FourLines:
    """The same from two comparisons of the same draws: that under default assumptions, and that under changed ones.

    `policy` is one of those compared (default: the second); the reference is the first. Raises `InputError` where the two do not have the
    same policies, draws, seed and horizon, or keep no weekly harm.
    """
    refuse_other_draws(before, after)
    place, _ = compared(before, policy)
    weekly = np.array([each.weekly(WEEKLY_HARM)[:, [0, place]].transpose(1, 0, 2) for each in (before, after)])
    harm = np.array([each.outcome(HARM)[:, [0, place]].T for each in (before, after)])
    whole = np.isfinite(harm).all(axis=(0, 1))
    (a0, b0), (a1, b1) = harm = harm[:, :, whole]
    return FourLines(
        before.labels[0],
        before.labels[place],
        assumptions or (before.world.name, after.world.name),
        before.days,
        weekly[:, :, whole],
        harm,
        (verdict(HARM, b0, a0), verdict(HARM, b1, a1)),
        (verdict(HARM, a1, a0), verdict(HARM, b1, b0)),
        verdict(HARM, b1 - a1, b0 - a0),
    )


def refuse_other_draws(before: Results, after: Results) -> None:
    """Raise `InputError` where two comparisons are not paired draw by draw, or are of several worlds or points."""
    for each in (before, after):
        if not each.is_comparison:
            raise InputError(f"study {each.study.name} has several worlds or points; choose one of each first, such as where(point=0)")
    asked = {
        "policies": [each.names for each in (before, after)],
        "draws": [each.selection.draws.tolist() for each in (before, after)],
        "seed": [each.seed for each in (before, after)],
        "horizon_days": [each.horizon_days for each in (before, after)],
    }
    differing = [name for name, (one, other) in asked.items() if one != other]
    if differing:
        raise InputError(f"the two comparisons differ in {', '.join(differing)}; run both with the same, so that draws are paired")
