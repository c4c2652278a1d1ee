"""R6, leaks: the chance that some partner's access leaks by day d is 1 - exp(-hazard N d).

The lab's own programme admits N organisations, all alike, on the morning of day 0 and never ends, so that after d days each has
held the system on exactly d days. A run has a leak or has none.
"""

import math

from lockgate.experiments.evidence.reductions.reduction import SIGMAS, Check, Given, Reduction, Setting, sample
from lockgate.sim.errors import InputError
from lockgate.sim.model.policy import Policy

PARTNER_DAYS = 1e6  # at least
LARGEST = 100_000  # of one run
COST, RUN_COST, PARTNER_COST = 1e8, 360, 20  # of all runs, of beginning a run, and for each of its partners, in partner-days
OTHER_SEEDS = 10_000_000


def leak_chance(hazard: float, partners: int, days: int) -> float:
    """Chance of at least one leak.

    >>> round(leak_chance(9.9e-4, 50, 14), 2)
    0.5
    """
    return -math.expm1(-hazard * partners * days)


def leaked_share(row: Given, first_seed: int = 1) -> tuple[float, int]:
    """Share of runs with a leak, and the number of runs."""
    partners, days = row["partners"], row["days"]
    runs = int(max(PARTNER_DAYS / (partners * days), COST / (RUN_COST + partners * (PARTNER_COST + days))))
    levers = {"lab_programme": True, "public_release": False, "launch_partners": partners, "agencies": 0, "reviewers": 0}
    found = sample(
        Policy("programme", levers), runs, days, ["leaks"], first_seed, labs=1, open_weight_labs=0, organisations=partners, bad_actors=0,
        interest_share=1.0, care_spread=0.0, leak_hazard=row["hazard_per_day"], cadence_days=730, background_applications_per_day=0.0,
    )  # fmt: skip
    return float((found["leaks"] > 0).mean()), runs


def refuse_without_measure(row: Given) -> None:
    """Raise `InputError` for rows that are too large to be run often."""
    if row["partners"] * row["days"] > LARGEST:
        raise InputError(f"R6: partners * days = {row['partners'] * row['days']} must be at most {LARGEST}; lower one of them")


def run(row: Given) -> list[Check]:
    """The chance of a leak by the row's day."""
    formula = leak_chance(row["hazard_per_day"], row["partners"], row["days"])
    simulated, runs = leaked_share(row)
    error = math.sqrt(formula * (1 - formula) / runs)  # by the formula: where leaks are rare a sample has none
    return [Check("R6 chance of a leak", row, formula, simulated, error, SIGMAS * error + 1 / runs)]


def scaling() -> list[Check]:
    """Twice the partners: the chance follows from the one simulated with fewer."""
    few, many = (REDUCTION.complete({"partners": partners}) for partners in (25, 50))
    (small, small_runs), (large, runs) = leaked_share(few, OTHER_SEEDS), leaked_share(many, 2 * OTHER_SEEDS)
    error = math.hypot(2 * (1 - small) * math.sqrt(small * (1 - small) / small_runs), math.sqrt(large * (1 - large) / runs))
    return [Check("R6 twice the partners", many, 1 - (1 - small) ** 2, large, error, SIGMAS * error)]


REDUCTION = Reduction(
    "R6",
    "leaks",
    (
        Setting("hazard_per_day", 9.9e-4, (0.0, 1.0), "hazard that one partner's access leaks, per day"),
        Setting("partners", 50, (1, 2000), "organisations that hold the system"),
        Setting("days", 14, (1, 3650), "days, whole"),
    ),
    ({}, {"days": 1}, {"partners": 20, "days": 60}),
    run,
    beside=scaling,
    refuse=refuse_without_measure,
)
