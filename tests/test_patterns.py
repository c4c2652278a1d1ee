"""Patterns: each simulation meets a closed form or reacts to its parameter, and verdicts follow the stated rule."""

import json
import math

import numpy as np
import pytest
from scipy.special import ndtr
from typer.testing import CliRunner

from lockgate.experiments.cli import app
from lockgate.experiments.evidence.card import recorded
from lockgate.experiments.evidence.facts import CALIBRATION, FACTS, HELD_OUT, Fact
from lockgate.experiments.evidence.patterns import MEETS, MISSES, NO_FIGURE, Pattern, patterns, summary
from lockgate.experiments.evidence.sampled_runs import DRAWS, SEED, Estimate, SampledRuns, proportion, quantile
from lockgate.experiments.evidence.simulated import SIMULATED
from lockgate.sim.model.parameters import GRADES, PARAMETERS, without
from lockgate.sim.model.policy import LEVERS
from tests.sizes import few

KEYS = ["name", "meaning", "observed", "observed_low", "observed_high", "simulated", "low", "high", "unit", "use", "parameters", "grade",
        "source", "verdict", "miss", "note"]  # fmt: skip


def simulated(name, **changes):
    return SIMULATED[name](SampledRuns(draws=24, changes=changes))


@pytest.fixture(scope="module")
def found():
    """All patterns, as the command computes them."""
    return patterns()


# Facts and their verdicts


def test_every_fact_has_its_simulation_and_a_source():
    assert set(FACTS) == set(SIMULATED)
    for fact in FACTS.values():
        assert fact.source
        assert fact.grade in GRADES
        assert set(fact.parameters) <= set(PARAMETERS) | set(LEVERS), fact.name
        assert (fact.low is None) == (fact.high is None)
        assert fact.low is None or fact.low <= (fact.low if fact.observed is None else fact.observed) <= fact.high


def test_enough_facts_were_held_out():
    compared = [fact for fact in FACTS.values() if fact.low is not None]
    assert len(compared) >= 50
    assert sum(fact.use == HELD_OUT for fact in compared) >= 16


def test_what_a_parameter_names_as_its_source_is_calibration():
    """Words of facts that are held out stand in no parameter's source."""
    words = {"lag-cyber": "4 to 7", "burst": "variants", "exploited-174": "Bitsight", "loss-median-2024": "IRIS 2025",
             "loss-mean": "IBM", "refusal-service": "US models", "licence-starved": "freezes", "lag-spread": "4 to 14",
             "horizon-growth-long": "187.8", "horizon-year": "718", "cadence-rival": "GPT-5.6", "found-one": "Cloudflare",
             "other-flaws-621": "621", "bypass-stopped": "GTG-1002", "incident-growth": "complaints",
             "losses-growth": "IC3"}  # fmt: skip
    assert set(words) == {name for name, fact in FACTS.items() if fact.use == HELD_OUT}
    for name, word in words.items():
        assert not [parameter for parameter, known in PARAMETERS.items() if word in known.source], name


@pytest.mark.parametrize(
    ("low", "high", "verdict", "miss"),
    [
        (5.0, 6.0, MEETS, ""),
        (1.0, 2.0, MEETS, ""),
        (8.0, 9.0, MISSES, "too low by a factor of 1.6"),
        (0.5, 1.0, MISSES, "too high by a factor of 2"),
        (0.0, 0.0, MISSES, "too high by a factor of inf"),
        (5e3, 9e3, MISSES, "too low by a factor of 1,000"),
        (None, None, NO_FIGURE, ""),
    ],
)
def test_the_rule(low, high, verdict, miss):
    pattern = Pattern(Fact("any", "", "days", low, low, high, "B", ""), Estimate(3.0, 2.0, 5.0))
    assert (pattern.verdict, pattern.miss) == (verdict, miss)


def test_a_range_wider_than_ten_is_weak():
    fact = Fact("any", "", "days", 3.0, 3.0, 3.0, "B", "")
    assert not Pattern(fact, Estimate(3.0, 1.0, 10.0)).weak
    assert Pattern(fact, Estimate(3.0, 0.9, 10.0)).weak
    assert Pattern(Fact("any", "", "days", 3.0, 0.1, 3.0, "B", ""), Estimate(3.0, 2.0, 4.0)).weak
    assert not Pattern(Fact("any", "", "days", 9.0, 9.0, 900.0, "B", ""), Estimate(3.0, 2.0, 4.0)).weak  # missed


def test_a_share_misses_by_points():
    assert Pattern(Fact("any", "", "share", 0.5, 0.5, 0.5, "B", ""), Estimate(0.2, 0.1, 0.3)).miss == "too low by 20 points"


def test_intervals_of_shares_and_quantiles_cover():
    weights = [math.comb(20, k) * 0.3**k * 0.7 ** (20 - k) for k in range(21)]
    assert sum(w for k, w in enumerate(weights) if proportion(k, 20).low <= 0.3 <= proportion(k, 20).high) >= 0.95
    estimate = quantile(np.arange(1001.0), 0.9)
    assert estimate.low < 900.0 < estimate.high
    assert sum(math.comb(1000, k) * 0.9**k * 0.1 ** (1000 - k) for k in range(int(estimate.low), int(estimate.high))) == pytest.approx(
        0.95, abs=0.01
    )


# What the model gives: closed forms


def weibull(days, tau=19.6, shape=0.632, never=0.09):
    return never + (1 - never) * math.exp(-((days / tau) ** shape))


@pytest.mark.parametrize("day", [7, 28, 43, 174])
def test_patch_curve_is_the_fitted_one(day):
    estimate = simulated(f"exploited-{day}", patch_tau_days=19.6, never_patch_share=0.09)
    assert estimate.value == pytest.approx(weibull(day), abs=0.02)


@pytest.mark.parametrize(("day", "observed"), [(90, 0.50), (365, 0.18)])
def test_slow_patchers_meet_their_two_points(day, observed):
    estimate = simulated(f"all-flaws-{day}", patch_tau_days=158.6)
    assert estimate.value == pytest.approx(observed, abs=0.03)


def test_leaks_follow_their_hazard():
    hazard = 2e-3
    estimate = SIMULATED["leak-14"](SampledRuns(draws=150, changes={"leak_hazard": hazard, "care_spread": 0.0}))
    assert estimate.low <= 1 - math.exp(-50 * 14 * hazard) <= estimate.high
    tight = SIMULATED["leak-14"](SampledRuns(draws=150, changes={"leak_hazard": 0.0}))
    assert Pattern(FACTS["leak-14"], tight).verdict == MISSES


def test_flaws_found_follow_the_search():
    still = {"search_doubling_months": 1e9, "interest_share": 1.0, "flaws_per_organisation": 200.0}
    still |= without(["capability step", "adoption"])
    estimate = simulated("flaws-found", search_days=90.0, **still)
    assert estimate.value == pytest.approx(50 * 200 * (1 - math.exp(-30 / 90)), rel=0.01)
    assert simulated("flaws-found", search_days=30.0, **still).value == pytest.approx(50 * 200 * (1 - math.exp(-1)), rel=0.01)


def test_releases_follow_the_cadence():
    still = {"cadence_days": 50, "own_testing_days": 0}
    assert simulated("cadence-lab", **still).value == 50.0
    assert simulated("cadence-all", **still).value == pytest.approx(50 / 6, rel=0.1)


def test_lag_grows_by_what_distillation_had_removed():
    quick = {"cadence_days": 7, "open_cadence_days": 7, "own_testing_days": 0, "open_own_pace": 0.0, "open_weight_lag_months": 3.0,
             "pace": 1.0, "reinvestment": 0.0, "cooperation": 1.0}  # fmt: skip
    assert simulated("lag-withheld", distillation=0.0, **quick).value == pytest.approx(1.0, abs=0.02)
    assert simulated("lag-withheld", distillation=0.5, **quick).value == pytest.approx(2.0, rel=0.1)


def test_horizon_share_is_that_of_the_lag():
    quick = {"cadence_days": 1, "open_cadence_days": 1, "own_testing_days": 0, "pace": 1.0, "reinvestment": 0.0}
    estimate = simulated("horizon-share", open_weight_lag_months=4.0, horizon_doubling_months=4.7, **quick)
    assert estimate.value == pytest.approx(2 ** (-4 / 4.7), abs=0.02)
    assert simulated("horizon-growth", horizon_doubling_months=6.0, **quick).value == pytest.approx(4.0, rel=0.05)


def test_losses_have_the_fitted_quantiles():
    estimate = simulated("loss-median", base_hazard=0.05)
    assert estimate.low <= math.exp(12.56) <= estimate.high


def test_losses_as_large_as_sampled_breaches_have_the_mean_of_the_law_between_the_ends():
    def below(end, power):
        return math.exp(power * 12.56 + power**2 * 3.07**2 / 2) * ndtr((math.log(end) - 12.56) / 3.07 - power * 3.07)

    means = [(below(end, 1) - below(4e5, 1)) / (below(end, 0) - below(4e5, 0)) for end in (1.6e7, 4e7)]
    estimate = simulated("loss-mean", base_hazard=0.05)
    assert estimate.value == pytest.approx(np.mean(means), rel=0.1)
    assert estimate.low <= means[0] < means[1] <= estimate.high


def test_safeguards_of_the_careful_are_those_of_the_two_best_of_five():
    same = {"fix_gain": 0.0, "race_rule": "none", "culture_mean": 0.5, "culture_spread": 1.0, "least_effort": 0.0, "labs": 5}
    assert simulated("refusal-service", safeguard_least=0.7, safeguard_most=0.7, **same).value == 0.7
    estimate = simulated("refusal-service", safeguard_least=0.0, safeguard_most=1.0, **same)
    assert estimate.value == pytest.approx(0.75, abs=0.1)  # efforts are uniform: the two largest of five are 4/6 and 5/6 in the mean


# What the model gives: each calibration pattern can be missed


@pytest.mark.parametrize(
    ("name", "wrong"),
    few(
        3,
        [
            ("lag-index", {"open_weight_lag_months": 20.0}),
            ("horizon-share", {"open_weight_lag_months": 20.0}),
            ("horizon-growth", {"horizon_doubling_months": 24.0}),
            ("cadence-lab", {"cadence_days": 200}),
            ("cadence-all", {"cadence_days": 200}),
            ("second-lab", {"rival_gap_min_months": 10.0, "rival_gap_max_months": 12.0}),
            ("own-tests", {"own_testing_days": 0}),
            ("exploited-7", {"patch_tau_days": 200.0}),
            ("exploited-28", {"patch_tau_days": 200.0}),
            ("all-flaws-90", {"patch_tau_days": 19.6}),
            ("all-flaws-365", {"patch_tau_days": 19.6}),
            ("never-patched", {"never_patch_share": 0.4}),
            ("pool-patched", {"pool_capacity": 0.02}),
            ("incidents-all", {"base_hazard": 0.2}),
            ("incidents-largest", {"base_hazard": 0.2}),
            ("loss-median", {"severity_mu": 14.0}),
            ("loss-p95", {"severity_sigma": 1.0}),
            ("loss-p99", {"severity_sigma": 1.0}),
            ("refusal-stripped", {"residual_refusal": 0.5, "open_safeguard": 0.6}),
            ("agency-tests", {"test_days": 90.0}),
            ("approvals", {"approval_days": 0.5}),
            ("complied", {"cooperation": 0.001}),
            ("horizon-aisi", {"horizon_doubling_months": 24.0}),
            ("leak-noticed", {"leak_days": 100}),
            ("bypass-days", {"bypass_hazard": 0.0}),
            ("uplift-trial", {"uplift": 19.0}),
            ("framework-days", {"political_delay_days": 300}),
        ],
    ),
)
def test_a_wrong_parameter_misses(name, wrong):
    assert FACTS[name].use == CALIBRATION
    assert Pattern(FACTS[name], simulated(name)).verdict == MEETS
    assert Pattern(FACTS[name], simulated(name, **wrong)).verdict == MISSES


@pytest.mark.full
def test_losses_with_a_light_tail_miss_the_costliest(found):
    """With as many draws as the command has: few incidents have hardly a costliest 1 %."""
    assert [pattern.verdict for pattern in found if pattern.fact.name == "loss-top-1"] == [MEETS]
    light = SIMULATED["loss-top-1"](SampledRuns(changes={"severity_sigma": 1.0}))
    assert Pattern(FACTS["loss-top-1"], light).verdict == MISSES


@pytest.mark.parametrize(
    ("name", "changes", "rises"),
    few(
        3,
        [
            ("burst", {"cadence_days": 15}, True),
            ("crew-incidents", {"crew_gap_days": 3.0}, True),
            ("state-share", {"spy_share": 0.4}, True),
            ("insider-attempts", {"insider_gap_days": 1.0}, True),
            ("loss-mean", {"severity_cap": 1e6}, False),
            ("refusal-service", {"safeguard_most": 0.6}, False),
            ("ten-tries", {"evasion": 0.0, "safeguard_least": 0.95}, False),
            ("bans", {"ban_chance": 0.0}, False),
            ("cadence-rival", {"cadence_days": 30}, False),
            ("found-one", {"search_days": 10.0}, True),
            ("found-ratio", {"search_doubling_months": 1.0}, True),
            ("fixed-ratio", {"search_doubling_months": 1.0}, True),
            ("other-flaws-621", {"patch_tau_days": 2000.0}, True),
            ("leak-rate", {"leak_hazard": 0.01}, True),
            ("bypass-stopped", {"fix_days": 60}, True),
            ("incident-growth", {"search_days": 1e5}, True),
            ("losses-growth", {"search_days": 1e5}, True),
            ("preview-partners", {"approval_days": 0.0, "application_days": 0.0, "approval_refusal_chance": 0.0}, True),
            ("directives", {"revocation_chance": 1.0}, True),
            ("licence-starved", {"staffing": 2.0}, False),
        ],
    ),
)
def test_every_other_pattern_reacts(name, changes, rises):
    before, after = simulated(name), simulated(name, **changes)
    assert after.value > before.value if rises else after.value < before.value


@pytest.mark.full
def test_dark_days_are_the_lever(found):
    assert {(p.simulated.low, p.simulated.high) for p in found if p.fact.name == "dark-days"} == {(19.0, 19.0)}


# The record and the command


@pytest.mark.full
def test_recorded_verdicts_are_todays(found):
    """Renew the record with `python -m tests.full.patterns`."""
    figures = recorded()["patterns"]
    assert {key: figures[key] for key in summary(found)} == summary(found)
    assert (figures["draws"], figures["seed"]) == (DRAWS, SEED)


@pytest.mark.full
def test_every_miss_says_why(found):
    assert [pattern.fact.name for pattern in found if pattern.verdict == MISSES and not pattern.fact.note] == []


def call(*arguments):
    return CliRunner().invoke(app, ["patterns", "--quiet", *arguments], prog_name="lockgate", env={"COLUMNS": "80"})


def test_json_has_every_key():
    done = call("dark-days", "burst", "--json")
    rows = json.loads(done.stdout)
    assert [row["name"] for row in rows] == ["burst", "dark-days"]
    assert [list(row) for row in rows] == [KEYS, KEYS]
    assert [row["verdict"] for row in rows] == ["misses", "meets"]
    assert done.stdout == call("burst", "dark-days", "--json").stdout


def test_table_fits_and_says_the_rule():
    said = call("burst", "dark-days", "lag-withheld").stdout
    assert max(map(len, said.splitlines())) <= 80
    for words in ("Held out", "Calibration", "too low by a factor of 2.5", "A fact is met where", "seed 1", "no figure",
                  "2 patterns, 1 of them held out; 1 missed"):  # fmt: skip
        assert words in " ".join(said.split())


def test_another_world_gives_other_values():
    rows = [json.loads(call("second-lab", "--json", *world).stdout)[0] for world in ((), ("--world", "race"))]
    assert rows[0]["observed"] == rows[1]["observed"]
    assert rows[0]["simulated"] > rows[1]["simulated"]  # rivals are close there
    refused = call("second-lab", "--world", "rase")
    assert (refused.exit_code, 'did you mean "race"?' in refused.stderr) == (2, True)


def test_an_unknown_name_is_refused():
    done = call("dark-dais")
    assert done.exit_code == 2
    assert done.stderr.startswith("lockgate: unknown pattern 'dark-dais'")
    assert done.stderr.endswith('did you mean "dark-days"?\n')
