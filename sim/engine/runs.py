"""Runs of a plan: compiled; and by Mesa, with a warning, where its kinds of agents are no rules that can be compiled.

This knows both drivers, so that neither has to know the other.
"""

import warnings
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from time import perf_counter
from typing import Any

from lockgate.sim.engine.kinds import Kinds, python_only
from lockgate.sim.engine.plan import Plan, refuse_too_many_results
from lockgate.sim.engine.run import compile_rules, is_compiled, run_plan
from lockgate.sim.errors import InputError, RuleError
from lockgate.sim.model.agent import Agent
from lockgate.sim.model.measures import Week
from lockgate.sim.rules.row import table_of

MESA_TIMES_SLOWER = 300  # about, by which parts of a sweep are cut smaller


class SlowRuns(UserWarning):
    """Runs are made by Mesa, since a kind of agents cannot be compiled."""


def why_not_compiled(kinds: Kinds, *, check: bool = False) -> str:
    """Why these kinds of agents cannot be compiled, in a sentence; nothing where they can, and then they are."""
    if not kinds:
        compile_rules(check=check)
        return ""
    return reason_of(tuple(kinds.items()), check)


@cache
def reason_of(kinds: tuple[tuple[str, type[Agent]], ...], check: bool) -> str:
    """The same; found out once."""
    if reason := next(filter(None, (python_only(*own) for own in kinds)), ""):
        return reason
    try:
        compile_rules(check=check, kinds=dict(kinds))
    except RuleError as error:
        return str(error)
    except (InputError, OSError, MemoryError):
        raise
    except Exception as error:  # of code that it does not know, the compiler may say anything
        return f"a rule cannot be compiled ({type(error).__name__}: {' '.join(str(error).split())})"
    return ""


def make_runs(plan: Plan, *, threads: int | None = None, check: bool = False, progress: Callable[[int], None] | None = None) -> None:
    """Make all runs of a plan; its `results` have them then, the same to the last bit whichever driver makes them.

    `progress` is called with the number of draws that were finished since its last call. Where the plan's kinds cannot be compiled, Mesa
    makes the runs, on one thread, and `SlowRuns` warns why, and how long that will take.
    """
    reason = why_not_compiled(plan.kinds, check=check)
    if not reason:
        run_plan(plan, threads=threads, check=check, progress=progress)
        return
    refuse_too_many_results(len(plan.policy_of), plan.horizon, weekly=plan.weekly)
    import_module("lockgate.sim.engine.mesa")  # takes a second, which is not to count as the time of a run

    began, draw = perf_counter(), 0
    for run in runs_by_mesa(plan, check=check):
        if run == 0:
            warn_of_slow_runs(plan, reason, perf_counter() - began, len(plan.policy_of))
        finished, draw = plan.draw_of[run] - draw, int(plan.draw_of[run])
        if progress and finished:
            progress(int(finished))
    if progress and len(plan.worlds):
        progress(len(plan.worlds) - draw)


def runs_by_mesa(plan: Plan, *, check: bool) -> Iterator[int]:
    """Make all runs of a plan by Mesa, in their order, and give the number of each when it is over."""
    from lockgate.sim.engine.mesa import ReleaseModel

    out, reference = plan.results, []
    for run, (draw, policy) in enumerate(zip(plan.draw_of.tolist(), plan.policy_of.tolist(), strict=True)):
        world = {name: plan.worlds[draw][name].item() for name in plan.worlds.dtype.names or ()}
        settings: dict[str, Any] = {"seed": int(plan.seeds[draw]), "horizon_days": plan.horizon, "kinds": plan.kinds, "check": check}
        made = ReleaseModel(plan.policies[policy], world, **settings).run().world
        operations = made.operations.rows
        if run == plan.begins[draw]:
            reference = operations
        out.outcomes[run] = tuple(getattr(made.outcomes, name) for name in out.outcomes.dtype.names or ())
        if plan.weekly:
            out.weeks[run] = table_of(Week, made.weeks)
        for before, now in zip(reference, operations, strict=False):  # the n-th is the same; those without a pair do not count
            out.displacement[run, before, now] += 1
        yield run


def warn_of_slow_runs(plan: Plan, reason: str, seconds: float, runs: int) -> None:
    """Warn that so many runs are made by Mesa, each in about so many seconds, and say how many times slower than compiled that is."""
    usual = compiled_seconds(plan)
    times = f"about {seconds / usual:,.0f} times slower" if usual else "some hundreds of times slower"
    own = ", ".join(f"{name}: {kind.__name__}" for name, kind in plan.kinds.items())
    many = f"{runs:,} run takes" if runs == 1 else f"{runs:,} runs take"
    said = f"{own} is run by Mesa and not compiled, {times}: {many} about {lasting(seconds * runs)}; {reason}"
    warnings.warn(said, SlowRuns, stacklevel=3)


def compiled_seconds(plan: Plan) -> float:
    """Seconds that the plan's first run takes compiled, with the model's own kinds; 0 where these are not compiled yet."""
    if not is_compiled():
        return 0.0
    usual = Plan(plan.worlds[:1], [plan.policies[plan.policy_of[0]]], plan.seeds[:1], plan.horizon, weekly=False)
    usual.refuse_what_is_too_large()
    memory = usual.memory()
    usual.run(memory, 0, 1)  # loads what is compiled
    began = perf_counter()
    usual.run(memory, 0, 1)
    return perf_counter() - began


def lasting(seconds: float) -> str:
    """How long so many seconds are, roughly.

    >>> lasting(0.2), lasting(42), lasting(1020), lasting(20_000)
    ('1 second', '42 seconds', '17 minutes', '6 hours')
    """
    for unit, size in (("hour", 3600), ("minute", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}s"
    return f"{seconds:.0f} seconds" if seconds >= 1.5 else "1 second"
