"""The base of all agents: a row whose annotated fields are also the columns of its kind's table, and what it does on a day.

A kind of agents is one class in one file: its fields, `rows` (how many there are), `begin` (who they are on day 0), and what they do:
`step`, every day, or `alarms`, on days of their own. Both drivers are built from that.

Nothing here knows Mesa: `sim.engine.mesa` makes Mesa agents of these classes, and the compiled driver never loads it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from lockgate.sim.rules.row import FIXED, PLANNED, Row, fields
from lockgate.sim.rules.rule import attribute, rule


@dataclass(frozen=True)
class Alarm:
    """What agents do when the time comes that one of their fields names.

    `plan(agent, world, line)` writes to a line of the agenda what the act needs, and sets the field to its next time. The compiled driver
    plans all days of a run at once, and policies of a draw share the plans: so `plan` sees what never changes in a run, and the agent's
    fields that are marked `FIXED` or `PLANNED`, and nothing else. `act(agent, world, line, day)` sees everything but the `PLANNED` fields.
    `aim(world, line)` may write the rest of a plan, from the line alone: it is called for one plan after another, far from their agents.

    `per_day(worlds)` is how many such plans to expect on a day of each world of a table; it decides how much room they get at first.
    """

    plan: Callable[[Any, Any, Any], None]
    act: Callable[[Any, Any, Any, int], None]
    per_day: Callable[[Any], Any] = lambda worlds: 0.0 * worlds["bad_actors"]
    aim: Callable[[Any, Any], None] | None = None


class Agent(Row):
    """An agent of the model.

    A kind adds annotated fields, `rows(horizon, params, phases)` and `begin(world)`, both rules, and one of:

    - `step(self, world, day)`, a rule: what it does on a day. With `acts_if`, the name of a field marked `FIXED`, agents for which that is
      false are never visited; with `idle(world)`, a static rule beside the step, nobody is visited on days on which that is true (checked
      runs visit them, so that what it claims is looked at);
    - `alarms`: for each field that holds the time of what an agent does next, what it then does.
    """

    alarms: ClassVar[Mapping[str, Alarm]] = {}
    acts_if: ClassVar[str] = ""
    idle: ClassVar[Any] = None
    by_column: ClassVar[bool] = False  # stored field by field: for kinds of which rules visit every row each day and read few fields

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        own = vars(cls)
        if "alarms" in own and "step" in own:
            raise TypeError(f"{cls.__name__} has alarms and a step: what it does on a day must be written once, so keep one of them")
        if "alarms" in own:
            marks = {field.name: field.mark for field in fields(cls)}
            for name in cls.alarms:
                if marks.get(name) != PLANNED:
                    raise TypeError(f"{cls.__name__}.alarms names {name!r}, which must be a field marked PLANNED")
            cls.step = step_of(cls.alarms)  # type: ignore[method-assign,assignment]
        if cls.acts_if and {field.name: field.mark for field in fields(cls)}.get(cls.acts_if) != FIXED:
            raise TypeError(f"{cls.__name__}.acts_if = {cls.acts_if!r} must be a field marked FIXED")

    def step(self, world: Any, day: int) -> None:
        """What the agent does on a day."""
        raise NotImplementedError(f"{type(self).__name__} needs a method step(self, world, day), or alarms")

    @staticmethod
    def rows(horizon: int, params: Any, phases: Any) -> int:
        """How many agents of the kind a run has, from its days, its world's parameters and its policy's phases."""
        raise NotImplementedError

    @staticmethod
    def begin(world: Any) -> None:
        """Who they are on the morning of day 0."""
        raise NotImplementedError


def step_of(alarms: Mapping[str, Alarm]) -> Callable[[Any, Any, int], None]:
    """The step of a kind that acts by alarms: whatever is due today, alarm by alarm."""
    steps = [when_due(name, alarm) for name, alarm in alarms.items()]
    step = steps[-1]
    for earlier in reversed(steps[:-1]):
        step = two_steps(earlier, step)
    return step


def two_steps(first: Callable[..., None], second: Callable[..., None]) -> Callable[[Any, Any, int], None]:
    """A step of two."""

    @rule
    def step(self: Any, world: Any, day: int) -> None:
        """Do what is due today."""
        first(self, world, day)
        second(self, world, day)

    return step


def when_due(name: str, alarm: Alarm) -> Callable[[Any, Any, int], None]:
    """The step of one alarm."""
    due, plan, aim, act = attribute(name), alarm.plan, alarm.aim or aimed, alarm.act

    @rule
    def step(self: Any, world: Any, day: int) -> None:
        """Do what is due today."""
        while due(self) < day + 1:
            line = world.agenda[0]
            plan(self, world, line)
            aim(world, line)
            act(self, world, line, day)

    return step


@rule
def aimed(world: Any, line: Any) -> None:
    """All of the plan is written."""


def acts_by_alarms(kind: type[Agent]) -> bool:
    """Whether a kind acts by alarms alone; one whose step was written anew acts every day."""
    return any(kind.step is vars(owner).get("step") and "alarms" in vars(owner) for owner in kind.__mro__)


def idle_of(kind: type[Agent]) -> Callable[[Any], bool] | None:
    """The rule that says when a kind is idle. It speaks of the step that stands beside it, and of no other that took its place."""
    beside = next(owner for owner in kind.__mro__ if "step" in vars(owner))
    return kind.idle if "idle" in vars(beside) else None
