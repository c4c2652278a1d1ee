"""Organisations: possible partners, defenders, and targets."""

from typing import Annotated

from sim.agent import Agent
from sim.chance import Purpose, draw, exponential, grow
from sim.code_base import CodeBase
from sim.log import note
from sim.row import NOTHING, Chance, Code, Count, Day, Flag, Index, PerDay, Ratio, Share, Time
from sim.rule import rule
from sim.vocabulary import Approval, EventKind
from sim.world import HOME_GOVERNMENT


class Partner(Agent, CodeBase):
    """An organisation that may be granted early access: a defender, and a target."""

    index: Annotated[Index, "its row"] = 0
    size: Annotated[Share, "of the size of all organisations"] = 0.0
    criticality: Annotated[Ratio, "its share of the size of all organisations, times a draw"] = 0.0
    rank: Annotated[Index, "by criticality among those who want access; beyond all others where it wants none"] = 0
    maintainer: Annotated[Flag, "it also works on the common pool"] = False
    interested: Annotated[Flag, "it wants early access"] = False
    searches_early: Annotated[Flag, "it searches with a restricted system today"] = False
    stem: Annotated[Code, "what all its draws share"] = 0
    leak_chance: Annotated[Chance, "that its access leaks on a day on which it has any"] = 0.0
    patch_rate: Annotated[PerDay, "at which known flaws are fixed"] = 0.0
    patch_kept: Annotated[Share, "of known flaws that are still open after a day"] = 1.0
    patch_mean: Annotated[Share, "the same, mean over the day"] = 1.0
    attack_surface: Annotated[Share, "of flaws that an attack on it meets today, its own and the pool's"] = 1.0
    found: Annotated[Share, "of its own flaws found so far; new code can bring it above 1"] = 0.0
    fixed: Annotated[Share, "of its own flaws fixed so far"] = 0.0
    approval: Annotated[Code, "Approval"] = int(Approval.NONE)
    applications: Annotated[Count, "it has planned"] = 0
    applied_at: Annotated[Time, "of its application"] = 0.0
    review_start: Annotated[Time, "of the review"] = 0.0
    review_finish: Annotated[Time, "of the review"] = 0.0
    leak_until: Annotated[Day, "until which its access leaks"] = 0
    leaks: Annotated[Count, "of its access so far"] = 0
    incidents: Annotated[Count, "it suffered"] = 0

    @rule
    def step(self, world, day):
        """Seek access, guard it, and search with what it gives."""
        if not self.interested:
            return
        offered = world.today.restricted_capability > NOTHING
        settled = self.approval == Approval.APPROVED or self.approval == Approval.REFUSED
        if not settled and (offered or self.approval != Approval.NONE):
            seek_access(self, world, offered, day)
        holds = offered and self.approval == Approval.APPROVED
        if holds:
            watch_access(self, world, day)
        self.searches_early = holds and world.params.head_start_on


@rule
def seek_access(partner, world, offered, day):
    """Apply when a restricted system is offered, wait for approval, take the application back when the offer is gone."""
    home = world.governments[HOME_GOVERNMENT]
    if partner.approval == Approval.IN_REVIEW:
        if partner.review_finish <= day:
            hear_decision(partner, world, home, day)
        return
    if not offered:
        withdraw(partner, world, home, day)
        return
    if partner.rank < world.today.places:
        admit(partner, world, home, day)
        return
    if partner.approval == Approval.NONE:
        delay = exponential(draw(grow(partner.stem, partner.applications), Purpose.APPLICATION))
        partner.approval = int(Approval.PLANNED)
        partner.applied_at = day + world.params.application_days * delay
    if partner.approval == Approval.PLANNED and partner.applied_at < day + 1:
        partner.approval = int(Approval.WAITING)
        home.applied += 1
        home.waiting += 1
        note(world, day, EventKind.APPLIED, partner.index, HOME_GOVERNMENT, world.today.restricted_system, partner.applied_at)


@rule
def admit(partner, world, home, day):
    """A place in the lab's programme is free for it."""
    waited = 0.0
    if partner.approval == Approval.WAITING:
        home.waiting -= 1
        waited = max(0.0, day - partner.applied_at)
    else:
        home.applied += 1
    partner.approval = int(Approval.APPROVED)
    home.approved += 1
    note(world, day, EventKind.APPROVED, partner.index, HOME_GOVERNMENT, world.today.restricted_system, waited)


@rule
def hear_decision(partner, world, home, day):
    """The review is over: approved, or refused for good."""
    home.in_review -= 1
    refusal = draw(grow(partner.stem, partner.applications), Purpose.REFUSED)
    if refusal < world.params.approval_refusal_chance:
        partner.approval = int(Approval.REFUSED)
        home.refused += 1
        note(world, day, EventKind.REFUSED_ACCESS, partner.index, HOME_GOVERNMENT, -1, day - partner.applied_at)
    else:
        partner.approval = int(Approval.APPROVED)
        home.approved += 1
        note(world, day, EventKind.APPROVED, partner.index, HOME_GOVERNMENT, world.today.restricted_system, day - partner.applied_at)


@rule
def withdraw(partner, world, home, day):
    """Nothing is restricted any more: there is nothing to wait for."""
    if partner.approval == Approval.WAITING:
        home.waiting -= 1
        home.withdrawn += 1
        note(world, day, EventKind.WITHDRAWN, partner.index, HOME_GOVERNMENT, -1, max(0.0, day - partner.applied_at))
    partner.approval = int(Approval.NONE)
    partner.applications += 1


@rule
def watch_access(partner, world, day):
    """While it holds a restricted system, access may leak, until that is noticed."""
    params = world.params
    if params.leaks_on and draw(grow(partner.stem, day), Purpose.LEAK) < partner.leak_chance:
        partner.leak_until = day + params.leak_days
        partner.leaks += 1
        world.score.leaks += 1
        note(world, day, EventKind.LEAK, partner.index, -1, world.today.restricted_system, float(params.leak_days))
    if day < partner.leak_until:
        world.leaking[world.today.leaks] = partner.index
        world.today.leaks += 1
