"""The compiled meaning of a few plain functions that numba cannot express: single instructions, mostly.

Each is written once as plain Python, where it belongs and says what it does; `register` gives it its compiled form.
"""

import functools
import sys


def put_in_place(function, signature_of, codegen):
    """Give a function compiled code of its own, put where it is called: a function to compile and link less at every call.

    signature_of : (types of the arguments) -> signature
    codegen : (context, builder, signature, arguments) -> value
    """
    from numba import types as nt
    from numba.extending import lower_builtin, type_callable

    type_callable(function)(lambda context: signature_of)
    lower_builtin(function, nt.VarArg(nt.Any))(codegen)


def named_function(builder, kind, name):
    """A function known by its name alone."""
    from numba.core import cgutils

    return cgutils.get_or_insert_function(builder.module, kind, name)


def _at(function):
    """One load from the tuple's memory."""
    from numba import types as nt
    from numba.core import cgutils

    def codegen(context, builder, signature, arguments):
        place = cgutils.alloca_once_value(builder, arguments[0])
        i = context.cast(builder, arguments[1], signature.args[1], nt.intp)
        return builder.load(cgutils.gep(builder, place, 0, i))

    put_in_place(function, lambda t, index: nt.float64(t, index), codegen)


def _put(function):
    """One store into the tuple's memory."""
    from numba import types as nt
    from numba.core import cgutils

    def codegen(context, builder, signature, arguments):
        place = cgutils.alloca_once_value(builder, arguments[0])
        i = context.cast(builder, arguments[1], signature.args[1], nt.intp)
        builder.store(arguments[2], cgutils.gep(builder, place, 0, i))
        return builder.load(place)

    put_in_place(function, lambda t, index, value: t(t, index, nt.float64), codegen)


def _prefetch(function):
    """llvm.prefetch: for reading and writing, to be kept in all caches."""
    from llvmlite import ir
    from numba import types as nt
    from numba.core import cgutils

    def codegen(context, builder, signature, arguments):
        pointer, _ = _element(context, builder, signature, arguments)
        byte = ir.IntType(8).as_pointer()
        whole = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, whole, whole, whole])
        instruction = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
        builder.call(instruction, [builder.bitcast(pointer, byte), whole(1), whole(3), whole(1)])
        return context.get_dummy_value()

    put_in_place(function, lambda array, index: nt.void(array, index), codegen)


def _fetch(function):
    """One load."""

    def codegen(context, builder, signature, arguments):
        pointer, _ = _element(context, builder, signature, arguments)
        return builder.load(pointer)

    put_in_place(function, lambda array, index: array.dtype(array, index), codegen)


def _lay(function):
    """One store."""
    from numba import types as nt

    def codegen(context, builder, signature, arguments):
        pointer, _ = _element(context, builder, signature, arguments)
        builder.store(context.cast(builder, arguments[2], signature.args[2], signature.args[0].dtype), pointer)
        return context.get_dummy_value()

    put_in_place(function, lambda array, index, value: nt.void(array, index, value), codegen)


def _room(function):
    """An array on the stack. The caller's frame holds it, since functions of models and kernels are inlined or call on."""
    from llvmlite import ir
    from numba import types as nt
    from numba.core import cgutils

    array_type = nt.Array(nt.float64, 1, "C")

    def signature_of(n):
        return array_type(n) if isinstance(n, nt.IntegerLiteral) else None

    def codegen(context, builder, signature, arguments):
        n = signature.args[0].literal_value
        memory = cgutils.alloca_once(builder, ir.ArrayType(ir.DoubleType(), n))
        array = context.make_array(array_type)(context, builder)
        size, item = context.get_constant(nt.intp, n), context.get_constant(nt.intp, 8)
        context.populate_array(
            array,
            data=builder.bitcast(memory, ir.DoubleType().as_pointer()),
            shape=cgutils.pack_array(builder, [size]),
            strides=cgutils.pack_array(builder, [item]),
            itemsize=item,
            meminfo=None,
        )
        return array._getvalue()

    put_in_place(function, signature_of, codegen)


def _table(function):
    """An element of the table, the one module-level tuple that the function names, as constant data."""
    from llvmlite import ir
    from numba import types as nt
    from numba.core import cgutils

    (name,) = function.__code__.co_names
    values = function.__globals__[name]
    whole = isinstance(values[0], int)
    item, item_type = (ir.IntType(64), nt.int64) if whole else (ir.DoubleType(), nt.float64)

    def codegen(context, builder, signature, arguments):
        data = ir.Constant(ir.ArrayType(item, len(values)), [item(v) for v in values])
        table = cgutils.global_constant(builder, f"table{name}", data)
        index = context.cast(builder, arguments[0], signature.args[0], nt.intp)
        return builder.load(builder.gep(table, [context.get_constant(nt.intp, 0), index]))

    put_in_place(function, lambda index: item_type(index), codegen)


def _atomic_add(function):
    """An atomic addition, ordered before and after everything else that is; the value before."""

    def codegen(context, builder, signature, arguments):
        pointer, _ = _element(context, builder, signature, arguments)
        amount = context.cast(builder, arguments[2], signature.args[2], signature.args[0].dtype)
        return builder.atomic_rmw("add", pointer, amount, "seq_cst")

    put_in_place(function, lambda array, index, value: array.dtype(array, index, value), codegen)


def _atomic_get(function):
    """An atomic load that sees what was stored before what it sees."""

    def codegen(context, builder, signature, arguments):
        pointer, _ = _element(context, builder, signature, arguments)
        return builder.load_atomic(pointer, "seq_cst", 8)

    put_in_place(function, lambda array, index: array.dtype(array, index), codegen)


def _give_way(function):
    """The operating system's call by which a thread lets others have its processor."""
    from numba import types as nt
    from numba.extending import overload

    call = _system_call(("SwitchToThread", nt.int32()), ("sched_yield", nt.int32()))

    @overload(function)
    def form():
        return lambda: call()


def _rest(function):
    """The operating system's call by which a thread sleeps for a moment."""
    from numba import types as nt
    from numba.extending import overload

    sleep = _system_call(("Sleep", nt.void(nt.uint32)), ("usleep", nt.int32(nt.uint32)))
    moment = 1 if sys.platform == "win32" else 20  # in milliseconds, in microseconds

    @overload(function)
    def form():
        return lambda: sleep(moment)


def _system_call(on_windows, elsewhere):
    """A function of the operating system, each time given by name and signature."""
    from numba import types as nt

    if sys.platform != "win32":
        return nt.ExternalFunction(*elsewhere)
    from llvmlite import binding

    binding.load_library_permanently("kernel32.dll")
    return nt.ExternalFunction(*on_windows)


def _element(context, builder, signature, arguments):
    """Pointer to arguments[0][arguments[1]], and the array."""
    from numba import types as nt

    array = context.make_array(signature.args[0])(context, builder, arguments[0])
    index = context.cast(builder, arguments[1], signature.args[1], nt.intp)
    return builder.gep(array.data, [index]), array


_FORMS = {
    ("numerics.tuples", "at"): _at,
    ("numerics.tuples", "put"): _put,
    ("numerics.memory", "prefetch"): _prefetch,
    ("numerics.memory", "fetch"): _fetch,
    ("numerics.memory", "lay"): _lay,
    ("numerics.memory", "room"): _room,
    ("numerics.propagators", "halved_times"): _table,
    **{("numerics.dop853", name): _table for name in ("first", "source", "weight", "node", "fifth", "third", "between")},
    ("engine.windowed.team", "atomic_add"): _atomic_add,
    ("engine.windowed.team", "atomic_get"): _atomic_get,
    ("engine.windowed.team", "give_way"): _give_way,
    ("engine.windowed.team", "rest"): _rest,
}


@functools.cache
def register(function):
    """Give a function its compiled form, once; whether it has one of its own."""
    form = _FORMS.get(((function.__module__ or "").removeprefix("eventsim."), function.__name__))
    if form is None:
        return False
    form(function)
    return True
