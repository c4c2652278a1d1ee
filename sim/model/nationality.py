"""Nationality of organisations: who is eligible for early access, whom a directive leaves it to, and so who has it today."""

from lockgate.sim.model.vocabulary import Approval, Nationality
from lockgate.sim.model.world import HOME_GOVERNMENT
from lockgate.sim.rules.row import NOTHING
from lockgate.sim.rules.rule import rule


@rule
def nationality_of(params, u):
    """Nationality at the draw u in (0, 1): domestic, then allied, then other."""
    if u < params.domestic_share:
        return int(Nationality.DOMESTIC)
    allied = params.allied_share * (1.0 - params.domestic_share)
    return int(Nationality.ALLIED) if u < params.domestic_share + allied else int(Nationality.OTHER)


@rule
def is_eligible(world, nationality):
    """Whether organisations of a nationality may have early access."""
    levers = world.phases[world.today.phase]
    if nationality == Nationality.ALLIED:
        return levers.allied_eligible
    return nationality == Nationality.DOMESTIC or levers.others_eligible


@rule
def keeps_access(world, nationality):
    """Whether approved organisations of a nationality have the most capable restricted system today."""
    return is_eligible(world, nationality) and (nationality == Nationality.DOMESTIC or not world.today.domestic_only)


@rule
def has_access(world, partner):
    """Whether an organisation has the most capable restricted system today: by approval, or since a directive leaves it to it."""
    today = world.today
    if today.restricted_capability <= NOTHING:
        return False
    if today.domestic_keep and partner.nationality == Nationality.DOMESTIC:
        return True
    return partner.approval == Approval.APPROVED and keeps_access(world, partner.nationality)


@rule
def count_approval(home, partner):
    """Count an approval."""
    home.approved += 1
    home.approved_allied += 1 if partner.nationality == Nationality.ALLIED else 0
    home.approved_others += 1 if partner.nationality == Nationality.OTHER else 0


@rule
def organisations_with_access(world):
    """Organisations that have the most capable restricted system, where there is one."""
    home = world.governments[HOME_GOVERNMENT]
    if world.today.domestic_keep:
        return world.constants.domestic
    allied = 0 if keeps_access(world, int(Nationality.ALLIED)) else home.approved_allied
    others = 0 if keeps_access(world, int(Nationality.OTHER)) else home.approved_others
    return home.approved - allied - others


@rule
def last_rank(world, places):
    """Rank below which eligible organisations have one of so many places; these go to the most critical of them."""
    levers = world.phases[world.today.phase]
    if levers.allied_eligible and levers.others_eligible:
        return places
    limit = 0
    for place in range(len(world.by_rank)):
        partner = world.partners[world.by_rank[place]]
        if places > 0 and partner.interested and is_eligible(world, partner.nationality):
            places -= 1
            limit = partner.rank + 1
    return limit
