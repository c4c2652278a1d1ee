"""A system goes to everyone once its safeguard is measured to refuse enough; its lab makes it stronger until then."""

import math
from statistics import NormalDist
from typing import Any

from lockgate.sim.engine.run import simulate
from lockgate.sim.model.chance import Purpose, normal, uniform
from lockgate.sim.model.formulas.time import MONTH_DAYS
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.previews import refuses_enough
from lockgate.sim.model.vocabulary import EventKind, Regime, Stage
from lockgate.sim.model.world import System
from tests.mutation.worlds import log_of, put, world_of

SYSTEMS = 4000


def waiting(levers: dict[str, Any], **params: Any) -> Any:
    """A world with a system of the second lab that refuses half of all misuse and has been limited since day 0, and that system."""
    base = {"case_by_case": True, "preview_days": 5, "sign_offs": 0, "agencies": 0}
    world = world_of({**base, **levers}, **{"fix_days": 4, "fix_gain": 0.5, **params})
    put(world.labs[1], systems=2, next_trained_day=10**6)
    given = {"stage": int(Stage.HELD), "regime": int(Regime.GOVERNMENT), "offered_day": 0, "ready_day": 0}
    return world, put(world.systems[4], capability=1.0, safeguard=0.5, built=0.5, **given)


def opened(world: Any, system: Any, days: int = 100) -> int:
    """The day on which the system goes to everyone, or -1."""
    log_of(world)
    for day in range(days):
        world.labs[1].step(world, day)
        world.governments[0].step(world, day)
        if system.stage == Stage.PUBLIC:
            return day
    return -1


def test_rounds_until_it_refuses_enough() -> None:
    """After n rounds of a gain g it refuses 1 - (1 - built) (1 - g)^n; a round takes four days, the first begins on day 0."""
    for needed, rounds in ((0.0, 0), (0.5, 0), (0.74, 1), (0.75, 1), (0.76, 2), (0.9, 3), (0.99, 6)):
        world, system = waiting({"refusal_needed": needed})
        assert opened(world, system) == max(5, 4 * rounds)
        assert (system.hardened, system.safeguard) == (rounds, 1.0 - 0.5 ** (rounds + 1))
        hardened = [line for line in log_of(world) if line[0] == EventKind.HARDENED]
        assert hardened == [(EventKind.HARDENED, 4 * n, 1, -1, 4, 1.0 - 0.5 ** (n + 1)) for n in range(1, rounds + 1)]
        assert world.score.refusal_wait == max(0, 4 * rounds - 5)


def test_each_strengthened_safeguard_is_measured_anew_by_draws_of_its_own() -> None:
    world = world_of({"refusal_needed": 0.9}, refusal_error=0.2, seed=3)
    for number, hardened, tested_days in ((1, 0, 0.0), (1, 2, 0.0), (5, 1, 3 * MONTH_DAYS)):
        count = number * 65536 + hardened
        z = normal(uniform(3, Purpose.REFUSAL_MEASURED, 1, count), uniform(3, Purpose.REFUSAL_MEASURED_ANGLE, 1, count))
        bar = 0.9 - z * (0.1 if tested_days else 0.2)
        for safeguard, enough in ((bar - 1e-9, False), (bar + 1e-9, True)):
            system = System(owner=1, number=number, hardened=hardened, tested_days=tested_days, safeguard=safeguard)
            assert refuses_enough(world, system) == enough


def test_the_longest_wait_ends_a_wait_without_end() -> None:
    for longest, opens in ((30, 30), (3650, -1)):
        world, system = waiting({"refusal_needed": 0.6, "longest_wait_days": longest}, fix_gain=0.0)
        assert opened(world, system) == opens
        assert world.score.refusal_wait == (25 if opens > 0 else 95), "the wait is counted"


def test_how_often_a_safeguard_is_seen_to_be_enough() -> None:
    """Five standard errors: a false alarm once in 1.7 million times."""
    world = world_of({"refusal_needed": 0.9}, refusal_error=0.1)
    seen = sum(refuses_enough(world, System(owner=1, number=number, safeguard=0.8)) for number in range(SYSTEMS))
    expected = NormalDist().cdf(-1.0)
    assert abs(seen / SYSTEMS - expected) < 5 * math.sqrt(expected * (1 - expected) / SYSTEMS)


def test_a_safeguard_that_was_bypassed_is_made_stronger_only_once_it_is_fixed() -> None:
    world, system = waiting({"refusal_needed": 0.7})
    put(system, bypassed=True, flaw=True, safeguard=0.1, fix_day=20)
    assert opened(world, system, 20) == -1
    assert system.safeguard == 0.1
    world.labs[1].step(world, 20)
    assert system.safeguard == system.built > 0.9


def test_a_higher_bar_gives_a_later_and_safer_service() -> None:
    levers = {"case_by_case": True, "sign_offs": 0, "preview_days": 0, "agencies": 1}
    policies = [Policy("none", levers), Policy("bar", {**levers, "refusal_needed": 0.95})]
    worlds = parameter_table(10, cooperation=1.0, race_weight=0.0, refusal_error=0.0)
    results = simulate(worlds, policies, range(10)).outcomes
    assert (results["refusal_wait_days"][:, 0] == 0).all()
    assert (results["refusal_wait_days"][:, 1] > 0).all()
    assert (results["mean_release_delay_days"][:, 1] > results["mean_release_delay_days"][:, 0]).all()
    refused = results["refusals"] / results["operations"]
    assert refused[:, 1].mean() > refused[:, 0].mean()
