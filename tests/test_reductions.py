"""Reductions: with parameters set so that a closed form applies, the simulation meets it; and a wrong formula is seen to be wrong."""

import math

import pytest

from lockgate.experiments.evidence.reductions import REDUCTIONS, approval_queue, hazards, release
from lockgate.sim.errors import InputError


def first_everyday(rows):
    """Rows as cases: every day only the first of each reduction, which its first word names."""
    names = [row[0] for row in rows]
    later = [names.index(name) < place for place, name in enumerate(names)]
    return [pytest.param(*row, id=f"{row[0]}-{place}", marks=pytest.mark.full if later[place] else ()) for place, row in enumerate(rows)]


JOBS = first_everyday([(name, place) for name, reduction in REDUCTIONS.items() for place, _ in enumerate(reduction.jobs())])
UNPREPARED = [
    ("R1", {"search_days": 60, "patch_days": 21, "horizon_days": 400, "discount_per_year": 0.4}),
    ("R1", {"search_days": 25, "patch_days": 25, "horizon_days": 300}),  # equal rates: the limit of the formula
    ("R2", {"applications_per_day": 1.7, "service_days": 1.0, "reviewers": 2}),
    ("R2", {"applications_per_day": 5.6, "service_days": 1.25, "reviewers": 8}),
    ("R2", {"applications_per_day": 0.02, "service_days": 30.0, "cv": 0.0}),
    ("R2", {"applications_per_day": 0.3, "service_days": 2.0, "cv": 0.5}),
    ("R2", {"applications_per_day": 3.0, "service_days": 0.25, "cv": 2.0}),
    ("R2", {"applications_per_day": 0.95}),
    ("R2", {"batch": 7, "reviewers": 3, "service_days": 4.0}),
    ("R2", {"batch": 3, "reviewers": 5, "service_days": 10.0}),
    ("R2", {"batch": 5, "service_days": 3.0, "cv": 0.5}),
    ("R3", {"never_share": 0.2, "tau_days": 40.0, "shape": 0.5, "age_days": 20}),
    ("R3", {"never_share": 0.0, "tau_days": 10.0, "shape": 1.0, "age_days": 5}),
    ("R3", {"never_share": 1.0, "age_days": 3}),
    ("R4", {"hazard": 1.2, "gap_days": 4.0, "actors": 33, "days": 3}),
    *(("R5", {"mu": mu, "teams": teams, "enmity": enmity, "information": information})
      for mu, teams, enmity in ((0.7, 3, 0.4), (3.0, 4, 0.5), (0.5, 8, 2.0)) for information in release.INFORMATION),
    ("R6", {"hazard_per_day": 0.01, "partners": 3, "days": 30}),
    ("R6", {"hazard_per_day": 0.2, "partners": 4, "days": 2}),
    ("R7", {"preview_days": 33}),
    ("R8", {"actors": 50, "days": 60, "residual_refusal": 0.2}),
]  # fmt: skip


def disagreeing(checks):
    """The checks that do not hold; there must be some checks."""
    assert checks
    return [check for check in checks if not check.holds]


@pytest.mark.parametrize(("name", "place"), JOBS)
def test_simulation_meets_the_formula(name, place):
    assert not disagreeing(list(REDUCTIONS[name].jobs())[place]())


@pytest.mark.full
@pytest.mark.parametrize(("name", "row"), UNPREPARED)
def test_simulation_meets_the_formula_in_rows_nobody_prepared(name, row):
    assert not disagreeing(REDUCTIONS[name].job(row)())


UNPATCHED = {"search_days": math.inf, "patch_days": math.inf}
# Each is wrong in a way in which one errs: by a day, by a term, by a factor, in a parameter.
WRONG = [
    ("R1", release, "exposure_integral", lambda *given: 1.01 * right("exposure_integral")(*given), UNPATCHED),
    ("R1", release, "threshold_lag", lambda search, patch, end, discount: end * release.OWN_SAFEGUARD, UNPATCHED),
    ("R2", approval_queue, "erlang_wait", lambda rate, service, servers: right("erlang_wait")(rate, service / 1.02, servers),
     {"applications_per_day": 2.4, "reviewers": 3}),
    ("R2", approval_queue, "single_wait", lambda rate, service, cv: rate * service**2 * (1 + cv) / (2 * (1 - rate * service)), {"cv": 0.5}),
    ("R2", approval_queue, "clearing_times", lambda n, c, service: (n * service / c, service + (n - c) * service / (2 * c)),
     {"batch": 20, "reviewers": 2}),
    ("R3", hazards, "survival", lambda never, tau, shape, age: right("survival")(never, tau, shape, age + 1), {"age_days": 28}),
    ("R4", hazards, "members", lambda actors: {"spies": actors // 4, "insiders": actors // 4, "crews": actors // 2}, {}),
    ("R5", release, "disaster_risk", lambda mu, teams, enmity, known: right("disaster_risk")(mu, teams + 1, enmity, known),
     {"information": "private"}),
    ("R5", release, "disaster_risk", lambda mu, teams, enmity, known: right("disaster_risk")(mu, teams, enmity * 1.01, known),
     {"information": "public"}),
    ("R5", release, "disaster_risk", lambda mu, teams, enmity, known: 1 - mu / (enmity * teams), {"information": "none", "mu": 3.0}),
    ("R6", hazards, "leak_chance", lambda hazard, partners, days: right("leak_chance")(hazard, partners, days + 1), {}),
]  # fmt: skip
FORMULAS = {"exposure_integral": release, "erlang_wait": approval_queue, "survival": hazards, "disaster_risk": release,
            "leak_chance": hazards}  # fmt: skip
RIGHT = {name: getattr(module, name) for name, module in FORMULAS.items()}


def right(formula):
    """The formula as it is when nothing is planted."""
    return RIGHT[formula]


@pytest.mark.parametrize(("name", "module", "formula", "wrong", "row"), first_everyday(WRONG))
def test_wrong_formula_is_seen(monkeypatch, name, module, formula, wrong, row):
    monkeypatch.setattr(module, formula, wrong)
    assert disagreeing(REDUCTIONS[name].job(row)())


def test_release_delay_that_is_not_exact_is_seen(monkeypatch):
    monkeypatch.setitem(release.INSTANT, "test_days", 20.0)
    assert disagreeing(REDUCTIONS["R7"].job({"preview_days": 0})())


@pytest.mark.parametrize(
    ("name", "value"),
    [("open_shock_day", -1), ("open_shock_day", 1), ("open_shock_capability", -1.0), ("fallback_chance", 1.0), ("base_hazard", 0.0)],
)
def test_substitute_that_is_none_is_seen(monkeypatch, name, value):
    monkeypatch.setitem(release.EQUAL, name, value)
    assert disagreeing(REDUCTIONS["R8"].job({})())


@pytest.mark.parametrize(
    ("name", "row", "said"),
    [
        ("R1", {"search_days": 0.5}, "search_days = 0.5 must be a number from 1 to inf"),
        ("R1", {"patch_days": 2e5}, "must be 1 to 100000 or inf"),
        ("R1", {"horizon_days": 540.5}, "must be a whole number from 60 to 1800"),
        ("R2", {"applications_per_day": 1.0}, "load applications_per_day * service_days / reviewers = 1 must be below 1"),
        ("R2", {"applications_per_day": 2.0, "reviewers": 3, "cv": 0.5}, "no closed form; set cv=1 (exponential service) or reviewers=1"),
        ("R2", {"applications_per_day": 0.985, "cv": 5.0}, "= 0.985 with cv = 5 is so near 1"),
        ("R2", {"applications_per_day": 1.0, "reviewers": 10}, "lets fewer than 0.001 of the applications wait"),
        ("R4", {"actors": 1000, "days": 1000}, "operations actors * split * days / gap_days = 100000 of a run must be 5 to 10000"),
        ("R6", {"partners": 2000, "days": 51}, "partners * days = 102000 must be at most 100000"),
        ("R2", {"batch": 5, "reviewers": 3, "cv": 0.5}, "has no closed form"),
        ("R2", {"batch": 5, "applications_per_day": 0.1}, "one of them must be 0"),
        ("R2", {"applications_per_day": 0}, "leave nobody to wait"),
        ("R3", {"age_days": 0}, "age_days = 0 must be a whole number from 1 to 3650"),
        ("R5", {"information": "some"}, 'information = "some" must be one of none, private, public'),
        ("R5", {"teams": True}, "teams = true must be a whole number from 2 to 20"),
        ("R5", {"enmity": math.nan}, "enmity = nan must be a number from 0.001 to 10"),
        ("R6", {"partner": 3}, 'R6 has no setting \'partner\'; did you mean "partners"?; it has hazard_per_day, partners, days'),
        ("R7", {"preview_days": "two"}, 'preview_days = "two" must be a whole number from 0 to 3600'),
    ],
)
def test_row_that_cannot_be_is_refused(name, row, said):
    with pytest.raises(InputError) as refusal:
        REDUCTIONS[name].job(row)
    assert said in str(refusal.value)
