"""What knowing is worth to the choice among policies: one row a thing to know."""

from typing import Any

import numpy as np
from matplotlib.ticker import FuncFormatter

from lockgate.experiments.answers.knowing.information import Gain
from lockgate.experiments.answers.knowing.knowing import Knowing
from lockgate.experiments.charts.style import (
    BLUE,
    GREY,
    INK,
    NORMAL,
    ORANGE,
    PALE,
    SMALL,
    Chart,
    blank,
    named,
    one_at_a_time,
    quantity,
    settle,
)
from lockgate.experiments.text.numbers import percent, ticked

SHOWN = 10  # inputs
NOTE = (
    "Bars: what a rule learnt from these cases saves on cases that it has not seen, with its 95 % interval, for a choice by expected cost; "
    "beside them, in how many cases the choice would be another one. What cannot be told from chance is 0."
)


@one_at_a_time
def knowing_chart(found: Knowing, caption: str = "", provenance: dict[str, Any] | None = None) -> Chart:
    """Foresight of everything, groups of inputs, what a preview shows, and the inputs that are worth most to know alone."""
    rows = rows_of(found)
    figure = blank(1.5 + 0.3 * len(rows), title_of(found), f"{caption} {NOTE}".strip(), provenance)
    axes = figure.subplots()
    ends = np.array([[gain.value, gain.low, gain.high] for _, gain, _ in rows])
    shown = quantity("worth of knowing a run", "US$", ends)
    for row, (_, gain, colour) in enumerate(rows):
        axes.barh(row, gain.value * shown.factor, height=0.6, color=colour, alpha=0.8, zorder=2)
        if gain.value and np.isfinite(gain.low):
            axes.plot([gain.low * shown.factor, gain.high * shown.factor], [row, row], color=INK, linewidth=1.2, zorder=3)
    reach = float(np.nanmax(ends)) * shown.factor or 1.0
    for row, (_, gain, _) in enumerate(rows):
        text = f"{percent(gain.changed)} of choices" if gain.value else "0"
        right = max(gain.value, gain.high if gain.value and np.isfinite(gain.high) else 0.0) * shown.factor
        axes.text(right + 0.012 * reach, row, text, va="center", fontsize=SMALL, color=GREY)
    axes.set_yticks(range(len(rows)), [name for name, _, _ in rows], fontsize=NORMAL)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0.0, 1.18 * reach)
    axes.set_xlabel(shown.label, fontsize=NORMAL)
    axes.xaxis.set_major_formatter(FuncFormatter(ticked))
    axes.tick_params(labelsize=SMALL, colors=GREY)
    axes.grid(axis="x", color=PALE, linewidth=0.6, zorder=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    settle(figure)
    return figure


def rows_of(found: Knowing) -> list[tuple[str, Gain, str]]:
    """Label, gain and colour of each row: groups, the preview, and the inputs that are worth anything alone."""
    rows = [("everything, luck included", found.perfect, ORANGE), ("all inputs", found.every, BLUE)]
    rows.append(("inputs of weak evidence (D, E, S)", found.weak, BLUE))
    if found.preview:
        rows.append((f"first {found.preview.day} days of {named(found.preview.policy)}", found.preview.gain, BLUE))
    alone = [(f"{named(name)} ({grade})" if grade else named(name), gain, BLUE) for name, grade, gain in found.inputs if gain.value]
    return rows + alone[:SHOWN]


def title_of(found: Knowing) -> str:
    """The choice as things are known, and whether knowing anything alone is worth something."""
    best = (
        f"{named(found.best[0])} clearly has the least expected cost"
        if len(found.best) == 1
        else f"{len(found.best)} policies share the least cost"
    )
    worth = sum(gain.value > 0.0 for _, _, gain in found.inputs)
    alone = f"{worth} of {len(found.inputs)} inputs {'is' if worth == 1 else 'are'} worth knowing alone"
    return f"{best}; {alone if worth else 'no input alone is worth knowing beyond chance'}"
