"""Every lab's service is a channel of its own, with a safeguard, luck and bans of its own."""

from typing import Any

import numpy as np
import pytest

from lockgate.scenarios import load_policy
from lockgate.sim.engine.run import simulate
from lockgate.sim.model.access import settle_access
from lockgate.sim.model.chance import Purpose, draw, grow
from lockgate.sim.model.formulas.attack import attack_success, whole
from lockgate.sim.model.formulas.safeguards import refusal_chance
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.vocabulary import Channel, EventKind, Services, Stage
from tests.drivers import disagreements
from tests.mutation.worlds import log_of, put, world_of

DAY, SKILL = 9, 0.5
# A refusal is final but for the next service; nothing is searched, leaks, is stolen or banned; spies and insiders stay out of it.
PLAIN = {"services": Services.EACH, "evasion": 0.0, "fallback_chance": 1.0, "ban_chance": 0.0, "base_hazard": 0.5, "spy_share": 0.0,
         "insider_share": 0.0, "tries_most": 20, "skill_spread": 0.0, "crew_skill": SKILL, "crew_gap_days": 1e5}  # fmt: skip


def serving(stock: dict[int, tuple[float, float]], number: int = 0, actor: int = 4, **params: Any) -> Any:
    """A world in which labs serve these capabilities with these safeguards and nobody publishes weights; and an actor with an operation."""
    world = world_of(labs=5, open_weight_labs=0, **{**PLAIN, **params})
    for lab in world.labs:
        for row in range(lab.first_system, len(world.systems), world.constants.owners):
            world.systems[row].stage = int(Stage.UNUSED)
    for lab, (capability, safeguard) in stock.items():
        put(world.systems[world.labs[lab].first_system], stage=int(Stage.PUBLIC), capability=capability, safeguard=safeguard)
    settle_access(world, DAY)
    log_of(world)
    chosen = put(world.bad_actors[actor], operations=number, next_at=DAY + 0.5, gap_days=1e9)
    return world, chosen, grow(chosen.stem, number)


def used(world: Any) -> int:
    """Row of the system that the only operation used, told by the harm that it enabled; -1 for none."""
    assert world.score.operations == 1
    return next((system.index for system in world.systems if system.enabled), -1)


def test_services_come_in_order_of_capability_and_of_equals_the_weaker_guard() -> None:
    world, _, _ = serving({0: (3.0, 0.9), 1: (1.0, 0.2), 2: (3.0, 0.4), 4: (2.0, 0.1)})
    offers = [(offer.system, offer.capability, offer.safeguard) for offer in world.offers[: world.today.offers]]
    assert offers == [(2, 3.0, 0.4), (0, 3.0, 0.9), (4, 2.0, 0.1), (1, 1.0, 0.2)]
    assert {offer.channel for offer in world.offers[: world.today.offers]} == {Channel.PUBLIC_SERVICE}
    assert [lab.service for lab in world.labs] == [0, 1, 2, -1, 4]


def test_where_one_service_is_seen_there_is_one_offer() -> None:
    world, _, _ = serving({0: (3.0, 0.9), 1: (1.0, 0.2)}, services=Services.BEST)
    assert [offer.system for offer in world.offers[: world.today.offers]] == [0]


def test_a_lab_serves_its_most_capable_public_system() -> None:
    world, _, _ = serving({0: (1.0, 0.5)})
    put(world.systems[5], stage=int(Stage.PUBLIC), capability=2.0, safeguard=0.7)
    put(world.systems[10], stage=int(Stage.PARTNERS), capability=9.0, safeguard=0.7)
    settle_access(world, DAY)
    public = [offer for offer in world.offers[: world.today.offers] if offer.channel == Channel.PUBLIC_SERVICE]
    assert [(offer.system, offer.capability) for offer in public] == [(5, 2.0)]


def test_each_service_has_luck_of_its_own_keyed_by_lab() -> None:
    """The walk by hand, for many operations: capability decides the order, the lab the luck."""
    services = {0: (3.0, 0.8), 1: (2.0, 0.6), 2: (1.0, 0.4)}
    seen = set()
    for number in range(60):
        world, actor, chances = serving(services, number)
        expected, refusals = -1, 0
        for lab, (_, safeguard) in services.items():
            if draw(grow(chances, lab), Purpose.REFUSED_SERVICE) >= refusal_chance(safeguard, 0.0, SKILL):
                expected = lab
                break
            refusals += 1
        actor.step(world, DAY)
        assert (used(world), world.channels[Channel.PUBLIC_SERVICE].refusals) == (expected, refusals)
        seen.add(expected)
    assert seen == {-1, 0, 1, 2}


def test_what_a_rival_does_leaves_the_luck_with_a_lab_alone() -> None:
    """Withdrawing the leader's guarded system exposes nobody: who was served by a rival is served by the same, the refused by none."""
    everyone = {0: (3.0, 0.9), 1: (2.0, 0.6), 2: (1.0, 0.3)}
    without_leader = {lab: service for lab, service in everyone.items() if lab}
    rivals_before, moved = 0, 0
    for number in range(80):
        world, actor, _ = serving(everyone, number)
        actor.step(world, DAY)
        later, same_actor, _ = serving(without_leader, number)
        same_actor.step(later, DAY)
        if used(world) == 0:
            moved += 1
        else:
            rivals_before += 1
            assert used(later) == used(world)
        assert sum(tally.enabled for tally in later.channels) <= sum(tally.enabled for tally in world.channels)
    assert rivals_before > 40
    assert moved > 2


def test_at_most_so_many_services_are_tried_and_then_weights() -> None:
    services = {lab: (5.0 - lab, 1.0) for lab in range(5)}
    for most, refusals in ((1, 1), (3, 3), (5, 5), (20, 5)):
        world, actor, _ = serving(services, tries_most=most)
        actor.step(world, DAY)
        assert world.channels[Channel.PUBLIC_SERVICE].refusals == refusals
        assert world.channels[Channel.NO_MODEL].operations == 1
        thief, spy, _ = serving(services, tries_most=most)
        put(spy, stolen_capability=-3.0, stolen_system=0)
        spy.step(thief, DAY)
        assert thief.channels[Channel.STOLEN_WEIGHTS].operations == 1, "what one has needs no try"


def test_every_later_refusal_has_luck_of_its_own() -> None:
    services = {lab: (5.0 - lab, 1.0) for lab in range(5)}
    purposes = (Purpose.FALL_BACK, Purpose.FALL_BACK_AGAIN, Purpose.FALL_BACK_LAST)
    seen = set()
    for number in range(60):
        world, actor, chances = serving(services, number, fallback_chance=0.7)
        luck = [draw(chances, purpose) for purpose in purposes]
        luck += [draw(grow(chances, refusals), Purpose.FALL_BACK_LATER) for refusals in (3, 4)]
        tries = next((place + 1 for place, u in enumerate(luck) if u >= 0.7), 5)
        actor.step(world, DAY)
        assert world.channels[Channel.PUBLIC_SERVICE].refusals == tries
        seen.add(tries)
    assert seen == {1, 2, 3, 4, 5}


def test_a_ban_is_from_one_lab_or_shared_by_all() -> None:
    for shared in (0.0, 1.0):
        world, actor, _ = serving({0: (3.0, 1.0), 1: (2.0, 0.0)}, ban_chance=1.0, ban_shared=shared, ban_days=5)
        actor.step(world, DAY)
        labs, row = len(world.labs), actor.index
        kind, whom = (EventKind.BAN, -1) if shared else (EventKind.LAB_BAN, 0)
        bans = [line for line in log_of(world) if line[0] in (EventKind.BAN, EventKind.LAB_BAN)]
        assert bans == [(kind, DAY, row, whom, 0, 5.0)]
        assert list(world.bans[row * labs : (row + 1) * labs]) == ([15] * labs if shared else [15, 0, 0, 0, 0])
        assert (actor.banned_until, world.score.bans) == (15, 1)
        assert used(world) == (-1 if shared else 1), "the others hear of it at once"
        for day, tries in ((14, 0), (15, 1)):
            before = world.channels[Channel.PUBLIC_SERVICE].refusals
            put(actor, next_at=day + 0.5, gap_days=1e9)
            actor.step(world, day)
            assert world.channels[Channel.PUBLIC_SERVICE].refusals - before == tries, "until the ban is over it does not even try"


def test_nothing_is_banned_where_nothing_reacts() -> None:
    world, actor, _ = serving({0: (3.0, 1.0)}, ban_chance=1.0, feedback=0)
    actor.step(world, DAY)
    assert (world.score.bans, any(world.bans)) == (0, False)


def test_no_list_of_bans_where_one_service_is_seen() -> None:
    assert len(world_of(services=Services.BEST).bans) == 0
    assert len(world_of(services=Services.EACH).bans) == 6 * 2


def test_an_incident_is_of_the_system_really_used() -> None:
    for number in range(40):
        world, actor, _ = serving({0: (3.0, 0.7), 1: (2.0, 0.7), 2: (1.0, 0.0)}, number, attribution_chance=1.0)
        put(world.params, base_hazard=99.0)
        actor.step(world, DAY)
        system = next(line[4] for line in log_of(world) if line[0] == EventKind.INCIDENT)
        assert [row.attributed_recently for row in world.systems].index(1) == system
        assert system == world.offers[[offer.system for offer in world.offers].index(system)].system < 3


def test_the_share_that_is_served_is_the_closed_form() -> None:
    """Equal safeguards s at n labs: a share s ** n is refused by all. 4 standard errors: false alarm once in 15,000."""
    for labs in (1, 2, 4):
        world, _, _ = serving({lab: (float(lab), 0.8) for lab in range(labs)}, bad_actors=500, crew_gap_days=1.0)
        for actor in world.bad_actors:
            for day in range(DAY, DAY + 20):
                actor.step(world, day)
        operations, none = world.score.operations, world.channels[Channel.NO_MODEL].operations
        expected = 0.8**labs
        assert operations > 5000
        assert abs(none / operations - expected) < 4 * np.sqrt(expected * (1 - expected) / operations)


def test_of_two_equal_services_one_is_nearly_enough() -> None:
    """With equal safeguards s a share 1 - s is served by one service, 1 - s * s by two: for s small, taking one away changes little.

    Where safeguards refuse one in twenty, harm falls by s / (1 + s) = 4.8 %, operation by operation never rises.
    """
    harms = []
    for services in ({0: (2.0, 0.05), 1: (2.0, 0.05)}, {1: (2.0, 0.05)}):
        world, _, _ = serving(services, bad_actors=500, crew_gap_days=1.0)
        for actor in world.bad_actors:
            for day in range(DAY, DAY + 20):
                actor.step(world, day)
        harms.append(sum(tally.enabled for tally in world.channels))
    # About 10,000 paired operations, of which 4.75 % change: 4 standard errors are 0.9 points.
    assert harms[1] / harms[0] == pytest.approx(1.0 - 0.05 / 1.05, abs=0.009)


LEADER_WITHHELD = Policy("leader withheld", {"lab_programme": True, "public_release": False})


def harm_with_and_without_the_leader(services: Services) -> Any:
    """Outcomes with the covered lab's systems public, and withheld: all labs guard alike, nothing reacts, and no weights are open."""
    alike = {"safeguard_least": 0.8, "safeguard_most": 0.8, "flaw_chance": 0.0, "evasion": 0.0, "open_weight_labs": 0, "feedback": 0}
    chosen = {"services": services, "labs": 4, "tries_most": 20, "insiders_on": False, "theft_on": False, "search_days": 1e5}
    worlds = parameter_table(40, **alike, **chosen, organisations=20, bad_actors=200)
    return simulate(worlds, [load_policy("open-release"), LEADER_WITHHELD], range(40), 200).outcomes


def test_rivals_are_not_hidden_behind_a_guarded_leader() -> None:
    """All labs guard alike (0.8). Where one service is seen, withholding the leader puts its rivals in its place; where each is seen they
    were tried before, after a refusal of chance 0.8, so their harm grows by no more than 1 / 0.8, and harm in all does not grow."""
    hidden, seen = (harm_with_and_without_the_leader(services) for services in Services)
    rise = [((rivals := found["harm_rival_labs"])[:, 1] - rivals[:, 0]) / found["model_enabled_harm"][:, 0] for found in (hidden, seen)]
    assert (rise[1] < rise[0]).all(), "in each of 40 draws"
    assert rise[0].mean() > 3 * rise[1].mean() > 0
    # The bound is one of chances; 3 % are for luck, which is the same before and after but for the leader's part of it.
    assert (seen["harm_rival_labs"][:, 1] < 1.03 / 0.8 * seen["harm_rival_labs"][:, 0]).all()
    assert (seen["model_enabled_harm"][:, 1] <= seen["model_enabled_harm"][:, 0]).all(), "no operation has a better system than before"


def test_with_one_lab_both_readings_see_the_same_service() -> None:
    """What is served is the same system; only luck is drawn anew. 60 runs, paired: 4 standard errors."""
    shared = {"labs": 1, "organisations": 20, "bad_actors": 100, "ban_chance": 0.0, "base_hazard": 0.05}
    policy = Policy("open-release")
    best, each = (simulate(parameter_table(60, services=way, **shared), [policy], range(60), 200).outcomes[:, 0] for way in Services)
    assert (best["operations"] == each["operations"]).all()
    difference = each["model_enabled_harm"] / best["model_enabled_harm"] - 1.0
    assert abs(difference.mean()) < 4 * difference.std() / np.sqrt(60)
    assert difference.any()


def test_expected_harm_is_that_of_the_service_used() -> None:
    world, actor, _ = serving({0: (3.0, 1.0), 1: (1.0, 0.0)})
    actor.step(world, DAY)
    offer = world.offers[1]
    hazard, surface = 0.5 * SKILL, 1.0
    assert offer.uplift > 1.0
    expected = whole(world.today.discount * (attack_success(hazard, offer.uplift, surface) - attack_success(hazard, 1.0, surface)))
    assert world.systems[1].enabled == world.channels[Channel.PUBLIC_SERVICE].enabled == expected > 0


@pytest.mark.parametrize("policy", ["open-release", "partner-programme", "directive-revocation"])
def test_both_drivers_agree_on_services_leaks_and_loot(policy: str) -> None:
    world = {
        "services": Services.EACH, "ban_shared": 0.3, "ban_chance": 0.5, "tries_most": 3, "fallback_chance": 0.8, "leak_group": 0.2,
        "leaked_safeguard": 0.3, "leak_hazard": 0.02, "share_days": 4, "states": 3, "theft_chance_sl3": 0.3, "theft_gap_days": 20.0,
        "organisations": 12, "bad_actors": 60, "base_hazard": 0.2, "labs": 4, "open_weight_labs": 2,
    }  # fmt: skip
    assert disagreements(load_policy(policy), world, 5, 120, check=True) == []
