"""The credibility card: honest where nothing is recorded, the same figures as the record, and the parameters that matter on top."""

import json
import re

import pytest

from lockgate.experiments.charts.style import caption
from lockgate.experiments.evidence.card import (
    FACTORS,
    credibility_card,
    foot,
    influences,
    recorded,
    validated,
    verified,
)
from lockgate.experiments.evidence.caveats import said
from lockgate.experiments.evidence.facts import FACTS, HELD_OUT
from lockgate.experiments.results.compare import compare
from lockgate.experiments.results.verdict import decided, verdict
from lockgate.experiments.store import save_comparison
from lockgate.scenarios import load_world, with_parameters
from lockgate.sim.model.parameters import PARAMETERS
from lockgate.sim.model.policy import Policy
from tests.full.page import PAGE, renewed
from tests.relations.catalogue import readings

FIGURES = {
    "reductions": {"rows": 30, "held": 29},
    "relations": {"relations": 55, "held": 54},
    "mutation": {"mutants": 1000, "killed": 935},
    "patterns": {"compared": 17, "held_out": 9, "missed": 4, "held_out_missed": 3},
}


def written(parameter):
    """The default as a world's file says it: choices by their words."""
    words = {value: label for label, value in parameter.labels.items()} if parameter.choices else {}
    return words.get(parameter.default, parameter.default)


def held(*sampled):
    """The values at which all other parameters than these are held."""
    return {name: written(p) for name, p in PARAMETERS.items() if p.prior is not None and name not in sampled}


def small(draws=300, *, fixed=False, sampled=("uplift", "ban_days")):
    """A comparison in which only a few parameters are sampled."""
    world = with_parameters(load_world("baseline"), {**held(*sampled), "bad_actors": 200, "organisations": 20})
    return compare(["withhold", "open-weights-release"], world, draws, horizon_days=60, fixed=fixed)


@pytest.fixture(scope="module")
def card():
    return credibility_card(small())


def test_figures_are_those_of_the_record():
    assert verified(FIGURES).startswith("29 of 30 rows of closed forms met, 54 of 55 relations held")
    assert "935 of 1,000 planted faults noticed" in verified(FIGURES)
    said = "compared with 17 patterns, 9 of them held out; 4 missed, 3 of them held out; no prediction has been tested"
    assert validated(FIGURES) == said


def test_what_is_not_recorded_is_said_to_be_missing():
    assert "compared with (not recorded) patterns" in validated({})


def test_the_record_has_every_figure_that_the_card_names():
    assert "(not recorded)" not in verified(recorded()) + validated(recorded())
    assert foot().startswith("Credibility: compared with ")


def test_the_page_has_the_figures_of_the_record_and_every_relation():
    page = PAGE.read_text(encoding="utf-8")
    assert renewed(page) == page, "docs/credibility.md is stale: `python -m tests.full.page` renews it"
    assert {reading.number for reading in readings()} == set(range(1, 56))


def test_a_stale_page_is_noticed():
    page = PAGE.read_text(encoding="utf-8").replace("| mutation: killed |", "| mutation: survived |")
    assert renewed(page) != page


def test_eleven_factors_have_levels_and_reasons(card):
    assert len(FACTORS) == len({factor.name for factor in FACTORS}) == 11
    rows = re.findall(r"^\| (development|use) \| [^|]+ \| [0-4] \| [^|]{10,} \|$", card.text(), re.MULTILINE)
    assert len(rows) == 11


def test_the_card_says_draws_seeds_intervals_and_version(card):
    for words in ("300 worlds drawn", "keyed from seed 1", "95 %", "lockgate "):
        assert words in card.text()


def test_the_page_opens_with_three_caveats_of_this_very_result(card):
    text = card.text()
    first, _, rest = text.partition("## What would change the answer")
    assert text.startswith("# How far to trust this result\n\n1. **It is no prediction.** ")
    assert re.findall(r"^(\d)\. \*\*(.+?)\*\*", first, re.MULTILINE) == [
        ("1", "It is no prediction."), ("2", "It is a sample."), ("3", "It is a small world for a short time."),
    ]  # fmt: skip
    assert "It rests on 300 draws." in first
    assert "20 organisations and 60 days (0.2 years)" in first
    assert "bad_actors 200, not " in first
    assert "under withhold" in first
    assert "## Annex: credibility card" in rest
    assert "Annex" not in first


def test_the_facts_missed_are_those_of_the_record():
    held = {fact.name: fact for fact in FACTS.values() if fact.use == HELD_OUT}
    missed = [held[name].meaning for name, verdict in recorded()["patterns"]["verdicts"].items() if verdict == "misses" and name in held]
    said = credibility_card(small(5)).caveats[0]
    assert len(missed) == recorded()["patterns"]["held_out_missed"] > 0
    assert all(meaning[1:] in said for meaning in missed)
    assert f"it misses {len(missed)} of {recorded()['patterns']['held_out']}" in said


def test_the_second_caveat_has_the_verdicts(card):
    found = small()
    harm = found.outcome("model_enabled_harm")
    assert said(verdict("model_enabled_harm", harm[:, 1], harm[:, 0])) in card.caveats[1]
    few = credibility_card(small(5)).caveats[1]
    assert "It rests on 5 draws, and a verdict needs 50, so that all of this is preliminary." in few


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ((-2.0, -3.0, -1.0, 100, 80, 15), "has clearly less on average, and in 15 % of draws the opposite"),
        ((2.0, 1.0, 3.0, 100, 20, 70), "has clearly more on average, and in 20 % of draws the opposite"),
        ((2.0, -1.0, 3.0, 100, 20, 70), "leans to more, with no clear difference on average"),
        ((2.0, -1.0, 3.0, 100, 50, 50), "has no clear difference"),
        ((0.0, 0.0, 0.0, 100, 0, 0), "has as much in every draw"),
    ],
)
def test_verdicts_in_caveats(word, told):
    assert said(decided("model_enabled_harm", *word)) == told


def test_a_card_of_another_model_says_so(monkeypatch):
    monkeypatch.setattr("lockgate.experiments.evidence.card.source_hash", lambda: "another")
    text = credibility_card(small(20)).text()
    assert "with an older model: " in text
    assert "generator" not in re.search(r"with an older model: ([^.*]*)", text)[1]  # it looks at random numbers alone


def test_a_card_of_other_random_numbers_says_so(monkeypatch):
    monkeypatch.setattr("lockgate.experiments.evidence.card.SCHEME", 0)
    assert re.search(r"with an older model: [^.*]*generator", credibility_card(small(20)).text())


def test_screening_finds_what_matters_and_not_what_does_not(card):
    [(policy, found)] = influences(small()).items()
    assert policy == "open-weights-release"
    assert found[0].name == "uplift"
    assert found[0].influence > 0.5
    assert "ban_days" not in [one.name for one in found]
    assert re.search(r"^\| `open-weights-release` \| `uplift` \| \d\d % \[\d\d, \d\d\] \| D: ", card.text(), re.MULTILINE)
    assert card.content()["of_most_concern"][policy][0]["name"] == "uplift"


def test_each_policy_has_its_own_list():
    world = with_parameters(load_world("baseline"), {**held("uplift"), "bad_actors": 200, "organisations": 20})
    compared = compare(["open-release", "open-weights-release", Policy("open-release-again")], world, 60, horizon_days=60)
    found = influences(compared)
    assert [one.name for one in found["open-weights-release"]] == ["uplift"]
    assert found["open-release-again"] == []
    text = credibility_card(compared).text()
    assert "For `open-release-again` none can." in text
    assert "| `open-release-again` |" not in text


def test_few_draws_or_fixed_parameters_are_not_screened():
    assert "Not screened: 7 draws are too few to tell influence from chance; 50 are enough" in credibility_card(small(7)).text()
    assert influences(small(49)) == {}
    assert "held at their central values" in credibility_card(small(10, fixed=True)).text()


def test_every_result_folder_has_the_card(tmp_path):
    comparison = small(20)
    save_comparison(comparison, tmp_path / "out", ["lockgate"], charts=False)
    assert (tmp_path / "out" / "credibility.md").read_text() == credibility_card(comparison).text()
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert len(manifest["credibility"]["factors"]) == 11
    assert foot() in caption(comparison)
