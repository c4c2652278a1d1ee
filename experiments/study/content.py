"""A study as JSON has it, with all that its runs follow from, so that it can be run again where its files are not."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from experiments.study.factor import Factor
from experiments.study.stored import check_content
from experiments.study.study import Study
from scenarios import World
from sim.parameters import PARAMETERS, LogNormal, Parameter, Prior, Triangular, Uniform
from sim.policy import Policy

PRIORS: dict[str, Any] = {kind.__name__: kind for kind in (Uniform, Triangular, LogNormal)}


def content_of(study: Study) -> dict[str, Any]:
    """What the rows of a study follow from. How many draws there are, and what it says of itself, is left out."""
    return {
        "policies": [
            {"name": policy.name, "levers": dict(policy.levers), "timeline": [[day, dict(step)] for day, step in policy.timeline]}
            for policy in study.policies
        ],
        "worlds": [
            {"name": world.name, "parameters": {name: written_parameter(known) for name, known in world.parameters.items()}}
            for world in study.worlds
        ],
        "seed": study.seed,
        "horizon_days": study.horizon_days,
        "fixed": study.fixed,
        "check": study.check,
        "outcomes": list(study.outcomes),
        "series": list(study.series),
        "design": dict(study.design),
        "factors": [written_factor(factor) for factor in study.factors],
        "points": {column: list(values) for column, values in study.points.items()},
    }


def study_of(content: Mapping[str, Any], name: str, summary: str = "", draws: int = 0) -> Study:
    """The study of this content: `study_of(content_of(study), ...)` makes the same runs as `study`.

    Raises `InputError` where it is not what `content_of` gives for a study that can be run: it may come from anybody.
    """
    check_content(content)
    policies = tuple(
        Policy(policy["name"], policy["levers"], tuple((day, step) for day, step in policy["timeline"])) for policy in content["policies"]
    )
    worlds = tuple(
        World(world["name"], "", {known: read_parameter(known, value) for known, value in world["parameters"].items()})
        for world in content["worlds"]
    )
    return Study(
        name=name,
        summary=summary,
        policies=policies,
        worlds=worlds,
        draws=draws,
        outcomes=tuple(content["outcomes"]),
        seed=content["seed"],
        horizon_days=content["horizon_days"],
        fixed=content["fixed"],
        series=tuple(content["series"]),
        check=content["check"],
        factors=tuple(read_factor(factor) for factor in content["factors"]),
        points={column: tuple(values) for column, values in content["points"].items()},
        design=content["design"],
    )


def written_factor(factor: Factor) -> dict[str, Any]:
    """A factor, without what it leaves at its default."""
    told: dict[str, Any] = {"role": factor.role, "name": factor.name, "levels": list(factor.levels), "low": factor.low, "high": factor.high}
    told |= {"steps": factor.steps, "prior": written_prior(factor.prior)}
    return {name: value for name, value in told.items() if value is not None and value != [] and (name, value) != ("steps", 0)}


def read_factor(told: Mapping[str, Any]) -> Factor:
    """The factor that `written_factor` told of."""
    return Factor(**{**told, "levels": tuple(told.get("levels", ())), "prior": read_prior(told.get("prior"))})


def written_parameter(parameter: Parameter) -> Any:
    """Its central value; and its prior, where it has one."""
    return {"central": parameter.default, "prior": written_prior(parameter.prior)} if parameter.prior else parameter.default


def read_parameter(name: str, told: Any) -> Parameter:
    """The parameter of this name with the value and the prior that `written_parameter` told of."""
    central, prior = (told["central"], told["prior"]) if isinstance(told, Mapping) else (told, None)
    return replace(PARAMETERS[name], default=central, prior=read_prior(prior))


def written_prior(prior: Prior | None) -> dict[str, Any] | None:
    """A prior: its kind and its numbers."""
    return {"kind": type(prior).__name__, **asdict(prior)} if prior else None  # type: ignore[call-overload]


def read_prior(told: Mapping[str, Any] | None) -> Prior | None:
    """The prior that `written_prior` told of."""
    if told is None:
        return None
    numbers = dict(told)
    made: Prior = PRIORS[numbers.pop("kind")](**numbers)
    return made
