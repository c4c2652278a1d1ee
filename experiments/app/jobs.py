"""Computations: one at a time, in a thread of its own, told line by line, and ended when whoever asked for it has left."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from threading import Event, Thread
from time import monotonic
from typing import Any

from lockgate.experiments.folder import plain
from lockgate.sim.errors import InputError

MOST_WAITING = 4
MOST_SECONDS = 3600.0  # of one computation
TELL_SECONDS = 0.1  # between two lines of progress
GRACE_SECONDS = 3.0  # for a thread to end
LOOK_SECONDS = 0.05  # at whether a computation that was cancelled has ended

Line = dict[str, Any]
Work = Callable[["Job"], Line]


class Cancelled(Exception):  # noqa: N818  # nothing went wrong
    """Nobody waits for this computation any more."""


class Full(Exception):  # noqa: N818
    """So many computations wait already that no more are taken."""


class Job:
    """One computation. Its thread calls `check` often, which raises `Cancelled` once nobody waits for it; and `tell` with each line."""

    def __init__(self, work: Work) -> None:
        self.work, self.cancelled = work, Event()
        self.loop, self.told = asyncio.get_running_loop(), asyncio.Queue[Line | None]()
        self.end, self.last_told = monotonic() + MOST_SECONDS, 0.0
        self.thread = Thread(target=self.run, daemon=True)  # a daemon, so that Ctrl-C ends at once

    def check(self) -> None:
        """Raise `Cancelled` where nobody waits, and `InputError` where it took too long."""
        if self.cancelled.is_set():
            raise Cancelled
        if monotonic() > self.end:
            raise InputError(f"this took more than {MOST_SECONDS / 60:.0f} minutes and was ended; take fewer draws, or `lockgate compare`")

    def tell(self, line: Line | None) -> None:
        """Hand a line to whoever waits."""
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.told.put_nowait, line)

    def progress(self, line: Line) -> None:
        """Hand on a line that says how far it is, unless one did just now."""
        self.check()
        if monotonic() - self.last_told >= TELL_SECONDS:
            self.last_told = monotonic()
            self.tell(line)

    def run(self) -> None:
        """All of the work, in this thread. What goes wrong is the last line."""
        try:
            self.tell(self.work(self))
        except Cancelled:
            pass
        except Exception as error:
            self.tell({"error": sentence(error)})
        finally:
            self.tell(None)

    async def lines(self) -> AsyncIterator[Line]:
        """Every line, until it is done."""
        self.thread.start()
        while (line := await self.told.get()) is not None:
            yield line


class Jobs:
    """Takes one computation at a time; `MOST_WAITING` others may wait."""

    def __init__(self) -> None:
        self.turn, self.there = asyncio.Lock(), 0
        self.job: Job | None = None

    @asynccontextmanager
    async def place(self) -> AsyncIterator[int]:
        """A place in the queue, with the number of those before it. Raises `Full` where there is none."""
        if self.there > MOST_WAITING:
            raise Full(f"{self.there} computations run or wait already; try again when one of them is done")
        before, self.there = self.there, self.there + 1
        try:
            yield before
        finally:
            self.there -= 1

    def end(self) -> None:
        """End what is computed, and wait a little for its thread: Python does not end well while compiled code runs in one."""
        if self.job is not None and self.job.thread.is_alive():
            self.job.cancelled.set()
            self.job.thread.join(GRACE_SECONDS)

    async def lines(self, work: Work, before: int) -> AsyncIterator[Line]:
        """The lines of a computation, once it is its turn. Closing this ends it, and the next one begins only when its thread has ended."""
        if before:
            yield {"waiting": before}
        async with self.turn:
            while self.job is not None and self.job.thread.is_alive():
                await asyncio.sleep(LOOK_SECONDS)
            self.job = job = Job(work)
            try:
                async for line in job.lines():
                    yield line
            finally:
                job.cancelled.set()


def sentence(error: Exception) -> str:
    """What to tell of what went wrong: what the user can mend, or that it is a fault of the program, without its insides."""
    if isinstance(error, InputError):
        return f"{error}."
    if isinstance(error, MemoryError):
        return "There is not enough memory; take fewer draws or days."
    return f"The computation failed ({type(error).__name__}); `lockgate compare` with the same settings may say more."


def encoded(line: Line) -> bytes:
    """A line of JSON. NaN and infinity, which JSON has not, become null."""
    return json.dumps(plain(line), separators=(",", ":"), allow_nan=False).encode() + b"\n"
