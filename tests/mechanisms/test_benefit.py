"""Benefit: what organisations forgo while a better system is ready than they may use, against closed forms; and who is spared."""

import math

import numpy as np
import pytest

from lockgate.scenarios import load_policy, load_world, with_levers
from lockgate.sim.engine.run import simulate, trace
from lockgate.sim.model.formulas.time import MONTH_DAYS
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.parameters.mechanisms import without
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.vocabulary import Approval, Feedback
from tests.drivers import disagreements

DAYS, CADENCE, DOUBLING = 40, 120, 5.0
# One lab, whose next system comes after the run, and nobody else: all is served an older system, and one of capability 0 is held.
ALONE = {
    "labs": 1, "open_weight_labs": 0, "organisations": 30, "bad_actors": 20, "cadence_days": CADENCE, "pace": 1.0, "interest_share": 1.0,
    "benefit": 700.0, "benefit_doubling_months": DOUBLING, "feedback": Feedback.NONE, "leaks_on": False,
}  # fmt: skip
LACKING = 1.0 - 2.0 ** (-CADENCE / MONTH_DAYS / DOUBLING)  # of a day of access to the system that is held, by who has the older one
HELD = Policy("held", {"lab_programme": True, "public_release": False})


def outcomes(policy, **changes):
    return simulate(parameter_table(1, **(ALONE | changes)), [policy], [5], DAYS).outcomes[0, 0]


def test_all_forgo_what_is_held():
    found = outcomes(HELD)
    assert found["access_forgone"] == pytest.approx(DAYS * ALONE["organisations"] * LACKING, rel=1e-12)
    assert found["benefit_forgone"] == pytest.approx(ALONE["benefit"] * found["access_forgone"], rel=1e-12)


def test_nothing_is_forgone_when_everyone_has_the_best_system():
    assert outcomes(load_policy("open-release"))["access_forgone"] == 0.0


@pytest.mark.parametrize("launched", [7, 30])
def test_approved_partners_forgo_nothing(launched):
    policy = with_levers(HELD, {"launch_partners": launched})
    partners = trace(parameter_table(1, **ALONE), policy, 5, DAYS)["partners"]
    approved = partners["approval"] == Approval.APPROVED
    assert approved.sum() == launched
    left = 1.0 - partners["size"][approved].sum()
    found = outcomes(policy)
    assert found["access_forgone"] == pytest.approx(DAYS * ALONE["organisations"] * LACKING * left, abs=1e-9)
    critical = partners["size"][~approved & partners["maintainer"]].sum()
    assert found["benefit_forgone_critical"] == pytest.approx(700.0 * DAYS * ALONE["organisations"] * LACKING * critical, abs=1e-6)


def test_what_is_forgone_is_discounted_like_harm():
    rate = 0.5
    days = sum(math.exp(-rate * (day + 0.5) / 365.25) for day in range(DAYS))
    found = outcomes(HELD, discount_per_year=rate)["access_forgone"]
    assert found == pytest.approx(days * ALONE["organisations"] * LACKING, rel=1e-12)


def test_at_its_neutral_value_nothing_is_lost():
    found = outcomes(HELD, **without(["benefit"]))
    assert found["benefit_forgone"] == found["benefit_forgone_critical"] == 0.0
    assert found["access_forgone"] > 0.0


def test_published_weights_spare_everyone():
    assert outcomes(Policy("weights", {"publish_weights": True}))["access_forgone"] == 0.0


def test_starving_testers_costs_benefit():
    """A sign test over paired draws: 16 of 16 come up by luck once in 65,000 times."""
    draws, licence = 16, load_policy("mandatory-licence")
    base = load_world("baseline").central() | {"organisations": 20, "bad_actors": 20}
    fed, starved = (
        simulate(parameter_table(draws, **base | {"staffing": staffing}), [licence], range(draws), 300).outcomes["access_forgone"][:, 0]
        for staffing in (1.0, 0.2)
    )
    assert (starved > fed).all()


def test_a_directive_costs_benefit():
    dark = Policy("dark", {"dark_days": 10}, [(20, {"directive": True})])
    assert outcomes(dark)["access_forgone"] == pytest.approx(10 * ALONE["organisations"] * LACKING, rel=1e-12)


def test_both_drivers_agree():
    world = {name: value for name, value in ALONE.items() if name != "feedback"} | {"labs": 3, "open_weight_labs": 2, "leaks_on": True}
    assert disagreements(load_policy("staged-preview"), world, 3, DAYS) == []


def test_no_organisation_gains_by_a_more_capable_system_that_it_may_not_use():
    """The farther the held system is ahead, the more is forgone."""
    found = [outcomes(HELD, cadence_days=cadence)["access_forgone"] for cadence in (60, 120, 240)]
    assert np.all(np.diff(found) > 0.0)
