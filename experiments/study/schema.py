"""The schema of a study's file, generated from the levers and the parameters, as that of a scenario is."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, create_model

from lockgate.scenarios.schema import Known, Table, bounded, each_of, entry, has_range, plain, table
from lockgate.sim.limits import LARGEST_SEED, LONGEST_DAYS, MOST_DRAWS, MOST_POINTS
from lockgate.sim.model.parameters import PARAMETERS
from lockgate.sim.model.policy import DAY, LEVERS, Lever, yes_or_no

VALUE, LEVELS, RANGE, PRIOR = "(value)", "(levels)", "(range)", "(prior)"  # ways to set a factor, unlike any key
SOME = "(some)"  # levels of some policies only

ROLES = {"uncertainties": "parameter", "switches": "parameter", "levers": "lever", "dates": "date"}  # tables, in order of the factors
UNCERTAINTIES = {name: parameter for name, parameter in PARAMETERS.items() if has_range(parameter)}
SWITCHES = {name: parameter for name, parameter in PARAMETERS.items() if not has_range(parameter)}
KNOWN: dict[str, Mapping[str, Known]] = {
    "uncertainties": UNCERTAINTIES,
    "switches": SWITCHES,
    "levers": LEVERS,
    "dates": dict.fromkeys(LEVERS, DAY),
}
HEAD = {
    known.name: known
    for known in (
        Lever("draws", 500, "draws", (1, MOST_DRAWS), "Draws at each point: in each, parameters and luck are drawn anew."),
        Lever("horizon_days", 540, "days", (1, LONGEST_DAYS), "Days that a run lasts."),
        yes_or_no("fixed", "Parameters that are not varied stay at their central values, so that draws differ in luck only."),
        yes_or_no("check", "The model's invariants are checked every evening."),
        yes_or_no("ceiling", "Each draw also runs under a prohibition that all obey, by which what can be prevented at all is known."),
    )
}

Points = Annotated[int, Field(ge=1, le=MOST_POINTS)]
Names = Annotated[list[str], Field(min_length=1, fail_fast=True)]
ONLY = "Names of the policies in which it varies; the others keep their own value. By default all."


class Span(Table):
    """A range from low to high; designs that list levels take `steps` of them, evenly spaced."""

    low: float
    high: float
    steps: int | None = None


class SpanOfPolicies(Span):
    """A range of a lever or a date, of all policies or of some."""

    policies: Annotated[Names, Field(default_factory=lambda: None, description=ONLY)]


class LevelsOfPolicies(Table):
    """Levels of a lever or a date in some policies only."""

    levels: list[Any]
    policies: Annotated[Names, Field(description=ONLY)]


class Grid(Table):
    """Every combination of levels."""

    kind: Literal["grid"] = "grid"


class Zip(Table):
    """The k-th levels of all factors together."""

    kind: Literal["zip"]


class Lhs(Table):
    """A Latin hypercube: each factor is spread evenly over its range."""

    kind: Literal["lhs"]
    points: Annotated[Points, Field(description="Number of points.")]


class Sobol(Table):
    """A scrambled Sobol' sequence: all factors together are spread evenly."""

    kind: Literal["sobol"]
    points: Annotated[Points, Field(description="Number of points, a power of two.")]


class Saltelli(Table):
    """The points that Sobol' indices of sensitivity are computed from."""

    kind: Literal["saltelli"]
    points: Annotated[Points, Field(description="Number of base samples, a power of two.")]
    second_order: Annotated[bool, Field(description="Whether indices of pairs of factors are wanted too.")] = False


class Morris(Table):
    """Trajectories on which one factor changes at a time, for elementary effects."""

    kind: Literal["morris"]
    points: Annotated[Points, Field(description="Number of trajectories.")]
    levels: Annotated[int, Field(ge=2, le=100, multiple_of=2, description="Number of levels of each factor, even.")] = 4


class Listed(Table):
    """Points made elsewhere."""

    kind: Literal["table"]
    table: Annotated[str, Field(min_length=1, description="Path of a CSV file relative to the study, with a header of factors.")]


Design = Grid | Zip | Lhs | Sobol | Saltelli | Morris | Listed
DESIGNS: dict[str, type[Design]] = {
    "grid": Grid,
    "zip": Zip,
    "lhs": Lhs,
    "sobol": Sobol,
    "saltelli": Saltelli,
    "morris": Morris,
    "table": Listed,
}
Width = Annotated[float, Field(gt=0)]


class StopRule(Table):
    """When a study has seen enough: differences to the first policy are known well enough at every point."""

    outcome: str
    # A default made by a factory keeps a null, which TOML has not, out of the JSON schema.
    half_width: Annotated[Width, Field(default_factory=lambda: None, description="Half of the 95 % interval, in the outcome's unit.")]
    half_width_share: Annotated[Width, Field(default_factory=lambda: None, description="The same, as a share of the reference's mean.")]
    every: Annotated[int, Field(ge=2, le=100_000, description="Draws between two looks.")] = 50


class StudyFile(Table):
    """A study: policies in worlds, at each point of a design, in the same draws."""

    summary: Annotated[str, Field(pattern=r"\S", description="One sentence that says what is asked.")]
    story: Annotated[str, Field(description="Why one asks, with sources.")] = ""
    policies: Annotated[list[str], Field(min_length=1, fail_fast=True, description="Policies by name or path; the first is the reference.")]
    worlds: Annotated[list[str], Field(min_length=1, fail_fast=True, description="Worlds by name or path.")] = ["baseline"]
    draws: int = 500
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED, description="Number that all that is random follows from.")] = 1
    horizon_days: int = 540
    fixed: bool = False
    outcomes: list[str] = []
    series: list[str] = []
    check: bool = False
    ceiling: bool = False
    time_limit_seconds: Annotated[
        float, Field(gt=0, default_factory=lambda: None, description="A run that takes longer becomes a row that says so.")
    ]
    design: Design = Grid()
    uncertainties: Table = Table()
    switches: Table = Table()
    levers: Table = Table()
    dates: Table = Table()
    stop: StopRule | None = None


def form(value: object) -> str:
    """Which way of setting a number this is, so that an error speaks of that one alone."""
    if isinstance(value, list):
        return LEVELS
    if isinstance(value, Mapping | Span):
        return RANGE
    return VALUE


def form_of_lever(value: object) -> str:
    """The same for a lever or a date, whose levels or range may be those of some policies."""
    if isinstance(value, LevelsOfPolicies):
        return SOME
    is_of_some = isinstance(value, Mapping) and ("levels" in value or ("policies" in value and not {"low", "high"} & value.keys()))
    return SOME if is_of_some else form(value)


def form_of_order(value: object) -> str:
    """The same for a lever that is yes or no, which has no range."""
    return SOME if form_of_lever(value) == SOME else form_of_switch(value)


def form_of_uncertainty(value: object) -> str:
    """The same for a parameter, which may have a prior."""
    return PRIOR if value == "prior" else form(value)


def form_of_switch(value: object) -> str:
    """Which way of setting a switch or a choice this is."""
    return LEVELS if isinstance(value, list) else VALUE


def form_of_structure(value: object) -> str:
    """The same for a parameter, which may have a prior."""
    return PRIOR if value == "prior" else form_of_switch(value)


def kind_of_design(value: object) -> str:
    """Which design a table is of."""
    kind = value.get("kind", "grid") if isinstance(value, Mapping) else getattr(value, "kind", "grid")
    return f"({kind})"


def any_design() -> Any:
    """The type of a design of any kind."""
    designs: Any = Annotated[Grid, Tag("(grid)")]
    for kind in list(DESIGNS)[1:]:
        designs = designs | Annotated[DESIGNS[kind], Tag(f"({kind})")]
    return Annotated[designs, Discriminator(kind_of_design)]


def setting(known: Known) -> Any:
    """The type of everything that a study may write for a parameter, which may have a prior."""
    value: Any = Annotated[plain(known), Tag(VALUE)]
    levels: Any = Annotated[levels_of(known), Tag(LEVELS)]
    drawn: Any = Annotated[Literal["prior"], Tag(PRIOR)]
    if not has_range(known):
        return Annotated[value | levels | drawn, Discriminator(form_of_structure)]
    return Annotated[value | levels | Annotated[span_of(known, Span), Tag(RANGE)] | drawn, Discriminator(form_of_uncertainty)]


def acting(known: Known) -> Any:
    """The type of everything that a study may write for a lever or a date, which may vary in some policies only."""
    some: Any = create_model(f"levels of {known.name} in some policies", __base__=LevelsOfPolicies, levels=(levels_of(known), ...))
    ways: Any = Annotated[plain(known), Tag(VALUE)] | Annotated[levels_of(known), Tag(LEVELS)] | Annotated[some, Tag(SOME)]
    if not has_range(known):
        return Annotated[ways, Discriminator(form_of_order)]
    return Annotated[ways | Annotated[span_of(known, SpanOfPolicies), Tag(RANGE)], Discriminator(form_of_lever)]


def levels_of(known: Known) -> Any:
    """The type of a list of levels."""
    return Annotated[each_of(plain(known)), Field(min_length=1)]


def span_of(known: Known, base: type[Span]) -> type[Span]:
    """The type of a range."""
    number = bounded(known, known.type)
    steps: Any = (Annotated[int, Field(ge=2, le=MOST_POINTS)], Field(default_factory=lambda: None, description="Number of levels."))
    return create_model(f"span of {known.name}", __base__=base, low=(number, ...), high=(number, ...), steps=steps)


@cache
def settings(name: str) -> type[Table]:
    """The schema of one of the tables that say what varies."""
    kind = setting if ROLES[name] == "parameter" else acting
    fields = {key: entry(known, kind(known)) for key, known in KNOWN[name].items()}
    return table(name, fields)


@cache
def file_schema() -> type[StudyFile]:
    """The schema of a whole file."""
    from lockgate.sim.model.measures import WEEKLY  # loads the compiler
    from lockgate.sim.model.outcomes import OUTCOMES

    named: Any = Literal[tuple(OUTCOMES)]
    weekly: Any = Literal[tuple(WEEKLY)]
    rule: Any = table("stop", {"outcome": (named, Field(description="The outcome that is looked at."))}, StopRule)
    fields: dict[str, Any] = {
        **{name: entry(known, plain(known)) for name, known in HEAD.items()},
        "outcomes": (each_of(named), Field(default=[], min_length=1, description="Outcomes that are kept; by default all.")),
        "series": (each_of(weekly), Field(default=[], description="Columns of the weekly series that are kept; by default none.")),
        "design": (any_design(), Field(default=Grid(), description="How the points are chosen.")),
        "stop": (rule, Field(default_factory=lambda: None, description="When to stop early.")),
    }
    said = {
        "uncertainties": "Parameters that are numbers: one value, levels, a range, or the prior.",
        "switches": "Parameters that are switches or choices: one value, levels, or the prior.",
        "levers": "Levers of all policies, from day 0 on: one value, levels, or a range; or levels or a range of some policies.",
        "dates": "Days of the steps that set these levers: one day, levels, or a range; or levels or a range of some policies.",
    }
    for name, description in said.items():
        fields[name] = (settings(name), Field(default_factory=settings(name), description=description))
    return create_model("Study", __base__=StudyFile, __doc__=StudyFile.__doc__, **fields)


def json_schema() -> dict[str, Any]:
    """The JSON schema of a study's file, for editors that complete and check TOML.

    >>> json_schema()["required"]
    ['summary', 'policies']
    """
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **file_schema().model_json_schema()}
