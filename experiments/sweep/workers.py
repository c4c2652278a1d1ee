"""Workers, which run pieces: on a thread here, or in a process that can be stopped. Both give the same bytes."""

import json
import signal
import struct
import subprocess
from contextlib import suppress
from threading import Event, Lock, Timer
from typing import IO, Any, Protocol, TypeVar

from experiments.sweep.folder import Part
from experiments.sweep.plan import Piece, SweepPlan
from experiments.sweep.runner import Runner, Wrong
from sim.child import start

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
        from experiments.sweep.part import part_of  # loads Parquet

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
            self.process = start("experiments.sweep.worker:main", **pipes, start_new_session=True)
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
