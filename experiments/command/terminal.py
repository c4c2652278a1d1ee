"""The terminal: its streams, its environment, and what is set before anything is printed or drawn."""

import io
import logging
import os
import re
import sys
from contextlib import chdir, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console
from rich.text import Text

from lockgate.experiments.text.numbers import printable_lines

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


SIZE = re.compile(r"[1-9][0-9]{0,3}")  # of a terminal, in characters


def tidy_environment() -> None:
    """Drop sizes of the terminal that are none: libraries take them at their word."""
    for name in ("COLUMNS", "LINES"):
        if not SIZE.fullmatch(os.environ.get(name, "80")):
            del os.environ[name]


def load_charts() -> None:
    """Load what draws charts so that nothing but this program decides how they look: no settings of the current folder or of the user.

    Matplotlib reads `matplotlibrc` in the current folder, so it is loaded from a folder that has none. It fails where MPLBACKEND names
    what it cannot load, as it does in the cells of notebooks. What it knows of fonts is kept beside the compiled rules.
    """
    found = find_spec("matplotlib")
    if "matplotlib" in sys.modules or found is None or found.origin is None:
        return
    os.environ.pop("MATPLOTLIBRC", None)
    os.environ["MPLBACKEND"] = "agg"
    keep_fonts()
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # it tells of folders and fonts, which no reader can do anything about
    with chdir(Path(found.origin).parent):
        import matplotlib as mpl  # noqa: F401


def keep_fonts() -> None:
    """Name the folder in which Matplotlib keeps its list of fonts. It makes a temporary one where that cannot be written."""
    from lockgate.sim.model.chance import FOLDER

    folder = FOLDER / "matplotlib"
    with suppress(OSError):
        folder.mkdir(mode=0o700, exist_ok=True)
    os.environ["MPLCONFIGDIR"] = str(folder)


class Descriptor(io.FileIO):
    """Where standard output or standard error ends, whoever writes to it: libraries wrap the stream in streams of their own.

    After a failure all goes nowhere, so that nothing fails a second time while Python ends. A reader who has gone is no failure, and
    neither is anything that happens to standard error: what went wrong is said by the exit code.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number, "wb", closefd=False)

    def write(self, content: Any, /) -> int:
        """Write bytes; how many were written. Raises `OSError` where somebody would miss what was to be said."""
        try:
            return super().write(content)
        except OSError as error:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            if self.fileno() == 1 and not isinstance(error, BrokenPipeError):
                raise
            return len(content)


def stream(number: int, like: TextIO) -> TextIO:
    """A stream in the place of another one. What its encoding lacks is escaped."""
    lines = number == 2 or like.isatty()
    return io.TextIOWrapper(io.BufferedWriter(Descriptor(number)), like.encoding, "backslashreplace", line_buffering=lines)


def open_streams() -> None:
    """Give the process its three streams, whatever it was started with."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            open_nowhere(number)
            file = open(number, "w" if number else "r", encoding="utf-8", closefd=False)  # noqa: SIM115
            setattr(sys, name, file)
    sys.stdout, sys.stderr = stream(1, sys.stdout), stream(2, sys.stderr)


def open_nowhere(number: int) -> None:
    """Open a closed descriptor, which the next file would take otherwise: what is printed would be written into it."""
    try:
        os.fstat(number)
    except OSError:
        nowhere = os.open(os.devnull, os.O_RDWR)  # the lowest that is free, so perhaps this one
        if nowhere != number:
            os.dup2(nowhere, number)
            os.close(nowhere)
