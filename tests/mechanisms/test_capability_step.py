"""The capability step: from the critical level on, search and attack are faster by a factor, through whatever channel."""

import math

import pytest

from lockgate.scenarios import load_policy
from lockgate.sim.engine.run import trace
from lockgate.sim.model.access import uplift_with
from lockgate.sim.model.bad_actor import OWN_WEIGHTS, uplift_of
from lockgate.sim.model.formulas.attack import uplift
from lockgate.sim.model.formulas.defence import search_hazard
from lockgate.sim.model.parameters import parameter_table, without
from lockgate.sim.model.vocabulary import Channel
from tests.mechanisms.still import HALF, OPEN, lived

DAYS = 30


@pytest.mark.parametrize("months", [-1e9, -6.0, -1e-9, 0.0, 6.0, 60.0])
def test_the_step_is_at_the_critical_level_and_nowhere_else(months):
    times = 4.0 if months >= 0.0 else 1.0
    assert search_hazard(90.0, months, 6.0, 4.0) == times * search_hazard(90.0, months, 6.0, 1.0)
    assert uplift(months, 2.0, 6.0, 1e9, 4.0) - 1.0 == times * (uplift(months, 2.0, 6.0, 1e9, 1.0) - 1.0)
    assert uplift(months, 2.0, 6.0, 1e9, 1.0) >= uplift(months - 1.0, 2.0, 6.0, 1e9, 1.0)


def test_no_step_lifts_an_attack_above_the_cap_or_a_system_that_adds_nothing():
    assert uplift(6.0, 2.0, 6.0, 5.0, 100.0) == 5.0
    assert uplift(6.0, 1.0, 6.0, 5.0, 100.0) == 1.0


def test_partners_find_by_the_closed_form_and_so_many_times_as_much_as_others():
    world = lived(HALF, DAYS, covered_search_step=4.0, interest_share=1.0)
    early = [partner for partner in world.partners if partner.searches_early]
    late = [partner for partner in world.partners if not partner.searches_early]
    assert len(early) == len(late) == 10
    for partner in early:
        assert partner.found == pytest.approx(1.0 - math.exp(-4.0 * DAYS / 50.0), rel=1e-12)
    for partner in late:  # with the lab's older system, which is below the critical level
        assert partner.found == pytest.approx(1.0 - math.exp(-DAYS / 50.0), rel=1e-12)


def test_attacks_step_up_with_every_channel():
    plain, stepped = (lived(OPEN, 2, covered_uplift_step=step, uplift_cap=1e3, bad_actors=1) for step in (1.0, 3.0))
    assert stepped.today.public_capability >= 0.0
    public = int(Channel.PUBLIC_SERVICE)
    assert stepped.uplifts[public] - 1.0 == pytest.approx(3.0 * (plain.uplifts[public] - 1.0), rel=1e-12)
    actor = stepped.bad_actors[0]
    for months in (-1.0, 2.0):
        actor.stolen_capability = months
        assert uplift_of(actor, stepped, OWN_WEIGHTS) == uplift_with(stepped.params, months)
        assert uplift_with(stepped.params, months) - 1.0 == pytest.approx(
            (3.0 if months > 0.0 else 1.0) * (uplift_with(plain.params, months) - 1.0), rel=1e-12
        )


def finds_of_partners(**world):
    """Flaws that a partner found in its first month, and how many times that is what those found who wanted access and had none."""
    params = parameter_table(1, bad_actors=0, **world)
    partners, flaws = trace(params, load_policy("partner-programme"), 1, DAYS)["partners"], params["flaws_per_organisation"][0]
    early = partners["searches_early"]
    assert 40 <= early.sum() <= 60
    found = partners["found"][early].mean()
    return found * flaws, found / partners["found"][partners["interested"] & ~early].mean()


def test_partners_find_as_reported():
    # Reported of the first month: 10,000 severe flaws at about 50 partners, and rises of five to more than ten times.
    found, times = finds_of_partners()
    assert 100 < found < 300
    assert 5 < times < 15
    _, before = finds_of_partners(**without(["capability step", "adoption"]))
    assert before < 1.3, "everybody searches at full intensity, with a system hardly less capable"
