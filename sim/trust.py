"""Whether code in a folder may be run: whether anybody but this user and root could have put it there."""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NoReturn


def distrust(folder: Path) -> str | None:
    """Why code in this folder is not to be run; None where it may be, and where a folder that is not there yet may be made.

    Nobody else may be able to change the folder, what is in it, or a folder or a link on the way to it. A folder such as `/tmp`, in which
    all may make entries but change only their own (it is sticky), may be on the way. Where there are no user ids (on Windows) all is
    trusted. Raises `OSError` where that cannot be seen.
    """
    return next(reasons(folder), None) if hasattr(os, "geteuid") else None


def reasons(folder: Path) -> Iterator[str]:
    """All reasons, as they are found."""
    real = Path(os.path.realpath(folder))
    system = os.lstat("/").st_uid  # in a container root may have another number
    for path in ({folder.absolute(), *folder.absolute().parents} | set(real.parents)) - {real}:
        with suppress(FileNotFoundError):
            yield from danger(path, path.lstat(), system, sticky=True)
    if real.exists():
        status = real.lstat()
        yield from danger(real, status)
        for path, inside in contents(real):
            if stat.S_ISLNK(inside.st_mode):
                yield f"{path} is a link"
            yield from danger(path, inside, reached=bool(status.st_mode & 0o011))


def danger(path: Path, status: os.stat_result, system: int = 0, *, sticky: bool = False, reached: bool = True) -> Iterator[str]:
    """What lets others change a path. A sticky folder need not count, nor the mode of what others cannot reach."""
    if status.st_uid not in (os.geteuid(), 0, system):
        yield f"{path} belongs to another user ({status.st_uid})"
    if reached and others_can_write(status) and not (sticky and status.st_mode & stat.S_ISVTX):
        yield f"{path} can be changed by other users"


def contents(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """All files and folders in a folder, with what `lstat` says of them, less those that went meanwhile."""
    for place, folders, files in os.walk(folder, onerror=fail):
        for name in (*folders, *files):
            with suppress(FileNotFoundError):
                path = Path(place, name)
                yield path, path.lstat()


def fail(error: OSError) -> NoReturn:
    """Raise what `os.walk` would pass over."""
    raise error


def others_can_write(status: os.stat_result) -> bool:
    """Whether somebody else can write what has this status. A group that is the user's alone, as Linux makes one, is nobody else."""
    if stat.S_ISLNK(status.st_mode):  # whose mode says nothing
        return False
    return bool(status.st_mode & stat.S_IWOTH) or bool(status.st_mode & stat.S_IWGRP and not is_own_group(status.st_gid))


def is_own_group(number: int) -> bool:
    """Whether a group has the user's name and no other member."""
    with suppress(ImportError, KeyError):
        import grp
        import pwd

        group, user = grp.getgrgid(number), pwd.getpwuid(os.geteuid())
        return group.gr_name == user.pw_name and number == user.pw_gid and set(group.gr_mem) <= {user.pw_name}
    return False
