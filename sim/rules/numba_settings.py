"""Numba without `.numba_config.yaml`: it reads that file in whatever folder is current, which may be anybody's.

Such a file could name a module to import, turn the compiler off, or simply be broken. Variables of the environment (`NUMBA_...`) still
count: they are the user's own.
"""

import sys
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader

TYPE_CHECKING = False  # that of `typing` may be somebody's own `typing.py` (`sim.search_path`)

if TYPE_CHECKING:
    from typing import Any

MODULE, FILE = "numba.core.config", ".numba_config.yaml"


class Loader(SourceFileLoader):
    """Loads Numba's settings with an empty name in place of the file's: no file has that."""

    def get_code(self, fullname: str) -> "Any":
        """The code of the module, altered."""
        code = super().get_code(fullname)
        return code and code.replace(co_consts=tuple("" if constant == FILE else constant for constant in code.co_consts))


class Finder:
    """Finds Numba's settings where they are, for that loader."""

    @staticmethod
    def find_spec(name: str, path: "Any" = None, target: "Any" = None) -> ModuleSpec | None:
        """The module's spec, or None for any other module."""
        spec = PathFinder.find_spec(name, path) if name == MODULE else None
        if spec and isinstance(spec.loader, SourceFileLoader):
            spec.loader = Loader(spec.loader.name, spec.loader.path)
        return spec


def ignore_settings_file() -> None:
    """Keep Numba from reading the file, now and whenever it compiles. What it read before `sim` was imported stays."""
    if loaded := sys.modules.get(MODULE):
        loaded._config_fname = ""  # type: ignore[attr-defined]
    elif Finder not in sys.meta_path:
        sys.meta_path.insert(0, Finder)
