"""What the program takes from its surroundings, made safe before it is used."""

import logging
import os
import re
import sys
from contextlib import chdir, suppress
from importlib.util import find_spec
from pathlib import Path

SIZE = re.compile(r"[1-9][0-9]{0,3}")  # of a terminal, in characters


def tidy_environment() -> None:
    """Drop sizes of the terminal that are none: libraries take them at their word."""
    for name in ("COLUMNS", "LINES"):
        if not SIZE.fullmatch(os.environ.get(name, "80")):
            del os.environ[name]


def load_charts() -> None:
    """Load what draws charts so that nothing but this program decides how they look: no settings of the current folder or of the user.

    Matplotlib reads `matplotlibrc` in the current folder, so it is loaded from a folder that has none. It fails where MPLBACKEND names
    what it cannot load, as it does in the cells of notebooks. What it knows of fonts is kept beside the compiled rules.
    """
    found = find_spec("matplotlib")
    if "matplotlib" in sys.modules or found is None or found.origin is None:
        return
    os.environ.pop("MATPLOTLIBRC", None)
    os.environ["MPLBACKEND"] = "agg"
    keep_fonts()
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # it tells of folders and fonts, which no reader can do anything about
    with chdir(Path(found.origin).parent):
        import matplotlib as mpl  # noqa: F401


def keep_fonts() -> None:
    """Name the folder in which Matplotlib keeps its list of fonts. It makes a temporary one where that cannot be written."""
    from sim.chance import FOLDER

    folder = FOLDER / "matplotlib"
    with suppress(OSError):
        folder.mkdir(mode=0o700, exist_ok=True)
    os.environ["MPLCONFIGDIR"] = str(folder)
