"""Records as the words that they are made of: how compiled code reads and writes a field whose place it learns from a table."""

from typing import Any

import numpy as np

from lockgate.sim.rules.rule import rule

Array = np.ndarray[Any, np.dtype[Any]]
WORD_BYTES = 8
FLOAT, INT, BOOL = range(3)  # types of a field
TYPES: dict[type, int] = {float: FLOAT, int: INT, bool: BOOL}


@rule
def put(words: Array, offset: int, kind: int, value: float) -> None:
    """Write a value as a field of this type, so many bytes after the first word; truth values take one byte.

    >>> table = np.zeros(1, np.dtype([("share", "f8"), ("days", "i8"), ("on", "?")], align=True))
    >>> for offset, kind, value in ((0, FLOAT, 0.5), (8, INT, 3.0), (16, BOOL, 1.0)):
    ...     put(table.view(np.int64), offset, kind, value)
    >>> table.tolist()
    [(0.5, 3, True)]
    """
    place = offset // WORD_BYTES
    if kind == FLOAT:
        words[place] = np.float64(value).view(np.int64)
    elif kind == INT:
        words[place] = int(value)
    else:
        shift = 8 * (offset % WORD_BYTES)  # the first byte of a word is its lowest, here as in WebAssembly
        byte = np.int64(255) << shift
        words[place] = (words[place] & ~byte) | (np.int64(value != 0.0) << shift)


@rule
def get_float(words: Array, offset: int) -> float:
    """Read a field that is a float.

    >>> float(get_float(np.array([1.5]).view(np.int64), 0))
    1.5
    """
    return np.int64(words[offset // WORD_BYTES]).view(np.float64)
