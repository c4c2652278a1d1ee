"""The other end of `experiments.sweep.workers`: a process that makes parts of the plan that it is told first, until its input ends."""

import json
import os
import signal
import sys
from functools import lru_cache
from queue import SimpleQueue
from threading import Lock, Thread, Timer, get_ident
from typing import Any

from lockgate.experiments.provenance import lockgate_version
from lockgate.experiments.study.study import study_of
from lockgate.experiments.sweep.folder import Part
from lockgate.experiments.sweep.layout import part_of
from lockgate.experiments.sweep.plan import Piece, SweepPlan
from lockgate.experiments.sweep.runner import Runner, Wrong
from lockgate.experiments.sweep.workers import ProcessWorker, receive, send, written_part

IDLE_SECONDS = 30.0


class OtherVersion(Exception):
    """A worker of a cluster has other sources, so that its runs would not be these runs."""


class ClusterProcess:
    """The process in which a thread of a cluster runs pieces. It ends when nothing was asked of it for a while: a sweep may be gone."""

    def __init__(self, plan: SweepPlan) -> None:
        self.worker, self.lock, self.asked = ProcessWorker(plan), Lock(), 0

    def run(self, piece: Piece, failed: Wrong, seconds: float | None) -> Part:
        """The part of a piece."""
        with self.lock:
            self.asked += 1
            try:
                return self.worker.run(piece, failed, seconds)
            finally:
                rest = Timer(IDLE_SECONDS, self.rest, [self.asked])
                rest.daemon = True
                rest.start()

    def rest(self, asked: int) -> None:
        """End the process, unless something was asked of it since."""
        with self.lock:
            if asked == self.asked:
                self.worker.end()


PROCESSES: dict[tuple[str, int], ClusterProcess] = {}  # plan and thread


@lru_cache(maxsize=4)
def plan_of(given: str) -> SweepPlan:
    """The plan of a message."""
    message = json.loads(given)
    return SweepPlan(study_of(message["study"], "study"), message["chunk"])


def answer_on_cluster(given: str, task: dict[str, Any], seconds: float | None) -> bytes:
    """A part as a message, for a worker of a cluster. It is made in a process of its own, since a run may kill its own, or have to be.

    Raises `Died` and `TimedOut` as that process does, and `OtherVersion`.
    """
    plan = plan_of(given)
    if plan.content["hashes"]["code"] != json.loads(given)["code"]:
        raise OtherVersion(f"they have another version of lockgate ({lockgate_version()}), install the same everywhere")
    key = given, get_ident()
    if key not in PROCESSES:
        PROCESSES[key] = ClusterProcess(plan)
    failed = {int(run): (status, reason) for run, (status, reason) in task["failed"].items()}
    return written_part(PROCESSES[key].run(Piece(*task["piece"]), failed, seconds))


def answer(runner: Runner, task: dict[str, Any]) -> bytes:
    """The part that a task asks for, as a message."""
    failed = {int(run): (status, reason) for run, (status, reason) in task["failed"].items()}
    return written_part(part_of(runner, runner.rows(Piece(*task["piece"]), failed)))


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
    runner = Runner(plan, threads=json.loads(given)["threads"])
    from lockgate.sim.engine.run import compile_rules

    compile_rules(check=plan.study.check)
    # Load what a part needs, with a run that is not made: it takes half a second, which is not to count as the time of a run.
    answer(runner, {"piece": [0, 1], "failed": {"0": ["", ""]}})
    send(out, b"ready")
    while True:
        send(out, answer(runner, json.loads(messages.get())))


if __name__ == "__main__":
    main()
