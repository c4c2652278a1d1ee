"""Loot: what spies stole, and when the other spies of their state have it too. It is open to nobody else."""

from lockgate.sim.model.chance import Purpose, draw
from lockgate.sim.model.vocabulary import EventKind
from lockgate.sim.model.world import note
from lockgate.sim.rules.row import NEVER, NOBODY
from lockgate.sim.rules.rule import rule


@rule
def state_of(chances, world):
    """The state of a spy, from its draws."""
    return int(draw(chances, Purpose.STATE) * len(world.states)) if len(world.states) > 0 else NOBODY


@rule
def loot_entry(state, world, system):
    """Where it stands when the spies of a state share a system: system by system, so that it does not depend on how long the run is."""
    return system * len(world.states) + state


@rule
def bring_home(spy, world, day):
    """What a spy stole reaches its state's other spies on the first day that begins after the days it takes."""
    if spy.state == NOBODY:
        return
    state, entry = world.states[spy.state], loot_entry(spy.state, world, spy.stolen_system)
    if world.loot[entry] == 0:
        world.loot[entry] = day + 1 + world.params.share_days
        state.next_day = min(state.next_day, world.loot[entry])


@rule
def share_loot(world, day):
    """In every state of which loot is due, the best that has come home is every spy's."""
    for row in range(len(world.states)):
        if day >= world.states[row].next_day:
            hand_out(world, row, day)


@rule
def hand_out(world, row, day):
    """Look through what the spies of a state stole: the best that is due, and when more is."""
    state = world.states[row]
    before = state.capability
    state.next_day = NEVER
    for system in range(len(world.systems)):
        due, capability = world.loot[loot_entry(row, world, system)], world.systems[system].capability
        if due > day:
            state.next_day = min(state.next_day, due)
        elif due > 0 and capability > state.capability:
            state.system, state.capability = system, capability
    if state.capability > before:
        note(world, day, EventKind.LOOT, row, -1, state.system, state.capability)


@rule
def take_loot(spy, world):
    """A spy has the best of what it stole itself and what its state shares."""
    if spy.state != NOBODY and world.states[spy.state].capability > spy.stolen_capability:
        state = world.states[spy.state]
        spy.stolen_capability, spy.stolen_system = state.capability, state.system
