"""R8, substitutes: where an equal open system is out on day 0, no release policy of the frontier system changes harm.

Nothing reacts, partners have no head start, access does not leak. One lab has one system of day 0 and trains no other in time; what it
served before is two years older, so that without the open system policies would differ. A refusal is final: an actor whom open weights
refuse would otherwise turn to the second best, which depends on the policy. Harm is compared in every run, to the bit,
between open release, a staged preview, a partner programme and withholding.
"""

from typing import Any

from lockgate.experiments.evidence.reductions.reduction import Check, Given, Reduction, Setting
from lockgate.scenarios import load_policy
from lockgate.sim.engine.run import simulate
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.vocabulary import Feedback

RUNS = 5
POLICIES = ("open-release", "staged-preview", "partner-programme", "withhold")
EQUAL: dict[str, Any] = {"labs": 1, "cadence_days": 730, "feedback": Feedback.NONE, "open_shock_day": 0, "open_shock_capability": 0.0,
                         "strip_days": 0, "fallback_chance": 0.0, "head_start_on": False, "leaks_on": False}  # fmt: skip


def run(row: Given) -> list[Check]:
    """The largest relative difference from open release; not a number, and so no agreement, where there is no harm at all."""
    world = parameter_table(RUNS, **EQUAL, bad_actors=row["actors"], residual_refusal=row["residual_refusal"], evasion=row["evasion"])
    policies = [load_policy(name) for name in POLICIES]
    harm = simulate(world, policies, range(RUNS), row["days"]).outcomes["model_enabled_harm"]
    least = float(harm.min())
    largest = float(abs(harm - harm[:, :1]).max()) / least if least > 0 else float("nan")
    return [Check("R8 difference in harm", row, 0.0, largest, 0.0, 0.0)]


REDUCTION = Reduction(
    "R8",
    "substitutes",
    (
        Setting("actors", 200, (10, 10_000), "bad actors"),
        Setting("days", 200, (30, 700), "days of a run, whole"),
        Setting("residual_refusal", 0.06, (0.0, 1.0), "refusal chance of stripped open weights"),
        Setting("evasion", 0.6, (0.0, 1.0), "share of refusals that an actor of skill 1 evades"),
    ),
    ({}, {"residual_refusal": 0.5, "evasion": 0.2}),
    run,
)
