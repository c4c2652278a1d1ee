"""Means over the points of a design: within each draw first, by hand, and then an interval over draws."""

from dataclasses import replace

import numpy as np
import pytest

from lockgate.experiments.results.ensemble import draw_worlds
from lockgate.experiments.results.intervals import change, level, mean_interval
from lockgate.experiments.results.results import results_in_memory
from lockgate.experiments.study.factor import Factor
from lockgate.experiments.study.study import Study
from lockgate.experiments.sweep.plan import Piece, SweepPlan
from lockgate.experiments.sweep.runner import Runner
from lockgate.scenarios import load_policy, load_world, with_parameters
from lockgate.sim.errors import InputError
from lockgate.sim.model.outcomes import OUTCOMES

HARM = "model_enabled_harm"
KEPT = (HARM, "incidents", "release_censored", "realised_loss")
SMALL = {"organisations": 20, "bad_actors": 60}
DRAWS = 14
FACTORS = (Factor("parameter", "open_weight_lag_months", (2.0, 6.0)), Factor("lever", "preview_days", (0, 45, 90)))
POINTS = {"open_weight_lag_months": (2.0, 2.0, 2.0, 6.0, 6.0, 6.0), "preview_days": (0, 45, 90) * 2}
STUDY = Study(
    "small",
    "Two by three",
    tuple(load_policy(name) for name in ("open-release", "staged-preview", "withhold")),
    tuple(with_parameters(load_world(name), SMALL) for name in ("baseline", "race")),
    DRAWS,
    KEPT,
    horizon_days=60,
    factors=FACTORS,
    points=POINTS,
)


@pytest.fixture(scope="module")
def made():
    drawn = [draw_worlds(world, DRAWS, STUDY.seed) for world in STUDY.worlds]
    return Runner(SweepPlan(STUDY, 50), drawn=drawn).rows(Piece(0, STUDY.run_count)), drawn


@pytest.fixture(scope="module")
def results(made):
    return results_in_memory(STUDY, *made)


def interval(values):
    """The mean of a column and its interval."""
    return [float(end) for end in mean_interval(values)]


def spoilt(made, runs):
    """The same results, in which some runs went wrong."""
    rows, drawn = made
    return results_in_memory(STUDY, replace(rows, wrong=dict.fromkeys(runs, ("failed", "made up"))), drawn)


def test_estimate_is_that_of_the_means_of_each_draw(results):
    found = results.estimates(HARM, mean_over="point")
    assert found.attrs["over"] == "draw"
    assert found.attrs["mean_over"] == "point"
    assert found.columns[:4].tolist() == ["outcome", "world", "policy", "points"]
    assert found["points"].tolist() == [6] * 6
    by_hand = results.outcome(HARM).mean(axis=2)  # (draws, worlds, points, policies)
    for _, row in found.iterrows():
        world = [each.name for each in results.worlds].index(row["world"])
        known = interval(by_hand[:, world, results.names.index(row["policy"])])
        assert [row["mean"], row["low"], row["high"], row["draws"]] == pytest.approx([*known, DRAWS], rel=1e-12)
    assert (found["high"] > found["low"]).all()


def test_difference_is_that_of_the_means_of_each_draw(results):
    found = results.where(world="race").differences([HARM, "incidents"], mean_over="point")
    assert found.attrs["reference"] == "open-release"
    assert found["policy"].tolist() == ["staged-preview", "withhold"] * 2
    for _, row in found.iterrows():
        values = results.where(world="race").outcome(row["outcome"]).mean(axis=1)
        known = change(OUTCOMES[row["outcome"]], values[:, results.names.index(row["policy"])], values[:, 0])
        for part in ("mean", "low", "high", "better_share", "pairing_gain"):
            assert row[part] == pytest.approx(known[part], rel=1e-9, nan_ok=True)
    other = results.where(world="race").differences(HARM, reference="withhold", mean_over="point")
    assert other["mean"].iloc[0] == pytest.approx(-found["mean"].iloc[1])


def test_by_some_factors_takes_the_mean_over_the_others(results):
    found = results.where(world="baseline").estimates(HARM, by=["preview_days", "policy"], mean_over="point")
    values = results.where(world="baseline").outcome(HARM).reshape(DRAWS, 2, 3, 3).mean(axis=1)
    assert found["points"].tolist() == [2] * 9
    for _, row in found.iterrows():
        column = values[:, (0, 45, 90).index(row["preview_days"]), results.names.index(row["policy"])]
        assert [row["mean"], row["low"], row["high"]] == pytest.approx(interval(column), rel=1e-12)


def test_one_point_a_group_is_the_estimate_without_a_mean(results):
    by = ["world", "point", "policy"]
    usual, same = results.estimates(KEPT[:2], by=by), results.estimates(KEPT[:2], by=by, mean_over="point")
    assert (same["points"] == 1).all()
    assert same.drop(columns="points").equals(usual)


def test_weights_count_some_points_more(results):
    part, weights = results.where(world="baseline"), np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    values = np.average(part.outcome(HARM), axis=1, weights=weights)
    for scale in (1.0, 7.0):
        found = part.estimates(HARM, mean_over="point", weights=list(scale * weights))
        known = [interval(values[:, place]) for place in range(3)]
        assert found[["mean", "low", "high"]].to_numpy() == pytest.approx(np.array(known), rel=1e-12)
    differing = part.differences(HARM, mean_over="point", weights=weights, by=["policy", "open_weight_lag_months"])
    late = part.outcome(HARM)[:, 3:]
    by_hand = np.average(late[:, :, 1] - late[:, :, 0], axis=1, weights=weights[3:])
    row = differing.query("policy == 'staged-preview' and open_weight_lag_months == 6.0").iloc[0]
    assert [row["mean"], row["low"], row["high"]] == pytest.approx(interval(by_hand), rel=1e-9)
    few = results.where(world="baseline", point=[1, 4]).estimates(HARM, mean_over="point", weights=[3, 1])
    assert few["mean"].iloc[0] == pytest.approx(float(np.average(part.outcome(HARM)[:, [1, 4], 0], axis=1, weights=[3, 1]).mean()))


def test_yes_or_no_is_a_share_of_points_in_each_draw(results):
    part = results.where(world="baseline")
    shares = part.outcome("release_censored").mean(axis=1)
    assert set(np.unique(shares)) - {0.0, 1.0}
    found = part.estimates("release_censored", mean_over="point")
    for place, row in found.iterrows():
        known = level(replace(OUTCOMES["release_censored"], type=float), shares[:, place])
        assert [row["mean"], row["low"], row["high"]] == pytest.approx([known[part] for part in ("mean", "low", "high")], nan_ok=True)
    losses = part.estimates("realised_loss", mean_over="point")
    assert losses["low"].isna().all()
    assert losses["median"].iloc[0] == pytest.approx(np.median(part.outcome("realised_loss").mean(axis=1)[:, 0]))


def test_draws_that_lack_a_point_are_left_out(made, results):
    per_draw = 2 * 6 * 3
    wrong = [0, per_draw + 5 * 3 + 1]  # the reference at the first point of draw 0; the second policy at the last point of draw 1
    found = spoilt(made, wrong).where(world="baseline")
    assert found.estimates(HARM, mean_over="point")["draws"].tolist() == [DRAWS - 1, DRAWS - 1, DRAWS]
    differences = found.differences(HARM, mean_over="point")
    assert differences["draws"].tolist() == [DRAWS - 2, DRAWS - 1]
    values = results.where(world="baseline").outcome(HARM).mean(axis=1)[2:]
    assert differences["mean"].iloc[0] == pytest.approx(float((values[:, 1] - values[:, 0]).mean()))
    by_lag = found.estimates(HARM, by=["open_weight_lag_months", "policy"], mean_over="point")
    assert by_lag["draws"].tolist() == [DRAWS - 1, DRAWS, DRAWS, DRAWS, DRAWS - 1, DRAWS]


def test_split_by_a_sampled_structure(results):
    found = results.where(world="baseline").differences(HARM, by=["policy", "adoption_on"], mean_over="point")
    on = results.where(world="baseline", adoption_on="true").outcome(HARM).mean(axis=1)
    row = found.query("policy == 'withhold' and adoption_on == 'true'").iloc[0]
    assert row["draws"] == len(on)
    assert row["mean"] == pytest.approx(float((on[:, 2] - on[:, 0]).mean()))
    assert found["draws"].sum() == 2 * DRAWS


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ({"by": "policy", "mean_over": "point"},
         'by = policy: with mean_over = "point" a group has one world and one policy, and world differs within it; .* add world to by'),
        ({"by": ["world"], "mean_over": "point"}, r'and policy differs within it; .* where\(policy="open-release"\)'),
        ({"mean_over": "world"}, "mean_over = 'world' must be 'point': within a draw, means are over the points of the design"),
        ({"mean_over": "preview_days"}, r"its other factors can stand in by, such as by = \['world', 'policy', \.\.\.\]"),
        ({"weights": [1] * 6}, 'weights are those of points in a mean within each draw; add mean_over = "point"'),
        ({"mean_over": "point", "weights": [1, 2]}, "must be a list of 6 numbers above 0, one for each selected point"),
        ({"mean_over": "point", "weights": [1, 1, 1, 1, 1, 0]}, "must be a list of 6 numbers above 0"),
        ({"mean_over": "point", "weights": [1, 1, 1, 1, 1, float("nan")]}, "must be a list of 6 numbers above 0"),
        ({"mean_over": "point", "weights": "abc"}, "weights = 'abc' must be a list of 6 numbers above 0"),
        ({"mean_over": "point", "over": "point"}, 'over = "point": points of a design were chosen'),
    ],
)  # fmt: skip
def test_refusals(results, asked, part):
    with pytest.raises(InputError, match=part):
        results.estimates(HARM, **asked)


def test_other_refusals_name_it_where_it_helps(results):
    part = results.where(world="race")
    with pytest.raises(InputError, match=r'or average over points within each draw with mean_over="point"; mean\(\.\.\.\) averages'):
        part.differences(HARM, by="policy")
    with pytest.raises(InputError, match=r'over = "preview_days": .* mean_over="point" averages over points within each draw first'):
        part.differences(HARM, over="preview_days")
    with pytest.raises(InputError) as caught:
        results.estimates(HARM, by="policy")
    assert "mean_over" not in str(caught.value)
