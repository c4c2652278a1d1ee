"""A report of planted comparisons says in words what the one verdict says, whatever the sizes, names and numbers of draws."""

import re
from itertools import combinations

import numpy as np
import pytest

from lockgate.experiments.report.document import document
from lockgate.experiments.report.report import report_content
from lockgate.experiments.results.verdict import groups, verdicts
from lockgate.experiments.text.numbers import printable
from tests import claims
from tests.claims import SHARE, Truth
from tests.generated_comparison import generated
from tests.report.made import section
from tests.report.tree import tree
from tests.sizes import in_full

HARM = "model_enabled_harm"
NUMBERS = (0, 4, 8, 11, 17, 23, *in_full(1, 5, 10, 14, 16, 20, 22))


@pytest.fixture(scope="module", params=NUMBERS)
def planted(request):
    """A comparison whose runs cannot be made again, and its report."""
    results = generated(request.param)
    return results, report_content(results)


def truth(results):
    return Truth(results.names, results.outcome(HARM))


def test_the_first_screen_says_the_verdict(planted):
    results, found = planted
    known = truth(results).verdicts[results.names[1]]
    word, _, side = found.answer.word.removeprefix("preliminary, ").partition(": ")
    assert (word, side or "same") == (known.word, known.direction)
    assert found.answer.word.startswith("preliminary") == known.preliminary == found.answer.answer.startswith("Preliminary")
    shares = [each.split()[0] for each in found.answer.misuse]
    assert all(map(claims.is_share, shares, (known.less, known.same, known.more)))


def test_the_answer_ends_as_the_verdict_does(planted):
    results, found = planted
    name = results.names[1]
    if found.answer.figure is None or "The same harm" in found.answer.answer:
        assert found.answer.figure is not None or "series" in found.answer.why_none
        return
    said = re.search(r"; by day 70 \(about 2 months\): (?P<what>.*)\.$", found.answer.answer)["what"]
    lines = [found.answer.answer, f"By day 70: {said}. Percentages are so."]
    assert not truth(results).contradicted_by(claims.in_effect("answer", lines, name))


def test_the_worlds_are_counted_as_the_verdict_counts(planted):
    results, found = planted
    known = truth(results).verdicts[results.names[1]]
    (drawn,) = section(found, "worlds").parts
    told = re.search(rf"less in ({SHARE}) % of \w+, the same in ({SHARE}) %, more in ({SHARE}) %", drawn.data["title"])
    if known.draws > 1:
        assert all(map(claims.is_share, told.groups(), (known.less, known.same, known.more)))
    sides = drawn.data["side"]
    for side, share in zip((-1, 0, 1), (known.less, known.same, known.more), strict=True):
        assert abs(sides.count(side) - len(sides) * share) <= 1.0


def test_pairs_that_cannot_be_told_apart_are_named(planted):
    results, found = planted
    first = section(found, "alternatives").parts[0]
    said = first.data["title"] if hasattr(first, "data") else first.text
    table = next(part for part in section(found, "alternatives").parts if hasattr(part, "head"))
    labels = [printable(label) for label in results.labels]
    shown = [labels.index(label) for label in table.head[1:]]
    assert shown[0] == 0
    assert len(shown) <= 5
    harm = results.outcome(HARM)
    alike = [
        f"{labels[one]} and {labels[two]}"
        for one, two in combinations(shown, 2)
        if not verdicts(HARM, harm[:, [one]], harm[:, [two]])[0].is_clear
    ]
    assert said.endswith(f"Not clearly different in harm: {'; '.join(alike)}." if alike else "pair by pair.")
    least = [labels[shown[place]] for place in groups(HARM, harm[:, shown])[0]]
    assert (f"{least[0]} has the least harm" in said) == (len(least) == 1)
    rows = {row[0]: row[1:] for row in table.rows}
    assert {label for label, group in zip(table.head[1:], rows["group"], strict=True) if group == "1"} == set(least)


def test_each_verdict_of_the_table_is_that_of_the_policy(planted):
    results, found = planted
    table = next(part for part in section(found, "alternatives").parts if hasattr(part, "head"))
    labels = [printable(label) for label in results.labels]
    known = truth(results)
    rows = {row[0]: row[1:] for row in table.rows}
    for label, cell in list(zip(table.head[1:], rows["verdict"], strict=True))[1:]:
        name = results.names[labels.index(label)]
        assert not known.contradicted_by([claims.in_verdict_cell("table", cell, name)])


def test_the_file_is_whole_whatever_was_planted(planted):
    _, found = planted
    root = tree(document(found))
    assert root.one("h1").text.strip()
    assert "nan" not in re.findall(r"[a-z]+", " ".join(node.text for node in root.all("p")).lower())
    assert not np.isinf(len(root.all("figure")))


def test_no_number_of_the_first_screen_is_told_without_its_interval_or_its_word(planted):
    _, found = planted
    if found.answer.verdict.is_clear and np.isfinite(found.answer.verdict.low):
        assert found.answer.interval
    assert found.answer.word
