"""What a run ends with, from tallies that are all different."""

from typing import Any

from sim.formulas.attack import UNIT
from sim.outcomes import Outcomes, enabled_by_systems, sum_enabled, write_delays, write_government, write_misuse, write_outcomes
from sim.row import NEVER
from sim.vocabulary import ActorKind, Channel
from tests.mutation.worlds import near, put, raised, state, world_of

NAMES = {
    "no_model": Channel.NO_MODEL,
    "open_weights": Channel.OPEN_WEIGHTS,
    "public_service": Channel.PUBLIC_SERVICE,
    "leaked_access": Channel.LEAKED_ACCESS,
    "stolen_weights": Channel.STOLEN_WEIGHTS,
}
KINDS = {"spies": ActorKind.SPY, "crews": ActorKind.CREW, "insiders": ActorKind.INSIDER}


def tallied() -> Any:
    """A world whose tallies are all different."""
    world = world_of({"agencies": 1}, days=90, labs=2, open_weight_labs=1)
    for number, tally in enumerate((*world.channels, *world.kinds), 1):
        put(tally, operations=number, refusals=10 * number, incidents=100 * number, enabled=int(UNIT) * number**2, loss=7 * number)
    world.constants.expected_loss = 3.0
    return world


def test_misuse_by_channel_and_kind() -> None:
    world = tallied()
    put(world.score, operations=15, marginal=int(UNIT) * 5, largest_loss=2e9, bans=21, leaks=22, thefts=23, bypasses=24)
    write_misuse(world)
    out = state(world.outcomes)
    for names, first in ((NAMES, 1), (KINDS, 6)):
        for name, place in names.items():
            number = first + int(place)
            assert out[f"operations_{name}"] == number
            assert out[f"incidents_{name}"] == 100 * number
            if name != "no_model":
                assert near(out[f"harm_{name}"], 3.0 * number**2)
    assert near(out["model_enabled_harm"], 3.0 * (1 + 4 + 9 + 16 + 25))
    assert near(out["marginal_harm"], 15.0)
    assert (out["refusals"], out["incidents"], out["realised_loss"], out["operations"]) == (150, 1500, 105.0, 15)
    assert (out["largest_loss"], out["billion_incident"], out["bans"], out["leaks"], out["thefts"], out["bypasses"]) == (
        2e9,
        True,
        21,
        22,
        23,
        24,
    )
    put(world.score, largest_loss=1e9)
    write_misuse(world)
    assert not world.outcomes.billion_incident
    assert sum_enabled(world.channels, 1, 3) == int(UNIT) * 13
    assert enabled_by_systems(world) == int(UNIT) * 55


def test_delays_of_systems() -> None:
    world = tallied()
    put(world.labs[0], systems=4)
    put(world.labs[1], systems=3)
    for row, capability, ready, public in (
        (0, -1.0, 0, 80),
        (3, 1.0, 0, 12),
        (6, 2.0, 20, NEVER),
        (9, 2.0, 90, NEVER),
        (1, 0.0, 5, 11),
        (4, 1.0, 30, 95),
        (7, 1.0, 89, 89),
        (10, 1.0, 10, 40),
        (2, 1.0, 10, 40),
    ):
        put(world.systems[row], capability=capability, ready_day=ready, public_day=public)
    write_delays(world)
    out = world.outcomes
    assert (out.systems_ready, out.systems_unreleased) == (5, 1), "of labs, critical, ready within the run, and trained"
    assert out.mean_release_delay_days == (12 + 70 + 6 + 60 + 0) / 5
    assert (out.release_delay_days, out.release_censored) == (12.0, False)
    put(world.systems[3], public_day=NEVER)
    put(world.outcomes, systems_ready=0, systems_unreleased=0)
    write_delays(world)
    assert (out.release_delay_days, out.release_censored, out.systems_unreleased) == (90.0, True, 2)
    put(world.outcomes, systems_ready=0, systems_unreleased=0)
    for row in (1, 4, 6, 7):
        world.systems[row].capability = -1.0
    write_delays(world)
    assert (out.systems_ready, out.mean_release_delay_days) == (1, 90.0)
    none = world_of(days=50)
    for row in (0, 1, 3):
        none.systems[row].capability = -1.0
    write_delays(none)
    assert (none.outcomes.systems_ready, none.outcomes.mean_release_delay_days, none.outcomes.release_delay_days) == (0, 0.0, 0.0)


def test_means_over_days() -> None:
    world = tallied()
    put(world.score, lead_over_open=180.0, lead_over_rivals=90.0, customers_lost=45.0, race_risk=9.0, withheld=365.25, dark_days=5.0)
    write_delays(world)
    out = world.outcomes
    assert (out.usable_lead_months, out.lead_over_rivals_months, out.customers_lost_share, out.race_risk) == (2.0, 1.0, 0.5, 0.1)
    assert near(out.capability_months_withheld, 12.0)
    assert out.dark_days == 5.0


def test_government_and_queues() -> None:
    world = tallied()
    put(world.score, asked=1, complied=2, directives=3, tests=4, flaws_found=5, test_wait=int(UNIT) * 6, longest_queue=7)
    put(world.governments[0], applied=8, approved=9, refused=10, withdrawn=11, waiting=12, reviews=13, review_wait=int(UNIT) * 26)
    write_government(world)
    expected = {
        "asked": 1,
        "complied": 2,
        "directives": 3,
        "tests": 4,
        "flaws_found_by_tests": 5,
        "test_wait_days": 1.5,
        "longest_queue": 7,
        "applications": 8,
        "partners_approved": 9,
        "partners_refused": 10,
        "applications_withdrawn": 11,
        "applications_waiting": 12,
        "reviews": 13,
        "review_wait_days": 2.0,
    }
    assert raised(world.outcomes) == expected
    put(world.score, tests=1, test_wait=int(UNIT) * 3)
    put(world.governments[0], reviews=1, review_wait=int(UNIT) * 5)
    write_government(world)
    assert (world.outcomes.test_wait_days, world.outcomes.review_wait_days) == (3.0, 5.0)
    put(world.score, tests=0, test_wait=0)
    put(world.governments[0], reviews=0, review_wait=0)
    write_government(world)
    assert (world.outcomes.test_wait_days, world.outcomes.review_wait_days) == (0.0, 0.0)


def test_exposure_and_flaws() -> None:
    world = tallied()
    assert len(world.weeks) == 13
    put(world.weeks[12], exposed_share=0.4)
    put(world.score, exposed=6.5, parity_day=20, exposed_at_parity=0.7)
    for row, partner in enumerate(world.partners):
        put(partner, found=0.125 * row, fixed=0.0625 * row)
    write_outcomes(world)
    out = world.outcomes
    assert (out.exposed_share, out.exposed_share_end, out.open_parity_day, out.exposed_share_at_parity) == (0.5, 0.4, 20, 0.7)
    assert (out.flaws_found, out.flaws_patched) == (150, 75)
    assert (out.operations_spies, out.systems_ready, out.incidents) == (6, 1, 1500)
    put(world.score, parity_day=NEVER, asked=5)
    write_outcomes(world)
    assert (out.open_parity_day, out.exposed_share_at_parity, out.asked) == (90, 0.4, 5)


def test_outcomes_begin_at_nothing() -> None:
    assert raised(Outcomes()) == {}
