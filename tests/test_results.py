"""Results: the tables are what was run, what is damaged is never used, and intervals are over draws alone."""

import json
import re
import subprocess
import sys
from dataclasses import replace

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lockgate.experiments import open_study
from lockgate.experiments.folder import plain
from lockgate.experiments.results.compare import compare
from lockgate.experiments.results.ensemble import draw_worlds
from lockgate.experiments.results.intervals import change, level
from lockgate.experiments.results.results import Results, results_in_memory
from lockgate.experiments.results.verdict import verdict
from lockgate.experiments.store import save_comparison
from lockgate.experiments.study.factor import Factor
from lockgate.experiments.study.study import Study
from lockgate.experiments.sweep.folder import Damaged, StudyFolder
from lockgate.experiments.sweep.layout import arrow_schema, part_of
from lockgate.experiments.sweep.metadata import TYPES, write_datapackage
from lockgate.experiments.sweep.plan import Piece, SweepPlan
from lockgate.experiments.sweep.runner import Runner
from lockgate.experiments.sweep.sweep import sweep
from lockgate.scenarios import load_policy, load_world, with_parameters
from lockgate.sim.engine.run import simulate
from lockgate.sim.errors import InputError
from lockgate.sim.model.outcomes import OUTCOMES

KEPT = ("model_enabled_harm", "incidents", "billion_incident", "realised_loss", "release_delay_days", "usable_lead_months")
SMALL = {"organisations": 20, "bad_actors": 60}
WORLDS = tuple(with_parameters(load_world(name), SMALL) for name in ("baseline", "race"))
POLICIES = tuple(load_policy(name) for name in ("open-release", "staged-preview"))
DRAWS, WEEKS = 12, 9
WORDS = {"verdict", "direction", "preliminary"}
CELL = {"world": "race", "open_weight_lag_months": 6.0, "preview_days": 45}
FACTORS = (Factor("parameter", "open_weight_lag_months", (2.0, 6.0)), Factor("lever", "preview_days", (0, 45)))
POINTS = {"open_weight_lag_months": (2.0, 2.0, 6.0, 6.0), "preview_days": (0, 45, 0, 45)}
SERIES = ("harm", "leaks")
STUDY = Study("small", "Two by two", POLICIES, WORLDS, DRAWS, KEPT, horizon_days=60, series=SERIES, factors=FACTORS, points=POINTS)
PER_DRAW = 2 * 4 * 2


def written(folder, study=STUDY, pieces=None, wrong=(), draws=DRAWS):
    """A folder with some pieces of a study, in which some runs are said to have gone wrong."""
    folder.mkdir()
    plan, kept = SweepPlan(study, 50), StudyFolder(folder)
    kept.begin(plan)
    kept.note_begin(plan, draws, 0, {"command": "made up"})
    runner = Runner(plan)
    for piece in plan.pieces(draws, ()) if pieces is None else pieces:
        rows = runner.rows(piece)
        here = {run: ("failed", "ValueError: made up") for run in wrong if piece.first <= run < piece.last}
        kept.keep(part_of(runner, replace(rows, wrong=here)))
    return kept


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("reading") / "small"
    sweep(STUDY, made, chunk=50, command=["lockgate", "sweep", "small.toml"])
    return made


@pytest.fixture(scope="module")
def opened(folder):
    return open_study(folder)


# What was run is what is read


def test_rows_are_what_the_engine_gives_for_the_same_cell(opened):
    frame = opened.runs
    assert frame["run"].tolist() == list(range(DRAWS * PER_DRAW))
    for draw, world, point in ((0, 0, 0), (7, 1, 2), (11, 0, 3)):
        ensemble = draw_worlds(WORLDS[world], 1, STUDY.seed, first=draw)
        ensemble.worlds["open_weight_lag_months"] = POINTS["open_weight_lag_months"][point]
        results = simulate(ensemble.worlds, STUDY.policies_at(point), ensemble.seeds, STUDY.horizon_days)
        cell = {"draw": draw, "world": WORLDS[world].name, "point": point}
        rows = opened.where(**cell).runs
        assert rows["policy"].tolist() == [policy.name for policy in POLICIES]
        assert (rows["preview_days"] == POINTS["preview_days"][point]).all()
        assert (rows["seed"] == ensemble.seeds[0]).all()
        for name in KEPT:
            assert rows[name].tolist() == results.outcomes[name][0].tolist()
        series = opened.where(**cell).to_pandas("series", ["policy", "day", "harm"])
        assert series["harm"].tolist() == results.weeks["harm"][0].ravel().tolist()
        assert len(series) == 2 * WEEKS


def test_frame_and_table_agree(opened):
    table = opened.to_arrow()
    assert table.column_names == [told["name"] for told in opened.columns["runs"]]
    assert table.schema.types == arrow_schema(opened.columns["runs"]).types
    for name in table.column_names:
        assert opened.runs[name].astype(object).where(opened.runs[name].notna(), None).tolist() == table[name].to_pylist()
    assert list(opened.runs["policy"].cat.categories) == [policy.name for policy in POLICIES]
    assert opened.runs is opened.runs
    assert opened.to_arrow("series", ["harm"]).column_names == ["harm"]
    assert opened.to_pandas(columns=["policy", "incidents"]).columns.tolist() == ["policy", "incidents"]


def test_dataset_and_table_agree(opened):
    found = opened.to_xarray()
    assert dict(found.sizes) == {"world": 2, "point": 4, "policy": 2, "draw": DRAWS, "week": WEEKS}
    indexed = opened.runs.set_index(["world", "point", "policy", "draw"])
    for name in KEPT:
        long = found[name].to_series()
        assert long.tolist() == indexed.loc[long.index, name].astype(float).tolist()
    weekly = opened.to_pandas("series").set_index(["world", "point", "policy", "draw", "day"])["harm"].sort_index()
    chosen = found["weekly_harm"].sel(world="race", point=3, policy="staged-preview", draw=5)
    assert chosen.values.tolist() == weekly.loc["race", 3, "staged-preview", 5].tolist()
    assert found["day"].values.tolist() == weekly.loc["race", 3, "staged-preview", 5].index.tolist()
    assert found["preview_days"].dims == ("point",)
    assert found["preview_days"].values.tolist() == list(POINTS["preview_days"])
    said = "Model enabled harm: expected loss beyond that with no system."
    assert found["model_enabled_harm"].attrs == {"unit": "US$", "long_name": said}
    assert found["weekly_harm"].attrs["unit"] == "US$"
    assert found.attrs["study_hash"] == opened.plan_content["hashes"]["study"]
    assert list(opened.to_xarray(["incidents"], weekly=())) == ["incidents"]
    assert opened.where(policy="staged-preview", draw=[1, 4]).to_xarray(["incidents"], [])["incidents"].values.tolist() == (
        found["incidents"].sel(policy=["staged-preview"], draw=[1, 4]).values.tolist()
    )


def test_selecting_narrows_all_views(opened):
    chosen = opened.where(policy="staged-preview", preview_days=[0, 45]).where(open_weight_lag_months=6)
    expected = opened.runs.query("policy == 'staged-preview' and open_weight_lag_months == 6.0").reset_index(drop=True)
    pd.testing.assert_frame_equal(chosen.runs, expected)
    assert chosen.to_pandas("series", ["run"])["run"].unique().tolist() == expected["run"].tolist()
    assert chosen.estimates("incidents")["draws"].tolist() == [DRAWS] * 4
    assert chosen.where(point=2).study is opened.study
    assert len(opened.runs) == DRAWS * PER_DRAW


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (
            {"polcy": "x"},
            'open_weight_lag_months, preview_days, feedback, race_information, race_rule, adoption_on; did you mean "policy"?',
        ),
        ({"policy": "withhold"}, "where(policy='withhold'): policy is one of open-release, staged-preview"),
        ({"preview_days": [0, 7]}, "where(preview_days=7): preview_days is one of 0, 45"),
        ({"draw": 12}, "where(draw=12): draw is one of 0, 1,"),
        ({"point": []}, "where(point=[]): name at least one value"),
    ],
)
def test_what_cannot_be_selected_is_named(opened, wanted, said):
    with pytest.raises(InputError, match=re.escape(said)):
        opened.where(**wanted)


def test_it_says_what_it_is(opened):
    assert opened.complete
    assert (opened.draws, opened.study.name, opened.study.points) == (DRAWS, "small", POINTS)
    assert [by["command"] for by in opened.provenance] == ["lockgate sweep small.toml"]
    assert repr(opened.where(world="race")) == "<study small: 96 runs; draws 12, worlds 1, points 4, policies 2>"
    assert opened.failed.empty


def test_importing_experiments_reads_no_parquet():
    code = "import sys, experiments; assert 'pyarrow' not in sys.modules; experiments.open_study; assert 'pyarrow' in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


# Estimates


def equal(row, expected):
    """Whether a row of a frame has the values that `experiments.results.intervals` gives."""
    flat = dict(expected)
    if nonzero := flat.pop("nonzero", None):
        flat |= {"nonzero_share": nonzero["share"], "nonzero_share_low": nonzero["low"], "nonzero_share_high": nonzero["high"]}
    if relative := flat.pop("relative", None):
        flat |= {"relative": relative["mean"], "relative_low": relative["low"], "relative_high": relative["high"]}
    assert [row[name] for name in WORDS & flat.keys()] == [flat.pop(name) for name in WORDS & flat.keys()]
    assert {name: row[name] for name in flat} == pytest.approx(flat, rel=1e-9, abs=1e-12, nan_ok=True)


def test_a_censored_delay_stays_censored(tmp_path):
    """Of 8 draws the frame counts those in which the run ended first, by the outcome that says so or by the delay itself."""
    for kept in (("release_delay_days", "release_censored", "incidents"), ("release_delay_days", "incidents")):
        study = Study(f"late-{len(kept)}", "", POLICIES, WORLDS[:1], 8, kept, horizon_days=10)
        found = sweep_of(study, tmp_path / study.name)
        late = np.mean(found.outcome("release_delay_days")[:, 1] == 10)
        assert 0.0 < late < 1.0
        levels, changes = (frame.set_index(["outcome", "policy"]) for frame in (found.estimates(), found.differences()))
        assert levels.loc["release_delay_days", "staged-preview"]["censored_share"] == late
        assert levels.loc["release_delay_days", "open-release"]["censored_share"] == 0.0
        change = changes.loc["release_delay_days", "staged-preview"]
        assert (change["censored_share"], change["reference_censored_share"]) == (late, 0.0)
        assert (levels.xs("incidents")["censored_share"] == 0.0).all()
        back = found.differences("release_delay_days", reference="staged-preview").iloc[0]
        assert (back["censored_share"], back["reference_censored_share"]) == (0.0, late)
        assert "censored_share" not in found.estimates("incidents")
        assert "censored_share" not in found.to_pandas()


def sweep_of(study, folder):
    sweep(study, folder)
    return open_study(folder)


def test_it_is_not_known_what_nothing_says(tmp_path):
    study = Study("waits", "", POLICIES, WORLDS[:1], 3, ("wait_large_days", "incidents"), horizon_days=20)
    shares = sweep_of(study, tmp_path / "waits").estimates().set_index("outcome")["censored_share"]
    assert shares["wait_large_days"].isna().all()
    assert (shares["incidents"] == 0.0).all()


def test_differences_have_the_words_of_their_verdicts(opened):
    found = opened.differences("incidents")
    for _, row in found.iterrows():
        where = {name: row[name] for name in ("world", "open_weight_lag_months", "preview_days")}
        base, mine = opened.where(**where).outcome("incidents").T
        decided = verdict("incidents", mine, base)
        assert (row["verdict"], row["direction"], row["preliminary"]) == (decided.word, decided.direction, decided.preliminary)
        assert (row["less"], row["same"], row["more"]) == (decided.less, decided.same, decided.more)


def test_estimates_are_those_of_a_comparison(tmp_path):
    study = Study("pair", "", POLICIES, WORLDS[:1], 25, tuple(OUTCOMES), horizon_days=60)
    opened = open_study(written(tmp_path / "pair", study, draws=25).folder)
    known = compare(POLICIES, WORLDS[0], draws=25, horizon_days=60).summary()["policies"]
    levels = opened.estimates(list(OUTCOMES)).set_index(["outcome", "policy"])
    changes = opened.differences(list(OUTCOMES)).set_index(["outcome", "policy"])
    assert len(levels) == 2 * len(OUTCOMES)
    assert len(changes) == len(OUTCOMES)
    varied = 0
    for name in OUTCOMES:
        for policy in ("open-release", "staged-preview"):
            equal(levels.loc[name, policy], {key: value for key, value in known[policy][name].items() if key != "difference"})
        equal(changes.loc[name, "staged-preview"], known["staged-preview"][name]["difference"])
        varied += bool(np.isfinite(levels.loc[name, "open-release"]["low"]))
    assert varied > 20


def test_estimates_of_a_design_are_those_of_each_cell(opened):
    levels = opened.estimates(KEPT)
    changes = opened.differences(KEPT)
    assert levels.columns[:5].tolist() == ["outcome", "world", "open_weight_lag_months", "preview_days", "policy"]
    assert len(levels) == 16 * len(KEPT)
    cells = opened.runs.set_index(["world", "open_weight_lag_months", "preview_days", "policy"]).sort_index()
    for _, row in levels.iterrows():
        mine = cells.loc[tuple(row[["world", "open_weight_lag_months", "preview_days", "policy"]]), row["outcome"]].to_numpy(float)
        equal(row, level(OUTCOMES[row["outcome"]], mine))
        assert row["draws"] == DRAWS
    for _, row in changes.iterrows():
        where = tuple(row[["world", "open_weight_lag_months", "preview_days"]])
        mine, base = (cells.loc[(*where, policy.name), row["outcome"]].to_numpy(float) for policy in reversed(POLICIES))
        equal(row, change(OUTCOMES[row["outcome"]], mine, base))
    assert changes["better_share"].between(0, 1).all()
    assert changes.attrs["reference"] == "open-release"


def test_groups_may_be_named_by_point_or_by_what_differs(opened):
    by_point = opened.estimates("incidents", by=["policy", "point", "world"])
    assert by_point.columns[:4].tolist() == ["outcome", "policy", "point", "world"]
    merged = by_point.assign(**{name: np.array(POINTS[name])[by_point["point"]] for name in POINTS})
    keys = ["world", "open_weight_lag_months", "preview_days", "policy"]
    found = opened.estimates("incidents")
    assert merged.set_index(keys)["mean"].to_dict() == found.set_index(keys)["mean"].to_dict()
    one = opened.where(**CELL)
    assert one.estimates("incidents", by="policy")["mean"].tolist() == found["mean"].tolist()[-2:]


def test_the_reference_need_not_be_selected(opened):
    whole = opened.differences("model_enabled_harm")
    part = opened.where(policy="staged-preview", **CELL).differences("model_enabled_harm")
    assert part["mean"].item() == whole["mean"].iloc[-1]
    turned = opened.where(**CELL).differences("model_enabled_harm", reference="staged-preview")
    assert turned["mean"].item() == -part["mean"].item()
    assert (turned["low"].item(), turned["high"].item()) == pytest.approx((-part["high"].item(), -part["low"].item()))
    with pytest.raises(InputError, match=r'reference "staged" is no policy of this study; .*did you mean "staged-preview"'):
        opened.differences("incidents", reference="staged")
    with pytest.raises(InputError, match="no policy but the reference open-release is selected"):
        opened.where(policy="open-release").differences("incidents")


def test_means_without_an_interval_are_over_anything(opened):
    found = opened.mean(["incidents", "billion_incident"], by="policy")
    assert found.columns.tolist() == ["outcome", "policy", "mean", "runs"]
    expected = opened.runs.groupby("policy", observed=True)[["incidents", "billion_incident"]].mean()
    assert found["mean"].tolist() == pytest.approx(expected.to_numpy().T.ravel().tolist())
    by_draw = opened.mean("incidents", by=["draw", "preview_days"])
    expected = opened.runs.groupby(["draw", "preview_days"])["incidents"].mean()
    assert by_draw.set_index(["draw", "preview_days"])["mean"].to_dict() == pytest.approx(expected.to_dict())
    assert by_draw["runs"].eq(8).all()


# In memory and on disk


@pytest.fixture(scope="module")
def compared():
    return compare(POLICIES, WORLDS[0], draws=25, horizon_days=60)


@pytest.fixture(scope="module")
def stored(compared, tmp_path_factory):
    folder = tmp_path_factory.mktemp("stored") / "comparison"
    return open_study(save_comparison(compared, folder, ["lockgate", "compare"], charts=False))


def test_a_comparison_and_its_folder_have_the_same_members_that_say_the_same(compared, stored):
    assert isinstance(compared, Results)
    assert isinstance(stored, Results)
    assert stored.plan_content == json.loads(json.dumps(compared.plan_content))
    for name in ("names", "draws", "seed", "horizon_days", "fixed", "complete", "columns"):
        assert getattr(compared, name) == getattr(stored, name), name
    assert compared.seeds.tolist() == stored.seeds.tolist() == compared.ensemble.seeds.tolist() == stored.ensemble.seeds.tolist()
    assert np.array_equal(compared.ensemble.worlds, stored.ensemble.worlds)
    for name in OUTCOMES:
        assert compared.outcome(name).shape == (25, 2)
        assert np.array_equal(compared.outcome(name), stored.outcome(name)), name
        assert np.array_equal(compared.difference(name), stored.difference(name)), name
        assert np.array_equal(compared.difference(name), compared.outcome(name) - compared.outcome(name)[:, :1])
    for name in compared.study.series:
        assert compared.weekly(name).shape == (25, 2, WEEKS)
        assert np.array_equal(compared.weekly(name), stored.weekly(name)), name
    assert compared.days.tolist() == stored.days.tolist()
    assert plain(compared.summary()) == plain(stored.summary())
    for table in ("runs", "series"):
        assert compared.to_arrow(table).equals(stored.to_arrow(table))
        assert compared.to_arrow(table, ["run", "policy"]).equals(stored.to_arrow(table, ["run", "policy"]))
        pd.testing.assert_frame_equal(compared.to_pandas(table), stored.to_pandas(table))
    for ask in (Results.estimates, Results.differences, Results.mean):
        pd.testing.assert_frame_equal(ask(compared), ask(stored))
    assert compared.to_xarray().equals(stored.to_xarray())
    assert len(compared.failed) == len(stored.failed) == 0


def test_a_part_of_a_comparison_is_that_part(compared, stored):
    one, other = (whole.where(policy="staged-preview", draw=[3, 7]) for whole in (compared, stored))
    assert one.outcome("incidents").tolist() == other.outcome("incidents").tolist() == compared.outcome("incidents")[[3, 7], 1:].tolist()
    assert one.difference("incidents").tolist() == compared.difference("incidents")[[3, 7], 1:].tolist()
    assert one.seeds.tolist() == other.ensemble.seeds.tolist() == compared.seeds[[3, 7]].tolist()
    for part in (one, stored):
        with pytest.raises(InputError, match="for a whole comparison in memory only"):
            _ = part.rows


def test_several_worlds_and_points_have_axes_of_their_own(opened):
    assert opened.outcome("incidents").shape == (DRAWS, 2, 4, 2)
    assert opened.where(world="race").weekly("harm").shape == (DRAWS, 4, 2, WEEKS)
    cell = opened.where(**CELL)
    assert cell.outcome("incidents").shape == (DRAWS, 2)
    assert cell.outcome("incidents").tolist() == opened.outcome("incidents")[:, 1, 3].tolist()
    assert cell.policies[1].levers["preview_days"] == CELL["preview_days"]
    assert (cell.ensemble.worlds["open_weight_lag_months"] == CELL["open_weight_lag_months"]).all()
    assert not cell.summary()["pairing"]["staged-preview"]["broken"]
    with pytest.raises(InputError, match=r"there are 2 worlds; choose one, such as where\(world='baseline'\)"):
        opened.summary()
    with pytest.raises(InputError, match=r"there are 4 points; choose one, such as where\(point=0\)"):
        opened.where(world="race").summary()


def test_runs_that_went_wrong_in_memory_are_missing(compared):
    rows = replace(compared.rows, wrong={3: ("not-finite", "incidents is nan")})
    wrong = results_in_memory(compared.study, rows, [compared.ensemble])
    assert np.isnan(wrong.outcome("incidents")).tolist() == [[place == 1 and draw == 1 for place in (0, 1)] for draw in range(25)]
    assert wrong.failed["run"].tolist() == [3]
    assert wrong.estimates("incidents")["draws"].tolist() == [25, 24]


# Refusals


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ("point", "points of a design were chosen, not sampled"),
        ("preview_days", "points of a design were chosen, not sampled"),
        ("week", "weeks of one run are not independent"),
        ("day", "weeks of one run are not independent"),
        ("policy", "policies were chosen, not sampled"),
        ("world", "worlds were chosen, not sampled"),
        ("run", "runs of one draw share its sampled world"),
        ("pace", "a study's unit of replication is the draw"),
    ],
)
def test_intervals_over_anything_but_draws_are_refused(opened, over, said):
    for ask in (opened.estimates, opened.differences):
        with pytest.raises(InputError, match=f'over = "{over}": {said}.*over draws alone'):
            ask("incidents", over=over)


@pytest.mark.parametrize(
    ("chosen", "by", "said"),
    [
        ({}, "policy", r"by = policy: .* 8 times, as world, open_weight_lag_months and preview_days differ .*where\(world=.baseline.\)"),
        ({}, ["world", "policy", "preview_days"], "up to 2 times, as open_weight_lag_months differs within it"),
        ({"world": "race", "point": 1}, [], "by = nothing: .* up to 2 times, as policy differs within it"),
        ({"policy": "open-release"}, ["point"], "as world differs within it"),
        ({}, ["draw", "policy"], 'by = "draw": .*a group holds many of them'),
        ({}, ["polcy"], 'by = "polcy": group by world, .*did you mean "policy"'),
    ],
)
def test_a_draw_may_not_be_twice_in_a_group(opened, chosen, by, said):
    with pytest.raises(InputError, match=said):
        opened.where(**chosen).estimates("incidents", by=by)


def test_points_with_the_same_factors_are_told_apart(tmp_path):
    twice = {name: (*values, values[-1]) for name, values in POINTS.items()}
    opened = open_study(written(tmp_path / "twice", replace(STUDY, points=twice), draws=3).folder)
    with pytest.raises(InputError, match="up to 2 times, as point differs within it"):
        opened.estimates("incidents", by=("world", *POINTS, "policy"))
    assert opened.estimates("incidents").columns[:3].tolist() == ["outcome", "world", "point"]
    assert len(opened.estimates("incidents")) == 20


def test_unknown_names_are_refused_with_the_nearest(opened):
    with pytest.raises(InputError, match='outcome "incident" is not in this study; did you mean "incidents"'):
        opened.estimates("incident")
    with pytest.raises(InputError, match="weeks of one run are not independent"):
        opened.estimates("harm")
    with pytest.raises(InputError, match='column "polcy" is not in the table runs of this study; did you mean "policy"'):
        opened.to_pandas(columns=["polcy"])
    with pytest.raises(InputError, match='table "run": this study has runs and series; did you mean "runs"'):
        opened.to_arrow("run")
    with pytest.raises(InputError, match='"leak" is not in the weekly series of this study; did you mean "leaks"'):
        opened.to_xarray(weekly=["leak"])


# Runs that went wrong, or are not there


def test_failed_runs_are_left_out_and_pairs_with_them(tmp_path):
    wrong = [0, 17, 17 + PER_DRAW]  # point 0 of the first world: the reference once, the other policy twice
    opened = open_study(written(tmp_path / "wrong", wrong=wrong).folder)
    assert opened.complete
    assert opened.failed[["run", "draw", "point", "policy", "status", "reason", "replay"]].values.tolist() == [
        [run, run // PER_DRAW, 0, POLICIES[run % 2].name, "failed", "ValueError: made up", f"lockgate replay . --run {run}"]
        for run in wrong
    ]
    assert opened.where(world="race").failed.empty
    levels, changes = (
        ask(KEPT).set_index("outcome").query("world == 'baseline' and open_weight_lag_months == 2.0 and preview_days == 0")
        for ask in (opened.estimates, opened.differences)
    )
    whole = opened.runs.query("world == 'baseline' and point == 0").pivot(index="draw", columns="policy", values=list(KEPT))
    for name in KEPT:
        assert levels.loc[name, "draws"].tolist() == [DRAWS - 1, DRAWS - 2]
        assert changes.loc[name, "draws"] == DRAWS - 3
        base, mine = (whole[name][policy.name] for policy in POLICIES)
        equal(levels.loc[name].iloc[1], level(OUTCOMES[name], mine.dropna().to_numpy(float)))
        both = (base.notna() & mine.notna()).to_numpy()
        mine, base = (each[both].to_numpy(float) for each in (mine, base))
        equal(changes.loc[name], change(OUTCOMES[name], mine, base))
    assert opened.runs["billion_incident"].dtype == "boolean"
    assert opened.mean("incidents", by=[])["runs"].item() == DRAWS * PER_DRAW - 3
    found = opened.to_xarray()
    assert np.flatnonzero(np.isnan(found["incidents"].transpose("draw", "world", "point", "policy").values.ravel())).tolist() == wrong
    assert np.isnan(found["weekly_harm"].sel(world="baseline", point=0, policy="open-release", draw=0)).all()
    assert np.isfinite(found["weekly_harm"]).sum() == (DRAWS * PER_DRAW - 3) * WEEKS


def test_a_study_that_was_stopped_has_what_is_there(tmp_path, opened):
    partial = open_study(written(tmp_path / "partial", pieces=[Piece(0, 50), Piece(100, 125)]).folder)
    assert not partial.complete
    assert (partial.study.draws, partial.draws) == (DRAWS, 8)
    assert partial.runs["run"].tolist() == [*range(50), *range(100, 125)]
    assert partial.runs["incidents"].tolist() == opened.runs["incidents"].iloc[partial.runs["run"]].tolist()
    last = partial.estimates("incidents").iloc[-1]
    assert last["draws"] == 4  # draws 0, 1, 2 and 6
    assert partial.where(**CELL).differences("incidents")["draws"].item() == 4
    assert partial.to_xarray(["incidents"], []).sizes["draw"] == 8
    # a piece that was damaged, and made again with what had been missing beside it, counts once
    more = SweepPlan(STUDY, 50), Piece(100, 150)
    StudyFolder(partial.folder).keep(part_of(Runner(more[0]), Runner(more[0]).rows(more[1])))
    (partial.folder / "runs" / "part-000000100-000000124.parquet").write_bytes(b"")
    assert open_study(partial.folder).runs["run"].tolist() == [*range(50), *range(100, 150)]


def test_overlapping_parts_are_read_once(tmp_path, opened):
    found = open_study(written(tmp_path / "overlap", pieces=[Piece(0, 50), Piece(40, 60)], wrong=[45, 52]).folder)
    assert found.runs["run"].tolist() == list(range(60))
    assert found.to_pandas("series")["run"].unique().tolist() == [run for run in range(60) if run not in (45, 52)]
    assert found.mean("incidents", by=[])["runs"].item() == 58
    weekly = found.to_xarray([], ["harm"])["weekly_harm"].transpose("draw", "world", "point", "policy", "week").values
    assert weekly.reshape(-1, WEEKS)[55].tolist() == opened.to_pandas("series").query("run == 55")["harm"].tolist()


def test_a_study_without_a_part_yet_is_empty(tmp_path):
    empty = open_study(written(tmp_path / "empty", pieces=[]).folder)
    assert not empty.complete
    assert (len(empty.runs), len(empty.to_pandas("series")), len(empty.failed)) == (0, 0, 0)
    assert empty.estimates("incidents")["draws"].tolist() == [0] * 16
    assert empty.differences("incidents")["mean"].isna().all()
    assert empty.mean("incidents", by="policy")["mean"].isna().all()
    assert dict(empty.to_xarray().sizes) == {"world": 2, "point": 4, "policy": 2, "draw": 0, "week": 0}


def test_a_study_that_its_stop_rule_ended_is_complete(tmp_path):
    kept = written(tmp_path / "stopped", pieces=[Piece(0, 5 * PER_DRAW)])
    assert not open_study(kept.folder).complete
    kept.journal.append({"finished": 5})
    assert open_study(kept.folder).complete
    kept.note_begin(SweepPlan(STUDY, 50), DRAWS + 8, 8, {})
    assert not open_study(kept.folder).complete


def test_shards_in_one_folder_are_one_study(tmp_path, opened):
    study, target = replace(STUDY, draws=4), tmp_path / "shards"
    sweep(study, target, shard=(2, 2), chunk=20)
    assert not open_study(target).complete
    sweep(study, target, shard=(1, 2), chunk=20)
    found = open_study(target)
    assert found.complete
    assert len(found.provenance) == 2
    assert found.to_arrow().equals(opened.where(draw=range(4)).to_arrow())


# Damage


@pytest.mark.parametrize("table", ["runs", "series"])
def test_a_damaged_or_missing_part_is_named_and_not_used(tmp_path, table):
    kept = written(tmp_path / "damaged", pieces=[Piece(0, 50), Piece(50, 100), Piece(100, 150)])
    path = kept.folder / table / "part-000000050-000000099.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)
    with pytest.raises(Damaged, match=rf"^\S*{table}/{path.name} is damaged: .*; run the same sweep again: it makes damaged parts again$"):
        open_study(kept.folder)
    path.unlink()
    (kept.folder / table / "part-000000100-000000149.parquet").unlink()
    with pytest.raises(Damaged, match=f"{path.name} is missing \\(the first of 2 damaged parts\\); run the same sweep again"):
        open_study(kept.folder)
    unchecked = open_study(kept.folder, verify=False)
    with pytest.raises(Damaged, match=rf"{path.name} cannot be read \(.*\); run the same sweep again"):
        unchecked.to_arrow(table)


def test_a_mended_study_opens(tmp_path):
    study, target = replace(STUDY, draws=3), tmp_path / "mended"
    sweep(study, target, chunk=20)
    before = open_study(target).to_arrow()
    (target / "runs" / "part-000000020-000000039.parquet").write_bytes(b"nothing")
    with pytest.raises(Damaged):
        open_study(target)
    sweep(study, target)
    assert open_study(target).to_arrow().equals(before)


def test_a_damaged_plan_and_a_folder_without_a_study_are_refused(tmp_path):
    kept = written(tmp_path / "plan", pieces=[])
    plan = kept.folder / "plan.json"
    plan.write_text(plan.read_text().replace('"seed": 1', '"seed": 2'))
    with pytest.raises(Damaged, match=r"plan\.json is damaged"):
        open_study(kept.folder)
    with pytest.raises(InputError, match=r"holds no study .*lockgate sweep"):
        open_study(tmp_path)


# The files, as others read them


def test_every_column_of_every_part_is_described(folder):
    described = json.loads((folder / "datapackage.json").read_text())
    assert described["replicate"] == "draw"
    assert [resource["name"] for resource in described["resources"]] == ["runs", "series"]
    for resource in described["resources"]:
        assert resource["path"] == [f"{resource['name']}/{path.name}" for path in sorted((folder / resource["name"]).iterdir())]
        fields = {told["name"]: told for told in resource["schema"]["fields"]}
        assert all(told["unit"] and told["description"] and told["role"] for told in fields.values())
        for path in resource["path"]:
            schema = pq.read_schema(folder / path)
            assert schema.names == list(fields)
            for column in schema:
                kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
                assert fields[column.name]["type"] == TYPES[str(kind)]
                assert fields[column.name]["unit"] == column.metadata[b"unit"].decode()
        assert set(resource["schema"]["primaryKey"]) <= set(fields)


def test_other_tools_read_the_folder_as_it_is(folder, opened, monkeypatch):
    monkeypatch.chdir(folder)
    expected = opened.runs.groupby("policy", observed=True)["model_enabled_harm"].mean().to_dict()
    ask = "select policy, avg(model_enabled_harm) from 'runs/*.parquet' group by policy"
    assert dict(duckdb.sql(ask).fetchall()) == pytest.approx(expected)
    frame = pl.read_parquet("runs/*.parquet")
    assert frame["run"].to_list() == opened.runs["run"].tolist()
    grouped = frame.group_by(pl.col("policy").cast(pl.String)).agg(pl.col("model_enabled_harm").mean())
    assert dict(grouped.iter_rows()) == pytest.approx(expected)
    pd.testing.assert_frame_equal(pd.read_parquet("runs"), opened.runs)
    joined = "select count(*), sum(harm) from 'series/*.parquet' join 'runs/*.parquet' using (run)"
    assert duckdb.sql(joined).fetchall() == [(DRAWS * PER_DRAW * WEEKS, pytest.approx(opened.to_pandas("series")["harm"].sum()))]


def test_the_description_lists_what_was_made_since(tmp_path):
    kept = written(tmp_path / "grown", pieces=[Piece(0, 50)])
    plan = SweepPlan(STUDY, 50)
    write_datapackage(kept, plan)
    kept.keep(part_of(Runner(plan), Runner(plan).rows(Piece(50, 60))))
    write_datapackage(kept, plan)
    resources = json.loads((kept.folder / "datapackage.json").read_text())["resources"]
    assert all(len(resource["path"]) == 2 and all((kept.folder / path).is_file() for path in resource["path"]) for resource in resources)
