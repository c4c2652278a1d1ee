"""Compiled runs: the days of one, what it leaves, and draws one after another without a step of Python between them."""

import numpy as np

from sim.agenda import renew_agenda
from sim.begin import begin_in, give_phases, size_of
from sim.compiler import kernel
from sim.day import pass_day
from sim.invariants import first_broken
from sim.start.room import open_world

MOST_KEPT_WORDS = 1 << 20  # of a population that is kept for the other policies of its draw: beyond that memory is worth more than time


@kernel
def live(directory, planned):
    """All days of a run; `planned` says that the agenda holds all of them already.

    Gives the numbers of operations, of events, and of plans on one agenda, whether or not their lists had room for them: where they
    had not, the run is to be done again.
    """
    world = open_world(directory.ctypes.data)
    plans = 0
    for day in range(world.horizon):
        if not planned:
            plans = max(plans, renew_agenda(world, day))
            if plans > len(world.drafts):
                break
        pass_day(world, day)
    return world.score.operations, world.score.events, plans


@kernel
def live_checked(directory):
    """All days of a run, with every invariant checked every evening: the day and code of the first breach, or -1 and -1; plans as above."""
    world = open_world(directory.ctypes.data)
    plans = 0
    for day in range(world.horizon):
        plans = max(plans, renew_agenda(world, day))
        if plans > len(world.drafts):
            break
        pass_day(world, day)
        broken = first_broken(world, day)
        if broken >= 0:
            return day, broken, plans
    return -1, -1, plans


@kernel
def report(directory, reference, outcomes, weeks, displacement):
    """Copy a run's outcomes and weeks out of its memory, and pair its operations with the reference's: the n-th is the same."""
    world = open_world(directory.ctypes.data)
    outcomes[0] = world.outcomes
    for week in range(len(weeks)):
        weeks[week] = world.weeks[week]
    for number in range(world.score.operations):
        displacement[reference[number], world.operations[number]] += 1


@kernel
def remember(directory, reference):
    """Copy the channels of a run's operations: those of the reference, with which other policies' are paired."""
    world = open_world(directory.ctypes.data)
    for number in range(world.score.operations):
        reference[number] = world.operations[number]


@kernel
def bytes_of_draw(draw, horizon, worlds, phases, parts, begins, policy_of, operations_room, rooms, counts):
    """The most memory that a run of a draw needs.

    Runs begins[d] to begins[d + 1] - 1 are those of draw d. Run r has policy policy_of[r], and rows parts[p] to parts[p + 1] - 1 of
    `phases` are those of policy p.
    """
    most = 0
    for run in range(begins[draw], begins[draw + 1]):
        own = phases[parts[policy_of[run]] : parts[policy_of[run] + 1]]
        most = max(most, size_of(horizon, worlds[draw : draw + 1], own, 0, operations_room, rooms, counts))
    return most


@kernel
def largest_draw(horizon, worlds, phases, parts, begins, policy_of, operations_rooms, rooms, counts):
    """The draw that needs the most memory, and how much."""
    largest, most = 0, 0
    for draw in range(len(worlds)):
        needed = bytes_of_draw(draw, horizon, worlds, phases, parts, begins, policy_of, operations_rooms[draw], rooms, counts)
        if needed > most:
            largest, most = draw, needed
    return largest, most


@kernel
def run_draws(  # noqa: PLR0917  # compiled code takes no objects
    first, last, seeds, horizon, worlds, phases, parts, begins, policy_of, operations_rooms, rooms, counts, block, directory, days_ahead,
    plans_room, outcomes, weeks, displacement
):
    """Make the runs of draws `first` to `last` - 1. Gives `last`, or the draw whose list of operations proved too short."""
    morning, way = np.empty(len(block) if len(block) <= MOST_KEPT_WORDS else 0, np.int64), np.empty_like(directory)
    first_counts = np.empty_like(counts)
    for draw in range(first, last):
        room = operations_rooms[draw]
        world = worlds[draw : draw + 1]
        reference = np.empty(room, np.int8)
        begin, end = begins[draw], begins[draw + 1]
        for run in range(begin, end):
            own = phases[parts[policy_of[run]] : parts[policy_of[run] + 1]]
            size_of(horizon, world, own, 0, room, rooms, counts)
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
            report(directory, reference, outcomes[run : run + 1], weeks[run], displacement[run])
    return last
