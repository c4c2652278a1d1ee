"""Bits that flip and files that end too soon: what is damaged is never used, and is made again."""

import shutil
from collections import Counter
from pathlib import Path

from lockgate.experiments.sweep.folder import Damaged, StudyFolder, plan_of
from tests.full.faults.bench import Bench, Figures, chance

Damage = tuple[int, bool]  # which bit of the file flips, or where it ends


def of_all_files(bench: Bench, flips: int, cuts: int, reruns: int) -> Figures:
    """Damage files of a finished study one at a time, by chance; and for each kind of file make what is missing again, some times."""
    found: Counter[str] = Counter()
    out = bench.new()
    shutil.copytree(bench.reference, out)
    names = sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file() and path.stat().st_size)
    records = StudyFolder(out).records()
    step = max(1, (flips + cuts) // max(1, reruns))
    for number in range(flips + cuts):
        name = names[number % len(names)]
        path = out / name
        before = path.read_bytes()
        cut = number >= flips
        at = int(chance(0, len(before) * (1 if cut else 8), 6, number))
        path.write_bytes(before[:at] if cut else flipped(before, at))
        found[f"{'cuts' if cut else 'flips'} of {kind_of(name)}"] += 1
        found["seen"] += is_seen(out, name, records)
        if number % step == step // 2:
            bench.finish(out)
            found["swept again"] += 1
            shutil.rmtree(out)
            shutil.copytree(bench.reference, out)
        path.write_bytes(before)
    bench.done(out)
    return dict(found)


def kind_of(name: str) -> str:
    """The kind of a file."""
    return "parts" if "/" in name else name


def flipped(content: bytes, bit: int) -> bytes:
    """With one bit the other way round."""
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def is_seen(out: Path, name: str, records: list[dict[str, object]]) -> bool:
    """That damage to this file is not taken for results; whether it was noticed at all (all but the same record written otherwise)."""
    study = StudyFolder(out)
    if "/" in name:
        whole = {path.relative_to(out).as_posix() for part in study.whole_parts().values() for path in part.paths(out).values()}
        assert name not in whole, f"{name} is damaged and used"
        return True
    if name == "plan.json":
        try:
            plan_of(study)
        except Damaged:
            return True
        raise AssertionError("a damaged plan is used")
    if name.startswith("journal"):
        left = study.records()
        assert all(record in records for record in left), "a damaged record is used"
        return left != records
    return True  # of the description nothing depends; it is written again
