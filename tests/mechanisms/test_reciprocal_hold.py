"""A foreign government's hold is heeded the more, the more equal systems are held back at home."""

from typing import Any

import pytest

from lockgate.sim.engine.run import simulate
from lockgate.sim.model.open_weight_lab import chance_to_heed, held_at_home
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.vocabulary import Feedback, Stage
from tests.mutation.worlds import put, world_of


def world_holding(*stages: Stage, **params: Any) -> Any:
    """A world in which the frontier labs have systems of capability 1 at these stages, and their older ones to all."""
    world = world_of(heed_hold=0.8, **params)
    for row in range(2):
        put(world.labs[row], systems=2)
    for row, stage in enumerate(stages):
        put(world.systems[3 + row], stage=int(stage), capability=1.0)
    return world


def test_share_of_equal_systems_that_is_held() -> None:
    for stages, share in (
        ((Stage.PUBLIC, Stage.PUBLIC), 0.0),
        ((Stage.PUBLIC, Stage.OPEN_WEIGHTS), 0.0),
        ((Stage.PARTNERS, Stage.PUBLIC), 0.5),
        ((Stage.HELD, Stage.DARK), 1.0),
        ((Stage.TESTING, Stage.HELD), 1.0),
        ((Stage.TESTING, Stage.TESTING), 0.0),
    ):
        assert held_at_home(world_holding(*stages), 1.0) == share
        assert held_at_home(world_holding(*stages), 1.1) == 0.0, "none is as capable"


def test_chance_rises_with_what_is_held() -> None:
    pairs = ((Stage.PUBLIC, Stage.PUBLIC), (Stage.HELD, Stage.PUBLIC), (Stage.HELD, Stage.HELD))
    for reciprocity, chances in ((0.0, [0.8, 0.8, 0.8]), (0.5, [0.4, 0.6, 0.8]), (1.0, [0.0, 0.4, 0.8])):
        found = [chance_to_heed(world_holding(*stages, heed_reciprocity=reciprocity), 1.0) for stages in pairs]
        assert found == pytest.approx(chances)


def test_the_chance_is_fixed_where_nothing_reacts() -> None:
    assert chance_to_heed(world_holding(Stage.PUBLIC, Stage.PUBLIC, heed_reciprocity=1.0, feedback=Feedback.NONE), 1.0) == 0.8


def test_a_hold_that_gives_nothing_in_return_holds_little() -> None:
    """Sums over 30 runs: parity comes sooner where nothing is held at home, though the same hold is asked for."""
    hold = {"coordinated_hold": True, "hold_days": 300, "threshold_months": -6.0}
    policies = [Policy("free", hold), Policy("in return", {**hold, "lab_programme": True, "programme_all": True, "public_release": False})]
    worlds = parameter_table(30, heed_hold=1.0, heed_reciprocity=1.0, bad_actors=0, organisations=5, distillation=0.0, covered_leads=True)
    parity = simulate(worlds, policies, range(30)).outcomes["open_parity_day"]
    assert (parity[:, 0] <= parity[:, 1]).all()
    assert parity[:, 1].mean() > parity[:, 0].mean() + 30
