"""`python -m tests.full.hostile_folders [COUNT]`: spoilt folders of studies, each opened, merged, replayed and swept.

A traceback, a signal, a change outside the folder, or more memory than `MOST_MEMORY` ends it with exit code 1.
"""

import os
import resource
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

MOST_MEMORY = 6 << 30  # of addresses, for each process
AT_ONCE = os.cpu_count() or 1
COUNT = 1000


def attack_share(first: int, step: int, count: int) -> None:
    """Attack with each `step`-th folder, and print what came of it."""
    from tests.hostile_folders import Place, attack

    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    refused: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder) / "place")
        for number in range(first, count, step):
            said = attack(place, number)
            refused.update({do: bool(sentence) for do, sentence in said.items()})
            refused["folders"] += 1
            refused["refused somewhere"] += any(said.values())
    print(dict(refused))


def main() -> None:
    """Share the folders out, and wait."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    command = [sys.executable, "-m", "tests.full.hostile_folders", "--share"]
    processes = [subprocess.Popen([*command, str(first), str(AT_ONCE), str(count)]) for first in range(AT_ONCE)]
    codes = [process.wait() for process in processes]
    print(f"{count} hostile folders: {'all well' if not any(codes) else f'failed, exit codes {codes}'}")
    sys.exit(1 if any(codes) else 0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--share"]:
        attack_share(*map(int, sys.argv[2:]))
    else:
        main()
