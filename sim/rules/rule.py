"""The mark of a rule: code that is written once, and read both by Python and by the compiler.

A rule is a plain Python function. A Mesa agent calls it as it stands; `sim.engine.driver` compiles it with all rules that it calls.
"""

from collections.abc import Callable
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])
MARK = "__rule__"


def rule(function: Function) -> Function:
    """Mark a function as a rule of the model. It must stay within what Numba compiles."""
    setattr(function, MARK, True)
    return function


def attribute(name: str) -> Callable[[Any], Any]:
    """A rule that gives this attribute of a row or of the world, for code that learns the name from data."""

    @rule
    def read(owner: Any) -> Any:
        return getattr(owner, name)

    return read


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
