"""The coverage of the intervals in thousands of small studies, and where the gain of common random numbers comes from.

`python -m tests.full.intervals [--worlds 100000] [--keep FOLDER]` takes some minutes on two idle cores and records its figures.
Draws that are in FOLDER already are not run again.
"""

from argparse import ArgumentParser
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from lockgate.experiments.evidence.card import record
from lockgate.sim.engine.run import compile_rules
from lockgate.sim.model.outcomes import HEADLINES, OUTCOMES
from tests.full.interval_coverage import Array, Case, called_different, cases, coverage, draw, policies

CHUNK = 4000  # worlds
SIZES = (20, 50, 200)  # draws of a study
LOWEST, HIGHEST = 0.935, 0.965


def drawn(folder: Path, worlds: int, *, other_seeds: bool = False) -> Array:
    """Outcomes of so many worlds under all policies; with other seeds, of the staged preview alone."""
    run = policies()[1:2] if other_seeds else policies()
    compile_rules()

    def chunk(number: int) -> Array:
        path = folder / f"{'other' if other_seeds else ''}{number:03d}.npy"
        if not path.exists():
            np.save(path, draw(number * CHUNK, CHUNK, run, other_seeds=other_seeds))
        return np.load(path)

    with ThreadPoolExecutor(2) as pool:
        return np.concatenate(list(pool.map(chunk, range(-(-worlds // CHUNK)))))


def table(found: Iterable[Case], draws: int) -> dict[str, Any]:
    """Coverage of every kind of statistic in studies of one size: of headlines by name, of all others the range."""
    kinds: dict[str, dict[str, list[float]]] = {}
    for case in found:
        cover = coverage(case, draws)
        kinds.setdefault(case.kind, {})[f"{case.outcome}, {case.policy}"] = [round(100 * part, 2) for part in cover]
    return {kind: digest(covers) for kind, covers in kinds.items()}


def digest(covers: dict[str, list[float]]) -> dict[str, Any]:
    """Lowest, median and highest coverage (%), what lies outside the band, and the headlines in full."""
    values = np.array([cover[0] for cover in covers.values()])
    return {
        "statistics": len(values),
        "lowest": values.min(), "median": float(np.median(values)), "highest": values.max(),
        "within": int(np.sum((values >= 100 * LOWEST) & (values <= 100 * HIGHEST))),
        "below": {name: cover for name, cover in covers.items() if cover[0] < 100 * LOWEST},
        "headlines": {name: cover for name, cover in covers.items() if name.split(",")[0] in HEADLINES},
    }  # fmt: skip


def gains(outcomes: Array, other: Array) -> dict[str, dict[str, float]]:
    """How many times as many unpaired draws would be as precise, for the staged preview less open release, by what the runs share."""
    found = {}
    for name in OUTCOMES:
        base, mine = (outcomes[name][: len(other), place].astype(float) for place in (0, 1))
        apart = base.var() + mine.var()
        if OUTCOMES[name].heavy_tail or not apart or not np.ptp(mine - base):
            continue
        reseeded, elsewhere = other[name][:, 0].astype(float), np.roll(mine, 1)
        spread = {"world and seed": mine - base, "world": reseeded - base, "nothing": elsewhere - base}
        found[name] = {shared: round(float(apart / np.var(difference)), 3) for shared, difference in spread.items()}
    return found


def alike(outcomes: Array, other: Array, draws: int) -> dict[str, dict[str, float]]:
    """How often (%) the staged preview is called different from itself: same worlds and other seeds, and other worlds."""
    found = {}
    for name in HEADLINES:
        one, again = outcomes[name][: len(other), 1].astype(float), other[name][:, 0].astype(float)
        elsewhere = np.roll(outcomes[name][:, 1].astype(float), len(outcomes) // 2)[: len(other)]
        pairs = {"other seeds": again, "other worlds": elsewhere}
        found[name] = {how: round(100 * called_different(one, values, draws), 2) for how, values in pairs.items()}
    return found


def main() -> None:
    """Draw, cover, print and record."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=100_000)
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    with TemporaryDirectory() as temporary:
        folder = asked.keep or Path(temporary)
        outcomes = drawn(folder, asked.worlds)
        other = drawn(folder, asked.worlds // 2, other_seeds=True)
    names = tuple(policy.name for policy in policies())
    figures: dict[str, Any] = {"worlds": len(outcomes), "truth": "the same statistic over all worlds"}
    figures["coverage"] = {str(draws): table(cases(outcomes, names), draws) for draws in SIZES}
    figures["called different"] = {str(draws): alike(outcomes, other, draws) for draws in (20, 50, 200)}
    figures["gain"] = gains(outcomes, other)
    for draws, kinds in figures["coverage"].items():
        for kind, digested in kinds.items():
            print(f"{draws:>4} draws, {kind}: {digested['lowest']:.1f} to {digested['highest']:.1f} %, median {digested['median']:.1f} %")
    for name, gain in figures["gain"].items():
        print(f"gain, {name}: {gain}")
    print(figures["called different"])
    record("intervals", figures)


if __name__ == "__main__":
    main()
