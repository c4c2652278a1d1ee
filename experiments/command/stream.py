"""The streams of the program: open, able to say everything, and no failure where nobody listens."""

import io
import os
import sys
from typing import TextIO


class Stream(io.TextIOWrapper):
    """Standard output or standard error.

    What the encoding lacks is escaped. After a failure all goes nowhere, so that nothing fails a second time while Python ends. A reader
    who has gone is no failure, and neither is anything that happens to standard error: what went wrong is said by the exit code.
    """

    def __init__(self, number: int, like: TextIO) -> None:
        file = open(number, "wb", closefd=False)  # noqa: SIM115  # as long as the program runs
        super().__init__(file, like.encoding, "backslashreplace", line_buffering=number == 2 or like.isatty())
        self.number = number

    def write(self, text: str) -> int:
        """Write text; how much was written."""
        try:
            return super().write(text)
        except OSError as error:
            self.fail(error)
            return len(text)

    def flush(self) -> None:
        """Hand on what was written."""
        try:
            super().flush()
        except OSError as error:
            self.fail(error)

    def fail(self, error: OSError) -> None:
        """Write nowhere from now on. Raises the error where somebody would miss what was to be said."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.number)
        os.close(nowhere)
        if self.number == 1 and not isinstance(error, BrokenPipeError):
            raise error


def open_streams() -> None:
    """Give the process its three streams, whatever it was started with."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            open_nowhere(number)
            file = open(number, "w" if number else "r", encoding="utf-8", closefd=False)  # noqa: SIM115
            setattr(sys, name, file)
    sys.stdout, sys.stderr = Stream(1, sys.stdout), Stream(2, sys.stderr)


def open_nowhere(number: int) -> None:
    """Open a closed descriptor, which the next file would take otherwise: what is printed would be written into it."""
    try:
        os.fstat(number)
    except OSError:
        nowhere = os.open(os.devnull, os.O_RDWR)  # the lowest that is free, so perhaps this one
        if nowhere != number:
            os.dup2(nowhere, number)
            os.close(nowhere)
