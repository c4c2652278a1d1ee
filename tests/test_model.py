"""The Mesa driver is a real Mesa model: agents by type, data collection, batch runs, other behaviour by subclass."""

from typing import Any

import mesa
import pytest

from lockgate.sim import BadActor, Partner, ReleaseModel
from lockgate.sim.engine.mesa import REPORTERS
from lockgate.sim.errors import InputError
from lockgate.sim.model.invariants import INVARIANTS, BrokenInvariant
from lockgate.sim.model.vocabulary import Regime

SMALL = {"organisations": 8, "bad_actors": 20, "base_hazard": 0.3}


def test_agents_are_mesa_agents_by_type() -> None:
    model = ReleaseModel(**SMALL)
    assert len(model.agents_by_type[Partner]) == 8
    assert len(model.agents_by_type[BadActor]) == 20
    assert all(isinstance(agent, mesa.Agent) for agent in model.agents)
    model.step()
    assert (model.day, model.steps) == (1, 1)


def test_data_collector_has_one_record_a_day() -> None:
    model = ReleaseModel(horizon_days=21, **SMALL).run()
    collected = model.datacollector.get_model_vars_dataframe()
    assert list(collected.columns) == list(REPORTERS)
    assert collected["day"].tolist() == list(range(1, 22))
    assert collected["week_harm"].isna().tolist() == [True] * 6 + [False] * 15
    assert collected["week_harm"].iloc[[6, 13, 20]].sum() == pytest.approx(model.outcomes["model_enabled_harm"])
    assert collected["week_incidents"].iloc[-1] == model.outcomes["incidents"] > 0


def test_agents_can_be_collected() -> None:
    model = ReleaseModel(horizon_days=3, **SMALL)
    model.datacollector = mesa.DataCollector(agenttype_reporters={Partner: {"latent": "latent"}})
    model.run()
    model.datacollector.collect(model)
    assert (model.datacollector.get_agenttype_vars_dataframe(Partner)["latent"] < 1.0).all()


def test_a_subclass_in_plain_python_acts_in_its_place() -> None:
    class Retired(BadActor):
        def step(self, world: Any, day: int) -> None:
            """Nothing."""

    model = ReleaseModel(kinds={"bad_actors": Retired}, horizon_days=30, **SMALL).run()
    assert model.outcomes["operations"] == 0
    assert len(model.agents_by_type[Retired]) == 20


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"previw_days": 3}, "unknown setting 'previw_days'; did you mean \"preview_days\"?"),
        ({"preview_days": -3}, "preview_days = -3 must be 0 to 3650"),
        ({"pace": 9.0}, "pace = 9.0 must be 0 to 4"),
        ({"pace": float("nan")}, "pace = nan must be 0 to 4"),
        ({"horizon_days": 0}, "horizon_days = 0 must be 1 to 3650"),
        ({"seed": 1, "rng": 2}, "seed = 1 and rng = 2 are two names for one number; give one of them"),
        ({"rng": -1}, "seed = -1 must be 0 to"),
        ({"scenario": [("rng", None), ("pace", 1.0)]}, "a Mesa scenario cannot be used"),
        ({"kinds": {"partner": Partner}}, "unknown kind 'partner'; did you mean \"partners\"?"),
        ({"kinds": {"partners": BadActor}}, "must be a subclass of Partner"),
    ],
)
def test_bad_settings_get_one_sentence(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as error:
        ReleaseModel(**settings)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_outcomes_before_the_end_are_refused() -> None:
    with pytest.raises(InputError, match="call run"):
        _ = ReleaseModel(**SMALL).outcomes


def test_a_step_past_the_end_is_refused() -> None:
    model = ReleaseModel(horizon_days=7, **SMALL).run()
    outcomes = model.outcomes
    with pytest.raises(InputError, match=r"^the run is over: it has 7 days; make a new model, or one with more horizon_days$"):
        model.step()
    assert (model.day, model.outcomes) == (7, outcomes)


def test_a_run_that_is_stopped_has_no_outcomes() -> None:
    model = ReleaseModel(horizon_days=7, **SMALL)
    model.step()
    model.running = False
    with pytest.raises(InputError, match="call run"):
        _ = model.outcomes
    assert model.outcome("incidents") is None


BREACHES: dict[str, Any] = {
    "chances": lambda world: setattr(world.systems[0], "safeguard", 1.5),
    "code shares": lambda world: setattr(world.partners[3], "latent", 0.7),
    "patched was found": lambda world: setattr(world.partners[3], "fixed", 2.0),
    "missing fixes": lambda world: setattr(world.partners[3], "uninstalled", 0.9),
    "capacity": lambda world: setattr(world.pool, "fixed_today", 1.1),
    "access": lambda world: setattr(world.partners[3], "searches_early", True),
    "channels": lambda world: setattr(world.today, "public_system", len(world.systems) - 1),
    "offers": lambda world: setattr(world.offers[0], "uplift", 0.5),
    "bans": lambda world: world.bans.__setitem__(0, 99),
    "loot": lambda world: setattr(world.bad_actors[19], "stolen_system", 0),
    "previews": lambda world: setattr(world.systems[0], "extended_days", -1),
    "open weights": lambda world: setattr(world.systems[0], "weights_day", 0),
    "dates": lambda world: setattr(world.systems[0], "ready_day", 10),
    "applications": lambda world: setattr(world.governments[0], "waiting", 4),
    "testers": lambda world: setattr(world.agencies[0], "started", 9),
    "customers": lambda world: setattr(world.labs[0], "customers", 0.9),
    "operations": lambda world: setattr(world.score, "operations", -1),
    "harm by lab": lambda world: setattr(world.systems[0], "enabled", 1 << 40),
    "losses": lambda world: setattr(world.score, "expected", -1),
    "access forgone": lambda world: setattr(world.score, "access_forgone_critical", -1.0),
    "prohibition": lambda world: setattr(world.systems[0], "regime", int(Regime.PROHIBITED)),
    "culture": lambda world: setattr(world.labs[0], "effort", 0.0),
    "copies": lambda world: (setattr(world.labs[0], "copied", 0.1), setattr(world.labs[0], "customers", world.labs[0].customers - 0.1)),
    "followers": lambda world: setattr(world.open_weight_labs[0], "capability", 9.0),
}


@pytest.mark.parametrize("invariant", INVARIANTS, ids=lambda invariant: invariant.name)
def test_every_invariant_can_break(invariant: Any) -> None:
    model = ReleaseModel(check=True, **SMALL)
    model.step()
    BREACHES[invariant.name](model.world)
    assert invariant.broken_row(model.world, model.day) >= 0
    with pytest.raises(BrokenInvariant, match="lockgate run open-release --seed 0 --check"):
        model.check_invariants()
