"""The ceiling: what release policy could prevent at all, in the same draws, and what share of that each policy does; break-even; rates."""

import json
from dataclasses import replace

import numpy as np
import pytest

from lockgate import InputError, Study, compare, load_policy, load_world, open_study, sweep
from lockgate.experiments.results.ratio_frames import NO_CEILING
from lockgate.experiments.results.ratios import ratios
from lockgate.experiments.results.scale import has_rate
from lockgate.experiments.results.verdict import decided
from lockgate.experiments.store import save_comparison
from lockgate.experiments.study.factor import Factor
from lockgate.experiments.study.study import content_of, study_of
from lockgate.experiments.sweep.folder import StudyFolder, plan_of
from lockgate.experiments.sweep.plan import CEILING_HARM
from lockgate.experiments.sweep.replay import replayed
from lockgate.experiments.text.comparison import said_price, said_share, sentences
from lockgate.experiments.text.notes import notes
from lockgate.experiments.text.table import policy_rows, table_columns
from lockgate.experiments.text.wording import Wording
from lockgate.scenarios import with_parameters
from lockgate.sim.model.chance import Purpose, uniform
from lockgate.sim.model.outcomes import OUTCOMES
from lockgate.sim.model.policy import CEILING, Policy

HARM = "model_enabled_harm"
# No lab cooperates, and no open-weight lab heeds its government: the ceiling does not ask.
CHANGES = {"organisations": 20, "bad_actors": 300, "cooperation": 0.0, "heed_hold": 0.0, "uplift": 4.0}
WORLD = with_parameters(load_world("baseline"), CHANGES)
NAMES = ["open-release", "withhold", "partner-programme"]
ASKED = {"draws": 24, "horizon_days": 300}


@pytest.fixture(scope="module")
def compared():
    return compare([*NAMES, replace(CEILING, name="everything")], WORLD, **ASKED)


def test_the_ceiling_prevents_all_that_can_be(compared):
    found = compared.preventable_share().set_index("policy")
    assert found.loc["everything", "share"] == pytest.approx(1.0)
    assert set(found.index) == set(compared.names[1:])
    harm, ceiling = compared.outcome(HARM), compared.outcome(HARM)[:, 3]
    less = (harm[:, 0] - harm[:, 1]).mean() / (harm[:, 0] - ceiling).mean()
    assert found.loc["withhold", "share"] == pytest.approx(less, rel=1e-12)
    assert found.loc["withhold", "harm_removable"] == pytest.approx((harm[:, 0] - ceiling).mean())
    assert found.loc["withhold", "low"] < less < found.loc["withhold", "high"]


def test_it_changes_no_run(compared):
    alone = compare(NAMES, WORLD, **ASKED, ceiling=False)
    for name in OUTCOMES:
        assert (alone.outcome(name) == compared.outcome(name)[:, :3]).all()
    assert (alone.displacement == compared.displacement[:, :3]).all()
    with pytest.raises(InputError) as refused:
        alone.preventable_share()
    assert str(refused.value) == NO_CEILING
    summary = alone.summary()
    assert summary["ceiling"] is None
    words = Wording(300, 24, fixed=False)
    assert not any("reventable" in line for line in [*notes(summary, words), *sentences(summary, words)])


def test_another_reference_is_allowed(compared):
    found = compared.preventable_share("withhold").set_index("policy")["share"]
    harm = compared.outcome(HARM)
    assert found["open-release"] == pytest.approx((harm[:, 1] - harm[:, 0]).mean() / (harm[:, 1] - harm[:, 3]).mean())


def test_the_summary_and_what_is_printed_say_it(compared):
    summary, words = compared.summary(), Wording(300, 24, fixed=False)
    share = summary["ceiling"]["preventable_share"]["withhold"]
    assert share["mean"] == compared.preventable_share().set_index("policy").loc["withhold", "share"]
    rows = {row[0].strip(): row[1] for row in policy_rows("withhold", summary, table_columns(summary["policies"].values()), words)}
    assert rows["preventable"] == f"{100 * share['mean']:.1f} %"
    assert f", {100 * share['mean']:.1f} % of what is preventable (" in sentences(summary, words)[1]
    assert any("if nobody anywhere ever released a covered system" in note for note in notes(summary, words))
    json.dumps(summary["ceiling"])


def test_a_saved_comparison_keeps_it(compared, tmp_path):
    folder = save_comparison(compared, tmp_path / "kept", ["lockgate", "compare"], charts=False)
    opened = open_study(folder)
    assert opened.preventable_share().equals(compared.preventable_share())
    assert opened.break_even().equals(compared.break_even())
    rates = opened.per_1000_organisations_and_year("incidents")
    assert rates.equals(compared.per_1000_organisations_and_year("incidents"))
    assert json.loads((folder / "summary.json").read_text())["ceiling"]["harm"]["mean"] > 0.0
    assert not replayed(plan_of(StudyFolder(folder)), StudyFolder(folder), 5).differs


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("studies") / "kept"
    study = Study(
        "kept", "", (load_policy("open-release"), load_policy("withhold")), (WORLD,), 16, (HARM, "incidents"), horizon_days=300,
        ceiling=True,
        factors=(Factor("parameter", "organisations", (10, 20)), Factor("lever", "preview_days", (0, 30))),
        points={"organisations": (10, 10, 20, 20), "preview_days": (0, 30, 0, 30)},
    )  # fmt: skip
    sweep(study, folder)
    return open_study(folder)


def test_a_sweep_has_a_ceiling_at_each_point(swept):
    ceiling = swept.to_pandas(columns=["draw", "point", "policy", CEILING_HARM])
    assert ceiling.groupby(["draw", "point"])[CEILING_HARM].nunique().max() == 1
    places = ceiling.groupby("point")[CEILING_HARM].mean()
    assert places[0] == places[1] != places[2] == places[3]
    found = swept.preventable_share()
    assert len(found) == 4
    harm = swept.where(point=2).outcome(HARM)
    at_two = ceiling[(ceiling["point"] == 2) & (ceiling["policy"] == "withhold")].sort_values("draw")[CEILING_HARM].to_numpy()
    assert found["share"][2] == pytest.approx((harm[:, 0] - harm[:, 1]).mean() / (harm[:, 0] - at_two).mean())


def test_a_rate_follows_the_number_of_organisations_at_each_point(swept):
    rates = swept.per_1000_organisations_and_year("incidents")
    levels = swept.estimates("incidents")
    factor = np.where(levels["organisations"] == 10, 100.0, 50.0) * 365.25 / 300
    assert rates["mean"].to_numpy() == pytest.approx(factor * levels["mean"].to_numpy())
    assert rates["low"].to_numpy() == pytest.approx(factor * levels["low"].to_numpy())


def test_a_rate_follows_a_number_that_is_drawn():
    drawn = with_parameters(WORLD, {"organisations": {"low": 10, "high": 40}})
    found = compare(["open-release"], drawn, draws=12, horizon_days=60)
    each = found.outcome("incidents")[:, 0] * 1000 / found.ensemble.worlds["organisations"] * 365.25 / 60
    assert len(set(found.ensemble.worlds["organisations"].tolist())) > 3
    assert found.per_1000_organisations_and_year("incidents")["mean"][0] == pytest.approx(each.mean())


def test_what_has_a_rate_and_what_has_none(compared):
    assert has_rate(OUTCOMES["total_loss"])
    assert has_rate(OUTCOMES["incidents"])
    for name in ("largest_loss", "directives", "release_delay_days", "exposed_share"):
        assert not has_rate(OUTCOMES[name])
    with pytest.raises(InputError, match=r"^outcome \"largest_loss\" has no rate"):
        compared.per_1000_organisations_and_year("largest_loss")
    summary = compared.summary()
    rate = summary["per_1000_organisations_and_year"]["withhold"]["incidents"]["mean"]
    assert rate == pytest.approx(compared.outcome("incidents")[:, 1].mean() * 50 * 365.25 / 300)


def test_break_even_is_where_harm_avoided_is_what_access_is_worth(compared):
    found = compared.break_even().set_index("policy")
    harm = -compared.difference(HARM).mean(axis=0)
    for place, name in enumerate(compared.names[1:], 1):
        row = found.loc[name]
        assert row["harm_avoided"] == pytest.approx(harm[place])
        assert row["price"] * row["access_forgone"] == pytest.approx(harm[place])
    # At that price, the two are equal: a day of access is then worth what the world says.
    priced = with_parameters(WORLD, {"benefit": float(found.loc["everything", "price"])})
    again = compare(["open-release", replace(CEILING, name="everything")], priced, **ASKED, ceiling=False)
    avoided, forgone = -again.difference(HARM)[:, 1].mean(), again.difference("benefit_forgone")[:, 1].mean()
    assert avoided == pytest.approx(forgone, rel=1e-9)


def test_no_ratio_where_what_it_is_of_is_not_clear():
    draws = np.arange(40.0)[:, None]
    found = ratios(draws, np.where(draws % 2, 1.0, -1.0))
    assert np.isnan(found["ratio"][0])
    assert np.isnan(found["low"][0])
    one = ratios(np.array([[3.0]]), np.array([[4.0]]))
    assert one["ratio"][0] == 0.75
    assert np.isnan(one["low"][0])
    swapped = ratios(draws, -1.0 - draws)
    assert swapped["low"][0] <= swapped["ratio"][0] <= swapped["high"][0] < 0.0


def test_intervals_of_ratios_cover():
    """Of 400 intervals of 95 %, fewer than 364 or more than 395 hold the truth less than once in 1,000 times, were they exact."""
    studies, draws = 400, 60
    u, v = (
        np.array([[uniform(seed, Purpose.LUCK, study, number) for study in range(studies)] for number in range(draws)]) for seed in (7, 8)
    )
    bottom = -np.log(u)  # exponential, so skewed, of mean 1
    found = ratios(0.3 * bottom + 0.4 * v, bottom)  # 0.3 + 0.4 / 2
    held = int(((found["low"] <= 0.5) & (found["high"] >= 0.5)).sum())
    assert 364 <= held <= 395


@pytest.mark.parametrize(
    ("price", "said"),
    [
        ({}, ""),
        ({"mean": 5.0, "low": float("nan"), "high": 9.0, "harm_avoided": 1.0, "access_forgone": 1.0}, ""),
        ({"mean": 5.0, "low": -1.0, "high": 9.0, "harm_avoided": 1.0, "access_forgone": 1.0}, "at no clear value of access"),
        ({"mean": 500.0, "low": 100.0, "high": 900.0, "harm_avoided": 1.0, "access_forgone": 1.0}, "less than US$ 500"),
        ({"mean": 500.0, "low": 100.0, "high": 900.0, "harm_avoided": -1.0, "access_forgone": -1.0}, "more than US$ 500"),
        ({"mean": -5.0, "low": -9.0, "high": -1.0, "harm_avoided": -1.0, "access_forgone": 1.0}, "worse at any value"),
        ({"mean": -5.0, "low": -9.0, "high": -1.0, "harm_avoided": 1.0, "access_forgone": -1.0}, "better at any value"),
    ],
)
def test_break_even_in_words(price, said):
    harm = decided(HARM, -1.0, -2.0, -0.5, 100, 90, 10)
    text = said_price(price, harm)
    assert said in text
    assert bool(text) == bool(said)
    unclear = said_price(price, decided(HARM, -1.0, -2.0, 0.5, 100, 50, 50))
    assert unclear in {"", "; at no clear value of access does it break even"}


def test_a_share_without_an_interval_in_words():
    assert said_share({"mean": 0.25, "low": float("nan"), "high": float("nan")}) == ", 25.0 % of what is preventable"
    assert said_share({}) == ""


def test_a_folder_of_an_older_model_is_read():
    """What it lacks is as if it were not there, and is not made up: no ceiling, no access forgone."""
    study = Study("old", "", (load_policy("open-release"), load_policy("withhold")), (WORLD,), 3, (HARM, "incidents"))
    content = content_of(study)
    for name in ("benefit", "benefit_doubling_months", "leak_hazard"):
        del content["worlds"][0]["parameters"][name]
    old = study_of(content, "old").worlds[0]
    assert list(old.parameters) == list(WORLD.parameters)
    assert (old.parameters["benefit"].default, old.parameters["leak_hazard"].prior) == (0.0, None)
    assert not study_of(content, "old").ceiling
    made = compare(["open-release", "withhold"], WORLD, draws=2, horizon_days=20, ceiling=False)
    kept = replace(made, selection=replace(made.selection, study=study))
    with pytest.raises(InputError, match=r'^outcome "access_forgone" is not in this study'):
        kept.break_even()
    with pytest.raises(InputError, match=r"^these results have no ceiling"):
        kept.preventable_share()


def test_one_policy_has_no_ceiling():
    alone = compare(["open-release"], WORLD, draws=2, horizon_days=20)
    assert not alone.study.ceiling
    assert alone.summary()["break_even"] == {}


def test_a_policy_may_be_called_as_the_ceiling_is():
    mine = compare(["open-release", Policy("ceiling", {"preview_days": 3})], WORLD, draws=3, horizon_days=20)
    assert mine.names == ("open-release", "ceiling")
    assert mine.preventable_share()["harm_removed"][0] == 0.0
