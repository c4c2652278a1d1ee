"""The long check of the keyed draws as a generator: `python -m tests.full.generator [FOLDER [BATTERIES]]`.

Collisions in 10^8 keys need 2 GB of memory. dieharder's results are kept in FOLDER, one file a test, so that a stopped run goes on.
One battery instead of three is the quick form.
"""

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from lockgate.experiments.evidence.card import record
from lockgate.sim.model.chance import SCHEME
from tests.generator import avalanche, collisions, dieharder
from tests.generator.mixers import keyed
from tests.test_generator import CAUGHT, ONE_IN_A_MILLION

KEYS = 10**8
SAMPLES = 10**6


def check_collisions() -> dict[str, Any]:
    """Pairs alike among 10^8 words beside the expected numbers, as 64 bits and as the 53 that a draw keeps."""
    made = collisions.grid_words(keyed, KEYS)
    found = collisions.collisions(made)
    chances = collisions.p_values(found, len(made))
    return {
        "keys": len(made),
        "pairs_alike": {str(bits): pairs for bits, pairs in found.items()},
        "pairs_expected": {str(bits): collisions.expected(len(made), bits) for bits in found},
        "holds": min(chances.values()) > ONE_IN_A_MILLION,
    }


def check_avalanche() -> dict[str, Any]:
    """The largest distance from one half, over all bits of keys and words."""
    worst = avalanche.worst(keyed, SAMPLES)
    return {"samples": SAMPLES, "worst": worst, "holds": worst < avalanche.BOUND}


def check_dieharder(folder: Path, batteries: int) -> dict[str, Any]:
    """dieharder's counts by axis. It holds when nothing fails the draws, and each bad mixer fails something."""
    dieharder.run_all(folder, batteries)
    found = dieharder.summary(folder)
    caught = {mixer: found["failed"][mixer] for mixer in CAUGHT}
    return {"axes": found["axes"], "failed_by_bad_mixers": caught, "holds": not found["failed"]["keyed"] and all(caught.values())}


def main(folder: Path, batteries: int) -> bool:
    """Run the three checks, print and record their figures; say whether all hold."""
    figures: dict[str, Any] = {}
    checks = {"collisions": check_collisions, "avalanche": check_avalanche, "dieharder": lambda: check_dieharder(folder, batteries)}
    for name, check in checks.items():
        begun = time.monotonic()
        figures[name] = check()
        print(name, f"({time.monotonic() - begun:.0f} s)", figures[name], flush=True)
    caught = {mixer: sorted(checks) for mixer, checks in CAUGHT.items()}
    record("generator", {"scheme": SCHEME, **figures, "everyday_checks_that_catch": caught})
    return all(part["holds"] for part in figures.values())


if __name__ == "__main__":
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.gettempdir()) / "lockgate-dieharder"
    sys.exit(0 if main(place, int(sys.argv[2]) if len(sys.argv) > 2 else len(dieharder.BATTERIES)) else 1)
