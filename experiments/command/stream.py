"""The streams of the program: open, able to say everything, and no failure where nobody listens."""

import io
import os
import sys
from typing import Any, TextIO


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
