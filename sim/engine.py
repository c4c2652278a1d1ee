"""The compiled driver: every policy in every world of a table, in parallel threads, one call for all."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import sqrt
from threading import local
from typing import Any

import numpy as np
from numba import njit, types
from numba.core.errors import NumbaError

from sim.begin import Memory
from sim.cache import one_at_a_time
from sim.day import pass_day
from sim.errors import InputError
from sim.invariants import INVARIANTS, ROW_SPACE, BrokenInvariant, first_broken
from sim.measures import Week
from sim.outcomes import Outcomes
from sim.parameters import PARAMETERS, parameter_table
from sim.policy import Policy
from sim.row import dtype
from sim.rule import CACHE
from sim.start.room import CHANNELS, OWN_DTYPES, open_world

Array = np.ndarray[Any, np.dtype[Any]]
MOST_BYTES = 2 << 30  # of one run's tables
AGENT_DAYS_PER_SECOND = 1e8  # on one core, for the estimate that a refusal names


@dataclass(frozen=True)
class Results:
    """What came of D worlds under P policies.

    `outcomes` (D, P) are records of `sim.outcomes.Outcomes`, `weeks` (D, P, W) of `sim.measures.Week`. `displacement`
    (D, P, 5, 5) counts operations by the channel that they used under the first policy (rows) and under this one (columns).
    """

    outcomes: Array
    weeks: Array
    displacement: Array


@njit(cache=True, nogil=True)
def live(directory):
    """All days of a run. Gives the numbers of operations and of events, whether or not their lists had room for them."""
    world = open_world(directory.ctypes.data)
    for day in range(world.horizon):
        pass_day(world, day)
    return world.score.operations, world.score.events


@njit(cache=True, nogil=True)
def live_checked(directory):
    """All days of a run, with every invariant checked every evening: the day and code of the first breach, or -1 and -1."""
    world = open_world(directory.ctypes.data)
    for day in range(world.horizon):
        pass_day(world, day)
        broken = first_broken(world, day)
        if broken >= 0:
            return day, broken
    return -1, -1


@njit(cache=True, nogil=True)
def report(directory, reference, outcomes, weeks, displacement):
    """Copy a run's outcomes and weeks out of its memory, and pair its operations with the reference's: the n-th is the same."""
    world = open_world(directory.ctypes.data)
    outcomes[0] = world.outcomes
    for week in range(len(weeks)):
        weeks[week] = world.weeks[week]
    for number in range(world.score.operations):
        displacement[reference[number], world.operations[number]] += 1


def simulate(
    worlds: Array,
    policies: Sequence[Policy],
    seeds: Sequence[int] | Array,
    horizon_days: int = 540,
    *,
    threads: int | None = None,
    check: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Results:
    """Run every policy in every world (a table of parameters, one row a world) with that world's seed.

    Results do not depend on the number of threads (default: one for each core). `check=True` checks the invariants every
    evening and raises `BrokenInvariant`. `progress` is called with the number of worlds that were finished since its last call.
    Raises `InputError` before anything is allocated where a run is too large.

    >>> from sim.parameters import PARAMETERS, parameter_table
    >>> simulate(parameter_table(2, organisations=5, bad_actors=10), [Policy("open-release")], [1, 2], 30).outcomes.shape
    (2, 1)
    """
    phases = [policy.phases() for policy in policies]
    check_size(worlds, phases, horizon_days)
    shape = (len(worlds), len(policies))
    results = Results(
        np.zeros(shape, dtype(Outcomes)),
        np.zeros((*shape, (horizon_days + 6) // 7), dtype(Week)),
        np.zeros((*shape, CHANNELS, CHANNELS), np.int64),
    )
    own = local()

    def one_world(draw: int) -> None:
        if not hasattr(own, "memory"):
            own.memory = Memory()
        memory: Memory = own.memory
        for place, policy in enumerate(policies):
            run_once(memory, int(seeds[draw]), horizon_days, worlds[draw : draw + 1], phases[place], check, policy.name)
            if place == 0:
                reference = memory.table("operations").copy()
            outcomes = results.outcomes[draw, place : place + 1]
            report(memory.directory, reference, outcomes, results.weeks[draw, place], results.displacement[draw, place])
        if progress:
            progress(1)

    with one_sentence():
        compile_rules()
        if len(worlds):
            one_world(0)  # alone: what is still to be compiled is compiled once
        pool = ThreadPoolExecutor(threads or os.cpu_count() or 1)
        try:
            for _ in pool.map(one_world, range(1, len(worlds))):
                pass
        finally:  # an interrupt or a breach waits for the runs under way, not for those that have not begun
            pool.shutdown(cancel_futures=True)
    return results


def is_compiled(*, check: bool = False) -> bool:
    """Whether the rules of these sources are compiled already (with invariants, or without), so that a run begins at once."""
    return any(CACHE.glob(f"sim_*/engine.{'live_checked' if check else 'live'}-*.nbi"))


def compile_rules() -> None:
    """Compile the rules, unless that was done before."""
    if is_compiled():
        return
    with one_at_a_time(CACHE):
        if not is_compiled():
            compile_in_two_processes()


def compile_in_two_processes() -> None:
    """Compile what begins a run in a second process, and its days in this one."""
    command = [sys.executable, "-c", "from sim.engine import compile_beginning; compile_beginning()"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    # Where the second process fails, this one compiles the beginning when it first needs it.
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        live.compile((types.Array(types.int64, 1, "C"),))


def compile_beginning() -> None:
    """Compile, and keep, what begins a run."""
    Memory().begin(0, 1, parameter_table(1, organisations=1, bad_actors=0), Policy("any").phases())


def run_once(memory: Memory, seed: int, horizon: int, world: Array, phases: Array, check: bool, name: str, events_room: int = 0) -> None:
    """One run in this memory. Lists that prove too short are made longer and the run, which is deterministic, is done again."""
    operations_room = operations_expected(horizon, world[0])
    while True:
        memory.begin(seed, horizon, world, phases, events_room, operations_room)
        if check:
            day, code = live_checked(memory.directory)
            if code >= 0:
                raise BrokenInvariant(INVARIANTS[code // ROW_SPACE], day, code % ROW_SPACE, seed, name, changes_of(world[0]))
            score = memory.table("score")[0]
            operations, events = int(score["operations"]), int(score["events"])
        else:
            operations, events = live(memory.directory)
        if operations <= operations_room and (events <= events_room or events_room == 0):
            return
        operations_room = max(operations_room, operations)
        events_room = max(events_room, events) if events_room else 0


def trace(world: Array, policy: Policy, seed: int, horizon_days: int = 540, *, check: bool = False) -> dict[str, Array]:
    """One run in full: every table by name as it stands in the end, among them the event log (`events`)."""
    phases = policy.phases()
    check_size(world, [phases], horizon_days)
    memory = Memory()
    with one_sentence():
        run_once(memory, seed, horizon_days, world, phases, check, policy.name, events_room=1 << 14)
    tables = {name: memory.table(name).copy() for name in OWN_DTYPES}
    score = tables["score"][0]
    return tables | {"events": tables["events"][: score["events"]], "operations": tables["operations"][: score["operations"]]}


def changes_of(world: Any) -> str:
    """The options that give `lockgate run` this world."""
    changed = [name for name, parameter in PARAMETERS.items() if world[name] != parameter.default]
    return "".join(f" --set {name}={world[name].item()!r}" for name in changed)


def operations_expected(horizon: int, world: Any) -> int:
    """Room for the list of operations: their expected number, and some more."""
    spies, insiders = world["spy_share"], world["insider_share"]
    crews = max(0.0, 1.0 - spies - insiders)
    rate = spies / world["spy_gap_days"] + insiders / world["insider_gap_days"] + crews / world["crew_gap_days"]
    mean = float(horizon * world["bad_actors"] * rate)
    return int(mean + 8.0 * sqrt(mean)) + 64


def check_size(worlds: Array, phases: Sequence[Array], horizon: int) -> None:
    """Refuse runs that would need more memory than `MOST_BYTES`, before anything is allocated."""
    if not 1 <= horizon <= 3650:
        raise InputError(f"horizon_days = {horizon} must be 1 to 3650 (days)")
    memory = Memory()
    for draw in range(len(worlds)):
        world = worlds[draw : draw + 1]
        needed = max(memory.size(horizon, world, levers, 0, operations_expected(horizon, world[0])) for levers in phases)
        if needed > MOST_BYTES:
            raise too_large(world[0], horizon, needed)


def too_large(world: Any, horizon: int, needed: int) -> InputError:
    """What a run would need, and what is allowed."""
    organisations, actors = int(world["organisations"]), int(world["bad_actors"])
    seconds = ((organisations + actors) * horizon + 10.0 * operations_expected(horizon, world)) / AGENT_DAYS_PER_SECOND
    return InputError(
        f"organisations = {organisations} and bad_actors = {actors} over {horizon} days need about {needed / 1e9:.1f} GB of memory and "
        f"{seconds:.0f} s for one run; at most {MOST_BYTES / 1e9:.1f} GB are allowed: lower them, or the horizon"
    )


class one_sentence:  # noqa: N801  # reads as a statement
    """Re-raise the compiler's long complaint about a rule as one sentence: which rule, which line, what to write instead."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, NumbaError):
            raise RuleError(explain(error)) from None


class RuleError(TypeError):
    """A rule that cannot be compiled."""


def explain(error: BaseException) -> str:
    """The innermost place in the rules that the compiler names, and its reason.

    >>> complaint = ["Unknown attribute 'x' of type Record", 'File "sim/agents/lab.py", line 3:']
    >>> explain(NumbaError(chr(10).join(complaint))).split(". Keep")[0]
    "a rule cannot be compiled at sim/agents/lab.py, line 3: Unknown attribute 'x' of type Record"
    """
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    places = [line.removeprefix("File ").rstrip(":").replace('"', "") for line in lines if line.startswith('File "') and "sim/" in line]
    reasons = [line for line in lines if line.startswith(("Unknown attribute", "No implementation", "Cannot unify", "Use of", "Untyped"))]
    return (
        f"a rule cannot be compiled at {places[0] if places else 'an unknown place'}: {(reasons or lines or ['no reason given'])[0]}. "
        f"Keep rules to numbers, fields, if, for, while and other rules"
    )
