"""Cases: what happened is dated and sourced, replays react to what they measure, and the page is that of today's model."""

import json
import math
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from lockgate.experiments.charts.case import case_chart
from lockgate.experiments.cli import app
from lockgate.experiments.evidence.cases import CASES, MEASURES, SHOWN, Replayed, Reported, chosen, found_inside, page, replay
from lockgate.experiments.evidence.sampled_runs import SampledRuns
from lockgate.scenarios import list_policies, load_policy
from lockgate.sim.errors import InputError
from tests.sizes import in_full

DOCS = Path(__file__).parents[1] / "docs"
STILL = {"bad_actors": 0}


@pytest.fixture(scope="module")
def sampled():
    """The draws of the command and of the page."""
    return SampledRuns()


def replayed(name, measure, draws=12, **changes):
    """One quantity of a case in a few draws of a changed world."""
    sampled_runs = SampledRuns(draws=draws, changes={**STILL, **changes})
    (found,) = [each for each in replay(CASES[name], sampled_runs) if each.reported.measure == measure]
    return found


# What happened


def test_cases_are_policies_with_dates_in_order():
    for name, case in CASES.items():
        assert case.policy in list_policies(), name
        days = [happening.on for happening in case.happenings]
        assert days == sorted(days)
        assert days[0] == case.day_0
        assert case.source
        assert {reported.measure for reported in case.reported} <= set(MEASURES)


def test_levers_have_the_reported_sizes():
    staged, programme, directive = (load_policy(name) for name in ("staged-preview", "partner-programme", "directive-revocation"))
    assert (staged.levers["partners_max"], staged.levers["preview_days"]) == (20, 14)
    assert programme.levers["launch_partners"] + programme.levers["wave_partners"] == 200
    assert (date(2026, 4, 7).toordinal() + programme.levers["wave_days"]) == date(2026, 6, 2).toordinal()
    (step,) = directive.timeline
    assert CASES["directive-revocation"].dated(step[0]) == "12 June"
    assert CASES["directive-revocation"].dated(step[0] + directive.levers["dark_days"]) == "1 July"
    assert load_policy("voluntary-protocol").levers["longest_wait_days"] == 30


# Replays


@pytest.mark.parametrize(("value", "below"), [(0.0, 0.0), (1.0, 0.125), (3.0, 0.625), (9.0, 1.0), (None, math.nan)])
def test_where_a_reported_value_lies(value, below):
    found = Replayed(Reported("any", "any", "days", value, ""), np.array([1.0, 2.0, 3.0, 4.0]), 10)
    assert found.below == pytest.approx(below, nan_ok=True)
    assert found.inside == (value is not None and 1.0 <= value <= 4.0)


def test_first_leak_follows_the_hazard():
    assert replayed("partner-programme", "first-leak", leak_hazard=0.0).quantiles == (61.0, 61.0, 61.0)
    assert replayed("partner-programme", "first-leak", leak_hazard=0.9).quantiles == (0.0, 0.0, 0.0)
    assert replayed("partner-programme", "leak-noticed", leak_hazard=0.9, leak_days=5).quantiles == (5.0, 5.0, 5.0)


def test_partners_follow_places_and_interest():
    assert replayed("partner-programme", "partners-0", interest_share=1.0).quantiles == (50.0, 50.0, 50.0)
    assert replayed("partner-programme", "partners-60", interest_share=1.0).quantiles == (200.0, 200.0, 200.0)
    quick = {"approval_days": 0.0, "application_days": 0.0, "approval_refusal_chance": 0.0, "cooperation": 1.0, "interest_share": 1.0,
             "background_applications_per_day": 0.0}  # fmt: skip
    assert replayed("staged-preview", "partners-14", **quick).quantiles == (40.0, 40.0, 40.0), "the opening list, and the queue's cap"
    assert replayed("staged-preview", "partners-60", cooperation=0.001).quantiles[1] == 0.0


def test_release_waits_for_the_preview_or_the_limit():
    quick = {"test_days": 0.0, "cooperation": 1.0, "flaw_chance": 0.0, "leaks_on": False}
    assert replayed("staged-preview", "release-day", **quick).quantiles == (14.0, 14.0, 14.0)
    assert replayed("voluntary-protocol", "limited-days", cooperation=1.0, staffing=0.0, flaw_chance=0.0,
                    political_delay_days=0, infighting_days=0.0).quantiles == (30.0, 30.0, 30.0)  # fmt: skip
    assert replayed("voluntary-protocol", "framework-day", political_delay_days=44, infighting_days=0.0).quantiles == (44.0, 44.0, 44.0)


def test_a_directive_costs_customers_where_they_move():
    assert replayed("directive-revocation", "dark-days").quantiles == (19.0, 19.0, 19.0)
    slow = replayed("directive-revocation", "customers-lost", customer_inertia_days=3650).quantiles
    quick = replayed("directive-revocation", "customers-lost", customer_inertia_days=5).quantiles
    assert 0.0 < slow[1] < quick[0]


def test_open_weights_stand_where_the_lag_puts_them():
    near, far = (replayed("open-weight-shock", "open-4", open_weight_lag_months=lag).quantiles for lag in (0.0, 12.0))
    assert far[2] < near[0]
    assert replayed("open-weight-shock", "parity-day", open_shock_day=4).quantiles[2] == 4.0


# The page, the charts and the command


@pytest.mark.full
def test_the_page_is_todays(sampled):
    """Renew it with `python -m tests.full.cases`."""
    assert (DOCS / "cases.md").read_text(encoding="utf-8") == page(sampled)


def test_the_page_has_its_charts():
    for name in SHOWN:
        chart = DOCS / f"cases-{name}.png"
        assert f"]({chart.name})" in (DOCS / "cases.md").read_text(encoding="utf-8")
        assert chart.stat().st_size < 100_000


@pytest.mark.parametrize("name", [next(iter(CASES)), *in_full(*list(CASES)[1:])])
def test_chart_shows_every_row(name, sampled):
    found = replay(CASES[name], sampled)
    figure = case_chart(CASES[name], found, sampled)
    texts = {label.get_text().replace("\n", " ") for axes in figure.axes for label in axes.get_yticklabels()}
    assert {each.reported.words for each in found} <= texts
    diamonds = [line for axes in figure.axes for line in axes.lines if line.get_marker() == "D"]
    assert len(diamonds) == sum(each.reported.value is not None for each in found)
    assert found_inside(found) in figure.get_suptitle().replace("\n", " ")
    assert f"{sampled.draws} draws" in figure.get_supxlabel()


def call(*arguments):
    done = CliRunner().invoke(app, ["cases", "--quiet", *map(str, arguments)], prog_name="lockgate", env={"COLUMNS": "80"})
    return done.exit_code, done.stdout, done.stderr


def test_out_writes_charts_and_numbers(tmp_path):
    code, said, _ = call("voluntary-protocol", "--json", "--out", tmp_path / "cases")
    assert code == 0
    written = {path.relative_to(tmp_path / "cases").as_posix() for path in (tmp_path / "cases").rglob("*") if path.is_file()}
    charts = {f"charts/voluntary-protocol.{kind}" for kind in ("png", "svg")}
    assert written == {"cases.json", "manifest.json"} | charts
    told = json.loads(said)
    assert told == json.loads((tmp_path / "cases" / "cases.json").read_text())
    case = told["cases"]["voluntary-protocol"]
    assert case["status"] == "reported, not verified"
    assert [each["measure"] for each in case["measures"]] == [each.measure for each in CASES["voluntary-protocol"].reported]
    assert set(case["measures"][0]) == {"measure", "words", "unit", "reported", "said", "low", "median", "high", "share_below", "days"}
    code, _, error = call("staged-preview", "--out", tmp_path / "cases")
    assert code == 2
    assert "holds another study" in error


def test_table_says_what_happened_and_that_it_is_not_verified():
    code, said, _ = call("directive-revocation")
    assert code == 0
    assert max(map(len, said.splitlines())) <= 80
    flat = " ".join(said.split())
    for words in ("12 June (day 3)", "Reported, not verified: juheapi.com", "days dark 19 19 19 19 days 50 %", "100 draws"):
        assert words in flat


def test_an_unknown_name_is_refused():
    code, _, error = call("staged-prevew")
    assert (code, error.splitlines()) == (2, [error.strip()])
    assert error.endswith('did you mean "staged-preview"?\n')
    with pytest.raises(InputError, match="unknown case 'x'"):
        chosen(["x"])
