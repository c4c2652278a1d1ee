"""A bad actor: which channel it reaches, what an operation scores, and what a success does."""

import math
from typing import Any

from sim.access import list_offers, settle_access
from sim.agents.bad_actor import (
    BadActor,
    ban,
    choose_target,
    draw_luck,
    fall_back_purpose,
    finds_leak,
    luck_with,
    operate,
    plan_operation,
    plan_theft,
    reach_system,
    score_operation,
    suffer,
    system_of,
    target_of,
    try_theft,
    uplift_by_open_weights,
    uplift_of,
    within_reach,
)
from sim.chance import Purpose, draw, exponential, grow, key, normal
from sim.formulas.attack import attack_success, uplift, whole
from sim.formulas.safeguards import refusal_chance, theft_chance
from sim.row import NEVER, NOBODY, NOTHING, fields
from sim.vocabulary import ActorKind, Channel, EventKind
from sim.world import Operation
from tests.mutation.worlds import changed, log_of, near, put, state, world_of

NO, OPEN, PUBLIC, LEAKED, STOLEN = (
    Channel.NO_MODEL,
    Channel.OPEN_WEIGHTS,
    Channel.PUBLIC_SERVICE,
    Channel.LEAKED_ACCESS,
    Channel.STOLEN_WEIGHTS,
)


def acting(row: int = 4, **given: Any) -> Any:
    """A world with a service (system 0), weights (2) and a leak at organisation 1 of a restricted system (3), and a bad actor."""
    today = {"public_system": 0, "open_system": 2, "restricted_system": 3}
    capability = {"public_capability": 2.0, "open_capability": 1.0, "restricted_capability": 3.0, "leaks": 1}
    refusal = {"public_safeguard": 0.5, "open_safeguard": 0.5, "restricted_safeguard": 0.5}
    values = {**today, **capability, **refusal}
    world = world_of(**{"seed": 3, **{name: given.pop(name) for name in list(given) if name not in values}})
    put(world.today, **{**values, **given})
    put(world.partners[1], leaks=2)
    world.leaking[0] = 1
    world.uplifts[:] = [1.0, 2.0, 3.0, 4.0, 9.0]
    list_offers(world)
    return world, put(world.bad_actors[row], home=NOBODY, kind=int(ActorKind.CREW), skill=0.5)


def luck_of(actor: Any, number: int) -> Any:
    """An actor's operation of this number with the luck that it meets, drawn here by hand."""
    chances = grow(actor.stem, number)
    operation = Operation(chances=chances, actor=actor.index, luck=draw(chances, Purpose.LUCK))
    operation.luck_open, operation.luck_public = draw(chances, Purpose.REFUSED_OPEN), draw(chances, Purpose.REFUSED_PUBLIC)
    operation.luck_leaked, operation.luck_banned = draw(chances, Purpose.REFUSED_LEAKED), draw(chances, Purpose.BANNED)
    return operation


def reached(world: Any, actor: Any, number: int = 0, day: int = 9) -> int:
    """The channel of one operation."""
    return int(reach_system(actor, world, luck_of(actor, number), day))


def test_an_operation_is_planned_by_number() -> None:
    targets = set()
    for number in range(12):
        world, actor = acting()
        put(actor, operations=number, next_at=4.5, gap_days=7.0, home=2)
        chances = grow(actor.stem, number)
        for kind in (ActorKind.CREW, ActorKind.SPY, ActorKind.INSIDER):
            put(actor, operations=number, next_at=4.5, kind=int(kind))
            before = state(actor)
            operation = Operation()
            plan_operation(actor, world, operation)
            assert (operation.chances, operation.actor, operation.target) == (chances, 4, 2 if kind == ActorKind.INSIDER else NOBODY)
            assert list(changed(actor, before)) == ["operations", "next_at"], "and nothing else of it"
            assert actor.operations == number + 1
            assert near(actor.next_at, 4.5 + 7.0 * exponential(draw(chances, Purpose.GAP)))
        choose_target(world, operation)
        assert (operation.target, operation.chances) == (target_of(world, draw(chances, Purpose.TARGET)), chances)
        targets.add(operation.target)
    assert len(targets) >= 3, "of all kinds but insiders each operation has a target of its own"


def test_each_part_of_luck_is_a_draw_of_its_own() -> None:
    _, actor = acting()
    for number in range(3):
        operation = luck_of(actor, number)
        drawn = put(Operation(), chances=operation.chances, actor=4, target=3)
        draw_luck(drawn)
        assert state(drawn) == {**state(operation), "target": 3}
        lucks = {drawn.luck, drawn.luck_open, drawn.luck_public, drawn.luck_leaked, drawn.luck_banned}
        assert len(lucks) == 5


def test_luck_by_channel() -> None:
    operation = Operation(luck=0.1, luck_open=0.2, luck_public=0.3, luck_leaked=0.4, luck_banned=0.5)
    assert [luck_with(operation, channel) for channel in (OPEN, PUBLIC, LEAKED)] == [0.2, 0.3, 0.4]


def test_each_refusal_has_luck_of_its_own() -> None:
    again = [fall_back_purpose(refusals) for refusals in (0, 1, 2)]
    assert again == [Purpose.FALL_BACK, Purpose.FALL_BACK_AGAIN, Purpose.FALL_BACK_LAST]


def test_bans_close_services_only_and_leaks_are_found_by_luck() -> None:
    for day, banned_until, leaks, reachable, answers in (
        (9, 0, 1, 1.0, (True, True, True)),
        (9, 8, 0, 1.0, (True, True, False)),
        (9, 9, 0, 1.0, (True, True, False)),
        (9, 10, 1, 1.0, (True, False, True)),
        (9, 10, 1, 0.0, (True, False, False)),
        (9, 0, 1, 0.0, (True, True, False)),
    ):
        world, actor = acting(leaks=leaks, leak_reach=reachable)
        put(actor, banned_until=banned_until)
        assert tuple(bool(within_reach(actor, world, channel, day)) for channel in (OPEN, PUBLIC, LEAKED)) == answers


def test_luck_at_the_chance_itself_is_enough() -> None:
    for channel, given in ((OPEN, {"public_capability": NOTHING}), (PUBLIC, {"open_capability": NOTHING})):
        world, actor = acting(**given, leaks=0, evasion=0.2, ban_chance=0.5, fallback_chance=1.0)
        refusal = refusal_chance(0.5, 0.2, 0.5)
        assert reach_system(actor, world, Operation(luck_open=refusal, luck_public=refusal), 9) == channel
        below = math.nextafter(refusal, 0.0)
        assert reach_system(actor, world, Operation(luck_open=below, luck_public=below, luck_banned=0.5), 9) == NO
        assert (world.channels[channel].refusals, world.score.bans) == (1, 0)
        reach_system(actor, world, Operation(luck_open=below, luck_public=below, luck_banned=math.nextafter(0.5, 0.0)), 9)
        assert (world.channels[channel].refusals, world.score.bans) == (2, int(channel == PUBLIC)), "only a service bans"


def test_the_most_capable_channel_within_reach() -> None:
    safe = {"public_safeguard": 0.0, "open_safeguard": 0.0, "restricted_safeguard": 0.0}
    for given, stolen, banned_until, channel in (
        ({}, NOTHING, 0, LEAKED),
        ({"leaks": 0}, NOTHING, 0, PUBLIC),
        ({"leaks": 0}, NOTHING, 9, PUBLIC),
        ({"leaks": 0}, NOTHING, 10, OPEN),
        ({"leaks": 0, "public_capability": NOTHING}, NOTHING, 0, OPEN),
        ({"leaks": 0, "public_capability": NOTHING, "open_capability": NOTHING}, NOTHING, 0, NO),
        ({}, 3.0, 0, STOLEN),
        ({}, 2.9, 0, LEAKED),
        ({}, 9.0, 0, STOLEN),
        ({"open_capability": 3.0}, NOTHING, 0, OPEN),
        ({"open_capability": 3.0}, 3.0, 0, STOLEN),
        ({"public_capability": 3.0}, NOTHING, 0, LEAKED),
        ({"public_capability": 3.0, "open_capability": 3.0, "leaks": 0}, NOTHING, 0, OPEN),
    ):
        world, actor = acting(**{**safe, **given}, leak_reach=1.0)
        put(actor, stolen_capability=stolen, banned_until=banned_until)
        assert reached(world, actor) == channel, (given, stolen, banned_until)
        assert [tally.refusals for tally in world.channels] == [0] * 5


def test_the_list_of_offers_is_walked_from_its_start() -> None:
    """Whoever cannot reach the best, or holds better weights than what is left, ends where the list says."""
    for stolen, banned_until, reachable, channel in (
        (NOTHING, 0, 0.0, PUBLIC),
        (NOTHING, 99, 0.0, OPEN),
        (NOTHING, 99, 1.0, LEAKED),
        (1.5, 0, 0.0, PUBLIC),
        (1.5, 99, 0.0, STOLEN),
        (1.5, 99, 1.0, LEAKED),
        (0.5, 99, 0.0, OPEN),
        (2.0, 0, 0.0, STOLEN),
        (2.5, 0, 0.0, STOLEN),
        (2.5, 0, 1.0, LEAKED),
    ):
        world, actor = acting(leak_reach=reachable, public_safeguard=0.0, open_safeguard=0.0, restricted_safeguard=0.0)
        put(actor, stolen_capability=stolen, banned_until=banned_until)
        assert reached(world, actor) == channel, (stolen, banned_until, reachable)
        # Only offers of today count, whatever else the rows of the list hold.
        world.today.offers = 0
        assert reached(world, actor) == (STOLEN if stolen > NOTHING else NO)


def test_who_is_refused_turns_to_the_next_best() -> None:
    """The whole rule once more, as a walk down the list of channels."""
    seen = set()
    for operation in range(40):
        for fallback in (0.4, 1.0):
            refusing = {"public_safeguard": 0.8, "open_safeguard": 0.7, "restricted_safeguard": 0.9}
            world, actor = acting(leak_reach=1.0, fallback_chance=fallback, evasion=0.2, ban_chance=0.5, ban_days=5, **refusing)
            # Every other one holds stolen weights that are worse than all it can be refused by.
            stolen = operation % 2 == 1
            put(actor, stolen_capability=-50.0 if stolen else NOTHING)
            chances = grow(actor.stem, operation)
            ladder = [(LEAKED, 0.9, Purpose.REFUSED_LEAKED), (PUBLIC, 0.8, Purpose.REFUSED_PUBLIC), (OPEN, 0.7, Purpose.REFUSED_OPEN)]
            expected, refusals, bans = NO, [], 0
            for channel, safeguard, purpose in ladder:
                if draw(chances, purpose) >= refusal_chance(safeguard, 0.2, 0.5):
                    expected = channel
                    break
                refusals.append(channel)
                bans += channel == PUBLIC and draw(chances, Purpose.BANNED) < 0.5
                again = {1: Purpose.FALL_BACK, 2: Purpose.FALL_BACK_AGAIN, 3: Purpose.FALL_BACK_LAST}[len(refusals)]
                if draw(chances, again) >= fallback:
                    break
            else:
                expected = STOLEN if stolen else NO
            assert reached(world, actor, operation) == expected
            assert [tally.refusals for tally in world.channels] == [int(channel in refusals) for channel in Channel]
            assert (world.score.bans, actor.banned_until) == ((1, 15) if bans else (0, 0))
            seen.add((expected, len(refusals), bans))
    assert len(seen) >= 7
    assert {channel for channel, _, _ in seen} == {NO, OPEN, PUBLIC, LEAKED, STOLEN}


def test_where_nothing_reacts_nobody_is_banned() -> None:
    for feedback, bans in ((0, 0), (1, 1)):
        world, actor = acting(feedback=feedback, public_safeguard=1.0, evasion=0.0, ban_chance=1.0, leaks=0)
        assert reached(world, actor) in (OPEN, NO)
        assert world.score.bans == bans


def test_a_ban() -> None:
    world, actor = acting(ban_days=6)
    ban(actor, world, 9)
    assert (actor.banned_until, world.score.bans) == (16, 1)
    assert log_of(world) == [(EventKind.BAN, 9, 4, -1, 0, 6.0)]


def test_a_leak_reaches_its_own_insiders_and_others_by_luck() -> None:
    reach = set()
    for row in range(6):
        for reachable in (0.0, 0.5, 1.0):
            world, actor = acting(row, leak_reach=reachable)
            lucky = draw(grow(actor.stem, 1 + 4 * 2), Purpose.LEAK_REACH) < reachable
            reach.add(lucky)
            assert bool(finds_leak(actor, world)) == lucky
            assert finds_leak(put(actor, home=1), world)
            assert bool(finds_leak(put(actor, home=0), world)) == lucky
            world.today.leaks = 0
            assert not finds_leak(put(actor, home=1), world)
            put(world.today, leaks=2)
            world.leaking[:2] = [1, 3]
            assert finds_leak(put(actor, home=3), world)
    assert reach == {False, True}


def test_weights_refuse_by_the_same_draw_everywhere() -> None:
    answers = set()
    chance = refusal_chance(0.5, 0.4, 0.5)
    for number in range(12):
        world, actor = acting(evasion=0.4)
        operation = luck_of(actor, number)
        refuses = draw(operation.chances, Purpose.REFUSED_OPEN) < chance
        answers.add(refuses)
        assert uplift_by_open_weights(actor, world, operation) == (1.0 if refuses else 2.0)
    assert answers == {False, True}
    assert uplift_by_open_weights(actor, world, Operation(luck_open=chance)) == 2.0
    assert uplift_by_open_weights(actor, world, Operation(luck_open=math.nextafter(chance, 0.0), luck_public=1.0)) == 1.0
    put(world.today, public_safeguard=0.0, restricted_safeguard=0.0, open_safeguard=1.0)
    put(actor, skill=1.0)
    assert uplift_by_open_weights(actor, world, Operation(luck_open=0.61)) == 2.0
    assert uplift_by_open_weights(actor, world, Operation(luck_open=0.59)) == 1.0


def test_weights_that_are_not_there_do_nothing() -> None:
    world, actor = acting(evasion=1.0, uplift=8.0)
    for system in world.systems:
        put(system, stage=0)
    settle_access(world, 0)
    assert world.today.open_system == NOBODY
    assert [uplift_by_open_weights(actor, world, Operation(luck_open=luck)) for luck in (0.0, 0.9)] == [1.0, 1.0]


def test_what_stands_behind_a_channel() -> None:
    world, actor = acting(uplift=5.0, uplift_doubling_months=2.0, uplift_cap=90.0)
    put(actor, stolen_capability=4.0, stolen_system=7)
    put(world.today, public_system=1)
    uplifts = [uplift_of(actor, world, int(channel)) for channel in (NO, OPEN, PUBLIC, LEAKED, STOLEN)]
    assert uplifts == [1.0, 2.0, 3.0, 4.0, uplift(4.0, 5.0, 2.0, 90.0)]
    assert [system_of(actor, world, channel) for channel in Channel] == [NOBODY, 2, 1, 3, 7]


def test_larger_organisations_draw_more_attacks() -> None:
    for organisations in (1, 2, 7):
        world = world_of(organisations=organisations)
        bounds = [*world.size_below, 1.0]
        for step in range(400):
            u = (step + 0.5) / 400
            row = target_of(world, u)
            assert bounds[row] <= u < bounds[row + 1]
        for row in range(organisations):
            assert target_of(world, world.size_below[row]) == row
    world.size_guide[:] = [0] * len(world.size_guide)
    assert target_of(world, 0.999999) == 6


def test_a_theft_takes_the_best_that_the_lab_has_trained() -> None:
    taken = set()
    for seed in range(16):
        for before in (NOTHING, 2.0):
            world = world_of(labs=3, seed=seed, theft_chance_sl3=0.3, theft_gap_days=11.0)
            for row, lab in enumerate(world.labs):
                put(lab, trained=1.0 + row, systems=2, security_level=2.6 + 0.2 * row)
            spy = put(world.bad_actors[2], thefts_tried=4, theft_at=6.5, stolen_capability=before, stolen_system=1)
            chances = grow(spy.stem, 4)
            lab = world.labs[int(draw(chances, Purpose.THEFT_TARGET) * 3)]
            success = lab.trained > before and draw(chances, Purpose.THEFT_LUCK) < theft_chance(0.3, lab.security_level)
            taken.add((success, lab.index))
            assert plan_theft(spy, world) == chances
            assert (spy.thefts_tried, world.score.thefts) == (5, 0)
            assert near(spy.theft_at, 6.5 + 11.0 * exponential(draw(chances, Purpose.THEFT_GAP)))
            planned = state(spy)
            try_theft(spy, world, chances, 9)
            assert world.score.thefts == int(success)
            assert set(changed(spy, planned)) == ({"stolen_capability", "stolen_system"} if success else set())
            system = lab.first_system + world.constants.owners
            assert (spy.stolen_capability, spy.stolen_system) == ((lab.trained, system) if success else (before, 1))
            assert log_of(world) == ([(EventKind.THEFT, 9, 2, lab.index, system, lab.trained)] if success else [])
    assert taken == {(success, lab) for success in (False, True) for lab in range(3)}


def test_an_operation_is_scored_by_channel_and_by_kind() -> None:
    world, actor = acting()
    world.operations[0] = 9
    put(world.score, operations=3, marginal=100)
    put(world.channels[int(LEAKED)], operations=2, enabled=10)
    score_operation(world, actor, int(LEAKED), 7, 5)
    assert (world.score.operations, world.score.marginal, world.operations[3]) == (4, 105, LEAKED)
    for tally, expected in ((world.channels[int(LEAKED)], (3, 17)), (world.kinds[int(ActorKind.CREW)], (1, 7))):
        assert (tally.operations, tally.enabled, tally.incidents) == (*expected, 0)
    world.operations = [0, 0, 0, 0, 0]
    score_operation(world, actor, int(STOLEN), 0, 0)
    score_operation(world, actor, int(OPEN), 0, 0)
    assert (world.operations, world.score.operations) == ([0, 0, 0, 0, STOLEN], 6), "the list is full, the count goes on"


def test_an_operation() -> None:
    """Expected harm is that of the channel beyond that of no system, and of open weights alone; the luck decides what happens."""
    seen = set()
    refusing = {"public_safeguard": 0.7, "open_safeguard": 0.6, "restricted_safeguard": 0.5}
    for number in range(14):
        for stolen, reach, day in ((NOTHING, 0.0, 9), (NOTHING, 1.0, 9), (1.5, 0.0, 9), (NOTHING, 0.0, 8)):
            given = {"base_hazard": 0.8, "evasion": 0.2, "leak_reach": reach, "fallback_chance": 0.7, "severity_cap": 1e13}
            world, actor = acting(**given, **refusing)
            put(world.today, discount=0.5)
            for row, partner in enumerate(world.partners):
                put(partner, attack_surface=0.2 + 0.2 * row, exposed=0.01)
            put(actor, operations=5, next_at=4.5, stolen_capability=stolen, stolen_system=6, banned_until=9, home=0)
            operation = put(luck_of(actor, number), target=number % 4)
            before = state(operation)
            channel = int(reach_system(actor, world, operation, day))
            refusals = [tally.refusals for tally in world.channels]
            target = world.partners[number % 4]
            surface, hazard = 0.2 + 0.2 * (number % 4), 0.8 * 0.5
            without = attack_success(hazard, 1.0, surface)
            success = attack_success(hazard, uplift_of(actor, world, channel), surface)
            alone = attack_success(hazard, uplift_by_open_weights(actor, world, operation), surface)
            put(actor, banned_until=9)
            world.score.bans = 0
            log_of(world)
            operate(actor, world, operation, day)
            happened = draw(operation.chances, Purpose.LUCK) < success
            seen.add((channel, happened))
            assert state(operation) == before
            assert (actor.operations, actor.next_at) == (5, 4.5), "it was planned before"
            assert actor.incidents == int(happened)
            assert [partner.incidents for partner in world.partners] == [int(happened and partner is target) for partner in world.partners]
            assert world.channels[channel].enabled == whole(0.5 * (success - without))
            assert world.channels[channel].enabled > 0 or channel == NO
            assert world.score.marginal == whole(0.5 * (success - (success if channel == OPEN else alone)))
            assert [tally.operations for tally in world.channels] == [int(number == channel) for number in Channel]
            assert [tally.refusals for tally in world.channels] == [2 * count for count in refusals]
            lines = [line for line in log_of(world) if line[0] == EventKind.INCIDENT]
            z = normal(draw(operation.chances, Purpose.LOSS), draw(operation.chances, Purpose.LOSS_ANGLE))
            loss = math.floor(min(1e13, math.exp(world.params.severity_mu + world.params.severity_sigma * z)))
            system = int(system_of(actor, world, channel))
            assert lines == ([(EventKind.INCIDENT, day, 4, number % 4, system, loss)] if happened else [])
    assert len(seen) >= 8, seen
    assert {channel for channel, _ in seen} == {NO, OPEN, PUBLIC, LEAKED, STOLEN}


def test_it_succeeds_where_its_luck_is_below_the_chance() -> None:
    for channel, given in ((NO, {"open_safeguard": 1.0}), (OPEN, {"open_safeguard": 0.0})):
        world, actor = acting(**given, public_capability=NOTHING, leaks=0, evasion=0.0, base_hazard=0.8)
        chance = attack_success(0.4, 2.0 if channel == OPEN else 1.0, 1.0)
        for luck, incidents in ((chance, 0), (math.nextafter(chance, 0.0), 1)):
            operate(actor, world, put(luck_of(actor, 0), luck=luck, luck_open=0.5, target=3), 9)
            assert (world.channels[channel].incidents, world.partners[3].incidents) == (incidents, incidents)


def test_published_weights_are_not_held_against_themselves() -> None:
    """An operation through open weights adds nothing to what open weights alone would do, whatever is drawn for them."""
    world, actor = acting(open_safeguard=0.0, public_capability=NOTHING, leaks=0)
    world.today.open_safeguard = 1.0  # as if they refused were they asked again
    operate(actor, world, put(luck_of(actor, 0), luck=1.0, luck_open=0.0, target=0), 9)
    assert (world.channels[OPEN].operations, world.score.marginal) == (1, 0)


def test_an_incident_costs_and_may_be_attributed() -> None:
    answers = set()
    for operation in range(5):
        for channel, system in ((NO, -1), (OPEN, 2), (PUBLIC, 0), (LEAKED, 3), (STOLEN, 7)):
            for cap in (1e12, 50_000.0):
                world, actor = acting(severity_mu=10.0, severity_sigma=2.0, severity_cap=cap, attribution_chance=0.5)
                put(actor, stolen_system=7)
                put(world.score, largest_loss=1_000.0)
                chances, target = grow(actor.stem, operation), world.partners[3]
                loss = math.floor(min(math.exp(10.0 + 2.0 * normal(draw(chances, Purpose.LOSS), draw(chances, Purpose.LOSS_ANGLE))), cap))
                suffer(actor, world, target, int(channel), chances, 39)
                assert (actor.incidents, target.incidents) == (1, 1)
                for tally in (world.channels[int(channel)], world.kinds[int(ActorKind.CREW)]):
                    assert (tally.incidents, tally.loss, tally.operations) == (1, loss, 0)
                assert world.score.largest_loss == max(1_000.0, loss)
                assert log_of(world) == [(EventKind.INCIDENT, 39, 4, 3, system, loss)]
                known = channel in (PUBLIC, LEAKED) and draw(chances, Purpose.ATTRIBUTED) < 0.5
                answers.add((channel, known))
                assert world.score.attributed == sum(world.attributed) == int(known)
                if known:
                    assert world.systems[system].attributed_recently == world.attributed[system * 30 + 9] == 1
    assert {(PUBLIC, False), (PUBLIC, True), (LEAKED, False), (LEAKED, True)} <= answers


def test_a_day_of_a_bad_actor() -> None:
    world, actor = acting()
    put(actor, next_at=7.0, theft_at=9.0)
    before = state(actor)
    actor.step(world, 6)
    assert state(actor) == before
    put(actor, next_at=9.0, theft_at=7.0)
    actor.step(world, 6)
    assert (actor.operations, actor.thefts_tried) == (0, 0)
    put(actor, next_at=6.999, theft_at=6.5)
    actor.step(world, 6)
    assert actor.operations >= 1
    assert actor.thefts_tried >= 1
    assert actor.next_at >= 7.0
    assert actor.theft_at >= 7.0
    assert (world.score.operations, world.bad_actors[0].operations) == (actor.operations, 0)
    busy, actor = acting()
    put(actor, next_at=6.0, gap_days=0.05)
    busy.agenda.append(Operation())
    actor.step(busy, 6)
    assert actor.operations > 5, "several on one day"
    assert busy.score.operations == actor.operations
    last = luck_of(actor, actor.operations - 1)
    last.target = target_of(busy, draw(last.chances, Purpose.TARGET))
    assert state(busy.agenda[0]) == state(last), "each with luck of its own"
    assert state(busy.agenda[1]) == state(Operation()), "all on the first line"


def test_what_is_stolen_today_is_used_today() -> None:
    world, actor = acting(theft_chance_sl3=1.0, theft_gap_days=400.0)
    for lab in world.labs:
        put(lab, trained=8.0, systems=1, security_level=3.0)
    put(actor, next_at=6.1, theft_at=6.9, gap_days=400.0)
    actor.step(world, 6)
    assert (actor.operations, actor.thefts_tried, world.score.thefts) == (1, 1, 1)
    assert log_of(world)[0][:3] == (EventKind.THEFT, 6, 4)
    assert world.channels[STOLEN].operations == 1


def test_the_first_draws_are_those_of_its_row() -> None:
    world = world_of(seed=8)
    assert draw(grow(world.bad_actors[5].stem, 4), Purpose.LUCK) == draw(key(8, 5, 4), Purpose.LUCK)


def test_it_begins_idle() -> None:
    values = {field.name: field.default for field in fields(BadActor)}
    rest = {"next_at": NEVER, "theft_at": NEVER, "kind": ActorKind.CREW, "home": NOBODY, "gap_days": 15.0, "stolen_system": NOBODY}
    assert {name: value for name, value in values.items() if value != 0} == {**rest, "stolen_capability": NOTHING}
