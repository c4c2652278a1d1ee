"""Every number of a report is the comparison's own: of its summary, its outcomes, its series and its displacement."""

import csv
import io

import numpy as np

from lockgate.experiments.report.report import report_content
from lockgate.experiments.results.compare import compare
from lockgate.experiments.results.verdict import Verdict
from lockgate.experiments.text.comparison import said_change, said_price
from lockgate.experiments.text.numbers import share_number
from lockgate.experiments.text.wording import percent_span, shares_cell, signed_percent, verdict_cell
from lockgate.scenarios import load_policy, with_levers
from lockgate.sim.model.vocabulary import Channel
from tests.planted import WORLD
from tests.report.made import DAYS, DRAWS, NAMES, comparison, content, section

HARM = "model_enabled_harm"
POLICY, PLACE = "staged-preview", 1


def figure(name, found=None):
    """A figure's numbers, as they are read from its text."""
    drawn = next(each for each in (found or content()).figures if each.name == name)
    rows = list(csv.DictReader(io.StringIO(drawn.csv)))
    return {column: [row[column] for row in rows] for column in rows[0]}, drawn


def floats(column):
    return np.array([float(value) if value else np.nan for value in column])


def difference():
    """What the summary says of the difference."""
    return comparison().summary()["policies"][POLICY][HARM]["difference"]


def test_the_first_screen_tells_the_summary():
    first, summary = content().answer, comparison().summary()
    outcomes, known = summary["policies"][POLICY], difference()
    assert first.word == verdict_cell(Verdict.of(HARM, known))
    assert first.size == f"{signed_percent(known['relative'])} harm on average"
    assert first.interval == f"95 % interval {percent_span(known['relative'])} %"
    assert first.misuse == tuple(f"{share_number(known[side])} {side}" for side in ("less", "same", "more"))
    assert f"labs refuse {100.0 * (1.0 - summary['compliance'][POLICY]['complied']):.0f} % of requests" in first.costs
    assert said_change(outcomes, "usable_lead_months") in first.costs
    assert said_change(outcomes, "customers_lost_share") in first.costs
    price = said_price(summary["break_even"][POLICY], first.verdict)
    assert not price or first.costs[-1] == price.removeprefix("; ")


def test_the_delay_is_the_median_where_there_is_any():
    delays, late = (comparison().outcome(name)[:, PLACE] for name in ("release_delay_days", "release_censored"))
    held = (delays > 0) | (late > 0)
    assert not late.any()
    share = round(100 * held.mean())
    assert content().answer.costs[0] == f"median delay of {np.median(delays[held]):.0f} days where it is obeyed, in {share} % of worlds"


def test_the_effect_ends_at_the_difference_and_follows_the_series():
    columns, _ = figure("effect")
    known = difference()["relative"]
    ends = [-100.0 * known[name] for name in ("mean", "high", "low")]
    assert np.allclose([floats(columns[name])[-1] for name in ("mean", "low", "high")], ends)
    weekly = comparison().weekly("harm")
    saved = (weekly[:, 0] - weekly[:, PLACE]).cumsum(axis=1)
    whole = comparison().outcome(HARM)[:, 0].mean()
    assert np.allclose(floats(columns["mean"])[1:], 100.0 * saved.mean(axis=0) / whole, atol=1e-9)
    for name, level in (("q05", 0.05), ("q50", 0.5), ("q95", 0.95)):
        assert np.allclose(floats(columns[name])[1:], 100.0 * np.quantile(saved, level, axis=0) / whole, atol=1e-9)
    assert np.array_equal(floats(columns["day"])[1:], comparison().days + 1)


def test_the_dots_are_the_draws_best_first():
    columns, drawn = figure("worlds")
    harm = comparison().outcome(HARM)
    draws = [int(draw) for draw in columns["draw"]]
    assert sorted(draws) == list(range(DRAWS))
    base, some = harm[draws, 0], harm[draws, 0] > 0.0
    assert some.any()
    assert np.allclose(floats(columns["percent"])[some], 100.0 * (harm[draws, PLACE][some] / base[some] - 1.0))
    assert (np.diff(floats(columns["percent"])) >= 0.0).all()
    asked, complied = (comparison().outcome(name)[draws, PLACE] for name in ("asked", "complied"))
    assert [each == "True" for each in columns["refused"]] == [bool(each) for each in (asked > 0) & (complied == 0)]
    for draw, said in zip(draws, drawn.data["said"], strict=True):
        assert said.startswith(f"World {draw}: ")
        assert f"of {int(comparison().outcome('asked')[draw, PLACE]):,} request" in said or "no lab was asked" in said


def test_of_more_draws_a_hundred_are_shown_in_the_shares_of_the_verdict():
    found = report_content(compare(["open-release", "staged-preview"], WORLD, 130, horizon_days=60))
    columns, _ = figure("worlds", found)
    verdict = found.answer.verdict
    sides = [int(each) for each in columns["side"]]
    assert len(sides) == 100
    for side, share in ((-1, verdict.less), (0, verdict.same), (1, verdict.more)):
        assert abs(sides.count(side) - 100.0 * share) < 1.0
    assert len(set(columns["draw"])) == 100


def test_the_lengths_are_those_of_policies_that_hold_so_long():
    columns, _ = figure("length")
    days = [int(each) for each in columns["days"]]
    assert days == [0, 14, 30, 60, 90]
    policies = [with_levers(load_policy(POLICY), {"preview_days": each}) for each in days]
    for length, policy in zip(days, policies, strict=True):
        alone = compare(["open-release", policy], WORLD, DRAWS, horizon_days=DAYS, ceiling=False)
        known = alone.summary()["policies"][POLICY][HARM]["difference"]
        row = days.index(length)
        assert np.isclose(float(columns["mean"][row]), 100.0 * known["relative"]["mean"], rtol=1e-12)
        assert columns["word"][row] == known["verdict"]


def test_the_table_of_alternatives_tells_the_summary():
    summary = comparison().summary()
    table = section(content(), "alternatives").parts[1]
    rows = {row[0]: row[1:] for row in table.rows}
    assert table.head[1:] == NAMES
    for place, name in enumerate(NAMES[1:], 1):
        outcomes = summary["policies"][name]
        known = outcomes[HARM]["difference"]
        assert rows["harm against open-release"][place] == f"{signed_percent(known['relative'])} ({percent_span(known['relative'])})"
        assert rows["verdict"][place] == verdict_cell(Verdict.of(HARM, known))
        lead = said_change(outcomes, "usable_lead_months")
        assert rows["usable lead"][place] == lead.removeprefix("usable lead: ")
    assert rows["harm against open-release"][0] == "the reference"


def test_the_bars_add_up_to_the_harm_and_to_all_operations():
    columns, _ = figure("channels")
    whole = comparison().outcome(HARM)[:, 0].mean()
    totals = sum(floats(columns[name]) for name in columns if name != "policy")
    assert np.allclose(totals, 100.0 * comparison().outcome(HARM)[:, [0, PLACE]].mean(axis=0) / whole)
    moved, _ = figure("moved")
    counts = comparison().displacement.sum(axis=0)[PLACE]
    for row, label in enumerate(moved["reference_channel"]):
        before = next(channel for channel in Channel if channel.label == label)
        assert int(moved["operations"][row]) == counts[before].sum()
        assert [int(moved[after.label][row]) for after in Channel] == counts[before].tolist()


def test_the_map_has_the_verdicts_of_the_flip_map():
    columns, drawn = figure("flip")
    over = comparison().answer.flip_map(policy=POLICY)
    known = [cell for row in over.field.verdicts for cell in row if cell is not None]
    factor = 100.0 / comparison().outcome(HARM)[:, 0].mean()
    assert columns["verdict"] == [cell.word for cell in known]
    assert np.allclose(floats(columns["percent"]), [factor * cell.mean for cell in known])
    assert drawn.data["title"] == f"{over.headline}."


def test_stories_end_with_the_harm_of_their_draw():
    found = [part for part in section(content(), "stories").parts if hasattr(part, "items")]
    assert found
    for points in found:
        assert len(points.items) <= 8
        draw = int(points.items[0].split()[1])
        before, after = comparison().outcome(HARM)[draw, [0, PLACE]]
        assert f"{'less' if after < before else 'more'} under {POLICY}" in points.items[-1] or before == after
    typical = comparison().answer.typical(POLICY).draw
    assert int(found[0].items[0].split()[1]) == typical


def test_another_policy_is_asked_about_in_every_part():
    found = content("partner-programme")
    known = comparison().summary()["policies"]["partner-programme"][HARM]["difference"]
    assert found.answer.subject == "partner-programme against open-release"
    assert found.answer.verdict.content() == Verdict.of(HARM, known).content()
    assert shares_cell(found.answer.verdict) == shares_cell(Verdict.of(HARM, known))
    assert [claim["policy"]["name"] for claim in found.claims] == ["partner-programme"] * 3 + ["staged-preview"] * 4  # no delay is known
