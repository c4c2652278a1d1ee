"""Reductions: with parameters set so that a closed form applies, the simulation meets it."""

import math
from functools import cache

import numpy as np
import pytest

from scenarios import load_policy
from sim.engine import simulate
from sim.formulas.attack import expected_loss
from sim.parameters import PARAMETERS, parameter_table
from sim.plan import Results
from sim.policy import Policy
from sim.vocabulary import Feedback

OWN_SAFEGUARD, OPEN_REFUSAL = 0.92, 0.06
HAZARD = 1e-4  # small, so that success is proportional to the exposed share
ACTORS, DRAWS, DAYS = 4000, 10, 540
ONE_FOLLOWER = {
    # one lab that publishes daily, one follower at a fixed lag that publishes daily
    "labs": 1, "open_weight_labs": 1, "cadence_days": 1, "open_cadence_days": 1, "own_testing_days": 0, "distillation": 0.0,
    "open_own_pace": 0.0, "open_spread_months": 0.0, "feedback": Feedback.NONE,
    # one kind of actor, at a constant rate, who takes a refusal as final; no leak, no theft
    "bad_actors": ACTORS, "spy_share": 0.0, "insider_share": 0.0, "crew_gap_days": 1.0, "crew_skill": 1.0, "skill_spread": 0.0,
    "evasion": 0.0, "fallback_chance": 0.0, "leaks_on": False, "theft_on": False, "base_hazard": HAZARD,
    # uplift 2 from the critical level on, 1 below it
    "uplift": 2.0, "uplift_cap": 2.0, "uplift_doubling_months": 1e-4,
    "safeguard_least": OWN_SAFEGUARD, "safeguard_most": OWN_SAFEGUARD, "flaw_chance": 0.0,
    "open_safeguard": 0.5, "residual_refusal": OPEN_REFUSAL, "strip_days": 0,
    # every organisation searches at one rate from day 0 and patches at one rate; nothing is shared, nothing is new
    "organisations": 20, "search_days": 30.0, "search_doubling_months": 1e9, "patch_shape": 1.0, "never_patch_share": 0.0,
    "common_share": 0.0, "new_code_per_day": 0.0,
}  # fmt: skip


def exposure_integral(search: float, patch: float, start: float, discount: float) -> float:
    """J(x): integral from x to the horizon of exp(-r t) A(t), A the share latent or known under two exponential stages."""

    def part(rate: float) -> float:
        total = rate + discount
        return (math.exp(-total * start) - math.exp(-total * DAYS)) / total

    return (patch * part(search) - search * part(patch)) / (patch - search)


def threshold_lag(search: float, patch: float, discount: float) -> float:
    """L*: the lag at which withholding and open release cost the same."""
    ratio = (1 - OWN_SAFEGUARD) / (1 - OPEN_REFUSAL)
    low, high = 0.0, float(DAYS)
    for _ in range(60):
        middle = (low + high) / 2
        share = exposure_integral(search, patch, middle, discount) / exposure_integral(search, patch, 0, discount)
        low, high = (middle, high) if share > ratio else (low, middle)
    return low


@cache
def harms(lag_days: int, patch_days: float, discount_per_year: float) -> tuple[float, float]:
    """Model-enabled harm per run under open release and under withholding, in expected losses."""
    changes = {"open_weight_lag_months": lag_days / 30.4375, "patch_tau_days": patch_days, "discount_per_year": discount_per_year}
    worlds = parameter_table(DRAWS, **{**ONE_FOLLOWER, **changes})
    withheld = Policy("withheld", {"lab_programme": True, "public_release": False})
    results = simulate(worlds, [Policy("open"), withheld], range(DRAWS), DAYS)
    loss = expected_loss(*(float(PARAMETERS[name].default) for name in ("severity_mu", "severity_sigma", "severity_cap")))
    means = results.outcomes["model_enabled_harm"].mean(axis=0) / loss
    return float(means[0]), float(means[1])


@pytest.mark.parametrize(
    ("patch_days", "discount_per_year", "stated"), [(14.0, 0.0, 80.98), (14.0, 1.0, 75.08), (43.0, 0.0, 128.47), (43.0, 1.0, 115.06)]
)
def test_timing_threshold(patch_days: float, discount_per_year: float, stated: float) -> None:
    search, patch, discount = 1 / 30, 1 / patch_days, discount_per_year / 365.25
    lag = threshold_lag(search, patch, discount)
    assert lag == pytest.approx(stated, abs=0.01)
    for days, withholding_is_better in ((math.floor(lag) - 1, False), (math.ceil(lag) + 1, True)):
        opened, withheld = harms(days, patch_days, discount_per_year)
        assert (withheld < opened) == withholding_is_better
        own = ACTORS * HAZARD * (1 - OWN_SAFEGUARD) * exposure_integral(search, patch, 0, discount)
        followers = ACTORS * HAZARD * (1 - OPEN_REFUSAL) * exposure_integral(search, patch, days, discount)
        # Over 2.16e7 operations the standard error is 0.2 % where services refuse 92 % and 0.07 % elsewhere (measured; seeds are fixed).
        assert opened == pytest.approx(own, rel=5e-3)
        assert withheld == pytest.approx(followers, rel=5e-3)


def test_incidents_are_poisson_binomial() -> None:
    runs, days = 400, 120
    still = {"search_days": 1e5, "search_doubling_months": 1e9, "new_code_per_day": 0.0, "feedback": Feedback.NONE, "skill_spread": 0.0,
             "bad_actors": 400, "organisations": 10, "uplift": 1.0, "theft_on": False, "base_hazard": 0.2, "spy_share": 0.3,
             "insider_share": 0.2, "spy_skill": 1.0, "crew_skill": 0.1, "insider_skill": 0.5, "cadence_days": 700}  # fmt: skip
    outcomes = simulate(parameter_table(runs, **still), [load_policy("open-release")], range(runs), days).outcomes[:, 0]
    shares = {"spies": 1.0, "crews": 0.1, "insiders": 0.5}
    exposed = outcomes["exposed_share"].mean()
    assert exposed > 0.999
    mean, variance = np.zeros(runs), np.zeros(runs)
    for kind, skill in shares.items():
        chance = 1.0 - math.exp(-0.2 * skill * exposed)
        attempts = outcomes[f"operations_{kind}"]
        mean += attempts * chance
        variance += attempts * chance * (1.0 - chance)
        # Means of counts: within 4 standard errors of the sum of chances.
        found = outcomes[f"incidents_{kind}"]
        assert abs(found.sum() - attempts.sum() * chance) < 4 * math.sqrt(attempts.sum() * chance * (1 - chance))
    z = (outcomes["incidents"] - mean) / np.sqrt(variance)
    assert abs(z.mean()) < 4 / math.sqrt(runs)
    assert abs(z.var() - 1.0) < 4 * math.sqrt(2 / runs)


INSTANT = {"test_days": 0.0, "approval_days": 0.0, "application_days": 0.0, "approval_refusal_chance": 0.0, "cooperation": 1.0,
           "background_applications_per_day": 0.0}  # fmt: skip
GOVERNMENT_WORK = {"asked", "complied", "tests", "test_wait_days", "applications", "partners_approved", "reviews", "review_wait_days",
                   "applications_withdrawn", "applications_waiting", "longest_queue", "partners_refused"}  # fmt: skip


def staged(days: int) -> Results:
    policies = [load_policy("open-release"), Policy("staged", {**load_policy("staged-preview").levers, "preview_days": days})]
    return simulate(parameter_table(5, bad_actors=200, **INSTANT), policies, range(5), 200)


@pytest.mark.parametrize("days", [0, 1, 14, 60])
def test_staged_release_delays_by_its_preview(days: int) -> None:
    results = staged(days)
    assert results.outcomes["release_delay_days"].tolist() == [[0.0, float(days)]] * 5


def test_staged_release_without_preview_is_open_release() -> None:
    results = staged(0)
    for name in results.outcomes.dtype.names or ():
        if name not in GOVERNMENT_WORK:
            assert (results.outcomes[name][:, 0] == results.outcomes[name][:, 1]).all(), name
    for name in set(results.weeks.dtype.names or ()) - {"waiting", "tests_waiting", "partners"}:
        assert (results.weeks[name][:, 0] == results.weeks[name][:, 1]).all(), name


def test_substitutes_make_release_policies_equal() -> None:
    """An open system of equal capability on day 0 leaves nothing to restrict, where nobody reacts and no head start helps."""
    world = parameter_table(
        5, feedback=Feedback.NONE, pace=0.0, open_shock_day=0, strip_days=0, head_start_on=False, leaks_on=False, bad_actors=200
    )
    policies = [load_policy(name) for name in ("open-release", "staged-preview", "partner-programme", "withhold")]
    harm = simulate(world, policies, range(5), 200).outcomes["model_enabled_harm"]
    assert (harm == harm[:, :1]).all()
    assert (harm > 0).all()
