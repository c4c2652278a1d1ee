"""The event log: what happened, on which day, to whom."""

from sim.rule import rule


@rule
def note(world, day, kind, who, whom, system, value):
    """Write one line of the event log; where the log has no room, only count it."""
    line = world.score.events
    world.score.events += 1
    if line < len(world.events):
        event = world.events[line]
        event.day = day
        event.kind = int(kind)
        event.who = who
        event.whom = whom
        event.system = system
        event.value = value
