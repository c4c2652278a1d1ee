"""What a comparison leaves on disk: tables of runs, differences and weeks, a summary, charts, and provenance."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.charts import draw_all, save
from experiments.charts.displacement import displacement_table
from experiments.charts.timeline import timeline
from experiments.comparison import OUTCOMES, Comparison
from experiments.credibility.card import credibility_card
from experiments.folder import Writer, write_folder, write_json
from experiments.provenance import policy_content, provenance, study_of, world_content
from sim.engine import trace

CARD = "credibility.md"


def save_comparison(comparison: Comparison, folder: Path, command: Sequence[str]) -> Path:
    """Write a comparison with its charts to a folder, whole or not at all. Raises `InputError` over another study."""
    study = study_of(
        comparison.policies, comparison.world, comparison.draws, comparison.seed, comparison.horizon_days, comparison.fixed
    )
    files: dict[str, Writer] = {
        "runs.parquet": partial(pq.write_table, runs_table(comparison)),
        "differences.parquet": partial(pq.write_table, differences_table(comparison)),
        "series.parquet": partial(pq.write_table, series_table(comparison)),
        "displacement.parquet": partial(pq.write_table, pa.Table.from_pylist(displacement_table(comparison))),
        "summary.json": partial(write_json, comparison.summary()),
    }
    card = credibility_card(comparison)
    files[CARD] = partial(write_text, card.text())
    for name, figure in draw_all(comparison).items():
        files |= chart_files(name, figure)
    shown = comparison.policies[min(1, len(comparison.policies) - 1)]
    tables = trace(comparison.ensemble.worlds[:1], shown, int(comparison.ensemble.seeds[0]), comparison.horizon_days)
    caption = f"draw 0 of {comparison.draws}, world {comparison.world.name}, seed {comparison.seed}"
    files |= chart_files("timeline", timeline(tables, shown.name, caption=caption))
    manifest = {
        "study": study,
        **provenance(command),
        "reference": comparison.names[0],
        "seeds": comparison.ensemble.seeds.tolist(),
        "interval": comparison.summary()["interval"],
        "credibility": card.content(),
        "policies": {policy.name: policy_content(policy) for policy in comparison.policies},
        "parameters": world_content(comparison.world),
        "columns": {name: f"{field.unit}: {field.meaning}" for name, field in OUTCOMES.items()},
    }
    return write_folder(folder, files, manifest)


def write_text(text: str, path: Path) -> None:
    """Text as it is."""
    path.write_text(text, encoding="utf-8")


def chart_files(name: str, figure: Any) -> dict[str, Writer]:
    """PNG and SVG of one chart."""

    def write(path: Path) -> None:
        save(figure, path.with_suffix(""))

    return {f"charts/{name}.png": write}


def identity(comparison: Comparison, policies: Sequence[int]) -> dict[str, Any]:
    """The columns that say which run a row is, draw by draw, policies within."""
    draws = comparison.draws
    names = [comparison.names[place] for place in policies]
    return {
        "policy": pa.array(names * draws).dictionary_encode(),
        "world": pa.array([comparison.world.name] * (len(names) * draws)).dictionary_encode(),
        "draw": np.repeat(np.arange(draws), len(names)),
        "seed": np.repeat(comparison.ensemble.seeds, len(names)),
    }


def runs_table(comparison: Comparison) -> pa.Table:
    """One row a run: policy, world, draw, seed, the sampled parameters, and all outcomes."""
    places = range(len(comparison.policies))
    sampled = () if comparison.fixed else comparison.world.sampled
    parameters = {name: np.repeat(comparison.ensemble.worlds[name], len(places)) for name in sampled}
    outcomes = {name: np.ascontiguousarray(comparison.results.outcomes[name]).ravel() for name in OUTCOMES}
    return pa.table({**identity(comparison, places), **parameters, **outcomes})


def differences_table(comparison: Comparison) -> pa.Table:
    """One row a draw and policy: every outcome less that of the reference in the same draw."""
    places = range(1, len(comparison.policies))
    return pa.table({**identity(comparison, places), **{name: comparison.difference(name)[:, 1:].ravel() for name in OUTCOMES}})


def series_table(comparison: Comparison) -> pa.Table:
    """One row a run and week."""
    weeks = comparison.results.weeks
    runs = {name: column for name, column in identity(comparison, range(len(comparison.policies))).items() if name != "seed"}
    index = np.repeat(np.arange(weeks.shape[0] * weeks.shape[1]), weeks.shape[2])
    columns = {name: np.ascontiguousarray(weeks[name]).ravel() for name in weeks.dtype.names or ()}
    return pa.table({**{name: pa.array(column).take(pa.array(index)) for name, column in runs.items()}, **columns})
