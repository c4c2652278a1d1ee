"""R1, the timing threshold: withholding is better if and only if an equal open system is more than L* days behind.

One lab that could release daily, one open-weight lab at a fixed lag, one kind of actor at a constant rate, every organisation
searching and patching at one rate from day 0; nothing leaks, nothing is stolen, nothing reacts. Harm is then proportional to
J(x), the integral from x to the horizon of exp(-r t) A(t), A being the share latent or known after two exponential stages: open
release costs (1 - own safeguard) J(0), withholding (1 - refusal of open weights) J(lag), and L* makes the two equal.
An infinite time of search or patching means that nothing is ever patched (A = 1).

Harms are simulated on whole days of lag on both sides of L*, on the same operations; the simulated L* lies where the line through
their logarithms meets the harm of open release. Units: harm in days of fully exposed attempts that no safeguard refuses.
"""

import math
from itertools import pairwise
from typing import Any

import numpy as np

from lockgate.experiments.evidence.reductions.reduction import SIGMAS, Check, Given, Reduction, Setting, mean, sample
from lockgate.sim.errors import InputError
from lockgate.sim.model.formulas.attack import expected_loss
from lockgate.sim.model.formulas.time import MONTH_DAYS, YEAR_DAYS
from lockgate.sim.model.parameters import PARAMETERS
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.vocabulary import Feedback

OWN_SAFEGUARD, OPEN_REFUSAL = 0.92, 0.06  # measured: hosted services refuse 92 %, stripped open weights 6 %
HARM_TOLERANCE = 0.005  # relative
THRESHOLD_TOLERANCE = 1.0  # days, beside the standard errors
HAZARD = 1e-5  # so small that success is proportional to the exposed share, to 2 parts in 100,000
RUNS, MOST_OPERATIONS = 32, 1.5e8
LONGEST_MEAN_DAYS = 1e5  # mean times of search and patching, where they are not infinite
PER_DAY = 100  # operations of an actor
ALIKE = 1e-5  # rates nearer than this, relative, are taken as equal: the quotient would lose more digits than the limit is off
SETTLED: dict[str, Any] = {
    # one lab that publishes daily, one follower at a fixed lag that publishes daily
    "labs": 1, "open_weight_labs": 1, "cadence_days": 1, "open_cadence_days": 1, "own_testing_days": 0, "distillation": 0.0,
    "open_own_pace": 0.0, "open_spread_months": 0.0, "feedback": Feedback.NONE,
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


def harm(policy: Policy, row: Given, operations: float, lag_days: int) -> tuple[float, float]:
    """Model-enabled harm and its standard error, in days of attempts that no safeguard refuses."""
    horizon = row["horizon_days"]
    actors = math.ceil(operations / (RUNS * PER_DAY * horizon))
    never = math.isinf(row["search_days"]) or math.isinf(row["patch_days"])
    world = SETTLED | {
        "bad_actors": actors, "open_weight_lag_months": lag_days / MONTH_DAYS, "discount_per_year": row["discount_per_year"],
        "never_patch_share": 1.0 if never else 0.0,
        "search_days": min(row["search_days"], LONGEST_MEAN_DAYS), "patch_tau_days": min(row["patch_days"], LONGEST_MEAN_DAYS),
    }  # fmt: skip
    loss = expected_loss(*(float(PARAMETERS[name].default) for name in ("severity_mu", "severity_sigma", "severity_cap")))
    found = sample(policy, RUNS, horizon, ["model_enabled_harm"], **world)["model_enabled_harm"]
    return mean(found / (loss * HAZARD * PER_DAY * actors))


def refuse_without_room(row: Given) -> None:
    """Raise `InputError` for times that are too long to simulate and not infinite."""
    for name in ("search_days", "patch_days"):
        if LONGEST_MEAN_DAYS < row[name] < math.inf:
            raise InputError(f"R1: {name} = {row[name]:g} must be 1 to {LONGEST_MEAN_DAYS:g} or inf (nothing is ever patched)")


def run(row: Given) -> list[Check]:
    """The threshold, and the harms from which it was found."""
    search, patch = 1 / row["search_days"], 1 / row["patch_days"]
    end, discount = row["horizon_days"], row["discount_per_year"] / YEAR_DAYS
    lag = threshold_lag(search, patch, end, discount)

    before, after = max(0, math.floor(lag) - 1), min(math.ceil(lag) + 1, end - 1)

    def check(policy: Policy, passed: float, start: int, latest: int) -> Check:
        formula = passed * exposure_integral(search, patch, start, end, discount)
        simulated, error = harm(policy, row, operations_for(search, patch, latest, end, discount, passed), start or after)
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


REDUCTION = Reduction(
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
    run,
    refuse=refuse_without_room,
)
