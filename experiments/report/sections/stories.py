"""Two stories: the draw nearest the median and one that backfired, in eight sentences each, with their events in time."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from lockgate.experiments.answers.divergence.divergence import Divergence, divergence, run_of
from lockgate.experiments.answers.divergence.examples import Example
from lockgate.experiments.answers.divergence.traced import Traced
from lockgate.experiments.report.content import Figure, Paragraph, Part, Points, Section
from lockgate.experiments.report.found import Found
from lockgate.experiments.text.numbers import printable
from lockgate.experiments.text.story import said
from lockgate.sim.engine.kinds import Kinds
from lockgate.sim.model.vocabulary import EventKind

TITLE = "Two stories"
SENTENCES = 8
LARGEST = 5  # incidents on a timeline
MOST = 12  # events of one symbol there
SYMBOLS: dict[str, tuple[EventKind, ...]] = {
    "release": (EventKind.PUBLIC, EventKind.GUARDED, EventKind.WEIGHTS),
    "leak": (EventKind.LEAK, EventKind.THEFT),
    "incident": (EventKind.INCIDENT,),
    "government": (EventKind.COMPLIED, EventKind.DECLINED, EventKind.DIRECTIVE, EventKind.RESTORED, EventKind.PARTLY_RESTORED,
                   EventKind.FRAMEWORK, EventKind.HOLD, EventKind.EXTENDED),
}  # fmt: skip
NOTE = (
    "Releases, and what labs and the government do about limits, are those of the covered lab, at most {most} of each; of incidents the "
    "{largest} largest are shown. Each is told under Numbers."
)


def stories_section(found: Found) -> Section:
    """The section."""
    parts: list[Part] = []
    for name, example in (("typical", found.typical), ("backfired", found.backfired)):
        if example is None:
            parts.append(Paragraph(absent(found, name)))
            continue
        told = found.attempt(name, lambda example=example: story_parts(found, example))  # type: ignore[misc]
        parts += told if told is not None else [Paragraph(found.missing[name])]
    skipped = not any(isinstance(part, Figure) for part in parts)
    return Section("stories", TITLE, tuple(parts), skipped=skipped)


def absent(found: Found, name: str) -> str:
    """Why there is no story."""
    if name in found.missing:
        return found.missing[name]
    return f"No draw backfired: in none of them has {found.label} more harm than {found.reference}."


def story_parts(found: Found, example: Example) -> list[Part]:
    """The sentences of one draw, and its timeline."""
    kinds = found.own_kinds
    told = divergence(found.cell, found.asked.policy, example.draw)
    sentences = [printable(each) for each in shortened(told, example)]
    return [Paragraph(headline(example, found), "lead"), Points(tuple(sentences), numbered=True), timeline(found, example, kinds)]


def headline(example: Example, found: Found) -> str:
    """Which story it is."""
    if example.kind == "typical":
        return f"A typical {found.words.noun}"
    return f"A {found.words.noun} in which it backfires"


def shortened(told: Divergence, example: Example) -> list[str]:
    """At most eight sentences: which draw it is, how the runs part, what follows, where misuse went, and what that did to harm."""
    first = [example.sentences()[0], *told.said_first]
    last = [*told.said_incidents, *told.said_moves[:1], told.said_harm]
    chain = [each.said(told.reference) for each in told.chain]
    first = first[: SENTENCES - len(last)]
    return [*first, *chain[: SENTENCES - len(first) - len(last)], *last]


def timeline(found: Found, example: Example, kinds: Kinds) -> Figure:
    """The events of the run under the policy, by day."""
    cell = found.cell.where(draw=example.draw)
    run = run_of(cell, found.place)
    made = Traced.of(run, cell.horizon_days, kinds, found.label)
    events = [event for _, event in sorted(chosen_events(made), key=lambda each: each[0])]
    title = f"{headline(example, found)}: {printable(example.note)}."
    told = " ".join(f"Day {event['day']}: {event['said']}" for event in events)
    data = {"days": cell.horizon_days, "events": events, "list": False, "title": title, "alt": f"{title} {told}"}
    columns = {name: [event[name] for event in events] for name in ("day", "symbol", "said")}
    return Figure(f"story-{example.kind}", "story", data, NOTE.format(most=MOST, largest=LARGEST), columns)


def chosen_events(made: Traced) -> Iterator[tuple[int, dict[str, Any]]]:
    """Their places in the log, and the events that a timeline shows."""
    events, every = made.events, [int(kind) for kinds in SYMBOLS.values() for kind in kinds]
    known = [(place, events[place]) for place in np.flatnonzero(np.isin(events.kind, every)).tolist()]  # few of tens of thousands
    for symbol, kinds in SYMBOLS.items():
        those = [(place, event) for place, event in known if event.kind in kinds and is_shown(symbol, event, made)]
        if symbol == "incident":
            those = sorted(those, key=lambda each: -each[1].value)[:LARGEST]
        for place, event in those[:MOST]:
            yield place, {"day": int(event.day), "symbol": symbol, "said": printable(said(event, made.cast))}


def is_shown(symbol: str, event: Any, made: Traced) -> bool:
    """Whether it is about the covered lab; leaks and incidents are about anybody."""
    if symbol in {"leak", "incident"} or event.kind in {EventKind.FRAMEWORK, EventKind.HOLD}:
        return True
    return bool(event.system >= 0 and made.cast.is_labs(event.system) and made.cast.systems[event.system].owner == 0)
