"""What a report holds, as plain data: sentences, tables, figures and sections, in the order in which a reader meets them."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lockgate.experiments.results.verdict import Verdict


@dataclass(frozen=True)
class Paragraph:
    """One or more sentences. `kind` names its look: nothing, `note` or `lead`."""

    text: str
    kind: str = ""


@dataclass(frozen=True)
class Heading:
    """A heading within a section."""

    text: str


@dataclass(frozen=True)
class Points:
    """A list of sentences."""

    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True)
class Terms:
    """Words with what they mean, or names with their values."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """Rows of cells under a head. The first cell of each row is its name."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Figure:
    """A drawing by its name (`experiments.report.drawing`), with its data, which JSON can hold.

    `name` is that of its place in the report, `chart-NAME`. `data` has the `title` that stands above the drawing and `alt`, the sentence
    that says what it shows. `note` explains marks. `columns` are its numbers, of equal length, for the table at the end.
    """

    name: str
    drawing: str
    data: Mapping[str, Any]
    note: str
    columns: Mapping[str, Sequence[Any]]

    @property
    def csv(self) -> str:
        r"""Its numbers as comma-separated values, in full precision.

        >>> Figure("a", "effect", {}, "", {"day": [1, 2], "said": ["no", "a,b"]}).csv
        'day,said\n1,no\n2,"a,b"\n'
        """
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(zip(*self.columns.values(), strict=True))
        return text.getvalue()


Part = Heading | Paragraph | Points | Terms | Table | Figure


@dataclass(frozen=True)
class Section:
    """A section under a heading of its own. One that is `skipped` says why in its only part."""

    name: str
    title: str
    parts: tuple[Part, ...]
    skipped: bool = False


@dataclass(frozen=True)
class Answer:
    """The first screen: question and answer, the verdict, what it costs, what would turn it, and what it is not."""

    question: str
    subject: str
    answer: str
    verdict: Verdict
    word: str
    size: str
    interval: str
    misuse: tuple[str, ...]
    costs: tuple[str, ...]
    turns: tuple[str, ...]
    figure: Figure | None
    why_none: str
    honesty: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """A whole report. `made` says what made it, `claims` are cards by which its claims can be checked."""

    answer: Answer
    sections: tuple[Section, ...]
    made: Mapping[str, str]
    claims: tuple[Mapping[str, Any], ...] = ()
    living: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What a browser calls it."""
        return self.answer.subject

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All figures, in order."""
        first = (self.answer.figure,) if self.answer.figure else ()
        return (*first, *(part for section in self.sections for part in section.parts if isinstance(part, Figure)))
