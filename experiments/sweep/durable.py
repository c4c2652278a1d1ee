"""Files that are whole or not there, whenever the process is killed or the power fails."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from experiments.sweep.confined import NO_LINK, confined, confined_folder


def write_whole(folder: Path, name: str, content: bytes, aside: str) -> None:
    """Write beside, flush to disk, and rename. `aside` is a folder within the folder, for what is not yet whole.

    Raises `Foreign` where a file or a folder of these names is something else, such as a link, and `OSError`.
    """
    path = confined(folder, name)
    confined_folder(folder, aside).mkdir(exist_ok=True)
    unfinished = confined(folder, f"{aside}/{path.name}")
    try:
        with naming(path):
            if unfinished.exists():  # of a sweep that was killed
                unfinished.unlink()
            file = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_LINK, 0o666)
            try:
                write_all(file, content)
                os.fsync(file)
            finally:
                os.close(file)
            os.replace(unfinished, path)
    except OSError:
        with suppress(OSError):
            unfinished.unlink()
        raise
    flush_folder(path.parent)


def write_all(file: int, content: bytes) -> None:
    """Write all bytes: one call may write fewer."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(file, rest) :]


def flush_folder(folder: Path) -> None:
    """Make a new name in a folder last through a power failure, where the system can (Windows cannot)."""
    try:
        file = os.open(folder, os.O_RDONLY)
    except PermissionError:
        return
    try:
        with naming(folder):
            os.fsync(file)
    finally:
        os.close(file)


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Let an `OSError` name a file, which the system itself does for few calls."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(path)
        raise
