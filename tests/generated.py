"""Generated scenarios: any policy in any small world, for properties that must hold in all of them."""

from typing import Any

from hypothesis import strategies as st

from lockgate.sim.model.parameters import PARAMETERS
from lockgate.sim.model.policy import LEVERS, Policy

SMALL = {"labs": (1, 4), "open_weight_labs": (0, 3), "organisations": (1, 25), "bad_actors": (0, 40)}
EAGER = {  # values at which rare things happen within a short run
    "leak_hazard": (0.0, 0.05),
    "bypass_hazard": (0.0, 0.2), "theft_chance_sl3": (0.0, 0.5), "base_hazard": (0.0, 0.5),
    "pace": (0.0, 4.0),
    "cadence_days": (5, 60), "open_cadence_days": (3, 60), "patch_tau_days": (1.0, 200.0), "open_weight_lag_months": (0.0, 6.0),
    "search_days": (1.0, 200.0), "political_delay_days": (0, 40), "test_days": (0.0, 30.0), "approval_days": (0.0, 30.0),
    "background_applications_per_day": (0.0, 1.0), "open_shock_day": (-1, 30), "crew_gap_days": (1.0, 40.0), "spy_gap_days": (1.0, 40.0),
    "insider_gap_days": (1.0, 40.0), "theft_gap_days": (1.0, 60.0), "spy_share": (0.0, 0.5), "insider_share": (0.0, 0.5),
    "rival_gap_min_months": (0.0, 1.0), "rival_gap_max_months": (1.0, 3.0), "staffing": (0.0, 2.0), "own_testing_days": (0, 30),
    "uplift_doubling_months": (0.5, 12.0), "search_doubling_months": (0.5, 12.0), "distillation": (0.0, 0.9), "uplift_cap": (1.0, 50.0),
    "covered_customer_share": (0.05, 0.5), "open_customer_share": (0.0, 0.4), "race_scale_months": (0.1, 6.0),
    "discount_per_year": (0.0, 1.0),
    "detection_half_life_days": (1.0, 90.0), "application_days": (0.0, 10.0), "size_spread": (0.0, 2.0), "care_spread": (0.0, 2.0),
    "severity_sigma": (0.0, 4.0), "pool_patch_days": (1.0, 200.0), "new_code_per_day": (0.0, 0.05), "patch_shape": (0.2, 1.0),
    "customer_inertia_days": (1, 200), "leak_days": (0, 30), "ban_days": (0, 60), "strip_days": (0, 20), "fix_days": (0, 20),
    "race_spread": (0.1, 3.0), "enmity": (0.0, 3.0), "horizon_doubling_months": (1.0, 10.0), "choice_elasticity": (0.0, 3.0),
    "severity_cap": (1e6, 1e10), "severity_mu": (5.0, 15.0), "open_spread_months": (0.0, 4.0), "open_shock_capability": (-3.0, 3.0),
    "mandate": (0.0, 10.0), "race_weight": (0.0, 3.0), "flaws_per_organisation": (1.0, 500.0), "uplift": (1.0, 10.0),
    "security_level": (1.0, 5.0), "security_spread": (0.0, 1.0), "test_days_cv": (0.0, 2.0), "approval_days_cv": (0.0, 2.0),
    "infighting_days": (0.0, 20.0), "preview_error_months": (0.0, 3.0), "refusal_error": (0.0, 0.2),
    "reinvestment": (0.0, 1.0), "open_own_pace": (0.0, 2.0),
    "goodwill_cost": (0.0, 3.0), "overrun_cost": (0.0, 0.3), "goodwill_days": (5.0, 365.0), "bypass_effort": (1.0, 20.0),
    "guard_cost_months": (0.0, 4.0), "covered_search_step": (1.0, 12.0), "covered_uplift_step": (1.0, 4.0), "adoption_days": (5.0, 500.0),
    "fix_capacity": (0.0, 20.0), "pool_capacity": (0.0, 0.1), "nday_factor": (1.0, 10.0), "nday_days": (1.0, 60.0),
    "benefit": (0.0, 1e5), "benefit_doubling_months": (1.0, 24.0), "tries_most": (1, 6), "share_days": (-1, 30), "states": (1, 4),
}  # fmt: skip
NARROW = {
    "preview_days": (0, 40), "launch_partners": (0, 10), "wave_partners": (0, 5), "wave_days": (1, 30), "partners_max": (0, 20),
    "reviewers": (0, 4), "agencies": (0, 4), "testers": (0, 3), "sign_offs": (0, 4), "longest_wait_days": (0, 60),
    "guarded_after_days": (0, 40), "vetted_places": (0, 10), "extension_days": (0, 20), "partial_restoration_days": (0, 30),
    "trigger_incidents": (1, 5), "dark_days": (0, 30), "hold_days": (0, 40), "threshold_months": (-3.0, 3.0),
}  # fmt: skip


def values(kind: type, low: float, high: float) -> Any:
    """Values of a parameter or lever within bounds."""
    if kind is bool:
        return st.booleans()
    if kind is int:
        return st.integers(int(low), int(high))
    return st.floats(float(low), float(high), allow_subnormal=False)


def some(given: dict[str, Any], most: int) -> Any:
    """Values of at most so many of these names: drawing a few is much cheaper than deciding on every one."""
    names = st.lists(st.sampled_from(list(given)), unique=True, max_size=most)
    return names.flatmap(lambda chosen: st.fixed_dictionaries({name: given[name] for name in chosen}))


def worlds() -> Any:
    """Small worlds: sizes always, and some of the other parameters."""
    ranges = {name: SMALL.get(name) or EAGER.get(name) or parameter.bounds for name, parameter in PARAMETERS.items()}
    given = {name: values(PARAMETERS[name].type, *bounds) for name, bounds in ranges.items()}
    sizes = {name: given.pop(name) for name in SMALL}
    return st.builds(lambda sized, others: {**sized, **others}, st.fixed_dictionaries(sizes), some(given, 16))


def levers(*, once: bool) -> Any:
    """Some of the levers; orders that act once only where they have a date."""
    given = {
        name: values(lever.type, *NARROW.get(name, lever.bounds)) for name, lever in LEVERS.items() if once or not lever.once
    }
    return some(given, 8)


def policies() -> Any:
    """Policies with up to three changes on dates."""
    steps = st.lists(st.tuples(st.integers(1, 100), levers(once=True)), max_size=3)
    return st.builds(lambda first, later: Policy("generated", first, later), levers(once=False), steps)
