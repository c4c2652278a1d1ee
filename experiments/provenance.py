"""Provenance: what a reader needs to trust a result, and to make it again."""

import hashlib
import json
import platform
import shlex
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from os import PathLike
from pathlib import Path
from struct import unpack_from
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from lockgate.experiments.text.numbers import printable
from lockgate.scenarios import World
from lockgate.scenarios.files import read_limited, spelled
from lockgate.scenarios.notation import decoded
from lockgate.sim.errors import InputError
from lockgate.sim.model.chance import SCHEME
from lockgate.sim.model.policy import Policy

if TYPE_CHECKING:
    from lockgate.experiments.results.results import Results

LIBRARIES = ("numpy", "numba", "mesa", "scipy", "pyarrow")


def lockgate_version() -> str:
    """The installed version, or a word that says there is none."""
    try:
        return version("lockgate")
    except PackageNotFoundError:
        return "a checkout, not installed"


def code_hash() -> str:
    """Sixteen hexadecimal digits that change with any source or scenario file of the three packages."""
    return sources_hash(("sim", "scenarios", "experiments"), (".py", ".toml"))


def sources_hash(places: Sequence[str], suffixes: tuple[str, ...] = (".py",)) -> str:
    """Sixteen hexadecimal digits that change with any of these files, or with a file of these folders."""
    digest = hashlib.sha256()
    root = Path(__file__).parent.parent
    for place in places:
        found = [root / place] if (root / place).is_file() else (root / place).rglob("*")
        for path in sorted(p for p in found if p.suffix in suffixes):
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def content_hash(content: Any) -> str:
    """Sixteen hexadecimal digits of anything that JSON can hold."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:16]


def policy_content(policy: Policy) -> list[dict[str, Any]]:
    """Every lever of every phase."""
    phases = policy.phases()
    return [{name: row[name].item() for name in phases.dtype.names or ()} for row in phases]


def world_content(world: World) -> dict[str, Any]:
    """Every parameter: its central value, and its prior where it has one."""
    return {
        name: {"central": value, "prior": world.parameters[name].prior_text} if name in world.sampled else value
        for name, value in world.central().items()
    }


def comparison_asked(
    policies: Sequence[Policy], world: World, draws: int, seed: int, horizon_days: int, fixed: bool, kinds: Mapping[str, str] | None = None,
    ceiling: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """What was asked. Two studies with the same content give the same bytes. `kinds` says which stood in place of the model's own."""
    return {
        "kind": "comparison",
        "policies": {policy.name: content_hash(policy_content(policy)) for policy in policies},
        "world": {world.name: content_hash(world_content(world))},
        "draws": draws,
        "seed": seed,
        "horizon_days": horizon_days,
        "fixed": fixed,
        **({"ceiling": True} if ceiling else {}),
        **({"kinds": dict(kinds)} if kinds else {}),
    }


def provenance(command: Sequence[str], kinds: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What made a result: the program, its random numbers, its libraries, the command, and kinds of agents of the user's own."""
    return {
        "lockgate": lockgate_version(),
        "code": code_hash(),
        "random_numbers": random_numbers(),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "command": command_line(command),
        **({"kinds": dict(kinds)} if kinds else {}),
    }


def random_numbers() -> str:
    """How random numbers are made."""
    return f"keyed, scheme {SCHEME}"


def command_line(command: Sequence[str]) -> str:
    """The words of a command as a shell takes them. They may hold names that are no text."""
    return shlex.join(map(decoded, command))


KEY = "Description"  # of PNG's text and of SVG's metadata: a word that both standards know
DESCRIPTION = "http://purl.org/dc/elements/1.1/ description"  # the same in SVG, with its namespace
MOST_BYTES = 32 << 20  # of a chart's file that is read; one of all policies has about 1 MiB
PNG = b"\x89PNG\r\n\x1a\n"
HEAD = 8  # bytes before what a chunk of PNG holds: its length, and its kind
CHECKSUM = 4  # bytes after it


def chart_provenance(study: Mapping[str, Any], command: Sequence[str]) -> dict[str, Any]:
    """What is written into a chart: version, hash of the code, random numbers, command, and the study as its folder's manifest has it.

    Where results were put is left out of the command: it changes nothing in a chart, and may name what nobody else should read.
    """
    return stamped(study, command_line(without_place(command)))


def comparison_provenance(comparison: "Results") -> dict[str, Any]:
    """The same of a comparison that Python made: the command is its call of `compare`."""
    names, world = list(comparison.names), comparison.world.name
    asked = f"draws={comparison.draws}, seed={comparison.seed}, horizon_days={comparison.horizon_days}, fixed={comparison.fixed}"
    if len(names) > 1 and not comparison.study.ceiling:
        asked += ", ceiling=False"
    if own := comparison.plan.kinds:
        asked += f", kinds={{{', '.join(f'{kind.table!r}: {kind.name}' for kind in own)}}}"
    return stamped(comparison_study(comparison), f"compare({names!r}, {world!r}, {asked})")


def comparison_study(comparison: "Results") -> dict[str, Any]:
    """What was asked of a comparison."""
    parts = comparison.policies, comparison.world, comparison.draws, comparison.seed, comparison.horizon_days, comparison.fixed
    return comparison_asked(*parts, comparison.kinds, comparison.study.ceiling)


def stamped(study: Mapping[str, Any], command: str) -> dict[str, Any]:
    """All that a chart carries."""
    made = {"lockgate": lockgate_version(), "code": code_hash(), "random_numbers": random_numbers()}
    return {**made, "command": command, "study": dict(study)}


def without_place(command: Sequence[str]) -> list[str]:
    """A command without the folder of its results.

    >>> without_place(["lockgate", "run", "--out", "here", "withhold"])
    ['lockgate', 'run', 'withhold']
    >>> without_place(["lockgate", "run", "withhold", "--out=here"])
    ['lockgate', 'run', 'withhold']
    """
    kept = [word for place, word in enumerate(command) if word != "--out" and (place == 0 or command[place - 1] != "--out")]
    return [word for word in kept if not word.startswith("--out=")]


def read_provenance(path: str | PathLike[str]) -> dict[str, Any]:
    """What a chart (PNG or SVG) says of how it was made: `lockgate`, `code`, `random_numbers`, `command`, and `study` with its seed.

    It is what the file says: anybody may have written it. Raises `InputError` where there is nothing that can be read.
    """
    name = f"chart {printable(spelled('chart', path))}"
    try:
        content = read_limited(Path(path), MOST_BYTES)
        text = text_of_png(content) if content.startswith(PNG) else text_of_svg(content)
        found = json.loads(text) if text else None
    except InputError as error:
        raise InputError(f"{name}: {error}") from None
    except (ValueError, RecursionError):  # no JSON, or brackets without end, or an integer of thousands of digits
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("lockgate"), str) or not isinstance(found.get("study"), dict):
        raise InputError(f"{name}: carries no provenance, name a PNG or SVG chart as lockgate saves it")
    return found


def text_of_png(content: bytes) -> str | None:
    """The text of our key in the chunks of a PNG file. Compressed text is not read: lockgate writes none."""
    wanted, place = KEY.encode() + b"\0", len(PNG)
    while place + HEAD <= len(content):
        length, kind = unpack_from(">I4s", content, place)
        end = place + HEAD + length
        if end + CHECKSUM > len(content):
            raise InputError("is cut off or damaged, save the chart again")
        if kind == b"tEXt" and content.startswith(wanted, place + HEAD):
            return content[place + HEAD + len(wanted) : end].decode("latin-1")
        place = end + CHECKSUM
    return None


class Found(Exception):  # noqa: N818  # no error: the rest of the file need not be read
    """The description of an SVG file is read."""


def text_of_svg(content: bytes) -> str | None:
    """The description in the metadata of an SVG file. Entities are refused, and nothing outside of the file is looked up."""
    parts: list[str] = []
    within = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal within
        within = name == DESCRIPTION

    def end(name: str) -> None:
        if within:
            raise Found

    def add(text: str) -> None:
        if within:
            parts.append(text)

    def refuse(*declared: Any) -> None:
        raise InputError("declares entities, which no chart of ours does, save the chart again")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, add
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except Found:
        return "".join(parts)
    except (expat.ExpatError, ValueError, LookupError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError("is no PNG or SVG file that can be read, name one") from None
    return None
