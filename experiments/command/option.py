"""Options that commands share, and what they mean."""

import errno
import re
import tempfile
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lockgate.sim.errors import InputError, nearest

if TYPE_CHECKING:
    from lockgate.scenarios import World
    from lockgate.sim.model.policy import Policy

RESULTS = Path("lockgate-results")
DECIMAL = re.compile(r"[+-]?([0-9]+\.|\.[0-9]+)([eE][+-]?[0-9]+)?")  # not of TOML, which wants digits on both sides of the point
WHOLE = re.compile(r"[0-9]{1,9}")  # longer ones are beyond every bound, and beyond what Python reads
SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0}
TIME = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?) ?(s|min|h)")
LONGEST_BUDGET = 1000 * SECONDS["h"]

WorldOption = Annotated[str, typer.Option("--world", metavar="WORLD", help="A world by name, or a path to its TOML file.")]
Seed = Annotated[int, typer.Option("--seed", metavar="S", help="Number that all random draws follow from.")]
Horizon = Annotated[int, typer.Option("--horizon", metavar="DAYS", help="Days that are simulated.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Another value of a lever (in every policy) or of a parameter; may be repeated."),
]
By = Annotated[
    list[str] | None,
    typer.Option("--by", metavar="NAME", help="Split differences by a switch or a choice that the world samples; may be repeated."),
]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help=f"Folder for the results. [default: a new one in {RESULTS}]")]
Check = Annotated[bool, typer.Option("--check", help="Check the model's invariants every evening of every run.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print the results only.")]
Until = Annotated[
    str | None,
    typer.Option(
        "--until",
        metavar="RULE",
        help="Stop once 'verdict clear', or 'width(diff.harm) < 5%'; --draws is then the most. Verdicts allow for it.",
    ),
]
Budget = Annotated[str | None, typer.Option("--budget", metavar="TIME", help="Take as many draws as so much time holds: 90s, 10min or 2h.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout, and nothing else there.")]


def seconds_of(budget: str) -> float:
    """The seconds of a time.

    >>> seconds_of("90s"), seconds_of("1.5 h")
    (90.0, 5400.0)
    """
    found = TIME.fullmatch(budget.strip())
    seconds = float(found[1]) * SECONDS[found[2]] if found else 0.0
    if not 0.0 < seconds <= LONGEST_BUDGET:
        raise InputError(f"--budget {budget!r} must be a time above 0 and up to 1000h, such as 90s, 10min or 2h")
    return seconds


def whole_number(text: str) -> int:
    """The whole number that a text is, or -1 where it is none or far too large.

    >>> whole_number("200"), whole_number("2.5"), whole_number("9" * 5000)
    (200, -1, -1)
    """
    return int(text) if WHOLE.fullmatch(text) else -1


def parsed(text: str) -> Any:
    """A value as TOML has it, a number as shells have it, or the text itself where it is none.

    >>> parsed("0.5"), parsed(".5"), parsed("none"), parsed("{ low = 1, high = 2 }")
    (0.5, 0.5, 'none', {'low': 1, 'high': 2})
    """
    from lockgate.scenarios.files import toml_tables

    try:
        table = toml_tables(f"value = {text}".encode())
    except (InputError, UnicodeEncodeError):
        return float(text) if DECIMAL.fullmatch(text) else text
    return table["value"] if set(table) == {"value"} else text


def assigned(assignments: list[str], example: str) -> Iterator[tuple[str, Any]]:
    """The name and the value of each assignment of `--set`, in order.

    >>> list(assigned(["pace = 1.2"], "pace=1"))
    [('pace', 1.2)]
    """
    for assignment in assignments:
        name, equals, value = (part.strip() for part in assignment.partition("="))
        if not equals or not value:
            raise InputError(f"--set {assignment!r} must be NAME=VALUE, such as --set {example}")
        yield name, parsed(value)


def levers_and_parameters(assignments: list[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Levers and parameters among the assignments of `--set`."""
    from lockgate.sim.model.parameters import PARAMETERS
    from lockgate.sim.model.policy import LEVERS

    levers: dict[str, Any] = {}
    parameters: dict[str, Any] = {}
    for name, value in assigned(assignments, "preview_days=30"):
        if name not in LEVERS and name not in PARAMETERS:
            hint = nearest(name, [*LEVERS, *PARAMETERS])
            raise InputError(f"--set {name}: no lever and no parameter has this name, `lockgate list` names all{hint}")
        (levers if name in LEVERS else parameters)[name] = value
    return levers, parameters


def chosen(policies: list[str], world: str, assignments: list[str] | None) -> tuple[list["Policy"], "World"]:
    """The policies and the world that a command names, with the settings of `--set`."""
    from lockgate.scenarios import load_policy, load_world, with_levers, with_parameters

    levers, parameters = levers_and_parameters(assignments or [])
    loaded, place = [load_policy(name) for name in policies], load_world(world)
    if levers:
        loaded = [with_levers(policy, levers) for policy in loaded]
    return loaded, with_parameters(place, parameters) if parameters else place


def folder_for(out: Path | None, name: str, study: Mapping[str, Any]) -> Path:
    """The folder for the results of a study: the one asked for, or NAME, NAME-2, ... in `RESULTS`, the first that can hold it."""
    from lockgate.experiments.folder import check_folder

    if out is not None:
        check_writable(out)
        check_folder(out, study)
        return out
    check_writable(RESULTS / name)
    for number in count(1):
        folder = RESULTS / (name if number == 1 else f"{name}-{number}")
        try:
            check_folder(folder, study)
        except InputError:
            continue
        return folder
    raise AssertionError  # counting has no end


def check_writable(folder: Path) -> None:
    """Raise `InputError` where an output folder cannot be made, or put in the place of an older one."""
    from lockgate.experiments.folder import refuse_file

    try:
        there = folder.resolve()
        refuse_circle(folder)
        refuse_file(folder)
        parent = next(path for path in (*folder.absolute().parents, Path("/")) if path.exists())
    except InputError:
        raise
    except (OSError, RuntimeError, ValueError) as error:  # links in a circle, a name too long, characters that no path has
        raise InputError(f"--out {folder} is no usable path ({reason(error)}), name another folder") from None
    if Path.cwd().is_relative_to(there):
        raise InputError(f"--out {folder} is the folder that you are in, or one above it; name a folder below")
    try:
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-old-", dir=parent):  # the longest name beside it
            pass
    except OSError as error:
        raise InputError(f"--out {folder}: no folder can be made in {parent} ({reason(error)}), name another") from None


def refuse_circle(folder: Path) -> None:
    """Raise `OSError` where links lead in a circle: from Python 3.13 on, `resolve` does not."""
    try:
        folder.stat()
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise


def reason(error: Exception) -> str:
    """Why the system refuses a path."""
    return getattr(error, "strerror", None) or " ".join(str(error).split())
