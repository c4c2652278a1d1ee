"""What is measured each evening, and at the end of each week."""

from typing import Any

from sim.formulas.attack import UNIT
from sim.measures import LEAD_CAP_MONTHS, Score, Tally, Week, close_week, dusk, exposed_share, today_best_rival
from sim.row import NEVER, NOTHING
from sim.vocabulary import Stage
from tests.mutation.worlds import changed, near, put, raised, state, world_of


def evening(days: int = 100, **today: Any) -> Any:
    """A world of three labs: the covered one offers 2 of 5 months, has customers to lose, and one system in the dark."""
    world = world_of(labs=3, days=days)
    put(world.labs[0], offer=2.0, ready=5.0, customers=0.3, customers_at_start=0.4, effort=0.9, systems=2)
    put(world.labs[1], offer=1.5, effort=0.25)
    put(world.labs[2], offer=1.0, effort=0.5)
    put(world.systems[4], stage=int(Stage.DARK))
    put(world.systems[1], stage=int(Stage.DARK))
    put(world.governments[0], waiting=3)
    put(world.today, **{"open_capability": -1.0, "frontier_lab": 1, **today})
    return world


def test_a_day_adds_to_the_tallies() -> None:
    world = evening()
    before = state(world.score)
    dusk(world, 3)
    expected = {
        "lead_over_open": 3.0,
        "lead_over_rivals": 0.5,
        "withheld": 3.0,
        "race_risk": 0.75,
        "customers_lost": 0.25,
        "longest_queue": 3,
        "dark_days": 1.0,
    }
    new = changed(world.score, before)
    assert set(new) == set(expected)
    for name, value in expected.items():
        assert near(new[name], value), name
    put(world.governments[0], waiting=2)
    put(world.labs[0], ready=1.0)
    dusk(world, 4)
    assert (world.score.lead_over_open, world.score.longest_queue, world.score.withheld, world.score.dark_days) == (6.0, 3, 3.0, 2.0)
    assert all(week.day == 0 for week in world.weeks)


def test_a_lead_over_nobody_is_three_years() -> None:
    world = evening(open_capability=NOTHING)
    for rival in world.labs[1:]:
        rival.offer = NOTHING
    dusk(world, 3)
    assert (world.score.lead_over_open, world.score.lead_over_rivals) == (36.0, 36.0)
    assert LEAD_CAP_MONTHS == 36.0
    behind = evening(open_capability=7.0)
    dusk(behind, 3)
    assert behind.score.lead_over_open == -5.0


def test_the_best_rival() -> None:
    world = evening()
    assert today_best_rival(world) == 1.5
    put(world.labs[2], offer=1.75)
    assert today_best_rival(world) == 1.75
    assert today_best_rival(world_of(labs=1)) == NOTHING


def test_parity_is_the_first_day_on_which_open_weights_are_critical() -> None:
    world = evening(open_capability=-0.1)
    dusk(world, 1)
    assert (world.score.parity_day, world.score.exposed_at_parity) == (NEVER, 0.0)
    put(world.today, open_capability=0.0)
    dusk(world, 2)
    assert (world.score.parity_day, world.score.exposed_at_parity) == (2, 1.0)
    put(world.partners[0], exposed=0.0)
    dusk(world, 3)
    assert (world.score.parity_day, world.score.exposed_at_parity) == (2, 1.0)


def test_exposed_code_is_a_mean_and_the_common_pool() -> None:
    world = world_of(organisations=4, common_share=0.25)
    for partner, share in zip(world.partners, (0.2, 0.4, 0.6, 0.8), strict=True):
        partner.exposed = share
    world.pool.exposed = 0.9
    assert near(exposed_share(world), 0.75 * 0.5 + 0.25 * 0.9)


def test_weeks_end_on_day_6_and_on_the_last_day() -> None:
    world = evening(days=17)
    put(world.today, leaks=2)
    for day in range(17):
        dusk(world, day)
    assert [week.day for week in world.weeks] == [6, 13, 16]
    assert (world.outcomes.open_parity_day, world.outcomes.exposed_share_end) == (17, 1.0), "outcomes on the last day"
    early = evening(days=17)
    for day in range(16):
        dusk(early, day)
    assert early.outcomes.open_parity_day == 0
    assert [week.leaks for week in early.weeks] == [0, 0, 0]
    assert world.weeks[0].usable_lead_months == 3.0


def test_a_week_in_one_row() -> None:
    world = world_of({"agencies": 2}, days=30, common_share=0.0)
    put(world.labs[0], offer=2.5, ready=4.5, customers=0.375)
    put(world.today, open_capability=-1.5, public_capability=3.5, leaks=2)
    put(world.governments[0], waiting=4, approved=3)
    put(world.agencies[0], submitted=5, started=2)
    put(world.agencies[1], submitted=4, started=3)
    for number, tally in enumerate(world.channels):
        put(tally, enabled=int(UNIT) * number, incidents=number)
    for partner in world.partners:
        partner.exposed = 0.5
    put(world.score, enabled_before=int(UNIT) * 4, exposed=1.0)
    close_week(world, 13, 1.25)
    week = state(world.weeks[1])
    assert near(week.pop("harm"), 6.0 * world.constants.expected_loss)
    assert week == {
        "day": 13,
        "incidents": 10,
        "exposed_share": 0.5,
        "usable_lead_months": 1.25,
        "covered_offer_months": 2.5,
        "covered_ready_months": 4.5,
        "open_months": -1.5,
        "public_months": 3.5,
        "customers_share": 0.375,
        "waiting": 4,
        "tests_waiting": 4,
        "partners": 3,
        "leaks": 2,
    }
    assert (world.score.enabled_before, world.score.exposed) == (int(UNIT) * 10, 1.5)


def test_tallies_begin_at_nothing() -> None:
    assert raised(Score()) == {"parity_day": NEVER}
    assert raised(Tally()) == {}
    assert raised(Week()) == {"exposed_share": 1.0}
