"""Modules from where they are installed, and not from a folder that may be anybody's.

Python puts the current folder, or that of a script, first: a `queue.py` of the user's own there would be taken for the standard one. What
runs before the search path is in order imports nothing that is not in memory as Python starts, or nearly so: not even `typing`.
"""

import os
import sys
from _thread import allocate_lock  # `threading` is not in memory yet

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, TypeVar

    Called = TypeVar("Called", bound=Callable[..., Any])


def unsafe_folders() -> set[str]:
    """The current folder, that of the script that runs, and those that a relative `PYTHONPATH` names, which Python made absolute."""
    relative = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if not os.path.isabs(entry)]
    script = getattr(sys.modules.get("__main__"), "__file__", None)
    folders = set()
    for entry in ("", *relative, *([os.path.dirname(script)] if script else [])):
        try:
            folders.add(os.path.realpath(entry))
        except FileNotFoundError:  # the current folder may be gone
            continue
    return folders


class InstalledFirst:
    """Within it, Python looks for modules in unsafe folders last. Threads may be within it at the same time."""

    lock = allocate_lock()
    within = 0  # how many are
    before: "list[str]" = []  # the search path as it was when the first came

    def __enter__(self) -> None:
        unsafe = unsafe_folders()
        with self.lock:
            if not InstalledFirst.within:
                InstalledFirst.before = list(sys.path)
            InstalledFirst.within += 1
            # In one assignment: a list that is sorted in place is empty for other threads meanwhile.
            sys.path[:] = sorted(
                sys.path, key=lambda entry: isinstance(entry, str) and (not os.path.isabs(entry) or os.path.realpath(entry) in unsafe)
            )

    def __exit__(self, *error: object) -> None:
        with self.lock:
            InstalledFirst.within -= 1
            if not InstalledFirst.within:
                sys.path[:] = self.before + [entry for entry in sys.path if entry not in self.before]


def installed_first(function: "Called") -> "Called":
    """The function, which looks for modules in unsafe folders last as long as it runs: libraries import much only when it is needed."""
    from functools import wraps

    @wraps(function)
    def call(*arguments: "Any", **options: "Any") -> "Any":
        with InstalledFirst():
            return function(*arguments, **options)

    return call  # type: ignore[return-value]


def public(package: str, homes: "Mapping[str, tuple[str, ...]]", name: str) -> "Any":
    """A public name of a package, imported from its home, of which `homes` has the names. Raises `AttributeError` for any other."""
    for home, names in homes.items():
        if name in names:
            with InstalledFirst():
                from importlib import import_module

                return getattr(import_module(home), name)
    raise AttributeError(f"module {package!r} has no attribute {name!r}")
