"""A small study with its undisturbed results, and sweeps of it that are disturbed and resumed: what all checks of faults share."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lockgate.experiments.sweep.folder import StudyFolder
from lockgate.sim.model.chance import uniform
from tests.full.faults.fork import Server
from tests.full.faults.running import LOCKGATE, Ended, Faults, Running, environment, program

Figures = dict[str, Any]


def chance(low: float, high: float, *keys: int) -> float:
    """A number between two, the same in every run."""
    who, count = (*keys, 0)[:2]
    return low + (high - low) * uniform(1, 0, who, count)


def write_study(path: Path, *, draws: int = 3, worlds: int = 1, points: int = 2, series: bool = True, limit: float | None = None) -> Path:
    """A study of small worlds: two policies, one or two worlds, and one or two points."""
    lines = ['summary = "A small study."', 'policies = ["open-release", "staged-preview"]']
    lines += [f"worlds = {json.dumps(['baseline', 'race'][:worlds])}", f"draws = {draws}", "horizon_days = 60"]
    lines += ['outcomes = ["model_enabled_harm", "incidents", "release_delay_days"]']
    lines += ['series = ["incidents"]'] if series else []
    lines += [f"time_limit_seconds = {limit}"] if limit else []
    lines += ["[levers]", f"preview_days = {[0, 30][:points]}", "[uncertainties]", "organisations = 20", "bad_actors = 50"]
    path.write_text("\n".join(lines) + "\n")
    return path


def strace(*options: str) -> tuple[str, ...]:
    """The beginning of a command that is run under `strace`, which disturbs its calls."""
    return "strace", "-f", "-o", os.devnull, *options


class Bench:
    """A study with its undisturbed results, and folders for its disturbed ones.

    With a server, sweeps that are run from beginning to end are forked by it; those that are begun too, unless `forked` says otherwise.
    """

    def __init__(self, place: Path, chunk: int = 5, server: Server | None = None, *, forked: bool = True, **study: Any) -> None:
        place.mkdir(parents=True, exist_ok=True)
        self.place, self.server, self.forked, self.number = place, server, forked, 0
        self.study = write_study(place / "study.toml", **study)
        self.chunk = ("--chunk", str(chunk))
        self.hook = place / "hook"
        self.hook.mkdir()
        (self.hook / "sitecustomize.py").write_text("from tests.full.faults.injection import install_told\n\ninstall_told()\n")
        self.reference = place / "reference"
        ended = self.run(self.reference)
        assert (ended.code, ended.err) == (0, ""), ended
        self.wanted = contents(self.reference)

    def new(self) -> Path:
        """A folder that is not there yet."""
        self.number += 1
        return self.place / f"out-{self.number}"

    def arguments(self, out: Path, *options: str) -> list[str]:
        """The command line of a sweep."""
        how = () if any(option in options for option in ("--workers", "--threads", "--cluster")) else ("--threads", "1")
        chunk = () if "--chunk" in options else self.chunk
        return ["sweep", str(self.study), "--out", str(out), "--quiet", "--json", *chunk, *how, *options]

    def begin(self, out: Path, *options: str, faults: Faults | None = None, before: tuple[str, ...] = ()) -> Running:
        """Begin a sweep: forked by the server, or as a program of its own."""
        arguments, told = self.arguments(out, *options), environment(faults, self.hook if faults else None)
        if self.server and self.forked:
            return self.server.begin(arguments, self.place, told, faults)
        return program([*before, *LOCKGATE, *arguments], self.place, told)

    def run(self, out: Path, *options: str, faults: Faults | None = None) -> Ended:
        """A sweep from beginning to end."""
        if self.server:
            told = environment(faults, self.hook if faults else None)
            return self.server.begin(self.arguments(out, *options), self.place, told, faults).ended()
        return self.begin(out, *options, faults=faults).ended()

    def finish(self, out: Path, *options: str) -> None:
        """Go on with a sweep that was disturbed: no part that the journal told of is made again, and all is as if nothing had been."""
        before = kept(out)
        ended = self.run(out, *options)
        assert (ended.code, ended.err) == (0, ""), ended
        after = kept(out)
        assert {path: after.get(path) for path in before} == before, "parts that were whole were made again"
        self.check(out)

    def check(self, out: Path) -> None:
        """The results are the undisturbed ones, byte for byte, and nothing else is left."""
        found = contents(out)
        assert sorted(found) == sorted(self.wanted)
        assert [name for name in found if found[name] != self.wanted[name]] == []
        assert leftovers(out) == []

    def done(self, out: Path) -> None:
        """Check a folder, and remove it."""
        self.check(out)
        shutil.rmtree(out)


def contents(folder: Path) -> dict[str, bytes]:
    """The results in a folder: all tables, the plan, and their description."""
    files = [*folder.glob("runs/*"), *folder.glob("series/*"), folder / "plan.json", folder / "datapackage.json"]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def leftovers(folder: Path) -> list[str]:
    """Files that no finished sweep leaves."""
    known = ("runs/part-", "series/part-", "plan.json", "datapackage.json", "journal", "lock")
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    return sorted(name for name in names if not name.startswith(known))


def kept(folder: Path) -> dict[Path, tuple[int, int]]:
    """The files of parts that are kept, each as the system knows it: another file of the same name is another."""
    found = {}
    study = StudyFolder(folder)
    for part in study.whole_parts().values():
        for path in part.paths(folder).values():
            known = path.stat()
            found[path] = known.st_ino, known.st_mtime_ns
    return found


def made(folder: Path) -> tuple[int, int]:
    """How often a part was made, and how many parts there are."""
    study = StudyFolder(folder)
    return sum("first" in record for record in study.records()), len(study.recorded_parts())


def undamaged(folder: Path) -> None:
    """All parts that the journal tells of are whole, and what is not whole is aside."""
    study = StudyFolder(folder)
    assert set(study.whole_parts()) == set(study.recorded_parts()), "a part that the journal tells of is lost"
    assert [name for name in leftovers(folder) if not name.startswith(".aside")] == []


@contextmanager
def serving(place: Path) -> Iterator[Server]:
    """A server, for as long as it is needed."""
    place.mkdir(exist_ok=True)
    server = Server(write_study(place / "warm.toml"))
    try:
        yield server
    finally:
        server.close()
