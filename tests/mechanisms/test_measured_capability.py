"""Capability is measured with an error: systems are covered by mistake or missed, and tests make the error smaller."""

import itertools
import math
from statistics import NormalDist

import pytest

from lockgate.sim.engine.run import simulate
from lockgate.sim.model.chance import Purpose, normal, uniform
from lockgate.sim.model.coverage import count_misjudged, error_left, is_covered, measure
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.vocabulary import EventKind, Regime, Stage
from lockgate.sim.model.world import System
from tests.mutation.worlds import log_of, put, world_of

SYSTEMS = 4000
FIVE_ERRORS = 5.0  # standard errors: by luck alone further off once in 1.7 million times
ASKS = Policy("asks", {"case_by_case": True, "sign_offs": 3})


def share_covered(capability: float, deviation: float, tested_days: float) -> float:
    """Share of many systems of one capability that are seen to reach the threshold 0."""
    world = world_of(preview_error_months=deviation)
    covered = 0
    for number in range(2, SYSTEMS + 2):
        system = System(capability=capability, owner=1, number=number, tested_days=tested_days)
        measure(world, system)
        covered += is_covered(world, system)
    return covered / SYSTEMS


@pytest.mark.parametrize(
    ("capability", "deviation", "tested_days"), [(0.0, 2.0, 0.0), (1.0, 2.0, 0.0), (-1.0, 2.0, 0.0), (-1.0, 2.0, 91.3125)]
)
def test_share_of_systems_seen_as_covered_is_normal(capability: float, deviation: float, tested_days: float) -> None:
    expected = NormalDist().cdf(capability / error_left(deviation, tested_days))
    allowed = FIVE_ERRORS * math.sqrt(expected * (1.0 - expected) / SYSTEMS)
    assert abs(share_covered(capability, deviation, tested_days) - expected) < allowed


def test_without_an_error_the_threshold_is_sharp() -> None:
    assert (share_covered(0.0, 0.0, 0.0), share_covered(-1e-9, 0.0, 0.0)) == (1.0, 0.0)


def test_a_run_begins_with_a_system_that_was_seen_to_be_critical() -> None:
    for seed in range(50):
        world = world_of({"case_by_case": True}, seed=seed, preview_error_months=6.0, cooperation=1.0)
        world.today.asks = True
        world.labs[0].step(world, 0)
        assert world.systems[3].regime == Regime.GOVERNMENT, seed


def limited(levers: dict[str, object], **given: object) -> Regime:
    """On whose word a lab's second system is limited, when it is ready with the best open weights four months below the threshold."""
    world = world_of({"case_by_case": True, **levers}, cooperation=1.0, preview_error_months=0.0)
    world.today.asks, world.today.open_capability = True, -4.0
    put(world.labs[1], systems=2, next_trained_day=10**6)
    system = put(world.systems[4], stage=int(Stage.TESTING), ready_day=5, **given)
    world.labs[1].step(world, 5)
    return Regime(system.regime)


def test_a_relative_threshold_counts_from_the_best_open_weights() -> None:
    relative = {"relative_threshold": True, "threshold_months": 3.0}
    assert limited(relative, capability=-1.0) == Regime.GOVERNMENT
    assert limited(relative, capability=-1.1) == Regime.FREE
    assert limited({"threshold_months": 3.0}, capability=-1.0) == Regime.FREE


def test_what_open_weights_catch_up_with_is_free() -> None:
    levers = {"relative_threshold": True, "threshold_months": 3.0, "case_by_case": True, "lab_programme": True, "public_release": False}
    cases = ((-2.5, Stage.HELD), (-1.9, Stage.PUBLIC))
    for regime, (open_capability, stage) in itertools.product((Regime.GOVERNMENT, Regime.OWN_PROGRAMME), cases):
        world = world_of(levers)
        world.today.open_capability = open_capability
        put(world.labs[1], systems=2, next_trained_day=10**6)
        system = put(world.systems[4], stage=int(Stage.HELD), capability=1.0, regime=int(regime), ready_day=1, offered_day=1)
        world.labs[1].step(world, 9)
        world.governments[0].step(world, 9)
        assert system.stage == stage


def test_tests_that_show_less_end_a_preview() -> None:
    for tested_days, stage in ((0.0, Stage.HELD), (300.0, Stage.PUBLIC)):
        world = world_of({"case_by_case": True, "preview_days": 100, "sign_offs": 0}, preview_error_months=2.0)
        put(world.labs[1], systems=2)
        given = {"stage": int(Stage.HELD), "regime": int(Regime.GOVERNMENT), "offered_day": 1, "ready_day": 1}
        system = put(world.systems[4], capability=-1.0, misjudged=1.0, tested_days=tested_days, **given)
        world.governments[0].step(world, 40)
        assert system.stage == stage


def test_a_signed_off_test_adds_its_days_of_work() -> None:
    world = world_of({"case_by_case": True, "agencies": 2, "testers": 1}, test_days=6.0, test_days_cv=0.0, staffing=0.5, flaw_chance=0.0,
                     cooperation=1.0)  # fmt: skip
    world.today.asks = True
    world.labs[0].step(world, 0)
    for day in range(14):
        world.governments[0].step(world, day)
    assert world.systems[3].tested_days == 12.0
    assert [line[0] for line in log_of(world)].count(EventKind.TEST_PASSED) == 2


def test_misjudged_systems_are_an_outcome() -> None:
    worlds = parameter_table(2, preview_error_months=[0.0, 3.0], bad_actors=0, organisations=5)
    results = simulate(worlds, [ASKS, Policy("none", {})], [1, 1]).outcomes
    wrong = results["covered_in_error"] + results["covered_missed"]
    assert wrong[0].tolist() == [0, 0]
    assert wrong[1][0] > 0
    assert wrong[1][1] == 0, "nobody measures where nobody asks"


def test_who_is_asked() -> None:
    for asks_all, in_force, row, asked in (
        (True, False, 0, 1),
        (True, False, 1, 1),
        (False, False, 0, 1),
        (False, False, 1, 0),
        (False, True, 1, 1),
    ):
        world = world_of({"case_by_case": True, "framework": True, "asks_all": asks_all})
        world.today.asks, world.governments[0].in_force = True, in_force
        put(world.labs[row], systems=2, next_trained_day=10**6)
        put(world.systems[3 + row], stage=int(Stage.TESTING), ready_day=5, capability=1.0)
        world.labs[row].step(world, 5)
        assert world.score.asked == asked


def test_a_programme_for_all_binds_rivals() -> None:
    for levers, regime in (({}, Regime.FREE), ({"programme_all": True}, Regime.OWN_PROGRAMME)):
        world = world_of({"lab_programme": True, "launch_partners": 2, **levers})
        put(world.labs[1], systems=2, next_trained_day=10**6)
        system = put(world.systems[4], stage=int(Stage.TESTING), ready_day=5, capability=1.0)
        world.labs[1].step(world, 5)
        assert system.regime == regime


def test_by_how_much_a_system_is_misjudged_is_drawn_by_its_owner_and_number() -> None:
    for leads, open_lab, owner, number in (
        (True, False, 0, 1),
        (False, False, 0, 1),
        (True, False, 0, 2),
        (True, False, 1, 1),
        (True, True, 0, 1),
        (True, True, 3, 5),
    ):
        for seed in range(4):
            world = world_of(preview_error_months=2.0, covered_leads=leads, open_weight_labs=4, seed=seed)
            system = System(open_lab=open_lab, owner=owner, number=number)
            measure(world, system)
            row = 2 + owner if open_lab else owner
            z = normal(uniform(seed, Purpose.MEASURED, row, number), uniform(seed, Purpose.MEASURED_ANGLE, row, number))
            assert system.misjudged == (abs(z) if leads and not open_lab and (owner, number) == (0, 1) else z)


def test_who_is_judged_wrongly_is_counted_on_the_side_on_which_it_is() -> None:
    for capability, covered, in_error, missed in (
        (1.0, True, 0, 0),
        (1.0, False, 0, 1),
        (0.0, False, 0, 1),
        (-1.0, True, 1, 0),
        (-1.0, False, 0, 0),
    ):
        world = world_of()
        count_misjudged(world, System(capability=capability), covered)
        assert (world.score.covered_in_error, world.score.missed) == (in_error, missed)
