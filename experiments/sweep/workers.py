"""Workers, which run pieces: on a thread here, or in a process that can be stopped. Both give the same bytes."""

import json
import signal
import struct
import subprocess
import time
from contextlib import suppress
from threading import Event, Lock, Timer
from typing import IO, Any, Generic, Protocol, TypeVar

from lockgate.experiments.sweep.folder import Part
from lockgate.experiments.sweep.plan import Piece, SweepPlan
from lockgate.experiments.sweep.runner import Runner, Wrong
from lockgate.sim.child import start
from lockgate.sim.engine.pool import Stopped

Made_co = TypeVar("Made_co", covariant=True)
LENGTH = struct.Struct("<Q")
CLOSE_SECONDS = 1.0  # in which whoever uses a process that was killed lets go of it
START_SECONDS = 120.0  # in which a worker is to begin; it may have to compile the rules


class Died(Exception):
    """The process that ran a piece ended before it was done. `started` says that it had begun with the piece."""

    def __init__(self, reason: str, *, started: bool = True) -> None:
        super().__init__(reason)
        self.started = started


class TimedOut(Exception):
    """A piece took longer than it may."""


class Worker(Protocol[Made_co]):
    """Runs one piece at a time, and makes something of it: a part."""

    def run(self, piece: Piece, failed: Wrong, seconds: float | None) -> Made_co:
        """What is made of a piece. Raises `Died`, and `TimedOut` after so many seconds."""

    def close(self) -> None:
        """End what it holds."""


class ThreadWorker:
    """On the thread that asks. What it runs cannot be stopped from outside, so it knows no time limit."""

    def __init__(self, plan: SweepPlan) -> None:
        self.runner = Runner(plan)

    def run(self, piece: Piece, failed: Wrong, seconds: float | None) -> Part:
        """The part of a piece."""
        from lockgate.experiments.sweep.layout import part_of  # loads Parquet

        return part_of(self.runner, self.runner.rows(piece, failed))

    def close(self) -> None:
        """Nothing is held."""


class ProcessWorker:
    """In a process of its own. One that dies is noticed at once, since the other end of its pipe closes with it, and replaced."""

    def __init__(self, plan: SweepPlan, threads: int = 1) -> None:
        self.given = json.dumps(message_of(plan) | {"threads": threads}).encode()
        self.process: subprocess.Popen[bytes] | None = None
        self.closing, self.using = False, Lock()

    def run(self, piece: Piece, failed: Wrong, seconds: float | None) -> Part:
        """The part of a piece."""
        late = Event()
        task = json.dumps({"piece": piece, "failed": {str(run): said for run, said in failed.items()}}).encode()
        with self.using:
            self.begin(late)
            return read_part(piece, self.answer(task, seconds, late))

    def begin(self, late: Event) -> None:
        """Start a process, unless there is one, and wait until it is ready."""
        if self.process is None and not self.closing:
            # A session of its own: Ctrl-C in a terminal goes to the sweep alone, which then ends its workers.
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
            self.process = start("lockgate.experiments.sweep.worker:main", **pipes, start_new_session=True)
            if self.closing:  # meanwhile
                self.end()
            try:
                self.answer(self.given, START_SECONDS, late)
            except Died as died:
                raise Died(str(died), started=False) from None
            except TimedOut:
                raise Died(f"did not begin in {START_SECONDS:.0f} s", started=False) from None

    def answer(self, message: bytes, seconds: float | None, late: Event) -> bytes:
        """Send a message and wait for what comes back."""
        process = self.process
        if process is None or process.stdin is None or process.stdout is None:
            raise Died("was stopped", started=False)

        def stop() -> None:
            late.set()
            process.kill()

        timer = Timer(seconds, stop) if seconds else None
        if timer:
            timer.daemon = True
            timer.start()
        try:
            send(process.stdin, message)
            return receive(process.stdout)
        except (OSError, EOFError, ValueError):
            code = self.end()
            if late.is_set():
                raise TimedOut from None
            raise Died(f"its process ended with {ending(code)}") from None
        finally:
            if timer:
                timer.cancel()

    def end(self) -> int:
        """Kill the process; its exit code."""
        process, self.process = self.process, None
        if process is None:
            return 0
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                with suppress(OSError):
                    pipe.close()
        return process.wait()

    def close(self) -> None:
        """End the process, whatever it does."""
        self.closing = True
        if (process := self.process) is not None:
            process.kill()
        if self.using.acquire(timeout=CLOSE_SECONDS):  # a thread that waits for an answer ends it by itself
            self.end()
            self.using.release()


def message_of(plan: SweepPlan) -> dict[str, Any]:
    """A plan as a message has it."""
    return {"study": plan.content["study"], "chunk": plan.chunk}


def send(pipe: IO[bytes], message: bytes) -> None:
    """Write a message, its length first."""
    pipe.write(LENGTH.pack(len(message)) + message)
    pipe.flush()


def receive(pipe: IO[bytes]) -> bytes:
    """Read a message. Raises `EOFError` where the other end has gone."""
    (length,) = LENGTH.unpack(read(pipe, LENGTH.size))
    return read(pipe, length)


def read(pipe: IO[bytes], length: int) -> bytes:
    """Read so many bytes."""
    content = pipe.read(length)
    if len(content) < length:
        raise EOFError
    return content


def written_part(part: Part) -> bytes:
    """A part as a message."""
    head = {"wrong": part.wrong, "tally": part.tally, "files": {name: len(content) for name, content in part.files.items()}}
    text = json.dumps(head).encode()
    return LENGTH.pack(len(text)) + text + b"".join(part.files.values())


def read_part(piece: Piece, message: bytes) -> Part:
    """The part of a message."""
    (length,) = LENGTH.unpack(message[: LENGTH.size])
    at = LENGTH.size + length
    head = json.loads(message[LENGTH.size : at])
    files = {}
    for name, size in head["files"].items():
        files[name] = message[at : at + size]
        at += size
    return Part(piece, files, head["wrong"], {name: (total, count) for name, (total, count) in head["tally"].items()})


def ending(code: int) -> str:
    """An exit code in words."""
    if code < 0:
        with suppress(ValueError):
            return f"signal {signal.Signals(-code).name}"
    return f"exit code {code}"


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
