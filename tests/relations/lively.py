"""Generated scenarios in which things happen, over the ranges of `tests.generated`, and their runs as tables."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any

import numpy as np
from hypothesis import strategies as st

from lockgate.sim.engine.mesa import ReleaseModel
from lockgate.sim.engine.plan import Memory, operations_expected
from lockgate.sim.engine.run import compile_rules, trace
from lockgate.sim.model.parameters import PARAMETERS, parameter_table
from lockgate.sim.model.policy import LEVERS, Policy
from lockgate.sim.model.tables import ALL, LISTS, ROWS
from lockgate.sim.rules.row import table_of
from tests.generated import EAGER, NARROW, SMALL

Tables = dict[str, Any]
Change = Callable[[Callable[[str], Any]], None]

# A month of this world has releases, applications, leaks, thefts, bypasses, bans and incidents; generated values go on top.
LIVELY = {
    "cadence_days": 11, "open_cadence_days": 9, "own_testing_days": 3, "pace": 3.0, "rival_gap_min_months": 0.1,
    "rival_gap_max_months": 1.0,
    "leak_hazard": 0.04, "leak_days": 6, "leak_reach": 0.3, "theft_chance_sl3": 0.3, "theft_gap_days": 12.0, "base_hazard": 0.2,
    "bypass_hazard": 0.05, "spy_gap_days": 4.0, "crew_gap_days": 4.0, "insider_gap_days": 4.0, "spy_share": 0.2, "insider_share": 0.2,
    "political_delay_days": 4, "application_days": 1.0, "approval_days": 3.0, "test_days": 4.0, "fix_days": 3, "ban_days": 8,
    "open_weight_lag_months": 1.0, "open_spread_months": 1.0, "search_days": 30.0, "strip_days": 2, "attribution_chance": 0.6,
    "fallback_chance": 0.8, "background_applications_per_day": 0.3, "revocation_chance": 0.7, "leak_group": 0.3, "bypass_effort": 2.0,
    "share_days": 5,
}  # fmt: skip
PARTNERS: dict[str, Any] = {"approvals": True, "partners_max": 8, "launch_partners": 2, "preview_days": 8, "reviewers": 2}
PLANS: tuple[dict[str, Any], ...] = (
    {},
    {**PARTNERS, "case_by_case": True, "agencies": 2, "testers": 1, "sign_offs": 1, "longest_wait_days": 25},
    {**PARTNERS, "lab_programme": True, "wave_partners": 2, "wave_days": 6, "preview_days": 20},
    {**PARTNERS, "framework": True, "mandatory": 1.0, "by_criticality": True, "agencies": 3, "testers": 1, "sign_offs": 2,
     "launch_partners": 0},
    {**PARTNERS, "case_by_case": True, "lab_programme": True, "public_release": False, "testers": 1},
    {**PARTNERS, "case_by_case": True, "revocation": True, "trigger_incidents": 1, "dark_days": 5, "sign_offs": 0, "preview_days": 3},
    {"revocation": True, "trigger_incidents": 2, "dark_days": 6, "coordinated_hold": True, "hold_days": 10},
    {"publish_weights": True, "case_by_case": True},
    {**PARTNERS, "lab_programme": True, "public_release": False, "guarded_after_days": 4, "guard": 0.6, "vetted_places": 4,
     "monitored": 0.3, "others_eligible": False},
    {**PARTNERS, "case_by_case": True, "revocation": True, "trigger_incidents": 1, "dark_days": 9, "partial_restoration_days": 3,
     "preview_days": 5, "extension_days": 4, "refusal_needed": 0.5, "longest_wait_days": 20},
)  # fmt: skip
WORLD_RANGES = {name: EAGER.get(name) or p.bounds for name, p in PARAMETERS.items() if name not in SMALL}
LEVER_RANGES = {name: NARROW.get(name, lever.bounds) for name, lever in LEVERS.items()}
STEADY = tuple(name for name, lever in LEVERS.items() if not lever.once)


@dataclass(frozen=True)
class Case:
    """One run to be: a policy in a world with a seed. `beyond` holds parameters outside their bounds, such as infinite ones."""

    policy: Policy
    world: Mapping[str, Any]
    seed: int
    days: int
    beyond: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def table(self) -> Any:
        table = parameter_table(1, **self.world)
        for name, value in self.beyond.items():
            table[name] = value
        return table

    def of_world(self, **changes: Any) -> "Case":
        return replace(self, world={**self.world, **changes})

    def with_limits(self, **changes: float) -> "Case":
        return replace(self, beyond={**self.beyond, **changes})

    def until(self, days: int) -> "Case":
        return replace(self, days=days)

    def under(self, policy: Policy) -> "Case":
        return replace(self, policy=policy)

    def held(self, **levers: Any) -> "Case":
        """The same with these levers from day 0 on, whatever the timeline says."""
        steps = [(day, {n: v for n, v in step.items() if n not in levers}) for day, step in self.policy.timeline]
        return self.under(Policy(self.policy.name, {**self.policy.levers, **{n: v for n, v in levers.items() if v is not None}}, steps))

    def steady(self, *, keep: tuple[str, ...] = ()) -> "Case":
        """The same with nothing on its timeline but the levers to keep."""
        steps = [(day, {n: v for n, v in step.items() if n in keep}) for day, step in self.policy.timeline]
        return self.under(Policy(self.policy.name, self.policy.levers, [step for step in steps if step[1]]))

    def model(self, **options: Any) -> ReleaseModel:
        return ReleaseModel(self.policy, self.world, seed=self.seed, horizon_days=self.days, **options)

    def trace(self, **options: Any) -> Tables:
        return trace(self.table, self.policy, self.seed, self.days, **options)


@cache
def memory() -> Memory:
    """One memory for all runs here, so that every run but the first begins in used memory."""
    compile_rules()
    return Memory()


def lived(case: Case, change: Change | None = None) -> Tables:
    """The tables of a compiled run, some of them changed on the morning of day 0."""
    phases, block = case.policy.phases(), memory()
    events_room, operations_room = 1024, int(operations_expected(case.days, case.table)[0])
    while True:
        block.begin(case.seed, case.days, case.table, phases, events_room, operations_room)
        if change:
            change(block.table)
        operations, events, plans = block.driver.live(block.directory, False)
        if plans <= block.plans_room and operations <= operations_room and events <= events_room:
            break
        block.reserve_agenda(block.driver.agenda.days_ahead(case.days, case.table), plans)
        events_room, operations_room = max(events, events_room), max(operations, operations_room)
    tables = {name: block.copy(name) for name in ALL}
    return tables | {"events": tables["events"][:events], "operations": tables["operations"][:operations]}


def tables_of(model: ReleaseModel) -> Tables:
    """The tables of a run by Mesa, as far as it has come, in the form of compiled ones."""
    tables: Tables = {}
    for name in (*ROWS, *LISTS):
        mine = getattr(model.world, name)
        rows = mine.rows if name in ("events", "operations") else mine if isinstance(mine, list) else [mine]
        tables[name] = np.array(rows, LISTS[name].row) if name in LISTS else table_of(ROWS[name], rows)
    return tables


def values(names: tuple[str, ...], ranges: Mapping[str, tuple[float, float]], types: Mapping[str, Any], most: int) -> Any:
    """Up to so many of these names, each with a value within its range."""

    def settled(chosen: list[tuple[str, float]]) -> dict[str, Any]:
        return {name: within(types[name].type, *ranges[name], u) for name, u in chosen}

    return st.lists(st.tuples(st.sampled_from(names), st.floats(0, 1, allow_subnormal=False)), max_size=most).map(settled)


def within(kind: type, low: float, high: float, u: float) -> Any:
    """The value at a share u of the way from low to high, in its own type."""
    if kind is bool:
        return u >= 0.5
    value = min(high, low + u * (high - low))
    return round(value) if kind is int else float(value)


def some_levers(*, once: bool = False, most: int = 5) -> Any:
    """Changes of a policy."""
    return values(tuple(LEVERS) if once else STEADY, LEVER_RANGES, LEVERS, most)


def some_policies() -> Any:
    """One of the plans above, some levers changed, and up to two changes on dates."""
    steps = st.lists(st.tuples(st.integers(1, 40), some_levers(once=True, most=3)), max_size=2)
    return st.builds(lambda plan, some, later: Policy("generated", {**plan, **some}, later), st.sampled_from(PLANS), some_levers(), steps)


def some_worlds(*, most: int = 8) -> Any:
    """The lively world, its sizes and some parameters changed."""
    sizes = st.fixed_dictionaries({name: st.integers(*bounds) for name, bounds in SMALL.items()})
    others = values(tuple(WORLD_RANGES), WORLD_RANGES, PARAMETERS, most)
    return st.builds(lambda sized, some: {**LIVELY, **sized, **some}, sizes, others)


def cases(least: int = 1, most: int = 45) -> Any:
    """Runs of any policy in any world, of so many days."""
    return st.builds(Case, some_policies(), some_worlds(), st.integers(0, 2**40), st.integers(least, most))
