"""What happens to a system: opened, restricted, tested, taken away, restored, repaired, published, stripped."""

from lockgate.sim.model.goodwill import spend_goodwill
from lockgate.sim.model.vocabulary import Cause, EventKind, Stage
from lockgate.sim.model.world import HOME_GOVERNMENT, note
from lockgate.sim.rules.row import NEVER
from lockgate.sim.rules.rule import rule


@rule
def row_of(lab, world, number):
    """Row of a lab's n-th system. Owners take turns, so that rows do not depend on how long the run is."""
    return lab.first_system + number * world.constants.owners


@rule
def rows_of(lab, world):
    """Rows of all systems that a lab has trained."""
    return range(lab.first_system, row_of(lab, world, lab.systems), world.constants.owners)


@rule
def open_to_all(world, system, day):
    """A service open to all. The first such day counts for the release delay."""
    system.stage = int(Stage.PUBLIC)
    system.guarded = False
    system.public_day = min(system.public_day, day)
    system.unguarded_day = min(system.unguarded_day, day)
    note(world, day, EventKind.PUBLIC, system.owner, -1, system.index, float(day - system.ready_day))


@rule
def close_to_partners(world, system, day, regime):
    """Limit a system to approved partners, or to nobody where the policy has no partners."""
    levers = world.phases[world.today.phase]
    system.regime = regime
    system.offered_day = day
    if levers.approvals or levers.launch_partners > 0 or levers.vetted_places > 0:
        system.stage = int(Stage.PARTNERS)
        home = world.governments[HOME_GOVERNMENT]
        home.programme_day = min(home.programme_day, day)
    else:
        system.stage = int(Stage.HELD)


@rule
def submit_to_agencies(world, system, day):
    """Hand a system to every testing agency."""
    levers = world.phases[world.today.phase]
    for number in range(levers.agencies):
        agency = world.agencies[number]
        test = world.tests[number * world.constants.tests_per_agency + agency.submitted]
        test.system = system.index
        test.arrival = float(day)
        agency.submitted += 1


@rule
def take_away(world, system, day, cause):
    """A directive: until the system is restored nobody may use it, or no foreigner, where it spares domestic organisations."""
    levers = world.phases[world.today.phase]
    system.resume_stage = system.stage
    system.stage = int(Stage.DARK)
    system.domestic_only = levers.directive_spares_domestic
    system.dark_day = day
    system.dark_until = day + levers.dark_days
    world.score.directives += 1
    world.score.directives_for_bypass += cause == Cause.BYPASS
    world.score.directives_for_incidents += cause == Cause.INCIDENTS
    note(world, day, EventKind.DIRECTIVE, HOME_GOVERNMENT, system.owner, system.index, float(levers.dark_days))
    spend_goodwill(world.labs[system.owner], world, system, day)


@rule
def restore_partly(world, system, day):
    """Some days into a directive, domestic organisations that had the system have it again."""
    levers = world.phases[world.today.phase]
    if system.domestic_only or day < system.dark_day + levers.partial_restoration_days:
        return
    system.domestic_only = True
    note(world, day, EventKind.PARTLY_RESTORED, HOME_GOVERNMENT, system.owner, system.index, float(day - system.dark_day))


@rule
def restore(world, system, day):
    """The end of a directive: back to where the system was, its flaw fixed in the meantime, its record clean."""
    system.stage = system.resume_stage
    system.domestic_only = False
    system.dark_until = NEVER
    if system.flaw or system.bypassed:
        fix_safeguard(world, system, day)
    note(world, day, EventKind.RESTORED, HOME_GOVERNMENT, system.owner, system.index, float(day - system.dark_day))


@rule
def fix_safeguard(world, system, day):
    """Close the known flaw; what was learned makes the safeguard stronger than before."""
    system.built += world.params.fix_gain * (1.0 - system.built)
    system.safeguard = system.built
    system.bypassed = False
    system.flaw = False
    system.fix_day = NEVER
    note(world, day, EventKind.FIXED, system.owner, -1, system.index, system.safeguard)


@rule
def harden(world, system, day):
    """Make the safeguard stronger, as a fix would; a flaw that nobody knows of stays."""
    system.built += world.params.fix_gain * (1.0 - system.built)
    if not system.bypassed:
        system.safeguard = system.built
    system.hardened += 1
    system.harden_day = NEVER
    note(world, day, EventKind.HARDENED, system.owner, -1, system.index, system.safeguard)


@rule
def publish_weights(world, system, day):
    """Weights once published stay so."""
    system.stage = int(Stage.OPEN_WEIGHTS)
    system.weights_day = day
    system.public_day = min(system.public_day, day)
    system.unguarded_day = min(system.unguarded_day, day)
    note(world, day, EventKind.WEIGHTS, system.owner, -1, system.index, system.capability)


@rule
def strip_weights(world, system, day):
    """Anyone can strip the safeguards of published weights after some days."""
    params = world.params
    if params.stripping_on and day >= system.weights_day + params.strip_days:
        system.stripped = True
        system.safeguard = min(system.safeguard, params.residual_refusal)
        note(world, day, EventKind.STRIPPED, system.owner, -1, system.index, system.safeguard)
