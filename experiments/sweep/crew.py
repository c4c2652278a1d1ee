"""A crew: one thread for each place where pieces are run. It hands out pieces, keeps parts, and stops in seconds when it is told."""

from collections.abc import Callable, Iterator, Sequence
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from time import monotonic
from typing import Generic, NamedTuple, TypeVar

from experiments.sweep.patience import Patience, Stopped
from experiments.sweep.place import Place
from experiments.sweep.plan import Piece

Made = TypeVar("Made")
Kept = TypeVar("Kept")
LOOK_SECONDS = 0.1
GRACE_SECONDS = 2.5  # in which what is under way may still be finished after a stop


class Failure(NamedTuple):
    """What ended a sweep, and at which piece."""

    piece: Piece
    error: BaseException


class Crew(Generic[Made, Kept]):
    """Runs pieces in several places at once; what is made of each is kept as soon as it is there, in whatever order that is."""

    def __init__(self, places: Sequence[Place[Made]], limit: float | None, keep: Callable[[Made], Kept]) -> None:
        self.places, self.keep = places, keep
        self.stopping, self.lock = Event(), Lock()
        self.patience = [Patience(place, limit, self.stopping) for place in places]

    def run(self, pieces: Iterator[Piece]) -> Iterator[Kept]:
        """Run all pieces, and give what was kept of each. Where anything fails that is no run's fault, end and raise it."""
        done: SimpleQueue[tuple[Kept] | Failure | None] = SimpleQueue()
        # Daemons: a run that cannot be stopped does not keep the program from ending.
        threads = [Thread(target=self.work, args=(patience, pieces, done), daemon=True) for patience in self.patience]
        for thread in threads:
            thread.start()
        working = len(threads)
        failures: list[Failure] = []
        try:
            while working:
                try:
                    found = done.get(timeout=LOOK_SECONDS)
                except Empty:
                    continue
                if found is None:
                    working -= 1
                elif isinstance(found, Failure):
                    failures.append(found)
                    self.stopping.set()
                else:
                    yield found[0]
        except BaseException:  # Ctrl-C, or whoever reads this ended
            self.stop(threads)
            raise
        if failures:  # all pieces before the first of them were made or failed, so that it does not hang on which thread was faster
            raise min(failures, key=lambda failure: failure.piece).error

    def work(
        self, patience: Patience[Made], pieces: Iterator[Piece], done: "SimpleQueue[tuple[Kept] | Failure | None]"
    ) -> None:
        """What one thread does."""
        piece: Piece | None = None
        try:
            while not self.stopping.is_set():
                with self.lock:
                    piece = next(pieces, None)
                if piece is None:
                    break
                done.put((self.keep(patience.made(piece)),))
        except Stopped:
            pass
        except BaseException as error:
            done.put(Failure(piece or Piece(0, 0), error))
        finally:
            done.put(None)

    def stop(self, threads: Sequence[Thread]) -> None:
        """Begin nothing more, wait a little for what is under way, and leave the rest."""
        self.stopping.set()
        end = monotonic() + GRACE_SECONDS
        for thread in threads:
            thread.join(max(0.0, end - monotonic()))
