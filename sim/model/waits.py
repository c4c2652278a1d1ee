"""Who waits for early access, and how long: means over applicants of a group, those still undecided counted until the run ended."""

from lockgate.sim.model.nationality import is_eligible
from lockgate.sim.model.vocabulary import Approval
from lockgate.sim.rules.rule import rule

MOST_CRITICAL = 10  # one in so many organisations is among the most critical; says how waits are told, not what happens


@rule
def is_undecided(partner):
    """It has applied, and nothing is decided."""
    return partner.approval == Approval.WAITING or partner.approval == Approval.IN_REVIEW


@rule
def days_waited(world, partner):
    """Days that an organisation has waited for decisions, all its applications together."""
    return partner.waited + (world.horizon - partner.applied_at if is_undecided(partner) else 0.0)


@rule
def wait_by_criticality(world, critical):
    """Mean wait in days of applicants among the most critical tenth, or of all others."""
    total, applicants = 0.0, 0
    for place in range(len(world.by_rank)):
        partner = world.partners[world.by_rank[place]]
        if partner.applicant and (place * MOST_CRITICAL < len(world.by_rank)) == critical:
            total += days_waited(world, partner)
            applicants += 1
    return total / max(1, applicants)


@rule
def wait_by_size(world, large):
    """Mean wait in days of applicants above the mean size of organisations, or of all others."""
    total, applicants = 0.0, 0
    for row in range(len(world.partners)):
        partner = world.partners[row]
        if partner.applicant and (partner.size * len(world.partners) > 1.0) == large:
            total += days_waited(world, partner)
            applicants += 1
    return total / max(1, applicants)


@rule
def wait_by_nationality(world, nationality):
    """Mean wait in days of applicants of a nationality."""
    total, applicants = 0.0, 0
    for row in range(len(world.partners)):
        partner = world.partners[row]
        if partner.applicant and partner.nationality == nationality:
            total += days_waited(world, partner)
            applicants += 1
    return total / max(1, applicants)


@rule
def count_undecided(world):
    """Applicants for whom nothing was decided when the run ended."""
    total = 0
    for row in range(len(world.partners)):
        total += 1 if is_undecided(world.partners[row]) else 0
    return total


@rule
def count_ineligible(world):
    """Organisations that want early access and may not have it by their nationality, when the run ended."""
    total = 0
    for row in range(len(world.partners)):
        partner = world.partners[row]
        total += 1 if partner.interested and not is_eligible(world, partner.nationality) else 0
    return total
