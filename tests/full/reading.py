"""How fast a study of a million runs is read: `python -m tests.full.reading --out DIR` prints rows, seconds (median of 5) and MB.

Two studies with 30 outcomes are written to DIR first, unless they are there: one with all parameters at their central values, and one whose
rows have some 56 sampled parameters too. Their outcomes are made up, their files are written as a sweep writes them.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from lockgate.experiments import open_study
from lockgate.experiments.study.factor import Factor
from lockgate.experiments.study.study import Study
from lockgate.experiments.sweep.folder import StudyFolder
from lockgate.experiments.sweep.layout import part_of
from lockgate.experiments.sweep.plan import Piece, SweepPlan
from lockgate.experiments.sweep.runner import Rows, Runner
from lockgate.scenarios import load_policy, load_world
from lockgate.sim.model.outcomes import OUTCOMES, Outcomes
from lockgate.sim.rules.row import dtype

POINTS, DRAWS, PART = 1_000, 500, 2_048
NAMES = tuple(OUTCOMES)[:30]
GOLDEN = (5**0.5 - 1) / 2
REPEATS = 5


def big_study(*, fixed: bool) -> Study:
    """A thousand points under two policies."""
    lags = tuple(1.0 + point / 100 for point in range(POINTS))
    return Study(
        name="big",
        summary="A million runs",
        policies=(load_policy("open-release"), load_policy("staged-preview")),
        worlds=(load_world("baseline"),),
        draws=DRAWS,
        outcomes=NAMES,
        fixed=fixed,
        factors=(Factor("parameter", "open_weight_lag_months", lags),),
        points={"open_weight_lag_months": lags},
    )


def made_up(piece: Piece) -> Rows:
    """Rows whose outcomes fill all bits of their type, so that they cannot be packed."""
    run = np.arange(piece.first, piece.last)
    outcomes = np.zeros(len(run), dtype(Outcomes))
    for place, name in enumerate(NAMES):
        unit = ((run + 1) * (place + 1) * GOLDEN) % 1.0
        kind = OUTCOMES[name].type
        outcomes[name] = unit * 1e9 if kind is float else unit * 1e6 if kind is int else unit < 0.1
    return Rows(piece, outcomes, np.zeros((len(run), 0)), np.zeros((len(run), 0)), {})


def write_big(folder: Path, *, fixed: bool) -> None:
    """Write the study, part by part."""
    study = big_study(fixed=fixed)
    plan, kept = SweepPlan(study, PART), StudyFolder(folder)
    folder.mkdir(parents=True)
    kept.begin(plan)
    kept.note_begin(plan, DRAWS, 0, {"command": "python -m tests.full.reading"})
    runner = Runner(plan)
    for piece in plan.pieces(DRAWS, ()):
        kept.keep(part_of(runner, made_up(piece)))
    kept.journal.append({"finished": DRAWS})


def median_seconds(call: Callable[[], object]) -> float:
    """Median of five."""
    taken = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        call()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def main() -> None:
    """Write and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    out = parser.parse_args().out
    for name, fixed in (("central", True), ("sampled", False)):
        folder = out / name
        if not folder.exists():
            write_big(folder, fixed=fixed)
        size = sum(path.stat().st_size for path in (folder / "runs").iterdir()) / 1e6
        opened = open_study(folder)
        rows = opened.to_arrow(columns=["run"]).num_rows
        measured = {
            "open, verified": lambda folder=folder: open_study(folder),
            "open, and mean of 30 outcomes by policy": lambda folder=folder: open_study(folder).mean(NAMES, by="policy"),
            "open, and estimate of one outcome": lambda folder=folder: open_study(folder).estimates("model_enabled_harm"),
            "estimate of one outcome": lambda opened=opened: opened.estimates("model_enabled_harm"),
            "difference of one outcome": lambda opened=opened: opened.differences("model_enabled_harm"),
            "estimate of 30 outcomes": lambda opened=opened: opened.estimates(NAMES),
            "frame of all columns": lambda opened=opened: opened.to_pandas(),
        }
        for what, call in measured.items():
            print(f"{name:8} {what:42} {rows:9,} rows {median_seconds(call):7.3f} s {size:6.0f} MB", flush=True)


if __name__ == "__main__":
    main()
