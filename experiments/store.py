"""What a comparison leaves on disk: tables of runs, differences and weeks, a summary, charts, and provenance."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from lockgate.experiments.answers.divergence.examples import backfired
from lockgate.experiments.answers.precision.looks import Stopped
from lockgate.experiments.evidence.card import credibility_card
from lockgate.experiments.folder import Writer, write_folder, write_json, write_lines, write_table
from lockgate.experiments.provenance import chart_provenance, comparison_study, provenance
from lockgate.experiments.report.report import report
from lockgate.experiments.results.displacement import displacement_table
from lockgate.experiments.results.intervals import METHODS
from lockgate.experiments.results.results import Results
from lockgate.experiments.sweep.folder import PLAN, StudyFolder
from lockgate.experiments.sweep.layout import part_of
from lockgate.experiments.sweep.metadata import manifest, write_datapackage
from lockgate.experiments.sweep.runner import Runner
from lockgate.sim.model.outcomes import OUTCOMES

CARD, REPORT = "credibility.md", "report.html"


def save_comparison(
    comparison: Results,
    folder: Path,
    command: Sequence[str],
    by: Sequence[str] = (),
    stopped: Stopped | None = None,
    *,
    charts: bool = True,
) -> Path:
    """Write a comparison to a folder, whole or not at all. Raises `InputError` over another study.

    Differences are also split by each of the structures `by`. `stopped` says why there are so many draws, where that was found on the way.
    Without `charts`, no chart is drawn, and there is no report.
    """
    made_by = provenance(command, comparison.kinds)
    study = {**comparison_study(comparison), **(stopped.asked if stopped else {})}
    told = {"stopped": stopped.content()} if stopped else {}
    files: dict[str, Writer] = {
        PLAN: partial(write_study, comparison, made_by),
        "differences.parquet": partial(write_table, differences_table(comparison)),
        "displacement.parquet": partial(write_table, pa.Table.from_pylist(displacement_table(comparison))),
        "summary.json": partial(write_json, {**comparison.summary(), **told}),
    }
    for name in by:
        files[f"by-{name}.parquet"] = partial(write_table, split_table(comparison, name))
    card = credibility_card(comparison)
    files[CARD] = partial(write_lines, card.text().splitlines())
    if charts:
        files |= files_of_charts(comparison, chart_provenance(study, command))
        if len(comparison.names) > 1:
            files[REPORT] = partial(write_report, report(comparison, command=command, card=card))
    about = manifest(comparison.study, made_by, comparison.seeds.tolist(), METHODS, card.content())
    return write_folder(folder, files, {**about, "study": study, **told})


def write_report(text: str, path: Path) -> None:
    """The report as it is."""
    path.write_text(text, encoding="utf-8", newline="\n")


def files_of_charts(comparison: Results, made: dict[str, Any]) -> dict[str, Writer]:
    """What writes each chart."""
    from lockgate.experiments.charts import Plots, chart_files, draw_all  # here, since Matplotlib takes half a second to load

    figures = {**draw_all(comparison), "timeline": Plots(comparison).timeline()}
    if (example := backfired(comparison)) is not None:
        figures["timeline-backfired"] = Plots(comparison).timeline(draw=example)
    files: dict[str, Writer] = {}
    for name, figure in figures.items():
        files |= chart_files(f"charts/{name}", figure, made)
    return files


def write_study(comparison: Results, by: Mapping[str, Any], path: Path) -> None:
    """The folder of a study as a sweep leaves it, so that a comparison is read and replayed like one. `path` is that of its plan.

    `by` says what made it, which its journal and its manifest have in common.
    """
    plan, rows = comparison.plan, comparison.rows
    folder = StudyFolder(path.parent)
    folder.begin(plan)
    folder.note_begin(plan, comparison.draws, 0, by)
    runner = Runner(plan, drawn=[comparison.ensemble])
    for piece in plan.pieces(comparison.draws, ()):
        folder.keep(part_of(runner, rows.part(piece)))
    write_datapackage(folder, plan)
    folder.journal.append({"finished": comparison.draws})


def split_table(comparison: Results, structure: str) -> pa.Table:
    """One row an outcome, policy and value of a structure: differences from the reference, or levels of one policy alone."""
    by = ["policy", structure]
    found = comparison.differences(by=by) if len(comparison.names) > 1 else comparison.estimates(by=by)
    return pa.Table.from_pandas(found, preserve_index=False)


def differences_table(comparison: Results) -> pa.Table:
    """One row a draw and policy: every outcome less that of the reference in the same draw."""
    draws, names = comparison.draws, comparison.names[1:]
    return pa.table(
        {
            "draw": np.repeat(np.arange(draws), len(names)),
            "world": pa.array([comparison.world.name] * (len(names) * draws)).dictionary_encode(),
            "policy": pa.array(list(names) * draws).dictionary_encode(),
            "seed": np.repeat(comparison.ensemble.seeds, len(names)),
            **{name: comparison.difference(name)[:, 1:].ravel() for name in OUTCOMES},
        }
    )
