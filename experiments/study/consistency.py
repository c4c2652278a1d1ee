"""What must hold at every point of a study, and is refused before a day is run."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from experiments.study.factor import Factor, Value
from experiments.study.study import Study
from scenarios import World
from scenarios.consistency import contradictions
from scenarios.policy import add_steps, contradictory_orders
from sim.errors import InputError
from sim.parameters import PARAMETERS, Parameter, Uniform
from sim.policy import LEVERS, Policy


def refuse_contradictions(study: Study) -> None:
    """Refuse parameters that do not go together somewhere in the hull of what varies, and orders that come in no possible order."""
    for world in study.worlds:
        for problem in contradictions(hull(world, study.factors, fixed=study.fixed)):
            raise InputError(f'world "{world.name}": {problem}')
    refuse_impossible_orders(study)


def hull(world: World, factors: Iterable[Factor], *, fixed: bool) -> dict[str, Parameter]:
    """The world's parameters, with a uniform prior from the smallest to the largest value of each that a study varies."""
    table = {name: replace(parameter, prior=None) if fixed else parameter for name, parameter in world.parameters.items()}
    for factor in factors:
        if factor.role != "parameter":
            continue
        if factor.prior is not None:
            table[factor.name] = world.parameters[factor.name]
            continue
        low, high = factor.ends
        known = PARAMETERS[factor.name]
        table[factor.name] = replace(known, default=known.cast(low), prior=Uniform(low, high) if low < high else None)
    return table


def refuse_impossible_orders(study: Study) -> None:
    """Refuse a restoration before anything was taken away, and the like, at any point. Orders are switches: only those matter."""
    orders = [factor for factor in study.factors if factor.role != "parameter" and LEVERS[factor.name].type is bool]
    columns = [study.points[factor.column] for factor in orders]
    first: dict[tuple[Value, ...], int] = {}
    for point, combination in enumerate(zip(*columns, strict=True) if columns else [()]):
        first.setdefault(combination, point)
    for combination, point in first.items():
        for policy in study.policies_at(point):
            for problem in contradictory_orders(steps_of(policy)):
                raise InputError(f'policy "{policy.name}"{said(orders, combination)}: {problem}')


def steps_of(policy: Policy) -> list[tuple[int, dict[str, Value]]]:
    """What a policy sets on each day, in order."""
    schedule = {0: dict(policy.levers)}
    for day, step in policy.timeline:
        add_steps(schedule, {day: dict(step)})
    return sorted(schedule.items())


def said(factors: Sequence[Factor], combination: Sequence[Value]) -> str:
    """The values of factors, as a sentence names them."""
    values = [f"{factor.column} = {factor.label(value)}" for factor, value in zip(factors, combination, strict=True)]
    return f" where {' and '.join(values)}" if values else ""
