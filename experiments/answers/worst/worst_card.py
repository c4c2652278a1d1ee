"""A card: one of the worst cases, what is special about it, and how to make it again."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lockgate.experiments.answers.cases import Cases, outcome_of
from lockgate.experiments.answers.divergence.examples import Ranked
from lockgate.experiments.answers.worst.enrichment import Trait, percentiles, sampled
from lockgate.experiments.results.results import Results
from lockgate.experiments.text.numbers import money, percent
from lockgate.experiments.text.story import CHANNELS

MOST_SHARED, MOST_FAR = 3, 5  # inputs of a card: those that mark the worst as a group, and all together
FAR = 0.25  # from the middle, in percentiles, from which on an input counts as far out


@dataclass(frozen=True)
class FarOut:
    """An input far out in its own distribution: its value, its percentile (0 to 1) of all draws, and whether the worst share that."""

    name: str
    value: float
    percentile: float
    shared: bool

    @property
    def said(self) -> str:
        """In a few words."""
        end, share = ("top", 1.0 - self.percentile) if self.percentile > 0.5 else ("bottom", self.percentile)
        return f"{self.name} {self.value:.4g} ({end} {math.ceil(100 * share)} %{', as in most of the worst' if self.shared else ''})"


@dataclass(frozen=True)
class Card:
    """One of the worst cases, `rank` 1 the worst of all.

    Harm is in US$, and `channels` maps each channel to it under the policy. `far_out` has the inputs farthest out, first those in which the
    worst as a group are unusual: of many inputs some are far out in any draw. `structures` says which value each switch and choice has,
    `factors` the point's levels. `replay` makes the run again beside the reference's.
    """

    rank: int
    draw: int
    world: str
    point: int
    run: int
    harm: float
    reference_harm: float | None
    channels: dict[str, float]
    far_out: tuple[FarOut, ...]
    structures: dict[str, str]
    factors: dict[str, str]
    replay: str
    several: bool

    @property
    def said(self) -> str:
        """The card as one line."""
        where = f"draw {self.draw}" + (f" of world {self.world} at point {self.point}" if self.several else "")
        levels = f" ({', '.join(f'{name} {label}' for name, label in self.factors.items())})" if self.factors else ""
        beside = f", and {money(self.reference_harm)} under the reference" if self.reference_harm is not None else ""
        largest = max(self.channels, key=lambda name: self.channels[name], default="")
        share = self.channels[largest] / self.harm if largest and self.harm > 0.0 else 0.0
        through = f", {percent(share)} through {CHANNELS[largest]}" if share else ""
        shared, others = (", ".join(each.said for each in self.far_out if each.shared == kind) for kind in (True, False))
        far = (f"; {shared}" if shared else "") + (f"; farthest out{' besides' if shared else ''}: {others}" if others else "")
        return f"{self.rank}. {where[0].upper()}{where[1:]}{levels}: {money(self.harm)}{through}{beside}{far}. Again: {self.replay}"

    @property
    def row(self) -> dict[str, Any]:
        """The card as a row of a table."""
        far = "; ".join(each.said for each in self.far_out)
        own = {name: getattr(self, name) for name in ("rank", "draw", "world", "point", "run", "harm", "reference_harm")}
        channels = {f"harm_{name}": value for name, value in self.channels.items()}
        return {**own, **channels, **self.factors, **self.structures, "far_out": far, "replay": self.replay}


def cards_of(results: Results, chosen: Ranked, cases: Cases, order: Sequence[int], shared: Sequence[Trait]) -> tuple[Card, ...]:
    """The cards of these cases, the worst first. `shared` are the traits of the worst as a group."""
    shape = results.selection.shape[:3]
    ranks = {name: np.repeat(each.ravel(), shape[2]) for name, each in percentiles(cases, shape).items()}
    kept = [name for name in CHANNELS if f"harm_{name}" in results.study.outcomes]
    channels = {name: outcome_of(results, f"harm_{name}")[:, chosen.place] for name in kept}
    made = []
    for rank, case in enumerate(order, 1):
        run = run_number(results, cases, case, chosen.place)
        made.append(
            Card(
                rank=rank,
                draw=int(cases.draws[case]),
                world=results.study.worlds[int(cases.worlds[case])].name,
                point=int(cases.points[case]),
                run=run,
                harm=float(chosen.harm[case]),
                reference_harm=float(chosen.reference_harm[case]) if chosen.place else None,
                channels={name: float(values[case]) for name, values in channels.items()},
                far_out=far_out(cases, ranks, case, shared),
                structures=structures_of(cases, case),
                factors={name: levels[case] for name, levels in factor_labels(cases).items()},
                replay=results.replay_command(run),
                several=shape[1] * shape[2] > 1,
            )
        )
    return tuple(made)


def run_number(results: Results, cases: Cases, case: int, place: int) -> int:
    """The number of the run of a case, under the policy at this place among those selected."""
    study, policy = results.study, int(results.selection.policies[place])
    draw_and_world = int(cases.draws[case]) * len(study.worlds) + int(cases.worlds[case])
    return (draw_and_world * study.point_count + int(cases.points[case])) * len(study.policies) + policy


def far_out(cases: Cases, ranks: dict[str, Any], case: int, shared: Sequence[Trait]) -> tuple[FarOut, ...]:
    """The inputs of a case that are farthest out: up to three that mark the worst, then others."""
    sides = {trait.name: trait.side for trait in shared}
    found = []
    for name, percentile in ((name, float(each[case])) for name, each in ranks.items()):
        marks = sides.get(name) == ("high" if percentile > 0.5 else "low")
        if abs(percentile - 0.5) >= FAR:
            found.append(FarOut(name, float(cases.inputs[name][case]), percentile, marks))
    found.sort(key=lambda each: -abs(each.percentile - 0.5))
    first = [each for each in found if each.shared][:MOST_SHARED]
    return tuple([*first, *(each for each in found if each not in first)][:MOST_FAR])


def structures_of(cases: Cases, case: int) -> dict[str, str]:
    """The label of each sampled switch and choice."""
    labels = {name: cases.labels(name) for name in sampled(cases)}
    return {name: known[float(cases.inputs[name][case])] for name, known in labels.items() if known}


def factor_labels(cases: Cases) -> dict[str, list[str]]:
    """The level of each factor in each case, as a file says it."""
    known = {name: cases.factors[name] for name in cases.inputs if name in cases.factors}
    return {name: [factor.label(factor.cast(value)) for value in cases.inputs[name].tolist()] for name, factor in known.items()}
