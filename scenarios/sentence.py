"""What is wrong with a scenario, in one sentence: where, the value, what is allowed, what to do."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from pydantic_core import ErrorDetails

from lockgate.scenarios.notation import KeyPath, key_path, quoted, shown
from lockgate.scenarios.schema import (
    MOST_QUANTILES,
    QUANTILED,
    SKEWED,
    TIMES,
    WEIGHTED,
    Kind,
    Known,
    Quantiled,
    Range,
    SkewedRange,
    Table,
    Times,
    conforming,
    file_schema,
    key_path_of,
)
from lockgate.sim.bounds import KINDS, span
from lockgate.sim.errors import InputError, nearest
from lockgate.sim.model.parameters import PARAMETERS, Parameter
from lockgate.sim.model.policy import DAY, LEVERS

LONGEST_PATH = 4096  # characters: longer ones lead to no file
OUTSIDE = {"greater_than_equal", "less_than_equal", "finite_number"}
TOP = {
    "summary": "one sentence in quotes",
    "story": "text in quotes",
    "extends": "the name of a built-in scenario, or a path below this file's folder, in quotes",
    "levers": "a table of levers",
    "parameters": "a table of parameters",
    "timeline": "steps, each headed [[timeline]]",
    "times": "a number above 0 (factor on the default and on the prior)",
}
HOMES = {
    **dict.fromkeys(("summary", "story", "extends"), "at the head of the file, above every [table]"),
    **dict.fromkeys(("levers", "timeline"), "in a policy"),
    "parameters": "in a world",
    **dict.fromkeys(LEVERS, "in [levers] of a policy"),
    **dict.fromkeys(PARAMETERS, "in [parameters] of a world"),
}


def explained(known: Known) -> str:
    """The unit and the meaning of a lever or parameter, in brackets.

    >>> explained(LEVERS["preview_days"])
    '(days between partner access and public access)'
    """
    meaning = known.meaning.rstrip(".")
    meaning = meaning if meaning[1:2].isupper() else meaning[:1].lower() + meaning[1:]
    return f"({meaning})" if choices(known) or meaning.startswith(known.unit) else f"({known.unit}: {meaning})"


def limits(known: Known) -> str:
    """The bounds of a lever or parameter, and what it means."""
    return f"{span(*known.bounds)} {explained(known)}"


def choices(known: Known) -> str:
    """The values that are allowed where they are few, or nothing."""
    if isinstance(known, Parameter) and known.choices:
        return " or ".join(f'"{label}"' for label in known.labels)
    return "true or false" if known.type is bool else ""


def allowed(known: Known, problem: str, number: type | None = None) -> str:
    """What a value of a lever, a parameter or a setting may be, where the schema has found this problem; or a number in its prior."""
    if choices(known):
        return f"{choices(known)} {explained(known)}"
    return limits(known) if problem in OUTSIDE else KINDS[number or known.type] + limits(known)


def allowed_at(place: KeyPath, known: Known, problem: str) -> str:
    """What may stand at this place of a lever's or parameter's value."""
    if isinstance(known, Parameter) and len(place) == 3 and place[-1] in known.labels:
        return "a number, 0 or more (weight of this value among all)"
    if place[-1] in Range.model_fields | SkewedRange.model_fields or isinstance(place[-1], int):
        return allowed(known, problem, float)
    if place[-1] == "quantiles":
        return f"a list of 2 to {MOST_QUANTILES} numbers, {limits(known)}"
    return allowed(known, problem) + (other_ways(known) if isinstance(known, Parameter) and problem not in OUTSIDE else "")


def other_ways(known: Parameter) -> str:
    """What a world may write in the place of one value."""
    if known.labels:
        return f", or weights such as {{ {', '.join(f'{label} = 1' for label in known.labels)} }}"
    return ", or a prior such as { low = 1, mode = 2, high = 3 }"


def known_at(place: KeyPath) -> Known | None:
    """The lever or parameter that a place speaks of."""
    match place:
        case ("timeline", _, DAY.name):
            return DAY
        case ("levers", str(name)) | ("timeline", _, str(name)):
            return LEVERS.get(name)
        case ("parameters", str(name), *_):
            return PARAMETERS.get(name)
    return None


def names_at(place: KeyPath, kind: Kind) -> tuple[str, Iterable[str]]:
    """What the keys beside this one are called, and those that are allowed."""
    match place:
        case ("levers", _):
            return "lever", LEVERS
        case ("timeline", _, _):
            return "lever", [DAY.name, *LEVERS]
        case ("parameters", _):
            return "parameter", PARAMETERS
        case ("parameters", str(name), str(form), _):
            fields: dict[str, Iterable[str]] = {
                SKEWED: SkewedRange.model_fields,
                TIMES: Times.model_fields,
                QUANTILED: Quantiled.model_fields,
                WEIGHTED: PARAMETERS[name].labels,
            }
            return "key", fields.get(form, Range.model_fields)
    return "key", file_schema(kind).model_fields


def unknown_key(subject: str, name: str, what: str, names: Iterable[str], homes: Mapping[str, str]) -> str:
    """The sentence for a key that the schema does not have: where it belongs, or which of these names are known."""
    if name in homes:
        return f"{subject} is no known {what} here, it belongs {homes[name]}"
    hint = "`lockgate list` names all" if what != "key" else f"allowed are {', '.join(names)}"
    return f"{subject} is no known {what} here, {hint}{nearest(name, names)}"


def scenario_problem(kind: Kind, within: tuple[str, ...], error: ErrorDetails) -> str:
    """The sentence for one error of the schema of a file, or of a table within it, without the file."""
    place, value = (*within, *key_path_of(error)), error["input"]
    known = known_at(place)
    if error["type"] == "extra_forbidden":
        what, names = names_at((*within, *error["loc"]), kind)
        return unknown_key(f"{key_path(place)} = {shown(value)}", str(place[-1]), what, names, HOMES)
    if known and error["type"] == "missing":
        return f"{key_path(place)} is missing, it must be {allowed_at(place, known, error['type'])}"
    if error["type"] == "missing":
        return f"{key_path(place)} is missing, it must be {TOP[str(place[-1])]}"
    if place[-1] == "times" or not known:
        return f"{key_path(place)} = {shown(value)} must be {TOP.get(str(place[-1]), 'a table that begins with [[timeline]]')}"
    return f"{key_path(place)} = {shown(value)} must be {allowed_at(place, known, error['type'])}"


def scenario_error(kind: Kind, name: str, said: str) -> InputError:
    """An error about the policy or world of this name or path."""
    return InputError(f"{kind} {quoted(name) if len(name) <= LONGEST_PATH else shown(name)}: {said}")


def checked_scenario(kind: Kind, name: str, schema: type[Table], content: Any, *within: str) -> Any:
    """Content as the schema of a file, or of a table within it, has it; or an `InputError` about this policy or world."""
    try:
        return conforming(schema, content, partial(scenario_problem, kind, within))
    except InputError as error:
        raise scenario_error(kind, name, str(error)) from None
