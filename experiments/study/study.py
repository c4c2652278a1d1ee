"""A study: a checked question, ready to be run."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lockgate.experiments.study.content import check_content
from lockgate.experiments.study.factor import Factor, Role, Value
from lockgate.scenarios import World
from lockgate.sim.model.parameters import PARAMETERS, Choice, LogNormal, Parameter, Prior, Quantiles, Triangular, Uniform
from lockgate.sim.model.parameters.mechanisms import MECHANISMS
from lockgate.sim.model.policy import Policy


@dataclass(frozen=True)
class Stop:
    """Ends a study early: once in each point, world and policy the 95 % interval of the outcome's difference is narrow enough.

    Half of its width is to be at most `half_width` (in the outcome's unit), or `half_width_share` of the reference's mean. It is looked
    at after each `every` draws, and the differences are those to the first policy, draw by draw.
    """

    outcome: str
    half_width: float | None = None
    half_width_share: float | None = None
    every: int = 50

    def __str__(self) -> str:
        """When it stops, in words.

        >>> print(Stop("incidents", half_width_share=0.1))
        once every difference of incidents is known to within 10 % of the reference's mean, looked at each 50 draws
        """
        width = f"{self.half_width:g}" if self.half_width_share is None else f"{100 * self.half_width_share:g} % of the reference's mean"
        return f"once every difference of {self.outcome} is known to within {width}, looked at each {self.every} draws"


@dataclass(frozen=True)
class Study:
    """P policies (the first is the reference) in each of W worlds, at each of N points of a design, in `draws` draws.

    `points` maps the column of each factor to its N values, in the order of the design; without factors there is one point.
    With `ceiling`, each draw also runs under `sim.model.policy.CEILING` at every point, and its harm is kept beside that of the policies.
    `series` names columns of the weekly series, `outcomes` those outcomes that are kept.
    """

    name: str
    summary: str
    policies: tuple[Policy, ...]
    worlds: tuple[World, ...]
    draws: int
    outcomes: tuple[str, ...]
    seed: int = 1
    horizon_days: int = 540
    fixed: bool = False
    series: tuple[str, ...] = ()
    check: bool = False
    ceiling: bool = False
    time_limit_seconds: float | None = None
    factors: tuple[Factor, ...] = ()
    points: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    design: Mapping[str, object] = field(default_factory=lambda: {"kind": "grid"})
    stop: Stop | None = None
    story: str = ""

    @property
    def point_count(self) -> int:
        """N, the number of points."""
        return len(next(iter(self.points.values()))) if self.points else 1

    @property
    def run_count(self) -> int:
        """How many runs it makes, unless it stops early."""
        return self.point_count * len(self.policies) * len(self.worlds) * self.draws

    def parameters_at(self, point: int) -> dict[str, Value]:
        """The parameters that are varied, as they are at a point."""
        return {factor.name: self.points[factor.column][point] for factor in self.factors if factor.role == "parameter"}

    def policies_at(self, point: int) -> tuple[Policy, ...]:
        """The policies with their levers and dates as they are at a point."""
        return tuple(changed(policy, self.set_in(policy, "lever", point), self.set_in(policy, "date", point)) for policy in self.policies)

    def set_in(self, policy: Policy, role: Role, point: int) -> dict[str, Any]:
        """The levers, or the dates, that are varied in a policy, as they are at a point."""
        mine = [factor for factor in self.factors if factor.role == role and factor.concerns(policy.name)]
        return {factor.name: self.points[factor.column][point] for factor in mine}


def changed(policy: Policy, levers: Mapping[str, Value], days: Mapping[str, int]) -> Policy:
    """The policy with other levers on day 0, and with the steps that set these levers moved to these days.

    >>> changed(Policy("p", {}, [(3, {"directive": True})]), {"dark_days": 5}, {"directive": 30}).timeline
    ((30, {'directive': True}),)
    """
    timeline: list[tuple[int, dict[str, Value]]] = []
    for day, step in policy.timeline:
        stays = {name: value for name, value in step.items() if name not in days}
        timeline += [(day, stays)] if stays else []
        timeline += [(days[name], {name: value}) for name, value in step.items() if name in days]
    timeline.sort(key=lambda step: step[0])
    return Policy(policy.name, {**policy.levers, **levers}, tuple(timeline), policy.summary)


PRIORS: dict[str, Any] = {kind.__name__: kind for kind in (Uniform, Triangular, LogNormal, Quantiles, Choice)}


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
        **({"ceiling": True} if study.ceiling else {}),
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
    worlds = tuple(World(world["name"], "", read_parameters(world["parameters"])) for world in content["worlds"])
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
        ceiling=content.get("ceiling", False),
        factors=tuple(read_factor(factor) for factor in content["factors"]),
        points={column: tuple(values) for column, values in content["points"].items()},
        design=content["design"],
    )


def written_factor(factor: Factor) -> dict[str, Any]:
    """A factor, without what it leaves at its default."""
    told: dict[str, Any] = {"role": factor.role, "name": factor.name, "levels": list(factor.levels), "low": factor.low, "high": factor.high}
    told |= {"steps": factor.steps, "prior": written_prior(factor.prior), "policies": list(factor.policies)}
    return {name: value for name, value in told.items() if value is not None and value != [] and (name, value) != ("steps", 0)}


def read_factor(told: Mapping[str, Any]) -> Factor:
    """The factor that `written_factor` told of."""
    lists = {name: tuple(told.get(name, ())) for name in ("levels", "policies")}
    return Factor(**{**told, **lists, "prior": read_prior(told.get("prior"))})


def written_parameter(parameter: Parameter) -> Any:
    """Its central value; and its prior, where it has one."""
    return {"central": parameter.default, "prior": written_prior(parameter.prior)} if parameter.prior else parameter.default


def read_parameters(told: Mapping[str, Any]) -> dict[str, Parameter]:
    """All parameters. One that the content does not tell of was not in the model that made it, and has the value of not being there."""
    return {name: read_parameter(name, told[name]) if name in told else absent(known) for name, known in PARAMETERS.items()}


def absent(known: Parameter) -> Parameter:
    """A parameter as it is where its mechanism does nothing, or at its central value where it is part of none."""
    neutral = {name: value for mechanism in MECHANISMS.values() for name, value in mechanism.neutral.items()}
    return replace(known, default=neutral.get(known.name, known.default), prior=None)


def read_parameter(name: str, told: Any) -> Parameter:
    """The parameter of this name with the value and the prior that `written_parameter` told of."""
    central, prior = (told["central"], told["prior"]) if isinstance(told, Mapping) else (told, None)
    return replace(PARAMETERS[name], default=central, prior=read_prior(prior))


def written_prior(prior: Prior | None) -> dict[str, Any] | None:
    """A prior: its kind and its numbers."""
    if prior is None:
        return None
    numbers = {name: list(value) if isinstance(value, tuple) else value for name, value in vars(prior).items()}
    return {"kind": type(prior).__name__, **numbers}


def read_prior(told: Mapping[str, Any] | None) -> Prior | None:
    """The prior that `written_prior` told of."""
    if told is None:
        return None
    numbers = {name: tuple(value) if isinstance(value, list) else value for name, value in told.items() if name != "kind"}
    made: Prior = PRIORS[told["kind"]](**numbers)
    return made
