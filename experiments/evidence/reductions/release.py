"""Reductions of releases: R1, the timing threshold; R5, the race; R7, release delay; R8, substitutes."""

import math
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from lockgate.experiments.evidence.reductions.reduction import SIGMAS, Check, Given, Reduction, Setting, mean, sample
from lockgate.scenarios import load_policy
from lockgate.sim.engine.plan import Records
from lockgate.sim.engine.run import simulate
from lockgate.sim.errors import InputError
from lockgate.sim.model.formulas.attack import expected_loss
from lockgate.sim.model.formulas.time import MONTH_DAYS, YEAR_DAYS
from lockgate.sim.model.parameters import PARAMETERS, parameter_table
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.vocabulary import Feedback, RaceInformation

# R1, the timing threshold: withholding is better if and only if an equal open system is more than L* days behind.
#
# One lab that could release daily, one open-weight lab at a fixed lag, one kind of actor at a constant rate, every organisation
# searching and patching at one rate from day 0; nothing leaks, nothing is stolen, nothing reacts. Harm is then proportional to
# J(x), the integral from x to the horizon of exp(-r t) A(t), A being the share latent or known after two exponential stages: open
# release costs (1 - own safeguard) J(0), withholding (1 - refusal of open weights) J(lag), and L* makes the two equal.
# An infinite time of search or patching means that nothing is ever patched (A = 1).
#
# Harms are simulated on whole days of lag on both sides of L*, on the same operations; the simulated L* lies where the line through
# their logarithms meets the harm of open release. Units: harm in days of fully exposed attempts that no safeguard refuses.

OWN_SAFEGUARD, OPEN_REFUSAL = 0.92, 0.06  # measured: hosted services refuse 92 %, stripped open weights 6 %
HARM_TOLERANCE = 0.005  # relative
THRESHOLD_TOLERANCE = 1.0  # days, beside the standard errors
HAZARD = 1e-5  # so small that success is proportional to the exposed share, to 2 parts in 100,000
THRESHOLD_RUNS, MOST_OPERATIONS = 32, 1.5e8
LONGEST_MEAN_DAYS = 1e5  # mean times of search and patching, where they are not infinite
PER_DAY = 100  # operations of an actor
ALIKE = 1e-5  # rates nearer than this, relative, are taken as equal: the quotient would lose more digits than the limit is off
SETTLED: dict[str, Any] = {
    # one lab that publishes daily, one follower at a fixed lag that publishes daily
    "labs": 1, "open_weight_labs": 1, "cadence_days": 1, "open_cadence_days": 1, "own_testing_days": 0, "distillation": 0.0,
    "open_own_pace": 0.0, "open_spread_months": 0.0, "feedback": Feedback.NONE, "preview_error_months": 0.0,
    # one kind of actor, at a constant rate, who takes a refusal as final; no leak, no theft
    "spy_share": 0.0, "insider_share": 0.0, "crew_gap_days": 1 / PER_DAY, "crew_skill": 1.0, "skill_spread": 0.0,
    "evasion": 0.0, "fallback_chance": 0.0, "leaks_on": False, "theft_on": False, "base_hazard": HAZARD,
    # uplift 2 from the critical level on, 1 below it
    "uplift": 2.0, "uplift_cap": 2.0, "uplift_doubling_months": 1e-4,
    "safeguard_least": OWN_SAFEGUARD, "safeguard_most": OWN_SAFEGUARD, "flaw_chance": 0.0,
    "open_safeguard": 0.5, "residual_refusal": OPEN_REFUSAL, "strip_days": 0,
    # every organisation searches at one rate from day 0 and patches at one rate; nothing is shared, nothing is new
    "organisations": 1, "search_doubling_months": 1e9, "patch_shape": 1.0, "common_share": 0.0, "new_code_per_day": 0.0,
}  # fmt: skip
OPEN = Policy("open release")
WITHHELD = Policy("withheld", {"lab_programme": True, "public_release": False})


def exponential_integral(rate: float, start: float, end: float, power: int = 0) -> float:
    """Integral of t ** power exp(-rate t), power 0 or 1.

    >>> exponential_integral(0.0, 1.0, 3.0), exponential_integral(0.0, 1.0, 3.0, 1)
    (2.0, 4.0)
    """
    if rate == 0.0:
        return (end ** (power + 1) - start ** (power + 1)) / (power + 1)
    first, last = math.exp(-rate * start), math.exp(-rate * end)
    if power == 0:
        return (first - last) / rate
    return (start * first - end * last) / rate + (first - last) / rate**2


def exposure_integral(search: float, patch: float, start: float, end: float, discount: float) -> float:
    """J: integral from start to end of exp(-discount t) A(t), for rates per day.

    >>> exposure_integral(0.0, 0.0, 40.0, 540.0, 0.0)
    500.0
    >>> round(exposure_integral(1 / 30, 1 / 14, 0.0, 1e6, 0.0), 6)
    44.0
    """
    if search == 0.0 or patch == 0.0:
        return exponential_integral(discount, start, end)
    if abs(patch - search) <= ALIKE * search:
        rate = (search + patch) / 2
        return exponential_integral(rate + discount, start, end) + rate * exponential_integral(rate + discount, start, end, 1)
    slow, fast = exponential_integral(search + discount, start, end), exponential_integral(patch + discount, start, end)
    return (patch * slow - search * fast) / (patch - search)


def threshold_lag(search: float, patch: float, end: float, discount: float) -> float:
    """L*, in days: the lag at which withholding and open release cost the same.

    >>> round(threshold_lag(1 / 30, 1 / 14, 540, 0.0), 2), round(threshold_lag(0.0, 0.0, 540, 0.0), 2)
    (80.98, 494.04)
    """
    wanted = (1 - OWN_SAFEGUARD) / (1 - OPEN_REFUSAL) * exposure_integral(search, patch, 0.0, end, discount)
    low, high = 0.0, end
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if exposure_integral(search, patch, middle, end, discount) > wanted else (low, middle)
    return low


def operations_for(search: float, patch: float, start: float, end: float, discount: float, passed: float) -> float:
    """Operations after which a harm is known to a fourth of its tolerance, where a share of them is not refused."""
    days = np.linspace(start, end, 20_001)
    steps = [exposure_integral(search, patch, a, b, discount) for a, b in pairwise(days.tolist())]
    squares = float(np.sum(np.square(steps)) / (days[1] - days[0]))
    relative_variance = end * squares / sum(steps) ** 2 / passed
    return min(MOST_OPERATIONS, relative_variance / (HARM_TOLERANCE / SIGMAS) ** 2)


def threshold_harm(policy: Policy, row: Given, operations: float, lag_days: int) -> tuple[float, float]:
    """Model-enabled harm and its standard error, in days of attempts that no safeguard refuses."""
    horizon = row["horizon_days"]
    actors = math.ceil(operations / (THRESHOLD_RUNS * PER_DAY * horizon))
    never = math.isinf(row["search_days"]) or math.isinf(row["patch_days"])
    world = SETTLED | {
        "bad_actors": actors, "open_weight_lag_months": lag_days / MONTH_DAYS, "discount_per_year": row["discount_per_year"],
        "never_patch_share": 1.0 if never else 0.0,
        "search_days": min(row["search_days"], LONGEST_MEAN_DAYS), "patch_tau_days": min(row["patch_days"], LONGEST_MEAN_DAYS),
    }  # fmt: skip
    loss = expected_loss(*(float(PARAMETERS[name].default) for name in ("severity_mu", "severity_sigma", "severity_cap")))
    found = sample(policy, THRESHOLD_RUNS, horizon, ["model_enabled_harm"], **world)["model_enabled_harm"]
    return mean(found / (loss * HAZARD * PER_DAY * actors))


def refuse_without_room(row: Given) -> None:
    """Raise `InputError` for times that are too long to simulate and not infinite."""
    for name in ("search_days", "patch_days"):
        if LONGEST_MEAN_DAYS < row[name] < math.inf:
            raise InputError(f"R1: {name} = {row[name]:g} must be 1 to {LONGEST_MEAN_DAYS:g} or inf (nothing is ever patched)")


def run_timing_threshold(row: Given) -> list[Check]:
    """The threshold, and the harms from which it was found."""
    search, patch = 1 / row["search_days"], 1 / row["patch_days"]
    end, discount = row["horizon_days"], row["discount_per_year"] / YEAR_DAYS
    lag = threshold_lag(search, patch, end, discount)

    before, after = max(0, math.floor(lag) - 1), min(math.ceil(lag) + 1, end - 1)

    def check(policy: Policy, passed: float, start: int, latest: int) -> Check:
        formula = passed * exposure_integral(search, patch, start, end, discount)
        simulated, error = threshold_harm(policy, row, operations_for(search, patch, latest, end, discount, passed), start or after)
        # Where so many operations would take too long, what was measured is all that can be asked.
        tolerance = max(HARM_TOLERANCE * formula, SIGMAS * error)
        return Check(f"R1 harm, {policy.name}", {**row, "lag_days": start or after}, formula, simulated, error, tolerance)

    opened = check(OPEN, 1 - OWN_SAFEGUARD, 0, 0)
    sides = [check(WITHHELD, 1 - OPEN_REFUSAL, days, after) for days in (before, after)]
    slope = math.log(sides[1].simulated / sides[0].simulated) / (after - before)
    crossing = before + math.log(opened.simulated / sides[0].simulated) / slope
    error = math.hypot(opened.standard_error / opened.simulated, sides[0].standard_error / sides[0].simulated) / -slope
    found = Check("R1 threshold lag", row, lag, crossing, error, THRESHOLD_TOLERANCE + SIGMAS * error)
    return [found, opened, *sides]


TIMING_THRESHOLD = Reduction(
    "R1",
    "timing threshold",
    (
        Setting("search_days", 30.0, (1.0, math.inf), "mean days until a defender finds a flaw; inf: never"),
        Setting("patch_days", 14.0, (1.0, math.inf), "mean days until a known flaw is patched; inf: never"),
        Setting("horizon_days", 540, (60, 1800), "days over which harm counts"),
        Setting("discount_per_year", 0.0, (0.0, 1.0), "continuous discount rate of harm, per 365.25 days"),
    ),
    (
        {},
        {"discount_per_year": 1.0},
        {"patch_days": 43.0},
        {"patch_days": 43.0, "discount_per_year": 1.0},
        {"search_days": math.inf, "patch_days": math.inf},
    ),
    run_timing_threshold,
    refuse=refuse_without_room,
)


# R5, the race: the winner's risk of disaster in the equilibria of Armstrong, Bostrom and Shulman (2016).
#
# Every lab starts at a gap drawn from 0 to mu race units (one month each), so that capability is uniform on [0, mu]; research stands
# still and one day is a race. With no information all are as careful as one another and the risk is the same in every race.

CAPABILITIES = 1_000_000  # drawn in all, one for each lab of a race
CERTAIN_RACES = 1000  # where each has the same risk
BARE = Policy("race", {"agencies": 0, "testers": 0, "reviewers": 0})  # nobody to make room for
RACE_ROUNDING = 1e-9
INFORMATION = {kind.label: kind for kind in RaceInformation}


def disaster_risk(mu: float, teams: int, enmity: float, information: str) -> float:
    """Chance that the winner meets disaster.

    Source: Armstrong, Bostrom and Shulman (2016), "Racing to the precipice", AI & Society 31.

    >>> [round(disaster_risk(1.0, 5, 0.5, information), 4) for information in ("none", "private", "public")]
    [0.6, 0.7222, 0.6719]
    """
    if information == "none":
        return max(0.0, 1 - mu / (enmity * teams))
    if information == "private":
        k = enmity * teams - enmity + 1
        return 1 - teams * mu / ((teams + 1) * k) if mu <= k else (k / mu) ** teams / (teams + 1)
    careful = mu / (enmity * (teams + 1))
    return 1 - careful if mu <= enmity else 1 - careful * (1 - (1 - enmity / mu) ** (teams + 1))


@cache
def simulated_risk(mu: float, teams: int, enmity: float, information: str) -> tuple[float, float]:
    """Mean risk of many races, and its standard error."""
    races = CERTAIN_RACES if information == "none" else CAPABILITIES // teams
    found = sample(
        BARE, races, 1, ["race_risk"], labs=teams, cadence_days=730, open_weight_labs=0, organisations=1, bad_actors=0,
        covered_leads=False, pace=0.0, rival_gap_min_months=0.0, rival_gap_max_months=mu, race_scale_months=1.0,
        race_spread=mu, enmity=enmity, race_information=INFORMATION[information],
    )  # fmt: skip
    return mean(found["race_risk"])


def run_race(row: Given) -> list[Check]:
    """The risk under the row's information."""
    simulated, error = simulated_risk(row["mu"], row["teams"], row["enmity"], row["information"])
    formula = disaster_risk(row["mu"], row["teams"], row["enmity"], row["information"])
    return [Check("R5 disaster risk", row, formula, simulated, error, SIGMAS * error + RACE_ROUNDING)]


RACE_ROWS = ((1.0, 2, 1.0), (1.0, 2, 0.5), (1.0, 5, 0.5), (2.0, 5, 1.0))


def orderings() -> list[Check]:
    """What labs know of one another never makes the race safer: by how much it does in the rows, which is nothing."""
    checks = []
    for mu, teams, enmity in RACE_ROWS:
        ignorant, _ = simulated_risk(mu, teams, enmity, "none")
        for information in ("private", "public"):
            risk, error = simulated_risk(mu, teams, enmity, information)
            parameters = {"mu": mu, "teams": teams, "enmity": enmity, "information": information}
            safer = max(0.0, ignorant - risk)
            checks.append(Check("R5 safer than with none", parameters, 0.0, safer, error, SIGMAS * error))
    return checks


RACE = Reduction(
    "R5",
    "race",
    (
        Setting("mu", 1.0, (0.01, 10.0), "largest capability: how much capability counts against caution"),
        Setting("teams", 2, (2, 20), "racing labs"),
        Setting("enmity", 0.5, (0.001, 10.0), "how much worse it is that a rival wins, relative to disaster"),
        Setting("information", "public", (0, 0), "what labs know of one another", tuple(INFORMATION)),
    ),
    tuple({"mu": mu, "teams": teams, "enmity": enmity, "information": known} for mu, teams, enmity in RACE_ROWS for known in INFORMATION),
    run_race,
    beside=orderings,
)


# R7, release delay: with instant tests and approvals a preview of d days delays the release by exactly d.
#
# The staged preview of the library, where labs comply and nobody waits. Without a preview it is open release: outcomes and weekly
# series have the same bytes but for what the government itself did.

DELAY_RUNS, LEAST_DAYS = 5, 200
INSTANT: dict[str, Any] = {"test_days": 0.0, "approval_days": 0.0, "application_days": 0.0, "approval_refusal_chance": 0.0,
                           "cooperation": 1.0, "background_applications_per_day": 0.0, "bad_actors": 200,
                           "preview_error_months": 0.0, "preview_bypass_share": 0.0}  # fmt: skip
# A preview of its own length, whatever happens in it, at the end of which agencies must have signed off.
SMOOTH = {"extension_days": 0, "trigger_incidents": 1_000_000, "sign_offs": 2}
GOVERNMENT_WORK = {"asked", "complied", "tests", "test_wait_days", "applications", "partners_approved", "reviews", "review_wait_days",
                   "applications_withdrawn", "applications_waiting", "longest_queue", "partners_refused"}  # fmt: skip
GOVERNMENT_WEEKS = {"waiting", "tests_waiting", "partners"}


def staged(preview_days: int) -> Records:
    """Open release, and the staged preview, in the same runs."""
    levers = {**load_policy("staged-preview").levers, **SMOOTH, "preview_days": preview_days}
    policies = [load_policy("open-release"), Policy("staged", levers)]
    return simulate(parameter_table(DELAY_RUNS, **INSTANT), policies, range(DELAY_RUNS), max(LEAST_DAYS, preview_days + 10))


def differing(results: Records) -> list[str]:
    """Names of the outcomes and weekly series in which the two policies differ by a single bit."""
    tables = ((results.outcomes, GOVERNMENT_WORK), (results.weeks, GOVERNMENT_WEEKS))
    return [
        name for table, left_out in tables for name in table.dtype.names or ()
        if name not in left_out and table[name][:, 0].tobytes() != table[name][:, 1].tobytes()
    ]  # fmt: skip


def run_release_delay(row: Given) -> list[Check]:
    """The delay beyond that of open release; without a preview also the number of series that differ."""
    results = staged(row["preview_days"])
    delays = results.outcomes["release_delay_days"]
    added = delays[:, 1] - delays[:, 0]
    worst = float(added[np.argmax(abs(added - row["preview_days"]))])
    checks = [Check("R7 release delay", row, float(row["preview_days"]), worst, 0.0, 0.0)]
    if row["preview_days"] == 0:
        checks.append(Check("R7 series that differ", row, 0.0, float(len(differing(results))), 0.0, 0.0))
    return checks


RELEASE_DELAY = Reduction(
    "R7",
    "release delay",
    (Setting("preview_days", 14, (0, 3600), "days between partner access and public access, whole"),),
    tuple({"preview_days": days} for days in (0, 1, 14, 60)),
    run_release_delay,
)


# R8, substitutes: where an equal open system is out on day 0, no release policy of the frontier system changes harm.
#
# Nothing reacts, partners have no head start, access does not leak. One lab has one system of day 0 and trains no other in time; what it
# served before is two years older, so that without the open system policies would differ. A refusal is final: an actor whom open weights
# refuse would otherwise turn to the second best, which depends on the policy. Harm is compared in every run, to the bit,
# between open release, a staged preview, a partner programme and withholding.

SUBSTITUTE_RUNS = 5
POLICIES = ("open-release", "staged-preview", "partner-programme", "withhold")
EQUAL: dict[str, Any] = {"labs": 1, "cadence_days": 730, "feedback": Feedback.NONE, "open_shock_day": 0, "open_shock_capability": 0.0,
                         "strip_days": 0, "fallback_chance": 0.0, "head_start_on": False, "leaks_on": False}  # fmt: skip


def run_substitutes(row: Given) -> list[Check]:
    """The largest relative difference from open release; not a number, and so no agreement, where there is no harm at all."""
    world = parameter_table(
        SUBSTITUTE_RUNS, **EQUAL, bad_actors=row["actors"], residual_refusal=row["residual_refusal"], evasion=row["evasion"]
    )
    policies = [load_policy(name) for name in POLICIES]
    harm = simulate(world, policies, range(SUBSTITUTE_RUNS), row["days"]).outcomes["model_enabled_harm"]
    least = float(harm.min())
    largest = float(abs(harm - harm[:, :1]).max()) / least if least > 0 else float("nan")
    return [Check("R8 difference in harm", row, 0.0, largest, 0.0, 0.0)]


SUBSTITUTES = Reduction(
    "R8",
    "substitutes",
    (
        Setting("actors", 200, (10, 10_000), "bad actors"),
        Setting("days", 200, (30, 700), "days of a run, whole"),
        Setting("residual_refusal", 0.06, (0.0, 1.0), "refusal chance of stripped open weights"),
        Setting("evasion", 0.6, (0.0, 1.0), "share of refusals that an actor of skill 1 evades"),
    ),
    ({}, {"residual_refusal": 0.5, "evasion": 0.2}),
    run_substitutes,
)
