"""Reading files of the user's: regular ones only, up to a stated size, and TOML that takes a second or two at the most."""

import os
import re
import stat
import tomllib
from pathlib import Path
from typing import Any

from sim.errors import InputError

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
