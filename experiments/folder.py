"""Output folders: written whole or not at all, never over another study."""

import json
import math
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from lockgate.experiments.sweep.safe import read_confined
from lockgate.experiments.text.numbers import printable
from lockgate.sim.errors import InputError

MANIFEST = "manifest.json"
Writer = Callable[[Path], None]


def check_folder(folder: Path, study: Mapping[str, Any]) -> None:
    """Raise `InputError` where results of this study may not be written: over a file, over another study, or over files of the user's."""
    refuse_file(folder)
    if not folder.exists() or not any(folder.iterdir()):
        return
    manifest = manifest_of(folder)
    found = manifest.get("study")
    known = found if isinstance(found, dict) else {}
    keys = dict.fromkeys([*study, *known])
    differing = [key for key in keys if key not in study or key not in known or known[key] != plain(study[key])]
    if differing:
        raise InputError(f"output folder {folder} holds another study (it differs in {', '.join(differing)}); name a new folder with --out")
    listed = manifest.get("files")
    others = set(files_in(folder)) - {MANIFEST} - {name for name in (listed if isinstance(listed, list) else ()) if isinstance(name, str)}
    if others:
        raise InputError(
            f"output folder {folder} holds {min(others)}, which is not among its results and would be lost with them; "
            f"move it elsewhere, or name a new folder with --out"
        )


def manifest_of(folder: Path) -> dict[str, Any]:
    """What the manifest of a folder says. Raises `InputError` where there is none that can be read."""
    try:
        found = json.loads(read_confined(folder, MANIFEST))
    except (OSError, ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise InputError(f"output folder {folder} holds other files and no study; name a new folder with --out")
    return found


def files_in(folder: Path) -> list[str]:
    """The names of all files below a folder, links among them, in alphabetical order."""
    found = (Path(place, name) for place, folders, files in os.walk(folder) for name in (*files, *folders))
    return sorted(path.relative_to(folder).as_posix() for path in found if path.is_symlink() or not path.is_dir())


def refuse_file(folder: Path) -> None:
    """Raise `InputError` where something that is no folder stands in the place of one."""
    if folder.exists() and not folder.is_dir():
        what = "a file" if folder.is_file() else "no folder"
        raise InputError(f"output folder {folder} is {what}; name a folder that is new, empty, or holds the same study")


def write_folder(folder: Path, files: Mapping[str, Writer], manifest: Mapping[str, Any]) -> Path:
    """Write all files and the manifest beside the folder, then put them in its place in one move. Returns the folder.

    `files` maps relative names to functions that write to the path they are given. `manifest["study"]` says what was asked; the names of
    all files are added to it, so that a later run replaces them and nothing else.
    """
    check_folder(folder, manifest["study"])
    place = folder.resolve()  # where it is a link, what it points to is replaced
    place.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    partial.chmod(0o777 & ~current_umask())
    try:
        for name, write in files.items():
            path = partial / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write(path)
        write_json({**manifest, "files": files_in(partial)}, partial / MANIFEST)
        put_in_place(partial, place)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return folder


def put_in_place(partial: Path, folder: Path) -> None:
    """Move a finished folder to its name; an older one of the same study steps aside first and goes last."""
    if not folder.exists():
        partial.rename(folder)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
    folder.rename(aside / folder.name)
    try:
        partial.rename(folder)
    except OSError:
        (aside / folder.name).rename(folder)
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def current_umask() -> int:
    """The process's file-mode mask; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def plain(content: Any) -> Any:
    """Content that JSON can hold: NaN and infinity, which it cannot, become null.

    >>> plain({"a": (1, float("nan"))})
    {'a': [1, None]}
    """
    if isinstance(content, Mapping):
        return {str(key): plain(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [plain(value) for value in content]
    if isinstance(content, float) and not math.isfinite(content):
        return None
    return content.item() if hasattr(content, "item") else content


def write_json(content: Any, path: Path) -> None:
    """Indented JSON with a final line break."""
    path.write_text(json.dumps(plain(content), indent=1) + "\n", encoding="utf-8")


def write_lines(lines: Iterable[str], path: Path) -> None:
    """Text that any program can read: what cannot be seen, or is no character at all, is escaped."""
    path.write_text("".join(f"{printable(line)}\n" for line in lines), encoding="utf-8")


def write_table(table: Any, path: Path) -> None:
    """An Arrow table as Parquet. Arrow itself opens no path that is not UTF-8."""
    import pyarrow.parquet as pq

    with path.open("wb") as file:
        pq.write_table(table, file)
