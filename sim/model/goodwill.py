"""Goodwill: a lab that is restricted without warning is less willing the next time, and forgets in time."""

import math

from lockgate.sim.model.vocabulary import EventKind, Regime, Stage
from lockgate.sim.model.world import HOME_GOVERNMENT, note
from lockgate.sim.rules.rule import rule


@rule
def spend_goodwill(lab, world, system, day):
    """A restriction that nobody had announced: asked case by case, without a framework in force, or by a directive."""
    cost = world.params.goodwill_cost
    if cost > 0.0 and world.constants.feedback:
        lab.goodwill_spent += cost
        note(world, day, EventKind.GOODWILL, lab.index, -1, system.index, lab.goodwill_spent)


@rule
def mind_overrun(lab, world, system, day):
    """Each day beyond the announced preview that the government's word still holds a system back costs goodwill too."""
    cost = world.params.overrun_cost
    if cost > 0.0 and world.constants.feedback and system.regime == Regime.GOVERNMENT:
        held = system.stage == Stage.HELD or system.stage == Stage.PARTNERS
        if held and day > system.offered_day + announced_days(world):
            lab.goodwill_spent += cost


@rule
def announced_days(world):
    """Days of restriction that a lab can reckon with: the preview, and under a framework in force the longest wait for tests as well.

    A system that is not to go to everyone has no date that could be overrun.
    """
    levers = world.phases[world.today.phase]
    if not levers.public_release:
        return world.horizon
    framework = world.governments[HOME_GOVERNMENT].in_force
    return max(levers.preview_days, levers.longest_wait_days) if framework else levers.preview_days


@rule
def regain_goodwill(lab, world):
    """A day passes: what was held against the government decays."""
    if lab.goodwill_spent > 0.0:
        lab.goodwill_spent *= math.exp(-1.0 / world.params.goodwill_days)
