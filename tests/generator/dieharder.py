"""dieharder on raw words along each axis: `python -m tests.generator.dieharder FOLDER` runs what is not yet in the folder, then sums up.

Not run, on the word of dieharder's own list: -d 5, 6, 7 (OPSO, OQSO, DNA: "Suspect") and 14 (sums: "Do Not Use"). A word of 64
bits is read as two numbers of 32, its lower half first (little-endian).

Source: Brown, "dieharder: a random number test suite", version 3.31.1.
"""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.generator.mixers import MIXERS
from tests.generator.streams import AXES, stream

INSTALL = "dieharder is not installed: install it with `apt install dieharder` (Debian, Ubuntu), then run this again."
# Quickest first: after each battery all axes have been through the same tests.
_DIEHARD = ("0", "1", "2", "3", "4", "8", "9", "10", "11", "12", "13", "15", "16")
FIRST = (*_DIEHARD, "100", "200 -n 2", "201 -n 2", "202 -n 3", "203 -n 0", "204", "205")
SECOND = ("206", "207", "208", "209", "101", "102", "201 -n 4", "202 -n 5", "203 -n 3", "200 -n 8")
_FURTHER = ("201 -n 3", "201 -n 5", "202 -n 2", "202 -n 4", "203 -n 1", "203 -n 7", "203 -n 15", "203 -n 31")
THIRD = ("17", *_FURTHER, "200 -n 1", "200 -n 4", "200 -n 12")
BATTERIES = (FIRST, SECOND, THIRD)
REPEATS = 2  # of a test with a WEAK result, each on words not seen before
APART = 1 << 40  # keys between one repeat and the next
Row = dict[str, Any]


def run_test(mixer: str, axis: str, test: str, repeat: int) -> list[Row]:
    """The rows of one dieharder test: name, n, p-value and assessment of each of its results."""
    command = ["dieharder", "-g", "200", "-d", *test.split()]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=False)
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        for block in stream(MIXERS[mixer], axis, repeat * APART):
            child.stdin.write(block.data)
    except BrokenPipeError:  # it has read enough
        pass
    text = child.stdout.read().decode()
    child.wait()
    cells = [[cell.strip() for cell in line.split("|")] for line in text.splitlines() if line.count("|") == 5]
    rows = [{"name": c[0], "n": c[1], "p": float(c[4]), "assessment": c[5]} for c in cells if c[5] in {"PASSED", "WEAK", "FAILED"}]
    if not rows:
        raise RuntimeError(f"dieharder -d {test} printed no result: {text[-500:]}")
    return rows


def run_kept(folder: Path, mixer: str, axis: str, test: str, repeat: int = 0) -> list[Row]:
    """The same, kept in a file; a test that has its file is not run again."""
    file = folder / f"{mixer}-{axis}-d{test.replace(' -n ', '-n')}-{repeat}.json"
    if not file.exists():
        begun = time.monotonic()
        rows = run_test(mixer, axis, test, repeat)
        file.write_text(json.dumps({"rows": rows, "seconds": round(time.monotonic() - begun, 1)}) + "\n", encoding="utf-8")
        print(mixer, axis, f"-d {test}", *(f"{r['name']}({r['n']}) {r['p']:.6f} {r['assessment']}" for r in rows), sep="  ", flush=True)
    return list(json.loads(file.read_text(encoding="utf-8"))["rows"])


def run_with_repeats(folder: Path, axis: str, test: str) -> None:
    """One test of the keyed draws; repeated on fresh words while it is WEAK."""
    for repeat in range(REPEATS + 1):
        if all(row["assessment"] == "PASSED" for row in run_kept(folder, "keyed", axis, test, repeat)):
            return


def catch(folder: Path, mixer: str) -> None:
    """Run the first battery on a bad mixer, along the axes that vary more than one key, until a test fails it."""
    for test in FIRST:
        for axis in ("interleaved", "purposes"):
            if any(row["assessment"] == "FAILED" for row in run_kept(folder, mixer, axis, test)):
                return


def run_all(folder: Path, batteries: int = len(BATTERIES)) -> None:
    """The first batteries, by default all. A stopped run goes on where it was."""
    if shutil.which("dieharder") is None:
        raise SystemExit(INSTALL)
    folder.mkdir(parents=True, exist_ok=True)
    for mixer in ("packed", "truncated"):
        catch(folder, mixer)
    for battery in BATTERIES[:batteries]:
        for axis in AXES:
            for test in battery:
                run_with_repeats(folder, axis, test)
        (folder / "summary.json").write_text(json.dumps(summary(folder), indent=1) + "\n", encoding="utf-8")


def summary(folder: Path) -> Row:
    """Counts of results by axis, of the first run of each test; the p-values of repeated tests; what failed each bad mixer."""
    kept = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*-d*.json"))}
    axes: dict[str, Row] = {}
    for axis in AXES:
        runs = {name: run for name, run in kept.items() if name.startswith(f"keyed-{axis}-")}
        rows = [row for name, run in runs.items() if name.endswith("-0") for row in run["rows"]]
        counts = {word.lower(): sum(row["assessment"] == word for row in rows) for word in ("PASSED", "WEAK", "FAILED")}
        again = {name: [(*which(row), row["p"]) for row in run["rows"]] for name, run in runs.items() if repeated(name, runs)}
        tests, seconds = sum(name.endswith("-0") for name in runs), round(sum(run["seconds"] for run in runs.values()))
        axes[axis] = {"tests": tests, "results": len(rows), **counts, "seconds": seconds, "repeated": again}
    caught = {
        mixer: [
            (name.removeprefix(f"{mixer}-"), *which(row), row["p"])
            for name, run in kept.items()
            if name.startswith(f"{mixer}-")
            for row in run["rows"]
            if row["assessment"] == "FAILED"
        ]
        for mixer in MIXERS
    }
    return {"axes": axes, "failed": caught}


def repeated(name: str, runs: dict[str, Row]) -> bool:
    """Whether this run is one of several of the same test, because the first was not all PASSED."""
    return f"{name.rpartition('-')[0]}-1" in runs


def which(row: Row) -> tuple[str, str]:
    """A result's name and size."""
    return row["name"], row["n"]


if __name__ == "__main__":
    run_all(Path(sys.argv[1]))
    print(json.dumps(summary(Path(sys.argv[1])), indent=1))
