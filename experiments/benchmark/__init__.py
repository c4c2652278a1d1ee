"""What the program costs: rates, the floor, growth with size, memory and start-up, all measured in one call so that ratios hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# How much is measured: the short form, which takes half a minute, and the full one.

# What `lockgate compare` compares, and one more.
POLICIES = ("open-release", "staged-preview", "partner-programme", "coordinated-hold")
POLICY = "staged-preview"  # where there is one: by Mesa, and in each point of a series


@dataclass(frozen=True)
class Size:
    """The world that rates are measured in, the sizes of each series, and how often each is repeated."""

    form: str
    rounds: int  # of the compiled driver
    mesa_times: int
    batch_times: int
    batch_runs: int  # in one call of batch_run
    agents: tuple[int, ...]  # bad actors; a fifth as many organisations
    days: tuple[int, ...]
    runs: tuple[int, ...]  # of a small world
    point_times: int
    command_times: int
    cold_times: int
    rate_draws: int = 50
    slider_draws: int = 100
    first_draws: int = 25
    horizon_days: int = 540
    world: Mapping[str, int] = field(default_factory=dict)  # parameters other than the central values


SHORT = Size(
    form="short",
    rounds=3,
    mesa_times=1,
    batch_times=1,
    batch_runs=4,
    agents=(1_000, 10_000, 100_000),
    days=(90, 1_440),
    runs=(1_000, 10_000),
    point_times=2,
    command_times=2,
    cold_times=0,
)
FULL = Size(
    form="full",
    rounds=9,
    mesa_times=5,
    batch_times=5,
    batch_runs=8,
    agents=(100, 1_000, 10_000, 100_000, 1_000_000),
    days=(90, 180, 360, 720, 1_440, 3_650),
    runs=(1, 10, 100, 1_000, 10_000, 100_000),
    point_times=3,
    command_times=7,
    cold_times=3,
)
