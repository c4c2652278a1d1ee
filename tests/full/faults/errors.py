"""Disks that are full, fail, or cannot be written: one sentence, nothing half-written, and the same command goes on later."""

import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.full.faults.bench import Bench, Figures, contents, undamaged
from tests.full.faults.kills import calls_of
from tests.full.faults.running import Ended

ERRORS = ("ENOSPC", "EIO", "EROFS")
SAID = ("No space left on device", "Input/output error", "Read-only file system")
LASTING = ("ENOSPC", "EROFS")  # errors that stay until somebody does something; the others happen once


def at_every_call(bench: Bench, step: int = 1, errors: tuple[str, ...] = ERRORS) -> Figures:
    """Let each call fail (or each `step`-th of each error), and go on when the fault is mended."""
    found: Counter[str] = Counter()
    names = calls_of(bench)
    for shift, error in enumerate(errors):
        for number in range(1 + shift % step, len(names) + 1, step):
            out = bench.new()
            ended = bench.run(out, faults={"calls": {"folder": str(out), "at": number, "do": error, "goes_on": error in LASTING}})
            if ended.code == 0:  # to make a folder again that is there
                assert names[number - 1] == "mkdir", (number, error, ended)
                found["without harm"] += 1
            else:
                refused(ended, out)
                found[error] += 1
            bench.finish(out)
            bench.done(out)
    return {"calls": len(names), **found}


def refused(ended: Ended, out: Path) -> None:
    """Such a sweep says one sentence that names a file, and what it leaves is whole."""
    assert ended.code == 2, ended
    assert ended.sentence.startswith((str(out), "--out")), ended
    assert ended.sentence.endswith(SAID) or ended.sentence.startswith("--out"), ended
    if out.exists():
        undamaged(out)


@contextmanager
def mounted(place: Path, size: str) -> Iterator[Path]:
    """A file system of its own, of this size, for which one must be root."""
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def on_full_disks(bench: Bench, first: int = 44, last: int = 400, step: int = 4) -> Figures:
    """Sweeps on disks that are too small, of more and more kilobytes; each goes on when the disk has grown."""
    full = whole = 0
    for size in range(first, last, step):
        with mounted(bench.place / f"disk-{size}", f"{size}k") as disk:
            out = disk / "out"
            ended = bench.run(out)
            if ended.code == 0:
                whole += 1
            else:
                full += 1
                refused(ended, out)
                subprocess.run(["mount", "-o", "remount,size=8m", str(disk)], check=True)
                bench.finish(out)
            bench.check(out)
    return {"disks": full + whole, "full": full, "large enough": whole}


def on_read_only_disks(bench: Bench) -> Figures:
    """A folder that is not there, one that is begun, and one that is whole, on a disk that cannot be written."""
    with mounted(bench.place / "read-only", "8m") as disk:
        begun, whole = disk / "begun", disk / "whole"
        assert bench.run(begun, faults={"calls": {"folder": str(begun), "at": 40}}).code == -9
        assert bench.run(whole).code == 0
        before = contents(whole)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        for out in (disk / "new", begun, whole):
            ended = bench.run(out)
            assert ended.code == 2, ended
            assert "Read-only file system" in ended.sentence, ended
        assert contents(whole) == before
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
        for out in (disk / "new", begun, whole):
            bench.finish(out)
    return {"read-only folders": 3}
