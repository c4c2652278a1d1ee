"""Whether a sweep keeps the engine's rate: `python -m tests.full.sweep_rate --out DIR [--runs 100000] [--workers 0 2]`.

The engine alone makes runs of the same worlds and policies before and after each sweep, in a process of its own, so that a machine that
slows down slows both. What writing costs is the time that threads spend in making and keeping files, over all their time.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

POLICIES = ("open-release", "staged-preview", "partner-programme", "coordinated-hold")
STUDY = f"""
summary = "The default world under four policies."
policies = {json.dumps(list(POLICIES))}
draws = {{draws}}
"""
ENGINE = """
import sys, time
from lockgate.experiments.results.ensemble import draw_worlds
from lockgate.scenarios import load_policy, load_world
from lockgate.sim.engine.run import compile_rules, simulate

policies = [load_policy(name) for name in sys.argv[2:]]
drawn = draw_worlds(load_world("baseline"), int(sys.argv[1]), 1)
simulate(drawn.worlds[:4], policies, drawn.seeds[:4])
began = time.perf_counter()
simulate(drawn.worlds, policies, drawn.seeds)
print(len(drawn.worlds) * len(policies) / (time.perf_counter() - began))
"""
SWEEP = """
import json, sys, threading, time
from pathlib import Path
from lockgate.experiments.benchmark.machine import peak_mb
from lockgate.experiments.study.load import load_study
from lockgate.experiments.sweep import layout as part
from lockgate.experiments.sweep.folder import StudyFolder
from lockgate.experiments.sweep.sweep import sweep

spent, lock = [0.0], threading.Lock()

def timed(function):
    def call(*given):
        began = time.perf_counter()
        try:
            return function(*given)
        finally:
            with lock:
                spent[0] += time.perf_counter() - began
    return call

part.part_of, StudyFolder.keep = timed(part.part_of), timed(StudyFolder.keep)
began, first, peaks = time.perf_counter(), [], []

def watch(progress):
    first.append(time.perf_counter())
    peaks.append((progress.done, peak_mb()))

done = sweep(load_study(sys.argv[1]), Path(sys.argv[2]), workers=int(sys.argv[3]), watch=watch)
ended = time.perf_counter()
quarter = next(mb for made, mb in peaks if made >= done.runs / 4)
told = {"seconds": ended - began, "runs": done.runs, "writing": spent[0] / (2 * (ended - began)), "mb": peak_mb(), "quarter": quarter}
print(json.dumps(told))
"""


def engine(draws: int) -> float:
    """Runs a second of the engine alone."""
    return float(subprocess.run([sys.executable, "-c", ENGINE, str(draws), *POLICIES], capture_output=True, text=True, check=True).stdout)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--workers", type=int, nargs="*", default=[0])
    parser.add_argument("--repeats", type=int, default=1)
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    study = asked.out / "study.toml"
    study.write_text(STUDY.format(draws=asked.runs // len(POLICIES)))
    sample = max(50, asked.runs // 40)
    print("workers  runs     seconds  runs/s  engine  kept   writing  peak MB  MB at a quarter  files MB")
    for workers in asked.workers * asked.repeats:
        folder = asked.out / f"sweep-{workers}"
        shutil.rmtree(folder, ignore_errors=True)
        before = engine(sample)
        command = [sys.executable, "-c", SWEEP, str(study), str(folder), str(workers)]
        told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        alone = statistics.mean([before, engine(sample)])
        rate = told["runs"] / told["seconds"]
        stored = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
        print(
            f"{workers:7} {told['runs']:8,} {told['seconds']:8.1f} {rate:7.0f} {alone:7.0f} {rate / alone:6.2f} "
            f"{told['writing']:8.4f} {told['mb']:8.0f} {told['quarter']:16.0f} {stored:9.1f}",
            flush=True,
        )
        time.sleep(1)


if __name__ == "__main__":
    main()
