"""What a lever needs to do anything, so that a page can grey it out: the words of `scenarios.reads`, and conditions that a page can test.

Conditions are clauses, each a list of alternatives `[lever, "above" or "below", number]`. A clause is met where one of its alternatives
holds on some day of the run. Where a clause is not met, the lever does nothing; where all are, it may do something.
"""

from collections.abc import Iterable

from lockgate.scenarios.reads import NEVER_GUARDED, needed
from lockgate.sim.model.policy import Policy

Condition = tuple[str, str, float]
Clause = tuple[Condition, ...]


def on(*levers: str) -> Clause:
    """One of these levers is on, or above 0."""
    return tuple((lever, "above", 0.0) for lever in levers)


LIMIT, ASK, TAKE = on("lab_programme", "case_by_case", "framework"), on("case_by_case", "framework"), on("revocation", "directive")
PUBLIC, REVOKE, ADMIT = on("public_release"), on("revocation"), on("approvals", "launch_partners", "vetted_places")
GUARD: Clause = (("guarded_after_days", "below", float(NEVER_GUARDED)),)
COVER = LIMIT + TAKE + on("publish_weights", "prohibited", "coordinated_hold")
REVIEW = LIMIT, on("approvals", "vetted_places"), on("approvals") + GUARD
WAIT = ASK, PUBLIC + GUARD
CLAUSES: dict[str, tuple[Clause, ...]] = {
    **dict.fromkeys(("threshold_months", "relative_threshold"), (COVER,)),
    **dict.fromkeys(("public_release", "launch_partners", "approvals", "guarded_after_days", "vetted_places"), (LIMIT,)),
    **dict.fromkeys(("agencies", "testers", "refusal_needed"), (ASK,)),
    **dict.fromkeys(("sign_offs", "longest_wait_days"), WAIT),
    **dict.fromkeys(("dark_days", "directive_spares_domestic", "partial_restoration_days", "restore"), (TAKE,)),
    **dict.fromkeys(("vetting_refused", "by_criticality"), REVIEW),
    "programme_all": (on("lab_programme"),),
    "asks_all": (on("case_by_case"),),
    "mandatory": (on("framework"),),
    "preview_days": (LIMIT, PUBLIC),
    "extension_days": (LIMIT + on("prohibited"),),
    "wave_partners": (LIMIT, ADMIT),
    "wave_days": (LIMIT, ADMIT, on("wave_partners")),
    "partners_max": (LIMIT, on("approvals", "vetted_places")),
    "guard": (LIMIT, GUARD),
    "monitored": (LIMIT + TAKE, ADMIT + TAKE),
    # Revocation, or what waits to go to everyone, or a preview that incidents lengthen.
    "trigger_incidents": (REVOKE + LIMIT, REVOKE + ASK + PUBLIC, REVOKE + ASK + on("extension_days"), REVOKE + PUBLIC + GUARD),
    "directives_any_lab": (REVOKE,),
    "hold_days": (on("coordinated_hold"),),
}


def words_of(lever: str) -> str | None:
    """What a lever needs, in words; None where it acts by itself.

    >>> words_of("hold_days"), words_of("framework")
    ('coordinated_hold', None)
    """
    return needed(lever) or None


def may_act(policy: Policy, lever: str, horizon_days: int) -> bool:
    """Whether a policy meets all that a lever needs, as a page tests it.

    >>> may_act(Policy("open"), "preview_days", 540), may_act(Policy("limited", {"lab_programme": True}), "preview_days", 540)
    (False, True)
    """
    rows = [row for row in policy.phases() if row["from_day"] < horizon_days]

    def holds(alternatives: Iterable[Condition]) -> bool:
        return any(row[name] > number if way == "above" else row[name] < min(number, horizon_days)
                   for name, way, number in alternatives for row in rows)  # fmt: skip

    return all(map(holds, CLAUSES.get(lever, ())))
