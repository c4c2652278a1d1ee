"""The module as it is shipped, and the stamp that says from which sources it was made."""

import hashlib
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from lockgate.sim.errors import InputError
from lockgate.sim.rules.sources import without_words

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
MODULE = HERE / "model.wasm"
RENEW = "python -m experiments.browser.emit"
SECTION = "lockgate"  # of the module: a custom section with the stamp
# What decides the module: folders with all that is in them, and single files.
SOURCES = (
    "sim/model", "sim/rules", "sim/limits.py", *(f"sim/engine/{name}.py" for name in ("agenda", "driver", "layout", "plan")),
    *(f"experiments/results/{name}.py" for name in ("influence", "intervals", "normal", "order", "ratios", "sampling", "verdict", "words")),
    *(f"experiments/browser/{name}" for name in ("columns.py", "emit.py", "glue.c", "phases.py", "rooms.py")), "scenarios/world.py",
)  # fmt: skip
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)


def module_bytes() -> bytes:
    """The module. Raises `InputError` where it is missing, or was made from other sources than these."""
    code = shipped()
    if stamp_of(code) != fresh_stamp():
        raise InputError(
            f"{MODULE.name} holds the model {stamp_of(code) or 'of nobody knows when'}, and these sources are {fresh_stamp()}: "
            f"they must be the same, so renew it in a checkout with `{RENEW}`"
        )
    return code


def stamp() -> str:
    """The stamp of the module that is shipped: twelve hexadecimal digits."""
    return stamp_of(shipped())


def shipped() -> bytes:
    """The file's bytes, fresh or not."""
    try:
        return MODULE.read_bytes()
    except OSError as error:
        raise InputError(f"{MODULE} cannot be read ({error.strerror or error}); make it in a checkout with `{RENEW}`") from None


@cache
def fresh_stamp() -> str:
    """The stamp that a module made from the sources of this installation has."""
    return stamp_of_sources(ROOT)


def stamp_of_sources(root: Path, sources: Iterable[str] = SOURCES) -> str:
    """The stamp of the sources of a checkout: a hash of their texts without docstrings, comments and blank lines."""
    digest = hashlib.sha256()
    for path in sorted(path for name in sources for path in files_of(root / name)):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + meaning(path).encode() + b"\0")
    return digest.hexdigest()[:12]


def files_of(path: Path) -> list[Path]:
    """A file, or the Python files of a folder."""
    return list(path.rglob("*.py")) if path.is_dir() else [path]


def meaning(path: Path) -> str:
    """A source file without what changes nothing."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return without_words(text)
    return "\n".join(line.rstrip() for line in COMMENT.sub("", text).splitlines() if line.strip())


def stamped(code: bytes, mark: str) -> bytes:
    """A module with this stamp behind all else."""
    name, words = SECTION.encode(), mark.encode()
    content = bytes([len(name)]) + name + words
    return code + b"\0" + bytes([len(content)]) + content  # section 0; both lengths are below 128, so one byte each


def stamp_of(code: bytes) -> str:
    """The stamp of a module, or nothing where it has none."""
    place = 8  # behind the magic number and the version
    while place < len(code):
        kind, (length, start) = code[place], length_at(code, place + 1)
        content = code[start : start + length]
        if kind == 0 and content[1 : 1 + content[0]] == SECTION.encode():
            return content[1 + content[0] :].decode("ascii", "replace")
        place = start + length
    return ""


def length_at(code: bytes, place: int) -> tuple[int, int]:
    """A length as WebAssembly writes it (LEB128), seven bits a byte, the lowest first; and where the next thing begins."""
    value = shift = 0
    while True:
        value |= (code[place] & 127) << shift
        place, shift, more = place + 1, shift + 7, code[place] & 128
        if not more:
            return value, place
