"""Who can use what: the best system of each channel, and what it does for both sides."""

import itertools
import math

from sim.access import (
    consider_open,
    exposure_at,
    list_offers,
    open_places,
    rate_offers,
    settle_access,
    survey_lab_systems,
    survey_open_systems,
)
from sim.formulas.attack import uplift
from sim.formulas.defence import search_hazard
from sim.formulas.time import mean_kept
from sim.row import NEVER, NOBODY, NOTHING
from sim.vocabulary import Channel, EventKind, Stage
from tests.mutation.worlds import log_of, near, put, world_of

PUBLIC, PARTNERS, OPEN, HELD, TESTING, DARK = Stage.PUBLIC, Stage.PARTNERS, Stage.OPEN_WEIGHTS, Stage.HELD, Stage.TESTING, Stage.DARK


def stocked(*systems: tuple[int, int, Stage, float], **params: float):  # type: ignore[no-untyped-def]
    """A world of 2 labs and 2 open-weight labs with systems (lab, number, stage, capability); open-weight labs are 2 and 3."""
    world = world_of(labs=2, open_weight_labs=2, **params)
    for owner in (*world.labs, *world.open_weight_labs):
        owner.systems = 0
    for owner, number, stage, capability in systems:
        put(world.systems[owner + 4 * number], stage=int(stage), capability=capability, safeguard=0.5)
        lab = world.labs[owner] if owner < 2 else world.open_weight_labs[owner - 2]
        lab.systems = max(lab.systems, number + 1)
    return world


def surveyed(*systems: tuple[int, int, Stage, float], **params: float):  # type: ignore[no-untyped-def]
    """The same once labs and open-weight labs were looked through."""
    world = stocked(*systems, **params)
    survey_lab_systems(world)
    survey_open_systems(world)
    return world


def test_the_best_system_of_each_channel() -> None:
    world = surveyed(
        (0, 0, PUBLIC, 1.0),
        (0, 1, PARTNERS, 4.0),
        (0, 2, HELD, 5.0),
        (0, 3, TESTING, 9.0),
        (1, 0, PUBLIC, 2.0),
        (1, 1, OPEN, 0.5),
        (1, 2, PARTNERS, 3.0),
        (1, 3, DARK, 4.5),
        (2, 0, OPEN, -1.0),
        (2, 1, HELD, 8.0),
        (3, 0, OPEN, 0.7),
        partner_exposure=0.2,
    )
    today = world.today
    assert (today.public_system, today.public_capability) == (1, 2.0)
    assert (today.restricted_system, today.restricted_capability) == (4, 4.0)
    assert (today.open_system, today.open_capability) == (3, 0.7)
    assert (today.frontier_capability, today.exposure) == (5.0, 0.0), "held at the frontier: nothing to distil"
    assert [(lab.offer, lab.best, lab.ready) for lab in world.labs] == [(1.0, 4.0, 5.0), (2.0, 3.0, 4.5)]
    assert [lab.offer for lab in world.open_weight_labs] == [-1.0, 0.7]


def test_where_there_is_nothing() -> None:
    world = surveyed((0, 0, TESTING, 3.0))
    today = world.today
    assert (today.public_system, today.open_system, today.restricted_system) == (NOBODY, NOBODY, NOBODY)
    assert (today.public_capability, today.open_capability, today.restricted_capability) == (NOTHING, NOTHING, NOTHING)
    assert (today.frontier_capability, today.exposure) == (NOTHING, 0.0)
    assert [(lab.offer, lab.best, lab.ready) for lab in world.labs] == [(NOTHING, NOTHING, NOTHING)] * 2
    assert [lab.offer for lab in world.open_weight_labs] == [NOTHING, NOTHING]


def test_each_survey_begins_anew() -> None:
    world = surveyed((0, 0, PUBLIC, 3.0), (0, 1, PARTNERS, 3.0), (2, 0, OPEN, 2.0))
    for row in (0, 2, 4):
        world.systems[row].stage = int(DARK)
    survey_lab_systems(world)
    survey_open_systems(world)
    assert (world.today.public_system, world.today.open_system, world.today.restricted_system) == (NOBODY, NOBODY, NOBODY)
    assert (world.labs[0].offer, world.labs[0].best, world.labs[0].ready) == (NOTHING, NOTHING, 3.0)
    assert world.open_weight_labs[0].offer == NOTHING


def test_of_equals_the_first_is_named_and_the_most_exposed_is_distilled() -> None:
    world = surveyed((0, 0, HELD, 2.0), (1, 0, PARTNERS, 2.0), (1, 1, PARTNERS, 2.0), partner_exposure=0.3)
    assert (world.today.restricted_system, world.today.exposure) == (1, 0.3)
    world = surveyed((0, 0, PUBLIC, 2.0), (1, 0, PARTNERS, 2.0), (1, 1, PUBLIC, 2.0), partner_exposure=0.3)
    assert (world.today.public_system, world.today.exposure) == (0, 1.0)
    world = surveyed((0, 0, PUBLIC, 2.0), (1, 0, HELD, 2.0), (1, 1, HELD, 1.0))
    assert world.today.exposure == 1.0
    world = surveyed((0, 0, PUBLIC, 2.0), (1, 0, PARTNERS, 2.5), partner_exposure=0.3)
    assert world.today.exposure == 0.3


def test_a_lab_offers_its_best_to_all_and_its_very_best_to_partners() -> None:
    world = surveyed((0, 0, PUBLIC, 6.0), (0, 1, PARTNERS, 4.0), (0, 2, OPEN, 5.0), (1, 0, OPEN, 5.5), (1, 1, PUBLIC, 5.0))
    assert [(lab.offer, lab.best) for lab in world.labs] == [(6.0, 6.0), (5.5, 5.5)]
    world = surveyed((0, 0, OPEN, 6.0), (1, 0, PARTNERS, 7.0))
    assert [(lab.offer, lab.best) for lab in world.labs] == [(6.0, 6.0), (NOTHING, 7.0)]


def test_exposure_by_stage() -> None:
    world = world_of(partner_exposure=0.2)
    assert [exposure_at(world, stage) for stage in (PUBLIC, OPEN, PARTNERS, HELD, DARK)] == [1.0, 1.0, 0.2, 0.0, 0.0]


def test_of_equal_weights_those_that_refuse_less() -> None:
    world = stocked((2, 0, OPEN, 1.0), (3, 0, OPEN, 1.0), (2, 1, OPEN, 0.9))
    for refusals, best in (((0.3, 0.2), 3), ((0.2, 0.3), 2), ((0.2, 0.2), 2)):
        put(world.today, open_system=NOBODY, open_capability=NOTHING)
        put(world.systems[2], safeguard=refusals[0])
        put(world.systems[3], safeguard=refusals[1])
        put(world.systems[6], safeguard=0.0)
        for row in (2, 3, 6):
            consider_open(world, row)
        assert (world.today.open_system, world.today.open_capability) == (best, 1.0)


def test_what_the_best_systems_do_for_both_sides() -> None:
    params = {"uplift": 3.0, "uplift_doubling_months": 2.0, "uplift_cap": 50.0, "search_days": 10.0, "search_doubling_months": 4.0}
    world = stocked((0, 0, PUBLIC, 1.0), (0, 1, PARTNERS, 4.0), (2, 0, OPEN, 2.0), **params)
    for row, safeguard in ((0, 0.8), (4, 0.9), (2, 0.1)):
        world.systems[row].safeguard = safeguard
    world.today.leaks = 3
    settle_access(world, 0)
    today = world.today
    assert (today.public_safeguard, today.restricted_safeguard, today.open_safeguard) == (0.8, 0.9, 0.1)
    uplifts = [uplift(capability, 3.0, 2.0, 50.0) for capability in (2.0, 1.0, 4.0)]
    assert world.uplifts[: Channel.STOLEN_WEIGHTS] == [1.0, *uplifts]
    assert offers_of(world) == [(Channel.LEAKED_ACCESS, 4.0, 0.9), (Channel.OPEN_WEIGHTS, 2.0, 0.1), (Channel.PUBLIC_SERVICE, 1.0, 0.8)]
    search, early = search_hazard(10.0, 2.0, 4.0), search_hazard(10.0, 4.0, 4.0)
    assert (today.search, today.partner_search) == (search, early), "defenders, too, use the better of service and weights"
    assert near(today.search_kept, math.exp(-search))
    assert near(today.search_mean, mean_kept(search))
    assert near(today.partner_search_kept, math.exp(-early))
    assert near(today.partner_search_mean, mean_kept(early))
    assert today.leaks == 0
    put(world.systems[0], capability=6.0)
    settle_access(world, 0)
    assert today.search == today.partner_search == search_hazard(10.0, 6.0, 4.0), "a partner is never worse off"


def test_where_there_is_no_system_the_channel_refuses_and_adds_nothing() -> None:
    world = stocked()
    settle_access(world, 0)
    today = world.today
    assert (today.public_safeguard, today.open_safeguard, today.restricted_safeguard) == (1.0, 1.0, 1.0)
    assert world.uplifts[: Channel.STOLEN_WEIGHTS] == [1.0, 1.0, 1.0, 1.0]
    assert offers_of(world) == []
    assert (today.search, today.search_kept, today.search_mean, today.partner_search) == (0.0, 1.0, 1.0, 0.0)


def offers_of(world):  # type: ignore[no-untyped-def]
    """The list of offers: channel, capability, and safeguard."""
    return [(offer.channel, offer.capability, offer.safeguard) for offer in world.offers[: world.today.offers]]


def test_offers_are_listed_from_the_most_capable_down() -> None:
    """All orders, ties and absences; each time on the list of the time before."""
    world = world_of()
    channels = (Channel.OPEN_WEIGHTS, Channel.LEAKED_ACCESS, Channel.PUBLIC_SERVICE)  # of equals the earlier comes first
    lengths = set()
    for opened, restricted, public in itertools.product((NOTHING, -2.0, 1.0, 3.0), repeat=3):
        put(world.today, open_capability=opened, restricted_capability=restricted, public_capability=public)
        put(world.today, open_safeguard=0.1, restricted_safeguard=0.2, public_safeguard=0.3)
        list_offers(world)
        rows = zip(channels, (opened, restricted, public), (0.1, 0.2, 0.3), strict=True)
        expected = sorted((row for row in rows if row[1] > NOTHING), key=lambda row: -row[1])
        assert offers_of(world) == expected, (opened, restricted, public)
        lengths.add(world.today.offers)
    assert lengths == {0, 1, 2, 3}


def test_what_is_nothing_or_less_is_no_offer() -> None:
    world = world_of()
    put(world.today, open_capability=1.5 * NOTHING, restricted_capability=NOTHING, public_capability=math.nextafter(NOTHING, 0.0))
    list_offers(world)
    assert [offer[0] for offer in offers_of(world)] == [Channel.PUBLIC_SERVICE]


def test_each_channel_is_rated_by_its_own_system() -> None:
    world = world_of(uplift=3.0, uplift_doubling_months=2.0, uplift_cap=50.0)
    put(world.today, open_capability=0.0, public_capability=2.0, restricted_capability=NOTHING)
    world.uplifts[:] = [7.0] * len(world.uplifts)
    rate_offers(world)
    assert world.uplifts == [1.0, 3.0, 5.0, 1.0, 7.0], "that of stolen weights is an actor's own"
    put(world.today, open_capability=900.0, public_capability=NOTHING, restricted_capability=4.0)
    rate_offers(world)
    assert world.uplifts == [1.0, 50.0, 1.0, 9.0, 7.0]


def test_a_system_in_row_0_counts() -> None:
    world = stocked((0, 0, PARTNERS, 1.0))
    settle_access(world, 0)
    assert world.today.restricted_safeguard == 0.5
    world = stocked((0, 0, OPEN, 1.0))
    settle_access(world, 0)
    assert world.today.open_safeguard == 0.5
    world = stocked((0, 0, PUBLIC, 1.0))
    settle_access(world, 0)
    assert world.today.public_safeguard == 0.5


def test_places_grow_in_waves() -> None:
    world = world_of({"launch_partners": 4, "wave_partners": 3, "wave_days": 5})
    open_places(world, 0)
    assert (world.today.places, log_of(world)) == (0, [])
    world.governments[0].programme_day = 2
    world.today.restricted_system = 6
    seen = []
    for day in range(2, 14):
        open_places(world, day)
        seen.append(world.today.places)
    assert seen == [4] * 5 + [7] * 5 + [10] * 2
    assert log_of(world) == [(EventKind.WAVE, 7, 0, -1, 6, 7.0), (EventKind.WAVE, 12, 0, -1, 6, 10.0)]
    put(world.phases[0], launch_partners=1)
    for day in (2, 7):
        open_places(world, day)
    assert [line[-1] for line in log_of(world)] == [4.0], "from one place to more"
    world.governments[0].programme_day = NEVER
    open_places(world, 20)
    assert world.today.places == 0
    settle_access(world, 20)
    world.governments[0].programme_day = 19
    settle_access(world, 20)
    assert world.today.places == 1
