"""Reductions of what happens by chance: R3, the patch curve; R4, incidents; R6, leaks."""

import math
from typing import Any

import numpy as np

from lockgate.experiments.evidence.reductions.reduction import SIGMAS, Check, Given, Reduction, Setting, mean, ratio, sample
from lockgate.sim.errors import InputError
from lockgate.sim.model.parameters import without
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.vocabulary import Feedback

# R3, the patch curve: the share of flaws still open t days after they became known is f + (1 - f) exp(-(t / tau) ** k).
#
# Open weights far beyond the critical level appear on day 0 and defenders find everything at once (search hazards are capped, at 1e19
# a day), so that all flaws are of one age: the run's. No new code, no common pool, and no flaw waits for the capacity to fix it. The
# share is what organisations have not fixed of what they found. Each organisation fixes at a constant rate of its own; that the
# population follows the curve is the check.

PATCH_RUNS, ORGANISATIONS = 200, 5000  # a million organisations in all
ORGANISATION_DAYS = 1e8  # at most
PATCH_ROUNDING = 1e-8  # flaws are counted in whole numbers
AT_ONCE: dict[str, Any] = without(["adoption", "remediation capacity"])  # all search at full pace, and no fix waits for another


def survival(never: float, tau: float, shape: float, age: float) -> float:
    """Share still open at an age.

    >>> [round(survival(0.09, 19.6, 0.632, age), 2) for age in (7, 28, 43)]
    [0.63, 0.35, 0.27]
    """
    return never + (1 - never) * math.exp(-((age / tau) ** shape))


def run_patch_curve(row: Given) -> list[Check]:
    """The share still open at the row's age."""
    organisations = min(ORGANISATIONS, int(ORGANISATION_DAYS / PATCH_RUNS / row["age_days"]))
    found = sample(
        Policy("open"), PATCH_RUNS, row["age_days"], ["flaws_found", "flaws_patched"],
        labs=1, open_weight_labs=1, open_shock_day=0, open_shock_capability=60.0, search_days=0.1, search_doubling_months=0.001,
        organisations=organisations, bad_actors=0, interest_share=0.0, common_share=0.0, new_code_per_day=0.0,
        flaws_per_organisation=1e6, **AT_ONCE,
        never_patch_share=row["never_share"], patch_tau_days=row["tau_days"], patch_shape=row["shape"],
    )  # fmt: skip
    simulated, error = mean(1.0 - found["flaws_patched"] / found["flaws_found"])
    formula = survival(row["never_share"], row["tau_days"], row["shape"], row["age_days"])
    return [Check("R3 share still open", row, formula, simulated, error, SIGMAS * error + PATCH_ROUNDING)]


KNOWN_EXPLOITED = tuple({"age_days": age} for age in (7, 14, 28, 43))
ALL_FLAWS = tuple({"never_share": 0.0, "tau_days": 158.6, "shape": 0.647, "age_days": age} for age in (90, 365))
PATCH_CURVE = Reduction(
    "R3",
    "patch curve",
    (
        Setting("never_share", 0.09, (0.0, 1.0), "share of organisations that never patch"),
        Setting("tau_days", 19.6, (0.01, 100_000.0), "scale of the curve, days"),
        Setting("shape", 0.632, (0.05, 1.0), "shape of the curve"),
        Setting("age_days", 14, (1, 3650), "days since the flaws became known, whole"),
    ),
    KNOWN_EXPLOITED + ALL_FLAWS,
    run_patch_curve,
)


# R4, incidents: independent operations with known chances give Poisson-binomial counts.
#
# Nothing reacts, nothing is found or patched, systems add nothing: an operation succeeds with chance 1 - exp(-hazard x skill). Three
# kinds of actor, of skills 1, 0.5 and 0.1, operate at one rate. Given how many operations of each kind a run had, its incidents
# have mean sum p and variance sum p (1 - p), and it stays without any with chance prod (1 - p): the first is geometric in operations.
# With `split` = k there are k times as many actors with chances p / k: the mean stays, variance over mean tends to 1, as in Poisson's.

OPERATIONS, INCIDENT_RUNS, MOST_INCIDENT_RUNS = 2e6, 2000, 200_000
FEWEST, MOST = 5, 10_000  # operations expected of a run
KINDS = {"spies": (0.3, 1.0), "insiders": (0.2, 0.5), "crews": (0.5, 0.1)}  # share of actors, skill
STILL: dict[str, Any] = {
    # capability far below the critical level: searchers find nothing, and stand still
    "labs": 1, "open_weight_labs": 0, "covered_leads": False, "rival_gap_min_months": 24.0, "rival_gap_max_months": 24.0, "pace": 0.0,
    "search_doubling_months": 0.001, "organisations": 1, "common_share": 0.0, "new_code_per_day": 0.0, "feedback": Feedback.NONE,
    "uplift": 1.0, "theft_on": False, "leaks_on": False, "skill_spread": 0.0,
    "spy_share": KINDS["spies"][0], "insider_share": KINDS["insiders"][0],
}  # fmt: skip


def members(actors: int) -> dict[str, int]:
    """How many actors of each kind there are.

    >>> members(20)
    {'spies': 6, 'insiders': 4, 'crews': 10}
    """
    spies, insiders = (math.floor(KINDS[kind][0] * actors + 0.5) for kind in ("spies", "insiders"))
    return {"spies": spies, "insiders": min(insiders, actors - spies), "crews": max(0, actors - spies - insiders)}


def refuse_unmeasured_incidents(row: Given) -> None:
    """Raise `InputError` for rows with too few operations to measure anything, or too many to simulate."""
    operations = row["actors"] * row["split"] * row["days"] / row["gap_days"]
    if not FEWEST <= operations <= MOST:
        raise InputError(f"R4: operations actors * split * days / gap_days = {operations:g} of a run must be {FEWEST} to {MOST}")


def run_incidents(row: Given) -> list[Check]:
    """The mean number of incidents, their variance over their mean, and the share of runs without any."""
    actors, split, hazard = row["actors"] * row["split"], row["split"], row["hazard"]
    chances = {kind: -math.expm1(-hazard * skill) / split for kind, (_, skill) in KINDS.items()}
    skills = {kind: min(1.0, -math.log1p(-chance) / hazard) for kind, chance in chances.items()}
    each = row["days"] / row["gap_days"]  # operations expected of an actor
    runs = int(min(MOST_INCIDENT_RUNS, max(INCIDENT_RUNS, OPERATIONS / (actors * each))))
    gaps = {f"{kind}_gap_days": row["gap_days"] for kind in ("spy", "insider", "crew")}
    found = sample(
        Policy("open"), runs, row["days"], ["incidents", *(f"operations_{kind}" for kind in KINDS)], **STILL, **gaps,
        bad_actors=actors, base_hazard=hazard, spy_skill=skills["spies"], insider_skill=skills["insiders"], crew_skill=skills["crews"],
    )  # fmt: skip
    incidents = found["incidents"]
    means = sum(found[f"operations_{kind}"] * chance for kind, chance in chances.items())
    spread = sum(found[f"operations_{kind}"] * chance * (1 - chance) for kind, chance in chances.items())
    none = np.exp(sum(found[f"operations_{kind}"] * math.log1p(-chance) for kind, chance in chances.items()))

    def check(name: str, formula: float, simulated: float, error: float) -> Check:
        return Check(f"R4 {name}", row, formula, simulated, error, SIGMAS * error)

    return [
        check("incidents of a run", each * sum(number * chances[kind] for kind, number in members(actors).items()), *mean(incidents)),
        check("variance over mean", float(spread.sum() / means.sum()), *ratio((incidents - means) ** 2, means)),
        check("no incident", float(none.mean()), float((incidents == 0).mean()), math.sqrt(float((none * (1 - none)).mean()) / runs)),
    ]


INCIDENTS = Reduction(
    "R4",
    "incidents",
    (
        Setting("hazard", 0.3, (1e-3, 5.0), "hazard of success of an operation at skill 1"),
        Setting("gap_days", 10.0, (0.1, 1000.0), "mean days between two operations of an actor"),
        Setting("actors", 20, (1, 1000), "bad actors: three in ten are spies, two insiders, five crews, rounded"),
        Setting("days", 6, (1, 3650), "days of a run, whole"),
        Setting("split", 1, (1, 100), "times as many actors, with chances so many times lower"),
    ),
    ({}, {"split": 10}),
    run_incidents,
    refuse=refuse_unmeasured_incidents,
)


# R6, leaks: the chance that some partner's access leaks by day d is 1 - exp(-hazard N d).
#
# The lab's own programme admits N organisations, all alike, on the morning of day 0 and never ends, so that after d days each has
# held the system on exactly d days. A run has a leak or has none.

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


def refuse_unmeasured_leaks(row: Given) -> None:
    """Raise `InputError` for rows that are too large to be run often."""
    if row["partners"] * row["days"] > LARGEST:
        raise InputError(f"R6: partners * days = {row['partners'] * row['days']} must be at most {LARGEST}; lower one of them")


def run_leaks(row: Given) -> list[Check]:
    """The chance of a leak by the row's day."""
    formula = leak_chance(row["hazard_per_day"], row["partners"], row["days"])
    simulated, runs = leaked_share(row)
    error = math.sqrt(formula * (1 - formula) / runs)  # by the formula: where leaks are rare a sample has none
    return [Check("R6 chance of a leak", row, formula, simulated, error, SIGMAS * error + 1 / runs)]


def scaling() -> list[Check]:
    """Twice the partners: the chance follows from the one simulated with fewer."""
    few, many = (LEAKS.complete({"partners": partners}) for partners in (25, 50))
    (small, small_runs), (large, runs) = leaked_share(few, OTHER_SEEDS), leaked_share(many, 2 * OTHER_SEEDS)
    error = math.hypot(2 * (1 - small) * math.sqrt(small * (1 - small) / small_runs), math.sqrt(large * (1 - large) / runs))
    return [Check("R6 twice the partners", many, 1 - (1 - small) ** 2, large, error, SIGMAS * error)]


LEAKS = Reduction(
    "R6",
    "leaks",
    (
        Setting("hazard_per_day", 9.9e-4, (0.0, 1.0), "hazard that one partner's access leaks, per day"),
        Setting("partners", 50, (1, 2000), "organisations that hold the system"),
        Setting("days", 14, (1, 3650), "days, whole"),
    ),
    ({}, {"days": 1}, {"partners": 20, "days": 60}),
    run_leaks,
    beside=scaling,
    refuse=refuse_unmeasured_leaks,
)
