"""A study: a checked question, ready to be run."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from experiments.study.factor import Factor, Value
from scenarios import World
from sim.policy import Policy


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
        levers = {factor.name: self.points[factor.column][point] for factor in self.factors if factor.role == "lever"}
        days = {factor.name: int(self.points[factor.column][point]) for factor in self.factors if factor.role == "date"}
        return tuple(changed(policy, levers, days) for policy in self.policies)


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
