"""The Mesa driver: one run that a person can stop, print, change, and watch."""

import sys
from collections.abc import Callable, Mapping
from functools import cache
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

import mesa

from sim.agents import DAY, KINDS
from sim.bounds import shown
from sim.errors import InputError, nearest
from sim.invariants import INVARIANTS, BrokenInvariant
from sim.measures import WEEKLY
from sim.outcomes import OUTCOMES
from sim.parameters import PARAMETERS, parameter_table
from sim.policy import LEVERS, Policy, checked_policy
from sim.settings import checked_horizon, checked_seed
from sim.start.population import populate
from sim.start.room import LISTS, SINGLES, TABLES, count_rows
from sim.world import Event, Operation

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

    `policy` is a `sim.policy.Policy` (default: open release); `world` maps parameters to values (default: the central ones).
    Further settings: `seed` (default 0), and any lever or parameter by name, which changes the policy or the world.
    `kinds` hands in other behaviour: `{"bad_actors": MyActor}`, a subclass of that kind in plain Python. `check=True` checks
    the invariants every evening. `model.world` has the tables, `model.events` the event log, `model.outcomes` the outcomes.

    >>> model = ReleaseModel(organisations=5, bad_actors=10, horizon_days=30)
    >>> model.step()
    >>> len(model.agents_by_type[KINDS["partners"]]), model.day
    (5, 1)
    """

    # `seed` is among the settings, not in the signature: from Mesa 3.4 on batch_run overwrites a seed that it finds there.
    def __init__(
        self,
        policy: Policy | None = None,
        world: Mapping[str, Any] | None = None,
        *,
        horizon_days: int = 540,
        kinds: Mapping[str, type] | None = None,
        check: bool = False,
        rng: int | None = None,
        **settings: Any,
    ) -> None:
        super().__init__(rng=0)  # Mesa's own generator is never used: all draws are keyed
        seed = settings.pop("seed", None)
        self.policy = Policy("open-release") if policy is None else checked_policy(policy)
        levers, parameters = divide_settings(settings)
        if levers:
            self.policy = Policy(self.policy.name, {**self.policy.levers, **levers}, self.policy.timeline, self.policy.summary)
        self.horizon_days, self.check, self.day = checked_horizon(horizon_days), check, 0
        self.kinds = chosen_kinds(mapping("kinds", kinds))
        wanted = checked_seed(seed if seed is not None else 0 if rng is None else rng)
        self.world = self.make_world(wanted, parameter_table(1, **{**mapping("world", world), **parameters})[0])
        populate(self.world)  # type: ignore[no-untyped-call]
        self.datacollector = mesa.DataCollector(model_reporters={name: lambda model, name=name: model.measure(name) for name in WEEKLY})
        self.datacollector.collect(self)

    def make_world(self, seed: int, parameters: Any) -> SimpleNamespace:
        """Empty tables of the sizes that this world and policy need."""
        params, phases = plain(parameters), [plain(phase) for phase in self.policy.phases()]
        rooms = SimpleNamespace()
        count_rows(self.horizon_days, params, phases, 0, 0, rooms)  # type: ignore[no-untyped-call]
        tables: dict[str, Any] = {name: kind() for name, kind in SINGLES.items()}
        for name, kind in TABLES.items():
            rows = getattr(rooms, name)
            tables[name] = [mesa_kind(self.kinds[name])(self) if name in KINDS else kind() for _ in range(rows)]
        tables |= {name: [0] * getattr(rooms, name) for name in LISTS}
        tables |= {"events": Growing(Event), "operations": Growing(int)}
        # Here an actor plans one operation at a time, on this line.
        return SimpleNamespace(seed=seed, horizon=self.horizon_days, params=params, phases=phases, agenda=[Operation()], **tables)

    def step(self) -> None:
        """One day, in the order of `DAY`."""
        for name, act in DAY.items():
            if name not in KINDS:
                act(self.world, self.day)
            elif agents := self.agents_by_type.get(self.kinds[name]):
                agents.do("step", self.world, self.day)
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
    def events(self) -> list[Event]:
        """The event log so far."""
        return self.world.events.rows  # type: ignore[no-any-return]

    @property
    def outcomes(self) -> dict[str, float | int | bool]:
        """The outcomes, once the last day is over."""
        if self.running:
            raise InputError(f"outcomes are known on day {self.horizon_days}; it is day {self.day}: call run() first")
        return {name: getattr(self.world.outcomes, name) for name in OUTCOMES}

    def measure(self, name: str) -> float:
        """A column of the weekly series as of the last week that has ended; 0 before the first."""
        ended = self.day // 7 if self.running else len(self.world.weeks)
        if ended == 0:
            return 0.0
        return getattr(self.world.weeks[ended - 1], name)  # type: ignore[no-any-return]


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


def chosen_kinds(kinds: Mapping[str, type]) -> dict[str, type]:
    """The class of each kind of agent, with those handed in instead of the model's own."""
    for name, kind in kinds.items():
        if name not in KINDS:
            raise InputError(f"unknown kind {name!r}{nearest(name, KINDS)}; kinds are {', '.join(KINDS)}")
        if not (isinstance(kind, type) and issubclass(kind, KINDS[name])):
            raise InputError(f"kind {name} = {kind!r} must be a subclass of {KINDS[name].__name__}")
    return {**KINDS, **kinds}
