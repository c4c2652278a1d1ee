"""The other end of `experiments.sweep.place`: a process that makes parts of the plan that it is told first, until its input ends."""

import json
import os
import signal
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import pairwise
from queue import SimpleQueue
from threading import Lock, Thread, Timer, get_ident
from typing import Any

from experiments.provenance import lockgate_version
from experiments.study.content import study_of
from experiments.sweep.folder import Part
from experiments.sweep.part import part_of
from experiments.sweep.place import GivenUp, Process, receive, send, written_part
from experiments.sweep.plan import Piece, SweepPlan
from experiments.sweep.runner import Runner, together

IDLE_SECONDS = 30.0


class OtherVersion(Exception):
    """A worker of a cluster has other sources, so that its runs would not be these runs."""


class Beside:
    """A process beside a thread of a worker of a cluster. It ends when nothing was asked of it for a while: a sweep may be gone."""

    def __init__(self, plan: SweepPlan) -> None:
        self.place, self.lock, self.asked = Process(plan), Lock(), 0

    def run(self, piece: Piece, given_up: GivenUp, seconds: float | None) -> Part:
        """The part of a piece."""
        with self.lock:
            self.asked += 1
            try:
                return self.place.run(piece, given_up, seconds)
            finally:
                rest = Timer(IDLE_SECONDS, self.rest, [self.asked])
                rest.daemon = True
                rest.start()

    def rest(self, asked: int) -> None:
        """End the process, unless something was asked of it since."""
        with self.lock:
            if asked == self.asked:
                self.place.end()


BESIDE: dict[tuple[str, int], Beside] = {}  # plan and thread


@lru_cache(maxsize=4)
def plan_of(given: str) -> SweepPlan:
    """The plan that a message tells of."""
    told = json.loads(given)
    return SweepPlan(study_of(told["study"], "study"), told["chunk"])


def answer_on_cluster(given: str, task: dict[str, Any], seconds: float | None) -> bytes:
    """A part as a message, for a worker of a cluster. It is made in a process beside, since a run may kill its own, or have to be.

    Raises `Died` and `TimedOut` as that process does, and `OtherVersion`.
    """
    plan = plan_of(given)
    if plan.content["hashes"]["code"] != json.loads(given)["code"]:
        raise OtherVersion(f"they have another version of lockgate ({lockgate_version()}), install the same everywhere")
    key = given, get_ident()
    if key not in BESIDE:
        BESIDE[key] = Beside(plan)
    given_up = {int(run): (status, reason) for run, (status, reason) in task["given_up"].items()}
    return written_part(BESIDE[key].run(Piece(*task["piece"]), given_up, seconds))


def answer(runners: Sequence[Runner], task: dict[str, Any]) -> bytes:
    """The part that a task asks for, as a message; each of several threads makes a share of its runs."""
    given_up = {int(run): (status, reason) for run, (status, reason) in task["given_up"].items()}
    piece = Piece(*task["piece"])
    if len(runners) == 1:
        return written_part(part_of(runners[0], runners[0].rows(piece, given_up)))
    bounds = [piece.first + share * (piece.last - piece.first) // len(runners) for share in range(len(runners) + 1)]
    shares = [Piece(first, last) for first, last in pairwise(bounds) if first < last]
    with ThreadPoolExecutor(len(shares)) as pool:
        rows = list(pool.map(lambda runner, share: runner.rows(share, given_up), runners, shares))
    return written_part(part_of(runners[0], together(rows)))


def main() -> None:
    """Serve one sweep."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints goes elsewhere
    messages: SimpleQueue[bytes] = SimpleQueue()

    def listen() -> None:
        """Pass messages on; when the sweep has gone, killed perhaps, end whatever is being done."""
        while True:
            try:
                messages.put(receive(sys.stdin.buffer))
            except (EOFError, OSError, ValueError):
                os._exit(0)

    Thread(target=listen, daemon=True).start()
    given = messages.get().decode()
    plan = plan_of(given)
    runners = [Runner(plan) for _ in range(json.loads(given)["threads"])]
    from sim.engine import compile_rules

    compile_rules(check=plan.study.check)
    # Load what a part needs, with a run that is not made: it takes half a second, which is not to count as the time of a run.
    answer(runners[:1], {"piece": [0, 1], "given_up": {"0": ["", ""]}})
    send(out, b"ready")
    while True:
        send(out, answer(runners, json.loads(messages.get())))


if __name__ == "__main__":
    main()
