"""The plan file of a study's folder: what it may say, and the study that it tells of. It may come from anybody."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from experiments.study.content import study_of
from experiments.study.study import Study
from experiments.sweep.columns import NAME, described_columns
from experiments.sweep.plan import FORMAT, SweepPlan
from experiments.sweep.record import Chunk, Text
from scenarios.notation import shown
from scenarios.schema import Table
from scenarios.strict import validated
from sim.errors import InputError

MOST_LISTS = 1_000_000  # each takes twenty times as much memory as its two characters


class StoredHashes(Table):
    """By which a study, its parameters, the code that decides its rows, and its columns are known again."""

    study: Text
    parameters: Text
    code: Text
    columns: Text


class StoredColumn(Table):
    """A column of a table, in words."""

    name: Text
    role: Literal["key", "factor", "parameter", "outcome", "status", "week"]
    type: Literal["double", "int64", "bool", "string"]
    unit: Text
    meaning: Text


class StoredPlan(Table):
    """The content of a plan file, but for the study, which has a schema of its own."""

    format: Literal[FORMAT]  # type: ignore[valid-type]
    random_numbers: Text
    replicate: Literal["draw"]
    chunk: Chunk
    hashes: StoredHashes
    study: dict[str, Any]
    columns: dict[Literal["runs", "series"], list[StoredColumn]]


@dataclass(frozen=True)
class Stored:
    """What a plan file says, and the study that it tells of; name and summary of the study are not part of a plan."""

    content: dict[str, Any]
    study: Study

    @property
    def plan(self) -> SweepPlan:
        """The plan of the study, as this version of the program has it."""
        return SweepPlan(self.study, self.content["chunk"])


def read_plan(content: bytes) -> Stored:
    """What a plan file says. Raises `InputError`, with the place and the value, where that is no study that can be run."""
    if (lists := content.count(b"[") + content.count(b"{")) > MOST_LISTS:
        raise InputError(f"it has {lists:,} lists and tables, and a study has at most {MOST_LISTS:,}")
    try:
        stored = json.loads(content)
    except (ValueError, RecursionError):  # also digits by the thousand, and bytes that are no text
        raise InputError("it is not JSON that can be read") from None
    if isinstance(stored, dict) and (other := stored.get("format", FORMAT)) != FORMAT:
        raise InputError(f"it has format {shown(other)}, and this lockgate reads {FORMAT}; read it with the one that wrote it")
    validated(StoredPlan, stored)
    study = study_of(stored["study"], "study")
    check_columns(stored["columns"], study)
    return Stored(stored, study)


def check_columns(stored: Mapping[str, Sequence[Mapping[str, str]]], study: Study) -> None:
    """Refuse columns that are not those of the study. Another version may word them otherwise, or have them in another order."""
    wanted = described_columns(study)
    for table in (*stored, *wanted):
        there, here = ({same(column) for column in columns.get(table, ())} for columns in (stored, wanted))
        if there != here or len(there) != len(stored[table]):
            name = min(column[0] for column in there ^ here) if there != here else ""
            raise InputError(f"columns.{table}: {shown(name)} is not, or not as it is told, a column of this study")


def same(column: Mapping[str, str]) -> tuple[str, str, str, bool]:
    """What decides how a column is stored."""
    return column["name"], column["role"], column["type"], column["unit"] == NAME
