"""Which levers a policy reads: a lever does nothing unless others make room for it, as a preview needs something that limits a system.

A lever counts as read where it may act, in whatever world; where it counts as not read, changing it changes no run. It stands for the
model's own kinds of agents: others may read what they like.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lockgate.sim.limits import LONGEST_DAYS
from lockgate.sim.model.policy import LEVERS, Policy, Value

NEVER_GUARDED = 3650  # of guarded_after_days


@dataclass(frozen=True)
class Phase:
    """A phase of a policy as its rules see it: the levers that hold, those of all phases up to it, and the days of a run."""

    now: Mapping[str, Value]
    so_far: Sequence[Mapping[str, Value]]
    horizon_days: int

    def ever(self, *names: str) -> bool:
        """Whether one of these levers is on, or above 0, now or earlier."""
        return any(levers[name] for levers in self.so_far for name in names)

    @property
    def limits(self) -> bool:
        """Whether something limits systems, or has limited them."""
        return self.ever("lab_programme", "case_by_case", "framework")

    @property
    def asks(self) -> bool:
        """Whether a government asks for limits, or has asked."""
        return self.ever("case_by_case", "framework")

    @property
    def has_partners(self) -> bool:
        """Whether a limited system is offered to partners, or was."""
        return any(
            (levers["lab_programme"] or levers["case_by_case"] or levers["framework"])
            and (levers["approvals"] or levers["launch_partners"] or levers["vetted_places"])
            for levers in self.so_far
        )

    @property
    def guards(self) -> bool:
        """Whether a guarded configuration of a limited system goes to everyone within the run."""
        return self.limits and any(levers["guarded_after_days"] < min(NEVER_GUARDED, self.horizon_days) for levers in self.so_far)

    @property
    def reviews(self) -> bool:
        """Whether organisations are approved one by one."""
        return self.limits and (self.ever("approvals") or (self.guards and self.ever("vetted_places")))

    @property
    def takes_away(self) -> bool:
        """Whether there are directives, by order or for a cause."""
        return self.ever("directive", "revocation")

    @property
    def covers(self) -> bool:
        """Whether anything depends on which systems are covered."""
        return self.limits or self.takes_away or self.ever("publish_weights", "prohibited", "coordinated_hold")

    @property
    def waits(self) -> bool:
        """Whether systems wait for what a government asks for before everyone gets them, guarded or not."""
        return self.asks and (bool(self.now["public_release"]) or self.guards)

    @property
    def previews(self) -> bool:
        """Whether a limited system goes to everyone after a preview."""
        return self.limits and bool(self.now["public_release"])

    @property
    def capped(self) -> bool:
        """Whether the cap on approvals one by one counts; before a vetting it does where there were no places to vet for."""
        return self.ever("approvals") or (self.ever("vetted_places") and any(not levers["vetted_places"] for levers in self.so_far))

    @property
    def triggers(self) -> bool:
        """Whether attributed incidents set off anything."""
        return bool(self.now["revocation"]) or self.waits or (self.previews and bool(self.now["extension_days"]))


@dataclass(frozen=True)
class Need:
    """What a lever needs to do anything: in words, and as a question to a phase."""

    words: str
    met: Callable[[Phase], Any]


LIMIT = Need("lab_programme, case_by_case or framework", lambda phase: phase.limits)
PREVIEW = Need("public_release, and lab_programme, case_by_case or framework", lambda phase: phase.previews)
ASKING = Need("case_by_case or framework", lambda phase: phase.asks)
WAIT = Need("case_by_case or framework, and public_release or guarded_after_days within the run", lambda phase: phase.waits)
COVER = Need("something that covers systems, such as lab_programme or case_by_case", lambda phase: phase.covers)
REVIEW = Need("approvals, or vetted_places behind a guard, of something that is limited", lambda phase: phase.reviews)
DIRECTIVE = Need("revocation, or a directive in the timeline", lambda phase: phase.takes_away)

# Levers that are not here act by themselves.
NEEDS: dict[str, Need] = {
    "threshold_months": COVER,
    "relative_threshold": COVER,
    "programme_all": Need("lab_programme", lambda phase: phase.now["lab_programme"]),
    "asks_all": Need("case_by_case", lambda phase: phase.now["case_by_case"]),
    "mandatory": Need("framework", lambda phase: phase.now["framework"]),
    "public_release": LIMIT,
    "preview_days": PREVIEW,
    "extension_days": Need(LIMIT.words, lambda phase: phase.limits or phase.ever("prohibited")),
    "launch_partners": LIMIT,
    "wave_partners": Need("partners of something that is limited", lambda phase: phase.has_partners),
    "wave_days": Need("wave_partners, and something that is limited", lambda phase: phase.has_partners and phase.now["wave_partners"]),
    "approvals": LIMIT,
    "partners_max": Need("approvals, of something that is limited", lambda phase: phase.limits and phase.capped),
    "guarded_after_days": LIMIT,
    "guard": Need("guarded_after_days within the run, of something that is limited", lambda phase: phase.guards),
    "vetted_places": LIMIT,
    "vetting_refused": REVIEW,
    "monitored": Need("partners of something that is limited", lambda phase: phase.has_partners or phase.takes_away),
    "by_criticality": REVIEW,
    "agencies": ASKING,
    "testers": ASKING,
    "sign_offs": WAIT,
    "refusal_needed": ASKING,
    "longest_wait_days": WAIT,
    "trigger_incidents": Need("revocation, or a limited system that waits to go to everyone", lambda phase: phase.triggers),
    "directives_any_lab": Need("revocation", lambda phase: phase.now["revocation"]),
    "dark_days": DIRECTIVE,
    "directive_spares_domestic": DIRECTIVE,
    "partial_restoration_days": DIRECTIVE,
    "hold_days": Need("coordinated_hold", lambda phase: phase.ever("coordinated_hold")),
    "restore": DIRECTIVE,
}


def reads(policy: Policy, lever: str, day: int = 0, horizon_days: int = LONGEST_DAYS) -> bool:
    """Whether a policy reads what it sets a lever to on a day (or the default), before a later step of its timeline sets it anew.

    >>> reads(Policy("open"), "preview_days"), reads(Policy("limited", {"lab_programme": True}), "preview_days")
    (False, True)
    >>> late = Policy("late", {}, [(600, {"lab_programme": True})])
    >>> reads(late, "preview_days"), reads(late, "preview_days", horizon_days=540)
    (True, False)
    """
    if day >= horizon_days:
        return False
    if lever not in NEEDS:
        return True
    steps = policy.steps()
    so_far: list[Mapping[str, Value]] = []
    for row in policy.phases():
        begins = int(row["from_day"])
        if begins >= horizon_days or (begins > day and lever in steps[begins]):
            break
        so_far.append({name: row[name].item() for name in LEVERS})
        if begins >= day and NEEDS[lever].met(Phase(so_far[-1], so_far, horizon_days)):
            return True
    return False


def needed(lever: str) -> str:
    """What a lever needs, in words; nothing where it acts by itself.

    >>> needed("hold_days"), needed("framework")
    ('coordinated_hold', '')
    """
    return NEEDS[lever].words if lever in NEEDS else ""
