"""Charts: each function draws one figure from a comparison, or from the tables of one run."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from lockgate.experiments.charts.channels import channels, displacement_table
from lockgate.experiments.charts.differences import differences
from lockgate.experiments.charts.style import DPI, Chart, one_at_a_time
from lockgate.experiments.charts.timeline import timeline
from lockgate.experiments.charts.tradeoff import tradeoff
from lockgate.experiments.charts.weekly import weekly
from lockgate.experiments.results.results import Results

__all__ = ["channels", "chart_files", "differences", "displacement_table", "draw_all", "save", "timeline", "tradeoff", "weekly"]


def draw_all(comparison: Results) -> dict[str, Chart]:
    """Every chart of a comparison, by name. One policy alone has no differences."""
    charts = {"tradeoff": tradeoff, "differences": differences, "weekly": weekly, "channels": channels}
    return {name: draw(comparison) for name, draw in charts.items() if name != "differences" or len(comparison.names) > 1}


@one_at_a_time
def save_chart(figure: Chart, path_without_suffix: str | Path) -> tuple[Path, Path]:
    """Write a chart as PNG and SVG, the same bytes every time, and return both paths."""
    path = Path(path_without_suffix)
    path.parent.mkdir(parents=True, exist_ok=True)
    png, svg = path.with_name(path.name + ".png"), path.with_name(path.name + ".svg")
    figure.savefig(png, dpi=DPI)
    figure.savefig(svg, dpi=DPI)
    return png, svg


def chart_files(name: str, figure: Chart, made: dict[str, Any]) -> dict[str, Callable[[Path], None]]:
    """What writes PNG and SVG of a chart, of a name without suffix, for `write_folder`. They say what made them."""
    figure.provenance = made

    def write(path: Path) -> None:
        save_chart(figure, path.with_suffix(""))

    return {f"{name}.png": write}
