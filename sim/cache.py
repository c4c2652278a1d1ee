"""Where compiled rules are kept between runs: a folder named by everything that they were compiled from.

Numba's own cache looks only at the file of the outermost function, so a rule changed in another file would go unseen. Naming
the folder by a hash of all sources of `sim`, of the versions of what compiles them and of the processor makes a stale entry
impossible.
"""

import hashlib
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import llvmlite
import numba
import numpy
from llvmlite.binding import get_host_cpu_features, get_host_cpu_name

KEPT = 4  # folders of other versions that stay


def source_hash() -> str:
    """Twelve hexadecimal digits that change with any source file of `sim`."""
    digest = hashlib.sha256()
    root = Path(__file__).parent
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def cache_root() -> Path:
    """The user's cache folder for lockgate; `LOCKGATE_CACHE_DIR` names another."""
    if named := os.environ.get("LOCKGATE_CACHE_DIR"):
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "lockgate" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "lockgate"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "lockgate"


def usable(folder: Path) -> bool:
    """Whether files can be written in this folder, which is made if need be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Let one process, or thread, compile while others wait for what it leaves. The system frees the lock of a process that dies.

    Where files cannot be locked (on Windows, on some cluster file systems), each compiles for itself, which is slow and safe.
    """
    with (folder / "compiling.lock").open("w") as lock:
        with suppress(ImportError, OSError):
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def spare(folder: Path) -> Path:
    """A temporary folder in place of one that cannot be written, with what that one holds: compiled code shipped in a container."""
    other = Path(tempfile.gettempdir()) / f"lockgate-{os.getuid() if hasattr(os, 'getuid') else 'cache'}" / folder.name
    other.parent.mkdir(parents=True, exist_ok=True)
    if folder.is_dir() and not other.exists():
        partial = Path(tempfile.mkdtemp(dir=other.parent))
        try:
            shutil.copytree(folder, partial, dirs_exist_ok=True)
            partial.rename(other)  # in one move: another process may be doing the same
        except OSError:
            shutil.rmtree(partial, ignore_errors=True)
    other.mkdir(exist_ok=True)
    return other


def keep_compiled_rules() -> Path:
    """Point Numba at the folder of these sources, before anything is compiled; a temporary one where none can be written."""
    processor = numba.config.CPU_NAME or get_host_cpu_name() + get_host_cpu_features().flatten()  # type: ignore[attr-defined]
    libraries = f"{numba.__version__}-{llvmlite.__version__}-{numpy.__version__}"
    versions = f"{libraries}-{platform.python_version()}-{platform.machine()}-{processor}"
    name = f"{source_hash()}-{hashlib.sha256(versions.encode()).hexdigest()[:8]}"
    folder = cache_root() / name
    if not usable(folder):
        folder = spare(folder)
    os.utime(folder)
    others = sorted((f for f in folder.parent.iterdir() if f.is_dir() and f != folder), key=lambda f: f.stat().st_mtime)
    for old in others[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    numba.config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]
    return folder
