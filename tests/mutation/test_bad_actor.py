"""A bad actor: which channel it reaches, what an operation scores, and what a success does."""

import math
from typing import Any

from sim.agents.bad_actor import (
    BadActor,
    ban,
    leaked_capability,
    operate,
    reach_system,
    refused_by_open_weights,
    score_operation,
    suffer,
    system_of,
    target_of,
    try_theft,
    uplift_of,
)
from sim.chance import Purpose, draw, exponential, grow, key, normal
from sim.formulas.attack import attack_success, uplift, whole
from sim.formulas.safeguards import refusal_chance, theft_chance
from sim.row import NEVER, NOBODY, NOTHING, fields
from sim.vocabulary import ActorKind, Channel, EventKind
from tests.mutation.worlds import log_of, near, put, state, world_of

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
    uplifts = {"public_uplift": 3.0, "open_uplift": 2.0, "restricted_uplift": 4.0}
    values = {**today, **capability, **refusal, **uplifts}
    world = world_of(**{"seed": 3, **{name: given.pop(name) for name in list(given) if name not in values}})
    put(world.today, **{**values, **given})
    put(world.partners[1], leaks=2)
    world.leaking[0] = 1
    return world, put(world.bad_actors[row], home=NOBODY, kind=int(ActorKind.CREW), skill=0.5)


def reached(world: Any, actor: Any, operation: int = 0, day: int = 9) -> int:
    """The channel of one operation."""
    return int(reach_system(actor, world, grow(actor.stem, operation), day))


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


def test_who_is_refused_turns_to_the_next_best() -> None:
    """The whole rule once more, as a walk down the list of channels."""
    seen = set()
    for operation in range(40):
        for fallback in (0.4, 1.0):
            world, actor = acting(leak_reach=1.0, fallback_chance=fallback, evasion=0.2, ban_chance=0.5, ban_days=5)
            # Every other one holds stolen weights that are worse than all it can be refused by.
            stolen = operation % 2 == 1
            put(actor, stolen_capability=-50.0 if stolen else NOTHING)
            put(world.today, public_safeguard=0.8, open_safeguard=0.7, restricted_safeguard=0.9)
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
            assert leaked_capability(actor, world) == (3.0 if lucky else NOTHING)
            assert leaked_capability(put(actor, home=1), world) == 3.0
            assert leaked_capability(put(actor, home=0), world) == (3.0 if lucky else NOTHING)
            world.today.leaks = 0
            assert leaked_capability(put(actor, home=1), world) == NOTHING
            put(world.today, leaks=2)
            world.leaking[:2] = [1, 3]
            assert leaked_capability(put(actor, home=3), world) == 3.0
    assert reach == {False, True}


def test_weights_refuse_by_the_same_draw_everywhere() -> None:
    answers = set()
    for operation in range(12):
        world, actor = acting(evasion=0.4)
        chances = grow(actor.stem, operation)
        refuses = draw(chances, Purpose.REFUSED_OPEN) < refusal_chance(0.5, 0.4, 0.5)
        answers.add(refuses)
        assert refused_by_open_weights(actor, world, chances) == refuses
        world.today.open_system = 0
        assert refused_by_open_weights(actor, world, chances) == refuses
        world.today.open_system = NOBODY
        assert refused_by_open_weights(actor, world, chances)
    assert answers == {False, True}


def test_what_stands_behind_a_channel() -> None:
    world, actor = acting(uplift=5.0, uplift_doubling_months=2.0, uplift_cap=90.0)
    put(actor, stolen_capability=4.0, stolen_system=7)
    put(world.today, public_system=1)
    uplifts = [uplift_of(actor, world, channel) for channel in (OPEN, PUBLIC, LEAKED, STOLEN)]
    assert uplifts == [2.0, 3.0, 4.0, uplift(4.0, 5.0, 2.0, 90.0)]
    assert [system_of(actor, world, channel) for channel in Channel] == [NOBODY, 2, 1, 3, 7]


def test_larger_organisations_draw_more_attacks() -> None:
    for organisations in (1, 2, 7):
        world = world_of(organisations=organisations)
        bounds = [*world.size_below, 1.0]
        for step in range(400):
            u = (step + 0.5) / 400
            row = target_of(world, u).index
            assert bounds[row] <= u < bounds[row + 1]
        for row in range(organisations):
            assert target_of(world, world.size_below[row]).index == row
    world.size_guide[:] = [0] * len(world.size_guide)
    assert target_of(world, 0.999999).index == 6


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
            try_theft(spy, world, 9)
            assert (spy.thefts_tried, world.score.thefts) == (5, int(success))
            assert near(spy.theft_at, 6.5 + 11.0 * exponential(draw(chances, Purpose.THEFT_GAP)))
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
    """Expected harm is that of the channel beyond that of no system, and of open weights alone; the draw decides what happens."""
    seen = set()
    for operation in range(14):
        for insider, stolen, reach in ((False, NOTHING, 0.0), (True, NOTHING, 1.0), (False, 1.5, 0.0)):
            given = {
                "base_hazard": 0.8,
                "common_share": 0.25,
                "evasion": 0.2,
                "crew_gap_days": 6.0,
                "leak_reach": reach,
                "fallback_chance": 0.7,
            }
            world, actor = acting(**given)
            put(world.today, discount=0.5, public_safeguard=0.7, open_safeguard=0.6, restricted_safeguard=0.5)
            put(world.pool, exposed=0.6)
            for row, partner in enumerate(world.partners):
                put(partner, exposed=0.2 + 0.2 * row)
            put(actor, operations=operation, next_at=4.5, gap_days=7.0, stolen_capability=stolen, stolen_system=6)
            if insider:
                put(actor, kind=int(ActorKind.INSIDER), home=2)
            chances = grow(actor.stem, operation)
            channel = reached(world, actor, operation)
            refusals = [tally.refusals for tally in world.channels]
            target = world.partners[2] if insider else target_of(world, draw(chances, Purpose.TARGET))
            exposed = 0.75 * target.exposed + 0.25 * 0.6
            hazard = 0.8 * 0.5
            without = attack_success(hazard, 1.0, exposed)
            success = attack_success(hazard, uplift_of(actor, world, channel), exposed) if channel != NO else without
            alone = without if refused_by_open_weights(actor, world, chances) else attack_success(hazard, 2.0, exposed)
            put(actor, banned_until=0)
            world.score.bans = 0
            log_of(world)
            operate(actor, world, 9)
            happened = draw(chances, Purpose.LUCK) < success
            seen.add((channel, happened))
            assert (actor.operations, actor.incidents, target.incidents) == (operation + 1, int(happened), int(happened))
            assert near(actor.next_at, 4.5 + 7.0 * exponential(draw(chances, Purpose.GAP)))
            assert world.channels[channel].enabled == whole(0.5 * (success - without))
            assert world.score.marginal == whole(0.5 * (success - (success if channel == OPEN else alone)))
            assert [tally.operations for tally in world.channels] == [int(number == channel) for number in Channel]
            assert [tally.refusals for tally in world.channels] == [2 * count for count in refusals]
            assert (EventKind.INCIDENT in [line[0] for line in log_of(world)]) == happened
    assert len(seen) >= 7, seen


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
    assert world.wakes_at[4] == 7.0
    put(actor, next_at=9.0, theft_at=7.0)
    actor.step(world, 6)
    assert (actor.operations, actor.thefts_tried, world.wakes_at[4]) == (0, 0, 7.0)
    put(actor, next_at=6.999, theft_at=6.5)
    actor.step(world, 6)
    assert actor.operations >= 1
    assert actor.thefts_tried >= 1
    assert actor.next_at >= 7.0
    assert actor.theft_at >= 7.0
    assert world.wakes_at[4] == min(actor.next_at, actor.theft_at)
    busy, actor = acting()
    put(actor, next_at=6.0, gap_days=0.05)
    actor.step(busy, 6)
    assert actor.operations > 5, "several on one day"


def test_the_first_draws_are_those_of_its_row() -> None:
    world = world_of(seed=8)
    assert draw(grow(world.bad_actors[5].stem, 4), Purpose.LUCK) == draw(key(8, 5, 4), Purpose.LUCK)


def test_it_begins_idle() -> None:
    values = {field.name: field.default for field in fields(BadActor)}
    rest = {"next_at": NEVER, "theft_at": NEVER, "kind": ActorKind.CREW, "home": NOBODY, "gap_days": 15.0, "stolen_system": NOBODY}
    assert {name: value for name, value in values.items() if value != 0} == {**rest, "stolen_capability": NOTHING}
