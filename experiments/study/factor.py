"""Factors: what a study varies. A lever of the policies, the date of one of their steps, or a parameter of the worlds."""

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

from lockgate.experiments.study.schema import ROLES
from lockgate.scenarios.files import read_limited
from lockgate.scenarios.notation import quoted, shown
from lockgate.scenarios.schema import Known
from lockgate.scenarios.sentence import allowed
from lockgate.scenarios.world import NARROWEST
from lockgate.sim.bounds import digits, span
from lockgate.sim.errors import InputError, nearest
from lockgate.sim.limits import MOST_POINTS
from lockgate.sim.model.parameters import PARAMETERS, Parameter, Prior
from lockgate.sim.model.policy import DAY, LEVERS

Value = float | int | bool
Role = Literal["parameter", "lever", "date"]


@dataclass(frozen=True)
class Factor:
    """One thing that differs between the points of a design: listed `levels`, or a range, or a prior, by quantile.

    `name` is that of the parameter or lever; a `date` is the day of the step of a policy's timeline that sets the lever `name`. A lever or
    a date may vary in some `policies` only, by name; the others keep what they have.
    """

    role: Role
    name: str
    levels: tuple[Value, ...] = ()
    low: float | None = None
    high: float | None = None
    steps: int = 0
    prior: Prior | None = None
    policies: tuple[str, ...] = ()

    def concerns(self, policy: str) -> bool:
        """Whether it varies in the policy of this name."""
        return not self.policies or policy in self.policies

    @property
    def known(self) -> Known:
        """The lever or parameter itself; for a date, what is said of days."""
        if self.role == "date":
            return DAY
        return PARAMETERS[self.name] if self.role == "parameter" else LEVERS[self.name]

    @property
    def column(self) -> str:
        """Its name among the columns of results, where a lever may not be taken for the outcome of the same name.

        >>> Factor("lever", "preview_days").column, Factor("lever", "dark_days").column, Factor("date", "directive").column
        ('preview_days', 'lever_dark_days', 'directive_day')
        """
        from lockgate.sim.model.outcomes import OUTCOMES  # loads the compiler

        if self.role == "date":
            return f"{self.name}_day"
        return f"lever_{self.name}" if self.role == "lever" and self.name in OUTCOMES else self.name

    @property
    def type(self) -> type:
        """float, int or bool."""
        return self.known.type

    @property
    def unit(self) -> str:
        """Its unit."""
        return self.known.unit

    @property
    def meaning(self) -> str:
        """What it is, in a sentence, and in which policies, where it is not in all.

        >>> Factor("date", "directive", (3, 30), policies=("a", "b")).meaning
        "Day on which the policy's timeline sets directive. In a, b only."
        """
        what = f"Day on which the policy's timeline sets {self.name}." if self.role == "date" else self.known.meaning
        return f"{what} In {', '.join(self.policies)} only." if self.policies else what

    def cast(self, value: float) -> Value:
        """A number in the factor's own type; whole numbers are rounded."""
        return round(value) if self.type is int else self.type(value)

    def at(self, u: float) -> Value:
        """The value at u (0 to 1): of n levels the floor(u n)-th, of a range that share of the way, of a prior its quantile.

        >>> [Factor("lever", "preview_days", levels=(0, 14, 60)).at(u) for u in (0.0, 0.33, 0.34, 1.0)]
        [0, 0, 14, 60]
        >>> Factor("lever", "reviewers", low=1, high=20).at(0.5), Factor("parameter", "pace", low=1, high=2).at(0.25)
        (10, 1.25)
        """
        if self.levels:
            return self.levels[min(int(u * len(self.levels)), len(self.levels) - 1)]
        if self.prior is not None:
            return replace(PARAMETERS[self.name], prior=self.prior).sample(min(max(u, NARROWEST), 1.0 - NARROWEST))
        low, high = self.ends
        return self.cast(min(low + u * (high - low), high))

    def listed(self) -> tuple[Value, ...]:
        """All its levels, in a design that lists them: those given, or `steps` of them, evenly spaced from low to high.

        >>> Factor("lever", "preview_days", low=0, high=60, steps=4).listed()
        (0, 20, 40, 60)
        """
        return self.levels or tuple(self.at(step / (self.steps - 1)) for step in range(self.steps))

    @property
    def ends(self) -> tuple[float, float]:
        """The smallest and the largest value of levels or a range."""
        if self.levels:
            return min(self.levels), max(self.levels)
        if self.low is None or self.high is None:
            raise ValueError(f"{self.name} has neither levels nor a range")
        return self.low, self.high

    def label(self, value: Value) -> str:
        """One of its values, as a file says it.

        >>> Factor("parameter", "feedback").label(1), Factor("lever", "approvals").label(True), Factor("parameter", "pace").label(0.5)
        ('full', 'true', '0.5')
        """
        if isinstance(self.known, Parameter) and self.known.choices:
            return next(label for label, choice in self.known.labels.items() if choice == value)
        return str(value).lower() if self.type is bool else digits(value)

    def __str__(self) -> str:
        """What it varies over, in short.

        >>> print(Factor("lever", "preview_days", (0, 14), policies=("staged-preview",)))
        0, 14 in staged-preview only
        """
        return self.over + (f" in {', '.join(self.policies)} only" if self.policies else "")

    @property
    def over(self) -> str:
        """Its levels, range or prior, in short."""
        if self.levels:
            return ", ".join(map(self.label, self.levels))
        if self.prior is not None:
            return f"prior: {replace(PARAMETERS[self.name], prior=self.prior).prior_text}"
        return span(*self.ends) + (f" in {self.steps} steps" if self.steps else "")


MOST_BYTES = 64 << 20
LONGEST_LINE = 1 << 16  # characters: many times what a number for every factor takes
NAMES: Mapping[Role, Iterable[str]] = {"parameter": PARAMETERS, "lever": LEVERS, "date": LEVERS}


def read_table(file: Path, name: str) -> dict[Factor, tuple[Value, ...]]:
    """The factors of a CSV file, parameters first, then levers, then dates, each with its value at every point.

    The header is row 1, and each row one line. A choice is written by its label or number, a switch as true or false. An `InputError`
    names the row.
    """
    rows = rows_of(file, name)
    found = header_of(next(rows, []), name)
    columns: list[list[Value]] = [[] for _ in found]
    for number, row in enumerate(rows, start=2):
        if len(row) != len(found):
            raise refused(name, f"row {number} has {len(row)} cells and the header {len(found)}, each point needs a value of each factor")
        for factor, column, cell in zip(found, columns, row, strict=True):
            column.append(value_of(factor, cell.strip(), f"row {number}", name))
    if not columns[0]:
        raise refused(name, "has a header and no points, add a row for each")
    order = list(dict.fromkeys(ROLES.values()))
    return {
        Factor(factor.role, factor.name, tuple(sorted(set(column)))): tuple(column)
        for factor, column in sorted(zip(found, columns, strict=True), key=lambda pair: order.index(pair[0].role))
    }


def refused(name: str, said: str) -> InputError:
    """An error about this table."""
    return InputError(f"table {quoted(name)} {said}")


def rows_of(file: Path, name: str) -> Iterator[list[str]]:
    """All rows, without empty ones at the end."""
    empty: list[list[str]] = []
    for number, line in enumerate(lines_of(file, name), start=1):
        try:
            row = next(csv.reader([line], strict=True))
        except csv.Error as error:
            raise refused(name, f"row {number} is not CSV, {error}") from None
        empty.append(row)
        if any(cell.strip() for cell in row):
            yield from empty
            empty = []


def lines_of(file: Path, name: str) -> Iterator[str]:
    """The lines of the file, none of them too long."""
    try:
        content = read_limited(file, MOST_BYTES)
    except InputError as error:
        raise InputError(f"table {quoted(name)}, as seen from the study: {error}") from None
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused(name, f"is not UTF-8 at byte {error.start}, save it as UTF-8 text") from None
    if content.count(b"\n") + content.count(b"\r") - content.count(b"\r\n") > MOST_POINTS + 1:
        raise refused(name, f"has more than {MOST_POINTS:,} points, take fewer")
    for number, line in enumerate(io.TextIOWrapper(io.BytesIO(content), "utf-8-sig", newline=""), start=1):
        if len(line) > LONGEST_LINE:
            raise refused(name, f"row {number} has more than {LONGEST_LINE} characters, write each point on a line of its own")
        yield line


def header_of(row: list[str], name: str) -> list[Factor]:
    """The factors that the header names, each once."""
    if not row:
        raise refused(name, "is empty, give it a header of factors and a row for each point")
    found: dict[str, Factor] = {}
    for title in (cell.strip() for cell in row):
        if title in found:
            raise refused(name, f"has the column {shown(title)} twice, drop one of them")
        found[title] = factor_of(title, name)
    return list(found.values())


@cache
def known_columns() -> dict[str, tuple[Role, str]]:
    """What each column that a table can have stands for."""
    return {Factor(role, name).column: (role, name) for role, names in NAMES.items() for name in names}


def factor_of(title: str, name: str) -> Factor:
    """The factor of a column."""
    if title not in known_columns():
        said = f"column {shown(title)} is no known factor, it must be a parameter, a lever, or a lever's date such as directive_day"
        raise refused(name, said + nearest(title, known_columns()))
    role, known = known_columns()[title]
    return Factor(role, known)


def value_of(factor: Factor, text: str, row: str, name: str) -> Value:
    """The value of a cell in the factor's own type."""
    low, high = factor.known.bounds
    number = number_in(factor, text)
    if number is not None and low <= number <= high and (factor.type is float or number == int(number)):
        return factor.type(number)  # type: ignore[no-any-return]
    problem = "finite_number" if number is not None and not low <= number <= high else ""
    raise refused(name, f"{row}: {factor.column} = {shown(text if number is None else number)} must be {allowed(factor.known, problem)}")


def number_in(factor: Factor, text: str) -> float | None:
    """The number that a cell stands for, or nothing."""
    if factor.type is bool:
        return {"true": 1.0, "false": 0.0}.get(text.lower())
    if isinstance(factor.known, Parameter) and factor.known.choices and text in factor.known.labels:
        return float(factor.known.labels[text])
    try:
        number = float(text)
    except ValueError:
        return None
    return None if "_" in text or math.isnan(number) else number
