"""Faults inside a program that does not know of them: installed by a `sitecustomize`, told by an environment variable.

Its child processes take no `sitecustomize` from the search path, so what starts them is altered to install the faults there too.
"""

import errno
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from importlib.machinery import ModuleSpec, PathFinder
from pkgutil import resolve_name
from types import ModuleType
from typing import Any

from tests.checkout import ROOT

VARIABLE = "LOCKGATE_FAULTS"
FOR_EVER = 1e6  # seconds


def install(told: dict[str, Any]) -> None:
    """Install what is told.

    `calls` of the system fail or kill, `runs` go wrong, and each batch of runs takes `slow` seconds more and waits for the file `hold`.
    """
    when_loaded("lockgate.sim.child", pass_on)
    if "calls" in told and "lockgate.experiments.sweep.worker:main" not in sys.orig_argv:
        Calls(**told["calls"])
    if {"runs", "slow", "hold"} & set(told):
        what = told.get("runs", {}), told.get("slow", 0.0), told.get("hold")
        when_loaded("lockgate.sim.engine.plan", lambda module: spoil_runs(module.Plan, *what))


def install_told() -> None:
    """The same, as the environment tells it."""
    if told := os.environ.get(VARIABLE):
        install(json.loads(told))


def when_loaded(name: str, then: Callable[[ModuleType], None]) -> None:
    """Do something with a module, now or as soon as it is loaded."""
    if name in sys.modules:
        then(sys.modules[name])
    else:
        sys.meta_path.insert(0, Awaited(name, then))


def pass_on(child: ModuleType) -> None:
    """Let processes that `sim.child` starts begin with `call`."""
    from lockgate.sim import search_path

    command, unsafe_folders = child.command, search_path.unsafe_folders
    search_path.unsafe_folders = lambda: unsafe_folders() - {str(ROOT)}  # this file is found there
    child.command = lambda *called: command(f"{__name__}:call", *called)  # type: ignore[attr-defined]


def call() -> None:
    """Install what the environment tells, and call the function that was to be called."""
    install_told()
    resolve_name(sys.argv.pop(1))()


class Calls:
    """Counts calls that concern a folder, and disturbs the one with number `at`; and those after it, where it is to go on.

    `do` is `kill`, `half` (of a write, then killed), `power` (killed, and what was not flushed is lost), or the name of an error such as
    `ENOSPC`. `log` is a file that names each call. Files in whose path `careless` stands are said to be flushed and are not.
    """

    def __init__(self, folder: str, at: int = 0, do: str = "kill", goes_on: bool = False, log: str = "", careless: str = "") -> None:
        self.folder, self.at, self.do, self.goes_on, self.log, self.careless = folder, at, do, goes_on, log, careless
        self.count, self.lock = 0, threading.RLock()
        self.files: dict[int, str] = {}
        self.disk = Disk()
        self.real = {name: getattr(os, name) for name in ("open", "close", "write", "fsync", "replace", "mkdir", "unlink")}
        for name in self.real:
            setattr(os, name, getattr(self, name))

    def concerns(self, path: Any) -> bool:
        """Whether a path, or an open file, is in the folder."""
        if isinstance(path, int):
            return path in self.files
        return os.fspath(path) == self.folder or os.fspath(path).startswith(self.folder + os.sep)

    def call(self, name: str, subject: Any, *arguments: Any, **options: Any) -> Any:
        """Make a call, unless it is to be disturbed."""
        if not self.concerns(subject):
            return self.real[name](subject, *arguments, **options)
        with self.lock:
            self.count += 1
            due = self.at and (self.count == self.at or (self.goes_on and self.count > self.at and name != "unlink"))
            if self.log:
                with open(self.log, "a") as file:
                    file.write(f"{name}\n")
            if due:
                self.disturb(name, subject, *arguments)
        return self.real[name](subject, *arguments, **options)

    def disturb(self, name: str, subject: Any, *arguments: Any) -> None:
        """What is to happen."""
        if self.do in ("kill", "half", "power"):
            if self.do == "half" and name == "write":
                self.real["write"](subject, bytes(arguments[0])[: len(arguments[0]) // 2])
            if self.do == "power":
                self.disk.fail(self.real["unlink"])
            os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(FOR_EVER)
        code = getattr(errno, self.do)
        raise OSError(code, os.strerror(code), *([] if isinstance(subject, int) else [os.fspath(subject)]))

    def open(self, path: Any, *arguments: Any, **options: Any) -> int:
        new = not os.path.exists(path)
        file: int = self.call("open", path, *arguments, **options)
        if self.concerns(path):
            self.files[file] = os.fspath(path)
            if new:
                self.disk.named(os.fspath(path), None)
        return file

    def close(self, file: int) -> None:
        self.files.pop(file, None)
        self.real["close"](file)

    def write(self, file: int, content: bytes) -> int:
        written: int = self.call("write", file, content)
        if self.concerns(file):
            self.disk.written(self.files[file])
        return written

    def fsync(self, file: int) -> None:
        self.call("fsync", file)
        if self.concerns(file) and not (self.careless and self.careless in self.files[file]):
            self.disk.flushed(self.files[file])

    def replace(self, source: Any, target: Any) -> None:
        before = None
        if self.concerns(target) and os.path.exists(target):
            with open(target, "rb") as file:
                before = file.read()
        self.call("replace", source, target)
        if self.concerns(target):
            self.disk.moved(os.fspath(source), os.fspath(target), before)

    def mkdir(self, path: Any, *arguments: Any, **options: Any) -> None:
        self.call("mkdir", path, *arguments, **options)

    def unlink(self, path: Any, **options: Any) -> None:
        self.call("unlink", path, **options)


class Disk:
    """What a disk may not have yet when the power fails: bytes of files, and names in folders, that nobody flushed."""

    def __init__(self) -> None:
        self.bytes: set[str] = set()
        self.names: list[tuple[str, bytes | None]] = []  # and what was there before

    def written(self, path: str) -> None:
        """A file has changed."""
        self.bytes.add(path)

    def named(self, path: str, before: bytes | None) -> None:
        """A file has this name now."""
        self.names.append((path, before))

    def moved(self, source: str, target: str, before: bytes | None) -> None:
        """A file has another name now."""
        self.names = [(path, old) for path, old in self.names if path != source]
        self.named(target, before)
        if source in self.bytes:
            self.bytes.remove(source)
            self.bytes.add(target)

    def flushed(self, path: str) -> None:
        """A file, or a folder with the names in it, is on the disk."""
        self.bytes.discard(path)
        self.names = [(name, old) for name, old in self.names if os.path.dirname(name) != path]

    def fail(self, unlink: Callable[[str], None]) -> None:
        """Half of the bytes of each file are lost, and all names."""
        for path in self.bytes:
            if os.path.exists(path):
                os.truncate(path, os.path.getsize(path) // 2)
        for path, before in reversed(self.names):
            if before is not None:
                with open(path, "wb") as file:
                    file.write(before)
            elif os.path.exists(path):
                unlink(path)


class Awaited:
    """Does something with a module as soon as it is loaded, and loads nothing itself."""

    def __init__(self, name: str, then: Callable[[ModuleType], None]) -> None:
        self.name, self.then = name, then

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        """The module's own spec, with a loader that does it."""
        spec = PathFinder.find_spec(name, path) if name == self.name else None
        if spec and spec.loader:
            load = spec.loader.exec_module

            def load_and(module: ModuleType) -> None:
                load(module)
                self.then(module)

            spec.loader.exec_module = load_and  # type: ignore[method-assign]
        return spec


def spoil_runs(plan_class: Any, bad: dict[str, list[list[Any]]], slow: float, hold: str | None) -> None:
    """Make some runs go wrong: `{"raise" | "endless" | "nan" | "exit" | "kill": [[seed, policy], ...]}`, whichever batch they are in."""
    real = plan_class.run
    kinds = {(seed, policy): kind for kind, runs in bad.items() for seed, policy in runs}

    def run(plan: Any, memory: Any, first: int, last: int) -> None:
        """A run that may go wrong."""
        time.sleep(slow)
        while hold and not os.path.exists(hold):
            time.sleep(0.01)
        seeds = plan.seeds.tolist()
        keys = {number: (seeds[plan.draw_of[number]], plan.names[plan.policy_of[number]]) for number in plan.runs(first, last)}
        met = {number: kinds[key] for number, key in keys.items() if key in kinds}
        for kind in met.values():
            if kind == "raise":
                raise ArithmeticError("a defect put in\non purpose")
            if kind == "endless":
                time.sleep(FOR_EVER)
            if kind == "exit":
                os._exit(7)
            if kind == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
                time.sleep(FOR_EVER)
        real(plan, memory, first, last)
        for number in met:
            plan.results.outcomes[number]["model_enabled_harm"] = float("nan")

    plan_class.run = run
