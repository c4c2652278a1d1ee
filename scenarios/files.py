"""Where a scenario's file is: among the built-in ones, or at a path of the user's; and reading it."""

import os
import re
import stat
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from lockgate.scenarios.notation import decoded, quoted, shown
from lockgate.scenarios.schema import Kind
from lockgate.scenarios.sentence import LONGEST_PATH, scenario_error
from lockgate.sim.errors import InputError, nearest

MOST_TOML_BYTES = 1 << 20
MOST_PARTS = 16  # of a dotted key: Python's reader takes time by the square of their number
MOST_DEPTH = 32  # of tables and lists within one another
# No wait for whoever may write into a pipe, no terminal of one's own, no file left open in a child. Not every system has all of them.
HOW = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"))
# What a dotted key is made of, and what may look like one. Whatever is not closed ends with its line, so that nothing is read twice.
TOKEN = re.compile(
    r"""(?P<part>[A-Za-z0-9_-]++|"(?!"")(?:[^"\\\n]|\\[^\n])*+"?|'(?!'')[^'\n]*+'?)|(?P<dot>\.)|(?P<blank>[ \t]++)"""
    r"""|\"{3}(?:[^"\\]++|\\.|"(?!""))*+"{0,5}|'{3}(?:[^']++|'(?!''))*+'{0,5}|#[^\n]*+|.""",
    re.DOTALL,
)


def read_limited(path: Path, most_bytes: int) -> bytes:
    """The content of a regular file of at most so many bytes. An `InputError` says what it is instead; its caller adds the name."""
    try:
        file = os.open(path, HOW)
        try:
            refuse_all_but_files(os.fstat(file).st_mode)
            if os.fstat(file).st_size <= most_bytes:
                with open(file, "rb", closefd=False) as opened:
                    content = opened.read(most_bytes + 1) or b""
                if len(content) <= most_bytes:
                    return content
        finally:
            os.close(file)
    except InputError:
        raise
    except (FileNotFoundError, NotADirectoryError):
        raise InputError("no such file, check the path") from None
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read ({getattr(error, 'strerror', None) or 'no usable path'})") from None
    raise InputError(f"has more than {most_bytes >> 20} MiB, the most that is read, make it smaller")


def refuse_all_but_files(mode: int) -> None:
    """Raise `InputError` for what has no end, or has to be waited for."""
    if stat.S_ISDIR(mode):
        raise InputError("is a folder, name a file in it")
    if not stat.S_ISREG(mode):
        raise InputError("is a pipe or a device, name a regular file")


def toml_tables(content: bytes) -> dict[str, Any]:
    """The tables of a TOML file of this content."""
    try:
        text = content.decode("utf-8-sig")
        if has_long_key(text):
            raise InputError(f"has a dotted key of more than {MOST_PARTS} parts, which no key of ours has, write a shorter one")
        tables = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise InputError(f"byte {error.start} is not UTF-8, save the file as UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not TOML, {' '.join(str(error).split())}") from None
    except InputError:
        raise
    except (RecursionError, ValueError):  # brackets without end, or an integer of thousands of digits
        raise InputError("not TOML that can be read, it nests too deep or has a number too long") from None
    if is_too_deep(tables):
        raise InputError(f"nests tables or lists more than {MOST_DEPTH} deep, make it flatter")
    return tables


def has_long_key(text: str) -> bool:
    """Whether a dotted key has more parts than are read, or what is no TOML looks like one.

    >>> has_long_key("a" + ".a" * 15 + " = 1"), has_long_key("a" + ".a" * 16 + " = 1"), has_long_key('a = "' + ".a" * 16 + '"')
    (False, True, False)
    """
    if max(line.count(".") for line in text.split("\n")) < MOST_PARTS:
        return False
    parts, after_dot = 0, False
    for token in TOKEN.finditer(text):
        if token.lastgroup == "part":
            parts, after_dot = parts + 1 if after_dot else 1, False
            if parts > MOST_PARTS:
                return True
        elif token.lastgroup == "dot":
            after_dot = True
        elif token.lastgroup != "blank":
            parts, after_dot = 0, False
    return False


def is_too_deep(tables: dict[str, Any]) -> bool:
    """Whether tables and lists nest deeper than is read. What writes a value into a sentence calls itself once a level."""
    level: list[Any] = [tables]
    for _ in range(MOST_DEPTH):
        inner = (entry for each in level for entry in (each.values() if isinstance(each, dict) else each))
        level = [entry for entry in inner if isinstance(entry, dict | list)]
    return bool(level)


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
    folder = files("lockgate.scenarios") / FOLDERS[kind]
    return tuple(sorted(file.name.removesuffix(SUFFIX) for file in folder.iterdir() if file.name.endswith(SUFFIX)))


def built_in(kind: Kind, name: str, otherwise: str) -> Source:
    """The built-in scenario of this name, or an error that begins with `otherwise`."""
    names = built_in_names(kind)
    if name not in names:
        raise InputError(f"{otherwise}, `lockgate list` names all, and a path to a file ends in {SUFFIX}{nearest(name, names)}")
    return Source(kind, name, files("lockgate.scenarios") / FOLDERS[kind] / f"{name}{SUFFIX}")


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
