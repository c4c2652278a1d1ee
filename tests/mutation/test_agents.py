"""A day of each kind of agent, by its `step` alone: what it does in which state, in tables."""

import math
from types import SimpleNamespace
from typing import Any

from lockgate.sim.model.agent import Alarm, step_of
from lockgate.sim.model.chance import Purpose, draw, exponential, grow, key, normal, uniform
from lockgate.sim.model.formulas.attack import attack_success, uplift, whole
from lockgate.sim.model.formulas.safeguards import refusal_chance, theft_chance
from lockgate.sim.model.lab import complies
from lockgate.sim.model.parameters import without
from lockgate.sim.model.queues import run_tests, settle_test
from lockgate.sim.model.systems import (
    fix_safeguard,
    harden,
    open_to_all,
    publish_weights,
    restore,
    strip_weights,
    submit_to_agencies,
)
from lockgate.sim.model.vocabulary import ActorKind, Approval, Channel, EventKind, Feedback, RaceRule, Regime, Stage
from lockgate.sim.model.world import Plan
from lockgate.sim.rules.row import NEVER, NOBODY, NOTHING
from tests.mutation.worlds import log_of, near, put, world_of

TESTING, HELD, PARTNERS, PUBLIC, OPEN, DARK = Stage.TESTING, Stage.HELD, Stage.PARTNERS, Stage.PUBLIC, Stage.OPEN_WEIGHTS, Stage.DARK
FREE, OWN, GOVERNMENT = Regime.FREE, Regime.OWN_PROGRAMME, Regime.GOVERNMENT


def lab_with(levers: dict[str, Any] | None = None, row: int = 0, **given: Any) -> Any:
    """A world, one of its labs that trains nothing now, and its second system; `params` may be given."""
    world = world_of(levers)
    put(world.params, **{"bypass_hazard": 0.0, **given.pop("params", {})})  # also what no table may hold
    lab = put(world.labs[row], systems=2, next_trained_day=NEVER)
    system = put(world.systems[row + 3], **{"capability": 1.0, "ready_day": 8, "bypass_hazard": 0.0, **given})
    log_of(world)
    return world, lab, system


def test_who_gets_a_system_that_is_ready() -> None:
    ask = {"approvals": True, "agencies": 2}
    own, weights = {"lab_programme": True}, {"publish_weights": True}
    for levers, row, capability, asks, stage, regime in (
        ({}, 0, 1.0, False, PUBLIC, FREE),
        (weights, 0, 1.0, False, OPEN, FREE),
        ({**weights, **own}, 0, 1.0, True, OPEN, FREE),
        (weights, 1, 1.0, False, PUBLIC, FREE),
        ({**weights, "threshold_months": 1.0}, 0, 1.0, False, OPEN, FREE),
        ({**weights, "threshold_months": 1.1}, 0, 1.0, False, PUBLIC, FREE),
        ({**own, **ask}, 0, 1.0, True, PARTNERS, OWN),
        (own, 0, 1.0, False, HELD, OWN),
        ({**own, **ask}, 1, 1.0, False, PUBLIC, FREE),
        ({**own, **ask}, 0, -0.1, True, PUBLIC, FREE),
        (ask, 1, 1.0, True, PARTNERS, GOVERNMENT),
        (ask, 0, 1.0, True, PARTNERS, GOVERNMENT),
        (ask, 0, 1.0, False, PUBLIC, FREE),
        (ask, 0, -1.0, True, PUBLIC, FREE),
    ):
        world, lab, system = lab_with(levers, row, stage=int(TESTING), capability=capability, params={"cooperation": 1.0})
        world.today.asks = asks
        lab.step(world, 7)
        assert system.stage == TESTING, "not before it is ready"
        lab.step(world, 8)
        assert (system.stage, system.regime) == (stage, regime), (levers, row, capability, asks)
        assert log_of(world)[0] == (EventKind.READY, 8, row, -1, system.index, capability)
        assert [agency.submitted for agency in world.agencies] == [int(regime == GOVERNMENT)] * len(world.agencies)
    world, lab, system = lab_with(ask, stage=int(TESTING), params={"cooperation": 0.0})
    world.today.asks = True
    lab.step(world, 8)
    assert (system.stage, world.score.asked, world.score.complied) == (PUBLIC, 1, 0), "a lab that declines goes out as always"


def test_training_ends_in_a_system_with_the_safeguard_that_effort_reached() -> None:
    flaws = set()
    for seed in range(20):
        params = {"safeguard_least": 0.4, "safeguard_most": 0.9, "flaw_chance": 0.9, "detection_half_life_days": 9.0,
                  "race_rule": int(RaceRule.WINNER)}  # full effort where nothing reacts
        world = world_of(seed=seed, feedback=Feedback.NONE, own_testing_days=9, cadence_days=31, **params)
        lab = put(world.labs[1], capability=2.0, systems=2, next_trained_day=7, trained=1.0)
        log_of(world)
        lab.step(world, 7)
        system = world.systems[1 + 2 * 3]
        assert (system.capability, system.built, system.safeguard, system.stage, system.ready_day) == (2.0, 0.9, 0.9, TESTING, 16)
        assert system.flaw == (uniform(seed, Purpose.FLAW, 1, 2) < 0.9 * 0.5)
        assert (lab.systems, lab.trained, lab.next_trained_day) == (3, 2.0, 38)
        assert log_of(world) == [(EventKind.TRAINED, 7, 1, -1, 7, 1.0)]
        flaws.add(system.flaw)
    assert flaws == {False, True}


def test_how_a_lab_looks_after_a_system() -> None:
    flawed = {"flaw": True, "bypassed": True, "fix_day": 9, "built": 0.5, "safeguard": 0.1, "stage": int(PUBLIC), "public_day": 3}
    on = {"lab_programme": True, "preview_days": 7}
    own = {"regime": int(OWN), "offered_day": 2, "stage": int(PARTNERS)}
    out = {"stage": int(OPEN), "weights_day": 4, "safeguard": 0.5}
    strips = {"strip_days": 3, "residual_refusal": 0.1}
    for levers, day, params, given, found in (
        ({}, 8, {}, flawed, {"flaw": True}),
        ({}, 9, {"fix_gain": 0.5}, flawed, {"flaw": False, "bypassed": False, "built": 0.75, "safeguard": 0.75, "fix_day": NEVER}),
        ({}, 9, {}, {**flawed, "stage": int(DARK)}, {"flaw": True}),
        (on, 8, {}, own, {"stage": PARTNERS}),
        (on, 9, {}, own, {"stage": PUBLIC, "public_day": 9}),
        (on, 10, {}, {**own, "stage": int(HELD)}, {"stage": PUBLIC}),
        (on, 10, {}, {**own, "public_day": 5}, {"stage": PUBLIC, "public_day": 5}),
        (on, 10, {}, {**own, "stage": int(DARK)}, {"stage": DARK}),
        (on, 10, {}, {**own, "regime": int(GOVERNMENT)}, {"stage": PARTNERS}),
        ({**on, "public_release": False}, 99, {}, own, {"stage": PARTNERS}),
        ({**on, "lab_programme": False}, 3, {}, own, {"stage": PUBLIC}),
        ({}, 9, {"bypassed_share": 0.2}, {**flawed, "bypass_hazard": 99.0, "bypassed": False, "fix_day": NEVER},
         {"bypassed": True, "safeguard": 0.1, "fix_day": 30}),
        ({}, 3, {}, {**flawed, "bypass_hazard": 99.0, "bypassed": False, "fix_day": NEVER}, {"bypassed": False}),
        ({}, 9, {}, {**flawed, "bypass_hazard": 99.0, "bypassed": False, "fix_day": NEVER, "stage": int(PARTNERS)}, {"bypassed": False}),
        ({}, 6, strips, out, {"stripped": False, "safeguard": 0.5}),
        ({}, 7, strips, out, {"stripped": True, "safeguard": 0.1}),
        ({}, 7, strips, {**out, "safeguard": 0.05}, {"stripped": True, "safeguard": 0.05}),
        ({}, 7, {**strips, "stripping_on": False}, out, {"stripped": False}),
        ({}, 7, strips, {**out, "stage": int(PUBLIC)}, {"stripped": False}),
    ):  # fmt: skip
        world, lab, system = lab_with(levers, 1, params={"fix_days": 21, **params}, **given)
        lab.step(world, day)
        assert {name: getattr(system, name) for name in found} == found, (levers, day, params, given)


def governed(levers: dict[str, Any], day: int, row: int = 1, *, begins: bool = False, feedback: bool = True, **given: Any) -> Any:
    """A lab's second system after a day of its government, and the world."""
    base = {"trigger_incidents": 3, "dark_days": 5, "preview_days": 10, "sign_offs": 2, "longest_wait_days": 100}
    world = world_of({**base, **levers}, goodwill_cost=0.5, feedback=Feedback.FULL if feedback else Feedback.NONE)
    world.today.phase_begins = begins
    world.score.directives = int(given.get("stage") == DARK)
    for lab in world.labs:
        put(lab, systems=2)
        put(world.systems[lab.index], stage=int(HELD))
    system = put(world.systems[row + 3], **{"capability": 1.0, "stage": int(PUBLIC), **given})
    world.phases[0].directive, world.phases[0].restore = levers.get("directive", False), levers.get("restore", False)
    world.governments[0].step(world, day)
    return world, system


def test_what_takes_a_system_away_and_what_brings_it_back() -> None:
    order, watch = {"directive": True}, {"revocation": True}
    gone = {"stage": int(DARK), "resume_stage": int(PARTNERS), "dark_day": 4, "dark_until": 9, "attributed_recently": 7}
    for levers, row, begins, given, stage in (
        (order, 0, True, {}, DARK),
        (order, 0, False, {}, PUBLIC),
        (order, 1, True, {"bypassed": True}, PUBLIC),
        (order, 0, True, {"capability": -0.1}, PUBLIC),
        (order, 0, True, {"capability": 0.0}, DARK),
        (order, 0, True, {"stage": int(PARTNERS)}, DARK),
        (order, 0, True, {"stage": int(HELD)}, HELD),
        (order, 0, True, {"stage": int(OPEN)}, OPEN),
        (order, 0, True, {"stage": int(TESTING)}, TESTING),
        ({}, 0, True, {"bypassed": True, "attributed_recently": 9}, PUBLIC),
        (watch, 1, False, {}, PUBLIC),
        (watch, 1, False, {"bypassed": True}, DARK),
        (watch, 1, False, {"attributed_recently": 2}, PUBLIC),
        (watch, 1, False, {"attributed_recently": 3}, DARK),
        (watch, 1, False, {"attributed_recently": 4, "capability": -1.0}, PUBLIC),
        ({**watch, **order}, 0, False, {}, PUBLIC),
        ({}, 1, False, {**gone, "dark_until": 10}, DARK),
        ({}, 1, False, gone, PARTNERS),
        ({"restore": True}, 1, True, {**gone, "dark_until": 99}, PARTNERS),
        ({"restore": True}, 1, False, {**gone, "dark_until": 99}, DARK),
        ({}, 1, True, {**gone, "dark_until": 99}, DARK),
    ):
        world, system = governed(levers, 9, row, begins=begins, **given)
        assert system.stage == stage, (levers, row, begins, given)
        if stage == DARK and given.get("stage") != DARK:
            assert (system.dark_until, system.resume_stage) == (14, given.get("stage", PUBLIC))
            directive, goodwill = log_of(world)[-2:]
            assert directive == (EventKind.DIRECTIVE, 9, 0, row, system.index, 5.0)
            assert goodwill == (EventKind.GOODWILL, 9, row, -1, system.index, 0.5)
        if given.get("stage") == DARK:
            assert system.attributed_recently == (7 if stage == DARK else 0), "it comes back with a clean record"
            assert system.dark_until == (given["dark_until"] if stage == DARK else NEVER)
    assert governed(watch, 9, feedback=False, bypassed=True)[1].stage == PUBLIC
    assert governed(order, 9, 0, feedback=False, begins=True)[1].stage == DARK, "a date is no reaction"


def test_what_opens_a_restricted_system_to_all() -> None:
    restricted = {"regime": int(GOVERNMENT), "stage": int(PARTNERS), "offered_day": 10, "sign_offs": 2}
    case = {"case_by_case": True}
    for levers, day, given, opens in (
        (case, 20, {}, True),
        (case, 19, {}, False),
        (case, 20, {"stage": int(HELD)}, True),
        (case, 20, {"stage": int(DARK)}, False),
        (case, 20, {"regime": int(OWN)}, False),
        (case, 20, {"regime": int(FREE)}, False),
        (case, 20, {"sign_offs": 1}, False),
        (case, 20, {"sign_offs": 3}, True),
        (case, 109, {"sign_offs": 1}, False),
        (case, 110, {"sign_offs": 1}, True),
        (case, 20, {"attributed_recently": 2}, True),
        (case, 20, {"attributed_recently": 3}, False),
        (case, 20, {"fix_day": 25}, False),
        ({**case, "public_release": False}, 300, {}, False),
        ({"framework": True}, 12, {}, False),
        ({"framework": True}, 20, {}, True),
        ({}, 12, {}, True),
        ({"public_release": False}, 12, {"fix_day": 25}, True),
    ):
        system = governed(levers, day, **{**restricted, **given})[1]
        assert (system.stage == PUBLIC) == opens, (levers, day, given)
    assert governed(case, 20, feedback=False, attributed_recently=9, **restricted)[1].stage == PUBLIC, "where nothing reacts"


REVIEWS = {"approval_days": 4.0, "approval_days_cv": 0.0, "background_applications_per_day": 1e-9}


def applying(levers: dict[str, Any], *applied: float, background: float = NEVER, first: int = 0, **params: Any) -> Any:
    """A world in which organisations have applied at these times, the later the more critical, and another applicant; its government."""
    world = world_of({"approvals": True, "reviewers": 1, "partners_max": 50, **levers}, **{**REVIEWS, **params})
    for row, time in enumerate(applied, first):
        put(world.partners[row], approval=int(Approval.WAITING), applied_at=time, rank=10 - row)
    return world, put(world.governments[0], waiting=len(applied), background_at=background)


def test_whose_turn_it_is() -> None:
    critical = {"by_criticality": True}
    for levers, applied, background, begun in (
        ({}, (3.0, 2.0, 4.0), 9.0, [6.0, 2.0, 10.0]),  # first come, first served
        ({}, (3.0, 2.0, 2.0), NEVER, [10.0, 2.0, 6.0]),
        ({}, (3.0,), 3.0, [3.0]),  # of two at once the organisation goes first
        ({}, (3.0,), 2.5, [6.5]),
        ({"approvals": False}, (3.0,), NEVER, [None]),
        (critical, (1.0, 2.0, 4.0), NEVER, [1.0, 9.0, 5.0]),
        (critical, (2.0, 1.0, 1.0), NEVER, [9.0, 5.0, 1.0]),
        (critical, (1.0, 2.0), 0.5, [8.5, 4.5]),
        ({"partners_max": 1}, (3.0, 2.0), NEVER, [None, 2.0]),
        ({"reviewers": 0}, (1.0,), NEVER, [None]),
    ):
        world, home = applying(levers, *applied, background=float(background))
        for day in range(14):
            home.step(world, day)
        found = [partner.review_start if partner.approval == Approval.IN_REVIEW else None for partner in world.partners[: len(applied)]]
        assert found == begun, (levers, applied, background)


def test_a_new_place_goes_to_the_most_critical_who_have_applied_by_then() -> None:
    world, home = applying({"by_criticality": True}, 1.0, 2.0, 6.0)
    home.step(world, 0)  # its reviewer is free from now on
    home.full = True
    home.step(world, 5)
    assert [partner.review_start for partner in world.partners[:3]] == [0.0, 5.0, 0.0], "nobody could be turned to before day 5"


def test_reviews_in_continuous_time() -> None:
    """Staff, queues, and reviewers who come later."""
    for params, starts, work in (
        ({}, [0.5, 4.5], 4.0),
        ({"staffing": 0.5}, [0.5, 8.5], 8.0),
        ({"queues_on": False}, [0.5, 1.25], 4.0),
        ({"staffing": 0.0}, [0.0, 0.0], 0.0),
    ):
        world, home = applying({}, 0.5, 1.25, **params)
        for day in range(12):
            home.step(world, day)
        assert [partner.review_start for partner in world.partners[:2]] == starts, params
        assert [partner.review_finish for partner in world.partners[:2]] == [start + work for start in starts], params
    world, home = applying({}, 0.0, 0.0, 0.0, timeline=[(5, {"reviewers": 3})], approval_days=40.0)
    for day in (0, 1, 5, 6):
        world.today.phase = int(day >= 5)
        home.step(world, day)
    assert [partner.review_start for partner in world.partners[:3]] == [0.0, 5.0, 5.0], "nobody is hired into the past"


def test_a_review_that_the_cap_held_up_begins_once_a_place_is_free() -> None:
    for row in (0, 1):
        world, home = applying({"partners_max": 1, "reviewers": 2}, 0.5, first=row)
        home.in_review = 1
        home.step(world, 1)
        assert (home.reviews, home.full) == (0, True)
        put(home, in_review=0, refused=1)
        home.step(world, 3)
        assert (world.partners[row].review_start, home.full) == (3.0, True), "its own review takes the place"


def test_incidents_count_for_thirty_days() -> None:
    for day, counted in ((36, 5), (37, 3), (38, 5)):
        world = world_of()
        world.labs[1].systems = 2
        put(world.score, attributed=5)
        world.attributed[4 * 30 + 7] = 2
        system = put(world.systems[4], attributed_recently=5)
        world.governments[0].step(world, day)
        assert system.attributed_recently == counted, day


def test_when_an_open_weight_lab_publishes() -> None:
    held = {"stage": int(HELD), "hold_until": 9, "capability": 1.0, "safeguard": 0.5}
    out = {"stage": int(OPEN), "weights_day": 5, "safeguard": 0.5}
    for coordinating, day, given, found in (
        (True, 8, held, {"stage": HELD, "hold_until": 9}),
        (True, 9, held, {"stage": OPEN, "weights_day": 9, "public_day": 9, "hold_until": NEVER}),
        (False, 3, held, {"stage": OPEN, "weights_day": 3}),
        (False, 9, {**held, "stage": int(TESTING)}, {"stage": TESTING}),
        (True, 9, out, {"stripped": True}),
        (True, 8, out, {"stripped": False}),
        (True, 9, {**out, "stage": int(TESTING)}, {"stripped": False}),
    ):
        world = world_of(strip_days=4)
        world.governments[1].coordinating = coordinating
        lab = put(world.open_weight_labs[0], systems=2, next_trained_day=NEVER)
        system = put(world.systems[5], **given)
        lab.step(world, day)
        assert {name: getattr(system, name) for name in found} == found, (coordinating, day, given)


def test_the_shock_is_published_at_once_and_later_systems_may_be_held() -> None:
    for seed in range(6):
        levers = {"hold_days": 12, "threshold_months": -50.0}
        world = world_of(levers, open_shock_day=6, open_shock_capability=2.5, heed_hold=0.5, seed=seed)
        world.governments[1].coordinating = True
        lab = put(world.open_weight_labs[0], capability=-3.0, next_trained_day=6)
        lab.step(world, 6)
        first, shock = world.systems[5], world.systems[8]
        heeds = uniform(seed, Purpose.HEED_HOLD, 0, 1) < 0.5
        assert (first.stage, first.hold_until) == ((HELD, 18) if heeds else (OPEN, NEVER))
        assert (shock.stage, shock.capability, lab.capability, lab.systems, lab.next_trained_day) == (OPEN, 2.5, 2.5, 3, 66)


def test_a_day_of_an_organisation() -> None:
    for approval, offered, given, params, after, searches in (
        (Approval.NONE, True, {}, {"application_days": 0.0}, Approval.WAITING, False),
        (Approval.NONE, True, {"rank": 2}, {}, Approval.APPROVED, True),
        (Approval.NONE, False, {}, {}, Approval.NONE, False),
        (Approval.PLANNED, True, {"applied_at": 9.0}, {}, Approval.WAITING, False),
        (Approval.PLANNED, True, {"applied_at": 10.0}, {}, Approval.PLANNED, False),
        (Approval.PLANNED, False, {}, {}, Approval.NONE, False),
        (Approval.WAITING, True, {}, {}, Approval.WAITING, False),
        (Approval.WAITING, False, {"rank": 2}, {}, Approval.NONE, False),
        (Approval.IN_REVIEW, True, {"review_finish": 9.0}, {"approval_refusal_chance": 0.0}, Approval.APPROVED, True),
        (Approval.IN_REVIEW, True, {"review_finish": 9.1}, {"approval_refusal_chance": 0.0}, Approval.IN_REVIEW, False),
        (Approval.IN_REVIEW, False, {"review_finish": 9.0}, {"approval_refusal_chance": 1.0}, Approval.REFUSED, False),
        (Approval.REFUSED, True, {"rank": 0}, {}, Approval.REFUSED, False),
        (Approval.REFUSED, False, {}, {}, Approval.REFUSED, False),
        (Approval.APPROVED, True, {}, {}, Approval.APPROVED, True),
        (Approval.APPROVED, True, {}, {"head_start_on": False}, Approval.APPROVED, False),
        (Approval.APPROVED, False, {"rank": 0}, {}, Approval.APPROVED, False),
    ):
        world = world_of(**params)
        partner = put(world.partners[2], **{"approval": int(approval), "rank": 3, "interested": True, "leak_until": 99, **given})
        system = {"restricted_capability": 1.0, "restricted_system": 4} if offered else {"restricted_capability": NOTHING}
        put(world.today, **system, offered=offered, places=3, last_rank=3)
        home = put(world.governments[0], waiting=int(approval == Approval.WAITING), in_review=int(approval == Approval.IN_REVIEW))
        partner.step(world, 9)
        case = (approval, offered, given)
        assert (partner.approval, bool(partner.searches_early)) == (after, searches), case
        assert world.today.leaks == int(after == Approval.APPROVED and offered), "who holds nothing leaks nothing"
        assert (home.waiting, home.in_review) == (int(after == Approval.WAITING), int(after == Approval.IN_REVIEW)), case
        assert home.withdrawn == int(approval == Approval.WAITING and not offered), case
        settled = {Approval.APPROVED: "approved", Approval.REFUSED: "refused"}.get(after)
        assert home.approved + home.refused == int(settled is not None and after != approval), case


def test_access_leaks_by_chance_until_it_is_noticed() -> None:
    for leaks_on, day, until, leaks, today in (
        (True, 9, 0, 1, 1),
        (False, 9, 0, 0, 0),
        (False, 9, 10, 0, 1),  # an old leak goes on
        (False, 9, 9, 0, 0),
        (True, 9, 10, 1, 1),  # and may be found anew
    ):
        world = world_of(leaks_on=leaks_on, leak_days=4)
        put(world.today, restricted_capability=1.0, restricted_system=4)
        chance = math.nextafter(uniform(0, Purpose.LEAK, 2, day), 1.0)
        partner = put(world.partners[2], approval=int(Approval.APPROVED), interested=True, leak_chance=chance, leak_until=until)
        partner.step(world, day)
        assert (partner.leaks, world.score.leaks, world.today.leaks) == (leaks, leaks, today), (leaks_on, until)
        assert partner.leak_until == (13 if leaks else until)
        assert [line for line in log_of(world) if line[0] == EventKind.LEAK] == [(EventKind.LEAK, 9, 2, -1, 4, 4.0)] * leaks


def attacking(number: int = 0, **given: Any) -> Any:
    """A world with a service (system 0), weights (2) and a leak at organisation 1 of a restricted system (3); an actor with one operation
    today, and what all draws of that operation share."""
    channels = {
        f"{channel}_{field}": value
        for channel, values in (("public", (0, 2.0, 0.5)), ("open", (2, 1.0, 0.5)), ("restricted", (3, 3.0, 0.5)))
        for field, value in zip(("system", "capability", "safeguard"), values, strict=True)
    } | {"leaks": 1}
    own = {"home": NOBODY, "kind": int(ActorKind.CREW), "skill": 0.5, "operations": number, "next_at": 9.5, "gap_days": 1e9}
    own |= {"theft_at": float(NEVER), "stolen_capability": NOTHING, "banned_until": 0}
    base = {"seed": 3, "leak_reach": 1.0, "evasion": 0.0, "fallback_chance": 1.0, "ban_chance": 0.0, "base_hazard": 0.8}
    base |= without(["every service", "leak groups"])  # one service and everybody by chance, so that each step of the walk is seen
    chosen = base | {name: value for name, value in given.items() if name not in channels | own}
    world = world_of(**{name: value for name, value in chosen.items() if name != "base_hazard"})
    put(world.params, base_hazard=chosen["base_hazard"])  # also what no table may hold
    actor = put(world.bad_actors[4], **own | {name: given[name] for name in own if name in given})
    put(world.today, **channels | {name: given[name] for name in channels if name in given})
    put(world.partners[1], leaks=2)
    world.leaking[0] = 1
    world.uplifts[:] = [1.0, 2.0, 3.0, 4.0, 9.0]
    listed = [(Channel.OPEN_WEIGHTS, "open"), (Channel.LEAKED_ACCESS, "restricted"), (Channel.PUBLIC_SERVICE, "public")]
    fields = ("capability", "safeguard", "system")
    offers = [(channel, *(getattr(world.today, f"{name}_{field}") for field in fields)) for channel, name in listed]
    offers = sorted((offer for offer in offers if offer[1] > NOTHING), key=lambda offer: -offer[1])
    for row, (channel, *values) in enumerate(offers):
        put(world.offers[row], channel=int(channel), uplift=world.uplifts[channel], **dict(zip(fields, values, strict=True)))
    world.today.offers = len(offers)
    return world, actor, grow(actor.stem, number)


def channel_of(world: Any) -> Channel:
    """The channel of the only operation."""
    assert world.score.operations == 1
    return next(channel for channel in Channel if world.channels[channel].operations)


def test_the_most_capable_channel_within_reach() -> None:
    safe = {"public_safeguard": 0.0, "open_safeguard": 0.0, "restricted_safeguard": 0.0}
    no_public, no_open = {"public_capability": NOTHING}, {"open_capability": NOTHING}
    for given, channel in (
        ({}, Channel.LEAKED_ACCESS),
        ({"leaks": 0}, Channel.PUBLIC_SERVICE),
        ({"leak_reach": 0.0}, Channel.PUBLIC_SERVICE),
        ({"leak_reach": 0.0, "home": 1}, Channel.LEAKED_ACCESS),
        ({"leak_reach": 0.0, "home": 0}, Channel.PUBLIC_SERVICE),
        ({"leaks": 0, "home": 1}, Channel.PUBLIC_SERVICE),
        ({"leaks": 0, "banned_until": 9}, Channel.PUBLIC_SERVICE),
        ({"leaks": 0, "banned_until": 10}, Channel.OPEN_WEIGHTS),
        ({"leaks": 0, **no_public}, Channel.OPEN_WEIGHTS),
        ({"leaks": 0, **no_public, **no_open}, Channel.NO_MODEL),
        ({"stolen_capability": 3.0}, Channel.STOLEN_WEIGHTS),
        ({"stolen_capability": 2.9}, Channel.LEAKED_ACCESS),
        ({"stolen_capability": 1.5, "banned_until": 10, "leaks": 0}, Channel.STOLEN_WEIGHTS),
        ({"stolen_capability": 0.5, "banned_until": 10, "leaks": 0}, Channel.OPEN_WEIGHTS),
        ({"stolen_capability": -5.0, "leaks": 0, **no_public, **no_open}, Channel.STOLEN_WEIGHTS),
        ({"open_capability": 3.0}, Channel.OPEN_WEIGHTS),
    ):
        world, actor, _ = attacking(**{**safe, **given})
        actor.step(world, 9)
        assert channel_of(world) == channel, given
        assert [tally.refusals for tally in world.channels] == [0] * 5


LADDER = [
    (Channel.LEAKED_ACCESS, 0.8, Purpose.REFUSED_LEAKED, Purpose.FALL_BACK, 3, 4.0),
    (Channel.PUBLIC_SERVICE, 0.8, Purpose.REFUSED_PUBLIC, Purpose.FALL_BACK_AGAIN, 0, 3.0),
    (Channel.OPEN_WEIGHTS, 0.5, Purpose.REFUSED_OPEN, Purpose.FALL_BACK_LAST, 2, 2.0),
]


def walked(chances: Any, fallback: float, params: Any, *, stolen: bool) -> Any:
    """The walk down the offers by hand: channel, system, its uplift, who refused, and whether that ended in a ban."""
    refusals: list[Channel] = []
    banned = False
    for offered, safeguard, purpose, again, row, rate in LADDER:
        if draw(chances, purpose) >= refusal_chance(safeguard, 0.2, 0.5):
            return offered, row, rate, refusals, banned
        refusals.append(offered)
        banned = banned or (offered == Channel.PUBLIC_SERVICE and draw(chances, Purpose.BANNED) < 0.5)
        if draw(chances, again) >= fallback:
            return Channel.NO_MODEL, NOBODY, 1.0, refusals, banned
    if stolen:
        rate = uplift(-49.0, params.uplift, params.uplift_doubling_months, params.uplift_cap, 1.0)
        return Channel.STOLEN_WEIGHTS, 4, rate, refusals, banned
    return Channel.NO_MODEL, NOBODY, 1.0, refusals, banned


def test_who_is_refused_turns_to_the_next_best_and_what_comes_of_it() -> None:
    """A whole operation once more: the walk down the offers, expected harm, harm beyond open weights, and the incident."""
    seen, targets = set(), set()
    for number in range(60):
        stolen, fallback = number % 2 == 1, 1.0 if number % 3 else 0.4
        safeguards = {"public_safeguard": 0.8, "open_safeguard": 0.5, "restricted_safeguard": 0.8}
        params = {"ban_chance": 0.5, "ban_days": 5, "evasion": 0.2, "attribution_chance": 0.5, "severity_cap": 1e6 if number % 4 else 1e13}
        world, actor, chances = attacking(
            number, fallback_chance=fallback, stolen_capability=1.0 - 50.0 if stolen else NOTHING, **safeguards, **params
        )
        put(actor, stolen_system=4)
        put(world.today, discount=0.5)
        for partner in world.partners:
            put(partner, attack_surface=0.2 + 0.2 * partner.index, exposed=0.01)
        channel, system, rate, refusals, banned = walked(chances, fallback, world.params, stolen=stolen)
        actor.step(world, 9)
        assert channel_of(world) == channel
        assert [tally.refusals for tally in world.channels] == [int(offered in refusals) for offered in Channel]
        assert (world.score.bans, actor.banned_until) == ((1, 15) if banned else (0, 0))
        u, bounds = draw(chances, Purpose.TARGET), [*world.size_below, 1.0]
        target = next(row for row in range(4) if bounds[row] <= u < bounds[row + 1])
        surface, hazard = 0.2 + 0.2 * target, 0.8 * 0.5
        opened = 1.0 if draw(chances, Purpose.REFUSED_OPEN) < refusal_chance(0.5, 0.2, 0.5) else 2.0
        success, without, alone = (attack_success(hazard, each, surface) for each in (rate, 1.0, opened))
        assert world.channels[channel].enabled == world.kinds[ActorKind.CREW].enabled == whole(0.5 * (success - without))
        assert world.score.marginal == (0 if channel == Channel.OPEN_WEIGHTS else whole(0.5 * (success - alone)))
        assert world.score.expected == whole(0.5 * success)
        happened = draw(chances, Purpose.LUCK) < success
        assert [partner.incidents for partner in world.partners] == [int(happened and row == target) for row in range(4)]
        assert (actor.operations, actor.incidents, world.kinds[ActorKind.CREW].operations) == (number + 1, int(happened), 1)
        assert near(actor.next_at, 9.5 + 1e9 * exponential(draw(chances, Purpose.GAP)))
        z = normal(draw(chances, Purpose.LOSS), draw(chances, Purpose.LOSS_ANGLE))
        loss = math.floor(min(world.params.severity_cap, math.exp(world.params.severity_mu + world.params.severity_sigma * z)))
        lines = [line for line in log_of(world) if line[0] == EventKind.INCIDENT]
        assert lines == ([(EventKind.INCIDENT, 9, 4, target, system, loss)] if happened else [])
        assert world.score.largest_loss == world.channels[channel].loss == (loss if happened else 0)
        hosted = happened and channel in (Channel.PUBLIC_SERVICE, Channel.LEAKED_ACCESS)
        known = hosted and draw(chances, Purpose.ATTRIBUTED) < 0.5
        assert world.score.attributed == sum(world.attributed) == int(known)
        assert not known or world.systems[system].attributed_recently == world.attributed[system * 30 + 9] == 1
        seen.add((channel, len(refusals), banned, happened, known))
        targets.add(target)
    assert {case[0] for case in seen} == set(Channel)
    assert len(targets) == 4
    assert len(seen) >= 16


def test_luck_at_the_chance_itself() -> None:
    """A chance is met by the draws below it, not by one that equals it."""
    _, _, chances = attacking()
    luck = {purpose: draw(chances, purpose) for purpose in Purpose}
    alone = {"leaks": 0, "public_capability": NOTHING}
    for safeguard, channel in (
        (luck[Purpose.REFUSED_OPEN], Channel.OPEN_WEIGHTS),
        (math.nextafter(luck[Purpose.REFUSED_OPEN], 1.0), Channel.NO_MODEL),
    ):
        world, actor, _ = attacking(**alone, open_safeguard=safeguard)
        actor.step(world, 9)
        assert channel_of(world) == channel
        # What open weights alone would have done, where something else is used.
        world, actor, _ = attacking(leaks=0, public_safeguard=0.0, open_safeguard=safeguard, base_hazard=0.01)
        actor.step(world, 9)
        beyond = 1.0 if channel == Channel.NO_MODEL else 2.0
        hazard, surface = 0.01 * 0.5, 1.0
        assert world.score.marginal == whole(attack_success(hazard, 3.0, surface) - attack_success(hazard, beyond, surface))
    for chance, bans in ((luck[Purpose.BANNED], 0), (math.nextafter(luck[Purpose.BANNED], 1.0), 1)):
        for feedback in (Feedback.NONE, Feedback.FULL):
            world, actor, _ = attacking(leaks=0, public_safeguard=1.0, ban_chance=chance, feedback=feedback)
            actor.step(world, 9)
            assert world.score.bans == bans * (feedback == Feedback.FULL)
    # The hazard at which the chance of success is the luck itself, or the number before it.
    found = set()
    hazard = -math.log1p(-luck[Purpose.LUCK])
    for step in range(-200, 200):
        near_it = hazard * (1.0 + step * 2.0**-53)
        chance = attack_success(near_it, 1.0, 1.0)
        if abs(chance - luck[Purpose.LUCK]) <= math.ulp(chance):
            world, actor, _ = attacking(**alone, open_capability=NOTHING, base_hazard=near_it, skill=1.0)
            actor.step(world, 9)
            assert actor.incidents == int(luck[Purpose.LUCK] < chance)
            found.add(chance == luck[Purpose.LUCK])
    assert found == {False, True}


def test_a_target_begins_where_the_share_of_size_below_it_ends() -> None:
    _, _, chances = attacking()
    u = draw(chances, Purpose.TARGET)
    for below, target in ((u, 2), (math.nextafter(u, 1.0), 1)):
        world, actor, _ = attacking(base_hazard=99.0)
        world.size_below[:] = [0.0, 0.0, below, 1.0]
        world.size_guide[:] = [0] * len(world.size_guide)
        actor.step(world, 9)
        assert world.partners[target].incidents == 1
    world, insider, _ = attacking(base_hazard=99.0, kind=int(ActorKind.INSIDER), home=3)
    insider.step(world, 9)
    assert world.partners[3].incidents == 1, "an insider has its own organisation for a target"


def test_a_theft_takes_the_best_that_the_lab_has_trained() -> None:
    taken = set()
    for seed in range(40):
        for before in (NOTHING, 2.0):
            world, spy, _ = attacking(labs=3, seed=seed, theft_chance_sl3=0.3, theft_gap_days=1e9, theft_at=9.99, next_at=10.0)
            for row, lab in enumerate(world.labs):
                put(lab, trained=1.0 + row, systems=2, security_level=2.6 + 0.2 * row)
            put(spy, thefts_tried=4, stolen_capability=before, stolen_system=1)
            chances = grow(spy.stem, 4)
            lab = world.labs[int(draw(chances, Purpose.THEFT_TARGET) * 3)]
            success = lab.trained > before and draw(chances, Purpose.THEFT_LUCK) < theft_chance(0.3, lab.security_level)
            spy.step(world, 9)
            assert (spy.thefts_tried, world.score.thefts, spy.operations) == (5, int(success), 0)
            assert near(spy.theft_at, 9.99 + 1e9 * exponential(draw(chances, Purpose.THEFT_GAP)))
            system = lab.first_system + world.constants.owners
            assert (spy.stolen_capability, spy.stolen_system) == ((lab.trained, system) if success else (before, 1))
            assert log_of(world) == ([(EventKind.THEFT, 9, 4, lab.index, system, lab.trained)] if success else [])
            taken.add((success, lab.index))
    assert taken == {(success, lab) for success in (False, True) for lab in range(3)}


def test_what_is_due_today_is_tried_today_thefts_first() -> None:
    for next_at, theft_at, operations, thefts in ((10.0, 10.0, 0, 0), (9.999, 10.0, 1, 0), (10.0, 9.999, 0, 1), (9.1, 9.9, 1, 1)):
        world, spy, _ = attacking(next_at=next_at, theft_at=theft_at, theft_chance_sl3=1.0, theft_gap_days=1e9)
        for lab in world.labs:
            put(lab, trained=8.0, security_level=3.0)
        spy.step(world, 9)
        assert (spy.operations, spy.thefts_tried, world.score.thefts) == (operations, thefts, thefts)
        assert world.channels[Channel.STOLEN_WEIGHTS].operations == int(operations and thefts), "what is stolen today is used today"
    world, crew, _ = attacking(next_at=9.0, gap_days=0.05)
    world.agenda.append(Plan())
    world.operations = [9, 9, 9]
    crew.step(world, 9)
    assert crew.operations == world.score.operations > 5, "several on one day"
    assert crew.next_at >= 10.0
    assert world.agenda[1].chances == 0, "all on the first line"
    assert (len(world.operations), 9 in world.operations) == (3, False), "what finds no room in the list is counted alone"


def test_what_finds_no_room_in_the_log_is_counted() -> None:
    world, lab, _ = lab_with(stage=int(TESTING))
    world.events = [world.events.new()]
    world.score.events = 0
    lab.step(world, 8)
    line = world.events[0]
    assert (line.day, line.kind, line.who, line.whom, line.system, line.value) == (8, EventKind.READY, 0, -1, 3, 1.0)
    assert world.score.events == 2


def test_the_draws_of_an_actor_are_those_of_its_row() -> None:
    world = world_of(seed=8)
    assert draw(grow(world.bad_actors[5].stem, 4), Purpose.LUCK) == draw(key(8, 5, 4), Purpose.LUCK)


def test_own_tests_last_as_long_as_effort_says() -> None:
    world = world_of(own_testing_days=9, race_rule=int(RaceRule.NONE), safeguard_least=0.2, safeguard_most=0.8, bypass_effort=4.0)
    lab = put(world.labs[1], culture=0.5, capability=2.0, next_trained_day=7)
    lab.step(world, 7)
    system = world.systems[4]
    assert (lab.effort, system.ready_day) == (0.5, 12), "four days and a half, and then the next morning"
    assert near(system.built, 0.5)
    assert near(system.bypass_hazard, world.params.bypass_hazard / 2.0)


def test_an_ask_and_its_answer_are_noted() -> None:
    logit = math.log(0.6 / 0.4) + 2.0 * 0.5 - 0.3 * 4.0
    for cooperation, mandatory, chance in ((0.6, 0.5, 1.0 / (1.0 + math.exp(-logit))), (0.0, 0.5, 0.0), (1.0, 0.0, 1.0)):
        world = world_of(cooperation=cooperation, mandate=2.0, race_weight=0.3, goodwill_cost=0.0)
        put(world.today, best_offer=1.0, best_offer_lab=0, second_offer=-9.0, open_capability=-9.0, mandatory=mandatory)
        lab, system = put(world.labs[1], offer=-3.0), world.systems[4]
        log_of(world)
        agreed = complies(lab, world, system, 6)
        assert agreed == (uniform(0, Purpose.COMPLY, 1, 1) < chance)
        asked, answer = log_of(world)
        assert near(asked[-1], chance)
        assert asked[:-1] == (EventKind.ASKED, 6, 0, 1, 4)
        assert answer == (EventKind.COMPLIED if agreed else EventKind.DECLINED, 6, 1, -1, 4, 4.0)
        assert (world.score.asked, world.score.complied) == (1, int(agreed))


def test_a_system_waits_for_a_tester_from_the_day_on_which_it_was_handed_in() -> None:
    world = world_of({"agencies": 2, "testers": 1}, test_days=3.0, test_days_cv=0.0)
    log_of(world)
    submit_to_agencies(world, put(world.systems[4], flaw=False), 3)
    put(world.testers[1], free_at=5.5)
    for agency in world.agencies:
        agency.testers = 1
    for day in range(4, 10):
        run_tests(world, day)
    assert [(line[0], line[2], line[-1]) for line in log_of(world)] == [
        (EventKind.TEST_BEGUN, 0, 0.0),
        (EventKind.TEST_PASSED, 0, 3.0),
        (EventKind.TEST_BEGUN, 1, 2.5),
        (EventKind.TEST_PASSED, 1, 3.0),
    ]
    assert (world.score.tests, world.score.test_wait) == (2, whole(2.5))
    assert [test.arrival for test in world.tests if test.system == 4] == [3.0, 3.0]


def test_a_refusal_by_vetting_comes_on_top_of_any_other() -> None:
    for row in range(3):
        luck = uniform(0, Purpose.REFUSED, row, 2)
        for base in (0.0, 0.5 * luck):
            vetting = (luck - base) / (1.0 - base)
            for share, refused in ((0.999, False), (1.001, True)):
                world = world_of({"approvals": True, "vetting_refused": share * vetting}, approval_refusal_chance=base)
                put(world.today, restricted_system=4, restricted_capability=1.0, offered=True)
                given = {"approval": int(Approval.IN_REVIEW), "applied_at": 2.5, "review_finish": 9.0, "applications": 2, "waited": 1.0}
                partner, home = put(world.partners[row], **given), put(world.governments[0], in_review=1)
                log_of(world)
                partner.step(world, 9)
                kind, system = (EventKind.REFUSED_ACCESS, -1) if refused else (EventKind.APPROVED, 4)
                assert log_of(world) == [(kind, 9, row, 0, system, 6.5)]
                assert (home.refused, home.approved, home.in_review, partner.waited) == (int(refused), int(not refused), 0, 7.5)


def test_an_application_is_taken_back_when_the_offer_is_gone() -> None:
    for approval, applied_at, days in ((Approval.WAITING, 2.5, [6.5]), (Approval.WAITING, 9.5, [0.0]), (Approval.PLANNED, 2.5, [])):
        world = world_of()
        put(world.today, offered=False, restricted_capability=NOTHING)
        partner = put(world.partners[1], approval=int(approval), applied_at=applied_at, applications=3, waited=1.0)
        log_of(world)
        partner.step(world, 9)
        assert (partner.approval, partner.applications, partner.waited) == (Approval.NONE, 4, 1.0 + sum(days))
        assert log_of(world) == [(EventKind.WITHDRAWN, 9, 1, 0, -1, wait) for wait in days]


def test_what_is_noted_of_a_safeguard_and_of_a_guarded_release() -> None:
    world = world_of(fix_gain=0.5, strip_days=0, residual_refusal=0.1)
    system = put(world.systems[4], built=0.5, safeguard=0.1, flaw=True, bypassed=True, capability=1.5)
    put(system, ready_day=3, dark_day=4, weights_day=2)
    log_of(world)
    fix_safeguard(world, system, 6)
    harden(world, system, 7)
    open_to_all(world, system, 8)
    publish_weights(world, system, 9)
    strip_weights(world, system, 10)
    restore(world, system, 11)
    assert log_of(world) == [
        (EventKind.FIXED, 6, 1, -1, 4, 0.75),
        (EventKind.HARDENED, 7, 1, -1, 4, 0.875),
        (EventKind.PUBLIC, 8, 1, -1, 4, 5.0),
        (EventKind.WEIGHTS, 9, 1, -1, 4, 1.5),
        (EventKind.STRIPPED, 10, 1, -1, 4, 0.1),
        (EventKind.RESTORED, 11, 0, 1, 4, 7.0),
    ]


def test_what_was_known_of_a_system_is_fixed_while_it_is_away() -> None:
    for flaw, bypassed in ((False, False), (True, False), (False, True)):
        world = world_of(fix_gain=0.5)
        system = put(world.systems[0], built=0.5, safeguard=0.5, flaw=flaw, bypassed=bypassed, resume_stage=int(PUBLIC), dark_day=3)
        restore(world, system, 9)
        assert (system.safeguard, system.flaw, system.bypassed) == (0.75 if flaw or bypassed else 0.5, False, False)


def test_prohibited_weights_are_held_without_end_and_that_is_noted() -> None:
    for prohibited, threshold, held in ((True, -60.0, True), (True, 60.0, False), (False, -60.0, False)):
        world = world_of({"prohibited": prohibited, "threshold_months": threshold})
        lab = put(world.open_weight_labs[0], next_trained_day=7)
        log_of(world)
        lab.step(world, 7)
        system = world.systems[5]
        assert (system.stage, system.regime) == ((HELD, Regime.PROHIBITED) if held else (OPEN, FREE))
        holds = [line for line in log_of(world) if line[0] == EventKind.HOLD]
        assert holds == [(EventKind.HOLD, 7, 1, 0, 5, float(NEVER))] * held


def test_a_step_by_alarms_does_all_that_is_due_in_their_order() -> None:
    done: list[tuple[str, float]] = []

    def alarm(name: str, gap: float) -> Alarm:
        def plan(agent: Any, world: Any, line: Any) -> None:
            setattr(agent, name, getattr(agent, name) + gap)

        def act(agent: Any, world: Any, line: Any, day: int) -> None:
            done.append((name, getattr(agent, name)))

        return Alarm(plan, act)

    world = SimpleNamespace(agenda=[None])
    step_of({"one": alarm("one", 0.5), "two": alarm("two", 2.0), "three": alarm("three", 0.75)})(
        SimpleNamespace(one=4.5, two=5.0, three=4.0), world, 4
    )
    assert done == [("one", 5.0), ("three", 4.75), ("three", 5.5)]


def test_what_a_test_finds_is_fixed_before_it_passes() -> None:
    world = world_of({"framework": True}, fix_days=7, staffing=0.5)
    system, test = world.systems[0], put(world.tests[0], system=0, start=1.0, finish=5.0, found=True)
    put(system, flaw=True, fix_day=NEVER, tested_days=0.0, sign_offs=0, owner=0, index=0)
    log_of(world)
    settle_test(world, test, 1, 5)
    assert (system.fix_day, system.flaw_day, system.sign_offs, test.passed) == (12, 5, 0, False)
    assert (world.score.flaws_found, log_of(world)) == (1, [(EventKind.FLAW_FOUND, 5, 1, 0, 0, 4.0)])
    settle_test(world, test, 0, 6)
    assert (system.fix_day, system.flaw_day, world.score.flaws_found, log_of(world)) == (12, 5, 1, []), "one flaw is found once"
    put(system, flaw=False)
    settle_test(world, test, 1, 12)
    assert (system.sign_offs, system.tested_days, test.passed) == (1, 2.0, True)
    assert log_of(world) == [(EventKind.TEST_PASSED, 12, 1, 0, 0, 4.0)]
