"""The relations over many fresh cases each: `python -m tests.full.relations [--cases N] [SEED [NUMBER ...]]`.

Ten thousand cases take more than three quarters of an hour on two cores. With numbers only these relations are tried, and the record of
the others stays as it is.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from xml.etree import ElementTree as ET  # of pytest's own report

from lockgate.experiments.evidence.card import record, recorded

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


def main(seed: int, numbers: list[int], cases: int) -> int:
    """Run them, print and record what held."""
    began = time.time()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-v", "-n=2", "--dist=worksteal", "-p", "no:cacheprovider", "tests/relations"]
        command += ["--hypothesis-profile=long", f"--hypothesis-seed={seed}", f"--junit-xml={report}"]
        command += ["-k", " or ".join(f"test_{number:02d}_" for number in numbers)] if numbers else []
        told = {"LOCKGATE_TEST_SEED": str(seed), "LOCKGATE_TEST_CASES": str(cases)}
        subprocess.run(command, cwd=ROOT, env=os.environ | told, check=False)
        held = outcomes_of(report)
    before = recorded().get("relations", {}) if numbers else {}
    failed = sorted({*before.get("failed", []), *held} - {number for number, passed in held.items() if passed})
    minutes = round((time.time() - began) / 60, 1)
    figures = {"relations": RELATIONS, "cases_each": cases, "seed": seed, "minutes": minutes, **before}
    figures |= {"held": RELATIONS - len(failed), "failed": failed}
    if numbers:
        figures |= {"tried_again": sorted(held), "tried_again_seed": seed}
    print(figures)
    record("relations", figures)
    return 1 if failed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("seed", type=int, nargs="?", default=int(time.time()))
    parser.add_argument("numbers", type=int, nargs="*")
    given = parser.parse_args()
    sys.exit(main(given.seed, given.numbers, given.cases))
