"""Release policies: which levers hold from which day."""

from collections.abc import Iterable, Mapping
from os import PathLike
from typing import cast

from lockgate.scenarios.files import Source, built_in_names
from lockgate.scenarios.load import lineage
from lockgate.scenarios.notation import shown
from lockgate.scenarios.schema import PolicyFile, levers
from lockgate.scenarios.sentence import checked_scenario, scenario_error
from lockgate.sim.model.policy import LEVERS, Policy, Value

Schedule = dict[int, dict[str, Value]]  # what is set on each day


def list_policies() -> tuple[str, ...]:
    """The names of the built-in policies.

    >>> "open-release" in list_policies()
    True
    """
    return built_in_names("policy")


def load_policy(name_or_path: str | PathLike[str]) -> Policy:
    """The policy of a built-in name, or of a TOML file. An `InputError` says in one sentence what cannot be used.

    >>> load_policy("staged-preview").levers["partners_max"]
    20
    """
    family = lineage("policy", name_or_path)
    schedule: Schedule = {}
    for member in family:
        add_steps(schedule, schedule_of(member.source, cast(PolicyFile, member.content)))
    source, content = family[-1].source, family[-1].content
    return policy(source.title, schedule, content.summary, shown_as=source.name)


def with_levers(base: Policy, changes: Mapping[str, object]) -> Policy:
    """The policy with other levers on day 0; what its timeline sets later stays.

    >>> with_levers(load_policy("staged-preview"), {"preview_days": 30}).levers["preview_days"]
    30
    """
    settings = checked_scenario("policy", base.name, levers(), dict(changes), "levers").given()
    schedule: Schedule = {0: dict(base.levers)}
    for day, step in base.timeline:
        add_steps(schedule, {day: dict(step)})
    add_steps(schedule, {0: settings})
    return policy(base.name, schedule, base.summary, shown_as=base.name)


def schedule_of(source: Source, file: PolicyFile) -> Schedule:
    """What one file sets on each day, unless two of its steps contradict each other."""
    schedule: Schedule = {}
    said: dict[tuple[int, str], str] = {}
    for place, day, settings in file.steps():
        today = schedule.setdefault(day, {})
        for name, value in settings.items():
            if today.get(name, value) != value:
                earlier = f"{said[day, name]} = {shown(today[name])}"
                raise source.refused(f"{place}{name} = {shown(value)} contradicts {earlier} on the same day {day}, keep only one of them")
            today[name], said[day, name] = value, f"{place}{name}"
    return schedule


def add_steps(schedule: Schedule, later: Schedule) -> None:
    """Add what another file sets, which wins where both set the same lever on the same day."""
    for day, settings in later.items():
        schedule.setdefault(day, {}).update(settings)


def policy(name: str, schedule: Schedule, summary: str, *, shown_as: str) -> Policy:
    """A policy with its days in order and its levers in the order of their table."""
    steps = [(day, in_order(schedule[day])) for day in sorted(schedule)]
    for problem in contradictory_orders(steps):
        raise scenario_error("policy", shown_as, problem)
    return Policy(name, steps[0][1], tuple(steps[1:]), summary)


def in_order(settings: Mapping[str, Value]) -> dict[str, Value]:
    """The settings in the order of the table of levers, each in the lever's own type."""
    return {name: lever.type(settings[name]) for name, lever in LEVERS.items() if name in settings}


def contradictory_orders(steps: Iterable[tuple[int, Mapping[str, Value]]]) -> Iterable[str]:
    """What is wrong with orders to take systems away or to bring them back; steps in order of day."""
    may_be_dark = False
    for day, settings in steps:
        if settings.get("restore") and settings.get("directive"):
            yield f"directive = true and restore = true contradict each other on day {day}, move one of them to another day"
        if settings.get("restore") and not may_be_dark:
            needed = "it is allowed only after an earlier day with directive = true or revocation = true"
            yield f"restore = true on day {day} has nothing to bring back, {needed}"
        may_be_dark = may_be_dark or bool(settings.get("directive") or settings.get("revocation"))
