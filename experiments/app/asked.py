"""What the page asks for: policies, a world, draws. All of it is checked, and held to limits, before anything is computed.

Names are looked up among the built-in ones and those that the command was given; no path is taken from a page.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from pydantic import Field

from lockgate.experiments.provenance import content_hash
from lockgate.experiments.text.numbers import count
from lockgate.scenarios import World, list_policies, list_worlds, load_policy, load_world, with_parameters
from lockgate.scenarios.notation import shown
from lockgate.scenarios.policy import Schedule
from lockgate.scenarios.policy import policy as policy_of
from lockgate.scenarios.schema import Table, validated
from lockgate.scenarios.world import reach
from lockgate.sim.bounds import is_within, refusal
from lockgate.sim.errors import InputError, nearest
from lockgate.sim.limits import LARGEST_SEED, LONGEST_DAYS
from lockgate.sim.model.parameters import PARAMETERS, LogNormal, Parameter
from lockgate.sim.model.policy import DAY, LEVERS, Policy, checked

MOST_POLICIES = 5
SERVED_DRAWS = 20_000
MOST_STEPS = 2_000  # settings of one policy
MOST_NAME = 80  # characters
MOST_AGENT_DAYS = 1e11  # about half an hour of one core
LEVER_NAMES = tuple(LEVERS)


class PolicyAsked(Table):
    """A policy: one that is known by its name, or all that it sets, as `[day, lever, value]`, under a name of its own."""

    name: Annotated[str, Field(min_length=1, max_length=MOST_NAME)]
    settings: Annotated[list[list[Any]], Field(max_length=MOST_STEPS)] | None = None
    summary: Annotated[str, Field(max_length=1000)] = ""


class CaseAsked(Table):
    """What all computations ask for."""

    policies: Annotated[list[PolicyAsked], Field(min_length=1, max_length=MOST_POLICIES)]
    world: Annotated[str, Field(max_length=MOST_NAME)] = "baseline"
    priors: dict[str, Any] = {}
    draws: Annotated[int, Field(ge=1, le=SERVED_DRAWS)] = 500
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED)] = 1
    horizon: Annotated[int, Field(ge=1, le=LONGEST_DAYS)] = 540


class StoryAsked(CaseAsked):
    """The same, and about which policy a story or a report is; a story of which draw, without one of the typical one."""

    policy: Annotated[int, Field(ge=0, lt=MOST_POLICIES)] = 1
    draw: Annotated[int, Field(ge=0, lt=SERVED_DRAWS)] | None = None


@dataclass(frozen=True)
class Known:
    """The policies and worlds that a page may name beside the built-in ones: those that the command was given."""

    policies: Mapping[str, Policy] = field(default_factory=dict)
    worlds: Mapping[str, World] = field(default_factory=dict)

    def policy(self, name: str) -> Policy:
        """A policy by its name."""
        if name in self.policies:
            return self.policies[name]
        names = [*self.policies, *list_policies()]
        if name not in names:
            raise InputError(f"unknown policy {shown(name)}; name one of the library, or send its settings{nearest(name, names)}")
        return load_policy(name)

    def world(self, name: str) -> World:
        """A world by its name."""
        if name in self.worlds:
            return self.worlds[name]
        names = [*self.worlds, *list_worlds()]
        if name not in names:
            raise InputError(f"unknown world {shown(name)}; name one of the library{nearest(name, names)}")
        return load_world(name)


@dataclass(frozen=True)
class Case:
    """What is to be computed, checked. `key` is the same for two that give the same runs."""

    policies: tuple[Policy, ...]
    world: World
    draws: int
    seed: int
    horizon_days: int

    @property
    def key(self) -> str:
        """A digest of all of it."""
        policies = [[policy.name, policy.summary, list(policy.steps().items())] for policy in self.policies]
        return content_hash([policies, self.world.name, repr(self.world.parameters), self.draws, self.seed, self.horizon_days])


def content_of(body: bytes) -> Any:
    """What JSON says. Raises `InputError` for what is none, and for numbers that are none."""
    try:
        return json.loads(body, parse_constant=refuse_constant)
    except (ValueError, RecursionError):  # brackets without end, or an integer of thousands of digits
        raise InputError("the request is no JSON that can be read; send an object") from None


def refuse_constant(name: str) -> None:
    """NaN and infinity, which JSON has not."""
    raise ValueError(name)


def case_of(asked: CaseAsked, known: Known) -> Case:
    """What is asked for, with limits checked. Raises `InputError` for what cannot be computed, or is too much."""
    policies = tuple(policy_asked(each, known) for each in asked.policies)
    names = [policy.name for policy in policies]
    if len(set(names)) < len(names):
        raise InputError(f"policies {', '.join(map(shown, names))} must have different names")
    world = known.world(asked.world)
    if asked.priors:
        world = with_parameters(world, {name: prior(name, given, world) for name, given in asked.priors.items()})
    case = Case(policies, world, asked.draws, asked.seed, asked.horizon)
    refuse_too_much(case)
    return case


def asked_for(kind: type[Table], content: Any) -> Any:
    """What a request asks for, as its schema has it."""
    if not isinstance(content, Mapping):
        raise InputError(f"the request = {shown(content)} must be an object")
    return validated(kind, content)


def policy_asked(asked: PolicyAsked, known: Known) -> Policy:
    """A policy that is known, or one of these settings."""
    if asked.settings is None:
        return known.policy(asked.name)
    if not asked.name.isprintable() or not asked.name.strip():
        raise InputError(f"name = {shown(asked.name)} must be text on one line")
    schedule: Schedule = {0: {}}
    for setting in asked.settings:
        day, name, value = checked_setting(asked.name, setting)
        schedule.setdefault(day, {})[name] = value
    made = policy_of(asked.name, schedule, asked.summary, shown_as=asked.name)
    return replace(made, summary=summary_of(asked, known))


def summary_of(asked: PolicyAsked, known: Known) -> str:
    """What a policy says of itself; one that goes by a known name says what that says."""
    if asked.summary.strip():
        return " ".join(asked.summary.split())
    return known.policy(asked.name).summary if asked.name in {*known.policies, *list_policies()} else ""


def checked_setting(policy: str, setting: Sequence[Any]) -> tuple[int, str, Any]:
    """A day, a lever by name or by its number, and a value. Raises `InputError` where they are none."""
    if len(setting) != 3:
        raise InputError(f"policy {shown(policy)}: setting {shown(setting)} must be a day, a lever and a value")
    day, lever, value = setting
    if not is_within(DAY, day):
        raise refusal(f"policy {shown(policy)}: day", DAY, day)
    if isinstance(lever, int) and not isinstance(lever, bool) and 0 <= lever < len(LEVER_NAMES):
        lever = LEVER_NAMES[lever]
    if not isinstance(lever, str):
        raise InputError(f"policy {shown(policy)}: lever {shown(lever)} must be a name, or a number from 0 to {len(LEVER_NAMES) - 1}")
    if lever in LEVERS and LEVERS[lever].type is bool and not isinstance(value, bool) and value in (0, 1):
        value = bool(value)  # the page has all values as numbers
    return int(day), lever, checked(lever, value)


def prior(name: str, given: Any, world: World) -> Any:
    """A prior of the page, `{fix}` or `{low, middle, high}`, as a world's file has it; what a file may say is taken as it is."""
    if name not in PARAMETERS:
        raise InputError(f"unknown parameter {shown(name)}{nearest(name, PARAMETERS)}; `lockgate list` names all")
    parameter = world.parameters[name]
    if not isinstance(given, Mapping):
        return given
    if set(given) == {"fix"}:
        return fixed(parameter, given["fix"])
    if "middle" not in given:
        return dict(given)
    middle = "median" if isinstance(parameter.prior, LogNormal) else "mode"
    return {middle if key == "middle" else key: value for key, value in given.items() if value is not None}


def fixed(parameter: Parameter, value: Any) -> Any:
    """A value of the page, where choices and switches are numbers, as a world's file has it."""
    if isinstance(value, str | bool) or not isinstance(value, int | float):
        return value
    label = next((label for label, known in parameter.labels.items() if known == value), None)
    if parameter.choices and label is not None:
        return label
    if parameter.type is bool and value in (0, 1):
        return bool(value)
    return int(value) if parameter.type is int and float(value).is_integer() else value


def refuse_too_much(case: Case) -> None:
    """Raise `InputError` where this is more than a page may ask for: days of agents, in all runs together."""
    agents = sum(reach(case.world.parameters[name])[1] for name in ("organisations", "bad_actors"))
    runs = case.draws * (len(case.policies) + (len(case.policies) > 1))
    work = runs * agents * case.horizon_days
    if work > MOST_AGENT_DAYS:
        raise InputError(
            f"{count(case.draws, 'draw')} x {count(runs // case.draws, 'run')} x {agents:,.0f} organisations and actors x "
            f"{count(case.horizon_days, 'day')} are {work / 1e9:,.0f} billion agent-days, at most {MOST_AGENT_DAYS / 1e9:,.0f} billion are "
            f"allowed here: take fewer draws, or use `lockgate compare`"
        )
