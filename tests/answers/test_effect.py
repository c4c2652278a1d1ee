"""The effect over time: planted courses whose turning days are known, noise that must say nothing, and agreement with the outcome."""

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from lockgate.experiments.answers.over_time.effect import course, effect, effects
from lockgate.experiments.answers.over_time.turns import Spell
from lockgate.experiments.charts import save_chart
from lockgate.experiments.charts.effect import effect as effect_chart
from lockgate.experiments.folder import plain
from lockgate.experiments.results.compare import compare
from lockgate.experiments.results.stored import open_study
from lockgate.experiments.results.verdict import verdict
from lockgate.experiments.study.study import Study
from lockgate.experiments.sweep.sweep import sweep
from lockgate.scenarios import load_policy, load_world, with_parameters
from lockgate.sim.errors import InputError
from tests.sizes import size

WORLD = with_parameters(load_world("baseline"), {"organisations": 20, "bad_actors": 50})
TRIO = ("open-release", "staged-preview", "withhold")
DRAWS, WEEKS = 200, 40
DAYS = 7 * np.arange(1, WEEKS + 1)


def planted(pattern, draws=DRAWS, noise=0.3, seed=1):
    """Weekly harm of a reference and of a policy that changes its mean by so much each week, with luck of its own in every week."""
    base = stats.lognorm.rvs(0.5, size=(draws, 1), random_state=seed) * np.ones(WEEKS)
    luck = stats.norm.rvs(scale=noise, size=(draws, WEEKS), random_state=seed + 1)
    return base + np.asarray(pattern) + luck, base


def found(pattern, **options):
    return course("hold", "open", DAYS, *planted(pattern, **options))


def steps(*parts):
    """Values, each for so many weeks; the last one to the end."""
    values = np.repeat([value for value, _ in parts], [weeks for _, weeks in parts])
    return np.concatenate([values, np.full(WEEKS - len(values), parts[-1][0])])


def test_three_weeks_of_saving_and_then_nothing():
    saved = found(steps((-0.5, 3), (0.0, 1)))
    assert saved.helps_until == 21
    assert saved.spells == (Spell("less", 7, 21),)
    assert saved.less is not None
    assert saved.less.break_even is None
    assert saved.more is None
    assert saved.verdict.is_clear
    assert saved.sentences()[0].startswith("hold clearly helps for about 3 weeks; by day 21: ")


def test_a_saving_that_is_lost_again():
    """1.5 is saved in 3 weeks and 0.1 lost in each week from the 6th on: it is back at 0 after 15 of these, on day 140."""
    turned = found(steps((-0.5, 3), (0.0, 2), (0.1, 1)), noise=0.1)
    assert [spell.direction for spell in turned.spells] == ["less", "more"]
    assert turned.helps_until == 21
    less = turned.less
    assert less is not None
    assert less.largest in range(21, 43)
    assert less.used_up <= 140 <= less.latest
    assert less.used_up < less.break_even < less.latest
    assert abs(less.break_even - 140) <= 14
    assert abs(less.median_break_even - 140) <= 14
    assert (turned.verdict.is_clear, turned.verdict.direction) == (True, "more")
    assert "harms from day" in turned.sentences()[0]
    assert f"by day {less.break_even} (95 % interval: day {less.used_up} to day {less.latest})" in turned.sentences()[1]


def test_intervals_of_the_break_even_day_miss_it_seldom():
    studies = size(60, 400)
    turned = [found(steps((-0.5, 3), (0.1, 1)), seed=1000 + 2 * study, noise=1.0).less for study in range(studies)]
    missed = sum(not (less.used_up <= 126 and (less.latest is None or less.latest >= 126)) for less in turned if less)
    assert stats.binom.sf(missed - 1, studies, 0.06) > 1e-4


def test_harm_first_and_help_later():
    later = found(steps((0.2, 5), (-0.2, 1)))
    assert [spell.direction for spell in later.spells] == ["more", "less"]
    assert later.helps_until == DAYS[-1]
    assert later.more is not None
    assert abs(later.more.break_even - 70) <= 14
    assert later.less is not None
    assert later.less.used_up is None
    assert later.sentences()[0].startswith("hold clearly harms first, for about 5 weeks")
    assert any("as much is made good by day" in sentence for sentence in later.sentences())


def test_a_policy_that_never_differs():
    same = course("hold", "open", DAYS, *[planted(np.zeros(WEEKS), noise=0.0)[1]] * 2)
    assert same.is_same
    assert (same.helps_until, same.less, same.more) == (None, None, None)
    assert same.sentences() == ["hold never differs from open in model-enabled harm: the two are the same in all draws."]


def test_noise_alone_says_nothing():
    """In 5 % of studies at most; the same days looked at one by one say something far more often."""
    studies = size(100, 1000)
    noise = [found(np.zeros(WEEKS), draws=60, seed=3 * study) for study in range(1, studies + 1)]
    spoken = sum(bool(each.spells or each.less or each.more) for each in noise)
    naive = sum(any(day.is_clear for day in each.verdicts) for each in noise)
    assert stats.binom.sf(spoken - 1, studies, 0.1) > 1e-4  # spells and sums at 5 % each
    assert naive > 0.15 * studies
    assert "no clear difference" in next(each for each in noise if not each.verdict.is_clear).sentences()[-1]


def test_quantiles_and_shares_are_those_of_numpy():
    weekly, base = planted(steps((-0.5, 3), (0.0, 1)))
    there = course("hold", "open", DAYS, weekly, base)
    sums = (weekly - base).cumsum(axis=1)
    assert there.quantiles[2] == pytest.approx(np.median(sums, axis=0))
    frame = there.frame()
    assert frame["mean"].to_numpy() == pytest.approx(sums.mean(axis=0))
    assert frame["worlds_05"].iloc[-1] == pytest.approx(np.quantile(sums[:, -1], 0.05))
    assert frame["mean_share"].iloc[-1] == pytest.approx(sums[:, -1].mean() / base.sum(axis=1).mean())
    assert frame["day"].tolist() == DAYS.tolist()


def test_draws_that_went_wrong_are_left_out():
    weekly, base = planted(steps((-0.5, 3), (0.0, 1)))
    fewer = course("hold", "open", DAYS, weekly[5:], base[5:])
    weekly[:5] = np.nan
    assert course("hold", "open", DAYS, weekly, base).verdict == fewer.verdict
    with pytest.raises(InputError, match="no draw went well under both"):
        course("hold", "open", DAYS, np.nan * weekly, base)


# Of comparisons and studies


@pytest.fixture(scope="module")
def compared():
    return compare(TRIO, WORLD, draws=size(20, 60), horizon_days=120)


def test_the_last_day_is_the_outcome(compared):
    for place, each in enumerate(effects(compared), 1):
        difference = compared.difference("model_enabled_harm")[:, place]
        assert each.days[-1] == compared.horizon_days
        assert each.verdict.mean == pytest.approx(difference.mean(), rel=1e-9)
        assert each.quantiles[:, -1] == pytest.approx(np.quantile(difference, [0.05, 0.25, 0.5, 0.75, 0.95]), rel=1e-9)
        told = verdict("model_enabled_harm", *compared.outcome("model_enabled_harm")[:, [place, 0]].T)
        assert (each.verdict.word, each.verdict.direction) == (told.word, told.direction)
        assert each.verdict.low == pytest.approx(told.low, rel=1e-9)


def test_the_hold_ends_with_the_median_release(compared):
    staged, withheld = effects(compared)
    assert staged.hold_ends == np.median(compared.outcome("release_delay_days")[:, 1])
    assert withheld.hold_ends is None
    assert effect(compared, "withhold").verdict == withheld.verdict
    assert effect(compared).policy == "staged-preview"


def test_content_is_json(compared):
    told = json.loads(json.dumps(plain(effects(compared)[0].content()), allow_nan=False))
    assert told["final"]["draws"] == compared.draws
    assert len(told["by_day"]["mean"]) == len(compared.days)


def test_what_is_not_known_is_refused(compared, tmp_path):
    with pytest.raises(InputError, match="policy = 'open-release' must be one of those compared"):
        effect(compared, "open-release")
    asked = Study(
        "two-worlds", "Two worlds", tuple(map(load_policy, TRIO[:2])), (WORLD, replace(WORLD, name="other")), 4,
        ("model_enabled_harm",), horizon_days=30, series=("harm", "incidents"),
    )  # fmt: skip
    sweep(asked, tmp_path / "two")
    opened = open_study(tmp_path / "two")
    with pytest.raises(InputError, match=r"choose one: where\(world='baseline'\)"):
        effect(opened)
    one = effect(opened.where(world="other"))
    assert one.hold_ends is None
    assert one.verdict.mean == pytest.approx(opened.where(world="other").difference("model_enabled_harm")[:, 1].mean())
    sweep(replace(asked, worlds=(WORLD,), series=("incidents",)), tmp_path / "none")
    with pytest.raises(InputError, match=r'add the line series = \["harm", "incidents"\] to the study'):
        effect(open_study(tmp_path / "none"))


# The chart


def test_chart_shows_medians_and_means_apart(compared):
    several = effects(compared)
    figure = effect_chart(several, "caption")
    assert len(figure.axes) == len(several)
    for axes, each in zip(figure.axes, several, strict=True):
        lines = {line.get_gid(): line for line in axes.lines}
        assert lines["median"].get_ydata()[1:] == pytest.approx(-100 * each.per_share * each.quantiles[2])
        (means,) = axes.containers
        assert means[0].get_ydata()[-1] == pytest.approx(-100 * each.per_share * each.verdict.mean)
        assert ("hold ends" in lines) == (each.hold_ends is not None)
    assert {axes.get_ylim() for axes in figure.axes} == {figure.axes[0].get_ylim()}


def test_break_even_is_marked_and_told(tmp_path):
    turned = found(steps((-0.5, 3), (0.1, 1)))
    figure = effect_chart([turned])
    (mark,) = [line for line in figure.axes[0].lines if line.get_gid() == "break-even"]
    assert mark.get_xdata() == [turned.less.break_even]
    assert figure.title.startswith(f"hold saves harm at first, and by day {DAYS[-1]} has clearly more than open: ")
    assert all(path.stat().st_size for path in save_chart(figure, tmp_path / "chart"))


@pytest.mark.parametrize(
    "options", [{"draws": 1}, {"draws": 3, "horizon_days": 5}, {"world": with_parameters(WORLD, {"bad_actors": 0}), "draws": 2}]
)
def test_chart_of_little(options, tmp_path):
    """One draw has no interval, a short run no week, and a world without actors no harm."""
    few = effects(compare(TRIO, **{"world": WORLD, "horizon_days": 30, **options}))
    assert all(each.sentences() for each in few)
    assert all(path.stat().st_size for path in save_chart(effect_chart(few), tmp_path / "chart"))


@pytest.mark.parametrize("count", size([11], range(1, 12)))
def test_panels_of_any_number_do_not_cover_one_another(count):
    patterns = [steps((-0.05 * place, 3), (0.01 * place, 1)) for place in range(count)]
    figure = effect_chart([found(pattern, seed=place) for place, pattern in enumerate(patterns, 1)])
    boxes = [axes.get_tightbbox() for axes in figure.axes]
    assert len(boxes) == count
    frame = figure.bbox
    for place, box in enumerate(boxes):
        assert frame.x0 <= box.x0 < box.x1 <= frame.x1
        assert not any(box.overlaps(other) for other in boxes[place + 1 :])
