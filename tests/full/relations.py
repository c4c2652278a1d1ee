"""The relations over ten thousand fresh cases each: `python -m tests.full.relations [SEED]`."""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from xml.etree import ElementTree as ET  # of pytest's own report

from experiments.credibility.record import record

RELATIONS = 55
ROOT = Path(__file__).parents[2]


def outcomes_of(report: Path) -> dict[int, bool]:
    """Whether every test of a relation passed, by its number."""
    held: dict[int, bool] = {}
    for case in ET.parse(report).iter("testcase"):  # noqa: S314
        if found := re.match(r"test_(\d\d)_", case.attrib["name"]):
            number = int(found[1])
            passed = case.find("failure") is None and case.find("error") is None and case.find("skipped") is None
            held[number] = held.get(number, True) and passed
    return held


def main(seed: int) -> int:
    """Run them all, print and record what held."""
    began = time.time()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-v", "-n=2", "--dist=worksteal", "-p", "no:cacheprovider"]
        command += ["--hypothesis-profile=full", f"--hypothesis-seed={seed}", f"--junit-xml={report}", "tests/relations"]
        subprocess.run(command, cwd=ROOT, env=os.environ | {"LOCKGATE_TEST_SEED": str(seed)}, check=False)
        held = outcomes_of(report)
    failed = sorted(number for number, passed in held.items() if not passed)
    figures = {
        "relations": RELATIONS,
        "tried": len(held),
        "held": sum(held.values()),
        "failed": failed,
        "cases_each": 10_000,
        "seed": seed,
        "minutes": round((time.time() - began) / 60, 1),
    }
    print(figures)
    record("relations", figures)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else int(time.time())))
