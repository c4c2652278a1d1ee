"""The tables in `docs/speed.md`: `python -m experiments.benchmark.page FILE` makes them from what `lockgate bench --json` printed."""

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from experiments.benchmark.figures import Content
from experiments.benchmark.table import HEADINGS, SERIES_HEADINGS, rows, sentences, series

PAGE = Path(__file__).parents[2] / "docs" / "speed.md"
BEGIN, END = "<!-- measured -->\n", "<!-- end of measured -->\n"


def block(content: Content) -> str:
    """Both tables and what they were measured on, in Markdown."""
    parts = [
        f"`{content['provenance']['command']}` printed this.",
        grid(HEADINGS, rows(content)),
        grid(SERIES_HEADINGS, series(content)),
        *sentences(content),
    ]
    return "\n\n".join(parts) + "\n"


def grid(headings: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    """A table in Markdown.

    >>> print(grid(("a", "b"), [("1", "2")]))
    | a | b |
    |---|--:|
    | 1 | 2 |
    """
    rule = f"|---|{'--:|' * (len(headings) - 1)}"
    return "\n".join([f"| {' | '.join(headings)} |", rule, *(f"| {' | '.join(row)} |" for row in body)])


def filled(page: str, content: Content) -> str:
    """A page with the block between its markers."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{block(content)}{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), json.loads(Path(sys.argv[1]).read_text())), encoding="utf-8", newline="\n")
