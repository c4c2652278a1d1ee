"""Where each table of a run lies in its block of memory, and with what values it starts."""

from typing import Any

import numpy as np
from numba import njit

from sim.columns import WORD_BYTES, column_bytes
from sim.memory import WORDS
from sim.row import Row, first_row
from sim.start.room import COLUMNS, COMPILED_WORLD, GIVEN, OWN_DTYPES, ROWS

Array = np.ndarray[Any, np.dtype[Any]]
ALIGNMENT = 64
LINE = ALIGNMENT // WORD_BYTES


def first_words(name: str, kind: type[Row]) -> Array:
    """The starting values of a row, as they lie in memory: field behind field, or a word for each column."""
    row = first_row(kind)
    if name not in COLUMNS:
        return row.view(np.int64)
    names = row.dtype.names or ()
    words = np.zeros(len(names), np.int64)
    for place, field in enumerate(names):
        words[place : place + 1].view(row.dtype[field])[0] = row[field][0]
    return words


_FIRST = [first_words(name, kind) for name, kind in ROWS.items()]
FIRST_WORDS = np.concatenate(_FIRST)
FIRST_AT = np.cumsum([0, *(len(words) for words in _FIRST)])
ROW_BYTES = np.array([kind.itemsize for kind in OWN_DTYPES.values()])
FIELDS = np.array([len(kind.names or ()) if name in COLUMNS else 0 for name, kind in OWN_DTYPES.items()])  # of tables stored field by field


def new_directory() -> Array:
    """Where each table of one run lies, to be filled by `lay_out`."""
    return np.zeros(WORDS * len(COMPILED_WORLD.fields), np.int64)


@njit
def words_of(place, rows):
    """Words of memory of a table, whole lines of the cache."""
    if FIELDS[place] > 0:
        return FIELDS[place] * column_bytes(rows) // WORD_BYTES
    return (rows * ROW_BYTES[place] + ALIGNMENT - 1) // ALIGNMENT * LINE


@njit
def bytes_needed(counts):
    """Size of the block of memory for these counts."""
    total = 0
    for place in range(len(counts)):
        total += WORD_BYTES * words_of(place, counts[place])
    return total


@njit
def lay_out(counts, block, directory):
    """Give every table its place in the block, an array of 64-bit words, filled with starting values; lists with zeros."""
    start = 0
    for place in range(len(counts)):
        entry = WORDS * (GIVEN + place)
        directory[entry] = block.ctypes.data + WORD_BYTES * start
        directory[entry + 1] = counts[place]
        words = words_of(place, counts[place])
        if place + 1 >= len(FIRST_AT):
            block[start : start + words] = 0
        elif FIELDS[place] > 0:
            fill_columns(block[start : start + words], FIRST_WORDS[FIRST_AT[place] : FIRST_AT[place + 1]])
        else:
            fill_rows(block[start:], counts[place], FIRST_WORDS[FIRST_AT[place] : FIRST_AT[place + 1]])
        start += words


@njit
def fill_rows(table, rows, first):
    """Copy the first row into all rows."""
    for row in range(rows):
        for word in range(len(first)):
            table[row * len(first) + word] = first[word]


@njit
def fill_columns(table, first):
    """Fill each column with its first value."""
    length = len(table) // len(first)
    for column in range(len(first)):
        table[column * length : (column + 1) * length] = first[column]


def view_of(name: str, block: Array, directory: Array) -> Array:
    """A table of the run as an array of records, in place. Copy what is to be kept with `packed`."""
    kind, place = OWN_DTYPES[name], list(OWN_DTYPES).index(name)
    address, rows = (int(word) for word in directory[WORDS * (GIVEN + place) :][:WORDS])
    start = address - block.ctypes.data
    if name not in COLUMNS:
        return block.view(np.uint8)[start : start + rows * kind.itemsize].view(kind)
    # Records that overlap: each begins a word after the one before it, and its fields are a column apart.
    names, width = list(kind.names or ()), column_bytes(rows)
    offsets, size = [width * column for column in range(len(names))], width * (len(names) - 1) + WORD_BYTES
    apart = np.dtype({"names": names, "formats": [kind[field] for field in names], "offsets": offsets, "itemsize": size})
    return np.ndarray(rows, apart, block, start, (WORD_BYTES,))


def packed(name: str, view: Array) -> Array:
    """A copy of a table, field behind field."""
    if name not in COLUMNS:
        return view.copy()
    table = np.zeros(len(view), OWN_DTYPES[name])
    for field in table.dtype.names or ():
        table[field] = view[field]
    return table
