"""Tables stored column by column, as compiled rules see them: `world.partners[3].latent` is the fourth word of a column.

A rule that visits all rows and reads few fields of each then runs through memory without gaps, and the compiler, which is told that
columns lie apart, makes vectors of a loop without branches and calls. Rules are written no differently.
"""

import operator
from collections.abc import Sequence
from typing import Any

import numba
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.core.imputils import lower_builtin, lower_getattr_generic, lower_setattr_generic
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_getattr, infer_global, signature
from numba.extending import register_model

from lockgate.sim.rules.rule import rule

WORD_BYTES, LINE_BYTES = 8, 64
DIRECTORY = "directory"


@rule
def column_bytes(rows: int) -> int:
    """Memory of one column of a table that is stored field by field: a word a row, in whole lines of the cache.

    >>> column_bytes(1), column_bytes(8), column_bytes(9)
    (64, 64, 128)
    """
    return (rows * WORD_BYTES + LINE_BYTES - 1) // LINE_BYTES * LINE_BYTES


class ColumnsType(types.Type):
    """A table of words: an address, and a number of rows. It is stored column by column, or, if not `apart`, row by row.

    With a name (`checked_as`), a row that it does not have is an `IndexError` that says so.
    """

    def __init__(self, record: Any, *, apart: bool = True, seen: Sequence[str] | None = None, checked_as: str = "") -> None:
        self.record, self.apart, self.seen, self.checked_as = record, apart, seen, checked_as
        self.row = RowType(numba.from_dtype(record), seen)
        super().__init__(name=f"{'Columns' if apart else 'Words'}({self.row}{checked_as and ', ' + checked_as})")

    def checked(self, name: str) -> "ColumnsType":
        """The checked form."""
        return ColumnsType(self.record, apart=self.apart, seen=self.seen, checked_as=name)


class RowType(types.Type):
    """One row of such a table, of which only some fields may be `seen`."""

    def __init__(self, record: Any, seen: Sequence[str] | None = None) -> None:
        self.record, self.width = record, len(record.fields)
        self.places = {field: place for place, field in enumerate(record.fields) if seen is None or field in seen}
        super().__init__(name=f"Row({record}{'' if seen is None else ', ' + ' '.join(seen)})")


@register_model(ColumnsType)
class ColumnsModel(models.StructModel):
    """An address and a length."""

    def __init__(self, manager: Any, kind: ColumnsType) -> None:
        super().__init__(manager, kind, [("address", types.intp), ("length", types.intp)])


@register_model(RowType)
class RowModel(models.StructModel):
    """Address of its first field, and bytes from one field to the next."""

    def __init__(self, manager: Any, kind: RowType) -> None:
        super().__init__(manager, kind, [("address", types.voidptr), ("stride", types.intp)])


@infer_getattr
class RowAttributes(AttributeTemplate):
    """`row.name` has the type of that field."""

    key = RowType

    def generic_resolve(self, row: Any, name: str) -> Any:  # type: ignore[override]
        """The type of a field, or None where rows have none of that name."""
        return row.record.typeof(name) if name in row.places else None


def _field_pointer(context: Any, builder: Any, kind: RowType, value: Any, name: str) -> Any:
    row = cgutils.create_struct_proxy(kind)(context, builder, value=value)
    address = builder.gep(row.address, [builder.mul(row.stride, row.stride.type(kind.places[name]))])
    return builder.bitcast(address, context.get_data_type(kind.record.typeof(name)).as_pointer())


def _scope(module: Any, name: str) -> Any:
    """What tells the compiler that whatever has this name lies apart from all that has another."""
    scopes = module.__dict__.setdefault("scopes_apart", {})
    if name not in scopes:
        domain = module.add_metadata([ir.MetaDataString(module, "lockgate")])
        scopes[name] = module.add_metadata([ir.MetaDataString(module, name), domain])
    return scopes[name]


def _set_apart(builder: Any, access: Any, kind: RowType, name: str) -> None:
    """Say that fields never overlap, nor does the directory with any: without that a loop over rows would not become vectors."""
    module = builder.module
    known = module.__dict__.setdefault("fields_apart", {})
    if (kind, name) not in known:
        others = [_scope(module, f"{kind}.{field}") for field in kind.places if field != name]
        own = module.add_metadata([_scope(module, f"{kind}.{name}")])
        known[kind, name] = own, module.add_metadata([*others, _scope(module, DIRECTORY)])
    own, others = known[kind, name]
    access.set_metadata("alias.scope", own)
    access.set_metadata("noalias", others)


@lower_getattr_generic(RowType)
def _load(context: Any, builder: Any, kind: RowType, value: Any, name: str) -> Any:
    field = kind.record.typeof(name)
    word = builder.load(_field_pointer(context, builder, kind, value, name))
    _set_apart(builder, word, kind, name)
    return context.data_model_manager[field].from_data(builder, word)


@lower_setattr_generic(RowType)
def _store(context: Any, builder: Any, sig: Any, args: Any, name: str) -> Any:
    kind, field = sig.args
    word = context.data_model_manager[field].as_data(builder, args[1])
    access = builder.store(word, _field_pointer(context, builder, kind, args[0], name))
    _set_apart(builder, access, kind, name)


def set_directory_apart(builder: Any, access: Any) -> None:
    """Say that a word of the directory is in no column, so that it need not be read again after each store."""
    access.set_metadata("alias.scope", builder.module.add_metadata([_scope(builder.module, DIRECTORY)]))


def refuse_outside(context: Any, builder: Any, kind: Any, length: Any, place: Any) -> None:
    """Raise `IndexError` where a checked table has no row at this place."""
    if kind.checked_as:
        with builder.if_then(builder.icmp_unsigned(">=", place, length), likely=False):
            context.call_conv.return_user_exc(builder, IndexError, (kind.checked_as,))


@infer_global(len)
class _Length(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        return signature(types.intp, *args) if isinstance(args[0], ColumnsType) else None


@infer_global(operator.getitem)
class _Item(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        table, place = args
        return signature(table.row, table, types.intp) if isinstance(table, ColumnsType) and isinstance(place, types.Integer) else None


@lower_builtin(len, ColumnsType)
def _length(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return cgutils.create_struct_proxy(sig.args[0])(context, builder, value=args[0]).length


@lower_builtin(operator.getitem, ColumnsType, types.intp)
def _row(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    table = cgutils.create_struct_proxy(sig.args[0])(context, builder, value=args[0])
    refuse_outside(context, builder, sig.args[0], table.length, args[1])
    row = cgutils.create_struct_proxy(sig.return_type)(context, builder)
    word, kind = table.address.type, sig.args[0]
    width = WORD_BYTES if kind.apart else WORD_BYTES * kind.row.width
    row.address = builder.gep(builder.inttoptr(table.address, cgutils.voidptr_t), [builder.mul(args[1], word(width))])
    row.stride = word(WORD_BYTES)
    if kind.apart:
        row.stride = builder.and_(builder.add(builder.mul(table.length, word(WORD_BYTES)), word(LINE_BYTES - 1)), word(-LINE_BYTES))
    return row._getvalue()
