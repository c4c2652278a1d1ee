"""The schema of a scenario file, generated from the levers and the parameters, so that names, bounds and units are written once."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, TypeAdapter, ValidationError, create_model
from pydantic_core import ErrorDetails

from lockgate.scenarios.notation import KeyPath, key_path, shown
from lockgate.sim.errors import InputError
from lockgate.sim.model.parameters import PARAMETERS, Parameter
from lockgate.sim.model.policy import DAY, LEVERS, Lever

Known = Lever | Parameter

NUMBER, RANGE, SKEWED, TIMES = "(number)", "(range)", "(lognormal)", "(multiple)"  # ways to set a parameter, in brackets unlike any key


QUANTILES = {"median": "Half lies below it.", "low": "5 % lies below it; above 0.", "high": "5 % lies above it."}  # of a lognormal prior
QUANTILED, WEIGHTED = "(quantiles)", "(weights)"  # further ways
MOST_QUANTILES = 1001

Kind = Literal["policy", "world"]


class Table(BaseModel):
    """A table of a scenario file: no unknown keys, and nothing is converted on the way in."""

    # Deferred: the hundred small tables of a world's priors are compiled once, with the file's own schema.
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True, defer_build=True)

    def given(self) -> dict[str, Any]:
        """What the file sets, in the order of the schema."""
        return {name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set}


class Range(Table):
    """A prior: uniform between low and high, or triangular where a mode is given."""

    low: float
    high: float
    mode: float | None = None


class SkewedRange(Table):
    """A prior that is lognormal on each side of its median, with 5 % below low and 5 % above high."""

    median: float
    low: float
    high: float
class Quantiled(Table):
    """A prior by its quantiles at equal steps of probability, from the smallest value to the largest."""

    quantiles: list[float]


class Weights(Table):
    """A prior over the values of a switch or a choice: the weight of each; what is left out is never drawn."""


class Times(Table):
    """The table's default, and its prior, both multiplied by a factor."""

    times: Annotated[float, Field(gt=0, description="Factor on the default and on the prior of the table of parameters.")]


class ScenarioFile(Table):
    """What every scenario file says."""

    summary: Annotated[str, Field(pattern=r"\S", description="One sentence that says what it is.")]
    story: Annotated[str, Field(description="Where it comes from in the news, with its source.")] = ""
    extends: Annotated[str, Field(min_length=1, description="What it builds on: a built-in name, or a path below this file's folder.")] = ""


class PolicyFile(ScenarioFile):
    """A release policy: levers that hold from day 0, and steps that change them later."""

    levers: Table = Table()
    timeline: list[Any] = []

    def steps(self) -> Iterator[tuple[str, int, dict[str, Any]]]:
        """Where each group of settings stands in the file, the day from which it holds, and what it sets."""
        yield "", DAY.type(DAY.default), self.levers.given()
        for index, step in enumerate(self.timeline):
            changes = step.given()
            yield f"timeline[{index}].", changes.pop(DAY.name), changes


class WorldFile(ScenarioFile):
    """A world: parameters that differ from their table."""

    parameters: Table = Table()


def bounded(known: Known, kind: type) -> Any:
    """The type of a number within the bounds of a lever or parameter."""
    low, high = known.bounds
    return Annotated[kind, Field(ge=low, le=high)]


def plain(known: Known) -> Any:
    """The type of a plain value: yes or no, one of the choices, or a number within bounds."""
    if isinstance(known, Parameter) and known.choices:
        return Literal[tuple(known.labels)]
    return bool if known.type is bool else bounded(known, known.type)


def has_range(known: Known) -> bool:
    """Whether it is a number, rather than a switch or a choice."""
    return known.type is not bool and not getattr(known, "choices", None)


def form(value: object) -> str:
    """Which way of setting a parameter this is, so that an error speaks of that one alone."""
    if not isinstance(value, Mapping):
        return NUMBER
    forms = (("times", TIMES), ("median", SKEWED), ("quantiles", QUANTILED))
    return next((name for key, name in forms if key in value), RANGE)


def form_of_switch(value: object) -> str:
    """The same for a switch or a choice."""
    return WEIGHTED if isinstance(value, Mapping) else NUMBER


def setting(parameter: Parameter) -> Any:
    """The type of everything that a world may write for a parameter."""
    if not has_range(parameter):
        # A default made by a factory keeps a null, which TOML has not, out of the JSON schema.
        weight = (Annotated[float, Field(ge=0)], Field(default_factory=lambda: None, description="Weight of this value."))
        weights = create_model(f"weights of {parameter.name}", __base__=Weights, **dict.fromkeys(parameter.labels, cast(Any, weight)))
        return Annotated[Annotated[plain(parameter), Tag(NUMBER)] | Annotated[weights, Tag(WEIGHTED)], Discriminator(form_of_switch)]
    number = bounded(parameter, float)
    mode = (number, Field(default_factory=lambda: None, description="Most likely value; without it the prior is uniform."))
    limits = create_model(f"range of {parameter.name}", __base__=Range, low=(number, ...), high=(number, ...), mode=mode)
    above = {name: (number, Field(description=said)) for name, said in QUANTILES.items()}
    skewed = create_model(f"lognormal range of {parameter.name}", __base__=SkewedRange, **cast(dict[str, Any], above))
    values = (Annotated[list[number], Field(min_length=2, max_length=MOST_QUANTILES)], ...)  # type: ignore[valid-type]
    quantiled = create_model(f"quantiles of {parameter.name}", __base__=Quantiled, quantiles=cast(Any, values))
    value: Any = Annotated[plain(parameter), Tag(NUMBER)]
    ranges: Any = Annotated[limits, Tag(RANGE)] | Annotated[skewed, Tag(SKEWED)]
    prior: Any = ranges | Annotated[Times, Tag(TIMES)] | Annotated[quantiled, Tag(QUANTILED)]
    return Annotated[value | prior, Discriminator(form)]


def entry(known: Known, type_: Any) -> Any:
    """A field of a table: its type, and its default and description."""
    default: object = known.default
    if isinstance(known, Parameter) and known.choices:
        default = next(label for label, value in known.labels.items() if value == known.default)
    return type_, Field(default=default, description=f"{known.meaning} [{known.unit}]")


def table(name: str, fields: Mapping[str, Any], base: type[Table] = Table) -> type[Table]:
    """The schema of a table with these fields."""
    return create_model(name, __base__=base, **dict(fields))


def each_of(kind: Any) -> Any:
    """The type of a list that is checked as far as its first wrong entry."""
    return Annotated[list[kind], Field(fail_fast=True)]


@cache
def levers() -> type[Table]:
    """The schema of a policy's `[levers]`."""
    return table("levers", {name: entry(lever, plain(lever)) for name, lever in LEVERS.items()})


@cache
def parameters() -> type[Table]:
    """The schema of a world's `[parameters]`."""
    return table("parameters", {name: entry(known, setting(known)) for name, known in PARAMETERS.items()})


@cache
def file_schema(kind: Kind) -> type[ScenarioFile]:
    """The schema of a whole file."""
    if kind == "world":
        differences: Any = (parameters(), Field(default_factory=parameters(), description="Parameters that differ from their table."))
        return create_model("World", __base__=WorldFile, __doc__=WorldFile.__doc__, parameters=differences)
    day = (plain(DAY), Field(description=f"{DAY.meaning} [{DAY.unit}]"))
    steps: Any = each_of(table("step", {"day": day}, levers()))
    timeline: Any = (steps, Field(default=[], description="Changes of levers on later days, in any order."))
    first: Any = (levers(), Field(default_factory=levers(), description="Levers from day 0 on."))
    return create_model("Policy", __base__=PolicyFile, __doc__=PolicyFile.__doc__, levers=first, timeline=timeline)


def json_schema(kind: Kind) -> dict[str, Any]:
    """The JSON schema of a policy's or a world's file, for editors that complete and check TOML.

    >>> json_schema("policy")["required"]
    ['summary']
    """
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **file_schema(kind).model_json_schema()}


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
    lockgate.sim.errors.InputError: days[1] = 2.5: input should be a valid integer
    """

    def sentence(error: ErrorDetails) -> str:
        place = key_path(key_path_of(error))
        subject = f"{where}{'.' if where and place and place[0] != '[' else ''}{place}"
        value = f"{shown(error['input'])}: {error['msg'][:1].lower()}{error['msg'][1:LONGEST_REASON]}"
        return f"{subject} = {value}" if subject else value

    return conforming(kind, content, sentence)
