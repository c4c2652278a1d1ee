"""The page as a folder of files that any web host can serve, from any path; it needs no Python, and no network after the first load."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from lockgate.experiments.app.site import Begin
from lockgate.experiments.folder import Writer, check_folder, write_folder
from lockgate.experiments.provenance import content_hash, policy_content, provenance, world_content


def export_asked(begin: Begin) -> dict[str, Any]:
    """What is asked of an export; a folder that holds another one, or anything else, is not written over."""
    return {
        "kind": "page",
        "policies": {policy.name: content_hash(policy_content(policy)) for policy in begin.policies},
        "world": {begin.world.name: content_hash(world_content(begin.world))},
        "seed": begin.seed,
        "horizon_days": begin.horizon_days,
    }


def export(files: Mapping[str, bytes], asked: Mapping[str, Any], folder: Path, command: Sequence[str]) -> Path:
    """Write these files and a manifest to a folder, whole or not at all. Raises `InputError` over what is not an export of the same."""
    check_folder(folder, asked)
    writers: dict[str, Writer] = {name: partial(write_bytes, content) for name, content in files.items()}
    return write_folder(folder, writers, {"study": asked, **provenance(command)})


def write_bytes(content: bytes, path: Path) -> None:
    """One file."""
    path.write_bytes(content)
