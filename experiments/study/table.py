"""Points made elsewhere: a CSV file with a header of factors and a row for each point."""

import csv
import math
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from experiments.study.factor import Factor, Role, Value
from experiments.study.schema import MOST_POINTS, ROLES
from experiments.study.sentence import allowed
from scenarios.notation import quoted, shown
from scenarios.schema import labels
from sim.errors import InputError, nearest
from sim.parameters import PARAMETERS, Parameter
from sim.policy import LEVERS

NAMES: Mapping[Role, Iterable[str]] = {"parameter": PARAMETERS, "lever": LEVERS, "date": LEVERS}


def read_table(file: Path, name: str) -> dict[Factor, tuple[Value, ...]]:
    """The factors of a CSV file, parameters first, then levers, then dates, each with its value at every point.

    The header is row 1. A choice is written by its label or number, a switch as true or false. An `InputError` names the row.
    """
    rows = rows_of(file, name)
    header = [title.strip() for title in rows[0]]
    found = [factor_of(title, name) for title in header]
    for place, title in enumerate(header):
        if title in header[:place]:
            raise refused(name, f"has the column {quoted(title)} twice, drop one of them")
    if not rows[1:]:
        raise refused(name, "has a header and no points, add a row for each")
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(header):
            raise refused(name, f"row {number} has {len(row)} cells and the header {len(header)}, each point needs a value of each factor")
    columns = {
        factor: tuple(value_of(factor, row[place].strip(), f"row {number}", name) for number, row in enumerate(rows[1:], start=2))
        for place, factor in enumerate(found)
    }
    order = list(dict.fromkeys(ROLES.values()))
    return {
        Factor(factor.role, factor.name, tuple(sorted(set(columns[factor])))): columns[factor]
        for factor in sorted(columns, key=lambda factor: order.index(factor.role))
    }


def refused(name: str, said: str) -> InputError:
    """An error about this table."""
    return InputError(f"table {quoted(name)} {said}")


def rows_of(file: Path, name: str) -> list[list[str]]:
    """All rows, without empty ones at the end."""
    rows: list[list[str]] = []
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            for row in csv.reader(lines, strict=True):
                rows.append(row)
                if len(rows) > MOST_POINTS + 1:
                    raise refused(name, f"has more than {MOST_POINTS:,} points, take fewer")
    except UnicodeDecodeError as error:
        raise refused(name, f"is not UTF-8 at byte {error.start}, save it as UTF-8 text") from None
    except csv.Error as error:
        raise refused(name, f"row {len(rows) + 1} is not CSV, {error}") from None
    except (OSError, ValueError) as error:
        what = getattr(error, "strerror", None) or "no usable path"
        raise refused(name, f"cannot be read ({what}), its path is relative to the study") from None
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    if not rows:
        raise refused(name, "is empty, give it a header of factors and a row for each point")
    return rows


@cache
def known_columns() -> dict[str, tuple[Role, str]]:
    """What each column that a table can have stands for."""
    return {Factor(role, name).column: (role, name) for role, names in NAMES.items() for name in names}


def factor_of(title: str, name: str) -> Factor:
    """The factor of a column."""
    if title not in known_columns():
        said = f"column {quoted(title)} is no known factor, it must be a parameter, a lever, or a lever's date such as directive_day"
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
