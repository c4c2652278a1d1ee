"""An append-only list of records, each a line that carries its own checksum: what is damaged or half-written is left out."""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Annotated, Any, Literal

from pydantic import Field

from lockgate.experiments.sweep.safe import confined, flush_folder, naming, open_to_write, read_confined, write_all
from lockgate.scenarios.notation import shown
from lockgate.scenarios.schema import Table, validated
from lockgate.sim.errors import InputError
from lockgate.sim.limits import MOST_CHUNK, MOST_DRAWS_IN_ALL, MOST_SHARDS

LAST_RUN = 2**53 - 1  # beyond it JSON readers lose digits

Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Draws = Annotated[int, Field(ge=1, le=MOST_DRAWS_IN_ALL)]
Count = Annotated[int, Field(ge=0, le=LAST_RUN)]
Chunk = Annotated[int, Field(ge=1, le=MOST_CHUNK)]
Shard = Annotated[int, Field(ge=1, le=MOST_SHARDS)]
Text = Annotated[str, Field(max_length=100_000)]


class Begun(Table):
    """A sweep began: the hash of its plan, how many draws there are to be, and what made it."""

    plan: Hash
    draws: Draws
    added: Annotated[int, Field(ge=0, le=MOST_DRAWS_IN_ALL)]
    shard: Annotated[list[Shard], Field(min_length=2, max_length=2)]
    chunk: Chunk
    by: dict[Text, Text | dict[Text, Text]]


class Kept(Table):
    """A part is whole: its runs `first` to `last` - 1, the hashes of its files by table, how many went wrong, and what progress shows."""

    first: Count
    last: Count
    files: Annotated[dict[Literal["runs", "series"], Hash], Field(min_length=1)]
    wrong: Count
    tally: dict[Text, Annotated[list[float], Field(min_length=2, max_length=2)]]


class Finished(Table):
    """All runs of so many draws are there."""

    finished: Draws


def check_record(record: Mapping[str, Any]) -> None:
    """Raise `InputError`, with the place and the value, unless this is a record of a sweep."""
    kind = Begun if "plan" in record else Kept if "first" in record else Finished
    checked = validated(kind, record)
    if isinstance(checked, Kept) and not checked.first + checked.wrong <= checked.last <= checked.first + MOST_CHUNK:
        raise InputError(f"runs {checked.first} to {checked.last} with {checked.wrong} that went wrong are no part of a study")
    if isinstance(checked, Begun) and checked.shard[0] > checked.shard[1]:
        raise InputError(f"shard = {shown(checked.shard)} must be I of N with I from 1 to N")


CHECK = "check"
NEW_COPY = "ask whoever made the folder for a new copy, or run the study into a new folder"


class Journal:
    """A file of records in a folder. Several threads may append."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name, self.lock = folder, name, Lock()

    def records(self) -> list[dict[str, Any]]:
        """All whole records, in the order in which they were written.

        A line with a wrong checksum is damage, and is left out. Raises `InputError` where one with the right checksum is no record of a
        sweep: a checksum does not tell who wrote a line.
        """
        try:
            content = read_confined(self.folder, self.name)
        except FileNotFoundError:
            return []
        records = []
        for number, line in enumerate(content.split(b"\n"), start=1):
            if (record := whole(line)) is not None:
                try:
                    check_record(record)
                except InputError as error:
                    raise InputError(f"{self.folder / self.name}, line {number}, is no record of a sweep: {error}; {NEW_COPY}") from None
                records.append(record)
        return records

    def append(self, record: Mapping[str, Any]) -> None:
        """Add a record, and flush it to disk."""
        line = (text({**record, CHECK: checksum(record)}) + "\n").encode()
        with self.lock:
            path = confined(self.folder, self.name)
            new = not path.exists()
            file = open_to_write(self.folder, self.name, os.O_RDWR | os.O_APPEND)
            try:
                with naming(path):
                    write_all(file, line if ends_well(file) else b"\n" + line)
                    os.fsync(file)
            finally:
                os.close(file)
            if new:
                flush_folder(self.folder)


def ends_well(file: int) -> bool:
    """Whether a file is empty, or ends with a whole line: a process that was killed may have left half of one."""
    size = os.fstat(file).st_size
    if size == 0:
        return True
    os.lseek(file, size - 1, os.SEEK_SET)
    return os.read(file, 1) == b"\n"


def text(record: Mapping[str, Any]) -> str:
    """A record as it is written: without blanks, so that no change of a byte goes unseen."""
    return json.dumps(record, sort_keys=True, separators=(",", ":"))


def checksum(record: Mapping[str, Any]) -> str:
    """Sixteen hexadecimal digits of a record."""
    return hashlib.sha256(text(record).encode()).hexdigest()[:16]


def whole(line: bytes) -> dict[str, Any] | None:
    """The record of a line, or nothing where the line is not what was written.

    >>> whole(b'{"a":1}') is None
    True
    """
    try:
        record = json.loads(line)
        return record if record.pop(CHECK) == checksum(record) else None
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return None
