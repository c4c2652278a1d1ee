"""Regret: by how much a policy falls short of the best one in each state of the world, and how often its harm stays below a threshold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lockgate.experiments.answers.cases import HARM, Array
from lockgate.experiments.results.intervals import mean_interval, share_interval
from lockgate.experiments.results.verdict import Verdict, groups, leaders, verdicts
from lockgate.experiments.text.numbers import money, percent

if TYPE_CHECKING:
    import pandas as pd

# What is told apart by the methods for outcomes of the same kind: a flag, and a share, both better low.
FLAG, SHARE = "release_censored", "exposed_share"


@dataclass(frozen=True, eq=False)
class Regret:
    """The regret of P policies in S states: the expected cost of each, less the least one in that state.

    `least` (S,) is the policy with the least expected cost in each state, `against[s][p]` the verdict on each policy against it, whose mean
    is the regret, and `base` (S,) the reference's expected cost there. `worst` (P,) is the state in which each policy's regret is largest,
    and `minimax` has the policies that may be said to have the least largest regret.
    """

    names: tuple[str, ...]
    states: tuple[str, ...]
    least: Array
    against: tuple[tuple[Verdict, ...], ...]
    base: Array
    worst: Array
    minimax: tuple[int, ...]

    @property
    def regrets(self) -> Array:
        """(S, P), US$."""
        return np.array([[found.mean for found in row] for row in self.against])

    @property
    def largest(self) -> Array:
        """The largest regret of each policy, (P,), US$."""
        return np.asarray(self.regrets.max(axis=0))

    def frame(self) -> "pd.DataFrame":
        """One row a state and policy: the regret, its 95 % interval, its share of the reference's expected cost, and the verdict."""
        import pandas as pd

        rows = [
            {
                "state": state,
                "policy": name,
                "regret": found.mean,
                "low": found.low,
                "high": found.high,
                "share_of_reference": found.mean / self.base[number] if self.base[number] else np.nan,
                "verdict": found.name,
                "least": bool(self.least[number] == place),
                "draws": found.draws,
            }
            for number, state in enumerate(self.states)
            for place, (name, found) in enumerate(zip(self.names, self.against[number], strict=True))
        ]
        return pd.DataFrame(rows)

    def sentences(self) -> list[str]:
        """Whose largest regret is least, and where that of each policy is largest."""
        order = np.argsort(self.largest, kind="stable")
        first = int(order[0])
        others = [self.names[place] for place in self.minimax if place != first]
        told = f"which cannot be told apart from that of {', '.join(others)}" if others else "clearly less than that of every other policy"
        said = [f"The least largest regret over {len(self.states)} states is that of {self.names[first]}, {self.at(first)}, {told}."]
        said += [f"{self.names[place]}: largest regret {self.at(int(place))}." for place in order[1:]]
        return said

    def at(self, place: int) -> str:
        """The largest regret of a policy, and in which state."""
        number = int(self.worst[place])
        found, base = self.against[number][place], self.base[number]
        if found.word == "same":
            return "0 in every state"
        share = f"{percent(found.mean / base, 1)} of {self.names[0]}'s, " if base else ""
        spread = f" [{money(found.low, like=found.mean)} to {money(found.high, like=found.mean)}]" if np.isfinite(found.low) else ""
        return f"{share}{money(found.mean)}{spread} ({found.name}) where {self.states[number]}"

    def content(self) -> dict[str, Any]:
        """The same as plain content."""
        return {
            "states": {
                state: {
                    "least": self.names[int(self.least[number])],
                    "policies": dict(zip(self.names, (found.content() for found in self.against[number]), strict=True)),
                }
                for number, state in enumerate(self.states)
            },
            "largest": {
                name: {"regret": float(self.largest[place]), "state": self.states[int(self.worst[place])]}
                for place, name in enumerate(self.names)
            },
            "minimax": [self.names[place] for place in self.minimax],
        }


def regret(names: Sequence[str], states: Mapping[str, Array]) -> Regret:
    """Regret from the cost of P policies in each state, (D, P), of which the rows of draws that are not in a state are NaN there."""
    means = np.array([np.nanmean(cost, axis=0) for cost in states.values()])
    least = np.argmin(means, axis=1)
    against = tuple(
        tuple(verdicts(HARM, cost, np.repeat(cost[:, [best]], len(names), axis=1)))  # a cost is money, as harm is
        for cost, best in zip(states.values(), least, strict=True)
    )
    worst = np.argmax(means - means.min(axis=1, keepdims=True), axis=0)
    minimax = leaders(HARM, shares_of_largest(list(states.values()), least, worst))
    return Regret(tuple(names), tuple(states), least, against, means[:, 0], worst, tuple(minimax))


def shares_of_largest(states: Sequence[Array], least: Array, worst: Array) -> Array:
    """What each draw adds to the largest regret of each policy, (D, P): the means of its columns are the largest regrets.

    In the state in which a policy's regret is largest it is the draw's own difference, over the share of draws that are in the state. Which
    state that is, and which policy is best there, is taken as known, as Danskin's theorem allows where both are unique.
    """
    columns = []
    for place, number in enumerate(worst):
        cost = states[number]
        difference = cost[:, place] - cost[:, least[number]]
        inside = np.isfinite(difference)
        columns.append(np.where(inside, difference, 0.0) / np.mean(inside))
    return np.column_stack(columns)


@dataclass(frozen=True, eq=False)
class Satisficing:
    """In which share of draws the harm of each of P policies stays at or below a threshold, with the 95 % interval of the share.

    `threshold` says it in words. `groups` are policies in order, the most often below first, in groups that cannot be told apart from
    their first.
    """

    names: tuple[str, ...]
    threshold: str
    share: Array
    low: Array
    high: Array
    groups: tuple[tuple[int, ...], ...]

    def frame(self) -> "pd.DataFrame":
        """One row a policy: the share, its interval, and the group, from 1 on."""
        import pandas as pd

        group = {place: number for number, found in enumerate(self.groups, start=1) for place in found}
        return pd.DataFrame(
            {
                "policy": self.names,
                "share": self.share,
                "low": self.low,
                "high": self.high,
                "group": [group[place] for place in range(len(self.names))],
            }
        )

    def sentences(self) -> list[str]:
        """The groups, with their shares."""
        said = []
        for number, found in enumerate(self.groups):
            what = f"Harm stays {self.threshold}" if number == 0 else "Then"
            apart = ", which cannot be told apart" if len(found) > 1 else ""
            each = ", ".join(f"{self.names[place]} in {self.said(place)}" for place in found)
            said.append(f"{what}{' most often' if number == 0 and len(self.groups) > 1 else ''}: {each}{apart}.")
        return said

    def said(self, place: int) -> str:
        """A share and its interval."""
        spread = f" [{percent(self.low[place])} to {percent(self.high[place])}]" if np.isfinite(self.low[place]) else ""
        return f"{percent(self.share[place])} of draws{spread}"

    def content(self) -> dict[str, Any]:
        """The same as plain content."""
        each = zip(self.names, self.share.tolist(), self.low.tolist(), self.high.tolist(), strict=True)
        return {
            "threshold": self.threshold,
            "policies": {name: {"share": share, "low": low, "high": high} for name, share, low, high in each},
            "groups": [[self.names[place] for place in found] for found in self.groups],
        }


def satisficing(names: Sequence[str], harm: Array, below: float | None = None) -> Satisficing:
    """How often harm (D, C, P), in C cases of each draw, is at or below the threshold.

    It is the median of the reference's harm over all cases; or, where `below` is given, that share less than the reference's in the same
    case.
    """
    base = harm[:, :, [0]]
    limit = np.median(base) if below is None else (1.0 - below) * base
    told = f"at or below {money(float(limit))} (the median under {names[0]})" if below is None else by_share(below, names[0])
    above = (harm > limit).mean(axis=1)
    if harm.shape[1] == 1:
        share, low, high = share_interval(np.sum(above == 0.0, axis=0), len(above))
    else:
        share, low, high = (np.clip(end, 0.0, 1.0) for end in mean_interval(1.0 - above))
    found = groups(FLAG if harm.shape[1] == 1 else SHARE, above)
    return Satisficing(tuple(names), told, share, low, high, tuple(map(tuple, found)))


def by_share(below: float, reference: str) -> str:
    """The threshold in words."""
    return f"{percent(below)} or more below that under {reference} in the same draw"
