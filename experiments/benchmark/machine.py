"""The machine: what it is, and its time and memory as they are measured."""

import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from lockgate.experiments.provenance import provenance

NOT_MEASURED = float("nan")


class Act(NamedTuple):
    """Something to time, and how often."""

    do: Callable[[], object]
    times: int


def seconds(do: Callable[[], object]) -> float:
    """Wall-clock time of one call."""
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def interleaved(acts: Mapping[str, Act], advance: Callable[[int], None]) -> dict[str, list[float]]:
    """Seconds of every repeat of every act. Acts take turns, so that a machine that slows down slows all of them.

    An act with fewer repeats than others has them spread over the rounds.
    """
    rounds = max(act.times for act in acts.values())
    took: dict[str, list[float]] = {name: [] for name in acts}
    for number in range(rounds):
        for name, act in acts.items():
            if act.times * (number + 1) // rounds > act.times * number // rounds:
                took[name].append(seconds(act.do))
                advance(1)
    return took


def middles(samples: Any) -> Any:
    """The median of each list of repeats in a tree of them; NaN where nothing was measured.

    >>> middles({"a": {"1": [3.0, 1.0, 2.0]}, "b": []})
    {'a': {'1': 2.0}, 'b': nan}
    """
    if isinstance(samples, Mapping):
        return {name: middles(branch) for name, branch in samples.items()}
    return statistics.median(samples) if samples else NOT_MEASURED


def ranges(samples: Any) -> Any:
    """The least and the largest of each list; None where there are no two repeats to tell them by.

    >>> ranges({"a": {"1": [3.0, 1.0, 2.0]}, "b": [1.0]})
    {'a': {'1': [1.0, 3.0]}, 'b': None}
    """
    if isinstance(samples, Mapping):
        return {name: ranges(branch) for name, branch in samples.items()}
    return [min(samples), max(samples)] if len(samples) > 1 else None


PROCESSORS = Path("/proc/cpuinfo")


def processor() -> str:
    """The processor's name, where the system tells it."""
    if PROCESSORS.exists():
        for line in PROCESSORS.read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def load() -> float:
    """How many processes wanted a core over the last minute; NaN where the system does not say."""
    try:
        return os.getloadavg()[0]
    except (AttributeError, OSError):  # Windows has none
        return NOT_MEASURED


def machine(command: list[str]) -> dict[str, Any]:
    """The program, its libraries, the machine and the time."""
    return {
        **provenance(command),
        "platform": platform.platform(),
        "processor": processor(),
        "cores": os.cpu_count(),
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


STATUS = Path("/proc/self/status")


def peak_mb() -> float:
    """Of this process, in millions of bytes; NaN where the system does not say."""
    # What Linux tells getrusage begins with the peak of the process that started this one.
    if STATUS.exists():
        lines = STATUS.read_text().splitlines()
        return next((float(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM:")), NOT_MEASURED)
    try:
        import resource
    except ImportError:  # Windows
        return NOT_MEASURED
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most * 1024 / 1e6
