"""The checkout, as tests that change it or look at all of it need it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FOLDERS = ("sim", "scenarios", "experiments")
PARTS = (*FOLDERS, "__init__.py", "py.typed")


def linked(place: Path) -> Path:
    """A folder that has the package under its name: links to the checkout."""
    package = place / "lockgate"
    package.mkdir(parents=True)
    for part in PARTS:
        (package / part).symlink_to(ROOT / part)
    return place


def copied(place: Path) -> Path:
    """The same as a copy, to be changed."""
    package = place / "lockgate"
    package.mkdir(parents=True)
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, package / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / part, package / part)
    return place


def said_by(place: Path, *command: str, **options: Any) -> str:
    """What Python prints that finds the package in this folder, and keeps what it compiles there."""
    environment = os.environ | {"PYTHONPATH": str(place), "LOCKGATE_CACHE_DIR": str(place / "cache")}
    done = subprocess.run([sys.executable, *command], env=environment, capture_output=True, text=True, check=False, cwd=place, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
