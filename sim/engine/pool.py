"""A pool of threads: each does tasks with a worker of its own, and all stop in seconds when they are told to."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from time import monotonic
from typing import Generic, NamedTuple, TypeVar

Task = TypeVar("Task")
Made = TypeVar("Made")
Kept = TypeVar("Kept")
LOOK_SECONDS = 0.1
GRACE_SECONDS = 2.5  # in which what is under way may still be finished after a stop
LATE_SECONDS = 10.0  # the same after a failure; a run that never ends does not keep it from being raised


class Stopped(Exception):  # noqa: N818  # what a worker raises that was asked to stop
    """The pool was asked to stop."""


class Failure(NamedTuple):
    """What ended the work, and at which task."""

    number: int
    error: BaseException


class Pool(Generic[Task, Made, Kept]):
    """Does tasks with several workers at once; what is made of each is kept as soon as it is there, in whatever order that is.

    `stopping` is set when workers are to stop; one that takes long may look at it, and raise `Stopped`.
    """

    def __init__(self, workers: Sequence[Callable[[Task], Made]], keep: Callable[[Made], Kept], stopping: Event | None = None) -> None:
        self.workers, self.keep = workers, keep
        self.stopping, self.lock = stopping or Event(), Lock()
        self.left = False  # whether what is still under way was left, so that nothing of it may be kept
        self.keeping = [Lock() for _ in workers]  # held while something is kept

    def run(self, tasks: Iterable[Task]) -> Generator[Kept, None, None]:
        """Do all tasks, and give what was kept of each. Where a worker raises, end, and raise what it raised."""
        done: SimpleQueue[tuple[Kept] | Failure | None] = SimpleQueue()
        numbered = enumerate(tasks)
        # Daemons: a run that cannot be stopped does not keep the program from ending.
        threads = [
            Thread(target=self.work, args=(*own, numbered, done), daemon=True) for own in zip(self.workers, self.keeping, strict=True)
        ]
        for thread in threads:
            thread.start()
        working = len(threads)
        failures: list[Failure] = []
        late = 0.0
        try:
            while working:
                try:
                    result = done.get(timeout=LOOK_SECONDS)
                except Empty:
                    if failures and monotonic() > late:
                        raise failures[0].error from None
                    continue
                if result is None:
                    working -= 1
                elif isinstance(result, Failure):
                    late = late or monotonic() + LATE_SECONDS
                    failures.append(result)
                    self.stopping.set()
                else:
                    yield result[0]
        except BaseException:  # Ctrl-C, a failure, or whoever reads this ended
            self.stop(threads)
            raise
        if failures:  # all tasks before the first of them were done or failed, so that it does not hang on which thread was faster
            raise min(failures, key=lambda failure: failure.number).error

    def work(
        self,
        worker: Callable[[Task], Made],
        keeping: Lock,
        tasks: Iterator[tuple[int, Task]],
        done: "SimpleQueue[tuple[Kept] | Failure | None]",
    ) -> None:
        """What one thread does."""
        number = -1
        try:
            while not self.stopping.is_set():
                with self.lock:
                    number, task = next(tasks, (number, None))
                if task is None:
                    break
                made = worker(task)
                with keeping:
                    if self.left:
                        break
                    done.put((self.keep(made),))
        except Stopped:
            pass
        except BaseException as error:
            done.put(Failure(number, error))
        finally:
            done.put(None)

    def stop(self, threads: Sequence[Thread]) -> None:
        """Begin nothing more, wait a little for what is under way, and leave the rest: it is not kept later, when others may write."""
        self.stopping.set()
        end = monotonic() + GRACE_SECONDS
        for thread in threads:
            thread.join(max(0.0, end - monotonic()))
        self.left = True
        for keeping in self.keeping:
            with keeping:  # what is being written becomes whole
                pass
