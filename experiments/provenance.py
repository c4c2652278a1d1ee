"""Provenance: what a reader needs to trust a result, and to make it again."""

import hashlib
import json
import platform
import shlex
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from scenarios import World
from scenarios.notation import decoded
from sim.chance import SCHEME
from sim.policy import Policy

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
        name: {"central": value, "prior": str(world.parameters[name].prior)} if name in world.sampled else value
        for name, value in world.central().items()
    }


def comparison_asked(policies: Sequence[Policy], world: World, draws: int, seed: int, horizon_days: int, fixed: bool) -> dict[str, Any]:
    """What was asked. Two studies with the same content give the same bytes."""
    return {
        "kind": "comparison",
        "policies": {policy.name: content_hash(policy_content(policy)) for policy in policies},
        "world": {world.name: content_hash(world_content(world))},
        "draws": draws,
        "seed": seed,
        "horizon_days": horizon_days,
        "fixed": fixed,
    }


def provenance(command: Sequence[str]) -> dict[str, Any]:
    """What made a result: the program, its random numbers, its libraries, and the command."""
    return {
        "lockgate": lockgate_version(),
        "code": code_hash(),
        "random_numbers": random_numbers(),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "command": command_line(command),
    }


def random_numbers() -> str:
    """How random numbers are made."""
    return f"keyed, scheme {SCHEME}"


def command_line(command: Sequence[str]) -> str:
    """The words of a command as a shell takes them. They may hold names that are no text."""
    return shlex.join(map(decoded, command))
