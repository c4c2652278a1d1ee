"""The world as compiled rules see it: one pointer to where its tables lie.

Passing some twenty arrays to every rule costs thirteen times the work of the rules themselves, in the run and in compiling.
So compiled code sees a world of this type: `world.partners` loads an address and a length, `world.partners[3]` is the record
there, `world.params` the record of a single row. Nothing is counted, checked or copied. Whoever makes a world keeps its tables.
"""

import operator
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.core.imputils import lower_builtin, lower_getattr_generic
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_getattr, infer_global, signature
from numba.extending import intrinsic, overload, register_model

from lockgate.sim.rules.columns import LINE_BYTES, ColumnsType, RowType, refuse_outside, set_directory_apart
from lockgate.sim.rules.compiler import OPTIONS

WORDS = 2  # each entry of the directory: an address (or a number), and a length


class TableType(types.Type):
    """Rows of records, or a list of numbers, at an address. With a name, a row that it does not have is an `IndexError` that says so."""

    def __init__(self, row: Any, checked_as: str = "") -> None:
        self.row, self.checked_as = row, checked_as
        super().__init__(name=f"Table({row}{checked_as and ', ' + checked_as})")


class WorldType(types.Type):
    """A directory of tables at an address. `fields` gives the place and type of each."""

    def __init__(self, name: str, fields: dict[str, types.Type], places: dict[str, int] | None = None) -> None:
        self.fields = fields
        self.places = places or {field: place for place, field in enumerate(fields)}
        self.title = name
        super().__init__(name=f"World({name})")

    def with_fields(self, name: str, fields: dict[str, Any]) -> "WorldType":
        """A view of the same directory: some of its fields, or with other rows. Whoever sees it cannot read anything else."""
        return WorldType(name, kinds_of(fields), self.places)

    def checked(self) -> "WorldType":
        """The same world, in which a row that a table does not have is an `IndexError`."""
        fields = {name: checked_table(kind, name) for name, kind in self.fields.items()}
        return WorldType(f"{self.title}, checked", fields, self.places)

    @property
    def key(self) -> Any:
        """What tells two such types apart: their names and rows."""
        return self.name, tuple(self.fields.items())


@register_model(TableType)
class TableModel(models.StructModel):
    """An address and a length."""

    def __init__(self, manager: Any, kind: TableType) -> None:
        super().__init__(manager, kind, [("address", types.intp), ("length", types.intp)])


@register_model(WorldType)
class WorldModel(models.StructModel):
    """An address."""

    def __init__(self, manager: Any, kind: WorldType) -> None:
        super().__init__(manager, kind, [("address", types.intp)])


@infer_getattr
class WorldAttributes(AttributeTemplate):
    """`world.name` has the type of that field."""

    key = WorldType

    def generic_resolve(self, world: Any, name: str) -> Any:  # type: ignore[override]
        """The type of a field, or None where the world has none of that name."""
        return world.fields.get(name)


def _word(builder: Any, address: Any, place: int) -> Any:
    """Load one 64-bit word of a directory."""
    word = cgutils.intp_t
    load = builder.load(builder.gep(builder.inttoptr(address, word.as_pointer()), [word(place)]))
    set_directory_apart(builder, load)
    return load


@lower_getattr_generic(WorldType)
def _field(context: Any, builder: Any, kind: WorldType, value: Any, name: str) -> Any:
    world = cgutils.create_struct_proxy(kind)(context, builder, value=value)
    field, place = kind.fields[name], WORDS * kind.places[name]
    first = _word(builder, world.address, place)
    if isinstance(field, (TableType, ColumnsType)):
        table = cgutils.create_struct_proxy(field)(context, builder)
        table.address, table.length = first, _word(builder, world.address, place + 1)
        return table._getvalue()
    if isinstance(field, types.Record):
        return builder.inttoptr(first, context.get_value_type(field))
    return first


@infer_global(len)
class _Length(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        return signature(types.intp, *args) if isinstance(args[0], TableType) else None


@infer_global(operator.getitem)
class _Item(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        table, place = args
        return signature(table.row, table, types.intp) if isinstance(table, TableType) and isinstance(place, types.Integer) else None


@infer_global(operator.setitem)
class _SetItem(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        table, place, _ = args
        if isinstance(table, TableType) and isinstance(place, types.Integer) and isinstance(table.row, types.Number):
            return signature(types.none, table, types.intp, table.row)
        return None


@lower_builtin(len, TableType)
def _length(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return cgutils.create_struct_proxy(sig.args[0])(context, builder, value=args[0]).length


def _pointer(context: Any, builder: Any, kind: TableType, value: Any, place: Any) -> Any:
    """Pointer to one item."""
    table = cgutils.create_struct_proxy(kind)(context, builder, value=value)
    refuse_outside(context, builder, kind, table.length, place)
    size = kind.row.size if isinstance(kind.row, types.Record) else kind.row.bitwidth // 8
    address = builder.add(table.address, builder.mul(place, place.type(size)))
    if isinstance(kind.row, types.Record):
        return builder.inttoptr(address, context.get_value_type(kind.row))
    return builder.inttoptr(address, context.get_data_type(kind.row).as_pointer())


@lower_builtin(operator.getitem, TableType, types.intp)
def _item(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    pointer = _pointer(context, builder, sig.args[0], *args)
    return pointer if isinstance(sig.return_type, types.Record) else builder.load(pointer)


@lower_builtin(operator.setitem, TableType, types.intp, types.Number)
def _set_item(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    table, place, value = args
    builder.store(value, _pointer(context, builder, sig.args[0], table, place))
    return context.get_dummy_value()


def fetch(row: Any) -> None:
    """Ask for the first two lines of a record before they are needed: they then come while other work is done. Changes nothing."""


@intrinsic
def _fetch(typing: Any, row: Any) -> Any:

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        pointer = builder.bitcast(args[0], cgutils.voidptr_t)
        kind = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, *[ir.IntType(32)] * 3])
        prefetch = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        reading, keep, data = 0, 3, 1
        for line in range(2):
            address = builder.gep(pointer, [cgutils.intp_t(line * LINE_BYTES)])
            builder.call(prefetch, [address, *(ir.IntType(32)(how) for how in (reading, keep, data))])
        return context.get_dummy_value()

    return signature(types.none, row), generate


@overload(fetch, jit_options=OPTIONS)
def _fetch_when_compiled(row):  # type: ignore[no-untyped-def]
    if isinstance(row, RowType):  # its fields lie apart
        return lambda row: None
    return lambda row: _fetch(row)  # type: ignore[call-arg]  # noqa: PLW0108  # only what is written in Python can stand here


def world_type(name: str, fields: dict[str, Any]) -> WorldType:
    """The type of a world with these fields: `int`, a record dtype (a single row), a list of one dtype (a table), or a table type."""
    return WorldType(name, kinds_of(fields))


def checked_table(kind: types.Type, name: str) -> types.Type:
    """The checked form of a table's type; any other type as it is."""
    if isinstance(kind, TableType):
        return TableType(kind.row, name)
    return kind.checked(name) if isinstance(kind, ColumnsType) else kind


def kinds_of(fields: dict[str, Any]) -> dict[str, types.Type]:
    """The compiler's types of these."""
    kinds: dict[str, types.Type] = {}
    for field, kind in fields.items():
        if kind is int:
            kinds[field] = types.intp
        elif isinstance(kind, types.Type):
            kinds[field] = kind
        elif isinstance(kind, list):
            kinds[field] = TableType(numba.from_dtype(np.dtype(kind[0])))
        else:
            kinds[field] = numba.from_dtype(kind)
    return kinds


def opener(kind: WorldType) -> Any:
    """A compiled function that makes a world of this type from the address of its directory."""

    @intrinsic
    def open_world(typing: Any, address: Any) -> Any:
        def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            world = cgutils.create_struct_proxy(kind)(context, builder)
            world.address = args[0]
            return world._getvalue()

        return signature(kind, types.intp), generate

    return open_world
