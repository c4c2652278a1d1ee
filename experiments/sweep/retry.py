"""Pieces that fail as a whole: tried again, then their runs one by one, until those at fault are known."""

import time
from threading import Event
from typing import Generic, TypeVar

from experiments.sweep.plan import Piece
from experiments.sweep.runner import Wrong
from experiments.sweep.workers import Died, TimedOut, Worker
from sim.pool import Stopped

Made = TypeVar("Made")
TRIES = 3  # deaths of one run alone before it is at fault: a process may be killed by chance
STARTS = 20  # deaths, one after another, of processes that had not even begun
ROUNDS = 10  # of finding the runs at fault
SHORTEST_SECONDS = 5.0  # for a whole piece under a time limit
USUAL_TIMES = 5.0  # as long as the pieces before took


class CannotRun(Exception):
    """Nothing can be run here, which is no run's fault."""

    exit_status = 3


class Retry(Generic[Made]):
    """Runs pieces with one worker, with a time limit for each run, or none. `stopping` is set when it is to stop."""

    def __init__(self, worker: Worker[Made], limit: float | None, stopping: Event) -> None:
        self.worker, self.limit, self.stopping = worker, limit, stopping
        self.usual: float | None = None  # seconds that a run took lately
        self.starts = 0

    def __call__(self, piece: Piece) -> Made:
        """What is made of a piece, whatever its runs do."""
        failed: dict[int, tuple[str, str]] = {}
        for tries in range(ROUNDS):
            try:
                return self.whole(piece, failed, unhurried=tries > 1)
            except Died:
                if tries == 0:
                    continue  # by chance, perhaps
            except TimedOut:
                pass
            failed |= self.at_fault(piece, failed)
        raise CannotRun(f"runs {piece.first} to {piece.last - 1} cannot be run: their process dies each time, and never on the same run")

    def whole(self, piece: Piece, failed: Wrong, *, unhurried: bool) -> Made:
        """All runs of a piece at once."""
        began = time.monotonic()
        made = self.attempt(piece, failed, self.allowed(piece, unhurried=unhurried))
        self.usual = (time.monotonic() - began) / (piece.last - piece.first)
        return made

    def allowed(self, piece: Piece, *, unhurried: bool) -> float | None:
        """Seconds for a whole piece: some times what is usual, so that an endless run is found soon; as many limits as runs otherwise."""
        if self.limit is None:
            return None
        runs = piece.last - piece.first
        if unhurried or self.usual is None or runs == 1:
            return self.limit * runs if unhurried else max(self.limit, SHORTEST_SECONDS if runs > 1 else 0.0)
        return max(SHORTEST_SECONDS, USUAL_TIMES * self.usual * runs)

    def at_fault(self, piece: Piece, known: Wrong) -> dict[int, tuple[str, str]]:
        """The runs that take too long, or kill their process each time, alone."""
        faults = {}
        for run in range(piece.first, piece.last):
            if run not in known and (fault := self.fault(run)):
                faults[run] = fault
        return faults

    def fault(self, run: int) -> tuple[str, str] | None:
        """What is wrong with a run."""
        for _ in range(TRIES):
            try:
                self.attempt(Piece(run, run + 1), {}, self.limit)
            except TimedOut:
                return "timed-out", f"took longer than {self.limit:g} s"
            except Died as died:
                reason = str(died)
            else:
                return None
        return "died", f"{reason}, {TRIES} times"

    def attempt(self, piece: Piece, failed: Wrong, seconds: float | None) -> Made:
        """One try. Processes that die before they begin say nothing of a run, and are replaced."""
        while True:
            if self.stopping.is_set():
                raise Stopped
            try:
                made = self.worker.run(piece, failed, seconds)
            except Died as died:
                if self.stopping.is_set():
                    raise Stopped from None
                if died.started:
                    self.starts = 0
                    raise
                self.starts += 1
                if self.starts >= STARTS:
                    raise CannotRun(f"no worker can be started: {died}") from None
                self.stopping.wait(0.05 * self.starts)
            else:
                self.starts = 0
                return made
