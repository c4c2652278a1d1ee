"""What the program costs: runs a second, memory, and time to a first result. Run it with `python -m experiments.benchmark`.

Every figure is measured in this one call, so ratios hold on a noisy machine; single times do not travel between machines.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from scenarios import load_policy
from sim.engine import simulate
from sim.model import ReleaseModel
from sim.parameters import parameter_table

POLICIES = ("open-release", "staged-preview", "partner-programme")
DRAWS = 500  # with three policies, 1,500 runs
TIMES = 3


def seconds(act: Callable[[], object]) -> float:
    """Wall-clock time of one call."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def runs_per_second(threads: int) -> float:
    """Median rate of the compiled driver in the default world at its central values."""
    policies = [load_policy(name) for name in POLICIES]
    worlds = parameter_table(DRAWS)
    times = sorted(seconds(lambda: simulate(worlds, policies, range(DRAWS), threads=threads)) for _ in range(TIMES))
    return DRAWS * len(POLICIES) / times[TIMES // 2]


def mesa_runs_per_second() -> float:
    """Rate of the Mesa driver on the same world."""
    return 1.0 / seconds(lambda: ReleaseModel(load_policy("staged-preview")).run())


def command_seconds(arguments: list[str], cache: Path) -> float:
    """Time until a command in a fresh process has printed its answer; charts come after it."""
    program = [sys.executable, "-c", "from experiments.cli import main; main()", *arguments]
    environment = os.environ | {"LOCKGATE_CACHE_DIR": str(cache), "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    with subprocess.Popen(program, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        taken = seconds(process.stdout.readline) if process.stdout else float("nan")
        process.communicate()
    return taken


def main() -> None:
    """Measure and print one table."""
    simulate(parameter_table(1), [load_policy(POLICIES[0])], [0])  # compiled before anything is timed
    rows = [
        ("compiled, 1 thread, runs a second", f"{runs_per_second(1):.0f}"),
        ("compiled, 2 threads, runs a second", f"{runs_per_second(2):.0f}"),
        ("peak memory of 1,500 runs, MB", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}"),
        ("Mesa driver, runs a second", f"{mesa_runs_per_second():.2f}"),
    ]
    with tempfile.TemporaryDirectory() as folder:
        one = ["compare", "open-release", "--draws", "1", "--fixed", "--json", "--quiet", "--out", str(Path(folder) / "out")]
        rows.append(("first result of `compare`, cold cache, s", f"{command_seconds(one, Path(folder) / 'cache'):.1f}"))
        rows.append(("the same, warm cache, s", f"{min(command_seconds(one, Path(folder) / 'cache') for _ in range(TIMES)):.2f}"))
        rows.append(("`lockgate --help`, s", f"{min(command_seconds(['--help'], Path(folder)) for _ in range(TIMES)):.2f}"))
    for name, value in rows:
        print(f"{name:45s} {value:>8s}")


if __name__ == "__main__":
    main()
