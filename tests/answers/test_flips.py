"""Boxes of harm: PRIM and a shallow tree find what was planted, and nothing in noise."""

import json

import numpy as np
import pytest
from scipy.stats import binom

from lockgate.experiments.answers.flips.box import Condition, fit, holds
from lockgate.experiments.answers.flips.flips import flips_of
from lockgate.experiments.answers.flips.prim import accuracy, peeled, prim, quasi_p
from lockgate.experiments.answers.flips.signs import influence, refuse_few
from lockgate.experiments.answers.flips.tree import harm_leaves
from lockgate.sim.errors import InputError
from tests.answers.planted import planted, planted_points, unit


def corner(inputs):
    """Harm where x > 0.6 and y < 0.5; good elsewhere."""
    return np.where((inputs["x"] > 0.6) & (inputs["y"] < 0.5), 1.0, -1.0)


def nothing(inputs):
    """A policy that changes nothing but luck."""
    return 0.0 * inputs["x"]


def table(rows=1000, columns=6, seed=3):
    """Uniform inputs, and cases of interest in the corner but for one in ten everywhere."""
    inputs = {f"{'xyabcdef'[place]}": values for place, values in enumerate(unit(rows, columns, seed).T)}
    wrong = unit(rows, 1, seed + 1)[:, 0] < 0.1
    return inputs, (corner(inputs) > 0.0) ^ wrong


def test_prim_finds_the_corner():
    inputs, interest = table()
    box = {condition.name: condition for condition in prim(inputs, interest)}
    assert set(box) == {"x", "y"}
    assert box["x"].low == pytest.approx(0.6, abs=0.05)
    assert box["y"].high == pytest.approx(0.5, abs=0.05)
    assert all(condition.quasi_p < 1e-6 for condition in box.values())


def test_prim_peels_by_a_twentieth_and_its_accuracy_is_the_best_on_the_way():
    inputs, interest = table()
    boxes = list(peeled(inputs, interest))
    sizes = [int(holds(list(box.values()), inputs, len(interest)).sum()) for box in boxes]
    assert sizes[:3] == [1000, 950, 903]
    assert sizes[-1] >= 50
    best = max(accuracy(holds(list(box.values()), inputs, len(interest)), interest) for box in boxes)
    found = holds(prim(inputs, interest), inputs, len(interest))
    assert accuracy(found, interest) >= 0.95 * best


def test_prim_peels_labels_one_by_one():
    inputs, _ = table()
    inputs["a"] = np.floor(3.0 * inputs["a"])
    box = prim(inputs, np.isin(inputs["a"], (0.0, 2.0)), ["a"])
    assert [(condition.name, sorted(condition.values)) for condition in box] == [("a", [0.0, 2.0])]


def test_quasi_p_is_the_binomial_tail():
    inputs, interest = table()
    inside = inputs["x"] > 0.6
    found = quasi_p(Condition("x", low=0.6), [Condition("x", low=0.6)], inputs, interest)
    assert found == pytest.approx(binom.sf(interest[inside].sum() - 1, inside.sum(), interest.mean()))


def test_the_tree_finds_the_corner_and_nothing_in_noise():
    inputs, interest = table()
    (leaf,) = harm_leaves(inputs, interest)
    box = {condition.name: condition for condition in leaf}
    assert (box["x"].low, box["y"].high) == pytest.approx((0.6, 0.5), abs=0.03)
    assert harm_leaves(inputs, unit(1000, 1, 9)[:, 0] < 0.4) == []


def test_a_tree_splits_labels():
    inputs, _ = table()
    inputs["a"] = np.floor(3.0 * inputs["a"])
    (leaf,) = harm_leaves(inputs, inputs["a"] == 1.0, ["a"])
    assert [(condition.name, condition.values) for condition in leaf] == [("a", (1.0,))]


@pytest.mark.parametrize("cases", [planted(700, corner, noise=0.5), planted_points(120, 12, corner)], ids=["draws", "points"])
def test_both_searches_find_the_corner(cases):
    found = flips_of(cases)
    for flip in found.found:
        assert flip.is_clear
        assert flip.fit.density > 0.7
        assert flip.fit.coverage > 0.6
        limits = {condition.name: condition for condition in flip.boxes[0]}
        assert limits["x"].low == pytest.approx(0.6, abs=0.15)
        assert limits["y"].high == pytest.approx(0.5, abs=0.15)
    first = found.sentences()[0]
    assert first.startswith("held does harm against open (more model-enabled harm) if share of")
    assert "evidence C" in first
    assert "of today's prior" in first
    content = json.loads(json.dumps(found.content()))
    assert content["box"]["is_clear"]
    assert content["tree"]["is_clear"]


def test_a_planted_line_is_found_by_both():
    """Harm below the line y = (x + 0.2) / 2: a box cuts a corner from it, and a tree is a staircase."""
    found = flips_of(planted(1000, lambda inputs: inputs["x"] - 2.0 * inputs["y"] + 0.2, noise=0.5, inputs=3))
    for flip in found.found:
        assert flip.is_clear
        assert {condition.name for box in flip.boxes for condition in box} <= {"x", "y"}
        assert flip.fit.density > 0.7
        assert flip.held_out.density > 0.6


def test_noise_gives_no_flip():
    for seed in (0, 10):
        for cases in (planted(400, nothing, seed=seed), planted_points(60, 10, nothing, seed=seed)):
            found = flips_of(cases)
            assert not any(flip.is_clear for flip in found.found)
            assert found.sentences()[0].startswith("No flip")


def test_a_policy_that_is_better_everywhere_has_no_flip():
    found = flips_of(planted(300, lambda inputs: -2.0 + 0.0 * inputs["x"], noise=0.3))
    assert found.sentences()[0] == "No flip of held against open: clearly less model-enabled harm overall, and nowhere a sign of more."


def test_influence_is_that_on_the_sign():
    found = influence(planted(3000, lambda inputs: 4.0 * np.abs(inputs["x"] - 0.5) - 1.0, noise=0.5))
    assert max(found, key=found.get) == "x", "though the rank correlation is 0"
    assert found["x"] > 0.3
    assert all(abs(share) < 0.01 for name, share in found.items() if name != "x")


def test_too_few_draws_are_refused():
    with pytest.raises(InputError, match="20 draws and 1 point cannot tell where the sign turns; take 100 draws or more"):
        refuse_few(planted(20, corner))


def test_fit_counts_what_is_inside():
    found = fit(np.array([True] * 4 + [False] * 6), np.array([True] * 3 + [False] * 4 + [True] * 3))
    assert (found.coverage, found.density, found.support, found.cases) == (0.5, 0.75, 4, 10)
