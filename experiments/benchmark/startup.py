"""Start-up: how long a command in a fresh process takes to answer."""

import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from lockgate.experiments.benchmark.machine import NOT_MEASURED, seconds
from lockgate.experiments.benchmark.size import Size
from lockgate.sim.child import start

COMPARE = ("compare", "--draws", "50", "--quiet", "--out")


def answer_seconds(arguments: tuple[str, ...], cache: Path) -> float:
    """Time until the answer is printed. `compare` prints it at once; its charts, which come after it, are not waited for."""
    pipes = {"env": {"LOCKGATE_CACHE_DIR": str(cache)}, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with start("lockgate.experiments.cli:main", *arguments, **pipes) as process:
        line = b""

        def first_line() -> None:
            nonlocal line
            line = process.stdout.readline() if process.stdout else b""

        taken = seconds(first_line)
        process.kill()
    return taken if line else NOT_MEASURED


def start_up(size: Size, advance: Callable[[int], None]) -> dict[str, list[float]]:
    """`--help`, and `compare` with compiled rules and without."""
    from lockgate.sim.model.chance import FOLDER

    kept = FOLDER.parents[1]  # what LOCKGATE_CACHE_DIR would name
    found: dict[str, list[float]] = {"help_seconds": [], "warm_start_seconds": [], "cold_start_seconds": []}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        out = str(Path(folder) / "out")
        for _ in range(size.command_times):
            found["help_seconds"].append(answer_seconds(("--help",), kept))
            found["warm_start_seconds"].append(answer_seconds((*COMPARE, out), kept))
            advance(2)
        for number in range(size.cold_times):
            found["cold_start_seconds"].append(answer_seconds((*COMPARE, out), Path(folder) / f"cache-{number}"))
            advance(1)
    return found
