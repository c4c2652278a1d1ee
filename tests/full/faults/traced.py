"""The same faults put in by the system itself, with `strace`: each thread's calls are counted for themselves."""

from collections import Counter

from tests.full.faults.bench import Bench, Figures, strace
from tests.full.faults.errors import refused

CALLS = ("fsync", "rename", "write")
ERRORS = ("ENOSPC", "EIO")
ROOM = {"fsync": 24, "rename": 9, "write": 40}  # numbers that are tried: more than a thread makes


def kills(bench: Bench) -> Figures:
    """SIGKILL at each of these calls, until one number is larger than that of all calls."""
    found: Counter[str] = Counter()
    for call in CALLS:
        for number in range(1, ROOM[call] + 1):
            out = bench.new()
            ended = bench.begin(out, before=strace("-e", f"trace={call}", "-e", f"inject={call}:signal=SIGKILL:when={number}")).ended()
            assert ended.code in (0, -9, 137), ended
            found[f"kills at {call}"] += ended.code != 0
            found["ended before"] += ended.code == 0
            bench.finish(out)
            bench.done(out)
    return dict(found)


def errors(bench: Bench) -> Figures:
    """Errors at each of these calls, on whichever file it is; where it is none of the study's, the sweep may end as it will."""
    found: Counter[str] = Counter()
    for call in CALLS[:2]:
        for number in range(1, ROOM[call] + 1):
            for error in ERRORS:
                out = bench.new()
                ended = bench.begin(out, before=strace("-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={number}")).ended()
                if ended.code == 0:
                    found["without harm"] += 1
                else:
                    refused(ended, out)
                    found[f"{error} of {call}"] += 1
                bench.finish(out)
                bench.done(out)
    return dict(found)
