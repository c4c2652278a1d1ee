"""Levers of built-in policies act on the policy that has them, in sampled worlds with paired draws."""

from typing import Any

import numpy as np
import pytest

from lockgate.experiments.results.ensemble import draw_worlds
from lockgate.scenarios import load_policy, load_world, with_levers
from lockgate.sim.engine.run import simulate

DRAWS = 60


def outcomes(policy: str, levers: list[dict[str, Any]], **params: Any) -> Any:
    """Outcomes of a policy with each of some sets of levers, in the same worlds."""
    draws = draw_worlds(load_world("baseline"), DRAWS, 7)
    worlds = draws.worlds.copy()
    for name, value in params.items():
        worlds[name] = value
    return simulate(worlds, [with_levers(load_policy(policy), changes) for changes in levers], draws.seeds).outcomes


def clearly_above(high: Any, low: Any) -> bool:
    """A sign test over paired draws; by luck alone so clear a majority comes up less than once in 700 times."""
    more, less = int((high > low).sum()), int((high < low).sum())
    return more - less > 3 * np.sqrt(more + less)


@pytest.mark.parametrize(("shorter", "longer"), [(0, 7), (7, 14), (14, 30)])
def test_days_of_the_staged_preview_are_days_of_delay(shorter: int, longer: int) -> None:
    """Tests run in the preview and give no sign-off, so they do not hide its length."""
    found = outcomes("staged-preview", [{"preview_days": shorter}, {"preview_days": longer}])["mean_release_delay_days"]
    assert clearly_above(found[:, 1], found[:, 0])


def test_the_opening_list_of_the_staged_preview_is_in_on_its_first_day() -> None:
    draws = draw_worlds(load_world("baseline"), DRAWS, 7)
    worlds = draws.worlds.copy()
    worlds["cooperation"], worlds["preview_error_months"] = 1.0, 0.0
    approved = simulate(worlds, [load_policy("staged-preview")], draws.seeds, 1).outcomes["partners_approved"]
    assert (approved == 20).all()


def test_what_goes_wrong_lengthens_the_staged_preview() -> None:
    found = outcomes("staged-preview", [{}, {"extension_days": 0}])
    assert clearly_above(found["extensions"][:, 0], found["extensions"][:, 1])
    assert clearly_above(found["mean_release_delay_days"][:, 0], found["mean_release_delay_days"][:, 1])


def test_the_trigger_of_the_staged_preview_matters() -> None:
    """Where leaks are as frequent as they can be, so that incidents are attributed to previewed systems."""
    found = outcomes("staged-preview", [{"trigger_incidents": 1}, {"trigger_incidents": 1000}], leak_hazard=0.02, leak_reach=0.3)
    assert clearly_above(found["extensions"][:, 0], found["extensions"][:, 1])


def test_a_political_delay_leaves_the_voluntary_protocol_less_to_do() -> None:
    asked = [outcomes("voluntary-protocol", [{}], political_delay_days=days)["asked"][:, 0] for days in (0, 120)]
    assert clearly_above(asked[0], asked[1])


def test_an_industry_programme_binds_those_whom_a_partner_programme_does_not() -> None:
    found = outcomes("industry-programme", [{}, {"programme_all": False}])
    assert clearly_above(found["systems_unreleased"][:, 0], found["systems_unreleased"][:, 1])
    assert clearly_above(found["model_enabled_harm"][:, 1], found["model_enabled_harm"][:, 0])


def test_the_bar_of_the_standard_makes_systems_wait() -> None:
    found = outcomes("request-then-standard", [{}])["refusal_wait_days"][:, 0]
    assert (found > 0).mean() > 0.5


def test_a_relative_threshold_lets_go_when_open_weights_are_near() -> None:
    """With a follower close behind it covers less, and what it covered is free sooner."""
    near, far = (outcomes("relative-threshold", [{}], open_weight_lag_months=lag)["mean_release_delay_days"][:, 0] for lag in (2.0, 8.0))
    assert clearly_above(far, near)


def test_a_coordinated_hold_is_not_free() -> None:
    """What is public at home by the time it is asked for abroad is held back less."""
    fixed, reciprocal = (outcomes("coordinated-hold", [{}], heed_reciprocity=share)["open_parity_day"][:, 0] for share in (0.0, 0.9))
    assert clearly_above(fixed, reciprocal)
