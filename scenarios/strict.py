"""Checking content by a type: nothing is converted, no number is infinite, and the first fault is a sentence."""

from collections.abc import Callable
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from scenarios.notation import KeyPath, key_path, shown
from scenarios.schema import Table
from sim.errors import InputError

STRICT = ConfigDict(strict=True, allow_inf_nan=False)
LONGEST_REASON = 200  # characters


def strict(kind: Any) -> TypeAdapter[Any]:
    """What checks a type that is no `Table`. To make it takes longer than to use it."""
    return TypeAdapter(kind, config=STRICT)


def conforming(kind: type[Table] | TypeAdapter[Any], content: Any, sentence: Callable[[ErrorDetails], str]) -> Any:
    """Content as a type has it, or an `InputError` with the sentence for the first thing that is wrong with it."""
    try:
        return kind.validate_python(content) if isinstance(kind, TypeAdapter) else kind.model_validate(content)
    except ValidationError as errors:
        # Unknown keys first: a misspelt key is reported as a missing one too.
        first = min(errors.errors(include_url=False), key=lambda error: error["type"] != "extra_forbidden")
        raise InputError(sentence(first)) from None


def key_path_of(error: ErrorDetails) -> KeyPath:
    """Where an error is, without the forms that schemas distinguish, which stand in brackets. An unknown key may look like one."""
    place = error["loc"]
    key = place[-1:] if error["type"] == "extra_forbidden" else ()
    return (*(step for step in place[: len(place) - len(key)] if not str(step).startswith("(")), *key)


def validated(kind: type[Table] | TypeAdapter[Any], content: Any, where: str = "") -> Any:
    """Content as a type has it, or an `InputError` that names the first place (within `where`) at which it is not, and the value there.

    >>> validated(strict(list[int]), [1, 2.5], "days")
    Traceback (most recent call last):
    ...
    sim.errors.InputError: days[1] = 2.5: input should be a valid integer
    """

    def sentence(error: ErrorDetails) -> str:
        place = key_path(key_path_of(error))
        subject = f"{where}{'.' if where and place and place[0] != '[' else ''}{place}"
        value = f"{shown(error['input'])}: {error['msg'][:1].lower()}{error['msg'][1:LONGEST_REASON]}"
        return f"{subject} = {value}" if subject else value

    return conforming(kind, content, sentence)
