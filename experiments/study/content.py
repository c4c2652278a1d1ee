"""The schema of a study's content, as a plan file has it: names, types and bounds are those of the files that users write.

A plan file may come from anybody. So what it says is checked as a study's own file is, before anything is worked out from it.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, TypeAdapter

from lockgate.experiments.study.factor import Factor
from lockgate.experiments.study.schema import HEAD, any_design
from lockgate.scenarios.notation import shown
from lockgate.scenarios.schema import MOST_QUANTILES, NUMBER, RANGE, Known, Table, bounded, levers, plain, strict, table, validated
from lockgate.scenarios.schema import form as form_of_setting
from lockgate.sim.bounds import span
from lockgate.sim.errors import InputError, nearest
from lockgate.sim.limits import LARGEST_SEED, MOST_POINTS
from lockgate.sim.model.parameters import PARAMETERS, Parameter
from lockgate.sim.model.policy import DAY, LEVERS

MOST_MEMBERS = 1000  # policies, or worlds
MOST_STEPS = 10_000  # of a timeline
MOST_RUNS_OF_A_DRAW = 100_000_000
NUMBERS_OF = {"Uniform": ("low", "high"), "Triangular": ("low", "mode", "high"), "LogNormal": ("low", "median", "high")}  # in order
LISTS_OF = {"Quantiles": ("values",), "Choice": ("values", "weights")}

Name = Annotated[str, Field(min_length=1, max_length=200)]
Levels = Annotated[list[Any], Field(max_length=MOST_POINTS)]


class StoredPrior(Table):
    """A prior: its kind and its numbers."""

    kind: Literal[(*NUMBERS_OF, *LISTS_OF)]  # type: ignore[valid-type]
    low: float | None = None
    high: float | None = None
    mode: float | None = None
    median: float | None = None
    values: Annotated[list[float], Field(min_length=2, max_length=MOST_QUANTILES)] | None = None
    weights: Annotated[list[Annotated[float, Field(gt=0)]], Field(max_length=MOST_QUANTILES)] | None = None


class SampledParameter(Table):
    """A parameter that has a prior."""

    central: Any
    prior: StoredPrior


class StoredFactor(Table):
    """What is varied, and over what."""

    role: Literal["parameter", "lever", "date"]
    name: Name
    levels: Levels = []
    low: float | None = None
    high: float | None = None
    steps: Annotated[int, Field(ge=2, le=MOST_POINTS)] | None = None
    prior: StoredPrior | None = None
    policies: Annotated[list[Name], Field(min_length=1, max_length=MOST_MEMBERS)] = []


class StoredPolicy(Table):
    """A policy: its levers, and its timeline as pairs of a day and levers."""

    name: Name
    levers: Table
    timeline: list[Any]


class StoredWorld(Table):
    """A world: its parameters."""

    name: Name
    parameters: Table


def value_of(known: Known) -> Any:
    """The type of a value of a lever or a parameter. Choices are stored as their numbers."""
    if isinstance(known, Parameter) and known.choices:
        return Literal[tuple(int(choice) for choice in known.choices)]
    return plain(known)


@cache
def values_of(known: Known) -> TypeAdapter[Any]:
    """What checks a list of values of a lever or a parameter."""
    return strict(list[value_of(known)])  # type: ignore[misc]


def of_parameter(known: Parameter) -> Any:
    """The type of what is stored of a parameter."""
    ways: Any = Annotated[value_of(known), Tag(NUMBER)] | Annotated[SampledParameter, Tag(RANGE)]
    return Annotated[ways, Discriminator(form_of_setting)]


@cache
def schema() -> type[Table]:
    """The schema of a study's content."""
    from lockgate.sim.model.measures import WEEKLY  # loads the compiler
    from lockgate.sim.model.outcomes import OUTCOMES

    step: Any = Annotated[tuple[bounded(DAY, int), levers()], Field(strict=False)]  # type: ignore[misc]
    fields: dict[str, Any] = {"levers": (levers(), ...), "timeline": (Annotated[list[step], Field(max_length=MOST_STEPS)], ...)}
    policy: Any = table("policy", fields, StoredPolicy)
    parameters: Any = table("parameters", {name: (of_parameter(known), Field(default=None)) for name, known in PARAMETERS.items()})
    world: Any = table("world", {"parameters": (parameters, ...)}, StoredWorld)
    named: Any = Annotated[list[Literal[tuple(OUTCOMES)]], Field(min_length=1)]  # type: ignore[misc]
    weekly: Any = list[Literal[tuple(WEEKLY)]]  # type: ignore[misc]
    content = {
        "policies": Annotated[list[policy], Field(min_length=1, max_length=MOST_MEMBERS)],
        "worlds": Annotated[list[world], Field(min_length=1, max_length=MOST_MEMBERS)],
        "seed": Annotated[int, Field(ge=0, le=LARGEST_SEED)],
        "horizon_days": plain(HEAD["horizon_days"]),
        "fixed": bool,
        "check": bool,
        "outcomes": named,
        "series": weekly,
        "design": any_design(),
        "factors": list[StoredFactor],
        "points": dict[Name, Levels],
    }
    return table("study", {name: (kind, ...) for name, kind in content.items()} | {"ceiling": (bool, Field(default=False))})


def check_content(content: Any) -> None:
    """Raise `InputError`, with the place, the value and what is allowed, unless this is the content of a study that can be run."""
    checked: Any = validated(schema(), content, "study")
    for world in content["worlds"]:
        for name, told in world["parameters"].items():
            if isinstance(told, Mapping):
                validated(values_of(PARAMETERS[name]), [told["central"]], f"{name}.central")
                check_prior(PARAMETERS[name], told["prior"])
    factors = [factor_of(told, [policy["name"] for policy in content["policies"]]) for told in checked.factors]
    check_points(factors, content["points"])
    for kind in ("policies", "worlds"):
        refuse_twice(kind, [member["name"] for member in content[kind]])
    for kind in ("outcomes", "series"):
        refuse_twice(kind, content[kind])
    refuse_twice("factors", [factor.column for factor in factors])
    points = len(next(iter(content["points"].values()), [0]))
    if (runs := points * len(content["policies"]) * len(content["worlds"])) > MOST_RUNS_OF_A_DRAW:
        raise InputError(f"the study has {runs:,} runs in each draw, {MOST_RUNS_OF_A_DRAW:,} are the most")


def check_prior(known: Parameter, told: Mapping[str, Any]) -> None:
    """Refuse a prior without the numbers of its kind in order, or outside the parameter's bounds."""
    if told["kind"] in LISTS_OF:
        return check_values(known, told)
    wanted = NUMBERS_OF[told["kind"]]
    numbers = [told[name] for name in wanted if name in told]
    low, high = known.bounds
    good = set(told) == {"kind", *wanted} and numbers == sorted(numbers) and low <= numbers[0] and numbers[-1] <= high
    if not good or (told["kind"] == "LogNormal" and numbers[0] <= 0):
        raise InputError(f"the prior of {known.name}, {shown(told)}, must have {', '.join(wanted)} in this order, from {span(low, high)}")


def check_values(known: Parameter, told: Mapping[str, Any]) -> None:
    """Refuse a prior by quantiles or by weights whose values do not rise, or are none of the parameter's, or without a weight for each."""
    choice, values, (low, high) = told["kind"] == "Choice", told.get("values") or [], known.bounds
    good = set(told) == {"kind", *LISTS_OF[told["kind"]]} and values == sorted(values) and low <= values[0] and values[-1] <= high
    if choice:
        whole = known.type is float or all(value == int(value) for value in values if abs(value) < 2**53)
        good = good and whole and len(set(values)) == len(values) == len(told["weights"])
    if not good or (not choice and known.labels):
        said = "values that rise, with a weight for each" if choice else "values that do not fall, of a number"
        raise InputError(f"the prior of {known.name}, {shown(told)}, must have {said}, from {span(low, high)}")


def factor_of(told: StoredFactor, policies: Sequence[str]) -> Factor:
    """A factor without its values, of which only what is said of them is checked, as are the policies that it names."""
    names = PARAMETERS if told.role == "parameter" else LEVERS
    if told.name not in names:
        raise InputError(f"factors: {shown(told.name)} is no known {told.role}{nearest(told.name, names)}")
    factor = Factor(told.role, told.name)
    validated(values_of(factor.known), told.levels, f"{factor.column}.levels")
    for end in ("low", "high"):
        if (value := getattr(told, end)) is not None:
            validated(values_of(factor.known), [factor.cast(value)], f"{factor.column}.{end}")
    if told.prior is not None:
        if told.role != "parameter":
            raise InputError(f"factors: {factor.column} has a prior, which only a parameter can have")
        check_prior(PARAMETERS[told.name], told.prior.given())
    if told.policies:
        check_policies(factor, told.policies, policies)
    return factor


def check_policies(factor: Factor, named: Sequence[str], policies: Sequence[str]) -> None:
    """Refuse a parameter of some policies, and policies that the study has not, or that stand twice."""
    if factor.role == "parameter":
        raise InputError(f"factors: {factor.column} has policies, which only a lever or a date can have")
    refuse_twice(f"{factor.column}.policies", named)
    for name in named:
        if name not in policies:
            raise InputError(f"{factor.column}.policies: {shown(name)} is no policy of this study{nearest(name, policies)}")


def check_points(factors: Sequence[Factor], points: Mapping[str, Sequence[Any]]) -> None:
    """Refuse points that have not one value of each factor, and values outside its bounds."""
    columns = {factor.column: factor for factor in factors}
    if set(columns) != set(points) or len({len(values) for values in points.values()}) > 1 or not all(points.values()):
        wanted = f"as many values, at least one, of each factor, {shown(sorted(columns))}"
        raise InputError(f"points: {shown(sorted(points))} must have {wanted}")
    for column, values in points.items():
        validated(values_of(columns[column].known), values, column)


def refuse_twice(kind: str, names: Iterable[str]) -> None:
    """Refuse names that stand twice in a list."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise InputError(f"{kind}: {shown(name)} is listed twice, each must have a name of its own")
        seen.add(name)
