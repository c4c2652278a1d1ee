"""Levers: what a release policy can set; and policies: levers in phases, each from a day on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lockgate.sim.bounds import is_within, refusal, shown
from lockgate.sim.errors import InputError, nearest
from lockgate.sim.limits import LONGEST_DAYS
from lockgate.sim.rules.row import STORED_AS

Value = float | int | bool


@dataclass(frozen=True)
class Lever:
    """One thing that a policy sets. `once` marks an order that acts on the day its phase begins and not later."""

    name: str
    default: Value
    unit: str
    bounds: tuple[float, float]
    meaning: str
    once: bool = False

    @property
    def type(self) -> type:
        """float, int or bool."""
        return type(self.default)


def yes_or_no(name: str, meaning: str, *, default: bool = False, once: bool = False) -> Lever:
    """A lever that is on or off."""
    return Lever(name, default, "yes or no", (0, 1), meaning, once)


DAY = Lever("day", 0, "day", (0, LONGEST_DAYS), "Day from which the step holds; the first covered system is ready on day 0.")
LEVERS: dict[str, Lever] = {
    lever.name: lever
    for lever in (
        Lever("threshold_months", 0.0, "months", (-60, 120), "Capability from which a system is covered; 0 is the critical level."),
        yes_or_no("relative_threshold", "The threshold counts from the best open weights, and what they catch up with is free."),
        yes_or_no("publish_weights", "The covered lab publishes the weights of its covered systems."),
        yes_or_no("lab_programme", "The covered lab limits its covered systems by itself."),
        yes_or_no("programme_all", "The law binds every other lab to such a programme too."),
        yes_or_no("case_by_case", "The government asks each lab to limit each covered system, from day 0, without a legal duty."),
        yes_or_no("asks_all",
                  "Case by case every lab is asked; otherwise the covered lab alone, until a framework is in force.", default=True),
        yes_or_no("framework", "A framework covers every lab, once the political delay of the world is over."),
        Lever("mandatory", 0.0, "share", (0, 1), "Force of the framework: 0 voluntary, 1 a legal duty."),
        yes_or_no("public_release", "A restricted system goes to everyone in the end.", default=True),
        Lever("preview_days", 14, "days", (0, 3650), "Days between partner access and public access."),
        Lever("extension_days", 0, "days", (0, 3650),
              "Days added to a preview by a bypass, a leak or so many incidents in it; 0 stops widening for 30 days after incidents."),
        Lever("launch_partners", 0, "organisations", (0, 2_000_000), "Partners admitted at once, by criticality."),
        Lever("wave_partners", 0, "organisations", (0, 2_000_000), "Further partners admitted with each wave."),
        Lever("wave_days", 56, "days", (1, 3650), "Days between waves."),
        yes_or_no("approvals", "Organisations may apply, and are approved customer by customer."),
        Lever("partners_max", 20, "organisations", (0, 2_000_000),
              "Most organisations approved customer by customer, beside those admitted at once."),
        Lever("guarded_after_days", 3650, "days", (0, 3650),
              "Days after its restriction on which everyone gets a guarded configuration of a system; 3650 is never."),
        Lever("guard", 0.0, "share", (0, 1), "Share of the misuse that a safeguard lets through which the guard stops."),
        Lever("vetted_places", 0, "organisations", (0, 2_000_000),
              "Organisations approved one by one for the full system once its guarded configuration is public."),
        Lever("vetting_refused", 0.0, "chance", (0, 1), "Chance that vetting refuses an application that would else be approved."),
        Lever("monitored", 0.0, "chance", (0, 1), "Chance that the lab sees a misuse of restricted access, and ends that access."),
        yes_or_no("allied_eligible", "Organisations of allied countries may have early access.", default=True),
        yes_or_no("others_eligible", "Organisations that are neither domestic nor allied may have early access.", default=True),
        yes_or_no("by_criticality", "Approvals go to the most critical first; otherwise first come, first served."),
        Lever("reviewers", 5, "reviewers", (0, 1000), "Reviewers of applications."),
        Lever("agencies", 3, "agencies", (0, 8), "Agencies that test each system (cyber director, science office, commerce)."),
        Lever("testers", 2, "testers", (0, 1000), "Systems that one agency can test at the same time."),
        Lever("sign_offs", 2, "agencies", (0, 8), "Agencies that must have passed a system before it goes to everyone."),
        Lever("refusal_needed", 0.0, "chance", (0, 1),
              "Refusal of misuse that must be measured before a system goes to everyone; 0 for none."),
        Lever("longest_wait_days", 3650, "days", (0, 3650), "Longest wait for sign-offs and enough refusal; then the lab releases anyway."),
        Lever("trigger_incidents", 5, "incidents", (1, 1_000_000),
              "Incidents attributed in 30 days that stop widening or set off a directive."),
        yes_or_no("revocation", "A public bypass or too many attributed incidents set off a directive."),
        yes_or_no("directives_any_lab", "Whichever lab gave cause can be hit; otherwise the covered lab alone.", default=True),
        Lever("dark_days", 19, "days", (0, 3650), "Days for which a directive takes a system away."),
        yes_or_no("directive_spares_domestic", "A directive leaves a system to domestic organisations that had it."),
        Lever("partial_restoration_days", 3650, "days", (0, 3650),
              "Days into a directive on which domestic organisations that had a system have it again; 3650 is never."),
        yes_or_no("coordinated_hold", "The open-weight labs' government holds back covered weights too."),
        Lever("hold_days", 90, "days", (0, 3650), "Days for which it holds them back."),
        yes_or_no("prohibited", "No lab, open-weight labs included, releases a covered system that is ready from then on; all obey."),
        yes_or_no("directive", "On this day the covered lab's covered systems are taken away.", once=True),
        yes_or_no("restore", "On this day systems that a directive took away come back.", once=True),
    )
}
PHASE_DTYPE = np.dtype([("from_day", "i8"), *((lever.name, STORED_AS[lever.type]) for lever in LEVERS.values())], align=True)


def checked(name: str, value: Value) -> Value:
    """The value in the lever's own type, or an InputError that says what is allowed.

    >>> checked("preview_days", 14)
    14
    """
    if name not in LEVERS:
        raise InputError(f"unknown lever {name!r}{nearest(name, LEVERS)}; `lockgate list` names all")
    if not is_within(LEVERS[name], value):
        raise refusal(f"lever {name}", LEVERS[name], value)
    return LEVERS[name].type(value)  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Policy:
    """A release policy: levers that hold from day 0, and changes of them on later days; of two changes on one day the later one holds.

    >>> Policy("two steps", {"preview_days": 30}, [(45, {"preview_days": 7})]).phases()["preview_days"].tolist()
    [30, 7]
    """

    name: str
    levers: Mapping[str, Value] = field(default_factory=dict, repr=False)
    timeline: Iterable[tuple[int, Mapping[str, Value]]] = field(default=(), repr=False)
    summary: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise InputError(f"a policy's name = {shown(self.name)} must be text")
        if not isinstance(self.levers, Mapping) or not isinstance(self.timeline, Iterable):
            raise InputError(f'policy "{self.name}" must have a mapping of levers, and a timeline such as [(45, {{"preview_days": 7}})]')
        object.__setattr__(self, "timeline", tuple(self.timeline))  # it is read more than once

    def steps(self) -> dict[int, dict[str, Value]]:
        """What is set on each day, checked; an `InputError` says which day or lever cannot be."""
        steps: dict[int, dict[str, Value]] = {0: {}}
        for step in ((0, self.levers), *self.timeline):
            if not (isinstance(step, tuple | list) and len(step) == 2 and isinstance(step[1], Mapping)):
                raise InputError(f'policy "{self.name}": step {shown(step)} must be a day and levers, such as (45, {{"preview_days": 7}})')
            day, changes = step
            if not is_within(DAY, day):
                raise refusal(f'policy "{self.name}": day', DAY, day)
            steps.setdefault(int(day), {}).update({name: checked(name, value) for name, value in changes.items()})
        return steps

    def phases(self) -> "np.ndarray[Any, np.dtype[Any]]":
        """The whole set of levers of each phase, one row a phase, in order of `from_day`."""
        steps = self.steps()
        table = np.zeros(len(steps), PHASE_DTYPE)
        current: dict[str, Value] = {lever.name: lever.default for lever in LEVERS.values()}
        for row, day in zip(table, sorted(steps), strict=True):
            current.update({name: lever.default for name, lever in LEVERS.items() if lever.once})
            current.update(steps[day])
            row["from_day"] = day
            for name, value in current.items():
                row[name] = value
        return table


# The most that release policy could do against misuse: no covered system is ever used outside its lab, so that nothing leaks either.
CEILING = Policy("ceiling", {"prohibited": True}, summary="Nobody, abroad or at home, ever releases a covered system.")


def checked_policy(policy: object) -> Policy:
    """The policy, unless it is something else."""
    if not isinstance(policy, Policy):
        raise InputError(f"policy = {shown(policy)} must be a Policy, such as load_policy gives or Policy makes")
    return policy


def checked_policies(policies: object) -> list[Policy]:
    """The policies, unless there are none or one of them is something else."""
    if isinstance(policies, str | Policy) or not isinstance(policies, Iterable):
        raise InputError(f"policies = {shown(policies)} must be a list of policies")
    chosen = [checked_policy(policy) for policy in policies]
    if not chosen:
        raise InputError("policies = [] must have at least one policy")
    return chosen
