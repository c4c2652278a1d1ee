"""An open-weight lab: it follows at its lag, publishes, is held back or not, and its weights are stripped."""

from typing import Any

from sim.agents.open_weight_lab import OpenWeightLab, finish_system, follow, shock, tend
from sim.chance import Purpose, uniform
from sim.formulas.race import effective_lag
from sim.row import NEVER, NOTHING, fields
from sim.vocabulary import EventKind, Feedback, Stage
from tests.mutation.worlds import changed, log_of, near, put, state, world_of

MONTH = 365.25 / 12.0


def test_it_follows_the_frontier_at_its_lag() -> None:
    for params, frontier, before, after in (
        ({}, 9.0, 0.0, 9.0 - effective_lag(2.5, 0.4, 0.5)),
        ({"distillation_on": False}, 9.0, 0.0, 6.5),
        ({"feedback": Feedback.NONE}, 9.0, 0.0, 6.5),
        ({}, 9.0, 7.0, 7.0 + 0.6 / MONTH),
        ({}, 7.01, 7.0, 7.01),
        ({}, 5.0, 7.0, 7.0),
    ):
        world = world_of(**{"open_weight_lag_months": 2.0, "distillation": 0.4, "open_own_pace": 0.6, **params})
        put(world.today, frontier_capability=frontier, exposure=0.5)
        lab = put(world.open_weight_labs[0], further_lag=0.5, capability=before)
        follow(lab, world)
        assert near(lab.capability, after), (params, frontier, before)


def finished(levers: dict[str, Any] | None = None, capability: float = 1.0, seed: int = 0, *, coordinating: bool = False) -> Any:
    """A world of 2 labs in which the second open-weight lab (row 3 among owners) finished its third system on day 9."""
    world = world_of({"hold_days": 12, **(levers or {})}, open_weight_labs=2, open_safeguard=0.35, heed_hold=0.5, seed=seed)
    world.governments[1].coordinating = coordinating
    lab = put(world.open_weight_labs[1], systems=2)
    before = state(world.systems[11])
    log_of(world)
    finish_system(lab, world, capability, 9)
    assert lab.systems == 3
    return world, changed(world.systems[11], before)


def test_a_new_system_is_held_where_the_government_coordinates_and_the_lab_heeds() -> None:
    new = {"capability": 1.0, "safeguard": 0.35, "built": 0.35, "stage": Stage.HELD, "ready_day": 9, "hold_until": 9}
    assert finished()[1] == new
    heeded = set()
    for seed in range(12):
        heeds = uniform(seed, Purpose.HEED_HOLD, 1, 2) < 0.5
        heeded.add(heeds)
        world, found = finished(seed=seed, coordinating=True)
        assert found == (new | {"hold_until": 21} if heeds else new)
        assert log_of(world) == ([(EventKind.HOLD, 9, 1, 1, 11, 12.0)] if heeds else [])
        assert finished(seed=seed)[1] == new
        assert finished({"threshold_months": 1.1}, seed=seed, coordinating=True)[1] == new
        assert finished({"threshold_months": 1.0}, seed=seed, coordinating=True)[1] == found
    assert heeded == {False, True}


def test_a_held_system_is_published_when_the_hold_ends_or_is_lifted() -> None:
    for coordinating, stage, day, published in (
        (True, Stage.HELD, 8, False),
        (True, Stage.HELD, 9, True),
        (True, Stage.HELD, 10, True),
        (False, Stage.HELD, 3, True),
        (False, Stage.TESTING, 9, False),
        (False, Stage.UNUSED, 9, False),
    ):
        world = world_of()
        world.governments[1].coordinating = coordinating
        system = put(world.systems[5], stage=int(stage), hold_until=9, capability=1.0, safeguard=0.5)
        before = state(system)
        tend(world, system, day)
        new = {"stage": Stage.OPEN_WEIGHTS, "weights_day": day, "public_day": day, "hold_until": NEVER}
        assert changed(system, before) == (new if published else {}), (coordinating, stage, day)


def test_weights_are_stripped_once() -> None:
    for stage, stripped, day, changes in (
        (Stage.OPEN_WEIGHTS, False, 9, True),
        (Stage.OPEN_WEIGHTS, False, 8, False),
        (Stage.OPEN_WEIGHTS, True, 9, False),
        (Stage.TESTING, False, 9, False),
    ):
        world = world_of(strip_days=4)
        system = put(world.systems[5], stage=int(stage), weights_day=5, safeguard=0.5, stripped=stripped)
        before = state(system)
        tend(world, system, day)
        assert bool(changed(system, before)) == changes


def test_the_shock_is_published_at_once() -> None:
    world = world_of(open_shock_capability=2.5, heed_hold=1.0)
    world.governments[1].coordinating = True
    lab = put(world.open_weight_labs[0], capability=-3.0)
    shock(lab, world, 6)
    system = world.systems[5]
    assert (system.capability, system.hold_until, system.stage, lab.systems, lab.capability) == (2.5, 6, Stage.HELD, 2, 2.5)
    put(lab, capability=4.0)
    shock(lab, world, 7)
    assert lab.capability == 4.0


def test_a_day_of_an_open_weight_lab() -> None:
    world = world_of(open_weight_labs=2, open_shock_day=5, open_shock_capability=1.5, open_cadence_days=30, open_own_pace=3.0)
    for lab in world.open_weight_labs:
        put(lab, next_trained_day=4)
    put(world.today, frontier_capability=9.0, exposure=1.0)
    first, second = world.open_weight_labs
    seen = []
    for day in (3, 4, 5, 6):
        for lab in (first, second):
            lab.step(world, day)
        seen.append((first.systems, second.systems))
    assert seen == [(1, 1), (2, 2), (3, 2), (3, 2)]
    assert first.next_trained_day == 34
    assert [world.systems[row].stage for row in (2, 6, 10, 3, 7)] == [Stage.OPEN_WEIGHTS] * 5
    assert first.capability > second.capability > 0.0
    late = world_of()
    late.open_weight_labs[0].next_trained_day = 3
    late.open_weight_labs[0].step(late, 4)
    assert (late.open_weight_labs[0].systems, late.open_weight_labs[0].next_trained_day) == (2, 64)


def test_it_begins_with_nothing() -> None:
    values = {field.name: field.default for field in fields(OpenWeightLab)}
    assert {name: value for name, value in values.items() if value != 0} == {"capability": NOTHING, "offer": NOTHING}
