"""Configurations of a system: the full one for those who may use it, and a guarded one for everyone."""

from lockgate.sim.model.formulas.safeguards import guarded_safeguard
from lockgate.sim.model.vocabulary import EventKind, Stage
from lockgate.sim.model.world import note
from lockgate.sim.rules.row import NOTHING
from lockgate.sim.rules.rule import rule


@rule
def is_guarded(system):
    """Everyone has its guarded configuration, and only approved organisations, or nobody, the full one."""
    return system.guarded and (system.stage == Stage.HELD or system.stage == Stage.PARTNERS)


@rule
def serves_all(system):
    """One of its configurations is a service open to all."""
    return system.stage == Stage.PUBLIC or is_guarded(system)


@rule
def is_restricted(system):
    """Some organisations have its full configuration: approved ones, or domestic ones that a directive leaves it to."""
    return system.stage == Stage.PARTNERS or (system.stage == Stage.DARK and system.domestic_only)


@rule
def served_capability(world, system):
    """Capability in months that everyone gets of it; the guard costs some."""
    if system.stage == Stage.PUBLIC or system.stage == Stage.OPEN_WEIGHTS:
        return system.capability
    return system.capability - world.params.guard_cost_months if is_guarded(system) else NOTHING


@rule
def served_safeguard(world, system):
    """Chance that what everyone gets of it refuses a misuse attempt; a public bypass gets through the guard as well."""
    if not is_guarded(system):
        return system.safeguard
    whole = guarded_safeguard(system.built, world.phases[world.today.phase].guard)
    return whole * world.params.bypassed_share if system.bypassed else whole


@rule
def offer_guarded(world, system, day):
    """The guarded configuration of a restricted system goes to everyone, so many days after the system was restricted."""
    levers = world.phases[world.today.phase]
    if system.guarded or day < system.offered_day + levers.guarded_after_days:
        return
    system.guarded = True
    system.public_day = min(system.public_day, day)
    note(world, day, EventKind.GUARDED, system.owner, -1, system.index, float(day - system.ready_day))


@rule
def is_vetting(world):
    """Everyone has a guarded configuration, and organisations are vetted one by one for the full one."""
    return world.today.guarded and world.phases[world.today.phase].vetted_places > 0


@rule
def approval_places(world):
    """Most organisations that may be approved one by one: customer by customer, and for the full configuration."""
    levers = world.phases[world.today.phase]
    if not is_vetting(world):
        return levers.partners_max if levers.approvals or levers.vetted_places == 0 else 0
    return levers.vetted_places + (levers.partners_max if levers.approvals else 0)
