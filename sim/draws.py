"""Compiled runs: the days of one, what it leaves, and draws one after another without a step of Python between them."""

import numpy as np
from numba import njit

from sim.begin import begin_in, size_of
from sim.day import pass_day
from sim.invariants import first_broken
from sim.start.room import open_world


@njit(cache=True, nogil=True)
def live(directory):
    """All days of a run. Gives the numbers of operations and of events, whether or not their lists had room for them."""
    world = open_world(directory.ctypes.data)
    for day in range(world.horizon):
        pass_day(world, day)
    return world.score.operations, world.score.events


@njit(cache=True, nogil=True)
def live_checked(directory):
    """All days of a run, with every invariant checked every evening: the day and code of the first breach, or -1 and -1."""
    world = open_world(directory.ctypes.data)
    for day in range(world.horizon):
        pass_day(world, day)
        broken = first_broken(world, day)
        if broken >= 0:
            return day, broken
    return -1, -1


@njit(cache=True, nogil=True)
def report(directory, reference, outcomes, weeks, displacement):
    """Copy a run's outcomes and weeks out of its memory, and pair its operations with the reference's: the n-th is the same."""
    world = open_world(directory.ctypes.data)
    outcomes[0] = world.outcomes
    for week in range(len(weeks)):
        weeks[week] = world.weeks[week]
    for number in range(world.score.operations):
        displacement[reference[number], world.operations[number]] += 1


@njit(cache=True, nogil=True)
def remember(directory, reference):
    """Copy the channels of a run's operations: those of the reference, with which other policies' are paired."""
    world = open_world(directory.ctypes.data)
    for number in range(world.score.operations):
        reference[number] = world.operations[number]


@njit(cache=True, nogil=True)
def bytes_of_draw(draw, horizon, worlds, phases, parts, operations_room, rooms, counts):
    """The most memory that a run of a draw needs. Rows parts[p] to parts[p + 1] of `phases` are those of policy p."""
    most = 0
    for place in range(len(parts) - 1):
        own = phases[parts[place] : parts[place + 1]]
        most = max(most, size_of(horizon, worlds[draw : draw + 1], own, 0, operations_room, rooms, counts))
    return most


@njit(cache=True, nogil=True)
def largest_draw(horizon, worlds, phases, parts, operations_rooms, rooms, counts):
    """The draw that needs the most memory, and how much."""
    largest, most = 0, 0
    for draw in range(len(worlds)):
        needed = bytes_of_draw(draw, horizon, worlds, phases, parts, operations_rooms[draw], rooms, counts)
        if needed > most:
            largest, most = draw, needed
    return largest, most


@njit(cache=True, nogil=True)
def run_draws(  # noqa: PLR0917  # compiled code takes no objects
    first, last, seeds, horizon, worlds, phases, parts, operations_rooms, rooms, counts, block, directory, outcomes, weeks, displacement
):
    """Run every policy in draws `first` to `last` - 1. Gives `last`, or the draw whose list of operations proved too short."""
    for draw in range(first, last):
        room = operations_rooms[draw]
        world = worlds[draw : draw + 1]
        reference = np.empty(room, np.int8)
        for place in range(len(parts) - 1):
            own = phases[parts[place] : parts[place + 1]]
            size_of(horizon, world, own, 0, room, rooms, counts)
            begin_in(seeds[draw], horizon, world, own, counts, block, directory)
            operations, _ = live(directory)
            if operations > room:
                return draw
            if place == 0:
                remember(directory, reference)
            report(directory, reference, outcomes[draw, place : place + 1], weeks[draw, place], displacement[draw, place])
    return last
