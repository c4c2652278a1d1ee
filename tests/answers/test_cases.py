"""The cases of a study: what differs between them is the same, in memory and from a folder."""

import numpy as np
import pytest

from lockgate.experiments.answers.cases import HARM, cases_of, compared, outcome_of
from lockgate.experiments.results.ensemble import draw_worlds
from lockgate.experiments.results.stored import open_study
from lockgate.experiments.study.factor import Factor
from lockgate.experiments.study.study import Study
from lockgate.experiments.sweep.sweep import sweep
from lockgate.scenarios import load_policy, load_world, with_parameters
from lockgate.sim.errors import InputError
from tests.planted import WORLD, planted

LEAKY = with_parameters(load_world("leaky-partners"), {"organisations": 20, "bad_actors": 50})
DAYS = (0, 30)


@pytest.fixture(scope="module")
def study():
    return Study(
        name="small",
        summary="two worlds, two points",
        policies=(load_policy("open-release"), load_policy("staged-preview")),
        worlds=(WORLD, LEAKY),
        draws=3,
        outcomes=(HARM,),
        horizon_days=21,
        factors=(Factor("lever", "preview_days", DAYS),),
        points={"preview_days": DAYS},
    )


@pytest.fixture(scope="module")
def opened(study, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cases") / "study"
    sweep(study, folder, workers=0)
    return open_study(folder)


def test_every_case_has_its_inputs(study, opened):
    cases = cases_of(opened)
    assert len(cases) == 3 * 2 * 2
    assert cases.matrix.shape == (12, len(cases.inputs))
    assert cases.inputs["preview_days"].tolist() == [0.0, 30.0] * 6
    drawn = [draw_worlds(world, 3, study.seed).worlds for world in study.worlds]
    for name, values in cases.inputs.items():
        if name not in cases.factors:
            wanted = [drawn[world][name][draw] for draw, world in zip(cases.draws, cases.worlds, strict=True)]
            np.testing.assert_array_equal(values, np.array(wanted, float), err_msg=name)


def test_what_is_selected_is_what_there_is(opened):
    chosen = opened.where(world=LEAKY.name, draw=[0, 2])
    cases = cases_of(chosen)
    assert set(cases.draws) == {0, 2}
    assert set(cases.worlds) == {1}
    everything = cases_of(opened)
    same = (everything.worlds == 1) & (everything.draws != 1)
    np.testing.assert_array_equal(cases.inputs["pace"], everything.inputs["pace"][same])
    np.testing.assert_array_equal(outcome_of(chosen, HARM), outcome_of(opened, HARM)[same])


def test_in_memory_likewise():
    results = planted(np.ones((4, 2)))
    cases = cases_of(results)
    np.testing.assert_array_equal(cases.inputs["pace"], results.ensemble.worlds["pace"])
    assert cases.labels("feedback") == {0.0: "none", 1.0: "full"}
    assert cases.labels("pace") == {}


def test_which_policies_are_compared():
    results = planted(np.ones((4, 3)), ["a", "b", "c"])
    assert compared(results) == (1, 0)
    assert compared(results, "c") == (2, 0)
    with pytest.raises(InputError, match="one of those compared with a: b, c"):
        compared(results, "a")
