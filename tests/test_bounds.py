"""What Python hands to the engine is checked at one door: each wrong worlds, policy, seed, horizon or thread gets one sentence."""

import math
import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from lockgate.experiments.results.compare import compare
from lockgate.experiments.results.ensemble import draw_worlds
from lockgate.experiments.study.load import load_study
from lockgate.scenarios import World, load_policy, load_world
from lockgate.sim.engine.mesa import ReleaseModel
from lockgate.sim.engine.plan import Plan, refuse_too_many_results
from lockgate.sim.engine.run import simulate, trace
from lockgate.sim.errors import InputError
from lockgate.sim.model.parameters import PAIRS, PARAMETERS, PARAMETERS_DTYPE, checked_worlds, parameter_table
from lockgate.sim.model.policy import LEVERS, Policy

OPEN = Policy("open-release")
TINY = {"organisations": 2, "bad_actors": 2}
BASELINE = load_world("baseline")
HUGE = 10**400


def sentence(call: Callable[..., Any], *arguments: Any, **named: Any) -> str:
    """The one sentence with which a call refuses its input, at once."""
    begun = time.process_time()
    with pytest.raises(InputError) as caught:
        call(*arguments, **named)
    said = str(caught.value)
    assert len(said.splitlines()) == 1
    assert len(said) < 400
    assert time.process_time() - begun < 2
    return said


def worlds(rows: int = 1, **values: Any) -> Any:
    """A table that was altered after it was made."""
    table = parameter_table(rows, **TINY)
    for name, value in values.items():
        table[name] = value
    return table


def runs(given: Any, policies: Any = (OPEN,), seeds: Any = (1,), days: Any = 3, **named: Any) -> Any:
    """A call of the compiled driver."""
    return simulate(given, policies, seeds, days, **named)


def truth_of_2() -> Any:
    """A table with a truth value that is neither 0 nor 1."""
    table = worlds()
    table["theft_on"].view("u1")[0] = 2
    return table


AT_ODDS = {
    "rival_gap_min_months": ({"rival_gap_min_months": 6.0}, "rival_gap_min_months = 6 must not be above rival_gap_max_months = 3"),
    "covered_customer_share": ({"covered_customer_share": 0.9}, "covered_customer_share = 0.9 and open_customer_share = 0.15 together"),
    "spy_share": ({"spy_share": 0.95}, "spy_share = 0.95 and insider_share = 0.1 together must be at most 1"),
}
VALUES = [
    ({"organisations": -5}, "organisations = -5 must be 1 to 2000000 (organisations: "),
    ({"organisations": 2**62}, "organisations = 4611686018427387904 must be 1 to 2000000"),
    ({"bad_actors": -1}, "bad_actors = -1 must be 0 to 20000000"),
    ({"labs": 0}, "labs = 0 must be 1 to 20"),
    ({"cadence_days": 0}, "cadence_days = 0 must be 1 to 730"),
    ({"pace": math.nan}, "pace = nan must be 0 to 4"),
    ({"pace": math.inf}, "pace = inf must be 0 to 4"),
    ({"patch_shape": 0.0}, "patch_shape = 0.0 must be 0.05 to 1"),
    ({"feedback": 7}, "feedback = 7 must be 0 to 1"),
    *AT_ODDS.values(),
]


def test_every_rule_between_parameters_is_tried() -> None:
    assert list(AT_ODDS) == [pair.names[0] for pair in PAIRS]


@pytest.mark.parametrize(("values", "words"), VALUES, ids=[words for _, words in VALUES])
@pytest.mark.parametrize("call", [runs, lambda table: trace(table, OPEN, 1, 3), lambda table: Plan(table, [OPEN], [1], 3), checked_worlds])
def test_a_table_that_was_altered_is_refused_at_every_door(call: Callable[..., Any], values: dict[str, Any], words: str) -> None:
    assert f"worlds[0]: {'' if set(values) & set(AT_ODDS) else 'parameter '}{words}" in sentence(call, worlds(**values))


@pytest.mark.parametrize(("values", "words"), VALUES, ids=[words for _, words in VALUES])
@pytest.mark.parametrize("call", [parameter_table, ReleaseModel])
def test_the_same_is_refused_where_it_is_written(call: Callable[..., Any], values: dict[str, Any], words: str) -> None:
    assert words in sentence(call, **values)


@pytest.mark.parametrize("name", PARAMETERS)
def test_both_bounds_of_every_parameter_are_kept(name: str) -> None:
    """In the last row of a table, with the value beside each bound, and with none at all."""
    known = PARAMETERS[name]
    step = 1 if known.type is int else 1e-3 * max(1.0, *map(abs, known.bounds))
    if known.type is bool:
        table = parameter_table(3)
        table[name].view("u1")[2] = 2
        assert f"worlds[2]: parameter {name} = 2 must be true or false" in sentence(checked_worlds, table)
        return
    for value in (known.bounds[0] - step, known.bounds[1] + step, *([math.nan] if known.type is float else [])):
        table = parameter_table(3)
        table[name][2] = value
        assert f"worlds[2]: parameter {name} = {value}" in sentence(checked_worlds, table)


BAD_NUMBERS = [None, "3", "", [], {}, HUGE, -HUGE, math.nan, -math.inf, 1j, b"1", Fraction(1, 3), ..., 2**70, np.float64(math.nan)]


@pytest.mark.parametrize("value", [*BAD_NUMBERS, True, 2.5, [1, None], [1, [2]], [1, 2, 3], np.array(["1", "2"])], ids=repr)
def test_what_is_no_number_is_no_parameter(value: Any) -> None:
    said = sentence(parameter_table, 2, organisations=value)
    assert said.startswith("parameter organisations = ")
    assert "must be" in said
    assert "parameter organisations = " in sentence(ReleaseModel, organisations=value)


def test_what_a_parameter_may_be() -> None:
    """Whole numbers as floats, numbers of NumPy, columns of other kinds, and truth values as 0 and 1."""
    table = parameter_table(2, labs=3.0, organisations=np.int32(7), bad_actors=np.array([1, 2], object), pace=1, theft_on=[0, 1])
    assert (table["labs"].tolist(), table["organisations"].tolist(), table["bad_actors"].tolist()) == ([3, 3], [7, 7], [1, 2])
    assert (table["pace"].tolist(), table["theft_on"].tolist()) == ([1.0, 1.0], [False, True])
    assert "theft_on = 0.5 must be true or false" in sentence(parameter_table, theft_on=0.5)
    assert "parameter pace = 4.5 must be 0 to 4" in sentence(parameter_table, 2, pace=[1.0, 4.5])


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("worlds.csv", "worlds = 'worlds.csv' must be a table with a row of all parameters for each world, as parameter_table makes it"),
        (None, "worlds = None must be a table"),
        ([{"pace": 1.0}], "worlds = [{'pace': 1.0}] must be a table"),
        (np.zeros((1, 5)), "worlds = an array of shape (1, 5) must be a table"),
        (np.zeros(1), "worlds = an array of shape (1,) must be a table"),
        (parameter_table(1)[0], "must be a table"),
        (parameter_table(4).reshape(2, 2), "worlds = an array of shape (2, 2) must be a table"),
        (parameter_table(1)[["pace", "labs"]], "worlds = an array of shape (1,) must be a table"),
        (np.zeros(1, PARAMETERS_DTYPE), "worlds[0]: parameter "),
        (truth_of_2(), "worlds[0]: parameter theft_on = 2 must be true or false"),
    ],
)
def test_what_is_no_table_of_worlds(table: Any, words: str) -> None:
    for call in (runs, lambda table: trace(table, OPEN, 1, 3)):
        assert words in sentence(call, table)


@pytest.mark.parametrize("rows", [0, 3])
def test_a_trace_is_of_one_world(rows: int) -> None:
    assert f"a table of {rows} rows must have one row to trace" in sentence(trace, worlds(rows), OPEN, 1, 3)


def test_what_a_table_of_worlds_may_be() -> None:
    """No worlds at all, which have no results; every other row of a table; a table that may not be written; records."""
    table = worlds(4)
    assert runs(worlds(0), seeds=[]).outcomes.shape == (0, 1)
    kept = worlds(2)
    kept.flags.writeable = False
    plain = runs(worlds(2), seeds=[0, 2]).outcomes
    for each in (table[::2], kept, worlds(2).view(np.recarray)):
        assert (runs(each, seeds=[0, 2]).outcomes == plain).all()


@pytest.mark.parametrize(
    ("seeds", "words"),
    [
        ([HUGE], "seed = 1000000000000000"),
        ([-1], "seed = -1 must be 0 to 9223372036854775807"),
        ([2**63], "seed = 9223372036854775808 must be 0 to 9223372036854775807"),
        (np.array([2**63], np.uint64), "seed = 9223372036854775808 must be 0 to"),
        ([1.5], "seed = 1.5 must be a whole number, 0 to"),
        ([1.0], "seed = 1.0 must be a whole number, 0 to"),
        ([math.nan], "seed = nan must be a whole number"),
        ([True], "seed = True must be a whole number"),
        (["1"], "seed = '1' must be a whole number"),
        ([None], "seed = None must be a whole number"),
        ([], "seeds = [] must be a list of 1 whole numbers, one for each world"),
        ([1, 2], "seeds = [1, 2] must be a list of 1 whole numbers, one for each world"),
        ([[1]], "must be a list of 1 whole numbers"),
        ([[1], [1, 2]], "must be a list of 1 whole numbers"),
        (1, "seeds = 1 must be a list of 1 whole numbers"),
        (None, "seeds = None must be a list"),
    ],
)
def test_seeds(seeds: Any, words: str) -> None:
    assert words in sentence(runs, worlds(), seeds=seeds)
    if isinstance(seeds, list) and len(seeds) == 1 and not isinstance(seeds[0], list):
        assert words in sentence(trace, worlds(), OPEN, seeds[0], 3)
        assert seeds[0] is None or words in sentence(ReleaseModel, seed=seeds[0], horizon_days=3, **TINY)


def test_the_largest_seed_is_the_same_in_both_drivers() -> None:
    compiled = runs(worlds(base_hazard=0.5), seeds=[2**63 - 1], days=30).outcomes[0, 0]
    model = ReleaseModel(seed=2**63 - 1, horizon_days=30, base_hazard=0.5, **TINY).run()
    assert {name: compiled[name].item() for name in compiled.dtype.names} == model.outcomes


@pytest.mark.parametrize("days", [0, -1, 3651, 1.5, 3.0, True, "5", None, math.nan, HUGE, 2**63, [3]], ids=str)
def test_horizon(days: Any) -> None:
    for call in (
        lambda: runs(worlds(), days=days),
        lambda: trace(worlds(), OPEN, 1, days),
        lambda: ReleaseModel(horizon_days=days, **TINY),
        lambda: compare([OPEN], draws=1, horizon_days=days),
    ):
        assert "horizon_days = " in (said := sentence(call))
        assert "1 to 3650 (days)" in said


@pytest.mark.parametrize("threads", [0, -1, 1025, 10**9, 1.5, "2", True, HUGE], ids=str)
def test_threads(threads: Any) -> None:
    for call in (lambda: runs(worlds(), threads=threads), lambda: compare([OPEN], draws=1, horizon_days=3, threads=threads)):
        assert "threads = " in (said := sentence(call))
        assert "1 to 1024 (threads side by side)" in said


@pytest.mark.parametrize(
    ("policies", "words"),
    [
        ([], "policies = [] must"),
        ((), "policies = [] must"),
        ("open-release", "policies = 'open-release' must be a list"),
        (OPEN, "must be a list"),
        (None, "policies = None must be a list"),
        (5, "policies = 5 must be a list"),
        ([OPEN, 1], "policy = 1 must be a"),
        ([1.5], "policy = 1.5 must be a"),
    ],
)
def test_policies(policies: Any, words: str) -> None:
    assert words in sentence(runs, worlds(), policies)
    assert words in sentence(compare, policies, draws=1, horizon_days=3)


def test_a_model_takes_a_policy_and_mappings() -> None:
    assert "policy = 'open-release' must be a Policy" in sentence(ReleaseModel, "open-release")
    assert "policy = 0 must be a Policy" in sentence(ReleaseModel, 0)
    assert "world = 3 must map names to values" in sentence(ReleaseModel, None, 3)
    assert "kinds = [1] must map names to values" in sentence(ReleaseModel, kinds=[1])
    assert "unknown parameter 'paces'" in sentence(ReleaseModel, None, {"paces": 1.0})


DOORS: list[Callable[[Policy], Any]] = [
    lambda policy: runs(worlds(), [OPEN, policy]),
    lambda policy: trace(worlds(), policy, 1, 3),
    lambda policy: ReleaseModel(policy, horizon_days=3, **TINY),
    lambda policy: compare([OPEN, policy], draws=1, horizon_days=3),
]


@pytest.mark.parametrize("value", [*BAD_NUMBERS, True, -1, 2.5, 3651, np.True_], ids=repr)
@pytest.mark.parametrize("door", DOORS)
def test_levers_and_days_of_a_policy(door: Callable[[Policy], Any], value: Any) -> None:
    assert "lever preview_days = " in (said := sentence(door, Policy("mine", {"preview_days": value})))
    assert "0 to 3650 (days: Days between partner access and public access)" in said
    assert "lever preview_days = " in sentence(door, Policy("mine", {}, [(3, {"preview_days": value})]))
    assert 'policy "mine": day = ' in (said := sentence(door, Policy("mine", {}, [(value, {"preview_days": 3})])))
    assert "0 to 3650 (day: " in said


@pytest.mark.parametrize("name", LEVERS)
def test_both_bounds_of_every_lever_are_kept(name: str) -> None:
    lever = LEVERS[name]
    for value in (lever.bounds[0] - 1, lever.bounds[1] + 1, math.nan, None, "1"):
        assert f"lever {name} = " in sentence(Policy("mine", {name: value}).phases)
    for end in lever.bounds:
        assert Policy("mine", {name: end}).phases()[name].tolist() == [end]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((5,), "a policy's name = 5 must be text"),
        (("mine", 5), 'policy "mine" must have a mapping of levers'),
        (("mine", None), 'policy "mine" must have a mapping of levers'),
        (("mine", {}, 5), "and a timeline such as"),
    ],
)
def test_a_policy_of_the_wrong_parts(arguments: tuple[Any, ...], words: str) -> None:
    assert words in sentence(Policy, *arguments)


@pytest.mark.parametrize("step", [5, (5,), (5, 6), "ab", (1, {}, 2), None], ids=str)
def test_a_step_is_a_day_and_levers(step: Any) -> None:
    assert "must be a day and levers, such as (45, " in sentence(Policy("mine", {}, [step]).phases)


def test_a_timeline_is_the_same_each_time_it_is_read() -> None:
    policy = Policy("mine", {}, iter([(9, {"preview_days": 3}), (9, {"preview_days": 4})]))
    for _ in range(2):
        assert policy.phases()["preview_days"].tolist() == [14, 4]  # of two changes on one day the later one holds


@pytest.mark.parametrize(
    ("named", "words"),
    [
        *(({"draws": draws}, "1 to 100000 (sampled worlds)") for draws in (0, -1, 1.5, "3", 10**12, None, True)),
        *(({"seed": seed}, "0 to 9007199254740991 (number that all") for seed in (-1, 2**53, 2**63, HUGE, "1", 1.0, None)),
        ({"world": 5}, "world = 5 must be a name or a path, in text"),
        ({"world": None}, "must be a name or a path"),
        ({"world": b"baseline"}, "must be a name or a path"),
        ({"policies": [b"open-release"]}, "must be a name or a path"),
        ({"policies": ["no-such"]}, 'unknown policy "no-such"'),
        ({"policies": [OPEN, OPEN]}, "must have different names"),
    ],
)
def test_compare(named: dict[str, Any], words: str) -> None:
    assert words in sentence(compare, **{"policies": [OPEN], "draws": 1, "horizon_days": 3, **named})


def test_draws_of_worlds() -> None:
    for draws in (-1, 10**12, 1.5, "3"):
        assert "0 to 1000000 (sampled worlds at once)" in sentence(draw_worlds, BASELINE, draws, 1)
    for seed in (-1, 2**53, HUGE, "1", None):
        assert "0 to 9007199254740991 (number that all" in sentence(draw_worlds, BASELINE, 1, seed)
    assert "first = -1 must be 0 to" in sentence(draw_worlds, BASELINE, 1, 1, first=-1)


def test_worlds_and_parameters_made_by_hand() -> None:
    assert 'world "mine": must have each parameter once' in sentence(World, "mine", "", {})
    assert "must have each parameter once" in sentence(World, "mine", "", dict(BASELINE.parameters) | {"paces": PARAMETERS["pace"]})
    assert "must have each parameter once" in sentence(World, "mine", "", None)
    for value in (True, 1.5):
        assert "labs = " in sentence(World, "mine", "", dict(BASELINE.parameters) | {"labs": replace(PARAMETERS["labs"], default=value)})
    assert "labs = 3 must be a Parameter, 1 to 20" in sentence(World, "mine", "", dict(BASELINE.parameters) | {"labs": 3})
    wide = replace(PARAMETERS["labs"], default=90, bounds=(0, 100))
    assert "must be a Parameter, 1 to 20" in sentence(World, "mine", "", dict(BASELINE.parameters) | {"labs": wide})
    at_odds = dict(BASELINE.parameters) | {"spy_share": replace(PARAMETERS["spy_share"], default=0.95)}
    assert "together must be at most 1" in sentence(compare, [OPEN], World("mine", "", at_odds), draws=1, horizon_days=3)
    for value in (math.nan, 5.0, "1", None, HUGE):
        assert sentence(replace, PARAMETERS["pace"], default=value).startswith("pace: default ")
    assert "grade 'F' must be one of" in sentence(replace, PARAMETERS["pace"], grade="F")


@pytest.mark.parametrize("call", [load_policy, load_world, load_study])
@pytest.mark.parametrize("name", [5, None, b"baseline", ["baseline"]], ids=repr)
def test_a_name_is_text(call: Callable[..., Any], name: Any) -> None:
    assert "must be a name or a path, in text" in sentence(call, name)


def test_results_that_no_machine_holds_are_refused_before_they_are_made() -> None:
    assert "results of 10,000,000 runs over 3650 days need" in sentence(refuse_too_many_results, 10**7, 3650)
    assert "take fewer at once" in sentence(compare, [Policy(str(n)) for n in range(500)], draws=100_000, horizon_days=3650)
    assert "rows = 100000000 must be 0 to 10000000" in sentence(parameter_table, 10**8)
    for rows in (-1, 1.5, "2", None, HUGE):
        assert "rows = " in sentence(parameter_table, rows)


def test_a_day_of_more_plans_than_memory_holds_is_refused() -> None:
    """Few actors that act a hundred times a day: their list of plans is larger than all else."""
    busy = parameter_table(1, bad_actors=5_000_000, organisations=1, crew_gap_days=0.01, spy_gap_days=0.01, insider_gap_days=0.01)
    assert "need about 4" in (said := sentence(simulate, busy, [OPEN], [1], 1))
    assert "GB of memory" in said


def test_checks_take_no_time() -> None:
    """Against 4 ms for a thousand of the shortest runs that there are."""
    table = worlds(1000)
    checked_worlds(table)
    best = min(timed(table) for _ in range(20))
    assert best < 0.002


def timed(table: Any) -> float:
    """Seconds of one check."""
    begun = time.perf_counter()
    checked_worlds(table)
    return time.perf_counter() - begun
