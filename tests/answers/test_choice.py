"""Choice: planted costs switch at known prices, a dominated policy is found, regret is as by hand, and what is not clear is not ranked."""

import json

import numpy as np
import pytest

from lockgate.experiments.answers.choice.choice import choice, within
from lockgate.experiments.answers.choice.frontier import AXES, dominators, frontier
from lockgate.experiments.answers.choice.prices import envelope, price_of_a_day, shares_best
from lockgate.experiments.answers.choice.regret import regret, satisficing
from lockgate.experiments.charts.choice import choice_chart
from lockgate.experiments.charts.style import caption
from lockgate.experiments.folder import plain
from lockgate.experiments.results.compare import compare
from lockgate.experiments.results.ensemble import draw_worlds
from lockgate.experiments.results.results import results_in_memory
from lockgate.experiments.results.verdict import decided
from lockgate.experiments.study.study import Study
from lockgate.experiments.sweep.plan import SweepPlan
from lockgate.experiments.sweep.runner import Runner
from lockgate.scenarios import load_policy, load_world, with_parameters
from lockgate.sim.errors import InputError

SMALL = {"organisations": 20, "bad_actors": 50}
WORLD = with_parameters(load_world("baseline"), SMALL)
NAMES = ("open-release", "staged-preview", "withhold")
KEPT = (*AXES, "release_censored", "access_forgone")
DRAWS = 200
NOISE = np.sin(np.arange(DRAWS) * 12.9898)  # what all policies share


def planted(means, own=0.1):
    """Columns of these means, with noise that they share and a little of their own; their means are exact."""
    columns = [mean + NOISE + own * np.cos(np.arange(DRAWS) * (place + 1.7)) for place, mean in enumerate(means)]
    return np.column_stack([column - column.mean() + mean for column, mean in zip(columns, means, strict=True)])


@pytest.fixture(scope="module")
def small():
    return compare(NAMES, WORLD, draws=12, horizon_days=120)


@pytest.fixture(scope="module")
def worlds():
    """A study of two worlds, in memory."""
    places = tuple(with_parameters(load_world(name), SMALL) for name in ("baseline", "race"))
    study = Study("two", "Two worlds", tuple(map(load_policy, NAMES)), places, 12, KEPT, horizon_days=60)
    plan, drawn = SweepPlan(study, study.run_count), [draw_worlds(place, study.draws, study.seed) for place in places]
    return results_in_memory(study, Runner(plan, drawn=drawn).rows(next(iter(plan.pieces(study.draws, ())))), drawn)


# The frontier


def test_a_dominated_policy_is_found_and_a_trade_is_not():
    values = {
        "model_enabled_harm": planted([10.0, 8.0, 8.0, 10.0]),
        "benefit_forgone": planted([0.0, 3.0, 5.0, 0.0], own=0.01),
        "release_delay_days": np.repeat([[0.0, 14.0, 14.0, 63.0]], DRAWS, axis=0),
    }
    found = frontier(["open", "preview", "wasteful", "late"], values, np.zeros(4), 540)
    assert found.dominated_by == ((), (), (1,), (0,))
    assert found.kept == (0, 1)
    said = " ".join(found.sentences())
    assert "2 of 4 policies are dominated" in said
    assert "wasteful is dominated by preview (clearly more benefit forgone; model-enabled harm unclear, release delay same)" in said
    assert "late is dominated by open (clearly more release delay" in said


def test_a_difference_that_is_not_clear_dominates_nothing():
    noise = np.tile([1.0, -1.0], DRAWS // 2)
    values = {"model_enabled_harm": np.column_stack([noise, 0.01 - noise]), "benefit_forgone": np.zeros((DRAWS, 2))}
    assert frontier(["one", "other"], values, np.zeros(2), 540).kept == (0, 1)


def test_policies_that_strike_one_another_in_a_circle_stay():
    def table(*worse):
        return [
            [decided("model_enabled_harm", *((1.0, 0.5, 1.5) if pair in worse else (0.0, -1.0, 1.0)), 100, 40, 60) for pair in row]
            for row in [[(one, other) for other in range(4)] for one in range(4)]
        ]

    assert dominators([table((0, 1), (1, 2)), table((2, 0), (3, 0))]) == [[], [], [], [0]]


def test_a_system_that_is_never_public_has_no_delay():
    values = {axis: planted([1.0, 1.0]) for axis in AXES} | {"release_delay_days": np.repeat([[0.0, 540.0]], DRAWS, axis=0)}
    found = frontier(["open", "never"], values, np.array([0.0, 1.0]), 540)
    assert found.delay(1) == "not public within 540 days"
    assert np.isnan(found.frame()["release_delay_days"][1])
    assert found.pairs["release_delay_days"][1][0].is_clear
    late = frontier(["open", "late"], values, np.array([0.0, 0.25]), 540)
    assert late.delay(1) == "540 days or more (not public in 25 % of draws)"


# The price of a day


def test_prices_switch_where_they_were_planted():
    harm, access = planted([30.0, 23.0, 12.0, 25.0]), planted([0.0, 5.0, 9.0, 6.0], own=0.01)
    found = price_of_a_day("abcd", harm, access)
    assert [(place, low) for place, low, _ in found.stretches] == [(2, 0.0), (0, pytest.approx(2.0))]
    assert [(each.below, each.above) for each in found.switches] == [(2, 0)]
    (switch,) = found.switches
    assert switch.price == pytest.approx(2.0)
    assert switch.low < 2.0 < switch.high
    assert found.clear(0)[0] > switch.price > found.clear(2)[1]
    assert found.clear(0)[1] == np.inf
    assert found.clear(1) is None
    assert found.best[0].tolist() == [0.0, 0.0, 1.0, 0.0]
    np.testing.assert_allclose(found.best.sum(axis=1), 1.0)
    between = price_of_a_day("abc", planted([30.0, 18.0, 12.0]), access[:, :3])
    assert [place for place, _, _ in between.stretches] == [2, 1, 0]
    assert [each.price for each in between.switches] == pytest.approx([1.5, 2.4])


def test_the_envelope_is_the_least_cost_by_brute_force():
    harm = np.array([9.0, 4.0, 6.0, 2.0, 9.0, 3.0])
    access = np.array([0.0, 3.0, 1.5, 7.0, 2.0, 4.0])
    for place, low, high in envelope(harm, access):
        for price in (low + 1e-9, min(high, 50.0) - 1e-9):
            assert harm[place] + price * access[place] == pytest.approx(np.min(harm + price * access))
    assert envelope(np.array([1.0, 1.0]), np.array([2.0, 1.0])) == [(1, 0.0, np.inf)]


def test_shares_of_resamples_are_even_at_a_switch_of_symmetric_costs():
    own = np.cos(np.arange(DRAWS) * 3.3)
    own -= own.mean()
    harm, access = np.column_stack([1.0 + own, 1.0 - own]), np.zeros((DRAWS, 2))
    (share,) = shares_best(harm, access, np.array([0.0]))
    assert share[0] == pytest.approx(0.5, abs=0.05)
    assert (shares_best(harm, access, np.array([0.0])) == share).all()


def test_equal_policies_are_said_to_be_equal():
    harm, access = planted([3.0, 2.0]), planted([0.0, 1.0], own=0.01)
    found = price_of_a_day("abc", harm[:, [0, 1, 1]], access[:, [0, 1, 1]], prices=[0.0, 0.5, 5.0])
    assert found.same == {2: 1}
    assert "c costs the same as b in every draw." in found.sentences()
    assert [each.tolist() for each in found.best] == [[0.0, 1.0, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]


# Regret


def test_minimax_regret_is_that_of_the_hand_computation():
    # harm          state A  state B     regret A  B    largest
    # open               10        4            6  0         6
    # middle              7        6            3  2         3
    # withhold            4        9            0  5         5
    states = {"A": planted([10.0, 7.0, 4.0]), "B": planted([4.0, 6.0, 9.0])}
    found = regret(["open", "middle", "withhold"], states)
    np.testing.assert_allclose(found.regrets, [[6.0, 3.0, 0.0], [0.0, 2.0, 5.0]], atol=1e-9)
    np.testing.assert_allclose(found.largest, [6.0, 3.0, 5.0])
    assert found.minimax == (1,)
    assert found.worst.tolist() == [0, 0, 1]
    assert "is that of middle" in found.sentences()[0]
    assert "clearly less than that of every other policy" in found.sentences()[0]


def test_regret_over_structures_uses_the_draws_of_each():
    full = np.where(np.arange(DRAWS)[:, None] < 50, planted([10.0, 7.0]), planted([4.0, 8.0]))
    masks = {"A": np.arange(DRAWS) < 50, "B": np.arange(DRAWS) >= 50}
    states = {name: np.where(mask[:, None], full, np.nan) for name, mask in masks.items()}
    found = regret(["open", "other"], states)
    by_hand = np.array([full[mask].mean(axis=0) for mask in masks.values()])
    np.testing.assert_allclose(found.regrets, by_hand - by_hand.min(axis=1, keepdims=True))
    assert [row[0].draws for row in found.against] == [50, 150]


def test_regrets_that_cannot_be_told_apart_are_not_ranked():
    noise = 3.0 * np.tile([1.0, -1.0], DRAWS // 2)
    base = planted([5.0, 5.02, 9.0])
    base[:, 1] += noise
    found = regret(["one", "other", "worse"], {"A": base})
    assert found.minimax == (0, 1)
    assert "cannot be told apart from that of other" in found.sentences()[0]


def test_satisficing_counts_draws_and_does_not_rank_ties():
    base = np.arange(100.0)
    harm = np.column_stack([base, base, 0.5 * base, base + np.tile([0.4, -0.4], 50)])[:, None]
    found = satisficing(["open", "same", "half", "near"], harm)
    assert found.share.tolist() == [0.5, 0.5, 1.0, 0.5]
    assert found.groups[0] == (2,)
    assert set(found.groups[1]) == {0, 1, 3}
    lower = satisficing(["open", "same", "half", "near"], harm, below=0.3)
    assert lower.share.tolist() == [0.01, 0.01, 1.0, 0.01 if harm[0, 0, 3] > 0 else 0.02]
    assert "30 % or more below that under open" in lower.sentences()[0]


# Results


def test_choice_of_a_comparison(small):
    found = choice(small)
    assert found.names == NAMES
    harm, access = small.outcome("model_enabled_harm"), small.outcome("access_forgone")
    np.testing.assert_allclose(found.prices.cost[0], harm.mean(axis=0))
    np.testing.assert_allclose(found.prices.cost[-1], (harm + found.prices.grid[-1] * access).mean(axis=0))
    assert found.frontier.delay(2) == "not public within 120 days"
    assert any(state.startswith("race_rule = ") for state in found.regret.states)
    assert found.sentences()[0].startswith("Preliminary, with 12 draws alone")
    content = plain(found.content())
    assert json.loads(json.dumps(content)) == content
    assert len(found.frontier.frame()) == 3
    assert len(found.regret.frame()) == 3 * len(found.regret.states)
    assert choice(small).content() == found.content() or plain(choice(small).content()) == content


def test_choice_over_worlds(worlds):
    found = choice(worlds)
    harm = worlds.outcome("model_enabled_harm")  # draws, worlds, policies
    assert found.regret.states == ("baseline", "race")
    means = harm.mean(axis=0)
    np.testing.assert_allclose(found.regret.regrets, means - means.min(axis=1, keepdims=True), rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(found.prices.cost[0], means.mean(axis=0))
    priced = choice(worlds, price=1e4)
    cost = (harm + 1e4 * worlds.outcome("access_forgone")).mean(axis=0)
    np.testing.assert_allclose(priced.regret.regrets, cost - cost.min(axis=1, keepdims=True), rtol=1e-9, atol=1e-3)
    np.testing.assert_allclose(found.satisficing.share, (harm <= np.median(harm[:, :, 0])).mean(axis=(0, 1)))


def test_the_mean_within_a_state_is_over_its_cases():
    cost = np.arange(8.0).reshape(2, 2, 2)
    found = within(cost, np.array([[True, True], [False, False]]))
    np.testing.assert_array_equal(found, [[1.0, 2.0], [np.nan, np.nan]])


def test_what_gives_no_choice_is_refused(small):
    with pytest.raises(InputError, match="must be two or more for a choice"):
        choice(small.where(policy="withhold"))
    with pytest.raises(InputError, match=r"by = 'race_rul' must be one of .* did you mean \"race_rule\""):
        choice(small, by="race_rul")
    with pytest.raises(InputError, match="has 30 values"):
        choice(compare(NAMES[:2], WORLD, draws=30, horizon_days=14), by="open_weight_lag_months")
    with pytest.raises(InputError, match=r"price = -1.0 must be"):
        choice(small, price=-1.0)
    with pytest.raises(InputError, match=r"below = 1.5 must be"):
        choice(small, below=1.5)


def test_the_chart_shows_the_differences_and_the_switches(small):
    found = choice(small)
    figure = choice_chart(found, caption(small))
    top, middle, _ = figure.axes[:3]
    marks = {line.get_gid(): line for line in top.get_lines() if str(line.get_gid()).startswith("policy ")}
    assert len(marks) == 3
    for place, mark in ((place, marks[f"policy {place}"]) for place in range(3)):
        assert (mark.get_markerfacecolor() == "white") == bool(found.frontier.dominated_by[place])
    dotted = [line.get_xdata()[0] for line in middle.get_lines() if line.get_linestyle() == ":" and len(set(line.get_xdata())) == 1]
    assert dotted == pytest.approx([each.price for each in found.prices.switches])
    assert "policies are dominated" in figure.get_suptitle().replace("\n", " ")
