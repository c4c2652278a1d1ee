"""Mechanisms: shares that add up in every draw, against games whose shares are known and against all coalitions."""

import itertools
import json
import math

import numpy as np
import pytest

from lockgate import compare, open_study, sweep
from lockgate.experiments.answers.mechanisms.mechanism_game import MechanismGame
from lockgate.experiments.answers.mechanisms.mechanisms import mechanisms
from lockgate.experiments.answers.mechanisms.shapley import active_players, everyone_but, exact_shares, orders, sampled_shares
from lockgate.experiments.charts.mechanisms import mechanisms as chart
from lockgate.experiments.charts.mechanisms import steps_of
from lockgate.experiments.results.intervals import mean_interval
from lockgate.experiments.study.factor import Factor
from lockgate.experiments.study.study import Study
from lockgate.scenarios import load_world, with_parameters
from lockgate.sim import BadActor
from lockgate.sim.engine.run import simulate
from lockgate.sim.errors import InputError
from lockgate.sim.model.parameters import MECHANISMS, without

HARM = "model_enabled_harm"
PAIR = ("open-release", "partner-programme")
FOUR = ("head start", "every service", "capability step", "n-day exploitation")


@pytest.fixture(scope="module")
def small():
    return compare(PAIR, with_parameters(load_world("baseline"), {"organisations": 20, "bad_actors": 60}), draws=12, ceiling=False)


@pytest.fixture(scope="module")
def every(small):
    return mechanisms(small)


def by_all_orders(value, players):
    """Shapley's shares by their definition: the mean over all orders of what each player changes when it joins; `value` of a set."""
    shares = dict.fromkeys(players, 0.0)
    for order in itertools.permutations(players):
        for place, player in enumerate(order):
            shares[player] = shares[player] + value(frozenset(order[: place + 1])) - value(frozenset(order[:place]))
    return {player: share / math.factorial(len(players)) for player, share in shares.items()}


# Games whose shares are known


def additive(worth):
    """Each player adds its own worth, (D, n), whoever else is in."""
    return lambda coalitions: (coalitions * worth).sum(axis=2)


def test_additive_game_gives_each_its_worth_whatever_the_method():
    worth = np.array([[1.0, -2.0, 0.0, 4.5], [0.5, 3.0, 0.0, -1.0]])
    order = orders("abcd", [0, 1], seed=3)
    assert np.allclose(exact_shares(additive(worth), 4, 2), worth, rtol=1e-12)
    assert np.allclose(sampled_shares(additive(worth), order), worth, rtol=1e-12)


def test_equal_players_share_alike_and_one_that_does_nothing_has_exactly_nothing():
    def both_or_nothing(coalitions):
        return 7.3 * (coalitions[..., 0] & coalitions[..., 2])

    exact = exact_shares(both_or_nothing, 3, 4)
    assert np.allclose(exact, [[3.65, 0.0, 3.65]] * 4)
    assert (exact[:, 1] == 0.0).all()
    sampled = sampled_shares(both_or_nothing, orders("abc", range(40), seed=0))
    assert (sampled[:, 1] == 0.0).all()
    # The reverse of an order has the other one last, so that a pair of orders shares between two exactly.
    assert np.allclose(sampled[:, [0, 2]], 3.65)


def test_sampled_shares_lie_about_those_over_all_coalitions():
    table = np.array([(31 * code * code + 7 * code) % 53 for code in range(2**6)], float)

    def rugged(coalitions):
        return table[coalitions @ (1 << np.arange(6))]

    draws = 400
    exact, sampled = exact_shares(rugged, 6, 1)[0], sampled_shares(rugged, orders("abcdef", range(draws), seed=1))
    assert np.allclose(sampled.sum(axis=1), table[-1] - table[0], rtol=1e-12)
    error = sampled.std(axis=0, ddof=1) / np.sqrt(draws)
    assert (np.abs(sampled.mean(axis=0) - exact) < 3.5 * error).all()
    assert (error < 0.2 * np.abs(exact).max()).all()


def test_exact_shares_are_those_of_the_definition():
    table = np.array([(31 * code * code + 7 * code) % 53 for code in range(2**4)], float)
    known = by_all_orders(lambda members: table[sum(1 << player for player in members)], range(4))
    assert np.allclose(exact_shares(lambda coalitions: table[coalitions @ (1 << np.arange(4))], 4, 1)[0], list(known.values()), rtol=1e-12)


def test_orders_are_keyed_by_seed_draw_and_name():
    found = orders("abcdef", [3, 4, 5], seed=0)
    assert (np.sort(found, axis=2) == np.arange(6)).all()
    assert (found[:, 1] == found[:, 0, ::-1]).all()
    assert (orders("abcdef", [4], seed=0)[0] == found[1]).all()
    assert (orders("abcdef", [4], seed=1) != found[1]).any()
    fewer = [name for name in np.array(list("abcdef"))[found[1, 0]] if name in "bdf"]
    assert np.array(list("bdf"))[orders("bdf", [4], seed=0)[0, 0]].tolist() == fewer
    firsts = orders("abc", range(3000), seed=0)[:, 0, 0]
    assert np.allclose(np.bincount(firsts) / 3000, 1 / 3, atol=0.04)


def test_players_that_only_act_together_are_not_taken_for_idle():
    def only_together(coalitions):  # the first two stand in for one another
        return 1.0 * (coalitions[..., 0] | coalitions[..., 1]) + 2.0 * coalitions[..., 2]

    def found(game, players):
        full, none = game(np.ones((1, 2, players), bool))[0], game(np.zeros((1, 2, players), bool))[0]
        return active_players(game, players, full, none)

    assert found(only_together, 3) == [0, 1, 2]
    assert found(additive(np.array([[0.0, 1.0], [0.0, 0.0]])), 2) == [1]
    assert found(additive(np.zeros((2, 2))), 2) == []


# The model


def test_mechanisms_share_no_parameter():
    parameters = [parameter for mechanism in MECHANISMS.values() for parameter in mechanism.neutral]
    assert len(parameters) == len(set(parameters))


def test_game_is_the_paired_difference_with_the_others_taken_out(small):
    ensemble = small.ensemble
    game = MechanismGame(ensemble.worlds, ensemble.seeds, small.policies, small.horizon_days, HARM, FOUR)
    coalition = np.array([True, False, True, False])
    values = game(np.broadcast_to(coalition, (1, small.draws, 4)))[0]
    worlds = ensemble.worlds.copy()
    for name, value in without(["every service", "n-day exploitation"]).items():
        worlds[name] = value
    made = simulate(worlds, small.policies, ensemble.seeds, small.horizon_days).outcomes[HARM]
    assert values.tolist() == (made[:, 1] - made[:, 0]).tolist()
    assert np.isfinite(values).all()
    assert np.ptp(values) > 0.0
    before = game.runs
    assert before == 2 * small.draws
    game(np.broadcast_to(coalition, (3, small.draws, 4)))
    assert game.runs == before


def test_no_run_for_a_mechanism_that_a_draw_has_at_its_neutral_values(small):
    ensemble = small.ensemble
    game = MechanismGame(ensemble.worlds, ensemble.seeds, small.policies, small.horizon_days, HARM, ("adoption",))
    off = int((~ensemble.worlds["adoption_on"]).sum())
    assert 0 < off < small.draws
    values = game(np.array([[[True]] * small.draws, [[False]] * small.draws]))
    assert game.runs == 2 * (2 * small.draws - off)
    assert (values[0] == values[1])[~ensemble.worlds["adoption_on"]].all()


def test_four_mechanisms_by_all_coalitions_are_those_of_the_definition(small):
    draws = 5
    found = mechanisms(small, names=FOUR, draws=draws)
    assert found.exact
    assert found.names == FOUR
    assert found.runs <= 2 * 16 * draws

    def value(members):
        worlds = small.ensemble.worlds[:draws].copy()
        for name, neutral in without(name for name in FOUR if name not in members).items():
            worlds[name] = neutral
        made = simulate(worlds, small.policies, small.ensemble.seeds[:draws], small.horizon_days).outcomes[HARM]
        return made[:, 1] - made[:, 0]

    known = {members: value(members) for size in range(5) for members in map(frozenset, itertools.combinations(FOUR, size))}
    shares = by_all_orders(known.__getitem__, FOUR)
    for place, name in enumerate(FOUR):
        assert np.allclose(found.shares[:, place], shares[name], rtol=1e-9)
        assert found.last[:, place].tolist() == (known[frozenset(FOUR)] - known[frozenset(FOUR) - {name}]).tolist()
        assert found.first[:, place].tolist() == (known[frozenset({name})] - known[frozenset()]).tolist()
    # Orders of many seeds: each draw's own share lies within the interval of its estimates, and every estimate adds up.
    sampled = np.stack([sampled_shares(among_known(known), orders(FOUR, range(draws), seed)) for seed in range(60)])
    assert np.allclose(sampled.sum(axis=2), found.shares.sum(axis=1), rtol=1e-9)
    error = sampled.std(axis=0, ddof=1) / np.sqrt(len(sampled))
    assert (np.abs(sampled.mean(axis=0) - found.shares) <= 4.0 * error + 1e-9 * np.abs(found.shares)).all()
    assert (error > 0.0).any()


def among_known(known):
    """The game of four whose values in each draw, (D,), are known for each set."""

    def game(coalitions):
        draws = range(coalitions.shape[1])
        return np.array([[known[frozenset(itertools.compress(FOUR, row[draw]))][draw] for draw in draws] for row in coalitions])

    return game


def test_shares_add_up_in_every_draw_and_in_the_mean(small, every):
    assert not every.exact
    assert every.full.tolist() == small.difference(HARM)[:, 1].tolist()
    scale = np.abs(every.full).max()
    assert np.allclose(every.shares.sum(axis=1), every.full - every.none, rtol=0.0, atol=1e-9 * scale)
    assert every.shares.sum(axis=1).mean() == pytest.approx(every.full.mean() - every.none.mean(), rel=1e-9)
    assert set(every.names) | set(every.idle) == set(MECHANISMS)
    assert "benefit" in every.idle
    assert every.runs <= 2 * small.draws * (len(MECHANISMS) + 3 * len(every.names))


def test_idle_mechanisms_change_nothing_alone_and_together(small, every):
    ensemble, draws = small.ensemble, 12
    game = MechanismGame(ensemble.worlds, ensemble.seeds, small.policies, small.horizon_days, HARM, every.idle)
    number = len(every.idle)
    values = game(np.concatenate([everyone_but(number, draws), np.zeros((1, draws, number), bool)]))
    assert (values == every.full).all()
    named = mechanisms(small, names=["benefit", "head start"])
    assert (named.names, named.idle) == (("head start",), ("benefit",))


def test_draws_that_went_wrong_are_left_out(small):
    small = compare(PAIR, small.world, draws=6, ceiling=False, horizon_days=200)
    small.source.rows.wrong[3] = ("failed", "by hand")  # the second policy in the second draw
    found = mechanisms(small, names="leaks", draws=4)
    assert found.draws.tolist() == [0, 2, 3, 4]
    with pytest.raises(InputError, match=r"draws = 6 must be 1 to 5"):
        mechanisms(small, draws=6)


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ({"policy": "withhold"}, "policy = 'withhold' must be one of those compared with open-release: partner-programme"),
        ({"outcome": "harms"}, 'outcome "harms" is not in this study'),
        ({"outcome": "realised_loss"}, 'outcome = "realised_loss" rests on values that few draws hold; share an expected amount'),
        ({"outcome": "release_censored"}, 'outcome = "release_censored" is yes or no, of which there are no parts'),
        ({"names": ["leek"]}, "unknown mechanism 'leek'"),
        ({"names": ["leaks", "leaks"]}, "names lists 'leaks' twice; name one mechanism or more, each once"),
        ({"names": []}, "names is empty; name one mechanism or more"),
        ({"draws": 0}, "draws = 0 must be 1 to 12"),
        ({"seed": -1}, "seed = -1 must be"),
    ],
)
def test_refusals(small, asked, part):
    with pytest.raises(InputError) as caught:
        mechanisms(small, **asked)
    assert part in str(caught.value)


def test_runs_that_come_out_otherwise_are_refused(small):
    other = compare(PAIR, small.world, draws=3, ceiling=False, horizon_days=100)
    other.source.rows.outcomes[HARM][5] *= 1.001
    with pytest.raises(InputError, match=r"run again, draw 2 comes out otherwise than in these results"):
        mechanisms(other, names=["leaks"])


def test_policy_that_is_the_reference_by_another_name_has_no_mechanisms(small):
    same = small.policies[0]
    twin = type(same)("twin", same.levers, same.timeline)
    found = mechanisms(compare([same, twin], small.world, draws=12, ceiling=False, horizon_days=60))
    assert found.names == ()
    assert set(found.idle) == set(MECHANISMS)
    said = found.sentences()
    assert said[0].startswith("twin against open-release in baseline, in 12 draws, model-enabled harm: the same in every draw")
    json.dumps(found.content())
    assert len(found.frame()) == len(MECHANISMS)
    assert [step.name for step in steps_of(found)] == ["none of them", "as it is"]
    assert chart(found).title == "Preliminary, 12 draws: twin has no clear difference in model-enabled harm from open-release, by mechanism"


def test_one_world_at_one_point_of_a_folder(tmp_path, small):
    worlds = (small.world, with_parameters(load_world("race"), {"organisations": 20, "bad_actors": 60}))
    days = (10, 90)
    study = Study(
        "two", "Two points.", small.policies, worlds, 4, (HARM,), horizon_days=200,
        factors=(Factor("lever", "wave_days", days),), points={"wave_days": days},
    )  # fmt: skip
    sweep(study, tmp_path / "two")
    opened = open_study(tmp_path / "two")
    with pytest.raises(InputError, match=r"there are 2 worlds; choose one"):
        mechanisms(opened, names=FOUR)
    with pytest.raises(InputError, match=r"there are 2 points; choose one"):
        mechanisms(opened.where(world="race"), names=FOUR)
    found = mechanisms(opened.where(world="race", point=1), names=FOUR)
    compared = compare(study.policies_at(1), worlds[1], draws=4, ceiling=False, horizon_days=200)
    assert found.shares.tolist() == mechanisms(compared, names=FOUR).shares.tolist()
    assert found.full.tolist() == compared.difference(HARM)[:, 1].tolist()
    assert np.ptp(found.shares) > 0.0


class Idler(BadActor):
    """Acts on every other day; plain Python, so that Mesa runs it."""

    def step(self, world, day):
        if day % 2:
            super().step(world, day)


@pytest.mark.filterwarnings("ignore::lockgate.sim.engine.runs.SlowRuns")
def test_own_kinds_of_agents_are_run_again(tmp_path):
    world, own = with_parameters(load_world("baseline"), {"organisations": 8, "bad_actors": 8}), {"bad_actors": Idler}
    made = compare(PAIR, world, draws=2, ceiling=False, horizon_days=60, kinds=own)
    found = mechanisms(made, names=["head start"])
    assert found.full.tolist() == made.difference(HARM)[:, 1].tolist()
    usual = mechanisms(compare(PAIR, world, draws=2, ceiling=False, horizon_days=60), names=["head start"])
    assert usual.full.tolist() != found.full.tolist()
    with pytest.raises(InputError, match=r"kinds must be those that the results were made with, bad_actors: Idler .*; given are none"):
        mechanisms(made, names=["head start"], kinds={})
    sweep(made.study, tmp_path / "own", kinds=own)
    opened = open_study(tmp_path / "own")
    with pytest.raises(InputError, match=r"hand in the same kinds again"):
        mechanisms(opened, names=["head start"])
    assert mechanisms(opened, names=["head start"], kinds=own).shares.tolist() == found.shares.tolist()


# What it says


def test_content_and_frame_say_what_the_arrays_say(every):
    content = json.loads(json.dumps(every.content(), allow_nan=True))
    frame = every.frame()
    for place, name in enumerate(every.names):
        mean, low, high = (float(part) for part in mean_interval(every.shares[:, place]))
        told, row = content["mechanisms"][name]["share"], frame[frame["mechanism"] == name].iloc[0]
        assert told["mean"] == mean == row["share_mean"]
        assert [told["low"], told["high"]] == pytest.approx([low, high], rel=1e-12, nan_ok=True)
        assert told["percent"] == pytest.approx(100.0 * mean / every.base.mean())
        assert row["beside_all_others_mean"] == every.last[:, place].mean()
    assert frame["share_mean"].abs().is_monotonic_decreasing
    total = sum(each["share"]["percent"] for each in content["mechanisms"].values())
    assert total == pytest.approx(content["as_it_is"]["percent"] - content["none"]["percent"], rel=1e-9)
    assert content["together"]["mean"] == pytest.approx(float((every.full - every.none).mean()))


def test_sentences_name_every_mechanism_once_and_claim_by_verdict(every):
    said = every.sentences()
    assert said[0].startswith("partner-programme against open-release in baseline, in 12 draws, model-enabled harm: preliminary: ")
    assert said[1].startswith("With all 28 mechanisms taken out: ")
    listed = [line for line in said if line.split(":")[0].split(" ")[0] in ("Clear", "Leaning", "Unclear", "Without")]
    for name, found in zip(every.names, every.of_shares, strict=True):
        lines = [line for line in listed if f" {name}" in line.replace(",", "").replace(";", "") or f" {name} " in line]
        assert any(line.startswith(found.word.capitalize() if found.word != "same" else "Without") for line in lines), name
    assert f"{every.runs:,} runs" in said[-1]


def test_largest_share_is_claimed_only_where_it_is_clear(every):
    for side in ("less", "more"):
        clear = [found for found in every.of_shares if found.is_clear and found.direction == side]
        assert bool(every.foremost(side)) == bool(clear)


# The chart


def test_waterfall_leads_from_none_to_all(every):
    steps = steps_of(every)
    assert [steps[0].name, steps[-1].name] == ["none of them", "as it is"]
    assert steps[-2].end == pytest.approx(steps[-1].end, rel=1e-9)
    assert all(before.end == after.begin for before, after in itertools.pairwise(steps[:-1]))
    sizes = [abs(step.found.mean) for step in steps[1:-1] if "other" not in step.name]
    assert sizes == sorted(sizes, reverse=True)
    (pooled,) = [step for step in steps if "other" in step.name]
    assert pooled.name == f"the {len(every.names) - len(sizes)} others"


def test_chart_shows_every_step_in_percent_and_texts_apart(every):
    figure = chart(every, "A caption.")
    (axes,) = figure.axes
    steps = steps_of(every)
    bars = [patch for patch in axes.patches if str(patch.get_gid()).startswith("step")]
    assert len(bars) == len(steps) == len(axes.get_yticklabels())
    per_percent = every.base.mean() / 100.0
    for bar, step in zip(bars, steps, strict=True):
        assert bar.get_width() == pytest.approx(step.found.mean / per_percent)
        assert (bar.get_hatch() is None or bar.get_hatch() == "") == step.found.is_clear
    assert axes.get_xlabel().endswith("(% of the mean under open-release)")
    renderer = figure.canvas.get_renderer()
    boxes = [text.get_window_extent(renderer) for text in [*axes.texts, *axes.get_yticklabels()]]
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))
    assert all(figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 for box in boxes)
    assert figure.title.startswith("Preliminary, 12 draws: partner-programme has ")
