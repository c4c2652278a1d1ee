"""Four lines: they are the two comparisons done by hand, and the interaction is 0 where the change does the same to both."""

import json

import numpy as np
import pytest

from lockgate.experiments.answers.assumptions.four_lines import four_lines, four_lines_of
from lockgate.experiments.charts.four_lines import four_lines_chart
from lockgate.experiments.charts.style import caption
from lockgate.experiments.folder import plain
from lockgate.experiments.results.compare import compare
from lockgate.experiments.results.verdict import verdict
from lockgate.scenarios import load_policy, load_world, with_parameters
from lockgate.sim.errors import InputError

WORLD = with_parameters(load_world("baseline"), {"organisations": 20, "bad_actors": 50})
LEAKS = {"leak_hazard": 0.02}
DAYS, DRAWS = 120, 24
HARM = "model_enabled_harm"


@pytest.fixture(scope="module")
def pair():
    return [
        compare(["open-release", "partner-programme"], world, DRAWS, horizon_days=DAYS) for world in (WORLD, with_parameters(WORLD, LEAKS))
    ]


@pytest.fixture(scope="module")
def found():
    return four_lines("partner-programme", world=WORLD, changes=LEAKS, draws=DRAWS, horizon_days=DAYS)


def test_the_lines_are_those_of_two_comparisons_by_hand(found, pair):
    (a0, b0), (a1, b1) = (each.outcome(HARM).T for each in pair)
    np.testing.assert_array_equal(found.harm, [[a0, b0], [a1, b1]])
    for number, each in enumerate(pair):
        np.testing.assert_array_equal(found.weekly[number], each.weekly("harm").transpose(1, 0, 2))
    by_hand = verdict(HARM, b1 - b0, a1 - a0)
    for end in ("mean", "low", "high"):
        assert getattr(found.interaction, end) == pytest.approx(getattr(by_hand, end))
    assert found.interaction.mean == pytest.approx(found.effects[1].mean - found.effects[0].mean)
    assert found.interaction.mean == pytest.approx(found.shifts[1].mean - found.shifts[0].mean)
    assert found.interaction.word == by_hand.word
    np.testing.assert_allclose(found.cumulative[..., -1], found.harm, rtol=1e-6)
    again = four_lines_of(*pair)
    assert plain(again.content()) | {"assumptions": 0} == plain(found.content()) | {"assumptions": 0}


def test_interaction_is_0_where_the_change_does_not_touch_the_policies():
    # With no leak and no theft possible the hazard of leaks does nothing; and a value that is the default changes nothing.
    still = with_parameters(WORLD, {"leaks_on": False, "leak_hazard": 0.001})
    unmoved = four_lines("partner-programme", world=still, changes=LEAKS, draws=12, horizon_days=DAYS)
    assert unmoved.interaction.word == "same"
    assert unmoved.interaction.mean == 0.0
    assert "does the same to both in every draw" in unmoved.sentences()[0]
    assert "as it is in every draw" in four_lines_chart(unmoved).get_suptitle().replace("\n", " ")


def test_sentences_are_of_the_numbers(found):
    said = found.sentences()[0]
    effect = 100.0 * found.effects[0].mean / found.base
    assert f"from {effect:+.1f} %" in said.replace("-0.0", "+0.0")
    assert "leak_hazard 0.02 (default: sampled, central" in said
    assert f"({found.effects[0].name})".removeprefix("(") in said
    content = plain(found.content())
    assert json.loads(json.dumps(content)) == content
    assert content["interaction"]["share"] == pytest.approx(found.interaction.mean / found.harm[0, 0].mean())
    assert len(found.frame()) == 4 * len(found.days)


def test_the_chart_has_the_four_means(found, pair):
    figure = four_lines_chart(found, caption(pair[0]))
    top, bottom = figure.axes
    for number in range(2):
        for place in range(2):
            (line,) = [line for line in top.get_lines() if line.get_gid() == f"line {number} {place}"]
            drawn, true = line.get_ydata(), found.cumulative[number, place].mean(axis=0)
            np.testing.assert_allclose(drawn / drawn[-1], true / true[-1])
    assert len([line for line in bottom.get_lines() if str(line.get_gid()).startswith("effect")]) == 2


def test_what_is_not_paired_is_refused(pair):
    other = compare(["open-release", "partner-programme"], WORLD, DRAWS, seed=2, horizon_days=DAYS)
    with pytest.raises(InputError, match="differ in seed; run both with the same"):
        four_lines_of(pair[0], other)
    with pytest.raises(InputError, match="must have another setting of at least one parameter"):
        four_lines("withhold", world=WORLD)
    with pytest.raises(InputError, match="policy = 'open-release' must be one of those compared"):
        four_lines_of(*pair, policy="open-release")
    with pytest.raises(InputError, match="leak_hazrd"):
        four_lines(load_policy("withhold"), changes={"leak_hazrd": 1.0})
