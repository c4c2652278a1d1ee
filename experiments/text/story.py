"""A run told as a story: each event as a sentence, or the whole log without what would drown the reader."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from lockgate.experiments.text.numbers import beyond_critical, count, days, money, number, percent
from lockgate.sim.model.vocabulary import Cause, EventKind

MONTH_DAYS = 30
NOTABLE_MONTHS = 0.5  # by which new open weights are better than the best before
FOREVER_DAYS = 3650  # the longest that a policy can set


@dataclass(frozen=True)
class Cast:
    """Who is who in a run: its systems, and how many of its actors are spies and insiders, who come first."""

    systems: Sequence[Any]
    spies: int
    insiders: int

    @classmethod
    def of(cls, world: Any) -> "Cast":
        """The cast of a world."""
        return cls(world.systems, world.constants.spies, world.constants.insiders)

    def owner(self, row: int) -> str:
        """The lab or open-weight lab that trained a system."""
        system = self.systems[row]
        return f"Open {system.owner + 1}" if system.open_lab else lab(system.owner)

    def system(self, row: int) -> str:
        """A system by its owner and number."""
        return f"{self.owner(row)}'s system {self.number(row)}" if row >= 0 else "no system"

    def number(self, row: int) -> int:
        """Which of its owner's systems it is; 0 was there before day 0."""
        return int(self.systems[row].number)

    def actor(self, row: int) -> str:
        """A bad actor by its kind and row."""
        kind = "spy" if row < self.spies else "insider" if row < self.spies + self.insiders else "crew"
        return f"{kind} {row}"

    def is_first(self, row: int) -> bool:
        """Whether it is the system of the story: the covered lab's, ready on day 0."""
        return row >= 0 and (self.systems[row].owner, self.systems[row].number, self.systems[row].open_lab) == (0, 1, False)

    def is_labs(self, row: int) -> bool:
        """Whether a frontier lab trained it."""
        return row >= 0 and not self.systems[row].open_lab


def lab(row: int) -> str:
    """A frontier lab; the covered one is Lab A.

    >>> lab(0), lab(27)
    ('Lab A', 'Lab B2')
    """
    return f"Lab {chr(ord('A') + row % 26)}{row // 26 + 1 if row >= 26 else ''}"


def agency(row: int) -> str:
    """A testing agency."""
    return f"agency {row + 1}"


def after(value: float) -> str:
    """How long something took."""
    return f"after {days(value)}" if value >= 0.05 else "at once"


def gone_for(value: float) -> str:
    """How long a directive is to last."""
    return f"for {days(value)}" if value < FOREVER_DAYS else "until it is restored"


def held_for(value: float) -> str:
    """How long open weights are to be held back."""
    return f"for {days(value)}" if value <= FOREVER_DAYS else "until that is lifted"


SAID: dict[int, Callable[[Any, Cast], str]] = {
    EventKind.TRAINED: lambda e, c: f"{c.system(e.system)} is trained and begins its lab's tests, at {percent(e.value)} of full effort",
    EventKind.READY: lambda e, c: f"{c.system(e.system)} is ready ({beyond_critical(e.value)})",
    EventKind.ASKED: lambda e, c: f"the government asks {lab(e.whom)} to limit {c.system(e.system)} (chance of a yes: {percent(e.value)})",
    EventKind.COMPLIED: lambda e, c: f"{lab(e.who)} complies and limits {c.system(e.system)}{behind(e)}",
    EventKind.DECLINED: lambda e, c: f"{lab(e.who)} declines to limit {c.system(e.system)}{behind(e)}",
    EventKind.PROGRAMME: lambda e, c: f"{lab(e.who)} limits {c.system(e.system)} by itself, {partners_at_start(e)}",
    EventKind.TEST_BEGUN: lambda e, c: f"{agency(e.who)} begins to test {c.system(e.system)} {after(e.value)}",
    EventKind.FLAW_FOUND: lambda e, c: f"{agency(e.who)} finds the hidden flaw of {c.system(e.system)} in a test of {days(e.value)}",
    EventKind.TEST_PASSED: lambda e, c: f"{agency(e.who)} signs {c.system(e.system)} off after a test of {days(e.value)}",
    EventKind.APPLIED: lambda e, c: f"organisation {e.who} asks for early access",
    EventKind.APPROVED: lambda e, c: f"organisation {e.who} is given early access {after(e.value)}",
    EventKind.REFUSED_ACCESS: lambda e, c: f"organisation {e.who} is refused early access {after(e.value)}",
    EventKind.WITHDRAWN: lambda e, c: f"organisation {e.who} takes its application back {after(e.value)}",
    EventKind.WAVE: lambda e, c: f"the programme is widened to {count(int(e.value), 'partner')}",
    EventKind.PUBLIC: lambda e, c: f"{c.system(e.system)} is open to all {after(e.value)}",
    EventKind.WEIGHTS: lambda e, c: f"{c.owner(e.system)} publishes weights: system {c.number(e.system)} ({beyond_critical(e.value)})",
    EventKind.STRIPPED: lambda e, c: f"the safeguards of {c.system(e.system)} are stripped: it still refuses {percent(e.value)} of misuse",
    EventKind.HOLD: lambda e, c: f"the foreign government holds {c.system(e.system)} back {held_for(e.value)}",
    EventKind.BYPASS: lambda e, c: f"a bypass of {c.system(e.system)} becomes public: it now refuses {percent(e.value)} of misuse",
    EventKind.FIXED: lambda e, c: f"{lab(e.who)} fixes the safeguard of {c.system(e.system)}: it now refuses {percent(e.value)} of misuse",
    EventKind.DIRECTIVE: lambda e, c: f"the government takes {c.system(e.system)} away {gone_for(e.value)}",
    EventKind.RESTORED: lambda e, c: f"{c.system(e.system)} is back after {days(e.value)} in the dark",
    EventKind.LEAK: lambda e, c: f"the access of organisation {e.who} leaks, for {days(e.value)} until it is noticed",
    EventKind.THEFT: lambda e, c: f"{c.actor(e.who)} steals the weights of {c.system(e.system)} ({beyond_critical(e.value)})",
    EventKind.BAN: lambda e, c: f"{c.actor(e.who)} is banned from all services for {days(e.value)}",
    EventKind.INCIDENT: lambda e, c: f"{c.actor(e.who)} breaks into organisation {e.whom} with {c.system(e.system)}: {money(e.value)}",
    EventKind.FRAMEWORK: lambda e, c: f"the government's framework is in force {after(e.value)}",
    EventKind.LAB_BAN: lambda e, c: f"{c.actor(e.who)} is banned from {lab(e.whom)}'s services for {days(e.value)}",
    EventKind.LOOT: lambda e, c: f"state {e.who + 1} hands the weights of {c.system(e.system)} to its spies ({beyond_critical(e.value)})",
    EventKind.GUARDED: lambda e, c: f"a guarded configuration of {c.system(e.system)} is open to all {after(e.value)}",
    EventKind.PARTLY_RESTORED: lambda e, c: f"{c.system(e.system)} is back for domestic organisations after {days(e.value)} in the dark",
    EventKind.ACCESS_ENDED: lambda e, c: f"{c.actor(e.who)} is seen misusing the access of organisation {e.whom}, which ends it",
    EventKind.EXTENDED: lambda e, c: f"the preview of {c.system(e.system)} is made longer: {cause(e)}",
    EventKind.WEIGHED: lambda e, c: f"the government weighs whether to take {c.system(e.system)} away: {cause(e)}",
    EventKind.HARDENED: lambda e, c: f"{lab(e.who)} makes {c.system(e.system)} refuse more: now {percent(e.value)} of misuse",
    EventKind.GOODWILL: lambda e, c: f"{lab(e.who)} was limited without warning: its log-odds of cooperation are down by {e.value:.2f}",
}


CAUSES = {
    Cause.NONE: "for no cause",
    Cause.ORDER: "it was ordered",
    Cause.BYPASS: "its safeguard was bypassed",
    Cause.INCIDENTS: "incidents were attributed to it",
    Cause.LEAK: "access to it had leaked",
}


def cause(event: Any) -> str:
    """Why a preview is made longer, or a directive weighed."""
    return CAUSES[Cause(int(event.value))]


def behind(event: Any) -> str:
    """The threat from rivals, where there is one."""
    return f"; a rival is {event.value:.1f} months ahead of what it offers" if event.value >= 0.05 else ""


def partners_at_start(event: Any) -> str:
    """The size of a lab's own programme."""
    return f"to {count(int(event.value), 'partner')} at the start" if event.value >= 1 else "with no partners at the start"


def capital(text: str) -> str:
    """The text as the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def said(event: Any, cast: Cast) -> str:
    """One event as a sentence."""
    return f"{capital(SAID[event.kind](event, cast))}."


def every_event(events: Iterable[Any], cast: Cast) -> list[str]:
    """The whole log, one line an event."""
    return [f"day {event.day}: {said(event, cast)}" for event in events]


def story(events: Sequence[Any], cast: Cast, horizon_days: int) -> list[str]:
    """The log in short: the first system in full, a line for each later one, what happens for the first time, and months in numbers.

    An empty line follows each month.
    """
    lines = [
        *first_system(events, cast),
        *later_systems(events, cast, horizon_days),
        *milestones(events, cast),
        *months(events, cast, horizon_days),
    ]
    return [text for _, text in sorted(lines, key=lambda line: line[0])]


Line = tuple[int, str]  # the day on which it stands, and the text


APART: set[int] = {  # told elsewhere: when they first happen, always, or in numbers by month
    EventKind.APPLIED, EventKind.APPROVED, EventKind.LEAK, EventKind.BAN, EventKind.LAB_BAN, EventKind.INCIDENT, EventKind.WAVE,
    EventKind.THEFT, EventKind.LOOT, EventKind.ACCESS_ENDED,
}  # fmt: skip


def first_system(events: Iterable[Any], cast: Cast) -> Iterator[Line]:
    """The system of the story: all that its lab and the government do with it, a line a day."""
    own = (event for event in events if cast.is_first(event.system) and event.kind not in APART)
    for day, group in groupby(own, key=lambda event: event.day):
        yield day, f"day {day}: {' '.join(first_system_day(list(group), cast))}"


def first_system_day(events: list[Any], cast: Cast) -> Iterator[str]:
    """The sentences of one day of the first system; what several agencies do is said once."""
    kinds = Counter(event.kind for event in events)
    name = "it" if kinds[EventKind.READY] else cast.system(events[0].system)
    for event in events:
        match event.kind:
            case EventKind.ASKED:
                answer = "complies" if kinds[EventKind.COMPLIED] else "declines"
                yield f"The government asks {lab(event.whom)} to limit {name}; {lab(event.whom)} {answer}."
            case EventKind.COMPLIED | EventKind.DECLINED if kinds[EventKind.ASKED]:
                continue
            case EventKind.TEST_BEGUN:
                begun = kinds.pop(EventKind.TEST_BEGUN, 0)
                if begun:
                    yield f"{capital(count(begun, 'agency begins', 'agencies begin'))} to test {name}."
            case EventKind.PROGRAMME:
                yield f"{lab(event.who)} limits {name} by itself, {partners_at_start(event)}."
            case EventKind.PUBLIC if kinds[EventKind.READY]:
                yield "It is open to all at once."
            case EventKind.WEIGHTS if kinds[EventKind.READY]:
                yield "Its weights are published at once."
            case _:
                yield said(event, cast)


def later_systems(events: Sequence[Any], cast: Cast, horizon_days: int) -> Iterator[Line]:
    """One line for each other system of a frontier lab, on the day on which it is ready; older ones have one an event."""
    lives: dict[int, list[Any]] = {}
    for event in events:
        if cast.is_labs(event.system) and not cast.is_first(event.system):
            lives.setdefault(event.system, []).append(event)
    for life in lives.values():
        ready = next((event for event in life if event.kind == EventKind.READY), None)
        if ready:
            yield ready.day, f"day {ready.day}: {capital(life_of(ready, life, cast, horizon_days))}."
        else:
            told = (event for event in life if event.kind in (EventKind.DIRECTIVE, EventKind.RESTORED, EventKind.BYPASS))
            yield from ((event.day, f"day {event.day}: {said(event, cast)}") for event in told)


def life_of(ready: Any, life: list[Any], cast: Cast, horizon_days: int) -> str:
    """What becomes of a system, in one sentence."""
    found: dict[int, list[Any]] = {}
    for event in life:
        found.setdefault(event.kind, []).append(event)
    parts = [SAID[EventKind.READY](ready, cast)]
    if EventKind.ASKED in found:
        answer = "complies" if EventKind.COMPLIED in found else "declines"
        parts.append(f"asked to limit it, {lab(found[EventKind.ASKED][0].whom)} {answer}")
    if EventKind.PROGRAMME in found:
        parts.append(f"the lab limits it by itself, {partners_at_start(found[EventKind.PROGRAMME][0])}")
    if EventKind.FLAW_FOUND in found:
        parts.append(f"tests find its hidden flaw on day {found[EventKind.FLAW_FOUND][0].day}")
    parts.append(released(ready, found, horizon_days))
    parts.extend(troubles(found))
    return "; ".join(parts)


def released(ready: Any, found: Mapping[int, list[Any]], horizon_days: int) -> str:
    """When a system first goes to everyone, guarded or not."""
    public = "open to all" if EventKind.GUARDED not in found else "a guarded configuration is open to all"
    kinds = (EventKind.WEIGHTS, "its weights are published"), (EventKind.GUARDED, public), (EventKind.PUBLIC, public)
    for kind, what in kinds:
        if kind in found:
            first = found[kind][0]
            return f"{what} at once" if first.day == ready.day else f"{what} on day {first.day}, {after(first.day - ready.day)}"
    return f"not public by day {horizon_days}"


def troubles(found: Mapping[int, list[Any]]) -> Iterator[str]:
    """What goes wrong with a system that is out."""
    for kind, what in (
        (EventKind.BYPASS, "bypassed"),
        (EventKind.EXTENDED, "preview made longer"),
        (EventKind.DIRECTIVE, "taken away by the government"),
    ):
        if kind in found:
            on = ", ".join(str(event.day) for event in found[kind])
            yield f"{what} on day {on}" if len(found[kind]) == 1 else f"{what} on days {on}"


FIRSTS: dict[int, Callable[[Any], str]] = {
    EventKind.APPROVED: lambda e: f"the first partner (organisation {e.who}) is given early access {after(e.value)}",
    EventKind.REFUSED_ACCESS: lambda e: f"the first refusal: organisation {e.who}, {after(e.value)}",
    EventKind.LEAK: lambda e: f"the first leak: the access of organisation {e.who}, for {days(e.value)} until it is noticed",
}
ALWAYS: set[int] = {EventKind.THEFT, EventKind.LOOT, EventKind.FRAMEWORK, EventKind.WAVE, EventKind.HOLD}


def milestones(events: Iterable[Any], cast: Cast) -> Iterator[Line]:
    """What happens for the first time, what happens rarely, and open weights that are the best so far."""
    seen: set[int] = set()
    best = float("-inf")
    for event in events:
        kind = event.kind
        if kind in ALWAYS:
            yield event.day, f"day {event.day}: {said(event, cast)}"
        elif kind in FIRSTS and kind not in seen:
            seen.add(kind)
            yield event.day, f"day {event.day}: {capital(FIRSTS[kind](event))}."
        elif kind == EventKind.WEIGHTS and not cast.is_labs(event.system) and event.value > best:
            if event.value >= best + NOTABLE_MONTHS or best < 0 <= event.value:
                rank = "the first open weights of critical capability" if best < 0 <= event.value else "the best open weights so far"
                yield event.day, f"day {event.day}: {SAID[kind](event, cast)}, {rank}."
            best = event.value


COUNTED: dict[int, tuple[str, str]] = {
    EventKind.APPLIED: ("application for early access", "applications for early access"),
    EventKind.APPROVED: ("partner admitted", "partners admitted"),
    EventKind.REFUSED_ACCESS: ("application refused", "applications refused"),
    EventKind.WITHDRAWN: ("application taken back", "applications taken back"),
    EventKind.LEAK: ("leak of access", "leaks of access"),
    EventKind.BAN: ("ban", "bans"),
    EventKind.LAB_BAN: ("ban by one lab alone", "bans by one lab alone"),
    EventKind.ACCESS_ENDED: ("misuse of restricted access seen", "misuses of restricted access seen"),
}


def months(events: Iterable[Any], cast: Cast, horizon_days: int) -> Iterator[Line]:
    """A line for each month: incidents and the largest of them, and how often all else happened."""
    for month, group in groupby(events, key=lambda event: event.day // MONTH_DAYS):
        happened = list(group)
        last = min((month + 1) * MONTH_DAYS, horizon_days) - 1
        kinds = Counter(event.kind for event in happened)
        parts = [incidents(happened, cast), *(count(kinds[kind], *nouns) for kind, nouns in COUNTED.items() if kinds[kind])]
        yield last, f"days {month * MONTH_DAYS} to {last}: {'; '.join(parts)}."
        yield last, ""


def incidents(events: Iterable[Any], cast: Cast) -> str:
    """How many incidents there were, and the largest."""
    them = [event for event in events if event.kind == EventKind.INCIDENT]
    if not them:
        return "no incidents"
    worst = max(them, key=lambda event: event.value)
    how = f"{cast.actor(worst.who)} at organisation {worst.whom} with {cast.system(worst.system)} on day {worst.day}"
    return f"{count(len(them), 'incident')}, {'the largest ' if len(them) > 1 else ''}{money(worst.value)} ({how})"


CHANNELS = {
    "public_service": "public services",
    "open_weights": "open weights",
    "leaked_access": "leaked access",
    "stolen_weights": "stolen weights",
}


def ending(outcomes: Mapping[str, Any], horizon_days: int) -> list[str]:
    """The outcomes that matter, in plain words."""
    lines = [harm(outcomes), losses(outcomes), release(outcomes, horizon_days), lead(outcomes, horizon_days)]
    change = outcomes["customers_lost_share"]
    moved = f"{'lost' if change > 0 else 'gained'} {percent(abs(change), 1)} of" if abs(change) >= 0.0005 else "kept"
    lines.append(f"Lab A {moved} its customers, mean over the run.")
    if outcomes["asked"]:
        lines.append(f"The government asked {often(outcomes['asked'])}; labs complied {often(outcomes['complied'])}.")
    if outcomes["applications"]:
        partners = count(outcomes["partners_approved"], "organisation")
        asked = count(outcomes["applications"], "application")
        lines.append(f"{partners} had early access, from {asked}; {leaks(outcomes)}.")
    if outcomes["directives"]:
        dark = days(outcomes["dark_days"])
        lines.append(f"The government took systems away {often(outcomes['directives'])}; those of Lab A were dark for {dark} in all.")
    lines.append(f"Organisations' code was {percent(outcomes['exposed_share_end'], 1)} as exposed in the end as on day 0.")
    return lines


def leaks(outcomes: Mapping[str, Any]) -> str:
    """How often access leaked, and out of how much of it.

    >>> leaks({"leaks": 1, "access_days": 8700})
    'access leaked once in 8,700 organisation-days'
    """
    return f"access leaked {often(outcomes['leaks'])} in {count(outcomes['access_days'], 'organisation-day')}"


def often(times: int) -> str:
    """How many times something happened.

    >>> often(0), often(1), often(12)
    ('never', 'once', '12 times')
    """
    return ("never", "once")[times] if times < 2 else f"{times:,} times"


def harm(outcomes: Mapping[str, Any]) -> str:
    """The harm that models enabled, and how."""
    total = outcomes["model_enabled_harm"]
    shares = sorted(((outcomes[f"harm_{name}"], words) for name, words in CHANNELS.items()), reverse=True)
    by = ", ".join(f"{percent(part / total)} through {words}" for part, words in shares if total > 0 and part / total >= 0.005)
    return f"Models enabled an expected harm of {money(total)}{f': {by}' if by else ''}."


def losses(outcomes: Mapping[str, Any]) -> str:
    """What attackers did, helped or not."""
    if not outcomes["incidents"]:
        return "There were no incidents."
    incidents_, loss = count(outcomes["incidents"], "incident"), money(outcomes["realised_loss"])
    return f"{incidents_} cost {loss}, the largest {money(outcomes['largest_loss'])}."


def release(outcomes: Mapping[str, Any], horizon_days: int) -> str:
    """When the system of day 0 went to everyone."""
    if outcomes["release_censored"]:
        return f"Lab A's system 1 was not public within {horizon_days} days."
    delay = outcomes["release_delay_days"]
    return f"Lab A's system 1 was open to all {after(delay)}."


def lead(outcomes: Mapping[str, Any], horizon_days: int) -> str:
    """How far Lab A's offer was ahead of open weights, and when those reached the critical level."""
    mean, day = outcomes["usable_lead_months"], outcomes["open_parity_day"]
    ahead = f"{number(abs(mean), 1)} months {'ahead of' if mean >= 0 else 'behind'} open weights"
    parity = f"reached the critical level on day {day}" if day < horizon_days else "never reached the critical level"
    return f"What Lab A offered to everyone was {ahead}, mean over the run; these {parity}."
