"""A console on which text of users is shown as it is: no markup, no highlighting, and nothing that steers the terminal."""

from typing import Any

from rich.console import Console
from rich.text import Text

from experiments.text import printable_lines

NARROWEST = 20  # columns: below that nothing can be read


class PlainConsole(Console):
    """What users name comes out as it is written, and what cannot be seen as a visible escape."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(markup=False, highlight=False, emoji=False, stderr=stderr)
        if (width := self.width) < NARROWEST:  # else it goes on to follow the window
            self.width = max(width, NARROWEST)

    def render_str(self, text: str, **options: Any) -> Text:
        """All text that is printed, on its own or in a table, comes through here."""
        return super().render_str(printable_lines(text), **options)
