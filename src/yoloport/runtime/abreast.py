"""Several threads, each of which takes the next thing of a source itself, works on it, and takes the next.

Handed to them by another thread, each thing would wake one thread more: 0.2 ms of the processor for every picture,
whose caches a forward pass has just filled with other things (two cores, 2026-11-28).
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

Thing = TypeVar("Thing")
Made = TypeVar("Made")


class Abreast(Generic[Thing, Made]):
    """What is made of each thing, in the order of the source, whichever is ready first.

    Args:
        source: what to work on; read by one thread at a time, and closed, if it can be, when nobody reads any more.
        work: makes something of a thing; what it raises is raised when the thing's turn comes.
        threads: that work at a time.
    """

    def __init__(self, source: Iterator[Thing], work: Callable[[Thing], Made], threads: int) -> None:
        self._source, self._work, self._threads = source, work, threads
        self._taking, self._taken, self._ended = threading.Lock(), 0, False
        self._made: dict[int, Made | BaseException] = {}

    def __iter__(self) -> Generator[Made, None, None]:
        # An executor's threads end with the process also where this is left in the middle, and in no engine's code.
        pool = ThreadPoolExecutor(self._threads, thread_name_prefix="yoloport forward")
        try:
            # So much may be under way or wait for a slow reader; for each that is read, one more turn begins.
            turns = deque(pool.submit(self._turn) for _ in range(2 * self._threads + 1))
            given = 0
            while turns:
                turns.popleft().result()
                while given in self._made:
                    yield _told(self._made.pop(given))
                    given += 1
                    turns += self._more(pool)
        finally:
            self._ended = True
            closing = getattr(self._source, "close", None)
            if closing is not None:
                closing()
            pool.shutdown(wait=True, cancel_futures=True)

    def _more(self, pool: ThreadPoolExecutor) -> list[Future[None]]:
        return [] if self._ended else [pool.submit(self._turn)]

    def _turn(self) -> None:
        """One thing, from the source to what is made of it."""
        taken = self._take()
        if taken is None:
            return
        number, thing = taken
        try:
            self._made[number] = self._work(thing)
        except BaseException as problem:  # noqa: BLE001  handed to whoever reads
            self._made[number] = problem

    def _take(self) -> tuple[int, Thing] | None:
        """The next thing and its number; a problem of the source has a number of its own, and is the last."""
        with self._taking:
            if self._ended:
                return None
            number = self._taken
            self._taken += 1
            try:
                return number, next(self._source)
            except StopIteration:
                self._ended = True
            except BaseException as problem:  # noqa: BLE001  the same
                self._ended, self._made[number] = True, problem
            return None


def _told(made: Made | BaseException) -> Made:
    if isinstance(made, BaseException):
        raise made
    return made
