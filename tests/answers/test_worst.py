"""The worst worlds are the worst, what they have in common is not chance, and each card's command makes its run again."""

import ast
import json
import shlex
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from matplotlib.text import Text
from scipy.stats import mannwhitneyu
from typer.testing import CliRunner

from lockgate.experiments.answers.cases import Cases, cases_of
from lockgate.experiments.answers.divergence.divergence import divergence
from lockgate.experiments.answers.worst.enrichment import chance_of, factor_shares, percentiles, traits
from lockgate.experiments.answers.worst.tails import TAIL
from lockgate.experiments.answers.worst.worst import worst_worlds
from lockgate.experiments.charts.worst import worst
from lockgate.experiments.cli import app
from lockgate.experiments.folder import plain
from lockgate.experiments.results.compare import compare
from lockgate.experiments.results.stored import open_study
from lockgate.experiments.study.factor import Factor
from lockgate.experiments.study.study import Study
from lockgate.experiments.sweep.sweep import sweep
from lockgate.scenarios import load_policy, load_world, with_parameters
from lockgate.sim.errors import InputError
from lockgate.sim.model.chance import Purpose, uniform

SMALL = {"organisations": 20, "bad_actors": 50}
WORLD = with_parameters(load_world("baseline"), SMALL)
NAMES = ("open-release", "open-weights-release", "industry-programme")
HARM = "model_enabled_harm"


@pytest.fixture(scope="module")
def comparison():
    return compare(NAMES, WORLD, 200, horizon_days=120)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    study = Study(
        name="small",
        summary="Small.",
        policies=tuple(load_policy(name) for name in NAMES[:2]),
        worlds=tuple(with_parameters(load_world(name), SMALL) for name in ("baseline", "race")),
        draws=12,
        outcomes=(HARM, "harm_open_weights"),
        horizon_days=90,
        factors=(Factor("parameter", "open_weight_lag_months", levels=(1.0, 9.0)),),
        points={"open_weight_lag_months": (1.0, 9.0)},
    )
    sweep(study, tmp_path_factory.mktemp("study") / "out")
    return tmp_path_factory.getbasetemp() / "study0" / "out"


def random(count, seed):
    """Numbers in (0, 1) that nothing else follows from."""
    return np.array([uniform(seed, Purpose.PRIOR, place, 0) for place in range(count)])


def test_the_cards_are_of_the_worst_draws(comparison):
    found = worst_worlds(comparison, "industry-programme")
    harm = comparison.outcome(HARM)
    assert [card.harm for card in found.cards] == sorted(harm[:, 2], reverse=True)[:10]
    for rank, card in enumerate(found.cards, 1):
        assert (card.rank, card.harm, card.reference_harm) == (rank, harm[card.draw, 2], harm[card.draw, 0])
        assert card.run == 3 * card.draw + 2
        assert sum(card.channels.values()) == pytest.approx(card.harm)
        assert 0 < len(card.far_out) <= 5
        for far in card.far_out:
            values = comparison.ensemble.worlds[far.name]
            assert far.value == values[card.draw]
            assert far.percentile == (np.sum(values < far.value) + np.sum(values == far.value) / 2) / len(values)
        assert set(card.structures) == {"feedback", "race_rule", "race_information", "adoption_on"}
    assert len(worst_worlds(comparison, most=3).cards) == 3
    assert len(worst_worlds(comparison.where(draw=[1, 2])).cards) == 2


def test_by_difference_they_are_those_with_the_most_added_harm(comparison):
    found = worst_worlds(comparison, "open-weights-release", by="difference")
    difference = comparison.difference(HARM)[:, 1]
    assert [card.harm - card.reference_harm for card in found.cards] == sorted(difference, reverse=True)[:10]
    assert "with the most added harm" in found.said_traits


def test_the_tails_are_those_of_the_draws(comparison):
    found = worst_worlds(comparison, "industry-programme")
    for place, tail in enumerate(found.tails):
        harm = np.sort(comparison.outcome(HARM)[:, place])
        assert tail.shortfall == pytest.approx(harm[-10:].mean())
        assert tail.low < tail.shortfall < tail.high
        assert tail.mean == pytest.approx(harm.mean())
        shares = [float(np.mean(harm > amount)) for amount in found.amounts]
        assert [share for share, _, _ in tail.exceeded] == pytest.approx(shares)
        assert all(low <= share <= high for share, low, high in tail.exceeded)
    assert found.tails[0].verdict is None
    assert found.tail.verdict.mean == pytest.approx(found.tail.shortfall - found.tails[0].shortfall)
    told = found.sentences()
    assert told[0].startswith("In the worst 5 % of worlds, harm under industry-programme is US$")
    assert found.tail.verdict.name in told[1]
    assert json.loads(json.dumps(plain(found.content())))["cards"][0]["rank"] == 1
    assert found.frame()["draw"].tolist() == [card.draw for card in found.cards]


def test_what_cannot_be_told_is_not_said_to_be_less(comparison):
    found = worst_worlds(comparison.where(draw=list(range(40))), "industry-programme")
    assert np.isnan(found.tail.low)
    assert not found.tail.verdict.is_clear
    assert "than under" not in found.sentences()[1] or "leans" in found.sentences()[1]
    assert "no interval" in found.sentences()[0]


def test_the_sum_of_ranks_is_wilcoxons():
    scores, chosen = np.round(random(80, 1), 1), random(80, 2) > 0.8
    known = mannwhitneyu(scores[chosen], scores[~chosen], method="asymptotic", use_continuity=False)
    from scipy.stats import rankdata

    assert chance_of(chosen.astype(float), rankdata(scores)) == pytest.approx(known.pvalue)


def cases_with(inputs, draws, worlds=1, points=1):
    """Cases of so many draws with these inputs, (D,) each, the same in all worlds and at all points."""
    repeated = {name: np.repeat(values, worlds * points) for name, values in inputs.items()}
    count = draws * worlds * points
    at = np.arange(count)
    return Cases(at // (worlds * points), at // points % worlds, at % points, repeated, {})


@pytest.mark.parametrize(("worlds", "points"), [(1, 1), (2, 3)])
def test_a_planted_trait_is_found_and_chance_is_not(worlds, points):
    draws = 300
    inputs = {name: random(draws, place) for place, name in enumerate(("pace", "uplift", "leak_hazard", "benefit", "test_days"))}
    inputs["feedback"] = (random(draws, 20) > 0.5).astype(float)
    cases, shape = cases_with(inputs, draws, worlds, points), (draws, worlds, points)
    noise = random(draws * worlds * points, 30)
    planted = np.repeat(2.0 * inputs["uplift"] - 2.0 * inputs["leak_hazard"] + inputs["feedback"], worlds * points) + noise
    worst = planted >= np.quantile(planted, 0.95)
    found = {(trait.name, trait.side or trait.label): trait for trait in traits(cases, shape, worst)}
    assert set(found) >= {("uplift", "high"), ("leak_hazard", "low"), ("feedback", "full")}
    assert len(found) <= 4  # of those found one in twenty may be chance
    assert found["uplift", "high"].typical > 0.8
    assert found["feedback", "full"].typical == pytest.approx(cases.inputs["feedback"][worst].mean())
    chance = np.repeat(random(draws, 31), worlds * points) + 0.2 * noise
    assert not traits(cases, shape, chance >= np.quantile(chance, 0.95))
    assert not traits(cases, shape, np.ones(len(cases), bool))


@pytest.mark.full
@pytest.mark.parametrize(("worlds", "points"), [(1, 1), (3, 4)])
def test_chance_is_called_a_trait_as_rarely_as_it_says(worlds, points):
    draws, found = 200, 0
    inputs = {name: random(draws, place) for place, name in enumerate(("pace", "uplift", "leak_hazard", "benefit"))}
    cases = cases_with(inputs, draws, worlds, points)
    for seed in range(100, 500):
        values = np.repeat(random(draws, seed), worlds * points) + 0.1 * random(draws * worlds * points, seed + 1000)
        found += bool(traits(cases, (draws, worlds, points), values >= np.quantile(values, 0.95)))
    assert found / 400 <= 0.08  # at least one trait, of none


def test_percentiles_are_within_each_world(folder):
    results = open_study(folder)
    cases, shape = cases_of(results), results.selection.shape[:3]
    for each in percentiles(cases, shape).values():
        assert each.shape == (12, 2)
        assert each.mean(axis=0) == pytest.approx(0.5)


def test_cards_of_a_study_name_world_and_point_and_their_commands_work(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    results = open_study(folder)
    found = worst_worlds(results, most=4)
    harm = results.outcome(HARM)
    assert (found.several, found.cases, found.draws) == (True, 48, 12)
    assert [card.harm for card in found.cards] == sorted(harm[..., 1].ravel(), reverse=True)[:4]
    card = found.cards[0]
    chosen = results.where(draw=card.draw, world=card.world, point=card.point)
    assert chosen.outcome(HARM)[0].tolist() == [card.reference_harm, card.harm]
    assert f"of world {card.world} at point {card.point} (open_weight_lag_months " in card.said
    assert set(found.factors) == {"world", "open_weight_lag_months"}
    assert sum(usual for _, usual in found.factors["world"].values()) == 1.0
    program, *arguments = shlex.split(card.replay)
    done = CliRunner().invoke(app, [*arguments, "--out", "again", "--quiet"], prog_name=program)
    assert done.exit_code == 0, done.output
    assert json.loads((tmp_path / "again" / "twin.json").read_text())["outcomes"][HARM] == [card.reference_harm, card.harm]


def test_a_card_in_memory_has_a_call_that_gives_the_same_harm(comparison):
    for card in worst_worlds(comparison, "industry-programme", most=2).cards:
        call = ast.parse(card.replay, mode="eval").body
        named = {each.arg: ast.literal_eval(each.value) for each in call.keywords}
        assert divergence(comparison, **named).total == (card.reference_harm, card.harm)


def test_levels_of_a_factor_are_told_one_by_one_or_in_thirds():
    lever = Factor("lever", "preview_days", low=0, high=99)
    many = replace(cases_with({}, 1, 1, 60), inputs={"preview_days": np.arange(60.0)}, factors={"preview_days": lever})
    shares = factor_shares(many, np.arange(60) >= 50, {0: "baseline"})
    assert shares == {"preview_days": {"lowest third": (0.0, 20 / 60), "middle third": (0.0, 20 / 60), "highest third": (1.0, 20 / 60)}}
    few = replace(many, inputs={"preview_days": np.arange(60.0) % 2})
    assert factor_shares(few, np.arange(60) % 2 == 1, {0: "baseline"}) == {"preview_days": {"0": (0.0, 0.5), "1": (1.0, 0.5)}}


def test_the_reference_and_one_policy_alone_have_worst_worlds_too(comparison):
    found = worst_worlds(comparison, "open-release", most=1)
    assert (found.reference, found.tail.verdict, found.cards[0].reference_harm) == (None, None, None)
    assert "--twin" not in found.cards[0].replay
    assert worst(found).get_suptitle().startswith("Under open-release, the mean of the worst 5 %")
    with pytest.raises(InputError, match="is the reference itself"):
        worst_worlds(comparison, "open-release", by="difference")
    with pytest.raises(InputError, match="by = 'loss' must be 'harm' or 'difference'"):
        worst_worlds(comparison, by="loss")
    with pytest.raises(InputError, match="most = 0 must be 1 to 1000"):
        worst_worlds(comparison, most=0)


def test_the_chart_shows_the_numbers(comparison):
    found = worst_worlds(comparison, "industry-programme")
    figure = worst(found, caption="Small.")
    left, right = figure.axes
    largest = max(tail.shortfall for tail in found.tails)
    for row, tail in enumerate(found.tails):
        (mark,) = [line for line in right.get_lines() if line.get_gid() == f"shortfall {row}"]
        (top,) = [line for line in right.get_lines() if line.get_gid() == "shortfall 0"]
        assert mark.get_xdata()[0] / top.get_xdata()[0] == pytest.approx(tail.shortfall / found.tails[0].shortfall)
        (curve,) = [line for line in left.get_lines() if line.get_gid() == f"curve {tail.policy}"]
        assert curve.get_ydata()[0] == pytest.approx(100.0 * tail.exceeded[0][0])
    assert largest > 0.0
    title = figure.get_suptitle()
    assert (found.tail.verdict.is_clear and f"{found.tail.verdict.direction} than" in title) or "clearly" in title
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in right.findobj(Text) if text.get_text().strip() and text.get_visible()]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_the_worst_share_is_five_percent_or_the_cards(comparison):
    assert worst_worlds(comparison, most=3).worst == round(TAIL * 200)
    assert worst_worlds(comparison, most=30).worst == 30
