"""Fixed scenarios in plain Python, whose every table is compared with a stored fingerprint.

`python -m tests.mutation.test_golden` renews the fingerprints, which is right only after a change that means to change numbers.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from lockgate.sim.engine.mesa import ReleaseModel
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.tables import LISTS, ROWS
from lockgate.sim.rules.row import NEVER, fields

STORED = Path(__file__).with_name("golden.json")
BUSY = {  # a small world in which rare things happen within weeks
    "labs": 3,
    "open_weight_labs": 2,
    "organisations": 9,
    "bad_actors": 30,
    "base_hazard": 0.4,
    "leak_hazard": 0.04,
    "bypass_hazard": 0.1,
    "theft_chance_sl3": 0.4,
    "theft_gap_days": 12.0,
    "cadence_days": 17,
    "open_cadence_days": 13,
    "pace": 2.0,
    "test_days": 6.0,
    "approval_days": 4.0,
    "background_applications_per_day": 0.5,
    "political_delay_days": 9,
    "spy_share": 0.2,
    "insider_share": 0.3,
    "own_testing_days": 5,
    "crew_gap_days": 5.0,
    "leak_days": 6,
    "ban_days": 9,
    "fix_days": 4,
    "search_days": 20.0,
    "new_code_per_day": 0.01,
    "leak_reach": 0.5,
    "fallback_chance": 0.8,
    "discount_per_year": 0.3,
    "never_patch_share": 0.2,
    "pool_share": 0.4,
    "attribution_chance": 0.8,
    "uplift_doubling_months": 2.0,
    "cooperation": 0.8,
    "open_shock_day": 20,
    "open_shock_capability": 1.0,
}
RARE = {
    "labs": 1,
    "open_weight_labs": 0,
    "open_shock_day": -1,
    "bad_actors": 20,
    "theft_gap_days": 40.0,
    "test_days_cv": 0.0,
    "pool_share": 0.0,
}
GRADED = {"case_by_case": True, "approvals": True, "preview_days": 20, "reviewers": 2, "agencies": 2, "testers": 1, "sign_offs": 1}
SCENARIOS: dict[str, tuple[Policy, dict[str, Any]]] = {
    "open": (Policy("open"), BUSY),
    "weights": (Policy("weights", {"publish_weights": True}), {**BUSY, "stripping_on": False, "open_safeguard": 0.6}),
    "programme": (
        Policy("programme", {"lab_programme": True, "launch_partners": 2, "wave_partners": 2, "wave_days": 9, "preview_days": 35}),
        BUSY,
    ),
    "graded": (Policy("graded", {**GRADED, "revocation": True, "trigger_incidents": 2, "dark_days": 8}), BUSY),
    "critical first": (Policy("critical first", {**GRADED, "by_criticality": True, "partners_max": 4}), {**BUSY, "service_times": 1}),
    "framework": (
        Policy(
            "framework",
            {
                "framework": True,
                "mandatory": 1.0,
                "agencies": 3,
                "sign_offs": 2,
                "launch_partners": 3,
                "coordinated_hold": True,
                "hold_days": 20,
            },
            [(25, {"directive": True}), (33, {"restore": True}), (45, {"framework": False})],
        ),
        {**BUSY, "race_information": 1},
    ),
    "nothing reacts": (
        Policy("nothing reacts", GRADED),
        {**BUSY, "feedback": 0, "queues_on": False, "theft_on": False, "insiders_on": False},
    ),
    "nobody knows": (
        Policy("nobody knows", {"lab_programme": True}),
        {**BUSY, "race_information": 0, "leaks_on": False, "covered_leads": False},
    ),
    # From here on what is rare: one of a kind, none of a kind, and what begins late.
    "nobody works": (Policy("nobody works", {**GRADED, "reviewers": 0, "testers": 0}), {**BUSY, **RARE, "feedback": 0}),
    "no staff": (Policy("no staff", {**GRADED, "longest_wait_days": 25, "revocation": True}), {**BUSY, **RARE, "staffing": 0.0}),
    "no agencies": (
        Policy("no agencies", {**GRADED, "agencies": 0, "sign_offs": 0, "partners_max": 1, "revocation": True, "trigger_incidents": 1}),
        {**BUSY, **RARE, "feedback": 0, "labs": 3, "open_weight_labs": 1, "approval_refusal_chance": 0.6},
    ),
    "hired late": (
        Policy("hired late", {**GRADED, "reviewers": 0, "testers": 0}, [(18, {"reviewers": 3, "testers": 2}), (40, {"reviewers": 1})]),
        {**BUSY, "size_spread": 0.7, "care_spread": 0.6, "skill_spread": 0.8, "approval_days_cv": 0.5},
    ),
    "late law": (
        Policy(
            "late law",
            {"coordinated_hold": True, "launch_partners": 1, "wave_partners": 1, "wave_days": 7, "hold_days": 30},
            [(12, {"framework": True, "mandatory": 0.7, "approvals": True}), (50, {"coordinated_hold": False})],
        ),
        {**BUSY, "heed_hold": 1.0, "open_shock_day": 15, "open_weight_lag_months": 0.5, "strip_days": 2, "staffing": 0.4},
    ),
    "few of all": (
        Policy("few of all", {"lab_programme": True, "launch_partners": 1, "approvals": True, "partners_max": 1, "reviewers": 3}),
        {**BUSY, **RARE, "organisations": 1, "interest_share": 1.0, "leak_reach": 0.0, "insider_share": 0.6},
    ),
}
DAYS = 60


def fingerprint(name: str) -> dict[str, str]:
    """A hash of each table at the end of a run, of numbers to nine digits."""
    policy, world = SCENARIOS[name]
    with np.errstate(over="ignore"):
        tables = ReleaseModel(policy, world, seed=7, horizon_days=DAYS, check=True).run().world
    found = {}
    for table in (*ROWS, *LISTS):
        rows = getattr(tables, table)
        rows = rows.rows if table in ("events", "operations") else rows if isinstance(rows, list) else [rows]
        numbers = rows if table in LISTS else [getattr(row, field.name) for row in rows for field in fields(ROWS[table])]
        found[table] = hashlib.sha256(" ".join(map(text_of, numbers)).encode()).hexdigest()[:12]
    return found


def text_of(number: Any) -> str:
    """A number as it counts for a fingerprint: never is not a day before or after."""
    return "never" if number == NEVER else f"{float(number):.9g}"


def test_every_table_is_what_it_was() -> None:
    stored = json.loads(STORED.read_text(encoding="utf-8"))
    assert set(stored) == set(SCENARIOS)
    for name in SCENARIOS:
        assert fingerprint(name) == stored[name], name


if __name__ == "__main__":
    STORED.write_text(json.dumps({name: fingerprint(name) for name in SCENARIOS}, indent=1) + "\n", encoding="utf-8")
