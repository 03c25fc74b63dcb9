"""Named arrays that rules receive as one pointer.

numba passes every array as seven arguments, so that handing some twenty of them from rule to rule would cost more
than the rules, and most of the compilation. A subclass of `Arrays` passes the address of a small table instead: for
each array its address and shape. In compiled code `arrays.name` is then an ordinary array view without a reference
count; in plain Python it is the NumPy array itself. The Python object owns the memory and must outlive the call.

Where many are made alike, a `Pattern` makes them: all arrays in one piece of memory, of which only the part that is not
zero is copied.
"""

from __future__ import annotations

import operator
from functools import reduce
from typing import Any, ClassVar, Generic, Self, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    NativeValue,
    infer_getattr,
    lower_builtin,
    lower_getattr_generic,
    models,
    register_model,
    unbox,
)
from numba.np import arrayobj

COLUMNS = 4  # of the table: address, then up to three dimensions
ALIGNMENT = 64  # bytes: a line of the processor's cache
KINDS: dict[str, dict[str, types.Array]] = {}


class Table(types.Array):
    """numba's type of one such array: contiguous, and indexed from its start only.

    An index below zero does not count from the end here, which saves a test and a load at each access.
    """

    def __init__(self, dtype: Any, ndim: int) -> None:
        super().__init__(dtype, ndim, "C", name=f"Table({dtype}, {ndim}d)", aligned=True)


class ArraysType(types.Type):
    """numba's type of one subclass of `Arrays`; its fields are in `KINDS`."""

    def __init__(self, name: str) -> None:
        self.kind = name
        super().__init__(name=f"Arrays({name})")


class Arrays:
    """Base of classes whose annotations in `FIELDS` name arrays: (dtype, number of dimensions)."""

    FIELDS: ClassVar[dict[str, tuple[Any, int]]] = {}
    memory: npt.NDArray[np.uint8]
    """All of it, where the arrays lie in one piece."""
    _numba_type_: ClassVar[ArraysType]

    def __init_subclass__(cls) -> None:
        KINDS[cls.__name__] = {
            name: Table(numba.from_dtype(np.dtype(dtype)), ndim) for name, (dtype, ndim) in cls.FIELDS.items()
        }
        cls._numba_type_ = ArraysType(cls.__name__)

    def __init__(self, **arrays: Any) -> None:
        self._table = np.zeros((len(self.FIELDS), COLUMNS), dtype=np.int64)
        for row, (name, (dtype, ndim)) in enumerate(self.FIELDS.items()):
            array = arrays[name]
            if array.dtype != dtype or array.ndim != ndim or not array.flags.c_contiguous:
                raise TypeError(f"{name}: {array.dtype} in {array.ndim} dimensions, not {dtype} in {ndim}, contiguous")
            setattr(self, name, array)
            self._table[row, 0] = array.ctypes.data
            self._table[row, 1 : 1 + ndim] = array.shape
        self.address = int(self._table.ctypes.data)

    @classmethod
    def in_one_piece(cls, memory: npt.NDArray[np.uint8], table: npt.NDArray[np.int64]) -> Self:
        """Arrays that lie in `memory` where the table says."""
        arrays = cls.__new__(cls)
        arrays.memory, arrays._table = memory, table
        arrays.address = int(table.ctypes.data)
        return arrays

    def replace(self, **arrays: Any) -> Self:
        """The same arrays but for those given."""
        return type(self)(**{name: arrays.get(name, getattr(self, name)) for name in self.FIELDS})

    def copy(self) -> Self:
        """The same content in memory of its own."""
        return type(self)(**{name: getattr(self, name).copy() for name in self.FIELDS})

    def __getattr__(self, name: str) -> Any:
        """An array in one piece of memory with others, which is made when it is first asked for."""
        if name not in self.FIELDS:
            raise AttributeError(name)
        dtype, ndim = self.FIELDS[name]
        address, *shape = self._table[list(self.FIELDS).index(name)].tolist()
        array = np.ndarray(shape[:ndim], dtype, self.memory, address - self.memory.ctypes.data)
        setattr(self, name, array)
        return array


A = TypeVar("A", bound=Arrays)


class Pattern(Generic[A]):
    """Arrays as they are at first, of which any number can be made; those that are all zero come last in memory."""

    def __init__(self, arrays: A) -> None:
        self.kind = type(arrays)
        self.places: dict[str, int] = {}
        """By array: where it begins in the memory, in bytes."""
        contents = {name: getattr(arrays, name).reshape(-1).view(np.uint8) for name in arrays.FIELDS}
        zero = [name for name, content in contents.items() if not content.any()]
        filled = [name for name in contents if name not in zero]
        self.size = filled_size = 0
        for name in filled + zero:
            self.places[name] = self.size
            self.size += -(-len(contents[name]) // ALIGNMENT) * ALIGNMENT
            filled_size = self.size if name in filled else filled_size
        self._content = np.zeros(filled_size, np.uint8)
        for name in filled:
            self._content[self.places[name] :][: len(contents[name])] = contents[name]
        self._table = arrays._table.copy()
        self._table[:, 0] = [self.places[name] for name in arrays.FIELDS]

    def new(self) -> A:
        """Arrays with memory of their own."""
        room = np.empty(self.size + ALIGNMENT, np.uint8)
        first = -room.ctypes.data % ALIGNMENT
        memory = room[first : first + self.size]
        memory[: len(self._content)] = self._content
        memory[len(self._content) :] = 0
        table = self._table.copy()
        table[:, 0] += memory.ctypes.data
        return self.kind.in_one_piece(memory, table)


register_model(ArraysType)(models.OpaqueModel)
register_model(Table)(models.ArrayModel)


@unbox(ArraysType)  # type: ignore[untyped-decorator]
def _unbox(kind: Any, instance: Any, c: Any) -> Any:
    address = c.pyapi.object_getattr_string(instance, "address")
    pointer = c.pyapi.long_as_voidptr(address)
    c.pyapi.decref(address)
    return NativeValue(pointer, is_error=cgutils.is_not_null(c.builder, c.pyapi.err_occurred()))


@infer_getattr
class _Attributes(AttributeTemplate):  # type: ignore[misc]
    key = ArraysType

    def generic_resolve(self, kind: Any, name: str) -> Any:
        return KINDS[kind.kind].get(name)


@lower_getattr_generic(ArraysType)  # type: ignore[untyped-decorator]
def _getattr(context: Any, builder: Any, kind: Any, pointer: Any, name: str) -> Any:
    fields = KINDS[kind.kind]
    row = list(fields).index(name)
    array_type = fields[name]
    word = context.get_value_type(types.intp)
    table = builder.bitcast(pointer, ir.PointerType(word))

    def cell(column: int) -> Any:
        where = builder.gep(table, [context.get_constant(types.intp, row * COLUMNS + column)])
        return cast(Any, builder.load(where))

    array = arrayobj.make_array(array_type)(context, builder)  # type: ignore[no-untyped-call]
    item = context.get_abi_sizeof(context.get_data_type(array_type.dtype))
    if isinstance(array_type.dtype, types.Record):
        item = array_type.dtype.size
    shape = [cell(1 + d) for d in range(array_type.ndim)]
    itemsize = context.get_constant(types.intp, item)
    strides = [reduce(builder.mul, shape[d + 1 :], itemsize) for d in range(array_type.ndim)]
    data = builder.inttoptr(cell(0), context.get_data_type(array_type.dtype).as_pointer())
    arrayobj.populate_array(  # type: ignore[no-untyped-call]
        array, data=data, shape=shape, strides=strides, itemsize=itemsize, meminfo=None
    )
    return array._getvalue()


def _item_address(context: Any, builder: Any, kind: Any, array: Any, index_types: Any, indices: Any) -> Any:
    """Address of an item by its row-major position."""
    view = arrayobj.make_array(kind)(context, builder, array)  # type: ignore[no-untyped-call]
    position = context.get_constant(types.intp, 0)
    for d in range(kind.ndim):
        index = context.cast(builder, indices[d], index_types[d], types.intp)
        if d:
            extent = builder.extract_value(view.shape, d)
            position = builder.mul(position, extent)
        position = builder.add(position, index)
    return builder.gep(view.data, [position])


@lower_builtin(operator.getitem, Table, types.Integer)  # type: ignore[untyped-decorator]
def _get_item(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    kind = signature.args[0]
    if kind.ndim > 1:
        return arrayobj.getitem_arraynd_intp(context, builder, signature, arguments)
    address = _item_address(context, builder, kind, arguments[0], signature.args[1:], arguments[1:])
    return arrayobj.load_item(context, builder, kind, address)  # type: ignore[no-untyped-call]


@lower_builtin(operator.getitem, Table, types.containers.UniTuple)  # type: ignore[untyped-decorator]
def _get_item_nd(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    kind, index_type = signature.args
    if len(index_type) < kind.ndim:
        return arrayobj.getitem_array_tuple(context, builder, signature, arguments)
    indices = cgutils.unpack_tuple(builder, arguments[1])
    address = _item_address(context, builder, kind, arguments[0], list(index_type), indices)
    return arrayobj.load_item(context, builder, kind, address)  # type: ignore[no-untyped-call]


@lower_builtin(operator.setitem, Table, types.Integer, types.Any)  # type: ignore[untyped-decorator]
def _set_item(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    kind = signature.args[0]
    address = _item_address(context, builder, kind, arguments[0], signature.args[1:2], arguments[1:2])
    value = context.cast(builder, arguments[2], signature.args[2], kind.dtype)
    arrayobj.store_item(context, builder, kind, value, address)  # type: ignore[no-untyped-call]
    return context.get_dummy_value()
