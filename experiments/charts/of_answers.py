"""The charts of the answers, by name."""

from collections.abc import Callable

from lockgate.experiments.charts.choice import choice_chart
from lockgate.experiments.charts.divergence import divergence
from lockgate.experiments.charts.drivers import drivers_chart
from lockgate.experiments.charts.effect import effect
from lockgate.experiments.charts.flip_map import flip_map
from lockgate.experiments.charts.four_lines import four_lines_chart
from lockgate.experiments.charts.knowing import knowing_chart
from lockgate.experiments.charts.mechanisms import mechanisms
from lockgate.experiments.charts.style import Chart
from lockgate.experiments.charts.worst import worst

CHARTS: dict[str, Callable[..., Chart]] = {
    "effect": effect,
    "drivers": drivers_chart,
    "flip-map": flip_map,
    "mechanisms": mechanisms,
    "divergence": divergence,
    "divergence-backfired": divergence,
    "choice": choice_chart,
    "knowing": knowing_chart,
    "worst": worst,
    "four-lines": four_lines_chart,
}
