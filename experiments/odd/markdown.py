"""Markdown: tables, code, and the links of a table of contents."""

import re
from collections.abc import Iterable, Sequence

HEADING = re.compile(r"^(#{2,3}) (.+)$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    r"""A table; bars and line breaks within a cell are escaped.

    >>> print(table(["a", "b"], [[1, "x|y"]]))
    | a | b |
    | --- | --- |
    | 1 | x\|y |
    """
    lines = [list(head), ["---"] * len(head), *([escaped(str(cell)) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def escaped(cell: str) -> str:
    """Text that stays within one cell."""
    return " ".join(cell.split()).replace("|", "\\|")


def code(text: object) -> str:
    """Text in the font of code."""
    return f"`{text}`"


def codes(texts: Iterable[object]) -> str:
    """Several of them."""
    return ", ".join(map(code, texts))


def sentence(text: str) -> str:
    """Text that begins with a capital letter, unless it begins with code, and ends with a full stop.

    >>> sentence("how soon")
    'How soon.'
    """
    return text[:1].upper() + text[1:] + ("" if text[-1:] in ".!?" else ".")


def anchor(heading: str) -> str:
    """The name by which a page links to one of its headings.

    >>> anchor("4.1 Basic principles"), anchor("`sim/day.py`")
    ('41-basic-principles', 'simdaypy')
    """
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def headings(text: str) -> list[tuple[int, str]]:
    """Level and text of the headings of levels 2 and 3, in order."""
    return [(len(marks), title) for marks, title in HEADING.findall(FENCED.sub("", text))]


def contents(text: str) -> str:
    """A table of contents: one line for each heading of level 2, and below it those of level 3, side by side."""
    lines: list[str] = []
    for level, title in headings(text):
        link = f"[{title}](#{anchor(title)})"
        if level == 2:
            lines.append(f"- {link}")
        else:
            lines[-1] += (" · " if "): [" in lines[-1] else ": ") + link
    return "\n".join(lines)
