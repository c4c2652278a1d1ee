"""Charts: each function draws one figure from a comparison, or from the tables of one run."""

from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from experiments.charts.channels import channels
from experiments.charts.differences import differences
from experiments.charts.displacement import displacement_table
from experiments.charts.style import DPI, one_at_a_time
from experiments.charts.timeline import timeline
from experiments.charts.tradeoff import tradeoff
from experiments.charts.weekly import weekly
from experiments.results.results import Results

__all__ = ["channels", "differences", "displacement_table", "draw_all", "save", "timeline", "tradeoff", "weekly"]


def draw_all(comparison: Results) -> dict[str, Figure]:
    """Every chart of a comparison, by name. One policy alone has no differences."""
    charts = {"tradeoff": tradeoff, "differences": differences, "weekly": weekly, "channels": channels}
    return {name: draw(comparison) for name, draw in charts.items() if name != "differences" or len(comparison.names) > 1}


@one_at_a_time
def save(figure: Figure, path_without_suffix: str | Path) -> tuple[Path, Path]:
    """Write a figure as PNG and SVG, the same bytes every time, and return both paths."""
    path = Path(path_without_suffix)
    path.parent.mkdir(parents=True, exist_ok=True)
    png, svg = path.with_name(path.name + ".png"), path.with_name(path.name + ".svg")
    with mpl.rc_context({"svg.hashsalt": "lockgate"}):
        figure.savefig(png, dpi=DPI, metadata={"Software": None})
        figure.savefig(svg, dpi=DPI, metadata={"Date": None})
    return png, svg
