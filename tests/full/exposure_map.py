"""Whether withholding lowers or raises exposure: `python -m tests.full.exposure_map [--draws 100] [--policy withhold]` prints a table.

Each cell is the exposed share of organisations' code under the policy less that under open release, in percentage points, mean over draws
of the baseline world in which four numbers are fixed; `·` stands where its 95 % interval holds 0.
"""

import argparse
import itertools
from collections.abc import Sequence
from typing import Any

from lockgate.experiments.results.ensemble import draw_worlds
from lockgate.experiments.results.intervals import mean_interval
from lockgate.scenarios import load_policy, load_world
from lockgate.scenarios.world import with_parameters
from lockgate.sim.engine.run import simulate

ROWS: dict[str, Sequence[float]] = {"adoption_start": (0.05, 0.25, 1.0), "adoption_days": (90.0, 365.0, 1500.0)}
COLUMNS: dict[str, Sequence[float]] = {"covered_search_step": (1.0, 3.0, 12.0), "programme_intensity": (0.0, 0.5, 1.0)}
SEED = 1
HORIZON_DAYS = 540


def difference(policy: str, draws: int, horizon_days: int = HORIZON_DAYS, **world: Any) -> tuple[float, float, float]:
    """Exposed share under the policy less that under open release: mean over draws, and its 95 % interval."""
    drawn = draw_worlds(with_parameters(load_world("baseline"), {"bad_actors": 0, **world}), draws, SEED)
    policies = [load_policy("open-release"), load_policy(policy)]
    exposed = simulate(drawn.worlds, policies, drawn.seeds, horizon_days).outcomes["exposed_share"]
    middle, low, high = mean_interval(exposed[:, 1] - exposed[:, 0])
    return float(middle), float(low), float(high)


def cell(found: tuple[float, float, float]) -> str:
    """A difference in percentage points, or a point where its sign is open.

    >>> cell((0.021, 0.01, 0.03)), cell((-0.021, -0.03, -0.01)), cell((0.01, -0.01, 0.03))
    ('+2.1', '-2.1', '·')
    """
    middle, low, high = found
    return f"{100 * middle:+.1f}" if low > 0.0 or high < 0.0 else "·"


def table(policy: str, draws: int) -> str:
    """The map as Markdown."""
    heads = [", ".join(f"{name} {value:g}" for name, value in zip(COLUMNS, values, strict=True)) for values in each(COLUMNS)]
    lines = [f"| {' | '.join([*ROWS, *heads])} |", f"|{'---|' * (len(ROWS) + len(heads))}"]
    for row in each(ROWS):
        fixed = dict(zip(ROWS, row, strict=True))
        cells = [cell(difference(policy, draws, **fixed, **dict(zip(COLUMNS, column, strict=True)))) for column in each(COLUMNS)]
        lines.append(f"| {' | '.join([*(f'{value:g}' for value in row), *cells])} |")
    return "\n".join(lines)


def each(axes: dict[str, Sequence[float]]) -> list[tuple[float, ...]]:
    """Every combination of the values of these axes."""
    return list(itertools.product(*axes.values()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--policy", nargs="+", default=["partner-programme", "staged-preview", "withhold"])
    given = parser.parse_args()
    for policy in given.policy:
        print(f"{policy} less open-release, exposed share in percentage points, {given.draws} draws:\n\n{table(policy, given.draws)}\n")


if __name__ == "__main__":
    main()
