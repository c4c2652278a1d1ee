"""Folders of a study as an attacker would send them: mutations of a good one, signed anew, and what is done with each of them."""

import hashlib
import json
import os
import random  # noqa: TID251  # of what is tested, and not of the model
import shutil
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from lockgate.experiments import open_study
from lockgate.experiments.cli import sentence
from lockgate.experiments.provenance import content_hash
from lockgate.experiments.study.factor import Factor
from lockgate.experiments.study.study import Study
from lockgate.experiments.sweep.folder import StudyFolder, plan_of
from lockgate.experiments.sweep.journal import checksum, text
from lockgate.experiments.sweep.merge import merge
from lockgate.experiments.sweep.replay import replayed
from lockgate.experiments.sweep.sweep import sweep
from lockgate.scenarios import load_policy, load_world, with_parameters
from lockgate.sim.engine.mesa import ReleaseModel

WORLD = with_parameters(load_world("baseline"), {"organisations": 3, "bad_actors": 5})
STUDY = Study(
    name="small",
    summary="Small.",
    policies=(load_policy("open-release"), load_policy("directive-revocation")),
    worlds=(WORLD,),
    draws=4,
    outcomes=("model_enabled_harm", "incidents", "release_censored"),
    horizon_days=14,
    series=("harm", "leaks"),
    factors=(Factor("parameter", "pace", (0.5, 1.0)), Factor("date", "directive", low=1, high=9)),
    points={"pace": (0.5, 1.0, 1.0), "directive_day": (1, 5, 9)},
)
RUNS = 4 * 3 * 2
DEEP = "[" * 100_000 + "]" * 100_000
VALUES = (
    None, True, False, 0, -1, -5, 1, 2**31, 2**53, 2**62, 2**63, 2**64, 10**400, -(10**400), 0.5, -0.0, 1e308, -1e308, float("nan"),
    float("inf"), float("-inf"), "", "x", "../evil", "/etc/passwd", "\x00", "\x1b]0;owned\x07", "\u202e", "\ud800", "a" * 100_000,
    "Infinity", "1e9", [], {}, [[]], [{}], {"": ""}, {"a": {"b": {}}}, [1, 2, 3], ["runs"], {"runs": "0" * 64}, {"../evil": "0" * 64},
    {"central": 1.0, "prior": {"kind": "LogNormal", "low": -1.0, "median": 0.0, "high": 1.0}}, [[-5, {"directive": True}]], [[0.5, {}]],
)  # fmt: skip
NAMES = ("plan.json", "journal.jsonl", "datapackage.json", "lock", "runs", "series", ".aside", ".aside-1-of-2", "journal-1-of-2.jsonl")


class Place:
    """A good folder, two that hold half of its parts each, and around them what nobody may touch."""

    def __init__(self, place: Path) -> None:
        self.place, self.good, self.halves = place, place / "good", [place / "half-1", place / "half-2"]
        self.outside = place / "outside"
        sweep(STUDY, self.good, chunk=8)
        for number, half in enumerate(self.halves, start=1):
            sweep(STUDY, half, chunk=8, shard=(number, 2))
        (self.outside / "folder").mkdir(parents=True)
        for name in ("plan.json", "notes.txt", "folder/part-000000000-000000007.parquet", "folder/datapackage.json", "folder/plan.json"):
            (self.outside / name).write_text(f"precious {name}")
        self.before = contents(place)

    def copy(self) -> Path:
        """A copy of the good folder, to be spoilt."""
        target = self.place / "received"
        shutil.copytree(self.good, target)
        return target

    def restore(self) -> None:
        """Remove what was made; all else must be as it was."""
        for name in ("received", "merged", "copied"):
            remove(self.place / name)
        assert contents(self.place) == self.before, "something outside the folder was changed"


def remove(path: Path) -> None:
    """Remove a tree, without following links."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)


def contents(place: Path) -> dict[str, str]:
    """Every file and link below a place, with its content, and whatever else is there."""
    found = {}
    for folder, folders, files in os.walk(place):
        for name in (*folders, *files):
            path = Path(folder, name)
            kind = os.readlink(path) if path.is_symlink() else hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
            found[str(path.relative_to(place))] = kind
    return found


# Mutations


def mutated(place: Place, number: int) -> tuple[Path, str]:
    """The spoilt folder of this number, and what is wrong with it. The same number gives the same fault."""
    chance = random.Random(number)  # noqa: S311
    folder = place.copy()
    kinds = (of_plan, of_plan, of_plan, of_journal, of_journal, of_datapackage, of_bytes, of_part, of_part, of_place)
    kind = kinds[number % len(kinds)]
    return folder, f"{number}: {kind.__name__}: {kind(place, folder, chance)}"


def of_plan(_: Place, folder: Path, chance: random.Random) -> str:
    """Something else somewhere in the plan, which is signed anew: by hand, or as the program would."""
    plan = json.loads((folder / "plan.json").read_text())
    said = spoil(plan, chance)
    if chance.random() < 0.7 and isinstance(plan.get("study"), dict) and isinstance(plan.get("hashes"), dict):
        with suppress(KeyError, TypeError, ValueError):
            plan["hashes"]["study"] = content_hash(plan["study"])
            plan["hashes"]["parameters"] = content_hash([plan["study"]["worlds"], plan["study"]["points"]])
    (folder / "plan.json").write_text(json.dumps(plan, indent=1) + "\n")
    sign_plan(folder)
    return said


def of_journal(_: Place, folder: Path, chance: random.Random) -> str:
    """Something else somewhere in the journal, each line with its checksum."""
    path = folder / "journal.jsonl"
    records = [json.loads(line) for line in path.read_text().splitlines()]
    for record in records:
        del record["check"]
    record = chance.choice(records)
    said = spoil(record, chance)
    write_journal(path, records)
    return said


def of_datapackage(_: Place, folder: Path, chance: random.Random) -> str:
    """Something else somewhere in the data package."""
    path = folder / "datapackage.json"
    content = json.loads(path.read_text())
    said = spoil(content, chance)
    path.write_text(json.dumps(chance.choice([content, content, *VALUES])))
    return said


def of_bytes(_: Place, folder: Path, chance: random.Random) -> str:
    """A file that is no JSON, or such as no reader expects."""
    name = chance.choice(NAMES[:3])
    good = (folder / name).read_bytes()
    cut = chance.randrange(len(good))
    bytes_ = chance.choice([
        b"", b"\0" * 100, b"\xff\xfe", b"[]", b"{}", b"null", b'"x"', DEEP.encode(), b"9" * 5000, b'{"a":' * 50_000, good[:cut],
        good + good, good[:cut] + bytes([good[cut] ^ 1 << chance.randrange(8)]) + good[cut + 1 :], b"\xef\xbb\xbf" + good,
        good.replace(b"\n", b"\r\n"), good.replace(b"1", b"1e400", 3), good.replace(b"1", b"NaN", 3),
    ])  # fmt: skip
    (folder / name).write_bytes(bytes_)
    if name == "plan.json" and chance.random() < 0.8:
        sign_plan(folder)
    return f"{name} of {len(bytes_)} bytes"


def of_part(place: Place, folder: Path, chance: random.Random) -> str:
    """A part that is another file, under the hash that the journal names."""
    table = chance.choice(["runs", "series"])
    path = chance.choice(sorted((folder / table).iterdir()))
    rows = pq.read_table(path)
    makers = {
        "other columns": lambda: pa.table({"a": [1]}),
        "fewer columns": lambda: rows.select(rows.column_names[:-1]),
        "other order": lambda: rows.select(rows.column_names[::-1]),
        "more columns": lambda: rows.append_column("more", pa.nulls(len(rows))),
        "no rows": lambda: rows.slice(0, 0),
        "fewer rows": lambda: rows.slice(1),
        "twice": lambda: pa.concat_tables([rows, rows]),
        "other runs": lambda: changed(rows, "run", [chance.choice([-1, 2**62, 0, 10**6]) for _ in range(len(rows))]),
        "no runs": lambda: changed(rows, "run", [None] * len(rows)),
        "text": lambda: changed(rows, rows.column_names[-2], ["x"] * len(rows), pa.string()),
        "nested": lambda: changed(rows, rows.column_names[1], [[1]] * len(rows), pa.list_(pa.int64())),
        "decimals": lambda: changed(rows, "point", [0.5] * len(rows), pa.float64()),
        "all null": lambda: pa.table({field.name: pa.nulls(len(rows), field.type) for field in rows.schema}),
        "another part": lambda: pq.read_table(next(each for each in sorted((folder / table).iterdir()) if each != path)),
        "strange text": lambda: strange(rows),
    }
    name = chance.choice([*makers, "bytes", "cut", "text file"])
    good = path.read_bytes()
    if name in makers:
        pq.write_table(makers[name](), path)
    elif name == "bytes":
        spoilt = bytearray(good)
        for _ in range(chance.choice([1, 3, 30])):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        path.write_bytes(spoilt)
    else:
        path.write_bytes(good[: chance.randrange(len(good))] if name == "cut" else b"run,draw\n1,2\n")
    if chance.random() < 0.9:
        sign_part(folder, table, path)
    return f"{table}: {name}"


def of_place(place: Place, folder: Path, chance: random.Random) -> str:
    """A link, a pipe, a folder or a large file where the folder has something else, or more than it should."""
    parts = [f"{table}/{path.name}" for table in ("runs", "series") for path in sorted((folder / table).iterdir())]
    name = chance.choice([*NAMES, *parts, ".aside/plan.json", ".aside/part-000000000-000000007.parquet", ".aside-mine/notes.txt"])
    path, target = folder / name, chance.choice(["plan.json", "notes.txt", "folder", "missing"])
    kind = chance.choice(["link", "link", "link", "pipe", "folder", "hard link", "large", "circle"])
    remove(path)
    path.parent.mkdir(exist_ok=True)
    match kind:
        case "link":
            path.symlink_to(place.outside / target)
        case "circle":
            path.symlink_to(path)
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "hard link":
            path.hardlink_to(place.outside / "notes.txt")
        case "large":
            path.touch()
            os.truncate(path, 3 << 30)
    return f"{name} is a {kind} to {target}"


def spoil(content: object, chance: random.Random) -> str:
    """Change one place of JSON: another value, nothing, or something more. Deeper places are as likely as shallow ones."""
    places = list(nodes(content))
    holder, key = chance.choice(places)
    value = chance.choice(VALUES)
    match chance.choice(["value", "value", "value", "missing", "more", "twice"]):
        case "missing":
            del holder[key]
            return f"{key!r} is missing"
        case "more" if isinstance(holder, dict):
            holder[chance.choice(["evil", "../x", "", "files", "first"])] = value
            return f"more beside {key!r}"
        case "twice" if isinstance(holder, list):
            holder.append(holder[key])
            return f"{key!r} twice"
    holder[key] = value
    return f"{key!r} = {str(value)[:40]!r}"


def nodes(content):
    """The holder and the key of every value in JSON."""
    members = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in list(members):
        yield content, key
        yield from nodes(value)


def changed(rows: pa.Table, name: str, values: list, kind: pa.DataType | None = None) -> pa.Table:
    """A table with another column in the place of one."""
    at = rows.schema.get_field_index(name)
    return rows.set_column(at, name, pa.array(values, kind or rows.schema.field(name).type))


def strange(rows: pa.Table) -> pa.Table:
    """A table with control characters in each of its names."""
    for name, kind in zip(rows.column_names, rows.schema.types, strict=True):
        if pa.types.is_dictionary(kind):
            rows = changed(rows, name, ["\x1b[2J\u202e"] * len(rows), pa.string())
            at = rows.schema.get_field_index(name)
            rows = rows.set_column(at, name, rows[name].combine_chunks().dictionary_encode().cast(kind))
    return rows


def write_journal(path: Path, records: list) -> None:
    """Records as the program writes them."""
    path.write_text("".join(text({**record, "check": checksum(record)}) + "\n" for record in records))


def sign(path: Path, change) -> None:
    """Change each record of a journal, where there is one."""
    with suppress(OSError, ValueError):
        records = [json.loads(line) for line in path.read_text().splitlines()]
        for record in records:
            del record["check"]
            change(record)
        write_journal(path, records)


def sign_plan(folder: Path) -> None:
    """Let the journal name the plan as it is now."""
    hashed = hashlib.sha256((folder / "plan.json").read_bytes()).hexdigest()
    sign(folder / "journal.jsonl", lambda record: record.update(plan=hashed) if "plan" in record else None)


def sign_part(folder: Path, table: str, path: Path) -> None:
    """Let the journal name a part as it is now."""
    hashed, first = hashlib.sha256(path.read_bytes()).hexdigest(), int(path.stem.split("-")[1])
    sign(folder / "journal.jsonl", lambda record: record["files"].update({table: hashed}) if record.get("first") == first else None)


# What is done with them


def opened(_: Place, folder: Path) -> None:
    """Open it, and read all that can be read."""
    study = open_study(folder)
    repr(study)
    study.estimates(list(study.study.outcomes))
    study.differences("model_enabled_harm")
    study.to_pandas()
    study.to_xarray()
    study.to_pandas("series")
    assert study.failed is not None


def merged(place: Place, folder: Path) -> None:
    """Join it with a good one, into a new folder and into a good one."""
    merge(place.place / "merged", [folder, place.halves[0]])


def merged_into(place: Place, folder: Path) -> None:
    """Join good ones into it."""
    shutil.copytree(folder, place.place / "copied", symlinks=True)
    merge(place.place / "copied", place.halves)


def run_again(_: Place, folder: Path) -> None:
    """Make one of its runs again, both ways."""
    kept = StudyFolder(folder)
    again = replayed(plan_of(kept), kept, 3)
    model = ReleaseModel(again.policy, again.world.central(), horizon_days=again.horizon_days, seed=again.seed, check=again.check)
    model.step()


def swept(_: Place, folder: Path) -> None:
    """Go on with it, with more draws."""
    sweep(STUDY, folder, draws=5, chunk=8, threads=1)


DONE = (opened, merged, merged_into, run_again, swept)


def attack(place: Place, number: int) -> dict[str, str]:
    """Do everything with the spoilt folder of a number: what came of each. Raises `AssertionError` at a traceback, or a write outside."""
    said = {}
    for do in DONE:
        folder, fault = mutated(place, number)
        pipes = any(path.is_fifo() for path in folder.rglob("*"))
        if do is merged_into and pipes:  # cannot be copied
            remove(folder)
            continue
        error = raised(do, place, folder)
        said[do.__name__], code = ("", 0) if error is None else sentence(error) or ("", -1)
        assert code in (0, 2, 3, 4), f"{fault}: {do.__name__}: {type(error).__name__}: {error}"
        assert not isinstance(error, MemoryError), f"{fault}: {do.__name__}"
        place.restore()
    return said


def raised(do, place: Place, folder: Path) -> Exception | None:
    """What doing it raises."""
    try:
        do(place, folder)
    except Exception as error:
        return error
    return None
