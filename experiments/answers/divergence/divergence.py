"""Divergence: the first event in which two paired runs differ, and what followed from it, up to the outcome.

Two runs of one draw have the same world, actors and luck, so all that differs between them follows from their policies. Events are compared
as multisets of lines of the two logs: day, kind, who, whom, system and value. A policy may also act without an event, on what a lab plans
or an organisation knows; then the first difference of state (`experiments.results.pairing`) comes before the first event.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from lockgate.experiments.answers.cases import HARM, compared
from lockgate.experiments.answers.divergence.chain import Happening, chain, first_lines, incident_counts, told
from lockgate.experiments.answers.divergence.examples import by_share, typical
from lockgate.experiments.answers.divergence.traced import Traced, displacement_of, unmatched
from lockgate.experiments.results.pairing import Run, first_difference
from lockgate.experiments.results.results import Results
from lockgate.experiments.results.source import InMemory
from lockgate.experiments.text.numbers import count, money
from lockgate.experiments.text.story import CHANNELS
from lockgate.sim.engine.kinds import Kinds
from lockgate.sim.engine.runs import why_not_compiled
from lockgate.sim.errors import InputError
from lockgate.sim.model.vocabulary import Channel

MOST_FIELDS = 3  # of a state, that a sentence names
MOST_MOVES = 2  # sentences on where operations went
WORDS = {Channel.NO_MODEL: "no system"} | {Channel[name.upper()]: words for name, words in CHANNELS.items()}


@dataclass(frozen=True)
class Divergence:
    """How a run under `policy` came to differ from that under `reference` in the same draw.

    `first` is the first line that one of the logs has and the other has not, `instead` the first such line of the other log on the same
    day; None where there is none. `state_day` is the first day at whose end the states differ (-1: before day 0), and `state` the fields.
    `chain` has what followed, in order. `incidents` counts those in both runs, under the reference alone and under the policy alone.
    `displacement`, 5 by 5, counts operations by channel under the reference (rows) and under the policy (columns), and `outcomes` maps
    every outcome to its value under both. `events` has the days of all lines that are in one log only, for each of the two
    policies, and `weeks` the last day of each week, with the harm (US$) up to then under both.
    """

    reference: str
    policy: str
    where: str
    horizon_days: int
    first: Happening | None
    instead: Happening | None
    state_day: int | None
    state: tuple[str, ...]
    chain: tuple[Happening, ...]
    events: tuple[tuple[int, ...], tuple[int, ...]]
    incidents: tuple[int, int, int]
    displacement: tuple[tuple[int, ...], ...]
    outcomes: dict[str, tuple[float, float]]
    weeks: tuple[tuple[int, float, float], ...] = field(repr=False)
    example: str = ""

    @property
    def day(self) -> int | None:
        """The day of the first event that differs."""
        return self.first.day if self.first else None

    @property
    def total(self) -> tuple[float, float]:
        """Model-enabled harm (US$) under the reference and under the policy."""
        return self.outcomes[HARM]

    @property
    def harm(self) -> dict[str, tuple[float, float]]:
        """The same by channel."""
        return {name: self.outcomes[f"harm_{name}"] for name in CHANNELS}

    @property
    def used(self) -> dict[str, tuple[int, int]]:
        """Operations by channel under the reference and under the policy."""
        counts = np.array(self.displacement)
        return {channel.label: (int(counts[channel].sum()), int(counts[:, channel].sum())) for channel in Channel}

    def sentences(self) -> list[str]:
        """Where the runs part, what followed, where misuse went instead, and what that did to harm."""
        return [
            *self.said_first,
            *(each.said(self.reference) for each in self.chain),
            *self.said_incidents,
            *self.said_moves,
            self.said_harm,
        ]

    @property
    def said_first(self) -> list[str]:
        """The first difference."""
        between = f"under {self.reference} and under {self.policy}"
        chosen = [f"The draw is {self.example}."] if self.example else []
        if self.first is None and self.state_day is None:
            same = f"In {self.where} the runs {between} are the same in every event and field, on all {self.horizon_days} days."
            return [same, *chosen]
        if self.first is None:
            return [f"In {self.where} the logs {between} are the same on all {self.horizon_days} days.", *chosen, *self.said_state]
        here = f"In {self.where} the first event that differs {between} is on day {self.first.day}."
        lines = [f"Under {each.policy}: {each.text}" for each in (self.first, self.instead) if each]
        if not self.instead:
            lines.append(
                f"Under {self.reference if self.first.policy == self.policy else self.policy} nothing else happens on that day instead."
            )
        return [here, *chosen, *lines, *self.said_state]

    @property
    def said_state(self) -> list[str]:
        """The first difference of state, where no event shows it."""
        if self.state_day is None or (self.day is not None and self.state_day >= self.day):
            return []
        fields = ", ".join(name.replace("_", " ").replace(".", ": ") for name in self.state[:MOST_FIELDS])
        more = f" and {len(self.state) - MOST_FIELDS} more" if len(self.state) > MOST_FIELDS else ""
        when = f"by the end of day {self.state_day}" if self.state_day >= 0 else "before day 0"
        return [f"No event shows that the runs already differ {when}, in {count(len(self.state), 'field')} ({fields}{more})."]

    @property
    def said_incidents(self) -> list[str]:
        """Which incidents happened in one run only."""
        both, before, after = self.incidents
        if not before + after:
            return []
        alone = f"{before:,} only under {self.reference}, and {after:,} only under {self.policy}"
        return [f"{count(both, 'incident')} {'happens' if both == 1 else 'happen'} in both runs, {alone}."]

    @property
    def said_moves(self) -> list[str]:
        """Where operations went from the channels that lost most of them."""
        counts = np.array(self.displacement)
        moved = counts.sum(axis=1) - np.diag(counts)
        if not moved.any():
            return ["Every operation uses the same channel in both runs."] if self.first else []
        return [self.said_move(Channel(row), counts[row]) for row in np.argsort(-moved, kind="stable")[:MOST_MOVES].tolist() if moved[row]]

    def said_move(self, channel: Channel, row: np.ndarray[Any, np.dtype[Any]]) -> str:
        """Which channels the operations of one channel used under the policy."""
        others = [Channel(place) for place in np.argsort(-row, kind="stable").tolist() if place != channel and row[place]]
        still = f"{row[channel]:,} still use {'none' if channel == Channel.NO_MODEL else 'them'}"
        went = listed([still, *(f"{row[other]:,} use {WORDS[other]}" for other in others)])
        them = count(int(row.sum()), "operation")
        return f"Of the {them} with {WORDS[channel]} under {self.reference}, under {self.policy} {went}."

    @property
    def said_harm(self) -> str:
        """The harm in this draw, and through which channels it changed."""
        before, after = self.total
        if before == after:
            return f"Model-enabled harm in this draw is the same under both: {money(before)}."
        share = f"{by_share(abs(after - before) / before)} " if before > 0.0 else ""
        total = f"Model-enabled harm in this draw is {share}{sided(after - before)} under {self.policy}"
        changes = sorted(((two - one, name) for name, (one, two) in self.harm.items() if one != two), key=lambda each: -abs(each[0]))
        parts = [f"{money(abs(change))} {sided(change)} through {CHANNELS[name]}" for change, name in changes]
        sizes = f"{money(abs(after - before))} of {money(before)}"
        return f"{total} ({sizes}): {listed(parts)}." if parts else f"{total} ({sizes})."

    def content(self) -> dict[str, Any]:
        """The same as plain content."""
        return {**asdict(self), "day": self.day, "operations": self.used}


def sided(change: float) -> str:
    """Which way a number changed."""
    return "less" if change < 0.0 else "more"


def listed(parts: Sequence[str]) -> str:
    """Parts of a sentence with commas, and "and" before the last.

    >>> listed(["a", "b", "c"]), listed(["a"])
    ('a, b and c', 'a')
    """
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def divergence(results: Results, policy: str | None = None, draw: int | None = None) -> Divergence:
    """How the run under a policy (default: the second) came to differ from the reference's in one draw (default: the typical one).

    Both runs are made again. Where there are several worlds or points, choose one of each first, with `where`, or leave the draw to this
    function: the typical one has a world and a point. Raises `InputError` where there is no such policy or draw, or a run that is made
    again has another harm than the results tell of.
    """
    place, base = compared(results, policy)
    example = typical(results, results.names[place]) if draw is None else None
    chosen = results.where(draw=example.draw if example else draw)
    if example:
        chosen = chosen.where(world=example.world, point=example.point)
    runs = run_of(chosen, base), run_of(chosen, place)
    where = f"draw {int(chosen.selection.draws[0])} of world {chosen.world.name}"
    if results.study.point_count > 1:
        where += f" at point {int(chosen.selection.points[0])}"
    found = divergence_of(*runs, results.horizon_days, where, kinds_of(results), (results.labels[base], results.labels[place]))
    return replace(found, example=example.note.partition(", ")[2]) if example else found


def divergence_of(
    reference: Run, other: Run, horizon_days: int, where: str, kinds: Kinds = None, labels: tuple[str, str] | None = None
) -> Divergence:
    """How two runs of one world and seed came to differ. Raises `InputError` where a run has other outcomes than it is said to have.

    `labels` are what their policies are called, where that is not their names. Raises it too for kinds of agents that only Mesa can run.
    """
    if why := why_not_compiled(kinds):
        raise InputError(f"runs of these kinds of agents cannot be set side by side, as only Mesa can run them: {why}")
    called = labels or (reference.policy.name, other.policy.name)
    made = [Traced.of(run, horizon_days, kinds, label) for run, label in zip((reference, other), called, strict=True)]
    one, two = (checked(run, each) for run, each in zip((reference, other), made, strict=True))
    only = unmatched(one.events, two.events), unmatched(two.events, one.events)
    lines = first_lines((one, two), only)
    first, instead = (told(*line) if line else None for line in lines)
    state = first_difference(reference, other, horizon_days, kinds)
    return Divergence(
        reference=one.policy,
        policy=two.policy,
        where=where,
        horizon_days=horizon_days,
        first=first,
        instead=instead,
        state_day=state.day if state else None,
        state=state.what if state else (),
        chain=chain((one, two), only, [line for line in lines if line]),
        events=(tuple(one.events.day[only[0]].tolist()), tuple(two.events.day[only[1]].tolist())),
        incidents=incident_counts(one.events, two.events),
        displacement=tuple(map(tuple, displacement_of(one, two).tolist())),
        outcomes={name: (value, two.outcomes[name]) for name, value in one.outcomes.items()},
        weeks=tuple(zip(one.tables["weeks"]["day"].tolist(), one.harm_so_far, two.harm_so_far, strict=True)),
    )


def run_of(results: Results, place: int) -> Run:
    """The run of the only draw, world and point of some results, under the policy at this place."""
    drawn = results.ensemble
    kept = {name: float(values[0, place]) for name, values in results.outcomes(None).items() if np.isfinite(values[0, place])}
    return Run(drawn.worlds[:1], results.policies[place], int(drawn.seeds[0]), kept)


def checked(run: Run, made: Traced) -> Traced:
    """A run made again, unless its outcomes are not those that are told of it."""
    unlike = [name for name, value in (run.outcomes or {}).items() if made.outcomes[name] != value]
    if unlike:
        name, said = unlike[0], (run.outcomes or {})[unlike[0]]
        raise InputError(
            f"the run under {run.policy.name}, made again, has {name} = {made.outcomes[name]:g}, and the results have {said:g}: "
            f"another version of the model made them; make them again with this one"
        )
    return made


def kinds_of(results: Results) -> Kinds:
    """The kinds of agents in place of the model's own. Raises `InputError` where a folder tells of some: it names no code to run."""
    plan = results.source.plan if isinstance(results.source, InMemory) else results.plan
    return plan.classes or None
