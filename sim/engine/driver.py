"""The model compiled: for these kinds of agents, what Python calls to begin a run, to live its days, and to copy its results."""

from collections.abc import Callable, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np

from lockgate.sim.engine.agenda import Agenda, day_of
from lockgate.sim.engine.layout import Layout
from lockgate.sim.model.agent import Agent
from lockgate.sim.model.beginning import beginning
from lockgate.sim.model.day import KINDS
from lockgate.sim.model.invariants import first_broken
from lockgate.sim.rules.cache import compiled_folder
from lockgate.sim.rules.compiler import kernel, make_known
from lockgate.sim.rules.memory import WORDS
from lockgate.sim.rules.reach import Reach
from lockgate.sim.rules.rule import rule

MOST_KEPT_WORDS = 1 << 20  # of a population that is kept for the other policies of its draw: beyond that memory is worth more than time


class Driver:
    """The compiled driver of these kinds of agents. Nothing is compiled before it is called."""

    def __init__(self, kinds: Mapping[str, type[Agent]]) -> None:
        self.kinds = dict(kinds)
        self.layout, self.agenda = Layout(kinds), Agenda(kinds)
        self.rules: dict[str, Any] = {
            "populate": beginning(kinds),
            "renew_agenda": self.agenda.renew,
            "pass_day": day_of(kinds, self.agenda),
            "pass_day_checked": day_of(kinds, self.agenda, idle=False),
            "first_broken": first_broken,
            "count_rows": self.layout.counting(),
        }
        self.rules["bytes_needed"], self.rules["lay_out"] = self.layout.laying_out()

    @cached_property
    def reach(self) -> Reach:
        """All rules that are compiled, and a digest of what they do."""
        return Reach(self.rules.values())

    @cached_property
    def folder(self) -> Path:
        """Where the compiled code is kept. It names the modules of its rules, and is of no use where these have other names."""
        modules = {function.__module__ for function in self.reach.functions}
        others = sorted(module for module in modules if module.partition(".")[0] != __name__.partition(".")[0])
        return compiled_folder(self.reach.digest, " ".join([self.layout.shape, *others]))

    @cached_property
    def kernels(self) -> "dict[str, Any]":
        """What Python calls, by name."""
        make_known(self.reach.functions)
        return {function.__name__: function for function in kernels(self.layout, self.folder, **self.rules)}

    def __getattr__(self, name: str) -> Any:
        if name in NAMES:
            return self.kernels[name]
        raise AttributeError(name)


@cache
def driver_of(kinds: tuple[tuple[str, type[Agent]], ...]) -> Driver:
    """The driver of these kinds, made once."""
    return Driver(dict(kinds))


def driver(kinds: Mapping[str, type[Agent]] | None = None) -> Driver:
    """The compiled driver, with some kinds of agents in place of the model's own."""
    return driver_of(tuple({**KINDS, **(kinds or {})}.items()))


NAMES = ("size_of", "begin_in", "begin_checked", "live", "live_checked", "report", "remember", "bytes_of_draw", "largest_draw", "run_draws")


def kernels(
    layout: Any, folder: Any, populate: Any, renew_agenda: Any, pass_day: Any, pass_day_checked: Any, first_broken: Any, count_rows: Any,
    bytes_needed: Any, lay_out: Any,
) -> list[Callable[..., Any]]:  # fmt: skip
    """The functions that Python calls. Each opens the world as far as what it calls may see."""
    open_world, open_by_day, open_ahead = layout.open, layout.open_by_day, layout.open_ahead
    open_checked, open_by_day_checked, open_ahead_checked = layout.open_checked, layout.open_by_day_checked, layout.open_ahead_checked
    phases_entry = WORDS * layout.world.places["phases"]

    def kept(function: Any) -> Any:
        return kernel(function, folder)

    @rule
    def give_phases(phases, directory):
        """Tell a run of its policy. The phases stay in use until the run is over."""
        directory[phases_entry], directory[phases_entry + 1] = phases.ctypes.data, len(phases)

    make_known([give_phases])

    @kept
    def size_of(horizon, world, phases, events_room, operations_room, counts):
        """Bytes of memory that a run needs; `counts` has the rows of each table then."""
        count_rows(horizon, world[0], phases, events_room, operations_room, counts)
        return bytes_needed(counts)

    @kept
    def begin_in(seed, horizon, world, phases, counts, block, directory):
        """Begin a run in a block of memory that is large enough. `world` is one row of a table of parameters."""
        directory[0] = seed
        directory[WORDS] = horizon
        directory[2 * WORDS] = world.ctypes.data
        give_phases(phases, directory)
        lay_out(counts, block, directory)
        populate(open_world(directory.ctypes.data))

    @kept
    def begin_checked(seed, horizon, world, phases, counts, block, directory):
        """The same; a rule that asks a table for a row that it does not have raises `IndexError` with the table's name."""
        directory[0] = seed
        directory[WORDS] = horizon
        directory[2 * WORDS] = world.ctypes.data
        give_phases(phases, directory)
        lay_out(counts, block, directory)
        populate(open_checked(directory.ctypes.data))

    @kept
    def live(directory, planned):
        """All days of a run; `planned` says that the agenda holds all of them already.

        Gives the numbers of operations, of events, and of plans on one agenda, whether or not their lists had room for them: where they
        had not, the run is to be done again.
        """
        world, ahead = open_by_day(directory.ctypes.data), open_ahead(directory.ctypes.data)
        plans = 0
        for day in range(world.horizon):
            if not planned:
                plans = max(plans, renew_agenda(ahead, day))
                if plans > len(world.drafts):
                    break
            pass_day(world, day)
        return world.score.operations, world.score.events, plans

    @kept
    def live_checked(directory):
        """All days of a run, with every invariant checked every evening: the day and code of the first breach, or -1 and -1; plans.

        A rule that asks a table for a row that it does not have raises `IndexError` with the table's name.
        """
        world, ahead = open_by_day_checked(directory.ctypes.data), open_ahead_checked(directory.ctypes.data)
        plans = 0
        for day in range(world.horizon):
            plans = max(plans, renew_agenda(ahead, day))
            if plans > len(world.drafts):
                break
            pass_day_checked(world, day)
            broken = first_broken(world, day)
            if broken >= 0:
                return day, broken, plans
        return -1, -1, plans

    @kept
    def report(directory, reference, outcomes, weeks, displacement):
        """Copy a run's outcomes and weeks out of its memory, and pair its operations with the reference's: the n-th is the same.

        Kinds of one's own may make more operations than the reference has; those have no pair.
        """
        world = open_world(directory.ctypes.data)
        outcomes[0] = world.outcomes
        for week in range(len(weeks)):
            weeks[week] = world.weeks[week]
        for number in range(min(world.score.operations, len(reference))):
            displacement[reference[number], world.operations[number]] += 1

    @kept
    def remember(directory, reference):
        """Copy the channels of a run's operations: those of the reference, with which other policies' are paired."""
        world = open_world(directory.ctypes.data)
        for number in range(world.score.operations):
            reference[number] = world.operations[number]

    @kept
    def bytes_of_draw(draw, horizon, worlds, phases, parts, begins, policy_of, operations_room, counts):
        """The most memory that a run of a draw needs.

        Runs begins[d] to begins[d + 1] - 1 are those of draw d. Run r has policy policy_of[r], and rows parts[p] to parts[p + 1] - 1 of
        `phases` are those of policy p.
        """
        most = 0
        for run in range(begins[draw], begins[draw + 1]):
            own = phases[parts[policy_of[run]] : parts[policy_of[run] + 1]]
            most = max(most, size_of(horizon, worlds[draw : draw + 1], own, 0, operations_room, counts))
        return most

    @kept
    def largest_draw(horizon, worlds, phases, parts, begins, policy_of, operations_rooms, counts):
        """The draw that needs the most memory, and how much."""
        largest, most = 0, 0
        for draw in range(len(worlds)):
            needed = bytes_of_draw(draw, horizon, worlds, phases, parts, begins, policy_of, operations_rooms[draw], counts)
            if needed > most:
                largest, most = draw, needed
        return largest, most

    @kept
    def run_draws(  # noqa: PLR0917  # compiled code takes no objects
        first, last, seeds, horizon, worlds, phases, parts, begins, policy_of, operations_rooms, counts, block, directory, days_ahead,
        plans_room, outcomes, weeks, displacement
    ):  # fmt: skip
        """Make the runs of draws `first` to `last` - 1. Gives `last`, or the draw whose list of operations proved too short."""
        morning, way = np.empty(len(block) if len(block) <= MOST_KEPT_WORDS else 0, np.int64), np.empty_like(directory)
        first_counts = np.empty_like(counts)
        for draw in range(first, last):
            room = operations_rooms[draw]
            world = worlds[draw : draw + 1]
            reference, paired = np.empty(room, np.int8), 0
            begin, end = begins[draw], begins[draw + 1]
            for run in range(begin, end):
                own = phases[parts[policy_of[run]] : parts[policy_of[run] + 1]]
                size_of(horizon, world, own, 0, room, counts)
                if run > begin and len(morning) > 0 and np.all(counts == first_counts):
                    # A population depends on the policy by nothing but the sizes of its tables.
                    block[:], directory[:] = morning, way
                    give_phases(own, directory)
                else:
                    begin_in(seeds[draw], horizon, world, own, counts, block, directory)
                if run == begin and end > begin + 1 and len(morning) > 0:
                    morning[:], way[:], first_counts[:] = block, directory, counts
                # Policies of a draw share its agenda where that holds the whole run.
                operations, _, plans = live(directory, run > begin and days_ahead >= horizon)
                if operations > room or plans > plans_room:
                    return draw
                if run == begin:
                    remember(directory, reference)
                    paired = operations
                report(directory, reference[:paired], outcomes[run : run + 1], weeks[run], displacement[run])
        return last

    return [size_of, begin_in, begin_checked, live, live_checked, report, remember, bytes_of_draw, largest_draw, run_draws]
