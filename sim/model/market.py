"""The market: customers move towards what each provider offers them, with inertia."""

import math

from lockgate.sim.model.formulas.race import customer_pull
from lockgate.sim.model.formulas.time import chance_within
from lockgate.sim.model.nationality import organisations_with_access
from lockgate.sim.rules.row import NOTHING
from lockgate.sim.rules.rule import rule


@rule
def share_customers(world):
    """Shares of customers at the start, and the brands that hold them there while offers stay as they are."""
    params = world.params
    opened = params.open_customer_share if len(world.open_weight_labs) > 0 else 0.0
    rivals = len(world.labs) - 1
    covered = params.covered_customer_share if rivals > 0 else 1.0 - opened
    for row in range(len(world.labs)):
        lab = world.labs[row]
        lab.customers = covered if row == 0 else (1.0 - opened - covered) / rivals
        lab.customers_at_start = lab.customers
        lab.brand = math.log(lab.customers) - customer_pull(lab.offer, params.horizon_doubling_months, params.choice_elasticity)
    for row in range(len(world.open_weight_labs)):
        lab = world.open_weight_labs[row]
        lab.customers = opened / len(world.open_weight_labs)
        lab.customers_at_start = lab.customers
        brand = math.log(max(1e-12, lab.customers))
        lab.brand = brand - customer_pull(lab.offer, params.horizon_doubling_months, params.choice_elasticity)


@rule
def clear_market(world, day):
    """One day of customers' moves. Organisations with early access count what is offered to them, all others what everyone gets."""
    partners = organisations_with_access(world) / len(world.partners)
    moved = chance_within(1.0 / world.params.customer_inertia_days)
    total = 0.0
    for row in range(len(world.labs)):
        lab = world.labs[row]
        lab.pull = attraction(world, lab.brand, (1.0 - partners) * lab.offer + partners * lab.best)
        total += lab.pull
    for row in range(len(world.open_weight_labs)):
        lab = world.open_weight_labs[row]
        lab.pull = attraction(world, lab.brand, lab.offer)
        total += lab.pull
    if total <= 0.0:
        return
    for row in range(len(world.labs)):
        lab = world.labs[row]
        lab.customers += moved * (lab.pull / total - lab.customers)
    for row in range(len(world.open_weight_labs)):
        lab = world.open_weight_labs[row]
        lab.customers += moved * (lab.pull / total - lab.customers)


@rule
def attraction(world, brand, offer):
    """What draws customers to a provider, as an exponentiated logit; none to one that offers nothing."""
    if offer <= 0.5 * NOTHING:
        return 0.0
    params = world.params
    return math.exp(min(500.0, brand + customer_pull(offer, params.horizon_doubling_months, params.choice_elasticity)))
