"""The file: what a reader meets in which order, what assistive technology finds, and that nothing outside of it is reached."""

import base64
import hashlib
import itertools
import re

import pytest

from lockgate.experiments.report.html import element
from tests.report.made import content, page, text

ORDER = ["length", "worlds", "turning", "alternatives", "instead", "stories", "happened", "limits", "annex"]
MOST_BYTES = 1_000_000


def test_sections_come_in_the_order_of_a_reader():
    main = page().one("main")
    assert [each.attributes["id"] for each in main.children if not isinstance(each, str) and each.name == "section"] == [
        "answer",
        "try",
        *ORDER,
    ]
    links = [link.attributes["href"] for link in page().one("nav").all("a")]
    assert links == [f"#{name}" for name in ORDER]


def test_the_first_screen_has_what_a_decision_needs():
    first = page().one(id="answer")
    assert first.one("h1").text == "Ask every lab to hold each critical system with approved partners for 14 days?"
    assert [card.text for card in first.all("h2")] == ["Misuse", "Costs", "What would turn it"]
    assert first.one("strong").text == content().answer.word
    assert first.one("figure", id="chart-effect")
    honesty = first.one("p", class_="honesty").text
    assert honesty.startswith("Not a prediction · 20 simulated organisations · ")
    assert "held-out facts missed" in honesty
    assert "changed: organisations 20, not 200" in honesty


def test_headings_are_one_and_then_in_steps():
    levels = [int(node.name[1]) for node in page().one("body").below() if re.fullmatch("h[1-6]", node.name)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_landmarks_and_language():
    root = page()
    assert root.one("html").attributes["lang"] == "en-GB"
    assert [len(root.all(name)) for name in ("main", "nav", "footer")] == [1, 1, 1]
    first = next(root.one("body").below())
    assert (first.name, first.attributes["href"]) == ("a", "#answer")
    assert root.one("head").one("title").text == "staged-preview against open-release"


def test_names_are_alone_and_links_lead_somewhere():
    ids = [node.attributes["id"] for node in page().below() if "id" in node.attributes]
    assert len(ids) == len(set(ids))
    assert {"answer", "chart-effect", "chart-worlds", "chart-flip", "try", "lockgate-data"} <= {*ids, "lockgate-data"}
    for node in page().below():
        if "href" in node.attributes:
            assert node.attributes["href"].startswith("#"), node.attributes
            assert node.attributes["href"][1:] in ids
        for name in ("aria-labelledby", "aria-describedby"):
            assert node.attributes.get(name, ids[0]) in ids


def test_tables_say_what_each_cell_belongs_to():
    tables = page().all("table")
    assert len(tables) >= 3
    for table in tables:
        assert table.one("caption").text.strip()
        head = table.one("thead").all("th")
        assert all(cell.attributes["scope"] == "col" for cell in head)
        for row in table.one("tbody").all("tr"):
            cells = [child for child in row.children if not isinstance(child, str)]
            assert len(cells) == len(head)
            assert [cell.attributes.get("scope") for cell in cells] == ["row", *[None] * (len(cells) - 1)]


def test_every_figure_has_both_drawings_a_sentence_and_its_numbers():
    figures = page().all("figure")
    assert len(figures) == len(content().figures) >= 8
    for node, figure in zip(figures, content().figures, strict=True):
        drawings = node.all("svg")
        assert ["narrow" in drawing.attributes["class"].split() for drawing in drawings] == [False, True]
        for drawing in drawings:
            assert drawing.attributes["role"] == "img"
            assert drawing.all("title")[0].text == figure.data["title"].replace("\u00a0", " ")
            assert drawing.all("desc")[0].text == figure.data["alt"].replace("\u00a0", " ")
        assert node.one("figcaption").text.startswith(figure.note.replace("\u00a0", " "))
        assert page().one("pre", id=f"csv-{figure.name}").text == figure.csv.replace("\u00a0", " ")


def test_nothing_needs_a_script_but_what_is_hidden():
    hidden = [node.attributes.get("id") for node in page().below() if "hidden" in node.attributes]
    assert hidden == ["try"]
    assert not page().one(id="try").text.strip()


def test_the_policy_allows_what_is_within_and_nothing_else():
    policy = page().one("meta", http_equiv="Content-Security-Policy").attributes["content"]
    allowed = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert allowed["default-src"] == allowed["base-uri"] == allowed["form-action"] == "'none'"
    assert allowed["style-src"] == hashed(re.findall(r"<style>(.*?)</style>", text(), re.DOTALL))
    scripts = re.findall(r"<script>(.*?)</script>", text(), re.DOTALL)
    assert allowed["script-src"] == (f"{hashed(scripts)} 'wasm-unsafe-eval'" if scripts else "'none'")
    assert {node.attributes.get("type") for node in page().all("script")} <= {None, "application/json"}


def hashed(texts):
    """The source expression of the only text."""
    (found,) = texts
    return f"'sha256-{base64.b64encode(hashlib.sha256(found.encode()).digest()).decode()}'"


def test_no_attribute_has_code_or_style_and_nothing_is_fetched():
    for node in page().below():
        for name, value in node.attributes.items():
            assert name != "style", node
            assert not name.startswith("on"), node
            assert name not in {"src", "srcset", "action", "data"}, node
            assert name == "xmlns" or "//" not in (value or ""), (name, value)
    assert not page().all("link")
    assert not page().all("iframe")


def test_it_is_small_enough_to_mail():
    assert len(text().encode()) < MOST_BYTES


@pytest.mark.parametrize("attribute", ["style", "onclick", "onload"])
def test_what_the_policy_forbids_cannot_be_written(attribute):
    with pytest.raises(ValueError, match="not for pages"):
        element("p", "text", **{attribute: "x"})
