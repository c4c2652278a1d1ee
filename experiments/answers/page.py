"""All answers that the runs of a study allow, on one page of text with links to charts; and what further runs would settle."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lockgate.experiments.charts.style import Chart

Draw = Callable[[], "Chart"]


@dataclass(frozen=True)
class Section:
    """The answer to one question: what it says, the same as plain content, and functions that draw its charts, by name."""

    title: str
    sentences: tuple[str, ...]
    content: Mapping[str, Any] = field(default_factory=dict)
    charts: Mapping[str, Draw] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """Its title, which runs were looked at (`about`), a section for each question, and why others have none (`missing`)."""

    title: str
    about: tuple[str, ...]
    sections: Mapping[str, Section]
    missing: Mapping[str, str] = field(default_factory=dict)

    @property
    def charts(self) -> dict[str, Draw]:
        """What draws each chart, by name."""
        return {name: draw for section in self.sections.values() for name, draw in section.charts.items()}

    def text(self, drawn: Collection[str] = ()) -> str:
        """The page in Markdown, with the charts that were drawn beside it in `charts`.

        >>> print(Page("Hold it?", ("20 worlds.",), {"effect": Section("For how long", ("Three weeks.",))}).text(), end="")
        # Hold it?
        <BLANKLINE>
        20 worlds.
        <BLANKLINE>
        ## For how long
        <BLANKLINE>
        - Three weeks.
        """
        lines = [f"# {self.title}", "", *self.about]
        for section in self.sections.values():
            pictures = [f"![{section.title}](charts/{name}.png)" for name in section.charts if name in drawn]
            lines += ["", f"## {section.title}", "", *(f"- {said}" for said in section.sentences)]
            lines += ["", *pictures] if pictures else []
        if self.missing:
            lines += ["", "## What these runs cannot tell", "", *(f"- {name}: {why}" for name, why in self.missing.items())]
        return "\n".join(lines) + "\n"

    def content(self) -> dict[str, Any]:
        """The same as plain content."""
        sections = {name: {"says": list(section.sentences), **section.content} for name, section in self.sections.items()}
        return {"title": self.title, "about": list(self.about), "answers": sections, "missing": dict(self.missing)}
