"""What a search found: policies that nobody wrote, judged in fresh draws beside the policies that have a name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lockgate.experiments.answers.assumptions.four_lines import signed
from lockgate.experiments.answers.cases import HARM, Array
from lockgate.experiments.answers.choice.frontier import BENEFIT, CENSORED, DELAY, Frontier, said_delay
from lockgate.experiments.results.verdict import Verdict, verdict
from lockgate.experiments.search.optimise import Point
from lockgate.experiments.search.space import Span
from lockgate.experiments.text.numbers import count, number, scale
from lockgate.scenarios import World
from lockgate.sim.model.outcomes import OUTCOMES
from lockgate.sim.model.policy import LEVERS, Policy, Value

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Search:
    """What a search found: T trials in D draws, and P policies in F fresh ones, the reference and other named ones first.

    `policies` are those judged, of which the last `len(found)` were found. `trials` are the points tried, `values` (T, O) the means of the
    objectives over the draws of the search, and `reference_values` (O,) those of the reference. `optimism` (found, O) is the difference
    from the reference in the search's draws less that in the fresh ones, in the outcomes' units. `fresh` maps outcomes to (F, P).
    """

    base: Policy
    world: World
    space: tuple[Span, ...]
    objectives: tuple[str, ...]
    draws: int
    seed: int
    horizon_days: int
    trials: tuple[Point, ...]
    values: Array
    reference_values: Array
    policies: tuple[Policy, ...]
    found: tuple[Point, ...]
    optimism: Array
    fresh: Mapping[str, Array]
    frontier: Frontier

    @property
    def names(self) -> tuple[str, ...]:
        """The policies judged, (P,)."""
        return self.frontier.names

    @property
    def first_found(self) -> int:
        """The place of the first policy that the search found; those before it have a name."""
        return len(self.policies) - len(self.found)

    @property
    def winners(self) -> list[int]:
        """The places of the policies found that no other one dominates in the fresh draws, and that do what no named one does."""
        return [place for place in self.frontier.kept if place >= self.first_found and not self.is_copy(place)]

    def is_copy(self, place: int) -> bool:
        """Whether a named policy has the same of every objective in every draw."""
        columns = [self.fresh[name] for name in self.objectives]
        return any(all((each[:, place] == each[:, other]).all() for each in columns) for other in range(self.first_found))

    @property
    def best_named(self) -> list[int]:
        """The named policies that no other named one dominates."""
        return [place for place in range(self.first_found) if all(by >= self.first_found for by in self.frontier.dominated_by[place])]

    @property
    def beaten(self) -> dict[int, int]:
        """Those of the best named policies that found ones dominate, and which of these is the best in the first objective."""
        first = self.frontier.values[self.objectives[0]].mean(axis=0) * (1.0 if OUTCOMES[self.objectives[0]].better == "low" else -1.0)
        better = {place: [each for each in self.frontier.dominated_by[place] if each in self.winners] for place in self.best_named}
        return {place: min(by, key=lambda each: first[each]) for place, by in better.items() if by}

    def delay(self, place: int) -> str:
        """The release delay of a policy."""
        return said_delay(float(self.fresh[DELAY][:, place].mean()), float(self.fresh[CENSORED][:, place].mean()), self.horizon_days)

    def changes(self, place: int) -> dict[str, Value]:
        """The levers searched as a policy that was found has them: those that differ from the base policy's."""
        point, base = self.found[place - self.first_found], levers_of(self.base)
        return {lever: value for lever, value in point.items() if value != base[lever]}

    def described(self, place: int) -> str:
        """A policy that was found, by the levers that differ from the base policy's."""
        return ", ".join(f"{lever} {str(value).lower()}" for lever, value in self.changes(place).items()) or f"as {self.base.name}"

    def against(self, outcome: str, place: int, other: int) -> Verdict:
        """The verdict on one policy against another one in the fresh draws."""
        return verdict(outcome, self.fresh[outcome][:, place], self.fresh[outcome][:, other])

    def difference(self, outcome: str, place: int, other: int) -> str:
        """A difference with its interval, in percent of the reference's mean where that is not 0, and the verdict."""
        found = self.against(outcome, place, other)
        if found.word == "same":
            return f"{OUTCOMES[outcome].short} the same in every draw"
        return f"{OUTCOMES[outcome].short} {amount(outcome, found, self.base_of(outcome))} ({found.name})"

    def base_of(self, outcome: str) -> float:
        """The reference's mean in the fresh draws."""
        return float(self.fresh[outcome][:, 0].mean())

    def frame(self) -> "pd.DataFrame":
        """One row a policy judged: whether it was found, its levers, and what the fresh draws say of it."""
        import pandas as pd

        table: dict[str, Any] = {"policy": self.names, "found": [place >= self.first_found for place in range(len(self.names))]}
        for outcome in dict.fromkeys((*self.objectives, HARM, BENEFIT)):
            against = [self.against(outcome, place, 0) for place in range(len(self.names))]
            table[outcome] = self.fresh[outcome].mean(axis=0)
            table |= {f"{outcome}_difference": [each.mean for each in against], f"{outcome}_low": [each.low for each in against]}
            table |= {f"{outcome}_high": [each.high for each in against], f"{outcome}_verdict": [each.name for each in against]}
        never = self.fresh[CENSORED].mean(axis=0)
        table |= {DELAY: np.where(never == 1.0, np.nan, self.fresh[DELAY].mean(axis=0)), "not_public": never}
        table["dominated_by"] = [", ".join(self.names[by] for by in each) for each in self.frontier.dominated_by]
        levers = [levers_of(policy) for policy in self.policies]
        table |= {span.lever: [each[span.lever] for each in levers] for span in self.space}
        return pd.DataFrame(table)

    def trials_frame(self) -> "pd.DataFrame":
        """One row a point tried: its levers, and the means of the objectives over the draws of the search."""
        import pandas as pd

        columns: dict[str, Any] = {span.lever: [point[span.lever] for point in self.trials] for span in self.space}
        return pd.DataFrame(columns | {name: self.values[:, place] for place, name in enumerate(self.objectives)})

    def sentences(self) -> list[str]:
        """Whether policies that nobody wrote beat named ones, which they are, and how optimistic the search was."""
        return [
            self.answer(),
            *(self.said_beaten(place, by) for place, by in self.beaten.items()),
            *self.said_winners(),
            *self.said_optimism(),
        ]

    def answer(self) -> str:
        """Whether policies that nobody wrote dominate named ones."""
        names, fresh = len(self.best_named), len(self.fresh[HARM])
        tried = (
            f"Of {count(len(self.trials), 'policy', 'policies')} that nobody wrote, {len(self.found)} were judged in {fresh} fresh draws"
        )
        axes = f"clearly better in one of {self.frontier.axes}, and clearly worse in none; each verdict is at 95 % for itself"
        named = f"{names} named policies that no other named one dominates"
        if self.beaten:
            return f"{tried}: they dominate {len(self.beaten)} of the {named} ({axes})."
        return f"{tried}: none dominates any of the {named} ({axes})."

    def said_beaten(self, place: int, by: int) -> str:
        """By which policy a named one is beaten, and by how much."""
        differences = "; ".join(self.difference(outcome, by, place) for outcome in self.objectives)
        delays = f"release delay {self.delay(by)} ({self.names[place]}: {self.delay(place)})"
        return f"{self.names[by]}, which nobody wrote, dominates {self.names[place]}: {differences}; {delays}."

    def said_winners(self) -> list[str]:
        """The policies found that none dominates: their levers, and how they differ from the reference."""
        if not self.winners:
            return ["Every policy that the search found is dominated in the fresh draws."]
        return [
            f"{self.names[place]} ({self.described(place)}), against {self.names[0]}: "
            f"{'; '.join(self.difference(outcome, place, 0) for outcome in self.objectives)}; release delay {self.delay(place)}."
            for place in self.winners
        ]

    def said_optimism(self) -> list[str]:
        """By how much the search's own draws flattered what it chose, on average."""
        if not self.found:
            return []
        said = []
        for place, outcome in enumerate(self.objectives):
            mean = float(self.optimism[:, place].mean())
            word = "better" if (mean < 0.0) == (OUTCOMES[outcome].better == "low") else "worse"
            unit, size = unit_of(outcome, mean, self.base_of(outcome))
            said.append(f"{OUTCOMES[outcome].short} {written(unit, number(abs(mean) / size, 2))} {word}")
        return [f"Search estimates against fresh ones, differences from {self.names[0]}, mean over what was found: {', '.join(said)}."]

    def content(self) -> dict[str, Any]:
        """The same as plain content."""
        return {
            "base": self.base.name,
            "world": self.world.name,
            "levers": [span.text for span in self.space],
            "objectives": list(self.objectives),
            "trials": len(self.trials),
            "draws": self.draws,
            "fresh_draws": len(self.fresh[HARM]),
            "seed": self.seed,
            "horizon_days": self.horizon_days,
            "reference": self.names[0],
            "found": {
                self.names[place]: {
                    "levers": dict(self.found[place - self.first_found]),
                    "dominated_by": [self.names[by] for by in self.frontier.dominated_by[place]],
                    "dominates": [self.names[each] for each, by in enumerate(self.frontier.dominated_by) if place in by],
                    "release_delay": self.delay(place),
                    **{outcome: self.against(outcome, place, 0).content() for outcome in self.objectives},
                    "optimism": dict(zip(self.objectives, self.optimism[place - self.first_found].tolist(), strict=True)),
                }
                for place in range(self.first_found, len(self.names))
            },
            "beaten": {self.names[place]: self.names[by] for place, by in self.beaten.items()},
            "frontier": [self.names[place] for place in self.frontier.kept],
        }


def unit_of(outcome: str, largest: float, base: float) -> tuple[str, float]:
    """The unit of differences of which this is the largest: percent of the reference's mean where that is not 0. And its size."""
    return ("%", abs(base) / 100.0) if base else scale(OUTCOMES[outcome].unit, abs(largest))


def written(unit: str, text: str) -> str:
    """A number and its unit.

    >>> written("%", "-2.0"), written("US$ million", "+3.1"), written("days", "4.0")
    ('-2.0 %', '+US$ 3.1 million', '4.0 days')
    """
    if not unit.startswith("US$"):
        return f"{text} {unit}".rstrip()
    sign = text[0] if text[0] in "+-" else ""
    return f"{sign}US$ {text.removeprefix(sign)}{unit.removeprefix('US$')}"


def amount(outcome: str, found: Verdict, base: float) -> str:
    """A difference and its interval.

    >>> from lockgate.experiments.results.verdict import decided
    >>> amount("model_enabled_harm", decided("model_enabled_harm", -2e6, -3e6, -1e6, 100, 60, 40), 1e8)
    '-2.0 % [-3.0 to -1.0]'
    >>> amount("benefit_forgone", decided("benefit_forgone", 2e6, 1e6, 3e6, 100, 60, 40), 0.0)
    '+US$ 2.0 million [+1.0 to +3.0]'
    """
    unit, size = unit_of(outcome, max(abs(found.mean), *(abs(end) for end in (found.low, found.high) if np.isfinite(end)), 0.0), base)
    mean, low, high = (signed(end / size) for end in (found.mean, found.low, found.high))
    return f"{written(unit, mean)} [{low} to {high}]" if np.isfinite(found.low) else written(unit, mean)


def levers_of(policy: Policy) -> dict[str, Value]:
    """The levers of a policy on day 0."""
    return {name: lever.type(policy.levers.get(name, lever.default)) for name, lever in LEVERS.items()}
