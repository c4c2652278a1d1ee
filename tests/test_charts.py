"""Charts show the numbers that they are said to show, whole, in the frame, and without covering one another."""

import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import combinations

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox

from lockgate.experiments.charts import channels, differences, draw_all, save_chart, timeline, tradeoff, weekly
from lockgate.experiments.charts.channels import displacement_table
from lockgate.experiments.charts.timeline import StageSpan, stage_spans
from lockgate.experiments.results.compare import compare
from lockgate.experiments.results.intervals import mean_interval
from lockgate.scenarios import list_policies, load_policy, load_world, with_parameters
from lockgate.sim.engine.run import trace
from lockgate.sim.errors import InputError
from lockgate.sim.model.outcomes import HEADLINES
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.vocabulary import Channel, EventKind, Stage
from lockgate.sim.model.world import System
from lockgate.sim.rules.row import NEVER, dtype
from tests.sizes import size

SMALL = {"organisations": 20, "bad_actors": 50}
WORLD = with_parameters(load_world("baseline"), SMALL)
TRIO = ("open-release", "staged-preview", "partner-programme")
STAGED = load_policy("staged-preview")
TWICE = (STAGED, replace(STAGED, name="the-same-again"))
COMPARISONS = {
    "three policies": {"policies": TRIO},
    "one draw": {"policies": TRIO, "draws": 1},
    "two draws, fixed": {"policies": TRIO[:2], "draws": 2, "fixed": True},
    "one policy twice": {"policies": TWICE},
    "one policy": {"policies": TRIO[:1]},
    "odd names": {"policies": (replace(STAGED, name="US$ 1 or $2"), replace(STAGED, name="a name too long for any axis to have room"))},
}
MORE = {"all policies": {"policies": list_policies()}, "less than a week": {"policies": (*TRIO, "withhold"), "horizon_days": 5}}
COMPARISONS |= size({}, MORE)
TRACED = size(("directive-revocation", "staged-preview"), list_policies())


@pytest.fixture(scope="module")
def comparisons():
    return {name: compare(**{"world": WORLD, "draws": 3, "horizon_days": 120, **asked}) for name, asked in COMPARISONS.items()}


@pytest.fixture(scope="module")
def trio(comparisons):
    return comparisons["three policies"]


@pytest.fixture(scope="module")
def drawn(comparisons):
    return {name: draw_all(comparison) for name, comparison in comparisons.items()}


def texts(figure):
    return [text for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible()]


def said(figure):
    return " ".join(text.get_text() for text in texts(figure))


def lines(axes, gid):
    return [line for line in axes.get_lines() if line.get_gid() == gid]


def box(text, renderer):
    # of an annotation without its arrow
    return Text.get_window_extent(text, renderer)


@pytest.mark.parametrize("name", COMPARISONS)
def test_everything_is_inside_the_figure(drawn, comparisons, name):
    expected = {"tradeoff", "differences", "weekly", "channels"} - ({"differences"} if len(comparisons[name].names) == 1 else set())
    assert set(drawn[name]) == expected
    for chart, figure in drawn[name].items():
        figure.draw_without_rendering()
        renderer = figure.canvas.get_renderer()
        frame = figure.bbox.padded(1.0)
        ticks = {text for axes in figure.axes for text in [*axes.get_xticklabels(), *axes.get_yticklabels()]}
        for text in set(texts(figure)) - ticks:
            extent = box(text, renderer)
            assert [*Bbox.intersection(extent, frame).extents] == pytest.approx([*extent.extents]), (chart, text.get_text())
        for axes in figure.axes:  # of tick labels only those within the limits are drawn, and count here
            extent = axes.get_tightbbox(renderer)
            assert not axes.axison or [*Bbox.intersection(extent, frame).extents] == pytest.approx([*extent.extents]), (chart, axes)


@pytest.mark.parametrize("name", COMPARISONS)
@pytest.mark.parametrize("chart", ["tradeoff", "weekly"])
def test_direct_labels_do_not_overlap(drawn, name, chart):
    figure = drawn[name][chart]
    figure.draw_without_rendering()
    renderer = figure.canvas.get_renderer()
    for axes in figure.axes:
        labels = [text for text in axes.texts if isinstance(text, Annotation)]
        for one, other in combinations(labels, 2):
            assert not box(one, renderer).overlaps(box(other, renderer)), (one.get_text(), other.get_text())


@pytest.mark.parametrize("name", COMPARISONS)
def test_title_and_caption(drawn, comparisons, name):
    comparison = comparisons[name]
    for figure in drawn[name].values():
        assert figure.get_suptitle()
        caption = figure.get_supxlabel().replace("\n", " ")
        assert f"World {WORLD.name}, {comparison.horizon_days} days, {comparison.draws} draw" in caption
        assert f"seed {comparison.seed}" in caption
        assert ("central values" in caption) == comparison.fixed
        assert ("95 % intervals" in caption) == (comparison.draws > 1)


def test_points_of_the_tradeoff_are_means_and_draws(trio):
    level, change = tradeoff(trio).axes
    delay, harm, paired = (trio.outcome("release_delay_days"), trio.outcome("model_enabled_harm"), trio.difference("model_enabled_harm"))
    for place in range(3):
        (point,), (single,), (less,) = lines(level, f"mean {place}"), lines(level, f"draws {place}"), lines(change, f"mean {place}")
        factor = single.get_ydata().max() / harm[:, place].max()
        assert factor in (pytest.approx(1e-9), pytest.approx(1e-6), pytest.approx(1e-3))
        assert point.get_xydata()[0] == pytest.approx([delay[:, place].mean(), harm[:, place].mean() * factor])
        assert single.get_xydata() == pytest.approx(np.column_stack([delay[:, place], harm[:, place] * factor]))
        assert less.get_xdata() == pytest.approx(delay[:, place].mean())
        shown = [line.get_ydata() for line in change.get_lines() if len(line.get_ydata()) == 2]
        bounds = np.array(mean_interval(paired[:, place])[1:])
        assert place == 0 or any(np.allclose(np.sign(ends), np.sign(bounds)) and np.isclose(*np.divide(ends, bounds)) for ends in shown)
        assert {trio.names[place]} <= {text.get_text() for text in level.texts} & {text.get_text() for text in change.texts}


def test_tradeoff_says_what_was_not_public_within_the_run(trio, comparisons):
    assert "not public\nwithin the run" in said(tradeoff(trio))
    assert "not public\nwithin" not in said(tradeoff(comparisons["two draws, fixed"]))


def test_policies_with_the_same_delay_stand_side_by_side(drawn):
    figure = drawn["one policy twice"]["tradeoff"]
    figure.draw_without_rendering()
    marks = [lines(figure.axes[0], f"mean {place}")[0] for place in range(2)]
    assert marks[0].get_xydata().tolist() == marks[1].get_xydata().tolist()
    left, right = (mark.get_transform().transform(mark.get_xydata())[0] for mark in marks)
    assert right[0] - left[0] > 10
    assert right[1] == left[1]


def test_differences_show_means_intervals_and_how_often_better(trio):
    figure = differences(trio)
    assert len(figure.axes) == len(HEADLINES)
    delay = figure.axes[HEADLINES.index("release_delay_days")]
    for row in range(2):
        (point,) = lines(delay, f"mean {row}")
        assert point.get_xydata()[0] == pytest.approx([trio.difference("release_delay_days")[:, row + 1].mean(), row])
    words = said(figure)
    assert "better →" in words
    assert "← better" in words
    summary = trio.summary()["policies"]["partner-programme"]["usable_lead_months"]["difference"]
    lead = figure.axes[HEADLINES.index("usable_lead_months")]
    assert f"{100 * summary['better_share']:.0f} %" in [text.get_text() for text in lead.texts]


def test_differences_need_two_policies(comparisons):
    with pytest.raises(InputError, match="two or more"):
        differences(comparisons["one policy"])


def test_the_same_policy_differs_in_nothing(drawn):
    figure = drawn["one policy twice"]["differences"]
    assert all(line.get_xdata().tolist() == [0.0] for axes in figure.axes for line in lines(axes, "mean 0"))
    assert figure.get_suptitle() == "No policy differs clearly from staged-preview in model-enabled harm"


def test_one_draw_has_no_interval(drawn):
    for axes in drawn["one draw"]["differences"].axes:
        assert all(len(line.get_xdata()) == 1 for line in axes.get_lines() if line.get_gid())
    assert "interval" not in drawn["one draw"]["tradeoff"].get_suptitle()


def test_weekly_medians(trio):
    figure = weekly(trio)
    weeks = trio.horizon_days // 7  # the week that the end of the run cuts short is left out
    for axes, name, factor in zip(figure.axes, ("harm", "exposed_share", "usable_lead_months"), (None, 100.0, 1.0), strict=True):
        for place in range(3):
            (line,) = lines(axes, f"median {place}")
            median = np.median(trio.weekly(name)[:, place, :weeks], axis=0)
            scale = factor or line.get_ydata().max() / median.max()
            assert line.get_ydata() == pytest.approx(median * scale)
            assert line.get_xdata().tolist() == list(range(6, 7 * weeks, 7))
        assert [text.get_text() for text in axes.texts] == list(trio.names)


@pytest.mark.full
def test_many_policies_have_a_row_each_with_the_reference_behind(drawn, comparisons):
    figure = drawn["all policies"]["weekly"]
    others = comparisons["all policies"].names[1:]
    assert [axes.get_title(loc="left") for axes in figure.axes[::3]] == list(others)
    for row, axes in enumerate(figure.axes[::3]):
        assert lines(axes, "median 0")
        assert lines(axes, f"median {row + 1}")


def test_bars_add_up_to_all_harm_and_all_operations(trio):
    harm, operations = channels(trio).axes[:2]
    width = np.array([[bar.get_width() for bar in container] for container in harm.containers])
    expected = trio.outcome("model_enabled_harm").mean(axis=0)
    assert width.sum(axis=0) / expected == pytest.approx(width.sum() / expected.sum())
    width = np.array([[bar.get_width() for bar in container] for container in operations.containers])
    assert width.sum(axis=0) == pytest.approx(trio.outcome("operations").mean(axis=0))
    assert width[Channel.OPEN_WEIGHTS] == pytest.approx(trio.outcome("operations_open_weights").mean(axis=0))
    assert len({bar.get_hatch() for container in operations.containers for bar in container}) == len(Channel)


def test_displacement_is_of_all_operations(trio):
    rows = displacement_table(trio)
    assert {row["policy"] for row in rows} == set(trio.names)
    for place, name in enumerate(trio.names):
        mine = [row for row in rows if row["policy"] == name]
        assert sum(row["operations"] for row in mine) == trio.outcome("operations")[:, place].sum()
        for before in {row["reference_channel"] for row in mine}:
            assert sum(row["share"] for row in mine if row["reference_channel"] == before) == pytest.approx(1.0)
    unmoved = [row["share"] for row in rows if row["policy"] == trio.names[0] and row["reference_channel"] == row["channel"]]
    assert unmoved == [1.0] * len(unmoved)
    assert "leaked-access" not in {row["reference_channel"] for row in rows}  # nothing can leak under open release


def run_tables(events, systems, *, days=100, programme_day=NEVER):
    """Tables of a run with these events (day, kind, system) and systems (row, fields)."""
    log = np.zeros(len(events), [("day", "i8"), ("kind", "i8"), ("who", "i8"), ("whom", "i8"), ("system", "i8"), ("value", "f8")])
    for line, (day, kind, system) in zip(log, events, strict=True):
        line["day"], line["kind"], line["system"] = day, kind, system
    table = np.zeros(len(systems), dtype(System))
    for name in ("ready_day", "offered_day", "public_day", "weights_day"):
        table[name] = NEVER
    for row, values in enumerate(systems):
        for name, value in values.items():
            table[row][name] = value
    weeks, governments = np.zeros(1, [("day", "i8")]), np.zeros(2, [("programme_day", "i8")])
    weeks["day"], governments["programme_day"] = days - 1, programme_day
    return {"events": log, "systems": table, "weeks": weeks, "governments": governments}


def test_spans_of_a_system_from_the_lab_to_the_public_and_back():
    events = [
        (3, EventKind.TRAINED, 0),
        (10, EventKind.READY, 0),
        (10, EventKind.ASKED, 0),
        (10, EventKind.COMPLIED, 0),
        (12, EventKind.READY, 1),
        (20, EventKind.DIRECTIVE, 0),
        (25, EventKind.RESTORED, 0),
        (30, EventKind.PUBLIC, 0),
        (40, EventKind.BYPASS, 0),
        (41, EventKind.DIRECTIVE, 0),
        (50, EventKind.RESTORED, 0),
    ]
    systems = [{"stage": Stage.PUBLIC, "offered_day": 10, "public_day": 30}, {"stage": Stage.HELD}]
    assert stage_spans(run_tables(events, systems, programme_day=10)) == [
        StageSpan(0, Stage.TESTING, 3, 9),
        StageSpan(0, Stage.PARTNERS, 10, 19),
        StageSpan(0, Stage.DARK, 20, 24),
        StageSpan(0, Stage.PARTNERS, 25, 29),
        StageSpan(0, Stage.PUBLIC, 30, 40),
        StageSpan(0, Stage.DARK, 41, 49),
        StageSpan(0, Stage.PUBLIC, 50, 99),
        StageSpan(1, Stage.HELD, 12, 99),
    ]


@pytest.mark.parametrize(
    ("system", "programme_day", "stage"),
    [
        ({"stage": Stage.PUBLIC, "offered_day": 5}, NEVER, Stage.HELD),  # nobody was ever a partner
        ({"stage": Stage.PUBLIC, "offered_day": 5}, 20, Stage.HELD),  # partners came later
        ({"stage": Stage.PUBLIC, "offered_day": 5}, 5, Stage.PARTNERS),
        ({"stage": Stage.HELD, "offered_day": 5}, 0, Stage.HELD),  # as it stands in the end
        ({"stage": Stage.DARK, "resume_stage": Stage.PARTNERS, "offered_day": 5}, 0, Stage.PARTNERS),
    ],
)
@pytest.mark.parametrize("kind", [EventKind.COMPLIED, EventKind.PROGRAMME])
def test_a_limited_system_is_held_or_with_partners(system, programme_day, stage, kind):
    tables = run_tables([(5, EventKind.READY, 0), (5, kind, 0)], [system], programme_day=programme_day)
    assert stage_spans(tables) == [StageSpan(0, stage, 5, 99)]


def test_spans_of_open_weights():
    events = [(7, EventKind.WEIGHTS, 1), (10, EventKind.STRIPPED, 1), (20, EventKind.HOLD, 2), (60, EventKind.WEIGHTS, 2)]
    systems = [{"weights_day": -1, "public_day": -1}, {"weights_day": 7}, {"weights_day": 60}, {"public_day": -1}, {}]
    assert stage_spans(run_tables(events, systems)) == [
        StageSpan(0, Stage.OPEN_WEIGHTS, 0, 99),
        StageSpan(1, Stage.OPEN_WEIGHTS, 7, 99),
        StageSpan(2, Stage.HELD, 20, 59),
        StageSpan(2, Stage.OPEN_WEIGHTS, 60, 99),
        StageSpan(3, Stage.PUBLIC, 0, 99),
    ]


@pytest.fixture(scope="module")
def runs():
    world = parameter_table(1, **SMALL)
    return {name: trace(world, load_policy(name), 1, 365) for name in TRACED}


@pytest.mark.parametrize("name", TRACED)
def test_last_spans_are_the_stages_in_the_end(runs, name):
    last = {span.system: span for span in stage_spans(runs[name])}
    for row, system in enumerate(runs[name]["systems"]):
        if system["stage"] == Stage.UNUSED:
            assert row not in last
        else:
            assert (last[row].stage, last[row].last) == (system["stage"], 364)


def is_first_covered(system):
    return (system["owner"], system["number"], system["open_lab"]) == (0, 1, False)


@pytest.mark.parametrize("name", TRACED)
def test_timeline(runs, name):
    figure = timeline(runs[name], name, caption="seed 1")
    (axes,) = figure.axes
    lanes = [label.get_text() for label in axes.get_yticklabels()]
    assert lanes[0] == "Lab A system 1 (0)"
    assert 6 <= len(lanes) <= 14
    assert len(set(lanes)) == len(lanes)
    drawn = {(bar.get_x(), bar.get_x() + bar.get_width()) for container in axes.containers for bar in container if bar.get_y() < 0}
    first = [span for span in stage_spans(runs[name]) if is_first_covered(runs[name]["systems"][span.system])]
    assert drawn == {(span.first, span.last + 1) for span in first}
    assert name in figure.get_suptitle()
    assert "Seed 1; 365 days" in figure.get_supxlabel()
    figure.draw_without_rendering()
    (legend,) = figure.legends
    assert legend.get_window_extent().x0 >= axes.get_window_extent().x1
    (title,) = [text for text in texts(figure) if text.get_text() == figure.get_suptitle()]
    assert not legend.get_window_extent().overlaps(title.get_window_extent())


def test_timeline_marks_a_directive_and_its_end(runs):
    (axes,) = timeline(runs["directive-revocation"], "directive-revocation").axes
    assert lines(axes, "DIRECTIVE")[0].get_xdata().tolist() == [3]
    assert lines(axes, "RESTORED")[0].get_xdata().tolist() == [22]


def test_files_are_the_same_every_time_in_any_thread(trio, tmp_path):
    before = mpl.rcParams["svg.hashsalt"]

    def files(number):
        drawn = size(lambda comparison: {"tradeoff": tradeoff(comparison)}, draw_all)(trio)
        return [path for name, figure in drawn.items() for path in save_chart(figure, tmp_path / str(number) / name)]

    with ThreadPoolExecutor(3) as pool:
        first, *others = pool.map(files, range(3))
    assert [path.name for path in first[:2]] == ["tradeoff.png", "tradeoff.svg"]
    assert b"<dc:date>" not in first[1].read_bytes()
    for other in others:
        assert [path.name for path in first] == [path.name for path in other]
        assert [path.name for path, same in zip(first, other, strict=True) if path.read_bytes() != same.read_bytes()] == []
    assert mpl.rcParams["svg.hashsalt"] == before


@pytest.mark.full
def test_nothing_is_warned_of(comparisons, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in ("one draw", "odd names"):
            for chart, figure in draw_all(comparisons[name]).items():
                save_chart(figure, tmp_path / name / chart)
