"""The compiled meaning of a few plain functions that numba cannot express: single instructions, mostly.

Each is written once as plain Python, where it belongs and says what it does; `register` gives it its compiled form.
"""

import functools


def _put(function):
    """One store into the tuple's memory."""
    from numba import types as nt
    from numba.core import cgutils
    from numba.extending import intrinsic, overload

    @intrinsic
    def store(typing_context, t, index, value):
        def codegen(context, builder, signature, arguments):
            place = cgutils.alloca_once_value(builder, arguments[0])
            i = context.cast(builder, arguments[1], signature.args[1], nt.intp)
            builder.store(arguments[2], cgutils.gep(builder, place, 0, i))
            return builder.load(place)

        return t(t, index, nt.float64), codegen

    @overload(function)
    def form(t, index, value):
        return lambda t, index, value: store(t, index, value)


def _prefetch(function):
    """llvm.prefetch: for reading and writing, to be kept in all caches."""
    from llvmlite import ir
    from numba import types as nt
    from numba.core import cgutils
    from numba.extending import intrinsic, overload

    @intrinsic
    def fetch(typing_context, array, index):
        def codegen(context, builder, signature, arguments):
            pointer, _ = _element(context, builder, signature, arguments)
            byte = ir.IntType(8).as_pointer()
            whole = ir.IntType(32)
            kind = ir.FunctionType(ir.VoidType(), [byte, whole, whole, whole])
            instruction = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
            builder.call(instruction, [builder.bitcast(pointer, byte), whole(1), whole(3), whole(1)])
            return context.get_dummy_value()

        return nt.void(array, index), codegen

    @overload(function)
    def form(array, index):
        return lambda array, index: fetch(array, index)


def _atomic_add(function):
    """An atomic addition, ordered before and after everything else that is; the value before."""
    from numba.extending import intrinsic, overload

    @intrinsic
    def add(typing_context, array, index, value):
        def codegen(context, builder, signature, arguments):
            pointer, _ = _element(context, builder, signature, arguments)
            amount = context.cast(builder, arguments[2], signature.args[2], array.dtype)
            return builder.atomic_rmw("add", pointer, amount, "seq_cst")

        return array.dtype(array, index, value), codegen

    @overload(function)
    def form(array, index, value):
        return lambda array, index, value: add(array, index, value)


def _atomic_get(function):
    """An atomic load that sees what was stored before what it sees."""
    from numba.extending import intrinsic, overload

    @intrinsic
    def get(typing_context, array, index):
        def codegen(context, builder, signature, arguments):
            pointer, _ = _element(context, builder, signature, arguments)
            return builder.load_atomic(pointer, "seq_cst", 8)

        return array.dtype(array, index), codegen

    @overload(function)
    def form(array, index):
        return lambda array, index: get(array, index)


def _give_way(function):
    """The operating system's call by which a thread lets others have its processor."""
    import sys

    from numba import types as nt
    from numba.extending import overload

    if sys.platform == "win32":
        from llvmlite import binding

        binding.load_library_permanently("kernel32.dll")
    call = nt.ExternalFunction("SwitchToThread" if sys.platform == "win32" else "sched_yield", nt.int32())

    @overload(function)
    def form():
        return lambda: call()


def _element(context, builder, signature, arguments):
    """Pointer to arguments[0][arguments[1]], and the array."""
    from numba import types as nt

    array = context.make_array(signature.args[0])(context, builder, arguments[0])
    index = context.cast(builder, arguments[1], signature.args[1], nt.intp)
    return builder.gep(array.data, [index]), array


_FORMS = {
    ("numerics.tuples", "put"): _put,
    ("numerics.memory", "prefetch"): _prefetch,
    ("engine.windowed.team", "atomic_add"): _atomic_add,
    ("engine.windowed.team", "atomic_get"): _atomic_get,
    ("engine.windowed.team", "give_way"): _give_way,
}


@functools.cache
def register(function):
    """Give a function its compiled form, once; whether it has one of its own."""
    form = _FORMS.get(((function.__module__ or "").removeprefix("eventsim."), function.__name__))
    if form is None:
        return False
    form(function)
    return True
