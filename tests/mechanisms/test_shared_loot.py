"""What a spy stole reaches the other spies of its state after a while, and nobody else."""

from typing import Any

import numpy as np

from lockgate.scenarios import load_policy
from lockgate.sim.engine.run import simulate
from lockgate.sim.model.access import settle_access
from lockgate.sim.model.bad_actor import try_theft
from lockgate.sim.model.chance import grow
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.vocabulary import ActorKind, Channel, EventKind, Stage
from tests.mutation.worlds import log_of, put, world_of

DAY = 9


def spying(**params: Any) -> Any:
    """A world of spies in two states, in which every attempt succeeds and no system is within reach."""
    world = world_of(
        **{"bad_actors": 40, "spy_share": 0.9, "states": 2, "share_days": 5, "security_level": 1.0, "security_spread": 0.0,
           "theft_chance_sl3": 1.0, "labs": 1, "open_weight_labs": 0, "base_hazard": 0.1, **params}
    )  # fmt: skip
    for system in world.systems:
        system.stage = int(Stage.UNUSED)
    put(world.systems[1], stage=int(Stage.HELD), capability=1.5)
    world.labs[0].trained = 1.5
    settle_access(world, 0)
    log_of(world)
    return world


def steal(world: Any, spy: Any, day: int) -> None:
    line = world.agenda[0]
    line.chances = grow(spy.stem, 0)
    try_theft(spy, world, line, day)


def channel_used(world: Any, actor: Any, day: int) -> Channel:
    """The channel of one operation of an actor."""
    before = [tally.operations for tally in world.channels]
    put(actor, next_at=day + 0.5, gap_days=1e9, theft_at=1e9)
    actor.step(world, day)
    return next(channel for channel in Channel if world.channels[channel].operations > before[channel])


def test_loot_reaches_the_states_other_spies_when_it_is_due_and_nobody_else() -> None:
    world = spying()
    spies = [actor for actor in world.bad_actors if actor.kind == ActorKind.SPY]
    thief = spies[0]
    steal(world, thief, DAY)
    allies = [spy for spy in spies if spy.state == thief.state and spy is not thief]
    others = [actor for actor in world.bad_actors if actor.state != thief.state]
    assert len(allies) > 3
    assert len(others) > 3
    assert channel_used(world, thief, DAY) == Channel.STOLEN_WEIGHTS
    for day, has in ((DAY, False), (DAY + 5, False), (DAY + 6, True), (DAY + 7, True)):
        settle_access(world, day)
        for actor in allies:
            assert (channel_used(world, actor, day) == Channel.STOLEN_WEIGHTS) == has, day
        for actor in others:
            assert channel_used(world, actor, day) == Channel.NO_MODEL
    lines = [line for line in log_of(world) if line[0] == EventKind.LOOT]
    assert lines == [(EventKind.LOOT, DAY + 6, thief.state, -1, 1, 1.5)]


def test_never_means_never() -> None:
    world = spying(share_days=-1)
    assert (len(world.states), len(world.loot)) == (0, 0)
    assert {actor.state for actor in world.bad_actors} == {-1}
    steal(world, world.bad_actors[0], DAY)
    assert world.score.thefts == 1
    for day in (DAY + 6, DAY + 100):
        settle_access(world, day)
        assert all(channel_used(world, actor, day) == Channel.NO_MODEL for actor in world.bad_actors[1:])


def test_a_better_system_replaces_a_worse_one_and_never_the_reverse() -> None:
    world = spying(states=1, share_days=0)
    put(world.systems[2], stage=int(Stage.TESTING), capability=2.5)
    first, second, third = world.bad_actors[:3]
    for spy, system, day in ((first, 2, 10), (second, 1, 11)):
        put(world.labs[0], systems=system + 1, trained=world.systems[system].capability)
        steal(world, spy, day)
    state = world.states[0]
    for day, capability in ((10, -1e9), (11, 2.5), (12, 2.5), (13, 2.5)):
        settle_access(world, day)
        assert (state.capability > -1e9, max(state.capability, -1e9)) == (capability > -1e9, capability)
    assert channel_used(world, third, 13) == Channel.STOLEN_WEIGHTS
    assert (third.stolen_capability, third.stolen_system) == (2.5, 2)
    assert state.next_day > 10_000, "nothing more is due"
    assert sum(line[0] == EventKind.LOOT for line in log_of(world)) == 1


def test_what_is_shared_needs_no_theft_of_ones_own() -> None:
    world = spying(states=1, share_days=0)
    steal(world, world.bad_actors[0], 10)
    settle_access(world, 11)
    steal(world, world.bad_actors[1], 11)
    assert world.score.thefts == 1
    assert world.bad_actors[1].stolen_system == 1


def test_spies_fall_to_states_by_equal_chances() -> None:
    world = world_of(bad_actors=2000, spy_share=1.0, insider_share=0.0, share_days=0, states=4)
    sizes = np.bincount([actor.state for actor in world.bad_actors], minlength=4)
    assert (abs(sizes - 500) < 5 * np.sqrt(2000 * 3 / 16)).all(), "once in 400,000"


UPPER = {"theft_chance_sl3": 0.008, "security_level": 2.0}  # of their priors


def gain(share_days: int, **params: Any) -> Any:
    """Harm by spies that withholding takes away, relative to open release, draw by draw; harm through stolen weights beside it."""
    worlds = parameter_table(60, share_days=share_days, **params)
    found = simulate(worlds, [load_policy("open-release"), load_policy("withhold")], range(60)).outcomes
    spies, stolen = found["harm_spies"], found["harm_stolen_weights"]
    return 1.0 - spies[:, 1] / spies[:, 0], stolen[:, 1] / found["model_enabled_harm"][:, 1]


def test_theft_decides_what_withholding_gains_where_its_chance_is_high() -> None:
    """At the upper end of the priors shared loot takes from withholding most of what it gains against spies. Sign test over 60 draws."""
    kept, stolen_kept = gain(-1, **UPPER)
    shared, stolen_shared = gain(14, **UPPER)
    assert (shared < kept).sum() > 50, "by luck alone once in 10 ** 8"
    assert stolen_shared.mean() > 5 * stolen_kept.mean()
