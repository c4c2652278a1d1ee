"""A crew: one thread for each place where pieces are run. It hands out pieces, keeps parts, and stops in seconds when it is told."""

from collections.abc import Callable, Generator, Iterator, Sequence
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
LATE_SECONDS = 10.0  # the same after a failure; a run that never ends does not keep it from being told


class Failure(NamedTuple):
    """What ended a sweep, and at which piece."""

    piece: Piece
    error: BaseException


class Crew(Generic[Made, Kept]):
    """Runs pieces in several places at once; what is made of each is kept as soon as it is there, in whatever order that is."""

    def __init__(self, places: Sequence[Place[Made]], limit: float | None, keep: Callable[[Made], Kept]) -> None:
        self.places, self.keep = places, keep
        self.stopping, self.lock = Event(), Lock()
        self.left = False  # whether what is still under way was left, so that nothing of it may be kept
        self.hands = [(Patience(place, limit, self.stopping), Lock()) for place in places]  # the lock is held while something is kept

    def run(self, pieces: Iterator[Piece]) -> Generator[Kept, None, None]:
        """Run all pieces, and give what was kept of each. Where anything fails that is no run's fault, end and raise it."""
        done: SimpleQueue[tuple[Kept] | Failure | None] = SimpleQueue()
        # Daemons: a run that cannot be stopped does not keep the program from ending.
        threads = [Thread(target=self.work, args=(*hand, pieces, done), daemon=True) for hand in self.hands]
        for thread in threads:
            thread.start()
        working = len(threads)
        failures: list[Failure] = []
        late = 0.0
        try:
            while working:
                try:
                    found = done.get(timeout=LOOK_SECONDS)
                except Empty:
                    if failures and monotonic() > late:
                        raise failures[0].error from None
                    continue
                if found is None:
                    working -= 1
                elif isinstance(found, Failure):
                    late = late or monotonic() + LATE_SECONDS
                    failures.append(found)
                    self.stopping.set()
                else:
                    yield found[0]
        except BaseException:  # Ctrl-C, a failure, or whoever reads this ended
            self.stop(threads)
            raise
        if failures:  # all pieces before the first of them were made or failed, so that it does not hang on which thread was faster
            raise min(failures, key=lambda failure: failure.piece).error

    def work(
        self, patience: Patience[Made], keeping: Lock, pieces: Iterator[Piece], done: "SimpleQueue[tuple[Kept] | Failure | None]"
    ) -> None:
        """What one thread does."""
        piece: Piece | None = None
        try:
            while not self.stopping.is_set():
                with self.lock:
                    piece = next(pieces, None)
                if piece is None:
                    break
                made = patience.made(piece)
                with keeping:
                    if self.left:
                        break
                    done.put((self.keep(made),))
        except Stopped:
            pass
        except BaseException as error:
            done.put(Failure(piece or Piece(0, 0), error))
        finally:
            done.put(None)

    def stop(self, threads: Sequence[Thread]) -> None:
        """Begin nothing more, wait a little for what is under way, and leave the rest: it is not kept later, when others may write."""
        self.stopping.set()
        end = monotonic() + GRACE_SECONDS
        for thread in threads:
            thread.join(max(0.0, end - monotonic()))
        self.left = True
        for _, keeping in self.hands:
            with keeping:  # what is being written becomes whole
                pass
