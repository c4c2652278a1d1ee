"""A crew: one thread for each place where pieces are run. It hands out pieces, keeps parts, and stops in seconds when it is told."""

from collections.abc import Callable, Iterator, Sequence
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any

from experiments.sweep.folder import KeptPart, Part
from experiments.sweep.patience import Patience, Stopped
from experiments.sweep.place import Place
from experiments.sweep.plan import Piece

LOOK_SECONDS = 0.1
GRACE_SECONDS = 2.5  # in which what is under way may still be finished after a stop


class Crew:
    """Runs pieces in several places at once, each kept as soon as it is made, in whatever order that is."""

    def __init__(self, places: Sequence[Place], limit: float | None, keep: Callable[[Part], KeptPart]) -> None:
        self.places, self.keep = places, keep
        self.stopping, self.lock = Event(), Lock()
        self.patience = [Patience(place, limit, self.stopping) for place in places]

    def run(self, pieces: Iterator[Piece]) -> Iterator[KeptPart]:
        """Run all pieces, and give each part that was kept. Where anything fails that is no run's fault, end and raise it."""
        done: SimpleQueue[Any] = SimpleQueue()
        # Daemons: a run that cannot be stopped does not keep the program from ending.
        threads = [Thread(target=self.work, args=(patience, pieces, done), daemon=True) for patience in self.patience]
        for thread in threads:
            thread.start()
        working, failure = len(threads), None
        try:
            while working:
                try:
                    found = done.get(timeout=LOOK_SECONDS)
                except Empty:
                    continue
                if isinstance(found, KeptPart):
                    yield found
                elif isinstance(found, BaseException):
                    failure = failure or found
                    self.stopping.set()
                else:
                    working -= 1
        except BaseException:  # Ctrl-C, or whoever reads this ended
            self.stop(threads)
            raise
        if failure:
            raise failure

    def work(self, patience: Patience, pieces: Iterator[Piece], done: "SimpleQueue[Any]") -> None:
        """What one thread does."""
        try:
            while not self.stopping.is_set():
                with self.lock:
                    piece = next(pieces, None)
                if piece is None:
                    break
                done.put(self.keep(patience.part(piece)))
        except Stopped:
            pass
        except BaseException as error:
            done.put(error)
        finally:
            done.put(None)

    def stop(self, threads: Sequence[Thread]) -> None:
        """Begin nothing more, wait a little for what is under way, and leave the rest."""
        self.stopping.set()
        end = monotonic() + GRACE_SECONDS
        for thread in threads:
            thread.join(max(0.0, end - monotonic()))
        self.close()

    def close(self) -> None:
        """End what the places hold."""
        for place in self.places:
            place.close()
