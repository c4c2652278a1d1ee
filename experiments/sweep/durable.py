"""Files that are whole or not there, whenever the process is killed or the power fails."""

import os
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, content: bytes, aside: Path) -> None:
    """Write beside, flush to disk, and rename. `aside` is a folder on the same file system, for what is not yet whole.

    An `OSError` names the file, which the system itself does for few calls.
    """
    aside.mkdir(exist_ok=True)
    unfinished = aside / path.name
    try:
        file = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        try:
            write_all(file, content)
            os.fsync(file)
        finally:
            os.close(file)
        os.replace(unfinished, path)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink()
        error.filename = error.filename or str(path)
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
        os.fsync(file)
    finally:
        os.close(file)
