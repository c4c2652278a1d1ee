"""Sweeps that run, as programs of their own or forked from one that is loaded: how they end, and what they leave running."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import psutil

from tests.full.faults.injection import VARIABLE

ROOT = Path(__file__).parents[3]
LOCKGATE = [sys.executable, "-m", "lockgate.experiments"]
MARK = "LOCKGATE_FAULTS_MARK"  # environment variable by which all processes of a sweep are known
HANG_SECONDS = 180.0
NUMBERS = count(1)
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in a job in the background, whose children would inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)
Faults = Mapping[str, Any]


@dataclass(frozen=True)
class Ended:
    """How a sweep ended."""

    code: int
    out: str
    err: str
    seconds: float = 0.0

    @property
    def sentence(self) -> str:
        """The one sentence on stderr, and nothing else there."""
        lines = self.err.splitlines()
        assert len(lines) == 1, self
        assert lines[0].startswith("lockgate: "), self
        assert self.out == "", self
        return lines[0].removeprefix("lockgate: ")


class Child(Protocol):
    """A process: one of `subprocess`, or of a `Server`."""

    pid: int

    def poll(self) -> int | None:
        """Its exit code, once it has ended."""

    def wait(self, timeout: float) -> int:
        """The same; `subprocess.TimeoutExpired` where it takes longer."""


class Running:
    """A sweep that runs, or another program."""

    def __init__(self, place: Path, begin: Callable[[Path, Path, str], Child]) -> None:
        self.mark = f"{os.getpid()}-{next(NUMBERS)}"
        self.files = place / f"{self.mark}.out", place / f"{self.mark}.err"
        self.began = time.monotonic()
        self.process = begin(*self.files, self.mark)

    def ended(self, seconds: float = HANG_SECONDS) -> Ended:
        """Wait until it ends."""
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"hangs: {self.files[1].read_text()}") from None
        took = time.monotonic() - self.began
        return Ended(code, *(file.read_text() for file in self.files), took)

    def running(self) -> bool:
        """Whether it has not ended."""
        return self.process.poll() is None

    def send(self, number: int, *, group: bool = False) -> None:
        """A signal, to it alone or to its group, as a terminal sends it."""
        with suppress(ProcessLookupError):
            (os.killpg if group else os.kill)(self.process.pid, number)

    def kill(self) -> None:
        """SIGKILL to the sweep, not to its workers."""
        if self.running():
            self.send(signal.SIGKILL)
            self.process.wait(HANG_SECONDS)

    def processes(self) -> list[psutil.Process]:
        """All its processes that are there, and its workers' also when it has gone."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error, OSError):
                if process.environ().get(MARK) == self.mark and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found

    def workers(self) -> list[psutil.Process]:
        """Its workers, the oldest first."""
        with suppress(psutil.Error):
            found = [child for child in psutil.Process(self.process.pid).children() if child.status() != psutil.STATUS_ZOMBIE]
            return sorted(found, key=psutil.Process.create_time)
        return []

    def seconds_until_gone(self, most: float = 30.0) -> float:
        """How long it takes until none of its processes is left."""
        began = time.monotonic()
        until(lambda: not self.processes(), most, "processes are left behind")
        return time.monotonic() - began


def program(command: list[str], place: Path, environment: Mapping[str, str]) -> Running:
    """Begin a program of its own."""

    def begin(out: Path, err: Path, mark: str) -> Child:
        # To files, not pipes: workers hold them too, and may outlive the sweep.
        with out.open("wb") as outs, err.open("wb") as errs:
            where = {"stdin": subprocess.DEVNULL, "stdout": outs, "stderr": errs}
            return subprocess.Popen(command, **where, start_new_session=True, env={**environment, MARK: mark})

    return Running(place, begin)


def environment(faults: Faults | None, hook: Path | None = None) -> dict[str, str]:
    """The environment of a sweep: the checkout, and what is to go wrong."""
    path = os.pathsep.join(map(str, [*([hook] if hook else []), ROOT]))
    told = {VARIABLE: json.dumps(faults)} if faults else {}
    return {**os.environ, "PYTHONPATH": path, "COLUMNS": "80", **told}


def until(true: Callable[[], Any], seconds: float = HANG_SECONDS, complaint: str = "it does not happen") -> None:
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, complaint
        time.sleep(0.01)


def interrupt(process: psutil.Process) -> None:
    """SIGKILL, unless it has gone."""
    with suppress(psutil.Error):
        process.send_signal(signal.SIGKILL)
