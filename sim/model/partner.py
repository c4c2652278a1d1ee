"""Organisations: possible partners, defenders, and targets."""

import math
from typing import Annotated, ClassVar

from lockgate.sim.model.agent import Agent
from lockgate.sim.model.chance import Purpose, draw, exponential, grow, lognormal, positive_stable, stem, uniform
from lockgate.sim.model.code_base import CodeBase
from lockgate.sim.model.formulas.time import chance_within, mean_kept
from lockgate.sim.model.nationality import count_approval, has_access, is_eligible, nationality_of
from lockgate.sim.model.vocabulary import Approval, EventKind, Nationality
from lockgate.sim.model.world import HOME_GOVERNMENT, note
from lockgate.sim.rules.row import FIXED, NOTHING, Chance, Code, Count, Day, Days, Flag, Index, PerDay, Ratio, Share, Time
from lockgate.sim.rules.rule import rule


@rule
def rows(horizon, params, phases):
    """As many as the world says."""
    return params.organisations


@rule
def begin(world):
    """Organisations that differ in size, care, interest and patch speed; their code is unsearched at today's capability."""
    params = world.params
    world.constants.new_code_chance = chance_within(params.new_code_per_day)
    world.constants.maintainers = int(math.floor(params.pool_share * params.organisations + 0.5))
    world.constants.fix_capacity = params.fix_capacity / params.flaws_per_organisation
    ageing = 1.0 / params.nday_days
    world.constants.disclosed_kept = math.exp(-ageing) * (1.0 - world.constants.new_code_chance)
    world.constants.disclosed_mean = mean_kept(ageing)
    total = 0.0
    for row in range(len(world.partners)):
        partner = world.partners[row]
        partner.index = row
        partner.stem = stem(world.seed, row)
        chances = grow(partner.stem, 0)
        u, angle = draw(chances, Purpose.SIZE), draw(chances, Purpose.SIZE_ANGLE)
        partner.size = lognormal(1.0, math.sqrt(math.expm1(params.size_spread * params.size_spread)), u, angle)
        total += partner.size
        carelessness = lognormal(1.0, params.care_spread, draw(chances, Purpose.CARE), draw(chances, Purpose.CARE_ANGLE))
        partner.leak_chance = chance_within(params.leak_hazard * carelessness)
        partner.interested = draw(chances, Purpose.INTEREST) < params.interest_share
        partner.nationality = nationality_of(params, draw(chances, Purpose.NATIONALITY))
        world.constants.domestic += 1 if partner.nationality == Nationality.DOMESTIC else 0
        if draw(chances, Purpose.NEVER_PATCH) >= params.never_patch_share:
            speed = positive_stable(params.patch_shape, draw(chances, Purpose.PATCH_ANGLE), draw(chances, Purpose.PATCH_SCALE))
            partner.patch_rate = min(1e6, speed / params.patch_tau_days)
        partner.patch_kept = math.exp(-partner.patch_rate)
        partner.patch_mean = mean_kept(partner.patch_rate)
        partner.disclosed_mean = mean_kept(partner.patch_rate + ageing)
    below = 0.0
    for row in range(len(world.partners)):
        partner = world.partners[row]
        partner.size /= total
        world.size_below[row] = below
        below += partner.size
    guide_to_targets(world)
    rank_organisations(world)


@rule
def guide_to_targets(world):
    """Where to begin the search for the target of a draw u: the last organisation that begins below u, u in steps.

    Source: Chen and Asau (1974), "On generating random variates from an empirical distribution" (guide tables).
    """
    row = 0
    for step in range(len(world.size_guide)):
        while row + 1 < len(world.partners) and world.size_below[row + 1] <= step / len(world.size_guide):
            row += 1
        world.size_guide[step] = row


@rule
def rank_organisations(world):
    """Rank organisations by criticality: the most critical maintain the common pool; places go to those who want one.

    Larger organisations tend to be more critical.
    """
    for row in range(len(world.partners)):
        partner = world.partners[row]
        partner.criticality = partner.size * uniform(world.seed, Purpose.CRITICALITY, row, 0)
        world.by_rank[row] = row
    sort_by_criticality(world)
    places, idle = 0, 0
    for place in range(len(world.by_rank)):
        partner = world.partners[world.by_rank[place]]
        partner.maintainer = place < world.constants.maintainers
        world.constants.critical_size += partner.size * partner.maintainer
        partner.rank = len(world.by_rank) + place
        if partner.interested:
            partner.rank = places
            places += 1
        elif partner.maintainer:
            idle += 1
    world.constants.idle_maintainers = idle if world.params.adoption_on else 0


@rule
def sort_by_criticality(world):
    """Put the rows of organisations in order, the most critical first (Shell's sort: little to compile, quick up to millions)."""
    order, partners = world.by_rank, world.partners
    gap = len(order)
    while gap > 1:
        gap = max(1, int(gap / 2.25))
        for place in range(gap, len(order)):
            row = order[place]
            value = partners[row].criticality
            hole = place
            while hole >= gap and partners[order[hole - gap]].criticality < value:
                order[hole] = order[hole - gap]
                hole -= gap
            order[hole] = row


@rule
def idle(world):
    """Nothing is restricted, nobody waits for access, and nobody's search with it is to end."""
    if world.today.restricted_capability > NOTHING:
        return False
    busy = 0
    for row in range(len(world.partners)):  # no branch: eight at a time
        partner = world.partners[row]
        busy += (partner.approval != Approval.NONE) * (partner.approval < Approval.APPROVED) + partner.searches_early
    return busy == 0


class Partner(Agent, CodeBase):
    """An organisation that may be granted early access: a defender, and a target. Those that do not want it have nothing to do."""

    index: Annotated[Index, "its row", FIXED] = 0
    size: Annotated[Share, "of the size of all organisations", FIXED] = 0.0
    criticality: Annotated[Ratio, "its share of the size of all organisations, times a draw", FIXED] = 0.0
    rank: Annotated[Index, "by criticality among those who want access; beyond all others where it wants none", FIXED] = 0
    maintainer: Annotated[Flag, "it also works on the common pool", FIXED] = False
    interested: Annotated[Flag, "it wants early access", FIXED] = False
    nationality: Annotated[Code, "Nationality", FIXED] = int(Nationality.DOMESTIC)
    searches_early: Annotated[Flag, "it searches with a restricted system today"] = False
    stem: Annotated[Code, "what all its draws share", FIXED] = 0
    leak_chance: Annotated[Chance, "that its access leaks on a day on which it has any", FIXED] = 0.0
    patch_rate: Annotated[PerDay, "at which known flaws are fixed", FIXED] = 0.0
    patch_kept: Annotated[Share, "of known flaws that are still open after a day", FIXED] = 1.0
    patch_mean: Annotated[Share, "the same, mean over the day", FIXED] = 1.0
    uninstalled: Annotated[Share, "of the pool's flaws whose fix it has not installed"] = 0.0
    disclosed: Annotated[Share, "of flaws, its own and the pool's, with a fix that is public, new, and not installed"] = 0.0
    disclosed_mean: Annotated[Share, "of those that are so for a day, mean over it", FIXED] = 0.0
    attack_surface: Annotated[Ratio, "of flaws that an attack on it meets today, its own and the pool's, disclosed ones counted anew"] = 1.0
    found: Annotated[Share, "of its own flaws found so far; new code can bring it above 1"] = 0.0
    fixed: Annotated[Share, "of its own flaws fixed so far"] = 0.0
    approval: Annotated[Code, "Approval"] = int(Approval.NONE)
    applications: Annotated[Count, "it has planned"] = 0
    applied_at: Annotated[Time, "of its application"] = 0.0
    applicant: Annotated[Flag, "it has applied at least once"] = False
    waited: Annotated[Days, "from its applications to decisions on them, or until it took them back"] = 0.0
    review_start: Annotated[Time, "of the review"] = 0.0
    review_finish: Annotated[Time, "of the review"] = 0.0
    leak_until: Annotated[Day, "until which its access leaks"] = 0
    leaks: Annotated[Count, "of its access so far"] = 0
    incidents: Annotated[Count, "it suffered"] = 0

    rows = staticmethod(rows)
    begin = staticmethod(begin)
    acts_if: ClassVar = "interested"
    idle = staticmethod(idle)
    by_column: ClassVar = True

    @rule
    def step(self, world, day):
        """Seek access, guard it, and search with what it gives."""
        offered = world.today.offered and is_eligible(world, self.nationality)
        settled = self.approval == Approval.APPROVED or self.approval == Approval.REFUSED
        if not settled and (offered or self.approval != Approval.NONE):
            seek_access(self, world, offered, day)
        holds = has_access(world, self)
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
    if partner.rank < world.today.last_rank:
        admit(partner, world, home, day)
        return
    if partner.approval == Approval.NONE:
        delay = exponential(draw(grow(partner.stem, partner.applications), Purpose.APPLICATION))
        partner.approval = int(Approval.PLANNED)
        partner.applied_at = day + world.params.application_days * delay
    if partner.approval == Approval.PLANNED and partner.applied_at < day + 1:
        partner.approval = int(Approval.WAITING)
        partner.applicant = True
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
    partner.applicant = True
    partner.waited += waited
    partner.approval = int(Approval.APPROVED)
    count_approval(home, partner)
    home.admitted += 1
    note(world, day, EventKind.APPROVED, partner.index, HOME_GOVERNMENT, world.today.restricted_system, waited)


@rule
def hear_decision(partner, world, home, day):
    """The review is over: approved, or refused for good."""
    home.in_review -= 1
    partner.waited += day - partner.applied_at
    refusal = draw(grow(partner.stem, partner.applications), Purpose.REFUSED)
    refused = world.params.approval_refusal_chance
    if refusal < refused + world.phases[world.today.phase].vetting_refused * (1.0 - refused):
        partner.approval = int(Approval.REFUSED)
        home.refused += 1
        note(world, day, EventKind.REFUSED_ACCESS, partner.index, HOME_GOVERNMENT, -1, day - partner.applied_at)
    else:
        partner.approval = int(Approval.APPROVED)
        count_approval(home, partner)
        note(world, day, EventKind.APPROVED, partner.index, HOME_GOVERNMENT, world.today.restricted_system, day - partner.applied_at)


@rule
def withdraw(partner, world, home, day):
    """Nothing is restricted any more: there is nothing to wait for."""
    if partner.approval == Approval.WAITING:
        partner.waited += max(0.0, day - partner.applied_at)
        home.waiting -= 1
        home.withdrawn += 1
        note(world, day, EventKind.WITHDRAWN, partner.index, HOME_GOVERNMENT, -1, max(0.0, day - partner.applied_at))
    partner.approval = int(Approval.NONE)
    partner.applications += 1


@rule
def watch_access(partner, world, day):
    """While it holds a restricted system, access may leak, until that is noticed."""
    params = world.params
    world.score.access_days += 1
    if params.leaks_on and draw(grow(partner.stem, day), Purpose.LEAK) < partner.leak_chance:
        partner.leak_until = day + params.leak_days
        partner.leaks += 1
        world.score.leaks += 1
        note(world, day, EventKind.LEAK, partner.index, -1, world.today.restricted_system, float(params.leak_days))
    if day < partner.leak_until:
        world.leaking[world.today.leaks] = partner.index
        world.today.leaks += 1
