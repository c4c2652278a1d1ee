"""What a notebook shows of a comparison: the terminal's numbers and words, its charts, and a bar while it runs."""

import base64
import inspect
import sys
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO, StringIO
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from lockgate.experiments.charts import Plots, draw_all
from lockgate.experiments.charts.style import SCREEN_DPI
from lockgate.experiments.command.compare import print_comparison
from lockgate.experiments.results.compare import compare
from lockgate.experiments.text.comparison import sentences
from lockgate.experiments.text.notes import headings
from lockgate.experiments.text.table import policy_rows, table_columns
from lockgate.experiments.text.wording import Wording
from lockgate.scenarios import load_policy, load_world, with_parameters
from lockgate.sim.errors import InputError

WORLD = with_parameters(load_world("baseline"), {"organisations": 20, "bad_actors": 50})
ASKED = {"world": WORLD, "draws": 3, "horizon_days": 60}
HOSTILE = replace(load_policy("staged-preview"), name='<script>alert("1")</script>&amp;\x1b[31m')
VOID = {"br", "img"}


@pytest.fixture(scope="module")
def trio():
    return compare(["open-release", "staged-preview", "withhold"], **ASKED)


@pytest.fixture(scope="module")
def text(trio):
    return trio._repr_html_()


@pytest.fixture(scope="module")
def figures(trio):
    return draw_all(trio)


class Page(HTMLParser):
    """Checks that every tag is closed where it should be, and keeps tables, paragraphs, titles and pictures."""

    def __init__(self, text):
        super().__init__()
        self.open, self.rows, self.paragraphs, self.titles, self.pictures = [], [], [], [], []
        self.tags = set()
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        if tag == "br":
            self.handle_data("\n")
        elif tag == "img":
            self.pictures.append(dict(attributes))
        else:
            self.open.append(tag)
        for new, kept in (("tr", self.rows), ("p", self.paragraphs), ("summary", self.titles)):
            if tag == new:
                kept.append([] if tag == "tr" else "")
        if tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1] in {"td", "th"}:
            self.rows[-1][-1] += data
        elif self.open[-1] == "p":
            self.paragraphs[-1] += data
        elif self.open[-1] == "summary":
            self.titles[-1] += data


def flat(text):
    return " ".join(text.split())


def test_the_representation_is_one_sentence_of_what_was_compared(trio):
    assert repr(trio) == (
        "Comparison of open-release (the reference), staged-preview, withhold. "
        "World baseline: 3 worlds drawn from its priors, 60 days each, seed 1."
    )
    assert str(trio) == repr(trio)


def test_the_page_has_the_table_and_the_words_of_the_terminal(trio, text, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "500")
    print_comparison(trio)
    printed = flat(capsys.readouterr().out)
    page, summary, words = Page(text), trio.summary(), Wording(60, 3, fixed=False)
    outcomes = table_columns(summary["policies"].values())
    wanted = [row for name in trio.names for row in policy_rows(name, summary, outcomes, words)]
    assert page.rows[1:] == wanted
    assert page.rows[0] == ["policy", *(f"{column.heading}\n{column.unit}" for column in outcomes)]
    # Preliminary, the world, what was changed; three notes on rows, two on requests, two on pairing; three policies, and the least.
    assert len(page.paragraphs) == 3 + 3 + 2 + 2 + 4
    assert page.paragraphs[:3] == headings(summary, words, 1)
    assert page.paragraphs[0] == "Preliminary: 3 draws; a verdict needs 50."
    assert page.paragraphs[2].startswith("Changed: organisations 20, not ")
    assert page.paragraphs[-4:] == sentences(summary, words)
    for said in page.paragraphs:
        assert flat(said) in printed
    for row in page.rows[1:]:
        assert flat(" ".join(row)) in printed


def test_the_page_shows_every_chart_under_its_title(text, figures):
    page = Page(text)
    titles = {name: figure.title for name, figure in figures.items()}
    for figure in figures.values():
        assert flat(figure.get_suptitle()).replace("- ", "-") == figure.title.replace("$", r"\$")  # which breaks names at their hyphens
    assert [picture["alt"] for picture in page.pictures] == list(titles.values())
    assert page.titles == [f"{name}: {title}" for name, title in titles.items() if name != "tradeoff"]
    pictures = [base64.b64decode(picture["src"].removeprefix("data:image/png;base64,"), validate=True) for picture in page.pictures]
    assert pictures[0] == figures["tradeoff"].png()
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)
    assert len(text) < 300_000


def test_one_policy_alone_has_a_page():
    alone = compare(["withhold"], **ASKED)
    page = Page(alone._repr_html_())
    assert repr(alone).startswith("Comparison of withhold (the reference). World")
    assert [len(row) for row in page.rows] == [5, 5, 5, 5]  # the head, the mean, its interval, the yearly rate
    assert len(page.pictures) == 3


@pytest.mark.full
def test_names_of_users_are_no_markup():
    named = compare(["open-release", HOSTILE], **ASKED)
    text = named._repr_html_()
    page = Page(text)
    assert page.tags <= {"div", "p", "table", "thead", "tbody", "tr", "th", "td", "br", "details", "summary", "img"}
    assert r"""<script>alert("1")</script>&amp;\x1b[31m""" in [row[0] for row in page.rows]
    assert "\x1b" not in text + repr(named)


# Charts by name


def test_every_chart_has_a_method_that_says_what_it_shows(trio, figures):
    methods = {name: method for name, method in inspect.getmembers(trio.plot, callable) if not name.startswith("_")}
    assert set(methods) == {*figures, "timeline"} == {name for name in dir(trio.plot) if not name.startswith("_")}
    for name, method in methods.items():
        assert len(inspect.getdoc(method)) > 40, name
        figure = method()
        assert isinstance(figure, Figure), name
        assert name == "timeline" or figure.title == figures[name].title


def test_a_notebook_shows_a_chart_by_itself_in_its_colours(figures):
    figures["tradeoff"].savefig(full := BytesIO(), format="png", dpi=SCREEN_DPI)
    with Image.open(full) as one, Image.open(BytesIO(figures["tradeoff"]._repr_png_())) as other:
        wanted, found = (np.asarray(image.convert("RGB")).astype(int) for image in (one, other))
        assert 800 <= other.width <= 1200
    assert np.abs(wanted - found).max() <= 16


def test_a_timeline_is_of_any_draw_and_policy(trio):
    shown = trio.plot.timeline("withhold", draw=2)
    assert "withhold" in shown.get_suptitle()
    assert "Draw 2 of 3" in shown.get_supxlabel()
    assert "staged-preview" in trio.plot.timeline().get_suptitle()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"policy": "withold"}, r"policy = 'withold' must be one of those compared: .*; did you mean \"withhold\"\?"),
        ({"policy": ["withhold"]}, r"policy = \['withhold'\] must be one of those compared"),
        ({"draw": 3}, r"draw = 3 must be 0 to 2"),
        ({"draw": 0.5}, r"draw = 0.5 must be a whole number, 0 to 2"),
    ],
)
def test_what_no_timeline_can_be_drawn_of_is_told(trio, asked, said):
    with pytest.raises(InputError, match=said):
        trio.plot.timeline(**asked)


def test_one_policy_alone_has_no_differences():
    with pytest.raises(InputError, match="two or more"):
        Plots(compare(["withhold"], **ASKED)).differences()


# Progress


class Publisher:
    """Keeps what a notebook is told to show."""

    def __init__(self):
        self.shown = []

    def publish(self, data, metadata, transient, update):
        self.shown.append((data, transient["display_id"], update))


@pytest.fixture
def cell(monkeypatch):
    """IPython as a notebook's kernel has it, with what it shows."""
    publisher, ipython = Publisher(), ModuleType("IPython")
    ipython.get_ipython = lambda: SimpleNamespace(kernel=object(), display_pub=publisher)
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    return publisher


class Terminal(StringIO):
    """A stream that says that it is one."""

    def isatty(self):
        return True


def test_a_bar_grows_in_a_cell_and_goes(cell, capsys):
    compare(["withhold"], **ASKED, threads=1, progress=True)
    (first, place, update), *others = cell.shown
    assert (first["text/plain"], update) == ("0 of 3 draws", False)
    assert all(other[1:] == (place, True) for other in others)
    assert [data["text/plain"] for data, *_ in others] == ["1 of 3 draws", "2 of 3 draws", "3 of 3 draws", ""]
    assert '<progress value="2" max="3">' in others[1][0]["text/html"]
    assert capsys.readouterr() == ("", "")


def test_the_bar_goes_where_the_run_fails(cell):
    with pytest.raises(ZeroDivisionError):
        with_failing_runs()
    assert cell.shown[-1][0] == {"text/plain": "", "text/html": ""}


def with_failing_runs():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lockgate.experiments.results.compare.make_runs", lambda *_, **__: 1 / 0)
        compare(["withhold"], **ASKED, progress=True)


def test_a_terminal_has_a_bar(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setenv("TERM", "xterm")
    compare(["withhold"], **ASKED, progress=True)
    assert "3/3" in sys.stderr.getvalue()
    assert "draws" in sys.stderr.getvalue()


@pytest.mark.parametrize("stream", [StringIO(), None])
def test_nothing_is_written_where_nobody_watches(stream, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stderr", stream)
    compare(["withhold"], **ASKED, progress=True)
    assert stream is None or stream.getvalue() == ""
    assert capsys.readouterr().out == ""


def test_no_bar_unless_it_is_asked_for(cell, monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    compare(["withhold"], **ASKED)
    compare(["withhold"], **ASKED, progress=False)
    assert (cell.shown, sys.stderr.getvalue()) == ([], "")


def test_a_function_hears_of_all_draws():
    heard = []
    compare(["withhold"], **ASKED, progress=heard.append)
    assert sum(heard) == 3


def test_other_progress_is_refused():
    with pytest.raises(InputError, match=r"progress = 3 must be true \(a bar\), false \(none\), or a function"):
        compare(["withhold"], **ASKED, progress=3)


def test_a_shell_that_is_no_notebook_is_none(monkeypatch):
    ipython = ModuleType("IPython")
    ipython.get_ipython = lambda: SimpleNamespace(display_pub=None)
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setattr(sys, "stderr", StringIO())
    compare(["withhold"], **ASKED, progress=True)
    assert sys.stderr.getvalue() == ""
