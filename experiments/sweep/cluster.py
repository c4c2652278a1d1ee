"""Pieces on the workers of a Dask scheduler that runs already. Parts come back as bytes, so that workers need not see the folder."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any

from experiments.sweep.folder import Part
from experiments.sweep.place import Died, GivenUp, Place, TimedOut, read_part, told_of
from experiments.sweep.plan import Piece, SweepPlan
from sim.errors import InputError

CONNECT_SECONDS = 10.0
RECONNECT_SECONDS = 120.0  # in which a scheduler that was lost may come back
AHEAD = 2  # pieces for each thread of the cluster, so that none waits for the next


class Link:
    """A client of a scheduler, made anew when the scheduler was lost. Several threads may ask for it."""

    def __init__(self, address: str) -> None:
        self.address, self.lock = address, Lock()
        self.client = self.connect(CONNECT_SECONDS)

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
                    return


class Slot:
    """One of the pieces that are on the cluster at the same time."""

    def __init__(self, plan: SweepPlan, link: Link) -> None:
        self.given, self.link = json.dumps(told_of(plan)), link

    def run(self, piece: Piece, given_up: GivenUp, seconds: float | None) -> Part:
        """The part of a piece. Dask itself moves it to another worker when one dies, three times by its own default."""
        from concurrent.futures import CancelledError
        from concurrent.futures import TimeoutError as FutureLate

        from distributed.client import FutureCancelledError
        from distributed.comm.core import CommClosedError
        from distributed.scheduler import KilledWorker

        from experiments.sweep.worker import answer_on_cluster

        client, future = self.link.client, None
        task = {"piece": list(piece), "given_up": {str(run): list(said) for run, said in given_up.items()}}
        try:
            future = client.submit(answer_on_cluster, self.given, task, pure=False)
            return read_part(piece, future.result(timeout=seconds))
        except KilledWorker as error:
            raise Died(" ".join(str(error).split())[:200]) from None
        except (CancelledError, FutureCancelledError, CommClosedError) as error:
            self.link.again(client)
            raise Died(f"the cluster lost it ({type(error).__name__})", started=False) from None
        except (TimeoutError, FutureLate):
            free(client, future)
            raise TimedOut from None
        except (OSError, RuntimeError) as error:
            self.link.again(client)
            raise Died(f"the cluster lost it ({type(error).__name__})", started=False) from None

    def close(self) -> None:
        """The client is closed by who made it."""


def free(client: Any, future: Any) -> None:
    """Restart the worker on which a piece runs that takes too long: a task that runs cannot be stopped otherwise."""
    with suppress(Exception):
        busy = [worker for worker, keys in client.processing().items() if future.key in keys]
        future.cancel()
        if busy:
            client.restart_workers(busy)


@contextmanager
def connected(address: str, plan: SweepPlan) -> Iterator[list[Place[Part]]]:
    """As many slots as keep all threads of a cluster busy."""
    link = Link(address)
    try:
        threads = sum(link.client.nthreads().values())
        yield [Slot(plan, link) for _ in range(AHEAD * max(1, threads))]
    finally:
        with suppress(Exception):
            link.client.close(timeout=2)
