"""How a comparison shows itself in a notebook: in one sentence, as a page of table, words and charts, and as a bar while it runs.

Numbers and words are those of the terminal (`experiments.text`).
"""

import sys
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any

from lockgate.experiments.text.comparison import sentences
from lockgate.experiments.text.notes import heading, headings, notes
from lockgate.experiments.text.numbers import printable
from lockgate.experiments.text.table import policy_rows, table_columns
from lockgate.experiments.text.wording import Wording
from lockgate.sim.bounds import shown
from lockgate.sim.errors import InputError

if TYPE_CHECKING:
    from lockgate.experiments.charts.style import Chart
    from lockgate.experiments.results.results import Results
# Notebooks take style sheets out of what they do not trust, so each element has its own style. Colours are the notebook's, dark or light.
SCROLL = "overflow-x:auto"  # what is wider than a narrow screen moves sideways, and the page does not
TABLE = "border-collapse:collapse;font-size:12px;line-height:1.35;font-variant-numeric:tabular-nums"
CELL = "padding:{}px 0 1px 10px;text-align:right;vertical-align:top;font-weight:{}"
LABEL = "padding:{}px 0 1px;text-align:left;vertical-align:top;font-weight:{}"
FIRST, OTHERS = (7, "bold"), (1, "normal")  # room above a row, and its weight: the first of a policy, and what belongs to it
CHART = "width:100%;min-width:720px;max-width:1060px"


def sentence(comparison: "Results") -> str:
    """The policies, the world, the draws and the seed."""
    reference, *others = map(printable, comparison.labels)
    compared = f"{reference} (the reference)" + (f", {', '.join(others)}" if others else "")
    return f"Comparison of {compared}. {heading(printable(comparison.world.name), wording(comparison), comparison.seed)}"


def wording(comparison: "Results") -> Wording:
    """How its draws are spoken of."""
    return Wording(comparison.horizon_days, comparison.draws, comparison.fixed)


def page(comparison: "Results") -> str:
    """HTML of the table, what it says in words, and the charts: the first open, the others under their titles."""
    from lockgate.experiments.charts import draw_all

    summary, words = comparison.summary(), wording(comparison)
    parts = [
        "<div>",
        *map(paragraph, headings(summary, words, comparison.seed)),
        *table(summary, words),
        *map(small, notes(summary, words)),
        *map(paragraph, sentences(summary, words)),
        *(chart(name, figure, folded=name != "tradeoff") for name, figure in draw_all(comparison).items()),
        "</div>",
    ]
    return "\n".join(parts)


def plain(text: str) -> str:
    """Text of users, which is no HTML."""
    return escape(printable(text))


def paragraph(text: str) -> str:
    """A paragraph."""
    return f"<p>{plain(text)}</p>"


def small(text: str) -> str:
    """A note."""
    return f'<p style="font-size:12px;margin:4px 0">{plain(text)}</p>'


def table(summary: Mapping[str, Any], words: Wording) -> Iterable[str]:
    """The rows of the terminal's table, in a box that moves sideways where the screen is narrow."""
    policies = summary["policies"]
    outcomes = table_columns(policies.values())
    yield f'<div style="{SCROLL}"><table style="{TABLE}"><thead>'
    yield from row(["policy", *(f"{column.heading}\n{column.unit}" for column in outcomes)], "th", FIRST)
    yield "</thead>"
    for name in policies:
        yield "<tbody>"
        for place, cells in enumerate(policy_rows(name, summary, outcomes, words)):
            yield from row(cells, "td", OTHERS if place else FIRST)
        yield "</tbody>"
    yield "</table></div>"


def row(cells: list[str], kind: str, look: tuple[int, str]) -> Iterable[str]:
    """A row whose first cell is its label. A line break stays one."""
    label, *others = ("<br>".join(map(plain, cell.split("\n"))) for cell in cells)
    scope = "col" if kind == "th" else "row"
    yield f'<tr><th scope="{scope}" style="{LABEL.format(*look)}">{label}</th>'
    yield from (f'<{kind} style="{CELL.format(*look)}">{cell}</{kind}>' for cell in others)
    yield "</tr>"


def chart(name: str, figure: "Chart", *, folded: bool) -> str:
    """A chart, which has its title read aloud in its place. Folded, it lies under its title until that is clicked on."""
    title = plain(figure.title)
    picture = f'<img alt="{title}" style="{CHART}" src="data:image/png;base64,{b64encode(figure.png()).decode()}">'
    box = f'<div style="{SCROLL}">{picture}</div>'
    return f"<details><summary>{name}: {title}</summary>{box}</details>" if folded else box


@contextmanager
def advancing(progress: Any, total: int, noun: str) -> Iterator[Callable[[int], None] | None]:
    """What to call with each number of things that are done: a function of the caller's, a bar (true), or nothing (false).

    A bar shows in a notebook and on a terminal, and goes when all is done. Elsewhere nothing is written.
    """
    if callable(progress):
        yield progress
    elif progress is True and (kernel := notebook()) is not None:
        with Bar(kernel, total, noun) as bar:
            yield bar
    elif progress is True and sys.stderr is not None and sys.stderr.isatty():
        from lockgate.experiments.command.screen import progress as on_terminal

        with on_terminal(total, noun, quiet=False) as advance:
            yield advance
    elif progress is None or isinstance(progress, bool):
        yield None
    else:
        raise InputError(f"progress = {shown(progress)} must be true (a bar), false (none), or a function of the number of draws done")


def notebook() -> Any:
    """What shows things in the notebook that this runs in, if it does. IPython is never imported: where it runs, it is there."""
    ipython = sys.modules.get("IPython")
    shell: Any = ipython.get_ipython() if ipython else None
    return shell.display_pub if getattr(shell, "kernel", None) else None


class Bar:
    """A bar in the output of a cell, in plain HTML, which needs nothing installed."""

    def __init__(self, publisher: Any, total: int, noun: str) -> None:
        self.publisher, self.total, self.noun, self.done = publisher, total, noun, 0
        self.place = {"display_id": f"lockgate-{id(self)}"}

    def __enter__(self) -> "Bar":
        self.show(update=False)
        return self

    def __call__(self, more: int) -> None:
        """Count what is done."""
        self.done += more
        self.show(update=True)

    def __exit__(self, *error: object) -> None:
        self.publish({"text/plain": "", "text/html": ""}, update=True)

    def show(self, *, update: bool) -> None:
        """The bar as it stands."""
        told = f"{self.done:,} of {self.total:,} {self.noun}"
        bar = f'<progress value="{self.done}" max="{self.total}"></progress> {told}'
        self.publish({"text/plain": told, "text/html": bar}, update=update)

    def publish(self, data: dict[str, str], *, update: bool) -> None:
        """Show it, or show it anew in the same place."""
        self.publisher.publish(data=data, metadata={}, transient=self.place, update=update)
