"""Files below a study's folder, which may have come by mail: regular files alone, no link followed, none larger than can be read."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

from lockgate.sim.errors import InputError

MOST_BYTES = 1 << 30  # of a part
MOST_TEXT = 1 << 28  # of a plan or a journal: a million points of ten factors, half a million parts
NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)  # where the system has them


class Foreign(InputError):
    """A folder holds something that no sweep leaves there, such as a link."""


def confined(folder: Path, name: str) -> Path:
    """The path of `name`, which is relative to a folder, whether or not it is there.

    Raises `Foreign` where it is no regular file, or where a folder between is none: what is read, written or removed through a link would
    lie elsewhere. The folder itself is the user's choice, and may be a link.
    """
    path = folder
    *between, _ = parts = Path(name).parts
    for place, part in enumerate(parts):
        path /= part
        wanted = stat.S_ISDIR if place < len(between) else stat.S_ISREG
        try:
            mode = path.lstat().st_mode
        except FileNotFoundError:
            continue
        if not wanted(mode):
            raise Foreign(f"{path} is {kind(mode)}, where a study has {'a folder' if wanted is stat.S_ISDIR else 'a file'}; {advice(mode)}")
    return path


def confined_folder(folder: Path, name: str) -> Path:
    """The path of a folder within a folder, whether or not it is there. Raises `Foreign` where it is something else."""
    return confined(folder, f"{name}/any").parent


def kind(mode: int) -> str:
    """What a file is, in words.

    >>> kind(stat.S_IFLNK), kind(stat.S_IFDIR)
    ('a link', 'a folder')
    """
    kinds = {stat.S_IFLNK: "a link", stat.S_IFDIR: "a folder", stat.S_IFREG: "a file", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}
    return kinds.get(stat.S_IFMT(mode), "a device")


def advice(mode: int) -> str:
    """What to do about a file of the wrong kind."""
    return "put what it points to in its place" if stat.S_ISLNK(mode) else "move it elsewhere"


def open_to_write(folder: Path, name: str, flags: int) -> int:
    """A file descriptor of a file below a folder, which is made where it is not there. Raises `Foreign` and `OSError`."""
    path = confined(folder, name)
    file = os.open(path, flags | os.O_CREAT | NO_LINK, 0o666)
    status = os.fstat(file)
    if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
        os.close(file)
        raise Foreign(f"{path} is a file that has other names too, which would change with it; put a copy in its place")
    return file


def read_confined(folder: Path, name: str, most: int = MOST_TEXT) -> bytes:
    """The content of a file below a folder. Raises `Foreign` where it is no regular file or larger than `most`, and `OSError`."""
    path = confined(folder, name)
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size > most:
            raise Foreign(f"{path} has {size:,} bytes, and no sweep leaves more than {most:,} in such a file; move it elsewhere")
        return file.read(size)


def names_in(folder: Path, name: str = "") -> Iterator[str]:
    """The names in a folder, or in a folder within it, in alphabetical order; none where it is not there."""
    place = confined_folder(folder, name) if name else folder
    try:
        yield from sorted(os.listdir(place))
    except FileNotFoundError:
        return


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
