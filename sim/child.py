"""Other Python processes of this program. They have the modules that this one has, and take none from the current folder.

A folder that came from elsewhere may hold a `queue.py` or a `sitecustomize.py`, and Python would run it: it puts the current folder, or
that of a script, first. So a child process begins without `PYTHONPATH` and in Python's safe-path mode, takes over the search path of
this process less those folders, and finds this package where this process has it. This file is also what it runs.
"""

import json
import os
import subprocess
import sys
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

PACKAGE = "lockgate"


def start(function: str, *arguments: str, **options: Any) -> "subprocess.Popen[bytes]":
    """Begin a process that calls a function, which is named as in `sim.engine.run:compile_all_but_days`.

    Arguments are its `sys.argv`; options are those of `subprocess.Popen`, where `env` adds to this process's environment.
    """
    environment = {**os.environ, **options.pop("env", {}), "PYTHONSAFEPATH": "1"}
    environment.pop("PYTHONPATH", None)
    return subprocess.Popen(command(function, *arguments), env=environment, **options)


def command(function: str, *arguments: str) -> list[str]:
    """The command of such a process."""
    from lockgate.sim.search_path import unsafe_folders  # here, since a child runs this file before it can find the package

    path = [entry for entry in sys.path if isinstance(entry, str)]
    where = {"path": path, "unsafe": sorted(unsafe_folders()), "root": str(Path(__file__).absolute().parents[1])}
    return [sys.executable, "-P", str(Path(__file__).absolute()), json.dumps(where), function, *arguments]


class Finder:
    """Finds this package in its folder, wherever that is and whatever its name."""

    def __init__(self, root: str) -> None:
        self.root = root

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """The package's spec, or None for any other module."""
        if name != PACKAGE:
            return None
        return spec_from_file_location(name, os.path.join(self.root, "__init__.py"), submodule_search_locations=[self.root])


def main() -> None:
    """Call the function that the command names."""
    where, function = json.loads(sys.argv[1]), sys.argv[2]
    own = set(sys.path)  # of Python itself and of what is installed: trusted even where it is the current folder
    unsafe = set(where["unsafe"])
    sys.path[:] = [entry for entry in where["path"] if entry in own or (os.path.isabs(entry) and os.path.realpath(entry) not in unsafe)]
    sys.meta_path.insert(0, Finder(where["root"]))
    sys.argv = ["lockgate", *sys.argv[3:]]
    resolve_name(function)()


if __name__ == "__main__":
    main()
