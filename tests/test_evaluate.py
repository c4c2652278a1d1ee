"""Rows in, outcomes out: the same as the engine and comparisons give, whatever form the rows have, and refusals that name the row."""

import numpy as np
import pandas as pd
import pytest

from lockgate.experiments.results.compare import compare
from lockgate.experiments.results.evaluate import OUTCOME_NAMES, evaluate
from lockgate.scenarios import load_policy, load_world, with_levers
from lockgate.sim.engine.plan import Plan
from lockgate.sim.engine.run import run_plan, simulate
from lockgate.sim.errors import InputError
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.policy import Policy

DAYS = 60
SMALL = {"organisations": 20, "bad_actors": 40, "base_hazard": 0.2}
BASELINE = load_world("baseline").central()


@pytest.fixture(scope="module")
def rows():
    """Twelve rows in which a lever, a parameter and the seed differ."""
    number = np.arange(12)
    return {"preview_days": number * 5}, {**SMALL, "pace": 0.5 + number / 8}, number + 1


@pytest.fixture(scope="module")
def expected(rows):
    """Each row in a call of the engine of its own."""
    levers, parameters, seeds = rows
    found = []
    for row, seed in enumerate(seeds):
        policy = with_levers(load_policy("staged-preview"), {"preview_days": int(levers["preview_days"][row])})
        world = parameter_table(1, **BASELINE | parameters | {"pace": parameters["pace"][row]})
        found.append(simulate(world, [policy], [seed], DAYS, threads=1).outcomes[0, 0])
    return np.array(found)


def test_each_row_is_the_run_that_the_engine_makes_of_it(rows, expected):
    for threads in (1, 2):
        found = evaluate(*rows, policy="staged-preview", horizon_days=DAYS, threads=threads)
        assert found.dtype == expected.dtype
        assert np.array_equal(found, expected)


def test_a_comparison_is_the_same_rows():
    draws, names = 6, ["open-release", "staged-preview", "partner-programme"]
    compared = compare(names, draws=draws, horizon_days=DAYS)
    sampled = load_world("baseline").sampled
    parameters = {name: compared.ensemble.worlds[name] for name in sampled}
    for place, name in enumerate(names):
        found = evaluate(None, parameters, compared.ensemble.seeds, policy=name, horizon_days=DAYS)
        assert np.array_equal(found, compared.rows.outcomes.reshape(draws, -1)[:, place])


def test_rows_of_one_draw_in_any_order_are_each_the_same():
    """Rows that share parameters and seed share a population; which of them are neighbours changes nothing."""
    number = np.arange(40) * 7 % 40
    levers, pace, seeds = {"preview_days": number % 10 * 6, "case_by_case": number % 2 == 1}, 1 + number % 2, number % 4
    found = evaluate(levers, {**SMALL, "pace": pace}, seeds, horizon_days=DAYS)
    for row in (0, 7, 21, 39):
        own = {name: column[row] for name, column in levers.items()}
        alone = evaluate(own, {**SMALL, "pace": pace[row]}, int(seeds[row]), horizon_days=DAYS)
        assert np.array_equal(alone, found[row : row + 1])


def test_all_forms_of_rows_are_the_same(rows, expected):
    levers, parameters, seeds = rows
    structured = np.zeros(12, [("preview_days", "i8")])
    structured["preview_days"] = levers["preview_days"]
    frame = pd.DataFrame({name: np.broadcast_to(value, 12) for name, value in parameters.items()}, index=list("abcdefghijkl"))
    settings = {"policy": load_policy("staged-preview"), "world": load_world("baseline"), "horizon_days": DAYS}
    assert np.array_equal(evaluate(structured, parameters, seeds.tolist(), **settings), expected)
    found = evaluate(structured, frame, seeds, outcomes=["incidents", "usable_lead_months"], **settings)
    assert found.index.equals(frame.index)
    assert list(found.columns) == ["incidents", "usable_lead_months"]
    for name in found:
        assert found[name].tolist() == expected[name].tolist()
    one = evaluate(levers, parameters, seeds, outcomes="incidents", **settings)
    assert one.dtype.names == ("incidents",)


def test_what_is_not_given_is_the_policys_and_the_worlds():
    found = evaluate(None, None, [3, 4], policy="withhold", world="fast-follower", horizon_days=20)
    world = parameter_table(2, **load_world("fast-follower").central())
    assert np.array_equal(found, simulate(world, [load_policy("withhold")], [3, 4], 20).outcomes[:, 0])
    assert evaluate({}, SMALL, 1, horizon_days=5).shape == (1,)
    assert evaluate({"preview_days": []}, SMALL, [], horizon_days=5).shape == (0,)


def test_choices_go_by_name_or_by_number():
    names = evaluate(None, {**SMALL, "feedback": ["none", "full"], "race_information": "private"}, 5, horizon_days=DAYS)
    codes = evaluate(None, {**SMALL, "feedback": [0, 1], "race_information": 1}, 5, horizon_days=DAYS)
    assert np.array_equal(names, codes)


def test_a_policy_with_a_timeline_keeps_it():
    stepped = Policy("steps", {"preview_days": 30}, [(20, {"directive": True})])
    found = evaluate({"dark_days": [5, 40]}, SMALL, 1, policy=stepped, horizon_days=DAYS)
    for row, days in enumerate((5, 40)):
        policy = Policy("steps", {"preview_days": 30, "dark_days": days}, [(20, {"directive": True})])
        assert found[row] == simulate(parameter_table(1, **BASELINE | SMALL), [policy], [1], DAYS).outcomes[0, 0]
    assert found[0] != found[1]


@pytest.mark.parametrize(
    ("levers", "parameters", "seeds", "said"),
    [
        ({"previw_days": 1}, None, 1, r"unknown lever 'previw_days'; did you mean \"preview_days\"\?"),
        (None, {"paces": 1}, 1, r"unknown parameter 'paces'; did you mean \"pace\"\?"),
        ({"reviewers": [1, 2]}, {"pace": [1.0, 2.0, 3.0]}, 1, r"parameters\['pace'\] has 3 values and levers\['reviewers'\] has 2"),
        ({"preview_days": [1, 2]}, None, [1, 2, 3], r"seeds has 3 values and levers\['preview_days'\] has 2"),
        ({"preview_days": [1, 9999]}, None, 1, "lever preview_days in row 1 = 9999 must be 0 to 3650 "),
        ({"preview_days": -1}, None, 1, "lever preview_days = -1 must be 0 to 3650 "),
        ({"preview_days": [1, 2.5]}, None, 1, "lever preview_days in row 1 = 2.5 must be a whole number, 0 to 3650"),
        (None, {"pace": [1.0, float("nan")]}, 1, "parameter pace in row 1 = nan must be"),
        (None, {"pace": ["fast"]}, 1, "parameter pace in row 0 = 'fast' must be a number"),
        (None, {"feedback": ["full", "ful"]}, 1, r"parameter feedback in row 1 = 'ful' must be one of none, full; did you mean \"full\"\?"),
        ([("preview_days", 3)], None, 1, "levers = .* must be a mapping of names to values"),
        ({"preview_days": [[1]]}, None, 1, r"levers\['preview_days'\] = \[\[1\]\] must be one value, or a list"),
        ({"restore": [False, True]}, None, 1, "levers in row 1: .*nothing to bring back"),
        (None, None, -1, "seed = -1 must be 0 to"),
        (None, {"spy_share": [0.1, 0.8], "insider_share": 0.5}, 1, r"worlds\[1\]: "),
    ],
)
def test_a_refusal_is_a_sentence_that_names_the_row(levers, parameters, seeds, said):
    with pytest.raises(InputError, match=said) as refused:
        evaluate(levers, parameters, seeds)
    assert "\n" not in str(refused.value)


def test_an_unknown_outcome_is_refused():
    with pytest.raises(InputError, match="unknown outcome 'incident'; did you mean \"incidents\""):
        evaluate(None, None, 1, outcomes="incident")
    assert "incidents" in OUTCOME_NAMES


def test_a_plan_whose_draws_have_different_policies_is_that_of_each(monkeypatch):
    """Draws with one run, with several, and with none; also where lists of operations prove too short."""
    policies = [load_policy(name) for name in ("open-release", "staged-preview", "withhold")]
    worlds, seeds = parameter_table(4, **SMALL), [1, 2, 3, 4]
    every = simulate(worlds, policies, seeds, DAYS)
    draw_of, policy_of = [0, 1, 1, 3, 3, 3], [2, 0, 1, 1, 1, 0]
    for short in (False, True):
        if short:
            monkeypatch.setattr("lockgate.sim.engine.plan.operations_expected", lambda horizon, worlds: np.ones(len(worlds), np.int64))
        for check in (False, True):
            plan = Plan(worlds, policies, seeds, DAYS, draw_of, policy_of)
            run_plan(plan, check=check and not short)
            assert np.array_equal(plan.results.outcomes, every.outcomes[draw_of, policy_of])
            assert np.array_equal(plan.results.weeks, every.weeks[draw_of, policy_of])
