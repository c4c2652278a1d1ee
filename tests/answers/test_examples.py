"""Examples are the draws that they are said to be, and say how typical they are."""

from dataclasses import replace

import numpy as np
import pytest

from lockgate.experiments import store
from lockgate.experiments.answers.divergence.examples import backfired, nearest_median, typical
from lockgate.experiments.charts import Plots
from lockgate.experiments.results.compare import compare
from lockgate.experiments.results.results import Results
from lockgate.experiments.results.stored import open_study
from lockgate.experiments.study.factor import Factor
from lockgate.experiments.study.study import Study
from lockgate.experiments.sweep.sweep import sweep
from lockgate.scenarios import load_policy, load_world, with_parameters
from lockgate.sim.errors import InputError

SMALL = {"organisations": 20, "bad_actors": 50}
WORLD = with_parameters(load_world("baseline"), SMALL)
NAMES = ("open-release", "open-weights-release", "staged-preview")
HARM = "model_enabled_harm"


@pytest.fixture(scope="module")
def comparison() -> Results:
    return compare(NAMES, WORLD, 20, horizon_days=200)


def test_the_typical_draw_is_nearest_the_median_difference(comparison):
    for place, name in enumerate(NAMES[1:], 1):
        difference = comparison.difference(HARM)[:, place]
        example = typical(comparison, name)
        assert example.difference == difference[example.draw]
        distance = np.abs(difference - np.median(difference))
        assert distance[example.draw] == distance.min()
        assert example.rank == 1 + int(np.sum(difference < example.difference)) == 1 + round(example.smaller * 20)
        assert (example.less, example.same, example.more) == (
            np.mean(difference < 0),
            np.mean(difference == 0),
            np.mean(difference > 0),
        )
        assert 8 <= example.rank <= 13


def test_the_backfiring_draw_is_nearest_the_median_of_those_with_more_harm(comparison):
    difference = comparison.difference(HARM)[:, 1]
    example = backfired(comparison, NAMES[1])
    assert example.difference == difference[example.draw] > 0.0
    distance = np.abs(difference - np.median(difference[difference > 0.0]))
    assert distance[example.draw] == distance[difference > 0.0].min()
    assert f"this happens in {round(100 * example.more)} % of worlds" in example.note
    assert "more" in example.sentences()[1]


def test_a_policy_that_never_backfires_has_no_such_draw(comparison):
    twice = compare((load_policy("withhold"), replace(load_policy("withhold"), name="again")), WORLD, 3, horizon_days=30)
    assert backfired(twice) is None
    assert typical(twice).same == 1.0
    assert "the same in it under both policies" in " ".join(typical(twice).sentences())
    assert backfired(comparison, NAMES[0]) is None


def test_the_reference_alone_is_ranked_by_its_harm(comparison):
    example = typical(comparison, NAMES[0])
    harm = comparison.outcome(HARM)[:, 0]
    assert example.reference is None
    assert abs(harm[example.draw] - np.median(harm)) == np.abs(harm - np.median(harm)).min()
    assert "nearest the median harm" in example.note
    assert len(example.sentences()) == 2
    assert typical(compare(["withhold"], WORLD, 2, horizon_days=20)).policy == "withhold"


def test_what_labs_did_when_asked_is_counted(comparison):
    told = typical(comparison, "staged-preview").requests
    asked, complied = (comparison.outcome(name)[:, 2] for name in ("asked", "complied"))
    example = typical(comparison, "staged-preview")
    assert (told.asked, told.complied) == (asked[example.draw], complied[example.draw])
    assert told.asked_cases == np.sum(asked > 0)
    assert told.refused_cases == np.sum((asked > 0) & (complied == 0))
    assert told.complied_share == complied.sum() / asked.sum()
    assert "labs complied with" in example.sentences()[-1]
    assert not typical(comparison, "open-weights-release").said_requests


def test_the_median_of_what_is_there():
    assert nearest_median(np.array([np.nan, 5.0, 1.0, 3.2])) == 3
    assert nearest_median(np.array([2.0, 4.0])) == 0


def test_a_study_of_several_worlds_and_points_names_them(tmp_path):
    study = Study(
        name="small",
        summary="Small.",
        policies=tuple(load_policy(name) for name in NAMES[:2]),
        worlds=tuple(with_parameters(load_world(name), SMALL) for name in ("baseline", "race")),
        draws=4,
        outcomes=(HARM,),
        horizon_days=60,
        factors=(Factor("parameter", "open_weight_lag_months", levels=(1.0, 9.0)),),
        points={"open_weight_lag_months": (1.0, 9.0)},
    )
    sweep(study, tmp_path / "out")
    results = open_study(tmp_path / "out")
    example = typical(results)
    chosen = results.where(draw=example.draw, world=example.world, point=example.point)
    assert float(chosen.difference(HARM)[0, 1]) == example.difference
    assert (example.several, example.cases, example.draws, example.requests) == (True, 16, 4, None)
    assert f"draw {example.draw} of world {example.world} at point {example.point}" in example.note
    assert "% of cases" in example.note


def test_the_timeline_is_of_the_typical_draw_and_says_so(comparison):
    example = typical(comparison)
    figure = Plots(comparison).timeline()
    caption = " ".join(figure.get_supxlabel().split())
    assert f"Draw {example.draw} of 20, nearest the median difference" in caption
    assert f"{round(100 * example.smaller)} % of worlds have a smaller one; world baseline, seed 1" in caption
    assert Plots(comparison).timeline(draw=example.place).get_suptitle() == figure.get_suptitle()


@pytest.mark.parametrize(("names", "there"), [(NAMES[:2], True), (("open-release", "withhold"), False)])
def test_a_second_timeline_is_written_where_the_policy_backfires(monkeypatch, names, there):
    few = compare(names, WORLD, 3, horizon_days=60)
    monkeypatch.setattr("lockgate.experiments.charts.draw_all", lambda comparison: {})
    monkeypatch.setattr(store, "write_folder", lambda folder, files, manifest: files)
    files = store.save_comparison(few, "unused", ["lockgate"])
    assert (backfired(few) is not None) == there == ("charts/timeline-backfired.png" in files)
    assert "charts/timeline.png" in files


@pytest.mark.full
def test_a_folder_has_both_timelines(comparison, tmp_path):
    store.save_comparison(comparison, tmp_path / "some", ["lockgate"])
    svg = (tmp_path / "some" / "charts" / "timeline-backfired.svg").read_bytes()
    assert svg != (tmp_path / "some" / "charts" / "timeline.svg").read_bytes()


def test_an_unknown_policy_is_refused(comparison):
    with pytest.raises(InputError, match=r"policy = 'withold' must be one of those compared"):
        typical(comparison, "withold")
