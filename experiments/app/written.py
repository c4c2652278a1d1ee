"""What the page asks for, as files, as a command line, and as Python code."""

import shlex
from collections.abc import Sequence
from typing import Any

from lockgate.experiments.app.asked import Case
from lockgate.experiments.results.changes import built_in_policy, built_in_world
from lockgate.experiments.text.scenario_file import changed_parameters, policy_lines, world_lines
from lockgate.scenarios import World
from lockgate.sim.model.policy import LEVERS, Policy

LONGEST_NAME = 60  # characters of the name of a file


def case_written(case: Case) -> dict[str, Any]:
    """`files` by name, the `command` that compares them in the folder where they lie, and the same in `python` without any file."""
    files: dict[str, str] = {}
    named = [file_or_name(policy, files) for policy in case.policies]
    world = case.world.name
    if not is_usual(case.world):
        world = free_name(f"{world}-changed", files)
        files[world] = "\n".join([*world_lines(case.world), ""])
    numbers = ["--draws", str(case.draws), "--seed", str(case.seed), "--horizon", str(case.horizon_days)]
    return {"files": files, "command": shlex.join(["lockgate", "compare", *named, "--world", world, *numbers]), "python": python(case)}


def is_usual(world: World) -> bool:
    """Whether a world is the built-in one of its name."""
    return built_in_world(world.name) is not None and not changed_parameters(world)


def file_or_name(policy: Policy, files: dict[str, str]) -> str:
    """What a command calls a policy: by its name where it is built in, else by a file, which is added."""
    known = built_in_policy(policy.name)
    if known is not None and known.steps() == policy.steps():
        return policy.name
    name = free_name(policy.name, files)
    files[name] = "\n".join([*policy_lines(policy), ""])
    return name


def free_name(name: str, files: Sequence[str] | dict[str, str]) -> str:
    """A name for a file that no other has, that is one on every system, and no path.

    >>> free_name("../my policy (30 days)", ["my-policy-30-days.toml"]), free_name("...", [])
    ('my-policy-30-days-2.toml', 'policy.toml')
    """
    letters = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "_-") else " " for letter in name)
    stem = "-".join(letters.split()).strip("-")[:LONGEST_NAME] or "policy"
    tried = [stem, *(f"{stem}-{number}" for number in range(2, len(files) + 2))]
    return next(f"{each}.toml" for each in tried if f"{each}.toml" not in files)


def python(case: Case) -> str:
    """The same comparison as a program."""
    world, changed = repr(case.world.name), changed_parameters(case.world)
    from_scenarios = ["load_policy, with_levers"] if any(changed_on_day_0(each) for each in case.policies) else []
    from_scenarios += ["load_world, with_parameters"] if changed else []
    if changed and built_in_world(case.world.name) is None:
        world = f'with_parameters(load_world("baseline"), {changed!r})  # {case.world.name}'
    elif changed:
        world = f"with_parameters(load_world({world}), {changed!r})"
    lines = ["import lockgate"]
    lines += [f"from lockgate.scenarios import {', '.join(from_scenarios)}"] if from_scenarios else []
    lines += ["", "policies = [", *(f"    {in_python(policy)}," for policy in case.policies), "]", f"world = {world}"]
    asked = f"draws={case.draws}, seed={case.seed}, horizon_days={case.horizon_days}"
    return "\n".join([*lines, f"results = lockgate.compare(policies, world, {asked})", "print(results)", ""])


def in_python(policy: Policy) -> str:
    """A policy as an expression: its name, what is changed of a built-in one on day 0, or all that it sets."""
    known = built_in_policy(policy.name)
    if known is not None and known.steps() == policy.steps():
        return repr(policy.name)
    if changed := changed_on_day_0(policy):
        return f"with_levers(load_policy({policy.name!r}), {changed!r})"
    timeline = [(day, dict(step)) for day, step in policy.timeline]
    return f"lockgate.Policy({policy.name!r}, {dict(policy.levers)!r}, {timeline!r})"


def changed_on_day_0(policy: Policy) -> dict[str, Any]:
    """The levers by which a policy differs from the built-in one of its name, where it differs on day 0 alone; else nothing."""
    known = built_in_policy(policy.name)
    if known is None:
        return {}
    mine, theirs = policy.steps(), known.steps()
    if {day: step for day, step in mine.items() if day} != {day: step for day, step in theirs.items() if day}:
        return {}
    first, there = mine[0], theirs[0]
    return {
        name: first.get(name, lever.default)
        for name, lever in LEVERS.items()
        if first.get(name, lever.default) != there.get(name, lever.default)
    }
