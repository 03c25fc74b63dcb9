"""The one decorator through which rules and kernels are compiled, and the cache that keeps them.

numba keys its disk cache by the file of the outermost function alone: after a change in a rule's file, a kernel
in another file would go on running the old rule. The cache folder is therefore named by a hash of every source
that can end up in a kernel and of the versions of Python, numba and NumPy; and by the place of the package, so that
the first run of a second environment is announced as a compilation, which it is.
"""

from __future__ import annotations

import hashlib
import inspect
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core import config as numba_config
from numba.core import types
from numba.core.types.misc import unliteral

Function = TypeVar("Function", bound=Callable[..., Any])

PACKAGE = Path(__file__).resolve().parents[1]
KERNEL_SOURCES = ("streams", "model", "engine")


def source_hash(package: Path = PACKAGE) -> str:
    """Hash of all kernel sources below `package` and of the versions that compile them (hexadecimal)."""
    digest = hashlib.sha256()
    for folder in KERNEL_SOURCES:
        for path in sorted((package / folder).rglob("*.py")):
            digest.update(str(path.relative_to(package)).encode())
            digest.update(path.read_bytes())
    for part in (sys.version, platform.machine(), version("numba"), version("numpy"), version("llvmlite")):
        digest.update(part.encode())
    return digest.hexdigest()[:20]


def cache_name(package: Path = PACKAGE) -> str:
    """What the cache folder of `package` is called: by its sources and its place, as numba compiles for each place."""
    return f"{source_hash(package)}-{hashlib.sha256(os.fsencode(package)).hexdigest()[:8]}"


@cache
def cache_folder() -> Path:
    """The folder of compiled code for exactly these sources in this place; it is made when missing."""
    base = os.environ.get("SCALEUP_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(base) / "scaleup-simulator" / cache_name()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:  # a read-only home: compile once per machine and user in the temporary folder instead
        folder = Path(tempfile.gettempdir()) / f"scaleup-simulator-{os.getuid()}" / cache_name()
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def compiled_before() -> bool:
    """Whether the cache holds a compiled kernel, so that a first run need not announce a compilation."""
    return any(cache_folder().rglob("kernel.advance*.nbc"))


NUMBERS = {"float": types.float64, "int": types.int64, "bool": types.boolean}


def kernel_part(function: Function) -> Function:
    """As `rule`, for a function that only other compiled code calls: what Python would need is not compiled."""
    return _compile(function, {"no_cpython_wrapper": True})


def rule(function: Function) -> Function:
    """Compile `function` for both engines: no Python objects, no reference counts, IEEE arithmetic as written.

    Without reference counting nothing may be allocated inside a rule: all state is passed in. Division follows
    IEEE rules (`x / 0` is infinite) instead of raising. Arguments annotated `float`, `int` or `bool` are converted
    to that type when one rule calls another, so that each rule is compiled once and not for every mix of literals.
    """
    return _compile(function, {})


def _compile(function: Function, more: dict[str, bool]) -> Function:
    before = numba_config.CACHE_DIR
    numba_config.CACHE_DIR = str(cache_folder())
    try:
        options = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False, "no_cfunc_wrapper": True}
        compiled: Any = numba.njit(**options, **more)(function)  # type: ignore[call-overload]
    finally:
        numba_config.CACHE_DIR = before
    if not numba_config.DISABLE_JIT:
        wanted = [NUMBERS.get(str(p.annotation)) for p in inspect.signature(function).parameters.values()]
        resolve = compiled.get_call_template

        def get_call_template(arguments: Any, keywords: Any) -> Any:
            settled = [
                number if number is not None and isinstance(given, types.Number | types.Boolean) else given
                for given, number in zip(map(unliteral, arguments), wanted, strict=True)
            ]
            return resolve(tuple(settled), keywords)

        compiled.get_call_template = get_call_template
    return cast(Function, compiled)
