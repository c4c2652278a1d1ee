"""R4, incidents: independent operations with known chances give Poisson-binomial counts.

Nothing reacts, nothing is found or patched, systems add nothing: an operation succeeds with chance 1 - exp(-hazard x skill). Three
kinds of actor, of skills 1, 0.5 and 0.1, operate at one rate. Given how many operations of each kind a run had, its incidents
have mean sum p and variance sum p (1 - p), and it stays without any with chance prod (1 - p): the first is geometric in operations.
With `split` = k there are k times as many actors with chances p / k: the mean stays, variance over mean tends to 1, as in Poisson's.
"""

import math
from typing import Any

import numpy as np

from lockgate.experiments.evidence.reductions.reduction import SIGMAS, Check, Given, Reduction, Setting, mean, ratio, sample
from lockgate.sim.errors import InputError
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.vocabulary import Feedback

OPERATIONS, RUNS, MOST_RUNS = 2e6, 2000, 200_000
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


def refuse_without_measure(row: Given) -> None:
    """Raise `InputError` for rows with too few operations to measure anything, or too many to simulate."""
    operations = row["actors"] * row["split"] * row["days"] / row["gap_days"]
    if not FEWEST <= operations <= MOST:
        raise InputError(f"R4: operations actors * split * days / gap_days = {operations:g} of a run must be {FEWEST} to {MOST}")


def run(row: Given) -> list[Check]:
    """The mean number of incidents, their variance over their mean, and the share of runs without any."""
    actors, split, hazard = row["actors"] * row["split"], row["split"], row["hazard"]
    chances = {kind: -math.expm1(-hazard * skill) / split for kind, (_, skill) in KINDS.items()}
    skills = {kind: min(1.0, -math.log1p(-chance) / hazard) for kind, chance in chances.items()}
    each = row["days"] / row["gap_days"]  # operations expected of an actor
    runs = int(min(MOST_RUNS, max(RUNS, OPERATIONS / (actors * each))))
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


REDUCTION = Reduction(
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
    run,
    refuse=refuse_without_measure,
)
