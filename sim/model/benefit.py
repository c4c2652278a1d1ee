"""What access to systems is worth, and what organisations forgo while better systems are ready that they may not use."""

from lockgate.sim.model.formulas.benefit import worth
from lockgate.sim.model.nationality import has_access
from lockgate.sim.rules.rule import rule


@rule
def forgo_access(world):
    """Add up the access that organisations go without today: of the best system that is ready, less of the best that they may use.

    Only two things matter: what everyone can use, and what those with early access can. So organisations count by their summed size.
    """
    today, score, constants = world.today, world.score, world.constants
    months = world.params.benefit_doubling_months
    everyone = max(today.public_capability, today.open_capability)
    # Open weights that are held back trail the frontier, so the best system that is ready is a lab's, unless it is out already.
    ready = worth(max(today.frontier_capability, everyone), months)
    lacking, spared = ready - worth(everyone, months), 0.0
    if lacking <= 0.0:
        return
    if today.restricted_capability > everyone:
        spared = worth(today.restricted_capability, months) - worth(everyone, months)
    approved, critical = 0.0, 0.0
    if spared > 0.0:
        for row in range(len(world.partners)):
            partner = world.partners[row]
            size = partner.size * has_access(world, partner)
            approved += size
            critical += size * partner.maintainer
    organisations = today.discount * len(world.partners)
    score.access_forgone += organisations * (lacking - spared * approved)
    score.access_forgone_critical += organisations * (lacking * constants.critical_size - spared * critical)
