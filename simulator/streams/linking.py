"""How compiled functions become machine code: parts are put together first, and optimised once.

numba optimises each function together with all that it calls, and makes machine code of each: what is called from
many places is optimised many times over. Here a function that only compiled code calls stays a `Part`, its own code
and a list of what it calls. Only what Python calls, an `Entry`, is linked with all parts below it, optimised as a
whole, and made machine code of. Both are kept and read back in their own form: a part as LLVM's bitcode with the names
of what it calls, an entry as machine code alone.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable
from typing import Any

from llvmlite import binding
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler, CompileResult
from numba.core.serialize import dumps


class Part(JITCodeLibrary):  # type: ignore[misc]
    """A function that only compiled code calls: its own code and the parts that it calls, but no machine code."""

    file = ""
    """Under which name it is in the cache; empty where it can't be kept."""
    symbol = ""
    """What it is called by."""
    _linking_libraries: list[Any]

    @property
    def called(self) -> list[Part]:
        """The parts that it calls itself, each once."""
        return parts_among(self._linking_libraries)

    def finalize(self) -> None:
        """Optimise what is its own: without that the kernel that it is linked into is about 2% slower."""
        for library in self._linking_libraries:
            self._reload_init.update(library._reload_init)
        _link(self._final_module, others_among(self._linking_libraries))
        self._optimize_final_module()
        self._finalize_dynamic_globals()
        self._finalized = True

    def own_module(self) -> Any:
        """Its own code, to be linked by an entry."""
        return super()._get_module_for_linking()

    def get_pointer_to_function(self, name: str) -> int:
        """None: there is no machine code."""
        self._ensure_finalized()
        return 0

    @property
    def codegen(self) -> Any:
        """Its environment, which rules don't use, can't be set where there is no machine code."""
        return _WITHOUT_ENVIRONMENTS

    def _get_module_for_linking(self) -> Any:
        """With all that it calls, for a caller that is neither part nor entry."""
        module = self.own_module().clone()
        for part in with_called(self.called):
            module.link_in(part.own_module(), preserve=True)
        return module


class Entry(JITCodeLibrary):  # type: ignore[misc]
    """A function that Python calls: machine code of all that it needs."""

    _linking_libraries: list[Any]

    def finalize(self) -> None:
        """Link it with all parts below, optimise that as a whole, and make machine code of it."""
        own = {function.name for function in self._final_module.functions}
        for part in with_called(parts_among(self._linking_libraries)):
            self._reload_init.update(part._reload_init)
            self._final_module.link_in(part.own_module(), preserve=True)
            own -= {part.symbol}
        for function in self._final_module.functions:
            if not function.is_declaration and function.name not in own:
                function.linkage = "internal"  # nobody else calls it: where only one does, it becomes a part of that
        self._linking_libraries = others_among(self._linking_libraries)
        super().finalize()


class _WithoutEnvironments:
    def set_env(self, name: str, environment: Any) -> None:
        """Nothing."""


_WITHOUT_ENVIRONMENTS = _WithoutEnvironments()


def parts_among(libraries: Iterable[Any]) -> list[Part]:
    """Those that are parts, each once."""
    return [library for library in dict.fromkeys(libraries) if isinstance(library, Part)]


def others_among(libraries: Iterable[Any]) -> list[Any]:
    """Those that are not: what numba itself brings along, which is optimised with all that it calls."""
    return [library for library in dict.fromkeys(libraries) if not isinstance(library, Part)]


def with_called(parts: list[Part]) -> list[Part]:
    """These parts and all that they call, however far down, each once."""
    found = dict.fromkeys(parts)
    waiting = list(parts)
    while waiting:
        more = [part for part in waiting.pop().called if part not in found]
        found.update(dict.fromkeys(more))
        waiting += more
    return list(found)


def _link(module: Any, libraries: list[Any]) -> None:
    for library in libraries:
        module.link_in(library._get_module_for_linking(), preserve=True)


class PartCompiler(Compiler):  # type: ignore[misc]
    """numba's passes, which end with a part."""

    def define_pipelines(self) -> Any:
        """As numba's own; the library that they fill is a part."""
        self.state.library = Part(self.state.targetctx.codegen(), self.state.func_id.func_qualname)
        return super().define_pipelines()


class EntryCompiler(Compiler):  # type: ignore[misc]
    """numba's passes, which end with an entry."""

    def define_pipelines(self) -> Any:
        """As numba's own; the library that they fill is an entry."""
        self.state.library = Entry(self.state.targetctx.codegen(), self.state.func_id.func_qualname)
        self.state.library.enable_object_caching()
        return super().define_pipelines()


# ---- as bytes


def packed(compiled: CompileResult, file: str) -> bytes | None:
    """A version of a function, to be kept as `file`; None for one that holds addresses of this process."""
    library, fndesc = compiled.library, compiled.fndesc
    if library.has_dynamic_globals:
        return None
    code: tuple[Any, ...]
    if isinstance(library, Part):
        if not all(part.file for part in library.called):
            return None
        library.file, library.symbol = file, fndesc.mangled_name
        code = library._final_module.as_bitcode(), [(part.file, part.symbol) for part in library.called]
    else:
        code = (library._get_compiled_object(),)
    fndesc.typemap = fndesc.calltypes = None  # large, and not all of it can be pickled
    kept: bytes = dumps((library.name, code, fndesc, compiled.environment, compiled.signature, compiled.reload_init))
    return kept


def unpacked(
    content: bytes, file: str, target: Any, read: Callable[[str], CompileResult | None]
) -> CompileResult | None:
    """What was packed; None where a part that it calls is not there any more, or is another by now."""
    name, code, fndesc, environment, signature, reload_init = pickle.loads(content)
    for initialise in reload_init:
        initialise()
    library: Any
    if len(code) > 1:
        bitcode, called = code
        library = Part(target.codegen(), name)
        for each, symbol in called:
            part = read(each)
            if part is None or part.library.symbol != symbol:
                return None
            library._linking_libraries.append(part.library)
        library.file, library.symbol = file, fndesc.mangled_name
        library._final_module = binding.parse_bitcode(bitcode)
        library._finalized = True
    else:
        library = Entry(target.codegen(), name)
        library.enable_object_caching()
        library._set_compiled_object(code[0])
        library._finalize_final_module()
        library.codegen._engine._defined_symbols.add(fndesc.llvm_cpython_wrapper_name)
    return CompileResult(
        typing_context=target.typing_context,
        target_context=target,
        entry_point=target.get_executable(library, fndesc, environment),
        typing_error=None,
        type_annotation="",
        signature=signature,
        objectmode=False,
        lifted=(),
        fndesc=fndesc,
        library=library,
        call_helper=None,
        environment=environment,
        metadata=None,
        reload_init=reload_init,
        referenced_envs=(),
    )
