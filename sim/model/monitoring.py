"""Misuse of restricted access: insiders who are users of it, and the monitoring that sees a misuse and ends the access."""

from lockgate.sim.model.chance import Purpose, draw
from lockgate.sim.model.nationality import has_access
from lockgate.sim.model.vocabulary import ActorKind, EventKind
from lockgate.sim.model.world import note
from lockgate.sim.rules.rule import rule


@rule
def is_user(actor, world):
    """An insider of an organisation with restricted access is a user of it, until monitoring has seen what it does."""
    if actor.kind != ActorKind.INSIDER or actor.seen or not world.params.insider_access_on:
        return False
    return has_access(world, world.partners[actor.home])


@rule
def watch_misuse(actor, world, chances, leaking, day):
    """The lab's monitoring may see this misuse. It then ends the access: an insider's own, or that which leaked (`leaking`, its row)."""
    seen = world.phases[world.today.phase].monitored
    user = is_user(actor, world)
    if user:
        seen += world.params.insider_seen_chance * (1.0 - seen)
    if draw(chances, Purpose.SEEN) >= seen:
        return
    if user:
        actor.seen = True
    elif leaking >= 0:
        world.partners[leaking].leak_until = day + 1  # closed, and noticed, tomorrow morning
    world.score.access_ended += 1
    note(world, day, EventKind.ACCESS_ENDED, actor.index, actor.home if user else leaking, world.today.restricted_system, 0.0)
