"""Emit the compiled model a second time, as WebAssembly: `python -m experiments.browser.emit` in a checkout renews `model.wasm`.

Rules are compiled as far as LLVM's own language by Numba, once for all that the module offers, and from there to WebAssembly by the
LLVM that Numba brings. The glue, in C, gives that its memory, and `ziglang` (extra `browser`) links both with the mathematics of musl.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm
import numba
import numpy as np

from lockgate.experiments.browser.columns import ESTIMATE_DTYPE, RATIO_DTYPE, compare_column, quantiles_of, ratio_of
from lockgate.experiments.browser.module import HERE, MODULE, fresh_stamp, stamped
from lockgate.experiments.browser.phases import LEVER_DTYPE, SETTING_DTYPE, lay_phases
from lockgate.experiments.browser.rooms import first_rooms
from lockgate.experiments.results.influence import influence_of
from lockgate.experiments.results.sampling import PRIOR_DTYPE, sample_world
from lockgate.sim.engine.agenda import DRAFT_DTYPE, PLAN_DTYPE
from lockgate.sim.engine.driver import MOST_KEPT_WORDS, Driver, driver
from lockgate.sim.engine.plan import MOST_BYTES
from lockgate.sim.errors import InputError
from lockgate.sim.limits import LONGEST_DAYS
from lockgate.sim.model.measures import Week
from lockgate.sim.model.outcomes import Outcomes
from lockgate.sim.model.parameters import PARAMETERS_DTYPE
from lockgate.sim.model.policy import PHASE_DTYPE
from lockgate.sim.model.tables import CHANNELS
from lockgate.sim.rules.compiler import OPTIONS, make_known
from lockgate.sim.rules.memory import WORDS
from lockgate.sim.rules.reach import Reach
from lockgate.sim.rules.row import dtype

TRIPLE = "wasm32-unknown-unknown"
FEATURES = "+bulk-memory,+mutable-globals,+nontrapping-fptoint,+sign-ext"  # what every browser of the last years has
STACK_BYTES = 1 << 18
LINKING = ("-target", "wasm32-wasi", "-mexec-model=reactor", "-O2", "-mbulk-memory", "-mnontrapping-fptoint", "-msign-ext", "-lm",
           "-Wl,--no-entry", "-Wl,--strip-all", f"-Wl,-z,stack-size={STACK_BYTES}",
           f"-Wl,--max-memory={MOST_BYTES}")  # fmt: skip
# Numba counts who holds an array. What the module is given lies in its own memory for good, so nobody counts.
COUNTING = re.compile(r"^define [^\n]*@(?:NRT_incref|NRT_decref)\([^\n]*\{\n.*?^\}\n", re.MULTILINE | re.DOTALL)
FAILURE = re.compile(r"^  store ptr @\.const\.picklebuf[^\n]*\n", re.MULTILINE)
WORD, FLAG = numba.int64, numba.boolean
IN_C = {"int64": "I", "float64": "double", "bool": "signed char", "none": "void *"}


def table(kind: Any, dimensions: int = 1) -> Any:
    """The compiler's type of an array of records or numbers."""
    return numba.typeof(np.zeros((1,) * dimensions, kind))  # type: ignore[no-untyped-call]


WORLD, PHASES, LIST, NUMBERS, BYTES = table(PARAMETERS_DTYPE), table(PHASE_DTYPE), table("i8"), table("f8"), table("i1")


def kernels(own: Driver) -> dict[str, tuple[Callable[..., Any], tuple[Any, ...]]]:
    """What the glue calls by these names: a function of Python, and the types of what it is given."""
    results = table(dtype(Outcomes)), table(dtype(Week)), table("i8", 2)
    by_name = {
        "first_rooms": (WORD, WORLD, LIST),
        "size_of": (WORD, WORLD, PHASES, WORD, WORD, LIST),
        "begin_in": (WORD, WORD, WORLD, PHASES, LIST, LIST, LIST),
        "live": (LIST, FLAG),
        "remember": (LIST, BYTES),
        "report": (LIST, BYTES, *results),
        "sample_world": (table(PRIOR_DTYPE), NUMBERS, WORD, WORD, LIST),
        "lay_phases": (table(LEVER_DTYPE), table(SETTING_DTYPE), LIST, LIST),
        "compare_column": (NUMBERS, NUMBERS, NUMBERS, WORD, NUMBERS, table(ESTIMATE_DTYPE)),
        "ratio_of": (NUMBERS, NUMBERS, NUMBERS, WORD, NUMBERS, table(RATIO_DTYPE)),
        "quantiles_of": (NUMBERS, NUMBERS, NUMBERS, NUMBERS),
        "influence_of": (NUMBERS, NUMBERS, WORD, NUMBERS, NUMBERS),
    }
    offered = sample_world, lay_phases, compare_column, ratio_of, quantiles_of, influence_of
    functions = {function.__name__: function for function in offered}
    functions |= own.kernels | {"first_rooms": first_rooms(own.agenda)}
    return {name: (getattr(functions[name], "py_func", functions[name]), given) for name, given in by_name.items()}


def constants(own: Driver) -> dict[str, int]:
    """Sizes and places that the glue is told."""
    places = own.layout.world.places
    entries = {f"AT_{name.upper()}": WORDS * places[name] for name in ("phases", "days_ahead", "drafts", "agenda", "agenda_begins")}
    records = {
        "WORLD": PARAMETERS_DTYPE, "PHASE": PHASE_DTYPE, "DRAFT": DRAFT_DTYPE, "PLAN": PLAN_DTYPE, "OUTCOME": dtype(Outcomes),
        "WEEK": dtype(Week), "PRIOR": PRIOR_DTYPE, "LEVER": LEVER_DTYPE, "SETTING": SETTING_DTYPE, "ESTIMATE": ESTIMATE_DTYPE,
        "RATIO": RATIO_DTYPE,
    }  # fmt: skip
    return entries | {f"{name}_BYTES": kind.itemsize for name, kind in records.items()} | {
        "TABLES": len(own.layout.tables), "PLACES": len(own.layout.new_directory()), "DAYS_SHARE": own.agenda.days_share,
        "SLOTS": own.agenda.slots(0), "CHANNELS": CHANNELS, "MOST_KEPT_WORDS": MOST_KEPT_WORDS, "MOST_BYTES": MOST_BYTES,
        "LONGEST_DAYS": LONGEST_DAYS,
    }  # fmt: skip


def lowered(name: str, function: Callable[..., Any], given: tuple[Any, ...]) -> tuple[Any, str]:
    """A function with all rules that it calls as one program, in which it has this name, and its declaration in C."""
    make_known(Reach([function]).functions)
    compiled: Any = numba.njit(**OPTIONS)(function)
    compiled.compile(given)
    result = compiled.overloads[given]
    program = llvm.parse_assembly(bare(str(result.library._get_module_for_linking())))
    program.get_function(result.fndesc.llvm_func_name).name = name
    back = getattr(result.signature.return_type, "dtype", result.signature.return_type)  # of a tuple, what it holds
    return program, f"int {name}({IN_C[str(back)]} *, void **, {', '.join(map(in_c, given))});"


def in_c(kind: Any) -> str:
    """What a function is given, as C has it. A table is who counts it, whose it is, rows, bytes of a row, address, lengths and strides."""
    if isinstance(kind, numba.types.Array):
        return "void *, void *, I, I, void *" + ", I" * (2 * kind.ndim)
    return IN_C[str(kind)]


def bare(text: str) -> str:
    """A program in which nobody counts who holds an array, and which says that a rule failed, and not how."""
    return FAILURE.sub("", COUNTING.sub(lambda found: found[0].partition("\n")[0] + "\n  ret void\n}\n", text))


def program_of(offered: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]]) -> tuple[Any, str]:
    """All of these in one program, and their declarations. Only they are seen from outside, so the rest is the optimiser's."""
    whole, declared = llvm.parse_assembly(""), []
    for name, (function, given) in offered.items():
        program, declaration = lowered(name, function, given)
        for part in program.functions:
            if not part.is_declaration:
                part.linkage = llvm.Linkage.external if part.name == name else llvm.Linkage.linkonce_odr
        whole.link_in(program)
        declared.append(declaration)
    for part in (*whole.functions, *whole.global_variables):
        if not part.is_declaration and part.name not in offered:
            part.linkage = llvm.Linkage.internal
    return whole, "\n".join(declared)


def object_of(program: Any) -> bytes:
    """The program for WebAssembly."""
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    machine = llvm.Target.from_triple(TRIPLE).create_target_machine(cpu="generic", features=FEATURES, opt=3)
    program.triple, program.data_layout = TRIPLE, str(machine.target_data)
    program.verify()
    tuning = llvm.create_pipeline_tuning_options(speed_level=2)  # 3, unrolled loops, and vectors make it larger, and not faster
    tuning.loop_vectorization = tuning.slp_vectorization = tuning.loop_unrolling = False
    builder = llvm.create_pass_builder(machine, tuning)
    builder.getModulePassManager().run(program, builder)
    return machine.emit_object(program)  # type: ignore[no-any-return]


def linked(rules: bytes, declared: str, sizes: dict[str, int]) -> bytes:
    """The module: compiled rules, so declared, and the glue that was told these sizes."""
    with tempfile.TemporaryDirectory() as folder:
        part, header, module = (Path(folder, name) for name in ("rules.o", "rules.h", "model.wasm"))
        part.write_bytes(rules)
        told = [f"#define {name} {value}" for name, value in sizes.items()]
        header.write_text("\n".join(["typedef long long I;", declared, *told]))
        zig = sys.executable, "-m", "ziglang", "cc"
        subprocess.run([*zig, *LINKING, "-include", header, HERE / "glue.c", part, "-o", module], check=True)
        return module.read_bytes()


def emitted() -> bytes:
    """The module of these sources, with their stamp. Raises `InputError` without the linker."""
    if not find_spec("ziglang"):
        raise InputError("ziglang, which links the module, is not installed; install it with `pip install --editable '.[browser]'`")
    own = driver()
    program, declared = program_of(kernels(own))
    return stamped(linked(object_of(program), declared, constants(own)), fresh_stamp())


def main() -> None:
    """Renew the module that is shipped, and say how large it is."""
    try:
        MODULE.write_bytes(emitted())
    except InputError as error:
        sys.exit(f"Error: {error}")
    print(f"{MODULE.name}: {MODULE.stat().st_size:,} bytes, stamp {fresh_stamp()}")


if __name__ == "__main__":
    main()
