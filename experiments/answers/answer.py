"""What every answer can do."""

from typing import Any, Protocol


class Answer(Protocol):
    """An answer to one question about a study."""

    def sentences(self) -> list[str]:
        """What it says, in plain words; the answer first."""

    def content(self) -> dict[str, Any]:
        """The same as plain content, which JSON can hold."""
