"""Making runs of a sweep's plan: all of a piece in one call of the engine, and one by one where one of them fails."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from lockgate.experiments.results.ensemble import Ensemble, draw_worlds
from lockgate.experiments.sweep.plan import Piece, SweepPlan
from lockgate.sim.engine.driver import driver
from lockgate.sim.engine.plan import Memory, Plan, Records, no_results
from lockgate.sim.engine.run import run_plan
from lockgate.sim.engine.runs import runs_by_mesa, why_not_compiled
from lockgate.sim.model.invariants import BrokenInvariant
from lockgate.sim.model.outcomes import OUTCOMES
from lockgate.sim.model.policy import CEILING, Policy

Array = np.ndarray[Any, np.dtype[Any]]
HARM = "model_enabled_harm"
LONGEST_REASON = 500  # characters
Wrong = Mapping[int, tuple[str, str]]  # run: status and reason


class Block(NamedTuple):
    """Neighbouring runs with a world and its parameters in common: the first run, the parameters, the seed, and the policies."""

    first: int
    parameters: Array
    seed: int
    policies: tuple[Policy, ...]

    @property
    def runs(self) -> range:
        """The numbers of its runs."""
        return range(self.first, self.first + len(self.policies))


@dataclass(frozen=True)
class Rows:
    """What came of the runs of a piece: `outcomes` (R,) and `weeks` (R, W) in the order of the runs, and what went wrong with some.

    `ceiling` (R,) is the model-enabled harm of the same draws under `sim.model.policy.CEILING`, where the study asks for it.
    """

    piece: Piece
    outcomes: Array
    weeks: Array
    displacement: Array
    wrong: Wrong
    ceiling: Array | None = None

    def part(self, piece: Piece) -> "Rows":
        """Those of some of the runs."""
        chosen = slice(piece.first - self.piece.first, piece.last - self.piece.first)
        wrong = {run: said for run, said in self.wrong.items() if piece.first <= run < piece.last}
        ceiling = None if self.ceiling is None else self.ceiling[chosen]
        return Rows(piece, self.outcomes[chosen], self.weeks[chosen], self.displacement[chosen], wrong, ceiling)


class Runner:
    """Makes runs of one plan, in a memory of its own, or, with several `threads`, in memories of theirs.

    `drawn` gives the first draws of each world, where they were sampled already.
    """

    def __init__(self, plan: SweepPlan, *, threads: int = 1, drawn: Sequence[Ensemble] = ()) -> None:
        self.plan, self.threads = plan, threads
        self.weekly = bool(plan.study.series)
        self.drawn = drawn
        self.draws = (0, len(drawn[0].seeds) if drawn else 0)

    @cached_property
    def memory(self) -> Memory:
        """Memory for its compiled runs."""
        return Memory(driver(self.plan.classes))

    def rows(self, piece: Piece, failed: Wrong | None = None) -> Rows:
        """The rows of a piece. Runs that have `failed` already are not tried: they come with what is said of them there.

        Where a run fails now, all are tried one by one, and what fails then is said in `wrong`; its results are empty.
        """
        wrong = {run: said for run, said in (failed or {}).items() if piece.first <= run < piece.last}
        blocks = [part for block in self.blocks(piece) for part in ([block] if wrong.keys().isdisjoint(block.runs) else singles(block))]
        blocks = [block for block in blocks if block.first not in wrong]
        made = no_results(piece.last - piece.first, self.plan.study.horizon_days, weekly=self.weekly)
        ceiling = np.zeros(piece.last - piece.first) if self.plan.study.ceiling else None
        try:
            self.run(blocks, made, piece.first, ceiling)
        except Exception:  # whatever it is, the other runs go on
            for single in (single for block in blocks for single in singles(block)):
                try:
                    self.run([single], made, piece.first, ceiling)
                except Exception as error:
                    wrong[single.first] = status_of(error)
        wrong |= not_finite(made.outcomes, piece.first, self.plan.study.outcomes, wrong)
        return Rows(piece, made.outcomes, made.weeks, made.displacement, dict(sorted(wrong.items())), ceiling)

    def blocks(self, piece: Piece) -> Iterator[Block]:
        """The runs of a piece."""
        plan, study = self.plan, self.plan.study
        self.draw(plan.index(piece.first).draw, plan.index(piece.last - 1).draw + 1)
        run, known = piece.first, None
        while run < piece.last:
            at = plan.index(run)
            end = int(plan.ends[plan.groups[at.point]])
            last = min(piece.last, run + (end - at.point) * len(study.policies) - at.policy)
            wanted = (at.point, at.policy, last - run)
            if wanted != known:
                known, policies = wanted, tuple(self.policy(number) for number in range(run, last))
            drawn, row = self.drawn[at.world], at.draw - self.draws[0]
            parameters = drawn.worlds[row : row + 1]
            if varied := study.parameters_at(at.point):
                parameters = parameters.copy()
                for name, value in varied.items():
                    parameters[name] = value
            yield Block(run, parameters, int(drawn.seeds[row]), policies)
            run = last

    def policy(self, run: int) -> Policy:
        """The policy of a run."""
        at = self.plan.index(run)
        return self.plan.policies_at(at.point)[at.policy]

    def draw(self, first: int, last: int) -> None:
        """Sample the worlds of these draws, unless they were sampled already."""
        if not self.draws[0] <= first < last <= self.draws[1]:
            study = self.plan.study
            self.drawn = [draw_worlds(world, last - first, study.seed, fixed=study.fixed, first=first) for world in study.worlds]
            self.draws = first, last

    def run(self, blocks: Sequence[Block], made: Records, first: int, ceiling: Array | None) -> None:
        """Run blocks in one call of the engine, and put what comes of each run at its place behind run `first`.

        The ceiling of a block is one more run, behind its own.
        """
        if not blocks:
            return
        study, plan = self.plan.study, self.engine_plan(blocks)
        if why_not_compiled(plan.kinds, check=study.check):
            deque(runs_by_mesa(plan, check=study.check), maxlen=0)
        elif self.threads > 1:
            run_plan(plan, threads=self.threads, check=study.check)
        else:
            plan.refuse_what_is_too_large()
            (plan.run_checked if study.check else plan.run)(self.memory, 0, len(blocks))
        runs = np.concatenate([block.runs for block in blocks]) - first
        own = np.concatenate([np.arange(len(block.policies) + len(self.beyond)) < len(block.policies) for block in blocks])
        for name, results in vars(plan.results).items():
            getattr(made, name)[runs] = results[own]
        if ceiling is not None:
            ceiling[runs] = np.repeat(plan.results.outcomes[HARM][~own], [len(block.policies) for block in blocks])

    @property
    def beyond(self) -> tuple[Policy, ...]:
        """Policies that run in each block behind its own."""
        return (CEILING,) if self.plan.study.ceiling else ()

    def engine_plan(self, blocks: Sequence[Block]) -> Plan:
        """The runs of these blocks, as the engine is given them."""
        every = [(*block.policies, *self.beyond) for block in blocks]
        policies = {id(policy): policy for each in every for policy in each}
        numbers = {known: number for number, known in enumerate(policies)}
        return Plan(
            np.concatenate([block.parameters for block in blocks]),
            list(policies.values()),
            np.array([block.seed for block in blocks], np.int64),
            self.plan.study.horizon_days,
            np.repeat(np.arange(len(blocks)), [len(each) for each in every]),
            np.array([numbers[id(policy)] for each in every for policy in each]),
            weekly=self.weekly,
            kinds=self.plan.classes,
        )


def singles(block: Block) -> Iterator[Block]:
    """Each run as a block of its own."""
    for place, policy in enumerate(block.policies):
        yield Block(block.first + place, block.parameters, block.seed, (policy,))


def status_of(error: BaseException) -> tuple[str, str]:
    """The status of a run that raised an error, and the error's text on one line."""
    text = " ".join(str(error).split())[:LONGEST_REASON]
    return ("broken-invariant", text) if isinstance(error, BrokenInvariant) else ("failed", f"{type(error).__name__}: {text}")


def not_finite(outcomes: Array, first: int, names: Sequence[str], wrong: Wrong) -> Wrong:
    """Runs in which an outcome is no finite number, and which."""
    bad: dict[int, tuple[str, str]] = {}
    for name in names:
        if OUTCOMES[name].type is float:
            for place in np.flatnonzero(~np.isfinite(outcomes[name])).tolist():
                if first + place not in wrong:
                    bad.setdefault(first + place, ("not-finite", f"{name} is {outcomes[name][place]}"))
    return bad
