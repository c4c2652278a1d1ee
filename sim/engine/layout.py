"""Where each table of a run lies in memory, with what values it starts, and how compiled rules see it."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lockgate.sim.engine.agenda import DRAFT_DTYPE, PLAN_DTYPE
from lockgate.sim.model.agent import Agent, acts_by_alarms
from lockgate.sim.model.parameters import PARAMETERS_DTYPE
from lockgate.sim.model.policy import PHASE_DTYPE
from lockgate.sim.model.tables import LISTS, SINGLES, Table, dtype_of, tables_of
from lockgate.sim.rules.columns import WORD_BYTES, ColumnsType, column_bytes
from lockgate.sim.rules.memory import WORDS, opener, world_type
from lockgate.sim.rules.row import FIXED, PLANNED, Mark, fields, first_row
from lockgate.sim.rules.rule import rule

Array = np.ndarray[Any, np.dtype[Any]]
ALIGNMENT = 64
LINE = ALIGNMENT // WORD_BYTES
GIVEN: dict[str, Any] = {  # what comes from outside; the block holds the rest
    "seed": int, "horizon": int, "params": PARAMETERS_DTYPE, "phases": [PHASE_DTYPE],
    "days_ahead": int, "drafts": [DRAFT_DTYPE], "agenda": ColumnsType(PLAN_DTYPE, apart=False), "agenda_begins": [np.dtype("i8")],
}  # fmt: skip
# What plans may see beside the agenda and agents: what never changes in a run.
STEADY = ("seed", "horizon", "params", "days_ahead", "drafts", "agenda", "agenda_begins", "constants", "size_guide", "size_below")


class Layout:
    """The tables of a run with these kinds of agents, as they lie in one block of memory, in this order.

    `world` is their type as rules of the beginning see it; `by_day` the type that acts see, without fields that are `PLANNED` where a
    kind acts by alarms; `ahead` the type that plans see: what is `FIXED` or `PLANNED`, and what never changes in a run.
    """

    def __init__(self, kinds: Mapping[str, type[Agent]]) -> None:
        self.tables = tables_of(kinds)
        self.dtypes = {name: dtype_of(table) for name, table in self.tables.items()}
        self.columns = {name for name, table in self.tables.items() if table.by_column}
        self.places = {name: place for place, name in enumerate(self.tables)}
        whole = {name: self.kind_of(name, table) for name, table in self.tables.items()}
        planning = {name: kind for name, kind in kinds.items() if acts_by_alarms(kind)}
        seen_by_day = {name: self.part(name, kind, lambda mark: mark != PLANNED) for name, kind in planning.items()}
        seen_ahead = {name: self.part(name, kind, lambda mark: mark in (FIXED, PLANNED)) for name, kind in kinds.items()}
        self.world = world_type("release", GIVEN | whole)
        self.by_day = self.world.with_fields("release by day", GIVEN | whole | seen_by_day) if planning else self.world
        steady = {name: kind for name, kind in (GIVEN | whole).items() if name in STEADY}
        self.ahead = self.world.with_fields("release ahead", steady | seen_ahead)
        views = self.world, self.by_day, self.ahead
        self.open, self.open_by_day, self.open_ahead = map(opener, views)
        self.open_checked, self.open_by_day_checked, self.open_ahead_checked = (opener(view.checked()) for view in views)

    @property
    def shape(self) -> str:
        """The fields of all tables, and where they lie. Compiled code holds these places, so it is of no use where they are others."""
        return str({"params": PARAMETERS_DTYPE, "phases": PHASE_DTYPE, **self.dtypes})

    def kind_of(self, name: str, table: Table) -> Any:
        """A table as `world_type` takes it."""
        if name in SINGLES:
            return self.dtypes[name]
        return ColumnsType(self.dtypes[name]) if name in self.columns else [self.dtypes[name]]

    def part(self, name: str, kind: type[Agent], seen: Callable[[Mark | None], bool]) -> Any:
        """A table of which only some fields are seen, where they lie in the whole."""
        names = [field.name for field in fields(kind) if seen(field.mark)]
        whole = self.dtypes[name]
        if name in self.columns:
            return ColumnsType(whole, seen=names)
        places: Any = whole.fields
        offsets = [places[field][1] for field in names]
        return [np.dtype({"names": names, "formats": [whole[field] for field in names], "offsets": offsets, "itemsize": whole.itemsize,
                          "aligned": True})]  # fmt: skip

    def new_directory(self) -> Array:
        """Where each table of one run lies, to be filled by `lay_out`."""
        return np.zeros(WORDS * len(self.world.fields), np.int64)

    def entry(self, directory: Array, name: str) -> Array:
        """The words of the directory for one table: its address (or a number), and its length."""
        return directory[WORDS * self.world.places[name] :][:WORDS]

    def first_words(self, name: str) -> Array:
        """The starting values of a row, as they lie in memory: field behind field, or a word for each column; nothing for a list."""
        kind = self.tables[name].row
        if name in LISTS:
            return np.zeros(0, np.int64)
        row = first_row(kind)
        if name not in self.columns:
            return row.view(np.int64)
        names = row.dtype.names or ()
        words = np.zeros(len(names), np.int64)
        for place, field in enumerate(names):
            words[place : place + 1].view(row.dtype[field])[0] = row[field][0]
        return words

    def view(self, name: str, block: Array, directory: Array) -> Array:
        """A table of the run as an array of records, in place. Copy what is to be kept with `packed`."""
        kind = self.dtypes[name]
        address, rows = (int(word) for word in self.entry(directory, name))
        start = address - block.ctypes.data
        if name not in self.columns:
            return block.view(np.uint8)[start : start + rows * kind.itemsize].view(kind)
        # Records that overlap: each begins a word after the one before it, and its fields are a column apart.
        names, width = list(kind.names or ()), column_bytes(rows)
        offsets, size = [width * column for column in range(len(names))], width * (len(names) - 1) + WORD_BYTES
        apart = np.dtype({"names": names, "formats": [kind[field] for field in names], "offsets": offsets, "itemsize": size})
        return np.ndarray(rows, apart, block, start, (WORD_BYTES,))

    def packed(self, name: str, view: Array) -> Array:
        """A copy of a table, field behind field."""
        if name not in self.columns:
            return view.copy()
        table = np.zeros(len(view), self.dtypes[name])
        for field in table.dtype.names or ():
            table[field] = view[field]
        return table

    def counting(self) -> Callable[..., None]:
        """The rule that counts the rows of every table, from the days, the parameters (a record) and the policy's phases (a table)."""
        events, operations = self.places["events"], self.places["operations"]
        count_all = chained([counter(place, table.rows) for place, table in enumerate(self.tables.values()) if table.rows])

        @rule
        def count_rows(horizon: int, params: Any, phases: Any, events_room: int, operations_room: int, counts: Any) -> None:
            count_all(horizon, params, phases, counts)
            counts[events], counts[operations] = events_room, operations_room

        return count_rows

    def laying_out(self) -> tuple[Callable[[Any], int], Callable[[Any, Any, Any], None]]:
        """Two rules: how many bytes tables of these lengths need; and one that gives each its place in a block of 64-bit words."""
        first = [self.first_words(name) for name in self.tables]
        first_words, first_at = np.concatenate(first), np.cumsum([0, *(len(words) for words in first)])
        row_bytes = np.array([kind.itemsize for kind in self.dtypes.values()])
        columns = np.array([len(kind.names or ()) if name in self.columns else 0 for name, kind in self.dtypes.items()])
        given = len(GIVEN)

        @rule
        def words_of(place: int, rows: int) -> Any:
            """Words of memory of a table, whole lines of the cache."""
            if columns[place] > 0:
                return columns[place] * column_bytes(rows) // WORD_BYTES
            return (rows * row_bytes[place] + ALIGNMENT - 1) // ALIGNMENT * LINE

        @rule
        def bytes_needed(counts: Any) -> int:
            total = 0
            for place in range(len(counts)):
                total += WORD_BYTES * words_of(place, counts[place])
            return total

        @rule
        def lay_out(counts: Any, block: Any, directory: Any) -> None:
            """Filled with starting values; lists with zeros."""
            start = 0
            for place in range(len(counts)):
                entry = WORDS * (given + place)
                directory[entry] = block.ctypes.data + WORD_BYTES * start
                directory[entry + 1] = counts[place]
                words = words_of(place, counts[place])
                values = first_words[first_at[place] : first_at[place + 1]]
                if len(values) == 0:
                    block[start : start + words] = 0
                elif columns[place] > 0:
                    fill_columns(block[start : start + words], values)
                else:
                    fill_rows(block[start:], counts[place], values)
                start += words

        return bytes_needed, lay_out


@rule
def fill_rows(table, rows, first):
    """Copy the first row into all rows."""
    for row in range(rows):
        for word in range(len(first)):
            table[row * len(first) + word] = first[word]


@rule
def fill_columns(table, first):
    """Fill each column with its first value."""
    length = len(table) // len(first)
    for column in range(len(first)):
        table[column * length : (column + 1) * length] = first[column]


def counter(place: int, rows: Callable[[Any, Any, Any], int]) -> Callable[..., None]:
    """The rule that counts the rows of one table."""

    @rule
    def count(horizon: int, params: Any, phases: Any, counts: Any) -> None:
        counts[place] = rows(horizon, params, phases)

    return count


def chained(counters: list[Callable[..., None]]) -> Callable[..., None]:
    """The rule that counts all."""
    if len(counters) == 1:
        return counters[0]
    half = len(counters) // 2
    first, second = chained(counters[:half]), chained(counters[half:])

    @rule
    def count(horizon: int, params: Any, phases: Any, counts: Any) -> None:
        first(horizon, params, phases, counts)
        second(horizon, params, phases, counts)

    return count
