"""Pieces on the workers of a Dask scheduler that runs already. Parts come back as bytes, so that workers need not see the folder."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any

from lockgate.experiments.sweep.folder import Part
from lockgate.experiments.sweep.plan import Piece, SweepPlan
from lockgate.experiments.sweep.runner import Wrong
from lockgate.experiments.sweep.workers import CannotRun, Died, TimedOut, Worker, message_of, read_part
from lockgate.sim.errors import InputError

CONNECT_SECONDS = 10.0
RECONNECT_SECONDS = 120.0  # in which a scheduler that was lost, or a first worker, may come back
LOOK_SECONDS = 5.0
AHEAD = 2  # pieces for each thread of the cluster, so that none waits for the next
LOGGERS = ("distributed", "distributed.client", "distributed.core", "distributed.comm", "tornado.application")


class Link:
    """A client of a scheduler, made anew when the scheduler was lost. Several threads may ask for it."""

    def __init__(self, address: str) -> None:
        self.address, self.lock = address, Lock()
        self.client = self.connect(CONNECT_SECONDS)
        self.looked = self.worked = time.monotonic()  # when the workers were last counted, and when there were any

    def connect(self, seconds: float) -> Any:
        """A new client."""
        from distributed import Client

        try:
            return Client(self.address, timeout=f"{seconds}s", set_as_default=False)  # type: ignore[no-untyped-call]
        except (OSError, ValueError) as error:
            said = " ".join(str(error).split())[:200]
            raise InputError(
                f"--cluster {self.address}: no Dask scheduler answers there ({said}); name that of a running one, such as tcp://host:8786"
            ) from None

    def again(self, lost: Any) -> None:
        """Replace a client that has lost its scheduler, once for all threads."""
        with self.lock:
            if self.client is not lost or lost.status == "running":
                return
            with suppress(Exception):
                lost.close(timeout=1)
            end = time.monotonic() + RECONNECT_SECONDS
            while True:
                try:
                    self.client = self.connect(CONNECT_SECONDS)
                except InputError:
                    if time.monotonic() > end:
                        raise
                    time.sleep(1.0)
                else:
                    self.worked = time.monotonic()
                    return

    def threads(self, client: Any) -> int:
        """How many threads the workers have. Raises `InputError` where there has been no worker for long: nothing would ever be done."""
        threads: int = sum(client.nthreads().values())
        self.looked = time.monotonic()
        if threads:
            self.worked = self.looked
        elif self.looked - self.worked > RECONNECT_SECONDS:
            raise InputError(f"--cluster {self.address}: the scheduler has no workers; start some with `dask worker {self.address}`")
        return threads

    def wait(self, client: Any, future: Any) -> Any:
        """What a piece raised on the cluster, once it is done; nothing where it is well."""
        while True:
            try:
                return future.exception(timeout=LOOK_SECONDS)
            except TimeoutError:
                if time.monotonic() - self.looked > LOOK_SECONDS:  # one of all threads is enough
                    self.threads(client)


class ClusterWorker:
    """One of the pieces that are on the cluster at the same time."""

    def __init__(self, plan: SweepPlan, link: Link) -> None:
        self.given, self.link = given(plan), link

    def run(self, piece: Piece, failed: Wrong, seconds: float | None) -> Part:
        """The part of a piece. Dask itself moves it to another worker when one dies, three times by its own default."""
        from distributed.scheduler import KilledWorker

        from lockgate.experiments.sweep.worker import answer_on_cluster

        client = self.link.client
        task = {"piece": list(piece), "failed": {str(run): list(said) for run, said in failed.items()}}
        try:
            future = client.submit(answer_on_cluster, self.given, task, seconds, pure=False)
            error = self.link.wait(client, future)
            message = future.result() if error is None else b""
        except InputError:
            raise
        except Exception as lost:  # whatever it is: the task itself has raised nothing
            self.link.again(client)
            raise Died(f"the cluster lost it ({type(lost).__name__})", started=False) from None
        match error:
            case None:
                return read_part(piece, message)
            case Died() | TimedOut():
                raise error
            case KilledWorker():
                raise Died(" ".join(str(error).split())[:200])
        raise CannotRun(f"the workers of {self.link.address} cannot run this study: {type(error).__name__}: {str(error)[:500]}")

    def close(self) -> None:
        """The client is closed by who made it."""


def given(plan: SweepPlan) -> str:
    """What the workers are told of a plan; `code` is the hash of the sources that must be theirs too."""
    return json.dumps(message_of(plan) | {"threads": 1, "code": plan.content["hashes"]["code"]})


@contextmanager
def connected(address: str, plan: SweepPlan) -> Iterator[list[Worker[Part]]]:
    """As many slots as keep all threads of a cluster busy."""
    try:
        import dask

        # What Dask logs is about its connections, which are found again or else told of in a sentence. A configuration of the user's wins.
        dask.config.update_defaults({"logging": dict.fromkeys(LOGGERS, "critical")})
        import distributed  # noqa: F401  # which reads it
    except ImportError:
        raise InputError(f"--cluster {address} needs the library distributed; install it with pip install 'lockgate[cluster]'") from None
    link = Link(address)
    try:
        while not (threads := link.threads(link.client)):
            time.sleep(1.0)
        yield [ClusterWorker(plan, link) for _ in range(AHEAD * threads)]
    finally:
        with suppress(Exception):
            link.client.close(timeout=2)
