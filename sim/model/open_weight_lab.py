"""Open-weight labs: they follow the frontier at a lag and publish what they reach."""

from typing import Annotated

from lockgate.sim.model.agent import Agent
from lockgate.sim.model.chance import Purpose, draw, key, uniform
from lockgate.sim.model.configurations import serves_all
from lockgate.sim.model.coverage import is_covered, measure
from lockgate.sim.model.formulas.race import effective_lag, heed_chance
from lockgate.sim.model.formulas.time import MONTH_DAYS
from lockgate.sim.model.systems import publish_weights, row_of, rows_of, strip_weights
from lockgate.sim.model.vocabulary import EventKind, Regime, Services, Stage
from lockgate.sim.model.world import FOREIGN_GOVERNMENT, note
from lockgate.sim.rules.row import NEVER, NOTHING, Count, Day, Index, Months, Ratio, Share
from lockgate.sim.rules.rule import rule


@rule
def rows(horizon, params, phases):
    """As many as the world says."""
    return params.open_weight_labs


@rule
def begin(world):
    """Open-weight labs, each with one published and stripped system at its lag."""
    params = world.params
    for row in range(len(world.open_weight_labs)):
        lab = world.open_weight_labs[row]
        lab.index = row
        chances = key(world.seed, row, 0)
        lab.further_lag = params.open_spread_months * draw(chances, Purpose.OPEN_LAG) if row > 0 else 0.0
        lab.capability = -(params.open_weight_lag_months + lab.further_lag)
        lab.next_trained_day = int(draw(chances, Purpose.OPEN_PHASE) * params.open_cadence_days)
        lab.first_system = len(world.labs) + row
        lab.systems = 1
        system = world.systems[lab.first_system]
        system.capability = lab.capability
        system.stripped = params.stripping_on
        system.built = params.open_safeguard
        system.safeguard = min(params.residual_refusal, params.open_safeguard) if params.stripping_on else params.open_safeguard
        system.stage = int(Stage.OPEN_WEIGHTS)
        system.ready_day = -1
        system.public_day = -1
        system.unguarded_day = -1
        system.weights_day = -1


class OpenWeightLab(Agent):
    """A lab that publishes its weights, abroad."""

    index: Annotated[Index, "its row"] = 0
    capability: Annotated[Months, "of its research"] = NOTHING
    further_lag: Annotated[Months, "behind the best open-weight lab"] = 0.0
    next_trained_day: Annotated[Day, "on which its next system is done"] = 0
    first_system: Annotated[Index, "row of its first system"] = 0
    systems: Annotated[Count, "that it has trained"] = 0
    offer: Annotated[Months, "capability that it has published"] = NOTHING
    customers: Annotated[Share, "of all customers"] = 0.0
    customers_at_start: Annotated[Share, "of all customers"] = 0.0
    pull: Annotated[Ratio, "that draws customers today"] = 0.0
    aim: Annotated[Share, "of all customers, towards which its own moves"] = 0.0
    brand: Annotated[Ratio, "logarithm of what draws customers beside capability"] = 0.0

    rows = staticmethod(rows)
    begin = staticmethod(begin)

    @rule
    def step(self, world, day):
        """Follow the frontier, finish systems, publish and strip them."""
        follow(self, world)
        if day >= self.next_trained_day:
            finish_system(self, world, self.capability, day)
            self.next_trained_day = day + world.params.open_cadence_days
        if self.index == 0 and day == world.params.open_shock_day:
            shock(self, world, day)
        for row in rows_of(self, world):
            tend(world, world.systems[row], day)


@rule
def follow(lab, world):
    """Reach the frontier at the lag that its exposure allows; otherwise go on at the lab's own slow pace. Nothing is forgotten."""
    params = world.params
    today = world.today
    exposure = today.exposure if world.constants.feedback else 1.0
    distillation = params.distillation if params.distillation_on else 0.0
    seen_lag = params.open_weight_lag_months + lab.further_lag
    reached = today.frontier_capability - effective_lag(seen_lag, distillation, exposure)
    # What is broadly served can be distilled as far as its own capability goes, whoever serves it.
    served = today.frontier_capability - params.guard_cost_months if today.exposure_guarded else NOTHING
    if params.services == Services.EACH:
        served = max(served, today.best_offer)
    reached = max(reached, served - effective_lag(seen_lag, distillation, 1.0))
    own = lab.capability + params.open_own_pace / MONTH_DAYS
    lab.capability = max(lab.capability, min(max(own, reached), today.frontier_capability))


@rule
def finish_system(lab, world, capability, day):
    """A new system; where its government coordinates, a covered one is held back."""
    levers = world.phases[world.today.phase]
    params = world.params
    number = lab.systems
    system = world.systems[row_of(lab, world, number)]
    system.capability = capability
    system.safeguard = params.open_safeguard
    system.built = params.open_safeguard
    system.stage = int(Stage.HELD)
    system.ready_day = day
    system.hold_until = day
    lab.systems += 1
    measure(world, system)
    covered = is_covered(world, system)
    if covered and levers.prohibited:
        system.regime = int(Regime.PROHIBITED)
        note(world, day, EventKind.HOLD, FOREIGN_GOVERNMENT, lab.index, system.index, float(NEVER))
    heeds = uniform(world.seed, Purpose.HEED_HOLD, lab.index, number) < chance_to_heed(world, capability)
    if covered and heeds and world.governments[FOREIGN_GOVERNMENT].coordinating:
        system.hold_until = day + levers.hold_days
        note(world, day, EventKind.HOLD, FOREIGN_GOVERNMENT, lab.index, system.index, float(levers.hold_days))


@rule
def chance_to_heed(world, capability):
    """Chance that an open-weight lab does as its government asks: the more is held back abroad, the better; fixed where nothing reacts."""
    params = world.params
    if params.heed_reciprocity == 0.0 or not world.constants.feedback:
        return params.heed_hold
    return heed_chance(params.heed_hold, params.heed_reciprocity, held_at_home(world, capability))


@rule
def held_at_home(world, capability):
    """Of the frontier labs' systems that are ready and as capable, the share that is not open to all; 0 where there is none."""
    equal, held = 0, 0
    for number in range(len(world.labs)):
        for row in rows_of(world.labs[number], world):
            system = world.systems[row]
            if system.stage > Stage.TESTING and system.capability >= capability:
                equal += 1
                held += not serves_all(system) and system.stage != Stage.OPEN_WEIGHTS
    return held / max(1, equal)


@rule
def shock(lab, world, day):
    """The world's open-weight shock: a system of stated capability, published at once."""
    capability = world.params.open_shock_capability
    finish_system(lab, world, capability, day)
    system = world.systems[row_of(lab, world, lab.systems - 1)]
    system.hold_until = day
    system.regime = int(Regime.FREE)
    lab.capability = max(lab.capability, capability)


@rule
def tend(world, system, day):
    """Publish what is no longer held back; strip what can be stripped."""
    if system.regime == Regime.PROHIBITED and world.phases[world.today.phase].prohibited:
        return
    system.regime = int(Regime.FREE)
    lifted = not world.governments[FOREIGN_GOVERNMENT].coordinating
    if system.stage == Stage.HELD and (day >= system.hold_until or lifted):
        system.hold_until = NEVER
        publish_weights(world, system, day)
    if system.stage == Stage.OPEN_WEIGHTS and not system.stripped:
        strip_weights(world, system, day)
