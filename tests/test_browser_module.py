"""The model for browsers gives what the engine gives, and is that of these sources."""

import gzip
import shutil
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from lockgate.experiments.browser import emit, module
from lockgate.experiments.browser.columns import ESTIMATE_DTYPE, RATIO_DTYPE, compare_column, quantiles_of, ratio_of, reach_table
from lockgate.experiments.browser.emit import bare, constants, kernels, object_of, program_of
from lockgate.experiments.browser.module import (
    ROOT,
    SOURCES,
    files_of,
    fresh_stamp,
    module_bytes,
    stamp,
    stamp_of,
    stamp_of_sources,
    stamped,
)
from lockgate.experiments.browser.phases import lever_table, settings_of
from lockgate.experiments.browser.rooms import first_rooms
from lockgate.experiments.results.ensemble import draw_worlds
from lockgate.experiments.results.influence import influence_of
from lockgate.experiments.results.sampling import AT_ODDS, prior_table
from lockgate.scenarios import list_policies, load_policy, load_world
from lockgate.sim.engine.driver import driver
from lockgate.sim.engine.plan import Records, operations_expected
from lockgate.sim.engine.run import simulate
from lockgate.sim.errors import InputError
from lockgate.sim.limits import LARGEST_SEED, LONGEST_DAYS
from lockgate.sim.model.chance import Purpose, uniform
from lockgate.sim.model.parameters import PAIRS, PARAMETERS, PARAMETERS_DTYPE, parameter_table
from lockgate.sim.model.policy import PHASE_DTYPE, Policy
from lockgate.sim.rules.reach import Reach
from tests.wasm import Array, Module, Runs, simulate_in

POLICIES = "open-release", "staged-preview", "withhold", "partner-programme", "directive-revocation"
CLOSE = 1e-12
EXACT = ("harm", "loss")  # sums of whole numbers
ROOMY = Policy("many reviewers", {"approvals": True, "reviewers": 1000, "agencies": 8, "testers": 1000})
PLAIN = [Policy("open"), Policy("preview", {"preview_days": 60, "lab_programme": True})]
DONE, TOO_LARGE, ANOTHER_DRAW, OUT_OF_RANGE = range(4)
MOST_BYTES = 150_000


@cache
def code() -> bytes:
    """The module's bytes."""
    return module_bytes()


@pytest.fixture
def browser() -> Module:
    """A fresh instance of the module."""
    return Module(code())


def small(**changes: float) -> Array:
    """Few agents."""
    return parameter_table(2, **{"organisations": 20, "bad_actors": 50, **changes})


def assert_close(native: Array, found: Array, name: str) -> None:
    """Equal but for rounding: `exp`, `log` and powers come from another library there. A difference of large numbers is held to its size
    elsewhere in the column.
    """
    size = np.nanmax(np.abs(native), initial=0.0)
    np.testing.assert_allclose(found, native, rtol=CLOSE, atol=CLOSE * size, err_msg=name)


def assert_same(native: Array, found: Array) -> None:
    """Whole numbers and harm to the bit, and other floats but for rounding."""
    for name in native.dtype.names or ():
        if native[name].dtype.kind == "f" and not any(word in name for word in EXACT):
            assert_close(native[name], found[name], name)
        else:
            assert np.array_equal(native[name], found[name]), name


def assert_same_runs(browser: Module, worlds: Array, policies: list[Policy], seeds: Array, horizon: int) -> Records:
    """The module's runs are the engine's; gives the engine's."""
    native, found = simulate(worlds, policies, seeds, horizon), simulate_in(browser, worlds, policies, seeds, horizon)
    assert_same(native.outcomes, found.outcomes)
    assert_same(native.weeks, found.weeks)
    assert np.array_equal(native.displacement, found.displacement)
    return native


def bits(records: Records) -> list[bytes]:
    """Every field to its last bit."""
    tables = records.outcomes, records.weeks
    return [records.displacement.tobytes(), *(table[name].tobytes() for table in tables for name in table.dtype.names or ())]


def test_runs_are_the_engines(browser):
    drawn = draw_worlds(load_world("baseline"), 20, 1)
    native = assert_same_runs(browser, drawn.worlds, [load_policy(name) for name in POLICIES], drawn.seeds, 540)
    assert np.median(native.outcomes["model_enabled_harm"]) > 0
    assert browser.call("hold", 1.0) == 0  # no run was done again
    assert browser.memory_bytes < 16e6


@pytest.mark.full
def test_runs_of_every_policy_are_the_engines(browser):
    for world in ("baseline", "race"):
        drawn = draw_worlds(load_world(world), 10, 2)
        assert_same_runs(browser, drawn.worlds, [load_policy(name) for name in list_policies()], drawn.seeds, 540)


@pytest.mark.parametrize("horizon", [1, 7, 8, 100])
def test_short_horizons(browser, horizon):
    assert_same_runs(browser, small(), PLAIN, [3, LARGEST_SEED], horizon)


def test_the_longest_horizon(browser):
    assert_same_runs(browser, small()[:1], PLAIN, [3], LONGEST_DAYS)


def test_populations_of_ones_own_share_one_memory(browser):
    """Larger and smaller worlds take turns, so that memory grows, and is used again by what needs less."""
    for organisations, actors in ((1, 0), (300, 800), (5, 10), (20, 2000), (1, 1)):
        assert_same_runs(browser, small(organisations=organisations, bad_actors=actors), PLAIN, [1, 2], 60)


def test_policies_whose_tables_have_other_sizes(browser):
    """The block moves in the midst of a draw, when a later policy needs a larger one."""
    world = small(organisations=1, bad_actors=3)
    policies = [PLAIN[0], ROOMY, PLAIN[1], PLAIN[0], ROOMY]
    counts = np.zeros(len(driver().layout.tables), np.int64)
    needs = [driver().size_of(60, world[:1], policy.phases(), 0, 64, counts) for policy in policies]
    assert needs[1] > 1.6 * needs[0]  # more than the spare half
    assert needs[0] == needs[2] == needs[3]
    assert_same_runs(browser, world, policies, [1, 2], 60)


def test_a_large_agenda_is_laid_in_parts(browser):
    world = parameter_table(1, organisations=20, bad_actors=20_000)
    days = driver().agenda.days_ahead(300, world)
    assert 1 < days < 150
    native = assert_same_runs(browser, world, PLAIN, [5], 300)
    assert native.outcomes["operations"].min() > 200_000


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_runs_are_done_again_with_more_room(browser, share):
    """Lists that get less room than is expected prove too short, with an agenda in one part or many; nothing comes out differently."""
    for world, horizon in ((small(), 100), (small(bad_actors=20_000, spy_gap_days=2.0, crew_gap_days=2.0), 20)):
        given = world, PLAIN, [1, 2], horizon
        browser.call("hold", 1.0)
        enough = bits(simulate_in(browser, *given))
        assert browser.call("hold", share) == 0
        assert bits(simulate_in(browser, *given)) == enough
        assert browser.call("hold", 1.0) >= 2  # at least once in each draw
    assert driver().agenda.days_ahead(20, world) < 20


def test_first_rooms_are_the_engines():
    rooms, own = first_rooms(driver().agenda), driver().agenda
    drawn = draw_worlds(load_world("baseline"), 20, 1).worlds
    for world in (*(drawn[draw : draw + 1] for draw in range(20)), small(bad_actors=0)[:1], small(bad_actors=100_000)[:1]):
        for horizon in (1, 540, LONGEST_DAYS):
            found = np.zeros(3, np.int64)
            rooms(horizon, world.view(np.recarray), found)
            days = own.days_ahead(horizon, world)
            assert found.tolist() == [days, own.plans_expected(days, world)[0], operations_expected(horizon, world)[0]]


def test_runs_that_cannot_be_made_say_why(browser):
    runs, worlds = Runs(browser, 30), small(bad_actors=5)
    one, other = browser.put(worlds[:1]), browser.put(small(bad_actors=6)[:1])
    phases = browser.put(PLAIN[0].phases()), 1
    assert runs.run(1, one, phases, first=False) == ANOTHER_DRAW  # nothing was run before
    assert runs.run(1, one, phases, first=True) == DONE
    assert runs.run(1, one, phases, first=False) == DONE
    assert runs.run(2, one, phases, first=False) == ANOTHER_DRAW
    assert runs.run(1, other, phases, first=False) == ANOTHER_DRAW
    assert runs.run(1, one, (phases[0], 0), first=True) == OUT_OF_RANGE
    for horizon in (0, -1, LONGEST_DAYS + 1, 23):  # the last has fewer weeks than are asked for
        runs.horizon = horizon
        assert runs.run(1, one, phases, first=True) == OUT_OF_RANGE
    runs.horizon = LONGEST_DAYS
    large = browser.put(small(organisations=2_000_000, bad_actors=20_000_000)[:1])
    assert runs.run(1, large, phases, first=True) == TOO_LARGE
    runs.horizon = 30
    assert runs.run(1, one, phases, first=True) == DONE  # and it goes on
    assert browser.call("alloc", -1) == 0
    assert browser.call("alloc", 2**31 - 1) == 0


@pytest.mark.parametrize("name", ["baseline", "race", "calibrated"])
def test_worlds_are_the_samples(browser, name):
    world = load_world(name)
    drawn, (priors, values) = draw_worlds(world, 50, LARGEST_SEED), prior_table(world)
    given, out = (browser.put(priors), len(priors), browser.put(values)), browser.alloc(PARAMETERS_DTYPE.itemsize)
    for draw in range(50):
        assert browser.call("world", *given, float(LARGEST_SEED), float(draw), out) == drawn.seeds[draw]
        found = browser.read(out, drawn.worlds[:1])
        for parameter in PARAMETERS:
            np.testing.assert_allclose(found[parameter], drawn.worlds[draw : draw + 1][parameter], rtol=1e-15, err_msg=parameter)


def test_parameters_at_odds_have_no_seed(browser):
    priors, values = prior_table(load_world("baseline"))
    pair, names = PAIRS[0], list(PARAMETERS)
    for name, end in zip(pair.names, pair.worst, strict=True):
        fixed = priors[names.index(name) :][:1]
        fixed["kind"], fixed["default"] = 0, PARAMETERS[name].bounds[end == "high"]
    given = browser.put(priors), len(priors), browser.put(values), 1.0, 0.0, browser.alloc(PARAMETERS_DTYPE.itemsize)
    assert browser.call("world", *given) == AT_ODDS


@pytest.mark.parametrize("policy", [*map(load_policy, list_policies()), ROOMY], ids=lambda policy: policy.name)
def test_phases_are_the_policys(browser, policy):
    expected, levers, settings = policy.phases(), lever_table(), settings_of(policy)
    out = browser.alloc(expected.nbytes)
    given = browser.put(levers), len(levers), browser.put(settings), len(settings), out
    assert browser.call("phases", *given, len(expected)) == len(expected)
    assert browser.read(out, expected).tolist() == expected.tolist()
    assert browser.call("phases", *given, len(expected) - 1) < 0


def test_columns_are_judged_as_the_program_does(browser):
    reaches, shares = reach_table(300), np.array([0.0, 0.05, 1 / 3, 0.5, 0.95, 1.0])
    luck = np.array([[uniform(seed, Purpose.LUCK, draw, 0) for draw in range(200)] for seed in (1, 2)])
    luck[0, 7] = np.nan
    at = browser.alloc(ESTIMATE_DTYPE.itemsize)
    for kind in range(3):
        for draws in (0, 1, 2, 49, 200):
            values, base = luck[:, :draws] < 0.4 if kind & 1 else -np.log(luck[:, :draws])
            values, base, scratch = np.asarray(values, float), np.asarray(base, float), np.zeros(draws)
            expected, columns = np.zeros(1, ESTIMATE_DTYPE), (browser.put(values), browser.put(base))
            compare_column(values, base, scratch, kind, reaches, expected)
            browser.call("compare", *columns, draws, kind, browser.put(reaches), len(reaches), at)
            assert_same(expected, browser.read(at, expected))
            expected = np.zeros(len(shares))
            quantiles_of(values, scratch, shares, expected)
            ratio, at_ratio = np.zeros(1, RATIO_DTYPE), browser.alloc(RATIO_DTYPE.itemsize)
            ratio_of(values, base, scratch, kind & 1, reaches, ratio)
            browser.call("ratio", *columns, draws, kind & 1, browser.put(reaches), len(reaches), at_ratio)
            assert_same(ratio, browser.read(at_ratio, ratio))
            out = browser.put(np.zeros(len(shares)))
            browser.call("quantiles", columns[0], draws, browser.put(shares), len(shares), out)
            np.testing.assert_array_equal(browser.read(out, shares), expected)
            for labelled in (0, 1):
                share = influence_of(values, luck[1, :draws] - 0.5, labelled, scratch, np.zeros(2 * draws + 2))
                given = columns[0], browser.put(luck[1, :draws] - 0.5), draws, labelled
                assert browser.call("influence", *given) == share
            np.testing.assert_array_equal(browser.read(columns[0], values), values)  # the input is left alone


def test_the_module_is_small_and_asks_for_nothing(browser):
    assert len(code()) <= MOST_BYTES
    assert len(gzip.compress(code(), 9)) <= MOST_BYTES // 2
    runs, said = {"hold", "run", "world", "phases"}, {"compare", "ratio", "quantiles", "influence"}
    assert browser.names == {"memory", "_initialize", "alloc"} | runs | said


def test_the_module_is_of_these_sources():
    assert stamp() == fresh_stamp() == stamp_of(code())
    assert len(stamp()) == 12


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the sources that decide the module."""
    for name in SOURCES:
        for path in files_of(ROOT / name):
            target = tmp_path / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "before", "after", "other"),
    [
        ("sim/model/dawn.py", "+ 0.5", "+ 0.25", True),
        ("sim/limits.py", "LONGEST_DAYS = 3650", "LONGEST_DAYS = 3651", True),
        ("experiments/browser/glue.c", "bytes / 2", "bytes / 3", True),
        ("experiments/browser/glue.c", "/* Memory for good", "/* Memory", False),
        ("sim/model/dawn.py", '"""', '"""In other words: ', False),
        ("experiments/browser/emit.py", "# Numba counts", "# It counts", False),
    ],
)
def test_a_changed_source_has_another_stamp(copy, name, before, after, other):
    assert stamp_of_sources(copy) == fresh_stamp()
    text = (copy / name).read_text(encoding="utf-8")
    assert before in text
    (copy / name).write_text(text.replace(before, after, 1), encoding="utf-8")
    assert (stamp_of_sources(copy) != fresh_stamp()) == other


def test_a_stale_module_is_refused(tmp_path, monkeypatch):
    stale = tmp_path / "model.wasm"
    stale.write_bytes(stamped(code()[:8], "0123456789ab"))
    monkeypatch.setattr(module, "MODULE", stale)
    with pytest.raises(InputError, match=r"model 0123456789ab.*python -m experiments\.browser\.emit"):
        module_bytes()
    stale.write_bytes(code()[:8])  # without a stamp
    with pytest.raises(InputError, match="renew it"):
        module_bytes()
    stale.unlink()
    with pytest.raises(InputError, match=r"cannot be read.*python -m experiments\.browser\.emit"):
        module_bytes()


def test_emission_asks_for_its_linker(monkeypatch):
    monkeypatch.setattr(emit, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"ziglang.*\.\[browser\]"):
        emit.emitted()


def test_all_that_is_compiled_counts_in_the_stamp():
    reached = Reach(function for function, _ in kernels(driver()).values()).functions
    files = {Path(sys.modules[function.__module__].__file__ or "").resolve() for function in reached}
    assert files <= {path.resolve() for name in SOURCES for path in files_of(ROOT / name)}
    assert len(files) > 30


def test_emission_is_reproducible():
    """Some of the rules, twice: the same bytes, with nobody counting arrays and no word of what failed."""
    some = {name: kernels(driver())[name] for name in ("quantiles_of", "lay_phases")}
    (program, declared), (again, _) = program_of(some), program_of(some)
    assert "NRT_MemInfo_call_dtor" not in str(program)
    assert bare(str(program)) == str(program)
    found = object_of(program)
    assert found[:4] == b"\0asm"
    assert found == object_of(again)
    assert declared.startswith("int quantiles_of(void * *, void **, void *, void *, I, I, void *, I, I, ")


def test_the_glue_is_told_sizes_that_are_so():
    told = constants(driver())
    assert told["WORLD_BYTES"] == PARAMETERS_DTYPE.itemsize
    assert told["PHASE_BYTES"] == PHASE_DTYPE.itemsize
    assert told["AT_DRAFTS"] == 2 * list(driver().layout.world.places).index("drafts")
    assert all(size % 8 == 0 for name, size in told.items() if name.endswith("_BYTES"))
