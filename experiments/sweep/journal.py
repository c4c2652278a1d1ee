"""An append-only list of records, each a line that carries its own checksum: what is damaged or half-written is left out."""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any

from experiments.sweep.confined import confined, open_to_write, read_confined
from experiments.sweep.durable import flush_folder, naming, write_all
from experiments.sweep.record import check_record
from sim.errors import InputError

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
