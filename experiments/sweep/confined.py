"""Files below a study's folder, which may have come by mail: regular files alone, no link followed, none larger than can be read."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from sim.errors import InputError

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
