"""Directives: orders that take a system away from its users, for a cause, and give it back."""

from lockgate.sim.model.chance import Purpose, uniform
from lockgate.sim.model.configurations import serves_all
from lockgate.sim.model.coverage import is_covered
from lockgate.sim.model.systems import restore, restore_partly, rows_of, take_away
from lockgate.sim.model.vocabulary import Cause, EventKind, Stage
from lockgate.sim.model.world import ATTRIBUTION_WINDOW_DAYS, HOME_GOVERNMENT, note
from lockgate.sim.rules.rule import rule


@rule
def give_orders(world, day):
    """Directives and restorations: those on the policy's dates, and those that a bypass or incidents set off."""
    levers = world.phases[world.today.phase]
    ordered = levers.directive and world.today.phase_begins
    if not (ordered or levers.revocation or world.score.directives > 0):
        return
    for number in range(len(world.labs)):
        lab = world.labs[number]
        for row in rows_of(lab, world):
            system = world.systems[row]
            if system.stage == Stage.DARK:
                give_back(world, system, day)
            elif (serves_all(system) or system.stage == Stage.PARTNERS) and is_covered(world, system):
                cause = int(Cause.ORDER) if ordered and lab.covered else cause_given(world, lab, system, day)
                if cause != Cause.NONE:
                    take_away(world, system, day, cause)


@rule
def give_back(world, system, day):
    """The end of a directive, on its day or by order; before that, domestic organisations may have the system back."""
    levers = world.phases[world.today.phase]
    if day >= system.dark_until or (levers.restore and world.today.phase_begins):
        forget_incidents(world, system)
        restore(world, system, day)
    else:
        restore_partly(world, system, day)


@rule
def cause_given(world, lab, system, day):
    """What a system did that sets off a directive; none where the policy has no such directives, or where nothing reacts."""
    levers = world.phases[world.today.phase]
    if not levers.revocation or not world.constants.feedback or not (lab.covered or levers.directives_any_lab):
        return int(Cause.NONE)
    if system.bypassed and answers(world, system, int(Cause.BYPASS), day):
        return int(Cause.BYPASS)
    if system.attributed_recently >= levers.trigger_incidents and answers(world, system, int(Cause.INCIDENTS), day):
        return int(Cause.INCIDENTS)
    return int(Cause.NONE)


@rule
def answers(world, system, cause, day):
    """Whether the government answers a cause with a directive: decided once for each system and cause."""
    chance = world.params.revocation_chance
    if chance >= 1.0:
        return True
    if system.weighed & (1 << cause) == 0:
        system.weighed |= 1 << cause
        note(world, day, EventKind.WEIGHED, HOME_GOVERNMENT, system.owner, system.index, float(cause))
    return uniform(world.seed, Purpose.REVOKED, system.owner, system.number * 8 + cause) < chance


@rule
def forget_incidents(world, system):
    """A restored system begins with a clean record."""
    system.attributed_recently = 0
    for slot in range(system.index * ATTRIBUTION_WINDOW_DAYS, (system.index + 1) * ATTRIBUTION_WINDOW_DAYS):
        world.attributed[slot] = 0
