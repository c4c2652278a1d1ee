"""The stop rule: whether what a study has so far is precise enough."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from experiments.intervals import change
from experiments.sweep.columns import OK
from experiments.sweep.folder import KeptPart, StudyFolder
from experiments.sweep.layout import parquet_file
from experiments.sweep.plan import Piece, SweepPlan
from sim.outcomes import OUTCOMES


def is_precise(folder: StudyFolder, plan: SweepPlan, draws: int, whole: Mapping[Piece, KeptPart]) -> bool:
    """Whether, over the first `draws` draws, each difference that the stop rule names has a 95 % interval that is narrow enough.

    Where an interval cannot be given, it is not: too few draws differ from one another. Only parts that are whole are read.
    """
    rule = plan.study.stop
    if rule is None:
        return False
    paths = [part.paths(folder.folder)["runs"] for part in whole.values() if part.piece.first < plan.runs(draws)]
    columns = ["run", rule.outcome, "status"]
    table = pa.concat_tables([parquet_file(path).read(columns) for path in paths]).sort_by("run")
    values = np.full((draws, plan.runs_per_draw), np.nan)
    good = np.asarray(table["status"].to_numpy(zero_copy_only=False) == OK)
    run = table["run"].to_numpy()
    chosen = good & (run < plan.runs(draws))
    values.flat[run[chosen]] = table[rule.outcome].to_numpy(zero_copy_only=False)[chosen]
    cells = values.reshape(draws, -1, len(plan.study.policies))
    for cell in range(cells.shape[1]):
        base = cells[:, cell, 0]
        for policy in range(1, cells.shape[2]):
            mine = cells[:, cell, policy]
            both = np.isfinite(mine) & np.isfinite(base)
            if np.sum(both) < 2:
                return False
            difference = change(OUTCOMES[rule.outcome], mine[both], base[both])
            wanted = rule.half_width if rule.half_width is not None else (rule.half_width_share or 0.0) * abs(float(np.mean(base[both])))
            equal = not np.ptp(mine[both] - base[both])
            if not equal and not (difference["high"] - difference["low"]) / 2 <= wanted:
                return False
    return True
