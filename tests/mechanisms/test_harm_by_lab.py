"""Model-enabled harm by the owner of the system used: the covered lab, its rivals, open-weight labs."""

import numpy as np

from lockgate.scenarios import load_policy
from lockgate.sim.engine.run import simulate, trace
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.vocabulary import Services

LIVELY = {"organisations": 20, "bad_actors": 200, "base_hazard": 0.1, "leak_hazard": 0.01, "theft_chance_sl3": 0.2, "share_days": 5}
PARTS = ("harm_covered_lab", "harm_rival_labs", "harm_open_weight_labs")


def test_harm_by_system_is_the_whole_in_whole_numbers() -> None:
    for services in Services:
        for name in ("open-release", "partner-programme", "open-weights-release"):
            tables = trace(parameter_table(1, services=services, **LIVELY), load_policy(name), 3, 200, check=False)
            by_system = tables["systems"]["enabled"]
            assert by_system.sum() == tables["channels"]["enabled"].sum() == tables["kinds"]["enabled"].sum() > 0
            out = tables["outcomes"][0]
            assert np.isclose(sum(out[part] for part in PARTS), out["model_enabled_harm"], rtol=1e-12)


def test_each_part_is_of_its_owner() -> None:
    """Published by the covered lab, weights are its system still; with no other lab, and none that is open, all harm is its own."""
    alone = {**LIVELY, "labs": 1, "open_weight_labs": 0}
    for name in ("open-release", "open-weights-release"):
        found = simulate(parameter_table(5, **alone), [load_policy(name)], range(5), 200).outcomes[:, 0]
        assert (found["harm_covered_lab"] == found["model_enabled_harm"]).all()
        assert (found["model_enabled_harm"] > 0).all()
        assert not found["harm_rival_labs"].any()
        assert not found["harm_open_weight_labs"].any()


def test_withholding_moves_harm_from_the_covered_lab_to_others() -> None:
    worlds = parameter_table(40, services=Services.EACH, theft_on=False)
    alone = Policy("covered lab alone withholds", {"lab_programme": True, "public_release": False})
    found = simulate(worlds, [load_policy("open-release"), alone], range(40), 300).outcomes
    own, others = found["harm_covered_lab"], found["harm_rival_labs"] + found["harm_open_weight_labs"]
    assert (own[:, 1] < own[:, 0]).all()
    assert (others[:, 1] > others[:, 0]).all()
