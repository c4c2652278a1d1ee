"""One point of a series: a size, timed and weighed in a process of its own."""

import json
import sys
from dataclasses import asdict, dataclass
from subprocess import PIPE, CalledProcessError
from typing import Any

from lockgate.experiments.benchmark.machine import peak_mb, seconds
from lockgate.experiments.benchmark.size import POLICY
from lockgate.sim.child import start


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
    from lockgate.scenarios import load_policy
    from lockgate.sim.engine.run import simulate
    from lockgate.sim.model.parameters import parameter_table

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
    with start("lockgate.experiments.benchmark.point:main", json.dumps(asdict(point)), stdout=PIPE) as process:
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
