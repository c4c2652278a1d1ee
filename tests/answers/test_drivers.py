"""Drivers against known answers: Ishigami's function, a linear one, planted dummies, a sign and a size that hang on different inputs."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm, qmc, uniform

from lockgate.experiments.answers.cases import Cases, cases_of
from lockgate.experiments.answers.drivers.designed import beyond_luck, elementary_effects, sobol_indices, steps
from lockgate.experiments.answers.drivers.driver import Driver
from lockgate.experiments.answers.drivers.drivers import drivers, from_cases
from lockgate.experiments.answers.drivers.index import Index
from lockgate.experiments.answers.drivers.luck import luck_of_draws, luck_of_fit
from lockgate.experiments.answers.drivers.screening import screened
from lockgate.experiments.answers.drivers.shares import variance_shares
from lockgate.experiments.command.indices import print_indices
from lockgate.experiments.results.compare import compare
from lockgate.experiments.results.ensemble import draw_worlds
from lockgate.experiments.results.results import results_in_memory
from lockgate.experiments.study.design import points, unit_sample
from lockgate.experiments.study.factor import Factor
from lockgate.experiments.study.study import Study
from lockgate.experiments.sweep.plan import Piece
from lockgate.experiments.sweep.runner import Rows
from lockgate.experiments.sweep.sweep import sweep
from lockgate.scenarios import load_policy, load_world, with_parameters
from lockgate.sim.errors import InputError
from lockgate.sim.model.parameters import PARAMETERS

FIRST = (0.3139, 0.4424, 0.0)  # of Ishigami's function with a = 7, b = 0.1
TOTAL = (0.5576, 0.4424, 0.2437)
NAMES = ("uplift", "evasion", "leak_hazard")


def ishigami(unit):
    """Of points of the unit cube."""
    x = np.pi * (2.0 * unit - 1.0)
    return np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def cases_with(inputs, factors=()):
    """One draw a row."""
    rows = len(next(iter(inputs.values())))
    return Cases(np.arange(rows), np.zeros(rows, int), np.zeros(rows, int), inputs, {factor.column: factor for factor in factors})


def study_of(design, names=NAMES, draws=3):
    """A study of two policies over ranges of these parameters."""
    factors = tuple(
        Factor("parameter", name, low=0.0 if name != "uplift" else 1.0, high=2.0 if name == "uplift" else 1.0) for name in names
    )
    policies = tuple(map(load_policy, ("open-release", "staged-preview", "withhold")))
    where = (policies, (load_world("baseline"),), draws, ("model_enabled_harm",))
    return Study("planted", "", *where, factors=factors, points=points(design, factors, 1), design=design, fixed=True)


def planted(study, *differences):
    """Results whose differences from the reference are planted, (D, N) for each policy but the first."""
    harm = np.stack([np.full(differences[0].shape, 100.0), *(100.0 + each for each in differences)], axis=-1).ravel()
    outcomes = np.zeros(len(harm), [("model_enabled_harm", float)])
    outcomes["model_enabled_harm"] = harm
    rows = Rows(Piece(0, study.run_count), outcomes, None, None, {}, None)
    return results_in_memory(study, rows, [draw_worlds(study.worlds[0], study.draws, study.seed, fixed=study.fixed)])


def test_sobol_indices_of_ishigami_are_the_analytic_ones():
    study = study_of({"kind": "saltelli", "points": 1024, "second_order": True}, draws=2)
    values = ishigami(unit_sample(study.design, 3, study.seed))
    found = drivers(planted(study, np.stack([values, values]), np.zeros((2, len(values)))), "staged-preview").policies[0]
    by_name = {driver.name: driver for driver in found.drivers}
    assert [by_name[name].alone.share for name in NAMES] == pytest.approx(FIRST, abs=0.03)
    assert [by_name[name].total.share for name in NAMES] == pytest.approx(TOTAL, abs=0.03)
    assert by_name["leak_hazard"].alone.share == 0.0
    assert all(by_name[name].total.low < true < by_name[name].total.high for name, true in zip(NAMES, TOTAL, strict=True))
    [pair] = found.pairs
    assert set(pair[:2]) == {"uplift", "leak_hazard"}
    assert pair[2].share == pytest.approx(0.2437, abs=0.06)
    assert found.luck.share == 0.0


def test_shares_from_cases_of_ishigami_are_the_analytic_ones():
    unit = qmc.Sobol(4, rng=1).random(4096)
    shares = variance_shares(unit, ishigami(unit)[:, None])
    assert shares.share[:3, 0] == pytest.approx(FIRST, abs=0.02)
    assert shares.share[3, 0] == 0.0  # a dummy
    assert (shares.low[:2, 0] < FIRST[:2]).all()
    assert (shares.high[:2, 0] > FIRST[:2]).all()


def test_a_dummy_among_many_is_exactly_nothing_and_switches_count():
    inputs = uniform.rvs(size=(300, 40), random_state=5)
    inputs[:, 3] = inputs[:, 3] > 0.7  # a switch
    output = np.exp(2.0 * inputs[:, 1]) + 3.0 * inputs[:, 3] + norm.rvs(size=300, random_state=6)
    found = variance_shares(inputs, output[:, None])
    assert np.flatnonzero(found.share[:, 0]).tolist() == [1, 3]
    parts = np.array([np.var(np.exp(2.0 * np.linspace(0, 1, 10_001))), 9.0 * 0.7 * 0.3, 1.0])
    assert found.share[[1, 3], 0] == pytest.approx(parts[:2] / parts.sum(), abs=0.1)
    assert not variance_shares(inputs, np.full((300, 1), 7.0)).share.any()


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    truth = 0.5
    held = 0
    for again in range(60):
        inputs = uniform.rvs(size=(200, 3), random_state=again)
        output = inputs[:, 0] + norm.rvs(size=200, random_state=1000 + again) * np.sqrt(1.0 / 12.0)
        found = variance_shares(inputs, output[:, None])
        held += found.low[0, 0] <= truth <= found.high[0, 0]
    assert held >= 51  # 57 of 60 expected


def test_morris_gives_the_coefficients_of_a_linear_function():
    study = study_of({"kind": "morris", "points": 10, "levels": 4})
    unit = unit_sample(study.design, 3, study.seed)
    luck = norm.rvs(size=(3, 1), random_state=1)  # the same at all points
    values = unit @ np.array([5.0, -2.0, 0.0]) + luck
    found = drivers(planted(study, values, values), "withhold").policies[0]
    effects = {driver.name: driver.effect for driver in found.drivers}
    assert [effects[name].size for name in NAMES] == pytest.approx([5.0, 2.0, 0.0])
    assert [effects[name].mean for name in NAMES] == pytest.approx([5.0, -2.0, 0.0])
    assert [effects[name].spread for name in NAMES] == pytest.approx([0.0, 0.0, 0.0], abs=1e-9)
    assert [driver.name for driver in found.found] == ["uplift", "evasion"]
    assert found.luck.share == pytest.approx(found.luck.common)
    assert found.luck.common > 0.0


def test_morris_tells_an_effect_from_luck():
    study = study_of({"kind": "morris", "points": 10, "levels": 4}, draws=20)
    unit = unit_sample(study.design, 3, study.seed)
    values = unit @ np.array([5.0, 0.0, 0.0]) + norm.rvs(size=(20, len(unit)), random_state=2)
    found = elementary_effects(values, study)
    assert found.told.tolist() == [True, False, False]
    assert found.size[1:] == pytest.approx(found.luck[1:], rel=0.5)
    one_by_one = steps(values, unit, 4).mean(axis=2)
    assert np.abs(one_by_one).mean(axis=0) == pytest.approx(found.size)  # the same as SALib's
    assert beyond_luck(np.ones((4, 2, 1)))[1].all()


def test_sign_and_size_are_told_apart():
    one, two = uniform.rvs(size=(2, 400), random_state=3)
    difference = np.where(one > 0.4, 1.0, -1.0) * (1.0 + 5.0 * two)
    found = {driver.name: driver for driver in from_cases(cases_with({"uplift": one, "evasion": two}), difference, listed=False)}
    assert found["uplift"].sign.share > 0.85
    assert found["evasion"].sign.share == 0.0
    assert found["evasion"].size.share > 0.95
    assert found["uplift"].size.share == 0.0


def test_sign_rests_on_cases_that_differ():
    one, two = uniform.rvs(size=(2, 400), random_state=3)
    difference = np.where(two > 0.5, np.where(one > 0.4, 1.0, -1.0), 0.0)
    found = {driver.name: driver for driver in from_cases(cases_with({"uplift": one, "evasion": two}), difference, listed=False)}
    assert found["uplift"].sign.share > 0.7
    assert found["evasion"].sign.share == 0.0


def test_policies_with_different_drivers_get_different_lists():
    study = study_of({"kind": "lhs", "points": 200})
    x = np.column_stack([study.points[name] for name in NAMES])
    luck = norm.rvs(size=(2, 3, 200), random_state=4)
    found = drivers(planted(study, 10.0 * x[:, 0] + luck[0], 10.0 * x[:, 2] + luck[1]))
    first, second = found.policies
    assert [driver.name for driver in first.found] == ["uplift"]
    assert [driver.name for driver in second.found] == ["leak_hazard"]
    expected = np.var(10.0 * x[:, 0]) / (np.var(10.0 * x[:, 0]) + 1.0)
    assert first.found[0].alone.share == pytest.approx(expected, abs=0.05)
    assert first.luck.share == pytest.approx(1.0 - expected, abs=0.05)
    assert first.luck.common < 0.02
    text = " ".join(found.sentences())
    assert "staged-preview: the difference in model-enabled harm from open-release hangs most on uplift (" in text
    assert "withhold: the difference in model-enabled harm from open-release hangs most on leak_hazard (" in text
    assert f"evidence {PARAMETERS['uplift'].grade}" in text
    assert set(found.frame()["policy"]) == {"staged-preview", "withhold"}
    assert found.content()["policies"]["withhold"]["drivers"][0]["input"] == "leak_hazard"


def test_shared_values_are_no_independent_evidence():
    """A dummy with a value for each of 60 points of 40 draws is not taken for a driver by its 2,400 cases."""
    wrong = 0
    for again in range(20):
        value, effect = norm.rvs(size=(2, 60), random_state=again)
        draws, places = np.divmod(np.arange(2400), 60)
        factor = Factor("parameter", "uplift", low=1.0, high=2.0)
        cases = Cases(draws, np.zeros(2400, int), places, {"uplift": value[places]}, {"uplift": factor})
        [found] = screened(cases, effect[places][:, None], listed=False)
        wrong += found["uplift"].share > 0.0
    assert wrong <= 4  # 1 expected; taken as cases, all 20 would be


def test_worlds_and_listed_levels_are_compared_draw_by_draw():
    draws, worlds, levels = (each.ravel() for each in np.indices((30, 3, 2)))
    luck = norm.rvs(size=30, random_state=7)[draws] * 10.0
    output = 2.0 * worlds + luck + norm.rvs(size=180, random_state=8) * 0.1
    factor = Factor("lever", "reviewers", (1, 5))
    cases = Cases(draws, worlds, levels, {"reviewers": levels.astype(float)}, {"reviewers": factor})
    [found] = screened(cases, output[:, None], listed=True)
    expected = 4.0 * 2.0 / 3.0 / np.var(output)
    assert found["world"].share == pytest.approx(expected, rel=0.02)
    assert found["world"].low <= found["world"].share <= found["world"].high
    assert repr(found["reviewers"]) == repr(Index(0.0))  # NaN equals nothing, itself included


def test_luck_is_parted_as_planted():
    inputs, common, own = (
        norm.rvs(size=(200, 1), random_state=1),
        norm.rvs(size=(30, 1), random_state=2),
        norm.rvs(size=(30, 200), random_state=3),
    )
    common, inputs = common / common.std(ddof=1), inputs / inputs.std(ddof=1)
    found = luck_of_draws(2.0 * inputs.T + common + own, seeds_only=True)
    assert found.share == pytest.approx(2.0 / 6.0, abs=0.05)
    assert found.common == pytest.approx(1.0 / 6.0, abs=0.03)
    assert found.low < 2.0 / 6.0 < found.high


def test_a_fit_says_at_most_how_much_is_luck():
    inputs = uniform.rvs(size=(800, 3), random_state=1)
    output = inputs[:, 0] * inputs[:, 1] * 6.0 + norm.rvs(size=800, random_state=2) * 0.5
    truth = 0.25 / np.var(output)
    found = luck_of_fit(inputs, output, np.arange(800))
    assert truth - 0.03 < found.share < truth + 0.15
    assert "cannot be told from what the fit misses" in found.sentence()
    assert luck_of_fit(inputs, norm.rvs(size=800, random_state=3), np.arange(800)).share > 0.9


def test_concern_is_influence_times_weakness():
    assert Driver("weak", "E", Index(0.1)).concern > Driver("strong", "A", Index(0.4)).concern
    assert Driver("adoption_on", "S", Index(0.2)).concern == Driver("swept", "E", Index(0.2)).concern
    assert Driver("preview_days", "", Index(0.9)).concern == 0.0
    assert {p.grade for p in PARAMETERS.values()} >= {"S", "E"}


@pytest.fixture(scope="module")
def small():
    world = with_parameters(load_world("baseline"), {"organisations": 20, "bad_actors": 50})
    return compare(["open-release", "staged-preview", "withhold"], world, draws=60, horizon_days=60)


def test_a_comparison_has_drivers(small):
    found = drivers(small, "withhold")
    assert [one.policy for one in found.policies] == ["withhold"]
    assert found.inputs == len(cases_of(small).inputs)
    assert found.policies[0].luck.source == "fit"
    assert all(one.less + one.same + one.more == pytest.approx(1.0) for one in found.policies)


def test_what_tells_nothing_is_refused(small):
    with pytest.raises(InputError, match="20 draws are too few to tell influence from chance; 50 are enough"):
        drivers(small.where(draw=range(20)))
    with pytest.raises(InputError, match="must be two or more"):
        drivers(small.where(policy="withhold"))
    study = study_of({"kind": "morris", "points": 4, "levels": 4})
    results = planted(study, np.zeros((3, 16)), np.zeros((3, 16)))
    with pytest.raises(InputError, match="8 of 16 points of a morris design are selected; it needs all of them"):
        drivers(results.where(point=range(8)))
    assert "is the same as under open-release in every case" in drivers(results).sentences()[0]
    fixed = replace(study, factors=(), points={}, design={"kind": "grid"})
    with pytest.raises(InputError, match="all inputs are the same in all cases"):
        drivers(planted(fixed, np.zeros((3, 1)), np.zeros((3, 1))))


@pytest.mark.parametrize(
    ("design", "head"),
    [
        ({"kind": "saltelli", "points": 8, "second_order": False}, "first order"),
        ({"kind": "morris", "points": 4, "levels": 4}, "spread (sigma)"),
    ],
)
def test_a_sweep_ends_with_the_indices_of_its_design(design, head, tmp_path, capsys):
    study = replace(study_of(design, draws=2), policies=tuple(map(load_policy, ("open-release", "withhold"))), horizon_days=30)
    small_world = with_parameters(load_world("baseline"), {"organisations": 20, "bad_actors": 50})
    study = replace(study, worlds=(small_world,))
    sweep(study, tmp_path / "out", threads=1)
    print_indices(study, tmp_path / "out")
    said = capsys.readouterr().out
    assert head in said
    assert "uplift" in said
    assert "what drives the difference in model-enabled harm under withhold from open-release" in " ".join(said.split())
    print_indices(replace(study, design={"kind": "lhs"}), tmp_path / "out")
    assert not capsys.readouterr().out


@pytest.mark.full
def test_67_000_cases_of_100_inputs_take_seconds():
    from time import process_time

    unit = uniform.rvs(size=(67_000, 100), random_state=1)
    cases = cases_with(dict(zip(list(PARAMETERS)[:100], unit.T, strict=True)))
    before = process_time()
    found = from_cases(cases, unit[:, 0] - 0.5 + 0.2 * unit[:, 1], listed=False)
    luck = luck_of_fit(cases.matrix, unit[:, 0], cases.draws)
    assert process_time() - before < 20.0  # of the processor
    assert sum(driver.influence > 0.0 for driver in found) == 2
    assert luck.share < 0.1


def test_sobol_indices_of_nothing_are_nothing():
    found = sobol_indices(np.full(40, 3.0), 3, second_order=False)
    assert not found.first.any()
    assert not found.total.any()
