"""A whole study in memory: for a comparison, whose answer is wanted before anything is written."""

import os
from collections.abc import Callable
from itertools import pairwise

from experiments.ensemble import Ensemble
from experiments.study.study import Study
from experiments.sweep.crew import Crew
from experiments.sweep.place import GivenUp
from experiments.sweep.plan import Piece, SweepPlan, chunk_of
from experiments.sweep.runner import Rows, Runner, together
from sim.engine import compile_rules, one_sentence
from sim.plan import Plan

SHARES = 32  # into which a thread's part is cut, so that progress shows and threads end together


class InMemory:
    """Makes rows on the thread that asks. What goes wrong is raised."""

    def __init__(self, plan: SweepPlan, ensemble: Ensemble) -> None:
        self.runner = Runner(plan, strict=True, drawn=[ensemble])

    def run(self, piece: Piece, given_up: GivenUp, seconds: float | None) -> Rows:
        """The rows of a piece."""
        return self.runner.rows(piece)

    def close(self) -> None:
        """Nothing is held."""


def run_in_memory(
    study: Study, ensemble: Ensemble, *, threads: int | None = None, progress: Callable[[int], None] | None = None
) -> Rows:
    """All rows of a study of one world at one point, whose draws are given. `progress` is called with numbers of draws that are done.

    Raises what a run raises: `InputError` before anything is allocated where one is too large, `BrokenInvariant` for the first that
    breaks an invariant.
    """
    threads = threads or os.cpu_count() or 1
    plan = SweepPlan(study, chunk_of(study))
    # A breach is to name the first draw that has it, so checked runs go one by one.
    draws = 1 if study.check else max(1, min(plan.chunk // plan.runs_per_draw, study.draws // (SHARES * threads)))
    bounds = [*range(0, study.draws, draws), study.draws]
    pieces = [Piece(plan.runs(first), plan.runs(last)) for first, last in pairwise(bounds)]
    compile_rules(check=study.check)
    made: list[Rows] = []
    with one_sentence():
        Plan(ensemble.worlds, study.policies, ensemble.seeds, study.horizon_days).refuse_what_is_too_large()
        crew = Crew([InMemory(plan, ensemble) for _ in range(threads)], None, lambda rows: rows)
        for rows in crew.run(iter(pieces)):
            made.append(rows)
            if progress:
                progress((rows.piece.last - rows.piece.first) // plan.runs_per_draw)
    return together(sorted(made, key=lambda rows: rows.piece))
