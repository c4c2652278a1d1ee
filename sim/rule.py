"""The mark of a rule: code that is written once, and read both by Python and by the compiler.

`rule` returns the plain Python function, which a Mesa agent calls, and lets compiled code call it too.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from numba.core import types
from numba.extending import overload, register_jitable

from sim.cache import keep_compiled_rules
from sim.compiler import RuleCompiler

CACHE = keep_compiled_rules()
OPTIONS: Any = {"pipeline_class": RuleCompiler, "no_cfunc_wrapper": True}
Function = TypeVar("Function", bound=Callable[..., Any])


def rule(function: Function) -> Function:
    """Mark a function as a rule of the model. It must stay within what Numba compiles."""
    return register_jitable(**OPTIONS)(function)


@overload(int, jit_options=OPTIONS)
def _plain_number(member):  # type: ignore[no-untyped-def]
    """Let compiled rules write int(Stage.PUBLIC), as Python does."""
    return (lambda member: member + 0) if isinstance(member, types.IntEnumMember) else None


def one_after_another(rules: list[Callable[..., None]]) -> Callable[..., None]:
    """A rule that calls these rules in order with the same world and day."""
    if len(rules) == 1:
        return rules[0]
    # Halves, not a chain: the compiler works on all rules on the way down to the last at the same time.
    half = len(rules) // 2
    first, second = one_after_another(rules[:half]), one_after_another(rules[half:])

    @rule
    def both(world: Any, day: int) -> None:
        first(world, day)
        second(world, day)

    return both
