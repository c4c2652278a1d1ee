"""Organisations: possible partners, defenders, and targets."""

from typing import Annotated

from sim.agent import Agent
from sim.chance import Purpose, draw, exponential, key, uniform
from sim.code_base import pass_code_day
from sim.formulas.time import chance_within
from sim.log import note
from sim.row import NOTHING, Code, Count, Day, Flag, Index, PerDay, Ratio, Share, Time
from sim.rule import rule
from sim.vocabulary import Approval, EventKind
from sim.world import HOME_GOVERNMENT


class Partner(Agent):
    """An organisation that may be granted early access: a defender, and a target."""

    index: Annotated[Index, "its row"] = 0
    size: Annotated[Share, "of the size of all organisations"] = 0.0
    criticality: Annotated[Ratio, "its share of the size of all organisations, times a draw"] = 0.0
    rank: Annotated[Index, "by criticality among those who want access; beyond all others where it wants none"] = 0
    maintainer: Annotated[Flag, "it also works on the common pool"] = False
    interested: Annotated[Flag, "it wants early access"] = False
    searches_early: Annotated[Flag, "it searches with a restricted system today"] = False
    carelessness: Annotated[Ratio, "of its leak hazard to the mean"] = 1.0
    patch_rate: Annotated[PerDay, "at which known flaws are fixed"] = 0.0
    patch_kept: Annotated[Share, "of known flaws that are still open after a day"] = 1.0
    patch_mean: Annotated[Share, "the same, mean over the day"] = 1.0
    latent: Annotated[Share, "of its own flaws that no defender knows"] = 1.0
    known: Annotated[Share, "of its own flaws found and not fixed"] = 0.0
    patched: Annotated[Share, "of its own flaws fixed"] = 0.0
    exposed: Annotated[Share, "of its own flaws latent or known, mean over today"] = 1.0
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
        """Seek access, guard it, and search and patch with the best system within reach."""
        if self.interested and self.approval != Approval.REFUSED and self.approval != Approval.APPROVED:
            seek_access(self, world, day)
        holds = self.approval == Approval.APPROVED and world.today.restricted_capability > NOTHING
        if holds:
            watch_access(self, world, day)
        self.searches_early = holds and world.params.head_start_on
        search_and_patch(self, world)


@rule
def seek_access(partner, world, day):
    """Apply when a restricted system is offered, wait for approval, take the application back when the offer is gone."""
    home = world.governments[HOME_GOVERNMENT]
    if partner.approval == Approval.IN_REVIEW:
        if partner.review_finish <= day:
            hear_decision(partner, world, home, day)
        return
    if world.today.restricted_capability <= NOTHING:
        if partner.approval != Approval.NONE:
            withdraw(partner, world, home, day)
        return
    if partner.rank < world.today.places:
        admit(partner, world, home, day)
        return
    if partner.approval == Approval.NONE:
        delay = exponential(draw(key(world.seed, partner.index, partner.applications), Purpose.APPLICATION))
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
    refusal = draw(key(world.seed, partner.index, partner.applications), Purpose.REFUSED)
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
    if params.leaks_on:
        chance = chance_within(params.leak_hazard * partner.carelessness)
        if uniform(world.seed, Purpose.LEAK, partner.index, day) < chance:
            partner.leak_until = day + params.leak_days
            partner.leaks += 1
            world.score.leaks += 1
            note(world, day, EventKind.LEAK, partner.index, -1, world.today.restricted_system, float(params.leak_days))
    if day < partner.leak_until:
        world.leaking[world.today.leaks] = partner.index
        world.today.leaks += 1


@rule
def search_and_patch(partner, world):
    """One day of finding and fixing with the best system that the organisation may use."""
    today = world.today
    search, kept, mean = today.search, today.search_kept, today.search_mean
    if partner.searches_early:
        search, kept, mean = today.partner_search, today.partner_search_kept, today.partner_search_mean
    new_code = world.constants.new_code_chance
    found, fixed = pass_code_day(partner, search, kept, mean, partner.patch_rate, partner.patch_kept, partner.patch_mean, new_code)
    partner.found += found
    partner.fixed += fixed
