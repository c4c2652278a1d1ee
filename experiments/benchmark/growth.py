"""Growth: time and memory against agents, days and runs, each point in a process of its own, and the exponent of each."""

import json
import math
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from subprocess import PIPE, CalledProcessError
from typing import Any

from lockgate.experiments.benchmark import POLICIES, POLICY, Size
from lockgate.experiments.benchmark.machine import peak_mb, seconds
from lockgate.scenarios import load_policy
from lockgate.sim.child import start
from lockgate.sim.engine.run import simulate
from lockgate.sim.model.parameters import parameter_table

# One point of a series: a size, timed and weighed in a process of its own.


@dataclass(frozen=True)
class Point:
    """So many draws of a world; in one thread, so that time follows size alone."""

    organisations: int
    bad_actors: int
    days: int
    draws: int
    times: int
    policies: tuple[str, ...] = (POLICY,)
    threads: int | None = 1


@dataclass(frozen=True)
class Weighed:
    """Seconds of all draws in each repeat, the most memory, and the bytes of what went in and came out."""

    seconds: list[float]
    peak_mb: float
    held_bytes: int


def weigh(point: Point) -> Weighed:
    """Measure a point in this process."""
    policies = [load_policy(name) for name in point.policies]
    simulate(parameter_table(1, organisations=1, bad_actors=1), policies, [0], 1, threads=1)  # loads what is compiled
    held = 0

    def run() -> None:
        nonlocal held
        worlds = parameter_table(point.draws, organisations=point.organisations, bad_actors=point.bad_actors)
        results = simulate(worlds, policies, range(point.draws), point.days, threads=point.threads)
        held = worlds.nbytes + results.outcomes.nbytes + results.weeks.nbytes + results.displacement.nbytes

    return Weighed([seconds(run) for _ in range(point.times)], peak_mb(), held)


def weigh_alone(point: Point) -> Weighed:
    """Measure a point in a process of its own, whose peak of memory is that of this point alone."""
    with start("lockgate.experiments.benchmark.growth:main", json.dumps(asdict(point)), stdout=PIPE) as process:
        told, _ = process.communicate()
    if process.returncode:
        raise CalledProcessError(process.returncode, process.args)
    return Weighed(**json.loads(told))


def point_of(text: str) -> Point:
    """A point from its JSON."""
    content: dict[str, Any] = json.loads(text)
    return Point(**{**content, "policies": tuple(content["policies"])})


def main() -> None:
    """Measure the point that the argument tells of."""
    print(json.dumps(asdict(weigh(point_of(sys.argv[1])))))


# Growth: time and memory against agents, days and runs, and the exponent of each.

ACTORS_PER_ORGANISATION = 5
FIT_FROM = {"agents": 1_000, "days": 1, "runs": 1_000}  # below, what a call costs whatever its size shows
TOGETHER = 20_000  # bad actors of all draws of a point, so that a small one is long enough to time
DAYS_TOGETHER = 10_800

Series = dict[str, list[tuple[int, Point]]]
Row = dict[str, Any]


def series_of(size: Size) -> Series:
    """The points of each series, by their size."""
    return {
        "agents": [(actors, of_agents(actors, size)) for actors in size.agents],
        "days": [(days, of_days(days, size)) for days in size.days],
        "runs": [(runs, of_runs(runs, size)) for runs in size.runs],
    }


def of_agents(actors: int, size: Size) -> Point:
    """So many bad actors, and organisations in proportion."""
    organisations = max(1, actors // ACTORS_PER_ORGANISATION)
    return Point(organisations, actors, size.horizon_days, max(1, TOGETHER // actors), size.point_times)


def of_days(days: int, size: Size) -> Point:
    """So many days of a world of the default size."""
    return Point(200, 1_000, days, max(1, DAYS_TOGETHER // days), size.point_times)


def of_runs(runs: int, size: Size) -> Point:
    """So many runs of a small world."""
    return Point(20, 100, 70, runs, size.point_times)


def growth_of(size: Size, advance: Callable[[int], None]) -> dict[str, list[Row]]:
    """Each series as rows: the size, seconds (of one run, or of all where runs are what grows) and the most memory."""
    found: dict[str, list[Row]] = {}
    for name, points in series_of(size).items():
        found[name] = []
        for at, point in points:
            found[name].append(row_of(at, point, weigh_alone(point), 1 if name == "runs" else point.draws))
            advance(1)
    return found


def row_of(at: int, point: Point, weighed: Weighed, shared_by: int) -> Row:
    """One row, its times shared by so many runs."""
    times = [each / shared_by for each in weighed.seconds]
    return {
        "size": at,
        "organisations": point.organisations,
        "seconds": median(times),
        "seconds_range": [min(times), max(times)],
        "peak_mb": weighed.peak_mb,
        "held_bytes": weighed.held_bytes,
    }


def exponents(found: dict[str, list[Row]]) -> dict[str, float]:
    """Of each series, from the size on at which what is fixed no longer shows."""
    fitted = {}
    for name, rows in found.items():
        used = [row for row in rows if row["size"] >= FIT_FROM[name]]
        fitted[name] = exponent([row["size"] for row in used], [row["seconds"] for row in used])
    return fitted


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """Least squares on logarithms: the b of values = a sizes ** b; NaN from fewer than two points.

    >>> round(exponent([1, 10, 100], [3.0, 30.0, 300.0]), 12)
    1.0
    """
    x, y = [math.log(each) for each in sizes], [math.log(each) for each in values]
    if len(x) < 2:
        return math.nan
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    return sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)) / sum((a - mean_x) ** 2 for a in x)


def bytes_per_run(rows: list[Row]) -> dict[str, float]:
    """What one more run of the small world adds to memory between the two longest sweeps, and how much of it is given and results."""
    if len(rows) < 2:
        return {"sweep_bytes_per_run": math.nan, "sweep_held_bytes_per_run": math.nan}
    before, after = rows[-2:]
    more = after["size"] - before["size"]
    return {
        "sweep_bytes_per_run": 1e6 * (after["peak_mb"] - before["peak_mb"]) / more,
        "sweep_held_bytes_per_run": (after["held_bytes"] - before["held_bytes"]) / more,
    }


def largest(rows: list[Row]) -> dict[str, float]:
    """A run with a million bad actors, where it was measured."""
    found = next((row for row in rows if row["size"] == 1_000_000), {})
    return {name: found.get(key, math.nan) for name, key in (("million_agents_seconds", "seconds"), ("million_agents_peak_mb", "peak_mb"))}


def peak_of_slider(size: Size) -> float:
    """The most memory of a process that makes the runs of one move of a slider, with all cores."""
    return weigh_alone(Point(200, 1_000, size.horizon_days, size.slider_draws, 1, POLICIES, threads=os.cpu_count())).peak_mb
