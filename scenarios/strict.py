"""Checking content by a type: nothing is converted, no number is infinite, and the first fault is a sentence."""

from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from scenarios.notation import path, shown
from scenarios.schema import Table
from sim.errors import InputError

STRICT = ConfigDict(strict=True, allow_inf_nan=False)
LONGEST_REASON = 200  # characters


def strict(kind: Any) -> TypeAdapter[Any]:
    """What checks a type that is no `Table`. To make it takes longer than to use it."""
    return TypeAdapter(kind, config=STRICT)


def validated(kind: type[Table] | TypeAdapter[Any], content: Any, where: str = "") -> Any:
    """Content as a type has it, or an `InputError` that names the first place (within `where`) at which it is not, and the value there.

    >>> validated(strict(list[int]), [1, 2.5], "days")
    Traceback (most recent call last):
    ...
    sim.errors.InputError: days[1] = 2.5: input should be a valid integer
    """
    try:
        return kind.validate_python(content) if isinstance(kind, TypeAdapter) else kind.model_validate(content)
    except ValidationError as errors:
        error = errors.errors(include_url=False)[0]
        steps = tuple(step for step in error["loc"] if not str(step).startswith("("))  # without the forms that a schema distinguishes
        place = path(steps) if steps else ""
        subject = f"{where}{'.' if where and place and place[0] != '[' else ''}{place}"
        value = f"{shown(error['input'])}: {error['msg'][:1].lower()}{error['msg'][1:LONGEST_REASON]}"
        raise InputError(f"{subject} = {value}" if subject else value) from None
