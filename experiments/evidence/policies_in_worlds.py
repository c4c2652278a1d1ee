"""All policies in all worlds: what each outcome is, whether a policy is best everywhere, and what acts on nothing."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lockgate.experiments.evidence.sampled_runs import Array, Estimate, combined
from lockgate.experiments.results.ensemble import Ensemble, draw_worlds
from lockgate.scenarios import list_policies, list_worlds, load_policy, load_world, with_levers
from lockgate.sim.engine.run import simulate
from lockgate.sim.errors import InputError
from lockgate.sim.model.outcomes import OUTCOMES
from lockgate.sim.model.parameters import PARAMETERS, Parameter, parameter_table
from lockgate.sim.model.policy import LEVERS, Lever, Policy

DAYS, SEEDS = 540, 3


@dataclass(frozen=True)
class Cell:
    """The outcomes of a policy in a world, over the same draws as those of all other policies there."""

    policy: str
    world: str
    found: Mapping[str, Estimate]


def cells(names: Sequence[str], draws: int, seed: int) -> Iterator[Cell]:
    """These outcomes under every built-in policy in every built-in world."""
    policies = list_policies()
    for world in list_worlds():
        drawn = draw_worlds(load_world(world), draws, seed)
        outcomes = simulate(drawn.worlds, [load_policy(name) for name in policies], drawn.seeds, DAYS).outcomes
        for place, policy in enumerate(policies):
            yield Cell(policy, world, {name: combined(outcomes[name][:, place].astype(float)) for name in names})


def best_everywhere(made: list[Cell]) -> list[str]:
    """Policies that are in every world at least as good as every other one in the mean of every outcome of theirs."""
    means = {(cell.policy, cell.world): goodness(cell) for cell in made}
    policies, worlds = dict.fromkeys(cell.policy for cell in made), dict.fromkeys(cell.world for cell in made)
    return [one for one in policies if all((means[one, world] >= means[other, world]).all() for other in policies for world in worlds)]


def goodness(cell: Cell) -> Array:
    """The means of a cell, turned so that more is better."""
    signs = {"low": -1.0, "high": 1.0, "neither": 0.0}
    return np.array([signs[OUTCOMES[name].better] * found.value for name, found in cell.found.items()])


# What acts


Values = Mapping[str, Any]


def parameters_without_effect() -> list[str]:
    """Parameters that change no outcome of any built-in policy in any built-in world, nor under any structural choice.

    Each is set to a few other values, with a few seeds; all others stay at their central values.
    """
    left = list(PARAMETERS)
    for background in backgrounds():
        for name in list_policies() if left else ():
            left = idle_under(load_policy(name), left, background)
    return left


def backgrounds() -> list[Values]:
    """Central values of the built-in worlds, the baseline's first; and of the baseline with each choice made otherwise."""
    worlds = sorted(list_worlds(), key=lambda world: world != "baseline")
    choices = [(name, value) for name, parameter in PARAMETERS.items() if parameter.choices for value in other_values(parameter, {})]
    return [*(load_world(world).central() for world in worlds), *({name: value} for name, value in choices)]


def idle_under(policy: Policy, names: list[str], background: Values) -> list[str]:
    """Those of the parameters that change no outcome under a policy."""
    tried = [(name, value) for name in names for value in other_values(PARAMETERS[name], background)]
    table = parameter_table(SEEDS * (1 + len(tried)), **background)
    for place, (name, value) in enumerate(tried, 1):
        table[name][SEEDS * place : SEEDS * (place + 1)] = value
    runs = np.tile(np.arange(SEEDS), 1 + len(tried))
    outcomes = simulate(table, [policy], runs, DAYS).outcomes[:, 0].reshape(-1, SEEDS)
    acting = {name for (name, _), changed in zip(tried, outcomes[1:], strict=True) if (changed != outcomes[0]).any()}
    return [name for name in names if name not in acting]


def other_values(parameter: Parameter, background: Values) -> list[Any]:
    """Values that differ from the default: the others of a switch or choice, the ends of a prior, half and double of a number."""
    low, high = parameter.bounds
    if parameter.type is bool:
        return [not parameter.default]
    if parameter.choices:
        return [int(choice) for choice in parameter.choices if choice != parameter.default]
    ends = [parameter.sample(0.01), parameter.sample(0.99)] if parameter.prior else [0.5 * parameter.default, 2.0 * parameter.default]
    within = {parameter.cast(min(max(end, low), high)) for end in (*ends, parameter.default + 1)}
    return [value for value in sorted(within - {parameter.default}) if is_allowed({**background, parameter.name: value})]


def is_allowed(values: Values) -> bool:
    """Whether these values go together."""
    try:
        parameter_table(1, **values)
    except InputError:
        return False
    return True


def levers_without_effect(draws: int = 8, more: int = 100) -> list[tuple[str, str]]:
    """Policies and those of their own levers that, set otherwise, change no outcome of theirs in the baseline world.

    What does nothing in a few draws is tried in `more`: an incident in a preview is rare, and so is what follows from it.
    """
    few, many = (draw_worlds(load_world("baseline"), number, 1) for number in (draws, more))
    policies = [load_policy(name) for name in list_policies()]
    return [(policy.name, lever) for policy in policies for lever in idle_levers(policy, many, idle_levers(policy, few))]


def idle_levers(policy: Policy, drawn: Ensemble, among: Collection[str] | None = None) -> list[str]:
    """Those levers that a policy sets, or those `among` them, that change none of its outcomes in these draws."""
    levers = list(policy.levers if among is None else among)
    variants = [(lever, variant) for lever in levers for variant in other_policies(policy, LEVERS[lever])]
    outcomes = simulate(drawn.worlds, [policy, *(variant for _, variant in variants)], drawn.seeds, DAYS).outcomes
    acting = {lever for place, (lever, _) in enumerate(variants, 1) if (outcomes[:, place] != outcomes[:, 0]).any()}
    return [lever for lever in levers if lever not in acting]


def other_policies(policy: Policy, lever: Lever) -> Iterator[Policy]:
    """The policy with other values of one of its levers, as far as it allows them."""
    value, (low, high) = policy.levers[lever.name], lever.bounds
    ends = (low, lever.default, value / 2, 2 * value + 1)
    others = {not value} if lever.type is bool else {lever.type(min(max(end, low), high)) for end in ends}
    for number, other in enumerate(sorted(others - {value})):
        try:
            changed = with_levers(policy, {lever.name: other})
            changed.phases()
        except InputError:  # such as a restoration before anything was taken away
            continue
        yield Policy(f"{policy.name} {number}", changed.levers, changed.timeline)
