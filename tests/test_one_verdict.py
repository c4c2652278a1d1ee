"""No two outputs of one result disagree: what each says in words of planted comparisons is read from its text, and is the one verdict."""

import json
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from lockgate.experiments import notebook
from lockgate.experiments.answers.choice.choice import choice
from lockgate.experiments.answers.over_time.effect import effects
from lockgate.experiments.answers.parts import Asked, helps
from lockgate.experiments.answers.precision.precision import precision
from lockgate.experiments.answers.worst.worst import worst_worlds
from lockgate.experiments.charts import claims as chart_claims
from lockgate.experiments.charts import draw_all
from lockgate.experiments.charts.choice import choice_chart
from lockgate.experiments.charts.choice import title_of as choice_title
from lockgate.experiments.charts.differences import panel_of
from lockgate.experiments.charts.style import drawable, labels_of, names_of
from lockgate.experiments.charts.tradeoff import title_of as tradeoff_title
from lockgate.experiments.charts.weekly import title_of as weekly_title
from lockgate.experiments.charts.worst import title_of as worst_title
from lockgate.experiments.charts.worst import worst as worst_chart
from lockgate.experiments.command.found import Shown, found_in
from lockgate.experiments.command.terminal import PlainConsole
from lockgate.experiments.evidence.caveats import caveats
from lockgate.experiments.results.stored import open_study
from lockgate.experiments.results.verdict import Verdict
from lockgate.experiments.store import save_comparison
from lockgate.experiments.text.comparison import sentences
from lockgate.experiments.text.notes import headings
from lockgate.experiments.text.numbers import printable
from lockgate.experiments.text.table import comparison_table, policy_rows, table_columns
from lockgate.experiments.text.wording import Wording
from tests import claims
from tests.claims import Claim, Ranking, Truth
from tests.generated_comparison import generated
from tests.sizes import in_full, size

effect_chart = sys.modules["lockgate.experiments.charts.effect"]  # the package has a function of this name
HARM = "model_enabled_harm"
BIG = 11  # of a comparison with a clear difference


def comparison(number, *, whole=False):
    """A generated comparison. Its runs cannot be made again, so what pairing would say of them is left out."""
    results = generated(number, whole=whole)
    vars(results)["pairing"] = {}
    return results


def words_of(results):
    return Wording(results.horizon_days, results.draws, results.fixed)


def told(results):
    """What may be said."""
    return Truth(results.names, results.outcome(HARM))


# Each output, and the claims of it


def from_summary(results):
    found = results.summarised
    return [
        *(of_verdict("summary", name, found["policies"][name][HARM]["difference"]) for name in results.names[1:]),
        Ranking("summary", frozenset(found["least_harm"])),
    ]


def of_verdict(source, name, content):
    known = Verdict.of(HARM, content)
    return Claim(source, name, known.word, known.direction, preliminary=content["preliminary"])


def from_sentences(results, source="sentences"):
    lines = sentences(results.summarised, words_of(results))
    return in_lines(source, lines, results)


def in_lines(source, lines, results):
    ranked = claims.in_least(source, lines, results.labels)
    names = dict(zip(results.labels, results.names, strict=True))
    least = [Ranking(each.source, frozenset(names[label] for label in each.least), each.preliminary) for each in ranked]
    return [*claims.in_sentences(source, lines, results.names, results.labels), *least]


def from_table(results):
    summary, words = results.summarised, words_of(results)
    table = table_columns(summary["policies"].values())
    rows = [row for name in results.names for row in policy_rows(name, summary, table, words)]
    return claims.in_rows("table", rows, results.names, list(map(printable, results.labels)))


class Page(HTMLParser):
    """The paragraphs and the rows of a notebook's page."""

    def __init__(self, text):
        super().__init__()
        self.paragraphs, self.rows, self.inside = [], [], None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag in {"p", "td", "th"}:
            self.inside = tag
            if tag == "p":
                self.paragraphs.append("")
            else:
                self.rows[-1].append("")
        elif tag == "tr":
            self.rows.append([])

    def handle_endtag(self, tag):
        self.inside = None if tag == self.inside else self.inside

    def handle_data(self, data):
        if self.inside == "p":
            self.paragraphs[-1] += data
        elif self.inside:
            self.rows[-1][-1] += data


def from_notebook(results, monkeypatch):
    monkeypatch.setattr("lockgate.experiments.charts.draw_all", lambda comparison: {})
    shown = Page(notebook.page(results))
    monkeypatch.undo()
    few = [line for line in shown.paragraphs if line.startswith("Preliminary")]
    assert bool(few) == (results.draws < 50)
    return [
        *in_lines("notebook", shown.paragraphs, results),
        *claims.in_rows("notebook", shown.rows, results.names, list(map(printable, results.labels))),
    ]


def from_card(results):
    return claims.in_card("card", caveats(results, {})[1], results.names, list(map(printable, results.labels)))


def titles(results):
    return {
        "tradeoff": tradeoff_title(results),
        "differences": drawable(chart_claims.harm_claim(results).text),
        "weekly": weekly_title(results),
    }


def from_titles(results, each):
    labels = plainly(labels_of(results))
    return [claim for name, title in each.items() for claim in claims.in_title(name, plainly([title])[0], results.names, labels)]


def plainly(texts):
    """Texts of charts without what Matplotlib needs."""
    return [text.replace(r"\$", "$") for text in texts]


def from_frame(results):
    frame = results.differences(HARM).to_dict("records")
    return [of_verdict("frame", row["policy"], {**row, "draws": row["draws"], "verdict": row["verdict"]}) for row in frame]


def from_panels(results):
    """The numbers of the chart of differences."""
    panel = panel_of(results, HARM)
    share = panel.unit.startswith("%")
    return [
        Claim("panel", name, found.word, found.direction, (repr(float(mean)),) if share else (), preliminary=found.preliminary)
        for name, found, mean in zip(results.names[1:], panel.verdicts, panel.spread.mean, strict=True)
    ]


def from_effects(results):
    found = effects(results)
    named_so = dict(zip(results.labels[1:], results.names[1:], strict=True))
    texts = [claim for each in found for claim in claims.in_effect("effect", each.sentences(), named_so[each.policy])]
    panels = [c for each in found for c in claims.in_panel("panel of effect", plainly([effect_chart.said(each)])[0], named_so[each.policy])]
    title = plainly([effect_chart.title_of(found)])[0]
    alone = [
        claim
        for each in found
        for claim in claims.in_effect_title(
            "title of effect", plainly([effect_chart.title_of([each])])[0], (results.names[0], named_so[each.policy]),
            plainly(names_of([results.labels[0], each.policy])),
        )
    ]  # fmt: skip
    labels = plainly(labels_of(results))
    return [*texts, *panels, *alone, *claims.in_effect_title("title of effects", title, results.names, labels)]


def from_helps(results):
    lines = list(helps(Asked(results, results.names[1])).sentences)
    return claims.in_sentences("helps", lines, results.names, results.labels)


def from_choice(results):
    """The frontier's verdicts; and what costs least at a price of 0, where cost is harm."""
    found = choice(results)
    pairs = [
        Claim("choice", name, row[0].word, row[0].direction, preliminary=row[0].preliminary)
        for name, row in zip(results.names[1:], found.frontier.pairs[HARM][1:], strict=True)
    ]
    title = plainly([choice_title(found)])[0]
    early = results.draws < 50
    assert title.startswith("Preliminary") == early
    assert found.sentences()[0].startswith("Preliminary") == early
    labels = plainly(labels_of(results))
    ranked = re.search(r"clearly least cost: (?P<who>.+?) (?:up to US\$|at any price)", title)
    if not ranked or re.search(r"from US\$", ranked["who"]):
        assert len(told(results).least) > 1 or found.prices.same
        return pairs
    places = [labels.index(who) for who in claims.members(ranked["who"], labels)]
    return [*pairs, Ranking("title of choice", frozenset(results.names[place] for place in places))]


def from_precision(results):
    lines = precision(results).sentences()
    assert lines[0].startswith("Preliminary") == (results.draws < 50)
    found = []
    for name, label in zip(results.names[1:], results.labels[1:], strict=True):
        (line,) = [line for line in lines if line.startswith(f"{label}: ")]
        clear = re.search(r"its verdict is clear \((less|more)\)", line)
        same = "no draw differs from" in line
        word, side = ("clear", clear[1]) if clear else ("same", "same") if same else ("not clear", None)
        found.append(Claim("precision", name, word, side))
    return found


def worst_disagrees(results, names):
    """What the title, the sentences and the verdict on the worst worlds have apart from one another, under each of these policies."""
    wrong = []
    for name in names:
        found = worst_worlds(results, name)
        known, title = found.tail.verdict, worst_title(found)
        said = " ".join(found.said_verdict)
        clear = re.search(r" is (?:under )?[^ ].*? (less|more) than under", title)
        if bool(clear) != known.is_clear or (clear and clear[1] != known.direction):
            wrong.append(f"{title}: {known}")
        if ("leans to" in title) != (known.word == "leaning") or ("is the same" in title) != (known.word == "same"):
            wrong.append(f"{title}: {known}")
        if (
            said.startswith("That is ") != known.is_clear
            or ("preliminary" in title) != known.preliminary
            or ("preliminary" in said) != known.preliminary
        ):
            wrong.append(f"{title} / {said}: {known}")
    return wrong


def outputs(results, monkeypatch):
    """The claims of all outputs in words."""
    found = [
        *from_summary(results), *from_sentences(results), *from_table(results), *from_notebook(results, monkeypatch), *from_card(results),
        *from_titles(results, titles(results)), *from_frame(results), *from_panels(results), *from_effects(results), *from_helps(results),
        *from_choice(results), *from_precision(results),
    ]  # fmt: skip
    about = [claim.about for claim in found if isinstance(claim, Claim)]
    assert all(about.count(name) >= 10 for name in results.names[1:])
    return found


def is_whole(results):
    """Whether a terminal of 80 columns shows every cell of the table whole."""
    summary, words = results.summarised, words_of(results)
    console = PlainConsole()
    console.width = 80
    with console.capture() as captured:
        console.print(comparison_table(summary, words, 80))
    lines = captured.get().split("\n")
    table = table_columns(summary["policies"].values())
    cells = [cell for name in results.names for row in policy_rows(name, summary, table, words) for cell in row]
    letters = sorted("".join("".join(cells).split()) + "".join("".join(["policy", *(each.heading for each in table)]).split()))
    printed = sorted("".join("".join(lines).replace("\u2500", "").split()))
    return max(map(len, lines)) <= 80 and letters == printed


def check(number, monkeypatch):
    """What the outputs of a comparison have apart from the verdict, and from one another."""
    results = comparison(number)
    assert is_whole(results), number
    top = headings(results.summarised, words_of(results), results.seed)
    assert top[0].startswith("Preliminary") == (results.draws < 50)
    return [
        *told(results).contradicted_by(outputs(results, monkeypatch)),
        *worst_disagrees(results, results.names[1 + number % (len(results.names) - 1) :][:1]),
    ]


def check_charts(results):
    """The same of charts as they are drawn: the titles that they have, and what is written in them."""
    drawn = draw_all(results)
    each = {name: drawn[name].title for name in ("tradeoff", "differences", "weekly")}
    found = effects(results)
    panels = effect_chart.effect(found).axes
    written = [claim for axes, name in zip(panels, results.names[1:], strict=True)
               for claim in claims.in_panel("effect drawn", plainly([axes.texts[0].get_text()])[0], name)]  # fmt: skip
    assert choice_chart(choice(results)).title == plainly([choice_title(choice(results))])[0]
    worlds = worst_worlds(results, results.names[1])
    assert worst_chart(worlds).title == plainly([worst_title(worlds)])[0]
    return told(results).contradicted_by([*from_titles(results, each), *written])


def check_folder(results, folder):
    """The same of what a folder has: its summary, its card, and the table that a sweep of it prints."""
    save_comparison(results, folder, ["lockgate"], charts=False)
    opened = open_study(folder)
    truth = told(opened)
    assert np.array_equal(truth.harm, results.outcome(HARM))
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    kept = [of_verdict("summary.json", name, summary["policies"][name][HARM]["difference"]) for name in results.names[1:]]
    lines = sentences({**summary, "pairing": {}}, words_of(results))
    card = (folder / "credibility.md").read_text(encoding="utf-8")
    frame = found_in(opened, ())
    shown = Shown(opened.study, opened, frame, ())
    column = shown.columns().index("verdict")
    few = "preliminary, " if shown.headings()[0].startswith("Preliminary") else ""  # it stands above the table, once for all cells
    cells = [claims.in_verdict_cell("sweep", few + shown.columns(row)[column], row["policy"]) for row in frame.to_dict("records")]
    assert bool(few) == (results.draws < 50)
    return truth.contradicted_by([
        *kept, Ranking("summary.json", frozenset(summary["least_harm"])), *in_lines("sentences of summary.json", lines, results),
        *claims.in_card("credibility.md", card, results.names, list(map(printable, results.labels))), *cells,
    ])  # fmt: skip


@pytest.mark.parametrize("first", [0, *in_full(6, 12, 18)])
def test_no_two_outputs_disagree(first, monkeypatch):
    assert [wrong for number in range(first, first + 6) for wrong in check(97 * number + number // 6, monkeypatch)] == []


def contradicted(monkeypatch, name, said, number=5):
    """What is found where one function says something else of a comparison with clear and unclear effects."""
    monkeypatch.setattr(*((name,) if isinstance(name, str) else name), said)
    results = comparison(number)
    fresh = pytest.MonkeyPatch()
    return told(results).contradicted_by(outputs(results, fresh))


def test_a_title_that_contradicts_is_found(monkeypatch):
    results = comparison(BIG)
    reference, who, *_ = labels_of(results)
    assert told(results).verdicts[results.names[1]].direction == "more"
    wrong_claim = chart_claims.Claim(f"{who} has clearly less model-enabled harm than {reference}, by 12 % (US$ 3)")
    found = contradicted(monkeypatch, "lockgate.experiments.charts.claims.harm_claim", lambda comparison: wrong_claim, BIG)
    assert any("the direction is more" in wrong for wrong in found)
    assert any("US$ ('3', '') should be" in wrong for wrong in found)
    assert all(wrong.startswith("differences: ") for wrong in found)


def test_a_word_that_contradicts_is_found(monkeypatch):
    found = contradicted(monkeypatch, "lockgate.experiments.text.table.verdict_cell", lambda found: "leaning: less")
    assert {wrong.split(":")[0] for wrong in found} >= {"table", "notebook"}
    assert all(wrong.startswith(("table", "notebook")) for wrong in found)


def test_a_number_that_contradicts_is_found(monkeypatch):
    size_told = effect_chart.size_told
    twice = lambda each, found: size_told(each, replace(found, mean=2.0 * found.mean))  # noqa: E731
    found = contradicted(monkeypatch, (effect_chart, "size_told"), twice, number=BIG)
    assert found
    assert all("should be" in wrong and "effect" in wrong for wrong in found)


def test_nor_do_charts(monkeypatch):
    assert [wrong for number in size((4,), (4, 23)) for wrong in check_charts(comparison(number, whole=True))] == []


def test_nor_does_what_a_folder_holds(tmp_path):
    assert [wrong for number in (7, 16) for wrong in check_folder(comparison(number, whole=True), tmp_path / str(number))] == []


@pytest.mark.full
def test_no_two_outputs_of_500_folders_disagree(tmp_path, monkeypatch):
    wrong = [wrong for number in range(500) for wrong in check(number, monkeypatch)]
    wrong += [wrong for number in range(0, 500, 31) for wrong in check_charts(comparison(number, whole=True))]
    assert (
        wrong + [wrong for number in range(0, 500, 17) for wrong in check_folder(comparison(number, whole=True), tmp_path / str(number))]
        == []
    )
