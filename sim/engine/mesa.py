"""The Mesa driver: one run that a person can stop, print, change, and watch."""

import inspect
import sys
from collections.abc import Callable, Mapping
from functools import cache, partial
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

import mesa

from lockgate.sim.bounds import shown
from lockgate.sim.engine.kinds import checked_kinds
from lockgate.sim.errors import InputError, nearest
from lockgate.sim.model.agent import idle_of
from lockgate.sim.model.beginning import beginning
from lockgate.sim.model.day import DAY, KINDS
from lockgate.sim.model.invariants import INVARIANTS, BrokenInvariant, MissingRow
from lockgate.sim.model.measures import WEEKLY
from lockgate.sim.model.outcomes import OUTCOMES
from lockgate.sim.model.parameters import PARAMETERS, parameter_table
from lockgate.sim.model.policy import LEVERS, Policy, checked_policy
from lockgate.sim.model.tables import LISTS, SINGLES, tables_of
from lockgate.sim.model.world import Event, Plan
from lockgate.sim.settings import checked_horizon, checked_seed

Item = TypeVar("Item")


class Growing(Generic[Item]):
    """A table that makes its rows when they are first touched, so that it never fills."""

    def __init__(self, new: Callable[[], Item]) -> None:
        self.new = new
        self.rows: list[Item] = []

    def __len__(self) -> int:
        return sys.maxsize

    def __getitem__(self, place: int) -> Item:
        while len(self.rows) <= place:
            self.rows.append(self.new())
        return self.rows[place]

    def __setitem__(self, place: int, item: Item) -> None:
        self[place]  # make room
        self.rows[place] = item


class CheckedTable(list[Any]):
    """A table that refuses to be asked for a row that it does not have. A list of Python would count from its end."""

    def __init__(self, rows: list[Any], name: str, seed: int, policy: str) -> None:
        super().__init__(rows)
        self.missing = name, seed, policy

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, int) and not 0 <= place < len(self):
            raise MissingRow(*self.missing)
        return super().__getitem__(place)

    def __setitem__(self, place: Any, item: Any) -> None:
        if isinstance(place, int) and not 0 <= place < len(self):
            raise MissingRow(*self.missing)
        super().__setitem__(place, item)


def plain(record: Any) -> SimpleNamespace:
    """A record as an object with Python numbers, which rules read faster."""
    return SimpleNamespace(**{name: record[name].item() for name in record.dtype.names})


@cache
def mesa_kind(kind: type) -> type:
    """A kind of agents as a class of Mesa agents, under its own name. Mesa's part is ready when its `__init__()` is called."""

    class MesaKind(kind, mesa.Agent):
        written = kind

        def __init__(self, model: mesa.Model) -> None:
            mesa.Agent.__init__(self, model)
            kind.__init__(self)  # type: ignore[misc]

    for name in ("__name__", "__qualname__", "__module__", "__doc__"):
        setattr(MesaKind, name, getattr(kind, name))
    return MesaKind


class ReleaseModel(mesa.Model):
    """One run of a release policy in a world: a Mesa model of which `step()` is one day.

    `policy` is a `sim.model.policy.Policy` (default: open release); `world` maps parameters to values (default: the central ones).
    Further settings: `seed` or `rng`, which is Mesa's name for it (default 0; in `mesa.batch_run`, the number of the iteration),
    and any lever or parameter by name, which changes the policy or the world.
    `kinds` hands in other behaviour: `{"bad_actors": MyActor}`, a subclass of that kind in plain Python. `check=True` checks
    the invariants every evening. `model.world` has the tables, `model.events` the event log, `model.outcomes` the outcomes.
    `model.datacollector` has one record a day: seed, policy, day, `week_` measures, and the outcomes (None before the last day).

    >>> model = ReleaseModel(organisations=5, bad_actors=10, horizon_days=30)
    >>> model.step()
    >>> len(model.agents_by_type[KINDS["partners"]]), model.day
    (5, 1)
    """

    # `seed` is not in the signature: from Mesa 3.4 on batch_run overwrites a seed that it finds there. `rng` is, and what takes the
    # rest is called kwargs: Mesa's viewer looks for both.
    def __init__(
        self,
        policy: Policy | None = None,
        world: Mapping[str, Any] | None = None,
        *,
        horizon_days: int = 540,
        kinds: Mapping[str, type] | None = None,
        check: bool = False,
        rng: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(rng=0)  # Mesa's own generator is never used: all draws are keyed
        refuse_scenario(kwargs.pop("scenario", None))
        self.seed = chosen_seed(kwargs.pop("seed", None), rng)
        self.policy = Policy("open-release") if policy is None else checked_policy(policy)
        levers, parameters = divide_settings(kwargs)
        if levers:
            self.policy = Policy(self.policy.name, {**self.policy.levers, **levers}, self.policy.timeline, self.policy.summary)
        self.horizon_days, self.check, self.day = checked_horizon(horizon_days), check, 0
        self.kinds = {**KINDS, **checked_kinds(kinds)}
        self.world = self.make_world(self.seed, parameter_table(1, **{**mapping("world", world), **parameters})[0])
        beginning(self.kinds)(self.world)
        # One record a day and none before the first: Mesa 3.3 reports the record whose place is the number of days, less one.
        self.datacollector = mesa.DataCollector(model_reporters=REPORTERS)

    def make_world(self, seed: int, parameters: Any) -> SimpleNamespace:
        """Empty tables of the sizes that this world and policy need."""
        params, phases = plain(parameters), [plain(phase) for phase in self.policy.phases()]
        tables: dict[str, Any] = {name: kind() for name, kind in SINGLES.items()}
        for name, table in tables_of(self.kinds).items():
            if name in SINGLES or table.rows is None:
                continue
            rows = table.rows(self.horizon_days, params, phases)
            if name in LISTS:
                tables[name] = [0] * rows
            else:
                tables[name] = [mesa_kind(table.row)(self) if name in KINDS else table.row() for _ in range(rows)]
            if self.check:
                tables[name] = CheckedTable(tables[name], name, seed, self.policy.name)
        tables |= {"events": Growing(Event), "operations": Growing(int)}
        # Here an agent plans one act at a time, on this line.
        return SimpleNamespace(seed=seed, horizon=self.horizon_days, params=params, phases=phases, agenda=[Plan()], **tables)

    def step(self) -> None:
        """One day, in the order of `DAY`."""
        if self.is_over:
            raise InputError(f"the run is over: it has {self.horizon_days} days; make a new model, or one with more horizon_days")
        for name, act in DAY.items():
            if name not in KINDS:
                act(self.world, self.day)
            elif agents := self.agents_by_type.get(self.kinds[name]):
                wanting, idle = self.kinds[name].acts_if, idle_of(self.kinds[name])
                if idle and not self.check and idle(self.world):
                    continue
                for agent in agents if not wanting else [agent for agent in agents if getattr(agent, wanting)]:
                    agent.step(self.world, self.day)
        if self.check:
            self.check_invariants()
        self.day += 1
        self.running = self.day < self.horizon_days
        self.datacollector.collect(self)

    def run(self) -> "ReleaseModel":
        """All days that are left."""
        while self.running:
            self.step()
        return self

    def check_invariants(self) -> None:
        """Raise `BrokenInvariant` where one does not hold."""
        for invariant in INVARIANTS:
            row = invariant.broken_row(self.world, self.day)
            if row >= 0:
                raise BrokenInvariant(invariant, self.day, row, self.world.seed, self.policy.name)

    @property
    def agents_by_type(self) -> dict[type, mesa.agent.AgentSet]:
        """Agents by their class as it is written: `sim.Partner`, or the one handed in."""
        return {getattr(kind, "written", kind): agents for kind, agents in super().agents_by_type.items()}

    @property
    def agent_types(self) -> list[type]:
        """These classes."""
        return list(self.agents_by_type)

    @property
    def is_over(self) -> bool:
        """Whether the last day is over."""
        return self.day >= self.horizon_days

    @property
    def events(self) -> list[Event]:
        """The event log so far."""
        return self.world.events.rows  # type: ignore[no-any-return]

    @property
    def outcomes(self) -> dict[str, float | int | bool]:
        """The outcomes, once the last day is over."""
        if not self.is_over:
            raise InputError(f"outcomes are known on day {self.horizon_days}; it is day {self.day}: call run() first")
        return {name: getattr(self.world.outcomes, name) for name in OUTCOMES}

    def outcome(self, name: str) -> float | int | bool | None:
        """An outcome once the last day is over; None before."""
        return getattr(self.world.outcomes, name) if self.is_over else None

    def last_week(self, name: str) -> float | None:
        """A measure of the last week that has ended, a field of `sim.model.measures.Week`; None before the first week has."""
        ended = len(self.world.weeks) if self.is_over else self.day // 7
        return getattr(self.world.weeks[ended - 1], name) if ended else None


# What is collected at the end of each day, and what the columns of `mesa.batch_run` are.
REPORTERS: dict[str, Callable[[ReleaseModel], Any]] = {
    "seed": lambda model: model.seed,
    "policy": lambda model: model.policy.name,
    "day": lambda model: model.day,
    **{f"week_{name}": partial(ReleaseModel.last_week, name=name) for name in WEEKLY},
    **{name: partial(ReleaseModel.outcome, name=name) for name in OUTCOMES},
}


def chosen_seed(seed: Any, rng: Any) -> int:
    """The seed that is given by either name; where none is, the number of the iteration in `mesa.batch_run`, and 0 outside it."""
    if seed is not None and rng is not None:
        raise InputError(f"seed = {shown(seed)} and rng = {shown(rng)} are two names for one number; give one of them")
    if seed is None and rng is None:
        return batch_iteration()
    return checked_seed(rng if seed is None else seed)


def batch_iteration() -> int:
    """The iteration of `mesa.batch_run` that makes this model, from 0; 0 outside it.

    Mesa hands each iteration the same settings (3.3 no seed at all, 3.5 `rng=None`), so the number is read where Mesa holds it.
    """
    frame = inspect.currentframe()
    while frame is not None and frame.f_globals.get("__name__") != mesa.batch_run.__module__:
        frame = frame.f_back
    if frame is None:
        return 0
    iteration = frame.f_locals.get("iteration")
    if not isinstance(iteration, int):  # rather than the same run again and again
        raise InputError('Mesa does not say which iteration of batch_run this is; give each its seed, such as {"seed": [0, 1, 2]}')
    return iteration


def refuse_scenario(scenario: Any) -> None:
    """Refuse a Mesa scenario with anything in it. From 3.5 on, the reset of Mesa's viewer hands in an empty one."""
    if scenario is not None and any(value is not None for _, value in scenario):
        raise InputError("a Mesa scenario cannot be used; give a policy, a world, and settings by name")


def mapping(name: str, given: Any) -> Mapping[str, Any]:
    """What is given by name, or nothing."""
    if given is not None and not (isinstance(given, Mapping) and all(isinstance(key, str) for key in given)):
        raise InputError(f"{name} = {shown(given)} must map names to values")
    return given or {}


def divide_settings(settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Settings by name: those of levers, and those of parameters."""
    for name in settings:
        if name not in LEVERS and name not in PARAMETERS:
            raise InputError(f"unknown setting {name!r}{nearest(name, [*LEVERS, *PARAMETERS])}; it must be a lever, a parameter, or seed")
    return {n: v for n, v in settings.items() if n in LEVERS}, {n: v for n, v in settings.items() if n in PARAMETERS}
