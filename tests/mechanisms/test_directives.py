"""A directive has a cause, is not certain to follow it, hits the system that gave it, and can be lifted in part."""

import math
from typing import Any

from lockgate.sim.engine.run import simulate
from lockgate.sim.model.chance import Purpose, uniform
from lockgate.sim.model.directives import answers, forget_incidents
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.vocabulary import Cause, EventKind, Stage
from lockgate.sim.model.world import System
from tests.mutation.worlds import log_of, put, world_of

SYSTEMS = 4000
WATCH: dict[str, Any] = {"revocation": True, "trigger_incidents": 2, "dark_days": 10}


def world_with(levers: dict[str, Any], row: int = 1, *, seed: int = 0, params: dict[str, Any] | None = None, **given: Any) -> Any:
    """A world in which each lab's second system is public, and that of one lab."""
    world = world_of({**WATCH, **levers}, seed=seed, **(params or {}))
    for lab in world.labs:
        put(lab, systems=2, next_trained_day=10**6)
        put(world.systems[lab.index + 3], stage=int(Stage.PUBLIC), capability=1.0, public_day=1, ready_day=1)
    log_of(world)
    return world, put(world.systems[row + 3], **given)


def test_how_often_a_cause_is_answered() -> None:
    """Five standard errors: a false alarm once in 1.7 million times."""
    chance, world = 0.2, world_of(revocation_chance=0.2)
    answered = sum(answers(world, System(owner=1, number=number), int(Cause.BYPASS), 3) for number in range(SYSTEMS))
    assert abs(answered / SYSTEMS - chance) < 5 * math.sqrt(chance * (1 - chance) / SYSTEMS)
    assert all(answers(world_of(revocation_chance=1.0), System(number=number), int(Cause.BYPASS), 3) for number in range(9))


def test_a_cause_is_weighed_once_and_named() -> None:
    for given, cause in (({"bypassed": True}, Cause.BYPASS), ({"attributed_recently": 2}, Cause.INCIDENTS)):
        world, system = world_with({}, params={"revocation_chance": 0.0}, **given)
        for day in range(5, 9):
            world.governments[0].step(world, day)
        assert log_of(world) == [(EventKind.WEIGHED, 5, 0, 1, 4, float(cause))]
        assert system.stage == Stage.PUBLIC


def test_only_the_system_that_gave_cause_is_hit() -> None:
    for given, for_bypass, for_incidents in (({"bypassed": True}, 1, 0), ({"attributed_recently": 2}, 0, 1)):
        world, system = world_with({}, **given)
        world.governments[0].step(world, 5)
        assert (system.stage, world.systems[3].stage, world.score.directives) == (Stage.DARK, Stage.PUBLIC, 1)
        assert (world.score.directives_for_bypass, world.score.directives_for_incidents) == (for_bypass, for_incidents)


def test_the_covered_lab_alone_can_be_named() -> None:
    for row, stage in ((0, Stage.DARK), (1, Stage.PUBLIC)):
        world, system = world_with({"directives_any_lab": False}, row, bypassed=True)
        world.governments[0].step(world, 5)
        assert system.stage == stage


def test_a_directive_with_nobody_to_hit_does_nothing() -> None:
    """A lab that withholds its systems has none that could be taken away."""
    held = {"lab_programme": True, "public_release": False}
    policies = [Policy("held", held), Policy("ordered", held, [(5, {"directive": True})])]
    results = simulate(parameter_table(3, bad_actors=50), policies, [1, 2, 3], 120).outcomes
    for name in results.dtype.names:
        assert (results[name][:, 0] == results[name][:, 1]).all(), name
    assert results["directives"].sum() == 0


def test_directives_become_rare() -> None:
    """Draws are coupled: with a lower chance there are never more causes answered first. Sums over 20 runs."""
    policy = Policy("watched", {"revocation": True})
    chances = [1.0, 0.3, 0.0]
    sums = []
    for chance in chances:
        outcomes = simulate(parameter_table(20, revocation_chance=chance, bad_actors=0, organisations=5), [policy], range(20)).outcomes
        sums.append(int(outcomes["directives"].sum()))
        assert (outcomes["directives"] == outcomes["directives_for_bypass"] + outcomes["directives_for_incidents"]).all()
    assert sums[0] > 2 * sums[1] > 0
    assert sums[2] == 0


def test_where_every_cause_is_answered_none_is_weighed() -> None:
    for chance, weighed in ((1.0, 0), (math.nextafter(1.0, 0.0), 1 << Cause.BYPASS)):
        world, system = world_with({}, params={"revocation_chance": chance}, bypassed=True)
        assert answers(world, system, int(Cause.BYPASS), 5)
        assert system.weighed == weighed
        assert log_of(world) == [(EventKind.WEIGHED, 5, 0, 1, 4, float(Cause.BYPASS))] * bool(weighed)


def test_a_cause_is_answered_by_a_draw_of_its_system_and_kind() -> None:
    world = world_of(seed=2)
    for number in range(1, 4):
        for cause in (Cause.BYPASS, Cause.INCIDENTS):
            u = uniform(2, Purpose.REVOKED, 1, number * 8 + cause)
            for chance, answered in ((u, False), (math.nextafter(u, 1.0), True)):
                world.params.revocation_chance = chance
                assert answers(world, System(owner=1, number=number), int(cause), 5) == answered


def test_a_restored_system_has_a_clean_record_and_others_keep_theirs() -> None:
    world, system = world_with({}, attributed_recently=3)
    world.attributed[:] = [1] * len(world.attributed)
    forget_incidents(world, system)
    assert system.attributed_recently == 0
    assert [slot // 30 for slot, count in enumerate(world.attributed) if count == 0] == [4] * 30
