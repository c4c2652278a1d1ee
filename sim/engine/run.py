"""The compiled driver: every policy in every world of a table, in parallel threads, one call for all."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from subprocess import DEVNULL
from traceback import walk_tb
from typing import Any

from numba import config, types
from numba.core.errors import NumbaError

from lockgate.sim.child import start
from lockgate.sim.engine.driver import Driver, driver
from lockgate.sim.engine.kinds import Kinds
from lockgate.sim.engine.plan import Array, Memory, Plan, Records, run_once
from lockgate.sim.engine.pool import Pool
from lockgate.sim.errors import InputError, RuleError
from lockgate.sim.model.chance import Purpose, key, uniform
from lockgate.sim.model.invariants import BrokenInvariant
from lockgate.sim.model.parameters import checked_worlds, parameter_table
from lockgate.sim.model.policy import Policy
from lockgate.sim.rules.cache import one_at_a_time
from lockgate.sim.settings import checked_threads

# What the compiler may complain of, the most telling first.
REASONS = ("Unknown attribute", "No implementation", "Cannot unify", "Use of", "Untyped", "cannot determine Numba type")
HIDDEN = "A plan of an alarm sees only what never changes in a run, and its act no PLANNED field. "
MOST_TOGETHER = 1000  # runs that a thread makes without a step of Python between them
DIRECTORY = (types.Array(types.int64, 1, "C"),)
SHARES = 32  # into which a thread's part is cut, so that progress shows and threads end together


def simulate(
    worlds: Array,
    policies: Sequence[Policy],
    seeds: Sequence[int] | Array,
    horizon_days: int = 540,
    *,
    threads: int | None = None,
    check: bool = False,
    progress: Callable[[int], None] | None = None,
    kinds: Kinds = None,
) -> Records:
    """Run every policy in every world (a table of parameters, one row a world) with that world's seed.

    Results do not depend on the number of threads (default: one for each core). `check=True` checks the invariants every
    evening and raises `BrokenInvariant`. `progress` is called with the number of worlds that were finished since its last call.
    `kinds` puts other kinds of agents in place of the model's own: `{"bad_actors": MyActor}`; `RuleError` where they cannot be compiled.
    Raises `InputError` before anything is allocated where a run is too large.

    >>> from lockgate.sim.model.parameters import PARAMETERS, parameter_table
    >>> simulate(parameter_table(2, organisations=5, bad_actors=10), [Policy("open-release")], [1, 2], 30).outcomes.shape
    (2, 1)
    """
    plan = Plan(worlds, policies, seeds, horizon_days, kinds=kinds)
    run_plan(plan, threads=threads, check=check, progress=progress)
    return plan.results.reshape(len(plan.worlds), len(plan.names))


def run_plan(plan: Plan, *, threads: int | None = None, check: bool = False, progress: Callable[[int], None] | None = None) -> None:
    """Make all runs of a plan, in parallel threads, as `simulate` does; its `results` have them then.

    After a breach or an interrupt nothing more is begun, and what is under way is waited for a few seconds.
    """
    workers, draws = checked_threads(threads), len(plan.worlds)
    runs_a_draw = max(1, len(plan.policy_of) // max(1, draws))
    # A breach is to name the first draw that has it, so checked runs go one by one.
    together = 1 if check else max(1, min(MOST_TOGETHER // runs_a_draw, draws // (SHARES * workers)))
    compile_rules(check=check, kinds=plan.kinds)
    with one_sentence():
        plan.refuse_what_is_too_large()
        pool = Pool([worker_of(plan, check=check) for _ in range(workers)], lambda draws: draws)
        for finished in pool.run(pairwise([*range(0, draws, together), draws])):
            if progress:
                progress(finished)


def worker_of(plan: Plan, *, check: bool) -> Callable[[tuple[int, int]], int]:
    """What makes the runs of some draws in a memory of its own, and gives the number of the draws."""
    memory, run = plan.memory(), plan.run_checked if check else plan.run

    def worker(draws: tuple[int, int]) -> int:
        run(memory, *draws)
        return draws[1] - draws[0]

    return worker


def is_compiled(*, check: bool = False, kinds: Kinds = None) -> bool:
    """Whether the rules are compiled already (with invariants, or without), so that a run begins at once."""
    return compiled_mark(driver(kinds), check).exists()


def compiled_mark(of: Driver, check: bool) -> Path:
    """The file that says so. It is written last: a process that was stopped before leaves the rest to the next."""
    return of.folder / ("compiled-checked" if check else "compiled")


def compile_rules(*, check: bool = False, kinds: Kinds = None) -> None:
    """Compile the rules, unless that was done before. Of several processes or threads one compiles, and the others wait."""
    if config.DISABLE_JIT:  # type: ignore[attr-defined]
        raise InputError("Numba's compiler is turned off (NUMBA_DISABLE_JIT), and runs need it; unset that")
    of = driver(kinds)
    if is_compiled(check=check, kinds=kinds):
        return
    with one_sentence(), one_at_a_time(of.folder):
        if not is_compiled(check=check, kinds=kinds):
            if kinds:
                run_smallest(of, kinds, check=check)
            else:
                compile_in_two_processes(of, check=check)
            compiled_mark(of, check).touch()


def compile_in_two_processes(of: Driver, *, check: bool) -> None:
    """Compile all but the days of a run in a second process, and its days, which take longer, in this one."""
    # Where the second process fails, this one compiles its part when it first needs it.
    with start("lockgate.sim.engine.run:compile_all_but_days", stdout=DEVNULL, stderr=DEVNULL):
        if check:
            of.live_checked.compile(DIRECTORY)
        else:
            of.live.compile((*DIRECTORY, types.boolean))
    run_smallest(of, None, check=check)


def run_smallest(of: Driver, kinds: Kinds, *, check: bool) -> None:
    """A short run: it calls all that other runs call, with arguments of the same types."""
    plan = smallest_plan(kinds)
    with suppress(BrokenInvariant):  # of this run, which nobody asked for
        (plan.run_checked if check else plan.run)(Memory(of), 0, 1)


def smallest_plan(kinds: Kinds = None) -> Plan:
    """A plan with one short run."""
    plan = Plan(parameter_table(1, organisations=1, bad_actors=0), [Policy("any")], [0], 1, kinds=kinds)
    plan.refuse_what_is_too_large()
    return plan


def compile_all_but_days() -> None:
    """Compile, and keep, what begins a run and what copies its results."""
    plan = smallest_plan()
    memory = plan.memory()
    memory.begin(0, plan.horizon, plan.worlds, plan.phases, operations_room=1)
    reference, out = memory.table("operations"), plan.results
    memory.driver.remember(memory.directory, reference)
    memory.driver.report(memory.directory, reference, out.outcomes, out.weeks[0], out.displacement[0])
    uniform(0, Purpose.PRIOR, 0, key(0, 0, Purpose.WORLD_SEED))


def trace(
    world: Array, policy: Policy, seed: int, horizon_days: int = 540, *, check: bool = False, kinds: Kinds = None
) -> dict[str, Array]:
    """One run in full: every table by name as it stands in the end, among them the event log (`events`). `world` is a table of one row."""
    if len(checked_worlds(world)) != 1:
        raise InputError(f"worlds = a table of {len(world)} rows must have one row to trace, such as worlds[2:3]")
    plan = Plan(world, [policy], [seed], horizon_days, kinds=kinds)
    memory = plan.memory()
    compile_rules(check=check, kinds=kinds)
    with one_sentence():
        plan.refuse_what_is_too_large()
        run_once(memory, int(plan.seeds[0]), plan.horizon, plan.worlds, plan.phases, check, policy.name, events_room=1 << 14)
    tables = {name: memory.copy(name) for name in memory.driver.layout.tables}
    score = tables["score"][0]
    return tables | {"events": tables["events"][: score["events"]], "operations": tables["operations"][: score["operations"]]}


class one_sentence:  # noqa: N801  # reads as a statement
    """Re-raise the compiler's long complaint about a rule as one sentence: which rule, which line, what to write instead."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, NumbaError):
            raise RuleError(explain(error)) from None
        if isinstance(error, KeyError) and (place := place_of_field(trace)):  # Numba says no more of a record's fields
            raise RuleError(explain(NumbaError(f"Unknown attribute {error} of a row that this rule may see\n{place}"))) from None


def place_of_field(trace: Any) -> str:
    """Where a rule asks for a field, as Numba writes places; nothing where it was not compiling one."""
    found = ""
    for frame, _ in walk_tb(trace):
        asking: Any = frame.f_locals.get("self")
        if hasattr(asking, "attr") and hasattr(asking, "loc"):
            found = asking.loc.strformat().strip().splitlines()[0]
    return found


def explain(error: BaseException) -> str:
    """The innermost place in the rules that the compiler names, and its reason.

    >>> complaint = ["Unknown attribute 'x' of type Record", 'File "lockgate/sim/model/lab.py", line 3:']
    >>> explain(NumbaError(chr(10).join(complaint))).split(". ")[0]
    "a rule cannot be compiled at lockgate/sim/model/lab.py, line 3: Unknown attribute 'x' of type Record"
    """
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    places = [line.removeprefix("File ").rstrip(":").replace('"', "") for line in lines if line.startswith('File "')]
    reasons = sorted((line for line in lines if line.startswith(REASONS)), key=lambda line: not line.startswith(REASONS[0]))
    reason = (reasons or lines or ["no reason given"])[0].removesuffix(".")
    hidden = HIDDEN if "release ahead" in reason or "may see" in reason else ""
    return (
        f"a rule cannot be compiled at {places[0] if places else 'an unknown place'}: {reason}. "
        f"{hidden}Keep rules to numbers, fields, if, for, while and other rules"
    )
