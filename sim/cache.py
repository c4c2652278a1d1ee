"""Where compiled rules are kept between runs: a folder named by everything that they were compiled from.

Numba's own cache looks only at the file of the outermost function, so a rule changed in another file would go unseen. Naming
the folder by a digest of all rules and constants that are reached (`sim.reach`), of the versions of what compiles them and of the
processor makes a stale entry impossible.

Numba's files are pickles: whoever can write one runs code in every process that loads it. So a folder that others could have changed is
not used (`sim.trust`); a private one takes its place.
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

import llvmlite
import numba
import numpy
from llvmlite.binding import get_host_cpu_features, get_host_cpu_name

from sim.errors import InputError
from sim.trust import distrust

VARIABLE = "LOCKGATE_CACHE_DIR"
FOLDER = "compiled-rules"  # ours alone, in a folder that may hold anything else
NAME = re.compile(r"[0-9a-f]{12}-[0-9a-f]{8}")
MACHINERY = ("columns.py", "compiler.py", "driver.py", "memory.py")  # source files that decide what the compiler makes of rules
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
        tree = ast.parse(Path(__file__).with_name(name).read_bytes())
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
    """The folder of what has this digest (`sim.reach`) and this shape, made and marked as used."""
    return cache_folder(version_name(digest, shape))
