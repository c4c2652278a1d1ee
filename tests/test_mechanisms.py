"""Every mechanism matters: switched off, each changes some outcome, in the direction that its rule says."""

from functools import cache
from typing import Any

import numpy as np
import pytest

from lockgate.scenarios import load_policy, load_world
from lockgate.sim.engine.run import simulate
from lockgate.sim.model.parameters import parameter_table, without
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.vocabulary import Feedback, Services

RUNS = 20
# mechanism, policy, what switches it off (levers or parameters), outcome, sign of (off - on)
MECHANISMS: list[tuple[str, str, dict[str, Any], str, int]] = [
    ("theft of weights", "withhold", {"theft_on": False}, "operations_stolen_weights", -1),
    ("leaks of partners' access", "partner-programme", {"leaks_on": False}, "harm_leaked_access", -1),
    ("reach of leaks", "partner-programme", {"leak_reach": 0.0}, "harm_leaked_access", -1),
    ("groups that a leak reaches", "partner-programme", {"leak_group": 0.05}, "harm_leaked_access", 1),
    ("loot that states share", "withhold", {"share_days": -1}, "harm_stolen_weights", -1),
    ("few states", "withhold", {"states": 1}, "harm_stolen_weights", 1),
    ("every lab's service", "open-release", {"services": Services.BEST}, "harm_rival_labs", -1),
    ("tries", "open-release", {"tries_most": 1}, "harm_rival_labs", -1),
    ("shared bans", "open-release", {"ban_shared": 1.0}, "refusals", -1),
    ("rogue insiders", "open-release", {"insiders_on": False}, "harm_insiders", -1),
    ("stripping of safeguards", "open-release", {"stripping_on": False, "open_safeguard": 0.6}, "harm_open_weights", -1),
    ("head start of partners", "partner-programme", {"head_start_on": False}, "exposed_share_at_parity", 1),
    ("distillation", "withhold", {"distillation_on": False}, "open_parity_day", -1),
    ("exposure of restricted systems", "partner-programme", {"partner_exposure": 1.0}, "usable_lead_months", -1),
    ("queues", "staged-preview", {"queues_on": False}, "review_wait_days", -1),
    ("testing queues", "mandatory-licence", {"queues_on": False}, "test_wait_days", -1),
    ("staffing", "mandatory-licence", {"staffing": 0.2}, "mean_release_delay_days", 1),
    ("other applicants", "staged-preview", {"background_applications_per_day": 0.0}, "reviews", -1),
    ("refusal of applications", "staged-preview", {"approval_refusal_chance": 0.0}, "partners_refused", -1),
    ("approval customer by customer", "staged-preview", {"approvals": False}, "partners_approved", -1),
    ("approval by criticality", "staged-preview", {"by_criticality": True}, "exposed_share", -1),
    ("waves of partners", "partner-programme", {"wave_partners": 0}, "partners_approved", -1),
    ("sign-offs", "mandatory-licence", {"sign_offs": 0}, "mean_release_delay_days", -1),
    ("tests find flaws", "mandatory-licence", {"agencies": 0, "sign_offs": 0}, "bypasses", 1),
    ("preview", "staged-preview", {"preview_days": 60}, "release_delay_days", 1),
    ("legal duty", "mandatory-licence", {"mandatory": 0.0, "cooperation": 0.5}, "complied", -1),
    ("political delay", "mandatory-licence", {"political_delay_days": 200, "case_by_case": False}, "asked", -1),
    ("cooperation", "staged-preview", {"cooperation": 0.2}, "complied", -1),
    ("race pressure on compliance", "staged-preview", {"race_weight": 0.0}, "complied", 1),
    ("enmity in the race", "open-release", {"enmity": 0.0}, "race_risk", -1),
    ("race pressure on safety", "partner-programme", {"race_pressure": 0.0}, "model_enabled_harm", -1),
    ("safeguard culture", "open-release", {"culture_mean": 0.8}, "harm_public_service", -1),
    ("goodwill", "staged-preview", {"goodwill_cost": 0.0, "overrun_cost": 0.0}, "complied", 1),
    ("memory of restrictions", "staged-preview", {"goodwill_days": 10.0}, "goodwill_spent", -1),
    ("copies of published weights", "open-weights-release", {"brand_hold": 1.0}, "customers_lost_share", -1),
    ("one market", "partner-programme", {"one_market_on": False}, "customers_lost_share", 1),
    ("revenue follows offers", "withhold", {"revenue_elasticity": 0.0}, "rivals_revenue", -1),
    ("revocation", "directive-revocation", {"revocation": False}, "dark_days", -1),
    ("coordinated hold", "coordinated-hold", {"coordinated_hold": False}, "open_parity_day", -1),
    ("heeding the hold", "coordinated-hold", {"heed_hold": 0.0}, "open_parity_day", -1),
    ("bans", "open-release", {"ban_chance": 0.0}, "operations_public_service", 1),
    ("falling back on the next channel", "open-release", {"fallback_chance": 0.0}, "operations_no_model", 1),
    ("evasion of safeguards", "open-release", {"evasion": 0.0}, "refusals", 1),
    ("public bypasses", "open-release", {"bypassed_share": 1.0}, "harm_public_service", -1),
    ("uplift", "open-release", {"uplift": 1.0}, "model_enabled_harm", -1),
    ("growth of uplift", "open-release", {"uplift_doubling_months": 1e9}, "model_enabled_harm", -1),
    ("search by defenders", "open-release", {"search_days": 1e5}, "exposed_share", 1),
    ("better search with better systems", "open-release", {"search_doubling_months": 1e9}, "exposed_share", 1),
    ("patching", "open-release", {"never_patch_share": 1.0}, "flaws_patched", -1),
    ("new code", "open-release", {"new_code_per_day": 0.0}, "exposed_share_end", -1),
    ("maintainers of the common pool", "open-release", {"pool_share": 0.0}, "exposed_share", 1),
    ("heavy tail of losses", "open-release", {"severity_sigma": 0.0}, "largest_loss", -1),
    ("reinvestment", "withhold", {"reinvestment": 0.0}, "capability_months_withheld", 1),
    ("customers follow offers", "withhold", {"choice_elasticity": 0.0}, "customers_lost_share", -1),
    ("customers' inertia", "withhold", {"customer_inertia_days": 10}, "customers_lost_share", 1),
    ("skill", "open-release", {"skill_spread": 0.0, "crew_skill": 0.1}, "incidents_crews", -1),
    ("security of weights", "withhold", {"security_level": 1.0}, "thefts", 1),
    ("open-weight shock", "open-release", {"open_shock_day": 1}, "open_parity_day", -1),
    ("feedback", "open-release", {"feedback": Feedback.NONE}, "bans", -1),
    ("publication of weights", "open-weights-release", {"publish_weights": False}, "usable_lead_months", 1),
]  # fmt: skip

# What holds in both runs of a pair, so that the mechanism has something to do: an opening list goes by criticality too, a directive
# seldom follows a cause, and who holds nothing back at home is seldom heeded.
IN_BOTH: dict[str, dict[str, Any]] = {
    "approval by criticality": {"launch_partners": 0},
    "revocation": {"revocation_chance": 1.0},
    "coordinated hold": {"heed_reciprocity": 0.0},
    "heeding the hold": {"heed_reciprocity": 0.0},
}


# Worlds in which another mechanism leaves the effect its room: maintainers who find early cannot fix what they find.
WORLDS = {"approval by criticality": without(["remediation capacity"])}


@cache
def outcomes(policy: str, changes: tuple[tuple[str, Any], ...]) -> Any:
    """Outcomes of a policy in worlds at the central values, some levers or parameters changed."""
    parameters = {name: value for name, value in changes if name in load_world("baseline").central()}
    levers = {name: value for name, value in changes if name not in parameters}
    base = load_policy(policy)
    changed = Policy(base.name, {**base.levers, **levers}, base.timeline)
    return simulate(parameter_table(RUNS, **parameters), [changed], range(RUNS)).outcomes[:, 0]


@pytest.mark.parametrize(("mechanism", "policy", "off", "outcome", "sign"), MECHANISMS, ids=[row[0] for row in MECHANISMS])
def test_mechanism_changes_an_outcome(mechanism: str, policy: str, off: dict[str, Any], outcome: str, sign: int) -> None:
    both = WORLDS.get(mechanism, {}) | IN_BOTH.get(mechanism, {})
    with_it, without_it = (outcomes(policy, tuple((both | changes).items()))[outcome].astype(float) for changes in ({}, off))
    difference = without_it - with_it
    right, wrong = int((sign * difference > 0).sum()), int((sign * difference < 0).sum())
    # A sign test over paired runs: by luck alone so clear a majority comes up less than once in 700 times.
    assert right - wrong > 3 * np.sqrt(right + wrong), f"{mechanism}: {outcome} moves as it should in {right} runs, not so in {wrong}"
