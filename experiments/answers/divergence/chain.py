"""The chain of events after two paired runs first differ: what is in one log only, or on another day in each."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lockgate.experiments.answers.divergence.traced import Array, Traced
from lockgate.experiments.text.story import said
from lockgate.sim.model.vocabulary import EventKind

MOST = 5  # events that a chain has
# Kinds of note, by how much hangs on them: 0 first. Applications, tests, bans and incidents are too many to be told one by one.
RANKS = {
    EventKind.DIRECTIVE: 0, EventKind.PUBLIC: 1, EventKind.GUARDED: 1, EventKind.WEIGHTS: 1, EventKind.COMPLIED: 2, EventKind.PROGRAMME: 2,
    EventKind.HOLD: 2, EventKind.THEFT: 2, EventKind.APPROVED: 2, EventKind.LEAK: 2, EventKind.FRAMEWORK: 3, EventKind.LOOT: 3,
    EventKind.BYPASS: 3, EventKind.EXTENDED: 3, EventKind.RESTORED: 3, EventKind.PARTLY_RESTORED: 3, EventKind.WAVE: 4,
    EventKind.ACCESS_ENDED: 4, EventKind.DECLINED: 4, EventKind.STRIPPED: 5, EventKind.HARDENED: 5, EventKind.FIXED: 5,
}  # fmt: skip
FIRST_SYSTEM = -1.5  # by which an event of the covered lab's first system counts for more
Line = tuple[Traced, int]  # a run, and the place of a line in its log


@dataclass(frozen=True)
class Happening:
    """An event that the run under `policy` has on this day and the other run has not: there it is on `other_day`, or never (None).

    `kind` is its label, `text` the sentence that a story has for it, and `times` how many events of its kind differ in the same way.
    """

    day: int
    kind: str
    policy: str
    text: str
    system: int
    other_day: int | None = None
    times: int = 1

    def said(self, reference: str) -> str:
        """The event as a sentence."""
        more = f" (the first of {self.times:,} such differences)" if self.times > 1 else ""
        if self.other_day is None:
            return f"Day {self.day}, only under {self.policy}{more}: {self.text}"
        return f"Day {self.day} under {self.policy}, and day {self.other_day} under {reference}{more}: {self.text}"


def told(run: Traced, place: int, other_day: int | None = None, times: int = 1) -> Happening:
    """A line of a log."""
    event = run.events[place]
    text = said(event, run.cast)
    return Happening(int(event.day), EventKind(event.kind).label, run.policy, text, int(event.system), other_day, times)


def first_lines(runs: tuple[Traced, Traced], only: tuple[Array, Array]) -> tuple[Line | None, Line | None]:
    """The first line that one of two logs has alone, and the first one that the other has alone on that day; None where there is none.

    Of two on one day the earlier in its log comes first; of these, the second run's.
    """
    backwards = zip(runs[::-1], only[::-1], strict=True)  # sorting keeps the order of what is equal
    order = sorted(
        ((run, int(np.argmax(mask))) for run, mask in backwards if mask.any()), key=lambda line: (int(line[0].events[line[1]].day), line[1])
    )
    days = [int(run.events[place].day) for run, place in order]
    return (order[0] if order else None), (order[1] if len(order) > 1 and days[1] == days[0] else None)


def chain(runs: tuple[Traced, Traced], only: tuple[Array, Array], told_already: Sequence[Line]) -> tuple[Happening, ...]:
    """What differs after the first difference and is of note, in order of days: the first event of each kind and run, at most five."""
    ranked: list[tuple[float, int, Happening]] = []
    groups: dict[tuple[int, str], list[tuple[Line, int | None]]] = {}
    for line, other_day in differing(runs, only):
        event = line[0].events[line[1]]
        side = "both" if other_day is not None else line[0].policy
        groups.setdefault((int(event.kind), side), []).append((line, other_day))
    for (kind, _), lines in groups.items():
        (run, place), other_day = lines[0]
        if (run, place) in told_already:
            continue
        rank = RANKS[EventKind(kind)] + FIRST_SYSTEM * run.cast.is_first(int(run.events[place].system))
        each = told(run, place, other_day, len(lines))
        ranked.append((rank, each.day, each))
    chosen = sorted(ranked, key=lambda each: each[:2])[:MOST]
    return tuple(each for _, _, each in sorted(chosen, key=lambda each: each[1]))


def differing(runs: tuple[Traced, Traced], only: tuple[Array, Array]) -> Iterator[tuple[Line, int | None]]:
    """Lines of note of one log only; those that the other log has on another day once, with that day.

    A line that the other log has on the same day, with another value, does not count.
    """
    before, after = (dict(keyed(run.events, mask)) for run, mask in zip(runs, only, strict=True))
    for key, place in after.items():
        other = before.pop(key, None)
        day = None if other is None else int(runs[0].events[other].day)
        if day != int(runs[1].events[place].day):
            yield (runs[1], place), day
    for place in before.values():
        yield (runs[0], place), None


Key = tuple[int, int, int, int, int]


def keyed(events: Any, mask: Array) -> Iterator[tuple[Key, int]]:
    """The lines of note among some of a log: what happened to whom for the n-th time, and the place of the line."""
    seen: Counter[tuple[int, int, int, int]] = Counter()
    for place in np.flatnonzero(mask).tolist():
        event = events[place]
        if event.kind in RANKS:
            what = (int(event.kind), int(event.who), int(event.whom), int(event.system))
            seen[what] += 1
            yield (*what, seen[what]), place


def incident_counts(one: Any, other: Any) -> tuple[int, int, int]:
    """How many incidents are in both of two logs, in the first alone, and in the second alone: by day, actor and organisation."""
    first, second = (Counter(incidents(events)) for events in (one, other))
    both = sum((first & second).values())
    return both, sum(first.values()) - both, sum(second.values()) - both


def incidents(events: Any) -> Iterable[tuple[int, int, int]]:
    """Day, actor and organisation of each incident of a log."""
    them = events[events.kind == EventKind.INCIDENT]
    return zip(them.day.tolist(), them.who.tolist(), them.whom.tolist(), strict=True)
