"""Charts show the numbers that they are said to show, whole, in the frame, and without covering one another."""

import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import combinations
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from lockgate.experiments.charts import PAIRED, channels, differences, draw_all, effect, save_chart, timeline, tradeoff, weekly
from lockgate.experiments.charts.claims import claim, harm_claim
from lockgate.experiments.charts.spread import THICK, THIN
from lockgate.experiments.charts.style import looks
from lockgate.experiments.charts.timeline import StageSpan, stage_spans
from lockgate.experiments.results.compare import compare
from lockgate.experiments.results.displacement import displacement_table
from lockgate.experiments.results.intervals import mean_interval
from lockgate.experiments.results.results import Results
from lockgate.experiments.results.verdict import verdict
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
SIX = (*TRIO, "withhold", "guarded-release", "open-weights-release")
COMPARISONS = {
    "three policies": {"policies": TRIO},
    "one draw": {"policies": TRIO, "draws": 1},
    "one policy twice": {"policies": TWICE},
    "one policy": {"policies": TRIO[:1]},
    "odd names": {"policies": (replace(STAGED, name="US$ 1 or $2"), replace(STAGED, name="a name too long for any axis to have room"))},
    "six policies": {"policies": SIX, "draws": 12},
    "never public": {"policies": ("withhold", "partner-programme"), "draws": 12},
}
MORE = {
    "two draws, fixed": {"policies": TRIO[:2], "draws": 2, "fixed": True},
    "twelve policies": {"policies": list_policies()[:12], "draws": 60},
    "all policies": {"policies": list_policies()},
    "less than a week": {"policies": (*TRIO, "withhold"), "horizon_days": 5},
}
COMPARISONS |= size({}, MORE)
ON_PHONES = size(("three policies", "six policies"), tuple(COMPARISONS))
CHARTS = {"tradeoff": tradeoff, "differences": differences, "weekly": weekly, "channels": channels}
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


@pytest.fixture(scope="module")
def on_phones(comparisons):
    return {
        name: {chart: draw(found, phone=True) for chart, draw in CHARTS.items() if chart != "differences" or len(found.names) > 1}
        for name, found in comparisons.items()
        if name in ON_PHONES
    }


def texts(figure):
    return [text for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible()]


def said(figure):
    return " ".join(text.get_text() for text in texts(figure))


def lines(axes, gid):
    return [line for line in axes.get_lines() if line.get_gid() == gid]


def box(text, renderer):
    # of an annotation without its arrow
    return Text.get_window_extent(text, renderer)


def visible(figure, renderer):
    """Every text that is drawn, with its box; of tick labels only those within the limits are."""
    within = {}
    for axes in (each for panel in figure.axes for each in (panel, *panel.child_axes)):
        if not axes.axison or not axes.get_visible():
            within |= dict.fromkeys([*axes.get_xticklabels(), *axes.get_yticklabels()], False)
            continue
        for axis, low, high in ((axes.xaxis, *sorted(axes.get_xlim())), (axes.yaxis, *sorted(axes.get_ylim()))):
            for tick in axis.get_major_ticks():
                there = low <= tick.get_loc() <= high
                within[tick.label1], within[tick.label2] = there and tick.label1.get_visible(), there and tick.label2.get_visible()
    return [(text, box(text, renderer)) for text in texts(figure) if within.get(text, True)]


def drawn_marks(figure):
    """The boxes of the points of marks: what no text may cover."""
    for axes in figure.axes:
        for line in axes.get_lines():
            if str(line.get_gid()).startswith("mean"):
                yield Bbox([line.get_transform().transform(line.get_xydata()[0])] * 2).padded(4)


def faults(figure):
    """What is wrong with the text of a figure: outside of it, on other text, or on a mark."""
    figure.draw_without_rendering()
    renderer = figure.canvas.get_renderer()
    frame, shown = figure.bbox.padded(1.0), visible(figure, renderer)
    found = [f"outside: {text.get_text()!r}" for text, it in shown if not frame.contains(*it.min) or not frame.contains(*it.max)]
    for (one, mine), (other, its) in combinations(shown, 2):
        if mine.padded(-1.0).overlaps(its.padded(-1.0)):
            found.append(f"{one.get_text()!r} on {other.get_text()!r}")
    found += [f"on a mark: {text.get_text()!r}" for mark in drawn_marks(figure) for text, it in shown if it.padded(-1.0).overlaps(mark)]
    return found


@pytest.mark.parametrize("name", COMPARISONS)
def test_text_is_inside_and_covers_neither_text_nor_marks(drawn, comparisons, name):
    assert set(drawn[name]) == {*CHARTS, "effect"} - (set(PAIRED) if len(comparisons[name].names) == 1 else set())
    assert {chart: found for chart, figure in drawn[name].items() if (found := faults(figure))} == {}


@pytest.mark.parametrize("name", ON_PHONES)
def test_the_same_on_a_phone_with_text_that_can_be_read(on_phones, name):
    for chart, figure in on_phones[name].items():
        assert figure.get_figwidth() == 3.9  # inches of 100 pixels
        assert min(text.get_fontsize() for text in texts(figure)) * 100 / 72 > 9.5, chart
    assert {chart: found for chart, figure in on_phones[name].items() if (found := faults(figure))} == {}


def test_a_fault_is_noticed(trio):
    figure = tradeoff(trio)
    assert faults(figure) == []
    figure.text(0.999, 0.5, "outside")
    figure.text(0.01, 0.99, "on the title", va="top")
    mark = next(drawn_marks(figure))
    figure.text(*figure.transFigure.inverted().transform((mark.x0, mark.y0)), "X")
    assert any(each == "outside: 'outside'" for each in faults(figure))
    assert any("on the title" in each for each in faults(figure))
    assert "on a mark: 'X'" in faults(figure)


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


def test_marks_of_the_tradeoff_are_means_at_the_median_delay(trio):
    panels = [axes for axes in tradeoff(trio).axes if axes.axison]
    level, change, strip = panels[0], panels[2], panels[3]
    harm, paired = trio.outcome("model_enabled_harm"), trio.difference("model_enabled_harm")
    assert trio.names[2] == "partner-programme"
    assert trio.outcome("release_censored")[:, 2].all()
    assert lines(strip, "mean 2")
    assert not lines(level, "mean 2")
    assert not lines(change, "mean 2")
    for place in range(2):
        (point,), (less,) = lines(level, f"mean {place}"), lines(change, f"mean {place}")
        factor = point.get_ydata()[0] / harm[:, place].mean()
        assert factor in (pytest.approx(1e-9), pytest.approx(1e-6), pytest.approx(1e-3))
        assert point.get_xdata()[0] == np.median(trio.outcome("release_delay_days")[:, place])
        assert less.get_ydata()[0] == pytest.approx(100.0 * paired[:, place].mean() / harm[:, 0].mean())


def test_a_delay_that_never_ends_is_on_no_axis(comparisons):
    figure = tradeoff(comparisons["never public"])
    assert all(axes.get_xscale() == "linear" for axes in figure.axes)
    assert "not public\nin 120 days" in said(figure)
    assert "not public\nin" not in said(tradeoff(comparisons["one policy twice"]))
    for name in ("never public", "three policies"):
        for figure in (tradeoff(comparisons[name]), differences(comparisons[name])):
            days = [line.get_xdata() for axes in figure.axes for line in axes.get_lines() if line.get_gid() and "day" in axes.get_xlabel()]
            assert 120.0 not in np.concatenate([np.zeros(1), *days])
    assert "not known: withhold is not public in 120 days" in said(differences(comparisons["never public"]))


def test_intervals_of_means_and_spreads_of_worlds_are_two_marks(comparisons):
    comparison = comparisons["six policies"]
    paired = 100.0 * comparison.difference("model_enabled_harm") / comparison.outcome("model_enabled_harm")[:, 0].mean()
    axes = differences(comparison).axes[0]
    ends = [float(end) for end in mean_interval(paired[:, 3])[1:]]
    (thick,) = [line for line in axes.get_lines() if line.get_linewidth() == THICK and line.get_ydata()[0] == 2]
    (thin,) = [line for line in axes.get_lines() if line.get_linewidth() == THIN and line.get_ydata()[0] == 2]
    assert thick.get_xdata() == pytest.approx(ends)
    assert thin.get_xdata() == pytest.approx(np.quantile(paired[:, 3], [0.05, 0.95]))
    for figure in (differences(comparison), tradeoff(comparison)):
        assert "Thick lines: 95 % interval of the mean. Thin lines: where 90 % of worlds are" in figure.get_supxlabel().replace("\n", " ")


def test_policies_with_the_same_delay_stand_side_by_side(drawn):
    figure = drawn["one policy twice"]["tradeoff"]
    figure.draw_without_rendering()
    marks = [lines(figure.axes[0], f"mean {place}")[0] for place in range(2)]
    assert marks[0].get_xydata().tolist() == marks[1].get_xydata().tolist()
    left, right = (mark.get_transform().transform(mark.get_xydata())[0] for mark in marks)
    assert right[0] - left[0] > 10
    assert right[1] == left[1]


def test_differences_show_means_and_shares_that_count_equal_draws_by_themselves(trio):
    figure = differences(trio)
    delay, lead = (figure.axes[HEADLINES.index(name)] for name in ("release_delay_days", "usable_lead_months"))
    (point,) = lines(delay, "mean 0")
    assert point.get_xydata()[0] == pytest.approx([trio.difference("release_delay_days")[:, 1].mean(), 0])
    assert not lines(delay, "mean 1")  # never public
    words = said(figure)
    assert "better →" in words
    assert "← better" in words
    assert "better in" not in words
    found = verdict("usable_lead_months", trio.outcome("usable_lead_months")[:, 2], trio.outcome("usable_lead_months")[:, 0])
    shares = [text.get_text() for text in lead.texts][-3:]
    assert shares == [f"{100 * share:.0f} %" for share in (found.less, found.same, found.more)]


def test_differences_need_two_policies(comparisons):
    with pytest.raises(InputError, match="two or more"):
        differences(comparisons["one policy"])


def test_the_same_policy_differs_in_nothing(drawn):
    figures = drawn["one policy twice"]
    for name in ("differences", "weekly"):
        assert "no difference" in said(figures[name]) or said(figures[name]).count("the same in every draw") == len(HEADLINES)
    assert "Every operation used the same channel as under staged-preview" in said(figures["channels"]).replace("\n", " ")
    same = "Preliminary, 3 draws: model-enabled harm is the same under both policies in every draw"
    assert {figures[name].title for name in ("tradeoff", "differences")} == {same}


def test_one_draw_has_no_interval(drawn):
    for axes in drawn["one draw"]["differences"].axes:
        assert all(len(line.get_xdata()) == 1 for line in axes.get_lines() if line.get_gid())
    for name in ("tradeoff", "differences", "weekly"):
        title = drawn["one draw"][name].title
        assert title.startswith("Preliminary, 1 draw: no policy has clearly less model-enabled harm")


def columns(*means):
    """Harm under policies with these means in 60 draws, all of which vary alike, and a little by themselves."""
    common, own = np.arange(60.0) % 7, (np.arange(60.0)[:, None] * np.arange(1, len(means) + 1)) % 5
    return 10.0 * (np.array(means) + 0.1 * common[:, None] + 0.01 * own)


@pytest.mark.parametrize(
    ("harm", "text", "about"),
    [
        (columns(10, 8, 9), "b has the least harm, clearly less than a, by 19 % (US$ 20)", 1),
        (columns(8, 9, 10), "a has the least harm; clearly more: b, c", 0),
        (columns(10, 10, 12), "No policy has clearly less harm than a; clearly more: c", None),
        (columns(10, 8, 8, 8), "3 of 3 policies have clearly less harm than a, by 19 %; which has least is unclear", None),
        (columns(10, 8, 12), "b has the least harm, clearly less than a, by 19 % (US$ 20)", 1),
        (columns(10, 12), "a has the least harm; clearly more: b", 0),
    ],
)
def test_titles_claim_what_the_verdicts_allow(harm, text, about):
    found = claim("abcd"[: harm.shape[1]], harm, "harm")
    assert (found.text, found.about) == (text, about)


def test_a_title_says_what_leans_and_does_not_rank_it():
    shift = np.where(np.arange(100) % 4 > 0, -1.0, 3.0)  # less in three of four draws, and a mean of 0
    base = 50.0 + np.arange(100.0) % 9
    assert claim("ab", np.column_stack([base, base + shift]), "harm").text == "No policy has clearly less harm than a; leaning to less: b"


@pytest.mark.parametrize("name", ["three policies", "six policies", "never public"])
def test_titles_of_one_comparison_agree(drawn, comparisons, name):
    told = harm_claim(comparisons[name]).text
    assert drawn[name]["differences"].title == told
    assert drawn[name]["tradeoff"].title.startswith(told)
    for figure in drawn[name].values():
        assert figure.title.startswith(f"Preliminary, {comparisons[name].draws} draws: ")


def test_a_summary_is_worked_out_once_and_cannot_be_changed(trio):
    found = trio.summary()
    found["policies"].clear()
    assert trio.summary()["policies"]
    assert trio.summarised is trio.summarised


def test_labels_and_changes_stand_in_every_chart(trio, monkeypatch):
    monkeypatch.setattr(Results, "labels", property(lambda self: tuple(f"{name}, 30 d" for name in self.names)))
    monkeypatch.setattr(Results, "changes", property(lambda self: ("preview_days 30, not 14",)))
    for chart, draw in {**CHARTS, "effect": effect}.items():
        words = said(draw(trio)).replace("\n", " ")
        assert "staged-preview, 30 d" in words, chart
        assert "Changed: preview_days 30, not 14." in words, chart


def test_weekly_levels_and_differences(trio):
    figure = weekly(trio)
    weeks = trio.horizon_days // 7  # the week that the end of the run cuts short is left out
    for number, name in enumerate(("harm", "exposed_share", "usable_lead_months")):
        level, change = figure.axes[2 * number : 2 * number + 2]
        (line,) = lines(level, "median 0")
        median, paired = np.median(trio.weekly(name)[:, 0, :weeks], axis=0), trio.weekly(name)[:, :, :weeks]
        assert line.get_ydata() == pytest.approx(median * line.get_ydata().max() / median.max())
        assert line.get_xdata().tolist() == list(range(6, 7 * weeks, 7))
        for place in (1, 2):
            (line,) = lines(change, f"change {place}")
            mean = (paired[:, place] - paired[:, 0]).mean(axis=0)
            assert line.get_ydata() == pytest.approx(mean * np.abs(line.get_ydata()).max() / np.abs(mean).max())
        assert [text.get_text() for text in change.texts] == list(trio.names[1:])


def test_many_policies_have_a_small_panel_each_of_one_scale(drawn, comparisons):
    figure = drawn["six policies"]["weekly"]
    panels = [axes for axes in figure.axes if any(str(line.get_gid()).startswith("change") for line in axes.get_lines())]
    assert [axes.get_title(loc="left") for axes in panels] == 3 * list(comparisons["six policies"].names[1:])
    for first in range(0, len(panels), 5):
        assert len({axes.get_ylim() for axes in panels[first : first + 5]}) == 1


def drawn_mark(look):
    """A mark in shades of grey, as an array."""
    figure = Figure(figsize=(0.2, 0.2), dpi=150)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.plot([0], [0], **look.mark, markersize=8.5)
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())[:, :, :3] @ np.array([0.299, 0.587, 0.114])


def test_twelve_policies_can_be_told_apart_without_colour():
    pictures = [drawn_mark(look) for look in looks(12)]
    ink = min(np.sum(255.0 - picture) for picture in pictures)
    for one, other in combinations(pictures, 2):
        assert np.abs(one - other).sum() > 0.3 * ink
    assert len({(look.marker, look.hollow) for look in looks(12)}) == 12


def test_bars_add_up_to_all_harm_and_all_operations(trio):
    harm, operations = channels(trio).axes[1:3]
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


@pytest.mark.full
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


def test_a_file_is_the_same_whichever_way_it_is_saved(trio, tmp_path):
    figure = tradeoff(trio)
    for path in save_chart(figure, tmp_path / "a"):
        figure.savefig(tmp_path / f"b{path.suffix}", dpi=figure.dpi)
        assert (tmp_path / f"b{path.suffix}").read_bytes() == path.read_bytes()


def test_svg_has_text_as_text_escaped_and_in_fonts_that_others_have(comparisons, tmp_path):
    figure = tradeoff(comparisons["odd names"])
    figure.axes[-1].set_title("less < more & <b>bold</b>")
    figure.savefig(tmp_path / "a.svg")
    content = (tmp_path / "a.svg").read_text(encoding="utf-8")
    found = [
        "".join(element.itertext())
        for element in ElementTree.fromstring(content).iter(  # noqa: S314  # of our own
            "{http://www.w3.org/2000/svg}text"
        )
    ]
    assert "less < more & <b>bold</b>" in found
    assert any("US$ 1 or $2" in text for text in found)
    assert "<b>" not in content
    assert "'DejaVu Sans'" in content
    assert "Verdana" in content
    assert "sans-serif" in content
