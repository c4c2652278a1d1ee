"""An append-only list of records, each a line that carries its own checksum: what is damaged or half-written is left out."""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any

from experiments.sweep.durable import flush_folder, naming, write_all

CHECK = "check"


class Journal:
    """A file of records. Several threads may append."""

    def __init__(self, path: Path) -> None:
        self.path, self.lock = path, Lock()

    def records(self) -> list[dict[str, Any]]:
        """All whole records, in the order in which they were written."""
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return []
        return [record for line in content.split(b"\n") if (record := whole(line)) is not None]

    def append(self, record: Mapping[str, Any]) -> None:
        """Add a record, and flush it to disk."""
        line = (text({**record, CHECK: checksum(record)}) + "\n").encode()
        with self.lock:
            new = not self.path.exists()
            file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
            try:
                with naming(self.path):
                    write_all(file, line if ends_well(file) else b"\n" + line)
                    os.fsync(file)
            finally:
                os.close(file)
            if new:
                flush_folder(self.path.parent)


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
    except (ValueError, KeyError, AttributeError, TypeError):
        return None
