"""One run as a story: who could use which system when, and what happened."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from lockgate.experiments.charts.style import INK, NORMAL, PALE, SMALL, STAGES, Chart, blank, drawable, named, one_at_a_time, patch, settle
from lockgate.experiments.provenance import lockgate_version
from lockgate.experiments.text.numbers import numeral
from lockgate.sim.model.vocabulary import EventKind, Stage
from lockgate.sim.model.world import HOME_GOVERNMENT
from lockgate.sim.rules.row import NEVER

Array = np.ndarray[Any, np.dtype[Any]]

MOST = {"covered": 6, "rival": 4, "open": 4}  # lanes of each group


def lanes(tables: Mapping[str, Array]) -> list[int]:
    """Rows of the systems to show: the covered lab's critical ones, then those that were longest the best of their kind."""
    systems = tables["systems"]
    horizon = int(tables["weeks"]["day"][-1]) + 1
    critical = [row for row in owned(tables, 0) if systems["ready_day"][row] < horizon and systems["capability"][row] >= 0.0]
    others = np.flatnonzero(~systems["open_lab"] & (systems["owner"] > 0)).tolist()
    rivals = longest_best(systems, others, "public_day", horizon)[: MOST["rival"]]
    published = longest_best(systems, np.flatnonzero(systems["open_lab"]).tolist(), "weights_day", horizon)[: MOST["open"]]
    return critical[: MOST["covered"]] + sorted_by_day(systems, rivals) + sorted_by_day(systems, published)


def owned(tables: Mapping[str, Array], lab: int) -> list[int]:
    """The rows of a frontier lab's systems, the oldest first."""
    systems = tables["systems"]
    rows = np.flatnonzero(~systems["open_lab"] & (systems["owner"] == lab))
    return sorted(rows.tolist(), key=lambda row: int(systems["number"][row]))


def longest_best(systems: Array, rows: Sequence[int], day_name: str, horizon: int) -> list[int]:
    """Those of the rows that were the most capable of them when they came out, the one that stayed so longest first."""
    best = -np.inf
    leaders: list[int] = []
    out = [row for row in rows if systems[day_name][row] < horizon]
    for row in sorted(out, key=lambda row: (systems[day_name][row], -systems["capability"][row])):
        if systems["capability"][row] > best:
            best = float(systems["capability"][row])
            leaders.append(row)
    begins = [max(0, int(systems[day_name][row])) for row in leaders]
    length = dict(zip(leaders, np.diff([*begins, horizon]), strict=True))
    return sorted(leaders, key=lambda row: (-length[row], row))


def sorted_by_day(systems: Array, rows: Sequence[int]) -> list[int]:
    """The rows in the order in which their systems were ready."""
    return sorted(rows, key=lambda row: (systems["ready_day"][row], row))


def system_name(tables: Mapping[str, Array], row: int) -> str:
    """Lab A is the covered lab, and its system 1 the first covered one; labs that publish weights have numbers."""
    system = tables["systems"][row]
    again, letter = divmod(int(system["owner"]), 26)
    owner = f"Open {system['owner'] + 1}" if system["open_lab"] else f"Lab {chr(ord('A') + letter)}{again + 1 if again else ''}"
    return f"{owner} system {system['number']}"


def lane_name(tables: Mapping[str, Array], row: int) -> str:
    """Name and capability."""
    return f"{system_name(tables, row)} ({numeral(round(float(tables['systems']['capability'][row]), 1), signed=True)})"


OPENINGS = {
    EventKind.TRAINED: Stage.TESTING,
    EventKind.READY: Stage.HELD,
    EventKind.HOLD: Stage.HELD,
    EventKind.PUBLIC: Stage.PUBLIC,
    EventKind.WEIGHTS: Stage.OPEN_WEIGHTS,
    EventKind.DIRECTIVE: Stage.DARK,
}
LIMITS = (EventKind.PROGRAMME, EventKind.COMPLIED)


class StageSpan(NamedTuple):
    """A system's row, its stage, and the first and last day of that stage, both included."""

    system: int
    stage: Stage
    first: int
    last: int


def stage_spans(tables: Mapping[str, Array]) -> list[StageSpan]:
    """The spans of every system that was ever used or ready in a run, by system and day; what lasted no whole day is left out."""
    horizon = int(tables["weeks"]["day"][-1]) + 1
    spans: list[StageSpan] = []
    for row in range(len(tables["systems"])):
        changes = [*stage_changes(tables, row), (horizon, Stage.UNUSED)]
        spans += [StageSpan(row, stage, first, end - 1) for (first, stage), (end, _) in pairwise(changes) if end > first]
    return spans


def stage_changes(tables: Mapping[str, Array], row: int) -> list[tuple[int, Stage]]:
    """The days on which a system came to another stage, and these stages."""
    events = tables["events"]
    changes = [(0, stage) for stage in stage_at_start(tables["systems"][row])]
    before_dark = Stage.PUBLIC
    for event in events[events["system"] == row]:
        kind = EventKind(event["kind"])
        stage = OPENINGS.get(kind)
        if kind in LIMITS:
            stage = limited_stage(tables, row)
        elif kind == EventKind.RESTORED:
            stage = before_dark
        if kind == EventKind.DIRECTIVE:
            before_dark = changes[-1][1]
        if stage is not None:
            changes.append((int(event["day"]), stage))
    return changes


def stage_at_start(system: Any) -> list[Stage]:
    """The stage of a system that was out before day 0, for which the log has no event."""
    if system["weights_day"] < 0:
        return [Stage.OPEN_WEIGHTS]
    return [Stage.PUBLIC] if system["public_day"] < 0 else []


def limited_stage(tables: Mapping[str, Array], row: int) -> Stage:
    """Whether a system that was limited went to partners or was held from everyone.

    The log has one event for both. A system still limited in the end shows which; for others it is whether partners had been offered
    any system by that day.
    """
    system = tables["systems"][row]
    last = Stage(system["resume_stage"] if system["stage"] == Stage.DARK else system["stage"])
    if last in (Stage.HELD, Stage.PARTNERS):
        return last
    programme_day = int(tables["governments"]["programme_day"][HOME_GOVERNMENT])
    return Stage.PARTNERS if programme_day != NEVER and system["offered_day"] >= programme_day else Stage.HELD


NOTE = (
    f"Shown are Lab A's first {MOST['covered']} critical systems, and the {MOST['rival']} public ones of its rivals and {MOST['open']} "
    "with open weights that were longest the best. In brackets: capability in months beyond the critical level."
)
STAGE_WORDS = {
    Stage.TESTING: "in the lab's own tests",
    Stage.HELD: "held: nobody outside",
    Stage.PARTNERS: "approved partners",
    Stage.PUBLIC: "public service",
    Stage.OPEN_WEIGHTS: "open weights",
    Stage.DARK: "taken away",
}


class Sign(NamedTuple):
    """The mark of a kind of event: word, marker, height in its lane (0 bottom, 1 top), whether only the first counts, size (points)."""

    word: str
    marker: str
    height: float
    once: bool = False
    size: float = 6.5


SIGNS = {
    EventKind.ASKED: Sign("government asked", "<", 0.86),
    EventKind.APPLIED: Sign("first application", "o", 0.5, once=True),
    EventKind.APPROVED: Sign("first partner approved", "P", 0.14, once=True),
    EventKind.WAVE: Sign("more partners", ">", 0.5),
    EventKind.PUBLIC: Sign("widened to the public", "^", 0.86),
    EventKind.LEAK: Sign("a partner's access leaked", "v", 0.14),
    EventKind.BYPASS: Sign("public bypass", "X", 0.5),
    EventKind.DIRECTIVE: Sign("directive", "s", 0.86),
    EventKind.PARTLY_RESTORED: Sign("back for domestic organisations", "p", 0.5),
    EventKind.RESTORED: Sign("restored", "D", 0.14),
    EventKind.THEFT: Sign("weights stolen", "*", 0.5, size=10.0),
    EventKind.HOLD: Sign("held back abroad", "h", 0.86),
    EventKind.WEIGHTS: Sign("weights published", "d", 0.86),
    EventKind.STRIPPED: Sign("safeguards stripped", "H", 0.14),
}


@one_at_a_time
def timeline(tables: Mapping[str, Array], policy_name: str, *, caption: str = "") -> Chart:
    """One lane a system over the days of one run (`sim.engine.run.trace`): who could use it, and the events that mattered."""
    spans = stage_spans(tables)
    chosen = lanes(tables)
    horizon = int(tables["weeks"]["day"][-1]) + 1
    told = [drawable(caption[:1].upper() + caption[1:].rstrip(".")), f"{horizon} days", f"lockgate {lockgate_version()}"]
    figure = blank(1.5 + 0.36 * max(8, len(chosen)), title_of(tables, policy_name), f"{'; '.join(part for part in told if part)}. {NOTE}")
    axes = figure.subplots()
    stages = draw_spans(axes, [span for span in spans if span.system in chosen], chosen)
    kinds = draw_events(axes, tables["events"], spans, chosen)
    axes.set_yticks(range(len(chosen)), [lane_name(tables, row) for row in chosen], fontsize=NORMAL)
    axes.set_ylim(len(chosen) - 0.45, -0.55)
    axes.set_xlim(-0.012 * horizon, 1.012 * horizon)
    axes.xaxis.set_major_locator(MaxNLocator(10, integer=True))
    axes.set_xlabel("days since the first covered system was ready", fontsize=NORMAL)
    axes.tick_params(axis="x", labelsize=NORMAL)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=PALE, linewidth=0.5, zorder=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    handles = legend(stages, kinds)
    figure.legend(handles=handles, loc="outside right center", fontsize=SMALL, frameon=False, handleheight=1.4, labelspacing=0.6)
    settle(figure)
    return figure


def title_of(tables: Mapping[str, Array], policy_name: str) -> str:
    """What became of the first covered system."""
    row = owned(tables, 0)[1]
    name, horizon = system_name(tables, row), int(tables["weeks"]["day"][-1]) + 1
    system = tables["systems"][row]
    if system["public_day"] >= horizon:
        return f"Under {named(policy_name)}, {name} is not open to all within {horizon} days"
    how = "has its weights published" if system["weights_day"] == system["public_day"] else "is open to all"
    wait = int(system["public_day"] - system["ready_day"])
    when = f"{wait} days after it is ready" if wait else "on the day it is ready"
    taken = tables["events"][(tables["events"]["system"] == row) & (tables["events"]["kind"] == EventKind.DIRECTIVE)]["day"]
    return f"Under {named(policy_name)}, {name} {how} {when}" + (f", and taken away on day {taken[0]}" if len(taken) else "")


def draw_spans(axes: Axes, spans: Sequence[StageSpan], chosen: Sequence[int]) -> list[Stage]:
    """A bar for each span; the stages that were drawn."""
    for span in spans:
        look = STAGES[span.stage]
        axes.barh(
            chosen.index(span.system), span.last + 1 - span.first, left=span.first, height=0.66, color=look.colour, hatch=look.hatch,
            edgecolor=INK, linewidth=0.4, alpha=0.85, zorder=2,
        )  # fmt: skip
    return [stage for stage in STAGES if any(span.stage == stage for span in spans)]


def draw_events(axes: Axes, events: Array, spans: Sequence[StageSpan], chosen: Sequence[int]) -> list[EventKind]:
    """A mark for each event that mattered, in the lane of its system; the kinds that were drawn."""
    at_once = {span.system for span in spans if span.stage == Stage.PUBLIC} - {
        span.system for span in spans if span.stage in (Stage.HELD, Stage.PARTNERS)
    }
    seen: set[tuple[int, int]] = set()
    for event in events:
        kind, row = EventKind(event["kind"]), int(event["system"])
        sign = SIGNS.get(kind)
        if sign is None or row not in chosen or (sign.once and (kind, row) in seen) or (kind == EventKind.PUBLIC and row in at_once):
            continue
        seen.add((kind, row))
        height = chosen.index(row) + 0.33 - 0.66 * sign.height
        axes.plot(
            [event["day"]], [height], sign.marker, color=INK, markeredgecolor="white", markeredgewidth=0.5, markersize=sign.size,
            gid=kind.name, zorder=4,
        )  # fmt: skip
    return [kind for kind in SIGNS if any(kind == shown for shown, _ in seen)]


def legend(stages: Sequence[Stage], kinds: Sequence[EventKind]) -> list[Artist]:
    """The stages and events that were drawn."""
    patches = [patch(STAGES[stage], STAGE_WORDS[stage]) for stage in stages]
    signs = [SIGNS[kind] for kind in kinds]
    marks = [Line2D([], [], color=INK, linestyle="", marker=sign.marker, markersize=sign.size, label=sign.word) for sign in signs]
    return [*patches, *marks]
