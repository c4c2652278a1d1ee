"""Points made elsewhere: a CSV file with a header of factors and a row for each point."""

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from experiments.study.factor import Factor, Role, Value
from experiments.study.schema import ROLES
from scenarios.notation import quoted, shown
from scenarios.reading import read_limited
from scenarios.schema import labels
from scenarios.sentence import allowed
from sim.errors import InputError, nearest
from sim.limits import MOST_POINTS
from sim.parameters import PARAMETERS, Parameter
from sim.policy import LEVERS

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
    if isinstance(factor.known, Parameter) and factor.known.choices and text in labels(factor.known):
        return float(labels(factor.known)[text])
    try:
        number = float(text)
    except ValueError:
        return None
    return None if "_" in text or math.isnan(number) else number
