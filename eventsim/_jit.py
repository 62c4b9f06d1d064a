"""The only door to numba: which functions are compiled, how they are cached, and how a model is bound into one.

Kernels and models are ordinary functions. `compiled` compiles an entry point; every plain function it reaches through
its globals is made compilable on the way and inlined by LLVM. `EVENTSIM_JIT=0` runs the same code as plain Python.

numba's file cache does not see edits in files that a function calls into, and would then return old results. So the
name under which an entry point is cached carries a digest of every source that can reach it.
"""

import contextlib
import functools
import gc
import hashlib
import inspect
import os
import pickle
import sys
import time
import types
import warnings
from pathlib import Path

import numpy as np

from . import _intrinsics
from .errors import ParameterError

ENABLED = os.environ.get("EVENTSIM_JIT", "1") != "0"

# Folders whose functions are inlined into compiled code.
_COMPILED_FOLDERS = ("numerics", "neurons", "synapses", "aer", "lowering", "engine/compiled", "engine/windowed")
_COMPILED_MODULES = tuple(f"eventsim.{folder.replace('/', '.')}." for folder in _COMPILED_FOLDERS)

# No kernel allocates, so none needs reference counts (`_nrt`); counting them took a third of the time of small slices.
_OPTIONS = {"error_model": "numpy", "fastmath": False, "_nrt": False, "nogil": True, "no_cfunc_wrapper": True}

# Modules whose functions are inlined before anything else is optimised: loops that draw random words would not be
# vectorised otherwise, and what a delivery does would be calls with arguments on the stack.
_INLINED = {
    "eventsim." + name
    for name in ("numerics.random", "numerics.compensation", "numerics.propagators", "neurons.lif", "engine.compiled.adapters")
}

# What is kept of a user's own model names its classes by the module that made them. Where there is no such module now, it is compiled again.
_UNREADABLE = (ImportError, AttributeError, EOFError, pickle.UnpicklingError)

_registered = set()
_seconds = [0.0]
_depth = [0]  # of compilations that began within others


def seconds():
    """Seconds spent so far in this process on compiling or loading compiled code."""
    return _seconds[0]


@contextlib.contextmanager
def _compiling():
    """Count the seconds, and look for garbage less often: the compiler makes many objects, most of which stay.

    Compiling a function may compile what it calls. Only the outermost counts, whose seconds contain those of all others.
    """
    begin, usual = time.perf_counter(), gc.get_threshold()
    if usual[0] > 0:
        gc.set_threshold(max(usual[0], 20_000), *usual[1:])
    _depth[0] += 1
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        _depth[0] -= 1
        if _depth[0] == 0:
            _seconds[0] += time.perf_counter() - begin


@functools.cache
def package_digest():
    """Digest of all sources that end up in compiled code, and of the versions that compile them."""
    root = Path(__file__).parent
    digest = hashlib.blake2b(digest_size=8)
    for folder in _COMPILED_FOLDERS:
        for path in sorted((root / folder).glob("*.py")):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    for own in ("_jit.py", "_intrinsics.py", "_frames.py"):
        digest.update((root / own).read_bytes())
    for version in (sys.version, np.__version__, _numba().__version__):
        digest.update(version.encode())
    return digest.hexdigest()


def model_digest(model):
    """Digest of a model: its name and variant where `package_digest` covers it, else its source; None if that is unknown."""
    functions = [f for f in vars(model).values() if isinstance(f, types.FunctionType)]
    if all((f.__module__ or "").startswith(_COMPILED_MODULES) for f in _reachable(functions)):
        return f"{model.name}_{model.variant}"
    identity = model.name, model.variant, model.constant_type._fields, model.state_type._fields
    digest = hashlib.blake2b(repr(identity).encode(), digest_size=8)
    try:
        for function in _reachable(functions):
            digest.update(inspect.getsource(function).encode())
            digest.update(repr(_plain_constants(function)).encode())
    except (OSError, TypeError):
        return None
    return f"{model.name}_{digest.hexdigest()}"


def compiled(function, signature=None, bind=None, key="", from_python=True):
    """Compile an entry point (or return it as it is where compilation is switched off). It runs without Python's lock.

    signature : compile for it at once; else for the types of the first call
    bind : names that are replaced in the function's globals, such as the functions of a model.
    key : what these names stand for, for the cache; None: do not cache
    from_python : False where it is only called through its address
    """
    if bind:
        function = rebound(function, bind)
    if not ENABLED:
        return function
    with _compiling():
        for reached in _reachable([function]):
            _register(reached)
        if key is not None:
            function.__qualname__ = f"{function.__name__}-{key}-{package_digest()}"
        # numba compiles a function anew for callers with other options, so entry points share those of what they call.
        options = _OPTIONS if from_python else _inner_options(function)
        return _jit(function, signature, key is not None, options)


@contextlib.contextmanager
def compiling_for(what):
    """Answer functions that the compiler refuses with whose they are, such as "model Own"."""
    try:
        yield
    except (_numba().errors.NumbaError, TypeError) as refusal:
        raise ParameterError(
            f"{what} does not compile: its functions take and return floats and named tuples of floats (0.0, not 0) and use "
            "plain Python and math alone; engine='reference' runs them uncompiled and shows most mistakes, the compiler's own answer is above"
        ) from refusal


def addresses(functions):
    """The addresses of compiled functions: int64 (n,); or the functions themselves where compilation is switched off.

    None, which stands for what is never called, has address 0.
    """
    if not ENABLED:
        return tuple(functions)
    return np.array([0 if f is None else _address(f) for f in functions], np.int64)


def parts(functions, signatures):
    """The addresses of functions that are called through them, and the compiled functions, which have to be kept.

    functions : dict from the name of its call to a function, or to None for what is never called
    signatures : function that gives their signatures by the names of the calls
    """
    given = signatures() if ENABLED else {}
    compiled_parts = [f and compiled(f, given.get(call), from_python=False) for call, f in functions.items()]
    return addresses(compiled_parts), compiled_parts


def _address(dispatcher):
    (result,) = dispatcher.overloads.values()
    return result.library.get_pointer_to_function(result.fndesc.llvm_func_name)


def call_through_addresses(calls, signatures):
    """Give functions (address, arguments) their compiled meaning: call what is at the address.

    Arguments are converted to the types of its signature, or refused where they can not be.

    signatures : function that gives the signatures by the names of the calls
    """
    for call in calls if ENABLED else ():
        if id(call) not in _registered:
            _call_through_address(call, signatures()[call.__name__])


def _call_through_address(placeholder, signature):
    from numba import types as nt

    _registered.add(id(placeholder))
    _kept.append(placeholder)
    arguments_type = nt.Tuple(signature.args)

    def codegen(context, builder, own_signature, values):
        function_type = context.call_conv.get_function_type(signature.return_type, signature.args)
        pointer = builder.inttoptr(values[0], function_type.as_pointer())
        unpacked = [builder.extract_value(values[1], k) for k in range(len(signature.args))]
        _, result = context.call_conv.call_function(builder, pointer, signature.return_type, signature.args, unpacked)
        return result

    _intrinsics.put_in_place(placeholder, lambda address, arguments: signature.return_type(nt.int64, arguments_type), codegen)


def timed(call, *arguments):
    """Call a compiled function and count its compilation, if there is one, into `seconds`. Named tuples become frames."""
    if not ENABLED:
        with np.errstate(over="ignore"):  # of products of which only halves are used (numerics/random.py)
            return call(*arguments)
    arguments = [frame(a) if hasattr(a, "_fields") else a for a in arguments]
    prepare(call, *arguments)
    return call(*arguments)


def prepare(call, *arguments):
    """Compile a function for such arguments, if it is not, and count that into `seconds`."""
    if call.overloads:
        return
    with _compiling():
        kinds = tuple(_numba().typeof(a) for a in arguments)
        try:
            call.compile(kinds)
        except _UNREADABLE:
            from numba.core.caching import NullCache

            call._cache = NullCache()
            call.compile(kinds)


def frame(value):
    """A named tuple of arrays as compiled functions take it (_frames.py); itself where compilation is switched off."""
    if not ENABLED:
        return value
    from ._frames import Frame

    return Frame(value)


def framing():
    """`frame` that keeps the last frame it made: for a state that seldom becomes another one."""
    last = [None, None]

    def framed(value):
        if last[0] is not value:
            last[:] = value, frame(value)
        return last[1]

    return framed


def frame_type(value):
    """The compiled type of a named tuple's frame."""
    from ._frames import frame_type

    return frame_type(value)


def float_tuple_loader(length):
    """A function (array, offset) -> tuple of `length` consecutive floats."""
    return _compiled_loader(length) if ENABLED else plain_float_tuple_loader(length)


def plain_float_tuple_loader(length):
    """The same for plain Python."""
    return lambda array, offset: tuple(array[offset : offset + length].tolist())


def _inner_options(function):
    """Options of a function that Python does not call."""
    inline = function.__module__ in _INLINED or function.__name__ in (
        "flow_short",
        "receive",
        "with_variable",
        "combine",
        "error_of",
    )  # is in loops to be vectorised
    return {**_OPTIONS, "forceinline": inline, "no_cpython_wrapper": True}


def _jit(function, signature, cache, options):
    arguments = () if signature is None else (signature,)
    try:
        return _numba().njit(*arguments, cache=cache, **options)(function)
    except _UNREADABLE:
        return _numba().njit(*arguments, **options)(function)
    except RuntimeError as error:
        if "cannot cache" not in str(error):
            raise
        warnings.warn(
            f"compiled code can not be kept ({error}); every start will compile again. Set NUMBA_CACHE_DIR to a writable folder.",
            stacklevel=3,
        )
        return _numba().njit(*arguments, **options)(function)


def rebound(function, bind):
    """The same code with other globals: how one adapter source becomes the adapter of every model."""
    fresh = types.FunctionType(function.__code__, {**function.__globals__, **bind}, function.__name__, function.__defaults__)
    fresh.__module__ = function.__module__
    return fresh


def _reachable(functions):
    """The given functions and all plain functions they reach through globals and closures."""
    todo, seen = list(functions), {}
    while todo:
        function = todo.pop()
        if id(function) in seen:
            continue
        seen[id(function)] = function
        names = [function.__globals__.get(n) for n in function.__code__.co_names]
        cells = [c.cell_contents for c in function.__closure__ or ()]
        todo += [f for f in names + cells if isinstance(f, types.FunctionType) and not hasattr(f, "py_func")]
    return list(seen.values())


def _code_digest(function):
    """Digest of a function, of all it reaches and of the types it takes."""
    digest = hashlib.blake2b(repr([getattr(t, "_fields", t.__name__) for t in function.compiled_apart]).encode(), digest_size=16)
    for reached in _reachable([function]):
        code = reached.__code__
        digest.update(code.co_code + repr((code.co_names, code.co_consts, _plain_constants(reached))).encode())
    return digest.hexdigest()


def _plain_constants(function):
    names = {n: function.__globals__.get(n) for n in function.__code__.co_names}
    return {n: v for n, v in names.items() if isinstance(v, (int, float, str, bool, tuple))}


def _register(function):
    """Make a plain function callable from compiled code, once."""
    if id(function) in _registered:
        return
    _registered.add(id(function))
    _kept.append(function)
    if hasattr(function, "compiled_apart"):
        _compile_apart(function)
    elif not _intrinsics.register(function):
        _numba().extending.register_jitable(**_inner_options(function))(function)


def _compile_apart(function):
    """Compile a function by itself and give it a name that code which calls it is linked with, also when it comes from the cache.

    What numba compiles contains all it calls, and so on upwards: a large function would be compiled for each of its callers.
    The name is a digest of what the function does, so it does not matter who asks for it first.
    """
    from llvmlite import binding
    from numba import types as nt

    plain = {float: nt.float64, int: nt.int64, bool: nt.boolean, list: nt.Array(nt.float64, 1, "C")}
    arguments = [plain[t] if t in plain else nt.NamedUniTuple(nt.float64, len(t._fields), t) for t in function.compiled_apart]
    own = rebound(function, {})
    key = _code_digest(function)
    (result,) = compiled(own, tuple(arguments), key=key, from_python=False).overloads.values()
    name = f"eventsim_{function.__name__}_{key}_{package_digest()}"
    binding.add_symbol(name, result.library.get_pointer_to_function(result.fndesc.llvm_func_name))
    _kept.append(result)
    signature = result.signature

    def signature_of(*given):
        return signature

    signature_of.__signature__ = inspect.signature(function)

    def codegen(context, builder, own_signature, values):
        kind = context.call_conv.get_function_type(signature.return_type, signature.args)
        target = _intrinsics.named_function(builder, kind, name)
        _, returned = context.call_conv.call_function(builder, target, signature.return_type, signature.args, values)
        return returned

    _intrinsics.put_in_place(function, signature_of, codegen)


_kept = []  # registered functions stay alive, so that their identities stay theirs


@functools.cache
def _numba():
    import numba
    import numba.extending

    warnings.filterwarnings("ignore", category=numba.NumbaExperimentalFeatureWarning)
    return numba


@functools.cache
def _compiled_loader(length):
    from numba import types as nt
    from numba.extending import intrinsic

    floats = nt.UniTuple(nt.float64, length)

    @intrinsic
    def load(typing_context, array, offset):
        def codegen(context, builder, signature, arguments):
            data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
            first = builder.gep(data, [context.cast(builder, arguments[1], signature.args[1], nt.intp)])
            items = [builder.load(builder.gep(first, [context.get_constant(nt.intp, k)])) for k in range(length)]
            return context.make_tuple(builder, floats, items)

        return floats(array, offset), codegen

    return load
