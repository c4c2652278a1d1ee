"""A verdict is looked at again with each value of a sampled structure."""

import numpy as np
import pytest

from lockgate.experiments.answers.assumptions.structures import structures
from lockgate.experiments.results.structure import labels_of, structures_of
from lockgate.sim.errors import InputError
from tests.planted import planted

DRAWS = 300
BASE = np.linspace(1e6, 2e6, DRAWS)


def with_effect(effect):
    return planted(np.column_stack([BASE, BASE + effect]), ["open", "held"])


def by_label(name):
    results = with_effect(np.zeros(DRAWS))
    return labels_of(results.study, name, range(DRAWS))[:, 0]


def test_one_verdict_everywhere():
    found = structures(with_effect(-1e5 - BASE / 100))
    assert (found.overall.word, found.overall.direction) == ("clear", "less")
    assert {part.structure for part in found.parts} == set(structures_of(with_effect(BASE).study))
    assert not found.otherwise
    assert found.sentences()[0].startswith("It holds, clearly, in all")


def test_a_structure_that_turns_it_is_named():
    name = "race_rule"
    labels = by_label(name)
    turned = sorted(set(labels), key=lambda label: np.sum(labels == label))[0]
    effect = np.where(labels == turned, 1e5, -3e5) + BASE / 100
    found = structures(with_effect(effect))
    (exception,) = [part for part in found.otherwise if part.structure == name]
    assert (exception.label, exception.verdict.direction) == (turned, "more")
    assert f"{name} {turned} (clear, more)" in found.sentences()[0]


def test_draws_are_parted_by_each_structure():
    found = structures(with_effect(-BASE))
    for name in structures_of(with_effect(BASE).study):
        assert sum(part.verdict.draws for part in found.parts if part.structure == name) == DRAWS
    assert len(found.content()["structures"]) == len(found.parts)


def test_what_is_not_clear_anywhere():
    noise = np.where(np.arange(DRAWS) % 2 == 0, 1e5, -1e5)
    assert structures(with_effect(noise)).overall.word == "unclear"
    assert "it is clear" in structures(with_effect(noise)).sentences()[0]


def test_few_draws_tell_of_no_structure():
    found = structures(planted(np.column_stack([BASE, BASE / 2])[:12], ["open", "held"]))
    assert found.overall.is_clear
    assert not found.known
    (said,) = found.sentences()
    assert said == f"In which structures it holds cannot be told: each of {len(found.parts)} values had too few draws."


def test_one_policy_has_nothing_to_compare():
    with pytest.raises(InputError, match="two or more"):
        structures(planted(BASE[:, None], ["open"]))
