"""Where compiled rules are kept between runs: a folder named by everything that they were compiled from.

Numba's own cache looks only at the file of the outermost function, so a rule changed in another file would go unseen. Naming
the folder by a digest of all rules and constants that are reached (`sim.rules.reach`), of the versions of what compiles them and of the
processor makes a stale entry impossible.

Numba's files are pickles: whoever can write one runs code in every process that loads it. So a folder that others could have changed is
not used (`sim.rules.cache`); a private one takes its place.
"""

import ast
import atexit
import functools
import hashlib
import os
import platform
import re
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

import llvmlite
import numba
import numpy
from llvmlite.binding import get_host_cpu_features, get_host_cpu_name

from lockgate.sim.errors import InputError


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


VARIABLE = "LOCKGATE_CACHE_DIR"
FOLDER = "compiled-rules"  # ours alone, in a folder that may hold anything else
NAME = re.compile(r"[0-9a-f]{12}-[0-9a-f]{8}")
# Source files that decide what the compiler makes of rules.
MACHINERY = ("rules/columns.py", "rules/compiler.py", "rules/memory.py", "engine/driver.py")
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)
MARKER = "lockgate-used"  # a file in each folder that we made; it was touched when the folder was last used
UNUSED_DAYS = 30  # after which a folder is removed


def version_name(digest: str, shape: str) -> str:
    """The name of a folder: what was compiled (a digest of it, and the shape of its data), by what, and for which processor."""
    processor = numba.config.CPU_NAME or get_host_cpu_name() + get_host_cpu_features().flatten()  # type: ignore[attr-defined]
    libraries = f"{numba.__version__}-{llvmlite.__version__}-{numpy.__version__}"
    versions = f"{shape}-{machinery()}-{libraries}-{platform.python_version()}-{platform.machine()}-{processor}"
    return f"{digest}-{hashlib.sha256(versions.encode()).hexdigest()[:8]}"


@functools.cache
def machinery() -> str:
    """A digest of our own additions to the compiler, and of what Python calls, without docstrings and comments."""
    digest = hashlib.sha256()
    for name in MACHINERY:
        tree = ast.parse((Path(__file__).parents[1] / name).read_bytes())
        for node in ast.walk(tree):
            if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
                del node.body[0]
        digest.update(ast.dump(tree).encode())
    return digest.hexdigest()


def cache_root() -> Path | None:
    """The user's cache folder for lockgate, or None where the user has no home; `LOCKGATE_CACHE_DIR` names another.

    Raises `InputError` where that is not an absolute path: what lies in the current folder may be anybody's.
    """
    if named := os.environ.get(VARIABLE):
        if not os.path.isabs(named):
            raise InputError(f'{VARIABLE} = "{named}" must be an absolute path; give the whole path of a folder that only you can write')
        return Path(named)
    if sys.platform == "win32":
        local = absolute("LOCALAPPDATA") or at_home("AppData", "Local")
        return local and local / "lockgate" / "cache"
    if sys.platform == "darwin":
        return at_home("Library", "Caches", "lockgate")
    caches = absolute("XDG_CACHE_HOME") or at_home(".cache")
    return caches and caches / "lockgate"


def absolute(variable: str) -> Path | None:
    """The path that a variable of the environment holds. One that is empty or relative is ignored, as the XDG specification says."""
    value = os.environ.get(variable, "")
    return Path(value) if os.path.isabs(value) else None


def at_home(*parts: str) -> Path | None:
    """A path below the home folder, or None where there is none: a container may run under a user id without a name."""
    with suppress(RuntimeError):
        home = Path.home()
        return home.joinpath(*parts) if home.is_absolute() else None
    return None


def prepare(folder: Path) -> str | None:
    """Make a folder for compiled rules, unless it is there, and mark it as used; why it cannot be used, or None where it can."""
    try:
        if not folder.exists():
            if reason := distrust(folder):
                return reason
            make_private(folder)
            remove_unused(folder.parent)
        if reason := distrust(folder):
            return reason
        with tempfile.TemporaryFile(dir=folder):
            (folder / MARKER).touch(mode=0o600)
    except OSError as error:
        return f"{error.filename or folder}: {error.strerror or error}"
    return None


def make_private(folder: Path) -> None:
    """Make a folder, and those above it, for this user alone."""
    for path in (*reversed(folder.parents), folder):
        path.mkdir(mode=0o700, exist_ok=True)


def remove_unused(root: Path) -> None:
    """Remove the folders below that nobody has used for long. What we did not make stays, and so does what a link names."""
    with suppress(OSError), os.scandir(root) as entries:
        for entry in entries:
            if NAME.fullmatch(entry.name) and is_unused(Path(entry.path)):
                shutil.rmtree(entry.path, ignore_errors=True)


def is_unused(folder: Path) -> bool:
    """Whether this is a folder of this user's with a marker that was not touched for long."""
    try:
        status, marker = folder.lstat(), (folder / MARKER).lstat()
    except OSError:
        return False
    ours = not hasattr(os, "geteuid") or status.st_uid == marker.st_uid == os.geteuid()
    real = stat.S_ISDIR(status.st_mode) and stat.S_ISREG(marker.st_mode)
    return ours and real and time.time() - marker.st_mtime > UNUSED_DAYS * 24 * 3600


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Let one process, or thread, compile while others wait for what it leaves. The system frees the lock of a process that dies.

    Where files cannot be locked (on Windows, on some cluster file systems), each compiles for itself, which is slow and safe.
    """
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)  # a file in our folder, and never what a link there names
    lock = os.open(folder / "compiling.lock", flags, 0o600)
    try:
        with suppress(ImportError, OSError):
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def private(name: str) -> Path:
    """A temporary folder for this process and those that it starts, which find it in their environment. It goes when this process ends."""
    try:
        root = tempfile.mkdtemp(prefix="lockgate-")
    except OSError:
        raise InputError(f"no folder can be written for compiled rules; set {VARIABLE} to one that only you can write") from None
    os.environ[VARIABLE] = root
    atexit.register(remove_private, root, os.getpid())
    folder = Path(root, FOLDER, name)
    make_private(folder)
    return folder


def remove_private(root: str, process: int) -> None:
    """Remove that folder, unless a fork of the process ends."""
    if os.getpid() == process:
        shutil.rmtree(root, ignore_errors=True)


def copied(folder: Path, other: Path) -> bool:
    """Copy compiled rules that cannot be added to, as in a container image, unless they are not to be trusted; whether that was done."""
    try:
        if not folder.is_dir() or distrust(folder):
            return False
        shutil.copytree(folder, other, dirs_exist_ok=True)
    except (OSError, shutil.Error):
        return False
    return True


def cache_folder(name: str) -> Path:
    """The folder of this name in the user's cache folder, or a private one, and a sentence on stderr where that means to compile anew."""
    root = cache_root()
    folder = root / FOLDER / name if root else None
    reason = prepare(folder) if folder else "there is no home folder"
    if folder and not reason:
        return folder
    other = private(name)
    if not (folder and copied(folder, other)):
        print(
            f"lockgate: compiled rules cannot be kept, since {reason}; they are compiled for this run alone. "
            f"Set {VARIABLE} to a folder that only you can write",
            file=sys.stderr,
        )
    return other


@functools.cache
def compiled_folder(digest: str, shape: str) -> Path:
    """The folder of what has this digest (`sim.rules.reach`) and this shape, made and marked as used."""
    return cache_folder(version_name(digest, shape))
