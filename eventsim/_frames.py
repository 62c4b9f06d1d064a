"""Named tuples of arrays and whole numbers as compiled code takes them: the address of a table of where their arrays lie.

numba would pass such a tuple array by array, seven words each, from Python and from function to function; with some
eighty arrays that was a third of what there is to compile, and calls through addresses copied all of it. A frame is one
word, and an array is looked up in its table where its name is used. Arrays are C-contiguous, and stay where they are
as long as the frame lives.

This module imports numba; `_jit` imports it when something is compiled.
"""

import functools

import numpy as np
from llvmlite import ir
from numba import typeof
from numba import types as nt
from numba.core.datamodel import models
from numba.core.imputils import lower_getattr_generic
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import NativeValue, register_model, unbox
from numba.np.arrayobj import populate_array
from numba.np.numpy_support import as_dtype

from .errors import InternalError

_WORD = ir.IntType(64)


class FrameType(nt.Type):
    """The compiled type of a named tuple: of its arrays the table keeps address and shape, of whole numbers themselves."""

    def __init__(self, name, fields):
        super().__init__(f"Frame({name})")
        self.fields = fields  # of (name, type)

    @property
    def key(self):
        return self.name, self.fields

    @functools.cached_property
    def places(self):
        """Of each field: its type, and where it begins in the table."""
        out, place = {}, 0
        for name, kind in self.fields:
            out[name] = kind, place
            place += _words(kind)
        return out


def _words(kind):
    """How many words of a table a field takes."""
    if isinstance(kind, FrameType):
        return sum(_words(k) for _, k in kind.fields)
    return 1 if kind == nt.int64 else 1 + kind.ndim


class Frame:
    """A named tuple, nested or not, with its table."""

    def __init__(self, value):
        self.value = value  # whose arrays live as long as the frame
        self._table = np.array(_table(value), np.int64)
        self.address = self._table.__array_interface__["data"][0]
        self._numba_type_ = frame_type(value)

    def __reduce__(self):
        return Frame, (self.value,)  # a copy has a table of its own arrays


def _table(value):
    out = []
    for item in value:
        if isinstance(item, tuple):
            out += _table(item)
        elif isinstance(item, (int, np.integer)):
            out.append(item)
        else:
            out += [item.__array_interface__["data"][0], *item.shape]
    return out


def frame_type(value):
    """The FrameType of a named tuple."""
    fields = []
    for name, item in zip(value._fields, value, strict=True):
        if isinstance(item, tuple):
            fields.append((name, frame_type(item)))
        elif isinstance(item, (int, np.integer)):
            fields.append((name, nt.int64))
        elif item.flags.c_contiguous:
            fields.append((name, _array_type(item.dtype, item.ndim)))
        else:
            raise InternalError(f"{type(value).__name__}.{name} is not C-contiguous")
    return _interned(type(value).__name__, tuple(fields))


@functools.cache
def _array_type(dtype, ndim):
    return typeof(np.empty((0,) * ndim, dtype))


_interned = functools.cache(FrameType)


@register_model(FrameType)
class _FrameModel(models.PrimitiveModel):
    def __init__(self, manager, kind):
        super().__init__(manager, kind, _WORD.as_pointer())


@unbox(FrameType)
def _unbox(kind, obj, c):
    address = c.pyapi.object_getattr_string(obj, "address")
    pointer = c.builder.inttoptr(c.pyapi.long_as_longlong(address), _WORD.as_pointer())
    c.pyapi.decref(address)
    return NativeValue(pointer)


@infer_getattr
class _FieldType(AttributeTemplate):
    key = FrameType

    def generic_resolve(self, kind, name):  # type: ignore[override]
        found = kind.places.get(name)
        return found and found[0]


@lower_getattr_generic(FrameType)
def _field(context, builder, kind, table, name):
    field, place = kind.places[name]
    if isinstance(field, FrameType):
        return builder.gep(table, [_WORD(place)])

    def word(k):
        value = builder.load(builder.gep(table, [_WORD(place + k)]))
        value.set_metadata("invariant.load", builder.module.add_metadata([]))  # a loop may keep it
        return value

    if field == nt.int64:
        return word(0)
    array = context.make_array(field)(context, builder)
    shape = [word(1 + axis) for axis in range(field.ndim)]
    itemsize = _WORD(as_dtype(field.dtype).itemsize)
    strides = [itemsize]
    for length in shape[:0:-1]:
        strides.insert(0, builder.mul(strides[0], length))
    data = builder.inttoptr(word(0), array.data.type)
    populate_array(array, data=data, shape=shape, strides=strides, itemsize=itemsize, meminfo=None, parent=None)
    return array._getvalue()
