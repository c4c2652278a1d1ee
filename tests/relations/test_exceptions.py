"""Where relations 34 to 41 stop: named exceptions, each with a small world in which the check of the relation finds a breach.

They show what the conditions are for, and that the checks find something: each is the planted fault of its relation.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from lockgate.sim.model.parameters import without
from lockgate.sim.model.policy import LEVERS, Policy
from lockgate.sim.model.vocabulary import Channel, Feedback
from tests.relations.couplings import (
    approvals_lost,
    channel_left,
    delayed_reviews,
    delayed_tests,
    exposure_raised,
    harm_units,
    hosted_incidents_lost,
    incidents_lost,
    open_incidents_lost,
    releases_sooner,
    weights_behind,
)
from tests.relations.runs import RESTRICTED, Run, run, with_held

DAYS, SEEDS = 60, range(60)
SMALL = {
    "feedback": Feedback.NONE, "labs": 2, "open_weight_labs": 1, "organisations": 12, "bad_actors": 30, "spy_share": 0.0,
    "insider_share": 0.0,
    "crew_gap_days": 3.0, "base_hazard": 0.2, "application_days": 1.0, "interest_share": 1.0, "cooperation": 1.0, "cadence_days": 15,
    "open_cadence_days": 5, "own_testing_days": 0, "theft_on": False,
}  # fmt: skip
QUEUE = {**RESTRICTED, "reviewers": 1, "by_criticality": False}
PREVIEW = {"case_by_case": True, "agencies": 0, "sign_offs": 0, "preview_days": 5, "threshold_months": -60.0}
PARTNERS = {"lab_programme": True, "launch_partners": 3, "preview_days": 5, "threshold_months": -60.0}


@dataclass(frozen=True)
class Breach:
    """A change that breaks a relation: what stands before it, what it changes, and the check that finds the breach.

    The check is called with the run that should have less, or come later, first.
    """

    name: str
    mechanism: str
    check: Callable[[Run, Run], Any]
    world: Mapping[str, Any]
    levers: Mapping[str, Any]
    change: Mapping[str, Any]
    timeline: tuple[tuple[int, Mapping[str, Any]], ...] = ()
    swapped: bool = False
    days: int = DAYS
    seeds: range = field(default=SEEDS)

    def breaches(self) -> int:
        """In how many seeds the check finds something."""
        return sum(bool(self.check(*self.pair(seed))) for seed in self.seeds)

    def pair(self, seed: int) -> tuple[Run, Run]:
        """The runs before and after the change, or the other way round."""
        before = Policy("exception", self.levers, self.timeline)
        held = {name: value for name, value in self.change.items() if name in LEVERS}
        world = {**SMALL, **self.world}
        changed = {**world, **{name: value for name, value in self.change.items() if name not in held}}
        runs = run(world, before, seed, self.days), run(changed, with_held(before, **held), seed, self.days)
        return (runs[1], runs[0]) if self.swapped else runs


def harm_falls(less: Run, more: Run) -> bool:
    """Whether systems enable less harm under what should enable more."""
    return harm_units(more) < harm_units(less)


BREACHES = (
    Breach(
        "34 a wave of places",
        "an organisation in review misses the place that those still waiting are given",
        approvals_lost,
        {"approval_days": 20.0},
        {**QUEUE, "launch_partners": 1, "wave_partners": 3, "wave_days": 12},
        {"reviewers": 2},
    ),
    Breach(
        "34 by criticality",
        "a reviewer who is free sooner takes up a less critical organisation, and is busy when a critical one applies",
        delayed_reviews,
        {"application_days": 10.0},
        {**QUEUE, "by_criticality": True},
        {"reviewers": 2},
    ),
    Breach(
        "34 an offer that lapses",
        "an organisation refused in time cannot apply again; one that was still waiting can",
        approvals_lost,
        {"approval_refusal_chance": 0.5, "approval_days": 3.0, "background_applications_per_day": 0.5},
        {**PREVIEW, "approvals": True, "partners_max": 1000, "reviewers": 1, "preview_days": 6},
        {"reviewers": 2},
    ),
    Breach(
        "34 a flaw found in time",
        "with more testers the last agency finds the flaw before the others have signed off, and the release waits for the repair",
        releases_sooner,
        {"flaw_chance": 1.0, "detection_half_life_days": 5.0},
        {**PREVIEW, "agencies": 3, "testers": 1, "sign_offs": 1},
        {"testers": 3},
        swapped=True,
    ),
    Breach(
        "35 harm at a high hazard",
        "who would succeed anyway gains nothing from a system: a higher base hazard can lower what systems enable",
        harm_falls,
        {"base_hazard": 1.0},
        {},
        {"base_hazard": 8.0},
    ),
    Breach(
        "37 a directive",
        "a directive takes what is offered; a system still held back escapes it and opens while the other is dark",
        lambda soon, late: channel_left(late, soon, Channel.PUBLIC_SERVICE),
        {"flaw_chance": 0.0, "labs": 1},
        {**PREVIEW, "dark_days": 30},
        {"preview_days": 12},
        ((8, {"directive": True}),),
    ),
    Breach(
        "37 a refusal that ends it",
        "where a refused actor gives up, a guarded service ties it up that would have used open weights",
        lambda soon, late: incidents_lost(late, soon),
        {"flaw_chance": 0.0, "fallback_chance": 0.0, "search_doubling_months": 1e9, "open_weight_lag_months": 0.5},
        PREVIEW,
        {"preview_days": 30},
    ),
    Breach(
        "37 leaks of the preview",
        "a longer preview leaves more time for partners' access to leak",
        lambda soon, late: incidents_lost(late, soon),
        {"flaw_chance": 0.0, "search_doubling_months": 1e9, "leak_hazard": 0.2, "leak_reach": 1.0},
        PARTNERS,
        {"preview_days": 30},
    ),
    Breach(
        "37 an older service",
        "what replaces the delayed system is an older one, whose safeguard may be bypassed just then",
        lambda soon, late: incidents_lost(late, soon),
        {"flaw_chance": 1.0, "bypass_hazard": 0.2, "leaks_on": False, "search_doubling_months": 1e9, "own_testing_days": 0},
        PREVIEW,
        {"preview_days": 12},
    ),
    Breach(
        "37 search by defenders",
        "the public system also helps whoever searches for flaws",
        lambda soon, late: incidents_lost(late, soon),
        {
            "flaw_chance": 0.0,
            "leaks_on": False,
            "search_days": 3.0,
            "search_doubling_months": 0.5,
            "patch_tau_days": 1.0,
            "base_hazard": 0.5,
            "uplift": 1.0,
        },
        PREVIEW,
        {"preview_days": 30},
    ),
    Breach(
        "38 new code",
        "new code replaces patched code, so whoever patched first can be open again first",
        exposure_raised,
        {
            "new_code_per_day": 0.1,
            "search_days": 1.0,
            "search_doubling_months": 0.2,
            "patch_tau_days": 30.0,
            "patch_shape": 1.0,
            "never_patch_share": 0.0,
            **without(["remediation capacity"]),  # with so much to fix, capacity alone would say how fast it is fixed
            "labs": 1,
            "open_weight_labs": 0,
            "pace": 4.0,
            "cadence_days": 100,
        },
        {"dark_days": 60, "threshold_months": -60.0},
        {"patch_tau_days": 1.0},
        ((5, {"directive": True}),),
    ),
    Breach(
        "38 leaks of partners",
        "each further partner is another who may leak",
        lambda few, many: incidents_lost(many, few),
        {"leak_hazard": 0.1, "leak_reach": 1.0, "search_days": 1e4},
        PARTNERS,
        {"launch_partners": 10},
    ),
    Breach(
        "39 held back",
        "a follower close enough to reach the threshold is held back; one further behind publishes at once",
        lambda far, near: weights_behind(far, near, DAYS),
        {"open_weight_lag_months": 1.5, "heed_hold": 1.0, "open_cadence_days": 5},
        {"coordinated_hold": True, "threshold_months": 0.0},
        {"open_weight_lag_months": 0.0},
    ),
    Breach(
        "39 not yet stripped",
        "the newest weights still refuse until someone strips them; older, weaker ones do not",
        lambda far, near: channel_left(far, near, Channel.OPEN_WEIGHTS),
        {"strip_days": 20, "open_safeguard": 0.9, "pace": 2.0, "open_shock_day": 1,
            "open_own_pace": 0.0, "open_weight_lag_months": 6.0},
        {"lab_programme": True, "public_release": False},
        {"open_weight_lag_months": 0.0},
    ),
    Breach(
        "39 search by defenders",
        "better open weights also help whoever searches for flaws",
        open_incidents_lost,
        {
            "strip_days": 0,
            "search_days": 3.0,
            "search_doubling_months": 0.5,
            "patch_tau_days": 1.0,
            "open_weight_lag_months": 6.0,
            "base_hazard": 0.5,
            "uplift": 1.0,
        },
        {"lab_programme": True, "public_release": False},
        {"open_weight_lag_months": 0.5},
    ),
    Breach(
        "40 a refusal frees a place",
        "where the cap binds, each organisation refused makes room for the next",
        approvals_lost,
        {"approval_refusal_chance": 0.0},
        {**QUEUE, "partners_max": 3},
        {"approval_refusal_chance": 0.6},
        swapped=True,
    ),
    Breach(
        "40 a second application",
        "one that the cap kept waiting when the offer lapsed applies again; one decided and refused cannot",
        approvals_lost,
        {"approval_refusal_chance": 0.6, "approval_days": 6.0, "approval_days_cv": 0.3},
        {**PREVIEW, "approvals": True, "partners_max": 12, "reviewers": 12, "preview_days": 8},
        {"partners_max": 3},
        swapped=True,
    ),
    Breach(
        "41 a repair strengthens",
        "a flaw that is found and fixed leaves a stronger safeguard than no flaw",
        lambda poor, good: incidents_lost(good, poor),
        {
            "flaw_chance": 1.0,
            "bypass_hazard": 0.5,
            "fix_days": 0,
            "fix_gain": 1.0,
            "own_testing_days": 10,
            "safeguard_most": 0.5,
            "cadence_days": 10,
            "fallback_chance": 0.0,
        },
        {},
        {"detection_half_life_days": 2.0},
    ),
    Breach(
        "41 tests that find more",
        "a flaw found by an agency delays the system, and an older one is used",
        lambda poor, good: incidents_lost(good, poor),
        {"flaw_chance": 1.0, "bypass_hazard": 0.1, "fix_gain": 0.0, "fix_days": 10, "fallback_chance": 0.0, "test_days": 3.0},
        {**PREVIEW, "agencies": 2, "sign_offs": 1},
        {"detection_half_life_days": 1.0},
    ),
    Breach(
        "planted: fewer testers called more",
        "the smaller number is passed as the larger",
        delayed_tests,
        {"test_days": 20.0},
        {**PREVIEW, "agencies": 2, "testers": 3},
        {"testers": 1},
    ),
    Breach(
        "planted: a weaker attack called stronger",
        "the lower hazard is passed as the higher",
        incidents_lost,
        {},
        {},
        {"base_hazard": 0.15},
    ),
    Breach(
        "planted: better services called worse", "an uplift is passed as none", hosted_incidents_lost, {"uplift": 5.0}, {}, {"uplift": 1.0}
    ),
)


@pytest.mark.parametrize("breach", BREACHES, ids=[breach.name for breach in BREACHES])
def test_exception_is_found(breach: Breach) -> None:
    assert breach.breaches() > 0, breach.mechanism
