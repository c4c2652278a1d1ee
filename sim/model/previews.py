"""Previews: how long a restricted system waits before it goes to everyone, and what makes the wait longer."""

from lockgate.sim.model.chance import Purpose, draw, key, normal
from lockgate.sim.model.configurations import offer_guarded
from lockgate.sim.model.coverage import error_left, no_longer_covered
from lockgate.sim.model.systems import open_to_all, rows_of
from lockgate.sim.model.vocabulary import Cause, EventKind, Regime, Stage
from lockgate.sim.model.world import ATTRIBUTION_WINDOW_DAYS, note
from lockgate.sim.rules.row import NEVER
from lockgate.sim.rules.rule import rule


@rule
def in_preview(system):
    """Whether a system is limited, and waits to go to everyone; one that a directive took away waits for something else."""
    limited = system.stage == Stage.HELD or system.stage == Stage.PARTNERS
    return limited and system.regime != Regime.FREE


@rule
def preview_over(world, system, day):
    """Whether the days of the preview have passed, and those that were added."""
    levers = world.phases[world.today.phase]
    return day - system.offered_day >= levers.preview_days + system.extended_days


@rule
def watch_previews(world, day):
    """Make previews with a public date longer where something went wrong in them, a lab's own programme included."""
    levers = world.phases[world.today.phase]
    if levers.extension_days == 0 or not levers.public_release or not world.constants.feedback:
        return
    leaked = leak_noticed(world, day)
    for number in range(len(world.labs)):
        lab = world.labs[number]
        for row in rows_of(lab, world):
            system = world.systems[row]
            if in_preview(system):
                cause = disturbance(world, system, leaked, day)
                if cause != Cause.NONE:
                    extend(world, system, cause, day)


@rule
def leak_noticed(world, day):
    """Row of the system of which leaked access is noticed this morning, or -1: the one that partners had yesterday."""
    noticed = 0
    if world.today.restricted_system >= 0 and world.score.leaks > 0:
        for row in range(len(world.partners)):
            noticed += (world.partners[row].leaks > 0) * (world.partners[row].leak_until == day)
    return world.today.restricted_system if noticed > 0 else -1


@rule
def disturbance(world, system, leaked, day):
    """What went wrong in a preview since yesterday: a flaw of the safeguard found, a leak noticed, or enough attributed incidents."""
    levers = world.phases[world.today.phase]
    system.unanswered += world.attributed[system.index * ATTRIBUTION_WINDOW_DAYS + (day - 1) % ATTRIBUTION_WINDOW_DAYS]
    if system.flaw_day == day:
        return int(Cause.BYPASS)
    if system.index == leaked:
        return int(Cause.LEAK)
    return int(Cause.INCIDENTS) if system.unanswered >= levers.trigger_incidents else int(Cause.NONE)


@rule
def extend(world, system, cause, day):
    """Add the policy's days to a preview."""
    system.extended_days += world.phases[world.today.phase].extension_days
    system.unanswered = 0
    world.score.extensions += 1
    note(world, day, EventKind.EXTENDED, system.owner, -1, system.index, float(cause))


@rule
def widen(world, day):
    """Open what a government limited to everyone: all that the policy asks for is met, or it asks for nothing any more."""
    levers = world.phases[world.today.phase]
    lifted = not (levers.case_by_case or levers.framework)
    for number in range(len(world.labs)):
        lab = world.labs[number]
        for row in rows_of(lab, world):
            system = world.systems[row]
            if system.regime != Regime.GOVERNMENT or not in_preview(system):
                continue
            refuses = refuses_enough(world, system)
            if not refuses and system.harden_day == NEVER:
                system.harden_day = day + world.params.fix_days
            cleared = is_cleared(world, system, day)
            ready = cleared and levers.public_release and preview_over(world, system, day)
            if (ready and (refuses or waited_longest(world, system, day))) or lifted or no_longer_covered(world, system):
                open_to_all(world, system, day)
                continue
            world.score.refusal_wait += ready
            if cleared:
                offer_guarded(world, system, day)


@rule
def is_cleared(world, system, day):
    """Whether agencies have signed a system off, no flaw is being fixed, and there is no alarm."""
    levers = world.phases[world.today.phase]
    signed = system.sign_offs >= levers.sign_offs or waited_longest(world, system, day)
    answered = levers.extension_days > 0 or not world.constants.feedback  # by a longer preview
    quiet = answered or system.attributed_recently < levers.trigger_incidents
    return signed and quiet and system.fix_day == NEVER


@rule
def waited_longest(world, system, day):
    """Whether the lab need not wait any longer for what agencies have to say."""
    return day - system.offered_day >= world.phases[world.today.phase].longest_wait_days


@rule
def refuses_enough(world, system):
    """Whether the safeguard is measured to refuse as much misuse as the policy asks for; a stronger one is measured anew."""
    needed = world.phases[world.today.phase].refusal_needed
    if needed == 0.0:
        return True
    if world.params.refusal_error == 0.0:
        return system.safeguard >= needed
    chances = key(world.seed, system.owner, system.number * 65536 + system.hardened)
    error = normal(draw(chances, Purpose.REFUSAL_MEASURED), draw(chances, Purpose.REFUSAL_MEASURED_ANGLE))
    return system.safeguard + error * error_left(world.params.refusal_error, system.tested_days) >= needed
