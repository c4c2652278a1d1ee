"""Everything that is measured, as one table of content with plain names."""

from collections.abc import Callable
from functools import partial
from typing import Any

from lockgate.experiments.benchmark import compiled, floor, mesa_runs, scaling, startup
from lockgate.experiments.benchmark.machine import Act, interleaved, load, machine, middles, ranges
from lockgate.experiments.benchmark.size import Size

Samples = dict[str, Any]


def steps_of(size: Size) -> int:
    """How many times progress is told."""
    rounds = size.rounds * (len(compiled.thread_counts()) + 2 + 2)
    batches = size.mesa_times + 2 * size.batch_times
    points = len(size.agents) + len(size.days) + len(size.runs) + 1
    return rounds + batches + points + 2 * size.command_times + size.cold_times


def measure(size: Size, advance: Callable[[int], None]) -> dict[str, Any]:
    """Measure it all. Medians by name, `ranges` of the repeats by the same names, the series, and what it was measured on."""
    before = load()
    rates = rates_of(size, interleaved(acts_of(size), advance))
    grown = scaling.scaling(size, advance)
    peak = scaling.peak_of_slider(size)
    advance(1)
    samples = rates | startup.start_up(size, advance)
    return {
        "form": size.form,
        **middles(samples),
        "peak_mb": peak,
        "exponents": scaling.exponents(grown),
        **scaling.largest(grown["agents"]),
        **scaling.bytes_per_run(grown["runs"]),
        "scaling": grown,
        "load_before": before,
        "ranges": ranges(samples),
        "provenance": machine(["lockgate", "bench", "--json", *(["--full"] if size.form == "full" else [])]),
    }


def acts_of(size: Size) -> dict[str, Act]:
    """What takes turns: the compiled driver, the floor, and Mesa."""
    compiled.runs_of(size, 1)()  # compiled, and read, before anything is timed
    rates = {str(threads): compiled.runs_of(size, size.rate_draws, threads) for threads in compiled.thread_counts()}
    other = {"slider": compiled.runs_of(size, size.slider_draws), "first": compiled.runs_of(size, size.first_draws)}
    seeds = range(size.batch_runs)
    return {
        **{name: Act(do, size.rounds) for name, do in (rates | other).items()},
        **floor.acts(size.rounds),
        "mesa": Act(partial(mesa_runs.run_once, size), size.mesa_times),
        "batch": Act(partial(mesa_runs.batch, mesa_runs.settings_of(size), seeds), size.batch_times),
        "batch_start": Act(partial(mesa_runs.batch, mesa_runs.NOTHING, seeds), size.batch_times),
    }


def rates_of(size: Size, took: dict[str, list[float]]) -> Samples:
    """Rates, their ratios, and the share of the floor, repeat by repeat."""
    counts = [str(threads) for threads in compiled.thread_counts()]
    rates = {threads: [compiled.runs_in(size.rate_draws) / each for each in took[threads]] for threads in counts}
    mesa = [1.0 / each for each in took["mesa"]]
    # What starts the processes is not counted; where noise makes it longer than the runs, there is no rate.
    batch = [size.batch_runs / (each - start) for each, start in zip(took["batch"], took["batch_start"], strict=True) if each > start]
    return {
        "compiled_runs_per_second": rates,
        "compiled_agent_days_per_second": {threads: [compiled.agent_days(size) * each for each in rates[threads]] for threads in counts},
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
    operations, days, units = compiled.operations_per_run(size), compiled.agent_days(size), floor.nanoseconds(took)
    floors = [floor.floor_seconds(operations, days, *each) for each in zip(units["operation"], units["skip"], strict=True)]
    return {
        "operations_per_run": [operations],
        "agent_days_per_run": [days],
        "floor_operation_nanoseconds": units["operation"],
        "floor_skip_nanoseconds": units["skip"],
        "floor_seconds_per_run": floors,
        "floor_share": [least * rate for least, rate in zip(floors, rates, strict=True)],
    }
