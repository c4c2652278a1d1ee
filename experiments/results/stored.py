"""Opening the folder of a study."""

from os import PathLike
from pathlib import Path

import numpy as np

from lockgate.experiments.results.parts import parts_of
from lockgate.experiments.results.results import Results
from lockgate.experiments.results.selection import Selection
from lockgate.experiments.sweep.folder import StudyFolder, last_draw, study_of
from lockgate.experiments.sweep.plan import SweepPlan
from lockgate.scenarios.files import spelled
from lockgate.sim.errors import InputError

MOST_RUNS_WITH_FEW = 10_000_000
MOST_TIMES = 1000  # as many runs as are there


def open_study(folder: str | PathLike[str], *, verify: bool = True) -> Results:
    """Open the folder of a study, finished or not. What it gives is what was there when it was opened.

    `Results` has an array of each outcome, (draws, policies), with axes for worlds and points where there are several.
    Every file is compared with the hash that was written down for it; `verify=False` leaves that out for the parts. Raises `Damaged`, which
    names the file, where one is missing or not what was written, and `InputError` where there is no study.
    """
    kept = StudyFolder(Path(spelled("folder", folder)))
    stored = kept.stored()
    study = study_of(kept, stored)
    plan = SweepPlan(study, stored.content["chunk"], stored.kinds)
    records, parts = kept.records(), parts_of(kept, plan.runs_per_draw, verify=verify)
    refuse_sparse(kept.folder, parts.run_count, len(parts.runs))
    sizes = len(study.worlds), study.point_count, len(study.policies), parts.run_count // plan.runs_per_draw
    return Results(
        parts,
        Selection(study, *map(np.arange, sizes)),
        stored.content,
        provenance=tuple(record["by"] for record in records if "by" in record),
        complete=parts.holds_all(plan.runs(last_draw(kept.journal.records(), study.draws))),
        folder=kept.folder,
    )


def refuse_sparse(folder: Path, runs: int, there: int) -> None:
    """Refuse a few runs with so many missing before them that room for all would take the machine's memory."""
    if runs > max(MOST_RUNS_WITH_FEW, MOST_TIMES * there):
        few = f"{there:,} of the {runs:,} runs up to its last one"
        raise InputError(f"{folder} holds {few}, too few to be read alone; merge it with others first")
