"""The checkout, as tests that change it or look at all of it need it."""

import os
import shutil
import subprocess
import sys
from fnmatch import fnmatch
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


def tracked() -> list[Path]:
    """The files of the project: what git tracks or, in a copy without git, what it would not ignore."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        return [Path(name) for name in listed.split("\0") if (ROOT / name).is_file()]
    ignored = [line.strip("/") for line in (ROOT / ".gitignore").read_text().splitlines() if line and line[0] != "#"]
    files = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    return [path for path in files if not any(fnmatch(part, name) for part in path.parts for name in ignored)]


def wheel_in(place: Path) -> Path:
    """The wheel of the files of the project, built in this folder."""
    copy = place / "copy"
    for path in tracked():
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, copy / path)
    build = "from setuptools.build_meta import build_wheel; import sys; build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-W", "ignore", "-c", build, place], cwd=copy, check=True, capture_output=True)
    (wheel,) = place.glob("*.whl")
    return wheel


def installed(place: Path) -> Path:
    """A folder that has the package as pip installs it, without what it needs."""
    folder = place / "installed"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", folder, wheel_in(place)]
    subprocess.run(command, check=True, capture_output=True)
    return folder
