"""A policy or a world as the lines of a TOML file, which `load_policy` and `load_world` read back as they are."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from lockgate.experiments.results.changes import built_in_world
from lockgate.experiments.text.numbers import printable
from lockgate.scenarios import World
from lockgate.sim.model.parameters import PARAMETERS, Choice, LogNormal, Parameter, Quantiles, Triangular, Uniform
from lockgate.sim.model.policy import Policy, Value


def policy_lines(policy: Policy, summary: str = "", story: str = "") -> list[str]:
    """A policy: every lever that it sets, and its timeline.

    >>> policy_lines(Policy("mine", {"preview_days": 30}, [(45, {"preview_days": 7})], "Hold it."))[2:]
    ['[levers]', 'preview_days = 30', '', '[[timeline]]', 'day = 45', 'preview_days = 7']
    """
    lines = [f"summary = {text(summary or policy.summary or policy.name)}"]
    lines += [f"story = {text(story)}"] if story else []
    lines += ["", "[levers]", *settings(policy.levers)]
    for day, step in policy.timeline:
        lines += ["", "[[timeline]]", f"day = {day}", *settings(step)]
    return lines


def world_lines(world: World) -> list[str]:
    """A world: the parameters that differ from those of the built-in world of its name, or from the table where there is none."""
    known = built_in_world(world.name)
    head = [f"summary = {text(world.summary or world.name)}", *([f"extends = {text(world.name)}"] if known else [])]
    return [*head, "", "[parameters]", *settings(changed_parameters(world))]


def changed_parameters(world: World) -> dict[str, Any]:
    """The parameters that differ from those of the built-in world of its name, each as a world's file sets it."""
    known = built_in_world(world.name)
    usual: Mapping[str, Parameter] = known.parameters if known else PARAMETERS
    return {name: setting(here) for name, here in world.parameters.items() if (here.default, here.prior) != told(usual[name])}


def told(parameter: Parameter) -> tuple[Value, Any]:
    """What a world decides of a parameter."""
    return parameter.default, parameter.prior


def setting(parameter: Parameter) -> Any:
    """A parameter's value or prior as a world's file sets it."""
    prior = parameter.prior
    if isinstance(prior, Uniform | Triangular | LogNormal):
        return dict(vars(prior))
    if isinstance(prior, Quantiles):
        return {"quantiles": list(prior.values)}
    if isinstance(prior, Choice):
        drawn = dict(zip(prior.values, prior.weights, strict=True))
        return {label: drawn[value] for label, value in parameter.labels.items() if value in drawn}
    if parameter.choices:
        return next(label for label, value in parameter.labels.items() if value == parameter.default)
    return parameter.default


def settings(table: Mapping[str, Any]) -> Iterator[str]:
    """Names and values as a file sets them, a line each."""
    return (f"{name} = {toml_value(value)}" for name, value in table.items())


def toml_value(value: Any) -> str:
    """A value as TOML has it.

    >>> toml_value({"low": 1.5, "high": 2}), toml_value([True, "a"])
    ('{ low = 1.5, high = 2 }', '[true, "a"]')
    """
    if isinstance(value, Mapping):
        return f"{{ {', '.join(settings(value))} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml_value, value))}]"
    if isinstance(value, str):
        return text(value)
    return str(value).lower() if isinstance(value, bool) else repr(value)


def text(words: str) -> str:
    """Text as TOML has it, on one line."""
    return json.dumps(printable(words), ensure_ascii=False)
