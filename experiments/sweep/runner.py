"""Making runs of a plan: in as few calls of the engine as can be, and one by one where one of them fails."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.ensemble import Ensemble, draw_worlds
from experiments.sweep.plan import Piece, SweepPlan
from sim.block import Memory
from sim.invariants import BrokenInvariant
from sim.outcomes import OUTCOMES
from sim.plan import Plan, Results, no_results
from sim.policy import Policy

Array = np.ndarray[Any, np.dtype[Any]]
LONGEST_REASON = 500  # characters
WRONG = dict[int, tuple[str, str]]  # run: status and reason


@dataclass(frozen=True)
class Batch:
    """Neighbouring runs that one call of the engine makes: every policy in every world; they begin with run `first`."""

    first: int
    worlds: Array
    seeds: Array
    policies: tuple[Policy, ...]

    @property
    def runs(self) -> int:
        """How many."""
        return len(self.worlds) * len(self.policies)

    def one_by_one(self) -> Iterator["Batch"]:
        """Each run as a batch of its own."""
        for number in range(self.runs):
            world, policy = divmod(number, len(self.policies))
            yield Batch(self.first + number, self.worlds[world : world + 1], self.seeds[world : world + 1], (self.policies[policy],))


@dataclass(frozen=True)
class Rows:
    """What came of the runs of a piece: `outcomes` (R,) and `weeks` (R, W) in the order of the runs, and what went wrong with some."""

    piece: Piece
    outcomes: Array
    weeks: Array
    displacement: Array
    wrong: WRONG

    def part(self, piece: Piece) -> "Rows":
        """Those of some of the runs."""
        chosen = slice(piece.first - self.piece.first, piece.last - self.piece.first)
        wrong = {run: said for run, said in self.wrong.items() if piece.first <= run < piece.last}
        return Rows(piece, self.outcomes[chosen], self.weeks[chosen], self.displacement[chosen], wrong)


def together(rows: Sequence[Rows]) -> Rows:
    """Rows of neighbouring pieces, in order, as those of one piece."""
    outcomes, weeks, displacement = (
        np.concatenate([getattr(each, name) for each in rows]) for name in ("outcomes", "weeks", "displacement")
    )
    wrong = {run: said for each in rows for run, said in each.wrong.items()}
    return Rows(Piece(rows[0].piece.first, rows[-1].piece.last), outcomes, weeks, displacement, wrong)


class Runner:
    """Makes runs of one plan, on one thread, in a memory of its own.

    `strict` raises what a run raises; otherwise the run is noted as one that went wrong. `drawn` gives the first draws of each world,
    where they were sampled already.
    """

    def __init__(self, plan: SweepPlan, *, strict: bool = False, drawn: Sequence[Ensemble] = ()) -> None:
        self.plan, self.strict, self.memory = plan, strict, Memory()
        self.drawn = drawn
        self.draws = (0, len(drawn[0].seeds) if drawn else 0)

    def rows(self, piece: Piece, given_up: Mapping[int, tuple[str, str]] | None = None) -> Rows:
        """The rows of a piece. Runs that were given up are not tried: they come with what is said of them there."""
        parts: list[Results] = []
        wrong: WRONG = {}
        for batch in self.batches(piece):
            bad = [run for run in given_up or () if batch.first <= run < batch.first + batch.runs]
            wrong |= {run: given_up[run] for run in bad} if given_up else {}
            parts += self.tried(batch, set(bad), wrong)
        outcomes, weeks, displacement = (
            np.concatenate([getattr(part, name).reshape(-1, *getattr(part, name).shape[2:]) for part in parts])
            for name in ("outcomes", "weeks", "displacement")
        )
        wrong |= not_finite(outcomes, piece.first, self.plan.study.outcomes, wrong)
        return Rows(piece, outcomes, weeks, displacement, dict(sorted(wrong.items())))

    def batches(self, piece: Piece) -> Iterator[Batch]:
        """The runs of a piece, as many in one batch as share their policies."""
        waiting: list[tuple[int, Array, int, tuple[Policy, ...]]] = []
        for block in self.blocks(piece):
            if waiting and waiting[-1][3] is not block[3] and waiting[-1][3] != block[3]:
                yield joined(waiting)
                waiting = []
            waiting.append(block)
        if waiting:
            yield joined(waiting)

    def blocks(self, piece: Piece) -> Iterator[tuple[int, Array, int, tuple[Policy, ...]]]:
        """First run, parameters, seed and policies of neighbouring runs that have a world and its parameters in common."""
        plan, study = self.plan, self.plan.study
        self.draw(plan.place(piece.first).draw, plan.place(piece.last - 1).draw + 1)
        run, known = piece.first, None
        while run < piece.last:
            at = plan.place(run)
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
            yield run, parameters, int(drawn.seeds[row]), policies
            run = last

    def policy(self, run: int) -> Policy:
        """The policy of a run."""
        at = self.plan.place(run)
        return self.plan.policies_at(at.point)[at.policy]

    def draw(self, first: int, last: int) -> None:
        """Sample the worlds of these draws, unless they were sampled already."""
        if not self.draws[0] <= first < last <= self.draws[1]:
            study = self.plan.study
            self.drawn = [draw_worlds(world, last - first, study.seed, fixed=study.fixed, first=first) for world in study.worlds]
            self.draws = first, last

    def tried(self, batch: Batch, bad: set[int], wrong: WRONG) -> list[Results]:
        """The results of a batch. Where it fails, each run is tried alone, and what fails then is noted in `wrong`, its results empty."""
        if not bad:
            try:
                return [self.run(batch)]
            except Exception as error:  # whatever it is, the other runs go on
                if self.strict:
                    raise
                if batch.runs == 1:
                    wrong[batch.first] = told(error)
                    return [empty(batch, self.plan.study.horizon_days)]
        found: list[Results] = []
        for single in batch.one_by_one():
            if single.first in bad:
                found.append(empty(single, self.plan.study.horizon_days))
            else:
                found += self.tried(single, set(), wrong)
        return found

    def run(self, batch: Batch) -> Results:
        """Run a batch."""
        plan = Plan(batch.worlds, batch.policies, batch.seeds, self.plan.study.horizon_days)
        plan.refuse_what_is_too_large()
        (plan.run_checked if self.plan.study.check else plan.run)(self.memory, 0, len(batch.worlds))
        return plan.results


def joined(blocks: list[tuple[int, Array, int, tuple[Policy, ...]]]) -> Batch:
    """One batch of blocks with the same policies."""
    first, _, _, policies = blocks[0]
    return Batch(first, np.concatenate([block[1] for block in blocks]), np.array([block[2] for block in blocks], np.int64), policies)


def empty(batch: Batch, horizon_days: int) -> Results:
    """Results of runs that were not made: zeros, which no row shows."""
    return no_results(len(batch.worlds), len(batch.policies), horizon_days)


def told(error: BaseException) -> tuple[str, str]:
    """The status of a run that raised an error, and the error's text on one line."""
    text = " ".join(str(error).split())[:LONGEST_REASON]
    return ("broken-invariant", text) if isinstance(error, BrokenInvariant) else ("failed", f"{type(error).__name__}: {text}")


def not_finite(outcomes: Array, first: int, names: tuple[str, ...], wrong: WRONG) -> WRONG:
    """Runs in which an outcome is no finite number, and which."""
    found: WRONG = {}
    for name in names:
        if OUTCOMES[name].type is float:
            for place in np.flatnonzero(~np.isfinite(outcomes[name])).tolist():
                if first + place not in wrong:
                    found.setdefault(first + place, ("not-finite", f"{name} is {outcomes[name][place]}"))
    return found
