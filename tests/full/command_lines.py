"""`python -m tests.full.command_lines [COUNT [FIRST]]`: random command lines, good and hostile, in hostile surroundings.

At least half of them must do something. A traceback, a signal, a write outside the current folder, or anything printed that steers a
terminal ends it with exit code 1.
"""

import os
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.command_lines import Surroundings, run_case

AT_ONCE = os.cpu_count() or 1
COUNT = 1000


def run_share(place: Path, numbers: range) -> Counter[str]:
    """Run the command lines of these numbers, one after another, and count what came of them."""
    surroundings, found = Surroundings(place), Counter[str]()
    for number in numbers:
        try:
            ended = run_case(surroundings, number)
        except AssertionError as error:
            print(error, flush=True)
            found["failed"] += 1
            surroundings = Surroundings(place.with_name(f"{place.name}-{number}"))
        else:
            found.update([f"exit code {ended.code}", "worked"] if ended.worked else [f"exit code {ended.code}"])
    return found


def main() -> int:
    """Share them out, and wait."""
    count, first = [*map(int, sys.argv[1:]), *(COUNT, 0)[len(sys.argv) - 1 :]]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        shares = [range(first + share, first + count, AT_ONCE) for share in range(AT_ONCE)]
        places = [Path(folder) / f"place-{share}" for share in range(AT_ONCE)]
        found = sum(pool.map(run_share, places, shares), Counter())
    print(f"{count} command lines: {dict(sorted(found.items()))}")
    return 1 if found["failed"] or 2 * found["worked"] < count else 0


if __name__ == "__main__":
    sys.exit(main())
