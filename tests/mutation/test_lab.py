"""A frontier lab: how careful it is, what it trains, to whom it releases, and how it repairs."""

import math
from typing import Any

from sim.agents.lab import bypass, care_for, complies, finish_training, present, race_effort, research, threat
from sim.chance import Purpose, uniform
from sim.formulas.race import compliance_chance, reinvested_pace, safety_effort
from sim.formulas.safeguards import detection_chance
from sim.row import NEVER, NOTHING
from sim.vocabulary import EventKind, Feedback, RaceInformation, Regime, Stage
from tests.mutation.worlds import changed, log_of, near, put, state, world_of

MONTH = 365.25 / 12.0


def test_effort_by_the_race() -> None:
    race = {"race_scale_months": 2.0, "race_spread": 1.5, "enmity": 0.8, "pace": 0.5, "labs": 3}
    for information in RaceInformation:
        world = world_of(race_information=information, **race)
        put(world.today, frontier_lab=1, frontier_research=3.0, second_research=2.5)
        for row, capability, rival in ((0, 2.5, 3.0), (1, 3.0, 2.5), (2, 0.0, 3.0)):
            lab = put(world.labs[row], capability=capability)
            lead, position = (capability - rival) / 2.0, 1.5 + (capability - 0.5 * 60 / MONTH) / 2.0
            assert race_effort(lab, world, 60) == safety_effort(information, lead, position, 1.5, 0.8, 3)
    still = world_of(feedback=Feedback.NONE, enmity=9.0)
    assert race_effort(still.labs[1], still, 5) == 1.0


def test_training_ends_in_a_system_with_the_safeguard_that_effort_reached() -> None:
    params = {"own_testing_days": 9, "safeguard_least": 0.4, "safeguard_most": 0.9, "flaw_chance": 0.8, "detection_half_life_days": 4.0}
    flaws = set()
    for seed in range(20):
        world = world_of(seed=seed, cadence_days=31, **params)
        lab = put(world.labs[1], capability=2.0, effort=0.5, systems=2, trained=1.0)
        system = world.systems[1 + 2 * 3]
        before = state(system)
        finish_training(lab, world, 7)
        missed = 0.8 * (1.0 - detection_chance(4.5, 4.0))
        flawed = uniform(seed, Purpose.FLAW, 1, 2) < missed
        flaws.add(flawed)
        assert near(system.built, 0.65)
        assert system.safeguard == system.built
        new = {"capability": 2.0, "built": system.built, "safeguard": system.built, "stage": Stage.TESTING, "ready_day": 12}
        assert changed(system, before) == new | ({"flaw": True} if flawed else {})
        assert (lab.systems, lab.trained, lab.next_trained_day) == (3, 2.0, 38)
        assert log_of(world) == [(EventKind.TRAINED, 7, 1, -1, 7, 0.5)]
    assert flaws == {False, True}
    lab = put(world.labs[0], capability=-1.0, trained=3.0)
    finish_training(lab, world, 7)
    assert lab.trained == 3.0


def test_threat_is_the_lead_of_the_best_that_anyone_can_reach_elsewhere() -> None:
    world = world_of()
    lab = world.labs[1]
    for offer, best_lab, best, second, opened, months in (
        (1.0, 0, 3.0, 2.0, 0.0, 2.0),
        (3.0, 1, 3.0, 3.5, 0.0, 0.5),
        (3.0, 1, 3.0, 2.0, 0.0, 0.0),
        (1.0, 0, 0.5, 0.0, 4.0, 3.0),
    ):
        put(world.today, best_offer_lab=best_lab, best_offer=best, second_offer=second, open_capability=opened)
        put(lab, offer=offer)
        assert threat(lab, world) == months
    world.constants.feedback = False
    assert threat(lab, world) == 0.0


def offered(levers: dict[str, Any], row: int = 0, capability: float = 1.0, *, asks: bool = False, **params: Any) -> Any:
    """A world in which a lab's second system was presented on day 9, the system, and the log."""
    world = world_of(levers, **params)
    world.today.asks = asks
    system = put(world.systems[row + world.constants.owners], capability=capability, stage=int(Stage.TESTING), ready_day=8)
    world.today.frontier_capability = 0.5
    log_of(world)
    present(world.labs[row], world, system, 9)
    return world, system, log_of(world)


def test_who_gets_a_system_that_is_ready() -> None:
    ask = {"approvals": True, "agencies": 2}
    for levers, row, capability, asks, stage, regime in (
        ({}, 0, 1.0, False, Stage.PUBLIC, Regime.FREE),
        ({"publish_weights": True}, 0, 1.0, False, Stage.OPEN_WEIGHTS, Regime.FREE),
        ({"publish_weights": True, "lab_programme": True}, 0, 1.0, True, Stage.OPEN_WEIGHTS, Regime.FREE),
        ({"publish_weights": True}, 1, 1.0, False, Stage.PUBLIC, Regime.FREE),
        ({"publish_weights": True, "threshold_months": 1.0}, 0, 1.0, False, Stage.OPEN_WEIGHTS, Regime.FREE),
        ({"publish_weights": True, "threshold_months": 1.1}, 0, 1.0, False, Stage.PUBLIC, Regime.FREE),
        ({"lab_programme": True, **ask}, 0, 1.0, True, Stage.PARTNERS, Regime.OWN_PROGRAMME),
        ({"lab_programme": True}, 0, 1.0, False, Stage.HELD, Regime.OWN_PROGRAMME),
        ({"lab_programme": True, **ask}, 1, 1.0, False, Stage.PUBLIC, Regime.FREE),
        ({"lab_programme": True, **ask}, 0, -0.1, True, Stage.PUBLIC, Regime.FREE),
        (ask, 1, 1.0, True, Stage.PARTNERS, Regime.GOVERNMENT),
        (ask, 0, 1.0, True, Stage.PARTNERS, Regime.GOVERNMENT),
        (ask, 0, 1.0, False, Stage.PUBLIC, Regime.FREE),
        (ask, 0, -1.0, True, Stage.PUBLIC, Regime.FREE),
    ):
        world, system, log = offered(levers, row, capability, asks=asks, cooperation=1.0)
        assert (system.stage, system.regime) == (stage, regime), (levers, row, capability, asks)
        assert log[0] == (EventKind.READY, 9, row, -1, system.index, capability)
        submitted = 1 if regime == Regime.GOVERNMENT else 0
        assert all(agency.submitted == submitted for agency in world.agencies)
        assert world.today.frontier_capability == max(0.5, capability)
        assert world.score.asked == submitted
    assert offered(ask, 0, asks=True, cooperation=0.0)[1].stage == Stage.PUBLIC, "a lab that declines goes out as always"
    assert offered({"lab_programme": True, "launch_partners": 3})[2][-1] == (EventKind.PROGRAMME, 9, 0, -1, 3, 3.0)


def test_a_lab_complies_by_its_cooperation_and_its_threat() -> None:
    answers = set()
    for seed in range(12):
        world = world_of(seed=seed, cooperation=0.5, mandate=2.0, race_weight=0.5)
        put(world.today, best_offer_lab=0, best_offer=2.0, open_capability=0.0, mandatory=0.25)
        lab = put(world.labs[1], offer=0.5)
        chance = compliance_chance(0.5, 2.0, 0.25, 0.5, 1.5)
        agreed = uniform(seed, Purpose.COMPLY, 1, 1) < chance
        answers.add(agreed)
        assert complies(lab, world, world.systems[4], 6) == agreed
        assert (world.score.asked, world.score.complied) == (1, int(agreed))
        answer = EventKind.COMPLIED if agreed else EventKind.DECLINED
        assert log_of(world) == [(EventKind.ASKED, 6, 0, 1, 4, chance), (answer, 6, 1, -1, 4, 1.5)]
    assert answers == {False, True}


def cared(day: int = 9, levers: dict[str, Any] | None = None, row: int = 1, **given: Any) -> tuple[Any, dict[str, Any]]:
    """A world in which a lab looked after its second system, and what that changed of the system."""
    params = {name: given.pop(name) for name in ("bypass_hazard", "strip_days") if name in given}
    world = world_of(levers, **params)
    system = put(world.systems[row + 3], **{"capability": 1.0, "stage": int(Stage.PUBLIC), "public_day": 3, "ready_day": 3, **given})
    before = state(system)
    log_of(world)
    care_for(world.labs[row], world, system, day)
    return world, changed(system, before)


def test_a_known_flaw_is_fixed_on_its_day_but_not_in_the_dark() -> None:
    flawed = {"flaw": True, "bypassed": True, "fix_day": 9, "built": 0.5, "safeguard": 0.1, "bypass_hazard": 0.0}
    assert not cared(8, **flawed)[1]
    for day in (9, 10):
        assert cared(day, **flawed)[1]["flaw"] is False
    assert not cared(9, **{**flawed, "stage": int(Stage.DARK)})[1]


def test_a_programme_of_its_own_ends_with_its_preview_or_with_the_policy() -> None:
    own = {"regime": int(Regime.OWN_PROGRAMME), "offered_day": 2, "public_day": NEVER}
    on = {"lab_programme": True, "preview_days": 7}
    for levers, day, stage, regime, opens in (
        (on, 8, Stage.PARTNERS, Regime.OWN_PROGRAMME, False),
        (on, 9, Stage.PARTNERS, Regime.OWN_PROGRAMME, True),
        (on, 10, Stage.HELD, Regime.OWN_PROGRAMME, True),
        (on, 10, Stage.DARK, Regime.OWN_PROGRAMME, False),
        (on, 10, Stage.PARTNERS, Regime.GOVERNMENT, False),
        ({**on, "public_release": False}, 99, Stage.PARTNERS, Regime.OWN_PROGRAMME, False),
        ({**on, "public_release": False, "lab_programme": False}, 3, Stage.HELD, Regime.OWN_PROGRAMME, True),
        ({**on, "lab_programme": False}, 3, Stage.PARTNERS, Regime.OWN_PROGRAMME, True),
    ):
        _, new = cared(day, levers, **{**own, "stage": int(stage), "regime": int(regime)})
        assert new == ({"stage": Stage.PUBLIC, "public_day": day} if opens else {}), (levers, day, stage, regime)


def test_the_public_finds_a_flaw_by_chance() -> None:
    found = set()
    for day in range(5, 15):
        expected = uniform(0, Purpose.BYPASS, 1, 65536 + day) < 1.0 - math.exp(-0.3)
        found.add(expected)
        assert cared(day, flaw=True, bypass_hazard=0.3)[1].get("bypassed", False) == expected
        for safe in ({"flaw": False}, {"flaw": True, "bypassed": True}, {"flaw": True, "stage": int(Stage.PARTNERS)}):
            assert "fix_day" not in cared(day, bypass_hazard=0.3, **safe)[1]
    assert found == {False, True}
    lucky = next(day for day in range(5, 99) if uniform(0, Purpose.BYPASS, 1, 65536 + day) < 1.0 - math.exp(-1.0))
    for public_day, bypassed in ((lucky - 1, True), (lucky, False), (lucky + 1, False)):
        assert ("fix_day" in cared(lucky, flaw=True, bypass_hazard=1.0, public_day=public_day)[1]) == bypassed, "from the day after"


def test_a_bypass_weakens_the_safeguard_until_it_is_fixed() -> None:
    world = world_of(bypassed_share=0.25, fix_days=6)
    system = put(world.systems[4], built=0.8, safeguard=0.8, flaw=True)
    before = state(system)
    bypass(world.labs[1], world, system, 9)
    assert changed(system, before) == {"bypassed": True, "safeguard": 0.2, "fix_day": 15}
    assert world.score.bypasses == 1
    assert log_of(world) == [(EventKind.BYPASS, 9, 1, -1, 4, 0.2)]


def test_published_weights_are_stripped_once() -> None:
    out = {"stage": int(Stage.OPEN_WEIGHTS), "weights_day": 4, "safeguard": 0.5, "strip_days": 3}
    assert cared(7, **out)[1]["stripped"] is True
    assert not cared(6, **out)[1]
    assert not cared(7, **out, stripped=True)[1]
    assert not cared(7, **{**out, "stage": int(Stage.PUBLIC)})[1]


def test_research_runs_at_the_pace_and_faster_with_more_customers() -> None:
    world = world_of(pace=1.5, reinvestment=0.5)
    lab = put(world.labs[0], capability=2.0, customers=0.4, customers_at_start=0.1)
    research(lab, world)
    assert near(lab.capability, 2.0 + reinvested_pace(1.5, 0.4, 0.1, 0.5) / MONTH)
    world.constants.feedback = False
    put(lab, capability=2.0)
    research(lab, world)
    assert near(lab.capability, 2.0 + 1.5 / MONTH)


def test_a_day_of_a_lab() -> None:
    world = world_of(own_testing_days=0, pace=1.0, enmity=0.5, race_scale_months=3.0, flaw_chance=1.0, detection_half_life_days=1e3)
    lab = put(world.labs[1], capability=1.0, next_trained_day=6, effort=0.9)
    put(world.today, frontier_lab=1, frontier_research=1.0, second_research=0.25)
    lab.step(world, 5)
    assert (lab.systems, lab.effort) == (1, 0.5)
    assert near(lab.capability, 1.0 + reinvested_pace(1.0, lab.customers, lab.customers_at_start, 0.3) / MONTH)
    capability = lab.capability
    lab.step(world, 6)
    assert (lab.systems, world.systems[4].stage, world.systems[4].capability) == (2, Stage.PUBLIC, capability)
    put(world.systems[4], stage=int(Stage.TESTING), ready_day=8, public_day=NEVER)
    lab.next_trained_day = 99
    for day, stage in ((7, Stage.TESTING), (8, Stage.PUBLIC)):
        lab.step(world, day)
        assert world.systems[4].stage == stage
    put(world.systems[4], stage=int(Stage.HELD))
    lab.step(world, 9)
    assert world.systems[4].stage == Stage.HELD, "a system is presented once"
    put(world.systems[4], fix_day=10)
    lab.step(world, 10)
    assert world.systems[4].fix_day == NEVER
    late = world_of()
    late.labs[1].next_trained_day = 3
    late.labs[1].step(late, 4)
    assert late.labs[1].systems == 2


def test_nothing_is_the_offer_before_the_first_survey() -> None:
    from sim.agents.lab import Lab

    assert {name: value for name, value in defaults(Lab).items() if value not in (0, NOTHING, NEVER)} == {
        "security_level": 2.5,
        "effort": 1.0,
    }
    assert {name for name, value in defaults(Lab).items() if value == NOTHING} == {"offer", "best", "ready", "trained"}


def defaults(kind: type) -> dict[str, Any]:
    """Starting values of a kind of agent."""
    from sim.row import fields

    return {field.name: field.default for field in fields(kind)}
