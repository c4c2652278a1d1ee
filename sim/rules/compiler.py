"""How rules are compiled: a rule is kept as it was lowered, and only what is called from Python is optimised and made machine code.

Numba optimises, and makes machine code of, every function that a compiled function calls, and then does both again for the caller,
whose code holds a copy. Optimised once and together, where nobody else calls them, a hundred rules run a quarter faster. What Numba
gives is the same either way: LLVM keeps floating-point results as they are written, unless it is told otherwise (`fastmath`), and sees
the same whole program in the end.

This relies on Numba's `pipeline_class` (documented), on its flag `no_compile`, and on three methods of its code libraries.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from llvmlite.binding import Linkage
from numba import _dynfunc, njit  # type: ignore[attr-defined]
from numba.core import types
from numba.core.caching import CompileResultCacheImpl, FunctionCache
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler, CompilerBase
from numba.core.compiler_machinery import PassManager, register_pass
from numba.core.typed_passes import (
    AnnotateTypes,
    IRLegalization,
    NativeLowering,
    NoPythonBackend,
    NoPythonSupportedFeatureValidation,
    NopythonTypeInference,
    PreLowerStripPhis,
)
from numba.core.untyped_passes import FixupArgs, GenericRewrites, IRProcessing, ReconstructSSA, TranslateByteCode
from numba.extending import overload, register_jitable


class LoweredLibrary(JITCodeLibrary):
    """The code of a rule and the libraries of the rules that it calls, not yet put together."""

    def add_llvm_module(self, module: Any) -> None:
        """Take code in as it is."""
        module.data_layout = self._codegen._data_layout
        self._final_module.link_in(module)

    def finalize(self) -> None:
        """Nothing more is added. Whoever calls the rule optimises it."""
        self._finalized = True

    def _get_module_for_linking(self) -> Any:
        """This rule's code with that of all rules that it calls, once each."""
        if self._shared_module is None:
            module = self.copy()
            for library in self.below({self}):
                module.link_in(library.copy() if isinstance(library, LoweredLibrary) else library._get_module_for_linking().clone())
            self._shared_module = module
        return self._shared_module

    def copy(self) -> Any:
        """This rule's code alone, for a program in which it may be defined more than once."""
        module = self._final_module.clone()
        for function in module.functions:
            if not function.is_declaration and function.linkage == Linkage.external:
                function.linkage = Linkage.linkonce_odr
        return module

    def below(self, seen: set[Any]) -> list[Any]:
        """All libraries that this one needs, without those seen before."""
        found = []
        for library in self._linking_libraries:
            if library not in seen:
                seen.add(library)
                found.append(library)
                if isinstance(library, LoweredLibrary):
                    found += library.below(seen)
        return found


@register_pass(mutates_CFG=True, analysis_only=False)
class KeepLowered(NativeLowering):
    """Lower a rule, and leave it at that."""

    _name = "keep_lowered"

    def run_pass(self, state: Any) -> bool:
        """Lower the function into a library of its own kind, and tell callers of it."""
        state.library = LoweredLibrary(state.targetctx.codegen(), state.func_id.func_qualname)
        state.flags.no_compile = True
        super().run_pass(state)
        lowered, name = state["cr"], state.func_id.func_qualname
        # Numba knows a compiled function by an object that Python can call. This one it never calls.
        stand_in = _dynfunc.make_function(lowered.fndesc.lookup_module(), name, "", 0, lowered.env, (state.library,))
        state.targetctx.insert_user_function(stand_in, lowered.fndesc, [state.library])
        state["cr"] = lowered._replace(cfunc=stand_in)
        return True


class RuleCompiler(CompilerBase):
    """Numba's own passes, less those for what no rule has: closures, contexts, generators, expressions of arrays, branches on types."""

    PASSES = (
        TranslateByteCode, FixupArgs, IRProcessing, GenericRewrites, ReconstructSSA,
        NopythonTypeInference, PreLowerStripPhis,
        NoPythonSupportedFeatureValidation, IRLegalization, AnnotateTypes, KeepLowered, NoPythonBackend,
    )  # fmt: skip

    def define_pipelines(self) -> list[Any]:
        """The passes, in order."""
        pipeline = PassManager("rule")
        for step in self.PASSES:
            pipeline.add_pass(step, step.__name__)
        pipeline.finalize()
        return [pipeline]


class KernelLibrary(JITCodeLibrary):
    """The code of what is called from Python, with all rules that it calls."""

    def _optimize_final_module(self) -> None:
        """Tell the optimiser that nobody else calls the rules: it may then put them where they are called, and drop what is left."""
        for function in self._final_module.functions:
            if not function.is_declaration and function.linkage == Linkage.linkonce_odr:
                function.linkage = Linkage.internal
        super()._optimize_final_module()


class KernelCompiler(Compiler):
    """Numba's own compiler with a library of that kind."""

    def define_pipelines(self) -> list[Any]:
        """Numba's passes. What they make goes into the library."""
        self.state.library = KernelLibrary(self.state.targetctx.codegen(), self.state.func_id.func_qualname)
        self.state.library.enable_object_caching()
        return super().define_pipelines()  # type: ignore[no-any-return]


OPTIONS: Any = {"pipeline_class": RuleCompiler, "no_cfunc_wrapper": True}


class Locator:
    """Tells Numba's cache that a kernel lies in our folder, whose name says what it was compiled from."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get_cache_path(self) -> str:
        """The folder."""
        return str(self.folder)

    def ensure_cache_path(self) -> None:
        """The folder is there: whoever names it has made it (`sim.rules.cache`)."""

    def get_source_stamp(self) -> str:
        """Always the same: another source has another folder."""
        return ""

    def get_disambiguator(self) -> str:
        """Nothing: kernels of one folder have different names."""
        return ""


class KernelCache(FunctionCache):
    """Numba's cache of a function, in our folder, and also of functions that were made by others (closures)."""

    def __init__(self, function: Any, folder: Path) -> None:
        self.folder = folder
        self._impl_class: Any = type("Impl", (CompileResultCacheImpl,), {"_locator_classes": [self]})
        super().__init__(function)

    def from_function(self, function: Any, file: str) -> Locator:
        """The locator of a function."""
        return Locator(self.folder)

    def _index_key(self, sig: Any, codegen: Any) -> Any:
        return sig, codegen.magic_tuple()


_KNOWN: dict[Any, Any] = {}  # rules that the compiler knows


def make_known(functions: Iterable[Any]) -> None:
    """Let compiled code call these rules, and all that they reach."""
    for function in functions:
        if function not in _KNOWN:
            _KNOWN[function] = register_jitable(**OPTIONS)(function)


def kernel(function: Any, folder: Path) -> Any:
    """Compile what is called from Python, and keep it in this folder. Threads run it side by side.

    `folder` is to be named by what the function and all that it calls do (`sim.rules.reach`).
    """
    dispatcher: Any = njit(nogil=True, pipeline_class=KernelCompiler)(function)
    dispatcher._cache = KernelCache(function, folder)
    return dispatcher


@overload(int, jit_options=OPTIONS)
def _plain_number(member):  # type: ignore[no-untyped-def]
    """Let compiled rules write int(Stage.PUBLIC), as Python does."""
    return (lambda member: member + 0) if isinstance(member, types.IntEnumMember) else None
