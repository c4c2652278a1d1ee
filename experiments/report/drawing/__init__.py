"""Drawings: pure functions from plain data to the text of an SVG, the same as those of `page/draw.js`."""

from collections.abc import Callable
from typing import Any

from lockgate.experiments.report.drawing.bars import bars
from lockgate.experiments.report.drawing.effect import effect
from lockgate.experiments.report.drawing.flip_map import flip_map
from lockgate.experiments.report.drawing.story import story
from lockgate.experiments.report.drawing.whiskers import whiskers
from lockgate.experiments.report.drawing.worlds import worlds

DRAWINGS: dict[str, Callable[[dict[str, Any]], str]] = {
    "effect": effect,
    "worlds": worlds,
    "whiskers": whiskers,
    "flip_map": flip_map,
    "bars": bars,
    "story": story,
}
