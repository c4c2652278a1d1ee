"""A loaded program that is forked for each sweep, seen from outside: see `tests.full.faults.server`."""

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any

from tests.full.faults.running import MARK, Child, Faults, Running, environment

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # of what is to be forked


class Server:
    """The program; `study` is one with which it becomes warm."""

    def __init__(self, study: Path) -> None:
        command = [sys.executable, "-m", "tests.full.faults.server", str(study)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen(command, **pipes, env=ONE_THREAD | environment(None))
        self.lock = Lock()

    def ask(self, **order: Any) -> Any:
        """An order, and its answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with self.lock:
            self.process.stdin.write(json.dumps(order) + "\n")
            self.process.stdin.flush()
            return json.loads(self.process.stdout.readline())

    def begin(self, arguments: list[str], place: Path, environment: Mapping[str, str], faults: Faults | None) -> Running:
        """Begin a sweep."""

        def begin(out: Path, err: Path, mark: str) -> Child:
            order = {"arguments": arguments, "out": str(out), "err": str(err), "faults": faults or {}}
            return Forked(self, self.ask(begin={**order, "environment": {**environment, MARK: mark}}))

        return Running(place, begin)

    def close(self) -> None:
        """End it."""
        self.process.communicate()


class Forked:
    """A process of a server."""

    def __init__(self, server: Server, pid: int) -> None:
        self.server, self.pid = server, pid
        self.code: int | None = None

    def poll(self) -> int | None:
        """Its exit code, once it has ended."""
        if self.code is None:
            self.code = self.server.ask(wait=self.pid, seconds=0)
        return self.code

    def wait(self, timeout: float) -> int:
        """The same, once it has."""
        end = time.monotonic() + timeout
        while self.code is None:
            self.code = self.server.ask(wait=self.pid, seconds=0.02)
            if self.code is None and time.monotonic() > end:
                raise subprocess.TimeoutExpired("a sweep", timeout)
        return self.code
