"""Planted parameters in many posteriors: `python -m tests.full.posteriors [REPLICATES]`. The default 400 take half an hour on one core.

Each rank is of a posterior made anew, of the simulator whose structure is known and of the model itself.
"""

import sys
import time

import numpy as np

from tests.relations.luck import unlike_uniform
from tests.relations.posteriors import ERRORS, NAMES, REAL_ERRORS, REAL_NAMES, ranks, real, synthetic


def main(count: int) -> int:
    """Run them, and print for each parameter whether its ranks are uniform, and how often the middle 50 % and 90 % hold it."""
    began, failed = time.time(), []
    for kind, names, errors, values_at in (("known", NAMES, ERRORS, synthetic), ("model", REAL_NAMES, REAL_ERRORS, real)):
        found = ranks(names, errors, values_at, count, draws=200, waves=2 if kind == "known" else 1)
        for place, name in enumerate(names):
            held = [float(np.mean(np.abs(found[:, place] - 0.5) <= share / 2)) for share in (0.5, 0.9)]
            fault = unlike_uniform(found[:, place])
            print(f"{kind} {name}: 50 % interval holds {held[0]:.3f}, 90 % interval {held[1]:.3f} {fault or 'uniform'}")
            failed += [name] if fault else []
    print(f"{count} replicates, {len(failed)} failed, {(time.time() - began) / 60:.1f} minutes")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 400))
