"""Everything that is measured, as one table of content with plain names."""

import subprocess
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from lockgate.experiments.benchmark import Size, growth, workload
from lockgate.experiments.benchmark.machine import NOT_MEASURED, Act, interleaved, load, machine, middles, ranges, seconds
from lockgate.sim.child import start
from lockgate.sim.model.chance import FOLDER

# Start-up: how long a command in a fresh process takes to answer.

COMPARE = ("compare", "--draws", "50", "--quiet", "--out")


def answer_seconds(arguments: tuple[str, ...], cache: Path) -> float:
    """Time until the answer is printed. `compare` prints it at once, and draws its charts after it."""
    pipes = {"env": {"LOCKGATE_CACHE_DIR": str(cache)}, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with start("lockgate.experiments.cli:main", *arguments, **pipes) as process:
        line = b""

        def first_line() -> None:
            nonlocal line
            line = process.stdout.readline() if process.stdout else b""

        taken = seconds(first_line)
        process.kill()
    return taken if line else NOT_MEASURED


def end_seconds(arguments: tuple[str, ...], cache: Path) -> float:
    """Time until the process has ended: of `compare`, with its charts drawn and its folder written."""
    quiet = {"env": {"LOCKGATE_CACHE_DIR": str(cache)}, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with start("lockgate.experiments.cli:main", *arguments, **quiet) as process:
        taken = seconds(process.wait)
    return NOT_MEASURED if process.returncode else taken


def start_up(size: Size, advance: Callable[[int], None]) -> dict[str, list[float]]:
    """`--help`, and `compare` with compiled rules, to its answer and to its end, and without them."""
    kept = FOLDER.parents[1]  # what LOCKGATE_CACHE_DIR would name
    found: dict[str, list[float]] = {"help_seconds": [], "warm_start_seconds": [], "warm_end_seconds": [], "cold_start_seconds": []}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        out = str(Path(folder) / "out")
        for _ in range(size.command_times):
            found["help_seconds"].append(answer_seconds(("--help",), kept))
            found["warm_start_seconds"].append(answer_seconds((*COMPARE, out), kept))
            found["warm_end_seconds"].append(end_seconds((*COMPARE, out), kept))
            advance(3)
        for number in range(size.cold_times):
            found["cold_start_seconds"].append(answer_seconds((*COMPARE, out), Path(folder) / f"cache-{number}"))
            advance(1)
    return found


Samples = dict[str, Any]


def steps_of(size: Size) -> int:
    """How many times progress is told."""
    rounds = size.rounds * (len(workload.thread_counts()) + 2 + 2)
    batches = size.mesa_times + 2 * size.batch_times
    points = len(size.agents) + len(size.days) + len(size.runs) + 1
    return rounds + batches + points + 3 * size.command_times + size.cold_times


def measure(size: Size, advance: Callable[[int], None]) -> dict[str, Any]:
    """Measure it all. Medians by name, `ranges` of the repeats by the same names, the series, and what it was measured on."""
    before = load()
    rates = rates_of(size, interleaved(acts_of(size), advance))
    grown = growth.growth_of(size, advance)
    peak = growth.peak_of_slider(size)
    advance(1)
    samples = rates | start_up(size, advance)
    return {
        "form": size.form,
        **middles(samples),
        "peak_mb": peak,
        "exponents": growth.exponents(grown),
        **growth.largest(grown["agents"]),
        **growth.bytes_per_run(grown["runs"]),
        "scaling": grown,
        "load_before": before,
        "ranges": ranges(samples),
        "provenance": machine(["lockgate", "bench", "--json", *(["--full"] if size.form == "full" else [])]),
    }


def acts_of(size: Size) -> dict[str, Act]:
    """What takes turns: the compiled driver, the floor, and Mesa."""
    workload.runs_of(size, 1)()  # compiled, and read, before anything is timed
    rates = {str(threads): workload.runs_of(size, size.rate_draws, threads) for threads in workload.thread_counts()}
    other = {"slider": workload.runs_of(size, size.slider_draws), "first": workload.runs_of(size, size.first_draws)}
    seeds = range(size.batch_runs)
    return {
        **{name: Act(do, size.rounds) for name, do in (rates | other).items()},
        **workload.floor_acts(size.rounds),
        "mesa": Act(partial(workload.mesa_run, size), size.mesa_times),
        "batch": Act(partial(workload.mesa_batch, workload.mesa_settings(size), seeds), size.batch_times),
        "batch_start": Act(partial(workload.mesa_batch, workload.NO_AGENTS, seeds), size.batch_times),
    }


def rates_of(size: Size, took: dict[str, list[float]]) -> Samples:
    """Rates, their ratios, and the share of the floor, repeat by repeat."""
    counts = [str(threads) for threads in workload.thread_counts()]
    rates = {threads: [workload.runs_in(size.rate_draws) / each for each in took[threads]] for threads in counts}
    mesa = [1.0 / each for each in took["mesa"]]
    # What starts the processes is not counted; where noise makes it longer than the runs, there is no rate.
    batch = [size.batch_runs / (each - start) for each, start in zip(took["batch"], took["batch_start"], strict=True) if each > start]
    return {
        "compiled_runs_per_second": rates,
        "compiled_agent_days_per_second": {threads: [workload.agent_days(size) * each for each in rates[threads]] for threads in counts},
        "two_threads_over_one": [two / one for one, two in zip(rates["1"], rates["2"], strict=True)],
        "slider_move_seconds": took["slider"],
        "first_estimate_seconds": took["first"],
        "mesa_runs_per_second": mesa,
        "batch_run_runs_per_second": batch,
        "batch_run_start_seconds": took["batch_start"],
        "compiled_over_mesa": [middles(rates["1"]) / middles(mesa)],
        "compiled_over_batch_run": [middles(rates["2"]) / middles(batch)],
        **floor_of(size, took, rates["1"]),
        "noise_ratio": [max(rates["1"]) / min(rates["1"])],
    }


def floor_of(size: Size, took: dict[str, list[float]], rates: list[float]) -> Samples:
    """The unit costs of each round, the floor that follows from them, and its share of a run in the same round."""
    operations, days, units = workload.operations_per_run(size), workload.agent_days(size), workload.floor_nanoseconds(took)
    floors = [workload.floor_seconds(operations, days, *each) for each in zip(units["operation"], units["skip"], strict=True)]
    return {
        "operations_per_run": [operations],
        "agent_days_per_run": [days],
        "floor_operation_nanoseconds": units["operation"],
        "floor_skip_nanoseconds": units["skip"],
        "floor_seconds_per_run": floors,
        "floor_share": [least * rate for least, rate in zip(floors, rates, strict=True)],
    }
