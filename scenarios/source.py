"""Where a scenario's file is: among the built-in ones, or at a path of the user's; and reading it."""

from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from scenarios.notation import decoded, quoted, shown
from scenarios.reading import MOST_TOML_BYTES, read_limited, toml_tables
from scenarios.schema import Kind
from scenarios.sentence import LONGEST_PATH, scenario_error
from sim.errors import InputError, nearest

FOLDERS: dict[Kind, str] = {"policy": "policies", "world": "worlds"}
SUFFIX = ".toml"


@dataclass(frozen=True)
class Source:
    """A file of one kind, under the name by which it was asked for."""

    kind: Kind
    name: str
    file: Traversable

    @property
    def title(self) -> str:
        """The scenario's name: that of its file."""
        return decoded(self.file.name).removesuffix(SUFFIX)

    @property
    def identity(self) -> str:
        """The same for two sources if and only if they are one file."""
        return str(self.file.resolve() if isinstance(self.file, Path) else self.file)

    def refused(self, said: str) -> InputError:
        """An error about this file."""
        return scenario_error(self.kind, self.name, said)

    def read(self) -> dict[str, Any]:
        """The TOML tables that the file holds."""
        try:
            file = self.file
            tables = toml_tables(read_limited(file, MOST_TOML_BYTES) if isinstance(file, Path) else file.read_bytes())
        except InputError as error:
            raise self.refused(str(error)) from None
        if not tables:
            raise self.refused('is empty, begin it with summary = "one sentence"')
        return tables

    def parent(self, name: str) -> "Source":
        """The source that this file extends: a built-in one, or a file in the tree below this file's folder."""
        if not is_path(name):
            return built_in(self.kind, name, f"{self.kind} {quoted(self.name)}: extends = {shown(name)} is no built-in {self.kind}")
        if not isinstance(self.file, Path):
            raise self.refused(f"extends = {shown(name)} must be a built-in name")
        try:
            folder = self.file.parent.resolve()
            target = (folder / name[:LONGEST_PATH]).resolve()  # to resolve a path takes time by the square of its length
            inside = target.is_relative_to(folder) and not Path(name).is_absolute() and len(name) <= LONGEST_PATH
        except (OSError, RuntimeError, ValueError):  # links in a circle, or characters that no path has
            inside = False
        if not inside:
            raise self.refused(f"extends = {shown(name)} must be a relative path that stays below this file's folder, or a built-in name")
        return Source(self.kind, str(self.file.parent / name), target)


def is_path(name: str) -> bool:
    """Whether it names a file of the user's rather than a built-in scenario."""
    return name.endswith(SUFFIX) or "/" in name or "\\" in name


def built_in_names(kind: Kind) -> tuple[str, ...]:
    """The names of the built-in policies or worlds, in alphabetical order."""
    folder = files("scenarios") / FOLDERS[kind]
    return tuple(sorted(file.name.removesuffix(SUFFIX) for file in folder.iterdir() if file.name.endswith(SUFFIX)))


def built_in(kind: Kind, name: str, otherwise: str) -> Source:
    """The built-in scenario of this name, or an error that begins with `otherwise`."""
    names = built_in_names(kind)
    if name not in names:
        raise InputError(f"{otherwise}, `lockgate list` names all, and a path to a file ends in {SUFFIX}{nearest(name, names)}")
    return Source(kind, name, files("scenarios") / FOLDERS[kind] / f"{name}{SUFFIX}")


def spelled(kind: str, name_or_path: object) -> str:
    """A name or path as text, or an error where it is neither."""
    name = fspath(name_or_path) if isinstance(name_or_path, str | PathLike) else None
    if not isinstance(name, str):
        raise InputError(f"{kind} = {shown(name_or_path)} must be a name or a path, in text")
    return name


def find(kind: Kind, name_or_path: str | PathLike[str]) -> Source:
    """The source that a user names: a built-in name, or a path."""
    name = spelled(kind, name_or_path)
    return Source(kind, name, Path(name)) if is_path(name) else built_in(kind, name, f"unknown {kind} {shown(name)}")
