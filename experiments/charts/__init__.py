"""Charts: each function draws one figure from a comparison, or from the tables of one run."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from lockgate.experiments.answers.divergence.examples import Example, typical
from lockgate.experiments.answers.over_time.effect import effects
from lockgate.experiments.charts.channels import channels
from lockgate.experiments.charts.differences import differences
from lockgate.experiments.charts.effect import effect as draw_effects
from lockgate.experiments.charts.style import Chart, caption, one_at_a_time
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

__all__ = ["Plots", "channels", "chart_files", "differences", "draw_all", "effect", "save_chart", "timeline", "tradeoff", "weekly"]


PAIRED = ("effect", "differences")  # charts of differences, which one policy alone does not have


def draw_all(comparison: Results) -> dict[str, Chart]:
    """Every chart of a comparison, by name. One policy alone has no differences."""
    charts = {"tradeoff": tradeoff, "effect": effect, "differences": differences, "weekly": weekly, "channels": channels}
    return {name: draw(comparison) for name, draw in charts.items() if name not in PAIRED or len(comparison.names) > 1}


def effect(comparison: Results) -> Chart:
    """Misuse saved so far, by day, under each policy but the reference."""
    return draw_effects(effects(comparison), caption(comparison), comparison_provenance(comparison))


@one_at_a_time
def save_chart(figure: Chart, path_without_suffix: str | Path) -> tuple[Path, Path]:
    """Write a chart as PNG and SVG, the same bytes every time, and return both paths."""
    path = Path(path_without_suffix)
    path.parent.mkdir(parents=True, exist_ok=True)
    png, svg = path.with_name(path.name + ".png"), path.with_name(path.name + ".svg")
    figure.write(png)
    figure.write(svg)
    return png, svg


def chart_files(name: str, figure: Chart, made: dict[str, Any]) -> dict[str, Callable[[Path], None]]:
    """What writes PNG and SVG of a chart, of a name without suffix, for `write_folder`. They say what made them."""
    figure.provenance = made

    def write(path: Path) -> None:
        save_chart(figure, path.with_suffix(""))

    return {f"{name}.png": write}


class Plots:
    """The charts of a comparison, each by its name: `results.plot.tradeoff()`.

    Each method draws one, a Matplotlib figure; with `phone` it is 390 pixels wide, with its panels below one another. PNG and SVG files
    saved of it say how it was made (`read_provenance`).
    """

    def __init__(self, comparison: Results) -> None:
        self._comparison = comparison

    @installed_first
    def tradeoff(self, *, phone: bool = False) -> Chart:
        """Model-enabled harm against release delay: one mark a policy, as a level and as a paired difference from the reference."""
        return tradeoff(self._comparison, phone=phone)

    @installed_first
    def effect(self) -> Chart:
        """Misuse saved so far, by day: mean, median and spread over worlds. Raises `InputError` for one policy alone."""
        return effect(self._comparison)

    @installed_first
    def differences(self, *, phone: bool = False) -> Chart:
        """Paired differences from the reference in the headline outcomes. Raises `InputError` for one policy alone."""
        return differences(self._comparison, phone=phone)

    @installed_first
    def weekly(self, *, phone: bool = False) -> Chart:
        """Weekly harm, exposed share of code and usable lead: levels under the reference, and paired differences from it."""
        return weekly(self._comparison, phone=phone)

    @installed_first
    def channels(self, *, phone: bool = False) -> Chart:
        """Harm and operations by the channel that attackers used, and where operations went instead."""
        return channels(self._comparison, phone=phone)

    @installed_first
    def timeline(self, policy: str | None = None, draw: int | Example | None = None) -> Chart:
        """Who could use which system, day by day, in one draw under one policy (the second by default, or the only one).

        By default it is the draw whose difference in harm is nearest the median, and the caption says how typical that is. Raises
        `InputError` where there is no such policy or draw.
        """
        comparison, names = self._comparison, self._comparison.names
        name = names[min(1, len(names) - 1)] if policy is None else policy
        if name not in names:
            raise InputError(f"policy = {shown(name)} must be one of those compared: {', '.join(names)}{nearest(str(name), names)}")
        example = typical(comparison, name) if draw is None else draw if isinstance(draw, Example) else None
        place = example.place if example else whole("draw", draw, 0, comparison.draws - 1, "draws of this comparison, from 0 on")
        worlds, seed = comparison.ensemble.worlds[place : place + 1], int(comparison.ensemble.seeds[place])
        tables = trace(worlds, comparison.policies[names.index(name)], seed, comparison.horizon_days)
        told = example.note if example else f"draw {place} of {comparison.draws}"
        figure = timeline(tables, name, caption=f"{told}; world {comparison.world.name}, seed {comparison.seed}")
        figure.provenance = comparison_provenance(comparison)
        return figure
