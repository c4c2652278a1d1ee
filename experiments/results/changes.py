"""What was changed of built-in policies and worlds: what outputs call a policy beside its name, and what captions and headings tell."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from lockgate.experiments.text.describe import level
from lockgate.experiments.text.numbers import listed
from lockgate.scenarios import World, list_policies, list_worlds, load_policy, load_world
from lockgate.scenarios.reads import reads
from lockgate.sim.bounds import digits
from lockgate.sim.model.policy import LEVERS, Policy, Value

MOST_IN_LABEL = 2  # changed levers that a label names
Steps = Mapping[int, Mapping[str, Value]]


@dataclass(frozen=True)
class Change:
    """One lever that a policy has otherwise than the built-in policy of its name: what a label and what a list of changes says of it."""

    lever: str
    day: int
    here: str
    change: str
    is_read: bool


@cache
def built_in_policy(name: str) -> Policy | None:
    """The built-in policy of a name, if there is one."""
    return load_policy(name) if name in list_policies() else None


@cache
def built_in_world(name: str) -> World | None:
    """The built-in world of a name, if there is one."""
    return load_world(name) if name in list_worlds() else None


def changes_of(policy: Policy, horizon_days: int) -> list[Change]:
    """What a policy has otherwise than the built-in policy of its name; nothing where there is none.

    >>> [change.here for change in changes_of(Policy("open-release", {"lab_programme": True, "preview_days": 30}), 540)]
    ['lab_programme true', 'preview_days 30']
    """
    known = built_in_policy(policy.name)
    if known is None:
        return []
    mine, theirs = ({day: step for day, step in each.steps().items() if day < horizon_days} for each in (policy, known))
    return [*first_day(policy, mine[0], theirs[0], horizon_days), *later_days(policy, mine, theirs, horizon_days)]


def first_day(policy: Policy, mine: Mapping[str, Value], theirs: Mapping[str, Value], horizon_days: int) -> Iterator[Change]:
    """Levers that differ on day 0."""
    for name, lever in LEVERS.items():
        here, there = mine.get(name, lever.default), theirs.get(name, lever.default)
        if here != there:
            said = f"{name} {written(here)}"
            yield Change(name, 0, said, f"{said}, not {written(there)}", reads(policy, name, 0, horizon_days))


def later_days(policy: Policy, mine: Steps, theirs: Steps, horizon_days: int) -> Iterator[Change]:
    """Levers that a timeline sets otherwise, on another day, or that only one of the two sets."""
    for name, lever in LEVERS.items():
        here, there = ({day: step[name] for day, step in steps.items() if day and name in step} for steps in (mine, theirs))
        if here == there:
            continue
        said = ", ".join(f"{written_step(name, value, once=lever.once)} on day {day}" for day, value in here.items())
        known = ", ".join(f"day {day}" if lever.once else f"{written(value)} on day {day}" for day, value in there.items())
        day = min(here or there)
        acts = any(reads(policy, name, each, horizon_days) for each in here) or not here
        said = said or f"{name} not changed on {' and '.join(f'day {day}' for day in there)}"
        yield Change(name, day, said, f"{said}, not {known}" if known and here else said, acts)


def written_step(name: str, value: Value, *, once: bool) -> str:
    """What a step sets: an order by its name alone."""
    return name if once and value else f"{name} {written(value)}"


def written(value: Value) -> str:
    """The value of a lever as a file says it.

    >>> written(True), written(14), written(0.5)
    ('true', '14', '0.5')
    """
    return str(value).lower() if isinstance(value, bool) else digits(value)


def label(policy: Policy, horizon_days: int) -> str:
    """A policy's name, with what was changed of the built-in policy of that name and makes a difference to it.

    >>> label(Policy("open-release", {"preview_days": 30}), 540), label(Policy("open-release", {"publish_weights": True}), 540)
    ('open-release', 'open-release (publish_weights true)')
    """
    read = [change for change in changes_of(policy, horizon_days) if change.is_read]
    if not read:
        return policy.name
    told = ", ".join(change.here for change in read) if len(read) <= MOST_IN_LABEL else f"{len(read)} levers changed"
    return f"{policy.name} ({told})"


def changes(policies: Sequence[Policy], worlds: Sequence[World], horizon_days: int) -> tuple[str, ...]:
    """Each change of built-in policies and worlds once; what no policy reads is said to have no effect."""
    found = [(policy.name, change) for policy in policies for change in changes_of(policy, horizon_days)]
    names: dict[str, list[str]] = {}
    for name, change in found:
        if change.is_read:
            names.setdefault(change.change, []).append(name)
    acting = {change.lever for _, change in found if change.is_read}
    idle = dict.fromkeys(change.change for _, change in found if change.lever not in acting)
    return (
        *(f"{change}, in {listed(named)}" for change, named in names.items()),
        *(f"{change} (no effect)" for change in idle),
        *(f"{change}{f', in {world.name}' if len(worlds) > 1 else ''}" for world in worlds for change in world_changes(world)),
    )


def world_changes(world: World) -> Iterator[str]:
    """Parameters of a world that differ, by value or prior, from the built-in world of its name; nothing where there is none.

    >>> from lockgate.scenarios import with_parameters
    >>> list(world_changes(with_parameters(load_world("baseline"), {"pace": 1.2})))
    ['pace 1.2, not 1 (triangular 0.7 to 1.4, mode 1)']
    """
    known = built_in_world(world.name)
    for name, parameter in known.parameters.items() if known else ():
        here = world.parameters[name]
        if (here.default, here.prior) != (parameter.default, parameter.prior):
            yield f"{name} {level(here)}, not {level(parameter)}"


def at_point(world: World, values: Mapping[str, Value]) -> World:
    """A world with the parameters that a study varies as they are at a point."""
    parameters = {name: replace(world.parameters[name], default=value, prior=None) for name, value in values.items()}
    return replace(world, parameters={**world.parameters, **parameters}) if parameters else world
