"""The one decorator through which rules and kernels are compiled, and which of what it compiled is used again.

numba keys compiled code by the file of the outermost function alone: after a change in a rule's file, a kernel
in another file would go on running the old rule. The cache is therefore named by a hash of every source
that can end up in a kernel, of the versions of Python, numba and NumPy, and of the processor. Nothing in compiled code
says where its sources lie: the same ones in another folder or environment share it.
"""

from __future__ import annotations

import gc
import inspect
import os
import platform
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, cached_property, update_wrapper
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast

import numba
from llvmlite.binding import get_host_cpu_features, get_host_cpu_name
from numba.core import config as numba_config
from numba.core import types
from numba.core.compiler import Compiler, CompileResult
from numba.core.types.misc import unliteral

from simulator.streams.cache import Cache, open_cache
from simulator.streams.linking import EntryCompiler, Part, PartCompiler, packed, unpacked

Function = TypeVar("Function", bound=Callable[..., Any])

OBJECTS_PER_COLLECTION = 50_000
"""While a kernel is compiled: a sixth of that time would go into looking through what numba keeps anyhow."""
PACKAGE = Path(__file__).resolve().parents[1]
KERNEL_SOURCES = ("streams", "scenario", "model", "engine")
"""The sections and lists of the scenario are fields of records and constants of rules."""


def source_hash(package: Path = PACKAGE) -> str:
    """Hash of all kernel sources below `package` and of the versions that compile them (hexadecimal)."""
    digest = sha256()
    for folder in KERNEL_SOURCES:
        for path in sorted((package / folder).rglob("*.py")):
            digest.update(str(path.relative_to(package)).encode())
            digest.update(path.read_bytes())
    for part in (sys.version, platform.machine(), version("numba"), version("numpy"), version("llvmlite")):
        digest.update(part.encode())
    return digest.hexdigest()[:20]


@cache
def cache_name(package: Path = PACKAGE) -> str:
    """What the cache of `package` is called: by its sources and the processor."""
    digest = sha256((numba_config.CPU_NAME or get_host_cpu_name()).encode())
    digest.update((numba_config.CPU_FEATURES or get_host_cpu_features().flatten()).encode())
    return f"{source_hash(package)}-{digest.hexdigest()[:8]}"


@cache
def compiled_code() -> Cache:
    """The cache of compiled code for exactly these sources on this kind of processor."""
    return open_cache(cache_name())


class Source(NamedTuple):
    """A file as it was when a function was read from it."""

    stem: str
    digest: bytes


def name_of(function: Callable[..., Any], source: Source) -> str:
    """What its versions are called in the cache, as in `kernel.advance`."""
    return f"{source.stem}.{function.__qualname__}".replace("<", "").replace(">", "")[:100]


class Overloads:
    """The compiled versions of a function, as numba's dispatcher asks for them; each is a file of the cache.

    It stands in for numba's own cache, which unpickles whatever it finds, ends the process over a damaged file, fails
    where it can't write, and lets two processes that compile at the same time mix up the versions of a function.
    """

    cache_path = None

    def __init__(self, function: Callable[..., Any], source: Source, form: str) -> None:
        code = function.__code__
        self._name = name_of(function, source)
        self._of = (form, function.__module__, code.co_firstlineno, code.co_code, source.digest)

    def load_overload(self, signature: Any, target: Any) -> CompileResult | None:
        """The version for a signature, None where there is none that can be used."""
        found = _read(self._file(signature, target.codegen()), target)
        return None if found is None or found.signature.args != signature else found

    def save_overload(self, signature: Any, compiled: CompileResult) -> None:
        """Keep a version unless it holds addresses of this process."""
        file = self._file(signature, compiled.target_context.codegen())
        content = packed(compiled, file)
        _count(self._name)
        if content is not None:
            compiled_code().write(file, content)
            if isinstance(compiled.library, Part):
                _PARTS[file] = compiled

    def _file(self, signature: Any, codegen: Any) -> str:
        described = [(type(kind).__name__, str(kind)) for kind in signature]  # some subclasses share a repr
        version = repr((described, codegen.magic_tuple(), self._of))
        return f"{self._name}-{sha256(os.fsencode(version)).hexdigest()[:32]}.nbc"


_PARTS: dict[str, CompileResult] = {}
"""Those in memory, by file: many functions call the same one."""


def _read(file: str, target: Any) -> CompileResult | None:
    """The version that is kept as `file`, None where it is of no use."""
    if file in _PARTS:
        return _PARTS[file]
    content = compiled_code().read(file)
    if content is None:
        return None
    try:
        found = unpacked(content, file, target, lambda called: _read(called, target))
    except Exception:  # whatever it is: it is compiled and written anew
        return None
    if found is not None:
        _count(file.rpartition("-")[0])
        if isinstance(found.library, Part):
            _PARTS[file] = found
    return found


def kept(function: str) -> bool:
    """Whether a function, as in `kernel.advance`, need not be compiled: a version of it is in the cache."""
    return bool(numba_config.DISABLE_JIT) or compiled_code().holds(f"{function}-*.nbc")


_NAMES: set[str] = set()
"""Of the rules that have been imported; those of which a version is in memory are in `_COMPILED`."""
_COMPILED: set[str] = set()
_told: list[Callable[[int], None]] = []
LINKING = 30
"""Percent of the time that linking takes, which comes last."""


@contextmanager
def compiling(tell: Callable[[int], None] | None = None) -> Iterator[None]:
    """Within, a kernel is compiled: `tell` hears how far that is, in percent from 0 to 100, without falling back.

    It goes by the share of the rules that are compiled; those that the kernel does not need are jumped over at the end.
    """
    highest = 0

    def tell_more(percent: int) -> None:
        nonlocal highest
        highest = max(highest, percent)  # rules that are imported meanwhile make the share smaller
        if tell is not None:
            tell(highest)

    tell_more(0)
    _told.append(tell_more)
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], OBJECTS_PER_COLLECTION), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        _told.remove(tell_more)
    tell_more(100)


def _count(name: str) -> None:
    _COMPILED.add(name)
    share = len(_COMPILED & _NAMES) / max(1, len(_NAMES))
    for tell in _told.copy():
        tell(int(share * (100 - LINKING)))


NUMBERS = {"float": types.float64, "int": types.int64, "bool": types.boolean}


class Rule:
    """A function that is compiled, or read from the cache, when it is first called.

    From Python it is an `Entry`, where it may be called from there; called by compiled code it is a `Part`.
    """

    def __init__(self, function: Callable[..., Any], *, from_python: bool, inlined: bool = False) -> None:
        update_wrapper(self, function)
        self.py_func = function
        self.from_python = from_python
        self.inlined = inlined
        self._source = source_of(function)
        if self._source is not None:
            cache_name()  # of the sources as they are now, while they are imported
            _NAMES.add(name_of(function, self._source))

    def __call__(self, *arguments: Any) -> Any:
        """Its result, from Python."""
        return self.for_python(*arguments)

    def __getattr__(self, name: str) -> Any:
        """What numba's dispatcher says of the compiled versions."""
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.for_python if self.from_python else self.for_rules, name)

    @cached_property
    def for_python(self) -> Any:
        """numba's dispatcher for calls from Python."""
        if not self.from_python:
            raise TypeError(f"{self.py_func.__qualname__} is called by compiled code only")
        return self._dispatcher(EntryCompiler)

    @cached_property
    def for_rules(self) -> Any:
        """numba's dispatcher for calls from compiled code: settles types, and has no entry for Python."""
        compiled = self._dispatcher(PartCompiler, no_cpython_wrapper=True, forceinline=self.inlined)
        wanted = [NUMBERS.get(str(p.annotation)) for p in inspect.signature(self.py_func).parameters.values()]
        resolve = compiled.get_call_template

        def get_call_template(arguments: Any, keywords: Any) -> Any:
            settled = [
                number if number is not None and isinstance(given, types.Number | types.Boolean) else given
                for given, number in zip(map(unliteral, arguments), wanted, strict=True)
            ]
            return resolve(tuple(settled), keywords)

        compiled.get_call_template = get_call_template
        return compiled

    @cached_property
    def _numba_type_(self) -> Any:
        """What it is to numba where compiled code names it."""
        return types.Dispatcher(self.for_rules)

    def _dispatcher(self, compiler: type[Compiler], **more: bool) -> Any:
        options = {"nogil": True, "error_model": "numpy", "_nrt": False, "no_cfunc_wrapper": True, **more}
        compiled: Any = numba.njit(pipeline_class=compiler, **options)(self.py_func)  # type: ignore[call-overload]
        if self._source is not None:
            compiled._cache = Overloads(self.py_func, self._source, compiler.__name__)
        return compiled


def source_of(function: Callable[..., Any]) -> Source | None:
    """Where a function was read from, as it is now; None where that does not say all: no file, or a closure."""
    path = Path(function.__code__.co_filename)
    if not path.is_file() or function.__closure__ is not None:
        return None
    return Source(path.stem, sha256(path.read_bytes()).digest())


def kernel_part(function: Function) -> Function:
    """As `rule`, for a function that only other compiled code calls."""
    return function if numba_config.DISABLE_JIT else cast(Function, Rule(function, from_python=False))


def rule(function: Function) -> Function:
    """Compile `function` for both engines: no Python objects, no reference counts, IEEE arithmetic as written.

    Without reference counting nothing may be allocated inside a rule: all state is passed in. Division follows
    IEEE rules (`x / 0` is infinite) instead of raising. Arguments annotated `float`, `int` or `bool` are converted
    to that type when one rule calls another, so that each rule is compiled once and not for every mix of literals.
    """
    return function if numba_config.DISABLE_JIT else cast(Function, Rule(function, from_python=True))


def inlined(function: Function) -> Function:
    """As `rule`, for what events do again and again from many places: each gets a copy instead of a call.

    What is called from one place only becomes a part of that anyway.
    """
    return function if numba_config.DISABLE_JIT else cast(Function, Rule(function, from_python=True, inlined=True))
