"""The credibility card: honest where nothing is recorded, the same figures as the record, and the parameters that matter on top."""

import json
import re

import numpy as np
import pytest

from lockgate.experiments.charts.style import caption
from lockgate.experiments.evidence.card import (
    DRAWS_PER_PARAMETER,
    FACTORS,
    Influence,
    credibility_card,
    foot,
    influences,
    rank_shares,
    recorded,
    validated,
    verified,
)
from lockgate.experiments.results.compare import compare
from lockgate.experiments.store import save_comparison
from lockgate.scenarios import load_world, with_parameters
from lockgate.sim.model.chance import uniform
from lockgate.sim.model.parameters import PARAMETERS
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


def small(draws=300, *, fixed=False, sampled=("uplift", "ban_days")):
    """A comparison in which only a few parameters are sampled."""
    still = {name: written(p) for name, p in PARAMETERS.items() if p.prior is not None and name not in sampled}
    world = with_parameters(load_world("baseline"), {**still, "bad_actors": 200, "organisations": 20})
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


def test_a_card_of_another_model_says_so(monkeypatch):
    monkeypatch.setattr("lockgate.experiments.evidence.card.source_hash", lambda: "another")
    text = credibility_card(small(20)).text()
    assert "with an older model: " in text
    assert "generator" not in re.search(r"with an older model: ([^.*]*)", text)[1]  # it looks at random numbers alone


def test_a_card_of_other_random_numbers_says_so(monkeypatch):
    monkeypatch.setattr("lockgate.experiments.evidence.card.SCHEME", 0)
    assert re.search(r"with an older model: [^.*]*generator", credibility_card(small(20)).text())


def test_screening_finds_what_matters_and_not_what_does_not():
    found = influences(small())
    assert found[0].name == "uplift"
    assert found[0].share > 0.5
    assert "ban_days" not in [one.name for one in found]


def test_rank_shares_know_chance_from_influence():
    inputs = np.array([[uniform(5, 1, who, count) for who in range(20)] for count in range(400)])
    noise = np.array([uniform(6, 1, 0, count) for count in range(400)])
    assert not rank_shares(inputs, noise).any()
    shares = rank_shares(inputs, np.exp(3 * inputs[:, 4]) + noise)
    assert shares.argmax() == 4
    assert (shares > 0).sum() == 1
    assert rank_shares(inputs, np.full(400, 7.0)).tolist() == [0.0] * 20


def test_concern_is_influence_times_weakness():
    assert Influence("weak", "E", 0.1).concern > Influence("strong", "A", 0.4).concern


def test_sampled_structure_is_of_concern_like_a_number_without_evidence():
    sampled = {p.grade for p in PARAMETERS.values() if p.prior is not None}
    assert "S" in sampled
    assert {grade: Influence("any", grade, 0.2).concern > 0 for grade in sampled} == dict.fromkeys(sampled, True)
    assert Influence("adoption_on", "S", 0.2).concern == Influence("swept", "E", 0.2).concern


def test_few_draws_or_fixed_parameters_are_not_screened():
    assert "Not screened: 7 draws are too few for 2 sampled parameters; 8 are enough" in credibility_card(small(7)).text()
    assert influences(small(DRAWS_PER_PARAMETER * 2 - 1)) == []
    assert "held at their central values" in credibility_card(small(10, fixed=True)).text()


def test_every_result_folder_has_the_card(tmp_path):
    comparison = small(20)
    save_comparison(comparison, tmp_path / "out", ["lockgate"])
    assert (tmp_path / "out" / "credibility.md").read_text() == credibility_card(comparison).text()
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert len(manifest["credibility"]["factors"]) == 11
    assert foot() in caption(comparison)
