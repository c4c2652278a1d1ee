"""A lock on a folder that the system itself frees when its holder ends, however it ends: nothing is ever left to unlock by hand."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

from experiments.sweep.confined import open_to_write
from sim.errors import InputError

try:
    import fcntl
except ImportError:  # on Windows, where nothing keeps two sweeps apart
    fcntl = None  # type: ignore[assignment]

NAME = "lock"
Shard = tuple[int, int]
WHOLE: Shard = (1, 1)


class FolderInUse(Exception):
    """Another sweep writes to the folder."""

    exit_status = 3


class FolderLock:
    """Held by one sweep of a whole study, or by one sweep for each shard: shards share the folder, and none is run twice at once."""

    def __init__(self, folder: Path, shard: Shard = WHOLE) -> None:
        self.folder, self.shard = folder, shard
        self.files: list[int] = []

    def __enter__(self) -> "FolderLock":
        """Take it, or raise `FolderInUse` at once."""
        if fcntl:
            own = "" if self.shard == WHOLE else f"-{self.shard[0]}-of-{self.shard[1]}"
            try:
                self.take(NAME, fcntl.LOCK_EX if self.shard == WHOLE else fcntl.LOCK_SH)
                if own:
                    self.take(NAME + own, fcntl.LOCK_EX)
            except BaseException:
                self.release()
                raise
        return self

    def take(self, name: str, kind: int) -> None:
        """Lock one file of the folder."""
        file = open_to_write(self.folder, name, os.O_RDWR)
        self.files.append(file)
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            raise self.in_use() from None
        if not is_still(file, self.folder / name):  # its holder took it away together with the folder, as nothing came of its sweep
            raise self.in_use()

    def in_use(self) -> FolderInUse:
        """What to say where it is held."""
        return FolderInUse(f"{self.folder} is in use by another sweep; wait until it ends, stop it, or name another folder with --out")

    def release(self) -> None:
        """Give it back."""
        for file in self.files:
            os.close(file)
        self.files.clear()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Give it back."""
        self.release()


def is_still(file: int, path: Path) -> bool:
    """Whether an open file is the one of that name."""
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False


@contextmanager
def claimed(folder: Path, shard: Shard = WHOLE) -> Iterator[None]:
    """Make a folder and lock it: before anything else is loaded, so that one that is in use is refused at once.

    Where nothing came to be in it, because the study was refused, the folder is taken away again.
    """
    if folder.is_file():
        raise InputError(f"output folder {folder} is a file; name a folder that is new, empty, or holds the same study")
    new = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    with FolderLock(folder, shard):
        try:
            yield
        finally:
            if new and all(path.name.startswith(NAME) for path in folder.iterdir()):
                with suppress(OSError):
                    for path in folder.iterdir():
                        path.unlink()
                    for path in new:
                        path.rmdir()
