"""Sweeps: which runs there are, in which order; going on, adding, sharing, stopping early; and what is refused. Faults: test_faults.py."""

import json
import os
from collections import Counter
from dataclasses import replace
from threading import Event

import numpy as np
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from lockgate.experiments.cli import app
from lockgate.experiments.results.compare import compare
from lockgate.experiments.results.ensemble import draw_worlds
from lockgate.experiments.store import save_comparison
from lockgate.experiments.study.factor import Factor
from lockgate.experiments.study.study import Stop, Study, content_of, study_of
from lockgate.experiments.sweep.folder import Damaged, OtherPlan, StudyFolder, plan_of
from lockgate.experiments.sweep.merge import merge
from lockgate.experiments.sweep.plan import Piece, SweepPlan, chunk_of
from lockgate.experiments.sweep.replay import replayed
from lockgate.experiments.sweep.safe import FolderInUse, FolderLock
from lockgate.experiments.sweep.sweep import sweep
from lockgate.experiments.sweep.workers import CannotRun, Died, Retry, TimedOut
from lockgate.scenarios import load_policy, load_world, with_levers, with_parameters
from lockgate.sim.engine.driver import driver
from lockgate.sim.engine.plan import Plan
from lockgate.sim.engine.run import compile_rules, simulate
from lockgate.sim.errors import InputError

SIZE = {"organisations": 10, "bad_actors": 30}
LAGS, DAYS = (2.0, 6.0), (0, 30, 60)
OUTCOMES = ("model_enabled_harm", "incidents", "release_delay_days", "usable_lead_months")


def study(**changes):
    """Two policies in two worlds at six points, of which three differ in a lever only."""
    names = ("open-release", "staged-preview")
    asked = Study(
        name="small",
        summary="Small.",
        policies=tuple(load_policy(name) for name in names),
        worlds=tuple(with_parameters(load_world(name), SIZE) for name in ("baseline", "race")),
        draws=5,
        outcomes=OUTCOMES,
        horizon_days=60,
        factors=(Factor("parameter", "open_weight_lag_months", LAGS), Factor("lever", "preview_days", DAYS)),
        points={
            "open_weight_lag_months": tuple(lag for lag in LAGS for _ in DAYS),
            "preview_days": tuple(day for _ in LAGS for day in DAYS),
        },
    )
    return replace(asked, **changes)


def rows(folder):
    """All rows of a folder, in order."""
    table = pq.read_table(folder / "runs")
    return table.sort_by("run").to_pandas()


def files(folder):
    """The content of every file that is the same whenever and however a study is run."""
    names = [*folder.glob("runs/*"), *folder.glob("series/*"), folder / "plan.json", folder / "datapackage.json"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in names}


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """The folder of a finished sweep, cut into parts of 16 runs. Tests do not change it."""
    folder = tmp_path_factory.mktemp("swept") / "out"
    sweep(study(series=("harm",)), folder, chunk=16)
    return folder


# Which runs


def test_every_run_has_one_number():
    plan = SweepPlan(study(), 16)
    places = [plan.index(run) for run in range(plan.runs(5))]
    assert len(set(places)) == len(places) == 5 * 2 * 6 * 2
    assert {place.draw for place in places} == set(range(5))


def test_a_sweep_that_is_stopped_anywhere_is_balanced():
    plan = SweepPlan(study(), 16)
    for stopped in range(1, plan.runs(5), 7):
        counts = Counter(plan.index(run)[1:] for run in range(stopped))
        assert max(counts.values()) - min([*counts.values(), *([0] if len(counts) < 24 else [])]) <= 1


@pytest.mark.parametrize("done", [[], [Piece(0, 16)], [Piece(16, 20), Piece(40, 48)], [Piece(0, 120)]])
def test_shards_make_each_missing_run_once(done):
    plan = SweepPlan(study(), 16)
    there = [run for piece in done for run in range(piece.first, piece.last)]
    made = [run for shard in (1, 2, 3) for piece in plan.pieces(5, done, (shard, 3)) for run in range(piece.first, piece.last)]
    assert sorted(there + made) == list(range(120))
    assert all(piece.first // 16 == (piece.last - 1) // 16 for piece in plan.pieces(5, done))


def test_a_chunk_follows_from_the_study_alone_and_shrinks_with_its_worlds():
    large = with_parameters(load_world("baseline"), {"bad_actors": 1_000_000})
    assert chunk_of(study()) > chunk_of(study(worlds=(load_world("baseline"),), horizon_days=540)) > 100
    assert chunk_of(study(worlds=(large,), horizon_days=540)) == 1


def test_a_study_is_the_same_after_json():
    asked = study(series=("harm",), check=True)
    told = json.loads(json.dumps(content_of(asked)))
    assert SweepPlan(study_of(told, "small"), 16).content == json.loads(json.dumps(SweepPlan(asked, 16).content))


# What they give


def test_rows_are_what_the_engine_gives(swept):
    table, asked = rows(swept), study()
    for run in (0, 17, 50, 71, 119):
        row, place = table.iloc[run], SweepPlan(asked, 16).index(run)
        world = with_parameters(asked.worlds[place.world], {"open_weight_lag_months": LAGS[place.point // 3]})
        policy = with_levers(asked.policies[place.policy], {"preview_days": DAYS[place.point % 3]})
        drawn = draw_worlds(world, 1, asked.seed, first=place.draw)
        outcomes = simulate(drawn.worlds, [policy], drawn.seeds, 60).outcomes[0, 0]
        assert [row[name] for name in OUTCOMES] == [outcomes[name] for name in OUTCOMES]
        assert (row["run"], row["draw"], row["world"], row["policy"]) == (run, place.draw, world.name, policy.name)
        assert (row["seed"], row["pace"], row["preview_days"]) == (drawn.seeds[0], drawn.worlds["pace"][0], DAYS[place.point % 3])


def test_series_are_the_weeks_of_the_engine(swept):
    asked, series = study(), pq.read_table(swept / "series").to_pandas()
    drawn = draw_worlds(with_parameters(asked.worlds[0], {"open_weight_lag_months": 2.0}), 1, asked.seed)
    weeks = simulate(drawn.worlds, [with_levers(asked.policies[1], {"preview_days": 0})], drawn.seeds, 60).weeks[0, 0]
    found = series[series["run"] == 1]
    assert found["harm"].tolist() == weeks["harm"].tolist()
    assert found["day"].tolist() == weeks["day"].tolist()


@pytest.mark.full
def test_a_comparison_makes_the_same_runs_and_leaves_a_study(tmp_path):
    world = with_parameters(load_world("baseline"), SIZE)
    compared = compare(["open-release", "withhold"], world, draws=4, horizon_days=60)
    save_comparison(compared, tmp_path / "out", ["lockgate", "compare"])
    own = simulate(compared.ensemble.worlds, compared.policies, compared.ensemble.seeds, 60)
    assert np.array_equal(compared.rows.outcomes, own.outcomes.reshape(compared.rows.outcomes.shape))
    assert np.array_equal(compared.rows.weeks, own.weeks.reshape(compared.rows.weeks.shape))
    assert np.array_equal(compared.rows.displacement, own.displacement.reshape(compared.rows.displacement.shape))
    assert np.array_equal(rows(tmp_path / "out")["model_enabled_harm"].to_numpy(), own.outcomes["model_enabled_harm"].ravel())
    folder = StudyFolder(tmp_path / "out")
    assert len(folder.whole_parts()) == 1
    assert not replayed(plan_of(folder), folder, 5).differs


# Going on and adding


def test_a_finished_study_is_not_made_again(swept, tmp_path, monkeypatch):
    monkeypatch.setattr(Plan, "run", lambda *_: pytest.fail("a run was made again"))
    before = files(swept)
    assert sweep(study(series=("harm",)), swept).runs == 120
    assert files(swept) == before


def test_what_is_missing_is_made(swept, tmp_path):
    asked = study(series=("harm",))
    out = tmp_path / "out"
    sweep(asked, out, chunk=16)
    for number, path in enumerate(sorted(out.glob("*/part-*"))):
        if number % 3 == 0:
            path.unlink()
    assert sweep(asked, out).runs == 120
    assert files(out) == files(swept)


def test_draws_are_added_without_making_any_again(tmp_path):
    sweep(study(), tmp_path / "both", draws=8, chunk=16)
    out = tmp_path / "out"
    sweep(study(), out, chunk=16)
    before = {path: path.stat().st_ino for path in out.glob("runs/*")}
    assert sweep(study(), out, add_draws=3).draws == 8
    assert {path: path.stat().st_ino for path in before} == before
    assert rows(out).equals(rows(tmp_path / "both"))
    assert sweep(study(), out).draws == 8  # what was added stays, and is not asked for again
    assert sweep(study(), out, add_draws=1).draws == 9


def test_a_damaged_part_is_replaced_by_one_of_the_same_runs(tmp_path):
    sweep(study(), tmp_path / "both", draws=8, chunk=16)
    out = tmp_path / "out"
    sweep(study(), out, chunk=16)
    last = max(out.glob("runs/*"))
    names = {path.name for path in out.glob("runs/*")}
    last.write_bytes(last.read_bytes()[:-1])
    sweep(study(), out, add_draws=3)
    assert names < {path.name for path in out.glob("runs/*")}
    assert rows(out).equals(rows(tmp_path / "both"))


def test_adding_is_resumed_by_the_same_command_and_not_begun_again(tmp_path, monkeypatch):
    sweep(study(), tmp_path, chunk=16)
    stop_after(3, monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        sweep(study(), tmp_path, add_draws=4, threads=1)
    monkeypatch.undo()
    with pytest.raises(InputError, match=r"--draws \+5: .* is not finished"):
        sweep(study(), tmp_path, add_draws=5)
    assert sweep(study(), tmp_path, add_draws=4).draws == 9
    assert sweep(study(), tmp_path, add_draws=4).draws == 13


def test_draws_cannot_be_added_to_what_is_not_finished(tmp_path, monkeypatch):
    stop_after(2, monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        sweep(study(), tmp_path, chunk=16, threads=1)
    with pytest.raises(InputError, match="finish it first"):
        sweep(study(), tmp_path, add_draws=4)


def stop_after(parts, monkeypatch):
    """Press Ctrl-C, as it were, when so many parts were kept."""
    keep, kept = StudyFolder.keep, []

    def keep_some(folder, part):
        if len(kept) == parts:
            raise KeyboardInterrupt
        kept.append(part)
        return keep(folder, part)

    monkeypatch.setattr(StudyFolder, "keep", keep_some)


def test_fewer_draws_than_there_are_are_refused(swept):
    with pytest.raises(InputError, match=r"--draws 4: .* is to hold 5 draws already"):
        sweep(study(series=("harm",)), swept, draws=4)


# Another study, other files, another sweep


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"seed": 2}, "seed: 1 there, 2 here"),
        ({"horizon_days": 61}, "horizon_days: 60 there, 61 here"),
        ({"policies": (load_policy("open-release"), load_policy("withhold"))}, "staged-preview there, open-release, withhold"),
        ({"worlds": (load_world("baseline"), load_world("race"))}, "worlds"),
        ({"series": ("incidents",)}, "series: harm there, incidents here"),
        ({"points": {"open_weight_lag_months": (3.0,) * 6, "preview_days": DAYS * 2}}, "open_weight_lag_months"),
    ],
)
def test_another_study_is_refused_with_what_differs(swept, changes, said):
    before = files(swept)
    with pytest.raises(OtherPlan, match="holds another study") as refused:
        sweep(study(**{"series": ("harm",), **changes}), swept)
    assert said in str(refused.value)
    assert refused.value.exit_status == 4
    assert files(swept) == before


def test_other_words_limits_and_draws_are_no_other_study(swept):
    before = (swept / "plan.json").read_bytes()
    sweep(study(series=("harm",), name="other", summary="Other.", time_limit_seconds=9.0, draws=3), swept)
    sweep(study(series=("harm",)), swept)
    assert (swept / "plan.json").read_bytes() == before


def test_results_of_other_sources_are_not_mixed(swept, monkeypatch):
    monkeypatch.setattr("lockgate.experiments.sweep.plan.sources_hash", lambda _: "0" * 16)
    with pytest.raises(OtherPlan, match=r"code: [0-9a-f]{16} there, 0{16} here"):
        sweep(study(series=("harm",)), swept)
    with pytest.raises(OtherPlan, match="made by another version of the program"):
        plan_of(StudyFolder(swept))


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "diary.txt").write_text("mine")
    with pytest.raises(InputError, match=r"holds other files \(diary.txt\)"):
        sweep(study(), tmp_path)
    with pytest.raises(InputError, match="is a file"):
        sweep(study(), tmp_path / "diary.txt")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["diary.txt", "lock"]


def test_one_sweep_at_a_time_but_shards_side_by_side(tmp_path):
    with FolderLock(tmp_path, (1, 3)), FolderLock(tmp_path, (2, 3)):
        for shard in ((1, 3), (1, 1)):
            with pytest.raises(FolderInUse, match="in use by another sweep"), FolderLock(tmp_path, shard):
                pass
    with FolderLock(tmp_path), pytest.raises(FolderInUse):
        sweep(study(), tmp_path, shard=(3, 3))
    assert sweep(study(), tmp_path).runs == 120  # nothing is left behind


# Shards


def test_shards_in_one_folder_and_merged_give_the_same(swept, tmp_path):
    asked = study(series=("harm",))
    for shard in (1, 2, 3):
        sweep(asked, tmp_path / "one", shard=(shard, 3), chunk=16)
        sweep(asked, tmp_path / f"part-{shard}", shard=(shard, 3), chunk=16)
    done = merge(tmp_path / "merged", [tmp_path / f"part-{shard}" for shard in (1, 2, 3)])
    assert done.runs == 120
    assert files(tmp_path / "one") == files(tmp_path / "merged") == files(swept)
    assert sweep(asked, tmp_path / "merged", add_draws=1).draws == 6


def test_merging_leaves_out_what_is_damaged_and_a_sweep_makes_it(swept, tmp_path):
    asked = study(series=("harm",))
    for shard in (1, 2):
        sweep(asked, tmp_path / f"part-{shard}", shard=(shard, 2), chunk=16)
    victim = next((tmp_path / "part-2" / "runs").iterdir())
    victim.write_bytes(victim.read_bytes()[:-1] + b"x")
    assert merge(tmp_path / "merged", [tmp_path / "part-1", tmp_path / "part-2"]).runs < 120
    sweep(asked, tmp_path / "merged")
    assert files(tmp_path / "merged") == files(swept)


def test_shards_of_which_one_was_extended_are_not_the_whole(tmp_path):
    for shard in (1, 2):
        sweep(study(), tmp_path / f"part-{shard}", shard=(shard, 2), chunk=16)
    sweep(study(), tmp_path / "part-1", shard=(1, 2), add_draws=3)
    done = merge(tmp_path / "merged", [tmp_path / "part-1", tmp_path / "part-2"])
    assert done.draws == 8
    assert 120 < done.runs < 192


def test_folders_of_different_studies_are_not_merged(swept, tmp_path):
    sweep(study(series=("harm",), seed=2), tmp_path / "other", chunk=16)
    with pytest.raises(OtherPlan, match="seed: 2 there, 1 here"):
        merge(tmp_path / "merged", [swept, tmp_path / "other"])
    with pytest.raises(InputError, match="holds no study"):
        merge(tmp_path / "merged", [tmp_path])
    with pytest.raises(InputError, match="both the folder to merge into"):
        merge(swept, [swept])


@pytest.mark.full
def test_workers_give_the_same_and_compile_nothing(swept, tmp_path):
    def compiled():
        return {path: path.stat().st_mtime_ns for path in driver().folder.rglob("*.nb?")}

    compile_rules()
    before = compiled()
    assert before
    sweep(study(series=("harm",)), tmp_path, workers=2, threads=2, chunk=16)
    assert compiled() == before
    assert files(tmp_path) == files(swept)


# Stop rule


@pytest.mark.full
def test_the_stop_rule_ends_a_study_at_the_same_draw_however_it_is_run(tmp_path):
    rule = Stop("release_delay_days", half_width=40.0, every=10)
    asked = study(stop=rule, draws=60)
    ends = {sweep(asked, tmp_path / str(threads), threads=threads, chunk=chunk).draws for threads, chunk in ((1, 7), (2, 64))}
    assert len(ends) == 1
    assert 10 < min(ends) < 60
    assert sweep(asked, tmp_path / "1").stopped_early
    assert rows(tmp_path / "1").equals(rows(tmp_path / "2"))


def test_the_stop_rule_asks_for_every_cell_and_gives_way_to_draws(tmp_path):
    strict = study(stop=Stop("model_enabled_harm", half_width=1.0, every=10), draws=25)
    done = sweep(strict, tmp_path, chunk=64)
    assert (done.draws, done.stopped_early) == (25, False)
    loose = study(stop=Stop("release_delay_days", half_width=40.0, every=10), draws=30)
    assert sweep(loose, tmp_path / "loose", draws=20, chunk=64).draws == 20


def test_a_damaged_part_beyond_a_look_is_not_looked_at(tmp_path):
    asked = study(stop=Stop("release_delay_days", half_width=40.0, every=10), draws=60)
    end = sweep(asked, tmp_path, chunk=64).draws
    sweep(asked, tmp_path, draws=60)
    last = max(tmp_path.glob("runs/*"))
    last.write_bytes(b"x")
    assert sweep(asked, tmp_path).draws == end


def test_a_share_is_of_the_reference(tmp_path):
    kept = {"factors": (), "points": {}, "policies": (load_policy("open-release"), load_policy("withhold")), "draws": 40}
    shares = {share: study(stop=Stop("usable_lead_months", half_width_share=share, every=10), **kept) for share in (1e-6, 1e6)}
    ends = {share: sweep(asked, tmp_path / f"{share:g}").draws for share, asked in shares.items()}
    assert ends == {1e-6: 40, 1e6: 10}


def test_a_study_with_a_stop_rule_is_not_cut_into_shards(tmp_path):
    with pytest.raises(InputError, match="cannot be cut into shards"):
        sweep(study(stop=Stop("incidents", half_width=1.0)), tmp_path / "out", shard=(1, 2))
    assert not (tmp_path / "out").exists()


# Runs that go wrong


@pytest.fixture
def one_in_nine_fails(monkeypatch):
    """Runs of `staged-preview` with a seed that nine divides raise an error; others give a number that is none."""
    run = Plan.run

    def bad(plan, memory, first, last):
        chosen = plan.seeds[first:last] % 9
        if "staged-preview" in plan.names and (chosen == 0).any():
            raise ZeroDivisionError("as a test")
        run(plan, memory, first, last)
        for each in plan.runs(first, last):
            if plan.names[plan.policy_of[each]] == "open-release" and plan.seeds[plan.draw_of[each]] % 9 == 1:
                plan.results.outcomes["usable_lead_months"][each] = np.nan

    monkeypatch.setattr(Plan, "run", bad)


def test_runs_that_go_wrong_are_rows_and_the_others_go_on(one_in_nine_fails, monkeypatch, tmp_path):
    asked = study(draws=30)
    done = sweep(asked, tmp_path / "bad", chunk=64)
    monkeypatch.undo()
    sweep(asked, tmp_path / "good", chunk=64)
    bad, good = rows(tmp_path / "bad"), rows(tmp_path / "good")
    failed = (bad["policy"] == "staged-preview") & (bad["seed"] % 9 == 0)
    nan = (bad["policy"] == "open-release") & (bad["seed"] % 9 == 1)
    assert failed.any()
    assert nan.any()
    assert done.wrong == failed.sum() + nan.sum()
    assert (bad["status"] == np.select([failed, nan], ["failed", "not-finite"], "ok")).all()
    assert set(bad["reason"][failed]) == {"ZeroDivisionError: as a test"}
    assert set(bad["reason"][nan]) == {"usable_lead_months is nan"}
    wrong = failed | nan
    assert (bad["replay"][wrong] == [f"lockgate replay . --run {run}" for run in bad["run"][wrong]]).all()
    assert bad.loc[wrong, list(OUTCOMES)].isna().all(axis=None)
    assert (bad["seed"] == good["seed"]).all()
    ending = ["status", "reason", "replay"]
    assert bad[~wrong].drop(columns=ending).astype({"incidents": int}).equals(good[~wrong].drop(columns=ending))


@pytest.mark.full
def test_a_broken_invariant_is_a_row_too(monkeypatch, tmp_path):
    def broken(plan, memory, first, last):
        from lockgate.sim.model.invariants import INVARIANTS, BrokenInvariant

        raise BrokenInvariant(INVARIANTS[0], 3, 0, 7, "a policy")

    compile_rules(check=True)  # which calls it too, where nothing is compiled yet
    monkeypatch.setattr(Plan, "run_checked", broken)
    done = sweep(study(check=True, draws=1), tmp_path)
    assert done.wrong == 24
    assert set(rows(tmp_path)["status"]) == {"broken-invariant"}
    assert "chances and shares lie between 0 and 1" in rows(tmp_path)["reason"][0]


class Faulty:
    """A worker with which some runs kill their process each time, some by chance, and some never end."""

    def __init__(self, deadly=(), chances=0, endless=()):
        self.deadly, self.chances, self.endless = set(deadly), chances, set(endless)
        self.tries = []

    def run(self, piece, failed, seconds):
        self.tries.append((piece, seconds))
        runs = set(range(*piece)) - set(failed)
        if self.chances:
            self.chances -= 1
            raise Died("by chance")
        if runs & self.deadly:
            raise Died("its process ended with signal SIGKILL")
        if runs & self.endless:
            raise TimedOut
        return dict(failed)


@pytest.mark.parametrize(
    ("worker", "failed"),
    [
        (Faulty(), {}),
        (Faulty(chances=1), {}),
        (Faulty(deadly=[5]), {5: "died"}),
        (Faulty(deadly=[5, 6], chances=1), {5: "died", 6: "died"}),
        (Faulty(endless=[3]), {3: "timed-out"}),
        (Faulty(endless=[3], deadly=[9]), {3: "timed-out", 9: "died"}),
    ],
)
def test_only_runs_at_fault_have_failed(worker, failed):
    made = Retry(worker, 10.0, Event())(Piece(0, 12))
    assert {run: status for run, (status, _) in made.items()} == failed
    assert all("3 times" in reason for status, reason in made.values() if status == "died")
    assert all("longer than 10 s" in reason for status, reason in made.values() if status == "timed-out")


def test_a_piece_may_take_as_long_as_its_runs_together_before_they_are_tried_alone():
    worker = Faulty(endless=[3])
    retry = Retry(worker, 2.0, Event())
    retry(Piece(10, 20))
    retry(Piece(0, 10))
    limits = [seconds for piece, seconds in worker.tries if piece == Piece(0, 10)]
    assert limits[0] < 20.0
    assert [seconds for piece, seconds in worker.tries if piece == Piece(3, 4)] == [2.0]


def test_workers_that_never_begin_end_the_sweep(monkeypatch):
    class Absent:
        def run(self, piece, failed, seconds):
            raise Died("no memory", started=False)

    monkeypatch.setattr("lockgate.experiments.sweep.workers.STARTS", 3)
    with pytest.raises(CannotRun, match="no worker can be started: no memory"):
        Retry(Absent(), None, Event())(Piece(0, 1))


# Replay


def test_a_run_is_the_same_again(swept):
    folder = StudyFolder(swept)
    again = replayed(plan_of(folder), folder, 71)
    assert again.differs == ()
    assert "the same again in every column" in again.said.lower()
    assert again.policy.levers["preview_days"] == DAYS[SweepPlan(study(), 16).index(71).point % 3]


def test_a_row_that_was_changed_is_noticed(swept, tmp_path):
    sweep(study(), tmp_path, chunk=16)
    folder = StudyFolder(tmp_path)
    part = folder.recorded_parts()[Piece(16, 32)]
    table = pq.read_table(part.paths(tmp_path)["runs"])
    place = table.schema.get_field_index("incidents")
    changed = table.set_column(place, table.field(place), [[value + 1 for value in table["incidents"].to_pylist()]])
    pq.write_table(changed, part.paths(tmp_path)["runs"])
    with pytest.raises(Damaged, match=r"part-000000016-000000031\.parquet is damaged"):
        replayed(plan_of(folder), folder, 17)
    from lockgate.experiments.sweep.folder import digest

    record = {"first": 16, "last": 32, "files": {"runs": digest(part.paths(tmp_path)["runs"].read_bytes())}, "wrong": 0, "tally": {}}
    folder.journal.append(record)
    assert replayed(plan_of(folder), folder, 17).differs == ("incidents",)


def test_a_run_that_is_not_there_is_refused(swept):
    folder = StudyFolder(swept)
    with pytest.raises(InputError, match=r"--run 120: .* has no such run; it has 120"):
        replayed(plan_of(folder), folder, 120)


# The command line

TOML = """
summary = "Small."
policies = ["open-release", "staged-preview"]
draws = 6
horizon_days = 60
outcomes = ["model_enabled_harm", "incidents"]
[levers]
preview_days = [0, 30]
[uncertainties]
organisations = 10
bad_actors = 30
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "small.toml").write_text(TOML)
    return tmp_path


def call(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="lockgate")


def test_a_dry_run_says_what_there_is_to_do_and_writes_nothing(here):
    done = call("sweep", "small.toml", "--out", "out", "--dry-run")
    assert done.exit_code == 0, done.output
    assert "runs    24" in done.stdout
    assert "staged-preview" in done.stdout
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    assert os.listdir(here) == ["small.toml"]
    call("sweep", "small.toml", "--out", "out", "-q")
    told = json.loads(call("sweep", "small.toml", "--out", "out", "--dry-run", "--draws", "+4", "--json").stdout)
    assert (told["runs"], told["left"]) == (40, 16)
    assert [row["run"] for row in told["rows"]] == list(range(6))


def test_a_sweep_says_where_its_results_are(here):
    done = call("sweep", "small.toml", "--out", "out")
    assert done.exit_code == 0, done.output
    assert "24 runs in 6 draws" in done.stdout
    assert "Results: out" in done.stdout
    table = done.stdout[done.stdout.index("Model enabled harm (US$") :]
    assert "staged-preview less that under open-release" in " ".join(table.split())
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    assert "24 of 24 runs" in done.stderr
    told = json.loads(call("sweep", "small.toml", "--out", "out", "--json", "--draws", "+2").stdout)
    assert told == {"folder": "out", "draws": 8, "runs": 32, "went_wrong": 0, "stopped_early": False}


def test_runs_that_went_wrong_end_with_3(here, one_in_nine_fails):
    done = call("sweep", "small.toml", "--out", "out", "--draws", "40")
    assert done.exit_code == 3
    assert "went wrong and have no outcomes" in done.stderr
    wrong = rows(here / "out").query("status != 'ok'")
    again = call("replay", "out", "--run", wrong["run"].iloc[0])
    assert again.exit_code == 0
    assert "went wrong again" in " ".join(again.stdout.split())


def test_replay_tells_the_story(here):
    call("sweep", "small.toml", "--out", "out", "-q")
    done = call("replay", "out", "--run", 7, "--out", "story")
    assert done.exit_code == 0, done.output
    assert "run 7: draw 1, world baseline, point 1, policy staged-preview" in " ".join(done.stdout.split())
    assert "in draw 1 of the baseline world" in done.stdout
    assert (here / "story" / "timeline.png").stat().st_size > 1000
    outcomes = json.loads((here / "story" / "outcomes.json").read_text())
    assert outcomes["incidents"] == rows(here / "out")["incidents"][7]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sweep", "small.toml", "--out", "out", "--draws", "many"], "--draws many must be a whole number"),
        (["sweep", "small.toml", "--out", "out", "--draws", "+0"], "--draws +0 must be"),
        (["sweep", "small.toml", "--out", "out", "--shard", "4/3"], "--shard 4/3 must be I/N"),
        (["sweep", "small.toml", "--out", "out", "--workers", "-1"], "--workers = -1 must be 0 to 1024"),
        (["sweep", "small.toml", "--out", "out", "--threads", "0"], "--threads = 0 must be 1 to 1024"),
        (["sweep", "small.toml", "--out", "out", "--chunk", "0"], "--chunk = 0 must be 1 to"),
        (["sweep", "small.toml", "--out", "out", "--cluster", "tcp://here:1", "--workers", "2"], "has workers of its own"),
        (["sweep", "small.toml", "--out", "small.toml"], "is a file"),
        (["sweep", "small.toml", "--out", "."], "is the folder that you are in"),
        (["sweep", "small.toml", "--out", "out", "--draws", "+5"], "is not finished"),
        (["sweep", "none.toml", "--out", "out"], "no such file"),
        (["merge", "out", "none"], "holds no study"),
        (["replay", "none", "--run", "1"], "holds no study"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(here, arguments, said):
    done = call(*arguments)
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr


def test_another_study_in_the_folder_ends_with_4(here):
    call("sweep", "small.toml", "--out", "out", "-q")
    (here / "small.toml").write_text(TOML.replace("horizon_days = 60", "horizon_days = 61"))
    done = call("sweep", "small.toml", "--out", "out")
    assert done.exit_code == 4
    assert "horizon_days: 60 there, 61 here" in done.stderr


def test_a_merge_that_is_not_whole_ends_with_3(here):
    for shard in (1, 2):
        assert call("sweep", "small.toml", "--out", f"s{shard}", "--shard", f"{shard}/2", "--chunk", "5").exit_code == 0
    done = call("merge", "whole", "s1")
    assert done.exit_code == 3
    assert "9 of 24 runs are not in these folders" in done.stderr or "10 of 24 runs are not in these folders" in done.stderr
    assert call("merge", "whole", "s2").exit_code == 0
