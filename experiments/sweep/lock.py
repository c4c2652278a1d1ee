"""A lock on a folder that the system itself frees when its holder ends, however it ends: nothing is ever left to unlock by hand."""

import os
from pathlib import Path
from types import TracebackType

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


def refuse_folder_in_use(folder: Path, shard: Shard = WHOLE) -> None:
    """Raise `FolderInUse` where another sweep holds the lock at this moment. Cheap: it spares a sweep that must wait all its loading."""
    if (folder / NAME).exists():
        with FolderLock(folder, shard):
            pass


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
        file = os.open(self.folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        self.files.append(file)
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderInUse(
                f"{self.folder} is in use by another sweep; wait until it ends, stop it, or name another folder with --out"
            ) from None

    def release(self) -> None:
        """Give it back."""
        for file in self.files:
            os.close(file)
        self.files.clear()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Give it back."""
        self.release()
