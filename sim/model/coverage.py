"""Which systems a policy covers: their capability is measured with an error, which testing makes smaller."""

import math

from lockgate.sim.model.chance import Purpose, draw, key, normal
from lockgate.sim.model.formulas.time import MONTH_DAYS
from lockgate.sim.rules.rule import rule


@rule
def measure(world, system):
    """Draw by how much a system that is ready is misjudged: once, for all who judge it.

    A run begins with a system that was seen to be critical, so of its error only the size is drawn.
    """
    if world.params.preview_error_months == 0.0:
        return
    owner = len(world.labs) + system.owner if system.open_lab else system.owner
    chances = key(world.seed, owner, system.number)
    system.misjudged = normal(draw(chances, Purpose.MEASURED), draw(chances, Purpose.MEASURED_ANGLE))
    if owner == 0 and system.number == 1 and world.params.covered_leads:
        system.misjudged = abs(system.misjudged)


@rule
def error_left(deviation: float, tested_days: float) -> float:
    """Standard deviation of a measurement after so many days of tests: a month of them counts as much as the first look.

    >>> error_left(2.0, 0.0), error_left(2.0, 3 * 30.4375)
    (2.0, 1.0)
    """
    return deviation / math.sqrt(1.0 + tested_days / MONTH_DAYS)


@rule
def threshold(world):
    """Capability (months) from which a system is covered today: absolute, or counted from the best published weights."""
    levers = world.phases[world.today.phase]
    return levers.threshold_months + (world.today.open_capability if levers.relative_threshold else 0.0)


@rule
def is_covered(world, system):
    """Whether a system is seen to reach the threshold."""
    error = system.misjudged * error_left(world.params.preview_error_months, system.tested_days)
    return system.capability + error >= threshold(world)


@rule
def no_longer_covered(world, system):
    """Whether a restricted system is seen below the threshold after all: tests showed less, or open weights have caught up."""
    movable = world.phases[world.today.phase].relative_threshold or world.params.preview_error_months > 0.0
    return movable and not is_covered(world, system)


@rule
def count_misjudged(world, system, covered):
    """Count a system that somebody wanted to limit and that was seen on the wrong side of the threshold."""
    truly = system.capability >= threshold(world)
    world.score.covered_in_error += covered and not truly
    world.score.missed += truly and not covered
