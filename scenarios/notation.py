"""Keys and values as a sentence repeats them: like TOML, on one line, and short."""

import os
import re
from collections.abc import Mapping
from datetime import date, time

LONGEST = 60  # characters


KeyPath = tuple[int | str, ...]


def shortened(text: str) -> str:
    """The text, or its beginning where it is long."""
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def quoted(text: str) -> str:
    r"""The text in double quotes and on one line.

    >>> print(quoted("two\nlines"))
    "two\nlines"
    """
    return f'"{repr(text)[1:-1]}"'


def decoded(name: str) -> str:
    r"""A file's name as text: UTF-8 whatever the locale says, with a visible escape for bytes that are not.

    >>> print(decoded("caf\udcc3\udca9"), decoded("\udcff"))
    café \xff
    """
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def shown(value: object) -> str:
    """A value as TOML writes it, shortened.

    >>> shown({"low": 1, "mode": True})
    '{ low = 1, mode = true }'
    """
    match value:
        case bool():
            return str(value).lower()
        case int() if value.bit_length() > 4 * LONGEST:
            return shortened(hex(value))  # Python refuses to write very long integers in decimal
        case int() | float() | date() | time():
            return str(value)
        case Mapping():
            return shortened("{ " + ", ".join(f"{toml_key(name)} = {shown(entry)}" for name, entry in value.items()) + " }")
        case list() | tuple():
            return shortened("[" + ", ".join(map(shown, value)) + "]")
    return shortened(quoted(str(value)))


def toml_key(name: object) -> str:
    """A key as TOML writes it: bare where it can be."""
    text = str(name)
    return shortened(text) if re.fullmatch(r"[A-Za-z0-9_-]+", text) else shortened(quoted(text))


def key_path(place: KeyPath) -> str:
    """Where a value stands in its file.

    >>> key_path(("timeline", 2, "preview_days")), key_path(("levers", "preview_days"))
    ('timeline[2].preview_days', 'preview_days')
    """
    steps = list(place)
    if len(steps) > 1 and steps[0] in ("levers", "parameters"):
        del steps[0]
    return "".join(f"[{step}]" if isinstance(step, int) else f".{toml_key(step)}" for step in steps).removeprefix(".")
