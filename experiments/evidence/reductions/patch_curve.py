"""R3, the patch curve: the share of flaws still open t days after they became known is f + (1 - f) exp(-(t / tau) ** k).

Open weights far beyond the critical level appear on day 0 and defenders find everything at once (search hazards are capped, at 1e19
a day), so that all flaws are of one age: the run's. No new code, no common pool. The share is what organisations have not fixed
of what they found. Each organisation fixes at a constant rate of its own; that the population follows the curve is the check.
"""

import math

from lockgate.experiments.evidence.reductions.reduction import SIGMAS, Check, Given, Reduction, Setting, mean, sample
from lockgate.sim.model.policy import Policy

RUNS, ORGANISATIONS = 200, 5000  # a million organisations in all
ORGANISATION_DAYS = 1e8  # at most
ROUNDING = 1e-8  # flaws are counted in whole numbers


def survival(never: float, tau: float, shape: float, age: float) -> float:
    """Share still open at an age.

    >>> [round(survival(0.09, 19.6, 0.632, age), 2) for age in (7, 28, 43)]
    [0.63, 0.35, 0.27]
    """
    return never + (1 - never) * math.exp(-((age / tau) ** shape))


def run(row: Given) -> list[Check]:
    """The share still open at the row's age."""
    organisations = min(ORGANISATIONS, int(ORGANISATION_DAYS / RUNS / row["age_days"]))
    found = sample(
        Policy("open"), RUNS, row["age_days"], ["flaws_found", "flaws_patched"],
        labs=1, open_weight_labs=1, open_shock_day=0, open_shock_capability=60.0, search_days=0.1, search_doubling_months=0.001,
        organisations=organisations, bad_actors=0, interest_share=0.0, common_share=0.0, new_code_per_day=0.0,
        flaws_per_organisation=1e6,
        never_patch_share=row["never_share"], patch_tau_days=row["tau_days"], patch_shape=row["shape"],
    )  # fmt: skip
    simulated, error = mean(1.0 - found["flaws_patched"] / found["flaws_found"])
    formula = survival(row["never_share"], row["tau_days"], row["shape"], row["age_days"])
    return [Check("R3 share still open", row, formula, simulated, error, SIGMAS * error + ROUNDING)]


KNOWN_EXPLOITED = tuple({"age_days": age} for age in (7, 14, 28, 43))
ALL = tuple({"never_share": 0.0, "tau_days": 158.6, "shape": 0.647, "age_days": age} for age in (90, 365))
REDUCTION = Reduction(
    "R3",
    "patch curve",
    (
        Setting("never_share", 0.09, (0.0, 1.0), "share of organisations that never patch"),
        Setting("tau_days", 19.6, (0.01, 100_000.0), "scale of the curve, days"),
        Setting("shape", 0.632, (0.05, 1.0), "shape of the curve"),
        Setting("age_days", 14, (1, 3650), "days since the flaws became known, whole"),
    ),
    KNOWN_EXPLOITED + ALL,
    run,
)
