"""Charts: each function draws one figure from a comparison, or from the tables of one run."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from lockgate.experiments.charts.channels import channels
from lockgate.experiments.charts.differences import differences
from lockgate.experiments.charts.style import DPI, Chart, one_at_a_time
from lockgate.experiments.charts.timeline import timeline
from lockgate.experiments.charts.tradeoff import tradeoff
from lockgate.experiments.charts.weekly import weekly
from lockgate.experiments.provenance import comparison_provenance
from lockgate.experiments.results.results import Results
from lockgate.sim.bounds import shown
from lockgate.sim.engine.run import trace
from lockgate.sim.errors import InputError, nearest
from lockgate.sim.search_path import installed_first
from lockgate.sim.settings import whole

__all__ = ["Plots", "channels", "chart_files", "differences", "draw_all", "save_chart", "timeline", "tradeoff", "weekly"]


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


class Plots:
    """The charts of a comparison, each by its name: `results.plot.tradeoff()`.

    Each method draws one, a Matplotlib figure. PNG and SVG files saved of it say how it was made (`read_provenance`).
    """

    def __init__(self, comparison: Results) -> None:
        self._comparison = comparison

    @installed_first
    def tradeoff(self) -> Chart:
        """Model-enabled harm against release delay: one point a policy, as a level and as a paired difference from the reference."""
        return tradeoff(self._comparison)

    @installed_first
    def differences(self) -> Chart:
        """Paired differences from the reference in the headline outcomes. Raises `InputError` for one policy alone."""
        return differences(self._comparison)

    @installed_first
    def weekly(self) -> Chart:
        """Weekly harm, exposed share of code and usable lead: median and middle half of the draws."""
        return weekly(self._comparison)

    @installed_first
    def channels(self) -> Chart:
        """Harm and operations by the channel that attackers used, and where operations went instead."""
        return channels(self._comparison)

    @installed_first
    def timeline(self, policy: str | None = None, draw: int = 0) -> Chart:
        """Who could use which system, day by day, in one draw under one policy (the second by default, or the only one).

        Raises `InputError` where there is no such policy or draw.
        """
        comparison, names = self._comparison, self._comparison.names
        name = names[min(1, len(names) - 1)] if policy is None else policy
        if name not in names:
            raise InputError(f"policy = {shown(name)} must be one of those compared: {', '.join(names)}{nearest(str(name), names)}")
        draw = whole("draw", draw, 0, comparison.draws - 1, "draws of this comparison, from 0 on")
        worlds, seed = comparison.ensemble.worlds[draw : draw + 1], int(comparison.ensemble.seeds[draw])
        tables = trace(worlds, comparison.policies[names.index(name)], seed, comparison.horizon_days)
        caption = f"draw {draw} of {comparison.draws}, world {comparison.world.name}, seed {comparison.seed}"
        figure = timeline(tables, name, caption=caption)
        figure.provenance = comparison_provenance(comparison)
        return figure
