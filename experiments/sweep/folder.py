"""The folder of a study: its plan, its parts, and the journal that says which parts are whole."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lockgate.experiments.study.study import Study
from lockgate.experiments.sweep.journal import NEW_COPY, Journal
from lockgate.experiments.sweep.plan import Piece, Stored, SweepPlan, read_plan
from lockgate.experiments.sweep.safe import MOST_BYTES, WHOLE, Shard, confined, confined_folder, names_in, read_confined, write_whole
from lockgate.experiments.sweep.safe import NAME as LOCK
from lockgate.sim.errors import InputError
from lockgate.sim.model.parameters import PARAMETERS

if TYPE_CHECKING:
    from lockgate.experiments.sweep.layout import Layout

PLAN = "plan.json"
DATAPACKAGE = "datapackage.json"
TABLES = ("runs", "series")
OF_A_SHARD = r"(-\d{1,7}-of-\d{1,7})?"
JOURNAL_NAME = re.compile(rf"journal{OF_A_SHARD}\.jsonl")
ASIDE_NAME = re.compile(rf"\.aside{OF_A_SHARD}")
LOCK_NAME = re.compile(rf"{LOCK}{OF_A_SHARD}")
PART_NAME = re.compile(r"part-(\d{9,16})-(\d{9,16})\.parquet")
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
        """Its files, by table. Raises `Foreign` where one, or the folder of its table, is a link."""
        return {table: confined(folder, f"{table}/{part_name(self.piece)}") for table in self.hashes}


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

    def __init__(self, folder: Path, shard: Shard = WHOLE, plan: SweepPlan | None = None) -> None:
        own = "" if shard == WHOLE else f"-{shard[0]}-of-{shard[1]}"
        self.folder, self.shard, self.plan = folder, shard, plan
        self.journal = Journal(folder, f"journal{own}.jsonl")
        self.aside = f".aside{own}"

    # What is there

    def records(self) -> list[dict[str, Any]]:
        """The records of all journals: that of sweeps of the whole study, and those of shards."""
        names = [name for name in names_in(self.folder) if JOURNAL_NAME.fullmatch(name)]
        return [record for name in names for record in Journal(self.folder, name).records()]

    def draws(self) -> int:
        """How many draws were asked for, so far."""
        return max((record["draws"] for record in self.records() if "draws" in record), default=0)

    def recorded_parts(self) -> dict[Piece, KeptPart]:
        """All parts that a journal tells of, in order."""
        parts = {}
        for record in self.records():
            if "first" in record:
                piece = Piece(record["first"], record["last"])
                tally = {name: (float(total), int(count)) for name, (total, count) in record["tally"].items()}
                parts[piece] = KeptPart(piece, record["files"], record["wrong"], tally)
        return dict(sorted(parts.items()))

    def whole_parts(self) -> dict[Piece, KeptPart]:
        """The parts whose files are what was written, byte for byte, and hold runs of this study."""
        parts = list(self.recorded_parts().values())
        with ThreadPoolExecutor(HASHING_THREADS) as pool:
            whole = list(pool.map(self.is_whole, parts))
        return {part.piece: part for part, good in zip(parts, whole, strict=True) if good}

    def is_whole(self, part: KeptPart) -> bool:
        """Whether the files of a part have the hashes that the journal names, and hold what they should."""
        return not self.damage(part)

    def damage(self, part: KeptPart) -> str:
        """What is wrong with the files of a part; nothing where they are what was written, byte for byte, and hold runs of this study."""
        return self.change(part) or self.layout.misfit(part.piece, part.wrong, part.paths(self.folder))

    def change(self, part: KeptPart) -> str:
        """How the files of a part are not what was written; nothing where they are, byte for byte."""
        if said := self.layout.misplaced(part.piece, part.hashes):
            return said
        for table, path in part.paths(self.folder).items():
            try:
                if digest(self.part_file(table, part)) != part.hashes[table]:
                    return f"{path} is damaged: it is not what was written"
            except FileNotFoundError:
                return f"{path} is missing"
            except OSError as error:
                return f"{path} cannot be read: {error.strerror}"
        return ""

    def part_file(self, table: str, part: KeptPart) -> bytes:
        """The bytes of a file of a part."""
        return read_confined(self.folder, f"{table}/{part_name(part.piece)}", MOST_BYTES)

    @cached_property
    def layout(self) -> "Layout":
        """What the files of parts must hold."""
        from lockgate.experiments.sweep.layout import Layout  # loads Parquet

        if self.plan is not None:
            return Layout(self.plan, self.plan.content["columns"])
        stored = self.stored()
        return Layout(stored.plan, stored.content["columns"])

    def stored(self) -> Stored:
        """What the plan file says.

        Raises `InputError` where there is none or it tells of no study that can be run, and `Damaged` where it is not what was written.
        """
        try:
            content = read_confined(self.folder, PLAN)
        except OSError as error:
            raise InputError(
                f"{self.folder} holds no study ({PLAN}: {error.strerror}); name a folder that `lockgate sweep` or `lockgate compare` wrote"
            ) from None
        known = self.plan_hashes()
        if not known:
            raise InputError(f"{self.folder} holds a study of which nothing was made yet; begin it with `lockgate sweep STUDY --out DIR`")
        if digest(content) not in known:
            raise Damaged(f"{self.folder / PLAN} is damaged: it is not what was written; run the same sweep again to mend it")
        try:
            return read_plan(content)
        except InputError as error:
            raise InputError(f"{self.folder / PLAN} is no plan of a study: {error}; {NEW_COPY}") from None

    def plan_hashes(self) -> set[str]:
        """The hashes of the plan that journals name."""
        return {record["plan"] for record in self.records() if "plan" in record}

    # Writing

    def begin(self, plan: SweepPlan) -> None:
        """Make the folder ready for a plan.

        Raises `OtherPlan` over another plan, and `InputError` over other files, and where the plan is no study that can be run.
        """
        content = plan_bytes(plan)
        read_plan(content)
        self.plan = plan
        known, hashes = digest(content), self.plan_hashes()
        there = self.file(PLAN)
        if hashes and known not in hashes:
            raise OtherPlan(self.other_plan(plan, there))
        if not hashes and there is None:
            self.refuse_other_files()
        elif not hashes and there != content and (self.holds_parts() or not is_unfinished(there or b"", content)):
            raise OtherPlan(self.other_plan(plan, there))
        if there != content:
            write_whole(self.folder, PLAN, content, self.aside)
        for table in plan.content["columns"]:  # after the plan: a folder with these alone would be one of other files
            confined_folder(self.folder, table).mkdir(exist_ok=True)

    def file(self, name: str) -> bytes | None:
        """The bytes of a file, where there is one."""
        with suppress(FileNotFoundError):
            return read_confined(self.folder, name)
        return None

    def holds_parts(self) -> bool:
        """Whether there are files of parts, whole or not."""
        return any(name.startswith("part-") for table in TABLES for name in names_in(self.folder, table))

    def refuse_other_files(self) -> None:
        """Raise `InputError` where the folder holds what no sweep wrote."""
        foreign = [name for name in names_in(self.folder) if not LOCK_NAME.fullmatch(name) and not ASIDE_NAME.fullmatch(name)]
        if foreign:
            raise InputError(f"output folder {self.folder} holds other files ({foreign[0]}) and no study; name a new folder with --out")

    def other_plan(self, plan: SweepPlan, there: bytes | None) -> str:
        """What differs between the plan of the folder and this one, in a sentence."""
        try:
            said = "it differs in " + "; ".join(differences(read_plan(there or b"").content, plan.content))
        except InputError:
            said = f"its {PLAN} cannot be read"
        return f"output folder {self.folder} holds another study ({said}); name a new folder with --out"

    def tidy(self, plan: SweepPlan) -> None:
        """Remove what a sweep left that was killed: unfinished files, and parts of this shard of which no journal tells."""
        asides = [name for name in names_in(self.folder) if ASIDE_NAME.fullmatch(name)] if self.shard == WHOLE else [self.aside]
        for aside in asides:
            for name in names_in(self.folder, aside):
                if name in (PLAN, DATAPACKAGE) or PART_NAME.fullmatch(name):
                    confined(self.folder, f"{aside}/{name}").unlink()
        recorded = {part_name(piece) for piece in self.recorded_parts()}
        number, shards = self.shard
        for table in TABLES:
            for name in names_in(self.folder, table):
                part = PART_NAME.fullmatch(name)
                if part and int(part[1]) // plan.chunk % shards == number - 1 and name not in recorded:
                    confined(self.folder, f"{table}/{name}").unlink()

    def note_begin(self, plan: SweepPlan, draws: int, added: int, provenance: Mapping[str, Any]) -> None:
        """Write down what a sweep sets out to do."""
        asked = {"draws": draws, "added": added, "shard": list(self.shard), "chunk": plan.chunk}
        self.journal.append({"plan": digest(plan_bytes(plan)), **asked, "by": provenance})

    def keep(self, part: Part) -> KeptPart:
        """Write a part. It counts once the journal tells of it."""
        for table in sorted(part.files, reverse=True):
            write_whole(self.folder, f"{table}/{part.name}", part.files[table], self.aside)
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


def is_unfinished(there: bytes, wanted: bytes) -> bool:
    """Whether a plan file without a journal is the beginning of the one that is wanted, or empty: then nothing is lost with it.

    >>> is_unfinished(b'{"for', b'{"format": 1}'), is_unfinished(b"mine", b'{"format": 1}'), is_unfinished(bytes(3), b'{"format": 1}')
    (True, False, True)
    """
    return wanted.startswith(there) or not there.strip(b"\0")


def differences(stored: Mapping[str, Any], wanted: Mapping[str, Any], within: str = "") -> Iterable[str]:
    """What differs between two contents, named by their keys."""
    for key in wanted:
        if key in ("hashes", "columns", "kinds") and not within:
            continue
        there, here = stored.get(key), wanted[key]
        if there != here:
            if isinstance(here, Mapping) and isinstance(there, Mapping):
                yield from differences(there, here, f"{key}.")
            else:
                yield short(key, there, here)
    if not within and (kinds := stored.get("kinds", {})) != (own := wanted.get("kinds", {})):
        yield f"kinds: {told_of(kinds)} there, {told_of(own)} here"
    if not within and (code := stored.get("hashes", {}).get("code")) != wanted["hashes"]["code"]:
        yield f"code: {code} there, {wanted['hashes']['code']} here"


def told_of(kinds: Mapping[str, Mapping[str, str]]) -> str:
    """Kinds of one's own, as a plan has them, in words.

    >>> told_of({"bad_actors": {"name": "Careful", "digest": "0123456789ab"}}), told_of({})
    ('bad_actors = Careful, digest 0123456789ab', 'none')
    """
    return ", ".join(f"{table} = {own['name']}, digest {own['digest']}" for table, own in kinds.items()) or "none"


def short(key: str, there: Any, here: Any) -> str:
    """What differs, with its values where they are short."""
    if all(isinstance(value, (int, float, str, bool)) for value in (there, here)):
        return f"{key}: {there} there, {here} here"
    if isinstance(there, list) and isinstance(here, list):
        names = [[item.get("name", "") if isinstance(item, Mapping) else str(item) for item in items] for items in (there, here)]
        if names[0] != names[1] and len(" ".join(names[0] + names[1])) < 200:
            return f"{key}: {', '.join(names[0]) or 'none'} there, {', '.join(names[1]) or 'none'} here"
    return key


LONGEST_TEXT = 10_000  # characters


def plan_of(folder: StudyFolder) -> SweepPlan:
    """The plan of a folder. Raises `OtherPlan` where the program has changed since, so that its runs would not be these runs."""
    stored = folder.stored()
    plan = SweepPlan(study_of(folder, stored), stored.content["chunk"], stored.kinds)
    if plan.content != stored.content or any(PARAMETERS.keys() - world.parameters.keys() for world in plan.study.worlds):
        differing = "; ".join(differences(stored.content, plan.content))
        raise OtherPlan(
            f"{folder.folder} was made by another version of the program ({differing}); use that version, which its journal names"
        )
    return plan


def study_of(folder: StudyFolder, stored: Stored) -> Study:
    """The study of a folder, with the name, the summary and the number of draws that other files tell."""
    name, summary = name_and_summary(folder)
    return replace(stored.study, name=name, summary=summary, draws=folder.draws())


def name_and_summary(folder: StudyFolder) -> tuple[str, str]:
    """The name and the summary of a study, from its data package: a plan has none. Where that is missing, `study` and nothing."""
    try:
        package = json.loads(folder.file(DATAPACKAGE) or b"")
        name, summary = package["name"], package["title"]
        (name + summary).encode()  # no halves of characters
        return name[:LONGEST_TEXT], summary[:LONGEST_TEXT]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "study", ""
