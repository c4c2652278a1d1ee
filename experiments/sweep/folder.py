"""The folder of a study: its plan, its parts, and the journal that says which parts are whole."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from experiments.sweep.durable import write_whole
from experiments.sweep.journal import Journal
from experiments.sweep.lock import NAME as LOCK
from experiments.sweep.lock import WHOLE, Shard
from experiments.sweep.plan import Piece, SweepPlan
from sim.errors import InputError

PLAN = "plan.json"
TABLES = ("runs", "series")
HASHING_THREADS = 4


class OtherPlan(InputError):
    """The folder holds the results of another plan."""

    exit_status = 4


class Damaged(InputError):
    """Results that are not what was written."""


@dataclass(frozen=True)
class Part:
    """The rows of a piece as Parquet files, by table; how many runs went wrong; and the sum and number of what progress shows."""

    piece: Piece
    files: Mapping[str, bytes]
    wrong: int = 0
    tally: Mapping[str, tuple[float, int]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its files' name."""
        return part_name(self.piece)


@dataclass(frozen=True)
class KeptPart:
    """A part as the journal has it: the hashes of its files, by table."""

    piece: Piece
    hashes: Mapping[str, str]
    wrong: int
    tally: Mapping[str, tuple[float, int]]

    def paths(self, folder: Path) -> dict[str, Path]:
        """Its files, by table."""
        return {table: folder / table / part_name(self.piece) for table in self.hashes}


def part_name(piece: Piece) -> str:
    """The name of a part's files. In alphabetical order parts are in order.

    >>> part_name(Piece(0, 463))
    'part-000000000-000000462.parquet'
    """
    return f"part-{piece.first:09}-{piece.last - 1:09}.parquet"


def digest(content: bytes) -> str:
    """The hash by which a file is known again."""
    return hashlib.sha256(content).hexdigest()


class StudyFolder:
    """A folder that holds the results of one plan, or is to hold them."""

    def __init__(self, folder: Path, shard: Shard = WHOLE) -> None:
        own = "" if shard == WHOLE else f"-{shard[0]}-of-{shard[1]}"
        self.folder, self.shard = folder, shard
        self.journal = Journal(folder / f"journal{own}.jsonl")
        self.aside = folder / f".aside{own}"

    # What is there

    def records(self) -> list[dict[str, Any]]:
        """The records of all journals: that of sweeps of the whole study, and those of shards."""
        return [record for path in sorted(self.folder.glob("journal*.jsonl")) for record in Journal(path).records()]

    def draws(self) -> int:
        """How many draws were asked for, so far."""
        return max((record["draws"] for record in self.records() if "draws" in record), default=0)

    def recorded_parts(self) -> dict[Piece, KeptPart]:
        """All parts that a journal tells of, in order."""
        found = {}
        for record in self.records():
            if "first" in record:
                piece = Piece(record["first"], record["last"])
                tally = {name: (float(total), int(count)) for name, (total, count) in record["tally"].items()}
                found[piece] = KeptPart(piece, record["files"], record["wrong"], tally)
        return dict(sorted(found.items()))

    def whole_parts(self) -> dict[Piece, KeptPart]:
        """The parts whose files are what was written, byte for byte."""
        parts = list(self.recorded_parts().values())
        with ThreadPoolExecutor(HASHING_THREADS) as pool:
            whole = list(pool.map(self.is_whole, parts))
        return {part.piece: part for part, good in zip(parts, whole, strict=True) if good}

    def is_whole(self, part: KeptPart) -> bool:
        """Whether the files of a part have the hashes that the journal names."""
        try:
            return all(digest(path.read_bytes()) == part.hashes[table] for table, path in part.paths(self.folder).items())
        except OSError:
            return False

    def plan_content(self) -> dict[str, Any]:
        """The content of the plan file. Raises `InputError` where there is none, and `Damaged` where it is not what was written."""
        try:
            content = (self.folder / PLAN).read_bytes()
        except OSError as error:
            raise InputError(
                f"{self.folder} holds no study ({PLAN}: {error.strerror}); name a folder that `lockgate sweep` or `lockgate compare` wrote"
            ) from None
        known = self.plan_hashes()
        if not known:
            raise InputError(f"{self.folder} holds a study of which nothing was made yet; begin it with `lockgate sweep STUDY --out DIR`")
        if digest(content) not in known:
            raise Damaged(f"{self.folder / PLAN} is damaged: it is not what was written; run the same sweep again to mend it")
        loaded: dict[str, Any] = json.loads(content)
        return loaded

    def plan_hashes(self) -> set[str]:
        """The hashes of the plan that journals name."""
        return {record["plan"] for record in self.records() if "plan" in record}

    # Writing

    def begin(self, plan: SweepPlan) -> None:
        """Make the folder ready for a plan. Raises `OtherPlan` over another plan, and `InputError` over other files."""
        content = plan_bytes(plan)
        known, hashes = digest(content), self.plan_hashes()
        file = self.folder / PLAN
        there = file.read_bytes() if file.is_file() else None
        if hashes and known not in hashes:
            raise OtherPlan(self.other_plan(plan, there))
        if not hashes and there is None:
            self.refuse_other_files()
        elif not hashes and there != content and (self.holds_parts() or not is_unfinished(there or b"")):
            raise OtherPlan(self.other_plan(plan, there))
        if there != content:
            write_whole(file, content, self.aside)
        for table in plan.content["columns"]:  # after the plan: a folder with these alone would be one of other files
            (self.folder / table).mkdir(exist_ok=True)

    def holds_parts(self) -> bool:
        """Whether there are files of parts, whole or not."""
        return any(any((self.folder / table).glob("part-*")) for table in TABLES)

    def refuse_other_files(self) -> None:
        """Raise `InputError` where the folder holds what no sweep wrote."""
        foreign = sorted(path.name for path in self.folder.iterdir() if not path.name.startswith((LOCK, ".aside")))
        if foreign:
            raise InputError(f"output folder {self.folder} holds other files ({foreign[0]}) and no study; name a new folder with --out")

    def other_plan(self, plan: SweepPlan, there: bytes | None) -> str:
        """What differs between the plan of the folder and this one, in a sentence."""
        try:
            found = json.loads(there or b"")
            said = "it differs in " + "; ".join(differences(found, plan.content)) if isinstance(found, dict) else ""
        except ValueError:
            said = ""
        return f"output folder {self.folder} holds another study ({said or f'its {PLAN} cannot be read'}); name a new folder with --out"

    def tidy(self, plan: SweepPlan) -> None:
        """Remove what a sweep left that was killed: unfinished files, and parts of this shard of which no journal tells."""
        for aside in self.folder.glob(".aside*") if self.shard == WHOLE else [self.aside]:
            with suppress(FileNotFoundError):
                for path in aside.iterdir():
                    path.unlink()
        told = {part_name(piece) for piece in self.recorded_parts()}
        number, shards = self.shard
        for table in TABLES:
            for path in (self.folder / table).glob("part-*.parquet"):
                own = path.stem.split("-")[1].isdigit() and int(path.stem.split("-")[1]) // plan.chunk % shards == number - 1
                if own and path.name not in told:
                    path.unlink()

    def note_begin(self, plan: SweepPlan, draws: int, added: int, provenance: Mapping[str, Any]) -> None:
        """Write down what a sweep sets out to do."""
        asked = {"draws": draws, "added": added, "shard": list(self.shard), "chunk": plan.chunk}
        self.journal.append({"plan": digest(plan_bytes(plan)), **asked, "by": provenance})

    def keep(self, part: Part) -> KeptPart:
        """Write a part. It counts once the journal tells of it."""
        for table in sorted(part.files, reverse=True):
            write_whole(self.folder / table / part.name, part.files[table], self.aside)
        hashes = {table: digest(content) for table, content in part.files.items()}
        record = {"first": part.piece.first, "last": part.piece.last, "files": hashes, "wrong": part.wrong, "tally": part.tally}
        self.journal.append(record)
        return KeptPart(part.piece, hashes, part.wrong, part.tally)


def last_draw(records: Sequence[Mapping[str, Any]], asked: int) -> int:
    """How many draws a study is to have: as many as were asked for, or those after which a stop rule ended it.

    >>> last_draw([{"draws": 500}, {"finished": 50}], 500), last_draw([{"draws": 50}, {"finished": 50}, {"draws": 500}], 500)
    (50, 500)
    """
    ends = [record for record in records if "draws" in record or "finished" in record][-2:]
    if len(ends) == 2 and ends[0].get("draws") == asked and "finished" in ends[1]:
        return int(ends[1]["finished"])
    return asked


def plan_bytes(plan: SweepPlan) -> bytes:
    """The plan file."""
    return (json.dumps(plan.content, indent=1) + "\n").encode()


def is_unfinished(content: bytes) -> bool:
    """Whether a plan file without a journal is no plan at all, so that nothing is lost with it."""
    try:
        json.loads(content)
    except ValueError:
        return True
    return False


def differences(found: Mapping[str, Any], wanted: Mapping[str, Any], within: str = "") -> Iterable[str]:
    """What differs between two contents, named by their keys."""
    for key in wanted:
        if key in ("hashes", "columns") and not within:
            continue
        there, here = found.get(key), wanted[key]
        if there != here:
            if isinstance(here, Mapping) and isinstance(there, Mapping):
                yield from differences(there, here, f"{key}.")
            else:
                yield short(key, there, here)
    if not within and (code := found.get("hashes", {}).get("code")) != wanted["hashes"]["code"]:
        yield f"code: {code} there, {wanted['hashes']['code']} here"


def short(key: str, there: Any, here: Any) -> str:
    """What differs, with its values where they are short."""
    if all(isinstance(value, (int, float, str, bool)) for value in (there, here)):
        return f"{key}: {there} there, {here} here"
    if isinstance(there, list) and isinstance(here, list):
        names = [[item.get("name", "") if isinstance(item, Mapping) else str(item) for item in items] for items in (there, here)]
        if names[0] != names[1] and len(" ".join(names[0] + names[1])) < 200:
            return f"{key}: {', '.join(names[0]) or 'none'} there, {', '.join(names[1]) or 'none'} here"
    return key
