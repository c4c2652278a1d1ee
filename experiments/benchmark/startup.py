"""Start-up: how long a command in a fresh process takes to answer."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from experiments.benchmark.clock import NOT_MEASURED, seconds
from experiments.benchmark.size import Size

COMPARE = ("compare", "--draws", "50", "--quiet", "--out")
PROGRAM = (sys.executable, "-c", "from experiments.cli import main; main()")


def environment(**other: str) -> dict[str, str]:
    """This process's environment for a fresh one that is to find the same modules."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path), **other}


def answer_seconds(arguments: tuple[str, ...], cache: Path) -> float:
    """Time until the answer is printed. `compare` prints it at once; its charts, which come after it, are not waited for."""
    variables = environment(LOCKGATE_CACHE_DIR=str(cache))
    with subprocess.Popen([*PROGRAM, *arguments], env=variables, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        line = b""

        def first_line() -> None:
            nonlocal line
            line = process.stdout.readline() if process.stdout else b""

        taken = seconds(first_line)
        process.kill()
    return taken if line else NOT_MEASURED


def start_up(size: Size, advance: Callable[[int], None]) -> dict[str, list[float]]:
    """`--help`, and `compare` with compiled rules and without."""
    from sim.rule import CACHE

    found: dict[str, list[float]] = {"help_seconds": [], "warm_start_seconds": [], "cold_start_seconds": []}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        out = str(Path(folder) / "out")
        for _ in range(size.command_times):
            found["help_seconds"].append(answer_seconds(("--help",), CACHE.parent))
            found["warm_start_seconds"].append(answer_seconds((*COMPARE, out), CACHE.parent))
            advance(2)
        for number in range(size.cold_times):
            found["cold_start_seconds"].append(answer_seconds((*COMPARE, out), Path(folder) / f"cache-{number}"))
            advance(1)
    return found
