"""The Mesa driver: one run, and many by `mesa.batch_run`."""

from collections.abc import Sequence
from typing import Any

import mesa

from lockgate.experiments.benchmark.size import POLICY, Size
from lockgate.scenarios import load_policy
from lockgate.sim.engine.mesa import ReleaseModel

PROCESSES = 2
NOTHING = {"organisations": 1, "bad_actors": 0, "horizon_days": 1}  # a run that costs nothing


def settings_of(size: Size) -> dict[str, Any]:
    """The world as settings of the Mesa driver."""
    return {**size.world, "horizon_days": size.horizon_days}


def run_once(size: Size) -> dict[str, Any]:
    """One run of the world."""
    return ReleaseModel(load_policy(POLICY), **settings_of(size)).run().outcomes


def batch(settings: dict[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """A run with each seed, in two processes: what `batch_run` gives of them, in the order of seeds."""
    rows = mesa.batch_run(
        ReleaseModel,
        {"policy": [load_policy(POLICY)], **settings, "seed": list(seeds)},
        number_processes=PROCESSES,
        max_steps=settings["horizon_days"],
        display_progress=False,
    )
    return sorted(rows, key=lambda row: int(row["seed"]))
