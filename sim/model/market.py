"""The market: customers move towards what each provider offers them, with inertia, and pay for what they get."""

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
        lab.revenue_at_start = lab.customers * price(world, lab.offer)
    for row in range(len(world.open_weight_labs)):
        lab = world.open_weight_labs[row]
        lab.customers = opened / len(world.open_weight_labs)
        lab.customers_at_start = lab.customers
        brand = math.log(max(1e-12, lab.customers))
        lab.brand = brand - customer_pull(lab.offer, params.horizon_doubling_months, params.choice_elasticity)


@rule
def clear_market(world, day):
    """One day of customers' moves, and what they pay; organisations with early access count what is offered to them."""
    partners = organisations_with_access(world) / len(world.partners)
    forget_aims(world)
    if world.params.one_market_on:
        draw_customers(world, 0.0)
        share_out(world, 1.0 - partners)
        if partners > 0.0:
            draw_partners(world)
            share_out(world, partners)
    else:
        draw_customers(world, partners)
        share_out(world, 1.0)
    move_customers(world)
    take_payment(world, partners)


@rule
def forget_aims(world):
    """Aims are set anew each day, group of customers by group."""
    for row in range(len(world.labs)):
        world.labs[row].aim, world.labs[row].copied_aim = 0.0, 0.0
    for row in range(len(world.open_weight_labs)):
        world.open_weight_labs[row].aim = 0.0


@rule
def draw_customers(world, early):
    """What draws customers who count early access for this part, and what is offered to everyone for the rest."""
    for row in range(len(world.labs)):
        lab = world.labs[row]
        lab.pull = attraction(world, lab.brand, (1.0 - early) * lab.offer + early * lab.best)
        if world.params.one_market_on and lab.published > NOTHING:
            compete_with_copies(lab, world)
    for row in range(len(world.open_weight_labs)):
        lab = world.open_weight_labs[row]
        lab.pull = attraction(world, lab.brand, lab.offer)


@rule
def compete_with_copies(lab, world):
    """Anybody can serve published weights: the lab keeps the part that its brand holds, or what a service of its own draws."""
    held = world.params.brand_hold
    pull = attraction(world, lab.brand, lab.published)
    lab.copied_pull = (1.0 - held) * pull
    if lab.published >= lab.served:
        lab.pull = max(held * pull, attraction(world, lab.brand, lab.served))


@rule
def draw_partners(world):
    """The same for approved partners, once it is known for everyone: labs draw them by what they offer them alone."""
    for row in range(len(world.labs)):
        lab = world.labs[row]
        if lab.best > lab.offer:
            lab.pull = attraction(world, lab.brand, lab.best)


@rule
def share_out(world, share):
    """Divide this share of all customers by a logit; where nobody offers anything, they stay where they are."""
    total = 0.0
    for row in range(len(world.labs)):
        total += world.labs[row].pull
        total += world.labs[row].copied_pull
    for row in range(len(world.open_weight_labs)):
        total += world.open_weight_labs[row].pull
    for row in range(len(world.labs)):
        lab = world.labs[row]
        lab.aim += share * (lab.pull / total if total > 0.0 else lab.customers)
        lab.copied_aim += share * (lab.copied_pull / total if total > 0.0 else lab.copied)
    for row in range(len(world.open_weight_labs)):
        lab = world.open_weight_labs[row]
        lab.aim += share * (lab.pull / total if total > 0.0 else lab.customers)


@rule
def move_customers(world):
    """Some of all customers move today."""
    moved = chance_within(1.0 / world.params.customer_inertia_days)
    for row in range(len(world.labs)):
        lab = world.labs[row]
        lab.customers += moved * (lab.aim - lab.customers)
        lab.copied += moved * (lab.copied_aim - lab.copied)
    for row in range(len(world.open_weight_labs)):
        lab = world.open_weight_labs[row]
        lab.customers += moved * (lab.aim - lab.customers)


@rule
def take_payment(world, partners):
    """Each lab's revenue today: customers pay for what they can use, approved partners for what they alone can."""
    for row in range(len(world.labs)):
        lab = world.labs[row]
        paid = price(world, lab.offer)
        if partners > 0.0 and lab.best > lab.offer:
            paid += partners * (price(world, lab.best) - paid)
        lab.revenue = lab.customers * paid


@rule
def price(world, offer):
    """What a customer pays for an offer of this capability, relative to one of critical capability; nothing for none."""
    if offer <= 0.5 * NOTHING:
        return 0.0
    params = world.params
    return math.exp(min(500.0, customer_pull(offer, params.horizon_doubling_months, params.revenue_elasticity)))


@rule
def attraction(world, brand, offer):
    """What draws customers to a provider, as an exponentiated logit; none to one that offers nothing."""
    if offer <= 0.5 * NOTHING:
        return 0.0
    params = world.params
    return math.exp(min(500.0, brand + customer_pull(offer, params.horizon_doubling_months, params.choice_elasticity)))
